package consent

import (
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// Labeller tells how sensitive an entry is beyond what its source says. It is called from several goroutines, must not
// change the entry, and gives the same labels for the same entry.
type Labeller interface {
	Label(Item) []record.Label
}

// Item is an entry as a Labeller sees it.
type Item struct {
	Kind  string
	Entry *record.Entry
	way   *way
	at    unsafe.Pointer
}

func itemOf(kind string, e *record.Entry) Item {
	for i := range lists() {
		if l := &lists()[i]; l.kind == kind {
			return Item{kind, e, l.way, unsafe.Pointer(e)}
		}
	}
	if kind == record.KindPatient {
		return Item{kind, e, patientWay(), unsafe.Pointer(e)}
	}
	return Item{Kind: kind, Entry: e}
}

// Codings calls f with every coding of the entry, wherever it sits, but its labels. The entry's own codes come
// before those of what it refers to only where they stand so in the record.
func (i Item) Codings(f func(*record.Coding)) {
	if i.way != nil {
		i.way.walk(i.at, &visitor{coding: func(c *record.Coding) bool { f(c); return false }})
	}
}

// Label gives a copy of a record in which entries bear the labels of a Labeller
// beside their own, none twice. What has a label of the labeller's and no
// confidentiality is restricted. What a document is labelled as a whole its sections bear then, since it
// holds for what nobody labels in them. The copy shares all else with the record.
func Label(rec *record.Record, l Labeller) *record.Record {
	out := shallow(rec)
	whole := conductedOf(rec)
	beside := carriedCodes(rec)
	for kind, e := range out.Entries() {
		if judged(kind) {
			e.Labels = addLabels(e.Labels, labelled(l, kind, e, beside))
		}
	}
	for i := range out.Documents {
		d := &out.Documents[i]
		ls := whole.by(d.ID)
		if len(ls) == 0 || len(d.Sections) == 0 {
			continue
		}
		d.Sections = slices.Clone(d.Sections)
		for k := range d.Sections { // it holds there, though something within is labelled now
			d.Sections[k].Labels = labelsUnder(d.Sections[k].Labels, ls)
		}
	}
	return out
}

// carriedCodes are the codes in what is carried for entries, by their ids.
func carriedCodes(rec *record.Record) map[string][]record.Coding {
	m := map[string][]record.Coding{}
	for i := range rec.Carried {
		if c := &rec.Carried[i]; c.Owner != "" && len(c.Codes) > 0 {
			m[c.Owner] = append(m[c.Owner], c.Codes...)
		}
	}
	return m
}

// labelled asks a labeller about an entry, and about the codes that are carried for it.
func labelled(l Labeller, kind string, e *record.Entry, beside map[string][]record.Coding) []record.Label {
	out := l.Label(itemOf(kind, e))
	if list := beside[e.ID]; len(list) > 0 {
		x := record.Concept{Codings: list}
		more := l.Label(Item{kind, e, wrap(reflect.TypeFor[record.Concept](), map[reflect.Type]*way{}), unsafe.Pointer(&x)})
		for i := range more {
			out = withLabel(out[:len(out):len(out)], more[i].Coding, more[i].Kind)
		}
	}
	return out
}

// addLabels adds labels that are not there yet, and that a thing is restricted where a sensitivity was added and nobody says.
func addLabels(have, more []record.Label) []record.Label {
	if len(more) == 0 {
		return have
	}
	out := have[:len(have):len(have)]
	sensitive, graded := false, false
	for i := range more {
		c := &more[i].Coding
		sensitive = sensitive || kindOfLabel(more[i].Kind, c) == labelSensitivity || kindOfLabel(more[i].Kind, c) == labelLaw
		twice := false
		for j := range out {
			twice = twice || sameCode(&out[j].Coding, c)
		}
		if !twice {
			out = append(out, more[i])
		}
	}
	for i := range out {
		graded = graded || rank(&out[i].Coding) >= 0
	}
	if sensitive && !graded {
		out = append(out, record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}})
	}
	return out
}

// RuleSet is sensitivity rules as data: which labels the codes of a code set bring, and how sure that is.
type RuleSet struct {
	Name    string            `json:"name,omitempty"`
	Updated string            `json:"updated_at,omitempty"`
	Rules   []SensitivityRule `json:"rules"`
}

// SensitivityRule says that an entry with one of its codes bears its labels, under the law that is its basis.
type SensitivityRule struct {
	ID       string          `json:"id"`
	Basis    *record.Coding  `json:"basis,omitempty"`
	Labels   []record.Coding `json:"labels"`
	CodeSets []CodeSet       `json:"codeSets"`
}

