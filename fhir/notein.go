package fhir

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// documentReference reads a DocumentReference (R4 2.42; C-CDA on FHIR, FC-notes).
func (r *reader) documentReference(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	v := record.ClinicalNote{Entry: r.entry(n)}
	v.Identifiers = r.identifiers(n, "identifier")
	v.MasterID = maybe(n, "masterIdentifier", r.identifier)
	v.Status, v.DocStatus = r.noteStatus(n)
	v.Type = one(n, "type", r.concept)
	v.Categories = r.noteCategories(n)
	v.Written = r.timePtr(n, "date")
	r.eachPart(&v.Entry, n, "author", "author")
	r.part(&v.Entry, n, "authenticator", "authenticator")
	v.Custodian = r.refPtr(n, "custodian")
	v.RelatedDocs = r.relatedDocuments(n)
	v.Description = r.str(n, "description")
	r.securityLabels(n, &v.Entry)
	v.Contents = r.noteContents(n)
	if c := object(n, "context"); c.OK() {
		v.Encounter = r.refs(c, "encounter")
		v.Events = r.concepts(c, "event")
		v.When = one(c, "period", r.period)
		v.Facility, v.Practice = r.conceptPtr(c, "facilityType"), r.conceptPtr(c, "practiceSetting")
		v.Related = r.refs(c, "related")
	}
	add(r, &r.rec.Notes, n, &v)
	return true
}

// noteStatus reads status and docStatus. A current reference to what is final is
// to a note that was completed (C-CDA Note Activity, statusCode: signed and finalized).
func (r *reader) noteStatus(n tree.Node) (record.Status, string) {
	if peek(n, "status") == "current" && peek(n, "docStatus") == "final" && !r.field(n, "status").OK() {
		r.take(n.Child("status"))
		r.take(n.Child("docStatus"))
		return record.Status{Code: record.StatusCompleted}, ""
	}
	return r.status(n, &documentStatus), r.str(n, "docStatus")
}

// noteCategories reads category. That a note is a clinical note is what our exporter says where the source says nothing.
func (r *reader) noteCategories(n tree.Node) []record.Concept {
	cs := r.concepts(n, "category")
	if len(cs) == 1 && bareCode(&cs[0], sysDocumentCategory, "clinical-note") {
		return nil
	}
	return nonZero(cs)
}

// noteContents reads content. An element that says nothing is our exporter's, because FHIR demands one.
func (r *reader) noteContents(n tree.Node) (out []record.NoteContent) {
	for _, c := range objects(n, "content") {
		v := record.NoteContent{Attachment: one(c, "attachment", r.attachment), Format: maybe(c, "format", r.coding)}
		addFields(r, c, &v)
		r.content(object(c, "attachment"), &v.Attachment)
		if v != (record.NoteContent{}) {
			out = append(out, v)
		}
	}
	return out
}

// relatedDocuments reads relatesTo.
func (r *reader) relatedDocuments(n tree.Node) []record.RelatedDocument {
	return all(n, "relatesTo", func(x tree.Node) record.RelatedDocument {
		if e := r.field(x, "relatedDocuments"); e.OK() {
			var v record.RelatedDocument
			r.fieldsOf(e, &v)
			code, known := relates.From(v.Type)
			r.compared(x.Child("code"), known && code == peek(x, "code"))
			if t := object(x, "target"); t.OK() {
				want := record.Ref{}
				if v.Ref != nil {
					want = *v.Ref
				}
				if want.Identifier == nil && len(v.Identifiers) > 0 {
					want.Identifier = &v.Identifiers[0]
				}
				if got := r.ref(t); got != (record.Ref{}) {
					r.compared(t, reflect.DeepEqual(got, want))
				}
			}
			return v
		}
		v := record.RelatedDocument{Ref: r.refPtr(x, "target")}
		code := r.str(x, "code")
		if t, ok := relates.To(code); ok {
			v.Type = t
		} else {
			v.Type = code
		}
		return v
	})
}

// securityLabels reads DocumentReference.securityLabel: marks of what is referred to. They hold for the entry.
func (r *reader) securityLabels(n tree.Node, e *record.Entry) {
	for _, c := range objects(n, "securityLabel") {
		for _, k := range objects(c, "coding") {
			l := record.Label{Coding: r.coding(k)}
			if l.Coding.System == record.SystemConfidentiality {
				l.Kind = "confidentiality"
			}
			if !slices.ContainsFunc(e.Labels, func(x record.Label) bool { return reflect.DeepEqual(x.Coding, l.Coding) }) {
				e.Labels = append(e.Labels, l)
			}
		}
	}
}
