package ccda

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// oidFillerStatus is HL7 v2 table 0278, Filler Status Codes.
const oidFillerStatus = "2.16.840.1.113883.12.278"

// bookingState is the question how far the making of an appointment is, which the
// status of a planned encounter does not tell: all of them are active (CONF:1098-31880).
var bookingState = question{system: oidLOINC, codes: []string{"33999-4"}, displays: []string{"Status"}}

// bookingStates pairs table 0278 with those terms of the record that ActStatus has no word for.
var bookingStates = codes.NewTable(
	codes.Both("Booked", record.StatusBooked), codes.Both("Waitlist", record.StatusWaitlist), codes.Both("Started", record.StatusCheckedIn),
)

// booked reads the status of a planned encounter: active, or how far its making is.
// It gives the relationship that says so.
func (r *reader) booked(enc tree.Node) (record.Status, tree.Node) {
	if enc.Name() == "encounter" && enc.Child("statusCode").Attr("code").Value() == "active" {
		for rel, obs := range r.relations(enc) {
			v := obs.Child("value")
			if obs.Name() != "observation" || !r.asks(obs, &bookingState) || v.Attr("codeSystem").Value() != oidFillerStatus || v.Attr("nullFlavor").OK() {
				continue
			}
			code, ok := bookingStates.To(v.Attr("code").Value())
			if !ok || !r.plain(obs, "EVN") || !r.xsiType(v, "CD") || !r.relates(rel, false, "REFR") {
				continue
			}
			r.slot(rel, "status.code", -1)
			r.frame(obs, &bookingState)
			r.attr(v, "code")
			r.fixed(v, "codeSystem", oidFillerStatus)
			r.fixed(enc.Child("statusCode"), "code", "active")
			return record.Status{Code: code}, rel
		}
	}
	return r.status(enc), tree.Node{}
}

// bookingOf takes how far the making of an appointment is from its status, which then is that of one that stands.
func bookingOf(s *record.Status) string {
	if s.AsSent != "" || s.Absent != "" {
		return ""
	}
	word, ok := bookingStates.From(s.Code)
	if !ok {
		return ""
	}
	s.Code = record.StatusActive
	return word
}

// bookingOut writes how far the making of an appointment is.
func (w *writer) bookingOut(word string) {
	if word == "" {
		return
	}
	w.relate("REFR", false, "status.code", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.fixedCode(bookingState.system, bookingState.codes[0], bookingState.displays[0])
	w.completed()
	w.leaf("value", "xsi:type", "CD", "code", word, "codeSystem", oidFillerStatus)
	w.end()
	w.end()
}
