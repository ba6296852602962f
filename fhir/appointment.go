package fhir

import (
	"strconv"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

func itoa(n int) string { return strconv.Itoa(n) }

var appointmentStatuses = codes.NewTable(
	codes.Both("proposed", record.StatusProposed), codes.Both("pending", record.StatusPending), codes.Both("booked", record.StatusBooked),
	codes.Both("arrived", record.StatusArrived), codes.Both("fulfilled", record.StatusCompleted), codes.Both("cancelled", record.StatusCancelled),
	codes.Both("noshow", record.StatusNoShow), codes.Both("entered-in-error", record.StatusEnteredInError), codes.Both("checked-in", record.StatusCheckedIn),
	codes.Both("waitlist", record.StatusWaitlist),
)

// appointmentKind says what an appointment becomes: a Basic where it is denied, not known, or what
// somebody wants, and where it has no status that FHIR, which demands one, has a code for.
func appointmentKind(a *record.Appointment) kind {
	if !isAppointment(a) || !hasCodeFor(&appointmentStatuses, &a.Status) && appointmentByMood(a) == "" {
		return kindBasic
	}
	return kindAppointment
}

func isAppointment(a *record.Appointment) bool {
	return a.Assertion == record.Affirmed && (a.Mode == record.ModeAppointment || a.Mode == record.ModeEvent || a.Mode == record.ModeAppRequest)
}

// appointmentByMood gives the status of one of which the source says no more than that
// it stands: what is asked for is proposed, and what was given is booked (HL7 v3 ActMood ARQ, APT).
func appointmentByMood(a *record.Appointment) string {
	switch {
	case a.Status.Absent != "" || a.Status.Code != record.StatusActive:
	case a.Mode == record.ModeAppRequest:
		return "proposed"
	case a.Mode == record.ModeAppointment:
		return "booked"
	}
	return ""
}

var byMood = record.IssueStatusByRule.Because("the source says of an appointment that it stands, for which FHIR has no status: one that is asked for is proposed, one that was given is booked")

// appointment writes an Appointment (R4 12.3).
func (w *writer) appointment(i int, a *record.Appointment) {
	if appointmentKind(a) == kindBasic {
		why := &record.IssueNotStated
		if isAppointment(a) {
			why = &noStatus
		}
		w.keptWhole("appointments", i, &a.Entry, a, why)
		return
	}
	w.resource("appointments", i, &a.Entry, kindAppointment)
	w.common(&a.Entry, hasIdentifiers|hasStatus|hasAssertion|hasParticipants)
	status := appointmentByMood(a)
	if status != "" {
		w.Note(&byMood, "status")
		w.code("status", status)
		w.fieldStatus("status", &a.Status)
	} else {
		w.status("status", &a.Status, &appointmentStatuses, "")
		status, _ = appointmentStatuses.From(a.Status.Code)
	}
	if status == "cancelled" { // app-4; the rule's no-show is no code of the status
		w.concept("cancelationReason", a.CancelReason)
	} else {
		w.fieldConcept("cancelReason", a.CancelReason)
	}
	w.concepts("serviceCategory", a.Categories)
	w.concepts("serviceType", a.Service)
	w.concepts("specialty", a.Specialty)
	w.concept("appointmentType", a.Type)
	w.indicationsOf("reasons", a.Reasons, only(kindCondition, kindProcedure, kindObservation))
	w.integer("priority", a.Priority, 0)
	w.str("description", a.Description)
	w.references("supportingInformation", "support", a.Support, 0)
	w.appointmentTime(a, status)
	w.fieldRefs("slots", a.Slots)
	if a.Created != nil {
		w.dateTime("created", *a.Created)
	}
	w.str("comment", a.Comment)
	w.str("patientInstruction", a.PatientNote)
	w.references("basedOn", "basedOn", a.BasedOn, only(kindServiceRequest))
	w.appointmentParticipants(a)
	w.arr("requestedPeriod")
	for k := range a.Requested {
		w.period("", &a.Requested[k])
	}
	w.endArr()
	w.fieldAny("timings", a.Timings)
	w.fieldConcept("eventReason", a.Event)
	w.fieldAny("schedule", a.Schedule)
	w.fieldAny("parent", a.Parent)
	w.fieldAny("resources", a.Resources)
	w.endResource()
}

// appointmentTime writes start and end, which FHIR wants as instants and both
// (app-2), and of an appointment that is made (app-3); what is less stands in the record extension.
func (w *writer) appointmentTime(a *record.Appointment, status string) {
	p := &a.When
	if isInstant(&p.Start) && isInstant(&p.End) && *p == (record.Period{Start: p.Start, End: p.End}) {
		w.instant("start", p.Start)
		w.instant("end", p.End)
	} else {
		w.madeWithoutTime(status)
		if !p.IsZero() {
			w.fieldPeriod("when", p)
		}
	}
	if q := a.Duration; q != nil {
		if n, ok := parseInt(q.Value); ok && n > 0 && q.Code == "min" && q.System == record.SystemUCUM && q.Unit == "" && q.Comparator == "" && q.Absent == "" && len(q.Alternates) == 0 {
			w.raw("minutesDuration", q.Value)
		} else {
			w.fieldQuantity("duration", q)
		}
	}
}

// madeWithoutTime says that start and end are absent where a rule demands them (app-3).
func (w *writer) madeWithoutTime(status string) {
	if status != "proposed" && status != "cancelled" && status != "waitlist" {
		w.required("start", "", "when.start")
		w.required("end", "", "when.end")
	}
}

var appointmentActors = only(kindPatient, kindPractitioner, kindPractitionerRole, kindRelatedPerson, kindDevice, kindLocation)

// appointmentParticipants writes participant: the patient, the places, and who takes part.
func (w *writer) appointmentParticipants(a *record.Appointment) {
	w.arr("participant")
	patient := false
	for k := range a.Participants {
		p := &a.Participants[k]
		t, ok := w.resolve(p.Who)
		patient = patient || ok && t.typ == kindPatient
		w.obj("")
		w.participantType(p)
		if ok && appointmentActors.has(t.typ) || p.Who != nil && !ok {
			w.reference("actor", p.Who)
		} else {
			w.fieldRef("who", p.Who)
		}
		if v := oneOf(p.Required, true, "required", "optional", "information-only"); v != "" {
			w.code("required", v)
		} else {
			w.fieldStr("required", p.Required)
		}
		w.participationStatus(p.Status)
		w.period("period", p.When)
		w.fieldRef("onBehalfOf", p.OnBehalfOf)
		w.fieldConcept("code", p.Code)
		w.fieldConcepts("specialty", p.Specialty)
		w.fieldRef("location", p.Location)
		rest := *p
		rest.Required, rest.Status = "", ""
		w.participantRest(&rest)
		w.end()
	}
	for k := range a.Locations {
		w.obj("")
		if !w.referenceTo("actor", &a.Locations[k], only(kindLocation)) {
			w.fieldRef("locations", &a.Locations[k])
		}
		w.participationStatus("")
		w.end()
	}
	if !patient {
		w.obj("")
		w.subject("actor")
		w.participationStatus("")
		w.end()
	}
	w.endArr()
}

// participationStatus writes participant.status, which FHIR demands.
func (w *writer) participationStatus(s string) {
	if v := oneOf(s, true, "accepted", "declined", "tentative", "needs-action"); v != "" {
		w.code("status", v)
		return
	}
	w.code("status", statusUnasked)
	w.Note(&unasked, "participants")
	if s == "" {
		w.mark("statusByRule")
	}
	w.fieldStr("status", s)
}

// statusUnasked is what stands for no status of a participant, and one that is not known (RFC 5545 3.2.12, PARTSTAT, which FHIR's codes are).
const statusUnasked = "needs-action"

var unasked = record.IssueStatusByRule.Because("the source does not say whether a participant accepted, which FHIR demands; by iCalendar, from which it has its codes, that is needs-action")

// appointmentOf reads an Appointment.
func (r *reader) appointmentOf(n tree.Node) bool {
	a := record.Appointment{Entry: r.entry(n)}
	a.Mode = record.ModeAppointment
	a.Identifiers = r.identifiers(n, "identifier")
	a.Status = r.status(n, &appointmentStatuses)
	stands := record.Appointment{Entry: record.Entry{Mode: a.Mode, Status: a.Status}}
	if r.field(n, "mode").Child("valueCode").Value() == string(record.ModeAppRequest) {
		stands.Mode = record.ModeAppRequest
	}
	if v := n.Child("status"); v.OK() && v.Value() == appointmentByMood(&stands) {
		r.scaffold(v)
	}
	a.CancelReason = maybe(n, "cancelationReason", r.concept)
	a.Categories, a.Service, a.Specialty = r.concepts(n, "serviceCategory"), r.concepts(n, "serviceType"), r.concepts(n, "specialty")
	a.Type = maybe(n, "appointmentType", r.concept)
	a.Reasons = r.indications(n, "reasons")
	a.Priority = r.number(n, "priority")
	a.Description = r.str(n, "description")
	a.Support = r.refs(n, "supportingInformation")
	a.When = record.Period{Start: r.time(n, "start"), End: r.time(n, "end")}
	if v := r.number(n, "minutesDuration"); v != "" {
		a.Duration = &record.Quantity{Value: v, Code: "min", System: record.SystemUCUM}
	}
	a.Slots = r.refs(n, "slot")
	a.Created = r.timePtr(n, "created")
	a.Comment, a.PatientNote = r.str(n, "comment"), r.str(n, "patientInstruction")
	a.BasedOn = r.refs(n, "basedOn")
	for _, p := range objects(n, "participant") {
		r.appointmentParticipant(p, &a)
	}
	a.Requested = all(n, "requestedPeriod", r.period)
	add(r, &r.rec.Appointments, n, &a)
	return true
}

// appointmentParticipant reads one participant: a place, the patient alone, or who takes part.
func (r *reader) appointmentParticipant(n tree.Node, a *record.Appointment) {
	c := object(n, "actor")
	i, ok := r.plan.target(peek(c, "reference"), r.at)
	status := n.Child("status")
	if status.Value() == statusUnasked && (r.marked(n, "statusByRule") || r.field(n, "status").OK()) {
		r.scaffold(status)
		status = tree.Node{}
	}
	if bare := !n.Child("type").OK() && !n.Child("required").OK() && !n.Child("period").OK() && !status.OK(); bare && ok {
		switch r.plan.all[i].typ {
		case "Location":
			a.Locations = append(a.Locations, r.ref(c))
			return
		case "Patient":
			if r.plan.all[i].in(r.group) {
				r.take(c.Child("reference"))
				return
			}
		}
	}
	p := record.Participation{}
	if c.OK() {
		p = r.participation(c, "")
	}
	for _, t := range objects(n, "type") {
		v := r.concept(t)
		if role := roleOfConcept(&v); role != "" && p.Role == "" {
			p.Role = role
			if bare(&v) {
				continue
			}
		}
		if p.Function == nil && !v.IsZero() {
			p.Function = &v
			continue
		}
		r.giveBack(t)
	}
	p.Required = r.str(n, "required")
	if status.OK() {
		p.Status = r.str(n, "status")
	}
	p.When = maybe(n, "period", r.period)
	r.fields(n, &p)
	a.Participants = append(a.Participants, p)
}

// adverseEvent writes an AdverseEvent (R4 9.4).
func (w *writer) adverseEvent(i int, a *record.AdverseEvent) {
	if factKind(&a.Entry, kindAdverseEvent) == kindBasic {
		w.unstated("adverseEvents", i, &a.Entry, a)
		return
	}
	w.resource("adverseEvents", i, &a.Entry, kindAdverseEvent)
	w.common(&a.Entry, hasOneIdentifier|hasAssertion|hasMode|hasRecorded)
	if v := oneOf(a.Actuality, true, "actual", "potential"); v != "" {
		w.code("actuality", v)
	} else {
		w.required("actuality", "", "actuality")
		w.fieldStr("actuality", a.Actuality)
	}
	w.concepts("category", a.Categories)
	if !a.Event.IsZero() {
		w.concept("event", &a.Event)
	}
	w.subject("subject")
	w.referenceField("encounter", "encounter", a.Encounter, only(kindEncounter))
	w.when(choice{dateTime: "date"}, "when", &a.When)
	if a.Detected != nil {
		w.dateTime("detected", *a.Detected)
	}
	if a.Recorded != nil {
		w.dateTime("recordedDate", *a.Recorded)
	}
	w.references("resultingCondition", "conditions", a.Conditions, only(kindCondition))
	w.referenceField("location", "location", a.Location, only(kindLocation))
	w.concept("seriousness", a.Seriousness)
	w.concept("severity", a.Severity)
	w.concept("outcome", a.Outcome)
	w.references("subjectMedicalHistory", "history", a.History,
		only(kindCondition, kindObservation, kindAllergyIntolerance, kindFamilyMemberHistory, kindImmunization, kindProcedure, kindMedia, kindDocumentReference))
	w.references("referenceDocument", "documents", a.Documents, only(kindDocumentReference))
	w.fieldRefs("studies", a.Studies)
	w.fieldAny("suspects", a.Suspects)
	w.endResource()
}

// adverseEventOf reads an AdverseEvent.
func (r *reader) adverseEventOf(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	a := record.AdverseEvent{Entry: r.entry(n)}
	if d := object(n, "identifier"); d.OK() {
		a.Identifiers = []record.Identifier{r.identifier(d)}
	}
	a.Actuality = r.str(n, "actuality")
	a.Categories = r.concepts(n, "category")
	a.Event = one(n, "event", r.concept)
	a.Encounter = r.refPtr(n, "encounter")
	a.When = r.when(n, choice{dateTime: "date"}, "when")
	a.Detected, a.Recorded = r.timePtr(n, "detected"), r.timePtr(n, "recordedDate")
	a.Conditions = r.refs(n, "resultingCondition")
	a.Location = r.refPtr(n, "location")
	a.Seriousness, a.Severity, a.Outcome = maybe(n, "seriousness", r.concept), maybe(n, "severity", r.concept), maybe(n, "outcome", r.concept)
	a.History, a.Documents, a.Studies = r.refs(n, "subjectMedicalHistory"), r.refs(n, "referenceDocument"), r.refs(n, "study")
	r.part(&a.Entry, n, "recorder", "author")
	add(r, &r.rec.AdverseEvents, n, &a)
	return true
}
