package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// apart is the field of a document's Composition that refers to what nothing
// else in the Bundle refers to, and what is of no patient: everything in a
// document must be reachable from its Composition (R4 3.3.1).
const apart = "apart"

// apartFrom writes those references.
func (w *writer) apartFrom(d *record.Document) {
	if w.form != BundleDocument || d != &w.rec.Documents[0] {
		return
	}
	for i := range w.rec.Forms {
		w.apartRef(&w.rec.Forms[i].Entry)
	}
	for i := range w.rec.Provenances {
		p := &w.rec.Provenances[i]
		linked := false
		for j := range p.Targets {
			_, ok := w.resolve(&p.Targets[j])
			linked = linked || ok
		}
		if !linked {
			w.apartRef(&p.Entry)
		}
	}
}

func (w *writer) apartRef(e *record.Entry) {
	unfit := w.unfit
	w.field(apart)
	w.obj("valueReference")
	w.urn(w.entryID(e))
	w.end()
	w.endField()
	w.unfit = unfit
}

// readApart takes those references where they lead to something.
func (r *reader) readApart(n tree.Node) {
	for _, e := range objects(own(n), "extension") {
		if peek(e, "url") != apart {
			continue
		}
		r.known(own(n))
		r.known(e)
		ref := object(e, "valueReference").Child("reference")
		_, ok := r.plan.target(ref.Value(), r.at)
		r.compared(ref, ok)
	}
}
