package consent

import (
	"slices"

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
	tableAccess  = record.SystemAccessRestriction
	tableReasons = record.SystemAccessReason
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
		for _, x := range record.InForce(p.Restrictions) {
			ls := labelsOf(x)
			switch x.Reach() {
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
		for _, x := range record.InForce(e.Restrictions) {
			made := labelsOf(x)
			ls = append(ls, made...)
			if x.Reach() == "demographics" {
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

// besides gives labels without those that say no more than demands for restricted access do: they are no word on how confidential a thing is by itself.
func besides(ls, demands []record.Label) []record.Label {
	if !slices.ContainsFunc(demands, func(l record.Label) bool { return l.Kind == LabelRestriction }) {
		return ls
	}
	return slices.DeleteFunc(slices.Clone(ls), func(l record.Label) bool {
		return l.When == nil && l.Coding.System == record.SystemConfidentiality && l.Coding.Code == "R"
	})
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

// labelsOf gives the labels of a restriction: its value and its reasons as sent. None (NO) and an opt-in to registries
// (OI) restrict nothing. One that has no code is a label without one, which may mean any.
func labelsOf(x *record.AccessRestriction) (out []record.Label) {
	if !x.Restricts() {
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
		case record.IsOfTable(&k, table):
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
