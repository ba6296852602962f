package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

const c22 = "2.16.840.1.113883.10.20.22.4."

// act gives an act with a template, a code and whatever is within it.
func act(template, attrs, id, code, within string) string {
	t := ""
	if template != "" {
		t = `<templateId root="` + c22 + template + `"/>`
	}
	return `<act classCode="ACT" ` + attrs + `>` + t + `<id root="1.2.840.66666" extension="` + id + `"/>` + code + `<statusCode code="active"/>` + within + `</act>`
}

// named gives an entry reference.
func named(typeCode, id string) string {
	return `<entryRelationship typeCode="` + typeCode + `"><act classCode="ACT" moodCode="EVN"><templateId root="` + c22 + `122"/><id root="1.2.840.66666" extension="` + id +
		`"/><code nullFlavor="NP"/><statusCode code="completed"/></act></entryRelationship>`
}

func problem(id, kind, code, attrs string) string {
	return `<observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="` + c22 + `4"/><id root="1.2.840.66666" extension="` + id + `"/>` + snomed("code", kind) +
		`<statusCode code="completed"/><value xsi:type="CD" code="` + code + `" codeSystem="` + oidSNOMED + `"/></observation>`
}

func within(typeCode, st string) string {
	return `<entryRelationship typeCode="` + typeCode + `">` + st + `</entryRelationship>`
}

// When work on a goal starts and when it should be met.
func TestGoalTime(t *testing.T) {
	for _, x := range []struct{ name, time, start, at, due string }{
		{"a point is when it is due", `<effectiveTime value="20240801"/>`, "", "", "2024-08-01"},
		{"low and high", `<effectiveTime><low value="20240501"/><high value="20240801"/></effectiveTime>`, "2024-05-01", "", "2024-08-01"},
		{"low alone", `<effectiveTime><low value="20240501"/></effectiveTime>`, "2024-05-01", "", ""},
		{"high alone", `<effectiveTime><high value="20240801"/></effectiveTime>`, "", "", "2024-08-01"},
		{"none", ``, "", "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, "61146-7", `<entry><observation classCode="OBS" moodCode="GOL"><templateId root="`+c22+`121"/>`+snomed("code", "289169006")+
				`<statusCode code="active"/>`+x.time+`</observation></entry>`, "Plan")
			typed(t, rec)
			require.Len(t, rec.Goals, 1)
			g := rec.Goals[0]
			require.Equal(t, record.ModeGoal, g.Mode)
			require.Equal(t, x.start, g.Start.Start.Value)
			require.Equal(t, x.at, g.Start.At.Value)
			if x.due == "" {
				require.Nil(t, g.Due)
			} else {
				require.Equal(t, x.due, g.Due.Value)
			}
		})
	}
}

// A goal is known by its mood in any section; in another mood the same observation is none.
func TestGoalOnlyByMood(t *testing.T) {
	for _, x := range []struct {
		section, template, attrs string
		goal                     bool
	}{
		{"61146-7", "121", ` moodCode="GOL"`, true},
		{"18776-5", "44", ` moodCode="GOL"`, true},
		{"51847-2", "", ` moodCode="GOL"`, true},
		{"30954-2", "121", ` moodCode="GOL"`, true},
		{"61146-7", "2", ` moodCode="GOL"`, false}, // a result that is wished for says of itself that it is a result
		{"61146-7", "121", ` moodCode="EVN"`, false},
		{"61146-7", "121", ` moodCode="GOL" negationInd="true"`, false},
		{"61146-7", "121", ` moodCode="GOL" nullFlavor="NI"`, false},
	} {
		t.Run(x.section+x.template+x.attrs, func(t *testing.T) {
			template := ""
			if x.template != "" {
				template = `<templateId root="` + c22 + x.template + `"/>`
			}
			rec, _ := importSection(t, x.section, `<entry><observation classCode="OBS"`+x.attrs+`>`+template+snomed("code", "289169006")+
				`<statusCode code="active"/><value xsi:type="PQ" value="70" unit="kg"/></observation></entry>`, "Plan")
			if x.goal {
				require.Len(t, rec.Goals, 1)
				require.Equal(t, "70", rec.Goals[0].Values[0].Quantity.Value)
				return
			}
			require.Empty(t, rec.Goals)
			require.NotEmpty(t, rec.Carried)
		})
	}
}

