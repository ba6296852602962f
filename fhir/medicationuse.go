package fhir

import (
	"github.com/portage-health/portage/record"
)

func statementStatus(m *record.Medication) string {
	if m.Assertion == record.Negated {
		return "not-taken"
	}
	switch m.Status.Code {
	case record.StatusActive, record.StatusCompleted, record.StatusEnteredInError, record.StatusOnHold:
		return string(m.Status.Code)
	case record.StatusAborted:
		return "stopped"
	case record.StatusPlanned:
		return "intended"
	case record.StatusNotDone:
		return "not-taken"
	}
	return ""
}

// medicationStatement writes a MedicationStatement: what somebody says that the
// patient takes, does not take, or that there is nothing to say.
func (w *writer) medicationStatement(i int, m *record.Medication) {
	w.resource("medications", i, &m.Entry, kindMedicationStatement)
	w.common(&m.Entry, hasIdentifiers|hasNotes|hasStatus|hasReasons|hasAssertion|hasRecorded)
	code := statementStatus(m)
	w.mapped("status", &m.Status, code, "unknown")
	w.concepts("statusReason", m.Status.Reasons)
	w.oneConcept("category", "categories", m.Categories)
	if m.Assertion == record.NoneKnown && !m.Product.Code.Has(record.SystemSNOMED, snomedNoMedications) {
		w.noneKnown("medicationCodeableConcept", "product", medicine{&m.Product, nil}.code(), snomedNoMedications, displayNoMedications)
		rest := m.Product
		rest.Code = record.Concept{}
		if m.Product.Code.Text == "" {
			rest.Name = ""
		}
		w.fieldAny("product", &rest)
		w.fieldConcept("administrationUnit", adminUnit(m))
	} else {
		w.medicationOf(medicine{&m.Product, adminUnit(m)}, "product")
	}
	w.subject("subject")
	w.referenceField("context", "encounter", m.Encounter, only(kindEncounter))
	w.when(choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "taken", &m.Taken)
	switch {
	case m.DateAsserted != nil:
		w.dateTime("dateAsserted", *m.DateAsserted)
		w.fieldTime("recorded", m.Recorded)
	default:
		w.recorded("dateAsserted", m.Recorded, m.Participants)
	}
	w.firstOf("informationSource", m.Participants, only(kindPatient, kindPractitioner, kindPractitionerRole, kindRelatedPerson, kindOrganization), "informant")
	w.references("derivedFrom", "derivedFrom", m.DerivedFrom, 0)
	w.references("basedOn", "basedOn", m.BasedOn, only(kindMedicationRequest, kindCarePlan, kindServiceRequest))
	w.references("partOf", "partOf", m.PartOf, only(kindMedicationAdministration, kindMedicationDispense, kindMedicationStatement, kindProcedure, kindObservation))
	w.indications(m.Indications, only(kindCondition, kindObservation, kindDiagnosticReport))
	w.dosages("dosage", m, false)
	w.requestRest(m)
	w.medicationRest(m)
	w.endResource()
}

// requestRest keeps what a request alone has a place for.
func (w *writer) requestRest(m *record.Medication) {
	w.fieldConcept("priority", m.Priority)
	w.fieldTime("authoredOn", m.AuthoredOn)
	w.fieldBool("reported", m.Reported)
	w.fieldBool("doNotPerform", m.DoNotPerform)
	w.fieldAny("substitution", m.Substitution)
	w.fieldRef("priorPrescription", m.Prior)
	w.fieldAny("groupIdentifier", m.Group)
	w.fieldConcept("courseOfTherapy", m.CourseOfTherapy)
	w.fieldRefs("insurance", m.Insurance)
}

// usedRest keeps what neither a dispense nor an administration has a place for.
func (w *writer) usedRest(m *record.Medication) {
	w.requestRest(m)
	w.fieldTime("dateAsserted", m.DateAsserted)
	w.fieldRefs("derivedFrom", m.DerivedFrom)
	if medicationKind(m) == kindMedicationDispense {
		w.fieldAny("indications", m.Indications)
		w.fieldRef("device", m.Device)
	}
	w.wholeSig(m)
	w.repeats(m)
	w.fieldConcept("statusObservation", m.ClinicalStatus)
	w.fieldAny("reactions", m.Reactions)
	if m.Adherence != nil {
		w.adherence(m.Adherence)
	}
}

