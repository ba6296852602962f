package audit_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

var update = flag.Bool("update", false, "write the golden files anew")

var (
	mrn   = audit.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: "MRN-7001"}
	other = audit.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: "MRN-7002"}
	asked = time.Date(2026, 11, 2, 15, 0, 0, 0, time.UTC)
)

// gave is a disclosure of an invented patient on a day; change may alter it.
func gave(id, day string, basis audit.Basis, change ...func(*audit.Event)) *audit.Event {
	at, err := time.Parse(time.RFC3339, day+"T17:30:00Z")
	if err != nil {
		panic(err)
	}
	e := &audit.Event{ID: id, Kind: audit.KindDisclose, Action: audit.ActionRead, Recorded: at, Outcome: audit.OutcomeSuccess,
		Patient: &audit.Patient{Identifiers: []audit.Identifier{mrn}, Reference: "Patient/7001"},
		Agents:  []audit.Agent{{Role: audit.AgentUser, Party: audit.Party{Name: "Dana Clerk", AltID: "dclerk"}, Requestor: true}},
		Payload: &audit.Payload{Format: "fhir", Bytes: 9000, Counts: []audit.Count{{Kind: "immunization", Count: 4}, {Kind: "patient", Count: 1}}},
		Disclosure: &audit.Disclosure{Basis: basis, Purpose: "state immunization registry", Citation: "45 CFR 164.512(b)(1)(i)",
			Recipient: audit.Party{Name: "Minnesota Department of Health", Address: []string{"625 Robert Street N", "Saint Paul MN 55155"}}}}
	for _, f := range change {
		f(e)
	}
	return e
}

func to(name string, address ...string) func(*audit.Event) {
	return func(e *audit.Event) { e.Disclosure.Recipient = audit.Party{Name: name, Address: address} }
}

func why(purpose, citation string) func(*audit.Event) {
	return func(e *audit.Event) { e.Disclosure.Purpose, e.Disclosure.Citation = purpose, citation }
}

func ended(o audit.Outcome, bytes int64) func(*audit.Event) {
	return func(e *audit.Event) { e.Outcome, e.Payload.Bytes = o, bytes }
}

// sevenYears is what a log has on a patient: what counts, what is exempt, what is suppressed, what never left.
func sevenYears() []*audit.Event {
	phases := func(intent bool, id string) func(*audit.Event) {
		return func(e *audit.Event) {
			if intent {
				e.Phase, e.Outcome, e.Payload = audit.PhaseIntent, "", nil
			} else {
				e.Phase, e.Intent = audit.PhaseOutcome, id
			}
		}
	}
	police := []func(*audit.Event){to("Duluth Police Department", "2030 N Arlington Avenue", "Duluth MN 55811"), why("subpoena of a grand jury", "45 CFR 164.512(f)(1)(ii)(B)")}
	until := func(day string, oral bool) func(*audit.Event) {
		return func(e *audit.Event) {
			e.Disclosure.SuppressUntil, _ = time.Parse(time.DateOnly, day)
			e.Disclosure.SuppressedBy, e.Disclosure.Oral = "statement-1", oral
		}
	}
	return []*audit.Event{
		gave("too-old", "2019-05-05", audit.BasisPublicHealth),
		gave("ph-1", "2021-02-03", audit.BasisPublicHealth), gave("ph-2", "2023-08-09", audit.BasisPublicHealth), gave("ph-3", "2026-03-30", audit.BasisPublicHealth),
		gave("ph-3", "2026-03-30", audit.BasisPublicHealth), // handed over twice
		gave("ph-part", "2026-04-01", audit.BasisPublicHealth, ended(audit.OutcomeFailure, 512)),
		gave("ph-none", "2026-04-02", audit.BasisPublicHealth, ended(audit.OutcomeFailure, 0)),
		gave("ph-denied", "2026-04-03", audit.BasisPublicHealth, ended(audit.OutcomeDenied, 0)),
		gave("tpo-1", "2026-01-01", audit.BasisTreatment), gave("tpo-2", "2026-01-02", audit.BasisPayment), gave("tpo-3", "2026-01-03", audit.BasisOperations),
		gave("self", "2026-01-04", audit.BasisIndividual), gave("auth", "2026-01-05", audit.BasisAuthorization), gave("lds", "2026-01-06", audit.BasisLimited),
		gave("dir", "2026-01-07", audit.BasisDirectory), gave("inc", "2026-01-08", audit.BasisIncidental), gave("nat", "2026-01-09", audit.BasisNational),
		gave("cus", "2026-01-10", audit.BasisCustody), gave("deid", "2026-01-11", audit.BasisDeidentified),
		gave("intent", "2026-05-01", audit.BasisLaw, phases(true, ""), why("court of record", "45 CFR 164.512(a)"), to("County Court")),
		gave("outcome", "2026-05-02", audit.BasisLaw, phases(false, "intent"), why("court of record", "45 CFR 164.512(a)"), to("County Court")),
		gave("left-open", "2026-05-03", audit.BasisJudicial, phases(true, ""), why("", ""), to("Harbor & Sons <Law>"), func(e *audit.Event) {
			e.Purposes = []audit.Code{{Code: "LEGAL", Display: "legal"}}
			e.Disclosure.Request = "letter of 2026-05-01"
		}),
		gave("held", "2026-06-01", audit.BasisEnforcement, append(police, until("2027-01-01", false))...),
		gave("was-held", "2026-06-02", audit.BasisEnforcement, append(police, until("2026-10-01", false))...),
		gave("oral", "2026-06-03", audit.BasisEnforcement, append(police, until("2027-01-01", true))...),
		gave("not-theirs", "2026-06-04", audit.BasisOther, to("Advance Marketing"), why("mailing", ""), until("2027-01-01", false)),
		gave("wrong", "2026-07-01", audit.BasisImproper, to("Wrong Fax"), why("sent in error", ""), func(e *audit.Event) { e.Disclosure.Description = "one page of laboratory results" }),
		gave("wrong-2", "2026-07-02", audit.BasisImproper, to("Wrong Fax"), why("sent in error", ""), func(e *audit.Event) { e.Payload = nil }),
		gave("study", "2026-08-01", audit.BasisResearch, func(e *audit.Event) {
			e.Disclosure.Recipient = audit.Party{Name: "Dr. Lin Ode", Address: []string{"9 Campus Way", "Duluth MN 55812"}}
			e.Disclosure.Research = &audit.Research{Protocol: "ASTHMA-9", About: "How children with asthma fare after moving house.", Criteria: "ages 5 to 12",
				Types: []string{"problems", "encounters"}, Sponsor: audit.Party{Name: "Harbor University", Address: []string{"1 Campus Way"}}}
		}),
		gave("later", "2026-12-01", audit.BasisPublicHealth),
		gave("of-another", "2026-02-01", audit.BasisPublicHealth, func(e *audit.Event) {
			e.Patient = &audit.Patient{Identifiers: []audit.Identifier{other}, Reference: "Patient/7002"}
		}),
	}
}

