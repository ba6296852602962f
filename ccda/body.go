package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// body takes the structured body, or the content of an unstructured document (CDA R2 4.2.4).
func (r *reader) body(root tree.Node, d *record.Document) {
	r.document = d
	for c := root.Child("component"); c.OK(); c = c.NextNamed() {
		before := len(d.Sections)
		if b := c.Child("nonXMLBody"); b.OK() {
			r.fixed(c, "typeCode", "COMP")
			r.fixed(c, "contextConductionInd", "true")
			r.shape(b, "DOCBODY", "EVN")
			if a := r.attachment(b.Child("text")); a != nil {
				d.Body = append(d.Body, *a)
			}
		}
		b := c.Child("structuredBody")
		if !b.OK() {
			continue
		}
		r.fixed(c, "typeCode", "COMP")
		r.fixed(c, "contextConductionInd", "true")
		r.shape(b, "DOCBODY", "EVN")
		r.levelOne(b)
		count := 0
		for k := b.Child("component"); k.OK(); k = k.NextNamed() {
			if k.Child("section").OK() {
				count++
			}
		}
		from := len(d.Sections)
		d.Sections = append(d.Sections, make([]record.Section, count)...)
		for k := b.Child("component"); k.OK(); k = k.NextNamed() {
			if s := k.Child("section"); s.OK() {
				r.fixed(k, "typeCode", "COMP")
				r.fixed(k, "contextConductionInd", "true")
				r.section(s, &d.Sections[from])
				from++
			}
		}
		r.narrateSections()
		if !r.tookOf(c) {
			d.Sections = d.Sections[:before] // it is carried whole
		}
	}
}

// tookOf reports whether a leaf of n was taken, or found to be what the standard fixes.
func (r *reader) tookOf(n tree.Node) bool {
	for i := n.Index(); i < n.End(); i++ {
		if r.doc.IsLeaf(i) && !r.led.Free(i) {
			return true
		}
	}
	return false
}
