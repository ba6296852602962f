package fhir

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// lotsOf joins what f makes of each number below n.
func lotsOf(n int, f func(i int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(f(i))
	}
	return b.String()
}

// bombs are small inputs that want to become large, or large ones that want to take forever.
var bombs = map[string]func() string{
	"arrays in arrays":   func() string { return strings.Repeat("[", 1_000_000) },
	"objects in objects": func() string { return strings.Repeat(`{"extension":`, 300_000) },
	"extensions in extensions": func() string {
		return `{"resourceType":"Patient","extension":[` + strings.Repeat(`{"url":"u","extension":[`, 100_000) + strings.Repeat(`]}`, 100_000) + `]}`
	},
	"a list of nothing": func() string {
		return `{"resourceType":"Patient","name":[` + strings.Repeat("{},", 3_000_000) + `{}]}`
	},
	"names": func() string {
		return `{"resourceType":"Patient",` + lotsOf(200_000, func(i int) string { return fmt.Sprintf(`"n%d":1`, i) }) + `}`
	},
	"one name again and again": func() string {
		return `{"resourceType":"Patient",` + lotsOf(200_000, func(int) string { return `"active":true` }) + `}`
	},
	"a name without an end": func() string { return `{"resourceType":"Patient","` + strings.Repeat("x", 5_000_000) },
	"lines":                 func() string { return strings.Repeat("{\"resourceType\":\"Basic\"}\n", 1_500_000) },
	"entities": func() string {
		return `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">` + strings.Repeat(`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">`, 20) + `]><Patient xmlns="http://hl7.org/fhir"><id value="&b;"/></Patient>`
	},
	"elements in elements": func() string {
		return `<Patient xmlns="http://hl7.org/fhir">` + strings.Repeat(`<extension url="u">`, 300_000)
	},
	"attributes": func() string {
		var b strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&b, ` a%d="x"`, i)
		}
		return `<Patient xmlns="http://hl7.org/fhir"` + b.String() + `/>`
	},
	"namespaces": func() string {
		var b strings.Builder
		for i := range 100_000 {
			fmt.Fprintf(&b, `<x xmlns:p%d="u%d"/>`, i, i)
		}
		return `<Patient xmlns="http://hl7.org/fhir">` + b.String() + `</Patient>`
	},
	"divs in divs": func() string {
		return `{"resourceType":"Patient","text":{"status":"generated","div":"<div xmlns=\"http://www.w3.org/1999/xhtml\">` + strings.Repeat("<div>", 200_000) + `"}}`
	},
	"entities in a narrative": func() string {
		return `{"resourceType":"Patient","text":{"status":"generated","div":"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><div xmlns=\"http://www.w3.org/1999/xhtml\">` + strings.Repeat("&a;", 200_000) + `</div>"}}`
	},
}

// TestBombs: no input takes more than its size allows, with the limits that are on by default.
func TestBombs(t *testing.T) {
	for name, bomb := range bombs {
		t.Run(name, func(t *testing.T) {
			data := []byte(bomb())
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			read := 0
			var failed error
			for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
				if err != nil {
					failed = err
					break
				}
				read++
				require.Zero(t, x.Report.Counts.Unaccounted())
				_, err := Exporter{}.Export(t.Context(), x.Record, io.Discard, testOptions)
				require.NoError(t, err)
			}
			runtime.ReadMemStats(&after)
			took, taken := time.Since(start), after.TotalAlloc-before.TotalAlloc
			t.Logf("%d bytes: %v, %d MB allocated, %d records, %v", len(data), took.Round(time.Millisecond), taken>>20, read, failed)
			require.Less(t, taken, uint64(300<<20)+60*uint64(len(data)))
			require.Less(t, took, 30*time.Second)
		})
	}
}

