package record

import (
	"context"
	"io"
	"iter"
	"time"
)

// Limits bound what one input may cost. A zero field means the default that is named beside it.
type Limits struct {
	Bytes      int64 // size of one input; 1 GiB
	Depth      int   // nesting; 512
	Nodes      int   // elements, attributes, texts or values; 2,000,000
	TextBytes  int   // memory for text that is in another character set and is read as UTF-8; 20 MiB
	Attributes int   // attributes of one element; 1,000
	Records    int   // records of one input; no limit
	Inline     int   // bytes of an attachment, as base64, that stays in memory where there is an AttachmentStore; 1 MiB
}

// ImportOptions steer an import. The zero value is right.
type ImportOptions struct {
	// Terminology may be nil: then the default is used, which knows the identity of code systems.
	Terminology Terminology
	// IDKey makes ids unguessable: they become a keyed hash. Without it they are a plain
	// hash, from which a short medical record number can be guessed.
	IDKey  []byte
	Limits Limits
	// Attachments, where there is one, takes the content of attachments that are larger than Limits.Inline, so
	// that they need no memory. Formats that read from a stream say whether they use it (FHIR in JSON does).
	Attachments AttachmentStore
}

// ExportOptions steer an export. The zero value is right.
type ExportOptions struct {
	Terminology Terminology
	// Now is the moment of making, written where the format demands one; the zero time means the wall clock.
	Now time.Time
	// Zone is an offset (±hh:mm or Z) for times that have an hour and no offset.
	// Empty means that no zone is ever assumed. Each use is reported.
	Zone string
	// TypedOnly leaves out everything carried but the form of what is typed (Carried.Form).
	TypedOnly bool
}

// Input is what an importer reads: Bytes, or Reader where Bytes is nil. Bytes
// must not be changed afterwards: the record's texts point into them.
type Input struct {
	Bytes  []byte
	Reader io.Reader
}

// Imported is one record with the report of how it came to be.
type Imported struct {
	Record *Record
	Report *Report
}

// Importer reads a format into records. It yields one record a patient, in the
// order of the input. An error ends the sequence; records yielded before it are
// good. Implementations must be safe for concurrent use, and must not panic on any input.
type Importer interface {
	Import(ctx context.Context, in Input, o ImportOptions) iter.Seq2[*Imported, error]
}

// Exporter writes a record in a format. It returns a report also where it fails.
// It must not change the record. Implementations must be safe for concurrent use.
type Exporter interface {
	Export(ctx context.Context, rec *Record, w io.Writer, o ExportOptions) (*Report, error)
}

// Format ties a name to what reads and writes it. Importer or Exporter may be nil.
type Format struct {
	Name string // ccda, fhir, hl7v2, record …
	// Detect says from the first bytes of an input (up to 4 KiB) whether it is of this format.
	Detect   func(head []byte) bool
	Importer Importer
	Exporter Exporter
	// Extension is what files of the format end in, with the dot.
	Extension string
}