func administrationStatus(m *record.Medication) string {
	if m.Assertion == record.Negated {
		return "not-done"
	}
	switch m.Status.Code {
	case record.StatusOnHold, record.StatusCompleted, record.StatusEnteredInError, record.StatusNotDone:
		return string(m.Status.Code)
	case record.StatusActive:
		return "in-progress"
	case record.StatusAborted:
		return "stopped"
	case record.StatusRefused:
		return "not-done"
	}
	return ""
}

// medicationAdministration writes a MedicationAdministration: a medicine was given, or was not.
func (w *writer) medicationAdministration(i int, m *record.Medication) {
	w.resource("medications", i, &m.Entry, kindMedicationAdministration)
	w.common(&m.Entry, hasIdentifiers|hasNotes|hasStatus|hasReasons|hasAssertion)
	w.mapped("status", &m.Status, administrationStatus(m), "unknown")
	w.concepts("statusReason", m.Status.Reasons)
	w.oneConcept("category", "categories", m.Categories)
	w.medicationOf(medicine{&m.Product, adminUnit(m)}, "product")
	w.subject("subject")
	w.referenceField("context", "encounter", m.Encounter, only(kindEncounter))
	if m.Taken.IsZero() {
		w.required("effectiveDateTime", "", "taken")
	}
	w.when(choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "taken", &m.Taken)
	w.performers(m.Participants, only(kindPractitioner, kindPractitionerRole, kindPatient, kindRelatedPerson, kindDevice))
	w.indications(m.Indications, only(kindCondition, kindObservation, kindDiagnosticReport))
	rest := m.BasedOn
	if len(rest) > 0 && w.referenceTo("request", &rest[0], only(kindMedicationRequest)) {
		rest = rest[1:]
	}
	w.fieldRefs("basedOn", rest)
	w.references("partOf", "partOf", m.PartOf, only(kindMedicationAdministration, kindProcedure))
	if m.Device != nil {
		w.references("device", "device", []record.Ref{*m.Device}, only(kindDevice))
	}
	w.administered(m)
	w.fieldAny("instructions", m.Instructions)
	w.fieldAny("preconditions", m.Preconditions)
	w.usedRest(m)
	w.fieldRef("location", m.Location)
	w.endResource()
}

// administered writes the one dosage of an administration; FHIR wants a dose or a rate in it (mad-1).
func (w *writer) administered(m *record.Medication) {
	for i := range m.Dosages {
		d := m.Dosages[i]
		if i == 0 {
			d.AdminUnit = nil // the form of the medicine
		}
		if i > 0 || !hasDose(&d) {
			w.fieldAny("dosages", &d)
			continue
		}
		w.In("dosages", i)
		w.obj("dosage")
		if d.Text == "" && len(m.Dosages) == 1 {
			w.str("text", m.Sig)
		}
		w.str("text", d.Text)
		w.oneConcept("site", "site", d.Site)
		w.concept("route", d.Route)
		w.concept("method", d.Method)
		d.Text, d.Site, d.Route, d.Method = "", nil, nil, nil
		if d.Dose != nil && d.Dose.Quantity != nil {
			w.simpleQuantity("dose", d.Dose.Quantity)
			d.Dose = &record.Amount{Range: d.Dose.Range, Ratio: d.Dose.Ratio}
		}
		if r := d.Rate; r != nil && r.Ratio != nil {
			w.ratio("rateRatio", r.Ratio)
			d.Rate = &record.Amount{Quantity: r.Quantity, Range: r.Range}
		} else if r != nil && r.Quantity != nil {
			w.simpleQuantity("rateQuantity", r.Quantity)
			d.Rate = &record.Amount{Range: r.Range}
		}
		w.end()
		w.Leave()
		w.fieldAny("dosages", &d)
	}
	if len(m.Dosages) == 0 || len(m.Dosages) == 1 && m.Dosages[0].Text == "" && !hasDose(&m.Dosages[0]) {
		w.fieldStr("sig", m.Sig)
	}
}

func hasDose(d *record.Dosage) bool {
	return d.Dose != nil && d.Dose.Quantity != nil && d.Dose.Quantity.Comparator == "" || d.Rate != nil && (d.Rate.Ratio != nil || d.Rate.Quantity != nil && d.Rate.Quantity.Comparator == "")
}
