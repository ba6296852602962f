package hl7v2

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var updateLosses = flag.Bool("update-losses", false, "write testdata/losses.txt anew")

var exportTime = record.ExportOptions{Now: time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)}

// written exports a record and gives its messages.
func written(t testing.TB, x Exporter, rec *record.Record) ([]byte, *record.Report) {
	t.Helper()
	var out bytes.Buffer
	rep, err := x.Export(context.Background(), rec, &out, exportTime)
	require.NoError(t, err)
	return out.Bytes(), rep
}

// segmentsOf joins segments.
func segmentsOf(s ...string) []byte { return []byte(strings.Join(s, "\r") + "\r") }

// recordOf imports messages of one patient.
func recordOf(t testing.TB, data []byte) *record.Record {
	t.Helper()
	var rec *record.Record
	for x, err := range (Importer{}).Import(context.Background(), record.Input{Bytes: data}, record.ImportOptions{}) {
		require.NoError(t, err)
		require.Nil(t, rec, "more than one record")
		rec = x.Record
	}
	return rec
}

// TestEveryLeaf clears each leaf of a record in which every field says something: the messages change, or the report names the leaf as lost.
func TestEveryLeaf(t *testing.T) {
	o := recordtest.ExportCheck{Apart: true, Alter: true, Every: 17, Most: 40}
	if *thorough {
		o.Every = 1
	}
	recordtest.CheckExport(t, Exporter{}, recordtest.Full(), o)
}

// TestLosses compares what is lost of that record, field by field, with what we know and accept.
func TestLosses(t *testing.T) {
	_, rep := written(t, Exporter{}, recordtest.Full())
	counts := map[string]int{}
	for _, i := range rep.Issues {
		if i.Code == record.IssueLost.Code && i.Message != lostKind.Message {
			path := regexp.MustCompile(`\[[0-9]+\]`).ReplaceAllString(i.Path, "")
			counts[strings.Join(strings.Split(path, ".")[:min(2, strings.Count(path, ".")+1)], ".")+"\t"+i.Message]++
		}
	}
	var rows []string
	for k, n := range counts {
		rows = append(rows, fmt.Sprintf("%s\t%d", k, n))
	}
	sort.Strings(rows)
	got := strings.Join(rows, "\n") + "\n"
	name := filepath.Join("testdata", "losses.txt")
	if *updateLosses {
		require.NoError(t, os.WriteFile(name, []byte(got), 0o644))
	}
	want, err := os.ReadFile(name)
	require.NoError(t, err)
	require.Equal(t, string(want), got, "run go test ./hl7v2 -run TestLosses -update-losses and read the difference: a new loss needs a reason")
}

// TestMeanings exports everything that an entry may say, and reads it again: it says the same, or it was not written and an error says so.
func TestMeanings(t *testing.T) {
	said := 0
	for _, m := range recordtest.Meanings() {
		t.Run(m.Kind+" "+m.Statement, func(t *testing.T) {
			rec := m.Build()
			want := m.Said(rec)
			out, rep := written(t, Exporter{}, rec)
			var got []string
			for x, err := range (Importer{}).Import(context.Background(), record.Input{Bytes: out}, record.ImportOptions{}) {
				require.NoError(t, err)
				got = append(got, m.Said(x.Record)...)
				if slices.Contains([]string{record.KindSocial, record.KindAssessment, record.KindResult, record.KindVital}, m.Kind) {
					as := m // OBX does not say of what kind an observation is
					as.Kind = record.KindObservation
					got = append(got, as.Said(x.Record)...)
				}
			}
			if len(got) == 0 { // not written: all of it is named
				require.True(t, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool {
					return i.Code == record.IssueLost.Code && !strings.HasPrefix(i.Path, "patient")
				}), "neither written nor named")
				return
			}
			said++
			require.Equal(t, want, got, "%s", strings.ReplaceAll(string(out), "\r", "\n"))
		})
	}
	require.Greater(t, said, 10, "next to nothing was written")
}

