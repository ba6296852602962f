package record_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// told gives a record of one document: a section that tells of a denied allergy, which somebody recorded, one that tells of a
// problem, with a section within, and one of which nobody noted what its entries said.
func told() *record.Record {
	words := func() *record.Narrative {
		return &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "text", Text: "No allergy to penicillin"}}}
	}
	r := &record.Record{
		Practitioners: []record.Practitioner{{Entry: record.Entry{ID: "who"}}},
		Allergies:     []record.Allergy{{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: record.Coding{Code: "R"}}}}, Substance: record.Concept{Text: "Penicillin"}}},
		Problems:      []record.Problem{{Entry: record.Entry{ID: "p"}}, {Entry: record.Entry{ID: "q"}}},
		Documents: []record.Document{{Entry: record.Entry{ID: "d"}, Sections: []record.Section{
			{ID: "1", Narrative: words(), Entries: []record.Ref{{ID: "a"}}},
			{ID: "2", Narrative: words(), Entries: []record.Ref{{ID: "p"}}, Sections: []record.Section{{ID: "3", Narrative: words(), Entries: []record.Ref{{ID: "q"}}}}},
			{ID: "4", Entries: []record.Ref{{ID: "a"}}},
		}}},
		Carried: []record.Carried{{Owner: "p", Kind: "value", Name: "onset", Data: `"long ago"`}},
	}
	r.Allergies[0].Participants = []record.Participation{{Role: "author", Who: &record.Ref{ID: "who"}}}
	r.State()
	return r
}

func TestOutdated(t *testing.T) {
	label := record.Label{Coding: record.Coding{Code: "ETH"}}
	for _, c := range []struct {
		name                         string
		change                       func(*record.Record)
		want, typedOnly, butLabelled []string
	}{
		{"nothing", func(*record.Record) {}, nil, nil, nil},
		{"a field", func(r *record.Record) { r.Allergies[0].Substance.Text = "Latex" }, []string{"1"}, []string{"1"}, []string{"1"}},
		{"an assertion", func(r *record.Record) { r.Problems[1].Assertion = record.Negated }, []string{"3"}, []string{"3"}, []string{"3"}},
		{"who said it", func(r *record.Record) { r.Practitioners[0].Names = []record.Name{{Text: "Quill"}} }, nil, nil, nil}, // people are told of by themselves
		{"an entry less", func(r *record.Record) { r.Problems = r.Problems[:1] }, []string{"3"}, []string{"3"}, []string{"3"}},
		{"an entry more", func(r *record.Record) {
			r.Documents[0].Sections[1].Entries = append(r.Documents[0].Sections[1].Entries, record.Ref{ID: "a"})
		}, []string{"2"}, []string{"2"}, []string{"2"}},
		{"a piece less", func(r *record.Record) { r.Carried = nil }, []string{"2"}, nil, []string{"2"}},
		{"a label more", func(r *record.Record) { r.Allergies[0].Labels = append(r.Allergies[0].Labels, label) }, []string{"1"}, []string{"1"}, nil},
		{"a first label", func(r *record.Record) { r.Problems[0].Labels = append(r.Problems[0].Labels, label) }, []string{"2"}, []string{"2"}, nil},
		{"a label less", func(r *record.Record) { r.Allergies[0].Labels = nil }, []string{"1"}, []string{"1"}, []string{"1"}},
		{"a label more and a field", func(r *record.Record) {
			r.Allergies[0].Labels, r.Allergies[0].Substance.Text = append(r.Allergies[0].Labels, label), "Latex"
		}, []string{"1"}, []string{"1"}, []string{"1"}},
		{"very many labels more", func(r *record.Record) { r.Allergies[0].Labels = make([]record.Label, 1000) }, []string{"1"}, []string{"1"}, []string{"1"}},
		{"words where nobody noted", func(r *record.Record) { r.Documents[0].Sections[2].Narrative = r.Documents[0].Sections[0].Narrative }, nil, nil, nil},
		{"no words any more", func(r *record.Record) {
			r.Allergies[0].Substance.Text, r.Documents[0].Sections[0].Narrative = "Latex", nil
		}, nil, nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := told()
			text, err := json.Marshal(r) // a host keeps it
			require.NoError(t, err)
			r = new(record.Record)
			require.NoError(t, json.Unmarshal(text, r))
			c.change(r)
			ids := func(typedOnly, butLabels bool) (list []string) {
				was := r.Outdated(r.Documents, typedOnly, butLabels)
				require.False(t, was != nil && len(was) == 0 && !butLabels)
				for _, s := range []*record.Section{&r.Documents[0].Sections[0], &r.Documents[0].Sections[1], &r.Documents[0].Sections[1].Sections[0], &r.Documents[0].Sections[2]} {
					if was[s] {
						list = append(list, s.ID)
					}
				}
				require.Len(t, was, len(list))
				return list
			}
			require.Equal(t, c.want, ids(false, false))
			require.Equal(t, c.typedOnly, ids(true, false))
			require.Equal(t, c.butLabelled, ids(false, true))
		})
	}
}

// TestItemOutdatedButForLabels: labels that entries were given since an item was read are told from other changes.
func TestItemOutdatedButForLabels(t *testing.T) {
	made := func() (*record.Record, *record.Item) {
		r := told()
		r.Sources = []record.Source{{ID: "s", Items: []record.Item{{Entries: []string{"a", "p"}}}}}
		r.StateItems()
		return r, &r.Sources[0].Items[0]
	}
	r, it := made()
	require.True(t, r.StatingItems().StillItem(it))
	require.True(t, r.StatingItems().StillItemButLabels(&record.Item{Entries: []string{"q"}, Stated: r.StatingItems().OfItem(&record.Item{Entries: []string{"q"}})}))
	label := record.Label{Coding: record.Coding{Code: "ETH"}}
	r.Allergies[0].Labels = append(r.Allergies[0].Labels, label)
	s := r.StatingItems()
	require.False(t, s.StillItem(it))
	require.True(t, s.StillItemButLabels(it))
	require.False(t, s.StillItem(it), "it hashes as ever after")
	r.Allergies[0].Substance.Text = "Latex"
	require.False(t, r.StatingItems().StillItemButLabels(it))
	r, it = made()
	r.Problems[0].Labels = append(r.Problems[0].Labels, label)
	require.False(t, r.StatingItems().StillItemButLabels(it), "the other had a label before: no one count tells both, and it counts as changed")
}