// What a health concern says, negated, null or not.
func TestHealthConcernAssertion(t *testing.T) {
	concern := cd("code", "75310-3", oidLOINC, "")
	for _, x := range []struct {
		name, template, attrs, code, more string
		want                              record.Assertion
	}{
		{"affirmed", "132", `moodCode="EVN"`, concern, "", record.Affirmed},
		{"by its code", "", `moodCode="EVN"`, concern, "", record.Affirmed},
		{"none known", "132", `moodCode="EVN" negationInd="true"`, concern, "", record.NoneKnown},
		{"none known, in words", "132", `moodCode="EVN" negationInd="true"`, concern, `<text>No known health concerns</text>`, record.NoneKnown},
		{"other words", "132", `moodCode="EVN" negationInd="true"`, concern, `<text>Excluded or not available</text>`, ""},
		{"negated with a problem", "132", `moodCode="EVN" negationInd="true"`, concern, within("REFR", problem("P", "55607006", "38341003", "")), ""},
		{"negated risk", "136", `moodCode="EVN" negationInd="true"`, snomed("code", "281694009"), "", ""},
		{"unknown", "132", `moodCode="EVN" nullFlavor="UNK"`, concern, "", record.NotKnown},
		{"unknown with a problem", "132", `moodCode="EVN" nullFlavor="UNK"`, concern, within("REFR", problem("P", "55607006", "38341003", "")), ""},
		{"planned", "132", `moodCode="INT"`, concern, "", ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, rep := importSection(t, "75310-3", `<entry>`+act(x.template, x.attrs, "HC", x.code, x.more)+`</entry>`, "Concerns")
			if x.want == "" {
				require.Empty(t, rec.HealthConcerns)
				require.Empty(t, rec.Problems)
				require.True(t, hasIssue(rep, record.IssueNegationUnclear))
				return
			}
			require.Len(t, rec.HealthConcerns, 1)
			require.Equal(t, x.want, rec.HealthConcerns[0].Assertion)
		})
	}
}

// That the patient may come to have a disease does not say that they have it.
func TestRiskIsNoProblem(t *testing.T) {
	risk := func(more string) string {
		return `<entry>` + act("136", `moodCode="EVN"`, "RC", snomed("code", "281694009"), more) + `</entry>`
	}
	rec, _ := importSection(t, "75310-3", risk(within("REFR", problem("P-1", "80943009", "363346000", ""))+within("SPRT", problem("P-2", "55607006", "77176002", ""))), "Concerns")
	typed(t, rec)
	require.True(t, *rec.HealthConcerns[0].Risk)
	require.Equal(t, "363346000", rec.HealthConcerns[0].RiskOf[0].Code.Codings[0].Code)
	require.Len(t, rec.Problems, 1, "only what supports it is a problem")
	require.Equal(t, "77176002", rec.Problems[0].Code.Codings[0].Code)
	require.Equal(t, "support", rec.HealthConcerns[0].Relations[0].Type)

	for _, more := range []string{
		within("REFR", problem("P-1", "80943009", "363346000", ` negationInd="true"`)),
		within("REFR", act("3", `moodCode="EVN"`, "PC", cd("code", "CONC", oidActClass, ""), within("SUBJ", problem("P-1", "55607006", "363346000", "")))),
	} {
		rec, rep := importSection(t, "75310-3", risk(more), "Concerns")
		require.Empty(t, rec.Problems)
		require.Empty(t, rec.HealthConcerns[0].RiskOf)
		require.NotEmpty(t, rec.Carried)
		require.True(t, hasIssue(rep, record.IssueNegationUnclear))
	}
}

