package record

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"reflect"
	"slices"
	"strconv"
	"strings"
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
// the result; its counts are of leaves: Facts those of all parts, Mapped those that the result holds.
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

// Unmerge takes the parts that came from a source (Source.ID) out of a merged
// record. rest is what the others make, nil where there are none; a single part
// is given back as it was. Decisions that concern what is taken out go with it.
func Unmerge(opt MergeOptions, r *Record, source string) (rest *Record, taken []*Record, err error) {
	rest, parts, err := takeParts(opt, r, func(p *Record) bool {
		return slices.ContainsFunc(p.Sources, func(s Source) bool { return s.ID == source })
	})
	for _, p := range parts {
		taken = append(taken, p.Record)
	}
	return rest, taken, err
}

// Split takes those parts out of a merged record that pick picks, and gives what
// the others make and what they make: nil for none, and a single part as it was.
// A record that was not merged is one part.
func Split(opt MergeOptions, r *Record, pick func(part *Record) bool) (rest, taken *Record, err error) {
	rest, parts, err := takeParts(opt, r, pick)
	switch {
	case err != nil || len(parts) == 0:
		return rest, nil, err
	case len(parts) == 1:
		return rest, parts[0].Record, nil
	}
	taken, _, err = mergeParts(opt, parts, nil, &Report{})
	return rest, taken, err
}

