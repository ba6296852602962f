package ccda

import "github.com/portage-health/portage/record"

// careTeamEntry writes a Care Team Organizer (C-CDA Companion Guide, Care Team Organizer).
func (w *writer) careTeamEntry(i int) bool {
	if w.unsayable(place{record.KindCareTeam, i}) {
		return false
	}
	x := w.rec.CareTeams[i]
	w.wrote[x.ID] = true
	w.tellCareTeam(&x)
	w.begin("organizer", "CLUSTER", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	w.template(templateCareTeam)
	w.entryIDs(&x.Entry)
	w.teamCode(&x)
	w.organizerText(&x.Entry)
	w.statusRequired(&x.Status)
	w.bounds("effectiveTime", "when", &x.When, needLow)
	w.teamParticipants(&x)
	w.relationsIn("reference", x.Relations, true)
	w.teamTypes(&x.Categories)
	for k := range x.Members {
		m := x.Members[k]
		w.In("members", k)
		w.memberOut(k, &m, x.ID)
		w.rest(&m)
		w.Leave()
	}
	if len(x.Members) == 0 && w.strict {
		w.Note(&issueRequired, "members")
		w.quietly(func() { w.memberOut(-1, &record.CareTeamMember{}, x.ID) })
	}
	x.Members = nil
	w.inEncounter("component", &x.Encounter)
	w.teamReasons(&x.Reasons)
	w.comments(&x.Notes, "component")
	w.markings(&x.Labels, "component")
	w.notesOn(&x.Entry, "component")
	w.preferencesIn("component", &x.Preferences)
	w.relationsIn("component", x.Relations, false)
	x.Relations = nil
	w.end()
	w.rest(&x)
	return true
}

// teamCode writes the code of a team. Its name is the words of the code (Care Team Organizer, code/originalText).
func (w *writer) teamCode(x *record.CareTeam) {
	var c record.Concept
	if x.Code != nil {
		c, x.Code = *x.Code, nil
	}
	if c.Text == "" && c.TextRef == "" {
		c.Text = take(&x.Name)
	}
	ours := len(c.Codings) > 0 && c.Codings[0].System == record.SystemLOINC && c.Codings[0].Code == loincCareTeam
	if w.strict && (!ours || c.Absent != "") || x.Code == nil && len(c.Codings) == 0 && c.Code(record.SystemLOINC) == "" {
		if len(c.Codings) > 0 || c.Absent != "" {
			w.Note(&altered, "code")
			c.Absent = ""
		}
		c.Codings = append([]record.Coding{{System: record.SystemLOINC, Code: loincCareTeam, Display: "Patient Care team"}}, c.Codings...)
	}
	w.rowText = (w.strict || w.stranger) && c.Text != "" // the words are in the narrative (Care Team Organizer, code/originalText/reference)
	w.concept("code", "code", &c)
	w.rowText = false
}

// organizerText writes the text of an organizer, which the schema has as an extension.
func (w *writer) organizerText(e *record.Entry) {
	if l := e.Narrative; l != nil {
		w.Drop("narrative", &record.NarrativeLink{Body: l.Body, Status: l.Status}, &lost)
	}
	w.linkIn("sdtc:text", e.Narrative)
	e.Narrative = nil
}

// teamParticipants writes who has a part in the team as a whole: who leads it, and where it is.
func (w *writer) teamParticipants(x *record.CareTeam) {
	var people []record.Participation
	for i := range x.Participants {
		if p := &x.Participants[i]; !isPlace(p) {
			people = append(people, *p)
			if x.Lead != nil && p.RoleAsSent == "" && p.Who != nil && p.Who.ID == x.Lead.ID && typeCodeOf("participant", p) == "PPRF" {
				x.Lead = nil
			}
		}
	}
	all := x.Participants
	if x.Lead != nil {
		if _, ok := w.place(x.Lead); ok {
			people = append(people, record.Participation{RoleAsSent: "PPRF", Who: x.Lead})
			x.Lead = nil
		}
	}
	w.participants(&people)
	for i := range all {
		if !isPlace(&all[i]) {
			continue
		}
		w.In("participants", i)
		if !w.serviceLocation("participants", i, all[i].Location, "location", nil) {
			w.Drop("", &all[i], &lost)
		}
		w.Leave()
	}
	x.Participants = nil
}

// isPlace reports whether a part is that of a place alone.
func isPlace(p *record.Participation) bool {
	return p.Role == "location" && p.Location != nil && p.Who == nil
}

// teamTypes writes what kind of team it is (Care Team Type Observation).
func (w *writer) teamTypes(list *[]record.Concept) {
	for i := range *list {
		c := (*list)[i]
		w.el("component")
		w.slot("categories", i)
		w.el("observation")
		w.at("classCode", "OBS")
		w.at("moodCode", "EVN")
		w.In("categories", i)
		w.questionIf(isOneOf(&c, careTeamCategories, record.SystemLOINC), &teamType, "")
		w.wordsBeside("", &c)
		w.completed()
		w.codedValue("value", "", &c)
		w.Leave()
		w.end()
		w.end()
	}
	*list = nil
}

// teamReasons writes why there is the team.
func (w *writer) teamReasons(list *[]record.Indication) {
	for i := range *list {
		x := (*list)[i]
		w.In("reasons", i)
		if at, ok := w.place(x.Ref); ok && w.entryAt(at) != nil && !w.unsayable(at) {
			w.el("component")
			ref := *x.Ref
			w.In("ref", -1)
			w.entryReference(at, &ref)
			w.Leave()
			w.end()
			if x.Ref = nil; !ref.IsZero() {
				x.Ref = &ref
			}
		}
		if record.CountLeavesOf(&x) > 0 && x.Ref == nil {
			w.el("component")
			w.slot("reasons", i)
			w.indicationAct(&x)
			w.end()
		}
		w.rest(&x)
		w.Leave()
	}
	*list = nil
}

// memberOut writes a Care Team Member Act: its performer is the member.
func (w *writer) memberOut(i int, m *record.CareTeamMember, team string) {
	w.el("component")
	w.slot("members", i)
	w.el("act")
	w.at("classCode", "PCPR")
	w.at("moodCode", "EVN")
	w.template(templateMember)
	if len(m.Identifiers) == 0 && w.strict {
		w.leaf("id", "root", w.derive("member", team+w.Path("")))
	}
	w.identifiers("id", "identifiers", &m.Identifiers)
	w.fixedCode(oidLOINC, "92707-9", memberDisplays[1])
	w.link(m.Narrative)
	if n := m.Narrative; n != nil {
		w.Drop("narrative", &record.NarrativeLink{Body: n.Body, Status: n.Status}, &lost)
		m.Narrative = nil
	}
	w.statusRequired(&m.Status)
	var when record.Period
	if m.When != nil {
		when, m.When = *m.When, nil
	}
	w.bounds("effectiveTime", "when", &when, needLow)
	w.memberPerson(m)
	w.participants(&m.Participants)
	for k := 1; k < len(m.Roles); k++ {
		c := m.Roles[k]
		w.el("participant")
		w.slot("roles", k)
		w.at("typeCode", "IND")
		w.In("roles", k)
		w.concept("sdtc:functionCode", "", &c)
		w.Leave()
		w.leaf("participantRole", "nullFlavor", "NA")
		w.end()
	}
	m.Roles = nil
	w.locationsOut("locations", &m.Locations)
	w.inEncounter("entryRelationship", &m.Encounter)
	for k := range m.Schedules {
		s := m.Schedules[k]
		w.In("schedules", k)
		w.scheduleOut(k, &s)
		w.rest(&s)
		w.Leave()
	}
	m.Schedules = nil
	w.comments(&m.Notes, "entryRelationship")
	w.relations(&m.Relations)
	w.end()
	w.end()
}

// memberPerson writes who the member is, in which role and for whom (see asMember).
// A further role is that of a participant (Care Team Member Act, participant IND).
func (w *writer) memberPerson(m *record.CareTeamMember) {
	p := record.Participation{Role: "performer"}
	said := m.Who != nil || m.OnBehalfOf != nil || len(m.Roles) > 0
	if m.Part != nil {
		p, said = *m.Part, true
		m.Part = nil
	}
	if !said && !w.strict {
		return
	}
	// What stands with the member is not asked of the part.
	w.In("part", -1)
	if m.Who != nil {
		w.Drop("who", p.Who, &saidTwice)
		p.Who = m.Who
	}
	if m.OnBehalfOf != nil {
		w.Drop("onBehalfOf", p.OnBehalfOf, &saidTwice)
		p.OnBehalfOf = m.OnBehalfOf
	}
	if len(m.Roles) > 0 {
		w.Drop("function", p.Function, &saidTwice)
		c := m.Roles[0]
		p.Function = &c
	}
	m.Who, m.OnBehalfOf = nil, nil
	w.participation("performer", p)
	w.Leave()
}

// scheduleOut writes a Care Team Member Schedule Observation.
func (w *writer) scheduleOut(i int, s *record.MemberSchedule) {
	w.relate("REFR", false, "schedules", i)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.template(memberSchedule.templates[0])
	if len(s.Identifiers) == 0 && w.strict {
		w.leaf("id", "root", w.derive("schedule", w.Path("")))
	}
	w.identifiers("id", "identifiers", &s.Identifiers)
	var code record.Concept
	if s.Code != nil {
		code, s.Code = *s.Code, nil
	}
	w.headCode(&form{head: &memberSchedule}, &code)
	w.link(s.Narrative)
	if n := s.Narrative; n != nil {
		w.Drop("narrative", &record.NarrativeLink{Body: n.Body, Status: n.Status}, &lost)
		s.Narrative = nil
	}
	w.statusAs(&s.Status, "completed")
	var p record.Period
	if s.When != nil {
		p, s.When = *s.When, nil
	}
	w.typedBounds("value", "when", "IVL_TS", &p, needLow)
	w.end()
	w.end()
}

// tellCareTeam tells of a team and its members in the narrative.
func (w *writer) tellCareTeam(x *record.CareTeam) {
	if w.row == nil {
		return
	}
	w.tell("Team", x.Name)
	if x.Name == "" {
		w.tell("Team", wordsOf(x.Code))
	}
	for i := range x.Categories {
		w.tell("Kind", wordsOf(&x.Categories[i]))
	}
	for i := range x.Members {
		m := &x.Members[i]
		words := w.nameOf(m.Who)
		if len(m.Roles) > 0 {
			if words != "" {
				words += ", "
			}
			words += wordsOf(&m.Roles[0])
		}
		if words == "" {
			words = w.nameOf(m.OnBehalfOf)
		}
		if c := m.Status.Code; words != "" && c != "" && c != record.StatusActive {
			words += " (" + string(c) + ")"
		}
		w.tell("Member", words)
	}
	w.tellStatus(&x.Status)
	w.tell("When", wordsOfPeriod(&x.When))
}

// nameOf gives the name of somebody, or the words of a reference to one whom the record does not have.
func (w *writer) nameOf(ref *record.Ref) string {
	at, ok := w.place(ref)
	if !ok && ref != nil {
		return ref.Display
	}
	var names []record.Name
	switch at.kind {
	case kindPractitioner:
		names = w.rec.Practitioners[at.i].Names
	case kindRelated:
		names = w.rec.RelatedPersons[at.i].Names
	case kindOrganization:
		if n := w.rec.Organizations[at.i].Names; len(n) > 0 {
			return n[0]
		}
	}
	if len(names) == 0 {
		return ""
	}
	return names[0].String()
}
