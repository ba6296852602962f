package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// ref reads a Reference: to an entry of the record where the input has the
// resource, else as it was sent.
func (r *reader) ref(n tree.Node) (v record.Ref) {
	text, extended := "", false
	for in := n.Within(); in.Next(); {
		m := in.Node()
		switch r.marks.member(m) {
		case memberDisplay:
			v.Display = r.text(m)
		case memberIdentifier:
			v.Identifier = maybe(n, "identifier", r.identifier)
		case memberReference:
			text = r.text(m)
		case memberExtension:
			extended = true
		}
	}
	if text != "" {
		v.AsSent = text
		if i, ok := r.plan.target(text, r.at); ok {
			if x := &r.plan.all[i]; x.in(r.group) {
				v.ID, v.Kind = x.entryID, x.entryKind()
				if strings.TrimPrefix(text, "urn:uuid:") == v.ID {
					v.AsSent = "" // the reference says just that
				}
			}
		}
	}
	if extended {
		addFields(r, n, &v)
	}
	return v
}

// refs reads an array of References.
func (r *reader) refs(n tree.Node, name string) []record.Ref {
	return allIn(&r.room.refs, n, name, r.ref)
}

// refPtr reads a member that is a Reference; nil where there is none.
func (r *reader) refPtr(n tree.Node, name string) *record.Ref {
	c := n.Child(name)
	if c.Kind() != tree.Object {
		return nil
	}
	v := r.ref(c)
	return r.room.refs.One(&v)
}

// subject takes a reference to the patient of the record where it says no more
// than that; any other is left to be carried. It reports false where the
// resource is of another, so that nothing in it may be read as the patient's.
func (r *reader) subject(n tree.Node, name string) bool {
	s := object(n, name)
	if !s.OK() {
		return true
	}
	text := peek(s, "reference")
	if text == "" {
		return r.logicalSubject(s)
	}
	i, ok := r.plan.target(text, r.at)
	if !ok {
		return r.absentSubject(s, text)
	}
	x := &r.plan.all[i]
	if x.typ != "Patient" {
		r.issue(&record.IssueOtherSubject, s)
		return false
	}
	if x.in(r.group) {
		r.take(s.Child("reference")) // it says in which record the entry stands
	}
	return x.in(r.group)
}

// logicalSubject takes an identifier that alone says who the subject is. It reports false where that is another, or
// something else, than the patient of the record.
func (r *reader) logicalSubject(s tree.Node) bool {
	if !object(s, "identifier").OK() {
		return true
	}
	id, ok := r.plan.logical(s)
	if i := r.plan.patient(r.group); i >= 0 {
		if ok && hasIdentifier(r.plan.all[i].n, id) {
			return true
		}
	} else if ok && (r.rec.Subject == nil || sameSubject(r.rec.Subject, id)) {
		if v := r.ref(s); r.rec.Subject == nil {
			r.rec.Subject = &v
		}
		return true
	}
	r.issue(&record.IssueOtherSubject, s)
	return false
}

// sameSubject reports whether a reference is by this identifier alone, as plan.logical writes it.
func sameSubject(ref *record.Ref, id string) bool {
	return ref.AsSent == "" && ref.ID == "" && ref.Identifier != nil && (ref.Identifier.System+" "+ref.Identifier.Value == id || ref.Identifier.SystemAsSent+" "+ref.Identifier.Value == id)
}

// absentSubject takes a reference to a patient who is not here: the first says
// how the source calls the subject of the record. It reports false where it is to something else.
func (r *reader) absentSubject(s tree.Node, text string) bool {
	if r.plan.patient(r.group) >= 0 || !looksLike(text, "Patient") && peek(s, "type") != "Patient" {
		r.issue(&record.IssueOtherSubject, s)
		return false
	}
	if r.rec.Subject == nil {
		v := r.ref(s)
		r.rec.Subject = &v
		return true
	}
	first, _, _ := strings.Cut(r.rec.Subject.AsSent, "/_history/")
	if this, _, _ := strings.Cut(text, "/_history/"); first != this {
		r.issue(&record.IssueOtherSubject, s)
		return false
	}
	if r.rec.Subject.AsSent == text {
		r.take(s.Child("reference"))
		if peek(s, "display") == r.rec.Subject.Display {
			r.scaffold(s.Child("display"))
		}
	}
	return true
}

// looksLike reports whether a literal reference is to that type of resource.
func looksLike(text, typ string) bool {
	for at := 0; at+len(typ) < len(text); at++ {
		if text[at:at+len(typ)] == typ && text[at+len(typ)] == '/' && (at == 0 || text[at-1] == '/') {
			return true
		}
	}
	return false
}

// patient gives the Patient of a group, or -1.
func (p *plan) patient(group int) int {
	return p.patients[group]
}

// participation reads a Reference to somebody as their part in an entry. A
// PractitionerRole of the input is told as whose role it is, and for whom.
func (r *reader) participation(n tree.Node, role string) record.Participation {
	p := record.Participation{Role: role}
	who := r.ref(n)
	if i, ok := r.plan.target(peek(n, "reference"), r.at); ok && r.plan.all[i].typ == "PractitionerRole" && r.plan.all[i].in(r.group) {
		x := r.plan.all[i].n
		if isOfParticipation(x) {
			if e := extension(own(n), "asSent"); !e.OK() {
				who.AsSent = ""
			}
			if j, ok := r.plan.target(peek(object(x, "practitioner"), "reference"), i); ok {
				who.ID, who.Kind = r.plan.all[j].entryID, record.KindPractitioner
			}
			r.roleIn(i, &p)
			p.Who = r.room.refs.One(&who)
			return p
		}
		if j, ok := r.plan.target(peek(object(x, "practitioner"), "reference"), i); ok {
			who.ID, who.Kind = r.plan.all[j].entryID, record.KindPractitioner
		}
		if j, ok := r.plan.target(peek(object(x, "organization"), "reference"), i); ok {
			p.OnBehalfOf = r.room.refs.One(&record.Ref{ID: r.plan.all[j].entryID, Kind: record.KindOrganization})
		}
	}
	p.Who = r.room.refs.One(&who)
	return p
}

// part adds to an entry whom a member that is a Reference names.
func (r *reader) part(e *record.Entry, n tree.Node, name, role string) {
	if c := object(n, name); c.OK() {
		if e.Participants == nil {
			e.Participants = r.room.participants.List(1)
		}
		e.Participants = append(e.Participants, r.participation(c, role))
	}
}

// eachPart is part for an array of References.
func (r *reader) eachPart(e *record.Entry, n tree.Node, name, role string) {
	for _, c := range objects(n, name) {
		e.Participants = append(e.Participants, r.participation(c, role))
	}
}
