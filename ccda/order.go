package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of what is planned: C-CDA and, before it, CCD and HITSP C32.
var templatesPlanned = []string{
	"2.16.840.1.113883.10.20.22.4.39",  // Planned Act
	"2.16.840.1.113883.10.20.22.4.40",  // Planned Encounter
	"2.16.840.1.113883.10.20.22.4.41",  // Planned Procedure
	"2.16.840.1.113883.10.20.22.4.43",  // Planned Supply
	"2.16.840.1.113883.10.20.22.4.44",  // Planned Observation
	"2.16.840.1.113883.10.20.22.4.130", // Nutrition Recommendation
	"2.16.840.1.113883.10.20.22.4.140", // Patient Referral Act
	"2.16.840.1.113883.10.20.22.4.146", // Planned Intervention Act
	"2.16.840.1.113883.10.20.22.4.131", // Intervention Act, in R1.1 and R2.0 planned too
	"2.16.840.1.113883.10.20.22.4.20",  // Instruction
	"2.16.840.1.113883.10.20.22.4.123", // Drug Monitoring Act
	"2.16.840.1.113883.10.20.1.25", "2.16.840.1.113883.3.88.11.83.22", "1.3.6.1.4.1.19376.1.5.3.1.1.20.3.1",
}

// Templates that say what kind of act is planned.
const (
	templateReferral     = "2.16.840.1.113883.10.20.22.4.140"
	templateNutritionRec = "2.16.840.1.113883.10.20.22.4.130"
)

// kindOfOrder tells what is ordered where the template of a planned act says so.
func (r *reader) kindOfOrder(n tree.Node) string {
	switch {
	case n.Name() != "act":
		return ""
	case r.has(n, templateReferral):
		return "referral"
	case r.has(n, templateNutritionRec):
		return "diet"
	}
	return ""
}

// plannedHere is how many of them are C-CDA's.
const plannedHere = 11

// plannedMoods are those of what is wanted: intended, ordered, proposed, promised, or an appointment.
var plannedMoods = []string{"INT", "RQO", "PRP", "PRMS", "APT", "ARQ"}

// isPlanned reports whether a statement is of what is wanted, and not of what happened.
func isPlanned(n tree.Node) bool { return slices.Contains(plannedMoods, n.Attr("moodCode").Value()) }

// readPlannedEntry reads an entry of a plan: what is planned, or what was done of it.
func (r *reader) readPlannedEntry(entry tree.Node) []record.Ref {
	if n := r.statement(entry); !isPlanned(n) && r.hasAny(n, templatesDone) {
		return r.readInterventionEntry(entry)
	}
	return r.readOrderEntry(entry)
}

// readOrderEntry reads an entry that holds a planned act. A goal, though R1.1
// gives it the template of an observation that is planned, is none.
func (r *reader) readOrderEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	if !isPlanned(n) {
		return nil
	}
	if r.isPlanAct(n) && r.plain(n, plannedMoods...) {
		return []record.Ref{r.plan(n)}
	}
	switch n.Name() {
	case "act", "encounter", "observation", "procedure", "supply":
	default:
		return nil
	}
	if !r.hasAny(n, templatesPlanned[:plannedHere]) && !r.hasAny(n, templatesProcedure[:3]) && !r.hasAny(n, templatesEncounter[:1]) && !r.hasAny(n, templatesSupply) && !r.bare(n, nil) || !r.legibleOrder(n) {
		return nil
	}
	if isAppointment(n) {
		return []record.Ref{r.appointment(n)}
	}
	o := r.order(n)
	r.rec.Orders = append(r.rec.Orders, o)
	return []record.Ref{{ID: o.ID, Kind: kindOrder}}
}

// productType is how a device hangs on an act: a supply is of it, another act uses it.
func productType(n tree.Node) string {
	if n.Name() == "supply" {
		return "PRD"
	}
	return "DEV"
}

