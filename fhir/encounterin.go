package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// encounter reads an Encounter (R4 8.11).
func (r *reader) encounter(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	e := record.Encounter{Entry: r.entry(n)}
	e.Identifiers = r.identifiers(n, "identifier")
	e.Status = r.status(n, &encounterStatus)
	e.StatusHistory = all(n, "statusHistory", func(h tree.Node) record.EncounterStatus {
		return record.EncounterStatus{Status: r.status(h, &encounterStatus), When: one(h, "period", r.period)}
	})
	e.Class = r.codingConcept(n, "class")
	e.ClassHistory = all(n, "classHistory", func(h tree.Node) record.EncounterClass {
		return record.EncounterClass{Class: r.codingConcept(h, "class"), When: one(h, "period", r.period)}
	})
	e.Types = nonZero(r.concepts(n, "type"))
	e.ServiceType = r.conceptPtr(n, "serviceType")
	e.Priority = r.conceptPtr(n, "priority")
	e.Episodes = r.refs(n, "episodeOfCare")
	e.BasedOn = r.refs(n, "basedOn")
	if k := countObjects(n.Child("participant")); k > 0 && e.Participants == nil {
		e.Participants = r.room.participants.List(k)
	}
	for _, p := range objects(n, "participant") {
		e.Participants = append(e.Participants, r.encounterParticipant(p))
	}
	e.Appointments = r.refs(n, "appointment")
	e.When = one(n, "period", r.period)
	if x := extension(n, extInterpreter); x.OK() {
		e.Interpreter = r.codingExt(x)
	}
	if x := extension(n, extArrivalMode); x.OK() {
		e.ArrivalMode = r.codingExt(x)
	}
	e.Length = maybe(n, "length", r.quantity)
	e.Reasons = r.indications(n, "reasons")
	e.Diagnoses = all(n, "diagnosis", func(d tree.Node) record.EncounterDiagnosis {
		v := record.EncounterDiagnosis{Problem: one(d, "condition", r.ref), Use: r.conceptPtr(d, "use"), Rank: r.number(d, "rank")}
		addFields(r, d, &v)
		return v
	})
	e.Accounts = r.refs(n, "account")
	if h := object(n, "hospitalization"); h.OK() {
		e.PreAdmission = maybe(h, "preAdmissionIdentifier", r.identifier)
		e.Origin = r.refPtr(h, "origin")
		e.AdmitSource = r.conceptPtr(h, "admitSource")
		e.Readmission = r.conceptPtr(h, "reAdmission")
		e.Diets = r.concepts(h, "dietPreference")
		e.Courtesies = r.concepts(h, "specialCourtesy")
		e.Arrangements = r.concepts(h, "specialArrangement")
		e.DischargedTo = r.refPtr(h, "destination")
		e.Disposition = r.conceptPtr(h, "dischargeDisposition")
		addFields(r, h, &e)
	}
	e.Locations = allIn(&r.room.visited, n, "location", func(l tree.Node) record.EncounterLocation {
		v := record.EncounterLocation{
			Location: one(l, "location", r.ref), Status: r.str(l, "status"), Physical: r.conceptPtr(l, "physicalType"), When: r.periodPtr(l, "period"),
		}
		addFields(r, l, &v)
		return v
	})
	e.ServiceProvider = r.refPtr(n, "serviceProvider")
	e.PartOf = r.refPtr(n, "partOf")
	add(r, &r.rec.Encounters, n, &e)
	return true
}

// codingConcept reads a Coding where the record has a concept, or the concept that our exporter kept beside it.
func (r *reader) codingConcept(n tree.Node, name string) record.Concept {
	c := object(n, name)
	if !c.OK() {
		return record.Concept{}
	}
	if e := r.field(n, name); e.OK() && object(e, "valueCodeableConcept").OK() {
		whole := one(e, "valueCodeableConcept", r.concept)
		same := false
		for _, k := range objects(object(e, "valueCodeableConcept"), "coding") {
			same = same || string(k.Raw()) == string(c.Raw()) // it is one of the codings of the concept
		}
		r.compared(c, same)
		return whole
	}
	k := r.coding(c)
	if k.Absent != "" && k.Code == "" && k.System == "" {
		return record.Concept{Absent: k.Absent}
	}
	if k.IsZero() {
		return record.Concept{}
	}
	return record.Concept{Codings: append(r.room.codings.List(1), k)}
}

// nonZero leaves out concepts that say nothing: those our exporter wrote because FHIR demands one.
func nonZero(cs []record.Concept) []record.Concept {
	out := cs[:0]
	for i := range cs {
		if !cs[i].IsZero() {
			out = append(out, cs[i])
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// encounterParticipant reads Encounter.participant: the role is what HL7 v3
// ParticipationType says it is; any other type is a function.
func (r *reader) encounterParticipant(n tree.Node) record.Participation {
	p := record.Participation{}
	if c := object(n, "individual"); c.OK() {
		p = r.participation(c, "")
	}
	for _, t := range objects(n, "type") {
		c := r.concept(t)
		if role := roleOfConcept(&c); role != "" && p.Role == "" {
			p.Role = role
			if bare(&c) {
				continue
			}
		}
		if p.Function == nil && !c.IsZero() {
			p.Function = r.room.coded.One(&c)
			continue
		}
		r.giveBack(t)
	}
	p.When = r.periodPtr(n, "period")
	addFields(r, n, &p)
	return p
}

// roleOfConcept gives the record's role for a type of participant.
func roleOfConcept(c *record.Concept) string {
	for i := range c.Codings {
		k := &c.Codings[i]
		switch k.System {
		case systemParticipation:
			if k.Code == "PPRF" || k.Code == "PRF" {
				return "performer"
			}
			if role, ok := partTypes.To(k.Code); ok {
				return role
			}
		case systemAgentType:
			if role, ok := agentTypes.To(k.Code); ok {
				return role
			}
		case systemUSCoreAgentType:
			if k.Code == "transmitter" {
				return k.Code
			}
		}
	}
	return ""
}

// indications reads reasonCode and reasonReference. What our exporter says more of
// a reason stands in fields: then they say all.
func (r *reader) indications(n tree.Node, field string) (out []record.Indication) {
	codes, refs := n.Child("reasonCode"), n.Child("reasonReference")
	if !codes.OK() && !refs.OK() {
		return nil
	}
	if k := countObjects(codes) + countObjects(refs); k > 0 {
		out = r.room.indications.List(k)
	}
	for _, c := range objects(n, "reasonCode") {
		v := record.Indication{Assertion: record.Affirmed}
		code := r.concept(c)
		v.Code = r.room.coded.One(&code)
		addFields(r, c, &v)
		out = append(out, v)
	}
	for _, c := range objects(n, "reasonReference") {
		ref := r.ref(c)
		out = append(out, record.Indication{Ref: r.room.refs.One(&ref), Assertion: record.Affirmed})
	}
	return out
}
