package consent_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"testing"
	"time"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

type brokenStore struct{}

func (brokenStore) Consents(context.Context, *consent.Subject) ([]consent.Filed, error) {
	return nil, errors.New("out of order")
}

// twenty are twenty consents of one patient, signed, each with a few provisions.
func twenty() []consent.Filed {
	m := maker{rand.New(rand.NewPCG(20, 20))}
	out := make([]consent.Filed, 20)
	for i := range out {
		p := m.provision("permit", 1)
		p.Type, p.Period = "", nil
		readable(&p)
		for len(p.Provisions) < 3 {
			q := m.provision("deny", 0)
			readable(&q)
			p.Provisions = append(p.Provisions, q)
		}
		out[i].Consent = record.Consent{Entry: record.Entry{ID: fmt.Sprintf("c%02d", i), Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}},
			Decision: "permit", Provision: &p, When: &record.Time{Value: fmt.Sprintf("20%02d-01-01", i)},
			SourceRefs: []record.Ref{{AsSent: "DocumentReference/form"}}}
	}
	return out
}

// readable takes out what makes a provision unreadable, and gives a denial of everything a label: one of either would deny it all.
func readable(p *record.Provision) {
	if p.Type == "deny" && len(p.SecurityLabels)+len(p.Classes)+len(p.Codes)+len(p.Data) == 0 && p.DataPeriod == nil {
		p.SecurityLabels = []record.Coding{{System: record.SystemActCode, Code: "SDV"}}
	}
	if p.Period != nil && p.Period.End.Value == "nonsense" {
		p.Period = nil
	}
	for i := range p.Provisions {
		readable(&p.Provisions[i])
	}
}

// bare is the least that deciding could be: for each provision, whether its purposes, actors and period are those asked for.
func bare(list []consent.Filed, purpose, actor string) (n int) {
	var loop func(p *record.Provision)
	loop = func(p *record.Provision) {
		hit := len(p.Purposes) == 0
		for i := range p.Purposes {
			hit = hit || p.Purposes[i].Code == purpose
		}
		who := len(p.Actors) == 0
		for i := range p.Actors {
			who = who || p.Actors[i].Ref.AsSent == actor
		}
		if hit && who && (p.Period == nil || p.Period.End.Value >= "2026-03-02") {
			n++
		}
		for i := range p.Provisions {
			loop(&p.Provisions[i])
		}
	}
	for i := range list {
		if list[i].Consent.Status.Code == record.StatusActive {
			loop(list[i].Consent.Provision)
		}
	}
	return n
}

// asked is a clinician who wants to treat.
func asked() *consent.Request {
	return &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Jurisdiction: "US",
		Requester: consent.Party{Reference: "Practitioner/1", Organization: &consent.Party{Reference: "Organization/1"}, Groups: []consent.Party{}},
		Purposes:  []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}}
}

// A decision reads all twenty consents each time, from what the store holds to the whole Decision; nothing of them is prepared or remembered, nor are the
// rules of law on single entries.
func BenchmarkDecide20(b *testing.B) {
	list := twenty()
	e := &consent.Evaluator{Store: consent.FiledConsents(list)}
	req := asked()
	if d := consent.Decide(b.Context(), e, req); !d.Permits() || len(d.Considered) != 20 || len(d.Residual) == 0 {
		b.Fatal(d.Reasons)
	}
	b.Run("decide", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			consent.Decide(b.Context(), e, req)
		}
	})
	b.Run("loop", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			bare(list, "TREAT", "Practitioner/1")
		}
	})
}

// large is a record of 10,000 entries, one in ten of which is withheld by its label.
func large() *record.Record {
	r := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}, Practitioners: []record.Practitioner{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}}}}
	doc := record.Document{Entry: record.Entry{ID: "d", Assertion: record.Affirmed}}
	for i := range 10000 {
		s := fmt.Sprintf("s%d", i/100)
		if i%100 == 0 {
			doc.Sections = append(doc.Sections, record.Section{ID: s})
		}
		id := fmt.Sprintf("e%05d", i)
		o := record.Observation{Entry: record.Entry{ID: id, Assertion: record.Affirmed, Section: s, Labels: []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}},
			Identifiers:  []record.Identifier{{System: "urn:oid:1.2.3", Value: id}},
			Participants: []record.Participation{{Role: "author", Who: &record.Ref{ID: "a"}}}},
			Code:            record.Concept{Text: "glucose", Codings: []record.Coding{{System: record.SystemLOINC, Code: "2339-0", Display: "Glucose"}, {System: "urn:oid:1.2.4", Code: "GLU"}}},
			Values:          []record.Value{{Quantity: &record.Quantity{Value: "5.4", Unit: "mmol/L"}}},
			When:            record.Period{At: record.Time{Value: "2022-01-01T10:00:00Z"}},
			Interpretations: []record.Concept{{Codings: []record.Coding{{Code: "N"}}}}}
		if i%10 == 9 {
			o.Labels[0].Coding.Code = "R"
		}
		r.Results = append(r.Results, o)
		sec := &doc.Sections[len(doc.Sections)-1]
		sec.Entries = append(sec.Entries, record.Ref{ID: id, Kind: record.KindResult})
	}
	r.Documents = []record.Document{doc}
	return r
}

// Redaction is measured against a plain deep copy of the same record.
func BenchmarkRedact10000(b *testing.B) {
	rec := large()
	d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{
		{Effect: consent.Deny, If: consent.Condition{Labels: []record.Coding{{System: record.SystemConfidentiality, Code: "R"}}}}, {Effect: consent.Permit}}}}}
	b.Run("redact", func(b *testing.B) {
		for b.Loop() {
			if _, w := consent.Redact(d, rec, consent.Redaction{}); w.Total() != 1000 {
				b.Fatal(w.Total())
			}
		}
	})
	b.Run("clone", func(b *testing.B) {
		for b.Loop() {
			rec.Clone()
		}
	})
}

// Twenty thousand decisions leave nothing behind, nor do as many as PORTAGE_DECISIONS says (.ci/full: a million).
func TestDecideDoesNotGrow(t *testing.T) {
	n := 20000
	if s := os.Getenv("PORTAGE_DECISIONS"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	e := &consent.Evaluator{Store: consent.FiledConsents(twenty())}
	req := asked()
	heap := func(n int) uint64 {
		for range n {
			consent.Decide(t.Context(), e, req)
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap(1000)
	after := heap(n)
	t.Logf("%d decisions: %d bytes held before, %d after", n, before, after)
	if after > before+1<<20 {
		t.Errorf("%d bytes more are held", after-before)
	}
}
