package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func planEntry(last string) record.Entry {
	return record.Entry{ID: "2b4e28ba-2fa1-81d2-883f-0016d3cca4" + last, Assertion: record.Affirmed}
}

func goalOf(mut func(*record.Goal)) *record.Record {
	g := record.Goal{Entry: planEntry("01"), Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "29463-7"}}}}
	g.Mode, g.Status.Code = record.ModeGoal, record.StatusActive
	mut(&g)
	return &record.Record{Goals: []record.Goal{g}}
}

func TestGoal(t *testing.T) {
	text, yes := "Walk to the harbour", true
	for _, x := range []struct {
		name string
		mut  func(*record.Goal)
		want map[string]string
	}{
		{"active", func(*record.Goal) {}, map[string]string{
			"lifecycleStatus": "active", "meta.profile[0]": profileBase + "goal", "description.coding[0].code": "29463-7", "target": ""}},
		{"prepared, and not begun", func(g *record.Goal) { g.Status.Code = record.StatusNew }, map[string]string{"lifecycleStatus": "proposed"}},
		{"aborted", func(g *record.Goal) { g.Status.Code = record.StatusAborted }, map[string]string{"lifecycleStatus": "cancelled"}},
		{"due", func(g *record.Goal) { g.Due = &record.Time{Value: "2024-08-01"} }, map[string]string{"target[0].dueDate": "2024-08-01", "target[0].measure": ""}},
		{"value and due", func(g *record.Goal) {
			g.Due = &record.Time{Value: "2024-08-01"}
			g.Values = []record.Value{{Quantity: &record.Quantity{Value: "70.0", Unit: "kg"}}}
		}, map[string]string{"target[0].dueDate": "2024-08-01", "target[0].measure.coding[0].code": "29463-7", "target[0].detailQuantity.unit": "kg", "target[1]": ""}},
		{"one bound", func(g *record.Goal) {
			g.Values = []record.Value{{Range: &record.Range{Low: &record.Quantity{Value: "92", Unit: "%"}}}}
		}, map[string]string{"target[0].detailRange.low.value": "92", "target[0].detailRange.high": ""}},
		{"in words", func(g *record.Goal) {
			g.Code = record.Concept{Absent: record.AbsentUnknown}
			g.Values = []record.Value{{Text: &text}}
		}, map[string]string{"description.text": text, "target[0].detailString": text, "target[0].measure.coding": ""}},
		{"a value of a type that a target has not", func(g *record.Goal) {
			g.Values = []record.Value{{Time: &record.Time{Value: "2024"}}}
		}, map[string]string{"target[0].measure.coding[0].code": "29463-7", "target[0].detailString": ""}},
		{"yes or no", func(g *record.Goal) { g.Values = []record.Value{{Bool: &yes}} }, map[string]string{"target[0].detailBoolean": "true"}},
		{"one preference", func(g *record.Goal) {
			g.Preferences = []record.Preference{{Value: &record.Concept{Text: "High"}}}
		}, map[string]string{"priority.text": "High"}},
		{"two that may differ", func(g *record.Goal) {
			g.Preferences = []record.Preference{{Value: &record.Concept{Text: "High"}}, {Value: &record.Concept{Text: "Low"}}}
		}, map[string]string{"priority": ""}},
	} {
		t.Run(x.name, func(t *testing.T) {
			by, _ := sent(t, goalOf(x.mut))
			require.Len(t, by["Goal"], 1)
			for path, want := range x.want {
				require.Equal(t, want, at(by["Goal"][0], path), path)
			}
		})
	}
}

// A goal that is denied, or of which nothing is known, is no Goal.
func TestGoalNotStated(t *testing.T) {
	for _, mut := range []func(*record.Goal){
		func(g *record.Goal) { g.Assertion = record.Negated },
		func(g *record.Goal) { g.Assertion = record.NoneKnown },
		func(g *record.Goal) { g.Assertion = record.NotKnown },
		func(g *record.Goal) { g.Status = record.Status{} },                             // no status: none is invented
		func(g *record.Goal) { g.Status = record.Status{AsSent: "held"} },               // none that is known
		func(g *record.Goal) { g.Status = record.Status{Code: record.StatusNew + "x"} }, // none that FHIR has
	} {
		by, issues := sent(t, goalOf(mut))
		require.Empty(t, by["Goal"])
		require.Len(t, by["Basic"], 1)
		require.Equal(t, 1, issues[record.IssueNotStated.Code])
	}
}