func takeParts(opt MergeOptions, r *Record, pick func(*Record) bool) (rest *Record, taken []Part, err error) {
	if r == nil {
		return nil, nil, nil
	}
	parts, _, err := partsOf(r)
	if err != nil {
		return nil, nil, err
	}
	var left []Part
	gone := map[string]bool{}
	for _, p := range parts {
		if pick(p.Record) {
			taken, gone[p.ID] = append(taken, p), true
		} else {
			left = append(left, p)
		}
	}
	var decisions []Decision
	if r.Merging != nil {
		decisions = slices.DeleteFunc(slices.Clone(r.Merging.Decisions), func(d Decision) bool { return d.concerns(gone) })
	}
	switch {
	case len(taken) == 0:
		return r, nil, nil
	case len(left) == 0:
		return nil, taken, nil
	case len(left) == 1 && len(decisions) == 0:
		return left[0].Record, taken, nil
	}
	rest, _, err = mergeParts(opt, left, decisions, &Report{})
	return rest, taken, err
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
	m.taken = map[string]int{}
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
	m.decide()
	m.label()
	m.build(root)
	m.rest()
	m.provenances()
	m.tell()
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
	field := func(r *mergeRule) *field { return &root.fields[root.byName[r.list]] }
	l := field(rules[0]).layout.elem
	x := newMergeIndex(m, rules[len(rules)-1], l)
	if len(rules) > 1 {
		x = newMergeIndex(m, ruleOf(map[string]string{"vitals": "results", "vitalPanels": "resultPanels"}[rules[0].list]), l)
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
	if at, ok := l.byName["kind"]; ok && l.fields[at].layout.shape == shapeString {
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

// sharedIdentifiers are those that stand on several entries of one list of one part: they identify none of them.
func sharedIdentifiers(l *layout, w *sliceWords) map[string]bool {
	seen, shared := map[string]bool{}, map[string]bool{}
	for j := range w.len {
		e := (*Entry)(unsafe.Add(w.first, uintptr(j)*l.size))
		own := map[string]bool{}
		for k := range e.Identifiers {
			key := identKey(&e.Identifiers[k])
			if key == "" || own[key] {
				continue
			}
			own[key] = true
			if seen[key] {
				shared[key] = true
			}
			seen[key] = true
		}
	}
	return shared
}

// identKey gives a text for a usable identifier, "" for one that identifies nothing.
func identKey(i *Identifier) string {
	system := authorityOf(i)
	if i.Value == "" || system == "" || i.Absent != "" {
		return ""
	}
	return system + "\x00" + i.Value
}

// authorityOf gives the namespace of an identifier: one that has no URI counts as it was sent (docs/ids.md).
func authorityOf(i *Identifier) string {
	if i.System == "" && i.SystemAsSent != "" {
		return "as sent\x00" + i.SystemAsSent
	}
	return i.System
}

// label gives every cluster its id: that of its members where they agree, else
// the one of the newest; where two clusters would have one, the later gets another.
func (m *merger) label() {
	for n := range m.clusters {
		c := &m.clusters[n]
		if len(c.members) == 0 {
			continue // combined with another
		}
		id := c.members[0].e.ID
		if other, twice := m.taken[id]; twice && other != n {
			id = ""
			for _, x := range c.members[1:] {
				if _, twice := m.taken[x.e.ID]; !twice {
					id = x.e.ID
					break
				}
			}
			if id == "" {
				id = m.another(c.members[0].part, c.members[0].e.ID)
			}
		}
		c.id = id
		m.taken[id] = n
		for _, x := range c.members {
			if x.e.ID != id {
				m.ids[x.part][x.e.ID] = id
			}
		}
	}
}

// another makes an id for what a part names by an id that something else has.
func (m *merger) another(part int, id string) string {
	return madeID("merged", m.parts[part].ID, id)
}

// madeID makes an id of texts (docs/ids.md).
func madeID(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	sum[6], sum[8] = sum[6]&0x0f|0x80, sum[8]&0x3f|0x80 // RFC 9562, version 8
	h := hex.EncodeToString(sum[:16])
	return strings.Join([]string{h[:8], h[8:12], h[12:16], h[16:20], h[20:]}, "-")
}

// build writes the entries of the result.
func (m *merger) build(root *layout) {
	if m.patient >= 0 {
		m.out.Patient = new(Patient)
		m.fill(m.patient, unsafe.Pointer(m.out.Patient), "patient")
	}
	counts := map[string]int{}
	for n := range m.clusters {
		if c := &m.clusters[n]; !c.dropped {
			counts[c.rule.list]++
		}
	}
	for i := range root.fields {
		f := &root.fields[i]
		n := counts[f.name]
		if f.layout.shape != shapeSlice || n == 0 {
			continue
		}
		list := reflect.MakeSlice(f.layout.typ, n, n)
		first := list.UnsafePointer()
		at := 0
		for k := range m.clusters {
			if c := &m.clusters[k]; c.rule.list == f.name && !c.dropped {
				m.fill(k, unsafe.Add(first, uintptr(at)*c.l.size), f.name+"["+strconv.Itoa(at)+"]")
				at++
			}
		}
		reflect.NewAt(f.layout.typ, unsafe.Add(unsafe.Pointer(m.out), f.offset)).Elem().Set(list)
	}
}

// fill writes what the members of a cluster say into one entry.
func (m *merger) fill(n int, dst unsafe.Pointer, path string) {
	c := &m.clusters[n]
	c.at, c.path = dst, path
	u := uniting{m: m}
	for i, x := range c.members {
		if i == 0 {
			c.l.cloneTo(dst, x.at)
			c.l.relabel(dst, m.ids[x.part])
			continue
		}
		if x.hash != 0 && x.hash == c.members[0].hash && x.e.ID == c.members[0].e.ID && len(m.ids[x.part]) == 0 {
			(*Entry)(dst).addOrigins(x.e.Origins)
			continue
		}
		// What is united is a copy in which references are those of the result already.
		tmp := reflect.New(c.l.typ).UnsafePointer()
		c.l.cloneTo(tmp, x.at)
		c.l.relabel(tmp, m.ids[x.part])
		u.entry(c, dst, tmp)
	}
	if u.worded {
		m.report.Add(IssueWording.At(path, 0, 0))
	}
	if len(c.members) > 1 && n != m.patient && isStatement(c.rule) {
		m.report.Add(IssueDuplicate.At(path, 0, 0))
	}
}

func isStatement(rule *mergeRule) bool {
	return !slices.Contains([]string{"organizations", "practitioners", "locations"}, rule.list)
}

func (e *Entry) addOrigins(more []Origin) {
	for _, o := range more {
		if !slices.Contains(e.Origins, o) {
			e.Origins = append(e.Origins, o)
		}
	}
}

// carriedKey tells carried pieces apart.
type carriedKey struct {
	format, source, owner, slot, path, at, kind, name, data string
	place                                                   int
}

// idIn gives the id in the result of what a part names by an id.
func (m *merger) idIn(part int, id string) string {
	if to, ok := m.ids[part][id]; ok {
		return to
	}
	return id
}

// rest brings over what is no entry: sources, what is carried, and how the parts name their patient.
func (m *merger) rest() {
	sources, carried := map[string]int{}, map[carriedKey]bool{}
	for i := range m.parts {
		r := m.parts[i].Record
		if m.out.Subject == nil && m.out.Patient == nil {
			m.out.Subject = r.Subject
		}
		for k := range r.Sources {
			s := r.Sources[k]
			s.Items = slices.Clone(s.Items)
			for n := range s.Items {
				s.Items[n].Entries = slices.Clone(s.Items[n].Entries)
				for e, id := range s.Items[n].Entries {
					s.Items[n].Entries[e] = m.idIn(i, id)
				}
			}
			if at, twice := sources[s.ID]; twice {
				if len(m.out.Sources[at].Items) == 0 {
					m.out.Sources[at].Items = s.Items
				}
				continue
			}
			sources[s.ID] = len(m.out.Sources)
			m.out.Sources = append(m.out.Sources, s)
		}
		for k := range r.Carried {
			c := r.Carried[k]
			c.Owner = m.idIn(i, c.Owner)
			key := carriedKey{c.Format, c.Source, c.Owner, c.Slot, c.Path, c.At, c.Kind, c.Name, c.Data, c.Place}
			if carried[key] {
				continue
			}
			carried[key] = true
			m.out.Carried = append(m.out.Carried, c)
		}
	}
}
