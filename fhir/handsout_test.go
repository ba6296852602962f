package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// alone has one hand write all.
var alone = sharing{least: math.MaxInt}

// writtenBy gives all that an export says: the text, the report and the error, with the work parted so.
func writtenBy(t testing.TB, x Exporter, rec *record.Record, o record.ExportOptions, how sharing) string {
	t.Helper()
	x.sharing = how
	var out bytes.Buffer
	rep, err := x.Export(t.Context(), rec, &out, o)
	said, failed := json.Marshal(rep)
	require.NoError(t, failed)
	return fmt.Sprintf("%s%s%v", out.Bytes(), said, err)
}

// requireOneWriting holds every way to part a writing against that by one hand: each has all, and any number of blocks.
func requireOneWriting(t testing.TB, x Exporter, rec *record.Record, o record.ExportOptions, what string, ways ...sharing) {
	t.Helper()
	o.Now = time.Unix(0, 0).UTC()
	want := writtenBy(t, x, rec, o, alone)
	for _, how := range ways {
		if got := writtenBy(t, x, rec, o, how); got != want {
			t.Fatalf("%s, %+v, typed only %t: with the work parted as %+v another text or report comes of it", what, x, o.TypedOnly, how)
		}
	}
}

var (
	// fewWays are for what there is much of: all by the other hand, half and half, and as it comes.
	fewWays = []sharing{{least: 1, own: 1}, {least: 1, block: 3, own: 5}, {least: 1}}
	// allForms are the forms and kinds of Bundles.
	allForms = []Exporter{{}, {Bundle: BundleCollection}, {Bundle: BundleTransaction}, {Bundle: BundleDocument}, {Form: XML}, {Form: NDJSON}, {Check: true}}
)

// manyWays are all ways to part a record of up to n blocks of one entry, of seven, and of what is right.
func manyWays(n int) (out []sharing) {
	for i := range n {
		out = append(out, sharing{1, 1, 1 + i})
	}
	for i := range n / 7 {
		out = append(out, sharing{1, 7, 1 + i})
	}
	return append(out, fewWays...)
}

// TestWritingByTwo: what is exported does not depend on who wrote what.
func TestWritingByTwo(t *testing.T) {
	n := 30
	if *large {
		n = 200
	} else if testing.Short() {
		n = 10
	}
	for i := range uint64(n) {
		rec := recordtest.Generate(i, recordtest.Medium)
		for _, typedOnly := range []bool{false, true} {
			requireOneWriting(t, Exporter{}, rec, record.ExportOptions{TypedOnly: typedOnly}, fmt.Sprint("generated ", i), fewWays...)
		}
		x := allForms[i%uint64(len(allForms))]
		requireOneWriting(t, x, rec, record.ExportOptions{}, fmt.Sprint("generated ", i), fewWays...)
	}
}

// TestWritingFullByTwo is TestWritingByTwo for every field of the record, wherever the work is parted, by every release of US Core.
func TestWritingFullByTwo(t *testing.T) {
	most, rec := 30, recordtest.Full()
	if *large {
		most = 120
	} else if testing.Short() {
		most = 12
	}
	for _, typedOnly := range []bool{false, true} {
		requireOneWriting(t, Exporter{}, rec, record.ExportOptions{TypedOnly: typedOnly}, "full", manyWays(most)...)
		for _, x := range allForms {
			requireOneWriting(t, x, rec, record.ExportOptions{TypedOnly: typedOnly}, "full", fewWays...)
		}
		for u := range releases {
			requireOneWriting(t, Exporter{USCore: u}, rec, record.ExportOptions{TypedOnly: typedOnly}, "full", fewWays...)
		}
	}
}

