package record

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"unsafe"
)

// MergeOptions say how records are merged. The zero value is right.
type MergeOptions struct {
	// Terminology says which codes of different systems mean the same. Without one only equal codes do.
	Terminology Terminology
	// Context is for the Terminology; nil means context.Background().
	Context context.Context
}

// ErrNothingToMerge is what Merge gives for no record at all.
var ErrNothingToMerge = errors.New("record: there is no record to merge")

// Merge makes one record of several that the caller says are of one patient (see
// record/match for whether they are). Every source, every provenance and every
// entry is kept: entries that say the same are one, which names all its origins;
// entries that contradict each other stand side by side, and Record.Merging.Conflicts
// names them. Nothing is decided here.
//
// The rule of each concept stands in docs/merging.md. The order of the records
// does not matter, and merging a merged record with one that it was made from
// changes nothing: Merging.Parts holds the records as they were, and Unmerge gives
// them back. A merged record that was changed since counts, as it stands, as one
// more source, and the report says so.
//
// The records given become parts of the result and must not be changed after.
// The report names duplicates, conflicts and differing words by their place in
// the result; its counts are of leaves: Facts those of all parts, Mapped those that
// the result holds, Carried those that stand in Merging.Parts alone: another wording, what a decision left out.
func Merge(opt MergeOptions, records ...*Record) (*Record, *Report, error) {
	var parts []Part
	var decisions []Decision
	report := &Report{}
	for _, r := range records {
		if r == nil {
			continue
		}
		more, changed, err := partsOf(r)
		if err != nil {
			return nil, nil, err
		}
		if changed {
			report.Add(IssueChangedSince.At("", 0, 0))
		}
		parts = append(parts, more...)
		if r.Merging != nil {
			decisions = append(decisions, r.Merging.Decisions...)
		}
	}
	if len(parts) == 0 {
		return nil, nil, ErrNothingToMerge
	}
	return mergeParts(opt, parts, decisions, report)
}

func mergeParts(opt MergeOptions, parts []Part, decisions []Decision, report *Report) (*Record, *Report, error) {
	if opt.Context == nil {
		opt.Context = context.Background()
	}
	m := &merger{opt: opt, parts: sortParts(parts), decisions: sortDecisions(decisions), out: &Record{}, report: report}
	err := m.merge()
	return m.out, report, err
}

// merger makes one record of parts.
type merger struct {
	opt       MergeOptions
	parts     []Part
	decisions []Decision
	out       *Record
	report    *Report

	clusters  []cluster
	says      []*Stating          // of each part, what its entries say
	at        []map[string]int    // of each part: entry id → its cluster
	ids       []map[string]string // of each part: id → id in the result, where it is another
	taken     map[string]int      // ids of the result → the cluster that has it
	conflicts []clusterConflict
	said      map[codingKey][]Coding // what the terminology translates to
	patient   int                    // the cluster of the patients, or -1
	clashes   map[[2]int]int         // pairs of clusters → their conflict
	indexes   map[string]*mergeIndex // by list
	left      []leftOut              // what decisions took out
	unmet     []int                  // decisions that could not be carried out
	kept      int                    // leaves of parts that the entries made of them do not have
}

// cluster is what becomes one entry.
type cluster struct {
	rule    *mergeRule
	l       *layout
	members []member
	// distinct are those of them that say it in different ways.
	distinct []member
	id       string
	at       unsafe.Pointer // in the result
	path     string
	rank     int  // of its list within its family
	dropped  bool // a decision took it out of the result
	combined bool // a decision made it of several
}

// member is one entry of one part.
type member struct {
	part  int
	index int // in the part's list
	at    unsafe.Pointer
	e     *Entry
	hash  uint64
}

func (m *merger) merge() error {
	m.at, m.ids = make([]map[string]int, len(m.parts)), make([]map[string]string, len(m.parts))
	m.taken, m.indexes = map[string]int{}, map[string]*mergeIndex{}
	m.says = make([]*Stating, len(m.parts))
	for i := range m.parts {
		m.at[i], m.ids[i] = map[string]int{}, map[string]string{}
		m.says[i] = m.parts[i].Record.StatingItems()
	}
	m.out.Merging = &Merging{Parts: m.parts, Decisions: m.decisions}
	m.patients()
	root := layouts()[reflect.TypeFor[Record]()]
	done := map[string]bool{}
	for i := range mergeRules {
		rule := &mergeRules[i]
		if done[rule.list] {
			continue
		}
		lists := []*mergeRule{rule}
		for _, family := range families {
			if slices.Contains(family, rule.list) {
				lists = lists[:0]
				for _, name := range family {
					lists = append(lists, ruleOf(name))
				}
			}
		}
		for _, r := range lists {
			done[r.list] = true
		}
		m.sort(lists, root)
	}
	m.noneKnown()
	m.weigh()
	m.decide()
	m.label()
	m.build(root)
	m.rest()
	m.provenances()
	m.tell()
	m.account()
	stated, err := digestOf(m.out.withoutMerging())
	m.out.Merging.Stated = stated
	return err
}

