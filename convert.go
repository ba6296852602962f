package portage

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/portage-health/portage/record"
)

// Options steer a conversion. The zero value is right.
type Options struct {
	Import record.ImportOptions
	Export record.ExportOptions
}

// Errors of Convert that do not come from a format or a sink.
var (
	ErrNoImporter = errors.New("portage: the source format cannot be read")
	ErrNoExporter = errors.New("portage: the target format cannot be written")
	ErrNoRecord   = errors.New("portage: the input holds no record")
	ErrManyRecord = errors.New("portage: the input holds several records where one was asked for")
)

// Result is what a conversion did.
type Result struct {
	// Records is how many records were written.
	Records int
	// Report is the sum of the import's and the export's reports.
	Report record.Report
}

// Sink opens the output for the n-th record of an input, counted from 0. Convert closes it.
type Sink func(n int, rec *record.Record) (io.WriteCloser, error)

// Convert reads one input and writes each record that it holds to an output of
// its own, one at a time. The report is good also where an error is returned:
// it then tells of what was done before.
func Convert(ctx context.Context, in record.Input, from record.Importer, to record.Exporter, sink Sink, o Options) (res Result, err error) {
	if from == nil {
		return res, ErrNoImporter
	}
	if to == nil {
		return res, ErrNoExporter
	}
	for got, err := range from.Import(ctx, in, o.Import) {
		if err != nil {
			return res, err
		}
		res.Report.Merge(got.Report)
		if err := export(ctx, got.Record, to, sink, res.Records, o.Export, &res.Report); err != nil {
			return res, err
		}
		res.Records++
	}
	if res.Records == 0 {
		return res, ErrNoRecord
	}
	return res, nil
}

// export writes one record and adds what happened to the report.
func export(ctx context.Context, rec *record.Record, to record.Exporter, sink Sink, n int, o record.ExportOptions, rep *record.Report) (err error) {
	w, err := sink(n, rec)
	if err != nil {
		return fmt.Errorf("portage: opening the output: %w", err)
	}
	defer func() {
		if cerr := w.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("portage: closing the output: %w", cerr)
		}
	}()
	if o.TypedOnly {
		rec = rec.Typed()
	}
	got, err := to.Export(ctx, rec, w, o)
	rep.Merge(got)
	return err
}

// ConvertBytes is Convert for an input that holds one record. It fails with
// ErrManyRecord where there are more: nothing is dropped in silence.
func ConvertBytes(ctx context.Context, data []byte, from, to record.Format, o Options) ([]byte, *record.Report, error) {
	var out bytes.Buffer
	sink := func(n int, _ *record.Record) (io.WriteCloser, error) {
		if n > 0 {
			return nil, ErrManyRecord
		}
		return nopCloser{&out}, nil
	}
	res, err := Convert(ctx, record.Input{Bytes: data}, from.Importer, to.Exporter, sink, o)
	if err != nil {
		return nil, &res.Report, err
	}
	return out.Bytes(), &res.Report, nil
}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }
