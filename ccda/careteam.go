package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const kindCareTeam = "care-team"

// Templates of the Companion Guide to C-CDA R2.1, since 3.0 of C-CDA itself.
const (
	templateCareTeam = "2.16.840.1.113883.10.20.22.4.500"
	templateMember   = "2.16.840.1.113883.10.20.22.4.500.1"
	loincCareTeam    = "86744-0"
)

var (
	teamType = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.500.2"},
		system:    oidLOINC, codes: []string{loincCareTeam}, displays: []string{"Care team"},
	}
	memberSchedule = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.500.3"},
		system:    oidLOINC, codes: []string{"57203-2"},
	}
	memberDisplays = []string{"Care Team Information", "Patient Care team information", "Team Status", "Care team member"}
)

// readCareTeamEntry reads an entry that holds a Care Team Organizer.
func (r *reader) readCareTeamEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	if n.Name() != "organizer" || !r.has(n, templateCareTeam) && !(r.bare(n, nil) && n.Child("code").Attr("code").Value() == loincCareTeam) || !r.plain(n, "EVN") {
		return nil
	}
	return []record.Ref{r.careTeam(n)}
}

// careTeam reads a Care Team Organizer (Companion Guide, Care Team Organizer).
func (r *reader) careTeam(n tree.Node) record.Ref {
	t := record.CareTeam{Entry: r.entry(kindCareTeam, n)}
	t.Assertion = record.Affirmed
	t.Status = r.status(n)
	r.templates(n, templateCareTeam)
	r.shape(n, "CLUSTER", "EVN")
	t.Code = r.conceptPtr(n.Child("code"))
	t.When = r.period(n.Child("effectiveTime"))
	for p := n.Child("participant"); p.OK(); p = p.NextNamed() {
		if ref := r.serviceLocation(p); ref != nil {
			r.slot(p, "participants", len(t.Participants))
			t.Participants = append(t.Participants, record.Participation{Role: "location", Location: ref})
		}
	}
	for rel, sub := range r.relations(n) {
		switch {
		case r.isTeamMember(sub):
			if m, ok := r.teamMember(&t, rel, sub); ok {
				r.slot(rel, "members", len(t.Members))
				t.Members = append(t.Members, m)
			}
		case sub.Name() == "observation" && r.has(sub, teamType.templates[0]):
			if c, ok := r.ofTeam(rel, sub); ok {
				r.slot(rel, "categories", len(t.Categories))
				t.Categories = append(t.Categories, c)
			}
		case sub.Name() == "encounter" && isMention(sub) && t.Encounter == nil:
			if t.Encounter = r.encounterRef(rel, sub); t.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		case r.isIndication(rel, sub):
			if i, ok := r.indication(rel, sub); ok {
				r.slot(rel, "reasons", len(t.Reasons))
				t.Reasons = append(t.Reasons, i)
			}
		default:
			r.within(rel, sub, &t.Relations)
		}
	}
	r.rec.CareTeams = append(r.rec.CareTeams, t)
	return record.Ref{ID: t.ID, Kind: kindCareTeam}
}

// ofTeam reads a Care Team Type Observation.
func (r *reader) ofTeam(rel, obs tree.Node) (record.Concept, bool) {
	c := r.answered(rel, obs, &teamType, false, "COMP")
	if c == nil {
		return record.Concept{}, false
	}
	return *c, true
}

func (r *reader) isTeamMember(n tree.Node) bool {
	return n.Name() == "act" && (r.has(n, templateMember) || n.Attr("classCode").Value() == "PCPR" && r.bare(n, nil))
}

