package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// begin starts the element of a clinical statement: class, mood, negation, and
// what is carried for its entry.
func (w *writer) begin(name, class, mood string, e *record.Entry) {
	w.el(name)
	w.own(e.ID)
	w.at("classCode", class)
	w.at("moodCode", mood)
	if e.Absent != "" && e.Assertion == record.Affirmed {
		w.Note(&record.IssueAbsentButAsserted, "assertion") // a nullFlavor says that it is not known
	}
	w.nullFlavor("absent", &e.Absent)
}

// moodCode gives the mood of an entry, and clears it; event is the mood of what happened.
func moodCode(m *record.Mode) string {
	mood, ok := moods.From(*m)
	if !ok {
		return "EVN"
	}
	*m = ""
	return mood
}

// moods pairs HL7 v3 ActMood with the record's terms: see modeOf.
var moods = codes.NewTable(
	codes.Both("EVN", record.ModeEvent),
	codes.Both("INT", record.ModeIntent),
	codes.Both("RQO", record.ModeRequest),
	codes.Both("PRP", record.ModeProposal),
	codes.Both("PRMS", record.ModePromise),
	codes.Both("APT", record.ModeAppointment),
	codes.Both("ARQ", record.ModeAppRequest),
	codes.Both("GOL", record.ModeGoal),
)

// entryIDs writes the ids of a statement. One that has none and needs one, for
// the templates demand it, has its entry's own.
func (w *writer) entryIDs(e *record.Entry) {
	named := w.pointedTo[e.ID]
	if len(w.open) > 2 {
		named-- // by what it hangs on
	}
	if len(e.Identifiers) == 0 && (w.strict || named > 0) {
		w.leaf("id", "root", w.uuid(e.ID))
	}
	w.identifiers("id", "identifiers", &e.Identifiers)
}

// uuid gives an entry's id as a UUID.
func (w *writer) uuid(id string) string {
	if codes.IsUUID(id) {
		return id
	}
	return w.derive("entry", id)
}

// status writes statusCode.
func (w *writer) status(s *record.Status) {
	if s.Code == "" && s.AsSent == "" && s.Absent == "" {
		return
	}
	code := s.AsSent
	if code == "" {
		var ok bool
		if code, ok = actStatus.From(s.Code); !ok {
			w.DropString("status.code", string(s.Code), &lost)
		}
	}
	if code == "" && s.Absent == "" {
		return
	}
	w.el("statusCode")
	w.at("code", code)
	w.nullFlavor("status.absent", &s.Absent)
	w.end()
	s.Code, s.AsSent = "", ""
}

// statusAs writes statusCode as the template fixes it; what the record says otherwise is withheld.
func (w *writer) statusAs(s *record.Status, code string) {
	if !w.strict {
		w.status(s)
		return
	}
	sent := s.AsSent
	if sent == "" {
		sent, _ = actStatus.From(s.Code)
	}
	w.leaf("statusCode", "code", code)
	switch {
	case s.Code == "" && s.AsSent == "":
		w.Note(&fixed, "status")
	case sent == code:
	case s.Code != "":
		w.DropString("status.code", string(s.Code), &withheld)
	default:
		w.DropString("status.asSent", s.AsSent, &withheld)
	}
	w.DropString("status.absent", string(s.Absent), &withheld)
	s.Code, s.AsSent, s.Absent = "", "", ""
}

// link writes the text of a statement: where in the narrative it is told.
func (w *writer) link(e *record.NarrativeLink) { w.linkIn("text", e) }

func (w *writer) linkIn(name string, e *record.NarrativeLink) {
	var l record.NarrativeLink
	if e != nil {
		l = *e
	}
	_, ref := w.told("", l.Anchor)
	if ref == "" && w.row != nil {
		ref = w.row.anchor()
	}
	if ref == "" && l.Text == "" {
		return
	}
	w.el(name)
	w.text(l.Text)
	if ref != "" {
		w.leaf("reference", "value", "#"+ref)
	}
	w.end()
}

// linkOf is link for an entry: it takes its narrative.
func (w *writer) linkOf(e *record.Entry) {
	w.link(e.Narrative)
	if n := e.Narrative; n != nil {
		w.Drop("narrative", &record.NarrativeLink{Body: n.Body, Status: n.Status}, &lost)
	}
	e.Narrative = nil
}

