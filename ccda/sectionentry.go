package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var sectionRange = question{
	templates: []string{"2.16.840.1.113883.10.20.22.4.201"},
	system:    oidLOINC, codes: []string{"82607-3"}, displays: []string{"Section Time Range", "Section Date and Time Range"},
}

// ofSection reads an entry that says something of the section itself, or of the
// document: the time it covers, a comment, a picture that its narrative shows,
// privacy markings. It reports whether it was one.
func (r *reader) ofSection(entry, st tree.Node) bool {
	s := r.current
	switch st.Name() {
	case "observationMedia":
		if a := r.media(tree.Node{}, st); a != nil {
			s.Media = append(s.Media, *a)
			return true
		}
	case "act":
		if r.isComment(st) {
			s.Notes = append(s.Notes, r.comment(tree.Node{}, st))
			return true
		}
		if r.has(st, templateProcedureContext) && r.plain(st, "EVN") {
			r.slot(entry, "services", len(r.document.Services))
			r.procedureContext(st, s)
			return true
		}
	case "observation":
		if s.Period == nil && r.asks(st, &sectionRange) && localType(st.Child("value").AttrNS(spaceXSI, "type")) == "IVL_TS" && r.plain(st, "EVN") {
			r.frame(st, &sectionRange)
			s.Period = r.periodPtr(st.Child("value"))
			return true
		}
	}
	if !r.isSecurity(st) && !r.isPrivacyAnnotation(st) {
		return false
	}
	into := &s.Labels
	if r.isPrivacySection(r.sec) {
		if r.marksSomebody(st) {
			r.marked = append(r.marked, marking{entry, st})
			return true
		}
		into = &r.document.Labels
	}
	labels := len(*into)
	r.securityLabels(tree.Node{}, st, into)
	if len(*into) == labels {
		return false
	}
	r.templates(entry, templatePrivacyEntry)
	return true
}

const templateProcedureContext = "2.16.840.1.113883.10.20.6.2.5"

// procedureContext reads a further act that an imaging report is about, beside
// those of its header (C-CDA R2.1 Procedure Context).
func (r *reader) procedureContext(act tree.Node, s *record.Section) {
	r.templates(act, templateProcedureContext)
	r.fixed(act, "moodCode", "EVN")
	d := r.document
	d.Services = append(d.Services, record.ServiceEvent{
		Identifiers: r.ids(act), Class: r.attr(act, "classCode"), Code: r.conceptPtr(act.Child("code")), When: r.period(act.Child("effectiveTime")),
		Participants: r.participants(act, otherParticipant), Section: s.ID,
	})
}
