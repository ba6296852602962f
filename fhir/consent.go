package fhir

import (
	"strconv"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// consentStatus pairs FHIR R4's consent-state-codes with the record's.
var consentStatus = codes.NewTable(
	codes.Both("draft", record.StatusDraft),
	codes.Both("proposed", record.StatusProposed),
	codes.Both("active", record.StatusActive),
	codes.Both("rejected", record.StatusRejected),
	codes.Both("inactive", record.StatusInactive),
	codes.Both("entered-in-error", record.StatusEnteredInError),
)

var (
	consentActors     = only(kindDevice, kindCareTeam, kindOrganization, kindPatient, kindPractitioner, kindRelatedPerson, kindPractitionerRole)
	consentPerformers = only(kindOrganization, kindPatient, kindPractitioner, kindRelatedPerson, kindPractitionerRole)
	consentSources    = only(kindConsent, kindDocumentReference, kindQuestionnaireResponse)
)

// consentKind says what a consent becomes: a Basic where it has no status that FHIR,
// which demands one, has a code for. What was completed may be in force or not.
//
// So does one whose provisions have R5's meaning: there each is the opposite of the rule above it, and
// a reader of R4 would take what is excepted from a permit for all that is permitted.
func consentKind(c *record.Consent) kind {
	if !hasCodeFor(&consentStatus, &c.Status) || meansR5(c) {
		return kindBasic
	}
	return kindConsent
}

// meansR5 reports whether a consent says what R4 has no words for that do not turn or widen it: provisions with R5's
// meaning (R5 6.2, Consent.provision), or in R5 to whom it is given and for how long, which would be lost on a reader of R4.
func meansR5(c *record.Consent) bool {
	r5 := c.Version == "R5" || c.Version == "" && c.Provision == nil
	return r5 && (c.Provision != nil || len(c.Provisions) > 0) || c.Version == "R5" && (len(c.Grantees) > 0 || c.Period != nil)
}

// otherMeaning is for a consent of R5.
var otherMeaning = record.IssueNotStated.Because("the consent has the meaning of R5, in which each provision is the opposite of the rule above it, and which says to whom and for how long it is given; it is kept whole where no reader of R4 takes it for its opposite, or for more than it is")

// consent writes Consent (R4; US Core has no profile of it).
func (w *writer) consent(i int, c *record.Consent) {
	if consentKind(c) == kindBasic {
		why := &noStatus
		if meansR5(c) {
			why = &otherMeaning
		}
		w.keptWhole("consents", i, &c.Entry, c, why)
		return
	}
	w.resource("consents", i, &c.Entry, kindConsent)
	w.common(&c.Entry, hasIdentifiers|hasStatus)
	w.status("status", &c.Status, &consentStatus, "")
	w.requiredConcept("scope", c.Scope, "scope")
	if len(c.Categories) > 0 {
		w.concepts("category", c.Categories)
	} else {
		w.arr("category")
		w.requiredObject("", "categories")
		w.endArr()
	}
	if w.named() {
		w.subject("patient")
	}
	if c.When != nil {
		w.dateTime("dateTime", *c.When)
	}
	if w.plainGrantors(c) {
		w.arr("performer")
		for i := range c.Grantors {
			w.participant("", &c.Grantors[i], consentPerformers)
		}
		w.endArr()
	}
	w.references("organization", "organizations", c.Organizations, only(kindOrganization))
	w.consentSource(c)
	w.arr("policy")
	for j := range c.Policies {
		w.obj("")
		w.uri("authority", c.Policies[j].Authority)
		w.uri("uri", c.Policies[j].URI)
		w.end()
	}
	if c.PolicyRule == nil && w.isEmpty() {
		w.obj("") // ppc-1
		w.absent(notStated)
		w.end()
		w.Note(&record.IssueDataAbsent, "policyRule")
	}
	w.endArr()
	w.concept("policyRule", c.PolicyRule)
	w.arr("verification")
	for j := range c.Verifications {
		w.consentVerification(&c.Verifications[j])
	}
	w.endArr()
	w.rootProvision(c)
	w.consentRest(c)
	w.endResource()
}

// plainGrantors reports whether those who gave a consent are said to be no more than that.
func (w *writer) plainGrantors(c *record.Consent) bool {
	for i := range c.Grantors {
		p := &c.Grantors[i]
		if t, ok := w.resolve(p.Who); p.Who == nil || ok && !consentPerformers.has(t.typ) || p.Role != "grantor" || p.RoleAsSent != "" || p.Class != "" || p.Function != nil ||
			p.Location != nil || p.When != nil || !isPlainPart(p) || (p.OnBehalfOf != nil || p.Code != nil || len(p.Specialty) > 0) && p.Who.AsSent == "" {
			return false
		}
	}
	return true
}

// consentSource writes source[x], of which FHIR takes one.
func (w *writer) consentSource(c *record.Consent) {
	atts, refs := c.Sources, c.SourceRefs
	switch {
	case len(atts) > 0:
		w.attachment("sourceAttachment", &atts[0])
		atts = atts[1:]
	case len(refs) > 0 && w.referenceTo("sourceReference", &refs[0], consentSources):
		refs = refs[1:]
	}
	for i := range atts {
		w.fieldKnown("sources", &atts[i])
	}
	w.fieldRefs("sourceRefs", refs)
}

func (w *writer) consentVerification(v *record.ConsentVerification) {
	w.obj("")
	if v.Verified != nil {
		w.bool("verified", v.Verified)
	} else {
		w.required("verified", "", "verifications")
	}
	if !w.referenceTo("verifiedWith", v.With, only(kindPatient, kindRelatedPerson)) {
		w.fieldRef("with", v.With)
	}
	if len(v.When) > 0 {
		w.dateTime("verificationDate", v.When[0])
		for i := range v.When[1:] {
			w.fieldTime("when", &v.When[i+1])
		}
	}
	w.fieldRef("by", v.By)
	w.fieldConcept("type", v.Type)
	w.end()
}

// rootProvision writes the base rule and the provision of R4.
func (w *writer) rootProvision(c *record.Consent) {
	p := c.Provision
	if p == nil {
		p = &record.Provision{}
	}
	w.In("provision", -1)
	w.obj("provision")
	own := p.Type == "" && (c.Decision == "permit" || c.Decision == "deny")
	if own {
		w.code("type", c.Decision)
	} else if p.Type == "permit" || p.Type == "deny" {
		w.mark("ownType")
	}
	w.provisionBody(p)
	w.end()
	w.Leave()
	if !own {
		w.fieldStr("decision", c.Decision)
	}
	// R5's several provisions mean something else than R4's nested ones: they stay apart.
	for i := range c.Provisions {
		w.In("provisions", i)
		w.fieldAny("provisions", c.Provisions[i:i+1])
		w.Leave()
	}
}

func (w *writer) provisionBody(p *record.Provision) {
	switch p.Type {
	case "deny", "permit":
		w.code("type", p.Type)
	default:
		w.fieldStr("type", p.Type)
	}
	w.period("period", p.Period)
	w.arr("actor")
	for i := range p.Actors {
		a := &p.Actors[i]
		w.obj("")
		w.requiredConcept("role", a.Role, "actors["+strconv.Itoa(i)+"].role")
		w.requiredReference("reference", "ref", a.Ref, consentActors)
		w.end()
	}
	w.endArr()
	w.concepts("action", p.Actions)
	w.codings("securityLabel", p.SecurityLabels)
	w.codings("purpose", p.Purposes)
	w.arr("class")
	for i := range p.Classes {
		w.coding("", &p.Classes[i])
	}
	w.endArr()
	w.concepts("code", p.Codes)
	w.period("dataPeriod", p.DataPeriod)
	w.arr("data")
	for i := range p.Data {
		d := &p.Data[i]
		w.obj("")
		switch d.Meaning {
		case "instance", "related", "dependents", "authoredby":
			w.code("meaning", d.Meaning)
		default:
			w.required("meaning", "", "data")
			w.fieldStr("meaning", d.Meaning)
		}
		w.requiredReference("reference", "ref", &d.Ref, 0)
		w.end()
	}
	w.endArr()
	for i := range p.DocumentTypes {
		w.fieldKnown("documentTypes", &p.DocumentTypes[i])
	}
	for i := range p.ResourceTypes {
		w.fieldKnown("resourceTypes", &p.ResourceTypes[i])
	}
	w.fieldStr("expression", p.Expression)
	w.fieldStr("expressionLanguage", p.ExpressionLang)
	w.arr("provision")
	for i := range p.Provisions {
		w.In("provisions", i)
		w.obj("")
		w.provisionBody(&p.Provisions[i])
		w.end()
		w.Leave()
	}
	w.endArr()
}

// requiredReference writes a Reference that FHIR demands; one to a type that it does not allow stands in the record extension.
func (w *writer) requiredReference(name, field string, r *record.Ref, allowed kindSet) {
	mark := len(w.b)
	if r != nil && !w.referenceTo(name, r, allowed) {
		w.fieldRef(field, r)
	}
	if len(w.b) == mark {
		w.requiredObject(name, field)
	}
}

// consentRest writes what R4's Consent has no element for.
func (w *writer) consentRest(c *record.Consent) {
	w.fieldConcept("code", c.Code)
	w.fieldPeriod("period", c.Period)
	if !w.plainGrantors(c) {
		for i := range c.Grantors {
			w.participantField("grantors", &c.Grantors[i])
		}
	}
	w.fieldRefs("grantees", c.Grantees)
	w.fieldRefs("managers", c.Managers)
	w.fieldRefs("controllers", c.Controllers)
	w.fieldConcepts("regulatoryBasis", c.Basis)
	w.fieldStr("version", c.Version)
	w.fieldStrs("risksShown", c.Risks)
	w.fieldBool("voluntary", c.Voluntary)
	w.fieldStr("form", c.Form)
	w.fieldStr("formVersion", c.FormVersion)
	w.fieldStr("purpose", c.Purpose)
	w.fieldTime("expires", c.Expires)
	if c.Revocation != nil {
		w.fieldAny("revocation", c.Revocation)
	}
	w.fieldRefs("supersedes", c.Supersedes)
}
