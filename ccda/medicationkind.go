package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
)

// A Medication Activity that is an event is a MedicationRequest by HL7's map
// (C-CDA on FHIR, ConceptMap CF-MedActivityMood). Of what FHIR or HL7 v2 called
// something else a template of our own says so. It demands nothing, and a reader
// that does not know it reads a Medication Activity.
var medicationKinds = []struct{ template, kind string }{
	{"1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a01", "statement"},
	{"1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a02", "administration"},
	{"1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a03", "dispense"},
}

var knownMedication = func() []string {
	known := slices.Clone(templatesMedication)
	for _, k := range medicationKinds {
		known = append(known, k.template)
	}
	return known
}()

// kindOfMedication gives what FHIR or HL7 v2 call a medication, where a template says it.
func (r *reader) kindOfMedication(sa tree.Node) string {
	if sa.Attr("moodCode").Value() != "EVN" {
		return ""
	}
	for _, k := range medicationKinds {
		if r.has(sa, k.template) {
			return k.kind
		}
	}
	return ""
}

func (w *writer) kindOfMedication(kind string) {
	for _, k := range medicationKinds {
		if k.kind == kind {
			w.leaf("templateId", "root", k.template)
		}
	}
}
