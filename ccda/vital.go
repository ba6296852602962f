package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of C-CDA and, before it, CCD and HITSP C32. Systolic and diastolic
// pressure are observations of their own, as the source has them.
var vitals = panelKind{
	panel: kindVitalPanel, member: kindVital, section: "8716-3", more: moreParts,
	templates: []string{
		"2.16.840.1.113883.10.20.22.4.26",  // Vital Signs Organizer
		"2.16.840.1.113883.10.20.22.4.512", // Average Blood Pressure Organizer
		"2.16.840.1.113883.10.20.1.32", "2.16.840.1.113883.10.20.1.35", "1.3.6.1.4.1.19376.1.5.3.1.4.13.1",
	},
	observations: []string{
		"2.16.840.1.113883.10.20.22.4.27", // Vital Sign Observation
		"2.16.840.1.113883.10.20.1.31", "2.16.840.1.113883.3.88.11.83.14", "2.16.840.1.113883.3.88.11.32.15",
		"1.3.6.1.4.1.19376.1.5.3.1.4.13", "1.3.6.1.4.1.19376.1.5.3.1.4.13.2",
	},
}

// readVitalEntry reads an entry that holds a Vital Signs Organizer, one vital sign of several parts, or a Vital Sign Observation alone.
func (r *reader) readVitalEntry(entry tree.Node) []record.Ref {
	if st := r.statement(entry); r.isReading(st) {
		if ref, ok := r.reading(st); ok {
			return []record.Ref{ref}
		}
		return nil
	}
	return r.readPanelEntry(entry, &vitals, &r.rec.VitalPanels, &r.rec.Vitals)
}