// A reference by an identifier points to the one entry that has it; to a
// concern act, to the one problem in it.
func TestEntryReference(t *testing.T) {
	concern := func(id, more string) string {
		return `<entry>` + act("132", `moodCode="EVN"`, id, cd("code", "75310-3", oidLOINC, ""), more) + `</entry>`
	}
	tracked := func(problems string) string {
		return `<entry>` + act("3", `moodCode="EVN"`, "PC", cd("code", "CONC", oidActClass, ""), problems) + `</entry>`
	}
	one := within("SUBJ", problem("P-1", "55607006", "38341003", ""))
	for _, x := range []struct {
		name, entries, kind string
		dangling            bool
	}{
		{"a concern", concern("HC-1", named("REFR", "HC-2")) + concern("HC-2", ""), record.KindHealthConcern, false},
		{"a problem", concern("HC-1", named("REFR", "P-1")) + tracked(one), record.KindProblem, false},
		{"a concern act around one problem", concern("HC-1", named("REFR", "PC")) + tracked(one), record.KindProblem, false},
		{"a concern act around two", concern("HC-1", named("REFR", "PC")) + tracked(one+within("SUBJ", problem("P-2", "55607006", "77176002", ""))), "", true},
		{"nothing", concern("HC-1", named("REFR", "NOWHERE")), "", true},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, rep := importSection(t, "75310-3", x.entries, "Concerns")
			typed(t, rec)
			c := rec.HealthConcerns[0]
			require.Equal(t, x.dangling, hasIssue(rep, record.IssueDanglingReference))
			if len(c.About) == 1 {
				require.Equal(t, x.kind, c.About[0].Kind)
				require.Equal(t, x.kind == "", c.About[0].ID == "")
			} else {
				require.Equal(t, "refers-to", c.Relations[0].Type)
				require.Empty(t, c.Relations[0].Target.ID)
			}
		})
	}
	rec, rep := importSection(t, "75310-3", concern("HC-1", within("REFR", `<act classCode="ACT" moodCode="EVN" negationInd="true"><templateId root="`+c22+
		`122"/><id root="1.2.840.66666" extension="HC-2"/><code nullFlavor="NP"/></act>`))+concern("HC-2", ""), "Concerns")
	require.Empty(t, rec.HealthConcerns[0].Relations)
	require.Empty(t, rec.HealthConcerns[0].About)
	require.True(t, hasIssue(rep, record.IssueNegationUnclear))
}

// An intervention is a procedure where it happened and an order where it is
// planned; of one that did not happen the parts did not happen either.
func TestIntervention(t *testing.T) {
	part := within("REFR", `<procedure classCode="PROC" moodCode="EVN"><templateId root="`+c22+`14"/><id root="1.2.840.66666" extension="PR"/>`+snomed("code", "371907003")+`<statusCode code="completed"/></procedure>`)
	code := snomed("code", "362956003")
	for _, x := range []struct {
		name, section, template, attrs   string
		procedures, orders, carriedParts int
	}{
		{"done", "62387-6", "131", `moodCode="EVN"`, 2, 0, 0},
		{"done, by its code", "62387-6", "", `moodCode="EVN"`, 2, 0, 0},
		{"planned", "62387-6", "146", `moodCode="INT"`, 1, 1, 0},
		{"planned in the words of an act", "62387-6", "131", `moodCode="INT"`, 1, 1, 0},
		{"a handoff in a plan", "18776-5", "141", `moodCode="EVN"`, 2, 0, 0},
		{"not done", "62387-6", "131", `moodCode="EVN" negationInd="true"`, 1, 0, 1},
		{"not planned", "62387-6", "146", `moodCode="INT" negationInd="true"`, 0, 0, 1},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, x.section, `<entry>`+act(x.template, x.attrs, "IV", code, part)+`</entry>`, "Plan")
			require.Len(t, rec.Procedures, x.procedures)
			require.Len(t, rec.Orders, x.orders)
			require.Len(t, rec.Carried, x.carriedParts)
			if x.name == "not done" {
				require.Equal(t, record.StatusNotDone, rec.Procedures[0].Status.Code)
			}
			if x.orders == 1 {
				require.Equal(t, record.KindProcedure, rec.Orders[0].Relations[0].Target.Kind)
			}
		})
	}
}

