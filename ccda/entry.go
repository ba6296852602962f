package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

type identKey struct{ kind, system, value string }

// entryID makes the id of an entry: of its first usable identifier where that
// is on this thing alone among the entries of its kind, else of the document and
// the place in it (docs/ids.md).
func (r *reader) entryID(kind string, idents []record.Identifier, n tree.Node) string {
	for i := range idents {
		x := &idents[i]
		if !usable(x) {
			continue
		}
		k := identKey{kind, x.System, x.Value}
		if r.shared[k] || r.onStatements.several(n, x) {
			r.tellShared(k, n)
			break
		}
		if at, seen := r.idents[k]; seen && at != n.Index() {
			r.shared[k], r.again = true, true
			break
		}
		r.idents[k] = n.Index()
		return r.maker.Make("entry", kind, x.System, x.Value)
	}
	return r.placeID(kind, n)
}

func firstTemplate(n tree.Node) string { return n.Child("templateId").Attr("root").Value() }

func (r *reader) placeID(kind string, n tree.Node) string {
	return r.maker.Make("entry", kind, r.docKey, r.path(n))
}

// usable reports whether an identifier can tell one thing from another: it has
// a system and a value, and does not say that it is absent.
func usable(i *record.Identifier) bool {
	return i.System != "" && i.Value != "" && i.Absent == ""
}

// entry reads what every clinical statement has: ids, text, participants,
// language, confidentiality and what may hang on any (attached), and makes n
// and what is carried below it this entry's. Assertion and status are the concept's.
func (r *reader) entry(kind string, n tree.Node) record.Entry {
	idents := r.ids(n)
	return r.entryAs(kind, r.entryID(kind, idents, n), idents, n)
}

// entryAs is entry where the id is known.
func (r *reader) entryAs(kind, id string, idents []record.Identifier, n tree.Node) record.Entry {
	return r.entryBut(kind, id, idents, n, otherParticipant)
}

// entryBut is entryAs without the participations that skip claims.
func (r *reader) entryBut(kind, id string, idents []record.Identifier, n tree.Node, skip func(tree.Node) bool) record.Entry {
	e := record.Entry{ID: id, Identifiers: idents}
	r.own(n, e.ID)
	e.Narrative = r.link(n)
	e.Participants = r.participants(n, skip)
	e.Labels = r.labels(n)
	if l := n.Child("languageCode"); l.OK() {
		e.Language = r.attr(l, "code")
	}
	r.attached(&e, kind, n)
	if r.current != nil {
		e.Section = r.current.ID
	}
	e.Origins = r.origins(n)
	return e
}

func (r *reader) origins(n tree.Node) []record.Origin {
	return append(r.room.origin.List(1), record.Origin{Source: r.source, Path: r.path(n), Line: n.Line()})
}

// link takes the text of a statement: a reference into the narrative, text of its own, or both.
func (r *reader) link(n tree.Node) *record.NarrativeLink {
	t := n.Child("text")
	if !t.OK() {
		if t = n.ChildNS(spaceSDTC, "text"); !t.OK() { // an organizer has no text of CDA's own
			return nil
		}
	}
	var l record.NarrativeLink
	if t.Attr("representation").Value() != "B64" {
		l.Text = r.text(t)
	}
	if a := typePart(t, "reference").Attr("value"); a.OK() {
		anchor, hash := strings.CutPrefix(a.Value(), "#")
		target := r.anchor(anchor)
		switch {
		case anchor == "":
		case hash || target.OK():
			if !hash {
				r.issue(issueRepaired, a)
				r.form(a)
			} else if !target.OK() {
				r.issue(record.IssueNarrativeReference, a)
			}
			r.led.Take(a.Index())
			l.Anchor = anchor
		}
	}
	if l == (record.NarrativeLink{}) {
		return nil
	}
	return r.room.links.One(&l)
}

// status takes statusCode (HL7 v3 ActStatus).
func (r *reader) status(parent tree.Node) record.Status {
	var s record.Status
	n := parent.Child("statusCode")
	if !n.OK() {
		return s
	}
	s.Absent = r.nullFlavor(n)
	if v := r.attr(n, "code"); v != "" {
		var ok bool
		if s.Code, ok = statusOf(v); !ok {
			s.AsSent = v
		}
	}
	return s
}

// actStatus pairs HL7 v3 ActStatus (2.16.840.1.113883.5.14) with the record's terms.
var actStatus = codes.NewTable(
	codes.Both("completed", record.StatusCompleted),
	codes.Both("active", record.StatusActive),
	codes.Both("suspended", record.StatusOnHold),
	codes.Both("aborted", record.StatusAborted),
	codes.Both("cancelled", record.StatusCancelled),
	codes.Both("held", record.StatusPending),
	codes.Both("new", record.StatusNew),
	codes.Both("nullified", record.StatusEnteredInError),
	codes.Both("obsolete", record.StatusSuperseded),
	codes.Both("normal", record.StatusNormal),
)

func statusOf(v string) (record.StatusCode, bool) { return actStatus.To(v) }

const (
	templateComment = "2.16.840.1.113883.10.20.22.4.64"
	loincComment    = "48767-8"
)

// isComment recognises a Comment Activity.
func (r *reader) isComment(act tree.Node) bool {
	return act.Name() == "act" && (r.has(act, templateComment) || act.Child("code").Attr("code").Value() == loincComment)
}

// comments takes the Comment Activities within n (C-CDA R2.1 3.23).
func (r *reader) comments(n tree.Node) []record.Note {
	var out []record.Note
	for rel, act := range r.relations(n) {
		if r.isComment(act) {
			r.slot(rel, "notes", len(out))
			out = append(out, r.comment(rel, act))
		}
	}
	return out
}

// comment takes a Comment Activity; rel is how it hangs on something, absent for an entry of a section.
func (r *reader) comment(rel, act tree.Node) record.Note {
	r.fixed(rel, "typeCode", "SUBJ", "COMP", "REFR")
	r.fixed(rel, "inversionInd", "true")
	r.shape(act, "ACT", "EVN")
	r.templates(act, templateComment)
	r.fixedCode(act.Child("code"), oidLOINC, loincComment, "Annotation comment", "Annotation comment [Interpretation] Narrative")
	if s := act.Child("statusCode"); s.Attr("code").Value() == "completed" {
		r.fixed(s, "code", "completed")
		r.form(s) // the template has none
	}
	note := record.Note{Identifiers: r.ids(act), When: r.timePtr(act.Child("effectiveTime"))}
	if t := act.Child("text"); t.OK() {
		note.Text, note.TextRef = r.referencedText(t)
	}
	note.Authors = r.participants(act, otherParticipant)
	return note
}
