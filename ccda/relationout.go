package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// relations writes the entries that hang on this one: whole, where nothing else
// has written them, else by their ids (C-CDA R2.1 Entry Reference), and after
// them the documents elsewhere.
func (w *writer) relations(list *[]record.Relation) {
	w.relationsIn("entryRelationship", *list, false)
	w.relationsIn("reference", *list, true)
	*list = nil
}

// relationsIn writes those of a list that are of documents elsewhere, or those that are not.
func (w *writer) relationsIn(wrapper string, list []record.Relation, documents bool) {
	for i := 0; i < len(list); i++ {
		if isElsewhere(&list[i].Target) != documents {
			continue
		}
		x := list[i]
		n := 0
		for !documents && i+n+1 < len(list) && alike(&x, &list[i+n+1]) && w.sameAct(&x.Target, &list[i+n+1].Target) {
			n++
		}
		w.In("relations", i)
		if documents {
			w.elsewhere(&x, i)
		} else {
			w.relation(wrapper, &x, i)
		}
		w.rest(&x)
		w.Leave()
		for ; n > 0 && w.wrote[list[i+1].Target.ID]; n-- {
			i++ // it stands in the act that was written
		}
	}
}

// alike reports whether two relations say the same but for what they relate to.
func alike(a, b *record.Relation) bool {
	return a.Type == b.Type && a.TypeAsSent == b.TypeAsSent && a.Sequence == b.Sequence && sameFlag(a.Inverted, b.Inverted) && sameFlag(a.Negated, b.Negated)
}

// sameAct reports whether two references are to problems or allergies that are
// not written yet and share the act around them: one relationship holds both.
func (w *writer) sameAct(a, b *record.Ref) bool {
	if a.Identifier != nil || b.Identifier != nil || w.wrote[a.ID] || w.wrote[b.ID] {
		return false
	}
	x, y := w.actOf(a), w.actOf(b)
	return x != "" && x == y
}

// actOf gives the id of the act around a problem or an allergy, "" for any other entry.
func (w *writer) actOf(ref *record.Ref) string {
	at, ok := w.place(ref)
	if !ok || w.listed[ref.ID] {
		return ""
	}
	var c *record.Concern
	switch at.kind {
	case record.KindProblem:
		c = w.rec.Problems[at.i].Concern
	case record.KindAllergy:
		c = w.rec.Allergies[at.i].Concern
	}
	if c == nil {
		return ""
	}
	return c.ID
}

func sameFlag(a, b *bool) bool { return a == b || a != nil && b != nil && *a == *b }

// isElsewhere reports whether a reference is to a document of which the record has only the identifier.
func isElsewhere(ref *record.Ref) bool {
	return ref.ID == "" && ref.Identifier != nil && ref.Kind == kindDocument
}

func (w *writer) relation(wrapper string, x *record.Relation, i int) {
	at, ok := w.place(&x.Target)
	known := x.Target.Identifier != nil
	mention := known && w.isMention(&x.Target) // an encounter without an identifier here was read as an entry
	ok = ok && w.entryAt(at) != nil
	if !ok && !mention && !known || ok && w.unsayable(at) {
		return
	}
	planned := ok && w.isPlannedCoverage(at)
	if planned && w.wrote[x.Target.ID] {
		*x = record.Relation{} // it stands with the first policy of its activity
		return
	}
	typ := record.Relation{Type: x.Type, TypeAsSent: x.TypeAsSent}
	code := w.relationCode(x)
	w.el(wrapper)
	w.slot("relations", i)
	if wrapper == "entryRelationship" || !w.strict {
		if code == "" && wrapper == "entryRelationship" {
			code = w.leastRelation(x)
		}
		w.at("typeCode", code)
		w.flag("inversionInd", &x.Inverted)
		w.flag("negationInd", &x.Negated)
	} else if code != "" && code != "COMP" {
		w.Drop("", &typ, &withheld) // a part of an organizer is its component (CDA R2 Component4)
	}
	w.leafIf("sequenceNumber", take(&x.Sequence))
	if planned && w.plannedCoverageOut(at.i, &x.Code) {
		x.Target.ID, x.Target.Kind = "", ""
		w.end()
		return
	}
	w.In("target", -1)
	switch {
	case mention:
		w.mentionOf(&x.Target)
	case !ok:
		w.referenceTo(&x.Target)
	default:
		w.nest(at, &x.Target)
	}
	w.Leave()
	w.end()
}

