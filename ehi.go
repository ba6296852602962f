package portage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/portage-health/portage/record"
)

// EHIExport makes an export of electronic health information, of one patient or
// of a population (45 CFR 170.315(b)(10)): every patient's record whole in the
// record's own JSON, and in other forms for other systems; what they came from
// and what is attached to them; the host's own tables; a manifest with the SHA-256
// of every file; a report of what a form could not express; and a data dictionary
// of all that. docs/ehi-export.md describes the layout.
//
// An EHIExport writes what it is given: it asks nobody whether that may leave and
// remembers nothing. Exchange.ExportEHI does both.
//
// The same patients, options and Now give the same bytes, whatever Jobs is and
// however often it was interrupted. It is safe for concurrent use, but no two
// exports may write to one folder: the second fails with ErrEHIBusy.
type EHIExport struct {
	// Documentation is the public address where the host keeps the documentation of the format: dictionary.html
	// of an export (45 CFR 170.315(b)(10)(iii)). It must be there.
	Documentation string
	// Producer is the name and version of the host's product, for the manifest.
	Producer string
	// Forms are what each record is written as beside its own JSON.
	Forms []EHIForm
	// Tables are what the host holds of patients outside of records.
	Tables []EHITable
	// Zip makes one zip file of each part instead of a folder.
	Zip bool
	// PartSize is how many patients a part has: what an interruption costs. 0 means 64; at most 9999.
	PartSize int
	// Jobs is how many parts are worked at together; 0 means as many as the machine has cores. Each needs memory for one patient.
	Jobs int
	// Options are those of every export of a record. Options.Now is the time of the whole, and where it is
	// zero, the moment of its beginning; an export that goes on keeps that of its beginning.
	Options record.ExportOptions
	// KeepGoing says that a patient who cannot be read or written is counted as failed in the manifest, and
	// that the others go on. Else the first such patient ends the export; it can go on later.
	KeepGoing bool
	// Progress, where there is one, is told of each part that is finished; never by two goroutines at once.
	Progress func(EHIProgress)

	gate ehiGate
	seal func(ctx context.Context, manifest []byte) (name string, signature []byte, err error)
	// closing ends what WriteZip writes through.
	closing func() error
}

// EHIForm is a form that records are written as.
type EHIForm struct {
	Name      string // of its files, without the extension: fhir, ccda
	Extension string // with the dot
	MediaType string
	Version   string // of the standard: R4, R2.1
	Exporter  record.Exporter
}

// EHISource gives the patients of an export. It must be safe for concurrent use.
type EHISource interface {
	// Patients gives the host's keys of the patients, in an order that stays the same when an export goes on.
	// A key is never written, not even to the journal of the export.
	Patients(ctx context.Context) iter.Seq2[string, error]
	// Patient gives one of them.
	Patient(ctx context.Context, key string) (*EHIPatient, error)
}

// EHIPatient is what there is of one patient.
type EHIPatient struct {
	Record *record.Record
	// Original, where it is not nil, opens the bytes that a source of the record was read from, or gives nil where they
	// are not kept. They must be about this patient alone: a file that tells of several patients is nobody's original.
	// It may be called twice for a source. Bytes that have not the digest of the source are not written, nor are
	// those of a source from which anything was withheld.
	Original func(ctx context.Context, s *record.Source) (io.ReadCloser, error)
}

// EHITable is a table of the host's.
type EHITable struct {
	Name        string // a-z, 0-9, - and _, beginning with a letter
	Description string
	Columns     []EHIColumn
	// NDJSON writes an object a row by the names of the columns; else it is CSV (RFC 4180) with a header.
	NDJSON bool
	// Judged says that Rows itself gives only what may leave. Where it is false, the table of a patient of whom anything is withheld stays here.
	Judged bool
	// Rows gives the rows of one patient, each with a cell a column. It must be safe for concurrent use.
	Rows func(ctx context.Context, key string, rec *record.Record) iter.Seq2[[]string, error]
}

// EHIColumn is a column of a table, for the data dictionary.
type EHIColumn struct {
	Name        string `json:"name"`
	Type        string `json:"type"` // text, decimal, date, code …
	Description string `json:"description"`
}

