package ccda

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What one release fixes and another does not goes out as the release of the document has it.
func TestFixedByRelease(t *testing.T) {
	dnr := record.Directive{Entry: entryOf(record.Affirmed, record.StatusCompleted), Type: codedIn(record.SystemSNOMED, "304251008", "Resuscitation status"),
		Values: []record.Value{{Concept: &record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "304253006"}}}}}}
	primary := record.Document{Services: []record.ServiceEvent{{Participants: []record.Participation{{Role: "performer", RoleAsSent: "PPRF", Who: &record.Ref{Kind: record.KindPractitioner, ID: "w"}}}}}}
	doctor := record.Practitioner{Entry: record.Entry{ID: "w"}, Names: []record.Name{{Family: []record.NamePart{{Value: "Alder"}}}}}
	planned := func() *record.Record {
		order := record.Order{Entry: entryOf(record.Affirmed, record.StatusActive), Class: "procedure", Code: codedIn(record.SystemSNOMED, "73761001", "Colonoscopy")}
		order.Mode = record.ModeRequest
		order.Relations = []record.Relation{{TypeAsSent: "COMP", Code: &record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "48768-6", Display: "Payment sources"}}},
			Target: record.Ref{Kind: record.KindCoverage, ID: "c"}}}
		c := record.Coverage{Entry: record.Entry{ID: "c", Mode: record.ModeIntent, Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}}, Activity: &record.CoverageActivity{ID: "a"}, Type: record.Concept{Text: "PPO"}}
		return &record.Record{Orders: []record.Order{order}, Coverages: []record.Coverage{c}}
	}
	for _, c := range []struct {
		name     string
		rec      *record.Record
		x        Exporter
		has, not string
		path     string
	}{
		{"a directive alone", &record.Record{Directives: []record.Directive{dnr}}, Exporter{Mode: Conformant, Release: R30}, `"2.16.840.1.113883.10.20.22.4.108"`, "", "directives[0]"},
		{"a directive alone in R2.1", &record.Record{Directives: []record.Directive{dnr}}, Exporter{Mode: Conformant}, "", `"2.16.840.1.113883.10.20.22.4.108"`, ""},
		{"a directive alone, faithfully", &record.Record{Directives: []record.Directive{dnr}}, Exporter{Release: R30}, "", `"2.16.840.1.113883.10.20.22.4.108"`, ""},
		{"who performed", &record.Record{Documents: []record.Document{primary}, Practitioners: []record.Practitioner{doctor}}, Exporter{Mode: Conformant, Type: CCD}, `<performer typeCode="PRF"`, "PPRF", "documents[0].services[0].participants[0].role"},
		{"who performed, faithfully", &record.Record{Documents: []record.Document{primary}, Practitioners: []record.Practitioner{doctor}}, Exporter{Type: CCD}, `<performer typeCode="PPRF"`, "", ""},
		{"who is to pay, R2.1", planned(), Exporter{Mode: Conformant}, `code="48768-6"`, `code="52556-8"`, ""},
		{"who is to pay", planned(), Exporter{Mode: Conformant, Release: R30}, `code="52556-8"`, `<code code="48768-6"`, "orders[0].relations[0].code"},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.rec.Patient = &record.Patient{}
			before, err := record.Marshal(c.rec)
			require.NoError(t, err)
			out, back, rep := passed(t, c.x, c.rec)
			require.Contains(t, out, c.has)
			if c.not != "" {
				require.NotContains(t, out, c.not)
			}
			told := slices.ContainsFunc(rep.Issues, func(i record.Issue) bool { return i.Code == "altered" && strings.HasPrefix(i.Path, c.path) })
			if c.path != "" {
				require.True(t, told)
			}
			require.Equal(t, len(c.rec.Coverages), len(back.Coverages))
			for i := range c.rec.Directives {
				at := slices.IndexFunc(back.Directives, func(d record.Directive) bool { return len(d.Values) > 0 })
				require.GreaterOrEqual(t, at, 0)
				require.Equal(t, c.rec.Directives[i].Assertion, back.Directives[at].Assertion)
				require.Equal(t, "304253006", back.Directives[at].Values[0].Concept.Codings[0].Code)
			}
			after, err := record.Marshal(c.rec)
			require.NoError(t, err)
			require.Equal(t, string(before), string(after))
		})
	}
}

// An Authorization Activity is claimed only where what the payer agreed to is a promise (CONF:1198-8951).
func TestAuthorizedArePromises(t *testing.T) {
	const template = `"2.16.840.1.113883.10.20.1.19"`
	for mode, claimed := range map[record.Mode]bool{record.ModePromise: true, record.ModeRequest: false} {
		order := record.Order{Entry: entryOf(record.Affirmed, record.StatusActive), Class: "procedure", Code: codedIn(record.SystemSNOMED, "73761001", "Colonoscopy")}
		order.Mode = mode
		rec := &record.Record{Orders: []record.Order{order}, Coverages: []record.Coverage{{Entry: record.Entry{ID: "c", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted}},
			Type: record.Concept{Text: "PPO"}, Authorizations: []record.CoverageAuthorization{{Services: []record.Ref{{Kind: record.KindOrder, ID: order.ID}}}}}}}
		out, _, rep := passed(t, Exporter{Mode: Conformant}, rec)
		require.Equal(t, claimed, strings.Contains(out, template))
		require.Equal(t, !claimed, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool {
			return i.Code == record.IssueProfileNotClaimed.Code && strings.HasPrefix(i.Path, "coverages[0].authorizations[0]")
		}))
		faithful, _, _ := passed(t, Exporter{}, rec)
		require.Contains(t, faithful, template)
	}
}