// relationCode gives the type code of a relation, and takes its type; "" where HL7 v3 has none for it.
func (w *writer) relationCode(x *record.Relation) string {
	code := x.TypeAsSent
	if !isEntryRelationship(code) {
		code, _ = relationTypes.From(x.Type)
	}
	if code != "" {
		x.Type, x.TypeAsSent = "", ""
	}
	return code
}

// isEntryRelationship reports whether a code is one of x_ActRelationshipEntryRelationship, or of references to a document (CDA R2).
func isEntryRelationship(code string) bool {
	switch code {
	case "XCRPT", "COMP", "RSON", "SPRT", "CAUS", "GEVL", "MFST", "REFR", "SAS", "SUBJ", "ELNK", "RPLC":
		return true
	}
	return false
}

// leastRelation gives the code that says no more than that one statement refers to
// another. A type of the record's that has no code is named by rest.
func (w *writer) leastRelation(x *record.Relation) string {
	if x.Type == "" {
		w.Note(&fixed, "type")
	}
	return "REFR"
}

// elsewhere writes a reference to a document that is not this one (C-CDA R2.1 External Document Reference, 3.36).
func (w *writer) elsewhere(x *record.Relation, i int) {
	typ := record.Relation{Type: x.Type, TypeAsSent: x.TypeAsSent}
	code := w.relationCode(x)
	switch {
	case code == "":
		code = w.leastRelation(x)
	case w.strict && code != "REFR":
		w.Drop("", &typ, &withheld) // the templates of concerns, goals and interventions have no other
		code = "REFR"
	}
	w.el("reference")
	w.slot("relations", i)
	w.at("typeCode", code)
	w.el("externalDocument")
	w.at("classCode", "DOCCLIN")
	w.at("moodCode", "EVN")
	w.template(templateExternalDocument)
	id := *x.Target.Identifier
	x.Target.Identifier, x.Target.Kind = nil, ""
	w.In("target", -1)
	w.identifier("id", "identifier", &id)
	w.Leave()
	if x.Code == nil {
		w.require("code", "code", "NI") // CONF:1098-31933
	}
	w.conceptPtr("code", "code", &x.Code)
	w.words("text", take(&x.Text))
	w.end()
	w.end()
}

// isOf names the identifier of a reference if the entry that the record refers to
// does not have it: written, it would name another entry, or none.
func (w *writer) isOf(e *record.Entry, ref *record.Ref) {
	if ref.Identifier != nil && !slices.ContainsFunc(e.Identifiers, func(i record.Identifier) bool { return i.Same(*ref.Identifier) }) {
		w.Note(&record.IssueContradiction, "identifier")
		w.Drop("identifier", ref.Identifier, &ofAnother)
		ref.Identifier = nil
	}
}

var ofAnother = record.IssueLost.Because("the entry that the record refers to does not have this identifier; the document names the entry by its own")

// referenceTo writes an Entry Reference to something of which the record has only the identifier.
func (w *writer) referenceTo(ref *record.Ref) {
	id := *ref.Identifier
	ref.Identifier = nil
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	w.template(templateEntryReference)
	if ref.ID == "" {
		w.Note(&record.IssueDanglingReference, "id")
	}
	w.identifier("id", "identifier", &id)
	w.leaf("code", "nullFlavor", "NP")
	w.completed()
	w.end()
}

