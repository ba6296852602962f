package fhir

import (
	"slices"

	"github.com/portage-health/portage/record"
)

const profileProvenance = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance"

// provenance is who had a part in entries, and when (US Core Provenance).
// Entries whose participants and times are the same share one.
type provenance struct {
	body    string // its members after meta and target
	claims  bool   // it has what the US Core profile demands
	targets []string
}

// agents may be these (R4 Provenance.agent.who).
var agentKinds = only(kindPractitioner, kindPractitionerRole, kindRelatedPerson, kindPatient, kindDevice, kindOrganization)

// provenanceOf remembers that the participants had a part in the resource being written.
func (w *writer) provenanceOf(ps []record.Participation) {
	if w.sent != nil && w.sent.hasProvenance(w.id) {
		return
	}
	at, unfit := len(w.b), w.unfit
	w.unfit = false
	w.aloneObj()
	claims := w.provenanceBody(ps) && !w.unfit
	w.end()
	w.unfit = unfit
	if len(w.b) <= at {
		return
	}
	body := w.b[at+1 : len(w.b)-1]
	w.b = w.b[:at]
	if i, ok := w.provIDs[string(body)]; ok {
		w.provs[i].targets = append(w.provs[i].targets, w.id)
		return
	}
	if w.provIDs == nil {
		w.provIDs = map[string]int{}
	}
	p := provenance{body: string(body), claims: claims, targets: []string{w.id}}
	w.provIDs[p.body] = len(w.provs)
	w.provs = append(w.provs, p)
}

// addProvenance remembers what another writer did.
func (w *writer) addProvenance(p *provenance) {
	if i, ok := w.provIDs[p.body]; ok {
		w.provs[i].targets = append(w.provs[i].targets, p.targets...)
		return
	}
	if w.provIDs == nil {
		w.provIDs = map[string]int{}
	}
	w.provIDs[p.body] = len(w.provs)
	w.provs = append(w.provs, *p)
}

func (w *writer) provenanceBody(ps []record.Participation) (claims bool) {
	// The time is the first author's, or else the first there is.
	first := -1
	for i := range ps {
		if ps[i].When != nil && (first < 0 || ps[i].Role == "author" && ps[first].Role != "author") {
			first = i
		}
	}
	claims = w.provenanceTime(ps, first)
	w.mark("participants")
	w.arr("agent")
	for i := range ps {
		if !w.agent(&ps[i], i == first) {
			claims = false
		}
	}
	w.endArr()
	return claims
}

var provenanceRoles = []string{"derivation", "revision", "quotation", "source", "removal"}

// statement writes a Provenance that the record has as a statement of its own.
func (w *writer) statement(i int, p *record.Provenance) {
	profile := profileProvenance
	if !w.claimsProvenance(p) {
		profile = ""
	}
	w.resource("provenances", i, &p.Entry, kindProvenance, profile)
	w.common(&p.Entry, hasRecorded)
	if len(p.Targets) > 0 {
		w.references("target", "targets", p.Targets, 0)
	} else {
		w.arr("target")
		w.requiredObject("", "targets")
		w.endArr()
	}
	if !p.When.IsZero() {
		w.when(choice{dateTime: "occurredDateTime", period: "occurredPeriod"}, "when", &p.When)
	}
	if p.Recorded != nil && !p.Recorded.IsZero() {
		w.instant("recorded", *p.Recorded)
	} else {
		w.required("recorded", "", "recorded")
	}
	for _, v := range p.Policies {
		if !isURI(v) {
			w.fieldStr("policies", v)
		}
	}
	w.arr("policy")
	for _, v := range p.Policies {
		if isURI(v) {
			w.code("", v)
		}
	}
	w.endArr()
	w.referenceIn("location", p.Location, only(kindLocation))
	w.concepts("reason", p.Reasons)
	w.concept("activity", p.Activity)
	w.agents(p.Agents)
	w.arr("entity")
	for j := range p.Entities {
		e := &p.Entities[j]
		w.obj("")
		if slices.Contains(provenanceRoles, e.Role) {
			w.code("role", e.Role)
		} else {
			w.required("role", "", "entities")
			w.fieldStr("role", e.Role)
		}
		w.requiredReference("what", "what", &e.What, 0)
		if len(e.Agents) > 0 {
			w.agents(e.Agents)
		}
		w.end()
	}
	w.endArr()
	w.signatures(p.Signatures)
	w.endResource()
}

// claimsProvenance reports whether a statement has what US Core's profile demands
// (Provenance 6.1.0: a target, when it was recorded, agents of whom each is somebody, acting for an organization).
func (w *writer) claimsProvenance(p *record.Provenance) bool {
	if len(p.Targets) == 0 || p.Recorded == nil || !isInstant(p.Recorded) || len(p.Agents) == 0 {
		return false
	}
	for i := range p.Agents {
		a := &p.Agents[i]
		t, ok := w.resolve(a.Who)
		if !ok && a.OnBehalfOf == nil && a.Who != nil && (looksLike(a.Who.AsSent, "Practitioner") || looksLike(a.Who.AsSent, "Device")) {
			return false
		}
		if a.Who == nil || ok && !agentKinds.has(t.typ) || a.OnBehalfOf == nil && (t.typ == kindPractitioner || t.typ == kindDevice) {
			return false
		}
	}
	return true
}

