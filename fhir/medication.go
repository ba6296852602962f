package fhir

import (
	"slices"

	"github.com/portage-health/portage/record"
)

const (
	snomedNoMedications  = "787481004"
	displayNoMedications = "No known medications"
	extAdherence         = profileBase + "medication-adherence"
)

// medicationKind says what a medication becomes. A C-CDA Medication Activity is
// a MedicationRequest whatever its mood (CF-medications); that none is known is
// a statement; what is neither a fact nor a request is a Basic.
func medicationKind(m *record.Medication) kind {
	switch {
	case m.Assertion == record.NotKnown, m.Assertion == record.Negated && m.Product.Code.IsZero() && m.Product.Name == "":
		return kindBasic
	case m.Assertion == record.NoneKnown:
		return kindMedicationStatement
	case m.Mode != record.ModeEvent && intent(m) == "":
		return kindBasic
	case m.Kind == "statement" && m.Mode == record.ModeEvent:
		return kindMedicationStatement
	case m.Kind == "dispense" && m.Mode == record.ModeEvent:
		return kindMedicationDispense
	case m.Kind == "administration" && m.Mode == record.ModeEvent:
		return kindMedicationAdministration
	}
	return kindMedicationRequest
}

// intent gives MedicationRequest.intent. HL7's map makes C-CDA's intent (INT)
// an order and its event (EVN) a plan (ConceptMap CF-MedActivityMood); what
// FHIR itself called a plan stays one.
func intent(m *record.Medication) string {
	if m.Mode == record.ModeIntent && m.Kind != "request" {
		return "order"
	}
	return intentOf(m.Mode)
}

// The words for a mode that is the empty one: of a request, and of an activity of a document.
const (
	modeEvent    = "event"
	modeActivity = "activity"
)

// ownMode gives what FHIR's intent does not tell of how a medicine is meant: the
// mood of a C-CDA Medication Activity, and that it is one.
func ownMode(m *record.Medication) string {
	switch {
	case m.Mode == record.ModeEvent && m.Kind == "request":
		return modeEvent
	case m.Mode == record.ModeEvent && m.Kind == "":
		return modeActivity
	case m.Kind != "request":
		return string(m.Mode)
	}
	return ""
}

func intentOf(m record.Mode) string {
	switch m {
	case record.ModeEvent, record.ModeIntent:
		return "plan"
	case record.ModeRequest:
		return "order"
	case record.ModeProposal, record.ModeOption, record.ModeOriginal, record.ModeReflex, record.ModeFiller, record.ModeInstance:
		return string(m)
	}
	return ""
}

// medication writes what the patient takes, was prescribed or was given (US Core
// MedicationRequest 6.1.0; C-CDA on FHIR, CF-medications), with the supplies
// ordered and made as resources of their own where they need them.
func (w *writer) medication(i int, m *record.Medication) {
	k := medicationKind(m)
	switch k {
	case kindBasic:
		w.unstated("medications", i, &m.Entry, m)
		return
	case kindMedicationStatement:
		w.medicationStatement(i, m)
	case kindMedicationDispense:
		w.dispensed(i, m)
	case kindMedicationAdministration:
		w.medicationAdministration(i, m)
	default:
		w.medicationRequest(i, m)
	}
	w.besideMedication(i, m)
	w.In("medications", i)
	for j := range m.Orders {
		if j > 0 || k != kindMedicationRequest || !sameProduct(m, &m.Orders[0]) {
			w.supplyOrder(m, j, k)
		}
	}
	for j := range m.Dispenses {
		if j > 0 || k != kindMedicationDispense {
			w.dispense(m, j, k)
		}
	}
	w.Leave()
}

func requestStatus(s record.StatusCode) string {
	switch s {
	case record.StatusActive, record.StatusOnHold, record.StatusCancelled, record.StatusCompleted, record.StatusEnteredInError, record.StatusDraft:
		return string(s)
	case record.StatusAborted:
		return "stopped"
	}
	return ""
}

var (
	requesters       = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindPatient, kindRelatedPerson, kindDevice)
	requestFillers   = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindPatient, kindRelatedPerson, kindDevice, kindCareTeam)
	medicationReason = only(kindCondition, kindObservation)
)

func (w *writer) medicationRequest(i int, m *record.Medication) {
	w.resource("medications", i, &m.Entry, kindMedicationRequest, profileBase+"medicationrequest")
	w.common(&m.Entry, hasIdentifiers|hasNotes|hasStatus|hasReasons|hasAssertion|hasMode)
	w.mapped("status", &m.Status, requestStatus(m.Status.Code), "unknown")
	w.oneConcept("statusReason", "statusReasons", m.Status.Reasons)
	goal := intent(m)
	w.code("intent", goal)
	w.concepts("category", m.Categories)
	w.picked("priority", "priority", m.Priority, orderPriority)
	if m.Assertion == record.Negated {
		// CF-medications, negationInd.
		w.boolean("doNotPerform", true)
		w.fieldBool("doNotPerform", m.DoNotPerform)
	} else {
		w.bool("doNotPerform", m.DoNotPerform)
	}
	w.bool("reportedBoolean", m.Reported)
	w.medicationOf(medicine{&m.Product, adminUnit(m)}, "product")
	w.subject("subject")
	w.referenceField("encounter", "encounter", m.Encounter, only(kindEncounter))
	w.recorded("authoredOn", m.AuthoredOn, m.Participants)
	if !w.authorOf("requester", m.Participants, requesters) && goal != "plan" && goal != "proposal" && goal != "option" {
		w.requiredObject("requester", "participants") // us-core-21
	}
	w.firstOf("performer", m.Participants, requestFillers, "performer")
	w.firstOf("recorder", m.Participants, only(kindPractitioner, kindPractitionerRole), "recorder", "enterer")
	w.indications(m.Indications, medicationReason)
	w.references("basedOn", "basedOn", m.BasedOn, only(kindCarePlan, kindMedicationRequest, kindServiceRequest))
	w.identifier("groupIdentifier", m.Group)
	w.concept("courseOfTherapyType", m.CourseOfTherapy)
	w.references("insurance", "insurance", m.Insurance, only(kindCoverage))
	if !w.dosages("dosageInstruction", m, true) && !m.Taken.IsZero() {
		w.fieldPeriod("taken", &m.Taken)
	}
	if len(m.Orders) > 0 && sameProduct(m, &m.Orders[0]) {
		w.In("orders", 0)
		w.dispenseRequest(&m.Orders[0], true)
		w.Leave()
	}
	if s := m.Substitution; s != nil {
		w.substitutionAllowed(s)
	}
	w.referenceField("priorPrescription", "priorPrescription", m.Prior, only(kindMedicationRequest))
	w.fieldTime("dateAsserted", m.DateAsserted)
	w.fieldRefs("partOf", m.PartOf)
	w.fieldRefs("derivedFrom", m.DerivedFrom)
	w.medicationRest(m)
	w.endResource()
}

