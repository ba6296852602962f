package recordtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"testing"

	"github.com/portage-health/portage/record"
	"github.com/stretchr/testify/require"
)

// failures takes the place of a *testing.T and keeps what it is told.
type failures struct{ said []string }

func (f *failures) Helper() {}
func (f *failures) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}

func (f *failures) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	panic(f)
}

// told runs a check and gives what it found.
func told(check func(TB)) []string {
	f := &failures{}
	func() {
		defer func() {
			if x := recover(); x != nil && x != any(f) {
				panic(x)
			}
		}()
		check(f)
	}()
	return f.said
}

// spoiled exports a record after doing something to a copy, and its report after doing something to that.
type spoiled struct {
	rec    func(*record.Record)
	report func(*record.Report)
	out    func(io.Writer)
	err    error
}

func (s spoiled) Export(ctx context.Context, rec *record.Record, w io.Writer, o record.ExportOptions) (*record.Report, error) {
	data, err := record.Marshal(rec)
	if err != nil {
		return nil, err
	}
	own, err := record.Unmarshal(data)
	if err != nil {
		return nil, err
	}
	if s.rec != nil {
		s.rec(own)
	}
	if _, err := record.JSONFormat().Exporter.Export(ctx, own, w, o); err != nil {
		return nil, err
	}
	report := &record.Report{Counts: record.Counts{Exported: record.CountLeaves(rec)}}
	if s.report != nil {
		s.report(report)
	}
	if s.out != nil {
		s.out(w)
	}
	return report, s.err
}

func TestCheckExport(t *testing.T) {
	small := func() *record.Record { return Focus(Full(), "adverseEvents") }
	lost := func(path string) func(*record.Report) {
		return func(r *record.Report) {
			r.Counts.Lost++
			r.Counts.Exported--
			r.Add(record.IssueLost.At(path, 0, 0))
		}
	}
	n := 0
	dropActuality := func(r *record.Record) { r.AdverseEvents[0].Actuality = "" }
	for name, c := range map[string]struct {
		exporter record.Exporter
		want     string
	}{
		"good":                   {record.JSONFormat().Exporter, ""},
		"drops and says so":      {spoiled{rec: dropActuality, report: lost("adverseEvents[0].actuality")}, ""},
		"names only the tree":    {spoiled{rec: dropActuality, report: func(r *record.Report) { r.Add(record.IssueNotStated.At("adverseEvents[0]", 0, 0)) }}, "adverseEvents[0].actuality: neither"},
		"drops in silence":       {spoiled{rec: dropActuality}, "adverseEvents[0].actuality: neither"},
		"names another":          {spoiled{rec: dropActuality, report: lost("adverseEvents[0].event")}, "adverseEvents[0].actuality: neither"},
		"counts too many":        {spoiled{report: func(r *record.Report) { r.Counts.Exported++ }}, "but the record has"},
		"loses without an issue": {spoiled{report: func(r *record.Report) { r.Counts.Exported--; r.Counts.Lost++ }}, "but 0 issues name one"},
		"is never the same":      {spoiled{out: func(w io.Writer) { n++; fmt.Fprint(w, n) }}, "other bytes the second time"},
		"fails":                  {spoiled{err: errors.New("no")}, "the export failed"},
	} {
		t.Run(name, func(t *testing.T) {
			said := told(func(t TB) {
				CheckExport(t, c.exporter, small(), ExportCheck{Only: []string{"adverseEvents[0].a", "adverseEvents[1]", "patient.birthTime"}})
			})
			if c.want == "" {
				require.Empty(t, said)
				return
			}
			require.Contains(t, strings.Join(said, "\n"), c.want)
		})
	}
	changes := spoiled{}
	said := told(func(t TB) { CheckExport(t, changer{changes}, small(), ExportCheck{}) })
	require.Contains(t, strings.Join(said, "\n"), "changed the record")
}

// changer changes the record it is given, as no exporter may.
type changer struct{ spoiled }

