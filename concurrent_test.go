package portage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/match"
	"github.com/portage-health/portage/record/recordtest"
)

// task is something that can be done at any time, and gives the same bytes each time.
type task struct {
	name string
	do   func() ([]byte, error)
}

// What is documented to be safe for concurrent use is used by several at once, each type by one value for all, and gives
// what it gives alone. With the race detector this is also a proof that nothing is shared that must not be.
func TestEverythingConcurrently(t *testing.T) {
	ctx := context.Background()
	at := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	o := record.ExportOptions{Now: at}
	full, chart := recordtest.Full(), recordtest.Generate(5, recordtest.Small)

	var tasks []task
	for _, f := range []struct {
		name string
		out  record.Exporter
		in   record.Importer
	}{
		{"C-CDA", ccda.Exporter{}, ccda.Importer{}},
		{"conformant C-CDA", ccda.Exporter{Mode: ccda.Conformant}, ccda.Importer{}},
		{"FHIR", fhir.Exporter{}, fhir.Importer{}},
		{"FHIR in XML", fhir.Exporter{Form: fhir.XML}, fhir.Importer{}},
		{"FHIR in lines", fhir.Exporter{Form: fhir.NDJSON}, fhir.Importer{}},
		{"HL7 v2", hl7v2.Exporter{}, hl7v2.Importer{}},
	} {
		for i, rec := range []*record.Record{full, chart} {
			export := func() ([]byte, error) {
				var b bytes.Buffer
				rep, err := f.out.Export(ctx, rec, &b, o)
				return withReport(b.Bytes(), rep, err)
			}
			tasks = append(tasks, task{fmt.Sprintf("%s of record %d", f.name, i), export})
			var b bytes.Buffer
			_, err := f.out.Export(ctx, rec, &b, o)
			require.NoError(t, err, f.name)
			tasks = append(tasks, task{fmt.Sprintf("record of %s %d", f.name, i), func() ([]byte, error) {
				var all []byte
				for got, err := range f.in.Import(ctx, record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
					if err != nil {
						return nil, err
					}
					text, err := record.Marshal(got.Record)
					if text, err = withReport(text, got.Report, err); err != nil {
						return nil, err
					}
					all = append(all, text...)
				}
				return all, nil
			}})
		}
	}
	tasks = append(tasks, conforming(t, chart, o)...)
	tasks = append(tasks, consenting(t, chart, at)...)
	tasks = append(tasks, matching(t)...)
	tasks = append(tasks, task{"merging", func() ([]byte, error) {
		rec, rep, err := record.Merge(record.MergeOptions{}, full, chart)
		if err != nil {
			return nil, err
		}
		text, err := record.Marshal(rec)
		return withReport(text, rep, err)
	}})

	want := make([][]byte, len(tasks))
	for i, x := range tasks {
		var err error
		want[i], err = x.do()
		require.NoError(t, err, x.name)
		require.NotEmpty(t, want[i], x.name)
	}
	var all sync.WaitGroup
	for g := range 4 {
		all.Go(func() {
			for i := range tasks {
				k := (i + g*len(tasks)/8) % len(tasks) // side by side with itself and with others
				if got, err := tasks[k].do(); err != nil || !bytes.Equal(want[k], got) {
					t.Errorf("%s: other bytes than alone (error: %v)", tasks[k].name, err)
				}
			}
		})
	}
	all.Wait()
}

// withReport adds to what was made what is told of it.
func withReport(made []byte, report any, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(report)
	return slices.Concat(made, text), err
}

