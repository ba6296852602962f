package fhir

import (
	"strconv"
	"strings"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/record"
)

// add enters an entry in the index of what can be referred to. The id of its
// resource is the entry's own; one that is no UUID, or that another entry had
// first, is replaced by a hash of it and of the entry's place.
func (w *writer) add(e *record.Entry, list string, i int, typ kind) {
	id := e.ID
	_, taken := w.refs[id]
	if taken || !isLowerUUID(id) {
		id = w.derive(e.ID, list, strconv.Itoa(i))
		if !taken && e.ID != "" {
			id = ids.Derive(e.ID, "resource")
		}
		if w.renamed == nil {
			w.renamed = map[*record.Entry]string{}
		}
		w.renamed[e] = id
	}
	if !taken && e.ID != "" {
		w.refs[e.ID] = target{typ: typ, id: id}
	}
}

// entryID gives the id of the resource that an entry becomes.
func (w *writer) entryID(e *record.Entry) string {
	if w.renamed != nil {
		if id, ok := w.renamed[e]; ok {
			return id
		}
	}
	return e.ID
}

// isLowerUUID reports whether s is a UUID as urn:uuid wants it (RFC 9562 4: lower case).
func isLowerUUID(s string) bool {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return false
	}
	hex := 0
	for i := range len(s) {
		hex += lowerHex[s[i]]
	}
	return hex == 32
}

// lowerHex is 1 for the digits of lower-case hexadecimal numbers: without a branch, which would be guessed wrong often.
var lowerHex = func() (t [256]int) {
	for _, c := range "0123456789abcdef" {
		t[c] = 1
	}
	return t
}()

// resolve gives the resource that a reference points to, ok only where that
// will be in the Bundle.
func (w *writer) resolve(r *record.Ref) (target, bool) {
	if r == nil || r.ID == "" {
		return target{}, false
	}
	t, ok := w.refs[r.ID]
	return t, ok && t.typ != noKind
}

// reference writes a Reference to whatever it points to. One that resolves to
// nothing in the record keeps what the source said of it, without a literal
// reference, and is reported.
func (w *writer) reference(name string, r *record.Ref) {
	if r == nil {
		return
	}
	t, ok := w.resolve(r)
	w.obj(name)
	w.referenceBody(r, t, ok)
	w.end()
}

func (w *writer) referenceBody(r *record.Ref, t target, ok bool) {
	switch {
	case ok && w.sent != nil && r.AsSent != "" && w.sent.answers(r):
		w.code("reference", w.sent.asSent(r.AsSent))
	case ok:
		w.urn(t.id)
		if w.parted[r.ID] {
			w.fieldStr("id", r.ID) // a part of what the resource says
		}
	case w.sent != nil && r.AsSent != "" && w.sent.literal(r.AsSent) != "":
		w.code("reference", w.sent.literal(r.AsSent)) // to what is carried, or a part of something
		if w.sent.typed {
			w.Note(&record.IssueDanglingReference, "")
		}
	case w.sent != nil && r.ID == "" && isRelative(r.AsSent) && w.sent.leadsTo(r.AsSent) == nil:
		w.code("reference", r.AsSent) // the source itself points to what it does not hold
		w.Note(&record.IssueDanglingReference, "")
	case r.ID == "" && (strings.HasPrefix(r.AsSent, "http://") || strings.HasPrefix(r.AsSent, "https://")) && isURI(r.AsSent):
		w.code("reference", r.AsSent) // absolute: it does not point into this Bundle
	default:
		if _, left := w.refs[r.ID]; left && r.ID != "" {
			w.Note(&issueNotWritten, "")
		} else if r.ID != "" || r.AsSent != "" {
			w.Note(&record.IssueDanglingReference, "")
		}
		w.fieldStr("id", r.ID)
		w.fieldStr("asSent", r.AsSent)
	}
	w.identifier("identifier", r.Identifier)
	w.str("display", r.Display)
}

// urn writes the member that points to a resource of this Bundle.
func (w *writer) urn(id string) {
	w.unfit = w.unfit || w.misfit[id]
	w.key("reference")
	if w.sent != nil {
		if x := w.sent.item(id); x != nil && x.ref != "" {
			w.quote(w.sent.refTo(x, w.sent.base))
			return
		}
	}
	w.put(`"urn:uuid:`)
	w.put(id)
	w.b = append(w.b, '"')
}

// referenceTo writes a Reference where FHIR allows those types alone; it
// reports false, and writes nothing, where r points to another type.
func (w *writer) referenceTo(name string, r *record.Ref, allowed kindSet) bool {
	if r == nil {
		return true
	}
	if t, ok := w.resolve(r); ok && !allowed.has(t.typ) {
		return false
	}
	w.reference(name, r)
	return true
}

// referenceIn is referenceTo, and keeps a reference to another type in a field
// of the record extension.
func (w *writer) referenceIn(name string, r *record.Ref, allowed kindSet) {
	if !w.referenceTo(name, r, allowed) {
		w.fieldRef(name, r)
	}
}

// referenceField is referenceIn with the field named as the record names it.
func (w *writer) referenceField(name, field string, r *record.Ref, allowed kindSet) {
	if !w.referenceTo(name, r, allowed) {
		w.fieldRef(field, r)
	}
}

// references writes an array of References; those to types that FHIR does not
// allow there stand in fields of the record extension, named field.
func (w *writer) references(name, field string, rs []record.Ref, allowed kindSet) {
	if len(rs) == 0 {
		return
	}
	other := false
	w.arr(name)
	for i := range rs {
		if !w.referenceTo("", &rs[i], allowed) {
			other = true
		}
	}
	w.endArr()
	for i := 0; other && i < len(rs); i++ {
		if t, ok := w.resolve(&rs[i]); ok && !allowed.has(t.typ) {
			w.fieldRef(field, &rs[i])
		}
	}
}

// named reports whether there is somebody whom the record is of: the patient, or one whom the source refers to.
func (w *writer) named() bool { return w.patient.id != "" || w.rec.Subject != nil }

// subject writes the reference to the patient. Where the record names none, the
// element that FHIR demands says so.
func (w *writer) subject(name string) {
	if w.patient.id == "" {
		if s := w.rec.Subject; s != nil {
			w.reference(name, s)
			return
		}
		w.requiredObject(name, "")
		return
	}
	w.obj(name)
	w.urn(w.patient.id)
	w.end()
}
