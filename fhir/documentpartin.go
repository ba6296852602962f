package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isOfDocument reports whether a resource is what our exporter makes of a part of
// a document: its content as a file, a picture of its narrative, the team of an act that it is about.
func isOfDocument(n tree.Node) bool {
	x := own(n)
	return x.OK() && extension(x, "ofDocument").Child("valueBoolean").Value() == "true"
}

// documentPart keeps a resource that a document was read with.
func (r *reader) documentPart(n tree.Node) bool {
	owners := r.parts[r.at]
	if len(owners) == 0 || !r.subject(n, "subject") {
		return false
	}
	r.marked(n, "ofDocument")
	x := &r.plan.all[r.at]
	r.made = append(append(r.made, x.entryID), owners...)
	if x.typ == "Media" && peek(n, "status") == "unknown" {
		r.scaffold(n.Child("status"))
	}
	return true
}

// body reads the DocumentReference that holds a document's content. What it says
// beside that repeats the Composition.
func (r *reader) body(n, ref tree.Node, d *record.Document) {
	i, ok := r.plan.target(peek(ref, "reference"), r.at)
	if !ok || !isOfDocument(r.plan.all[i].n) {
		return
	}
	r.take(ref.Child("reference"))
	x := r.plan.all[i].n
	for _, c := range objects(x, "content") {
		d.Body = append(d.Body, one(c, "attachment", r.attachment))
	}
	r.parts[i] = append(r.parts[i], d.ID)
	repeats := func(a, b tree.Node) { r.compared(a, b.OK() && string(a.Raw()) == string(b.Raw())) }
	repeats(object(x, "masterIdentifier"), object(n, "identifier"))
	repeats(object(x, "type"), object(n, "type"))
	repeats(x.Child("category"), n.Child("category"))
	repeats(x.Child("author"), n.Child("author"))
	repeats(object(x, "custodian"), object(n, "custodian"))
	repeats(x.Child("description"), n.Child("title"))
	repeats(object(x, "context").Child("encounter").First(), object(n, "encounter"))
	r.compared(x.Child("date"), d.Time.Value == peek(x, "date"))
	for _, a := range objects(n, "attester") {
		if c := object(x, "authenticator"); string(c.Raw()) == string(object(a, "party").Raw()) {
			repeats(c, object(a, "party"))
		}
	}
	code, known := documentStatus.From(d.Status.Code)
	r.compared(x.Child("status"), known && peek(x, "status") == code || d.Status.Code == "" && peek(x, "status") == "current")
}

// serviceTeam takes the CareTeam that our exporter made of those who perform an
// act. What it says repeats the act's participants.
func (r *reader) serviceTeam(i int, ref tree.Node, s *record.ServiceEvent, doc string) {
	n := r.plan.all[i].n
	r.take(ref.Child("reference"))
	r.parts[i] = append(r.parts[i], doc)
	when := one(n, "period", r.period)
	r.compared(object(n, "period"), reflect.DeepEqual(when, s.When))
	k := 0
	for _, p := range objects(n, "participant") {
		for k < len(s.Participants) && !isMember(&s.Participants[k]) {
			k++
		}
		same := false
		if k < len(s.Participants) {
			m := &s.Participants[k]
			who := r.participation(object(p, "member"), "")
			same = m.Who != nil && who.Who.ID == m.Who.ID || m.Who == nil && m.OnBehalfOf != nil && who.Who.ID == m.OnBehalfOf.ID
			role := m.Function
			if role == nil {
				role = m.Code
			}
			roles := nonZero(r.concepts(p, "role"))
			same = same && (role == nil && len(roles) == 0 || role != nil && len(roles) == 1 && reflect.DeepEqual(*role, roles[0]))
			same = same && reflect.DeepEqual(maybe(p, "period", r.period), m.When)
		}
		r.compared(p, same)
		k++
	}
}
