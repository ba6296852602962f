package ccda

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var thorough = flag.Bool("thorough", false, "clear every leaf, not one of a few")

var exportOptions = record.ExportOptions{Now: time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)}

var bothModes = []struct {
	name string
	Exporter
}{{"faithful", Exporter{}}, {"conformant", Exporter{Mode: Conformant}}}

func write(t testing.TB, x Exporter, rec *record.Record, o record.ExportOptions) ([]byte, *record.Report) {
	t.Helper()
	var b bytes.Buffer
	rep, err := x.Export(t.Context(), rec, &b, o)
	require.NoError(t, err)
	return b.Bytes(), rep
}

// sample gives every which leaf is to be checked: all with -thorough, few with -short.
func sample(thoroughly, usually, shortly int) int {
	switch {
	case *thorough:
		return thoroughly
	case testing.Short():
		return shortly
	}
	return usually
}

// A leaf is in the output, or the report names it, and no other value goes out as
// the same: see recordtest.CheckExport.
func TestExportEveryLeaf(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode.name, func(t *testing.T) {
			t.Parallel()
			recordtest.CheckExport(t, mode.Exporter, recordtest.Full(), recordtest.ExportCheck{Options: exportOptions, Every: sample(1, 7, 61), Apart: true, Alter: true})
		})
	}
}

// The same where all else that a record can say stands around the leaf.
func TestExportConservation(t *testing.T) {
	for _, mode := range bothModes {
		t.Run(mode.name, func(t *testing.T) {
			t.Parallel()
			recordtest.CheckExport(t, mode.Exporter, recordtest.Full(), recordtest.ExportCheck{Options: exportOptions, Every: sample(7, 41, 211)})
		})
	}
}

// The same of each type of document.
func TestExportConservationOfTypes(t *testing.T) {
	for _, mode := range bothModes {
		for typ := CCD; typ <= CarePlan; typ++ {
			t.Run(fmt.Sprint(mode.name, typ), func(t *testing.T) {
				t.Parallel()
				x := mode.Exporter
				x.Type, x.Release = typ, Release(typ%3)
				every := sample(11, 67, 997) // the types begin with different leaves
				recordtest.CheckExport(t, x, recordtest.Full(), recordtest.ExportCheck{Options: exportOptions, Every: every, First: int(typ) % every, Apart: true, Alter: !testing.Short()})
			})
		}
	}
}

// The same of records as a generator makes them.
func TestExportConservationOfOthers(t *testing.T) {
	seeds := uint64(sample(40, 4, 1))
	for _, mode := range bothModes {
		for typ := AsRecorded; typ <= CarePlan; typ++ {
			t.Run(fmt.Sprint(mode.name, typ), func(t *testing.T) {
				t.Parallel()
				x := mode.Exporter
				x.Type = typ
				for seed := range seeds {
					every := sample(11, 29, 53)
					recordtest.CheckExport(t, x, recordtest.Generate(seed, recordtest.Small), recordtest.ExportCheck{Options: exportOptions, Every: every, First: int(seed) % every, Alter: true})
					if t.Failed() {
						t.Fatalf("seed %d", seed)
					}
				}
			})
		}
	}
}

// The same of records that were read from documents.
func TestExportConservationOfDocuments(t *testing.T) {
	names, err := filepath.Glob(filepath.Join("testdata", "*.xml"))
	require.NoError(t, err)
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(name)
			require.NoError(t, err)
			rec, _, err := Import(t.Context(), data, record.ImportOptions{})
			if err != nil || rec.Patient == nil {
				t.Skip("is no document of a patient")
			}
			data, err = record.Marshal(rec)
			require.NoError(t, err)
			rec, err = record.Unmarshal(data) // the entries of one concern share it no more
			require.NoError(t, err)
			for _, mode := range bothModes {
				recordtest.CheckExport(t, mode.Exporter, rec, recordtest.ExportCheck{Options: exportOptions, Every: sample(2, 31, 151), Alter: *thorough})
			}
		})
	}
}