// legibleOrder reports whether what is planned can be read. A negated one is not
// to be done, where CDA has a negation for it; any other way of saying no is not read.
func (r *reader) legibleOrder(n tree.Node) bool {
	switch n.Name() {
	case "act", "observation", "procedure":
		if r.hasAny(n, templatesPlanned[:5]) || r.hasAny(n, templatesProcedure[:3]) {
			return !n.Attr("nullFlavor").OK() && r.legible(n, plannedMoods...)
		}
	}
	return r.plain(n, plannedMoods...)
}

// order reads a Planned Act, Encounter, Observation, Procedure or Supply (C-CDA R2.1 3.70–3.78).
func (r *reader) order(n tree.Node) record.Order {
	o := record.Order{Entry: r.entry(kindOrder, n), Class: n.Name()}
	o.Assertion = record.Affirmed
	if negated, _ := r.negation(n); negated {
		o.DoNotPerform = ptr(true)
	}
	var booking tree.Node
	o.Status, booking = r.booked(n)
	o.Mode = r.mode(n)
	known := templatesPlanned
	switch {
	case r.hasAny(n, templatesProcedure[:3]):
		known = slices.Concat(templatesPlanned, templatesProcedure)
	case n.Name() == "supply":
		known = knownPlannedSupply
	case n.Name() == "encounter":
		known = slices.Concat(templatesPlanned, templatesEncounter)
	case r.hasAny(n, templatesInstruction):
		known = slices.Concat(templatesPlanned, templatesInstruction)
	}
	r.templates(n, known...)
	if o.Kind = r.kindOfThing(n); o.Kind != "" {
		o.Class = ""
	} else {
		o.Kind = r.kindOfOrder(n)
	}
	if r.has(n, templateReferral) {
		r.fixed(n, "classCode", "PCPR", "ACT")
	} else {
		r.shape(n, classOf(n))
	}
	o.Code = r.concept(n.Child("code"))
	o.Categories = r.categories(n)
	o.When = r.period(n.Child("effectiveTime"))
	o.Priority = r.conceptPtr(n.Child("priorityCode"))
	o.Methods = r.concepts(n, "methodCode")
	for _, c := range r.concepts(n, "targetSiteCode") {
		o.BodySites = append(o.BodySites, record.BodySite{Code: c})
	}
	switch n.Name() {
	case "observation":
		o.Values = r.values(n)
	case "supply":
		if q := r.supplied(n); q != nil {
			o.Quantity = &record.Amount{Quantity: q}
		}
		o.Product = r.productOf(n)
	}
	o.Specimens = r.specimens(n)
	as := handled(&o.Entry, false)
	if o.DoNotPerform != nil && *o.DoNotPerform {
		as.Assertion = record.Negated // what is not to be done wants no device
	}
	for p := n.Child("participant"); p.OK(); p = p.NextNamed() {
		if ref := r.serviceLocation(p); ref != nil {
			r.slot(p, "locations", len(o.Locations))
			o.Locations = append(o.Locations, *ref)
		} else if ref := r.productInstance(p, productType(n), as); ref != nil {
			r.slot(p, "devices", len(o.Devices))
			o.Devices = append(o.Devices, *ref)
		}
	}
	for rel, sub := range r.relations(n) {
		switch {
		case rel == booking:
		case sub.Name() == "encounter" && isMention(sub) && o.Encounter == nil:
			if o.Encounter = r.encounterRef(rel, sub); o.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		case r.isUDIOrganizer(sub):
			r.udiOrganizer(rel, sub, o.Devices)
		case r.isInstruction(sub) && rel.Attr("typeCode").Value() != "REFR":
			if i, ok := r.instruction(rel, sub); ok {
				r.slot(rel, "instructions", len(o.Instructions))
				o.Instructions = append(o.Instructions, i)
			}
		case r.isIndication(rel, sub):
			if i, ok := r.indication(rel, sub); ok {
				r.slot(rel, "indications", len(o.Indications))
				o.Indications = append(o.Indications, i)
			}
		case r.has(sub, templatePlannedCoverage):
			r.plannedCoverage(&o, rel, sub)
		case o.DoNotPerform != nil:
			// Of what is not to be done the parts are not either.
		default:
			r.within(rel, sub, &o.Relations)
		}
	}
	return o
}
