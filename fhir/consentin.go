package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// consent reads a Consent (R4 6.2) with its provisions to any depth.
func (r *reader) consent(n tree.Node) bool {
	if !r.subject(n, "patient") {
		return false
	}
	c := record.Consent{Entry: r.entry(n)}
	c.Identifiers = r.identifiers(n, "identifier")
	c.Status = r.status(n, &consentStatus)
	c.Scope = nonZeroConcept(r.conceptPtr(n, "scope"))
	c.Categories = nonZero(r.concepts(n, "category"))
	c.When = r.timePtr(n, "dateTime")
	for _, p := range objects(n, "performer") {
		c.Grantors = append(c.Grantors, r.participation(p, "grantor"))
	}
	c.Organizations = r.refs(n, "organization")
	if a := object(n, "sourceAttachment"); a.OK() {
		c.Sources = []record.Attachment{r.attachment(a)}
	}
	if s := r.refPtr(n, "sourceReference"); s != nil {
		c.SourceRefs = []record.Ref{*s}
	}
	for _, p := range objects(n, "policy") {
		v := record.ConsentPolicy{Authority: r.str(p, "authority"), URI: r.str(p, "uri")}
		addFields(r, p, &v)
		if v != (record.ConsentPolicy{}) {
			c.Policies = append(c.Policies, v)
		}
	}
	c.PolicyRule = r.conceptPtr(n, "policyRule")
	c.Verifications = all(n, "verification", func(x tree.Node) record.ConsentVerification {
		v := record.ConsentVerification{Verified: r.boolean(x, "verified"), With: r.refPtr(x, "verifiedWith")}
		if t := r.timePtr(x, "verificationDate"); t != nil {
			v.When = []record.Time{*t}
		}
		addFields(r, x, &v)
		return v
	})
	if p := object(n, "provision"); p.OK() {
		r.rootProvision(p, &c)
	}
	add(r, &r.rec.Consents, n, &c)
	return true
}

// rootProvision reads the provision of a consent. R4 has the base rule as its type.
func (r *reader) rootProvision(n tree.Node, c *record.Consent) {
	p := r.provision(n)
	if (p.Type == "permit" || p.Type == "deny") && !r.marked(n, "ownType") {
		c.Decision, p.Type = p.Type, ""
	}
	if record.CountLeavesOf(&p) > 0 {
		c.Provision = &p
	}
}

// provision reads a rule and the exceptions to it.
func (r *reader) provision(n tree.Node) record.Provision {
	p := record.Provision{
		Type: r.str(n, "type"), Period: maybe(n, "period", r.period), Actions: r.concepts(n, "action"), SecurityLabels: all(n, "securityLabel", r.coding),
		Purposes: all(n, "purpose", r.coding), Classes: all(n, "class", r.coding), Codes: r.concepts(n, "code"), DataPeriod: maybe(n, "dataPeriod", r.period),
	}
	p.Actors = all(n, "actor", func(a tree.Node) record.ConsentActor {
		v := record.ConsentActor{Role: nonZeroConcept(r.conceptPtr(a, "role")), Ref: nonZeroRef(r.refPtr(a, "reference"))}
		addFields(r, a, &v)
		return v
	})
	p.Data = all(n, "data", func(d tree.Node) record.ConsentData {
		v := record.ConsentData{Meaning: r.str(d, "meaning"), Ref: one(d, "reference", r.ref)}
		addFields(r, d, &v)
		return v
	})
	p.Provisions = all(n, "provision", r.provision)
	addFields(r, n, &p)
	return p
}
