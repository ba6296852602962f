package consent_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// maker invents consents, requests and records.
type maker struct{ *rand.Rand }

func pick[T any](m maker, list ...T) T { return list[m.IntN(len(list))] }

func (m maker) codes(system string, list ...string) (out []record.Coding) {
	for _, c := range list {
		if m.IntN(3) == 0 {
			out = append(out, record.Coding{System: system, Code: c})
		}
	}
	return out
}

func (m maker) labels() []record.Coding {
	return append(m.codes(record.SystemConfidentiality, "N", "R", "V"), m.codes(record.SystemActCode, "HIV", "PSY", "SUD", "ETHUD", consent.CodeUnderPart2, consent.CodePsyNotes)...)
}

func (m maker) actors() (out []record.ConsentActor) {
	for range m.IntN(3) {
		out = append(out, record.ConsentActor{Ref: &record.Ref{AsSent: pick(m, "Practitioner/1", "Practitioner/2", "Organization/1", "Group/1", ""), Display: "x"}})
	}
	return out
}

func (m maker) provision(effect string, depth int) record.Provision {
	p := record.Provision{Type: effect}
	some := func(n int) bool { return m.IntN(n) == 0 }
	if some(2) {
		p.Purposes = m.codes(record.SystemActReason, "TREAT", "ETREAT", "BTG", "HPAYMT", "HMARKT", "HRESCH")
	}
	if some(3) {
		p.Actors = m.actors()
	}
	if some(3) {
		p.SecurityLabels = m.labels()
	}
	if some(5) {
		p.Classes = m.codes("http://hl7.org/fhir/resource-types", "Observation", "Condition")
	}
	if some(5) {
		p.Codes = []record.Concept{{Codings: m.codes(record.SystemLOINC, "1", "2", "3")}}
	}
	if some(6) {
		p.DataPeriod = &record.Period{Start: record.Time{Value: pick(m, "2020", "2022-05", "2023-01-01")}}
	}
	if some(6) {
		p.Data = []record.ConsentData{{Meaning: pick(m, "instance", "authoredby", "related"), Ref: record.Ref{ID: pick(m, "e0", "e1", "a"), AsSent: pick(m, "", "Observation/7", "Encounter/1")}}}
	}
	if some(6) {
		p.Period = &record.Period{End: record.Time{Value: pick(m, "2024", "2027-01-01", "nonsense")}}
	}
	if depth > 0 && effect != "" {
		for range m.IntN(3) {
			p.Provisions = append(p.Provisions, m.provision(pick(m, "permit", "deny"), depth-1))
		}
	}
	return p
}

func (m maker) consent(id int, effect string, plain bool) record.Consent {
	depth := 2
	if plain {
		depth = 0
	}
	p := m.provision(effect, depth)
	p.Type = ""
	c := record.Consent{Entry: record.Entry{ID: fmt.Sprint("c", id), Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}},
		Decision: effect, Provision: &p, Version: pick(m, "R4", "R4", "R5"), SourceRefs: []record.Ref{{AsSent: "x"}}}
	if plain {
		c.Version = "R4" // a provision of R5 is an exception
		if p.Period != nil && p.Period.End.Value == "nonsense" {
			p.Period = nil // what cannot be read denies, whatever it would say
		}
	}
	if m.IntN(4) > 0 {
		c.When = &record.Time{Value: pick(m, "2020", "2021-03-03", "2022-01-01T10:00:00Z", "2025-01-01", "2027")}
	}
	if m.IntN(5) == 0 {
		c.Basis = []record.Concept{{Codings: []record.Coding{{System: record.SystemActCode, Code: pick(m, consent.CodeUnderPart2, consent.CodeHIPAAAuth)}}}}
	}
	if c.Version == "R5" && m.IntN(2) == 0 {
		c.Provisions, c.Provision = []record.Provision{p}, nil
	}
	return c
}

func (m maker) request() *consent.Request {
	r := &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Jurisdiction: "US",
		Requester: consent.Party{Reference: pick(m, "Practitioner/1", "Practitioner/2", "Patient/1"), Organization: &consent.Party{Reference: "Organization/1"}}}
	for range 1 + m.IntN(2) {
		r.Purposes = append(r.Purposes, record.Coding{System: record.SystemActReason, Code: pick(m, "TREAT", "ETREAT", "BTG", "HPAYMT", "HOPERAT", "HMARKT", "HRESCH", "PATRQT", "FooBar")})
	}
	if m.IntN(6) == 0 {
		r.Categories = m.codes("http://hl7.org/fhir/resource-types", "Observation", "Condition")
	}
	if m.IntN(8) == 0 {
		r.Labels = m.labels()
	}
	if m.IntN(6) == 0 {
		r.Emergency = &consent.Emergency{Reason: pick(m, "", "bleeding")}
	}
	if m.IntN(8) == 0 {
		r.Form = pick(m, consent.FormDeidentified, consent.FormLimited)
	}
	return r
}

