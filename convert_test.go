package portage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record"
)

// lines is a format made for these tests: each line of the input is a patient's family name.
type lines struct{}

func (lines) Import(_ context.Context, in record.Input, _ record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		for l := range bytes.Lines(in.Bytes) {
			name := string(bytes.TrimSpace(l))
			if name == "!" {
				yield(nil, errors.New("lines: 1:1: not a name"))
				return
			}
			p := &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}
			p.Names = []record.Name{{Family: []record.NamePart{{Value: name}}}}
			rep := &record.Report{Counts: record.Counts{Facts: 1, Mapped: 1}}
			if !yield(&record.Imported{Record: &record.Record{Patient: p, Carried: []record.Carried{{Data: "x"}}}, Report: rep}, nil) {
				return
			}
		}
	}
}

func (lines) Export(_ context.Context, rec *record.Record, w io.Writer, _ record.ExportOptions) (*record.Report, error) {
	for _, c := range rec.Carried {
		if _, err := io.WriteString(w, c.Data); err != nil {
			return &record.Report{}, err
		}
	}
	_, err := io.WriteString(w, rec.Patient.Names[0].Family[0].Value)
	return &record.Report{Counts: record.Counts{Exported: 1}}, err
}

func format() record.Format {
	return record.Format{Name: "lines", Importer: lines{}, Exporter: lines{}, Detect: func(h []byte) bool { return !bytes.HasPrefix(h, []byte("<")) }}
}

// outs collects what a conversion writes.
type outs struct {
	bufs   []*bytes.Buffer
	closed int
	fail   error
}

type out struct {
	*bytes.Buffer
	o *outs
}

func (w out) Close() error { w.o.closed++; return w.o.fail }

func (o *outs) sink(n int, _ *record.Record) (io.WriteCloser, error) {
	o.bufs = append(o.bufs, &bytes.Buffer{})
	return out{o.bufs[n], o}, nil
}

func TestConvertWritesEachRecord(t *testing.T) {
	var o outs
	res, err := portage.Convert(t.Context(), record.Input{Bytes: []byte("Ash\nBirch\n")}, lines{}, lines{}, o.sink, portage.Options{})
	require.NoError(t, err)
	require.Equal(t, 2, res.Records)
	require.Equal(t, 2, o.closed)
	require.Equal(t, "xAsh", o.bufs[0].String())
	require.Equal(t, "xBirch", o.bufs[1].String())
	require.Equal(t, record.Counts{Facts: 2, Mapped: 2, Exported: 2}, res.Report.Counts)
}

func TestConvertTypedOnlyStripsWhatIsCarried(t *testing.T) {
	var o outs
	_, err := portage.Convert(t.Context(), record.Input{Bytes: []byte("Ash")}, lines{}, lines{}, o.sink,
		portage.Options{Export: record.ExportOptions{TypedOnly: true}})
	require.NoError(t, err)
	require.Equal(t, "Ash", o.bufs[0].String())
}

func TestConvertFailures(t *testing.T) {
	var o outs
	res, err := portage.Convert(t.Context(), record.Input{Bytes: []byte("Ash\n!\n")}, lines{}, lines{}, o.sink, portage.Options{})
	require.ErrorContains(t, err, "not a name")
	require.Equal(t, 1, res.Records, "what came before the fault was written")
	_, err = portage.Convert(t.Context(), record.Input{}, lines{}, lines{}, o.sink, portage.Options{})
	require.ErrorIs(t, err, portage.ErrNoRecord)
	_, err = portage.Convert(t.Context(), record.Input{}, nil, lines{}, o.sink, portage.Options{})
	require.ErrorIs(t, err, portage.ErrNoImporter)
	_, err = portage.Convert(t.Context(), record.Input{}, lines{}, nil, o.sink, portage.Options{})
	require.ErrorIs(t, err, portage.ErrNoExporter)
	full := errors.New("disk full")
	_, err = portage.Convert(t.Context(), record.Input{Bytes: []byte("Ash")}, lines{}, lines{}, (&outs{fail: full}).sink, portage.Options{})
	require.ErrorIs(t, err, full, "an output that could not be closed was not written")
}

func TestConvertBytesTakesOneRecord(t *testing.T) {
	b, rep, err := portage.ConvertBytes(t.Context(), []byte("Ash"), format(), format(), portage.Options{})
	require.NoError(t, err)
	require.Equal(t, "xAsh", string(b))
	require.Equal(t, 1, rep.Counts.Facts)
	_, _, err = portage.ConvertBytes(t.Context(), []byte("Ash\nBirch"), format(), format(), portage.Options{})
	require.ErrorIs(t, err, portage.ErrManyRecord)
}

func TestDetect(t *testing.T) {
	f, ok := portage.Detect([]byte("Ash"), format())
	require.True(t, ok)
	require.Equal(t, "lines", f.Name)
	_, ok = portage.Detect([]byte("<a/>"), format())
	require.False(t, ok)
	_, ok = portage.Detect([]byte("Ash"), record.Format{Name: "no detection"})
	require.False(t, ok)
}
