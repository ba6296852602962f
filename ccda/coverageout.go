package ccda

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// coverageEntry writes the Coverage Activity of a policy, with all policies that
// stand in the same activity (C-CDA R2.1 3.22).
func (w *writer) coverageEntry(i int) bool {
	first := &w.rec.Coverages[i]
	if first.Assertion == record.NoneKnown || first.Mode != record.ModeEvent {
		return false
	}
	var a record.CoverageActivity
	if first.Activity != nil {
		a = *first.Activity
	}
	w.In("activity", -1)
	w.el("act")
	if a.ID != "" {
		w.own(a.ID)
	}
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	w.template(templatesCoverage[0])
	if len(a.Identifiers) == 0 {
		if w.strict {
			w.leaf("id", "root", w.derive("coverage-activity", a.ID+first.ID))
		}
	}
	w.identifiers("id", "identifiers", &a.Identifiers)
	w.coverageCode(i)
	w.link(a.Narrative)
	if n := a.Narrative; n != nil {
		w.Drop("narrative", &record.NarrativeLink{Body: n.Body, Status: n.Status}, &lost)
		a.Narrative = nil
	}
	w.statusFixed(&a.Status)
	w.period("effectiveTime", "when", &a.When)
	w.participants(&a.Participants)
	w.Leave()
	for k := i; k < len(w.rec.Coverages); k++ {
		o := &w.rec.Coverages[k]
		if k != i && (a.ID == "" || o.Activity == nil || o.Activity.ID != a.ID || w.wrote[o.ID] || w.leftOut[o.ID] || o.Assertion == record.NoneKnown || o.Mode != record.ModeEvent) {
			continue
		}
		w.At("coverages", k, func() { w.policyOut(k, first) })
	}
	w.In("activity", -1)
	w.comments(&a.Notes, "entryRelationship")
	w.preferences(&a.Preferences)
	w.relations(&a.Relations)
	w.markings(&a.Labels, "entryRelationship")
	w.end()
	w.rest(&a)
	w.Leave()
	return true
}

// coverageCode writes the code of the activity: that which the template fixes, or the record's own.
func (w *writer) coverageCode(i int) {
	if kind := w.rec.Coverages[i].Kind; kind != nil && !w.strict {
		k := *kind
		k.Codings = slices.Clone(k.Codings)
		w.At("coverages", i, func() { w.concept("code", "kind", &k) })
		return
	}
	if w.keeps("code") {
		return
	}
	w.leaf("code", "code", w.paymentCode(), "codeSystem", oidLOINC, "codeSystemName", "LOINC", "displayName", displayPayment)
}

const displayPayment = "Payment sources"

// paymentCode gives the code of a coverage activity that the release fixes.
func (w *writer) paymentCode() string {
	if w.release == R21 {
		return coverageCodes[0]
	}
	return coverageCodes[1]
}

// statusFixed writes the status of an act that the template has as completed;
// in a faithful document, only what the record says.
func (w *writer) statusFixed(s *record.Status) {
	if w.strict && s.Code == "" && s.AsSent == "" && s.Absent == "" {
		w.Note(&fixed, "status")
		w.completed() // of the act, which says nothing of the policy
		return
	}
	w.statusAs(s, "completed")
}

// inOneActivity is for what a policy says of its activity and the first of the activity does not.
var inOneActivity = record.IssueAltered.Because("the policies of one activity stand in one act, which says what the first of them says of it")

// emptyPolicy is for a policy of which nothing is said that could be so.
var emptyPolicy = record.IssueAltered.Because("a policy with no insurer, number or plan is read as one that is not known")

