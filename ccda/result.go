package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of C-CDA and, before it, CCD and HITSP C32.
var results = panelKind{
	panel: kindResultPanel, member: kindResult, section: "30954-2", more: moreParts,
	templates: []string{
		"2.16.840.1.113883.10.20.22.4.1", // Result Organizer
		"2.16.840.1.113883.10.20.1.32",
	},
	observations: []string{
		"2.16.840.1.113883.10.20.22.4.2", // Result Observation
		"2.16.840.1.113883.10.20.1.31", "2.16.840.1.113883.3.88.11.83.15", "2.16.840.1.113883.3.88.11.83.15.1", "2.16.840.1.113883.3.88.11.32.16",
		"1.3.6.1.4.1.19376.1.5.3.1.4.13",
	},
}

// readResultEntry reads an entry that holds a Result Organizer, or a Result Observation alone.
func (r *reader) readResultEntry(entry tree.Node) []record.Ref {
	return r.readPanelEntry(entry, &results, &r.rec.ResultPanels, &r.rec.Results)
}
