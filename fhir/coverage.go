package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// coverageStatus pairs FHIR's fm-status with the record's. It is "the status of the
// resource instance" (R4 Coverage.status: draft may undergo further edits, active
// does not): that is what a C-CDA act says by completed. Whether the policy is in force is said by its period.
var coverageStatus = codes.NewTable(
	codes.Both("active", record.StatusActive),
	codes.Both("cancelled", record.StatusCancelled),
	codes.Both("draft", record.StatusDraft),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.OnlyFrom("active", record.StatusCompleted),
)

// statusOfCoverage stands for no status.
const statusOfCoverage = "active"

var statedIsActive = record.IssueStatusByRule.Because("the source says no more of the status of a coverage than that it states it; FHIR's code for a statement that is made is active, and the period says whether the policy is in force")

const (
	systemCoverageClass  = "http://terminology.hl7.org/CodeSystem/coverage-class"
	systemIdentifierType = "http://terminology.hl7.org/CodeSystem/v2-0203"
)

var (
	payorKinds      = only(kindOrganization, kindPatient, kindRelatedPerson)
	subscriberKinds = only(kindPatient, kindRelatedPerson)
	noKinds         = only(noKind) // a resource that the record has no entry for
)

// coverageKind says what a coverage becomes: a Basic where it is denied or not known that there is one.
func coverageKind(c *record.Coverage) kind {
	if !isStated(&c.Entry) || c.Assertion != record.Affirmed || (c.Status.Code != "" || c.Status.AsSent != "") && !hasCodeFor(&coverageStatus, &c.Status) {
		return kindBasic
	}
	return kindCoverage
}

