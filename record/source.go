package record

import "slices"

// Source is one document, message or bundle that the record came from. It is
// Portage's bookkeeping; what the document says of itself stands in Document or Message.
type Source struct {
	ID       string `json:"id"`
	Format   string `json:"format"`             // ccda, fhir, hl7v2, record
	Version  string `json:"version,omitempty"`  // R2.1, R4, 2.5.1 …
	Document string `json:"document,omitempty"` // its own identifier as system|value
	Time     string `json:"time,omitempty"`     // its own time, as Time.Value
	SHA256   string `json:"sha256,omitempty"`   // hex digest of its bytes
	Bytes    int64  `json:"bytes,omitempty"`
	// Items are the resources that it held, where it held several (FHIR), in their order.
	Items []Item `json:"items,omitempty"`
}

// Item is one resource of a source: what the source's own system calls it, and
// which entries it became. A resource goes back to its own format by the id that
// it came with, so that what refers to it from elsewhere still finds it.
type Item struct {
	// Entries are the ids of what it became, the main one first; none where it is carried whole.
	Entries []string `json:"entries,omitempty"`
	Type    string   `json:"type"`              // the name of the resource's type
	ID      string   `json:"id,omitempty"`      // Resource.id
	URL     string   `json:"url,omitempty"`     // Bundle.entry.fullUrl
	Path    string   `json:"path,omitempty"`    // where it stood
	Within  string   `json:"within,omitempty"`  // the Path of the resource that contained it
	Version string   `json:"version,omitempty"` // Resource.meta.versionId
	// Text is the resource as sent. It is used only while its entries still say what
	// they said when it was read, of which Stated is a hash: see Record.StateItems.
	Text   string `json:"text,omitempty"`
	Stated string `json:"stated,omitempty"`
	// Superseded says that a later version of it is there, or that it was deleted: see Carried.
	Superseded bool `json:"superseded,omitempty" portage:"made"`
}

// Carried is a piece of a source that no typed field holds, verbatim. It is
// written again to its own format and named in the report elsewhere.
type Carried struct {
	Format string `json:"format"`
	Source string `json:"source"`          // Source.ID
	Owner  string `json:"owner,omitempty"` // Entry.ID, Concern.ID or Section.ID that it belongs to; "" for the record itself
	// Slot is the part of the owner that it belongs to, by the field of the record that
	// holds the part (reactions[1].severity); "" for the owner itself.
	Slot string `json:"slot,omitempty"`
	// Path is where it stood, and At the way from the owner's own element, or that of the slot,
	// to it: element names with the place among same-named siblings, or @attribute.
	Path  string `json:"path,omitempty"`
	At    string `json:"at,omitempty"`
	Place int    `json:"place"` // place among its owner's children
	// Version is the version of the format that it is of, where that is not the one that Portage writes: such a piece does not go back.
	Version string `json:"version,omitempty"`
	// Kind is element, attribute, text, value (JSON), resource (one whole), line (of NDJSON), field (HL7 v2) or absent.
	Kind string `json:"kind"`
	// Data is complete in itself: an XML element with its namespaces, a JSON value, the text of an HL7 v2 field.
	Data string `json:"data"`
	// Name is the attribute's or member's name for kinds that have one.
	Name string `json:"name,omitempty"`
	// Facts is how many data-bearing leaves it holds.
	Facts int `json:"facts"`
	// Form says that it holds no fact that the record does not: it is only how the source said it, or, where Kind is
	// absent, that the source had no such element. It is written again to its own format, and nothing is lost without it.
	Form bool `json:"form,omitempty"`
	// Codes and Words let labels and redaction reach it.
	Codes []Coding `json:"codes,omitempty"`
	Words string   `json:"words,omitempty"`
	Line  int      `json:"line,omitempty"`
	// Modifier says that it may change the meaning of its owner (FHIR modifierExtension, an unknown negation).
	Modifier bool `json:"modifier,omitempty"`
	// Superseded says that the source has a later version of it, or says that it was deleted: nobody may take it for what holds.
	Superseded bool `json:"superseded,omitempty"`
}

// Typed gives the record without what is carried but the form of what is typed:
// a copy that shares all else, or the record itself where there is nothing to leave out.
func (r *Record) Typed() *Record {
	isFact := func(c Carried) bool { return !c.Form }
	if !slices.ContainsFunc(r.Carried, isFact) {
		return r
	}
	typed := *r
	typed.Carried = slices.DeleteFunc(slices.Clone(r.Carried), isFact)
	if len(typed.Carried) == 0 {
		typed.Carried = nil
	}
	return &typed
}
