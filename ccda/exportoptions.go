package ccda

import (
	"github.com/beevik/etree"

	"github.com/portage-health/portage/record"
)

// Mode is which of two promises an export keeps where a source is not clean:
// both cannot hold at once.
type Mode uint8

const (
	// Faithful writes what the record says and nothing else, with what is carried
	// from C-CDA in its place. It adds no error that the record did not have. It is the zero value.
	Faithful Mode = iota
	// Conformant writes a document that the schema and the templates accept. What
	// they require and the record does not have goes out with a nullFlavor; what
	// they forbid is altered or withheld. Every such leaf is in the report.
	Conformant
)

// Release is the release of C-CDA whose template versions a document claims.
type Release uint8

const (
	// R21 is C-CDA R2.1 with the Companion Guide R4.1. It is the zero value.
	R21 Release = iota
	// R30 is C-CDA 3.0.
	R30
	// R40 is C-CDA 4.0.
	R40
)

// DocumentType is one of C-CDA's types of document.
type DocumentType uint8

// The types of document (C-CDA R2.1, 1.1.1 to 1.1.15), by their templates.
const (
	// AsRecorded is the type of the record's own document, or a CCD where it has none. It is the zero value.
	AsRecorded DocumentType = iota
	CCD                     // Continuity of Care Document
	HistoryAndPhysical
	ConsultationNote
	DiagnosticImagingReport
	ProcedureNote
	OperativeNote
	DischargeSummary
	ProgressNote
	UnstructuredDocument
	TransferSummary
	ReferralNote
	CarePlan
)

// Exporter writes a record as one C-CDA document. The zero value writes, faithfully,
// the document that the record holds, or a CCD. It is safe for concurrent use if Edit is.
type Exporter struct {
	Mode    Mode
	Type    DocumentType
	Release Release

	// Sections, where not nil, are the only sections to write, by their LOINC codes.
	// Those that the type of document requires are there too, empty.
	Sections []string
	// From and To, where not zero, leave out entries that ended before or began after.
	// An entry without a time stays. What is left out is in the report.
	From, To record.Time

	// Custodian keeps the document (C-CDA R2.1 US Realm Header, custodian), where the
	// record names none or another.
	Custodian *record.Organization
	// Device made the document (assignedAuthoringDevice); it is an author beside those of the record.
	Device *record.Device

	// Check runs Conform over the document before it goes out; what it finds is in
	// the report. Nothing is withheld for it.
	Check bool

	// Edit, where not nil, may change the document before it is written: put a
	// host's own templates into it, say. What comes back is read again, so that
	// nothing that is no XML goes out.
	Edit func(*etree.Document) error
}

var _ record.Exporter = Exporter{}
