package consent

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// Kinds of labels that are made of what a source says of access beside its labels (HL7 v2 ARV, PD1-12, PV2-22, PV1-16).
const (
	// LabelRestriction is a demand that data be kept back. It counts as restricted at least, and a denial of any label may mean it.
	LabelRestriction = "restriction"
	// LabelCourtesy is who the patient is to the house. It grades nothing, and permits nothing.
	LabelCourtesy = "courtesy"
)

const (
	tableVIP     = "http://terminology.hl7.org/CodeSystem/v2-0099"
	tableAction  = "http://terminology.hl7.org/CodeSystem/v2-0206"
	tableAccess  = "http://terminology.hl7.org/CodeSystem/v2-0717"
	tableReasons = "http://terminology.hl7.org/CodeSystem/v2-0719"
)

// restrictions are the labels that a record's demands for restricted access make.
type restrictions struct {
	facts      []record.Label            // of the patient's own facts
	all        []record.Label            // of every entry
	encounters []record.Label            // of every encounter
	visits     map[string][]record.Label // of an encounter and what refers to it, by its id
}

// restrictionsOf reads the demands of a record; nil where it has none.
func restrictionsOf(rec *record.Record) *restrictions {
	r := &restrictions{visits: map[string][]record.Label{}}
	if p := rec.Patient; p != nil {
		if p.Registry != nil && p.Registry.Protected != nil && *p.Registry.Protected {
			l := protected()
			l.When = since(p.Registry.ProtectedSince)
			r.all, r.facts = append(r.all, l), append(r.facts, l)
		}
		for _, x := range inForce(p.Restrictions) {
			ls := labelsOf(x)
			switch reachOf(x) {
			case "demographics":
				r.facts = append(r.facts, ls...)
			case "location":
				r.encounters = append(r.encounters, ls...)
			default:
				r.all, r.facts = append(r.all, ls...), append(r.facts, ls...)
			}
		}
	}
	for i := range rec.Encounters {
		e := &rec.Encounters[i]
		var ls []record.Label
		for k := range e.Courtesies {
			ls = codingsOf(ls, &e.Courtesies[k], tableVIP, LabelCourtesy, nil)
		}
		if e.VIP != nil {
			ls = codingsOf(ls, e.VIP, tableVIP, LabelCourtesy, nil)
		}
		if e.Protected != nil && *e.Protected {
			ls = append(ls, protected())
		}
		for _, x := range inForce(e.Restrictions) {
			made := labelsOf(x)
			ls = append(ls, made...)
			if reachOf(x) == "demographics" {
				r.facts = append(r.facts, made...)
			}
		}
		if len(ls) > 0 {
			r.visits[e.ID] = append(r.visits[e.ID], ls...)
		}
	}
	if len(r.facts) == 0 && len(r.all) == 0 && len(r.encounters) == 0 && len(r.visits) == 0 {
		return nil
	}
	return r
}

func protected() record.Label {
	return record.Label{Kind: LabelRestriction, Coding: record.Coding{System: System, Code: CodeProtected}}
}

func since(t *record.Time) *record.Period {
	if t == nil {
		return nil
	}
	return &record.Period{Start: *t}
}

// of gives the labels of an entry: those of all entries, and those of the encounters that it is or refers to.
func (r *restrictions) of(kind string, e *record.Entry) []record.Label {
	if r == nil {
		return nil
	}
	out := r.all[:len(r.all):len(r.all)]
	if kind == record.KindEncounter {
		out = append(out, r.encounters...)
		out = append(out, r.visits[e.ID]...)
	}
	if len(r.visits) == 0 {
		return out
	}
	if i := itemOf(kind, e); i.way != nil {
		i.way.walk(i.at, &visitor{ref: func(x *record.Ref) bool {
			if x.ID != "" {
				out = append(out, r.visits[x.ID]...)
			}
			return false
		}})
	}
	return out
}

// ofPatient gives the labels of the patient's own facts.
func (r *restrictions) ofPatient() []record.Label {
	if r == nil {
		return nil
	}
	return r.facts
}