func logOf(t *testing.T, events ...*audit.Event) *audit.Memory {
	m := new(audit.Memory)
	require.NoError(t, m.Append(t.Context(), events...))
	return m
}

func request() audit.AccountingRequest {
	return audit.AccountingRequest{Patients: []audit.Identifier{mrn}, Name: "Ada Invented", At: asked, Contact: "privacy@lakeside.example.org",
		Holder: audit.Party{Name: "Lakeside Clinic", Address: []string{"1 Harbor Road", "Duluth MN 55802"}}, Zone: time.FixedZone("CST", -6*3600)}
}

func TestAccounting(t *testing.T) {
	acc, omitted, err := audit.Account(logOf(t, sevenYears()...).Entries(t.Context(), 0), request())
	require.NoError(t, err)
	require.Equal(t, []string{"held"}, omitted.Suppressed)
	require.Equal(t, []string{"was-held", "oral", "not-theirs"}, omitted.Unheld)
	exempt := int64(0)
	for _, c := range omitted.Exempt {
		exempt += c.Count
	}
	require.EqualValues(t, 11, exempt)

	golden := func(name string, got []byte) {
		path := filepath.Join("testdata", name)
		if *update {
			require.NoError(t, os.MkdirAll("testdata", 0o755))
			require.NoError(t, os.WriteFile(path, got, 0o644))
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, string(want), string(got), name)
	}
	var text, page bytes.Buffer
	require.NoError(t, acc.Text(&text))
	require.NoError(t, acc.HTML(&page))
	data, err := acc.JSON()
	require.NoError(t, err)
	golden("accounting.txt", text.Bytes())
	golden("accounting.html", page.Bytes())
	golden("accounting.json", data)
	for _, out := range []string{text.String(), page.String(), string(data)} {
		for _, never := range []string{"held", "2026-06-01", "statement-1", "2019-05-05", "2026-01-0", "2026-12-01", "2026-04-02", "2026-04-03", "MRN-7002", "dclerk"} {
			require.NotContains(t, strings.ReplaceAll(out, "withheld", ""), never)
		}
	}
	require.Contains(t, page.String(), "Harbor &amp; Sons &lt;Law&gt;")
}

// What is exempt is what the law exempts, and nothing that it does not.
func TestExempt(t *testing.T) {
	for basis, paragraph := range map[audit.Basis]string{audit.BasisTreatment: "(i)", audit.BasisPayment: "(i)", audit.BasisOperations: "(i)", audit.BasisIndividual: "(ii)",
		audit.BasisIncidental: "(iii)", audit.BasisAuthorization: "(iv)", audit.BasisDirectory: "(v)", audit.BasisNational: "(vi)", audit.BasisCustody: "(vii)", audit.BasisLimited: "(viii)"} {
		citation, ok := basis.Exempt()
		require.True(t, ok, basis)
		require.Equal(t, "45 CFR 164.528(a)(1)"+paragraph, citation)
	}
	for _, basis := range []audit.Basis{audit.BasisSecretary, audit.BasisLaw, audit.BasisPublicHealth, audit.BasisAbuse, audit.BasisOversight, audit.BasisJudicial,
		audit.BasisEnforcement, audit.BasisDecedent, audit.BasisDonation, audit.BasisResearch, audit.BasisThreat, audit.BasisGovernment, audit.BasisCompensation,
		audit.BasisImproper, audit.BasisOther, ""} {
		_, ok := basis.Exempt()
		require.False(t, ok, basis)
	}
}