// An instruction in a section of its own is an order of somebody to be told; denied, it is not read.
func TestInstructionEntry(t *testing.T) {
	for _, x := range []struct {
		attrs string
		want  int
	}{{`moodCode="INT"`, 1}, {`moodCode="INT" negationInd="true"`, 0}} {
		rec, _ := importSection(t, "69730-0", `<entry>`+act("20", x.attrs, "IN", snomed("code", "409073007"), `<text>Rest</text>`)+`</entry>`, "Instructions")
		require.Len(t, rec.Orders, x.want)
		if x.want == 1 {
			require.Equal(t, "Rest", rec.Orders[0].Narrative.Text)
			require.Equal(t, record.ModeIntent, rec.Orders[0].Mode)
		}
	}
}

// A section that holds a plan is one; one that says nothing, or that there is nothing to say, is none.
func TestSectionPlan(t *testing.T) {
	order := `<entry><observation classCode="OBS" moodCode="RQO"><templateId root="` + c22 + `44"/>` + snomed("code", "252275004") + `<statusCode code="active"/></observation></entry>`
	for _, x := range []struct {
		name, section, entries string
		plans                  int
	}{
		{"plan of treatment", "18776-5", order, 1},
		{"assessment and plan", "51847-2", order, 1},
		{"words alone", "51847-2", "", 1},
		{"another section", "61146-7", order, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, _ := importSection(t, x.section, x.entries, "See her again")
			require.Len(t, rec.CarePlans, x.plans)
			if x.plans == 1 {
				p := rec.CarePlans[0]
				require.Equal(t, record.ModeIntent, p.Mode)
				require.Empty(t, p.Status.Code)
				require.Len(t, p.Activities, len(rec.Orders))
				require.Equal(t, rec.Documents[0].Sections[0].ID, p.Section)
			}
		})
	}
}

// A team with its members; one that is denied is not read.
func TestCareTeam(t *testing.T) {
	member := `<component><act classCode="PCPR" moodCode="EVN"><templateId root="` + c22 + `500.1" extension="2022-06-01"/>` + cd("code", "92707-9", oidLOINC, "") +
		`<statusCode code="active"/><performer typeCode="PRF"><functionCode xmlns="urn:hl7-org:sdtc" code="PCP" codeSystem="2.16.840.1.113883.5.88"/><assignedEntity><id root="1.2.840.66666.1" extension="W"/><assignedPerson><name><family>Oake</family></name></assignedPerson></assignedEntity></performer></act></component>`
	for _, x := range []struct {
		name, template, attrs string
		teams                 int
	}{
		{"by its template", "500", "", 1},
		{"by its code", "", "", 1},
		{"denied", "500", ` negationInd="true"`, 0},
	} {
		t.Run(x.name, func(t *testing.T) {
			template := ""
			if x.template != "" {
				template = `<templateId root="` + c22 + x.template + `"/>`
			}
			rec, _ := importSection(t, "85847-2", `<entry><organizer classCode="CLUSTER" moodCode="EVN"`+x.attrs+`>`+template+`<id root="1.2.840.66666" extension="CT"/>`+
				cd("code", "86744-0", oidLOINC, "")+`<statusCode code="active"/>`+member+`</organizer></entry>`, "Team")
			require.Len(t, rec.CareTeams, x.teams)
			if x.teams == 1 {
				m := rec.CareTeams[0].Members[0]
				require.Equal(t, record.KindPractitioner, m.Who.Kind)
				require.Equal(t, "PCP", m.Roles[0].Codings[0].Code)
				require.Equal(t, record.StatusActive, m.Status.Code)
			}
		})
	}
}
