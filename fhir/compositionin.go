package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// composition reads a Composition (R4 2.41): a document with the tree of its sections.
func (r *reader) composition(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	d := record.Document{Entry: r.entry(n)}
	if id := maybe(n, "identifier", r.identifier); id != nil {
		d.Identifiers = []record.Identifier{*id}
	}
	d.Status = r.status(n, &compositionStatus)
	d.Type = one(n, "type", r.concept)
	d.Category = r.concepts(n, "category")
	d.Encounter = r.refPtr(n, "encounter")
	d.Time = r.time(n, "date")
	for _, a := range objects(n, "author") {
		if p := r.participation(a, "author"); *p.Who != (record.Ref{}) {
			d.Participants = append(d.Participants, p)
		}
	}
	for _, a := range objects(n, "attester") {
		d.Participants = append(d.Participants, r.attester(a))
	}
	d.Title = r.str(n, "title")
	r.confidentiality(n, &d.Entry)
	d.Custodian = r.refPtr(n, "custodian")
	d.Related = all(n, "relatesTo", r.relatesTo)
	for _, e := range objects(n, "event") {
		d.Services = append(d.Services, r.event(e, d.ID))
	}
	d.Sections = all(n, "section", r.section(d.ID))
	r.readApart(n)
	if e := r.field(n, "body"); e.OK() {
		r.body(n, object(e, "valueReference"), &d)
	}
	if x := &r.plan.all[r.at]; x.entry.OK() && stringOf(r.doc.Root(), "type") == BundleDocument.String() {
		d.Source = r.source
	}
	add(r, &r.rec.Documents, n, &d)
	return true
}

// attester reads attester: who signed, and how.
func (r *reader) attester(n tree.Node) record.Participation {
	p := record.Participation{}
	if c := object(n, "party"); c.OK() {
		p = r.participation(c, "")
	}
	switch mode := r.str(n, "mode"); mode {
	case "legal":
		p.Role = "legal-authenticator"
	case "professional", "":
		p.Role = "authenticator"
	default:
		p.Role, p.RoleAsSent = "authenticator", mode
	}
	if t := r.timePtr(n, "time"); t != nil {
		p.When = &record.Period{At: *t}
	}
	return p
}

// confidentiality takes Composition.confidentiality as a mark of the document, where meta has it not yet.
func (r *reader) confidentiality(n tree.Node, e *record.Entry) {
	code := r.str(n, "confidentiality")
	if code == "" {
		return
	}
	for i := range e.Labels {
		if c := &e.Labels[i].Coding; c.System == record.SystemConfidentiality && c.Code == code {
			return
		}
	}
	e.Labels = append(e.Labels, record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: code}})
}

// relatesTo reads a document that this one replaces, appends, transforms or signs.
func (r *reader) relatesTo(n tree.Node) record.RelatedDocument {
	code := r.str(n, "code")
	v := record.RelatedDocument{Type: code, Ref: r.refPtr(n, "targetReference")}
	if t, ok := relates.To(code); ok {
		v.Type = t
	}
	if id := maybe(n, "targetIdentifier", r.identifier); id != nil && !reflect.DeepEqual(*id, record.Identifier{}) {
		v.Identifiers = []record.Identifier{*id}
	}
	if e := r.field(n, "related"); e.OK() {
		var whole record.RelatedDocument
		r.fieldsOf(e, &whole)
		r.compared(n.Child("code"), whole.Type == v.Type)
		r.compared(object(n, "targetIdentifier"), len(v.Identifiers) > 0 && len(whole.Identifiers) > 0 && reflect.DeepEqual(v.Identifiers[0], whole.Identifiers[0]))
		r.compared(object(n, "targetReference"), v.Ref != nil && whole.Ref != nil && v.Ref.ID == whole.Ref.ID)
		return whole
	}
	return v
}

