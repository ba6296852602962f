package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Claims and what came of them go out as far as the record identifies and totals them (R4 13.2, 13.10).

var (
	claimStatuses = codes.NewTable(
		codes.Both("active", record.StatusActive), codes.Both("cancelled", record.StatusCancelled), codes.Both("draft", record.StatusDraft),
		codes.Both("entered-in-error", record.StatusEnteredInError),
	)
	claimProviders = only(kindPractitioner, kindPractitionerRole, kindOrganization)
)

// benefit is the record's kind of an ExplanationOfBenefit.
const benefit = "explanation-of-benefit"

// claimUse gives use, which FHIR demands; "" where the record has none that FHIR has a code for.
func claimUse(c *record.Claim) string {
	return oneOf(c.Use, true, "claim", "preauthorization", "predetermination")
}

// claimOutcome gives outcome, which FHIR demands of an ExplanationOfBenefit; "" where the record has none that FHIR has a code for.
func claimOutcome(c *record.Claim) string {
	return oneOf(c.Outcome, true, "queued", "complete", "error", "partial")
}

// claimKind says what a claim becomes: a Basic where FHIR demands a status, a use
// or an outcome that is not said, for its lists have no word for that.
func claimKind(c *record.Claim) kind {
	switch {
	case claimUse(c) == "" || !hasCodeFor(&claimStatuses, &c.Status):
		return kindBasic
	case c.Kind == benefit && claimOutcome(c) != "":
		return factKind(&c.Entry, kindExplanationOfBenefit)
	case c.Kind == "claim" || c.Kind == "":
		return factKind(&c.Entry, kindClaim)
	}
	return kindBasic
}

// claimed writes a Claim or an ExplanationOfBenefit.
func (w *writer) claimed(i int, c *record.Claim) {
	k := claimKind(c)
	if k == kindBasic {
		why := &record.IssueNotStated
		if factKind(&c.Entry, kindClaim) == kindClaim {
			why = &noStatus
		}
		w.keptWhole("claims", i, &c.Entry, c, why)
		return
	}
	eob := k == kindExplanationOfBenefit
	w.resource("claims", i, &c.Entry, k)
	w.common(&c.Entry, hasIdentifiers|hasStatus|hasAssertion|hasMode)
	if c.Kind == "" {
		w.mark("noKind")
	}
	w.status("status", &c.Status, &claimStatuses, "")
	w.requiredConcept("type", &c.Type, "type")
	w.code("use", claimUse(c))
	w.subject("patient")
	if !c.When.IsZero() {
		w.period("billablePeriod", &c.When)
	}
	if c.Created != nil {
		w.dateTime("created", *c.Created)
	} else {
		w.required("created", "", "created")
	}
	w.claimParty("insurer", c.Insurer, only(kindOrganization), eob)
	w.claimParty("provider", c.Provider, claimProviders, true)
	if eob {
		w.code("outcome", claimOutcome(c))
	} else {
		w.requiredObject("priority", "priority")
		w.fieldStr("outcome", c.Outcome)
	}
	w.claimRelated(c, eob)
	w.arr("diagnosis")
	for k := range c.Diagnoses {
		w.obj("")
		w.raw("sequence", itoa(k+1))
		w.requiredConcept("diagnosisCodeableConcept", &c.Diagnoses[k], "diagnoses")
		w.end()
	}
	w.endArr()
	w.claimInsurance(c, eob)
	w.claimItems(c)
	w.claimTotals(c, eob)
	w.endResource()
}

// claimParty writes who pays or who asks; demanded says that FHIR wants the element.
func (w *writer) claimParty(name string, r *record.Ref, allowed kindSet, demanded bool) {
	if r != nil && w.referenceTo(name, r, allowed) {
		return
	}
	if demanded {
		w.requiredObject(name, name)
	}
	w.fieldRef(name, r)
}

// claimRelated writes the claims that this one goes on from; of an ExplanationOfBenefit the first is what it explains.
func (w *writer) claimRelated(c *record.Claim, eob bool) {
	rest := c.Related
	if eob {
		if len(rest) > 0 && w.referenceTo("claim", &rest[0], only(kindClaim)) {
			rest = rest[1:]
		}
		w.fieldRefs("related", rest)
		return
	}
	for i := range rest {
		if t, ok := w.resolve(&rest[i]); ok && t.typ != kindClaim {
			w.fieldRefs("related", rest)
			return
		}
	}
	w.arr("related")
	for i := range rest {
		w.obj("")
		w.reference("claim", &rest[i])
		w.end()
	}
	w.endArr()
}

func (w *writer) claimInsurance(c *record.Claim, eob bool) {
	w.arr("insurance")
	for k := range max(1, len(c.Coverages)) {
		w.obj("")
		if !eob {
			w.raw("sequence", itoa(k+1))
		}
		w.boolean("focal", k == 0)
		if len(c.Coverages) == 0 || !w.referenceTo("coverage", &c.Coverages[k], only(kindCoverage)) {
			w.requiredObject("coverage", "coverages")
			if len(c.Coverages) > 0 {
				w.fieldRef("coverages", &c.Coverages[k])
			}
		}
		w.end()
	}
	w.endArr()
}