// fieldsOfRecord are the names of the record's fields that hold leaves.
func fieldsOfRecord(rec *record.Record) []string {
	var names []string
	for leaf := range record.Leaves(rec) {
		name := leaf.Path
		if i := strings.IndexAny(name, ".["); i >= 0 {
			name = name[:i]
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// TestExportLosses compares the losses of a record in which every field says something with those we know and accept.
func TestExportLosses(t *testing.T) {
	full := recordtest.Full()
	_, rep := write(t, Exporter{}, full, exportOptions)
	for _, field := range fieldsOfRecord(full) {
		t.Run(field, func(t *testing.T) {
			var lost []string
			for _, i := range rep.Issues {
				if i.Code == record.IssueLost.Code && (i.Path == field || strings.HasPrefix(i.Path, field+".") || strings.HasPrefix(i.Path, field+"[")) {
					lost = append(lost, i.Path+"\t"+i.Message)
				}
			}
			slices.Sort(lost)
			text := strings.Join(lost, "\n")
			if text != "" {
				text += "\n"
			}
			name := filepath.Join("testdata", "losses", field+".golden")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
				require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
			}
			want, err := os.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, string(want), text)
		})
	}
}

// No value of the record's may stand in a report or in an ID of the document.
func TestExportMarkersStayInTheOutput(t *testing.T) {
	for _, mode := range bothModes {
		for _, typ := range []DocumentType{AsRecorded, CCD, UnstructuredDocument, CarePlan} {
			rec, plants := recordtest.Markers()
			mode.Type, mode.Check = typ, true
			out, rep := write(t, mode.Exporter, rec, exportOptions)
			require.NotEmpty(t, rep.Issues)
			issues, err := json.Marshal(rep)
			require.NoError(t, err)
			recordtest.NoMarkers(t, string(issues))
			doc, err := tree.ParseXML(out, tree.XMLOptions{})
			require.NoError(t, err)
			for i := range doc.Len() {
				if n := doc.Node(i); n.Kind() == tree.Attr && n.Name() == "ID" {
					if path := strings.ToLower(plants[n.Value()]); !strings.HasSuffix(path, "anchor") && !strings.HasSuffix(path, ".id") { // those of the source
						recordtest.NoMarkers(t, n.Value())
					}
				}
			}
		}
	}
}

// Export is safe for concurrent use, gives the same bytes each time, and leaves the record as it was.
func TestExportConcurrently(t *testing.T) {
	rec := recordtest.Full()
	before, err := record.Marshal(rec)
	require.NoError(t, err)
	for _, mode := range bothModes {
		want, wantReport := write(t, mode.Exporter, rec, exportOptions)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 3 {
					var b bytes.Buffer
					rep, err := mode.Export(t.Context(), rec, &b, exportOptions)
					if err != nil || !bytes.Equal(want, b.Bytes()) || !reflect.DeepEqual(wantReport, rep) {
						t.Errorf("%s: another document or report the second time (error: %v)", mode.name, err)
						return
					}
				}
			})
		}
		all.Wait()
	}
	after, err := record.Marshal(rec)
	require.NoError(t, err)
	require.True(t, bytes.Equal(before, after), "the export changed the record")
}

// largeDocument repeats the entries of a document, each time with other identifiers, until it has about so many bytes.
func largeDocument(t testing.TB, size int) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "conform.xml"))
	require.NoError(t, err)
	sections := strings.SplitAfter(string(data), "</section></component>")
	entries := 0
	for _, s := range sections {
		if i := strings.Index(s, "<entry"); i >= 0 {
			entries += len(s) - i
		}
	}
	times := size / entries
	var b bytes.Buffer
	for _, s := range sections {
		from := strings.Index(s, "<entry")
		if from < 0 {
			b.WriteString(s)
			continue
		}
		to := strings.LastIndex(s, "</section>")
		b.WriteString(s[:from])
		for i := range times {
			number := strconv.Itoa(100000 + i)
			b.WriteString(strings.ReplaceAll(s[from:to], "9d0a-000000", "9d0a-"+number))
		}
		b.WriteString(s[to:])
	}
	return b.Bytes()
}

// Import and export of a document of 10 MB take at most twelve times its size in memory.
func TestExportMemory(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("reads and writes 10 MB, and measures")
	}
	data := largeDocument(t, 10<<20)
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	runtime.GC()
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	read := func() uint64 {
		metrics.Read(sample)
		return sample[0].Value.Uint64()
	}
	base := read()
	peak := func(f func()) float64 {
		stop, most := make(chan struct{}), make(chan uint64)
		go func() {
			high := uint64(0)
			for {
				select {
				case <-stop:
					most <- high
					return
				case <-time.After(time.Millisecond):
					high = max(high, read())
				}
			}
		}()
		f()
		close(stop)
		return float64(int64(<-most)-int64(base))/float64(len(data)) + 1 // the document itself
	}
	var rec *record.Record
	in := peak(func() {
		var err error
		rec, _, err = Import(t.Context(), data, record.ImportOptions{})
		require.NoError(t, err)
	})
	runtime.GC()
	held := float64(read()-base)/float64(len(data)) + 1
	var n counter
	out := peak(func() {
		_, err := Exporter{}.Export(t.Context(), rec, &n, exportOptions)
		require.NoError(t, err)
	})
	t.Logf("%.1f times the size of the document while it is read, %.1f held by the record, %.1f while it is written; %d bytes out of %d", in, held, out, n, len(data))
	require.Less(t, max(in, out), 12.0)
	runtime.KeepAlive(data)
}

