package ccda

import "github.com/portage-health/portage/record"

// participants writes those who had a part in a statement, in the order that the
// schema has: performers, authors, informants, others (CDA R2 4.3.6).
func (w *writer) participants(list *[]record.Participation) {
	for _, name := range [...]string{"performer", "author", "informant", "participant"} {
		for i := range *list {
			if elementFor((*list)[i].Role) == name {
				w.In("participants", i)
				w.participation(name, (*list)[i])
				w.Leave()
			}
		}
	}
	*list = nil
}

// elementFor gives the element by which a statement has somebody in this role.
func elementFor(role string) string {
	switch role {
	case "author", "informant", "performer":
		return role
	}
	return "participant"
}

// participation writes one part with the one who plays it. name is the element's.
func (w *writer) participation(name string, p record.Participation) {
	w.el(name)
	switch name {
	case "performer", "participant", "encounterParticipant", "informationRecipient":
		w.at("typeCode", typeCodeOf(name, &p))
	}
	p.Role, p.RoleAsSent = "", ""
	w.nullFlavor("absent", &p.Absent)
	header := len(w.open) <= 2
	switch name {
	case "author":
		if !header || w.strict && w.has119() {
			w.template(templateAuthor)
		}
		w.conceptPtr("functionCode", "function", &p.Function)
		w.periodPtr("time", "when", &p.When)
		w.role("assignedAuthor", &p)
	case "performer":
		if header || w.inService() {
			w.conceptPtr("functionCode", "function", &p.Function)
		} else {
			w.conceptPtr("sdtc:functionCode", "function", &p.Function)
		}
		w.periodPtr("time", "when", &p.When)
		w.conceptPtr("modeCode", "mode", &p.Mode)
		w.role("assignedEntity", &p)
	case "participant":
		if header {
			w.conceptPtr("functionCode", "function", &p.Function)
			w.periodPtr("time", "when", &p.When)
			w.role("associatedEntity", &p)
		} else {
			w.conceptPtr("sdtc:functionCode", "function", &p.Function)
			w.periodPtr("time", "when", &p.When)
			w.conceptPtr("awarenessCode", "awareness", &p.Awareness)
			w.role("participantRole", &p)
		}
	case "informant":
		if w.kindOfRef(p.Who) == kindRelated {
			w.role("relatedEntity", &p)
		} else {
			w.role("assignedEntity", &p)
		}
	case "informationRecipient":
		w.role("intendedRecipient", &p)
	default: // dataEnterer, legalAuthenticator, authenticator, responsibleParty, encounterParticipant
		w.periodPtr("time", "when", &p.When)
		if name == "legalAuthenticator" || name == "authenticator" {
			if s := take(&p.Signature); s != "" || w.strict {
				if s == "" {
					w.Note(&issueRequired, "signature")
					w.leaf("signatureCode", "nullFlavor", "NI")
				} else {
					w.leaf("signatureCode", "code", s)
				}
			}
			if p.SignatureText != nil {
				a := *p.SignatureText
				w.attachment("sdtc:signatureText", "signatureText", "", &a)
				p.SignatureText = nil
			}
		}
		w.role("assignedEntity", &p)
	}
	w.end()
	w.rest(&p)
}

// has119 says that header authors stand as US Realm authors without the entry's template.
func (w *writer) has119() bool { return false }

func (w *writer) inService() bool {
	return len(w.open) >= 2 && w.open[len(w.open)-2].name == "serviceEvent"
}

// typeCodeOf gives the type code of a part; "" where the element's own name says it.
func typeCodeOf(name string, p *record.Participation) string {
	if p.RoleAsSent != "" {
		return p.RoleAsSent
	}
	code, ok := participationRole.From(p.Role)
	switch {
	case name == "performer" && (!ok || p.Role == "performer"):
		return "PRF"
	case name == "informationRecipient":
		return "PRCP"
	case ok:
		return code
	case name == "participant" || name == "encounterParticipant":
		return "IND"
	}
	return ""
}

// role writes who plays a part: the element name with what is known of them.
func (w *writer) role(name string, p *record.Participation) {
	at, ok := w.place(p.Who)
	w.el(name)
	switch {
	case name == "assignedAuthor" || name == "assignedEntity":
	case p.Class != "":
		w.at("classCode", take(&p.Class))
	}
	who := p.Who
	if ok {
		p.Who = nil
	}
	switch {
	case ok && at.kind == kindPractitioner:
		w.practitionerRole(name, at.i, p)
	case ok && at.kind == kindRelated:
		w.relatedRole(name, at.i, p)
	case ok && at.kind == kindDevice:
		w.deviceRole(name, at.i, p)
	case ok && at.kind == kindPatient:
		w.patientRole(name, p)
	case ok && at.kind == kindOrganization && p.OnBehalfOf == nil:
		// An organization alone plays the part (C-CDA on FHIR: assignedEntity with nobody in it).
		p.OnBehalfOf = who
		w.nobody(name, p)
	default:
		if ok {
			p.Who = who // what has no place in a role stays, and is named by rest
		}
		w.nobody(name, p)
	}
	w.end()
}

// nobody writes a role of which no person is known.
func (w *writer) nobody(name string, p *record.Participation) {
	w.requireID(name, len(p.Identifiers))
	w.identifiers("id", "identifiers", &p.Identifiers)
	w.roleParts(name, p, func() {
		w.addresses("addresses", &p.Addresses)
		w.telecoms("telecoms", &p.Telecoms)
	})
	w.roleOrganization(name, p)
}

// roleParts writes code and specialties of a role and, between them and the person, what f writes.
func (w *writer) roleParts(name string, p *record.Participation, f func()) {
	if name != "intendedRecipient" {
		w.conceptPtr("code", "code", &p.Code)
		if name != "relatedEntity" {
			w.concepts("sdtc:specialty", "specialty", &p.Specialty)
		}
	}
	f()
	if len(p.Identifiers) > 0 {
		w.Drop("identifiers", p.Identifiers, &lost)
		p.Identifiers = nil
	}
	w.addresses("addresses", &p.Addresses)
	w.telecoms("telecoms", &p.Telecoms)
}

func (w *writer) requireID(name string, n int) {
	if n == 0 && name != "relatedEntity" && name != "associatedEntity" && name != "participantRole" && name != "intendedRecipient" {
		w.require("id", "identifiers", "NI")
	}
}

// organizationName gives the element by which a role names the organization acted for.
func organizationElement(role string) string {
	switch role {
	case "assignedAuthor", "assignedEntity":
		return "representedOrganization"
	case "associatedEntity":
		return "scopingOrganization"
	case "intendedRecipient":
		return "receivedOrganization"
	}
	return ""
}

func (w *writer) roleOrganization(name string, p *record.Participation) {
	if el := organizationElement(name); el != "" && p.OnBehalfOf != nil {
		if w.organization(el, p.OnBehalfOf) {
			p.OnBehalfOf = nil
		}
	}
}
