package ccda

import "github.com/portage-health/portage/record"

// payors writes who pays: an organization each (C-CDA R2.1 Payer Performer). A
// conformant document has one of them (CONF:1198-8906).
func (w *writer) payors(x *record.Coverage) {
	list := x.Payors
	x.Payors = nil
	wrote := 0
	for i := range list {
		r := list[i]
		w.In("payors", i)
		at, ok := w.place(&r)
		switch {
		case !ok || at.kind != kindOrganization:
			w.Drop("", &r, &lost)
		case w.strict && wrote > 0:
			w.Drop("", &r, &withheld)
		default:
			w.payorOut(i, at.i)
			wrote++
			r.ID, r.Kind = "", ""
			w.rest(&r)
		}
		w.Leave()
	}
	if wrote == 0 && w.strict {
		w.Note(&issueRequired, "payors")
		w.el("performer")
		w.at("typeCode", "PRF")
		w.template(templatesPayer[0])
		w.el("assignedEntity")
		w.leaf("id", "nullFlavor", "NI")
		w.leaf("code", "code", "PAYOR", "codeSystem", oidRoleClass, "codeSystemName", "HL7 RoleClass", "displayName", "Payor")
		w.end()
		w.end()
	}
}

func (w *writer) payorOut(i, at int) {
	o := w.rec.Organizations[at]
	w.el("performer")
	w.slot("payors", i)
	w.at("typeCode", "PRF")
	w.template(templatesPayer[0])
	w.el("assignedEntity")
	w.own(o.ID)
	w.mention("organizations", o.ID, at, func() {
		if len(o.Identifiers) == 0 {
			w.require("id", "identifiers", "NI")
		}
		w.identifiers("id", "identifiers", &o.Identifiers)
		if len(o.Types) > 0 && (!w.strict || len(o.Types[0].Codings) > 0 && o.Types[0].Codings[0].Code != "") {
			c := o.Types[0]
			o.Types = taken(o.Types, 0)
			w.In("types", 0)
			w.concept("code", "", &c)
			w.Leave()
		} else {
			w.leaf("code", "code", "PAYOR", "codeSystem", oidRoleClass, "codeSystemName", "HL7 RoleClass", "displayName", "Payor")
		}
		w.addresses("addresses", &o.Addresses)
		w.telecoms("telecoms", &o.Telecoms)
		if len(o.Names) > 0 || o.Industry != nil {
			w.el("representedOrganization")
			w.orgNames(&o.Names)
			w.conceptPtr("standardIndustryClassCode", "industry", &o.Industry)
			w.end()
		}
		w.markedLater(&o.Entry, &w.rec.Organizations[at].Entry)
		w.rest(&o)
	})
	w.end()
	w.end()
}

// guarantorOut writes who answers for what the payer does not pay (C-CDA R2.1 Guarantor Performer).
func (w *writer) guarantorOut(i int, p *record.CoverageParty) {
	w.el("performer")
	w.slot("guarantors", i)
	w.at("typeCode", "PRF")
	w.template(templatesGuarantor[0])
	w.periodPtr("time", "when", &p.When)
	code := record.Concept{Codings: []record.Coding{{SystemAsSent: oidRoleClass, SystemName: "HL7 RoleClass", Code: "GUAR", Display: "Guarantor"}}}
	bare := record.CountLeavesOf(&record.CoverageParty{Class: p.Class, Identifiers: p.Identifiers, Names: p.Names, BirthTime: p.BirthTime, Addresses: p.Addresses, Telecoms: p.Telecoms, Code: p.Code}) == 0
	if bare && w.personOf(p.Who) {
		part := record.Participation{Who: p.Who, Code: &code}
		p.Who = nil
		w.role("assignedEntity", &part)
		w.rest(&part)
		w.end()
		return
	}
	w.el("assignedEntity")
	if len(p.Identifiers) == 0 {
		w.require("id", "identifiers", "NI")
	}
	w.identifiers("id", "identifiers", &p.Identifiers)
	if p.Code != nil {
		w.conceptPtr("code", "code", &p.Code)
	} else {
		w.concept("code", "", &code)
	}
	w.addresses("addresses", &p.Addresses)
	w.telecoms("telecoms", &p.Telecoms)
	w.partyPerson("assignedPerson", p)
	if p.Who != nil && w.organization("representedOrganization", p.Who) {
		p.Who = nil
	}
	w.end()
	w.end()
}

// partyPerson writes names and birth of somebody as the plan has them.
func (w *writer) partyPerson(name string, p *record.CoverageParty) {
	born := p.BirthTime != nil && (name == "playingEntity" || !w.strict) // the schema has it on a playing entity
	if len(p.Names) == 0 && !born {
		return
	}
	w.el(name)
	if len(p.Names) == 0 {
		w.require("name", "names", "NI")
	}
	w.names("names", &p.Names)
	if born {
		w.timePtr("sdtc:birthTime", "birthTime", &p.BirthTime)
	}
	w.end()
}

