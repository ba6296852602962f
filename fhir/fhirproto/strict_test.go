package fhirproto_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/fhir/go/fhirversion"
	"github.com/google/fhir/go/jsonformat"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var options = record.ExportOptions{Now: time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)}

// refused gives what jsonformat refuses of a Bundle: by type of resource, its own words.
func refused(t testing.TB, text []byte) (out []string) {
	read, err := jsonformat.NewUnmarshaller("UTC", fhirversion.R4)
	require.NoError(t, err)
	if _, err := read.Unmarshal(text); err == nil {
		return nil
	}
	var b struct {
		Entry []struct{ Resource json.RawMessage }
	}
	require.NoError(t, json.Unmarshal(text, &b))
	for i, e := range b.Entry {
		if _, err := read.Unmarshal(e.Resource); err != nil {
			var r struct{ ResourceType string }
			require.NoError(t, json.Unmarshal(e.Resource, &r))
			out = append(out, r.ResourceType+" in entry "+strconv.Itoa(i)+": "+err.Error())
		}
	}
	require.NotEmpty(t, out, "the Bundle is refused and none of its resources")
	return out
}

// written gives a record as FHIR JSON.
func written(t testing.TB, x fhir.Exporter, rec *record.Record, o record.ExportOptions) []byte {
	var b bytes.Buffer
	_, err := x.Export(t.Context(), rec, &b, o)
	require.NoError(t, err)
	return b.Bytes()
}

// TestStrictReader: everything that package fhir writes is read by Google's strict reader.
func TestStrictReader(t *testing.T) {
	for _, x := range []fhir.Exporter{{}, {Bundle: fhir.BundleTransaction}, {Bundle: fhir.BundleDocument}} {
		require.Empty(t, refused(t, written(t, x, recordtest.Full(), options)), x.Bundle)
	}
	n := 200
	if testing.Short() {
		n = 20
	}
	for seed := range n {
		require.Empty(t, refused(t, written(t, fhir.Exporter{}, recordtest.Generate(uint64(seed), recordtest.Small), options)), seed)
	}
}

// eachRecord imports the files and gives their records.
func eachRecord(t *testing.T, x record.Importer, pattern string, f func(name string, rec *record.Record)) {
	files, err := filepath.Glob(pattern)
	require.NoError(t, err)
	require.NotEmpty(t, files, pattern)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for im, err := range x.Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
			if err == nil {
				f(filepath.Base(file), im.Record)
			}
		}
	}
}

func TestStrictReaderOfDocuments(t *testing.T) {
	eachRecord(t, ccda.Importer{}, "../../ccda/testdata/*.xml", func(name string, rec *record.Record) {
		require.Empty(t, refused(t, written(t, fhir.Exporter{}, rec, options)), name)
	})
}

func shared(t *testing.T) string { return beside.Shared(t) }

// wrongAtSource are examples of HL7's that refer, where R4 allows some types
// alone, to a resource of another that they do not hold: what the source says
// goes out, and Google's reader refuses it.
var wrongAtSource = map[string]bool{
	"MedicationRequest-medrx0301.json": true, // dispenseRequest.performer: a Practitioner
	"Observation-clinical-gender.json": true, // performer: an Encounter
}

func TestStrictReaderOfCorpora(t *testing.T) {
	dir := shared(t)
	k, n, bad := 0, 0, 0
	check := func(name string, rec *record.Record) {
		if k++; testing.Short() && k%20 != 0 {
			return
		}
		o := options
		o.TypedOnly = true // what was sent is not ours
		n++
		r := refused(t, written(t, fhir.Exporter{}, rec, o))
		if wrongAtSource[name] {
			require.NotEmpty(t, r, "%s is read now: it needs no exception", name)
			bad++
			return
		}
		require.Empty(t, r, name)
	}
	_ = filepath.WalkDir(filepath.Join(dir, "corpus", "ccda"), func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".xml") {
			eachRecord(t, ccda.Importer{}, strings.NewReplacer("[", "\\[", "*", "\\*").Replace(path), check)
		}
		return nil
	})
	for _, p := range []string{"us-core-610-examples/*.json", "r4-official-examples-json/*.json", "bulk-10-patients/*.ndjson"} {
		eachRecord(t, fhir.Importer{}, filepath.Join(dir, "corpus", "fhir", p), check)
	}
	t.Logf("%d records, %d refused for what is wrong at their source", n, bad)
}
