package portage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// invented is a source of invented patients: their keys are their numbers.
type invented struct {
	n      int
	size   recordtest.Size
	record func(i int) *record.Record
	asked  atomic.Int64
	limit  int64 // of patients given, then an error; 0 for none
}

var errStopped = errors.New("stopped by the test")

func (s *invented) Patients(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for i := range s.n {
			if !yield(fmt.Sprintf("MRN-%d", i), nil) {
				return
			}
		}
	}
}

func (s *invented) Patient(_ context.Context, key string) (*portage.EHIPatient, error) {
	if n := s.asked.Add(1); s.limit > 0 && n > s.limit {
		return nil, errStopped
	}
	var i int
	if _, err := fmt.Sscanf(key, "MRN-%d", &i); err != nil {
		return nil, err
	}
	return s.give(i), nil
}

func (s *invented) give(i int) *portage.EHIPatient {
	if s.record != nil {
		return &portage.EHIPatient{Record: s.record(i)}
	}
	// The patient's original is a document of one line, which the record says that it was read from.
	rec := recordtest.Generate(uint64(i), s.size)
	original := fmt.Appendf(nil, "<ClinicalDocument n='%d'/>", i)
	sum := sha256.Sum256(original)
	rec.Sources = append(rec.Sources, record.Source{ID: fmt.Sprintf("kept-%d", i), Format: "ccda", SHA256: hex.EncodeToString(sum[:])})
	return &portage.EHIPatient{Record: rec, Original: func(_ context.Context, src *record.Source) (io.ReadCloser, error) {
		if !strings.HasPrefix(src.ID, "kept-") {
			return nil, nil
		}
		return io.NopCloser(bytes.NewReader(original)), nil
	}}
}

var ehiTime = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// ehiExport is an export with everything that there can be in one.
func ehiExport() portage.EHIExport {
	visits := func(_ context.Context, key string, _ *record.Record) iter.Seq2[[]string, error] {
		return func(yield func([]string, error) bool) {
			_ = yield([]string{"2024-01-02", `said "ouch", twice`}, nil) && yield([]string{"2024-02-03", key + "\nline"}, nil)
		}
	}
	columns := []portage.EHIColumn{{Name: "day", Type: "date", Description: "Day of the visit."}, {Name: "remark", Type: "text", Description: "What was noted."}}
	return portage.EHIExport{
		Documentation: "https://ehr.example.org/export", Producer: "Example EHR 1.0", PartSize: 4, Jobs: 3,
		Forms: []portage.EHIForm{
			{Name: "fhir", Extension: ".ndjson", MediaType: "application/fhir+ndjson", Version: "R4", Exporter: fhir.Exporter{Form: fhir.NDJSON}},
			{Name: "ccda", Extension: ".xml", MediaType: "application/hl7-sda+xml", Version: "R2.1", Exporter: ccda.Exporter{}},
		},
		Tables: []portage.EHITable{
			{Name: "visits", Description: "Visits that were booked.", Columns: columns, Rows: visits},
			{Name: "visits-lines", Description: "The same.", Columns: columns, NDJSON: true, Rows: visits},
		},
		Options: record.ExportOptions{Now: ehiTime},
	}
}

// tree digests every file of a folder with its name.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		sum := sha256.Sum256(data)
		rel, _ := filepath.Rel(dir, p)
		out[rel] = hex.EncodeToString(sum[:])
		return err
	}))
	return out
}

func exported(t testing.TB, e portage.EHIExport, n int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "export")
	_, err := e.Folder(t.Context(), dir, &invented{n: n, size: recordtest.Small})
	require.NoError(t, err)
	return dir
}

// Everything that went in comes back, from a folder, from zips of parts and from one zip.
func TestEHIGivesTheRecordsBack(t *testing.T) {
	const n = 10
	back := func(p *portage.EHIPackage) {
		require.NoError(t, p.Verify(t.Context()))
		require.Equal(t, n, p.Manifest.Patients)
		require.Equal(t, 3, p.Manifest.Parts)
		i := 0
		for got, err := range p.Records(t.Context(), "", nil, record.ImportOptions{}) {
			require.NoError(t, err)
			want := (&invented{size: recordtest.Small}).give(i).Record
			require.Empty(t, record.Diff(want, got.Record))
			i++
		}
		require.Equal(t, n, i)
		i = 0
		for got, err := range p.Records(t.Context(), "fhir", fhir.Importer{}, record.ImportOptions{}) {
			require.NoError(t, err)
			require.NotNil(t, got.Record.Patient)
			i++
		}
		require.Equal(t, n, i)
		kinds := map[string]int{}
		for part, err := range p.Manifests(t.Context()) {
			require.NoError(t, err)
			for _, f := range part.Patients {
				for _, x := range f.Files {
					kinds[x.Kind]++
				}
			}
		}
		require.Equal(t, map[string]int{"attachment": 1, "record": n, "fhir": n, "ccda": n, "table": 2 * n, "report": n, "original": n}, kinds)
	}
	e := ehiExport()
	p, err := portage.OpenEHI(exported(t, e, n), portage.EHILimits{})
	require.NoError(t, err)
	back(p)
	require.NoError(t, p.Close())

	e.Zip = true
	p, err = portage.OpenEHI(exported(t, e, n), portage.EHILimits{})
	require.NoError(t, err)
	back(p)
	require.NoError(t, p.Close())

	e.Zip = false
	var one bytes.Buffer
	res, err := e.WriteZip(t.Context(), &one, &invented{n: n, size: recordtest.Small})
	require.NoError(t, err)
	require.Equal(t, n, res.Patients)
	p, err = portage.OpenEHIZip(bytes.NewReader(one.Bytes()), int64(one.Len()), portage.EHILimits{})
	require.NoError(t, err)
	require.Equal(t, res.Manifest, p.Digest)
	back(p)
}