// coveredOut writes the covered party, who is the patient (C-CDA R2.1 Covered Party Participant).
func (w *writer) coveredOut(x *record.Coverage) {
	if w.kindOfRef(x.Beneficiary) == kindPatient {
		ref := *x.Beneficiary
		ref.ID, ref.Kind = "", ""
		x.Beneficiary = &ref
	} else if x.Beneficiary != nil && x.Beneficiary.ID == "" {
		w.Note(&fixed, "beneficiary") // the covered party is the patient
	}
	var p record.CoverageParty
	if x.MemberParty != nil {
		p = *x.MemberParty
		x.MemberParty = nil
	}
	if x.MemberID == nil && x.Relationship == nil && x.When.IsZero() && record.CountLeavesOf(&p) == 0 && !w.strict {
		return
	}
	w.el("participant")
	w.slot("memberParty", -1)
	w.at("typeCode", "COV")
	w.template(templatesCovered[0])
	timed := !x.When.IsZero()
	w.period("time", "when", &x.When)
	w.In("memberParty", -1)
	if !timed { // a part has one time; rest names another
		w.periodPtr("time", "when", &p.When)
	}
	w.el("participantRole")
	w.at("classCode", take(&p.Class))
	w.Leave()
	if x.MemberID != nil {
		id := *x.MemberID
		x.MemberID = nil
		w.identifier("id", "memberId", &id)
	} else if len(p.Identifiers) == 0 {
		w.require("id", "memberId", "NI")
	}
	w.In("memberParty", -1)
	w.identifiers("id", "identifiers", &p.Identifiers)
	w.Leave()
	if x.Relationship == nil {
		w.require("code", "relationship", "NI")
	}
	w.conceptPtr("code", "relationship", &x.Relationship)
	w.In("memberParty", -1)
	w.addresses("addresses", &p.Addresses)
	w.telecoms("telecoms", &p.Telecoms)
	if w.strict && len(p.Names) > 0 && p.BirthTime == nil {
		w.el("playingEntity")
		w.names("names", &p.Names)
		w.require("sdtc:birthTime", "birthTime", "NI") // CONF:1198-31344
		w.end()
	}
	w.partyPerson("playingEntity", &p)
	w.end()
	w.end()
	w.rest(&p)
	w.Leave()
}

// holderOut writes the policy holder: as the plan knows them, or as the record
// does (C-CDA R2.1 Policy Holder Participant).
func (w *writer) holderOut(x *record.Coverage) {
	who, leaf := &x.Holder, "policyHolder"
	if *who == nil {
		who, leaf = &x.Subscriber, "subscriber"
	} else if x.Subscriber != nil && x.Subscriber.ID == x.Holder.ID {
		w.Drop("subscriber", x.Subscriber, &saidTwice)
		x.Subscriber = nil
	}
	switch {
	case x.HolderParty != nil:
		p := *x.HolderParty
		x.HolderParty = nil
		w.In("holderParty", -1)
		w.el("participant")
		w.slot("holderParty", -1)
		w.at("typeCode", "HLD")
		w.template(templatesHolder[0])
		w.periodPtr("time", "when", &p.When)
		w.el("participantRole")
		w.at("classCode", take(&p.Class))
		if len(p.Identifiers) == 0 {
			w.require("id", "identifiers", "NI")
		}
		w.identifiers("id", "identifiers", &p.Identifiers)
		w.conceptPtr("code", "code", &p.Code)
		w.addresses("addresses", &p.Addresses)
		w.telecoms("telecoms", &p.Telecoms)
		w.partyPerson("playingEntity", &p)
		w.end()
		w.end()
		w.rest(&p)
		w.Leave()
	case *who != nil && w.personOf(*who):
		part := record.Participation{Who: *who}
		*who = nil
		if x.SubscriberID != "" && leaf == "subscriber" {
			part.Identifiers = []record.Identifier{{Value: take(&x.SubscriberID)}}
		}
		w.el("participant")
		w.at("typeCode", "HLD")
		w.template(templatesHolder[0])
		w.In(leaf, -1)
		w.holding = true
		w.role("participantRole", &part)
		w.holding = false
		w.rest(&part)
		w.Leave()
		w.end()
	case x.SubscriberID != "":
		w.el("participant")
		w.at("typeCode", "HLD")
		w.template(templatesHolder[0])
		w.el("participantRole")
		w.leaf("id", "extension", take(&x.SubscriberID))
		w.end()
		w.end()
	}
}

// personOf reports whether a reference is to somebody who can play a part.
func (w *writer) personOf(r *record.Ref) bool {
	switch w.kindOfRef(r) {
	case kindPractitioner, kindRelated, kindPatient:
		return true
	}
	return false
}