// coverage writes Coverage (US Core Coverage 6.1.0; C-CDA Policy Activity).
func (w *writer) coverage(i int, c *record.Coverage) {
	if coverageKind(c) == kindBasic {
		why := &record.IssueNotStated
		if isStated(&c.Entry) && c.Assertion == record.Affirmed {
			why = &noStatus
		}
		w.keptWhole("coverages", i, &c.Entry, c, why)
		return
	}
	profile := ""
	if w.meetsCoverage(c) {
		profile = profileBase + "coverage"
	}
	w.resource("coverages", i, &c.Entry, kindCoverage, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.common(&c.Entry, hasStatus|hasAssertion|ownIdentifiers)
	w.coverageIdentifiers(c)
	if c.Status.Code == record.StatusCompleted || c.Status.Code == "" {
		w.Note(&statedIsActive, "status")
	}
	w.status("status", &c.Status, &coverageStatus, statusOfCoverage)
	if !c.Type.IsZero() {
		w.concept("type", &c.Type)
	}
	w.referenceField("policyHolder", "policyHolder", c.Holder, payorKinds)
	w.referenceField("subscriber", "subscriber", c.Subscriber, subscriberKinds)
	if id := subscriberID(c); id != "" {
		w.str("subscriberId", id)
		if c.SubscriberID == "" {
			w.mark("subscriberIdOfHolder")
		}
	} else if c.MemberID == nil || c.MemberID.Value == "" {
		w.required("subscriberId", "", "subscriberId") // us-core-15
	}
	if c.Beneficiary != nil {
		w.requiredReference("beneficiary", "beneficiary", c.Beneficiary, only(kindPatient))
	} else {
		w.subject("beneficiary")
	}
	w.str("dependent", c.Dependent)
	w.requiredConcept("relationship", c.Relationship, "relationship")
	if !c.When.IsZero() {
		w.period("period", &c.When)
	}
	if slices.ContainsFunc(c.Payors, func(r record.Ref) bool { t, ok := w.resolve(&r); return !ok || payorKinds.has(t.typ) }) {
		w.references("payor", "payors", c.Payors, payorKinds)
	} else {
		w.arr("payor")
		w.requiredObject("", "payors")
		w.endArr()
		w.fieldRefs("payors", c.Payors)
	}
	w.coverageClasses(c)
	w.integer("order", c.Order, 1)
	w.str("network", c.Network)
	w.coverageCosts(c.Costs)
	w.bool("subrogation", c.Subrogation)
	w.references("contract", "contracts", c.Contracts, noKinds)
	w.coverageRest(c)
	w.endResource()
}

// meetsCoverage reports whether a coverage has what US Core's profile demands.
func (w *writer) meetsCoverage(c *record.Coverage) bool {
	return len(c.Payors) == 1 && w.named()
}

// subscriberID gives the insurer's number of the subscriber: as such, else the
// policy holder's first identifier (C-CDA 3.0 Policy Activity, subscriber).
func subscriberID(c *record.Coverage) string {
	if c.SubscriberID != "" || c.HolderParty == nil || len(c.HolderParty.Identifiers) == 0 {
		return c.SubscriberID
	}
	return c.HolderParty.Identifiers[0].Value
}

// coverageIdentifiers writes the policy's identifiers, and the member's with the type MB (US Core Coverage, memberid).
func (w *writer) coverageIdentifiers(c *record.Coverage) {
	all := slices.Clone(c.Identifiers)
	if c.MemberID != nil {
		m := *c.MemberID
		t := record.Concept{}
		if m.Type != nil {
			t = *m.Type
		}
		if !t.Has(systemIdentifierType, "MB") {
			t.Codings = append([]record.Coding{{System: systemIdentifierType, Code: "MB"}}, t.Codings...)
		}
		m.Type = &t
		if m.Value != "" || m.System != "" {
			all = append(all, m)
		} else {
			w.fieldKnown("memberId", c.MemberID)
		}
	}
	w.identifiers("identifier", all)
}

// coverageClasses writes class: those of the source, and the plan by its first identifier and its name.
func (w *writer) coverageClasses(c *record.Coverage) {
	w.arr("class")
	for k := range c.Classes {
		x := &c.Classes[k]
		w.In("classes", k)
		w.obj("")
		w.requiredConcept("type", &x.Type, "type")
		w.requiredStr("value", x.Value)
		w.str("name", x.Name)
		w.end()
		w.Leave()
	}
	id := ""
	if len(c.PlanIdentifiers) > 0 {
		id = c.PlanIdentifiers[0].Value
	}
	if id != "" || c.PlanName != "" {
		w.obj("")
		w.codeable("type", systemCoverageClass, "plan")
		w.requiredStr("value", id)
		w.str("name", c.PlanName)
		w.mark("plan")
		w.end()
	}
	w.endArr()
}

// requiredStr writes a string that FHIR demands: v, or why it is not there.
func (w *writer) requiredStr(name, v string) {
	if clean(v) {
		w.str(name, v)
		return
	}
	w.required(name, "", name)
	w.fieldStr(name, v)
}

func (w *writer) coverageCosts(cs []record.CoverageCost) {
	w.arr("costToBeneficiary")
	for k := range cs {
		x := &cs[k]
		w.In("costs", k)
		w.obj("")
		w.concept("type", x.Type)
		switch {
		case x.Quantity != nil:
			w.simpleQuantity("valueQuantity", x.Quantity)
			w.fieldAny("money", x.Money)
		case x.Money != nil:
			w.money("valueMoney", x.Money)
		default:
			w.requiredObject("valueMoney", "money")
		}
		w.end()
		w.Leave()
	}
	w.endArr()
}

// money writes Money.
func (w *writer) money(name string, m *record.Money) {
	w.obj(name)
	w.num("value", m.Value)
	if len(m.Currency) == 3 && isCode(m.Currency) {
		w.code("currency", m.Currency)
	} else {
		w.fieldStr("currency", m.Currency)
	}
	w.end()
}

// coverageRest writes what FHIR's Coverage has no element for.
func (w *writer) coverageRest(c *record.Coverage) {
	w.fieldConcept("kind", c.Kind)
	w.fieldAny("guarantors", c.Guarantors)
	w.fieldAny("memberParty", c.MemberParty)
	w.fieldAny("holderParty", c.HolderParty)
	w.fieldConcept("plan", c.Plan)
	for k := range c.PlanIdentifiers {
		w.fieldKnown("planIdentifiers", &c.PlanIdentifiers[k])
	}
	w.fieldAny("authorizations", c.Authorizations)
	w.fieldAny("activity", c.Activity)
}
