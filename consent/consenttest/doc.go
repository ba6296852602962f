// Package consenttest is a suite of scenarios that any consent.Decider can be run through: who asks, what the patient has
// on file, and what must come of it. The rows are named A1 to J15; those of J are about package deid, and only J13 asks the
// Decider. The patients are invented.
package consenttest

import (
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// Host is what a Decider under test has to be set up with.
type Host struct {
	Consents []consent.Filed
	// Default is the host's policy where the patient has said nothing.
	Default consent.Default
	// DenyOverrides asks that no denial gives way to a newer permit.
	DenyOverrides bool
	// Subsume asks that a permit of a purpose covers those below it.
	Subsume bool
	// EmergencyOverride asks that an attested emergency passes over a denial.
	EmergencyOverride bool
	// Mask asks that entries are masked, not removed.
	Mask bool
	// Replaced names policies that others took the place of.
	Replaced map[string]string
	// NoLaw asks for a Decider without rules of law.
	NoLaw bool
	// Fails asks for one whose policies cannot be read.
	Fails bool
	// StateLaw are rules of law beside those of the United States.
	StateLaw []*consent.Law
}

// Evaluator sets up the default Decider.
func Evaluator(h Host) consent.Decider {
	e := &consent.Evaluator{Store: consent.FiledConsents(h.Consents), Default: h.Default, Subsume: h.Subsume,
		EmergencyOverride: h.EmergencyOverride, Mask: h.Mask, Replaced: h.Replaced}
	if h.DenyOverrides {
		e.Combining = consent.DenyOverrides
	}
	switch {
	case h.NoLaw:
		e.Laws = []*consent.Law{}
	case len(h.StateLaw) > 0:
		e.Laws = append(append([]*consent.Law{}, consent.USLaw()...), h.StateLaw...)
	}
	if h.Fails {
		e.Store = failing{}
	}
	return e
}

// Run runs every scenario against the Decider that setup gives for a host.
func Run(t *testing.T, setup func(Host) consent.Decider) {
	s := suite{setup}
	for _, rows := range [][]row{s.whole(), s.items(), s.several(), s.capacity(), s.law(), s.emergency(), s.part2(), s.redaction(), s.blocking(), s.deidentification()} {
		for _, r := range rows {
			t.Run(r.name, r.run)
		}
	}
}

// Rows gives the names of all rows, in order.
func Rows() (names []string) {
	var s suite
	for _, rows := range [][]row{s.whole(), s.items(), s.several(), s.capacity(), s.law(), s.emergency(), s.part2(), s.redaction(), s.blocking(), s.deidentification()} {
		for _, r := range rows {
			names = append(names, r.name)
		}
	}
	return names
}

type row struct {
	name string
	run  func(*testing.T)
}

type suite struct{ setup func(Host) consent.Decider }

// decide asks the Decider under test.
func (s suite) decide(t *testing.T, h Host, req consent.Request) *consent.Decision {
	t.Helper()
	return consent.Decide(t.Context(), s.setup(h), &req)
}

// want checks the outcome and what is to be done.
func want(t *testing.T, d *consent.Decision, outcome consent.Outcome, final consent.Effect) {
	t.Helper()
	if d.Outcome != outcome || d.Final != final {
		t.Errorf("outcome %s, final %s; want %s, %s (reasons %v)", d.Outcome, d.Final, outcome, final, d.Reasons)
	}
}

// final checks what is to be done alone: whether that rests on a consent or on the law is not the row's matter.
func final(t *testing.T, d *consent.Decision, e consent.Effect) {
	t.Helper()
	if d.Permits() != (e == consent.Permit) {
		t.Errorf("outcome %s, final %s; want final %s (reasons %v)", d.Outcome, d.Final, e, d.Reasons)
	}
}

func reason(t *testing.T, d *consent.Decision, c consent.ReasonCode) {
	t.Helper()
	if !d.Has(c) {
		t.Errorf("no reason %s in %v", c, d.Reasons)
	}
}

func element(t *testing.T, d *consent.Decision, c consent.ReasonCode, name string) {
	t.Helper()
	for _, r := range d.Reasons {
		if r.Code == c && r.Element == name {
			return
		}
	}
	t.Errorf("no reason %s that names %s in %v", c, name, d.Reasons)
}

func owes(t *testing.T, d *consent.Decision, codes ...string) {
	t.Helper()
	for _, c := range codes {
		if !d.Owes(c) {
			t.Errorf("no obligation %s in %v", c, d.Obligations)
		}
	}
}

func owesNot(t *testing.T, d *consent.Decision, codes ...string) {
	t.Helper()
	for _, c := range codes {
		if d.Owes(c) {
			t.Errorf("obligation %s, which the row does not ask for", c)
		}
	}
}

func cites(t *testing.T, d *consent.Decision, citation string) {
	t.Helper()
	for _, b := range d.Basis {
		if len(b.Citation) >= len(citation) && b.Citation[:len(citation)] == citation {
			return
		}
	}
	t.Errorf("no basis %s in %v", citation, d.Basis)
}

// sees checks which entries of a record pass.
func sees(t *testing.T, d *consent.Decision, rec *record.Record, ids ...string) {
	t.Helper()
	j := consent.NewJudge(d, rec, nil, nil)
	got := map[string]bool{}
	all := 0
	for kind, e := range rec.Entries() {
		if len(e.ID) > 1 && (e.ID[0] == 'e' || e.ID[0] == 'm') {
			if all++; j.Entry(kind, e).Pass {
				got[e.ID] = true
			}
		}
	}
	for _, id := range ids {
		if !got[id] {
			t.Errorf("%s is withheld, and should be visible", id)
		}
		delete(got, id)
	}
	for id := range got {
		t.Errorf("%s is visible, and should be withheld", id)
	}
	if all == 0 {
		t.Error("the record has no entries")
	}
}

// withheldFor checks why an entry is withheld.
func withheldFor(t *testing.T, d *consent.Decision, rec *record.Record, id string, why consent.ReasonCode) {
	t.Helper()
	j := consent.NewJudge(d, rec, nil, nil)
	for kind, e := range rec.Entries() {
		if e.ID == id {
			if g := j.Entry(kind, e); g.Pass || g.Reason != why {
				t.Errorf("%s: pass %t, reason %s; want withheld for %s", id, g.Pass, g.Reason, why)
			}
			return
		}
	}
	t.Errorf("no entry %s", id)
}