// signatures writes signature, which has a type, a time and a signer; where one lacks any, all stand in our extension.
func (w *writer) signatures(ss []record.Signature) {
	whole := func(s *record.Signature) bool {
		t, ok := w.resolve(s.Who)
		return len(s.Types) > 0 && isInstant(&s.When) && s.Who != nil && (!ok || agentKinds.has(t.typ))
	}
	for i := range ss {
		if !whole(&ss[i]) {
			w.fieldAny("signatures", ss)
			return
		}
	}
	w.arr("signature")
	for i := range ss {
		s := &ss[i]
		w.obj("")
		w.codings("type", s.Types)
		w.instant("when", s.When)
		w.reference("who", s.Who)
		w.referenceField("onBehalfOf", "onBehalfOf", s.OnBehalfOf, agentKinds)
		w.mime("targetFormat", s.TargetFormat)
		w.mime("sigFormat", s.Format)
		if data, err := s.Data.Base64(); err != nil {
			w.Lost++
			w.Note(&lostContent, "signatures")
		} else if isBase64(data) {
			w.base64("data", data)
		} else {
			w.fieldStr("data", data)
		}
		w.end()
	}
	w.endArr()
}

// mime writes a MIME type; what is none stands in our extension.
func (w *writer) mime(name, v string) {
	if isCode(v) {
		w.code(name, v)
		return
	}
	if name == "sigFormat" {
		name = "format"
	}
	w.fieldStr(name, v)
}

func (w *writer) agents(ps []record.Participation) {
	w.arr("agent")
	for i := range ps {
		w.agent(&ps[i], false)
	}
	if w.isEmpty() {
		w.obj("")
		w.requiredObject("who", "agents")
		w.end()
	}
	w.endArr()
}

// provenanceTime writes occurred[x] and recorded, which FHIR demands as an instant.
func (w *writer) provenanceTime(ps []record.Participation, first int) (claims bool) {
	if first < 0 {
		w.absentPrimitive("recorded", notStated)
		return true
	}
	p := ps[first].When
	if *p == (record.Period{At: p.At}) && isInstant(&p.At) {
		w.instant("recorded", p.At)
		return true
	}
	w.when(choice{dateTime: "occurredDateTime", period: "occurredPeriod"}, "when", p)
	w.absentPrimitive("recorded", notStated)
	return true
}

// agent writes one agent; it reports whether US Core's profile allows it
// (provenance-1: on whose behalf a practitioner or device acted).
func (w *writer) agent(p *record.Participation, timed bool) (claims bool) {
	claims = true
	w.obj("")
	w.obj("type")
	w.arr("coding")
	exact := p.Role == ""
	if c := p.RoleAsSent; isParticipationType(c) {
		w.obj("")
		w.word("system", systemParticipation)
		w.code("code", c)
		w.end()
	} else if !exact {
		exact = w.roleCoding(p.Role)
	}
	w.endArr()
	w.end()
	if !exact {
		w.fieldStr("role", p.Role)
	}
	if p.Function != nil {
		w.arr("role")
		w.concept("", p.Function)
		w.endArr()
	}
	org := p.OnBehalfOf
	t, ok := w.resolve(p.Who)
	switch {
	case p.Who == nil && w.isOrganization(org):
		// Nobody is named but the organization: it acted itself (Provenance - Assembler Participation).
		w.reference("who", org)
		w.fieldConcept("code", p.Code)
		w.fieldConcepts("specialty", p.Specialty)
		w.mark("itself")
		org = nil
	case ok && t.typ == kindPractitioner && (p.Code != nil || len(p.Specialty) > 0):
		w.inRole("who", t, p)
	default:
		mark := len(w.b)
		if !w.referenceTo("who", p.Who, agentKinds) {
			w.fieldRef("who", p.Who)
		}
		if len(w.b) == mark {
			w.obj("who") // required
			w.absent(notStated)
			w.end()
			claims = false
		}
		w.fieldConcept("code", p.Code)
		w.fieldConcepts("specialty", p.Specialty)
	}
	w.referenceField("onBehalfOf", "onBehalfOf", org, only(kindOrganization))
	if p.OnBehalfOf == nil && (t.typ == kindPractitioner && p.Code == nil && len(p.Specialty) == 0 || t.typ == kindDevice) {
		claims = false
	}
	w.participantRest(p)
	w.fieldRef("location", p.Location)
	if timed {
		w.mark("timed")
	} else {
		w.fieldPeriod("when", p.When)
	}
	w.end()
	return claims
}

// isParticipationType reports whether a role as sent looks like a code of HL7 v3 ParticipationType: capital letters.
func isParticipationType(c string) bool {
	for i := range len(c) {
		if c[i] < 'A' || c[i] > 'Z' {
			return false
		}
	}
	return len(c) >= 2 && len(c) <= 8
}

func (w *writer) isOrganization(r *record.Ref) bool {
	t, ok := w.resolve(r)
	return ok && t.typ == kindOrganization
}

// writeProvenances writes the remembered ones at the end of the Bundle.
func (w *writer) writeProvenances() {
	for i := range w.provs {
		p := &w.provs[i]
		profile := ""
		if p.claims {
			profile = profileProvenance
		}
		w.In("provenance", -1)
		id := w.derive(w.root, "provenance", p.body)
		if w.sent != nil {
			id = w.sent.provenanceID(p.targets, id)
		}
		w.begin(kindProvenance, id, []string{profile}, nil, nil)
		w.arr("target")
		for _, id := range p.targets {
			w.obj("")
			w.urn(id)
			w.end()
		}
		w.endArr()
		w.key("")
		w.put(p.body)
		w.endResource()
	}
}