func (m maker) record() *record.Record {
	r := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}}
	for i := range 12 {
		o := record.Observation{Entry: record.Entry{ID: fmt.Sprint("e", i), Assertion: record.Affirmed},
			Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: pick(m, "1", "2", "3", "4")}}}}
		for _, c := range m.labels() {
			o.Labels = append(o.Labels, record.Label{Coding: c})
		}
		if m.IntN(2) == 0 {
			o.Recorded = &record.Time{Value: pick(m, "2019", "2022", "2024-01-01")}
		}
		if m.IntN(2) == 0 {
			o.Participants = []record.Participation{{Role: "author", Who: &record.Ref{ID: pick(m, "a", "b"), Kind: record.KindPractitioner}}}
		}
		if i > 0 && m.IntN(3) == 0 {
			o.DerivedFrom = []record.Ref{{ID: fmt.Sprint("e", m.IntN(i))}}
		}
		r.Results = append(r.Results, o)
	}
	r.Practitioners = []record.Practitioner{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}}, {Entry: record.Entry{ID: "b", Assertion: record.Affirmed}}}
	return r
}

func (m maker) set(n int) (out []record.Consent) {
	for i := range n {
		out = append(out, m.consent(i, pick(m, "permit", "deny"), false))
	}
	return out
}

// shown gives which entries of a record pass, as bits.
func shown(t *testing.T, e *consent.Evaluator, cs []record.Consent, req *consent.Request, rec *record.Record) (bits uint, d *consent.Decision) {
	t.Helper()
	x := *e
	x.Store = consent.Consents(cs)
	d = consent.Decide(t.Context(), &x, req)
	j := consent.NewJudge(d, rec, nil, nil)
	for i := range rec.Results {
		if j.Entry(record.KindResult, &rec.Results[i].Entry).Pass {
			bits |= 1 << i
		}
	}
	return bits, d
}

var sets = flag.Int("sets", 4000, "invented sets of consents that each property is tried on")

func eachCase(t *testing.T, f func(t *testing.T, m maker, e *consent.Evaluator)) {
	n := *sets
	if testing.Short() {
		n = min(n, 400)
	}
	for seed := range n {
		m := maker{rand.New(rand.NewPCG(uint64(seed), 7))}
		e := &consent.Evaluator{Default: pick(m, consent.DefaultLawful, consent.DefaultPermit, consent.DefaultDeny, consent.DefaultBreakGlass), Subsume: m.IntN(2) == 0, EmergencyOverride: m.IntN(4) == 0}
		f(t, m, e)
		require.False(t, t.Failed(), "seed %d", seed)
	}
}

// Adding a plain denial never shows more, however several consents are combined.
func TestDenialNeverShowsMore(t *testing.T) {
	some, fewer := 0, 0
	eachCase(t, func(t *testing.T, m maker, e *consent.Evaluator) {
		e.Combining = pick(m, consent.Newest, consent.DenyOverrides)
		cs, req, rec := m.set(m.IntN(5)), m.request(), m.record()
		before, _ := shown(t, e, cs, req, rec)
		after, d := shown(t, e, append(cs, m.consent(99, "deny", true)), req, rec)
		require.Zero(t, after&^before, "more is shown: %012b, then %012b: %v", before, after, d.Reasons)
		if before != 0 {
			some++
		}
		if after != before {
			fewer++
		}
	})
	require.Positive(t, some)
	require.Positive(t, fewer)
}

// Where denials override and nothing leaves without consent, to remove a permit never shows more, and to remove a denial never fewer.
func TestDenyOverridesIsMonotone(t *testing.T) {
	less, more := 0, 0
	eachCase(t, func(t *testing.T, m maker, e *consent.Evaluator) {
		e.Combining, e.Default = consent.DenyOverrides, consent.DefaultDeny
		cs, req, rec := m.set(1+m.IntN(5)), m.request(), m.record()
		for i := range cs {
			cs[i] = m.consent(i, cs[i].Decision, true)
		}
		before, _ := shown(t, e, cs, req, rec)
		i := m.IntN(len(cs))
		rest := append(append([]record.Consent{}, cs[:i]...), cs[i+1:]...)
		after, _ := shown(t, e, rest, req, rec)
		if cs[i].Decision == "permit" {
			require.Zero(t, after&^before, "without a permit more is shown")
			if after != before {
				less++
			}
		} else {
			require.Zero(t, before&^after, "without a denial fewer are shown")
			if after != before {
				more++
			}
		}
	})
	require.Positive(t, less)
	require.Positive(t, more)
}

// The order of consents never matters, nor whether a request is decided once or twice.
func TestOrderNeverMatters(t *testing.T) {
	eachCase(t, func(t *testing.T, m maker, e *consent.Evaluator) {
		cs, req, rec := m.set(2+m.IntN(5)), m.request(), m.record()
		bits, d := shown(t, e, cs, req, rec)
		first, err := json.Marshal(d)
		require.NoError(t, err)
		m.Shuffle(len(cs), func(i, j int) { cs[i], cs[j] = cs[j], cs[i] })
		again, d := shown(t, e, cs, req, rec)
		require.Equal(t, bits, again)
		second, err := json.Marshal(d)
		require.NoError(t, err)
		require.Equal(t, string(first), string(second))
	})
}