// medicationRest keeps what none of the resources for medicines has a place for.
func (w *writer) medicationRest(m *record.Medication) {
	w.wholeSig(m)
	w.repeats(m)
	w.fieldConcept("statusObservation", m.ClinicalStatus)
	w.fieldAny("reactions", m.Reactions)
	w.fieldRef("location", m.Location)
	if medicationKind(m) != kindMedicationAdministration {
		w.fieldRef("device", m.Device)
	}
	if m.Adherence != nil {
		w.adherence(m.Adherence)
	}
}

// adherence writes US Core's extension for how the patient takes a medicine (US Core 7.0.0, Medication Adherence).
func (w *writer) adherence(a *record.Adherence) {
	w.ext(extAdherence)
	w.ext("medicationAdherence")
	w.requiredConcept("valueCodeableConcept", &a.Code, "adherence.code")
	w.endExt()
	if a.When != nil {
		w.ext("dateAsserted")
		w.dateTime("valueDateTime", *a.When)
		w.endExt()
	}
	for i := range a.Informations {
		w.ext("informationSource")
		w.concept("valueCodeableConcept", &a.Informations[i])
		w.endExt()
	}
	w.endExt()
	w.fieldAny("adherence", &record.Adherence{Reasons: a.Reasons, Identifiers: a.Identifiers})
}

// substitutionAllowed writes MedicationRequest.substitution: whether another product may be given.
func (w *writer) substitutionAllowed(s *record.Substitution) {
	w.obj("substitution")
	switch {
	case s.Type != nil:
		w.concept("allowedCodeableConcept", s.Type)
		w.fieldBool("allowed", s.Allowed)
	case s.Allowed != nil:
		w.boolean("allowedBoolean", *s.Allowed)
	case len(s.Reasons) > 0:
		w.required("allowedBoolean", "", "substitution.allowed")
	}
	w.oneConcept("reason", "reasons", s.Reasons)
	w.end()
	w.fieldAny("substitution", &record.Substitution{Done: s.Done})
}

// indications writes reasonCode and reasonReference. What the act of giving a
// reason says of it (its time, its ids) stands on the code; a reason that is
// denied is none.
func (w *writer) indications(ns []record.Indication, allowed kindSet) {
	w.indicationsOf("indications", ns, allowed)
}

// indicationsOf is indications where the record has another name for them.
func (w *writer) indicationsOf(field string, ns []record.Indication, allowed kindSet) {
	w.arr("reasonCode")
	for i := range ns {
		if !isReason(&ns[i]) {
			continue
		}
		w.In(field, i)
		w.obj("")
		w.reason(&ns[i], allowed)
		w.end()
		w.Leave()
	}
	w.endArr()
	w.arr("reasonReference")
	for i := range ns {
		if isReason(&ns[i]) {
			w.referenceTo("", ns[i].Ref, allowed)
		}
	}
	w.endArr()
	for i := range ns {
		if !isReason(&ns[i]) {
			w.fieldAny(field, &ns[i])
		}
	}
}

func isReason(n *record.Indication) bool {
	return n.Assertion == "" || n.Assertion == record.Affirmed
}

func (w *writer) reason(n *record.Indication, allowed kindSet) {
	if n.Code != nil {
		w.conceptBody(n.Code)
	}
	w.fieldConcept("kind", n.Kind)
	w.fieldPeriod("when", n.When)
	for i := range n.Identifiers {
		w.fieldKnown("identifiers", &n.Identifiers[i])
	}
	w.fieldAny("status", &n.Status)
	if t, ok := w.resolve(n.Ref); ok && !allowed.has(t.typ) {
		w.fieldRef("ref", n.Ref)
	}
}

// sameProduct reports whether a supply is of the very product of its medication, so that the request can hold it.
func sameProduct(m *record.Medication, o *record.SupplyOrder) bool {
	return o.Product == nil || o.Product.Code.IsZero() ||
		slices.EqualFunc(o.Product.Code.Codings, m.Product.Code.Codings, func(a, b record.Coding) bool { return a.System == b.System && a.Code == b.Code })
}

// repeats keeps CDA's repeatNumber. For an administration that happened it is
// the place of that one in a series, which stands beside the resource.
func (w *writer) repeats(m *record.Medication) {
	if m.Mode != record.ModeEvent {
		w.fieldStr("repeats", m.Repeats)
	}
}
