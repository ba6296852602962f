package hl7v2

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

var (
	update   = flag.Bool("update", false, "write docs/hl7v2-mapping.md anew")
	thorough = flag.Bool("thorough", false, "change every leaf of every message")
)

// sheets are the fields that HL7's v2-to-FHIR sheets map, by segment (read from the mapping sheets of October 2025).
var sheets = map[string]string{
	"AIG": "3 4 8 9 11", "AIL": "3 6 7 9", "AIP": "3 4 6 7 9 12", "AIS": "3 4 5 7 10", "AL1": "2 3 4 5 6", "DG1": "3 4 5 6 15 16 19 20 21 22",
	"EVN": "2 4 5 6 7", "IAM": "2 3 4 5 7 11 12 13 14 15 17 27", "IN1": "2 4 5 10 11 12 13 15 16 17 49", "MSH": "3 4 7 9 22 24 10 12 11",
	"NK1": "2 3 4 5 6 7 8 9 12 13 15 16 20 30 31 32 33 37 40 41", "NTE": "3 5 6", "OBR": "2 3 4 5 6 7 8 11 13 16 17 22 24 25 27 29 31 32 34 35 46 47 53",
	"OBX": "2 3 4 5 6 7 8 10 11 14 15 16 17 18 19 20 21 23 24 25 29 30 33", "ORC": "1 2 3 4 5 7 9 12 14 16 21 22 23 24 28 29 33 38", "PD1": "3 4 6 14",
	"PID": "2 3 4 5 6 7 8 9 11 12 13 14 15 16 17 18 19 20 21 23 24 25 26 28 29 30 35 36 39 40", "PR1": "3 4 5 6 7 8 11 12 15 16 19 23 25",
	"PRT": "4 5 6 8 9 10 11 12 14 15", "PV1": "2 3 4 5 6 7 8 9 10 11 13 14 15 16 17 19 36 37 38 40 42 44 45 50 52 53 54", "PV2": "1 3 8 9 11 12 13 22 25 38",
	"ROL": "3 4 5 6 8 9 10 12 14", "RXA": "3 5 6 7 10 15 16 17 18 19 20 21 22 27 28", "RXO": "1 2 3 4 5 9 11 12 13 14 18 19 25 26", "RXR": "1 2 4 5",
	"SCH": "1 2 7 8 9 11 12 16 20 25 26 27", "SFT": "1 2 3 4 5 6", "SPM": "2 3 4 6 7 8 12 14 17 18 20 24 27 30 31 32", "TQ1": "2 3 4 5 6 7 8 9 11 13 14 10",
	"TXA": "2 3 6 9 10 12 16 17 18 19 25",
}

// scope are the types of messages that are in scope.
var scope = []string{"ADT", "ORU", "VXU", "MDM", "ORM", "OML", "SIU", "RDE", "RDS", "RAS", "OMP", "OMG", "PPR", "DFT", "REF", "RSP", "ACK"}

type tally struct{ typed, carried int }

// shares counts, by segment and field, what of the corpus's messages in scope is typed and what is carried.
func shares(t *testing.T) (out map[string]map[int]*tally, types map[string]*tally, messages map[string]int) {
	out, types, messages = map[string]map[int]*tally{}, map[string]*tally{}, map[string]int{}
	for _, f := range samples(t) {
		d := newDesk()
		file, err := Importer{}.file(f.data, record.ImportOptions{}, d)
		if err != nil {
			continue
		}
		for _, parts := range file.patients() {
			read(parts, record.ImportOptions{}, d)
			for _, p := range parts {
				if !slices.Contains(scope, p.kind) {
					continue
				}
				kind := p.kind
				if tableOf("3").has(p.event) {
					kind += " " + p.event
				}
				if types[kind] == nil {
					types[kind] = &tally{}
				}
				if p.first {
					messages[kind]++
				}
				for n, s := range p.segs {
					if !p.first && n < p.own {
						continue
					}
					name := s.Name()
					if !isDefined(segmentID(name)) {
						continue
					}
					for k, field := range s.Fields() {
						for l := range field.Leaves() {
							if out[name] == nil {
								out[name] = map[int]*tally{}
							}
							if out[name][k] == nil {
								out[name][k] = &tally{}
							}
							if p.led.Free(l.Index()) {
								out[name][k].carried++
								types[kind].carried++
							} else {
								out[name][k].typed++
								types[kind].typed++
							}
						}
					}
				}
			}
		}
	}
	return out, types, messages
}

// TestMappingPage writes, or compares, the table of what is typed and what is carried.
func TestMappingPage(t *testing.T) {
	all, types, messages := shares(t)
	var kinds []string
	for k := range types {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	var byType strings.Builder
	for _, k := range kinds {
		fmt.Fprintf(&byType, "| %s | %d | %d | %s |\n", k, messages[k], types[k].typed+types[k].carried, percent(*types[k]))
	}
	var names []string
	for n := range all {
		names = append(names, n)
	}
	sort.Strings(names)
	var rows strings.Builder
	var inSegments, inFields, total tally
	for _, n := range names {
		mapped := strings.Fields(sheets[n])
		var sum tally
		var list []int
		for k := range all[n] {
			list = append(list, k)
		}
		sort.Ints(list)
		var carried, typed []string
		for _, k := range list {
			x := all[n][k]
			sum.typed += x.typed
			sum.carried += x.carried
			mark := ""
			if slices.Contains(mapped, strconv.Itoa(k)) {
				inFields.typed += x.typed
				inFields.carried += x.carried
				mark = "*"
			}
			if x.typed > 0 {
				typed = append(typed, strconv.Itoa(k)+mark)
			}
			if x.carried > 0 {
				carried = append(carried, fmt.Sprintf("%d%s (%d)", k, mark, x.carried))
			}
		}
		total.typed += sum.typed
		total.carried += sum.carried
		if len(mapped) > 0 {
			inSegments.typed += sum.typed
			inSegments.carried += sum.carried
		}
		fmt.Fprintf(&rows, "| %s | %d | %s | %s | %s |\n", n, sum.typed+sum.carried, percent(sum), strings.Join(typed, " "), strings.Join(carried, " "))
	}
	t.Logf("all %s, segments of the sheets %s, fields of the sheets %s", percent(total), percent(inSegments), percent(inFields))
	const path = "../docs/hl7v2-mapping.md"
	page, err := os.ReadFile(path)
	require.NoError(t, err)
	const begin, end = "<!-- table made by a test -->\n", "<!-- end of the table -->"
	i, j := strings.Index(string(page), begin), strings.Index(string(page), end)
	require.True(t, i >= 0 && j > i)
	made := fmt.Sprintf("Of the leaves in segments that HL7's sheets map, %s are typed; of those in fields that they map, %s; of all, %s.\n\n"+
		"| segment | leaves | typed | fields with typed leaves | fields with carried leaves (how many) |\n|---|---|---|---|---|\n%s\n## By type of message\n\nEvery message of these types in the samples that can be parsed was imported.\n\n| message | how many | leaves | typed |\n|---|---|---|---|\n%s",
		percent(inSegments), percent(inFields), percent(total), rows.String(), byType.String())
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(string(page[:i])+begin+made+string(page[j:])), 0o644))
		return
	}
	require.True(t, string(page[i+len(begin):j]) == made, "docs/hl7v2-mapping.md is not as the importer is: run with -update")
}

func percent(x tally) string {
	if x.typed+x.carried == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f %%", 100*float64(x.typed)/float64(x.typed+x.carried))
}
