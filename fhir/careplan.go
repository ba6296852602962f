package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

const sysPlanCategory = "http://hl7.org/fhir/us/core/CodeSystem/careplan-category"

var (
	planAuthors    = only(kindPatient, kindPractitioner, kindPractitionerRole, kindDevice, kindRelatedPerson, kindOrganization, kindCareTeam)
	planActivities = only(kindAppointment, kindMedicationRequest, kindServiceRequest)
	planReasons    = only(kindCondition, kindObservation, kindDiagnosticReport, kindDocumentReference)
	planActors     = only(kindPractitioner, kindPractitionerRole, kindOrganization, kindRelatedPerson, kindPatient, kindCareTeam, kindDevice)
	// activityKinds are the types of resource that an activity may be (R4 care-plan-activity-kind).
	activityKinds = []string{"Appointment", "CommunicationRequest", "DeviceRequest", "MedicationRequest", "NutritionOrder", "Task", "ServiceRequest", "VisionPrescription"}
	// assessPlans are the sections that US Core calls Assessment and Plan of Treatment.
	assessPlans = []string{"51847-2", "18776-5", "51848-0"}
)

// activityStatus pairs FHIR's care-plan-activity-status with the record's.
var activityStatus = codes.NewTable(
	codes.Both("not-started", record.StatusPlanned),
	codes.Both("scheduled", record.StatusBooked),
	codes.Both("in-progress", record.StatusActive),
	codes.Both("on-hold", record.StatusOnHold),
	codes.Both("completed", record.StatusCompleted),
	codes.Both("cancelled", record.StatusCancelled),
	codes.Both("stopped", record.StatusAborted),
	codes.Both("unknown", record.StatusUnknown),
	codes.Both("entered-in-error", record.StatusEnteredInError),
)

// It is a Basic too where it has no intent that FHIR, which demands one, has a code for.
func carePlanKind(p *record.CarePlan) kind {
	if code, _ := planIntent(p.Mode); p.Assertion != record.Affirmed || code == "" {
		return kindBasic
	}
	return kindCarePlan
}

// planIntent gives CarePlan.intent, "" for a mode that FHIR has no code for there.
func planIntent(m record.Mode) (code string, exact bool) {
	switch m {
	case record.ModeIntent:
		return "plan", true
	case record.ModeRequest:
		return "order", true
	case record.ModeProposal, record.ModeOption:
		return string(m), true
	case record.ModePromise, record.ModeDirective:
		return "plan", false
	}
	return "", false
}

