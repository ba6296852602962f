package consent_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What an entry says in words beside a reference to a withheld one goes with the reference, in whatever field it stands.
func TestWordsBesideAReference(t *testing.T) {
	gone := []record.Ref{{ID: "gone", Kind: record.KindProblem}}
	reason := []record.Indication{{Ref: &gone[0]}}
	entry := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	note := []record.Note{{Text: "Zqx"}}
	for name, tt := range map[string]struct {
		rec   record.Record
		stays bool
	}{
		"a care plan": {record.Record{CarePlans: []record.CarePlan{{Entry: entry("x"), Title: "Zqx", Description: "Zqx", Addresses: gone}}}, true},
		"an activity of a care plan": {record.Record{CarePlans: []record.CarePlan{{Entry: entry("x"),
			Activities: []record.PlanActivity{{Description: "Zqx", Progress: note, ReasonRefs: gone}, {Description: "Zqx", Goals: gone}, {Description: "Zqx", OutcomeRefs: gone}}}}}, true},
		"a goal":                      {record.Record{Goals: []record.Goal{{Entry: entry("x"), Code: record.Concept{Text: "Zqx"}, Addresses: gone}}}, false},
		"a goal of two things":        {record.Record{Results: []record.Observation{{Entry: entry("y")}}, Goals: []record.Goal{{Entry: entry("x"), StatusReason: "Zqx", Addresses: append(gone, record.Ref{ID: "y"})}}}, true},
		"a health concern":            {record.Record{HealthConcerns: []record.HealthConcern{{Entry: entry("x"), Code: record.Concept{Text: "Zqx"}, About: gone}}}, false},
		"another reason in words":     {record.Record{Medications: []record.Medication{{Entry: entry("x"), Indications: []record.Indication{{Code: &record.Concept{Text: "Zqx"}}, reason[0]}}}}, true},
		"reasons of an activity":      {record.Record{CarePlans: []record.CarePlan{{Entry: entry("x"), Activities: []record.PlanActivity{{Reasons: []record.Concept{{Text: "Zqx"}}, ReasonRefs: gone}, {Outcomes: []record.Concept{{Text: "Zqx"}}, OutcomeRefs: gone}}}}}, true},
		"the name of a care team":     {record.Record{CareTeams: []record.CareTeam{{Entry: entry("x"), Name: "Zqx", Reasons: reason}}}, true},
		"an order":                    {record.Record{Orders: []record.Order{{Entry: entry("x"), Reason: "Zqx", Indications: reason}}}, true},
		"an appointment":              {record.Record{Appointments: []record.Appointment{{Entry: entry("x"), Description: "Zqx", Comment: "Zqx", PatientNote: "Zqx", Reasons: reason}}}, true},
		"an imaging study":            {record.Record{ImagingStudies: []record.ImagingStudy{{Entry: entry("x"), Description: "Zqx", Reasons: reason}}}, true},
		"a specimen":                  {record.Record{Specimens: []record.Specimen{{Entry: entry("x"), Description: "Zqx", Orders: gone}}}, true},
		"evidence of a problem":       {record.Record{Problems: []record.Problem{{Entry: entry("x"), Evidence: []record.Evidence{{Codes: []record.Concept{{Text: "Zqx"}}, Details: gone}}}}}, true},
		"an observation of members":   {record.Record{Results: []record.Observation{{Entry: entry("x"), Code: record.Concept{Text: "Zqx"}, Members: gone}}}, false},
		"what a Provenance is signed": {record.Record{Results: []record.Observation{{Entry: entry("y")}}, Provenances: []record.Provenance{{Entry: entry("x"), Targets: append(gone, record.Ref{ID: "y"}), Signatures: []record.Signature{{Format: "Zqx"}}}}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			tt.rec.Problems = append(tt.rec.Problems, record.Problem{Entry: entry("gone"), Code: record.Concept{Text: "Zqx"}})
			out, _ := consent.Redact(denying("gone"), &tt.rec, consent.Redaction{})
			b, err := json.Marshal(out)
			require.NoError(t, err)
			require.NotContains(t, string(b), "Zqx")
			require.Equal(t, tt.stays, len(entriesOf(out, "x")) > 0)
		})
	}
	// An observation that says something of its own stays.
	rec := &record.Record{Problems: []record.Problem{{Entry: entry("gone")}}, Results: []record.Observation{{Entry: entry("x"), Members: gone, Values: []record.Value{{Integer: ptr("7")}}}}}
	out, _ := consent.Redact(denying("gone"), rec, consent.Redaction{})
	require.Len(t, out.Results, 1)
}

