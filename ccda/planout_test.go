package ccda

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// Documents of everything about plans say the same at their second writing, with
// and without what was carried, and nothing of the record is lost.
func TestPlansTwice(t *testing.T) {
	for _, file := range []string{"careplan.xml", "plans-out.xml"} {
		b, err := os.ReadFile("testdata/" + file)
		require.NoError(t, err)
		for _, typedOnly := range []bool{false, true} {
			first := again(t, string(b))
			one, rep := exportedAs(t, first, Faithful, typedOnly)
			for _, i := range rep.Issues {
				require.NotEqual(t, "lost", i.Code, "%s %s", file, i.Path)
			}
			second := again(t, one)
			two, _ := exportedAs(t, second, Faithful, typedOnly)
			require.Equal(t, one, two, file)
			for _, l := range [...]struct{ a, b int }{
				{len(first.Goals), len(second.Goals)}, {len(first.HealthConcerns), len(second.HealthConcerns)}, {len(first.CareTeams), len(second.CareTeams)},
				{len(first.CarePlans), len(second.CarePlans)}, {len(first.Orders), len(second.Orders)}, {len(first.Procedures), len(second.Procedures)},
				{len(first.Problems), len(second.Problems)}, {len(first.Assessments), len(second.Assessments)},
			} {
				require.Equal(t, l.a, l.b, file)
			}
		}
	}
}

// What the invented document says, and that it is said again word for word.
func TestPlansRead(t *testing.T) {
	b, err := os.ReadFile("testdata/plans-out.xml")
	require.NoError(t, err)
	first := again(t, string(b))
	text, _ := exportedAs(t, first, Faithful, false)
	for _, rec := range []*record.Record{first, again(t, text)} {
		typed(t, rec)
		g := rec.Goals[1]
		require.Len(t, g.Targets, 2)
		require.Equal(t, "2024-09-01", g.Targets[0].Due.Value)
		require.Equal(t, "6", g.Targets[1].DueIn.Value)
		require.Equal(t, "65", g.Targets[1].Value.Range.High.Value)
		require.Len(t, g.Milestones, 1)
		require.Equal(t, record.KindHealthConcern, g.Addresses[0].Kind)
		require.Equal(t, rec.Results[0].ID, g.Outcomes[0].ID)
		require.Equal(t, "2", g.Relations[0].Sequence)

		c := rec.HealthConcerns[0]
		require.Len(t, c.About, 3, "two problems of one act and a result")
		require.Equal(t, rec.Results[0].ID, c.About[0].ID)
		require.Equal(t, g.ID, c.Goals[0].ID)
		require.Equal(t, kindDocument, c.Relations[0].Target.Kind)
		require.Equal(t, record.NoneKnown, rec.HealthConcerns[1].Assertion)
		require.Len(t, rec.HealthConcerns[1].Notes, 1)
		require.True(t, *rec.HealthConcerns[2].Risk)
		require.Equal(t, "129839007", rec.HealthConcerns[2].RiskOf[0].Code.Codings[0].Code)
		require.Len(t, rec.Problems, 2)

		m := rec.CareTeams[0].Members[0]
		require.Len(t, m.Roles, 2)
		require.Equal(t, "405277009", m.Roles[1].Codings[0].Code)
		require.Equal(t, "Away in August", m.Notes[0].Text)

		p := rec.CarePlans[0]
		require.Equal(t, "Getting about", p.Title)
		require.Equal(t, "A little further each week", p.Description)
		require.Equal(t, "assess-plan", p.Categories[0].Codings[0].Code)
		require.Equal(t, c.ID, p.Addresses[0].ID)
		require.Equal(t, rec.CareTeams[0].ID, p.CareTeams[0].ID)
		require.Len(t, p.Support, 1)
		require.Len(t, p.Activities, 2)
		require.Equal(t, record.KindOrder, p.Activities[0].Ref.Kind)
		require.True(t, *p.Activities[1].DoNotPerform)
		require.Equal(t, "referral", rec.Orders[1].Kind)
		require.Equal(t, "diet", rec.Orders[2].Kind)
	}
	for _, root := range []string{"132", "136", "121", "500", "500.1", "140", "130", "20", "131", "115", "39"} {
		require.Contains(t, text, `"`+c22+root+`"`)
	}
}