type counter int

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

// eachString replaces every string of a value, deep down.
func eachString(v reflect.Value, f func(string) string) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() && v.String() != "" {
			v.SetString(f(v.String()))
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			eachString(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachString(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachString(v.Field(i), f)
			}
		}
	}
}

// shape counts the elements and attributes of a document by their names.
func shape(t testing.TB, data []byte) map[string]int {
	t.Helper()
	doc, err := tree.ParseXML(data, tree.XMLOptions{})
	require.NoError(t, err)
	count := map[string]int{}
	for i := range doc.Len() {
		if n := doc.Node(i); n.Kind() != tree.Text {
			count[n.Name()]++
		}
	}
	return count
}

// Whatever a record's strings hold, they stay what they are: none of them makes an element or an attribute.
func TestExportHostileValues(t *testing.T) {
	values := []string{`"<&>'` + "\x00]]>", `--><evil a="1"/><!--`, `]]><evil/>`, "\xff\xfe\ufffe", "&#0;&evil;", `" evil="1`, "?><evil/>", "\x1f\r\n\t"}
	if testing.Short() {
		values = values[:3]
	}
	for _, hostile := range values {
		for _, mode := range bothModes {
			for _, typ := range []DocumentType{AsRecorded, UnstructuredDocument} {
				mode.Type = typ
				make := func(more string) []byte {
					rec := recordtest.Full()
					eachString(reflect.ValueOf(rec).Elem(), func(s string) string { return s + more })
					out, rep := write(t, mode.Exporter, rec, exportOptions)
					for _, i := range rep.Issues {
						if i.Code != record.IssueExportCarried.Code { // whose path is the record's own
							require.NotContains(t, i.Path+i.Message+i.Code, "evil")
						}
					}
					return out
				}
				out := make(hostile)
				want, got := shape(t, make(" Z ")), shape(t, out) // neither is a name of XML
				for name := range got {
					require.True(t, knownName(name) || want[name] > 0, name)
				}
				for _, name := range []string{"section", "entry", "component", "recordTarget", "text"} {
					require.Equal(t, want[name], got[name], name)
				}
				require.NotContains(t, string(out), "\x00")
				rec, rep, err := Import(t.Context(), out, record.ImportOptions{})
				require.NoError(t, err)
				require.NotNil(t, rec)
				require.Zero(t, rep.Counts.Unaccounted())
			}
		}
	}
}

// What is carried comes from a record, which may come from anywhere: it cannot break out of its place either.
func TestExportHostileCarried(t *testing.T) {
	for _, data := range []string{
		`<a xmlns="urn:hl7-org:v3"/></section><evil/>`, `</section>`, `<a`, `<!DOCTYPE a><a/>`, `<a xmlns="urn:hl7-org:v3"><b></a>`, `text`, `<?xml version="1.0"?><a xmlns="urn:hl7-org:v3"/>`,
		`<x:a/>`, `<a xmlns="urn:hl7-org:v3"/><evil/>`, "\x00", "", `<![CDATA[<evil/>]]>`, `<!-- --><evil xmlns="urn:hl7-org:v3"/><!-- -->`,
	} {
		for _, kind := range []string{"element", "attribute", "text"} {
			rec := recordtest.Full()
			base, _ := write(t, Exporter{}, rec, exportOptions)
			for i := range rec.Carried {
				if c := &rec.Carried[i]; c.Format == formatName {
					c.Data, c.Kind, c.Name = data, kind, `x="1" evil`
				}
			}
			out, _ := write(t, Exporter{}, rec, exportOptions)
			doc, err := tree.ParseXML(out, tree.XMLOptions{})
			require.NoError(t, err, "%q as %s", data, kind)
			for i := range doc.Len() {
				require.False(t, doc.Node(i).Kind() == tree.Attr && doc.Node(i).Name() == "evil", "%q as %s", data, kind)
			}
			require.Equal(t, strings.Count(string(base), "<section"), strings.Count(string(out), "<section"))
		}
	}
}

// writesAgain checks that a document that can be read can be written as XML that
// can be read again, with nothing unaccounted for. how chooses among the ways to write.
func writesAgain(t testing.TB, data []byte, how uint8) {
	t.Helper()
	rec, rep, err := Import(t.Context(), data, record.ImportOptions{})
	if err != nil {
		return
	}
	require.Zero(t, rep.Counts.Unaccounted())
	readsAgain(t, rec, how)
}

func exporterOf(how uint8) Exporter {
	return Exporter{Mode: Mode(how & 1), Type: DocumentType(how >> 1 % 13), Release: Release(how >> 5 % 3)}
}

