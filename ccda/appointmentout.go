package ccda

import "github.com/portage-health/portage/record"

// appointmentEntry writes an appointment as a Planned Encounter (C-CDA R2.1
// 3.72): one that is asked for (ARQ) or one that is given (APT).
func (w *writer) appointmentEntry(i int) bool {
	x := w.rec.Appointments[i]
	mood := "APT"
	switch {
	case x.Assertion == record.Negated || x.Assertion == record.NoneKnown:
		return false // CDA knows no encounter that is not
	case x.Mode == record.ModeAppointment || x.Mode == record.ModeEvent:
		if x.Status.Code == record.StatusProposed {
			mood = "ARQ"
			x.Status.Code, x.Status.AsSent = "", "" // the mood says it
		}
		if x.Mode == record.ModeEvent || mood == "ARQ" {
			w.Note(&fixed, "mode")
		}
	case x.Mode == record.ModeAppRequest:
		mood = "ARQ"
	default:
		var ok bool
		if mood, _, ok = plannedMood(x.Mode); !ok {
			return false
		}
	}
	w.wrote[x.ID] = true
	w.tellAppointment(&x, mood)
	x.Mode = record.ModeEvent
	w.notKnown(&x.Entry)
	f := orderForm{"encounter", "ENC", templatesPlanned[1], moodsOfActs, "active"}
	booking := bookingOf(&x.Status)
	w.begin("encounter", "ENC", mood, &x.Entry)
	x.Assertion = record.Affirmed
	w.plannedTemplate(&f, mood, &x.Status)
	w.entryIDs(&x.Entry)
	w.appointmentCode(&x)
	w.appointmentText(&x)
	w.statusPlanned(&x.Status)
	w.appointmentTime(&x)
	if x.Priority != "" {
		w.el("priorityCode")
		w.words("originalText", take(&x.Priority))
		w.end()
	}
	w.participants(&x.Participants)
	w.locationsOut("locations", &x.Locations)
	w.indicationsOut("reasons", &x.Reasons)
	if s := take(&x.PatientNote); s != "" {
		w.instructionOut("patientInstruction", -1, &record.Instruction{Text: s})
	}
	if s := take(&x.Comment); s != "" {
		n := len(x.Notes)
		x.Notes = append(x.Notes[:n:n], record.Note{Text: s})
	}
	w.bookingOut(booking)
	reasons := len(x.Status.Reasons)
	w.reasonsOut(&x.Status)
	if x.CancelReason != nil {
		c := *x.CancelReason
		x.CancelReason = nil
		w.In("cancelReason", -1)
		w.reasonOut(reasons, &c)
		w.Leave()
	}
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// appointmentCode writes what kind of appointment it is; the schema has one code.
func (w *writer) appointmentCode(x *record.Appointment) {
	switch {
	case x.Type != nil:
		w.conceptPtr("code", "type", &x.Type)
	case len(x.Service) > 0:
		c := x.Service[0]
		w.In("service", 0)
		w.concept("code", "", &c)
		w.Leave()
		x.Service = taken(x.Service, 0)
	}
}

// appointmentText writes the description as the text of the statement, with the link to the narrative.
func (w *writer) appointmentText(x *record.Appointment) {
	if x.Description != "" && (x.Narrative == nil || x.Narrative.Text == "") {
		var l record.NarrativeLink
		if x.Narrative != nil {
			l = *x.Narrative
		}
		l.Text = take(&x.Description)
		x.Narrative = &l
	}
	w.linkOf(&x.Entry)
}

// appointmentTime writes when it is, or where that is not settled when it is asked for.
func (w *writer) appointmentTime(x *record.Appointment) {
	if x.When.IsZero() && len(x.Requested) == 1 {
		x.When, x.Requested = x.Requested[0], nil
	}
	if x.Duration != nil && x.When.Width == nil && x.When.End.IsZero() && x.When.At.IsZero() && !x.When.Start.IsZero() {
		x.When.Width, x.Duration = x.Duration, nil
	}
	w.period("effectiveTime", "when", &x.When)
}

// tellAppointment tells of an appointment in the narrative.
func (w *writer) tellAppointment(x *record.Appointment, mood string) {
	if w.row == nil {
		return
	}
	name := "Appointment"
	if mood == "ARQ" {
		name = "Appointment asked for"
	}
	w.tell("Planned", name)
	w.tell("Kind", wordsOf(x.Type))
	for i := range x.Service {
		w.tell("Kind", wordsOf(&x.Service[i]))
	}
	w.tell("Kind", x.Description)
	w.tell("Date", wordsOfPeriod(&x.When))
	w.tellStatus(&x.Status)
	w.tellIndications(x.Reasons)
	w.tellPeople(x.Participants)
	for i := range x.Locations {
		w.tellPlaces(&x.Locations[i])
	}
}
