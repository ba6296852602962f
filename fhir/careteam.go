package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

var (
	teamMembers = only(kindPractitioner, kindPractitionerRole, kindRelatedPerson, kindPatient, kindOrganization, kindCareTeam)
	teamReasons = only(kindCondition)
)

// teamStatus pairs FHIR's care-team-status with the record's.
var teamStatus = codes.NewTable(
	codes.Both("proposed", record.StatusProposed),
	codes.Both("active", record.StatusActive),
	codes.Both("suspended", record.StatusOnHold),
	codes.Both("inactive", record.StatusInactive),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.OnlyFrom("inactive", record.StatusCompleted),
	codes.OnlyFrom("inactive", record.StatusAborted),
)

func teamKind(t *record.CareTeam) kind {
	if !isStated(&t.Entry) || t.Assertion != record.Affirmed {
		return kindBasic
	}
	return kindCareTeam
}

// careTeam writes a CareTeam (US Core CareTeam 6.1.0).
func (w *writer) careTeam(i int, t *record.CareTeam) {
	if teamKind(t) == kindBasic {
		w.unstated("careTeams", i, &t.Entry, t)
		return
	}
	profile := profileBase + "careteam"
	if len(t.Members) == 0 {
		profile = "" // participant 1..*
	}
	w.resource("careTeams", i, &t.Entry, kindCareTeam, profile)
	if profile == "" {
		w.Note(&record.IssueProfileNotClaimed, "members")
	}
	w.common(&t.Entry, hasIdentifiers|hasNotes|hasStatus|hasAssertion|hasMode)
	w.optionalStatus("status", &t.Status, &teamStatus)
	w.concepts("category", t.Categories)
	if t.Name != "" {
		w.str("name", t.Name)
	} else if t.Code != nil && clean(t.Code.Text) {
		w.str("name", t.Code.Text)
		w.mark("nameOfCode")
	}
	w.subject("subject")
	w.referenceField("encounter", "encounter", t.Encounter, only(kindEncounter))
	if !t.When.IsZero() {
		w.period("period", &t.When)
	}
	w.arr("participant")
	for k := range t.Members {
		w.In("members", k)
		w.teamMember(&t.Members[k])
		w.Leave()
	}
	w.endArr()
	w.indicationsOf("reasons", t.Reasons, teamReasons)
	w.references("managingOrganization", "managing", t.Managing, only(kindOrganization))
	w.contactPoints(t.Telecoms)
	w.fieldConcept("code", t.Code)
	w.fieldRef("lead", t.Lead)
	w.endResource()
}

// teamMember writes a participant, and one more for each further role: US Core
// demands one role and a member of each (CareTeam 6.1.0: participant.role 1..1).
func (w *writer) teamMember(m *record.CareTeamMember) {
	w.memberAs(m, m.Roles[:min(1, len(m.Roles))])
	w.teamMemberRest(m)
	w.end()
	for k := 1; k < len(m.Roles); k++ {
		w.memberAs(m, m.Roles[k:k+1])
		w.mark("sameMember")
		w.end()
	}
}

// memberAs opens a participant with a member and the role that it has. FHIR
// lets only a practitioner act for an organization (ctm-1).
func (w *writer) memberAs(m *record.CareTeamMember, roles []record.Concept) {
	w.obj("")
	if len(roles) > 0 {
		w.concepts("role", roles)
	} else {
		w.arr("role")
		w.requiredObject("", "roles")
		w.endArr()
	}
	t, ok := w.resolve(m.Who)
	if m.Who == nil || !w.referenceTo("member", m.Who, teamMembers) {
		w.fieldRef("who", m.Who)
		w.requiredObject("member", "who")
	}
	if ok && t.typ == kindPractitioner {
		w.referenceField("onBehalfOf", "onBehalfOf", m.OnBehalfOf, only(kindOrganization))
	} else {
		w.fieldRef("onBehalfOf", m.OnBehalfOf)
	}
	w.period("period", m.When)
}

// teamMemberRest writes what FHIR's participant has no element for.
func (w *writer) teamMemberRest(m *record.CareTeamMember) {
	for k := range m.Identifiers {
		w.fieldKnown("identifiers", &m.Identifiers[k])
	}
	if s := &m.Status; s.Code != "" || s.AsSent != "" || s.Absent != "" {
		w.fieldStatus("status", s)
	}
	w.fieldConcepts("statusReasons", m.Status.Reasons)
	w.fieldAny("schedules", m.Schedules)
	w.fieldRefs("locations", m.Locations)
	w.fieldStr("info", m.Info)
	if p := m.Part; p != nil && !isBarePart(p) {
		w.participantField("part", p)
	}
	for k := range m.Participants {
		w.participantField("participants", &m.Participants[k])
	}
	w.fieldRef("encounter", m.Encounter)
	w.partNarrative(m.Narrative)
	w.fieldAny("notes", m.Notes)
	w.fieldAny("relations", m.Relations)
}

// isBarePart reports whether a part says nothing but that it is a performer's.
func isBarePart(p *record.Participation) bool {
	return p.Role == "performer" && p.RoleAsSent == "" && p.Class == "" && p.Code == nil && len(p.Specialty) == 0 && p.When == nil && p.Location == nil &&
		p.Who == nil && p.OnBehalfOf == nil && p.Function == nil && isPlainPart(p)
}

// serviceTeams writes the professionals who provide the care that a document is
// about as a CareTeam (C-CDA R2.1 US Realm Header, serviceEvent/performer: the
// key members of the care team; the class of the act is PCPR, provision of care).
func (w *writer) serviceTeams(i int, d *record.Document) {
	w.In("documents", i)
	for k := range d.Services {
		if s := &d.Services[k]; hasTeam(s) {
			w.part(&d.Entry, "services", k, kindCareTeam, profileBase+"careteam")
			w.subject("subject")
			if !s.When.IsZero() {
				w.period("period", &s.When)
			}
			w.arr("participant")
			for j := range s.Participants {
				w.serviceMember(&s.Participants[j])
			}
			w.endArr()
			w.endResource()
		}
	}
	w.Leave()
}

// hasTeam reports whether an act is the provision of care by people who are named.
func hasTeam(s *record.ServiceEvent) bool {
	if s.Class != "PCPR" {
		return false
	}
	for i := range s.Participants {
		if isMember(&s.Participants[i]) {
			return true
		}
	}
	return false
}

func isMember(p *record.Participation) bool {
	return p.Role == "performer" && (p.Who != nil && p.Who.ID != "" || p.OnBehalfOf != nil && p.OnBehalfOf.ID != "")
}

func (w *writer) serviceMember(p *record.Participation) {
	if !isMember(p) {
		return
	}
	w.obj("")
	w.arr("role")
	switch {
	case p.Function != nil:
		c := *p.Function
		w.concept("", &c)
	case p.Code != nil:
		c := *p.Code
		w.concept("", &c)
	default:
		w.requiredObject("", "services")
	}
	w.endArr()
	if t, ok := w.player(p); ok && teamMembers.has(t.typ) {
		w.obj("member")
		w.urn(t.id)
		w.end()
	} else {
		w.requiredObject("member", "services")
	}
	w.period("period", p.When)
	w.end()
}
