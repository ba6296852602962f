package portage_test

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
)

var acrossUpdate = flag.Bool("update-across", false, "write the table of what crosses into docs/hl7v2-export.md")

// told are the segments whose facts are counted, each with its fields: what it is about (the first), when, what it says, how far it is.
// A fact is a field with what its segment is about.
var told = map[string][]string{
	"PID": {"3.1", "5.1", "5.2", "7", "8"},
	"OBX": {"3.1", "3.4", "5", "6.1", "7", "8.1", "11", "14"},
	"OBR": {"4.1", "4.4", "7", "22", "25"},
	"RXA": {"5.1", "5.4", "3", "6", "7.1", "15", "16", "17.1", "18.1", "20"},
	"RXR": {"1.1", "2.1"},
	"AL1": {"3.1", "3.2", "4", "5", "6"},
	"DG1": {"3.1", "5", "6"},
	"PR1": {"3.1", "5"},
}

// factsOf gives the facts of messages, with how often each is told.
func factsOf(t *testing.T, data []byte) map[string]int {
	out := map[string]int{}
	for it := range hl7v2.Batch(data, hl7v2.Options{}) {
		require.NoError(t, it.Err)
		if it.Kind != hl7v2.ItemMessage {
			continue
		}
		for s := range it.Message.Segments() {
			fields, ok := told[s.Name()]
			if !ok {
				continue
			}
			about := fieldText(s, fields[0])
			for _, f := range fields {
				if v := strings.TrimRight(fieldText(s, f), "^ "); v != "" {
					out[s.Name()+"-"+f+"|"+about+"|"+v]++
				}
			}
		}
	}
	return out
}

// fieldText is a field, or a component of its first repetition, as text.
func fieldText(s hl7v2.Segment, at string) string {
	var field, component int
	fmt.Sscanf(at, "%d.%d", &field, &component)
	f := s.Field(field)
	if component > 0 {
		return f.Repetition(1).Component(component).Subcomponent(1).String()
	}
	return f.String()
}

// clinical gives the samples of a type of message.
func clinical(t *testing.T, kind string) map[string][]byte {
	out := map[string][]byte{}
	_ = filepath.WalkDir(beside.Shared(t, "corpus", "hl7v2"), func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(p) != ".hl7" {
			return err
		}
		data, err := os.ReadFile(p)
		if m, bad := hl7v2.Parse(data, hl7v2.Options{}); err == nil && bad == nil {
			if k, _, _ := m.Type(); k == kind {
				out[p] = data
			}
		}
		return err
	})
	require.NotEmpty(t, out)
	return out
}

// whyMissing says of the fields that do not come back why, by the field and the format between.
var whyMissing = map[string]string{
	"PID-5":   "where there is no PID-3, the number of PID-2 stands in PID-3, so that the fact counts as another",
	"PID-7":   "as PID-5",
	"PID-8":   "as PID-5",
	"OBX-5":   "several values of one observation (FHIR has one; further ones come back as parts), a number sent as SN without a comparator (comes back as NM), ED that is none and values without a datatype (carried)",
	"OBX-6.1": "a unit without a number",
	"OBX-11":  "a status that C-CDA has no word for",
	"OBR-7":   "an order without results goes out as one (OML), which has no time of observation; a time that is none (C-CDA)",
	"DG1-3.1": "a diagnosis that hangs on no visit that goes out comes back as a problem of the list (PRB)",
	"DG1-5":   "as DG1-3.1",
	"DG1-6":   "C-CDA has no element for admitting, working and final; the report names each",
	"RXA-3":   "the message says complete and refused at once, or that no vaccine was given (CVX 998): no vaccination is written",
	"RXA-5.1": "as RXA-3", "RXA-6": "as RXA-3", "RXA-15": "as RXA-3", "RXA-16": "as RXA-3", "RXA-17.1": "as RXA-3", "RXA-18.1": "as RXA-3",
	"RXA-20":  "as RXA-3",
	"RXA-7.1": "as RXA-3; and the unit of an amount that is not known (999)",
}

// TestAcross counts what of the samples comes back by another format, from the first message and the last alone, and compares the table of
// docs/hl7v2-export.md. At least 95 of 100 facts do; each field that loses any has its reason.
func TestAcross(t *testing.T) {
	o := record.ExportOptions{Now: time.Unix(1, 0).UTC()}
	var rows strings.Builder
	reasons := map[string]bool{}
	for _, kind := range []string{"VXU", "ORU", "ADT"} {
		all := clinical(t, kind)
		for _, way := range []string{"FHIR", "C-CDA"} {
			total, back, by := 0, 0, map[string]int{}
			for _, data := range all {
				got := factsOf(t, across(t, data, way, o))
				for f, k := range factsOf(t, data) {
					total += k
					back += min(k, got[f])
					if d := k - min(k, got[f]); d > 0 {
						field, _, _ := strings.Cut(f, "|")
						by[field] += d
					}
				}
			}
			require.GreaterOrEqual(t, float64(back), 0.95*float64(total), "%s by %s", kind, way)
			fmt.Fprintf(&rows, "| %s by %s | %d of %d (%.1f %%) |", kind, way, back, total, 100*float64(back)/float64(total))
			for i, field := range slices.Sorted(maps.Keys(by)) {
				if i > 0 {
					rows.WriteByte(',')
				}
				fmt.Fprintf(&rows, " %s (%d)", field, by[field])
				reasons[reasonOf(t, field)] = true
			}
			rows.WriteString(" |\n")
		}
	}
	var why strings.Builder
	for _, field := range slices.Sorted(maps.Keys(reasons)) {
		fmt.Fprintf(&why, "| %s | %s |\n", field, whyMissing[field])
	}
	made := "| way | facts that come back | missing, by field |\n|---|---|---|\n" + rows.String() + "\n| field | why |\n|---|---|\n" + why.String()
	const path, begin, end = "docs/hl7v2-export.md", "<!-- what crosses: made by a test -->\n", "<!-- end of what crosses -->"
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	before, rest, ok1 := strings.Cut(string(page), begin)
	was, after, ok2 := strings.Cut(rest, end)
	require.True(t, ok1 && ok2)
	if *acrossUpdate {
		require.NoError(t, os.WriteFile(path, []byte(before+begin+made+end+after), 0o644))
		return
	}
	require.Equal(t, made, was, "run go test . -run TestAcross -update-across and read the difference")
}

// reasonOf gives the name by which a field's reason stands.
func reasonOf(t *testing.T, field string) string {
	for name := field; ; name, _, _ = strings.Cut(field, ".") {
		if whyMissing[name] != "" {
			return name
		}
		require.Contains(t, name, ".", "nobody says why %s is missing", field)
	}
}

// across carries messages into another format and back.
func across(t *testing.T, data []byte, way string, o record.ExportOptions) []byte {
	var again bytes.Buffer
	for x, err := range (hl7v2.Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
		require.NoError(t, err)
		var b bytes.Buffer
		var im record.Importer = fhir.Importer{}
		if way == "FHIR" {
			_, err = fhir.Exporter{}.Export(t.Context(), x.Record, &b, o)
		} else {
			_, err = ccda.Exporter{}.Export(t.Context(), x.Record, &b, o)
			im = ccda.Importer{}
		}
		require.NoError(t, err)
		for y, err := range im.Import(t.Context(), record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
			require.NoError(t, err)
			_, err = hl7v2.Exporter{}.Export(t.Context(), y.Record, &again, o)
			require.NoError(t, err)
		}
	}
	return again.Bytes()
}