// conforming checks one parsed document of each format.
func conforming(t *testing.T, rec *record.Record, o record.ExportOptions) []task {
	made := func(x record.Exporter) []byte {
		var b bytes.Buffer
		_, err := x.Export(t.Context(), rec, &b, o)
		require.NoError(t, err)
		return b.Bytes()
	}
	c, err := ccda.Parse(made(ccda.Exporter{}), record.Limits{})
	require.NoError(t, err)
	f, err := fhir.Parse(made(fhir.Exporter{}), record.Limits{})
	require.NoError(t, err)
	var m *hl7v2.Message
	for it := range hl7v2.Batch(made(hl7v2.Exporter{}), hl7v2.Options{}) {
		if it.Kind == hl7v2.ItemMessage {
			m = it.Message
		}
	}
	require.NotNil(t, m)
	return []task{
		{"check of C-CDA", func() ([]byte, error) { return withReport(nil, c.Conform(ccda.ConformOptions{}), nil) }},
		{"check of FHIR", func() ([]byte, error) { return withReport(nil, f.Conform(fhir.ConformOptions{}), nil) }},
		{"check of HL7 v2", func() ([]byte, error) { return withReport(nil, m.Conform(hl7v2.ConformOptions{}), nil) }},
		{"fields of HL7 v2", func() ([]byte, error) { return []byte(m.Get("MSH-9") + m.Get("PID-5.1") + m.Get("PID-3[1].1")), nil }},
		{"a message of HL7 v2 with another field", func() ([]byte, error) {
			other, err := hl7v2.Parse(m.Bytes(), hl7v2.Options{})
			if err != nil {
				return nil, err
			}
			err = other.Set("PID-5.1", "Other|Name")
			return other.Bytes(), err
		}},
		{"what it is", func() ([]byte, error) { return []byte(fmt.Sprint(portage.Detect(m.Bytes()))), nil }},
	}
}

// consenting decides, redacts and de-identifies with one value for all.
func consenting(t *testing.T, rec *record.Record, at time.Time) []task {
	e := &consent.Evaluator{Store: consent.FiledConsents{{Consent: record.Consent{
		Entry: record.Entry{ID: "c-1", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}},
	}}}, Default: consent.DefaultPermit}
	req := &consent.Request{
		Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, Requester: consent.Party{Reference: "Practitioner/1"}, At: at,
		Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}},
	}
	d, err := e.Decide(t.Context(), req)
	require.NoError(t, err)
	x, err := deid.New(deid.Options{Key: bytes.Repeat([]byte{7}, deid.MinKey), At: at, Method: deid.DateShift})
	require.NoError(t, err)
	return []task{
		{"deciding", func() ([]byte, error) {
			got, err := e.Decide(context.Background(), req)
			return withReport(nil, got, err)
		}},
		{"redacting", func() ([]byte, error) {
			out, w := consent.Redact(d, rec, consent.Redaction{})
			if out == nil {
				return withReport([]byte("nothing"), w, nil)
			}
			text, err := record.Marshal(out)
			return withReport(text, w, err)
		}},
		{"de-identifying", func() ([]byte, error) {
			out, st, err := x.Record(context.Background(), rec)
			if err != nil {
				return nil, err
			}
			text, err := record.Marshal(out)
			return withReport(text, st, err)
		}},
	}
}

// matching compares patients, and finds them in an index to which others are added meanwhile.
func matching(t *testing.T) []task {
	var patients []*record.Patient
	for seed := range uint64(20) {
		patients = append(patients, recordtest.Generate(seed, recordtest.Small).Patient)
	}
	x := new(match.Index)
	for i, p := range patients {
		x.Add(fmt.Sprint(i), p)
	}
	var more sync.Mutex
	added := 0
	return []task{
		{"comparing", func() ([]byte, error) {
			m, err := match.Matcher{}.Match(context.Background(), patients[3], patients[4])
			return withReport(nil, m, err)
		}},
		{"finding", func() ([]byte, error) {
			var first []string
			for _, f := range x.Find(patients[7]) {
				first = append(first, f.ID)
			}
			if !slices.Contains(first, "7") {
				return nil, fmt.Errorf("not found")
			}
			more.Lock()
			added++
			id := fmt.Sprint("more-", added)
			more.Unlock()
			x.Add(id, &record.Patient{Names: []record.Name{{Family: []record.NamePart{{Value: id}}}}})
			x.Remove(id)
			return []byte("found"), nil
		}},
	}
}