// EHIProgress is how far an export is.
type EHIProgress struct {
	Parts    int // finished, those of earlier runs among them
	Patients int // in them
	Files    int
	Bytes    int64
}

// EHIResult is what an export did.
type EHIResult struct {
	EHIProgress
	// Resumed counts the parts that an earlier run had finished.
	Resumed int
	// Failed counts patients who could not be read or written, where KeepGoing is set; Failures says why, for this run.
	Failed   int
	Failures []error
	// Withheld counts the patients of this run of whom nothing may leave. It is not in the manifest.
	Withheld int
	// TablesWithheld and OriginalsWithheld count what stayed because something of its patient was withheld, in this run.
	TablesWithheld, OriginalsWithheld int
	// Manifest is the SHA-256 of manifest.json, in hex. Who keeps it elsewhere can tell whether anything was altered.
	Manifest string
}

// Errors of an export of electronic health information.
var (
	ErrEHIFinished = errors.New("portage: the folder holds a finished export")
	ErrEHIOther    = errors.New("portage: the folder holds the beginning of another export, or other files")
	ErrEHIChanged  = errors.New("portage: the patients are not those that the export was begun with")
	ErrEHIBusy     = errors.New("portage: another export writes to the folder")
)

const (
	ehiPartSize    = 64
	ehiMaxPartSize = 9999
)

// ehiGate stands between a patient and the export: it gives what leaves.
type ehiGate func(ctx context.Context, key string, rec *record.Record) (*ehiPassage, error)

// ehiPassage is what leaves of a patient: no record where nothing does.
type ehiPassage struct {
	rec *record.Record
	// whole says that nothing was withheld.
	whole bool
	// bare says that the record is de-identified: what it was read from, and tables, stay.
	bare bool
	// labels says that labels must travel: what cannot bear them stays.
	labels bool
	// notice says that the notice of 42 CFR 2.32 must travel.
	notice bool
	// done is told what was written, or why nothing was, once that is certain.
	done func(files []EHIFile, err error) error
}

func (e *EHIExport) jobs() int {
	if e.Jobs > 0 {
		return e.Jobs
	}
	return runtime.GOMAXPROCS(0)
}

// checked gives a copy with defaults, or what is wrong with it.
func (e EHIExport) checked() (*EHIExport, error) {
	u, err := url.Parse(e.Documentation)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil {
		return nil, errors.New("portage: an export needs the public address of its documentation")
	}
	if e.PartSize == 0 {
		e.PartSize = ehiPartSize
	}
	if e.PartSize < 0 || e.PartSize > ehiMaxPartSize {
		return nil, errors.New("portage: a part has from 1 to 9999 patients")
	}
	names := map[string]bool{"record": true, "report": true}
	for _, f := range e.Forms {
		if !ehiName(f.Name) || !ehiName(strings.TrimPrefix(f.Extension, ".")) || !strings.HasPrefix(f.Extension, ".") || f.Exporter == nil || names[f.Name] {
			return nil, fmt.Errorf("portage: form %q cannot be written", f.Name)
		}
		names[f.Name] = true
	}
	tables := map[string]bool{}
	for _, t := range e.Tables {
		if !ehiName(t.Name) || len(t.Columns) == 0 || t.Rows == nil || tables[t.Name] {
			return nil, fmt.Errorf("portage: table %q cannot be written", t.Name)
		}
		tables[t.Name] = true
		columns := map[string]bool{}
		for _, c := range t.Columns {
			if c.Name == "" || columns[c.Name] {
				return nil, fmt.Errorf("portage: a column of table %q has no name of its own", t.Name)
			}
			columns[c.Name] = true
		}
	}
	if e.gate == nil {
		e.gate = func(_ context.Context, _ string, rec *record.Record) (*ehiPassage, error) {
			return &ehiPassage{rec: rec, whole: true}, nil
		}
	}
	return &e, nil
}

// begin fixes the time of the export.
func (e *EHIExport) begin(at time.Time) { e.Options.Now = at.UTC() }

// ehiName reports whether a name can be that of a file.
func ehiName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (i == 0 || (c < '0' || c > '9') && c != '-' && c != '_') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