// A reason that stays is told beside one that does not, and a reason in words beside none that goes.
func TestReasonsThatStay(t *testing.T) {
	entry := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	words, gone, kept := record.Indication{Code: &record.Concept{Text: "pain"}}, record.Indication{Ref: &record.Ref{ID: "gone"}}, record.Indication{Ref: &record.Ref{ID: "kept"}}
	rec := &record.Record{Problems: []record.Problem{{Entry: entry("gone")}, {Entry: entry("kept")}},
		Encounters: []record.Encounter{{Entry: entry("x"), Reasons: []record.Indication{words, gone, kept}}, {Entry: entry("y"), Reasons: []record.Indication{words, kept}}}}
	out, _ := consent.Redact(denying("gone"), rec, consent.Redaction{})
	require.Equal(t, []record.Indication{kept}, out.Encounters[0].Reasons)
	require.Equal(t, []record.Indication{words, kept}, out.Encounters[1].Reasons)
}

func ptr[T any](v T) *T { return &v }

func entriesOf(r *record.Record, id string) (out []*record.Entry) {
	for _, e := range r.Entries() {
		if e.ID == id {
			out = append(out, e)
		}
	}
	return out
}

// A place behind a diagnosis that is withheld tells of that one, and so does how a group of tests is judged as a whole.
func TestGapsAndJudgementsOfGroups(t *testing.T) {
	entry := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	ref := func(id string) record.Ref { return record.Ref{ID: id} }
	high := []record.Concept{{Text: "Zqx"}}
	rec := &record.Record{
		Problems: []record.Problem{{Entry: entry("first"), Rank: "1"}, {Entry: entry("gone"), Rank: "2"}, {Entry: entry("third"), Rank: "3"}},
		Encounters: []record.Encounter{{Entry: entry("e"), Diagnoses: []record.EncounterDiagnosis{{Problem: ref("first"), Rank: "1"}, {Problem: ref("gone"), Rank: "2"}, {Problem: ref("third"), Rank: "3"}}},
			{Entry: entry("f"), Diagnoses: []record.EncounterDiagnosis{{Problem: ref("first"), Rank: "1"}, {Problem: ref("third"), Rank: "2"}}}},
		Results: []record.Observation{{Entry: entry("test")}, {Entry: entry("group"), Members: []record.Ref{ref("gone")}, Interpretations: high},
			{Entry: entry("half"), Members: []record.Ref{ref("gone"), ref("test")}, Interpretations: high, Attachments: []record.Attachment{{Title: "Zqx"}}},
			{Entry: entry("own"), Members: []record.Ref{ref("gone"), ref("test")}, Interpretations: []record.Concept{{Text: "high"}}, Values: []record.Value{{Integer: ptr("7")}}}},
	}
	out, _ := consent.Redact(denying("gone"), rec, consent.Redaction{})
	b, err := json.Marshal(out)
	require.NoError(t, err)
	require.NotContains(t, string(b), "Zqx")
	require.Empty(t, entriesOf(out, "group"))
	require.Len(t, entriesOf(out, "half"), 1)
	require.Len(t, out.Results[len(out.Results)-1].Interpretations, 1)
	require.Equal(t, []string{"1", ""}, []string{out.Problems[0].Rank, out.Problems[1].Rank})
	require.Equal(t, []record.EncounterDiagnosis{{Problem: ref("first"), Rank: "1"}, {Problem: ref("third")}}, out.Encounters[0].Diagnoses)
	require.Equal(t, rec.Encounters[1].Diagnoses, out.Encounters[1].Diagnoses)
	require.Equal(t, "3", rec.Problems[2].Rank)
}

// The table that a panel names in the narrative may have the row of a test that is withheld: it is judged by its rows.
func TestTableOfAPanel(t *testing.T) {
	node := func(kind, id string, depth int, text string) record.NarrativeNode {
		return record.NarrativeNode{Kind: kind, ID: id, Depth: depth, Text: text}
	}
	for name, at := range map[string]int{"the table": 0, "its body": 1} {
		t.Run(name, func(t *testing.T) {
			nodes := []record.NarrativeNode{node("table", "", 0, ""), node("tbody", "", 1, ""),
				node("tr", "", 2, ""), node("td", "", 3, ""), node("text", "", 4, "Zqx"), // the test that is withheld has no anchor
				node("tr", "row", 2, ""), node("td", "", 3, ""), node("text", "", 4, "potassium")}
			nodes[at].ID = "panel"
			at := func(id string) record.Entry {
				return record.Entry{ID: id, Section: "s", Narrative: &record.NarrativeLink{Anchor: id}}
			}
			rec := &record.Record{
				ResultPanels: []record.Panel{{Entry: at("panel"), Members: []record.Ref{{ID: "gone"}, {ID: "row"}}}},
				Results:      []record.Observation{{Entry: record.Entry{ID: "gone", Section: "s"}}, {Entry: at("row")}},
				Documents:    []record.Document{{Entry: record.Entry{ID: "d"}, Sections: []record.Section{{ID: "s", Entries: []record.Ref{{ID: "panel"}}, Narrative: &record.Narrative{Nodes: nodes}}}}},
			}
			out, _ := consent.Redact(denying("gone"), rec, consent.Redaction{})
			b, err := json.Marshal(out)
			require.NoError(t, err)
			require.NotContains(t, string(b), "Zqx")
			require.Contains(t, string(b), "potassium")
		})
	}
}