// The same patients give the same bytes, whatever the number of jobs.
func TestEHIIsTheSameForAnyJobs(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		e := ehiExport()
		e.Zip = zipped
		e.Jobs = 1
		want := tree(t, exported(t, e, 13))
		e.Jobs = 5
		require.Equal(t, want, tree(t, exported(t, e, 13)))
	}
}

// An export that stops at any patient, or at its cancelling, goes on and is the same in the end.
func TestEHIGoesOn(t *testing.T) {
	const n = 14
	for _, zipped := range []bool{false, true} {
		e := ehiExport()
		e.Zip = zipped
		want := tree(t, exported(t, e, n))
		dir := filepath.Join(t.TempDir(), "export")
		var res *portage.EHIResult
		var err error
		for stop := int64(1); ; stop++ {
			// Each run is given a few patients more than the one before, and parts of it stay unfinished.
			if res, err = e.Folder(t.Context(), dir, &invented{n: n, size: recordtest.Small, limit: stop}); err == nil {
				break
			}
			require.ErrorIs(t, err, errStopped)
			require.NoFileExists(t, filepath.Join(dir, "manifest.json"))
			_, err := portage.OpenEHI(dir, portage.EHILimits{})
			require.ErrorIs(t, err, portage.ErrEHIMissing)
		}
		require.Positive(t, res.Resumed)
		require.Equal(t, want, tree(t, dir))
		_, err = e.Folder(t.Context(), dir, &invented{n: n})
		require.ErrorIs(t, err, portage.ErrEHIFinished)

		ctx, cancel := context.WithCancel(t.Context())
		dir = filepath.Join(t.TempDir(), "export")
		e.Progress = func(portage.EHIProgress) { cancel() }
		_, err = e.Folder(ctx, dir, &invented{n: n, size: recordtest.Small})
		require.ErrorIs(t, err, context.Canceled)
		e.Progress = nil
		_, err = e.Folder(t.Context(), dir, &invented{n: n, size: recordtest.Small})
		require.NoError(t, err)
		require.Equal(t, want, tree(t, dir))
	}
}

// The time of an export that goes on is that of its beginning.
func TestEHIKeepsItsTime(t *testing.T) {
	e := ehiExport()
	e.Options.Now = time.Time{}
	e.Jobs = 1
	dir := t.TempDir()
	_, err := e.Folder(t.Context(), dir, &invented{n: 9, size: recordtest.Small, limit: 5})
	require.ErrorIs(t, err, errStopped)
	before := time.Now()
	_, err = e.Folder(t.Context(), dir, &invented{n: 9, size: recordtest.Small})
	require.NoError(t, err)
	p, err := portage.OpenEHI(dir, portage.EHILimits{})
	require.NoError(t, err)
	require.True(t, p.Manifest.Made.Before(before))
}

// Other patients, other options and other files are noticed.
func TestEHIOfSomethingElse(t *testing.T) {
	begun := func() (portage.EHIExport, string) {
		e := ehiExport()
		e.Jobs = 1
		dir := t.TempDir()
		_, err := e.Folder(t.Context(), dir, &invented{n: 9, size: recordtest.Small, limit: 5})
		require.ErrorIs(t, err, errStopped)
		return e, dir
	}
	e, dir := begun()
	e.Producer = "Another"
	_, err := e.Folder(t.Context(), dir, &invented{n: 9})
	require.ErrorIs(t, err, portage.ErrEHIOther)
	e, dir = begun()
	e.Options.Now = ehiTime.Add(time.Second)
	_, err = e.Folder(t.Context(), dir, &invented{n: 9})
	require.ErrorIs(t, err, portage.ErrEHIOther)
	e, dir = begun()
	_, err = e.Folder(t.Context(), dir, &invented{n: 3})
	require.ErrorIs(t, err, portage.ErrEHIChanged)
	e, dir = begun()
	_, err = e.Folder(t.Context(), dir, &invented{n: 0})
	require.ErrorIs(t, err, portage.ErrEHIChanged)
	dir = t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "letter.txt"), nil, 0o600))
	_, err = e.Folder(t.Context(), dir, &invented{n: 1})
	require.ErrorIs(t, err, portage.ErrEHIOther)
}