// circles are inputs in which something refers to, contains or lists itself.
var circles = map[string]string{
	"a Bundle that lists itself": `{"resourceType":"Bundle","id":"b","type":"collection","link":[{"relation":"self","url":"Bundle/b"}],"entry":[{"fullUrl":"http://a.example/Bundle/b","resource":{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{"item":{"reference":"Bundle/b"}},{"item":{"reference":"List/l"}}]}}]}`,
	"a Bundle in a Bundle in itself": `{"resourceType":"Bundle","type":"collection","entry":[{"fullUrl":"urn:uuid:00000000-0000-4000-8000-000000000001","resource":{"resourceType":"Bundle","id":"x","type":"collection","entry":[
		{"resource":{"resourceType":"List","status":"current","mode":"working","entry":[{"item":{"reference":"urn:uuid:00000000-0000-4000-8000-000000000001"}}]}}]}}]}`,
	"a patient who is their own": `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p","link":[{"other":{"reference":"Patient/p"},"type":"seealso"}],"managingOrganization":{"reference":"Patient/p"}}}]}`,
	"parts of one another": `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p"}},
		{"resource":{"resourceType":"Encounter","id":"a","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p"},"partOf":{"reference":"Encounter/b"}}},
		{"resource":{"resourceType":"Encounter","id":"b","status":"finished","class":{"code":"AMB"},"subject":{"reference":"Patient/p"},"partOf":{"reference":"Encounter/a"}}},
		{"resource":{"resourceType":"Organization","id":"o","partOf":{"reference":"Organization/o"}}},
		{"resource":{"resourceType":"Location","id":"l","partOf":{"reference":"Location/l"}}},
		{"resource":{"resourceType":"Observation","id":"m","status":"final","code":{"text":"x"},"category":[{"coding":[{"code":"vital-signs"}]}],"subject":{"reference":"Patient/p"},"hasMember":[{"reference":"Observation/n"}]}},
		{"resource":{"resourceType":"Observation","id":"n","status":"final","code":{"text":"x"},"category":[{"coding":[{"code":"vital-signs"}]}],"subject":{"reference":"Patient/p"},"hasMember":[{"reference":"Observation/m"}],"derivedFrom":[{"reference":"Observation/n"}]}},
		{"resource":{"resourceType":"Provenance","id":"v","target":[{"reference":"Provenance/v"}],"recorded":"2024-01-01T00:00:00Z","agent":[{"who":{"reference":"Provenance/v"}}]}},
		{"resource":{"resourceType":"Composition","id":"c","status":"final","type":{"text":"x"},"date":"2024","title":"t","author":[{"reference":"Composition/c"}],"subject":{"reference":"Patient/p"},"section":[{"entry":[{"reference":"Composition/c"}],"section":[{"entry":[{"reference":"Composition/c"}]}]}]}},
		{"resource":{"resourceType":"CarePlan","id":"q","status":"active","intent":"plan","subject":{"reference":"Patient/p"},"basedOn":[{"reference":"CarePlan/q"}],"activity":[{"reference":{"reference":"CarePlan/q"}}]}},
		{"resource":{"resourceType":"Medication","id":"d","ingredient":[{"itemReference":{"reference":"Medication/d"}}]}},
		{"resource":{"resourceType":"MedicationRequest","id":"r","status":"active","intent":"order","medicationReference":{"reference":"Medication/d"},"subject":{"reference":"Patient/p"},"priorPrescription":{"reference":"MedicationRequest/r"}}}]}`,
	"what is contained contains": `{"resourceType":"Observation","id":"o","status":"final","code":{"text":"x"},"contained":[{"resourceType":"Observation","id":"c","status":"final","code":{"text":"y"},"hasMember":[{"reference":"#"},{"reference":"#c"}],"contained":[{"resourceType":"Basic","id":"c"}]}],"hasMember":[{"reference":"#c"},{"reference":"#"}]}`,
}

// TestCircles: they come to an end, both ways, and come back as they were sent.
func TestCircles(t *testing.T) {
	for name, text := range circles {
		t.Run(name, func(t *testing.T) {
			recs, reps := imported(t, []byte(text))
			for i, rec := range recs {
				require.Zero(t, reps[i].Counts.Unaccounted())
				for _, u := range []USCore{USCore610, USCore800} {
					for _, typed := range []bool{false, true} {
						var out bytes.Buffer
						_, err := Exporter{USCore: u}.Export(t.Context(), rec, &out, record.ExportOptions{TypedOnly: typed, Now: testOptions.Now})
						require.NoError(t, err)
						imported(t, out.Bytes())
					}
				}
			}
			by, missing := map[string]*tallyOf{}, map[string]int{}
			compare(t, name, []byte(text), false, by, missing)
			require.Empty(t, missing)
		})
	}
}

