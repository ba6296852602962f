package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

var (
	templatesSupplyOrder = []string{
		"2.16.840.1.113883.10.20.22.4.17", // Medication Supply Order
		"2.16.840.1.113883.10.20.1.34", "2.16.840.1.113883.3.88.11.83.8.3", "1.3.6.1.4.1.19376.1.5.3.1.4.7.3",
	}
	templatesDispense = []string{
		"2.16.840.1.113883.10.20.22.4.18", // Medication Dispense
		"2.16.840.1.113883.10.20.1.34", "1.3.6.1.4.1.19376.1.5.3.1.4.7.3",
	}
	templatesInstruction = []string{
		"2.16.840.1.113883.10.20.22.4.20",  // Instruction
		"2.16.840.1.113883.10.20.22.4.515", // Instruction Observation
		"2.16.840.1.113883.10.20.1.49", "1.3.6.1.4.1.19376.1.5.3.1.4.3", "1.3.6.1.4.1.19376.1.5.3.1.4.3.1",
	}
	templatesIndication = []string{
		"2.16.840.1.113883.10.20.22.4.19", // Indication
		"2.16.840.1.113883.10.20.1.28", "2.16.840.1.113883.10.20.1.38",
	}
)

// supply reads a supply that hangs on a substance administration: an event is
// a dispense, an intent or a request an order (C-CDA R2.1 Medication Dispense, Medication Supply Order).
func (r *reader) supply(rel, s tree.Node, orders *[]record.SupplyOrder, dispenses *[]record.Dispense) {
	if !r.plain(s, medicationMoods...) || !r.relates(rel, false, "REFR", "COMP") {
		return
	}
	r.shape(s, "SPLY")
	if modeCode := s.Attr("moodCode").Value(); modeCode == "EVN" {
		r.slot(rel, "dispenses", len(*dispenses))
		*dispenses = append(*dispenses, r.dispense(s))
	} else {
		r.slot(rel, "orders", len(*orders))
		*orders = append(*orders, r.supplyOrder(s))
	}
}

func (r *reader) supplyOrder(s tree.Node) record.SupplyOrder {
	r.templates(s, templatesSupplyOrder...)
	o := record.SupplyOrder{
		Identifiers: r.ids(s), Status: r.status(s), Mode: r.mode(s), Narrative: r.link(s),
		Quantity: r.supplied(s), RepeatNumber: r.repeatNumber(s), Product: r.productOf(s),
		Valid: r.periodPtr(s.Child("effectiveTime")), Participants: r.participants(s, otherParticipant),
		DaysSupply: r.daysSupply(s),
	}
	for rel, sub := range r.relations(s) {
		if r.isInstruction(sub) {
			if i, ok := r.instruction(rel, sub); ok {
				r.slot(rel, "instructions", len(o.Instructions))
				o.Instructions = append(o.Instructions, i)
			}
		}
	}
	return o
}

func (r *reader) dispense(s tree.Node) record.Dispense {
	r.templates(s, templatesDispense...)
	return record.Dispense{
		Identifiers: r.ids(s), Status: r.status(s), Mode: r.mode(s), Narrative: r.link(s), Notes: r.comments(s),
		Quantity: r.supplied(s), RepeatNumber: r.repeatNumber(s), Product: r.productOf(s),
		When: r.period(s.Child("effectiveTime")), Participants: r.participants(s, otherParticipant),
		DaysSupply: r.daysSupply(s), Type: r.conceptPtr(s.Child("code")),
	}
}

func (r *reader) supplied(s tree.Node) *record.Quantity { return r.quantity(s.Child("quantity")) }

// repeatNumber takes a plain count. A range of counts is left to be carried.
func (r *reader) repeatNumber(n tree.Node) string {
	if c := n.Child("repeatNumber"); isInteger(c.Attr("value").Value()) {
		return r.attr(c, "value")
	}
	return ""
}

// daysSupply takes the time that a supply is to last, where it is given as a length.
func (r *reader) daysSupply(s tree.Node) *record.Quantity {
	return r.quantity(s.Child("expectedUseTime").Child("width"))
}

func (r *reader) productOf(s tree.Node) *record.Product {
	c := s.Child("product")
	mp := c.Child("manufacturedProduct")
	if !mp.OK() {
		return nil
	}
	r.fixed(c, "typeCode", "PRD")
	p := r.product(mp)
	return &p
}

// isInstruction recognises an Instruction by its template, or a bare act by how it hangs.
func (r *reader) isInstruction(n tree.Node) bool {
	return (n.Name() == "act" || n.Name() == "observation") && r.hasAny(n, templatesInstruction)
}

// instruction reads something to tell somebody (C-CDA R2.1 Instruction; R5.0 Instruction Observation).
func (r *reader) instruction(rel, n tree.Node) (record.Instruction, bool) {
	if !r.plain(n, "INT", "EVN") || !r.relates(rel, true, "SUBJ") {
		return record.Instruction{}, false
	}
	r.templates(n, templatesInstruction...)
	i := record.Instruction{
		Identifiers: r.ids(n), Status: r.status(n), Code: r.conceptPtr(n.Child("code")), When: r.periodPtr(n.Child("effectiveTime")),
		Participants: r.participants(n, otherParticipant),
	}
	words := n.Child("text")
	if n.Name() == "observation" {
		r.shape(n, "OBS", "EVN")
		if v := n.Child("value"); !words.OK() && r.xsiType(v, "ST", "ED") {
			words = v
		}
	} else {
		r.shape(n, "ACT", "INT")
	}
	i.Text, i.TextRef = r.referencedText(words)
	return i, true
}

// isIndication recognises an Indication by its template, or by how it hangs: as
// the reason, of a kind of problem (C-CDA on FHIR, Immunizations, note 2).
func (r *reader) isIndication(rel, n tree.Node) bool {
	if n.Name() != "observation" {
		return false
	}
	code := n.Child("code").Attr("code").Value()
	return r.hasAny(n, templatesIndication[:1]) ||
		rel.Attr("typeCode").Value() == "RSON" && (r.hasAny(n, templatesIndication) || r.bare(n, nil) && slices.Contains(problemExtents.all, code))
}

// indication reads what an act is for. A negated one is kept as such.
func (r *reader) indication(rel, n tree.Node) (record.Indication, bool) {
	if n.Attr("nullFlavor").OK() || !r.legible(n, "EVN") || !r.relates(rel, false, "RSON") {
		return record.Indication{}, false
	}
	r.templates(n, templatesIndication...)
	r.shape(n, "OBS", "EVN")
	i := record.Indication{
		Identifiers: r.ids(n), Status: r.status(n), Kind: r.conceptPtr(n.Child("code")), When: r.periodPtr(n.Child("effectiveTime")), Code: r.answer(n),
	}
	if negated, _ := r.negation(n); negated {
		i.Assertion = record.Negated
	}
	return i, true
}
