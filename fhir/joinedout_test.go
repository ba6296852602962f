package fhir

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// documentOf reads a document Bundle, and gives its entries by fullUrl and by type and id, and those that its Composition leads to.
func documentOf(t *testing.T, text []byte) (all map[string]map[string]any, reached map[string]bool) {
	t.Helper()
	var b struct {
		Type  string
		Entry []struct {
			FullURL  string
			Resource map[string]any
		}
	}
	require.NoError(t, json.Unmarshal(text, &b))
	require.Equal(t, "document", b.Type)
	all, reached = map[string]map[string]any{}, map[string]bool{}
	name := map[string]string{}
	for _, e := range b.Entry {
		all[e.FullURL] = e.Resource
		name[e.FullURL] = e.FullURL
		name[e.Resource["resourceType"].(string)+"/"+e.Resource["id"].(string)] = e.FullURL
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				if s, ok := x.(string); ok && k == "reference" && name[s] != "" && !reached[name[s]] {
					reached[name[s]] = true
					walk(all[name[s]])
				}
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	require.Equal(t, "Composition", b.Entry[0].Resource["resourceType"])
	reached[b.Entry[0].FullURL] = true
	walk(b.Entry[0].Resource)
	return all, reached
}

// titles gives the titles of a Composition's sections and how many entries each lists.
func titles(t *testing.T, all map[string]map[string]any, of string) (list []string) {
	t.Helper()
	for _, s := range all[of]["section"].([]any) {
		s := s.(map[string]any)
		entries, _ := s["entry"].([]any)
		list = append(list, s["title"].(string)+strings.Repeat(" *", len(entries)))
	}
	return list
}

// TestDocumentListsWhatTheHostAdded: a reader of the document sees it, beside the section that says that there is none.
func TestDocumentListsWhatTheHostAdded(t *testing.T) {
	for _, c := range []struct {
		b BundleType
		o record.ExportOptions
	}{{BundleAsSent, record.ExportOptions{Now: testOptions.Now}}, {BundleDocument, record.ExportOptions{Now: testOptions.Now}}, {BundleDocument, testOptions}} {
		recs, _ := imported(t, []byte(outdatedDocument))
		r := recs[0]
		r.Allergies = append(r.Allergies, record.Allergy{Entry: record.Entry{ID: "9d0f66e1-0000-4000-8000-000000000001"}, Substance: record.Concept{Text: "Latex"}})
		r.Results = append(r.Results, record.Observation{Entry: record.Entry{ID: "9d0f66e1-0000-4000-8000-000000000002"}, Code: record.Concept{Text: "Sodium"}})
		r.ResultPanels = append(r.ResultPanels, record.Panel{Entry: record.Entry{ID: "9d0f66e1-0000-4000-8000-000000000003"}, Code: record.Concept{Text: "Salts"}, Members: []record.Ref{{ID: "9d0f66e1-0000-4000-8000-000000000002"}}})
		var out bytes.Buffer
		rep, err := Exporter{Bundle: c.b}.Export(t.Context(), r, &out, c.o)
		require.NoError(t, err)
		all, reached := documentOf(t, out.Bytes())
		for u, x := range all {
			require.Equal(t, x["resourceType"] != "Provenance", reached[u], "%s in %s", u, out.String())
		}
		for u, x := range all {
			if x["resourceType"] == "Composition" {
				require.Equal(t, []string{"Allergies *", "Problems *", "Allergies *", "Results *"}, titles(t, all, u))
			}
		}
		require.Contains(t, out.String(), "SECTION No penicillin") // it says so of its own entry
		n := 0
		for _, i := range rep.Issues {
			if i.Message == listedInOwn.Message {
				require.Equal(t, "documents[0].sections", i.Path)
				n++
			}
		}
		require.Equal(t, 2, n)
		back := importedOne(t, out.Bytes())
		require.Len(t, back.Documents[0].Sections, 4)
		require.Len(t, back.Allergies, 2)
		var again bytes.Buffer
		_, err = Exporter{}.Export(t.Context(), back, &again, record.ExportOptions{Now: testOptions.Now})
		require.NoError(t, err)
		all, reached = documentOf(t, again.Bytes())
		for u, x := range all {
			require.Equal(t, x["resourceType"] != "Provenance", reached[u], "%s in %s", u, again.String())
			if x["resourceType"] == "Composition" {
				require.Equal(t, []string{"Allergies *", "Problems *", "Allergies *", "Results *"}, titles(t, all, u))
			}
		}
	}
	recs, _ := imported(t, []byte(outdatedDocument))
	recs[0].Allergies = append(recs[0].Allergies, record.Allergy{Entry: record.Entry{ID: "9d0f66e1-0000-4000-8000-000000000001"}, Substance: record.Concept{Text: "Latex"}})
	for _, c := range []struct {
		x Exporter
		o record.ExportOptions
	}{{Exporter{Bundle: BundleCollection}, record.ExportOptions{}}, {Exporter{}, testOptions}, {Exporter{Form: NDJSON}, testOptions}} {
		var out bytes.Buffer
		_, err := c.x.Export(t.Context(), recs[0], &out, c.o)
		require.NoError(t, err)
		require.Equal(t, 1, strings.Count(out.String(), `"title":"Allergies"`), "no document: nobody reads it by its Composition")
	}
}

// TestDocumentOfMerged: what came from another document, that document among it, is reached from the Composition of the first.
func TestDocumentOfMerged(t *testing.T) {
	a := importedOne(t, []byte(outdatedDocument))
	b := importedOne(t, []byte(strings.NewReplacer("a.example", "b.example", "Penicillin", "Latex", "penicillin", "latex", "Gout", "Asthma", "0000000000bb", "0000000000cc").Replace(outdatedDocument)))
	rec, _, err := record.Merge(record.MergeOptions{}, a, b)
	require.NoError(t, err)
	for _, typed := range []bool{false, true} {
		var out bytes.Buffer
		_, err := Exporter{Bundle: BundleDocument}.Export(t.Context(), rec, &out, record.ExportOptions{Now: testOptions.Now, TypedOnly: typed})
		require.NoError(t, err)
		all, reached := documentOf(t, out.Bytes())
		var first string
		for u, x := range all {
			require.Equal(t, x["resourceType"] != "Provenance", reached[u], "%s in %s", u, out.String())
			if x["resourceType"] == "Composition" && len(x["section"].([]any)) > 2 {
				require.Empty(t, first)
				first = u
			}
		}
		require.Equal(t, []string{"Allergies *", "Problems *", "Allergies *", "Problems *", "Notes and Documents *"}, titles(t, all, first))
	}
}

// TestDocumentOfEverything: every kind of entry is of one section, or of none for a reason.
func TestDocumentOfEverything(t *testing.T) {
	var kinds []string
	for i := range joinedSections {
		kinds = append(kinds, joinedSections[i].kinds...)
	}
	apart := []string{record.KindPatient, record.KindSpecimen, record.KindRelatedPerson, record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindProvenance}
	seen := map[string]bool{}
	rec := recordtest.Full()
	for kind, e := range rec.Entries() {
		e.Origins, seen[kind] = nil, true
	}
	for kind := range seen {
		require.Contains(t, append(kinds, apart...), kind)
	}
	require.Len(t, seen, len(kinds)+len(apart))
	for i := range rec.Documents {
		rec.Documents[i].Sections = nil
	}
	out, _ := export(t, Exporter{Bundle: BundleDocument}, rec)
	check(t, out)
	all, reached := documentOf(t, out)
	n := 0
	for kind, e := range rec.Entries() {
		if slices.Contains(kinds, kind) && all["urn:uuid:"+e.ID] != nil {
			require.True(t, reached["urn:uuid:"+e.ID], "%s %s", kind, e.ID)
			n++
		}
	}
	require.Greater(t, n, 100)
}