// What somebody put into the folder meanwhile is not removed, and the export does not go on beside it.
func TestEHIDoesNotTouchOtherFiles(t *testing.T) {
	for _, name := range []string{"letter.txt", "parts/letter.txt"} {
		e := ehiExport()
		e.Jobs = 1
		dir := t.TempDir()
		_, err := e.Folder(t.Context(), dir, &invented{n: 9, size: recordtest.Small, limit: 5})
		require.ErrorIs(t, err, errStopped)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("dear"), 0o600))
		before := tree(t, dir)
		_, err = e.Folder(t.Context(), dir, &invented{n: 9, size: recordtest.Small})
		require.ErrorIs(t, err, portage.ErrEHIOther)
		require.Equal(t, before[name], tree(t, dir)[name])
		require.NoError(t, os.Remove(filepath.Join(dir, name)))
		_, err = e.Folder(t.Context(), dir, &invented{n: 9, size: recordtest.Small})
		require.NoError(t, err)
	}
}

// Two exports do not write to one folder together.
func TestEHIAlone(t *testing.T) {
	e := ehiExport()
	dir := t.TempDir()
	e.Jobs = 1
	second := false
	e.Progress = func(portage.EHIProgress) {
		other := ehiExport()
		_, err := other.Folder(t.Context(), dir, &invented{n: 4, size: recordtest.Small})
		require.ErrorIs(t, err, portage.ErrEHIBusy)
		second = true
	}
	_, err := e.Folder(t.Context(), dir, &invented{n: 4, size: recordtest.Small})
	require.NoError(t, err)
	require.True(t, second)
}

type oneSource struct{ patient *portage.EHIPatient }

func (s *oneSource) Patients(context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("key", nil) }
}

func (s *oneSource) Patient(context.Context, string) (*portage.EHIPatient, error) {
	return s.patient, nil
}

// failing fails as told.
type failing struct {
	record.Exporter
	how func(rec *record.Record) error
}

func (f failing) Export(ctx context.Context, rec *record.Record, w io.Writer, o record.ExportOptions) (*record.Report, error) {
	if err := f.how(rec); err != nil {
		return nil, err
	}
	return f.Exporter.Export(ctx, rec, w, o)
}

// A patient who cannot be written costs that patient, where the host wants that; else the export ends and can go on.
func TestEHIFailures(t *testing.T) {
	third := recordtest.Generate(2, recordtest.Small).Patient.ID
	for name, fail := range map[string]func() error{
		"error": func() error { return errStopped }, "panic": func() error { panic("a value") },
	} {
		e := ehiExport()
		e.Forms[0].Exporter = failing{e.Forms[0].Exporter, func(rec *record.Record) error {
			if rec.Patient.ID == third {
				return fail()
			}
			return nil
		}}
		dir := filepath.Join(t.TempDir(), "export")
		_, err := e.Folder(t.Context(), dir, &invented{n: 6, size: recordtest.Small})
		require.Error(t, err, name)
		require.Contains(t, err.Error(), "patient 3: ")
		require.NotContains(t, err.Error(), "a value")

		e.KeepGoing = true
		dir = filepath.Join(t.TempDir(), "export")
		res, err := e.Folder(t.Context(), dir, &invented{n: 6, size: recordtest.Small})
		require.NoError(t, err)
		require.Equal(t, 1, res.Failed)
		require.Len(t, res.Failures, 1)
		p, err := portage.OpenEHI(dir, portage.EHILimits{})
		require.NoError(t, err)
		require.NoError(t, p.Verify(t.Context()))
		require.Equal(t, 5, p.Manifest.Patients)
		require.Equal(t, 1, p.Manifest.Failed)
	}
}

// What the options must have.
func TestEHIOptions(t *testing.T) {
	for name, change := range map[string]func(e *portage.EHIExport){
		"no documentation":  func(e *portage.EHIExport) { e.Documentation = "" },
		"documentation":     func(e *portage.EHIExport) { e.Documentation = "file:///etc/x" },
		"a name with a way": func(e *portage.EHIExport) { e.Forms[0].Name = "../x" },
		"an extension":      func(e *portage.EHIExport) { e.Forms[0].Extension = "./x" },
		"the record's name": func(e *portage.EHIExport) { e.Forms[0].Name = "record" },
		"a form twice":      func(e *portage.EHIExport) { e.Forms[0].Name = "ccda" },
		"a table's name":    func(e *portage.EHIExport) { e.Tables[0].Name = "A B" },
		"no columns":        func(e *portage.EHIExport) { e.Tables[0].Columns = nil },
		"part size":         func(e *portage.EHIExport) { e.PartSize = 10000 },
	} {
		e := ehiExport()
		change(&e)
		dir := filepath.Join(t.TempDir(), "x")
		_, err := e.Folder(t.Context(), dir, &invented{n: 1})
		require.Error(t, err, name)
		require.NoDirExists(t, dir)
	}
}
