package fhir

import (
	"sort"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// resource reads one resource into the record. It reports false where nothing of
// the record holds it: then it is carried whole.
func (r *reader) resource(x *resource) bool {
	n := x.n
	if isOfDocument(n) {
		return r.documentPart(n)
	}
	switch x.typ {
	case "Patient":
		return r.patient(n)
	case "AllergyIntolerance":
		return r.allergy(n)
	case "RelatedPerson":
		return r.relatedPerson(n)
	case "Practitioner":
		return r.practitioner(n)
	case "PractitionerRole":
		return r.practitionerRole(n)
	case "Organization":
		return r.organization(n)
	case "Location":
		return r.location(n)
	case "Condition":
		if isConcern(n) {
			return r.concernOf(n)
		}
		return r.condition(n)
	case "MedicationRequest":
		if isVaccineRequest(n) {
			return r.vaccineRequest(n)
		}
		return r.medicationRequest(n)
	case "MedicationStatement":
		return r.medicationStatement(n)
	case "MedicationAdministration":
		return r.medicationAdministration(n)
	case "MedicationDispense":
		return r.medicationDispense(n)
	case "Medication":
		return r.product()
	case "Immunization":
		return r.immunization(n)
	case "Procedure":
		return r.procedure(n)
	case "ServiceRequest":
		return r.order(n)
	case "DeviceRequest":
		return r.deviceRequest(n)
	case "SupplyRequest":
		return r.supplyRequest(n)
	case "Goal":
		return r.goal(n)
	case "CarePlan":
		return r.carePlan(n)
	case "CareTeam":
		return r.careTeam(n)
	case "Coverage":
		return r.coverage(n)
	case "Device":
		return r.device(n)
	case "DeviceUseStatement":
		return r.deviceUseStatement(n)
	case "DocumentReference":
		return r.documentReference(n)
	case "Media":
		return r.mediaOf(n)
	case "Binary":
		return r.binary()
	case "Questionnaire":
		return r.blankOf(n)
	case "QuestionnaireResponse":
		return r.formOf(n)
	case "Account":
		return r.accountOf(n)
	case "ChargeItem":
		return r.chargeOf(n)
	case "Claim", "ExplanationOfBenefit":
		return r.claimOf(n, x.typ != "Claim")
	case "Appointment":
		return r.appointmentOf(n)
	case "AdverseEvent":
		return r.adverseEventOf(n)
	case "Encounter":
		return r.encounter(n)
	case "Observation":
		if isDirective(n) {
			return r.directive(n)
		}
		return r.observation(n)
	case "FamilyMemberHistory":
		return r.familyMember(n)
	case "RiskAssessment":
		return r.riskAssessment(n)
	case "SupplyDelivery":
		return r.supplyDelivery(n)
	case "List":
		return r.listOfEntries(n)
	case "Consent":
		if r.plan.isR5(x) {
			return r.consentOfR5(n)
		}
		return r.consent(n)
	case "ImagingStudy":
		return r.imagingStudy(n)
	case "Provenance":
		return r.provenance(n)
	case "Composition":
		return r.composition(n)
	case "Basic":
		if isBeside(n) {
			return r.beside(n)
		}
		return r.basic(n)
	case "DiagnosticReport":
		return r.report(n)
	case "Specimen":
		return r.specimen(n)
	}
	return false
}

// entryKind gives the kind of the entry that a resource becomes.
func (x *resource) entryKind() string {
	if !x.kindFound { // for what belongs to a group, before it is read
		x.kind, x.kindFound = kindOfEntry(x), true
	}
	return x.kind
}

// kindOfEntry finds the kind of the entry that a resource becomes.
func kindOfEntry(x *resource) string {
	switch x.typ {
	case "Patient":
		return record.KindPatient
	case "AllergyIntolerance":
		return record.KindAllergy
	case "Condition":
		if isConcern(x.n) {
			return record.KindHealthConcern
		}
		return record.KindProblem
	case "RiskAssessment":
		return record.KindHealthConcern
	case "Basic":
		return kindOfBasic(x.n)
	case "MedicationRequest":
		if isVaccineRequest(x.n) {
			return record.KindImmunization
		}
		return record.KindMedication
	case "MedicationStatement", "MedicationDispense", "MedicationAdministration":
		return record.KindMedication
	case "Medication":
		return record.KindProduct
	case "Immunization":
		return record.KindImmunization
	case "Procedure":
		return record.KindProcedure
	case "Observation":
		if isDirective(x.n) {
			return record.KindDirective
		}
		return kindOfObservation(x.n)
	case "DiagnosticReport":
		return record.KindResultPanel
	case "Encounter":
		return record.KindEncounter
	case "Goal":
		return record.KindGoal
	case "CarePlan":
		return record.KindCarePlan
	case "CareTeam":
		return record.KindCareTeam
	case "Device":
		return record.KindDevice
	case "SupplyDelivery":
		return record.KindSupply
	case "Specimen":
		return record.KindSpecimen
	case "DocumentReference", "Media":
		return record.KindNote
	case "Coverage":
		return record.KindCoverage
	case "Account":
		return record.KindAccount
	case "ChargeItem":
		return record.KindCharge
	case "Claim", "ExplanationOfBenefit":
		return record.KindClaim
	case "FamilyMemberHistory":
		return record.KindFamilyMember
	case "Appointment":
		return record.KindAppointment
	case "ServiceRequest", "DeviceRequest", "SupplyRequest":
		return record.KindOrder
	case "ImagingStudy":
		return record.KindImagingStudy
	case "AdverseEvent":
		return record.KindAdverseEvent
	case "Consent":
		return record.KindConsent
	case "List":
		return record.KindList
	case "Questionnaire":
		return record.KindForm
	case "QuestionnaireResponse":
		return record.KindQuestionnaire
	case "RelatedPerson":
		return record.KindRelatedPerson
	case "Practitioner":
		return record.KindPractitioner
	case "PractitionerRole":
		return record.KindPractitionerRole
	case "Organization":
		return record.KindOrganization
	case "Location":
		return record.KindLocation
	case "Composition":
		return record.KindDocument
	case "Provenance":
		return record.KindProvenance
	}
	return ""
}

// knownModifiers are the modifier extensions whose meaning is read.
var knownModifiers = map[string]bool{extAssertion: true}

// safe reports whether a resource can be read at all: a modifier extension or
// implicit rules that are not known here may turn the meaning of everything in
// it (R4 2.4.1.1; 2.26.3.3, implicitRules).
func (r *reader) safe(x *resource) bool {
	if x.n.Child("implicitRules").OK() {
		r.issue(&record.IssueUnknownModifier, x.n.Child("implicitRules"))
		return false
	}
	for _, i := range within(r.plan.unstated, x.n) {
		r.notStated(r.doc.Node(i))
	}
	for _, i := range within(r.plan.modifiers, x.n) {
		v := r.doc.Node(i)
		if r.plan.isContained(i, x.n) {
			continue // a contained resource is read for itself
		}
		for e := range v.Children() {
			if !knownModifiers[peek(e, "url")] {
				r.issue(&record.IssueUnknownModifier, v)
				return false
			}
		}
	}
	return true
}

// within gives those of a list of nodes, in their order, that are in n.
func within(list []int, n tree.Node) []int {
	from := sort.SearchInts(list, n.Index())
	return list[from : from+sort.SearchInts(list[from:], n.End())]
}

// isContained reports whether a node in the resource n stands in one that n contains.
func (p *plan) isContained(i int, n tree.Node) bool {
	for up := n.Doc().Node(i).Parent(); up.OK() && up != n; up = up.Parent() {
		if _, ok := p.at(up.Index()); ok {
			return true
		}
	}
	return false
}

// findOdd notes where modifier extensions stand, and where our exporter said that something was not stated.
func (p *plan) findOdd(d *tree.Doc) {
	modifier, code := -1, -1
	for id, name := range d.Names() {
		switch name {
		case "modifierExtension":
			modifier = id
		case "valueCode":
			code = id
		}
	}
	if modifier < 0 && code < 0 {
		return
	}
	for v := range d.Named(modifier, code) {
		switch {
		case v.NameID() == modifier && v.Kind() == tree.Array:
			p.modifiers = append(p.modifiers, v.Index())
		case v.NameID() == code && v.Kind() == tree.String && v.Value() == string(notStated):
			p.unstated = append(p.unstated, v.Index())
		}
	}
}

// notStated marks what our exporter wrote where FHIR demands an element that the
// record did not have: HL7's data-absent-reason, and our word for it.
func (r *reader) notStated(v tree.Node) {
	field := v.Parent()
	x := field.Parent().Parent()
	if peek(field, "url") != "absent" || peek(x, "url") != extRecord {
		return
	}
	r.scaffold(v)
	r.known(field)
	r.known(x)
	for e := range x.Parent().Children() {
		if peek(e, "url") == extDataAbsent && peek(e, "valueCode") == "unknown" {
			r.known(e)
			r.scaffold(e.Child("valueCode"))
		}
	}
}
