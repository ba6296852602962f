package ccda

import (
	"context"
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// writer writes one record as one document. It is made anew for each export and
// used by one goroutine.
//
// A concept's writer works on a copy of its entry: what it writes it clears, and
// rest names what is left (see take in the datatypes' writers).
type writer struct {
	markup
	ledger.Out
	rec     *record.Record
	opts    record.ExportOptions
	x       *Exporter
	ctx     context.Context
	ids     *ids.Maker
	typ     *documentType
	strict  bool    // Conformant
	native  bool    // the record's document was read from one of this format
	file    bool    // the body is a file
	release Release // whose template versions are claimed
	before  bool    // R1.1: no template has an extension

	tables
	done   []bool                 // by carried piece: it was written
	mates  []string               // those that were written with another of their concern
	joined map[string]*sectionOut // entries that were written with another of their concern, by where

	introduced    bool            // the author being written stands here with address, telecom and name
	introductions map[place]bool  // the authors of entries who were
	bulky         map[string]bool // people and organizations that took very many bytes to mention: see weigh

	rolesOf map[string]*record.Device // devices that have a part in something, with what their roles have no place for

	dispensesOf map[string][]int // medications that are dispenses of one, by its id
	headerPlace string           // the place that the header's encounter was at

	headerEncounter string // the encounter that the document was made in

	numbers      int    // sections numbered so far
	procedure    bool   // what is being written is the performer of a procedure
	factsWritten bool   // what the patient is was written as observations: see factsOfPatient
	depth        int    // how deep statements lie in one another
	panel        string // the panel whose members are being written

	// What the header of a conformant document requires of the part being written: see needs and needsPerson.
	fielded        bool   // addresses are US Realm Addresses
	callback       bool   // a contact to call back
	indirect       bool   // an indirect target, who must be a person
	namedPerformer bool   // a performer who must be a person
	alone          bool   // no entry tells of the encounter that the header names
	signed         bool   // a legal authenticator was written
	stands         []bool // the participants of the header that were written
	entered        bool   // and one who entered the data
	attended       bool   // the physician of record was named
	contexts       []int  // the acts of the document that stand in its body: see procedureContexts
	recipientsLeft []record.Participation

	carried map[string][]piece // by owner, what is carried and not yet written
	slots   []slotted

	notesOf       map[string][]int // the notes that hang on an entry
	inDirective   bool             // the participants of an advance directive are being written
	holding       bool             // the holder of a policy is being written, whose role needs an id (CONF:1198-8937)
	markers       []record.Label   // the document's, which its section of privacy markings has
	patientLabels []int            // of the patient, those that are the document's: see patientMarks
	marks         bool             // there is such a section, and it was not written yet
	later         map[string]bool  // whose markings it has, beside the document's

	out     []*sectionOut // the sections of the document, in order
	entries []byte        // their entries, as they are written
	sec     *sectionOut   // the section that is being written
	row     *tableRow     // and the row of its narrative that tells of the entry being written
	// stranger says that the entry being written is not, or not only, of the document that the narrative of its section is of.
	stranger bool
	// untold says that no section lists it, and that no source has it.
	untold bool
	cells  []tableCell // of all rows
	texts  room.Texts  // what is in them
	// noteRow is the place in the narrative of a comment on the section itself.
	noteRow string
	// rowText says that the words of the concept being written are in the row, to which they point.
	rowText bool

	aside    *aside // what is reckoned beside the writing
	versions lately
	roots    latelyRoots
}

// place is where an entry stands in the record.
type place struct {
	kind string // as ids name kinds
	i    int
}

// Why parts of a record are not in the output, or not as they were. docs/ccda-export.md lists them.
var (
	// lost is for what C-CDA has no element for.
	lost = record.IssueLost.Because("C-CDA has no element for this field")
	// lostHere is for what is not written at this place of a document.
	lostHere = record.IssueLost.Because("nothing in the document refers to this entry, so that it has no place there")
	// lostFilter is for what the options leave out.
	lostFilter = record.IssueLost.Because("the options of the export leave this out")
	// lostReason is for reasons that FHIR tells apart and HL7 v3 does not (ConceptMap FC-DataAbsentReasonNullFlavor).
	lostReason = record.IssueLost.Because("C-CDA has no nullFlavor for just this reason; the nearest that HL7 maps it to went out")
	// issueRequired is for what the template demands and the record does not have.
	issueRequired = record.IssueDataAbsent.Because("the template requires what the record does not have; it went out with a nullFlavor")
	// issueCarriedWithheld is for carried parts in a conformant document.
	issueCarriedWithheld = record.IssueExportCarried.Because("a piece kept verbatim is not checked against the templates, and is left out of a conformant document")
	// withheld is for what the schema or the template forbids.
	withheld = record.IssueWithheld.Because("the schema or the template of the document does not allow this value here")
	// fixed is for what the schema or the template says by itself where the record says nothing.
	fixed = record.IssueAltered.Because("the schema or the template fixes this value, which the record does not have")
	// unknownAsNull is for what is not known, and the record does not say why.
	unknownAsNull = record.IssueAltered.Because("what is not known has a nullFlavor in C-CDA; the record gives no reason, so that it is UNK")
	// unknownByNull is for what is said to be so and to be absent.
	unknownByNull = record.IssueAltered.Because("a nullFlavor on the statement says that it is not known")
	// negatedOne is for what has a negation, and none for the whole kind.
	negatedOne = record.IssueLost.Because("C-CDA cannot say here that none of a kind is known; it went out as not being so")
	// altered is for what the schema or the template demands in another form.
	altered = record.IssueAltered.Because("the schema or the template demands another form of this value")
)

// rest names every leaf of a copy of an entry that no writer cleared. Call it
// before Leave, when the entry is written.
func (w *writer) rest(copy any) {
	if !w.Quiet && record.CountLeavesOf(copy) > 0 {
		w.Drop("", copy, &lost)
	}
}

// dropFrom names the elements of a list from the k-th on.
func dropFrom[T any](w *writer, leaf string, list []T, k int, why *record.IssueKind) {
	for i := k; i < len(list); i++ {
		w.In(leaf, i)
		w.Drop("", &list[i], why)
		w.Leave()
	}
}

// dropStrings is dropFrom for a list of strings.
func dropStrings(w *writer, leaf string, list []string, k int, why *record.IssueKind) {
	for i := k; i < len(list); i++ {
		w.In(leaf, i)
		w.DropString("", list[i], why)
		w.Leave()
	}
}

// taken gives a list of which one element says nothing any more. The others keep
// their numbers, by which rest names them.
func taken[T any](list []T, k int) []T {
	out := slices.Clone(list)
	var none T
	out[k] = none
	return out
}

// require writes an element that the template demands and the record has
// nothing for, in a conformant document only. leaf is the field that is missing.
func (w *writer) require(name, leaf, nullFlavor string) {
	if w.strict {
		w.leaf(name, "nullFlavor", nullFlavor)
		w.Note(&issueRequired, leaf)
	}
}

// nullFlavor writes @nullFlavor for a reason, and clears it.
func (w *writer) nullFlavor(leaf string, reason *record.AbsentReason) {
	if *reason == "" {
		return
	}
	v, ok := codes.NullFlavor().From(*reason)
	if !ok {
		v = "NI"
	}
	w.at("nullFlavor", v)
	if exact, _ := codes.NullFlavor().To(v); exact != *reason {
		w.DropString(leaf, string(*reason), &lostReason)
	}
	*reason = ""
}

// boolText is how CDA writes a boolean.
func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}

// flag writes an attribute for a boolean that may be absent, and clears it.
func (w *writer) flag(name string, b **bool) {
	if *b != nil {
		w.at(name, boolText(**b))
		*b = nil
	}
}

// flagEl writes an element with a boolean value, and clears it.
func (w *writer) flagEl(name string, b **bool) {
	if *b != nil {
		w.leaf(name, "value", boolText(**b))
		*b = nil
	}
}

// take gives a string and clears it.
func take(s *string) string {
	v := *s
	*s = ""
	return v
}
