package fhir

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// fuzzLimits are small, so that the fuzzer finds what lies beyond them.
var fuzzLimits = record.Limits{Bytes: 200_000, Depth: 40, Nodes: 5_000, TextBytes: 100_000, Records: 50}

// FuzzImport: whatever the input, every leaf of it is mapped, carried or
// scaffold, limits hold, what was read goes out, comes back and is the same each time.
func FuzzImport(f *testing.F) {
	addSeeds(f, "xml")
	addSeeds(f, "json")
	f.Add([]byte(releaseCases))
	for _, text := range circles {
		f.Add([]byte(text))
	}
	for _, c := range ofOtherVersions {
		f.Add(bundleOf(c.text))
	}
	for _, r := range []string{
		`{"resourceType":"Patient","id":"a","name":[{"family":"x","_given":[{"extension":[{"url":"u","valueString":"y"}]}]}]}` + "\n" + `{"resourceType":"Basic"}`,
		`{"resourceType":"Observation","status":"final","valueQuantity":{"value":1.0E+5,"comparator":"<"},"component":[{"code":{"text":"x"},"valueRatio":{}}],"subject":{"reference":"Patient/q"}}`,
		`{"resourceType":"Bundle","type":"batch-response","entry":[{"response":{"status":"200"}},{"resource":{"resourceType":"Binary","data":"AA=="}}]}`,
		`{"resourceType":"Condition","modifierExtension":[{"url":"u"}],"implicitRules":"r","contained":[{"resourceType":"Patient","id":"p"}],"subject":{"reference":"#p"}}`,
	} {
		f.Add([]byte(r))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first := readAll(t, data)
		require.Equal(t, first, readAll(t, data), "the same input gives the same records")
		if len(data) < 4<<10 {
			require.Equal(t, saidBy(t, data, handing{least: 1 << 30}), saidBy(t, data, handing{12, eachHand}), "whoever read it")
		}
	})
}

// readAll imports an input, checks what must hold of any, and gives what came of it as text.
func readAll(t *testing.T, data []byte) string {
	var out strings.Builder
	facts, n := 0, 0
	for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{Limits: fuzzLimits}) {
		if err != nil {
			if !errors.Is(err, ErrNotFHIR) {
				expectedError(t, err)
			}
			return "refused"
		}
		n++
		require.LessOrEqual(t, n, fuzzLimits.Records)
		c := x.Report.Counts
		require.Zero(t, c.Unaccounted(), "%+v", c)
		facts += c.Facts
		carried := 0
		for i := range x.Record.Carried {
			carried += x.Record.Carried[i].Facts
		}
		require.GreaterOrEqual(t, carried, c.Carried)
		for _, typed := range []bool{false, true} {
			var text bytes.Buffer
			rep, err := Exporter{}.Export(t.Context(), x.Record, &text, record.ExportOptions{TypedOnly: typed, Now: testOptions.Now})
			require.NoError(t, err)
			_, err = Parse(text.Bytes(), checkLimits)
			if !errors.Is(err, ErrNotFHIR) {
				require.NoError(t, err)
			}
			fmt.Fprintln(&out, text.String(), rep.Counts)
		}
		_, err = Exporter{USCore: USCore700, Form: XML}.Export(t.Context(), x.Record, io.Discard, testOptions)
		require.NoError(t, err)
		fmt.Fprintln(&out, x.Report)
	}
	if d, err := Parse(data, fuzzLimits); err == nil && d.xml == nil {
		leaves := 0
		for i := range d.tree.Len() {
			if d.tree.IsLeaf(i) {
				leaves++
			}
		}
		require.Equal(t, leaves, facts, "every leaf is counted once")
	}
	return out.String()
}

// planted gives a JSON text in which every string that could be a patient's is a
// marker, and a text that repeats it where both were the same.
func planted(v any, name string, seen map[string]string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = planted(x, k, seen)
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = planted(x, name, seen)
		}
		return v
	case string:
		if name == "resourceType" {
			return v
		}
		typ, id, isRef := strings.Cut(v, "/")
		if name != "reference" || !isRef {
			typ, id = "", v
		}
		m, ok := seen[id]
		if !ok {
			m = fmt.Sprintf("Zqx%05dq", len(seen))
			seen[id] = m
		}
		if typ != "" {
			m = typ + "/" + m
		}
		return m
	}
	return v
}

// TestMarkersOfAnInput: no value of an input's stands in a report, an error or an
// id that is made here, however odd each of them is.
func TestMarkersOfAnInput(t *testing.T) {
	inputs := map[string]string{"invented": invented, "releases": releaseCases}
	for _, c := range ofOtherVersions {
		inputs[c.version+" "+c.name] = string(bundleOf(c.text))
	}
	var marked bytes.Buffer
	rec, _ := recordtest.Markers()
	_, err := Exporter{}.Export(t.Context(), rec, &marked, testOptions)
	require.NoError(t, err)
	inputs["a record of markers"] = marked.String()
	for name, text := range inputs {
		t.Run(name, func(t *testing.T) {
			var v any
			d := json.NewDecoder(strings.NewReader(text))
			d.UseNumber()
			require.NoError(t, d.Decode(&v))
			all, err := json.Marshal(planted(v, "", map[string]string{}))
			require.NoError(t, err)
			for _, data := range [][]byte{[]byte(text), all} {
				noMarkersFrom(t, data)
				// Broken off, or with another type of value anywhere, it is told no more.
				for _, cut := range []int{len(data) / 3, len(data) / 2, len(data) - 2} {
					noMarkersFrom(t, data[:cut])
				}
				noMarkersFrom(t, bytes.ReplaceAll(data, []byte(`":"Zqx`), []byte(`":7,"Zqx`)))
				noMarkersFrom(t, bytes.ReplaceAll(data, []byte(`"Zqx`), []byte(`{"Zqx99999q":7},"Zqx`)))
			}
			if xml, _, _, err := jsonToXML(all, ownLimits); err == nil {
				noMarkersFrom(t, xml)
			}
		})
	}
}

func noMarkersFrom(t *testing.T, data []byte) {
	d, err := Parse(data, record.Limits{})
	recordtest.NoMarkersIn(t, err)
	if err != nil {
		var syntax *tree.SyntaxError
		require.True(t, errors.As(err, &syntax) || errors.Is(err, ErrNotFHIR), "%v", err)
		return
	}
	for rec, rep := range d.Import(record.ImportOptions{}) {
		recordtest.NoMarkersIn(t, nil, rep)
		for _, e := range rec.Entries() {
			recordtest.NoMarkers(t, e.ID)
		}
		for i := range rec.Sources {
			recordtest.NoMarkers(t, rec.Sources[i].ID+rec.Sources[i].Version)
		}
		out, err := Exporter{Check: true, USCore: USCore800}.Export(t.Context(), rec, io.Discard, testOptions)
		recordtest.NoMarkersIn(t, err, out)
	}
	for _, i := range d.Conform(ConformOptions{}) {
		recordtest.NoMarkers(t, fmt.Sprint(i))
	}
}
