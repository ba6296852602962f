package fhir

import (
	"reflect"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// isVaccineRequest reports whether a MedicationRequest is a vaccination that our
// exporter wrote as one, because it is planned (CF-immunizations).
func isVaccineRequest(n tree.Node) bool { return extension(own(n), "vaccination").OK() }

// vaccineRequest reads a vaccination that is planned or ordered.
func (r *reader) vaccineRequest(n tree.Node) bool {
	mode, ok := intents.To(peek(n, "intent"))
	if !ok || !r.subject(n, "subject") || !r.marked(n, "vaccination") {
		return false
	}
	v := record.Immunization{Entry: r.entry(n)}
	r.take(n.Child("intent"))
	v.Mode = mode
	v.Identifiers = r.identifiers(n, "identifier")
	v.Notes = r.notes(n, "note")
	v.Status = r.status(n, &requestStatuses)
	r.mappedStatus(n, &v.Status)
	if c := object(n, "statusReason"); c.OK() {
		v.Status.Reasons = []record.Concept{r.concept(c)}
	}
	m := record.Medication{Entry: v.Entry, Kind: "request"}
	r.medicine(n, &m)
	v.Product = m.Product
	if !r.field(n, "administrationUnit").OK() {
		v.AdminUnit, v.Product.Form = v.Product.Form, nil // CF-medications, administrationUnitCode
	}
	v.Encounter = r.refPtr(n, "encounter")
	v.Recorded = r.timePtr(n, "authoredOn")
	r.part(&v.Entry, n, "requester", "author")
	v.Indications = r.indications(n, "indications")
	r.vaccineDose(n, &m, &v)
	if e := r.field(n, "immunization"); e.OK() {
		r.fieldsOf(e, &v)
	}
	add(r, &r.rec.Immunizations, n, &v)
	return true
}

// vaccineDose reads when, how much, where and by which route. What a vaccination
// has no place for is left to be carried.
func (r *reader) vaccineDose(n tree.Node, m *record.Medication, v *record.Immunization) {
	r.dosages(n, "dosageInstruction", m)
	v.When = m.Taken
	if len(m.Dosages) == 0 {
		return
	}
	d := m.Dosages[0]
	v.Route, v.Sites = d.Route, d.Site
	d.Route, d.Site = nil, nil
	if d.Dose != nil {
		v.Dose = d.Dose.Quantity
		if d.Dose = nil; m.Dosages[0].Dose.Range != nil {
			d.Dose = m.Dosages[0].Dose
		}
	}
	if len(m.Dosages) > 1 || !reflect.DeepEqual(d, record.Dosage{}) {
		r.giveBack(n.Child("dosageInstruction"))
		v.When, v.Dose, v.Route, v.Sites = record.Period{}, nil, nil, nil
	}
}

// noneKnown gives the code of an entry that says that there is none of its kind:
// where our exporter wrote HL7's code for that, the entry's own, if it has any,
// which stands in the field of our extension.
func (r *reader) noneKnown(n tree.Node, name, field, code string, c record.Concept) record.Concept {
	k := object(n, name).Child("coding").First()
	if k.Next().OK() || peek(k, "system") != record.SystemSNOMED || peek(k, "code") != code || !r.marked(object(n, name), "none") {
		return c
	}
	rest := one(r.field(n, field), "valueCodeableConcept", r.concept)
	if d := k.Child("display"); d.OK() {
		r.giveBack(d) // our exporter's words
		if displayOfNone(code) == d.Value() {
			r.scaffold(d)
		}
	}
	return record.Concept{Codings: rest.Codings, Absent: rest.Absent, Text: c.Text, TextRef: rest.TextRef}
}

// displayOfNone gives the words that our exporter writes for a code that there is none of a kind.
func displayOfNone(code string) string {
	switch code {
	case snomedNoMedications:
		return displayNoMedications
	case snomedNoImmunizations:
		return displayNoImmunizations
	case snomedNoProblems:
		return displayNoProblems
	}
	for _, k := range noKnown {
		if k.code == code {
			return k.display
		}
	}
	return ""
}
