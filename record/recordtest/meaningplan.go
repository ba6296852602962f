package recordtest

import "github.com/portage-health/portage/record"

// planMeanings are the statements of goals, health concerns and care teams.
func planMeanings() []Meaning {
	goal := func(a record.Assertion) func(*record.Record) {
		return func(r *record.Record) {
			g := record.Goal{Entry: asserted(a, record.StatusActive), Code: conceptOf("S 289169006 Weight loss")}
			g.Mode = record.ModeGoal
			r.Goals = []record.Goal{g}
		}
	}
	concern := func(a record.Assertion, mut func(*record.HealthConcern)) func(*record.Record) {
		return func(r *record.Record) {
			c := record.HealthConcern{Entry: asserted(a, record.StatusActive), Code: conceptOf("L 75310-3 Health concerns Document")}
			if mut != nil {
				mut(&c)
			}
			r.HealthConcerns = []record.HealthConcern{c}
		}
	}
	return []Meaning{
		{Kind: record.KindGoal, Statement: "affirmed", InWords: "wants to lose weight", Record: "`Mode` goal, `Code`, `Values`", CCDA: "Goal Observation (…22.4.121), before R2.1 Plan of Care Activity Observation (…22.4.44), `@moodCode` GOL",
			FHIR: "`Goal`", V2: "GOL", build: goal(record.Affirmed)},
		{Kind: record.KindGoal, Statement: "negated", InWords: "does not want to lose weight", Record: "`Assertion` negated", CCDA: "`@negationInd=\"true\"`: carried, for real documents mean “no goals are known” by it as well",
			FHIR: basicFHIR, V2: noForm, build: goal(record.Negated)},
		{Kind: record.KindHealthConcern, Statement: "affirmed", InWords: "is worried about breathing", Record: "`Assertion` affirmed, `About`", CCDA: "Health Concern Act (…22.4.132)",
			FHIR: "`Condition` of the category health-concern (US Core Condition Problems and Health Concerns)", V2: noForm, build: concern(record.Affirmed, nil)},
		{Kind: record.KindHealthConcern, Statement: "risk", InWords: "is at risk of cancer, and is not said to have it", Record: "`Risk` true, `RiskOf`; no problem", CCDA: "Risk Concern Act (…22.4.136) that refers to a Problem Observation",
			FHIR: "`RiskAssessment.prediction.outcome`; no `Condition`", V2: noForm, build: concern(record.Affirmed, func(c *record.HealthConcern) {
				yes := true
				c.Risk, c.RiskOf = &yes, []record.Indication{{Code: ptr(conceptOf("S 363346000 Malignant neoplastic disease"))}}
			})},
		{Kind: record.KindHealthConcern, Statement: "none-known", InWords: "no known health concerns", Record: "`Assertion` none-known", CCDA: "`@negationInd=\"true\"`, `code` 75310-3, nothing that it is about, and no words that say otherwise (HL7 examples “No Known Health Concerns”)",
			FHIR: basicFHIR, V2: noForm, build: concern(record.NoneKnown, nil)},
		{Kind: record.KindHealthConcern, Statement: "unknown", InWords: "whether there are concerns is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct, FHIR: basicFHIR, V2: noForm, build: concern(record.NotKnown, nil)},
		{Kind: record.KindCareTeam, Statement: "affirmed", InWords: "is cared for by a team", Record: "`Assertion` affirmed, `Members`", CCDA: "Care Team Organizer (…22.4.500); the performers of `documentationOf/serviceEvent[@classCode='PCPR']` stay the document's",
			FHIR: "`CareTeam`", V2: "PRT, ROL", build: func(r *record.Record) {
				r.CareTeams = []record.CareTeam{{Entry: asserted(record.Affirmed, record.StatusActive), Members: []record.CareTeamMember{{Roles: []record.Concept{conceptOf("S 446050000 Primary care provider")}}}}}
			}},
	}
}