// TestNeverAsHad holds that what is not so, or was not done, goes out in no field that says that it is.
func TestNeverAsHad(t *testing.T) {
	code := record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "7771000", Display: "Invented"}}}
	yes := true
	for name, set := range map[string]func(*record.Record){
		"negated allergy": func(r *record.Record) {
			r.Allergies = []record.Allergy{{Entry: record.Entry{ID: "x", Assertion: record.Negated}, Substance: code}}
		},
		"none known of one substance": func(r *record.Record) {
			r.Allergies = []record.Allergy{{Entry: record.Entry{ID: "x", Assertion: record.NoneKnown}, Substance: code}}
		},
		"refuted allergy": func(r *record.Record) {
			r.Allergies = []record.Allergy{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, Substance: code, Verification: record.Refuted}}
		},
		"refuted problem": func(r *record.Record) {
			r.Problems = []record.Problem{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, Code: code, Verification: record.Refuted}}
		},
		"procedure that was not done": func(r *record.Record) {
			r.Procedures = []record.Procedure{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusNotDone}}, Code: code}}
		},
		"planned procedure": func(r *record.Record) {
			r.Procedures = []record.Procedure{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed, Mode: record.ModeIntent}, Code: code}}
		},
		"medicine not to be given": func(r *record.Record) {
			r.Medications = []record.Medication{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed, Mode: record.ModeRequest}, Kind: "request", Product: record.Product{Code: code}, DoNotPerform: &yes}}
		},
		"order that is only proposed": func(r *record.Record) {
			r.Orders = []record.Order{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed, Mode: record.ModeProposal}, Code: code}}
		},
		"negated observation": func(r *record.Record) {
			r.Observations = []record.Observation{{Entry: record.Entry{ID: "x", Assertion: record.Negated}, Code: code}}
		},
		"observation that was not made": func(r *record.Record) {
			r.Results = []record.Observation{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusNotDone}}, Code: code}}
		},
		"vaccination that is planned": func(r *record.Record) {
			r.Immunizations = []record.Immunization{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusPlanned}}, Product: record.Product{Code: code}}}
		},
		"coverage entered in error": func(r *record.Record) {
			r.Coverages = []record.Coverage{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusEnteredInError}}, Type: code}}
		},
		"negated component": func(r *record.Record) {
			r.Observations = []record.Observation{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, Components: []record.Component{{Code: code, Assertion: record.Negated}}}}
		},
		"reaction that did not happen": func(r *record.Record) {
			r.Allergies = []record.Allergy{{Entry: record.Entry{ID: "x", Assertion: record.Affirmed}, Reactions: []record.Reaction{{Manifestations: []record.Concept{code}, Assertion: record.Negated}}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}}
			set(rec)
			out, rep := written(t, Exporter{}, rec)
			require.NotContains(t, string(out), "7771000")
			require.NotZero(t, rep.Counts.Lost)
		})
	}
}

// TestDeleted holds that what takes a statement back goes out as that.
func TestDeleted(t *testing.T) {
	code := record.Concept{Codings: []record.Coding{{System: record.SystemCVX, Code: "140"}}}
	e := record.Entry{ID: "x", Assertion: record.Affirmed}
	inError := e
	inError.Status.Code = record.StatusEnteredInError
	rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}},
		Allergies:     []record.Allergy{{Entry: e, Substance: code, Verification: record.EnteredInError}},
		Problems:      []record.Problem{{Entry: e, Code: code, Verification: record.EnteredInError}},
		Immunizations: []record.Immunization{{Entry: inError, Product: record.Product{Code: code}}},
	}
	rec.Problems[0].ID, rec.Immunizations[0].ID = "y", "z"
	out, _ := written(t, Exporter{}, rec)
	want := map[string]string{"IAM-6": "D", "PRB-1": "DE", "RXA-21": "D"}
	for it := range Batch(out, Options{}) {
		for at, v := range want {
			if it.Message.Get(at) == v {
				delete(want, at)
			}
		}
		require.NotEqual(t, "CP", it.Message.Get("RXA-20"))
	}
	require.Empty(t, want)
}

var admitted = segmentsOf(
	`MSH|^~\&|APP|FAC|APP2|FAC2|20240102030405+0000|SEC|ADT^A01^ADT_A01|M1|P|2.5.1|||AL|NE||UNICODE UTF-8`,
	`EVN|A01|20240102030400`,
	`PID|1|OUT-1|A-1^^^HOSP^MR|ALT-1|Muster^Ada^^^^^L||19800102|F|||1 Way^^Town^ST^12345^USA^H||^PRN^PH^^^555^5550100|||||||||||||||||||||||BREED`,
	`PD1||||123^Doc^Tor`,
	`PV1|1|I|W^1^A^HOSP||||123^Doc^Tor|||MED|||||||||V-1^^^HOSP|||||||||||||||||||||||||20240102`,
	`PV2||||||||20240103`,
	`AL1|1|DA|7980^Penicillin^RXN|SV|Hives`,
	`ZZZ|1|of our own^x&y`,
)

