package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// appointment reads SCH with its resources (SCH[Appointment], AIS, AIG, AIL, AIP).
func (r *reader) appointment(b *block) {
	s := b.head()
	ids := add(add([]record.Identifier(nil), typed(one(s, 1, r.entity), "PLAC")), typed(one(s, 2, r.entity), "FILL"))
	v := record.Appointment{Entry: r.entry(record.KindAppointment, s, ids...)}
	v.Schedule = one(s, 5, r.identifier)
	v.Event = one(s, 6, r.concept)
	if c := one(s, 7, r.concept); c != nil {
		v.Reasons = append(v.Reasons, record.Indication{Code: c})
	}
	v.Type = one(s, 8, r.of("277"))
	if q, ok := r.quantityOf(first(s, 9), first(s, 10)); ok {
		v.Duration = &q
	}
	if d := first(s, 11); d.says() { // TQ
		var p record.Period
		p.Start, _ = r.time(d.at(4))
		p.End, _ = r.time(d.at(5))
		v.When = p
		if c := r.text(d.at(6)); c != "" {
			v.Priority = c
		}
	}
	for _, p := range []struct {
		field, phone, address, place int
		role, asSent                 string
	}{{12, 13, 14, 15, "author", ""}, {16, 17, 18, 19, "participant", "SCH-16"}, {20, 21, 0, 22, "enterer", ""}} {
		taken := false
		r.participants(&v.Participants, s, p.field, p.role, func(x *record.Participation) {
			x.RoleAsSent = p.asSent
			if !taken {
				x.Telecoms = r.reached(s, p.phone)
				x.Location = one(s, p.place, r.location)
				if p.address > 0 {
					x.Addresses = each(s, p.address, r.address)
				}
			}
			taken = true
		})
	}
	v.Parent = one(s, 23, r.entity)
	v.Status = r.booking(s)
	if i := one(s, 26, r.entity); i != nil {
		v.BasedOn = append(v.BasedOn, record.Ref{Identifier: typed(i, "PLAC")})
	}
	if i := one(s, 27, r.entity); i != nil {
		v.BasedOn = append(v.BasedOn, record.Ref{Identifier: typed(i, "FILL")})
	}
	for i, x := range b.segs {
		r.own(x, v.ID)
		switch x.Name() {
		case "AIS":
			r.booked(x, &v, 3, 0, 4, 7, 10)
		case "AIG":
			r.booked(x, &v, 3, 4, 8, 11, 14)
		case "AIL":
			r.bookedPlace(x, &v)
		case "AIP":
			r.bookedPerson(x, &v)
		case "TQ1":
			t, _ := r.timing(x)
			r.giveBack(first(x, 9))
			if t != nil {
				v.Timings = append(v.Timings, *t)
			}
		case "NTE":
			if notes := r.notes(b.segs[i : i+1]); len(notes) > 0 {
				if at := bookedBefore(b.segs[:i]); at != "" {
					r.form(v.ID, slotOf("notes", len(v.Notes)), "NTE", at)
				}
				v.Notes = append(v.Notes, notes...)
			}
		}
	}
	if _, ok := join(r, b, "", r.rec.Appointments, func(v *record.Appointment) *record.Entry { return &v.Entry }, &v); !ok {
		r.rec.Appointments = append(r.rec.Appointments, v)
	}
}

// booking reads where an appointment stands: SCH-25, in capitals too. That one is cancelled, deleted or was not kept is what
// S15, S17 and S26 tell (10.4.4, 10.4.6, 10.4.15), whatever SCH-25 repeats of how it stood before.
func (r *reader) booking(s Segment) record.Status {
	v := r.status(first(s, 25), &appointmentStatus)
	if n := len(v.AsSent); v.Code == "" && n > 0 {
		v.Code, _ = appointmentStatus.To(strings.ToUpper(v.AsSent[:1]) + strings.ToLower(v.AsSent[1:]))
	}
	switch gone := map[string]record.StatusCode{"S15": record.StatusCancelled, "S17": record.StatusEnteredInError, "S26": record.StatusNoShow}[r.p.event]; {
	case gone != "" && slices.Contains([]record.StatusCode{"", record.StatusPending, record.StatusWaitlist, record.StatusBooked}, v.Code):
		if v.Code != "" {
			r.issue(&record.IssueContradiction, s.Field(25).span)
		}
		v = record.Status{Code: gone, AsSent: first(s, 25).peek()}
	case v.Code == "" && v.AsSent == "" && slices.Contains([]string{"S12", "S13", "S14"}, r.p.event):
		v.Code = record.StatusBooked
	}
	return v
}

// bookedBefore names the segment that a comment follows, where it is that of something booked, with its number among those of its name: the
// comment is one on the appointment all the same, and goes back there.
func bookedBefore(segs []Segment) string {
	for i, s := range slices.Backward(segs) {
		switch name := s.Name(); name {
		case "NTE":
		case "AIS", "AIG", "AIL", "AIP":
			n := 0
			for _, x := range segs[:i+1] {
				if x.is(s.id()) {
					n++
				}
			}
			return name + " " + itoa(n)
		default:
			return ""
		}
	}
	return ""
}

// booked reads a service or a general resource.
func (r *reader) booked(s Segment, v *record.Appointment, code, kind, start, duration, status int) {
	x := record.Resource{Code: r.codedAt(s, code, "")}
	if kind > 0 {
		x.Type = r.codedAt(s, kind, "")
	}
	r.bookedWhen(s, &x, start, duration, status)
	if s.Is("AIS") && x.Code != nil {
		v.Service = append(v.Service, *x.Code)
		if x.When == nil && x.Duration == nil && x.Status == nil {
			return
		}
		x.Code = nil
	}
	v.Resources = append(v.Resources, x)
}

func (r *reader) bookedWhen(s Segment, x *record.Resource, start, duration, status int) {
	if t := r.timePtr(s, start); t != nil {
		x.When = &record.Period{Start: *t}
	}
	if q, ok := r.quantityOf(first(s, duration), first(s, duration+1)); ok {
		x.Duration = &q
	}
	x.Status = r.codedAt(s, status, "278")
}

// bookedPlace reads AIL.
func (r *reader) bookedPlace(s Segment, v *record.Appointment) {
	for d := range all(s, 3) {
		if ref, ok := r.location(d); ok {
			v.Locations = append(v.Locations, ref)
		}
	}
	x := record.Resource{Type: r.codedAt(s, 4, "305")}
	r.bookedWhen(s, &x, 6, 9, 12)
	if x != (record.Resource{}) {
		v.Resources = append(v.Resources, x)
	}
}

// bookedPerson reads AIP.
func (r *reader) bookedPerson(s Segment, v *record.Appointment) {
	p := record.Participation{Role: "participant", Code: r.codedAt(s, 4, "182")}
	if t := r.timePtr(s, 6); t != nil {
		p.When = &record.Period{Start: *t}
	}
	if q, ok := r.quantityOf(first(s, 9), first(s, 10)); ok {
		if p.When == nil {
			p.When = &record.Period{}
		}
		p.When.Width = &q
	}
	p.Mode = r.codedAt(s, 12, "278")
	found := false
	for d := range all(s, 3) {
		if ref, ok := r.practitioner(d); ok {
			x := p
			x.Who = &ref
			v.Participants = append(v.Participants, x)
			found = true
		}
	}
	if !found && (p.Code != nil || p.When != nil || p.Mode != nil) {
		v.Participants = append(v.Participants, p)
	}
}
