package ccda

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var (
	templatesEncounter = []string{
		"2.16.840.1.113883.10.20.22.4.49", // Encounter Activity
		"2.16.840.1.113883.10.20.1.21", "2.16.840.1.113883.3.88.11.83.16", "1.3.6.1.4.1.19376.1.5.3.1.4.14",
	}
	// The act around a diagnosis may be one at admission or discharge (HL7's example of billable diagnoses).
	templatesHospitalDiagnosis = []string{"2.16.840.1.113883.10.20.22.4.33", "2.16.840.1.113883.10.20.22.4.34"}

	encounterDiagnosis = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.80"},
		system:    oidLOINC, codes: []string{"29308-4"},
	}
)

// encounterClasses are the codes of HL7 v3 ActCode that say what kind of
// encounter it is (value set ActEncounterCode).
var encounterClasses = []string{"AMB", "EMER", "FLD", "HH", "IMP", "ACUTE", "NONAC", "OBSENC", "PRENC", "SS", "VR"}

// readEncounterEntry reads an entry that holds an Encounter Activity.
func (r *reader) readEncounterEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	if isPlanned(n) {
		return r.readOrderEntry(entry)
	}
	if n.Name() != "encounter" || !r.hasAny(n, templatesEncounter) && !r.bare(n, nil) || !r.legible(n, "EVN") {
		return nil
	}
	if a := n.Attr("negationInd"); isTrue(a.Value()) {
		r.issue(record.IssueNegationUnclear, a) // CDA knows no encounter that was not
		return nil
	}
	return []record.Ref{r.encounter(n)}
}

// encounter reads an Encounter Activity (C-CDA R2.1 3.24). That of the header
// with the same identifier is the same encounter (C-CDA on FHIR, CF-encounters).
func (r *reader) encounter(n tree.Node) record.Ref {
	idents := r.ids(n)
	at := r.encompassed(n, idents)
	var e record.Encounter
	if at >= 0 {
		r.untakeAbsent(n, &idents, new([]record.Address), new([]record.Telecom))
		e.Entry = r.entryAs(kindEncounter, r.rec.Encounters[at].ID, idents, n)
	} else {
		e.Entry = r.entryAs(kindEncounter, r.entryID(kindEncounter, idents, n), idents, n)
	}
	r.notNegated(n.Attr("negationInd"))
	e.Assertion = record.Affirmed
	if e.Absent = r.nullFlavor(n); e.Absent != "" {
		e.Assertion = record.NotKnown
	}
	e.Status = r.status(n)
	r.templates(n, templatesEncounter...)
	r.shape(n, "ENC", "EVN")
	e.Types = r.concepts(n, "code")
	e.Priority = r.conceptPtr(n.Child("priorityCode"))
	e.AdmitSource = r.conceptPtr(n.ChildNS(spaceSDTC, "admissionReferralSourceCode"))
	for p := n.Child("participant"); p.OK(); p = p.NextNamed() {
		if ref := r.serviceLocation(p); ref != nil {
			r.slot(p, "locations", len(e.Locations))
			e.Locations = append(e.Locations, record.EncounterLocation{Location: *ref, When: r.periodPtr(p.Child("time"))})
		}
	}
	for rel, sub := range r.relations(n) {
		r.encounterPart(&e, rel, sub)
	}
	e.When = r.period(n.Child("effectiveTime"))
	e.Disposition = r.conceptPtr(n.ChildNS(spaceSDTC, "dischargeDispositionCode"))
	if at >= 0 {
		r.sameEncounter(&r.rec.Encounters[at], &e, n)
		return record.Ref{ID: e.ID, Kind: kindEncounter}
	}
	classify(&e)
	r.rec.Encounters = append(r.rec.Encounters, e)
	return record.Ref{ID: e.ID, Kind: kindEncounter}
}

// encounterPart reads one of the statements that hang on an encounter.
func (r *reader) encounterPart(e *record.Encounter, rel, sub tree.Node) {
	switch {
	case sub.Name() == "act" && (r.asks(sub, &encounterDiagnosis) || r.hasAny(sub, templatesHospitalDiagnosis)):
		if r.relates(rel, false, "COMP", "SUBJ", "REFR", "RSON") {
			refs := r.problems(sub)
			if refs == nil {
				r.release(rel)
				return // it is carried whole
			}
			r.slot(rel, "diagnoses", len(e.Diagnoses))
			for _, ref := range refs {
				e.Diagnoses = append(e.Diagnoses, record.EncounterDiagnosis{Problem: ref})
			}
		}
	case r.isInstruction(sub):
		if i, ok := r.instruction(rel, sub); ok {
			r.slot(rel, "instructions", len(e.Instructions))
			e.Instructions = append(e.Instructions, i)
		}
	case r.isIndication(rel, sub):
		if i, ok := r.indication(rel, sub); ok {
			r.slot(rel, "reasons", len(e.Reasons))
			e.Reasons = append(e.Reasons, i)
		}
	case r.isProblem(sub):
		if a, ok := r.problemAssertion(sub); ok && r.relates(rel, false, "COMP", "SUBJ", "REFR") {
			r.slot(rel, "diagnoses", len(e.Diagnoses))
			e.Diagnoses = append(e.Diagnoses, record.EncounterDiagnosis{Problem: r.problem(sub, a, r.useOf(tree.Node{}), nil)})
		}
	}
}