// policyOut writes a Policy Activity (C-CDA R2.1 3.80).
func (w *writer) policyOut(i int, first *record.Coverage) {
	x := w.rec.Coverages[i]
	w.wrote[x.ID] = true
	w.tellCoverage(&x)
	if reflect.DeepEqual(x.Activity, first.Activity) {
		x.Activity = nil // written around it
	} else {
		w.Note(&inOneActivity, "activity")
	}
	switch {
	case w.strict:
		w.Drop("kind", x.Kind, &withheld)
		x.Kind = nil
	case reflect.DeepEqual(x.Kind, first.Kind):
		x.Kind = nil
	default:
		w.Note(&inOneActivity, "kind")
	}
	w.el("entryRelationship")
	w.at("typeCode", "COMP")
	if isInteger(x.Order) {
		w.leaf("sequenceNumber", "value", take(&x.Order))
	}
	negated := x.Assertion == record.Negated
	switch {
	case !hollow(&x):
		w.notKnown(&x.Entry)
	case x.Assertion == record.Affirmed:
		w.Note(&emptyPolicy, "assertion")
	}
	w.begin("act", "ACT", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	if negated {
		w.at("negationInd", "true")
	}
	w.template(templatesPolicy[0])
	w.entryIDs(&x.Entry)
	w.policyCode(&x.Type)
	w.linkOf(&x.Entry)
	w.statusFixed(&x.Status)
	w.leafCode("languageCode", &x.Language)
	fielded := w.fielded
	w.fielded = true // the addresses of those who have a part in the policy (CONF:1198-8910, 1198-8964, 1198-8956)
	w.payors(&x)
	for k := range x.Guarantors {
		p := x.Guarantors[k]
		w.In("guarantors", k)
		w.guarantorOut(k, &p)
		w.rest(&p)
		w.Leave()
	}
	x.Guarantors = nil
	w.participants(&x.Participants)
	w.coveredOut(&x)
	w.holderOut(&x)
	w.fielded = fielded
	w.planOut(&x)
	for k := range x.Authorizations {
		a := x.Authorizations[k]
		w.In("authorizations", k)
		w.authorizedOut(k, &a)
		w.rest(&a)
		w.Leave()
	}
	x.Authorizations = nil
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.end()
	w.rest(&x)
}

// policyCode writes the kind of coverage. The template demands a translation (CONF:1198-32172).
func (w *writer) policyCode(c *record.Concept) {
	if !w.strict || len(c.Codings) > 1 {
		w.concept("code", "type", c)
		return
	}
	w.Note(&issueRequired, "type")
	w.el("code")
	if c.IsZero() {
		c.Absent = record.AbsentNoInformation
	}
	w.conceptContent("type", c)
	w.leaf("translation", "nullFlavor", "NI")
	w.end()
}

// planOut writes the plan: its identifiers, its code and its name. A conformant
// policy refers to a plan or an authorization (CONF:1198-8939).
func (w *writer) planOut(x *record.Coverage) {
	if len(x.PlanIdentifiers) == 0 && x.PlanName == "" && x.Plan == nil {
		if w.strict && len(x.Authorizations) == 0 {
			w.Note(&issueRequired, "plan")
			w.el("entryRelationship")
			w.at("typeCode", "REFR")
			w.el("act")
			w.at("classCode", "ACT")
			w.at("moodCode", "DEF")
			w.leaf("id", "nullFlavor", "NI")
			w.leaf("code", "nullFlavor", "NI")
			w.end()
			w.end()
		}
		return
	}
	w.relate("REFR", false, "plan", -1)
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "DEF")
	if len(x.PlanIdentifiers) == 0 {
		w.require("id", "planIdentifiers", "NI")
	}
	w.identifiers("id", "planIdentifiers", &x.PlanIdentifiers)
	if x.Plan == nil {
		w.require("code", "plan", "NI") // the schema has a code
	}
	w.conceptPtr("code", "plan", &x.Plan)
	w.words("text", take(&x.PlanName))
	w.end()
	w.end()
}

// authorizedOut writes what the payer agreed to pay for (C-CDA R2.1 Authorization Activity).
func (w *writer) authorizedOut(i int, a *record.CoverageAuthorization) {
	w.relate("REFR", false, "authorizations", i)
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	if !w.strict || len(a.Identifiers) < 2 && w.promised(a.Services) {
		w.template(templatesAuthorization[0])
	} else {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.partIDs(&a.Identifiers, "authorization")
	if a.Code == nil {
		w.require("code", "code", "NI")
	}
	w.conceptPtr("code", "code", &a.Code)
	if a.Narrative != nil {
		w.link(a.Narrative)
		w.Drop("narrative", &record.NarrativeLink{Body: a.Narrative.Body, Status: a.Narrative.Status}, &lost)
		a.Narrative = nil
	}
	w.status(&a.Status)
	w.periodPtr("effectiveTime", "when", &a.When)
	w.participants(&a.Participants)
	for k := range a.Services {
		r := a.Services[k]
		w.In("services", k)
		if at, ok := w.place(&r); ok && w.entryAt(at) != nil {
			w.el("entryRelationship")
			w.at("typeCode", "SUBJ")
			w.nest(at, &r)
			w.end()
			r.ID, r.Kind = "", ""
		}
		w.rest(&r)
		w.Leave()
	}
	a.Services = nil
	w.end()
	w.end()
}

// promised reports whether all that a payer agreed to are promises, as the template has them (CONF:1198-8951).
func (w *writer) promised(services []record.Ref) bool {
	for i := range services {
		at, ok := w.place(&services[i])
		e := w.entryAt(at)
		if !ok || e == nil || e.Mode != record.ModePromise {
			return false
		}
	}
	return len(services) > 0
}

// tellCoverage tells of a policy in the narrative.
func (w *writer) tellCoverage(x *record.Coverage) {
	if w.row == nil {
		return
	}
	kind := wordsOf(&x.Type)
	if x.Assertion == record.Negated {
		kind = "No coverage: " + kind
	}
	w.tell("Coverage", kind)
	for i := range x.Payors {
		if at, ok := w.place(&x.Payors[i]); ok && at.kind == kindOrganization {
			if names := w.rec.Organizations[at.i].Names; len(names) > 0 {
				w.tell("Payer", names[0])
			}
		}
	}
	w.tell("Plan", x.PlanName)
	w.tell("Plan", wordsOf(x.Plan))
	if x.MemberID != nil {
		w.tell("Member ID", x.MemberID.Value)
	}
	w.tell("Relationship", wordsOf(x.Relationship))
	w.tell("When", wordsOfPeriod(&x.When))
	w.tellStatus(&x.Status)
}
