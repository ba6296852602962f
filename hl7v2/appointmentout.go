package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// appointmentEvent gives the event of SIU by where an appointment stands.
func appointmentEvent(v *record.Appointment) string {
	switch v.Status.Code {
	case record.StatusCancelled:
		return "S15"
	case record.StatusEnteredInError:
		return "S17"
	case record.StatusNoShow:
		return "S26"
	case "", record.StatusBooked:
		return "S12"
	}
	return "S14"
}

// appointment writes SCH and the resources that are booked.
func (w *sender) appointment(v *record.Appointment) {
	s := w.segment("SCH", v.ID, w.lineOf(&v.Entry, "SCH"))
	for i := range v.Identifiers {
		x := &v.Identifiers[i]
		switch {
		case isType(x, "PLAC") && !s.has(1):
			w.typedEntity(s.at(1), x, "PLAC")
		case isType(x, "FILL") && !s.has(2):
			w.typedEntity(s.at(2), x, "FILL")
		case !s.has(2) && takeType(v.Identifiers, "FILL") == nil:
			w.In("identifiers", i)
			w.Note(&typeByField, "type")
			w.Leave()
			w.entity(s.at(2), x)
		}
	}
	w.identifier(s.at(5), v.Schedule)
	w.conceptPtr(s.at(6), &v.Event, "")
	if len(v.Reasons) > 0 {
		w.indications(s, 7, v.Reasons[:1])
	}
	w.conceptPtr(s.at(8), &v.Type, "277")
	w.quantityAt(s.at(9), s.at(10), v.Duration)
	w.time(s.at(11).at(4), &v.When.Start)
	w.time(s.at(11).at(5), &v.When.End)
	w.str(s.at(11).at(6), &v.Priority)
	w.parts3(s, v)
	w.entity(s.at(23), v.Parent)
	w.appointmentStatus(s, v)
	for i := range v.BasedOn {
		if x := v.BasedOn[i].Identifier; x != nil && v.BasedOn[i].ID == "" {
			if isType(x, "PLAC") {
				w.typedEntity(s.at(26), x, "PLAC")
			} else if isType(x, "FILL") {
				w.typedEntity(s.at(27), x, "FILL")
			}
		}
	}
	for i := range v.Timings {
		w.timing(w.segment("TQ1", v.ID, 0), &v.Timings[i])
	}
	w.notes(v.Notes, s)
	w.resources(v)
	w.notesOnBooked(v, s)
}

// notesOnBooked writes the comments that stood behind something booked, there where they stood, else behind the appointment.
func (w *sender) notesOnBooked(v *record.Appointment, head *segmentOut) {
	for i := range v.Notes {
		forms := w.formsOf(v.ID, slotOf("notes", i))
		if len(forms) == 0 {
			continue
		}
		before := len(w.m.segs)
		w.note(&v.Notes[i], i, v.ID)
		if len(w.m.segs) == before {
			continue
		}
		s := w.m.segs[before]
		name, number, _ := strings.Cut(forms[0].data, " ")
		at := 0
		for k := slices.Index(w.m.segs, head); k < before; k++ { // those of the appointment follow its head
			if x := w.m.segs[k]; x == head || x.name == name && itoa(w.nth(x)) == number {
				at = k + 1
			}
		}
		for at < before && w.m.segs[at].name == "NTE" {
			at++
		}
		s.order = w.m.segs[at-1].order
		w.m.segs = slices.Insert(w.m.segs[:before], at, s)
	}
}

// nth gives the number of a segment among those of its name that tell of the same entry.
func (w *sender) nth(s *segmentOut) (n int) {
	for _, x := range w.m.segs {
		if x.name == s.name && x.owner == s.owner {
			n++
		}
		if x == s {
			break
		}
	}
	return n
}

// appointmentStatus writes SCH-25, unless the event says it.
func (w *sender) appointmentStatus(s *segmentOut, v *record.Appointment) {
	if w.m.source != "" && v.Status.AsSent == "" {
		switch said := map[string]record.StatusCode{"S15": record.StatusCancelled, "S17": record.StatusEnteredInError, "S26": record.StatusNoShow,
			"S12": record.StatusBooked, "S13": record.StatusBooked, "S14": record.StatusBooked}[w.m.event]; said {
		case "":
		case v.Status.Code:
			if code, ok := appointmentStatus.From(said); ok {
				w.put(s.at(25), code)
			}
			v.Status.Code = ""
			return
		}
	}
	statusAt(w, s.at(25), &v.Status, &appointmentStatus)
}

