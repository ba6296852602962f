package ccda

import "github.com/portage-health/portage/record"

// oidProvenanceRole is FHIR's code system of the parts that somebody can have in
// making a record (C-CDA Companion Guide, Provenance - Assembler Participation).
const oidProvenanceRole = "2.16.840.1.113883.4.642.4.1131"

// participants writes those who had a part in a statement, in the order that the
// schema has: performers, authors, informants, others (CDA R2 4.3.6).
func (w *writer) participants(list *[]record.Participation) {
	w.participantsAs(*list, "performer", "author", "informant", "participant")
	*list = nil
}

// participantsAs writes those that have one of these elements.
func (w *writer) participantsAs(list []record.Participation, names ...string) {
	for _, name := range names {
		for i := range list {
			if elementFor(list[i].Role) == name {
				w.In("participants", i)
				w.participation(name, list[i])
				w.Leave()
			}
		}
	}
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
	role := p.Role
	w.participationType(name, &p)
	w.nullFlavor("absent", &p.Absent)
	switch {
	case role == "assembler" && name == "participant":
		w.template(templateAssembler)
		if p.Function == nil {
			p.Function = &record.Concept{Codings: []record.Coding{{SystemAsSent: oidProvenanceRole, SystemName: "ProvenanceParticipantType", Code: "assembler", Display: "Assembler"}}}
		}
	case name == "encounterParticipant" && role == "attender" && w.isPhysicianOfRecord(&p):
		w.template(templatePhysicianOfRec)
	case role == "verifier" && w.inDirective:
		w.template(templateDirectiveVerifier)
	}
	header := len(w.open) <= 2
	switch name {
	case "author":
		if !header {
			w.template(templateAuthor)
		}
		w.conceptPtr("functionCode", "function", &p.Function)
		w.pointOfTime(name, &p)
		w.role("assignedAuthor", &p)
	case "performer":
		if header || w.inService() {
			w.conceptPtr("functionCode", "function", &p.Function)
		} else {
			w.conceptPtr("sdtc:functionCode", "function", &p.Function)
		}
		w.periodPtr("time", "when", &p.When)
		if !w.inService() {
			w.conceptPtr("modeCode", "mode", &p.Mode)
		}
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
		if name != "responsibleParty" { // the schema has none there
			w.pointOfTime(name, &p)
		}
		if name == "legalAuthenticator" || name == "authenticator" {
			w.signature(&p)
		}
		w.role("assignedEntity", &p)
	}
	w.end()
	w.rest(&p)
}

// isPhysicianOfRecord reports whether a part is that of the attending physician
// of an imaging report, with what the template demands: an identifier, a code,
// one name (C-CDA R2.1 Physician of Record Participant).
func (w *writer) isPhysicianOfRecord(p *record.Participation) bool {
	at, ok := w.place(p.Who)
	if !w.strict || w.typ.typ != DiagnosticImagingReport || w.attended || !ok || at.kind != kindPractitioner || p.Code == nil {
		return false
	}
	w.attended = len(w.rec.Practitioners[at.i].Names) == 1
	return w.attended
}

// participationType writes the type code of a part where the element's name does
// not say it. The schema has closed lists: what is none of theirs is withheld.
// The role that element and code say is taken.
func (w *writer) participationType(name string, p *record.Participation) {
	list, other := "", ""
	switch name {
	case "performer":
		list, other = "PRF PPRF SPRF", "PRF"
		if len(w.open) > 1 && !w.inService() {
			list = "PRF DIST PPRF SPRF" // CDA R2 Performer2
		}
	case "participant":
		list, other = participationTypes, "IND"
	case "encounterParticipant":
		list, other = encounterParticipant, "CON"
	case "informationRecipient":
		list, other = "PRCP TRC", "PRCP"
	default:
		if p.Role == roleOfElement(name) {
			p.Role, p.RoleAsSent = "", ""
		}
		return // rest names any other
	}
	if p.Role == "" && p.RoleAsSent == "" {
		w.Note(&fixed, "role")
	}
	code := typeCodeOf(name, p)
	switch {
	case w.strict && code != "" && !allowed(code, list):
		if p.Role != "" {
			w.DropString("role", p.Role, &withheld)
		} else {
			w.DropString("roleAsSent", p.RoleAsSent, &withheld)
		}
		p.Role, p.RoleAsSent = "", ""
		code = other
	case p.RoleAsSent == "" && p.Role != "":
		// A role of the record that has no code here is not what the code says.
		if role, _ := roleOf(code, defaultRole(name)); role == p.Role || isAssembling(p) {
			p.Role = ""
		}
	default:
		p.Role, p.RoleAsSent = "", ""
	}
	w.at("typeCode", code)
}

// roleOfElement gives the role that the name of an element says (see reader.participation).
func roleOfElement(name string) string {
	switch name {
	case "dataEnterer":
		return "enterer"
	case "legalAuthenticator":
		return "legal-authenticator"
	case "responsibleParty":
		return "responsible"
	}
	return name
}

// isAssembling reports whether a part is that of an assembler, whom the function tells from other devices: see isAssembler.
func isAssembling(p *record.Participation) bool {
	return p.Role == "assembler" && p.Function != nil && len(p.Function.Codings) > 0 && p.Function.Codings[0].Code == "assembler"
}

// defaultRole gives the role of a part whose code is that of no other.
func defaultRole(name string) string {
	switch name {
	case "performer":
		return "performer"
	case "informationRecipient":
		return "recipient"
	}
	return "participant"
}

// pointOfTime writes the time of a part that the schema has as a point. The
// author's and an authenticator's are required (CONF:1198-5445, 1198-5580).
func (w *writer) pointOfTime(name string, p *record.Participation) {
	if name == "encounterParticipant" {
		w.periodPtr("time", "when", &p.When) // an interval
		return
	}
	if w.strict && p.When != nil && !isPoint(p.When) {
		w.Drop("when", p.When, &withheld)
		p.When = nil
		if name != "dataEnterer" {
			w.leaf("time", "nullFlavor", "UNK")
		}
		return
	}
	if p.When == nil && name != "dataEnterer" {
		w.require("time", "when", "NI")
	}
	w.periodPtr("time", "when", &p.When)
}

// isPoint reports whether a period is a point in time, or absent for a reason.
func isPoint(p *record.Period) bool {
	return p.Start.IsZero() && p.End.IsZero() && p.Center.IsZero() && p.Width == nil && p.Age == nil && p.AgeRange == nil
}

// signature writes the signature of an authenticator.
func (w *writer) signature(p *record.Participation) {
	if s := take(&p.Signature); s != "" {
		w.leaf("signatureCode", "code", s)
	} else {
		w.require("signatureCode", "signature", "NI")
	}
	if p.SignatureText != nil {
		a := *p.SignatureText
		w.attachment("sdtc:signatureText", "signatureText", "", &a)
		p.SignatureText = nil
	}
}

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
	case name == "participant" && isAssembling(p):
		return "DEV"
	case name == "performer" && (!ok || p.Role == "performer"):
		return "PRF"
	case name == "informationRecipient":
		return "PRCP"
	case ok:
		return code
	case p.Role == "assembler":
		return "DEV"
	case name == "participant" || name == "encounterParticipant":
		return "IND"
	}
	return ""
}
