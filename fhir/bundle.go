package fhir

import (
	"errors"
	"math"
	"time"

	"github.com/portage-health/portage/record"
)

// BundleType is what kind of Bundle an export makes.
type BundleType uint8

// The types of Bundle (R4 Bundle.type).
const (
	// BundleAsSent is the type of the Bundle that the record came from, with what
	// that said of itself; a collection where it came from none. It is the zero value.
	BundleAsSent BundleType = iota
	// BundleCollection is a set of resources, the patient first.
	BundleCollection
	// BundleTransaction asks a server to put each resource under its id, all or none.
	BundleTransaction
	// BundleDocument is a FHIR document: the Composition of the record's first document comes first, and what joined it since from
	// other documents, or from the host, stands in sections behind its own.
	BundleDocument
)

func (t BundleType) String() string {
	switch t {
	case BundleTransaction:
		return "transaction"
	case BundleDocument:
		return "document"
	}
	return "collection"
}

// ErrNoDocument says that a document Bundle was asked for and the record has no document.
var ErrNoDocument = errors.New("fhir: the record has no document to make a document Bundle of")

// bundle writes the Bundle with its entries. Where it reports false, they must be written by one hand.
func (w *writer) bundle() bool {
	w.root = w.rootID()
	if w.sent == nil {
		w.obj("")
		w.bundleHead()
		w.arr("entry")
	} else {
		w.arr("") // see assemble
	}
	if s := w.share(); s == nil {
		w.first()
		w.lists(span{0, math.MaxInt})
	} else if !s.write(w.first) {
		return false
	}
	if w.rec.Subject != nil && w.rec.Patient != nil {
		w.Drop("subject", w.rec.Subject, &lostSubject)
	}
	w.writeProvenances()
	w.writeProducts()
	w.writeRoles()
	w.endArr()
	if w.sent == nil {
		w.end()
	}
	return true
}

// bundleHead writes what stands before the entries.
func (w *writer) bundleHead() {
	w.code("resourceType", "Bundle")
	id := w.derive(w.root, "bundle", w.form.String())
	w.code("id", id)
	w.obj("meta")
	w.security(w.highest())
	w.end()
	if w.form == BundleDocument {
		w.obj("identifier")
		w.code("system", record.SystemURI)
		w.key("value")
		w.b = append(append(append(w.b, `"urn:uuid:`...), id...), '"')
		w.end()
	}
	w.code("type", w.form.String())
	if w.form == BundleDocument {
		now := w.opts.Now
		if now.IsZero() {
			now = time.Now()
		}
		w.code("timestamp", now.Format(time.RFC3339Nano))
	}
}

// rootID is made of what identifies the record: its patient and its documents.
func (w *writer) rootID() string {
	parts := []string{"record"}
	if w.rec.Patient != nil {
		parts = append(parts, w.rec.Patient.ID)
	}
	for i := range w.rec.Documents {
		parts = append(parts, w.rec.Documents[i].ID)
	}
	for i := range w.rec.Sources {
		parts = append(parts, w.rec.Sources[i].ID)
	}
	return w.ids.Make(parts...)
}

// first writes the patient and the documents of the record; that of a document Bundle comes before all else.
func (w *writer) first() {
	r := w.rec
	if w.form == BundleDocument && !w.isVerbatim(&r.Documents[0].Entry) {
		w.composition(0, &r.Documents[0])
	}
	if r.Patient != nil && !w.isVerbatim(&r.Patient.Entry) {
		w.writePatient(r.Patient)
	}
	first := 0
	if w.form == BundleDocument {
		first = 1
	}
	for i := first; i < len(r.Documents); i++ {
		if !w.isVerbatim(&r.Documents[i].Entry) {
			w.composition(i, &r.Documents[i])
		}
	}
}

// lists writes the entries of the record's lists whose places among all of them are in part.
func (w *writer) lists(part span) {
	r := w.rec
	w.turn, w.past = part, 0
	each(w, r.Allergies, w.allergy)
	each(w, r.Problems, w.problem)
	each(w, r.Medications, w.medication)
	each(w, r.Immunizations, w.immunization)
	each(w, r.Procedures, w.procedure)
	for list, ps := range w.panels() {
		each(w, ps, func(i int, p *record.Panel) { w.panel(list, i, p) })
	}
	for list, os := range w.observations() {
		each(w, os, func(i int, o *record.Observation) { w.observation(list, i, o) })
	}
	each(w, r.Specimens, w.specimen)
	each(w, r.HealthConcerns, w.healthConcern)
	each(w, r.Goals, w.goal)
	each(w, r.CarePlans, w.carePlan)
	each(w, r.CareTeams, w.careTeam)
	each(w, r.FamilyHistory, w.familyMember)
	each(w, r.Encounters, w.encounter)
	each(w, r.Orders, w.order)
	each(w, r.Notes, w.clinicalNote)
	each(w, r.ImagingStudies, w.imagingStudy)
	each(w, r.Forms, w.blank)
	each(w, r.Questionnaires, w.formFilled)
	each(w, r.Accounts, w.account)
	each(w, r.Charges, w.charge)
	each(w, r.Claims, w.claimed)
	each(w, r.Appointments, w.appointment)
	each(w, r.AdverseEvents, w.adverseEvent)
	each(w, r.Devices, w.device)
	each(w, r.Supplies, w.delivery)
	each(w, r.Coverages, w.coverage)
	each(w, r.Directives, w.directive)
	each(w, r.Lists, w.list)
	each(w, r.Consents, w.consent)
	each(w, r.RelatedPersons, w.relatedPerson)
	each(w, r.Practitioners, w.practitioner)
	each(w, r.Organizations, w.organization)
	each(w, r.Locations, w.location)
	each(w, r.Provenances, w.statement)
}

// each writes the elements of one slice of the record that are in the part being written, unless the export was called off.
func each[T any](w *writer, list []T, write func(int, *T)) {
	from, to := max(w.turn.from-w.past, 0), min(w.turn.to-w.past, len(list))
	w.past += len(list)
	if from >= to || w.ctx.Err() != nil {
		return
	}
	for i := from; i < to; i++ {
		if w.sent != nil && w.isVerbatim(any(&list[i]).(interface{ AsEntry() *record.Entry }).AsEntry()) {
			continue
		}
		write(i, &list[i])
	}
}