// isMention reports whether a reference is to an encounter that is named by its id alone (see encounterRef).
func (w *writer) isMention(ref *record.Ref) bool {
	if at, ok := w.place(ref); ok {
		return at.kind == record.KindEncounter
	}
	return ref != nil && ref.Identifier != nil && ref.Kind == record.KindEncounter
}

// mentionOf writes an encounter by its id, and takes the reference.
func (w *writer) mentionOf(ref *record.Ref) {
	w.el("encounter")
	w.at("classCode", "ENC")
	w.at("moodCode", "EVN")
	at, ok := w.place(ref)
	var e *record.Entry
	if ok = ok && at.kind == record.KindEncounter; ok {
		e = w.entryAt(at)
		w.isOf(e, ref)
	} else if ref.ID != "" {
		w.DropString("id", ref.ID, &lost) // no encounter of the record's
	}
	if ref.Identifier != nil {
		if ref.ID == "" {
			w.Note(&record.IssueDanglingReference, "id")
		}
		id := *ref.Identifier
		w.identifier("id", "identifier", &id)
		ref.Identifier = nil
	} else if ok {
		quiet := w.Quiet
		w.Quiet = true
		if len(e.Identifiers) == 0 {
			w.leaf("id", "root", w.uuid(e.ID))
		} else {
			id := e.Identifiers[0]
			w.identifier("id", "", &id)
		}
		w.Quiet = quiet
	}
	ref.ID, ref.Kind = "", ""
	w.end()
}

// inEncounter writes the encounter that a statement was made in, within wrapper.
func (w *writer) inEncounter(wrapper string, ref **record.Ref) { w.encounterOf(wrapper, "REFR", ref) }

// encounterOf is inEncounter by a relationship of a type: COMP is that of the encounter to the statement, inverted.
func (w *writer) encounterOf(wrapper, typeCode string, ref **record.Ref) {
	if *ref == nil || (*ref).Identifier == nil && !w.isMention(*ref) {
		return
	}
	x := **ref
	*ref = nil
	w.el(wrapper)
	w.slot("encounter", -1)
	if wrapper == "entryRelationship" {
		w.at("typeCode", typeCode)
		if typeCode == "COMP" {
			w.at("inversionInd", "true")
		}
	}
	w.In("encounter", -1)
	w.mentionOf(&x)
	w.rest(&x)
	w.Leave()
	w.end()
}

// statement gives the place of the entry that a reference is to, if a document can state it.
func (w *writer) statement(ref *record.Ref) (place, bool) {
	at, ok := w.place(ref)
	return at, ok && w.entryAt(at) != nil
}

// nest writes the statement of an entry within another, and takes the reference
// to it: whole, if no section lists it, it was not written yet and the record does
// not name it by an identifier; else as a reference to it.
func (w *writer) nest(at place, ref *record.Ref) {
	id := ref.ID
	if ref.Identifier == nil && !w.listed[id] && !w.wrote[id] && w.depth < maxNesting {
		w.depth++
		ok := w.statementAt(at)
		w.depth--
		if ok {
			ref.ID, ref.Kind = "", ""
			return
		}
	}
	w.entryReference(at, ref)
}

// entryReference names an entry that stands elsewhere in the document (C-CDA R2.1
// Entry Reference): by the identifier that the record has for it, else by the
// first of the entry's own.
func (w *writer) entryReference(at place, ref *record.Ref) {
	e := w.entryAt(at)
	if w.isOf(e, ref); ref.Identifier != nil {
		w.referenceTo(ref)
		ref.ID, ref.Kind = "", ""
		return
	}
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	w.template(templateEntryReference)
	var id record.Identifier
	for i := range e.Identifiers {
		if usable(&e.Identifiers[i]) {
			id = e.Identifiers[i]
			break
		}
	}
	if id.IsZero() {
		w.leaf("id", "root", w.uuid(e.ID))
	} else {
		w.quietly(func() { w.identifier("id", "identifier", &id) })
	}
	w.leaf("code", "nullFlavor", "NP")
	w.completed()
	w.end()
	ref.ID, ref.Kind = "", ""
}