// TestWritingCorporaByTwo is TestWritingByTwo for records that others wrote, from FHIR and from C-CDA.
func TestWritingCorporaByTwo(t *testing.T) {
	for _, dir := range append([]string{"google-fhir-jsonformat", "smart-health-cards"}, roundTripCorpora...) {
		t.Run(dir, func(t *testing.T) {
			t.Parallel()
			var all bytes.Buffer // of many patients
			for k, file := range corpus(t, dir) {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				if len(data) > 1<<20 && testing.Short() {
					continue
				}
				for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
					if err != nil {
						continue
					}
					requireWritingByTwo(t, x.Record, k, file)
				}
				switch {
				case strings.HasSuffix(file, ".ndjson"):
					if !strings.HasSuffix(file, "log.ndjson") {
						all.Write(data)
					}
				case json.Valid(data) && all.Len() < 4<<20:
					require.NoError(t, json.Compact(&all, data))
					all.WriteByte('\n')
				}
			}
			k := 0
			for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: all.Bytes()}, record.ImportOptions{}) {
				require.NoError(t, err)
				requireWritingByTwo(t, x.Record, k, "all of "+dir)
				k++
			}
		})
	}
}

// TestWritingDocumentsByTwo is TestWritingByTwo for records that came from C-CDA.
func TestWritingDocumentsByTwo(t *testing.T) {
	k := 0
	require.NoError(t, filepath.WalkDir(sharedDir(t, "corpus/ccda"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.EqualFold(filepath.Ext(path), ".xml") {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		if k++; testing.Short() && k%20 != 0 || !*large && k%5 != 0 {
			return nil
		}
		if rec, _, err := ccda.Import(t.Context(), data, record.ImportOptions{}); err == nil {
			requireWritingByTwo(t, rec, k, path)
		}
		return nil
	}))
	require.NotZero(t, k)
}

// requireWritingByTwo holds a record written by two hands, as sent and anew, and in one of the forms, against one hand.
func requireWritingByTwo(t testing.TB, rec *record.Record, k int, what string) {
	t.Helper()
	for _, typedOnly := range []bool{false, true} {
		requireOneWriting(t, Exporter{}, rec, record.ExportOptions{TypedOnly: typedOnly}, what, fewWays...)
		x := allForms[k%len(allForms)]
		if len(rec.Sources) > 0 && rec.Sources[0].Bytes > 1<<20 {
			x.Check = false
		}
		requireOneWriting(t, x, rec, record.ExportOptions{TypedOnly: typedOnly}, what, fewWays...)
	}
	requireOneWriting(t, Exporter{USCore: USCore(k) % releases}, rec, record.ExportOptions{}, what, fewWays[1:]...)
}

// bareRecord gives a record with a patient and n medicines.
func bareRecord(n int) *record.Record {
	rec := &record.Record{Patient: &record.Patient{}}
	rec.Patient.ID = "11111111-1111-8111-8111-111111111111"
	for i := range n {
		m := record.Medication{Product: record.Product{ID: "22222222-2222-8222-8222-222222222222", Name: "Invented"}}
		m.ID = fmt.Sprintf("33333333-3333-8333-8333-%012d", i)
		rec.Medications = append(rec.Medications, m)
	}
	return rec
}

// TestWhatEntriesShareByTwo: what entries have in common is told once, as the first of them says it.
func TestWhatEntriesShareByTwo(t *testing.T) {
	all := manyWays(10)
	rec := bareRecord(8)
	requireOneWriting(t, Exporter{}, rec, record.ExportOptions{}, "one product", all...)
	rec.Medications[5].Product.Name = "Other"
	requireOneWriting(t, Exporter{}, rec, record.ExportOptions{}, "two products of one id", all...)
	rec.Medications[0].Product.Name = "Other"
	requireOneWriting(t, Exporter{}, rec, record.ExportOptions{}, "the first is another", all...)

	rec = bareRecord(8)
	who := record.Practitioner{}
	who.ID = "44444444-4444-8444-8444-444444444444"
	rec.Practitioners = append(rec.Practitioners, who)
	for i := range rec.Medications {
		m := &rec.Medications[i]
		m.ID = rec.Medications[i/2*2].ID // twice each
		m.Product.ID = ""
		m.Product.Code.TextRef = "#nowhere"
		m.Participants = []record.Participation{{Role: "author", Who: &record.Ref{ID: who.ID}, Code: &record.Concept{Text: fmt.Sprint("role ", i%3)}}}
	}
	shared := &record.Concept{TextRef: "#nowhere"}
	rec.Medications[1].Participants[0].Code, rec.Medications[6].Participants[0].Code = shared, shared
	requireOneWriting(t, Exporter{}, rec, record.ExportOptions{}, "a concept of two entries", all...)
	requireOneWriting(t, Exporter{Form: XML, Bundle: BundleTransaction}, rec, record.ExportOptions{TypedOnly: true}, "a concept of two entries", all...)
}

// blobFunc is content that a function opens.
type blobFunc func() (io.ReadCloser, error)

func (f blobFunc) Open() (io.ReadCloser, error) { return f() }

// withContent gives a record whose notes have content that is held elsewhere.
func withContent(n int, open func(i int) (io.ReadCloser, error)) *record.Record {
	rec := bareRecord(1)
	for i := range n {
		x := record.ClinicalNote{Contents: []record.NoteContent{{Attachment: record.Attachment{ContentType: "text/plain", Data: record.DataOf(blobFunc(func() (io.ReadCloser, error) { return open(i) }))}}}}
		x.ID = fmt.Sprintf("55555555-5555-8555-8555-%012d", i)
		rec.Notes = append(rec.Notes, x)
	}
	return rec
}

// TestContentByTwo: content that is held elsewhere comes into its place, whoever wrote that.
func TestContentByTwo(t *testing.T) {
	rec := withContent(9, func(i int) (io.ReadCloser, error) {
		if i == 7 {
			return nil, errors.New("not there")
		}
		return io.NopCloser(strings.NewReader(strings.Repeat(fmt.Sprint("content ", i, ". "), 99))), nil
	})
	for _, x := range []Exporter{{}, {Bundle: BundleTransaction}, {Form: XML}} {
		requireOneWriting(t, x, rec, record.ExportOptions{}, "content", manyWays(12)...)
		rec.Notes[7].Contents = nil
	}
}

// TestPanicByTwo: what is amiss in what a host supplied rises where the host called, and nobody looks at the record any more.
func TestPanicByTwo(t *testing.T) {
	rec := withContent(9, func(i int) (io.ReadCloser, error) {
		if i == 4 {
			panic("amiss")
		}
		return io.NopCloser(strings.NewReader("x")), nil
	})
	for _, how := range append(manyWays(12), alone) {
		require.PanicsWithValue(t, "amiss", func() {
			_, _ = Exporter{Form: XML, sharing: how}.Export(t.Context(), rec, io.Discard, record.ExportOptions{})
		})
	}
	rec.Notes[4].Contents = nil
	requireOneWriting(t, Exporter{}, rec, record.ExportOptions{}, "afterwards", manyWays(12)...)
}

// TestCalledOffByTwo: an export that is called off writes nothing.
func TestCalledOffByTwo(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	rec := withContent(9, func(i int) (io.ReadCloser, error) {
		if i == 4 {
			cancel()
		}
		return io.NopCloser(strings.NewReader("x")), nil
	})
	for _, how := range manyWays(12) {
		var out bytes.Buffer
		_, err := Exporter{Form: XML, sharing: how}.Export(ctx, rec, &out, record.ExportOptions{})
		require.ErrorIs(t, err, context.Canceled)
		require.Zero(t, out.Len())
	}
}

// TestWritingByManyPairs: exports that go on at a time see nothing of each other.
func TestWritingByManyPairs(t *testing.T) {
	var all sync.WaitGroup
	for i := range uint64(6) {
		all.Go(func() {
			rec := recordtest.Generate(i, recordtest.Medium)
			for range 4 {
				requireOneWriting(t, Exporter{}, rec, record.ExportOptions{TypedOnly: i%2 == 0}, fmt.Sprint("generated ", i), sharing{}, sharing{least: 1, block: 5})
			}
		})
	}
	all.Wait()
}