// TestAsSent holds that a message goes out word for word while the record still says what it said.
func TestAsSent(t *testing.T) {
	latin := bytes.ReplaceAll(bytes.ReplaceAll(admitted, []byte("Muster"), []byte("M\xfcster")), []byte("UNICODE UTF-8"), []byte("8859/1"))
	for name, data := range map[string][]byte{
		"as is": admitted, "line feeds": bytes.ReplaceAll(admitted, []byte("\r"), []byte("\n")), "8859/1": latin,
		"frame":  append(append([]byte{0x0b}, admitted...), 0x1c, '\r'),
		"two":    append(slices.Clone(admitted), bytes.ReplaceAll(admitted, []byte("|M1|"), []byte("|M2|"))...),
		"a file": slices.Concat([]byte("FHS|^~\\&|F\rBHS|^~\\&|B\r"), admitted, []byte("BTS|1\rFTS|1\r")),
	} {
		t.Run(name, func(t *testing.T) {
			rec := recordOf(t, data)
			out, rep := written(t, Exporter{}, rec)
			require.Equal(t, string(data), string(out))
			require.Zero(t, rep.Counts.Lost)
			require.Equal(t, record.CountLeaves(rec)+len(rec.Carried), rep.Counts.Exported)
			var kept bytes.Buffer // also when the record was kept as JSON meanwhile
			_, err := record.JSONFormat().Exporter.Export(context.Background(), rec, &kept, exportTime)
			require.NoError(t, err)
			for x, err := range record.JSONFormat().Importer.Import(context.Background(), record.Input{Bytes: kept.Bytes()}, record.ImportOptions{}) {
				require.NoError(t, err)
				again, _ := written(t, Exporter{}, x.Record)
				require.Equal(t, string(data), string(again))
			}
		})
	}
}

// TestChanged holds that a message of which the record says otherwise now is written anew, and that what was carried stands where it stood.
func TestChanged(t *testing.T) {
	second := bytes.ReplaceAll(admitted, []byte("|M1|"), []byte("|M2|"))
	second = bytes.ReplaceAll(second, []byte("V-1"), []byte("V-2"))
	second = bytes.ReplaceAll(second, []byte("AL1|1|DA|7980^Penicillin^RXN"), []byte("AL1|1|DA|2670^Codeine^RXN"))
	rec := recordOf(t, append(slices.Clone(admitted), second...))
	require.Len(t, rec.Allergies, 2)
	rec.Allergies[0].Reactions[0].Manifestations[0].Codings[0].Code = "Rash"
	out, rep := written(t, Exporter{}, rec)
	require.True(t, bytes.HasSuffix(out, second), "the other message is as it was")
	m, err := Parse(out[:len(out)-len(second)], Options{})
	require.NoError(t, err)
	for at, want := range map[string]string{"MSH-8": "SEC", "MSH-10": "M1", "MSH-15": "AL", "MSH-18": "UNICODE UTF-8", "PID-2": "OUT-1", "PID-3.1": "A-1", "PID-4": "ALT-1", "PID-13.7": "5550100",
		"PD1-4.1": "123", "PV1-3.4": "HOSP", "PV1-19.1": "V-1", "PV2-8": "20240103", "AL1-5": "Rash", "ZZZ-2.1": "of our own", "ZZZ-2.2.2": "y"} {
		require.Equal(t, want, m.Get(at), at)
	}
	require.Contains(t, string(m.Segment("PID", 1).Raw()), "|BREED")
	require.Zero(t, rep.Counts.Lost, "%v", rep.Issues)
	var names []string
	for s := range m.Segments() {
		names = append(names, s.Name())
	}
	require.Equal(t, []string{"MSH", "EVN", "PID", "PD1", "PV1", "PV2", "AL1", "ZZZ"}, names)
}

// TestWithheldCarried holds that a message whose carried parts were taken away is not sent as it was.
func TestWithheldCarried(t *testing.T) {
	rec := recordOf(t, admitted)
	rec.Carried = slices.DeleteFunc(rec.Carried, func(c record.Carried) bool { return strings.HasPrefix(c.Path, "ZZZ") })
	out, _ := written(t, Exporter{}, rec)
	require.NotContains(t, string(out), "of our own")
	require.Contains(t, string(out), "20240103")
}

// TestOtherPatient holds that a message about several patients gives each record no more than its own.
func TestOtherPatient(t *testing.T) {
	two := append(slices.Clone(admitted), segmentsOf(`PID|2||B-2^^^HOSP^MR||Andere^Bea`, `PV1|1|O`)...)
	n := 0
	for x, err := range (Importer{}).Import(context.Background(), record.Input{Bytes: two}, record.ImportOptions{}) {
		require.NoError(t, err)
		out, _ := written(t, Exporter{}, x.Record)
		require.NotEqual(t, strings.Contains(string(out), "Muster"), strings.Contains(string(out), "Andere"))
		n++
	}
	require.Equal(t, 2, n)
}