// claimItems writes item, whose parts need a number; where one has none, all stand in our extension.
func (w *writer) claimItems(c *record.Claim) {
	for i := range c.Items {
		if n, ok := parseInt(c.Items[i].Sequence); !ok || n < 1 {
			w.fieldAny("items", c.Items)
			return
		}
	}
	w.arr("item")
	for i := range c.Items {
		x := &c.Items[i]
		w.obj("")
		w.raw("sequence", x.Sequence)
		w.requiredConcept("productOrService", x.Code, "items")
		if p := x.When; p != nil {
			at := record.Period{At: p.At}
			if f, _ := formOf(p.At.Value); *p == at && p.At.Value != "" && f <= timeDate {
				w.date("servicedDate", p.At)
			} else {
				w.when(choice{period: "servicedPeriod"}, "when", p)
			}
		}
		w.simpleQuantity("quantity", x.Quantity)
		if x.Net != nil {
			w.money("net", x.Net)
		}
		w.end()
	}
	w.endArr()
}

// claimTotals writes total and payment. A Claim has one total, of no category.
func (w *writer) claimTotals(c *record.Claim, eob bool) {
	switch {
	case eob:
		w.arr("total")
		for i := range c.Totals {
			w.obj("")
			w.requiredConcept("category", c.Totals[i].Category, "totals")
			w.money("amount", &c.Totals[i].Amount)
			w.end()
		}
		w.endArr()
		w.obj("payment")
		if c.PaidOn != nil {
			w.date("date", *c.PaidOn)
		}
		if c.Paid != nil {
			w.money("amount", c.Paid)
		}
		w.end()
		return
	case len(c.Totals) == 1 && c.Totals[0].Category == nil:
		w.money("total", &c.Totals[0].Amount)
	default:
		w.fieldAny("totals", c.Totals)
	}
	w.fieldAny("paid", c.Paid)
	w.fieldTime("paidOn", c.PaidOn)
}

// claimOf reads a Claim, or an ExplanationOfBenefit as what came of one.
func (r *reader) claimOf(n tree.Node, eob bool) bool {
	if !r.subject(n, "patient") {
		return false
	}
	c := record.Claim{Entry: r.entry(n)}
	switch {
	case eob:
		c.Kind = benefit
	case !r.marked(n, "noKind"):
		c.Kind = "claim"
	}
	c.Identifiers = r.identifiers(n, "identifier")
	c.Status = r.status(n, &claimStatuses)
	c.Type = one(n, "type", r.concept)
	c.Use = r.str(n, "use")
	c.When = one(n, "billablePeriod", r.period)
	c.Created = r.timePtr(n, "created")
	c.Insurer, c.Provider = r.saidRef(n, "insurer"), r.saidRef(n, "provider")
	c.Outcome = r.str(n, "outcome")
	if eob {
		if v := r.saidRef(n, "claim"); v != nil {
			c.Related = []record.Ref{*v}
		}
	}
	for _, x := range objects(n, "related") {
		if v := r.saidRef(x, "claim"); v != nil && !eob {
			c.Related = append(c.Related, *v)
		}
	}
	for i, x := range objects(n, "diagnosis") {
		if v := one(x, "diagnosisCodeableConcept", r.concept); !v.IsZero() {
			r.compared(x.Child("sequence"), x.Child("sequence").Value() == itoa(len(c.Diagnoses)+1) && i == len(c.Diagnoses))
			c.Diagnoses = append(c.Diagnoses, v)
		}
	}
	for i, x := range objects(n, "insurance") {
		r.compared(x.Child("sequence"), x.Child("sequence").Value() == itoa(i+1))
		r.compared(x.Child("focal"), x.Child("focal").Value() == "true" == (i == 0))
		v := r.saidRef(x, "coverage")
		if e := r.field(x, "coverages"); e.OK() {
			v = r.saidRef(e, "valueReference")
		}
		if v != nil {
			c.Coverages = append(c.Coverages, *v)
		}
	}
	c.Items = all(n, "item", r.claimItem)
	r.claimTotals(n, &c, eob)
	add(r, &r.rec.Claims, n, &c)
	return true
}

// saidRef reads a reference; nil where there is none, or only why.
func (r *reader) saidRef(n tree.Node, name string) *record.Ref {
	if v := r.refPtr(n, name); v != nil && !v.IsZero() {
		return v
	}
	return nil
}

func (r *reader) claimItem(n tree.Node) record.ClaimItem {
	x := record.ClaimItem{Sequence: r.number(n, "sequence"), Quantity: maybe(n, "quantity", r.quantity), Net: maybe(n, "net", r.money)}
	if v := one(n, "productOrService", r.concept); !v.IsZero() {
		x.Code = &v
	}
	if p := r.when(n, choice{period: "servicedPeriod"}, "when"); !p.IsZero() {
		x.When = &p
	}
	if t := r.timePtr(n, "servicedDate"); t != nil && x.When == nil {
		x.When = &record.Period{At: *t}
	}
	return x
}

func (r *reader) claimTotals(n tree.Node, c *record.Claim, eob bool) {
	if !eob {
		if v := maybe(n, "total", r.money); v != nil {
			c.Totals = []record.ClaimTotal{{Amount: *v}}
		}
		return
	}
	c.Totals = all(n, "total", func(n tree.Node) (t record.ClaimTotal) {
		if v := one(n, "category", r.concept); !v.IsZero() {
			t.Category = &v
		}
		t.Amount = one(n, "amount", r.money)
		return t
	})
	if x := object(n, "payment"); x.OK() {
		c.PaidOn, c.Paid = r.timePtr(x, "date"), maybe(x, "amount", r.money)
	}
}
