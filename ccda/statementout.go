package ccda

import (
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
		w.Note(&record.IssueAbsentButAsserted, "assertion")
		w.Note(&unknownByNull, "assertion")
	}
	w.nullFlavor("absent", &e.Absent)
	w.authored(&e.Participants, &e.Recorded)
}

// notKnown gives an entry that is not known a nullFlavor, by which it is read so:
// without one it would be affirmed.
func (w *writer) notKnown(e *record.Entry) {
	if e.Assertion == record.NotKnown && e.Absent == "" {
		w.Note(&unknownAsNull, "absent")
		e.Absent = record.AbsentUnknown
	}
}

// noneKnown names that the assertion of a statement goes out as its negation, where
// C-CDA has no other form for it.
func (w *writer) noneKnown(a record.Assertion) {
	if a == record.NoneKnown {
		w.DropString("assertion", string(a), &negatedOne)
	}
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

// statusOfAct is statusAs for the acts of stating a problem, an allergy or a
// reaction, of which other formats know no status: the template fixes it.
func (w *writer) statusOfAct(s *record.Status) {
	if !w.strict && s.Code == "" && s.AsSent == "" && s.Absent == "" && w.isForeign() {
		w.leaf("statusCode", "code", "completed")
		return
	}
	w.statusAs(s, "completed")
}

// link writes the text of a statement: where in the narrative it is told.
func (w *writer) link(e *record.NarrativeLink) { w.linkIn("text", e) }

func (w *writer) linkIn(name string, e *record.NarrativeLink) {
	var l record.NarrativeLink
	if e != nil {
		l = *e
	}
	_, ref := w.told("", l.Anchor)
	if ref == "" && l.Anchor != "" {
		w.DropString("narrative.anchor", l.Anchor, &lostAnchors)
	}
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
	if (w.strict || w.stranger) && (w.row != nil || w.noteRow != "") {
		if _, ref := w.told(n.Text, n.TextRef); ref == "" {
			ref := w.noteRow
			if w.row != nil {
				w.tell("Comment", n.Text)
				ref = w.row.anchor()
			}
			w.el("text")
			w.text(n.Text)
			w.leaf("reference", "value", "#"+ref)
			w.end()
			w.lostAnchor("textRef", n.Text, n.TextRef)
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
	w.wordsBeside(field, &c)
	w.completed()
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

// questionIf is questionHead where the template allows what follows, else its
// code alone, in a conformant document: leaf is the field that does not fit.
func (w *writer) questionIf(fits bool, q *question, leaf string) {
	if fits || !w.strict {
		w.questionHead(q)
		return
	}
	w.Note(&record.IssueProfileNotClaimed, leaf)
	w.fixedCode(q.system, q.codes[0], first(q.displays))
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

// completed writes the status that a template fixes, unless the source has another, which is carried.
func (w *writer) completed() {
	if !w.keeps("statusCode") {
		w.leaf("statusCode", "code", "completed")
	}
}

// fixedCode writes the code that a template fixes, unless the source has another, which is carried.
func (w *writer) fixedCode(system, code, display string) {
	if w.keeps("code") {
		return
	}
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

// maxNesting bounds how deep statements lie in one another.
const maxNesting = 16

const templateEntryReference = "2.16.840.1.113883.10.20.22.4.122"
