package record

import (
	"cmp"
	"slices"
)

// Severity is how grave an issue is.
type Severity string

// The severities. An error means that something could not be used; a warning,
// that a reader should look; info, that all is kept but not where one might think.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityInfo    Severity = "info"
)

// Action is what was done about an issue.
type Action string

// The actions.
const (
	ActionCarried    Action = "carried"      // kept verbatim beside the record
	ActionKeptAsText Action = "kept-as-text" // kept as the text that was sent
	ActionDropped    Action = "dropped"      // the target has no place for it
	ActionDefaulted  Action = "defaulted"    // the target demands a value; the issue says which rule gave it
	ActionRepaired   Action = "repaired"     // read as the source plainly meant
	ActionWithheld   Action = "withheld"
	ActionCut        Action = "cut" // a time went out as its date, the rest in an extension
	ActionNoted      Action = "noted"
	ActionRefused    Action = "refused"
	ActionRenamed    Action = "renamed"
)

// Issue is one thing that a host may want to know. It never holds a value of
// the document: Code, Message and Action are constants of the library, Path is
// made of names that the format itself defines.
type Issue struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // stable; listed in docs/report-codes.md
	// Rule is the statement of the standard that is broken, where the issue is about one, such as CONF:1098-7508.
	Rule    string `json:"rule,omitempty"`
	Path    string `json:"path"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
	Message string `json:"message"`
	Action  Action `json:"action"`
}

// Counts are the two sums of the conservation law.
type Counts struct {
	Facts    int `json:"facts"`    // data-bearing leaves of the source
	Mapped   int `json:"mapped"`   // now in a typed field
	Carried  int `json:"carried"`  // kept verbatim
	Scaffold int `json:"scaffold"` // say only how the source is built, and were checked
	Exported int `json:"exported"` // leaves of the record that the target holds
	Lost     int `json:"lost"`     // leaves of the record that the target has no place for, a carried piece counting as one; each has an issue
}

// Unaccounted is Facts − Mapped − Carried − Scaffold. Anything but 0 is a defect of the library.
func (c Counts) Unaccounted() int { return c.Facts - c.Mapped - c.Carried - c.Scaffold }

// Add adds another document's counts.
func (c *Counts) Add(o Counts) {
	c.Facts += o.Facts
	c.Mapped += o.Mapped
	c.Carried += o.Carried
	c.Scaffold += o.Scaffold
	c.Exported += o.Exported
	c.Lost += o.Lost
}

// Report says what happened to every fact of an import or an export.
type Report struct {
	Counts Counts  `json:"counts"`
	Issues []Issue `json:"issues,omitempty"`
}

// Add appends an issue.
func (r *Report) Add(i Issue) {
	if n := len(r.Issues); n == cap(r.Issues) {
		r.Issues = slices.Grow(r.Issues, max(n, 8)) // twice as many: reports get long
	}
	r.Issues = append(r.Issues, i)
}

// Merge adds another report's counts and issues.
func (r *Report) Merge(o *Report) {
	if o == nil {
		return
	}
	r.Counts.Add(o.Counts)
	r.Issues = append(r.Issues, o.Issues...)
}

// Worst gives the gravest severity present, "" for none.
func (r *Report) Worst() Severity {
	rank := func(s Severity) int {
		return slices.Index([]Severity{"", SeverityInfo, SeverityWarning, SeverityError}, s)
	}
	worst := Severity("")
	for _, i := range r.Issues {
		if cmp.Compare(rank(i.Severity), rank(worst)) > 0 {
			worst = i.Severity
		}
	}
	return worst
}
