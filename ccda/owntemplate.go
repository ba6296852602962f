package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of our own (docs/ccda-export.md): they demand nothing, and a reader
// that does not know them reads what C-CDA's beside them say.

// A Medication Activity that is an event is a MedicationRequest by HL7's map
// (C-CDA on FHIR, ConceptMap CF-MedActivityMood). Of what FHIR or HL7 v2 called
// something else a template of our own says so.
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

// A Planned Supply is a ServiceRequest in FHIR. Of what FHIR called a DeviceRequest or a SupplyRequest a template of our own says so.
var orderKinds = []struct{ template, kind string }{
	{"1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a05", "device"},
	{"1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a06", "supply"},
}

var knownPlannedSupply = slices.Concat(templatesPlanned, templatesSupply, []string{orderKinds[0].template, orderKinds[1].template})

// kindOfThing gives what kind of order FHIR called a planned supply, where a template says it.
func (r *reader) kindOfThing(n tree.Node) string {
	for _, k := range orderKinds {
		if n.Name() == "supply" && r.has(n, k.template) {
			return k.kind
		}
	}
	return ""
}

// isThing reports whether an order is one that FHIR called a DeviceRequest or a SupplyRequest.
func isThing(o *record.Order) bool {
	return o.Class == "" && slices.ContainsFunc(orderKinds, func(k struct{ template, kind string }) bool { return k.kind == o.Kind })
}

func (w *writer) kindOfThing(kind string) {
	for _, k := range orderKinds {
		if k.kind == kind {
			w.leaf("templateId", "root", k.template)
		}
	}
}

// templateThing says that a product is a thing of its own (FHIR Medication),
// which other statements may name too. Its first id is that thing's.
const templateThing = "1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a04"

var knownProduct = append(slices.Clone(templatesProduct), templateThing)

func (w *writer) productID(id string) {
	if codes.IsUUID(id) {
		w.leaf("templateId", "root", templateThing)
		w.leaf("id", "root", id)
	}
}

// productIDs takes the ids of a product, and which thing of its own it is.
func (r *reader) productIDs(mp tree.Node) (id string, idents []record.Identifier) {
	idents = r.ids(mp)
	if len(idents) == 0 || !r.has(mp, templateThing) {
		return "", idents
	}
	u, ok := strings.CutPrefix(idents[0].Value, urnUUID)
	if !ok || !codes.IsUUID(u) || idents[0] != (record.Identifier{System: idents[0].System, Value: idents[0].Value}) {
		return "", idents
	}
	if idents = idents[1:]; len(idents) == 0 {
		idents = nil
	}
	return u, idents
}