// parts3 writes who asked for the appointment, whom to reach, and who wrote it down.
func (w *sender) parts3(s *segmentOut, v *record.Appointment) {
	for _, p := range []struct {
		field, phone, address, place int
		pick                         func(*record.Participation) bool
	}{{12, 13, 14, 15, role("author")}, {16, 17, 18, 19, role("participant", "SCH-16")}, {20, 21, 0, 22, role("enterer")}} {
		first := true
		w.participants(v.Participants, s, p.field, p.pick, func(x *record.Participation) {
			if first {
				w.telecoms(s, p.phone, x.Telecoms)
				if x.Location != nil {
					w.location(s.at(p.place), x.Location)
				}
				if p.address > 0 {
					w.addresses(s, p.address, x.Addresses)
				}
			}
			first = false
		})
	}
}

// resources writes AIS, AIG, AIL and AIP.
func (w *sender) resources(v *record.Appointment) {
	for _, s := range w.m.segs { // what is booked stands behind the patient (SIU_S12)
		if slices.Contains([]string{"PID", "PD1", "PV1", "PV2"}, s.name) {
			w.m.line = max(w.m.line, s.order)
		}
	}
	group := w.segment("RGS", v.ID, 0)
	w.put(group.at(1), "1")
	before := len(w.m.segs)
	res := v.Resources
	for i := range v.Service {
		s := w.segment("AIS", v.ID, 0)
		w.concept(s.at(3), &v.Service[i])
		if len(res) > 0 && res[0].Code == nil && res[0].Type == nil && w.m.source != "" {
			w.booked(s, &res[0], 4, 7, 10)
			res = res[1:]
		}
		w.dropEmpty(s)
	}
	places := v.Locations
	for i := range res {
		x := &res[i]
		switch {
		case x.Code != nil:
			s := w.segment("AIG", v.ID, 0)
			w.conceptPtr(s.at(3), &x.Code, "")
			w.conceptPtr(s.at(4), &x.Type, "")
			w.booked(s, x, 8, 11, 14)
			w.dropEmpty(s)
		case len(places) > 0:
			s := w.segment("AIL", v.ID, 0)
			w.location(s.next(3), &places[0])
			places = places[1:]
			w.conceptPtr(s.at(4), &x.Type, "305")
			w.booked(s, x, 6, 9, 12)
			w.dropEmpty(s)
		}
	}
	for i := range places {
		s := w.segment("AIL", v.ID, 0)
		w.location(s.next(3), &places[i])
		w.dropEmpty(s)
	}
	for i := range v.Participants {
		x := &v.Participants[i]
		if x.Role == "" || x.Role == "author" || x.Role == "enterer" || x.RoleAsSent == "SCH-16" {
			continue
		}
		w.In("participants", i)
		w.bookedPerson(x, v.ID)
		w.Leave()
	}
	if len(w.m.segs) == before {
		w.m.segs = slices.DeleteFunc(w.m.segs, func(s *segmentOut) bool { return s == group })
	}
}

func (w *sender) booked(s *segmentOut, x *record.Resource, start, duration, status int) {
	if x.When != nil {
		w.time(s.at(start), &x.When.Start)
	}
	w.quantityAt(s.at(duration), s.at(duration+1), x.Duration)
	w.conceptPtr(s.at(status), &x.Status, "278")
}

// bookedPerson writes AIP.
func (w *sender) bookedPerson(x *record.Participation, owner string) {
	s := w.segment("AIP", owner, 0)
	ok := x.Who == nil && x.Code != nil || w.person(s.next(3), x.Who)
	if !ok {
		w.dropEmpty(s)
		return
	}
	w.conceptPtr(s.at(4), &x.Code, "182")
	if x.When != nil {
		w.time(s.at(6), &x.When.Start)
		w.quantityAt(s.at(9), s.at(10), x.When.Width)
	}
	w.conceptPtr(s.at(12), &x.Mode, "278")
	if x.Role == "participant" {
		x.Role, x.RoleAsSent = "", ""
	}
}
