package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// In R5 the base rule stands in decision, and every provision is an exception to what is above it: it says the opposite
// (R5 6.2.4, Consent.decision and Consent.provision). A consent is read so only where its version is known to be R5 and
// it holds nothing that R5 does not define there: an element that is not understood may be what narrows a permit.

// isR5 reports whether a resource is known to be of R5, and nothing that the input or its host says speaks against it.
func (p *plan) isR5(x *resource) bool { return x.shape.set == setOf(R5) && p.version&setOf(R5) != 0 }

// consentR5 has the elements of R5's Consent and of its provisions, by the JSON type that each has.
var consentR5, provisionR5 = map[string]tree.Kind{
	"resourceType": tree.String, "id": tree.String, "meta": tree.Object, "language": tree.String, "text": tree.Object, "contained": tree.Array,
	"extension": tree.Array, "modifierExtension": tree.Array, "identifier": tree.Array, "status": tree.String, "category": tree.Array,
	"subject": tree.Object, "date": tree.String, "period": tree.Object, "grantor": tree.Array, "grantee": tree.Array, "manager": tree.Array,
	"controller": tree.Array, "sourceAttachment": tree.Array, "sourceReference": tree.Array, "regulatoryBasis": tree.Array,
	"policyBasis": tree.Object, "policyText": tree.Array, "verification": tree.Array, "decision": tree.String, "provision": tree.Array,
}, map[string]tree.Kind{
	"id": tree.String, "extension": tree.Array, "period": tree.Object, "actor": tree.Array, "action": tree.Array, "securityLabel": tree.Array,
	"purpose": tree.Array, "documentType": tree.Array, "resourceType": tree.Array, "code": tree.Array, "dataPeriod": tree.Object,
	"data": tree.Array, "expression": tree.Object, "provision": tree.Array,
}

// hasOnly reports whether an object holds only members of those names and JSON types.
func hasOnly(n tree.Node, of map[string]tree.Kind) bool {
	for c := range n.Children() {
		if k, ok := of[c.Name()]; !ok || k != c.Kind() {
			return false
		}
	}
	return true
}

// isConsentR5 reports whether all that bears on what a consent permits is as R5 defines it.
func isConsentR5(n tree.Node) bool {
	if !hasOnly(n, consentR5) || len(n.Child("status").Value()) == 0 {
		return false
	}
	switch decision := peek(n, "decision"); {
	case decision == "permit", decision == "deny":
	case decision != "" || n.Child("provision").OK():
		return false // exceptions to nobody knows what
	}
	return provisionsAreR5(n)
}

// provisionsAreR5 looks at the provisions of a consent, or of a provision, to any depth.
func provisionsAreR5(n tree.Node) bool {
	list := n.Child("provision")
	if !list.OK() {
		return true
	}
	for p := range list.Children() {
		if p.Kind() != tree.Object || !hasOnly(p, provisionR5) || !isListOfObjects(p, "actor", "action", "securityLabel", "purpose", "documentType", "resourceType", "code", "data") {
			return false
		}
		if e := object(p, "expression"); e.OK() && peek(e, "expression") == "" {
			return false // what it narrows stands elsewhere
		}
		if !narrows(p) {
			return false // an exception of everything, which would turn the whole consent round
		}
		if !provisionsAreR5(p) {
			return false
		}
	}
	return true
}

// narrows reports whether a provision says anything of what it is about.
func narrows(p tree.Node) bool {
	for c := range p.Children() {
		switch c.Name() {
		case "id", "extension", "provision":
		default:
			if c.First().OK() {
				return true
			}
		}
	}
	return false
}

// isListOfObjects reports whether those members, where they are there, hold objects alone.
func isListOfObjects(n tree.Node, names ...string) bool {
	for _, name := range names {
		list := n.Child(name)
		if !list.OK() {
			continue
		}
		for c := range list.Children() {
			if c.Kind() != tree.Object {
				return false
			}
		}
	}
	return true
}

// consentOfR5 reads a Consent of R5, with its provisions to any depth.
func (r *reader) consentOfR5(n tree.Node) bool {
	if !isConsentR5(n) || !isListOfObjects(n, "grantee") || !r.subject(n, "subject") {
		return false
	}
	c := record.Consent{Entry: r.entry(n), Version: R5.String()}
	c.Identifiers = r.identifiers(n, "identifier")
	c.Status = r.status(n, &consentStatus)
	if c.Status.Code == "" && c.Status.AsSent == "not-done" {
		c.Status = record.Status{Code: record.StatusNotDone}
	}
	c.Categories = nonZero(r.concepts(n, "category"))
	c.When, c.Period = r.timePtr(n, "date"), maybe(n, "period", r.period)
	for _, g := range objects(n, "grantor") {
		c.Grantors = append(c.Grantors, r.participation(g, "grantor"))
	}
	c.Grantees, c.Managers, c.Controllers = r.refs(n, "grantee"), r.refs(n, "manager"), r.refs(n, "controller")
	c.Sources, c.SourceRefs = all(n, "sourceAttachment", r.attachment), r.refs(n, "sourceReference")
	c.Basis = r.concepts(n, "regulatoryBasis")
	if b := object(n, "policyBasis"); b.OK() {
		if url := r.str(b, "url"); url != "" {
			c.Policies = []record.ConsentPolicy{{URI: url}}
		}
	}
	c.Verifications = all(n, "verification", func(x tree.Node) record.ConsentVerification {
		v := record.ConsentVerification{Verified: r.boolean(x, "verified"), Type: r.conceptPtr(x, "verificationType"), By: r.refPtr(x, "verifiedBy"), With: r.refPtr(x, "verifiedWith")}
		v.When = r.times(x, "verificationDate")
		return v
	})
	c.Decision = r.str(n, "decision")
	c.Provisions = all(n, "provision", r.exception)
	add(r, &r.rec.Consents, n, &c)
	return true
}

// exception reads a provision of R5, which says the opposite of what is above it.
func (r *reader) exception(n tree.Node) record.Provision {
	p := record.Provision{
		Period: maybe(n, "period", r.period), Actions: r.concepts(n, "action"), SecurityLabels: all(n, "securityLabel", r.coding), Purposes: all(n, "purpose", r.coding),
		DocumentTypes: all(n, "documentType", r.coding), ResourceTypes: all(n, "resourceType", r.coding), Codes: r.concepts(n, "code"), DataPeriod: maybe(n, "dataPeriod", r.period),
	}
	p.Actors = all(n, "actor", func(a tree.Node) record.ConsentActor {
		return record.ConsentActor{Role: nonZeroConcept(r.conceptPtr(a, "role")), Ref: nonZeroRef(r.refPtr(a, "reference"))}
	})
	p.Data = all(n, "data", func(d tree.Node) record.ConsentData {
		return record.ConsentData{Meaning: r.str(d, "meaning"), Ref: one(d, "reference", r.ref)}
	})
	if e := object(n, "expression"); e.OK() {
		p.Expression, p.ExpressionLang = r.str(e, "expression"), r.str(e, "language")
	}
	p.Provisions = all(n, "provision", r.exception)
	return p
}