func (c changer) Export(ctx context.Context, rec *record.Record, w io.Writer, o record.ExportOptions) (*record.Report, error) {
	report, err := c.spoiled.Export(ctx, rec, w, o)
	rec.AdverseEvents[0].Actuality = "potential"
	return report, err
}

// lines is a toy importer: "key=value" lines; title is mapped, type is fixed, the rest is carried.
type lines struct {
	drop, lie string // a key that is taken in silence; one that is counted as mapped without being so
}

func (l lines) Import(_ context.Context, in record.Input, _ record.ImportOptions) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		rec, report := &record.Record{}, &record.Report{}
		for line := range strings.Lines(string(in.Bytes)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
			report.Counts.Facts++
			switch {
			case key == l.drop:
				report.Counts.Mapped++
			case key == "title":
				report.Counts.Mapped++
				rec.Lists = append(rec.Lists, record.List{Title: value})
			case key == "type":
				report.Counts.Scaffold++
				if value != "toy" {
					report.Add(record.IssueUnexpectedFixed.At(key, 0, 0))
				}
			case key == "bad" && value != "1":
				yield(nil, errors.New("bad"))
				return
			default:
				if key == l.lie {
					report.Counts.Mapped++
				} else {
					report.Counts.Carried++
				}
				rec.Carried = append(rec.Carried, record.Carried{Data: line})
			}
		}
		yield(&record.Imported{Record: rec, Report: report}, nil)
	}
}

// exactLines tells its classes too.
type exactLines struct {
	lines
	classes map[int]Class
}

func (l exactLines) Classify(context.Context, record.Input, record.ImportOptions) (map[int]Class, error) {
	return l.classes, nil
}

func TestCheckImport(t *testing.T) {
	data := []byte("type=toy\ntitle=abc\nnote=abc\n")
	var leaves []SourceLeaf
	for i, key := range []string{"type", "title", "note"} {
		leaves = append(leaves, SourceLeaf{Name: key, Index: i, Change: func(b []byte) []byte { return bytes.Replace(b, []byte(key+"="), []byte(key+"=x"), 1) }})
	}
	right := map[int]Class{0: Scaffold, 1: Mapped, 2: Carried}
	for name, c := range map[string]struct {
		importer record.Importer
		data     string
		want     string
	}{
		"good":               {lines{}, "", ""},
		"good and exact":     {exactLines{classes: right}, "", ""},
		"loses in silence":   {lines{drop: "note"}, "", "note: lost in silence"},
		"counts a lie":       {lines{lie: "note"}, "", "mapped 2, carried 0, scaffold 1; but 1 leaves change the record"},
		"exact, but wrong":   {exactLines{classes: map[int]Class{0: Scaffold, 1: Carried, 2: Mapped}}, "", "title: counted as carried"},
		"exact, but less":    {exactLines{classes: map[int]Class{0: Scaffold, 1: Mapped}}, "", "note: the importer gives it no class"},
		"fails when changed": {lines{}, "type=toy\ntitle=abc\nbad=1\n", "the import fails once"},
		"fails":              {lines{}, "bad=2", "the import failed"},
	} {
		t.Run(name, func(t *testing.T) {
			in, leaves := data, leaves
			if c.data != "" {
				in = []byte(c.data)
				leaves = append(leaves[:2:2], SourceLeaf{Name: "bad", Index: 2, Change: func(b []byte) []byte { return bytes.Replace(b, []byte("bad=1"), []byte("bad=2"), 1) }})
			}
			said := told(func(t TB) { CheckImport(t, c.importer, in, leaves, ImportCheck{}) })
			if c.want == "" {
				require.Empty(t, said)
				return
			}
			require.Contains(t, strings.Join(said, "\n"), c.want)
		})
	}
	said := told(func(t TB) { CheckImport(t, lines{}, data, leaves[:2], ImportCheck{}) })
	require.Contains(t, strings.Join(said, "\n"), "2 leaves were given, but the report counts 3 facts")
	require.Empty(t, told(func(t TB) { CheckImport(t, lines{}, data, leaves[:2], ImportCheck{Every: 2}) }))
}

