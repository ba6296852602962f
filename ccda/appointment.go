package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// systemAppointmentReason is HL7 v2 table 0276, from which FHIR has its types of appointments.
const systemAppointmentReason = "http://terminology.hl7.org/CodeSystem/v2-0276"

// isAppointment reports whether a Planned Encounter is an appointment: one that was
// given (APT) or is asked for (ARQ). In any other mood it is an order or an intention (CONF:1098-8565, Planned moodCode).
func isAppointment(n tree.Node) bool {
	mood := n.Attr("moodCode").Value()
	return n.Name() == "encounter" && (mood == "APT" || mood == "ARQ")
}

// appointment reads a Planned Encounter that is an appointment (C-CDA R2.1 3.72).
func (r *reader) appointment(n tree.Node) record.Ref {
	a := record.Appointment{Entry: r.entry(record.KindAppointment, n)}
	a.Assertion = record.Affirmed
	var booking tree.Node
	a.Status, booking = r.booked(n)
	a.Mode = r.mode(n)
	r.templates(n, slices.Concat(templatesPlanned, templatesEncounter)...)
	r.shape(n, "ENC")
	if c := r.conceptPtr(n.Child("code")); c != nil {
		if len(c.Codings) > 0 && c.Codings[0].System == systemAppointmentReason {
			a.Type = c
		} else {
			a.Service = []record.Concept{*c}
		}
	}
	if l := a.Narrative; l != nil && l.Text != "" {
		a.Description = l.Text
		own := *l
		own.Text = ""
		if a.Narrative = &own; own == (record.NarrativeLink{}) {
			a.Narrative = nil
		}
	}
	when := r.period(n.Child("effectiveTime"))
	if when.Width != nil && !when.Start.IsZero() && when.At.IsZero() && when.End.IsZero() {
		a.Duration, when.Width = when.Width, nil
	}
	switch {
	case a.Mode != record.ModeAppRequest:
		a.When = when
	case !when.IsZero(): // when it is asked for, and not yet when it is
		a.Requested = []record.Period{when}
	}
	if p := n.Child("priorityCode"); p.OK() && !p.Attr("code").OK() && !p.Attr("nullFlavor").OK() && isInteger(p.Child("originalText").Text()) {
		a.Priority = r.text(p.Child("originalText"))
	}
	for p := n.Child("participant"); p.OK(); p = p.NextNamed() {
		if ref := r.serviceLocation(p); ref != nil {
			r.slot(p, "locations", len(a.Locations))
			a.Locations = append(a.Locations, *ref)
		}
	}
	for rel, sub := range r.relations(n) {
		if rel != booking {
			r.appointmentPart(&a, rel, sub)
		}
	}
	if len(a.Notes) == 1 && isWords(&a.Notes[0]) {
		a.Comment, a.Notes = a.Notes[0].Text, nil
	}
	r.rec.Appointments = append(r.rec.Appointments, a)
	return record.Ref{ID: a.ID, Kind: record.KindAppointment}
}

// appointmentPart reads one of the statements that hang on an appointment.
func (r *reader) appointmentPart(a *record.Appointment, rel, sub tree.Node) {
	switch {
	case r.isInstruction(sub) && a.PatientNote == "" && onlyWords(sub) && r.plain(sub, "INT") && r.relates(rel, true, "SUBJ"):
		r.slot(rel, "patientInstruction", -1)
		r.templates(sub, templatesInstruction...)
		r.shape(sub, "ACT", "INT")
		r.fixed(sub.Child("code"), "nullFlavor", "NI")
		r.fixed(sub.Child("statusCode"), "code", "completed")
		a.PatientNote = r.text(sub.Child("text"))
	case r.asks(sub, &reasonNotDone):
		if c := r.answered(rel, sub, &reasonNotDone, false, "RSON"); c != nil {
			r.slot(rel, "status.reasons", len(a.Status.Reasons))
			a.Status.Reasons = append(a.Status.Reasons, *c)
		}
	case r.isIndication(rel, sub):
		if i, ok := r.indication(rel, sub); ok {
			r.slot(rel, "reasons", len(a.Reasons))
			a.Reasons = append(a.Reasons, i)
		}
	default:
		r.within(rel, sub, &a.Relations)
	}
}

// onlyWords reports whether an instruction says nothing but its words.
func onlyWords(n tree.Node) bool {
	if n.Name() != "act" || n.Child("text").Child("reference").OK() {
		return false
	}
	for c := range n.Children() {
		switch c.Name() {
		case "templateId", "text", "statusCode":
		case "code":
			if c.Attr("code").OK() || c.First().OK() {
				return false
			}
		default:
			if !c.Blank() && c.Kind() == tree.Element {
				return false
			}
		}
	}
	return true
}

// isWords reports whether a note is nothing but its words.
func isWords(n *record.Note) bool {
	return n.Text != "" && n.TextRef == "" && n.Type == nil && n.When == nil && len(n.Authors)+len(n.Identifiers) == 0
}