// encompassed gives the place of the header's encounter where n repeats it: they
// share an identifier, which stands on no other statement. -1 for none.
func (r *reader) encompassed(n tree.Node, idents []record.Identifier) int {
	if !r.hasEncounter || n.Attr("nullFlavor").OK() {
		return -1
	}
	for i := range idents {
		x := &idents[i]
		k := identKey{kindEncounter, x.System, x.Value}
		if !usable(x) || r.shared[k] || r.onStatements.several(n, x) {
			continue
		}
		if !slices.ContainsFunc(r.rec.Encounters[0].Identifiers, func(y record.Identifier) bool {
			return usable(&y) && y.System == x.System && y.Value == x.Value
		}) {
			continue
		}
		if r.entryOfEncounter != 0 && r.entryOfEncounter != n.Index() {
			r.shared[k], r.again = true, true // two statements claim to be the header's encounter
			return -1
		}
		r.entryOfEncounter = n.Index()
		return 0
	}
	return -1
}

// sameEncounter adds what an entry says to the header's encounter. Where both
// say what, when and how it ended, the header's stands, and the entry's is checked against it.
func (r *reader) sameEncounter(h, e *record.Encounter, n tree.Node) {
	h.Identifiers, h.Labels, h.Notes = union(h.Identifiers, e.Identifiers), union(h.Labels, e.Labels), union(h.Notes, e.Notes)
	h.Participants, h.Locations = union(h.Participants, e.Participants), union(h.Locations, e.Locations)
	h.Narrative, h.Language, h.Section, h.Status, h.Origins = e.Narrative, e.Language, e.Section, e.Status, append(h.Origins, e.Origins...)
	h.Priority, h.Diagnoses, h.Reasons, h.Instructions = e.Priority, e.Diagnoses, e.Reasons, e.Instructions
	h.Relations, h.Preferences = append(h.Relations, e.Relations...), append(h.Preferences, e.Preferences...)
	split := record.Encounter{Types: slices.Clone(e.Types)}
	classify(&split)
	switch {
	case h.Class.IsZero():
		h.Types = union(h.Types, e.Types)
		classify(h)
	case len(e.Types) == 1 && reflect.DeepEqual(split.Class, h.Class) && reflect.DeepEqual(split.Types, h.Types):
		r.repeat(n.Child("code"), true)
	default:
		h.Types = union(h.Types, e.Types)
	}
	if h.When.IsZero() {
		h.When = e.When
	} else if !e.When.IsZero() {
		r.repeat(n.Child("effectiveTime"), reflect.DeepEqual(h.When, e.When))
	}
	for _, x := range [...]struct {
		have **record.Concept
		said *record.Concept
		name string
	}{{&h.Disposition, e.Disposition, "dischargeDispositionCode"}, {&h.AdmitSource, e.AdmitSource, "admissionReferralSourceCode"}} {
		if *x.have == nil {
			*x.have = x.said
		} else if x.said != nil {
			r.repeat(n.ChildNS(spaceSDTC, x.name), reflect.DeepEqual(*x.have, x.said))
		}
	}
}

// repeat gives back what n says where the record has it from another place. The
// same is scaffold; what differs is carried, and an issue says so.
func (r *reader) repeat(n tree.Node, same bool) {
	if !same {
		r.issue(record.IssueContradiction, n)
	}
	for i := n.Index(); i < n.End(); i++ {
		if r.led.Taken(i) {
			r.led.Release(i)
			if same {
				r.led.Scaffold(i)
			}
		}
	}
}

// classify parts the codes that say what class an encounter is of from those
// that say its type (CF-encounters, code).
func classify(e *record.Encounter) {
	if !e.Class.IsZero() {
		return
	}
	types := e.Types[:0:0]
	for _, c := range e.Types {
		var rest, class []record.Coding
		for _, x := range c.Codings {
			if x.System == record.SystemActCode && slices.Contains(encounterClasses, x.Code) {
				class = append(class, x)
			} else {
				rest = append(rest, x)
			}
		}
		switch {
		case len(class) == 0 || !e.Class.IsZero():
			types = append(types, c)
		case len(rest) == 0:
			e.Class = c
		default:
			e.Class.Codings, c.Codings = class, rest
			types = append(types, c)
		}
	}
	e.Types = types
}