// readsAgain checks that what is written of a record can be read, with nothing unaccounted for.
func readsAgain(t testing.TB, rec *record.Record, how uint8) {
	t.Helper()
	x := exporterOf(how)
	o := exportOptions
	o.TypedOnly = how&128 != 0
	var b bytes.Buffer
	if _, err := x.Export(t.Context(), rec, &b, o); err != nil {
		require.ErrorIs(t, err, ErrNoPatient)
		return
	}
	_, rep, err := Import(t.Context(), b.Bytes(), record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
}

// FuzzExportConservation holds the law of conservation, from leaf first on, of a record made from a seed.
func FuzzExportConservation(f *testing.F) {
	for how := range uint8(26) {
		f.Add(uint64(how), how, uint16(how)*7)
	}
	f.Fuzz(func(t *testing.T, seed uint64, how uint8, first uint16) {
		rec := recordtest.Generate(seed, recordtest.Small)
		readsAgain(t, rec, how)
		const every = 197
		recordtest.CheckExport(t, exporterOf(how), rec, recordtest.ExportCheck{Options: exportOptions, Every: every, First: int(first) % every, Alter: true})
	})
}

var exportSeeds = []string{"minimal", "odd", "r11", "full-r21", "social", "procedures", "equipment", "conform"}

func FuzzExport(f *testing.F) {
	for _, name := range exportSeeds {
		data, err := os.ReadFile(filepath.Join("testdata", name+".xml"))
		require.NoError(f, err)
		f.Add(data, uint8(0))
		f.Add(data, uint8(5))
	}
	f.Fuzz(func(t *testing.T, data []byte, how uint8) { writesAgain(t, data, how) })
}

// TestExportChanged does what the fuzzer does, to documents of which something
// was left out, stands twice, or has the value of something else.
func TestExportChanged(t *testing.T) {
	rounds := 40
	if *thorough {
		rounds = 1000
	}
	for _, name := range exportSeeds {
		data, err := os.ReadFile(filepath.Join("testdata", name+".xml"))
		require.NoError(t, err)
		d, err := Parse(data, record.Limits{})
		require.NoError(t, err)
		doc := d.tree
		var elements, values []tree.Node
		for i := 1; i < doc.Len(); i++ {
			switch n := doc.Node(i); {
			case n.Kind() == tree.Element:
				elements = append(elements, n)
			case n.Kind() == tree.Attr && !n.Decl():
				values = append(values, n)
			}
		}
		r := rand.New(rand.NewPCG(1, 2))
		for round := range rounds {
			out := bytes.Clone(data)
			n := elements[r.IntN(len(elements))]
			from, to := n.Offset(), n.Offset()+len(n.Raw())
			switch round % 3 {
			case 0:
				out = slices.Delete(out, from, to)
			case 1:
				out = slices.Insert(out, to, data[from:to]...)
			default:
				a, b := values[r.IntN(len(values))], values[r.IntN(len(values))]
				raw := string(a.Raw())
				changed := raw[:strings.IndexAny(raw, `"'`)] + `"` + strings.ReplaceAll(b.Value(), `"`, "") + `"`
				out = append(append(append([]byte{}, data[:a.Offset()]...), changed...), data[a.Offset()+len(raw):]...)
			}
			writesAgain(t, out, uint8(r.Uint32()))
			if t.Failed() {
				t.Fatalf("%s, round %d", name, round)
			}
		}
	}
}

// A conformant document has no fault that Conform would find, but for the rule
// that no document can satisfy (docs/ccda-export.md).
func TestExportConformant(t *testing.T) {
	recs := []*record.Record{recordtest.Full()}
	for seed := range uint64(10) {
		recs = append(recs, recordtest.Generate(seed, recordtest.Small))
	}
	faults := map[string]int{}
	for typ := CCD; typ <= CarePlan; typ++ {
		for i, rec := range recs {
			if i > 1 && typ != CCD {
				continue
			}
			out, _ := write(t, Exporter{Mode: Conformant, Type: typ}, rec, exportOptions)
			doc, err := Parse(out, record.Limits{})
			require.NoError(t, err)
			for _, i := range doc.Conform(ConformOptions{RequiredOnly: true}) {
				switch i.Code {
				case conformCode.Code, conformCodeForm.Code, conformUnit.Code: // the record's own codes, many of them invented
				default:
					faults[i.Code+" "+i.Rule+" "+unnumbered(i.Path)]++
				}
			}
		}
	}
	for _, f := range slices.Sorted(maps.Keys(faults)) {
		if !strings.Contains(f, "CONF:1198-8487") {
			t.Errorf("%d times %s", faults[f], f)
		}
	}
}

// unnumbered cuts the numbers out of a path.
func unnumbered(path string) string {
	return numbers.ReplaceAllString(path, "")
}

var numbers = regexp.MustCompile(`\[\d+\]`)
