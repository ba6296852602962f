package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// coverage reads a Coverage (R4 13.1). One whose beneficiary is another than the patient is not read.
func (r *reader) coverage(n tree.Node) bool {
	if !r.subject(n, "beneficiary") {
		return false
	}
	c := record.Coverage{Entry: r.entry(n)}
	c.Identifiers = r.identifiers(n, "identifier")
	c.MemberID = takeMemberID(&c.Identifiers)
	c.Status = r.status(n, &coverageStatus)
	c.Type = one(n, "type", r.concept)
	c.Holder, c.Subscriber = r.refPtr(n, "policyHolder"), r.refPtr(n, "subscriber")
	if r.isHolderID(n) {
		r.scaffold(n.Child("subscriberId"))
	} else {
		c.SubscriberID = r.str(n, "subscriberId")
	}
	c.Dependent = r.str(n, "dependent")
	c.Relationship = nonZeroConcept(r.conceptPtr(n, "relationship"))
	c.When = one(n, "period", r.period)
	c.Payors = nonZeroRefs(r.refs(n, "payor"))
	for _, x := range objects(n, "class") {
		if !r.planClass(n, x, &c) {
			v := record.CoverageClass{Type: one(x, "type", r.concept), Value: r.str(x, "value"), Name: r.str(x, "name")}
			addFields(r, x, &v)
			c.Classes = append(c.Classes, v)
		}
	}
	c.Order, c.Network = r.number(n, "order"), r.str(n, "network")
	c.Costs = all(n, "costToBeneficiary", func(x tree.Node) record.CoverageCost {
		v := record.CoverageCost{Type: r.conceptPtr(x, "type"), Quantity: maybe(x, "valueQuantity", r.quantity)}
		if m := object(x, "valueMoney"); m.OK() {
			if money := r.money(m); money != (record.Money{}) {
				v.Money = &money
			}
			if own(m).OK() && v.Money != nil {
				r.fields(m, v.Money)
			}
		}
		addFields(r, x, &v)
		return v
	})
	c.Subrogation = r.boolean(n, "subrogation")
	c.Contracts = r.refs(n, "contract")
	add(r, &r.rec.Coverages, n, &c)
	return true
}

// takeMemberID takes the last identifier with the type MB out of a list (US Core
// Coverage, memberid). That type, where it is a plain code, says only which identifier it is.
func takeMemberID(list *[]record.Identifier) *record.Identifier {
	for i := len(*list) - 1; i >= 0; i-- {
		v := (*list)[i]
		if v.Type == nil || !v.Type.Has(systemIdentifierType, "MB") {
			continue
		}
		t := *v.Type
		if bareCode(&record.Concept{Codings: t.Codings[:1]}, systemIdentifierType, "MB") {
			t.Codings = slices.Clone(t.Codings[1:])
		}
		if v.Type = &t; len(t.Codings) == 0 {
			if t.Codings = nil; t.IsZero() {
				v.Type = nil
			}
		}
		*list = slices.Delete(slices.Clone(*list), i, i+1)
		if len(*list) == 0 {
			*list = nil
		}
		return &v
	}
	return nil
}

// isHolderID reports whether subscriberId is what our exporter wrote there: the holder's first identifier.
func (r *reader) isHolderID(n tree.Node) bool {
	if !r.field(n, "holderParty").OK() || !r.marked(n, "subscriberIdOfHolder") {
		return false
	}
	id := object(extension(extension(own(n), "holderParty"), "identifiers"), "valueIdentifier")
	return id.OK() && peek(id, "value") == peek(n, "subscriberId")
}

// planClass takes the class that our exporter wrote for the plan of the coverage:
// its value is the first of the plan's identifiers, which stand beside it.
func (r *reader) planClass(n, x tree.Node, c *record.Coverage) bool {
	if !r.marked(x, "plan") {
		return false
	}
	c.PlanName = r.str(x, "name")
	typ := one(x, "type", r.concept)
	r.compared(object(x, "type"), bareCode(&typ, systemCoverageClass, "plan"))
	id := object(extension(own(n), "planIdentifiers"), "valueIdentifier")
	if id.OK() && peek(id, "value") == peek(x, "value") {
		r.scaffold(x.Child("value"))
	}
	return true
}
