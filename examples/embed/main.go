// Command embed is an EMR of a few hundred lines with Portage inside. It keeps
// its charts in tables of its own, builds a record from their rows, sends it as
// FHIR, and takes in a C-CDA document that another system sent.
//
//	go run ./examples/embed DOCUMENT.xml
package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: embed DOCUMENT.xml")
	}
	if err := run(context.Background(), os.Args[1], os.Stdout); err != nil {
		log.Fatal("embed: ", err)
	}
}

// run shows both directions: rows to a FHIR Bundle, a C-CDA document to rows.
func run(ctx context.Context, document string, out io.Writer) error {
	emr := seed()

	fmt.Fprintln(out, "sending a chart as FHIR")
	bundle, report, err := emr.send(ctx, "P-1001")
	if err != nil {
		return err
	}
	c := report.Counts
	fmt.Fprintf(out, "  %d bytes; %d leaves of the record in the Bundle, %d lost\n", len(bundle), c.Exported, c.Lost)

	fmt.Fprintln(out, "taking in a C-CDA document")
	data, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	f, ok := portage.Detect(data, ccda.Format())
	if !ok {
		return portage.ErrUnknownFormat
	}
	id, report, err := emr.receive(ctx, f, data)
	if err != nil {
		return err
	}
	c = report.Counts
	fmt.Fprintf(out, "  %d facts: %d typed, %d carried, %d scaffold, %d unaccounted\n", c.Facts, c.Mapped, c.Carried, c.Scaffold, c.Unaccounted())
	return emr.print(out, id)
}

// send builds the record of one patient and writes it as a FHIR Bundle.
func (e *EMR) send(ctx context.Context, patient string) ([]byte, *record.Report, error) {
	rec, err := e.record(patient)
	if err != nil {
		return nil, nil, err
	}
	if issues := record.Validate(rec); len(issues) > 0 {
		return nil, nil, fmt.Errorf("the chart makes no valid record: %s at %s", issues[0].Code, issues[0].Path)
	}
	var b bytes.Buffer
	report, err := fhir.Format().Exporter.Export(ctx, rec, &b, record.ExportOptions{Now: time.Now()})
	return b.Bytes(), report, err
}

// receive reads one document into the tables. What the tables have no place for
// stays in the record, which is kept whole beside them.
func (e *EMR) receive(ctx context.Context, f record.Format, data []byte) (string, *record.Report, error) {
	var id string
	report := &record.Report{}
	for got, err := range f.Importer.Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			return "", report, err
		}
		report.Merge(got.Report)
		if id, err = e.store(got.Record); err != nil {
			return "", report, err
		}
	}
	return id, report, nil
}