// CodeSet is a group of codes.
type CodeSet struct {
	GroupID string         `json:"groupID,omitempty"`
	Codes   []WeightedCode `json:"codes"`
}

// WeightedCode is a code with the confidence, 0 to 1, that it tells of what the rule is about.
type WeightedCode struct {
	System     string      `json:"system"`
	Code       string      `json:"code"`
	Confidence json.Number `json:"confidence,omitempty"`
}

var (
	errRules      = errors.New("consent: sensitivity rules: not the JSON of a rule set")
	errNoRules    = errors.New("consent: sensitivity rules: a rule without labels or codes")
	errConfidence = errors.New("consent: sensitivity rules: a confidence that is no number from 0 to 1")
)

// ReadRules reads a rule set. It refuses one that has a rule that could never
// label anything: a rule that is lost is a label that is missing.
func ReadRules(r io.Reader) (*RuleSet, error) {
	var s RuleSet
	d := json.NewDecoder(io.LimitReader(r, 256<<20))
	if err := d.Decode(&s); err != nil {
		return nil, errRules
	}
	for i := range s.Rules {
		n := 0
		for _, set := range s.Rules[i].CodeSets {
			for _, c := range set.Codes {
				if _, err := c.confidence(); err != nil {
					return nil, err
				}
				n++
			}
		}
		if len(s.Rules[i].Labels) == 0 || n == 0 {
			return nil, errNoRules
		}
	}
	return &s, nil
}

// confidence gives how sure a code is; one that says nothing is sure.
func (c *WeightedCode) confidence() (float64, error) {
	if c.Confidence == "" {
		return 1, nil
	}
	f, err := strconv.ParseFloat(string(c.Confidence), 64)
	if err != nil || !(f >= 0 && f <= 1) {
		return 0, errConfidence
	}
	return f, nil
}

// Rules is a Labeller by rule sets. It looks at every code of an entry, so that a medicine or a test brings the label that
// the diagnosis would.
type Rules struct{ byCode map[codeKey][]record.Label }

type codeKey struct{ system, code string }

// keyOf gives what codes are compared by: the system by whatever name of it, a code of ICD without its point, which HL7 v2 and claims
// leave out (F1120 is F11.20), and ICD-10 as ICD-10-CM, which HL7 v2 has one name for in the United States (I10).
func keyOf(c *record.Coding) codeKey {
	k := codeKey{codes.Canonical(strings.TrimRight(c.System, "/")), c.Code}
	switch k.system {
	case record.SystemICD10CM, record.SystemICD9CM, systemICD10:
		k.code = strings.ToUpper(strings.Replace(c.Code, ".", "", 1))
	}
	if k.system == systemICD10 {
		k.system = record.SystemICD10CM
	}
	return k
}

const systemICD10 = "http://hl7.org/fhir/sid/icd-10"

// NewRules makes a Labeller of rule sets. Codes below the threshold of confidence bring no label. A rule's basis is a
// label as well where underLaw says so: that data is under a law is for who holds it to say, and a code alone does not make it so.
func NewRules(threshold float64, underLaw bool, sets ...*RuleSet) *Rules {
	r := &Rules{map[codeKey][]record.Label{}}
	for _, set := range sets {
		for i := range set.Rules {
			rule := &set.Rules[i]
			for _, group := range rule.CodeSets {
				for j := range group.Codes {
					c := &group.Codes[j]
					if f, err := c.confidence(); err != nil || f < threshold {
						continue
					}
					k := keyOf(&record.Coding{System: c.System, Code: c.Code})
					for _, l := range rule.Labels {
						r.byCode[k] = withLabel(r.byCode[k], record.Coding{System: l.System, Code: l.Code}, "sensitivity")
					}
					if underLaw && rule.Basis != nil {
						r.byCode[k] = withLabel(r.byCode[k], record.Coding{System: rule.Basis.System, Code: rule.Basis.Code}, "")
					}
				}
			}
		}
	}
	return r
}

func withLabel(list []record.Label, c record.Coding, kind string) []record.Label {
	for i := range list {
		if list[i].Coding.System == c.System && list[i].Coding.Code == c.Code {
			return list
		}
	}
	return append(list, record.Label{Kind: kind, Coding: c})
}

// Label gives the labels of all codes of an entry.
func (r *Rules) Label(i Item) (out []record.Label) {
	i.Codings(func(c *record.Coding) {
		for _, l := range r.byCode[keyOf(c)] {
			out = withLabel(out, l.Coding, l.Kind)
		}
	})
	return out
}