// carePlan writes a CarePlan (US Core CarePlan 6.1.0). What a plan of a document
// says in words is the narrative of its section.
func (w *writer) carePlan(i int, p *record.CarePlan) {
	if carePlanKind(p) == kindBasic {
		why := &record.IssueNotStated
		if p.Assertion == record.Affirmed {
			why = &noStatus
		}
		w.keptWhole("carePlans", i, &p.Entry, p, why)
		return
	}
	intent, exact := planIntent(p.Mode)
	profile := profileBase + "careplan"
	if !isAssessPlan(p) || !w.planHasWords(p) {
		profile = ""
	}
	w.resource("carePlans", i, &p.Entry, kindCarePlan, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.common(&p.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion|hasMode)
	w.planText(p)
	w.mapped("status", &p.Status, orderStatus(p.Status.Code), "unknown")
	if !exact {
		w.fieldCode("mode", string(p.Mode))
	}
	w.code("intent", intent)
	w.references("basedOn", "basedOn", p.BasedOn, only(kindCarePlan))
	w.references("replaces", "replaces", p.Replaces, only(kindCarePlan))
	w.references("partOf", "partOf", p.PartOf, only(kindCarePlan))
	w.arr("category")
	if isAssessPlan(p) && !hasConcept(p.Categories, sysPlanCategory, "assess-plan") {
		w.codeable("", sysPlanCategory, "assess-plan")
	}
	for k := range p.Categories {
		w.concept("", &p.Categories[k])
	}
	w.endArr()
	w.str("title", p.Title)
	w.str("description", p.Description)
	w.subject("subject")
	w.referenceField("encounter", "encounter", p.Encounter, only(kindEncounter))
	if !p.When.IsZero() {
		w.period("period", &p.When)
	}
	if p.Created != nil {
		w.dateTime("created", *p.Created)
	}
	w.authorOf("author", p.Participants, planAuthors)
	w.references("careTeam", "careTeams", p.CareTeams, only(kindCareTeam))
	w.references("addresses", "addresses", p.Addresses, only(kindCondition))
	w.references("supportingInfo", "support", p.Support, 0)
	w.references("goal", "goals", p.Goals, only(kindGoal))
	w.arr("activity")
	for k := range p.Activities {
		w.In("activities", k)
		w.activity(&p.Activities[k])
		w.Leave()
	}
	w.endArr()
	w.fieldAny("interventions", p.Interventions)
	w.endResource()
}

// isAssessPlan reports whether a plan is what US Core calls Assessment and Plan
// of Treatment: by its category, or as the section of that name.
func isAssessPlan(p *record.CarePlan) bool {
	return hasConcept(p.Categories, sysPlanCategory, "assess-plan") ||
		slices.ContainsFunc(assessPlans, func(code string) bool { return hasConcept(p.Categories, record.SystemLOINC, code) })
}

// sectionOf gives the narrative of the section that a plan stands for, nil where it has words of its own.
func (w *writer) sectionOf(p *record.CarePlan) *record.Narrative {
	if p.Narrative != nil || p.Section == "" {
		return nil
	}
	w.indexAnchors()
	if n := w.sections[p.Section]; n != nil && hasInk(n, 0, len(n.Nodes)) {
		return n
	}
	return nil
}

// planHasWords reports whether a plan has the narrative that US Core demands.
func (w *writer) planHasWords(p *record.CarePlan) bool {
	l := p.Narrative
	if l == nil {
		return w.sectionOf(p) != nil
	}
	if at, found := w.anchor(&p.Entry); found {
		if from, to := standing(at.n, at.i); hasInk(at.n, from, to) {
			return true
		}
	}
	return clean(l.Text) || !l.Body.IsZero() && hasInk(l.Body, 0, len(l.Body.Nodes))
}

func (w *writer) planText(p *record.CarePlan) {
	n := w.sectionOf(p)
	if n == nil {
		return
	}
	w.obj("text")
	w.code("status", "additional")
	w.key("div")
	w.Quiet = true
	w.div(n, 0, len(n.Nodes), false)
	w.Quiet = false
	w.end()
}

// activity writes an activity: an entry of its own, or what is said of it here (cpl-3).
// What was done of it is its outcome.
func (w *writer) activity(a *record.PlanActivity) {
	w.obj("")
	rest := *a
	rest.Outcomes, rest.OutcomeRefs, rest.Progress = nil, nil, nil
	w.concepts("outcomeCodeableConcept", a.Outcomes)
	t, ok := w.resolve(a.Ref)
	done := ok && (t.typ == kindProcedure || t.typ == kindImmunization || t.typ == kindMedicationAdministration)
	w.arr("outcomeReference")
	if done {
		w.reference("", a.Ref)
		rest.Ref = nil
	}
	for k := range a.OutcomeRefs {
		w.reference("", &a.OutcomeRefs[k])
	}
	w.endArr()
	if done {
		w.mark("done")
	}
	w.notes("progress", a.Progress)
	if !done && a.Ref != nil {
		if w.referenceTo("reference", a.Ref, planActivities) {
			rest.Ref = nil
			w.fieldAny("detail", &rest)
			w.end()
			return
		}
		w.fieldRef("ref", a.Ref)
		rest.Ref = nil
	}
	if record.CountLeavesOf(&rest) > 0 {
		w.obj("detail")
		w.activityDetail(a)
		w.end()
	}
	w.end()
}

func (w *writer) activityDetail(a *record.PlanActivity) {
	if slices.Contains(activityKinds, a.Kind) {
		w.code("kind", a.Kind)
	} else {
		w.fieldStr("kind", a.Kind)
	}
	w.concept("code", a.Code)
	w.concepts("reasonCode", a.Reasons)
	w.references("reasonReference", "reasonRefs", a.ReasonRefs, planReasons)
	w.references("goal", "goals", a.Goals, only(kindGoal))
	w.status("status", &a.Status, &activityStatus, "unknown")
	w.oneConcept("statusReason", "statusReasons", a.Status.Reasons)
	w.bool("doNotPerform", a.DoNotPerform)
	if a.Timing != nil {
		w.timing("scheduledTiming", a.Timing)
		w.fieldPeriod("when", a.When)
	} else if a.When != nil {
		w.when(choice{period: "scheduledPeriod", str: "scheduledString"}, "when", a.When)
	}
	w.referenceField("location", "location", a.Location, only(kindLocation))
	w.references("performer", "performers", a.Performers, planActors)
	if p := a.Product; p != nil {
		rest := *p
		if !p.Code.IsZero() {
			w.concept("productCodeableConcept", &p.Code)
			rest.Code = record.Concept{}
		}
		w.fieldAny("product", &rest)
	}
	w.quantity("dailyAmount", a.DailyAmount)
	w.quantity("quantity", a.Quantity)
	w.str("description", a.Description)
}
