package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const (
	kindSupply = "supply"
	kindList   = "list"
)

var (
	templatesSupply = []string{
		"2.16.840.1.113883.10.20.22.4.50", // Non-Medicinal Supply Activity
		"2.16.840.1.113883.10.20.1.34",    // CCD supply activity
	}
	templatesEquipment = []string{"2.16.840.1.113883.10.20.22.4.135"} // Medical Equipment Organizer
)

// readEquipmentEntry reads an entry of medical equipment: what was supplied, the
// procedure by which a device came to the patient, several of them in an organizer, or a device alone.
func (r *reader) readEquipmentEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	switch {
	case isPlanned(n):
		return r.readOrderEntry(entry)
	case r.isProcedure(n):
		return r.readProcedureEntry(entry)
	case n.Name() == "organizer":
		return r.equipmentOrganizer(n)
	case r.isSupply(n) && r.legibleSupply(n):
		return []record.Ref{r.equipment(n)}
	case r.isDevice(n):
		return r.deviceAlone(n)
	}
	return nil
}

func (r *reader) isSupply(n tree.Node) bool {
	return n.Name() == "supply" && (r.hasAny(n, templatesSupply) || r.bare(n, nil))
}

// legibleSupply reports whether a supply can be read as one that was made. CDA's has no negation.
func (r *reader) legibleSupply(n tree.Node) bool {
	if !r.legible(n, "EVN") {
		return false
	}
	if a := n.Attr("negationInd"); isTrue(a.Value()) {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	return true
}

// equipment reads a Non-Medicinal Supply Activity that happened (C-CDA R2.1 3.59).
func (r *reader) equipment(n tree.Node) record.Ref {
	s := record.Supply{Entry: r.entry(kindSupply, n)}
	s.Assertion = record.Affirmed
	if s.Absent = r.nullFlavor(n); s.Absent != "" {
		s.Assertion = record.NotKnown
	}
	r.notNegated(n.Attr("negationInd"))
	s.Status = r.status(n)
	r.templates(n, templatesSupply...)
	r.shape(n, "SPLY", "EVN")
	s.Code = r.conceptPtr(n.Child("code"))
	s.When = r.period(n.Child("effectiveTime"))
	s.Quantity = r.supplied(n)
	s.Product = r.productOf(n)
	for c := n.Child("participant"); c.OK(); c = c.NextNamed() {
		if ref := r.productInstance(c, "PRD", handled(&s.Entry, false)); ref != nil {
			r.slot(c, "devices", len(s.Devices))
			s.Devices = append(s.Devices, *ref)
		} else if ref := r.serviceLocation(c); ref != nil {
			r.slot(c, "locations", len(s.Locations))
			s.Locations = append(s.Locations, *ref)
		}
	}
	for rel, sub := range r.relations(n) {
		switch {
		case sub.Name() == "encounter" && s.Encounter == nil:
			if s.Encounter = r.encounterRef(rel, sub); s.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		case r.isUDIOrganizer(sub):
			r.udiOrganizer(rel, sub, s.Devices)
		case r.isInstruction(sub):
			if i, ok := r.instruction(rel, sub); ok {
				r.slot(rel, "instructions", len(s.Instructions))
				s.Instructions = append(s.Instructions, i)
			}
		case r.isIndication(rel, sub):
			if i, ok := r.indication(rel, sub); ok {
				r.slot(rel, "indications", len(s.Indications))
				s.Indications = append(s.Indications, i)
			}
		}
	}
	r.rec.Supplies = append(r.rec.Supplies, s)
	return record.Ref{ID: s.ID, Kind: kindSupply}
}

// equipmentOrganizer reads a Medical Equipment Organizer: a list of what the
// patient uses or used (C-CDA R2.1 3.53). Where nothing in it can be read, it is carried.
func (r *reader) equipmentOrganizer(org tree.Node) []record.Ref {
	if !r.hasAny(org, templatesEquipment) && !r.bare(org, nil) || !r.legiblePanel(org) {
		return nil
	}
	l := record.List{Entry: r.entry(kindList, org)}
	l.Assertion = record.Affirmed
	if l.Absent = r.nullFlavor(org); l.Absent != "" {
		l.Assertion = record.NotKnown
	}
	for rel, sub := range r.relations(org) {
		if ref, ok := r.listed(rel, sub); ok {
			l.Items = append(l.Items, record.ListItem{Item: ref})
		}
	}
	if l.Items == nil {
		return nil
	}
	r.notNegated(org.Attr("negationInd"))
	r.templates(org, templatesEquipment...)
	r.shape(org, "CLUSTER", "EVN")
	l.Status, l.Code = r.status(org), r.conceptPtr(org.Child("code"))
	l.Period = r.periodPtr(org.Child("effectiveTime"))
	r.rec.Lists = append(r.rec.Lists, l)
	return []record.Ref{{ID: l.ID, Kind: kindList}}
}

// listed reads what stands in an organizer of equipment.
func (r *reader) listed(rel, sub tree.Node) (record.Ref, bool) {
	switch {
	case isPlanned(sub):
	case r.isProcedure(sub):
		if assertion, ok := r.procedureAssertion(sub); ok && r.relates(rel, false, "COMP") {
			return r.procedure(sub, assertion), true
		}
	case r.isSupply(sub):
		if r.legibleSupply(sub) && r.relates(rel, false, "COMP") {
			return r.equipment(sub), true
		}
	}
	return record.Ref{}, false
}