func TestCheckImportOfTheRecordItself(t *testing.T) {
	data, err := record.Marshal(Focus(Full(), "adverseEvents", "carried"))
	require.NoError(t, err)
	leaves, err := JSONLeaves(data)
	require.NoError(t, err)
	CheckImport(t, record.JSONFormat().Importer, data, leaves, ImportCheck{Refused: true, Exact: true})
}

func TestXMLLeaves(t *testing.T) {
	doc := []byte("<?xml version=\"1.0\"?>\n<a xmlns=\"urn:x\" one='1&amp;2' two=\"b\">\n  <b xsi:type=\"T\" xmlns:xsi=\"urn:y\">text &lt; more<c/> tail </b><![CDATA[raw]]>\n</a>")
	leaves, err := XMLLeaves(doc)
	require.NoError(t, err)
	var got []string
	for _, l := range leaves {
		out := l.Change(bytes.Clone(doc))
		require.Len(t, out, len(doc))
		at := 0
		for out[at] == doc[at] {
			at++
		}
		got = append(got, fmt.Sprintf("%c→%c", doc[at], out[at]))
	}
	require.Equal(t, []string{"2→3", "b→c", "T→U", "e→f", "l→m", "w→x"}, got)
	_, err = XMLLeaves([]byte("<a>"))
	require.Error(t, err)
}

func TestAnother(t *testing.T) {
	for in, want := range map[string]string{"true": "false", "false": "true", "19": "18", "20240131": "20240132", "abc": "abd", "z": "y", "": "x", "é": "éx",
		"a&amp;": "b&amp;", `a\n`: `b\n`, "Zz": "Zy", "12:30Z": "12:30Y"} {
		require.Equal(t, want, Another(in), in)
	}
}

func TestMarkers(t *testing.T) {
	rec, plants := Markers()
	require.Greater(t, len(plants), 5000)
	data, err := record.Marshal(rec)
	require.NoError(t, err)
	inText := map[string]bool{}
	for _, m := range markerPattern.FindAllString(string(data), -1) {
		inText[m] = true
	}
	content := 0
	for m, path := range plants {
		require.NotEmpty(t, path)
		if !inText[m] {
			content++ // content in bytes is base64 in JSON
		}
	}
	require.Less(t, content, 200)
	// What the record's own package says of it holds none of them.
	_, err = record.Unmarshal(append(data, 'x'))
	require.Error(t, err)
	NoMarkersIn(t, err, &record.Report{Issues: record.Validate(rec)})
	for _, c := range record.Diff(rec, Full()) {
		NoMarkers(t, c.String())
	}
	require.Len(t, told(func(t TB) { NoMarkers(t, "an error about ZQX00001Q") }), 1)
	require.Len(t, told(func(t TB) { NoMarkersIn(t, errors.New("zqx00001q")) }), 1)
	require.Empty(t, told(func(t TB) { NoMarkersIn(t, nil, nil) }))
}

func TestMeanings(t *testing.T) {
	type key struct{ kind, statement string }
	seen := map[key]bool{}
	said := map[string]map[string]bool{}
	for _, m := range Meanings() {
		k := key{m.Kind, m.Statement}
		require.False(t, seen[k], k)
		seen[k] = true
		for _, cell := range []string{m.InWords, m.Record, m.CCDA, m.FHIR, m.V2} {
			require.NotEmpty(t, cell, k)
		}
		rec := m.Build()
		require.Empty(t, record.Validate(rec), k)
		require.Len(t, m.Said(rec), 1, k)
		require.Equal(t, m.Said(rec), m.Said(m.Build()), k)
		if said[m.Kind] == nil {
			said[m.Kind] = map[string]bool{}
		}
		said[m.Kind][m.Said(rec)[0]] = true
	}
	// Statements that differ are told apart, but for what a value or DoNotPerform says.
	require.Len(t, said[record.KindAllergy], 6)
	require.Len(t, said[record.KindProblem], 6)
	require.Len(t, said[record.KindMedication], 7)
	require.Len(t, said[record.KindImmunization], 6)
	require.Len(t, said[record.KindProcedure], 6)
}
