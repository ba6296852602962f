package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// content gives an attachment that only points to a Binary of the input (R4 2.4.3, url; 2.42, DocumentReference.content)
// that content: another format has no Binary, and would be left with an address of the source. It reports whether it did.
// A Binary of another type than the attachment says, or with a word of its own on who may see it, stays what it is.
func (r *reader) content(a tree.Node, v *record.Attachment) bool {
	if !r.plan.binaries || a.Child("data").OK() || a.Child("_data").OK() || v.URL == "" {
		return false
	}
	i, ok := r.plan.target(v.URL, r.at)
	if !ok {
		return false
	}
	x := &r.plan.all[i]
	if x.typ != "Binary" || x.container >= 0 || !x.in(r.group) || x.n.Child("securityContext").OK() || x.n.Child("meta").Child("security").OK() || !r.safe(x) {
		return false
	}
	typ, data := peek(x.n, "contentType"), x.n.Child("data")
	if data.Kind() != tree.String || v.ContentType != "" && v.ContentType != typ {
		return false
	}
	if blob := r.from.storedAt(data); blob != nil {
		v.Data = record.StoredBase64(blob)
	} else if v.Data = record.Base64Data(data.Value()); data.Value() == "" {
		return false
	}
	r.take(data)
	r.take(x.n.Child("contentType"))
	v.ContentType, v.URL = typ, ""
	r.parts[i] = append(r.parts[i], r.plan.all[r.at].entryID)
	return true
}

// binary keeps a Binary that another resource was read with.
func (r *reader) binary() bool {
	owners := r.parts[r.at]
	if len(owners) == 0 {
		return false
	}
	r.made = append(append(r.made, r.plan.all[r.at].entryID), owners...)
	return true
}

// attached is attachment, with its content where that stands in a Binary.
func (r *reader) attached(a tree.Node) record.Attachment {
	v := r.attachment(a)
	r.content(a, &v)
	return v
}
