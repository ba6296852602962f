package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// role is a PractitionerRole: who does what for which organization (C-CDA on
// FHIR, CF-participations). Participations that say the same share one.
type role struct {
	id   string
	who  string // the id of the Practitioner
	fits bool   // it has what the US Core profile demands
	body string // its members after meta
}

// needsRole reports whether a participation says more of a practitioner than who it is.
func needsRole(p *record.Participation) bool {
	return p.OnBehalfOf != nil || p.Code != nil || len(p.Specialty) > 0
}

// player gives the resource that stands for a participation: a PractitionerRole
// where it tells an organization, a role code or a specialty, else who took part.
// ok is false where it names nobody of the record.
func (w *writer) player(p *record.Participation) (t target, ok bool) {
	t, ok = w.resolve(p.Who)
	if id := w.sentRole(p); id != "" {
		return target{typ: kindPractitionerRole, id: id}, true
	}
	if ok && t.typ == kindPractitioner && needsRole(p) {
		return target{typ: kindPractitionerRole, id: w.roleOf(t, p)}, true
	}
	if !ok && p.Who == nil {
		return w.resolve(p.OnBehalfOf)
	}
	return t, ok
}

// participant writes a Reference to who took part, where the element allows
// that type of resource; it reports whether it wrote one.
func (w *writer) participant(name string, p *record.Participation, allowed kindSet) bool {
	t, ok := w.resolve(p.Who)
	if !ok {
		return p.Who != nil && w.referenceTo(name, p.Who, allowed)
	}
	if id := w.sentRole(p); id != "" && allowed.has(kindPractitionerRole) {
		w.obj(name)
		w.code("reference", w.sent.asSent(p.Who.AsSent))
		w.identifier("identifier", p.Who.Identifier)
		w.str("display", p.Who.Display)
		w.end()
		return true
	}
	if t.typ == kindPractitioner && needsRole(p) && allowed.has(kindPractitionerRole) {
		t = target{typ: kindPractitionerRole, id: w.roleOf(t, p)}
	}
	if !allowed.has(t.typ) {
		return false
	}
	w.obj(name)
	w.urn(t.id)
	w.str("display", p.Who.Display)
	w.end()
	return true
}

// sentRole gives the id of the PractitionerRole of a FHIR source that a
// participation referred to, where that still says all of it; else "".
func (w *writer) sentRole(p *record.Participation) string {
	if w.sent == nil || p.Who == nil || p.Who.AsSent == "" || p.Code != nil || len(p.Specialty) > 0 || !w.sent.answers(p.Who) {
		return ""
	}
	for i := range w.rec.Practitioners {
		if w.rec.Practitioners[i].ID != p.Who.ID {
			continue
		}
		for k := range w.rec.Practitioners[i].Roles {
			r := &w.rec.Practitioners[i].Roles[k]
			x := w.sent.byID[r.ID]
			same := r.Organization == nil && p.OnBehalfOf == nil || r.Organization != nil && p.OnBehalfOf != nil && r.Organization.ID == p.OnBehalfOf.ID
			if x != nil && x.Type == kindPractitionerRole.String() && same && w.sent.leadsTo(p.Who.AsSent) == x {
				return r.ID
			}
		}
	}
	return ""
}

// firstOf writes a Reference to the first participant in one of the roles that the element allows.
func (w *writer) firstOf(name string, ps []record.Participation, allowed kindSet, roles ...string) bool {
	for _, r := range roles {
		for i := range ps {
			if ps[i].Role == r && w.participant(name, &ps[i], allowed) {
				return true
			}
		}
	}
	return false
}

// inRole writes a reference to a practitioner in the role that a participation names.
func (w *writer) inRole(name string, who target, p *record.Participation) {
	w.obj(name)
	w.urn(w.roleOf(who, p))
	w.fieldStr("asSent", p.Who.AsSent)
	w.identifier("identifier", p.Who.Identifier)
	w.str("display", p.Who.Display)
	w.end()
}

// roleOf gives the id of the PractitionerRole for a practitioner in a participation.
func (w *writer) roleOf(who target, p *record.Participation) string {
	unfit := w.unfit
	w.unfit = false
	body := w.roleBody(who, p)
	fits := !w.unfit && slices.ContainsFunc(w.reach()[who.id], isReachable)
	w.unfit = unfit || !fits
	if i, ok := w.roleIDs[string(body)]; ok {
		return w.roles[i].id
	}
	if w.roleIDs == nil {
		w.roleIDs = map[string]int{}
	}
	r := role{who: who.id, fits: fits, body: string(body)}
	if sent := w.sent; sent != nil {
		kept := w.unfit
		w.sent, w.Quiet = nil, true // the same id whatever the source calls what is referred to
		body = w.roleBody(who, p)
		w.sent, w.Quiet, w.unfit = sent, false, kept
	}
	r.id = w.derive(who.id, "role", string(body))
	w.roleIDs[r.body] = len(w.roles)
	w.roles = append(w.roles, r)
	return r.id
}

