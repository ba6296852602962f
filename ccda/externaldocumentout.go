package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// externalTypes pairs how an act refers to a document outside with the record's terms.
var externalTypes = codes.NewTable(
	codes.Both("REFR", "refers-to"),
	codes.Both("RPLC", "replaces"),
)

// externalDocumentsOut writes the documents that an act refers to (C-CDA R2.1 External Document Reference).
func (w *writer) externalDocumentsOut(leaf string, list *[]record.RelatedDocument) {
	for i := range *list {
		x := (*list)[i]
		w.In(leaf, i)
		w.externalDocumentOut(leaf, i, &x)
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}

func (w *writer) externalDocumentOut(field string, i int, x *record.RelatedDocument) {
	typ, ok := externalTypes.From(x.Type)
	if !ok && x.Type != "" || x.Identifiers == nil && x.Code == nil && x.Text == nil && x.SetID == nil && x.Version == "" {
		return // rest names it
	}
	x.Type = ""
	w.el("reference")
	w.slot(field, i)
	if typ == "" {
		w.Note(&fixed, "type")
		typ = "REFR"
	}
	w.at("typeCode", typ)
	w.el("externalDocument")
	w.at("classCode", "DOCCLIN")
	w.at("moodCode", "EVN")
	if w.strict && (len(x.Identifiers) != 1 || x.Code == nil) {
		// The template demands one id and a code (CONF:1098-31933); without them the document is named all the same.
		w.Note(&unclaimed, "")
	} else {
		w.template(templateExternalDocument)
	}
	w.identifiers("id", "identifiers", &x.Identifiers)
	w.conceptPtr("code", "code", &x.Code)
	if x.Text != nil {
		a := *x.Text
		x.Text = nil
		w.attachment("text", "text", "", &a)
	}
	if x.SetID != nil {
		id := *x.SetID
		x.SetID = nil
		w.identifier("setId", "setId", &id)
	}
	if isInteger(x.Version) || !w.strict {
		w.leafIf("versionNumber", take(&x.Version))
	}
	w.end()
	w.end()
}