// comments writes the notes of an entry as Comment Activities (C-CDA R2.1 3.23).
func (w *writer) comments(list *[]record.Note, wrapper string) {
	for i := range *list {
		n := (*list)[i]
		w.In("notes", i)
		w.el(wrapper)
		w.slot("notes", i)
		if wrapper == "entryRelationship" { // a component of an organizer has no type but its own
			w.at("typeCode", "SUBJ")
			w.at("inversionInd", "true")
		}
		w.comment(&n)
		w.end()
		w.rest(&n)
		w.Leave()
	}
	*list = nil
}

// comment writes a Comment Activity.
func (w *writer) comment(n *record.Note) {
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	w.template(templateComment)
	w.identifiers("id", "identifiers", &n.Identifiers)
	w.leaf("code", "code", loincComment, "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", "Annotation comment")
	w.commentText(n)
	w.timePtr("effectiveTime", "when", &n.When)
	w.authorsOf("authors", &n.Authors)
	w.end()
}

// commentText writes the words of a comment, which the template has in the
// narrative (CONF:81-15967): one that it does not tell of gets a place there.
func (w *writer) commentText(n *record.Note) {
	if w.strict && (w.row != nil || w.noteRow != "") {
		if n.TextRef == "" || w.said.find(w.sec, n.TextRef) == nil {
			ref := w.noteRow
			if w.row != nil {
				w.tell("Comment", n.Text)
				ref = w.row.anchor()
			}
			w.el("text")
			w.text(n.Text)
			w.leaf("reference", "value", "#"+ref)
			w.end()
			n.Text, n.TextRef = "", ""
			return
		}
	}
	w.refText("text", &n.Text, &n.TextRef)
}

// authorsOf writes participants that stand in a field of another name.
func (w *writer) authorsOf(leaf string, list *[]record.Participation) {
	for i := range *list {
		w.In(leaf, i)
		w.participation(elementFor((*list)[i].Role), (*list)[i])
		w.Leave()
	}
	*list = nil
}

// relate starts a relationship to a statement that is a part of the entry: field
// names the part (see slot), with its number in a list where i is not -1.
func (w *writer) relate(typeCode string, inverted bool, field string, i int) {
	w.el("entryRelationship")
	w.slot(field, i)
	w.at("typeCode", typeCode)
	if inverted {
		w.at("inversionInd", "true")
	}
}