// What is denied or not known of goals, concerns and teams is never read as so.
func TestPlanSense(t *testing.T) {
	about := []record.Ref{{ID: "pr", Kind: record.KindProblem}}
	for name, x := range map[string]struct {
		concern record.HealthConcern
		want    record.Assertion // as read again; "" where it may not be written
	}{
		"affirmed":                  {record.HealthConcern{Entry: record.Entry{Assertion: record.Affirmed}, About: about}, record.Affirmed},
		"none known":                {record.HealthConcern{Entry: record.Entry{Assertion: record.NoneKnown}}, record.NoneKnown},
		"none known, of something":  {record.HealthConcern{Entry: record.Entry{Assertion: record.NoneKnown}, About: about}, ""},
		"none known, a risk":        {record.HealthConcern{Entry: record.Entry{Assertion: record.NoneKnown}, Risk: ptr(true)}, ""},
		"negated":                   {record.HealthConcern{Entry: record.Entry{Assertion: record.Negated}, Code: coded("195967001", "Asthma")}, ""},
		"not known":                 {record.HealthConcern{Entry: record.Entry{Assertion: record.NotKnown}}, record.NotKnown},
		"not known, for a reason":   {record.HealthConcern{Entry: record.Entry{Assertion: record.NotKnown, Absent: record.AbsentAskedUnknown}}, record.NotKnown},
		"not known, with a problem": {record.HealthConcern{Entry: record.Entry{Assertion: record.NotKnown}, About: about}, ""},
	} {
		for _, mode := range []Mode{Faithful, Conformant} {
			rec := chart()
			x.concern.ID = "hc"
			rec.HealthConcerns = []record.HealthConcern{x.concern}
			rec.Problems = []record.Problem{{Entry: record.Entry{ID: "pr", Assertion: record.Affirmed}, Code: coded("195967001", "Asthma")}}
			text, rep := exportedAs(t, rec, mode, false)
			back := again(t, text).HealthConcerns
			if x.want == "" {
				require.Empty(t, back, name)
				require.NotZero(t, rep.Counts.Lost, name)
				continue
			}
			require.Len(t, back, 1, name)
			require.Equal(t, x.want, back[0].Assertion, name)
			if x.want == record.NoneKnown {
				require.Contains(t, text, "No known health concerns")
			}
		}
	}
	for _, a := range []record.Assertion{record.Negated, record.NoneKnown, record.NotKnown} {
		rec := chart()
		e := record.Entry{ID: "x", Assertion: a}
		rec.Goals = []record.Goal{{Entry: e, Code: coded("289169006", "Weight loss")}}
		e.ID = "t"
		rec.CareTeams = []record.CareTeam{{Entry: e, Name: "Knee team"}}
		e.ID = "cp"
		rec.CarePlans = []record.CarePlan{{Entry: e, Title: "Walking"}}
		text, rep := exportedAs(t, rec, Faithful, false)
		back := again(t, text)
		require.Empty(t, back.Goals)
		require.Empty(t, back.CareTeams)
		require.Empty(t, back.CarePlans)
		require.NotZero(t, rep.Counts.Lost)
	}
}

// In a risk concern a problem stands by its name alone: whole, it would be read as
// one that the patient may get.
func TestRiskNamesProblems(t *testing.T) {
	rec := chart()
	rec.Problems = []record.Problem{{Entry: record.Entry{ID: "pr", Assertion: record.Affirmed}, Code: coded("195967001", "Asthma")}}
	rec.HealthConcerns = []record.HealthConcern{{
		Entry: record.Entry{ID: "hc", Assertion: record.Affirmed}, Risk: ptr(true), About: []record.Ref{{ID: "pr", Kind: record.KindProblem}},
		RiskOf: []record.Indication{{Code: ptr(coded("129839007", "At risk for falls"))}},
	}}
	text, _ := exportedAs(t, rec, Faithful, false)
	back := again(t, text)
	require.Len(t, back.Problems, 1)
	require.Equal(t, "195967001", back.Problems[0].Code.Codings[0].Code)
	require.Len(t, back.HealthConcerns[0].RiskOf, 1)
	require.Equal(t, back.Problems[0].ID, back.HealthConcerns[0].About[0].ID)
}

// A start alone is never read as when a goal is due, nor the contrary.
func TestGoalTimeOut(t *testing.T) {
	day := record.Time{Value: "2024-07-01"}
	due := record.Time{Value: "2024-10-01"}
	for name, g := range map[string]record.Goal{
		"start":         {Start: record.Period{Start: day}},
		"start, a date": {Start: record.Period{At: day}},
		"due":           {Due: &due},
		"both":          {Start: record.Period{At: day}, Due: &due},
	} {
		rec := chart()
		g.ID, g.Assertion, g.Mode = "g", record.Affirmed, record.ModeGoal
		rec.Goals = []record.Goal{g}
		text, _ := exportedAs(t, rec, Faithful, false)
		back := again(t, text).Goals[0]
		if g.Start.IsZero() {
			require.True(t, back.Start.IsZero(), name)
		} else {
			require.Equal(t, day.Value, back.Start.Start.Value, name)
		}
		if g.Due == nil {
			require.Nil(t, back.Due, name)
		} else {
			require.Equal(t, due.Value, back.Due.Value, name)
		}
	}
}

// What the templates demand and the record lacks is null, and in the report.
func TestPlansConformant(t *testing.T) {
	rec := chart()
	e := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	rec.Goals = []record.Goal{{Entry: e("g")}}
	rec.HealthConcerns = []record.HealthConcern{{Entry: e("h"), Code: coded("195967001", "Asthma")}}
	rec.CareTeams = []record.CareTeam{{Entry: e("t"), Name: "Knee team"}}
	text, rep := exportedAs(t, rec, Conformant, false)
	reported := map[string]bool{}
	for _, i := range rep.Issues {
		reported[i.Path] = true
	}
	for _, path := range []string{"goals[0].code", "goals[0].status", "healthConcerns[0].code", "healthConcerns[0].status", "careTeams[0].members", "careTeams[0].when"} {
		require.True(t, reported[path], path)
	}
	require.Contains(t, text, `<statusCode nullFlavor="NI"/>`, "no status is made up")
	back := again(t, text)
	require.Empty(t, back.Goals[0].Status.Code)
	require.Equal(t, "Knee team", back.CareTeams[0].Code.Text)
}
