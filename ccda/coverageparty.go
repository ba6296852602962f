package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// partOfPolicy skips the parts that a policy reads itself: payer, guarantor, covered party, holder.
func partOfPolicy(n tree.Node) bool {
	if n.Name() == "performer" {
		return isPayer(n) || isGuarantor(n)
	}
	return otherParticipant(n)
}

func roleCode(perf tree.Node) string {
	return perf.Child("assignedEntity").Child("code").Attr("code").Value()
}

func isPayer(n tree.Node) bool {
	return roleCode(n) == "PAYOR" || partHas(n, templatesPayer)
}

func isGuarantor(n tree.Node) bool {
	return !isPayer(n) && (roleCode(n) == "GUAR" || partHas(n, templatesGuarantor))
}

func partHas(n tree.Node, roots []string) bool {
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		if slices.Contains(roots, t.Attr("root").Value()) {
			return true
		}
	}
	return false
}

func isCovered(n tree.Node) bool {
	return n.Name() == "participant" && n.Attr("typeCode").Value() == "COV" && n.Child("participantRole").OK()
}

// payer takes who pays: the role, which has the payer's identifier, and the organization it is of, as one.
func (r *reader) payer(perf tree.Node) *record.Ref {
	role := perf.Child("assignedEntity")
	org := role.Child("representedOrganization")
	var x record.Organization
	idents := r.ids(role)
	x.Addresses, x.Telecoms = r.addresses(role), r.telecoms(role)
	r.untakeAbsent(role, &idents, &x.Addresses, &x.Telecoms)
	orgIdents, addrs, tels := r.ids(org), r.addresses(org), r.telecoms(org)
	r.untakeAbsent(org, &orgIdents, &addrs, &tels)
	idents = union(idents, orgIdents)
	x.Names, x.Addresses, x.Telecoms = r.orgNames(org), union(x.Addresses, addrs), union(x.Telecoms, tels)
	if len(idents)+len(x.Names)+len(x.Addresses)+len(x.Telecoms) == 0 {
		r.release(role)
		return nil
	}
	r.fixed(perf, "typeCode", "PRF")
	r.fixed(perf, "contextControlCode", "OP")
	r.templates(perf, templatesPayer...)
	r.fixed(role, "classCode", "ASSIGNED")
	r.fixed(org, "classCode", "ORG")
	r.fixed(org, "determinerCode", "INSTANCE")
	if !r.fixes(role.Child("code"), oidRoleClass, "PAYOR", "Payor", "payor", "Invoice payor") {
		x.Types = r.concepts(role, "code")
	}
	x.Industry = r.conceptPtr(org.Child("standardIndustryClassCode"))
	return r.keepOrganization(role, idents, x)
}

// guarantor takes who answers for what the payer does not pay.
func (r *reader) guarantor(perf tree.Node) *record.CoverageParty {
	role := perf.Child("assignedEntity")
	r.fixed(perf, "typeCode", "PRF")
	p := r.party(perf, role, templatesGuarantor)
	if org := r.organization(role.Child("representedOrganization")); org != nil {
		if p == nil {
			p = &record.CoverageParty{}
		}
		p.Who = org
	}
	return p
}

// party takes a part in a policy with what the plan knows of who has it.
func (r *reader) party(part, role tree.Node, templates []string) *record.CoverageParty {
	if !role.OK() || role.Attr("nullFlavor").OK() {
		return nil
	}
	r.fixed(part, "contextControlCode", "OP")
	r.templates(part, templates...)
	var p record.CoverageParty
	p.When = r.periodPtr(part.Child("time"))
	person := firstChild(role, "playingEntity", "assignedPerson")
	r.fixed(person, "classCode", "PSN")
	r.fixed(person, "determinerCode", "INSTANCE")
	if role.Name() == "assignedEntity" {
		r.fixed(role, "classCode", "ASSIGNED")
	} else {
		p.Class = r.attr(role, "classCode")
	}
	if code := role.Child("code"); !r.isGuarantorCode(code) {
		p.Code = r.conceptPtr(code)
	}
	p.Identifiers, p.Addresses, p.Telecoms = r.ids(role), r.addresses(role), r.telecoms(role)
	p.Names = r.names(person)
	p.BirthTime = r.timePtr(person.ChildNS(spaceSDTC, "birthTime"))
	if p.When == nil && p.Class == "" && p.Code == nil && p.Identifiers == nil && p.Addresses == nil && p.Telecoms == nil && p.Names == nil && p.BirthTime == nil {
		return nil
	}
	return &p
}

func (r *reader) isGuarantorCode(code tree.Node) bool {
	return code.Attr("code").Value() == "GUAR" && r.fixes(code, oidRoleClass, "GUAR", "Guarantor", "guarantor")
}

// covered takes the covered party, who is the patient: the member's identifier,
// the relationship to the subscriber, how long, and how the plan has the name.
func (r *reader) covered(c *record.Coverage, part tree.Node) {
	r.fixed(part, "typeCode", "COV")
	p := r.party(part, part.Child("participantRole"), templatesCovered)
	if p == nil {
		return
	}
	r.slot(part, "memberParty", -1)
	if p.When != nil {
		c.When, p.When = *p.When, nil
	}
	c.Relationship, p.Code = p.Code, nil
	if len(p.Identifiers) > 0 && p.Identifiers[0].Value != "" {
		c.MemberID, p.Identifiers = &p.Identifiers[0], p.Identifiers[1:]
	}
	if len(p.Identifiers) == 0 {
		p.Identifiers = nil
	}
	if p.Class != "" || p.Identifiers != nil || p.Addresses != nil || p.Telecoms != nil || p.Names != nil || p.BirthTime != nil {
		c.MemberParty = p
	}
}