// answer writes an observation that asks one fixed thing of the statement it hangs on.
func (w *writer) answer(q *question, typeCode string, inverted bool, field string, value **record.Concept) {
	if *value == nil {
		return
	}
	c := **value
	*value = nil
	w.relate(typeCode, inverted, field, -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if len(q.templates) > 0 {
		w.template(q.templates[0])
	}
	if q == &priorityPreference && w.strict {
		w.leaf("id", "root", w.derive("preference", w.Path(field)))
	}
	w.fixedCode(q.system, q.codes[0], first(q.displays))
	w.leaf("statusCode", "code", "completed")
	w.codedValue("value", field, &c)
	w.end()
	w.end()
}

// questionHead writes template and code of a question.
func (w *writer) questionHead(q *question) {
	if len(q.templates) > 0 {
		w.template(q.templates[0])
	}
	w.fixedCode(q.system, q.codes[0], first(q.displays))
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// fixedCode writes the code that a template fixes.
func (w *writer) fixedCode(system, code, display string) {
	name := ""
	if names := systemNames(system); names != nil {
		name = names[0]
	}
	w.leaf("code", "code", code, "codeSystem", system, "codeSystemName", name, "displayName", display)
}

// tail writes what all statements end with: participants, comments and the
// relations that no field of the concept names.
func (w *writer) tail(e *record.Entry, wrapper string) {
	w.comments(&e.Notes, wrapper)
	w.markings(&e.Labels, wrapper)
	w.notesOn(e, wrapper)
	w.preferences(&e.Preferences)
	w.relations(&e.Relations)
}

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
	if mention {
		w.mentionOf(&x.Target)
	} else if !ok {
		w.referenceTo(&x.Target)
	} else if planned && w.plannedCoverageOut(at.i, &x.Code) {
		x.Target.ID, x.Target.Kind = "", ""
	} else {
		w.nest(at, &x.Target)
	}
	w.end()
}

// relationCode gives the type code of a relation, and takes its type; "" where HL7 v3 has none for it.
func (w *writer) relationCode(x *record.Relation) string {
	code := x.TypeAsSent
	if code == "" {
		code, _ = relationTypes.From(x.Type)
	}
	if code != "" {
		x.Type, x.TypeAsSent = "", ""
	}
	return code
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

// referenceTo writes an Entry Reference to something of which the record has only the identifier.
func (w *writer) referenceTo(ref *record.Ref) {
	id := *ref.Identifier
	ref.Identifier = nil
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	w.template(templateEntryReference)
	w.In("target", -1)
	w.identifier("id", "identifier", &id)
	w.Leave()
	w.leaf("code", "nullFlavor", "NP")
	w.leaf("statusCode", "code", "completed")
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
	if ref.Identifier != nil {
		id := *ref.Identifier
		w.identifier("id", "identifier", &id)
		ref.Identifier = nil
	} else if at, ok := w.place(ref); ok {
		quiet := w.Quiet
		w.Quiet = true
		e := w.entryAt(at)
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
func (w *writer) inEncounter(wrapper string, ref **record.Ref) {
	if *ref == nil || (*ref).Identifier == nil && !w.isMention(*ref) {
		return
	}
	x := **ref
	*ref = nil
	w.el(wrapper)
	w.slot("encounter", -1)
	if wrapper == "entryRelationship" {
		w.at("typeCode", "REFR")
	}
	w.In("encounter", -1)
	w.mentionOf(&x)
	w.rest(&x)
	w.Leave()
	w.end()
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

// maxNesting bounds how deep statements lie in one another.
const maxNesting = 16

const templateEntryReference = "2.16.840.1.113883.10.20.22.4.122"

// entryReference names an entry that stands elsewhere in the document (C-CDA R2.1
// Entry Reference): by the identifier that the record has for it, else by the
// first of the entry's own.
func (w *writer) entryReference(at place, ref *record.Ref) {
	if ref.Identifier != nil {
		w.referenceTo(ref)
		ref.ID, ref.Kind = "", ""
		return
	}
	e := w.entryAt(at)
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
	w.leaf("statusCode", "code", "completed")
	w.end()
	ref.ID, ref.Kind = "", ""
}

// location writes a participant that is where something took place (C-CDA R2.1 Service Delivery Location).
func (w *writer) serviceLocation(leaf string, i int, ref *record.Ref, when func()) bool {
	at, ok := w.place(ref)
	if !ok || at.kind != kindLocation {
		return false
	}
	x := w.rec.Locations[at.i]
	if w.headerPlace == x.ID {
		x.Managing = nil // the header says it
	}
	w.el("participant")
	w.slot(leaf, i)
	w.at("typeCode", "LOC")
	if when != nil {
		when()
	}
	w.el("participantRole")
	w.own(x.ID)
	w.at("classCode", "SDLOC")
	w.template(templateServiceLocation)
	w.mention("locations", x.ID, at.i, func() {
		w.identifiers("id", "identifiers", &x.Identifiers)
		if len(x.Types) == 0 {
			w.require("code", "types", "NI")
		}
		if w.strict && len(x.Types) > 1 {
			dropFrom(w, "types", x.Types, 1, &withheld) // one code (CONF:81-16850)
			x.Types = x.Types[:1]
		}
		if w.again() && len(x.Types) > 0 {
			x.Types = slices.DeleteFunc(slices.Clone(x.Types), func(c record.Concept) bool { return c.Absent != "" && len(c.Codings) == 0 && c.Text == "" })
		}
		w.concepts("code", "types", &x.Types)
		w.addresses("addresses", &x.Addresses)
		w.telecoms("telecoms", &x.Telecoms)
		if len(x.Names) > 0 {
			w.el("playingEntity")
			w.at("classCode", "PLC")
			w.orgNames(&x.Names)
			w.end()
		}
		w.rest(&x)
	})
	w.end()
	w.end()
	return true
}
