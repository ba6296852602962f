package deid

import (
	"context"
	"errors"
	"time"

	"github.com/portage-health/portage/record"
)

// Method is how a record is de-identified.
type Method string

// The methods.
const (
	// SafeHarbor takes out the eighteen identifiers of 45 CFR 164.514(b)(2)(i). Ids are not made from anything of the
	// patient's (164.514(c)).
	SafeHarbor Method = ""
	// LimitedDataSet takes out the sixteen direct identifiers of 164.514(e)(2); dates, town, State and ZIP code stay. What is
	// left is protected health information, and goes out under a data use agreement only.
	LimitedDataSet Method = "limited-data-set"
	// DateShift is as Safe Harbor, but for whole dates: all of one patient's are moved by the same secret number of days, so
	// that intervals stay. It is not Safe Harbor.
	DateShift Method = "date-shift"
)

// MinKey is the least length of a key in bytes.
const MinKey = 16

// Options are how records are de-identified.
type Options struct {
	Method Method
	// Key is the host's secret, at least MinKey random bytes. Ids, pseudonyms and the days that dates are moved by come from
	// it: the same key gives the same.
	Key []byte
	// At is the time that ages are reckoned for. Nothing reads a clock.
	At time.Time
	// DataSet names what is being made. Nothing in one data set can be linked by its ids to another.
	DataSet string
	// Code gives a host's own code of a patient, the same each time. By Safe Harbor it must not be made from anything that is
	// known of the patient (45 CFR 164.514(c)): a counted or random number that the host keeps a list of. The code itself does
	// not go out. Nil: the place in the stream by Safe Harbor, the id of the patient by the other methods.
	Code func(*record.Record) (string, error)
	// Zips are the ZIP codes of few people; the zero list is that of the newest census that is built in.
	Zips ZipList
	// PadZip writes 98000 in the place of 980.
	PadZip bool
	// Pseudonyms puts keyed pseudonyms in the place of identifiers. Not by Safe Harbor, since they are made from what they replace.
	Pseudonyms bool
	// MaxDays is how far dates may be moved, always back; 0 is 365.
	MaxDays int
	// Scrubber sees to free text; nil takes all of it out.
	Scrubber Scrubber
	// Terminology, where it is given, lets stay displays of codes, and original texts, that are word for word how it writes
	// the code. It must be safe for concurrent use where records are de-identified so.
	Terminology record.Terminology
	// Agreement is the id of the data use agreement that a limited data set goes out under.
	Agreement string
}

// Scrubber takes out of free text what tells who it is about. What it gives back goes out: the promise is the host's, and the
// Statement says that it was made. It must be safe for concurrent use where records are de-identified so.
type Scrubber interface {
	// Name and version, for the Statement.
	Name() string
	// Scrub gives what may stay of the text of a field (Type.Field: Note.Text, Concept.Text, Coding.Display). Where it
	// fails or panics, nothing stays.
	Scrub(ctx context.Context, field, text string) (string, error)
}

// The errors of New and Record. None holds a value of a patient's.
var (
	ErrMethod     = errors.New("deid: unknown method")
	ErrKey        = errors.New("deid: the key is shorter than 16 bytes")
	ErrAt         = errors.New("deid: the time of reference is missing")
	ErrPseudonyms = errors.New("deid: pseudonyms made from identifiers are not Safe Harbor (45 CFR 164.514(c))")
	ErrDataSet    = errors.New("deid: Safe Harbor without codes of patients needs the name of the data set")
	ErrCode       = errors.New("deid: Safe Harbor needs a code for a record that is not one of a stream")
	ErrNoCode     = errors.New("deid: the host gave no code for a patient")
	ErrChanged    = errors.New("deid: the dates of the record were moved under this key before, and have been changed since")
	ErrNoRecord   = errors.New("deid: no record")
)

// Deidentifier de-identifies records by one set of options. It is safe for concurrent use if the host's Code and Scrubber are.
type Deidentifier struct {
	opt  Options
	zips zipSet
}

// New checks the options.
func New(opt Options) (*Deidentifier, error) {
	switch {
	case opt.Method != SafeHarbor && opt.Method != LimitedDataSet && opt.Method != DateShift:
		return nil, ErrMethod
	case len(opt.Key) < MinKey:
		return nil, ErrKey
	case opt.At.IsZero():
		return nil, ErrAt
	case opt.Pseudonyms && opt.Method == SafeHarbor:
		return nil, ErrPseudonyms
	case opt.Method == SafeHarbor && opt.Code == nil && opt.DataSet == "":
		return nil, ErrDataSet
	}
	opt.Key = append([]byte(nil), opt.Key...)
	if opt.MaxDays <= 0 {
		opt.MaxDays = 365
	}
	if len(opt.Zips.Codes) == 0 {
		opt.Zips = newestZips()
	}
	d := &Deidentifier{opt: opt, zips: zipSet{}}
	for _, c := range opt.Zips.Codes {
		d.zips[c] = true
	}
	return d, nil
}

// Record gives a copy of a record that is de-identified, and says what was done. The record itself is not changed, and
// the copy shares no memory with it.
func (d *Deidentifier) Record(ctx context.Context, rec *record.Record) (*record.Record, Statement, error) {
	st := d.statement()
	out, err := d.record(ctx, rec, "", &st)
	return out, st, err
}
