package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var update = flag.Bool("update", false, "write testdata/losses anew")

var thorough = flag.Bool("thorough", false, "clear every leaf, not one of a few")

var testOptions = record.ExportOptions{Now: time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC), TypedOnly: true}

// written are the fields of Record that are written as FHIR.
var written = []string{
	"patient", "allergies", "problems", "medications", "immunizations", "procedures", "results", "resultPanels", "vitals", "vitalPanels", "social",
	"assessments", "assessmentPanels", "observations", "specimens", "familyHistory",
	"healthConcerns", "goals", "carePlans", "careTeams", "encounters", "orders", "notes", "imagingStudies", "devices", "supplies", "coverages", "directives", "lists", "consents", "relatedPersons", "practitioners", "organizations", "locations", "documents", "provenances",
}

func export(t testing.TB, x Exporter, rec *record.Record) ([]byte, *record.Report) {
	t.Helper()
	var b bytes.Buffer
	rep, err := x.Export(context.Background(), rec, &b, testOptions)
	require.NoError(t, err)
	return b.Bytes(), rep
}

func TestConservation(t *testing.T) {
	every := 41
	if testing.Short() {
		every = 409
	}
	recordtest.CheckExport(t, Exporter{}, recordtest.Full(), recordtest.ExportCheck{Options: testOptions, Every: every})
}

// TestEveryLeaf is stricter: an issue that names a place without a loss excuses nothing.
func TestEveryLeaf(t *testing.T) {
	full := recordtest.Full()
	base, rep := export(t, Exporter{}, full)
	lost := map[string]bool{}
	for _, i := range rep.Issues {
		if i.Code == record.IssueLost.Code {
			lost[i.Path] = true
		}
	}
	every, n := 13, 0
	switch {
	case *thorough:
		every = 1
	case testing.Short():
		every = 131
	}
	for leaf := range record.Leaves(full) {
		if n++; n%every != 0 || lost[leaf.Path] {
			continue
		}
		leaf.Clear()
		out, _ := export(t, Exporter{}, full)
		leaf.Restore()
		if bytes.Equal(out, base) {
			t.Errorf("%s: neither in the output nor lost", leaf.Path)
		}
	}
}

// TestLosses compares the losses of a record in which every field says something with those we know and accept.
func TestLosses(t *testing.T) {
	full := recordtest.Full()
	_, rep := export(t, Exporter{}, full)
	for _, field := range written {
		t.Run(field, func(t *testing.T) {
			var lost []string
			for _, i := range rep.Issues {
				if i.Code == record.IssueLost.Code && (i.Path == field || strings.HasPrefix(i.Path, field+".") || strings.HasPrefix(i.Path, field+"[")) {
					lost = append(lost, i.Path+"\t"+i.Message)
				}
			}
			slices.Sort(lost)
			text := strings.Join(lost, "\n")
			if text != "" {
				text += "\n"
			}
			name := filepath.Join("testdata", "losses", field+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
				require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(want), text)
		})
	}
}

func TestNoValueInIssues(t *testing.T) {
	full := recordtest.Full()
	_, rep := export(t, Exporter{}, full)
	issues, err := json.Marshal(rep.Issues)
	require.NoError(t, err)
	for leaf := range record.Leaves(full) {
		if len(leaf.Value) > 9 && strings.ContainsAny(leaf.Value, "0123456789") {
			require.NotContains(t, string(issues), leaf.Value, leaf.Path)
		}
	}
}

func TestBundles(t *testing.T) {
	for _, kind := range []BundleType{BundleCollection, BundleTransaction, BundleDocument} {
		t.Run(kind.String(), func(t *testing.T) {
			out, _ := export(t, Exporter{Bundle: kind}, recordtest.Full())
			check(t, out)
			var b struct {
				Type      string
				Timestamp string
				Entry     []struct {
					Resource struct{ ResourceType string }
					Request  struct{ Method, URL string }
				}
			}
			require.NoError(t, json.Unmarshal(out, &b))
			require.Equal(t, kind.String(), b.Type)
			switch kind {
			case BundleDocument:
				require.Equal(t, "Composition", b.Entry[0].Resource.ResourceType)
				require.Equal(t, "2024-02-03T04:05:06Z", b.Timestamp)
			case BundleTransaction:
				for _, e := range b.Entry {
					require.Equal(t, "PUT", e.Request.Method)
				}
			default:
				require.Equal(t, "Patient", b.Entry[0].Resource.ResourceType)
			}
		})
	}
}

func TestEmptyRecords(t *testing.T) {
	for _, rec := range []*record.Record{nil, {}, {Patient: &record.Patient{}}, {Allergies: make([]record.Allergy, 2)}} {
		out, _ := export(t, Exporter{}, rec)
		check(t, out)
	}
	_, err := Exporter{Bundle: BundleDocument}.Export(context.Background(), &record.Record{}, &bytes.Buffer{}, testOptions)
	require.ErrorIs(t, err, ErrNoDocument)
}

// check proves that a Bundle is well made: valid JSON, no member twice, nothing
// empty, every id once, every reference to something in it.
func check(t testing.TB, out []byte) {
	t.Helper()
	require.True(t, json.Valid(out), "not JSON")
	d := json.NewDecoder(bytes.NewReader(out))
	d.UseNumber()
	root := value(t, d, "$")
	entries, _ := root.(map[string]any)["entry"].([]any)
	urls, ids := map[string]bool{}, map[string]bool{}
	for _, e := range entries {
		r := e.(map[string]any)["resource"].(map[string]any)
		url := e.(map[string]any)["fullUrl"].(string)
		require.False(t, urls[url], "two resources with one fullUrl")
		id := r["resourceType"].(string) + "/" + r["id"].(string)
		require.False(t, ids[id], "two resources with one id")
		require.Equal(t, "urn:uuid:"+r["id"].(string), url)
		urls[url], ids[id] = true, true
	}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if ref, ok := v["reference"].(string); ok && strings.HasPrefix(ref, "urn:") {
				require.True(t, urls[ref], "a reference points to nothing")
			}
			if url, ok := v["url"]; ok && len(v) == 1 {
				require.Fail(t, "an extension without a value", url)
			}
			for _, x := range v {
				walk(x)
			}
		case []any:
			for _, x := range v {
				walk(x)
			}
		}
	}
	walk(root)
}

// value reads one JSON value, strictly.
func value(t testing.TB, d *json.Decoder, path string) any {
	tok, err := d.Token()
	require.NoError(t, err, path)
	switch tok {
	case json.Delim('{'):
		m := map[string]any{}
		for d.More() {
			k, err := d.Token()
			require.NoError(t, err, path)
			_, twice := m[k.(string)]
			require.False(t, twice, "%s: member %s stands twice", path, k)
			m[k.(string)] = value(t, d, path+"."+k.(string))
		}
		_, _ = d.Token()
		require.NotEmpty(t, m, "%s: an empty object", path)
		return m
	case json.Delim('['):
		var a []any
		for d.More() {
			a = append(a, value(t, d, path+"[]"))
		}
		_, _ = d.Token()
		if path != "$.entry" {
			require.NotEmpty(t, a, "%s: an empty array", path)
		}
		return a
	}
	if s, ok := tok.(string); ok {
		require.NotEmpty(t, strings.TrimSpace(s), "%s: an empty string", path)
	}
	return tok
}
