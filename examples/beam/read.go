package main

import (
	"bytes"
	"context"
	"fmt"
	"reflect"

	"github.com/apache/beam/sdks/v2/go/pkg/beam/io/fileio"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }

// formats are those that can be read, in the order in which an input is tried against them.
func formats() []record.Format {
	return []record.Format{ccda.Format(), record.JSONFormat(), fhir.Format(), hl7v2.Format()}
}

// readFn reads a file into charts: the key is the file and the number of the record in it, the value the record's JSON form.
type readFn struct{}

func (*readFn) ProcessElement(ctx context.Context, f fileio.ReadableFile, emit func(string, []byte), dead func(Letter)) {
	name := f.Metadata.Path
	fail := func(reason string) {
		failures.Inc(ctx, 1)
		dead(Letter{Input: name, Stage: "read", Reason: reason})
	}
	documents.Inc(ctx, 1)
	data, err := f.Read(ctx)
	if err != nil {
		fail("the file cannot be read")
		return
	}
	format, ok := portage.Detect(data, formats()...)
	if !ok {
		fail(portage.ErrUnknownFormat.Error())
		return
	}
	n := 0
	for got, err := range format.Importer.Import(ctx, record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			fail(err.Error())
			return
		}
		issues.Inc(ctx, int64(len(got.Report.Issues)))
		text, err := encode(ctx, got.Record)
		if err != nil {
			fail(err.Error())
			return
		}
		emit(fmt.Sprintf("%s#%06d", name, n), text)
		records.Inc(ctx, 1)
		n++
	}
	if n == 0 {
		fail(portage.ErrNoRecord.Error())
	}
}

func encode(ctx context.Context, rec *record.Record) ([]byte, error) {
	var out bytes.Buffer
	_, err := record.JSONFormat().Exporter.Export(ctx, rec, &out, record.ExportOptions{})
	return out.Bytes(), err
}

func decode(ctx context.Context, text []byte) (*record.Record, error) {
	for got, err := range record.JSONFormat().Importer.Import(ctx, record.Input{Bytes: text}, record.ImportOptions{}) {
		if err != nil {
			return nil, err
		}
		return got.Record, nil
	}
	return nil, portage.ErrNoRecord
}