// What was found of the outcome stands on the goal that it evaluates, and on no other.
func TestGoalOutcome(t *testing.T) {
	rec := goalOf(func(g *record.Goal) {
		g.Milestones = []record.Ref{{ID: planEntry("02").ID, Kind: record.KindGoal}}
	})
	rec.Goals = append(rec.Goals, record.Goal{Entry: planEntry("02")})
	rec.Goals[1].Status.Code = record.StatusActive
	no := true
	for i, x := range []record.Relation{
		{Type: "evaluates", Target: record.Ref{ID: planEntry("01").ID}},
		{Type: "evaluates", Negated: &no, Target: record.Ref{ID: planEntry("01").ID}},
		{Type: "refers-to", Target: record.Ref{ID: planEntry("01").ID}},
	} {
		o := record.Observation{Entry: planEntry("1" + string(rune('0'+i))), Kind: "outcome"}
		o.Relations = []record.Relation{x}
		rec.Assessments = append(rec.Assessments, o)
	}
	by, _ := sent(t, rec)
	require.Equal(t, "urn:uuid:"+planEntry("10").ID, at(by["Goal"][0], "outcomeReference[0].reference"))
	require.Empty(t, at(by["Goal"][0], "outcomeReference[1]"))
	require.Empty(t, at(by["Goal"][1], "outcomeReference"))
	require.Equal(t, extGoalRelation, at(by["Goal"][0], "extension[0].url"))
}

// A risk is no Condition, and neither is what it is a risk of.
func TestRiskConcern(t *testing.T) {
	yes := true
	c := record.HealthConcern{Entry: planEntry("03"), Risk: &yes, RiskOf: []record.Indication{
		{Code: &record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "363346000"}}}, When: &record.Period{Start: record.Time{Value: "2024"}}},
		{Code: &record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "38341003"}}}, Assertion: record.Negated},
	}}
	by, issues := sent(t, &record.Record{HealthConcerns: []record.HealthConcern{c}})
	require.Empty(t, by["Condition"])
	require.Equal(t, "363346000", at(by["RiskAssessment"][0], "prediction[0].outcome.coding[0].code"))
	require.Empty(t, at(by["RiskAssessment"][0], "prediction[1]"))
	require.Equal(t, 1, issues[record.IssueNotStated.Code])
}

// A plan claims US Core's profile where it is an assessment and plan, with words.
func TestCarePlanProfile(t *testing.T) {
	plan := func(loinc string) record.CarePlan {
		p := record.CarePlan{Entry: planEntry("04"), Categories: []record.Concept{{Codings: []record.Coding{{System: record.SystemLOINC, Code: loinc}}}}}
		p.Mode, p.Section = record.ModeIntent, "s"
		return p
	}
	words := &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "text", Text: "See her again"}}}
	for _, x := range []struct {
		name      string
		plan      record.CarePlan
		narrative *record.Narrative
		mode      record.Mode
		claimed   bool
		intent    string
	}{
		{"plan of treatment", plan("18776-5"), words, record.ModeIntent, true, "plan"},
		{"assessment and plan", plan("51847-2"), words, record.ModeIntent, true, "plan"},
		{"without words", plan("18776-5"), nil, record.ModeIntent, false, "plan"},
		{"another kind of plan", plan("52521-2"), words, record.ModeIntent, false, "plan"},
		{"ordered", plan("18776-5"), words, record.ModeRequest, true, "order"},
		{"no intent that FHIR has", plan("18776-5"), words, record.ModeEvent, false, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			x.plan.Mode = x.mode
			doc := record.Document{Entry: planEntry("05"), Sections: []record.Section{{ID: "s", Narrative: x.narrative}}}
			by, issues := sent(t, &record.Record{CarePlans: []record.CarePlan{x.plan}, Documents: []record.Document{doc}})
			if x.intent == "" { // FHIR demands one
				require.Empty(t, by["CarePlan"])
				require.Len(t, by["Basic"], 1)
				require.Equal(t, 1, issues[record.IssueNotStated.Code])
				return
			}
			p := by["CarePlan"][0]
			require.Equal(t, x.claimed, at(p, "meta.profile[0]") == profileBase+"careplan")
			require.Equal(t, x.intent, at(p, "intent"))
			require.Equal(t, "unknown", at(p, "status"))
			if x.narrative != nil {
				require.Contains(t, at(p, "text.div"), "See her again")
				require.Equal(t, "additional", at(p, "text.status"))
			}
		})
	}
}

