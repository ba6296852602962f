package fhir

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

const outdatedDocument = `{"resourceType":"Bundle","type":"document","identifier":{"system":"urn:ietf:rfc:3986","value":"urn:uuid:00000000-0000-4000-8000-0000000000bb"},"timestamp":"2024-01-02T00:00:00Z","entry":[
{"fullUrl":"http://a.example/Composition/9","resource":{"resourceType":"Composition","id":"9","status":"final","type":{"coding":[{"system":"http://loinc.org","code":"34133-9"}]},"subject":{"reference":"Patient/1"},"date":"2024-01-02","author":[{"display":"Quill"}],"title":"Summary",
 "section":[{"title":"Allergies","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">SECTION No penicillin allergy</div>"},"entry":[{"reference":"AllergyIntolerance/2"}]},
 {"title":"Problems","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">SECTION Gout</div>"},"entry":[{"reference":"Condition/3"}]}]}},
{"fullUrl":"http://a.example/Patient/1","resource":{"resourceType":"Patient","id":"1","birthDate":"1950-01-02","name":[{"family":"Quill"}]}},
{"fullUrl":"http://a.example/AllergyIntolerance/2","resource":{"resourceType":"AllergyIntolerance","id":"2","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">OWN No penicillin allergy</div>"},
 "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical","code":"active"}]},"code":{"text":"Penicillin"},"patient":{"reference":"Patient/1"}}},
{"fullUrl":"http://a.example/Condition/3","resource":{"resourceType":"Condition","id":"3","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">OWN Gout</div>"},
 "clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}]},"code":{"text":"Gout"},"subject":{"reference":"Patient/1"}}}]}`

// TestOutdatedWords: words that tell of an entry as it was before it was changed do not go out and are named as lost; all else goes out.
func TestOutdatedWords(t *testing.T) {
	const ofSection, own, newSection, newOwn = "SECTION No penicillin", "OWN No penicillin", "SECTION No longer", "OWN No longer"
	label := record.Label{Kind: "sensitivity", Coding: record.Coding{System: "http://terminology.hl7.org/CodeSystem/v3-ActCode", Code: "ETH"}}
	words := func(text string) *record.Narrative {
		return &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "text", Text: text}}}
	}
	both := []string{"documents[0].sections[0].narrative.nodes[0].text", "allergies[0].narrative.body.nodes[0].text", "allergies[0].narrative.status"}
	for _, c := range []struct {
		name       string
		change     func(*record.Record)
		told, lost []string
	}{
		{"nothing", func(*record.Record) {}, []string{ofSection, own}, nil},
		{"the allergy", func(r *record.Record) { r.Allergies[0].Substance.Text = "Latex" }, nil, both},
		{"its assertion", func(r *record.Record) { r.Allergies[0].Assertion = record.Negated }, nil, both},
		{"a label", func(r *record.Record) { r.Allergies[0].Labels = append(r.Allergies[0].Labels, label) }, []string{ofSection, own}, nil},
		{"the allergy and its words", func(r *record.Record) {
			r.Allergies[0].Substance.Text = "Latex"
			r.Allergies[0].Narrative.Body = words(newOwn)
		}, []string{newOwn}, both[:1]},
		{"the allergy and all words", func(r *record.Record) {
			r.Allergies[0].Substance.Text = "Latex"
			r.Allergies[0].Narrative.Body = words(newOwn)
			r.Documents[0].Sections[0].Narrative = words(newSection)
			r.State()
		}, []string{newOwn, newSection}, nil},
	} {
		for _, o := range []record.ExportOptions{{Now: testOptions.Now}, testOptions} {
			for _, b := range []BundleType{BundleAsSent, BundleCollection, BundleDocument} {
				t.Run(fmt.Sprint(c.name, o.TypedOnly, b), func(t *testing.T) {
					recs, _ := imported(t, []byte(outdatedDocument))
					c.change(recs[0])
					var out bytes.Buffer
					rep, err := Exporter{Bundle: b}.Export(t.Context(), recs[0], &out, o)
					require.NoError(t, err)
					for _, w := range []string{ofSection, own, newSection, newOwn} {
						require.Equal(t, slices.Contains(c.told, w), strings.Contains(out.String(), w), "%s in %s", w, out.String())
					}
					for _, w := range []string{"SECTION Gout", "OWN Gout", "Summary", "Problems"} {
						require.Contains(t, out.String(), w)
					}
					var lost []string
					for _, i := range rep.Issues {
						if i.Message == lostWords.Message {
							lost = append(lost, i.Path)
						}
					}
					require.ElementsMatch(t, c.lost, lost)
				})
			}
		}
	}
}

// TestOutdatedWordsOfDocuments: so it is where the words came from a document of another format, of which entries show their rows.
func TestOutdatedWordsOfDocuments(t *testing.T) {
	rec := recordtest.Full()
	rec.State()
	var before, after bytes.Buffer
	_, err := Exporter{}.Export(t.Context(), rec, &before, testOptions)
	require.NoError(t, err)
	told := map[string]bool{}
	for i := range rec.Documents[0].Sections {
		if s := &rec.Documents[0].Sections[i]; !s.Narrative.IsZero() && len(s.Entries) > 0 {
			told[s.ID] = true
			s.Entries = s.Entries[1:] // as where one was taken away
		}
	}
	require.NotEmpty(t, told)
	rep, err := Exporter{}.Export(t.Context(), rec, &after, testOptions)
	require.NoError(t, err)
	was, is := importedOne(t, before.Bytes()), importedOne(t, after.Bytes())
	for i := range was.Documents[0].Sections {
		a, b := &was.Documents[0].Sections[i], &is.Documents[0].Sections[i]
		require.Equal(t, a.Title, b.Title)
		require.False(t, told[a.ID] && !b.Narrative.IsZero(), a.Title)
		if !told[a.ID] {
			require.Equal(t, a.Narrative, b.Narrative, a.Title)
		}
	}
	n := 0
	for _, i := range rep.Issues {
		if i.Message == lostWords.Message {
			n++
		}
	}
	require.GreaterOrEqual(t, n, len(told))
}