func (m *merger) clusterOf(part int, id string) (int, bool) {
	c, ok := m.at[part][id]
	return c, ok
}

// patients makes one cluster of the patients of all parts.
func (m *merger) patients() {
	m.patient = -1
	l := layouts()[reflect.TypeFor[Patient]()]
	x := newMergeIndex(m, &patientRule, l)
	var against []string
	for i := range m.parts {
		p := m.parts[i].Record.Patient
		if p == nil {
			continue
		}
		if m.patient < 0 {
			m.patient = len(m.clusters)
			m.clusters = append(m.clusters, cluster{rule: &patientRule, l: l, path: "patient"})
		}
		c := &m.clusters[m.patient]
		e := member{part: i, at: unsafe.Pointer(p), e: &p.Entry, hash: m.says[i].of(0, p.ID)}
		if slices.ContainsFunc(c.distinct, func(o member) bool { return o.hash == e.hash }) {
			c.members = append(c.members, e)
			m.at[i][p.ID] = m.patient
			continue
		}
		for _, o := range c.distinct {
			for _, f := range x.pair(o, e, true).fields {
				if !slices.Contains(against, f) {
					against = append(against, f)
				}
			}
		}
		c.add(e)
		m.at[i][p.ID] = m.patient
	}
	if len(against) > 0 {
		m.conflicts = append(m.conflicts, clusterConflict{a: m.patient, b: m.patient, fields: against})
	}
}

var patientRule = mergeRule{list: "patient", kind: KindPatient, whole: []string{"races", "ethnicities"}}

// families are lists of one type of entry, between which sources differ in what
// belongs where; what is stated in several stands in the first of these.
var families = [][]string{
	{"vitals", "social", "assessments", "results", "observations"},
	{"vitalPanels", "assessmentPanels", "resultPanels"},
}

func ruleOf(list string) *mergeRule {
	i := slices.IndexFunc(mergeRules, func(r mergeRule) bool { return r.list == list })
	return &mergeRules[i]
}

// sort finds which entries of a list, or of lists that are one family, are one statement.
func (m *merger) sort(rules []*mergeRule, root *layout) {
	field := func(r *mergeRule) *field { return root.named(r.list) }
	l := field(rules[0]).layout.elem
	x := newMergeIndex(m, rules[len(rules)-1], l)
	if len(rules) > 1 {
		x = newMergeIndex(m, ruleOf(map[string]string{"vitals": "results", "vitalPanels": "resultPanels"}[rules[0].list]), l)
	}
	for _, rule := range rules {
		m.indexes[rule.list] = x
	}
	for i := range m.parts {
		s := m.says[i]
		for rank, rule := range rules {
			w := (*sliceWords)(unsafe.Add(unsafe.Pointer(m.parts[i].Record), field(rule).offset))
			shared := sharedIdentifiers(l, w)
			for j := range w.len {
				p := unsafe.Add(w.first, uintptr(j)*l.size)
				e := (*Entry)(p) // every entry begins with it
				n := x.place(member{part: i, index: j, at: p, e: e, hash: contentHash(s, l, p, e)}, shared)
				if c := &m.clusters[n]; len(c.members) == 1 || rank < c.rank {
					c.rule, c.rank = rule, rank
				}
			}
		}
	}
}

// contentHash tells entries apart that say different things: what they say, what
// kind of statement their source made of it, and the content of their attachments.
func contentHash(s *Stating, l *layout, p unsafe.Pointer, e *Entry) uint64 {
	h := s.of(0, e.ID)
	if at, ok := l.place("kind"); ok && l.fields[at].layout.shape == shapeString {
		h = mixText(h, *(*string)(unsafe.Add(p, l.fields[at].offset)))
	}
	l.heldData(p, func(d *Data) {
		if text, err := d.Base64(); err == nil {
			h = mixText(h, text)
		} else {
			h = mixText(h, e.ID) // what cannot be read is like nothing else
		}
	})
	return h
}