// restricted adds labels of restrictions. What is so restricted is R at least, whatever else it is graded.
func restricted(have, more []record.Label) []record.Label {
	if len(more) == 0 {
		return have
	}
	out, high, demand := have[:len(have):len(have)], false, false
	for i := range more {
		out = append(out, more[i])
		demand = demand || more[i].Kind == LabelRestriction
	}
	for i := range have {
		c := &have[i].Coding
		high = high || kindOfLabel(have[i].Kind, c) == labelConfidentiality && (c.Code == "R" || c.Code == "V")
	}
	if demand && !high {
		out = append(out, record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}})
	}
	return out
}

// inForce leaves out of restrictions those that one behind them deletes (table 0206, D): of the same value and, where it
// names reasons, the same reasons. A deletion of something else deletes nothing.
func inForce(list []record.AccessRestriction) []*record.AccessRestriction {
	var out []*record.AccessRestriction
	for i := range list {
		x := &list[i]
		if !only(x.Action, tableAction, "D") {
			if len(labelsOf(x)) > 0 {
				out = append(out, x)
			}
			continue
		}
		kept := out[:0]
		for _, o := range out {
			if !sameConcept(o.Value, x.Value) || len(x.Reasons) > 0 && !sameReasons(o.Reasons, x.Reasons) {
				kept = append(kept, o)
			}
		}
		out = kept
	}
	return out
}

// only reports whether all codings of a concept are one of some codes of a table of HL7 v2.
func only(c *record.Concept, table string, codes ...string) bool {
	if c == nil || len(c.Codings) == 0 {
		return false
	}
	for i := range c.Codings {
		if k := &c.Codings[i]; !hasWord(codes, k.Code) || !ofTable(k, table) {
			return false
		}
	}
	return true
}

// ofTable reports whether a code is one of a table. One that names no system in a field of that table is.
func ofTable(c *record.Coding, table string) bool {
	if c.System == table {
		return true
	}
	sent := "HL7" + table[strings.LastIndexByte(table, '-')+1:]
	return c.System == "" && (c.SystemAsSent == "" || c.SystemAsSent == sent)
}

func sameConcept(a, b *record.Concept) bool {
	if a == nil || b == nil || len(a.Codings) == 0 || len(a.Codings) != len(b.Codings) {
		return false
	}
	for i := range a.Codings {
		if x, y := &a.Codings[i], &b.Codings[i]; x.Code == "" || x.Code != y.Code || !ofTable(x, tableAccess) != !ofTable(y, tableAccess) ||
			!ofTable(x, tableAccess) && (x.System != y.System || x.SystemAsSent != y.SystemAsSent) {
			return false
		}
	}
	return true
}

func sameReasons(a, b []record.Concept) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !sameConcept(&a[i], &b[i]) {
			return false
		}
	}
	return true
}

// reachOf tells what of a record a restriction is about (table 0717): the patient's own facts, where the patient is, or
// all there is: of a kind of data (HIV, PSY …) or a local code nobody can tell which entries it means.
func reachOf(x *record.AccessRestriction) string {
	switch {
	case only(x.Value, tableAccess, "DEM", "PID-7", "PID-17"):
		return "demographics"
	case only(x.Value, tableAccess, "LOC"):
		return "location"
	}
	return ""
}

// labelsOf gives the labels of a restriction: its value and its reasons as sent. None (NO) and an opt-in to registries
// (OI) restrict nothing. One that has no code is a label without one, which may mean any.
func labelsOf(x *record.AccessRestriction) (out []record.Label) {
	if only(x.Value, tableAccess, "NO", "OI") {
		return nil
	}
	if x.Value != nil {
		out = codingsOf(out, x.Value, tableAccess, LabelRestriction, x.When)
	}
	for i := range x.Reasons {
		out = codingsOf(out, &x.Reasons[i], tableReasons, LabelRestriction, x.When)
	}
	if len(out) == 0 {
		out = append(out, record.Label{Kind: LabelRestriction, When: x.When})
	}
	return out
}

// codingsOf makes labels of the codings of a concept. A code that names no system is one of the field's table; a system
// that nobody knows keeps its name.
func codingsOf(out []record.Label, c *record.Concept, table, kind string, when *record.Period) []record.Label {
	for _, k := range c.Codings {
		switch {
		case ofTable(&k, table):
			k.System = table
		case k.System == "":
			k.System = k.SystemAsSent
		}
		out = append(out, record.Label{Kind: kind, Coding: k, When: when})
	}
	if len(c.Codings) == 0 {
		out = append(out, record.Label{Kind: kind, When: when})
	}
	return out
}
