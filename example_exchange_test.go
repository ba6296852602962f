package portage_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"log"
	"os"
	"path/filepath"
	"time"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

var exampleRecord = &record.Record{Patient: &record.Patient{
	Entry: record.Entry{ID: "p1", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "MRN-1"}}},
	Names: []record.Name{{Family: []record.NamePart{{Value: "Marchetti"}}, Given: []record.NamePart{{Value: "Odile"}}}},
}}

// A record leaves for treatment: decided by law, written as FHIR, and in the log before and after.
func ExampleExchange_Disclose() {
	ctx := context.Background()
	var events []*audit.Event
	logbook := audit.SinkFunc(func(_ context.Context, es ...*audit.Event) error {
		for _, e := range es {
			events = append(events, e.Clone())
		}
		return nil
	})
	exchange := &portage.Exchange{Decider: &consent.Evaluator{}, Audit: &audit.Recorder{Sink: logbook}}
	out := portage.Outgoing{Record: exampleRecord, Request: &consent.Request{
		Requester: consent.Party{Reference: "Practitioner/17", Covered: true, Relationship: true},
		Purposes:  []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/v3-ActReason", Code: "TREAT"}},
	}}
	var sent bytes.Buffer
	to := portage.DestinationFunc(func(context.Context, string) (io.WriteCloser, error) {
		return struct {
			io.Writer
			io.Closer
		}{&sent, io.NopCloser(nil)}, nil
	})
	got, err := exchange.Disclose(ctx, out, fhir.Format(), to)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.Bytes == int64(sent.Len()), got.Decision.Permits())
	for _, e := range events {
		fmt.Println(e.Kind, e.Phase, e.Outcome, e.Disclosure.Basis)
	}
	// Output:
	// true true
	// disclose intent  treatment
	// disclose outcome success treatment
}

// onePatient is an EHISource of one.
type onePatient struct{ rec *record.Record }

func (s onePatient) Patients(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("1", nil) }
}

func (s onePatient) Patient(context.Context, string) (*portage.EHIPatient, error) {
	return &portage.EHIPatient{Record: s.rec}, nil
}

// An export of one patient, and reading it back.
func ExampleEHIExport_Folder() {
	ctx := context.Background()
	tmp, err := os.MkdirTemp("", "ehi")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	dir := filepath.Join(tmp, "export")
	export := portage.EHIExport{
		Documentation: "https://ehr.example.org/ehi-export",
		Forms:         []portage.EHIForm{{Name: "fhir", Extension: ".ndjson", MediaType: "application/fhir+ndjson", Version: "R4", Exporter: fhir.Exporter{Form: fhir.NDJSON}}},
		Options:       record.ExportOptions{Now: time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)},
	}
	done, err := export.Folder(ctx, dir, onePatient{exampleRecord})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done.Patients, "patient,", done.Files, "files")

	back, err := portage.OpenEHI(dir, portage.EHILimits{})
	if err != nil {
		log.Fatal(err)
	}
	defer back.Close()
	fmt.Println("verified:", back.Verify(ctx) == nil, back.Digest == done.Manifest)
	for got, err := range back.Records(ctx, "", nil, record.ImportOptions{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(got.Record.Patient.Names[0].Family[0].Value)
	}
	// Output:
	// 1 patient, 3 files
	// verified: true true
	// Marchetti
}