// To carry a decision out twice changes nothing.
func TestRedactTwice(t *testing.T) {
	cut := 0
	eachCase(t, func(t *testing.T, m maker, e *consent.Evaluator) {
		e.Mask = m.IntN(3) == 0
		_, d := shown(t, e, m.set(m.IntN(4)), m.request(), m.record())
		rec := m.record()
		out, w := consent.Redact(d, rec, consent.Redaction{})
		if out == nil {
			require.False(t, d.Permits())
			return
		}
		if w.Total() > 0 {
			cut++
		}
		again, w := consent.Redact(d, out, consent.Redaction{})
		require.Zero(t, w.Total())
		a, err := json.Marshal(out)
		require.NoError(t, err)
		b, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(a), string(b))
	})
	require.Positive(t, cut)
}

// FuzzDecide: no panic, and never a permit where the evaluation failed.
func FuzzDecide(f *testing.F) {
	for seed := range 20 {
		m := maker{rand.New(rand.NewPCG(uint64(seed), 3))}
		in, _ := json.Marshal(fuzzInput{m.set(3), lax(*m.request())})
		f.Add(in)
	}
	rec := maker{rand.New(rand.NewPCG(1, 1))}.record()
	f.Fuzz(func(t *testing.T, b []byte) {
		var in fuzzInput
		if json.Unmarshal(b, &in) != nil {
			return
		}
		e := &consent.Evaluator{Store: consent.Consents(in.Consents)}
		req := consent.Request(in.Request)
		d := consent.Decide(t.Context(), e, &req)
		if d.Permits() && d.Has(consent.ReasonFailed) || d.Permits() && req.At.IsZero() {
			t.Fatal("permitted where the evaluation failed")
		}
		out, w := consent.Redact(d, rec, consent.Redaction{})
		consent.NewPreview(d, &req, out, w, consent.PreviewOptions{}).HTML()
		if (out != nil) != d.Permits() {
			t.Fatal("what leaves is not what was decided")
		}
		direct, err := e.Decide(t.Context(), &req) // not even unguarded does it panic
		if err != nil && d.Permits() {
			t.Fatalf("permitted where the evaluation failed: %v", direct)
		}
		broken := *e
		broken.Store = brokenStore{}
		if d := consent.Decide(t.Context(), &broken, &req); d.Permits() && !d.Has(consent.ReasonNotPHI) && req.Action.Code != "revoke" {
			t.Fatal("permitted with no consents read")
		}
	})
}

type fuzzInput struct {
	Consents []record.Consent `json:"consents"`
	Request  lax              `json:"request"`
}

// lax is a request that is read as it comes, so that the evaluator sees what ReadRequest refuses.
type lax consent.Request

// FuzzReadRequest: no panic; what is read is written and read again as the same, and never with a member that no request has.
func FuzzReadRequest(f *testing.F) {
	for seed := range 10 {
		in, _ := json.Marshal(maker{rand.New(rand.NewPCG(uint64(seed), 5))}.request())
		f.Add(in)
	}
	f.Add([]byte(`{"at":"2026-03-02T10:00:00Z","AT":"2020-01-01T00:00:00Z"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		req, err := consent.ReadRequest(bytes.NewReader(b))
		if err != nil {
			require.Nil(t, req)
			return
		}
		once, err := json.Marshal(req)
		require.NoError(t, err)
		again, err := consent.ReadRequest(bytes.NewReader(once))
		require.NoError(t, err)
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(once), string(twice))
		if i := bytes.LastIndexByte(b, '}'); i > 0 {
			more := append(append([]byte{}, b[:i]...), `,"purpose":[]}`...)
			_, err = consent.ReadRequest(bytes.NewReader(more))
			require.Error(t, err, "a typing error")
		}
	})
}

// Neither the order of entries matters, nor that of the members of a request's JSON.
func TestOrderOfEntriesAndMembers(t *testing.T) {
	eachCase(t, func(t *testing.T, m maker, e *consent.Evaluator) {
		cs, req, rec := m.set(1+m.IntN(4)), m.request(), m.record()
		passes := func(req *consent.Request) (map[string]bool, string) {
			_, d := shown(t, e, cs, req, rec)
			j, out := consent.NewJudge(d, rec, nil, nil), map[string]bool{}
			for i := range rec.Results {
				out[rec.Results[i].ID] = j.Entry(record.KindResult, &rec.Results[i].Entry).Pass
			}
			b, err := json.Marshal(d)
			require.NoError(t, err)
			return out, string(b)
		}
		before, d := passes(req)
		m.Shuffle(len(rec.Results), func(i, j int) { rec.Results[i], rec.Results[j] = rec.Results[j], rec.Results[i] })
		b, err := json.Marshal(req)
		require.NoError(t, err)
		var members map[string]any
		require.NoError(t, json.Unmarshal(b, &members))
		sorted, err := json.Marshal(members) // by name
		require.NoError(t, err)
		same, err := consent.ReadRequest(bytes.NewReader(sorted))
		require.NoError(t, err)
		after, d2 := passes(same)
		require.Equal(t, before, after)
		require.Equal(t, d, d2)
	})
}