// growing are inputs of n parts each of which costs more where something looks through all.
var growing = map[string]func(n int) string{
	"contained": func(n int) string {
		return `{"resourceType":"Patient","id":"p","contained":[` + lotsOf(n, func(i int) string { return fmt.Sprintf(`{"resourceType":"Basic","id":"c%d"}`, i) }) + `]}`
	},
	"contained that are referred to": func(n int) string {
		return `{"resourceType":"CareTeam","id":"t","contained":[` + lotsOf(n, func(i int) string { return fmt.Sprintf(`{"resourceType":"Practitioner","id":"c%d"}`, i) }) +
			`],"participant":[` + lotsOf(n, func(i int) string { return fmt.Sprintf(`{"member":{"reference":"#c%d"}}`, n-1-i) }) + `]}`
	},
	"contained that cannot be read": func(n int) string {
		return `{"resourceType":"Patient","id":"p","contained":[` + lotsOf(n, func(i int) string {
			return fmt.Sprintf(`{"resourceType":"Condition","id":"c%d","modifierExtension":[{"url":"u"}]}`, i)
		}) + `]}`
	},
	"references to nothing": func(n int) string {
		return `{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[` + lotsOf(n, func(i int) string { return fmt.Sprintf(`{"item":{"reference":"#c%d"}}`, i) }) + `]}`
	},
	"entries": func(n int) string {
		return `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p"}},` + lotsOf(n, func(i int) string {
			return fmt.Sprintf(`{"fullUrl":"http://a.example/Condition/c%d","resource":{"resourceType":"Condition","id":"c%d","subject":{"reference":"Patient/p"},"code":{"text":"x"},"clinicalStatus":7}}`, i, i)
		}) + `]}`
	},
	"patients": func(n int) string {
		return `{"resourceType":"Bundle","type":"collection","entry":[` + lotsOf(n, func(i int) string {
			return fmt.Sprintf(`{"resource":{"resourceType":"Patient","id":"p%d"}}`, i)
		}) + `]}`
	},
	"names of one patient": func(n int) string {
		return `{"resourceType":"Patient","id":"p","name":[` + lotsOf(n, func(int) string { return `{"family":"x","given":[7],"use":"odd"}` }) + `]}`
	},
	"other versions": func(n int) string {
		return `{"resourceType":"Patient","id":"p","contained":[` + lotsOf(n, func(i int) string {
			return fmt.Sprintf(`{"resourceType":"Procedure","id":"c%d","notDone":true}`, i)
		}) + `]}`
	},
}

// cost imports and exports an input and gives the time of both.
func cost(t testing.TB, text string, l record.Limits) time.Duration {
	start := time.Now()
	for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: []byte(text)}, record.ImportOptions{Limits: l}) {
		require.NoError(t, err)
		_, err = Exporter{}.Export(t.Context(), x.Record, io.Discard, record.ExportOptions{Now: testOptions.Now})
		require.NoError(t, err)
	}
	return time.Since(start)
}

// TestGrowing: four times as much takes about four times as long, not sixteen.
func TestGrowing(t *testing.T) {
	for name, f := range growing {
		t.Run(name, func(t *testing.T) {
			const n = 5_000
			for try := 0; ; try++ {
				few, lots := cost(t, f(n), record.Limits{}), cost(t, f(4*n), record.Limits{})
				ratio := float64(lots) / float64(few)
				t.Logf("%v, %v: %.1f", few, lots, ratio)
				if ratio < 9 || lots < 50*time.Millisecond {
					return
				}
				require.Less(t, try, 3, "%v for %d, %v for %d", few, n, lots, 4*n)
			}
		})
	}
}

// TestMillionContained: with limits that allow it, a million contained resources take time and memory by their number alone.
func TestMillionContained(t *testing.T) {
	if testing.Short() {
		t.Skip("it is large")
	}
	text := growing["contained"](1_000_000)
	for _, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: []byte(text)}, record.ImportOptions{}) {
		var limit *tree.LimitError
		require.ErrorAs(t, err, &limit, "the limits that are on by default refuse it")
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	took := cost(t, text, record.Limits{Nodes: 1 << 24})
	runtime.ReadMemStats(&after)
	t.Logf("%d bytes: %v, %d MB allocated", len(text), took, (after.TotalAlloc-before.TotalAlloc)>>20)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, 120*uint64(len(text)))
	require.Less(t, took, 2*time.Minute)
}