func TestAccountingOfNothing(t *testing.T) {
	acc, _, err := audit.Account(logOf(t).Entries(t.Context(), 0), request())
	require.NoError(t, err)
	var text bytes.Buffer
	require.NoError(t, acc.Text(&text))
	require.Contains(t, text.String(), "no disclosures to account for")
	require.Contains(t, text.String(), "2020-11-02 to 2026-11-02", "six years")
	data, err := acc.JSON()
	require.NoError(t, err)
	require.Contains(t, string(data), `"disclosures": []`)
	_, _, err = audit.Account(logOf(t).Entries(t.Context(), 0), audit.AccountingRequest{At: asked})
	require.Error(t, err, "of nobody")
	broken := func(yield func(audit.Entry, error) bool) { yield(audit.Entry{}, errors.New("cannot be read")) }
	_, _, err = audit.Account(broken, request())
	require.Error(t, err, "an accounting of a part is none")
}

// A shorter period is asked for; a longer one is six years.
func TestAccountingPeriod(t *testing.T) {
	log := logOf(t, sevenYears()...)
	req := request()
	req.From, req.Until = asked.AddDate(-20, 0, 0), time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	acc, _, err := audit.Account(log.Entries(t.Context(), 0), req)
	require.NoError(t, err)
	require.Equal(t, "2020-11-02", acc.From)
	require.Len(t, acc.Lines, 1)
	require.Equal(t, "2021-02-03", acc.Lines[0].Date)
	require.Zero(t, acc.Lines[0].Count)
}

func TestQueries(t *testing.T) {
	log := logOf(t, sevenYears()...)
	ids := func(q audit.Query, by ...audit.Order) (out []string) {
		list, err := audit.Sorted(audit.Select(log.Entries(t.Context(), 0), q), by...)
		require.NoError(t, err)
		for _, e := range list {
			out = append(out, e.Event.ID)
		}
		return out
	}
	day := func(s string) time.Time { at, _ := time.Parse(time.DateOnly, s); return at }
	require.Equal(t, []string{"of-another"}, ids(audit.Query{Patients: []audit.Identifier{other}}))
	require.Equal(t, []string{"of-another"}, ids(audit.Query{References: []string{"Patient/7002"}}))
	require.Empty(t, ids(audit.Query{Patients: []audit.Identifier{{Value: "MRN-7001"}}}), "another namespace is another patient")
	require.Equal(t, []string{"wrong", "wrong-2"}, ids(audit.Query{Names: []string{"Wrong Fax"}}))
	require.Equal(t, []string{"wrong-2", "wrong"}, ids(audit.Query{Names: []string{"Wrong Fax"}}, audit.Reversed(audit.ByTime)))
	require.Len(t, ids(audit.Query{Names: []string{"dclerk"}, Intents: true}), len(sevenYears())-1)
	require.Equal(t, []string{"ph-2"}, ids(audit.Query{From: day("2022-01-01"), Until: day("2024-01-01")}))
	require.Equal(t, []string{"ph-denied"}, ids(audit.Query{Outcomes: []audit.Outcome{audit.OutcomeDenied}}))
	require.Equal(t, []string{"intent", "left-open"}, slices.DeleteFunc(ids(audit.Query{Intents: true, From: day("2026-05-01"), Until: day("2026-05-31")}), func(id string) bool { return id == "outcome" }))
	require.Empty(t, ids(audit.Query{Kinds: []audit.Kind{audit.KindReceive}}))
	require.Empty(t, ids(audit.Query{Actions: []audit.Action{audit.ActionDelete}}))
	require.Equal(t, "of-another", ids(audit.Query{}, audit.Reversed(audit.ByPatient), audit.ByTime)[0])
	for _, by := range []audit.Order{audit.ByTime, audit.ByKind, audit.ByAction, audit.ByOutcome, audit.ByPatient, audit.ByAgent} {
		list, err := audit.Sorted(log.Entries(t.Context(), 0), by)
		require.NoError(t, err)
		require.True(t, slices.IsSortedFunc(list, func(a, b audit.Entry) int { return by(a, b) }))
	}
	var out bytes.Buffer
	list, err := audit.Sorted(audit.Select(log.Entries(t.Context(), 0), audit.Query{Names: []string{"Wrong Fax"}}), audit.ByTime)
	require.NoError(t, err)
	require.NoError(t, audit.WriteCSV(&out, audit.Entries(list)))
	require.Equal(t, 3, strings.Count(out.String(), "\r\n"))
	got, err := readCSV(&out)
	require.NoError(t, err)
	require.Equal(t, "wrong", got[0].ID)
	require.NoError(t, audittest.Full().Validate())
}