// event reads an act that the document is about.
func (r *reader) event(n tree.Node, doc string) record.ServiceEvent {
	v := record.ServiceEvent{When: one(n, "period", r.period)}
	for i, c := range objects(n, "code") {
		if i == 0 {
			k := r.concept(c)
			v.Code = &k
		}
	}
	addFields(r, n, &v)
	for _, c := range objects(n, "detail") {
		if i, ok := r.plan.target(peek(c, "reference"), r.at); ok && isOfDocument(r.plan.all[i].n) {
			r.serviceTeam(i, c, &v, doc)
		} else if v.Ref == nil {
			v.Ref = nonZeroRef(refOf(r, c))
		}
	}
	return v
}

func refOf(r *reader, n tree.Node) *record.Ref {
	v := r.ref(n)
	return &v
}

// section gives a reader of the sections of a document.
func (r *reader) section(doc string) func(tree.Node) record.Section {
	return func(n tree.Node) record.Section {
		s := record.Section{ID: r.partID("section"), Title: r.str(n, "title"), Code: one(n, "code", r.concept), Mode: r.str(n, "mode"), OrderedBy: r.conceptPtr(n, "orderedBy")}
		r.sectionText(n, &s)
		for _, e := range objects(n, "entry") {
			if i, ok := r.plan.target(peek(e, "reference"), r.at); ok && isOfDocument(r.plan.all[i].n) && r.plan.all[i].typ == "Media" {
				r.take(e.Child("reference"))
				s.Media = append(s.Media, one(r.plan.all[i].n, "content", r.attachment))
				r.parts[i] = append(r.parts[i], doc)
				continue
			}
			s.Entries = append(s.Entries, r.ref(e))
		}
		s.EmptyReason = r.conceptPtr(n, "emptyReason")
		s.Absent = r.absentOf(n)
		s.Sections = all(n, "section", r.section(doc))
		addFields(r, n, &s)
		r.sectionAuthors(n, &s)
		return s
	}
}

// sectionAuthors reads author; our exporter keeps all of the participants beside them.
func (r *reader) sectionAuthors(n tree.Node, s *record.Section) {
	k := 0
	for _, a := range objects(n, "author") {
		p := r.participation(a, "author")
		if !r.field(n, "participants").OK() {
			s.Participants = append(s.Participants, p)
			continue
		}
		for ; k < len(s.Participants); k++ {
			if o := &s.Participants[k]; o.Role == "author" && (o.Who != nil && p.Who.ID == o.Who.ID || o.Who == nil && o.OnBehalfOf != nil && p.Who.ID == o.OnBehalfOf.ID) {
				break
			}
		}
		r.compared(a, k < len(s.Participants) && (s.Participants[k].Who == nil || s.Participants[k].Who.Display == p.Who.Display))
		k++
	}
}

// noWords is what a section says that has neither words nor entries (see writer.sectionText).
const noWords = "No human-readable text was provided in this case."

// sectionText reads a section's narrative.
func (r *reader) sectionText(n tree.Node, s *record.Section) {
	t := object(n, "text")
	status := r.str(t, "status")
	if status != "additional" || r.field(n, "narrativeStatus").OK() {
		s.NarrativeStatus = status // else it is the exporter's: the words are the document's own
	}
	div := t.Child("div")
	body, ok := narrativeOf(div.Value())
	if div.Kind() != tree.String || !ok {
		return
	}
	r.take(div)
	if status == "empty" && len(body.Nodes) == 1 && body.Nodes[0].Text == noWords {
		if !r.field(n, "narrativeStatus").OK() {
			s.NarrativeStatus = ""
		}
		return
	}
	s.Narrative = body
}

// placeEntries notes with each entry the first section that lists it.
func (r *reader) placeEntries(ss []record.Section) {
	for i := range ss {
		for k := range ss[i].Entries {
			if e := r.entryOf(ss[i].Entries[k].ID); e != nil && e.Section == "" && ss[i].Entries[k].ID != "" {
				e.Section = ss[i].ID
			}
		}
		r.placeEntries(ss[i].Sections)
	}
}