// What is planned is referred to; what was done of the plan is its outcome.
func TestCarePlanActivities(t *testing.T) {
	order := record.Order{Entry: planEntry("06")}
	order.Mode = record.ModeRequest
	done := record.Procedure{Entry: planEntry("07")}
	done.Status.Code = record.StatusCompleted
	p := record.CarePlan{Entry: planEntry("04"), Activities: []record.PlanActivity{
		{Ref: &record.Ref{ID: order.ID}}, {Ref: &record.Ref{ID: done.ID}}, {Code: &record.Concept{Text: "Rest"}, Status: record.Status{Code: record.StatusPlanned}},
	}}
	p.Mode = record.ModeIntent
	by, _ := sent(t, &record.Record{CarePlans: []record.CarePlan{p}, Orders: []record.Order{order}, Procedures: []record.Procedure{done}})
	c := by["CarePlan"][0]
	require.Equal(t, "urn:uuid:"+order.ID, at(c, "activity[0].reference.reference"))
	require.Equal(t, "urn:uuid:"+done.ID, at(c, "activity[1].outcomeReference[0].reference"))
	require.Empty(t, at(c, "activity[1].detail"))
	require.Equal(t, "not-started", at(c, "activity[2].detail.status"))
}

func TestCareTeam(t *testing.T) {
	who := record.Practitioner{Entry: planEntry("08")}
	org := record.Organization{Entry: planEntry("09")}
	team := record.CareTeam{Entry: planEntry("0a"), Code: &record.Concept{Text: "Lung team"}, Members: []record.CareTeamMember{
		{Who: &record.Ref{ID: who.ID}, Roles: []record.Concept{{Text: "Lead"}}, OnBehalfOf: &record.Ref{ID: org.ID}},
		{Who: &record.Ref{ID: org.ID}, OnBehalfOf: &record.Ref{ID: org.ID}},
		{Info: "Not named"},
	}}
	team.Status.Code = record.StatusCompleted
	rec := &record.Record{CareTeams: []record.CareTeam{team}, Practitioners: []record.Practitioner{who}, Organizations: []record.Organization{org}}
	by, _ := sent(t, rec)
	c := by["CareTeam"][0]
	require.Equal(t, "inactive", at(c, "status"))
	require.Equal(t, "Lung team", at(c, "name"))
	require.Equal(t, "urn:uuid:"+org.ID, at(c, "participant[0].onBehalfOf.reference"))
	require.Empty(t, at(c, "participant[1].onBehalfOf"), "ctm-1")
	require.Equal(t, "unknown", at(c, "participant[1].role[0].extension[0].valueCode"))
	require.Equal(t, "unknown", at(c, "participant[2].member.extension[0].valueCode"))

	team.Assertion = record.Negated
	rec.CareTeams = []record.CareTeam{team}
	by, _ = sent(t, rec)
	require.Empty(t, by["CareTeam"])
}

// US Core allows a participant one role: a member of two is two participants.
func TestCareTeamRoles(t *testing.T) {
	who := record.Practitioner{Entry: planEntry("0c")}
	team := record.CareTeam{Entry: planEntry("0a"), Members: []record.CareTeamMember{{Who: &record.Ref{ID: who.ID}, Roles: []record.Concept{{Text: "Surgeon"}, {Text: "Lead"}}}}}
	by, _ := sent(t, &record.Record{CareTeams: []record.CareTeam{team}, Practitioners: []record.Practitioner{who}})
	c := by["CareTeam"][0]
	require.Equal(t, profileBase+"careteam", at(c, "meta.profile[0]"))
	for i, role := range []string{"Surgeon", "Lead"} {
		part := "participant[" + string(rune('0'+i)) + "]."
		require.Equal(t, role, at(c, part+"role[0].text"))
		require.Empty(t, at(c, part+"role[1]"))
		require.Equal(t, "urn:uuid:"+who.ID, at(c, part+"member.reference"))
	}
}

// Those who provide the care that a document is about are a team; performers of another act are none.
func TestServiceTeam(t *testing.T) {
	who := record.Practitioner{Entry: planEntry("08")}
	for class, teams := range map[string]int{"PCPR": 1, "ACT": 0, "": 0} {
		doc := record.Document{Entry: planEntry("05"), Services: []record.ServiceEvent{{Class: class, When: record.Period{Start: record.Time{Value: "2024"}},
			Participants: []record.Participation{{Role: "performer", Who: &record.Ref{ID: who.ID}, Function: &record.Concept{Text: "PCP"}}, {Role: "performer"}}}}}
		by, _ := sent(t, &record.Record{Documents: []record.Document{doc}, Practitioners: []record.Practitioner{who}})
		require.Len(t, by["CareTeam"], teams, class)
		if teams == 1 {
			require.Equal(t, "urn:uuid:"+who.ID, at(by["CareTeam"][0], "participant[0].member.reference"))
			require.Equal(t, "PCP", at(by["CareTeam"][0], "participant[0].role[0].text"))
			require.Empty(t, at(by["CareTeam"][0], "participant[1]"))
			require.Equal(t, "urn:uuid:"+at(by["CareTeam"][0], "id"), at(by["Composition"][0], "event[0].detail[0].reference"))
		}
	}
}
