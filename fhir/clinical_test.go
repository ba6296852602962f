package fhir

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// clinicalLists are the lists of the record that the clinical concepts stand in.
var clinicalLists = []string{"allergies", "problems", "healthConcerns", "medications", "immunizations", "procedures", "results", "resultPanels", "vitals", "vitalPanels",
	"social", "assessments", "assessmentPanels", "observations", "specimens", "familyHistory", "orders"}

// TestClinicalConservation clears the leaves of the clinical concepts, one after the other.
func TestClinicalConservation(t *testing.T) {
	every := 5
	if testing.Short() {
		every = 83
	}
	for _, list := range clinicalLists {
		t.Run(list, func(t *testing.T) {
			recordtest.CheckExport(t, Exporter{}, recordtest.Full(), recordtest.ExportCheck{Options: testOptions, Only: []string{list + "["}, Every: every})
		})
	}
}

// sent exports a record with a patient and gives its resources by type, and the codes of its issues.
func sent(t *testing.T, rec *record.Record) (map[string][]any, map[string]int) {
	t.Helper()
	if rec.Patient == nil {
		rec.Patient = &record.Patient{Entry: record.Entry{ID: "1b4e28ba-2fa1-81d2-883f-0016d3cca427", Assertion: record.Affirmed}}
	}
	out, rep := export(t, Exporter{}, rec)
	check(t, out)
	var b struct {
		Entry []struct{ Resource map[string]any }
	}
	require.NoError(t, json.Unmarshal(out, &b))
	by, issues := map[string][]any{}, map[string]int{}
	for _, e := range b.Entry {
		k := e.Resource["resourceType"].(string)
		by[k] = append(by[k], e.Resource)
	}
	for _, i := range rep.Issues {
		issues[i.Code]++
	}
	recordtest.CheckExport(t, Exporter{}, rec, recordtest.ExportCheck{Options: testOptions})
	return by, issues
}

// at gives the value at a path of JSON: reaction[0].severity; "" where there is none.
func at(v any, path string) string {
	for _, p := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		switch x := v.(type) {
		case map[string]any:
			v = x[p]
		case []any:
			i, err := strconv.Atoi(p)
			if err != nil || i >= len(x) {
				return ""
			}
			v = x[i]
		default:
			return ""
		}
	}
	switch v.(type) {
	case nil:
		return ""
	case map[string]any, []any:
		return "…"
	}
	return fmt.Sprint(v)
}

// says checks values by their paths; "" means that nothing is there.
func says(t *testing.T, v any, want map[string]string) {
	t.Helper()
	for path, w := range want {
		require.Equal(t, w, at(v, path), path)
	}
}

func coded(system, code, display string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: system, Code: code, Display: display}}}
}

func codedPtr(system, code, display string) *record.Concept {
	c := coded(system, code, display)
	return &c
}

func entryOf(a record.Assertion, s record.StatusCode) record.Entry {
	return record.Entry{ID: "7d44b88c-4199-8bad-97dc-d78268e01398", Assertion: a, Status: record.Status{Code: s}}
}

func ptr[T any](v T) *T { return &v }

func utcDay(v string) record.Time { return record.Time{Value: v} }