// TestMarkers holds that no value of a patient is in a report.
func TestExportMarkers(t *testing.T) {
	rec, _ := recordtest.Markers()
	_, rep := written(t, Exporter{}, rec)
	recordtest.NoMarkersIn(t, nil, rep)
	_, err := Exporter{Charset: "ASCII"}.Export(context.Background(), rec, &bytes.Buffer{}, exportTime)
	recordtest.NoMarkersIn(t, err)
}

func TestNoValueInIssues(t *testing.T) {
	full := recordtest.Full()
	_, rep := written(t, Exporter{}, full)
	issues, err := json.Marshal(rep.Issues)
	require.NoError(t, err)
	for leaf := range record.Leaves(full) {
		if len(leaf.Value) > 9 && strings.ContainsAny(leaf.Value, "0123456789") {
			require.NotContains(t, string(issues), leaf.Value, leaf.Path)
		}
	}
}

// TestOptions looks at what the options do.
func TestOptions(t *testing.T) {
	rec := recordtest.Generate(1, 40)
	types := func(out []byte) (list []string) {
		for it := range Batch(out, Options{}) {
			require.NoError(t, it.Err)
			require.Empty(t, it.Issues)
			if it.Kind == ItemMessage {
				a, b, _ := it.Message.Type()
				list = append(list, a+"_"+b)
			}
		}
		return list
	}
	all, _ := written(t, Exporter{}, rec)
	require.Contains(t, types(all), "ADT_A31")
	require.Contains(t, types(all), "VXU_V04")
	some, rep := written(t, Exporter{Messages: []string{"VXU_V04"}}, rec)
	require.Equal(t, []string{"VXU_V04"}, slices.Compact(types(some)))
	require.NotZero(t, rep.Counts.Lost)
	batch, _ := written(t, Exporter{Framing: FramingBatch, Application: "APP^2.999^ISO", Facility: "F|A", ReceivingFacility: "R"}, rec)
	require.Equal(t, types(all), types(batch))
	require.True(t, bytes.HasPrefix(batch, []byte(`FHS|^~\&|APP^2.999^ISO|F\F\A||R|20240203040506+0000`)))
	m, err := Parse(all[:bytes.Index(all, []byte("\rMSH"))], Options{})
	require.NoError(t, err)
	require.Len(t, m.ControlID(), 20)
	require.Equal(t, "2.5.1", m.Version())
	framed, _ := written(t, Exporter{Framing: FramingMLLP}, rec)
	require.Equal(t, len(types(all)), bytes.Count(framed, []byte{0x1c, '\r'}))
	odd, _ := written(t, Exporter{Delimiters: Delimiters{Field: '#', Component: '*', Repetition: '+', Escape: '/', Subcomponent: '!'}, Version: "2.8"}, rec)
	require.Equal(t, types(all), types(odd))
	numbered, _ := written(t, Exporter{ControlID: func(n int, _ [32]byte) string { return fmt.Sprint("N", n) }}, rec)
	require.Contains(t, string(numbered), "|N1|P|2.5.1")
	again, _ := written(t, Exporter{}, rec)
	require.Equal(t, string(all), string(again))
}

// TestAnswer writes RSP_K11.
func TestAnswer(t *testing.T) {
	query, err := Parse(segmentsOf(`MSH|^~\&|A|B|C|D|20240102||QBP^Q11^QBP_Q11|Q-77|P|2.5.1`, `QPD|Z34^Request Immunization History^CDCPHINVS|TAG-9|A-1^^^HOSP^MR`, `RCP|I`), Options{})
	require.NoError(t, err)
	rec := recordtest.Generate(1, 40)
	out, _ := written(t, Exporter{Messages: []string{"RSP_K11"}, Query: query}, rec)
	m, err := Parse(out, Options{})
	require.NoError(t, err)
	for at, want := range map[string]string{"MSH-9.2": "K11", "MSA-1": "AA", "MSA-2": "Q-77", "QAK-1": "TAG-9", "QAK-2": "OK", "QPD-1.2": "Request Immunization History", "QPD-3.1": "A-1"} {
		require.Equal(t, want, m.Get(at), at)
	}
	require.True(t, m.Segment("RXA", 1).OK())
}

// TestNothing exports what is empty.
func TestNothing(t *testing.T) {
	out, rep := written(t, Exporter{}, nil)
	require.Empty(t, out)
	require.Zero(t, rep.Counts)
}
