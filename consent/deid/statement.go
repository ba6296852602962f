package deid

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"github.com/portage-health/portage/record"
)

// Statement says what a run did: by which method, after which lists, and how much of what it took out. It holds no value of
// anybody's. Its JSON form is stable: the same run gives the same text.
type Statement struct {
	Method string `json:"method"` // safe-harbor, limited-data-set, date-shift
	// Basis is the clause that the method follows.
	Basis string `json:"basis"`
	// SafeHarbor says whether what went out has been through 164.514(b)(2)(i); of text that a Scrubber saw to, as far as that
	// holds. That the host does not know otherwise, which (ii) asks for, is for the host to say.
	SafeHarbor bool   `json:"safeHarbor"`
	Rules      string `json:"rules"` // RulesVersion
	At         string `json:"at"`    // the date that ages were reckoned for
	DataSet    string `json:"dataSet,omitempty"`
	Agreement  string `json:"agreement,omitempty"`
	// Zips is the list of ZIP codes of few people that was used.
	Zips ZipVersion `json:"zips"`
	// Ids says what new ids were made from: code (the host's), place (in the stream), id (the old ids, keyed).
	Ids string `json:"ids"`
	// Pseudonyms is how identifiers were replaced; "" where they were taken out.
	Pseudonyms string `json:"pseudonyms,omitempty"`
	// MaxDays is how far dates may have been moved; 0 where they were not.
	MaxDays int `json:"maxDays,omitempty"`
	// Text is what became of free text: removed, or the name of the host's scrubber.
	Text string `json:"text"`
	// Displays is what became of the displays of codes that the host's terminology writes so: kept, or "" where there was none.
	Displays string `json:"displays,omitempty"`
	// Records and Entries are how many went out.
	Records int `json:"records"`
	Entries int `json:"entries"`
	// Failed is how many records did not go out.
	Failed int `json:"failed,omitempty"`
	// Removed counts what was taken out or made less precise, by category.
	Removed []Count `json:"removed"`
	// Replaced, Shifted and Scrubbed count pseudonyms put in the place of identifiers, dates moved, and texts that the scrubber saw to.
	Replaced int `json:"replaced,omitempty"`
	Shifted  int `json:"shifted,omitempty"`
	Scrubbed int `json:"scrubbed,omitempty"`
}

// ZipVersion names a list of ZIP codes.
type ZipVersion struct {
	Census string `json:"census"`
	Source string `json:"source"`
	Date   string `json:"date,omitempty"`
	Codes  int    `json:"codes"`
}

// Count is how many of one category were taken out.
type Count struct {
	Category Category `json:"category"`
	N        int      `json:"n"`
}

// statement gives what can be said before any record was seen.
func (d *Deidentifier) statement() Statement {
	o := &d.opt
	s := Statement{Method: "safe-harbor", Basis: "45 CFR 164.514(b)(2)", Rules: RulesVersion, At: o.At.Format(time.DateOnly), DataSet: o.DataSet, Agreement: o.Agreement,
		Zips: ZipVersion{o.Zips.Census, o.Zips.Source, o.Zips.Date, len(o.Zips.Codes)}, Text: "removed", Ids: "id", SafeHarbor: o.Method == SafeHarbor, Removed: []Count{}}
	switch o.Method {
	case LimitedDataSet:
		s.Method, s.Basis = string(o.Method), "45 CFR 164.514(e)"
	case DateShift:
		s.Method, s.Basis, s.MaxDays = string(o.Method), "none: not Safe Harbor, for expert determination (45 CFR 164.514(b)(1)) or use under an agreement", o.MaxDays
	}
	switch {
	case o.Code != nil:
		s.Ids = "code"
	case o.Method == SafeHarbor:
		s.Ids = "place"
	}
	if o.Pseudonyms {
		s.Pseudonyms = "HMAC-SHA-256"
	}
	if o.Terminology != nil {
		s.Displays = "kept"
	}
	if o.Scrubber != nil {
		s.Text = "scrubbed by " + o.Scrubber.Name()
	}
	return s
}

// add counts what was done to a record.
func (s *Statement) add(r *run, out *record.Record) {
	s.Records++
	for range out.Entries() {
		s.Entries++
	}
	s.Replaced += r.pseudonyms
	s.Shifted += r.shifted
	s.Scrubbed += r.scrubbed
	for c, n := range r.tally {
		i, found := slices.BinarySearchFunc(s.Removed, c, func(x Count, c Category) int { return cmp.Compare(x.Category, c) })
		if !found {
			s.Removed = slices.Insert(s.Removed, i, Count{Category: c})
		}
		s.Removed[i].N += n
	}
}

// Count gives how many of a category were taken out.
func (s *Statement) Count(c Category) int {
	for _, x := range s.Removed {
		if x.Category == c {
			return x.N
		}
	}
	return 0
}

// JSON gives the statement as text, indented.
func (s Statement) JSON() []byte {
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return nil // it holds texts and numbers only
	}
	return append(text, '\n')
}