// teamMember reads a Care Team Member Act: its performer is the member.
func (r *reader) teamMember(t *record.CareTeam, rel, n tree.Node) (m record.CareTeamMember, ok bool) {
	if !r.plain(n, "EVN") || !r.relates(rel, false, "COMP") {
		return m, false
	}
	r.templates(n, templateMember)
	r.shape(n, "PCPR", "EVN")
	r.oneOf(n, oidLOINC, []string{"92707-9", "85847-2"}, memberDisplays...)
	m = record.CareTeamMember{Identifiers: r.ids(n), Status: r.status(n), When: r.periodPtr(n.Child("effectiveTime")), Narrative: r.link(n)}
	m.Participants = r.participants(n, func(p tree.Node) bool {
		return p.Name() == "performer" && m.Part == nil && r.asMember(&m, p) || p.Name() == "participant" && m.Part != nil && r.furtherRole(&m, p) || otherParticipant(p)
	})
	for p := n.Child("participant"); p.OK(); p = p.NextNamed() {
		if ref := r.serviceLocation(p); ref != nil {
			r.slot(p, "locations", len(m.Locations))
			m.Locations = append(m.Locations, *ref)
		}
	}
	e := record.Entry{ID: t.ID}
	r.attached(&e, kindCareTeam, n)
	m.Notes, m.Relations = e.Notes, e.Relations
	t.Labels, t.Preferences = append(t.Labels, e.Labels...), append(t.Preferences, e.Preferences...)
	for sub, obs := range r.relations(n) {
		switch {
		case obs.Name() == "encounter" && isMention(obs) && m.Encounter == nil:
			if m.Encounter = r.encounterRef(sub, obs); m.Encounter != nil {
				r.slot(sub, "encounter", -1)
			}
		case obs.Name() == "observation" && r.asks(obs, &memberSchedule):
			if s, ok := r.schedule(sub, obs); ok {
				r.slot(sub, "schedules", len(m.Schedules))
				m.Schedules = append(m.Schedules, s)
			}
		}
	}
	return m, true
}

// asMember takes the performer as the member: who, in which role, for whom, and
// what else is said of the part. It reports that the performer was taken.
func (r *reader) asMember(m *record.CareTeamMember, performer tree.Node) bool {
	p := r.participation(performer)
	m.Who, m.OnBehalfOf = p.Who, p.OnBehalfOf
	if p.Function != nil {
		m.Roles = []record.Concept{*p.Function}
	}
	p.Who, p.OnBehalfOf, p.Function = nil, nil, nil
	m.Part = &p
	return true
}

// furtherRole takes a participant of which nothing is said but a function as a
// further role of the member (Care Team Member Act, participant IND). It reports that it was taken.
func (r *reader) furtherRole(m *record.CareTeamMember, p tree.Node) bool {
	role, function := p.Child("participantRole"), p.ChildNS(spaceSDTC, "functionCode")
	if len(m.Roles) == 0 || p.Attr("typeCode").Value() != "IND" || p.Attr("nullFlavor").OK() || role.Attr("nullFlavor").Value() != "NA" || role.End()-role.Index() > 2 ||
		!function.OK() || function.NextNamed().OK() || p.Child("time").OK() || p.Child("awarenessCode").OK() {
		return false
	}
	c := r.concept(function)
	if c.IsZero() {
		return false
	}
	r.fixed(p, "typeCode", "IND")
	r.fixed(p, "contextControlCode", "OP")
	r.fixed(role, "nullFlavor", "NA")
	r.slot(p, "roles", len(m.Roles))
	m.Roles = append(m.Roles, c)
	return true
}

// schedule reads a Care Team Member Schedule Observation.
func (r *reader) schedule(rel, obs tree.Node) (s record.MemberSchedule, ok bool) {
	if !r.plain(obs, "EVN") || !r.relates(rel, false, "COMP", "REFR", "SUBJ") {
		return s, false
	}
	r.templates(obs, memberSchedule.templates...)
	r.shape(obs, "OBS", "EVN")
	s = record.MemberSchedule{Identifiers: r.ids(obs), Code: r.conceptPtr(obs.Child("code")), Status: r.status(obs), Narrative: r.link(obs)}
	if v := obs.Child("value"); v.OK() && !v.NextNamed().OK() && r.xsiType(v, "IVL_TS", "TS") {
		s.When = r.periodPtr(v)
	}
	return s, true
}