// addRole remembers a role that another writer did; it reports false where one that says the same is another here.
func (w *writer) addRole(r *role) bool {
	if i, ok := w.roleIDs[r.body]; ok {
		return w.roles[i] == *r
	}
	if w.roleIDs == nil {
		w.roleIDs = map[string]int{}
	}
	w.roleIDs[r.body] = len(w.roles)
	w.roles = append(w.roles, *r)
	return true
}

// roleBody gives the members of a PractitionerRole. They stand in the writer's memory until something is written.
func (w *writer) roleBody(who target, p *record.Participation) []byte {
	at := len(w.b)
	w.aloneObj()
	w.obj("practitioner")
	w.urn(who.id)
	w.end()
	w.referenceField("organization", "organization", p.OnBehalfOf, only(kindOrganization))
	if p.Code != nil {
		w.arr("code")
		w.concept("", p.Code)
		w.endArr()
	}
	w.concepts("specialty", p.Specialty)
	w.mark("participation")
	w.end()
	body := w.b[at+1 : len(w.b)-1]
	w.b = w.b[:at]
	return body
}

// agentTypes pairs the codes of FHIR's provenance-participant-type (left) with the record's roles.
var agentTypes = codes.NewTable(
	codes.Both("author", "author"),
	codes.Both("informant", "informant"),
	codes.Both("performer", "performer"),
	codes.Both("enterer", "enterer"),
	codes.Both("verifier", "verifier"),
	codes.Both("attester", "authenticator"),
	codes.Both("legal", "legal-authenticator"),
	codes.Both("custodian", "custodian"),
	codes.Both("assembler", "assembler"),
)

// agentDisplay gives the display of a code of FHIR's provenance-participant-type or US Core's.
func agentDisplay(code string) string {
	if code == "legal" {
		return "Legal Authenticator"
	}
	return strings.ToUpper(code[:1]) + code[1:]
}

const (
	systemAgentType       = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
	systemUSCoreAgentType = "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type"
	systemParticipation   = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
)

// partTypes pairs HL7 v3 ParticipationType (left) with the record's other roles.
var partTypes = codes.NewTable(
	codes.Both("ATND", "attender"),
	codes.Both("ADM", "admitter"),
	codes.Both("DIS", "discharger"),
	codes.Both("CON", "consultant"),
	codes.Both("REF", "referrer"),
	codes.Both("RESP", "responsible"),
	codes.Both("PART", "participant"),
	codes.Both("LOC", "location"),
	codes.Both("DEV", "device"),
	codes.Both("SBJ", "subject"),
	codes.Both("IRCP", "recipient"),
	codes.OnlyFrom("AUT", "recorder"),
)

// roleCoding writes the code that FHIR has for a role as an element of an
// array, and reports whether that says all.
func (w *writer) roleCoding(role string) bool {
	system, code, exact := systemAgentType, "", true
	if c, ok := agentTypes.From(role); ok {
		code = c
	} else if role == "transmitter" {
		system, code = systemUSCoreAgentType, "transmitter"
	} else if c, ok := partTypes.From(role); ok {
		system, code, exact = systemParticipation, c, partTypes.TwoWay(c, role)
	} else {
		return false
	}
	w.obj("")
	w.word("system", system)
	w.word("code", code)
	if system != systemParticipation {
		w.word("display", agentDisplay(code))
	}
	w.end()
	return exact
}

// participantField keeps a whole participation in a field of the record extension.
func (w *writer) participantField(name string, p *record.Participation) {
	w.field(name)
	w.fieldStr("role", p.Role)
	w.fieldRef("who", p.Who)
	w.fieldConcept("function", p.Function)
	w.fieldRef("onBehalfOf", p.OnBehalfOf)
	w.fieldConcept("code", p.Code)
	w.fieldConcepts("specialty", p.Specialty)
	w.participantRest(p)
	w.fieldRef("location", p.Location)
	w.fieldPeriod("when", p.When)
	w.endField()
}

// participantRest keeps the rare fields of a participation in the open element or field.
func (w *writer) participantRest(p *record.Participation) {
	w.fieldStr("roleAsSent", p.RoleAsSent)
	w.fieldStr("class", p.Class)
	if isPlainPart(p) {
		return
	}
	w.fieldConcept("mode", p.Mode)
	w.fieldStr("signature", p.Signature)
	if p.SignatureText != nil {
		w.fieldKnown("signatureText", p.SignatureText)
	}
	for i := range p.Identifiers {
		w.fieldKnown("identifiers", &p.Identifiers[i])
	}
	for i := range p.Telecoms {
		w.fieldKnown("telecoms", &p.Telecoms[i])
	}
	for i := range p.Addresses {
		w.fieldKnown("addresses", &p.Addresses[i])
	}
	w.fieldConcept("awareness", p.Awareness)
	w.fieldLabels(p.Labels)
	w.fieldStr("required", p.Required)
	w.fieldStr("status", p.Status)
	w.fieldStr("absent", string(p.Absent))
}
