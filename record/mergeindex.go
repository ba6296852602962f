package record

import (
	"reflect"
	"slices"
	"strings"
	"unsafe"
)

// mergeIndex finds, for one list, the clusters that an entry may belong to, in a
// time that does not grow with the list.
type mergeIndex struct {
	m     *merger
	rule  *mergeRule
	l     *layout
	when  *field
	keys  []*field
	rules map[string]fieldRule

	byID, byIdent map[string][]int
	byHash        map[uint64][]int
	under, own    map[string][]int // by key and day, month, year: what is within, and what is no more precise
}

// fieldRule is what a difference in a field means.
type fieldRule uint8

const (
	fieldContradicts fieldRule = iota
	fieldApart
	fieldBeside
)

func newMergeIndex(m *merger, rule *mergeRule, l *layout) *mergeIndex {
	x := &mergeIndex{m: m, rule: rule, l: l, rules: map[string]fieldRule{}, byID: map[string][]int{}, byIdent: map[string][]int{},
		byHash: map[uint64][]int{}, under: map[string][]int{}, own: map[string][]int{}}
	for _, k := range rule.keys {
		x.keys = append(x.keys, l.named(k))
	}
	if rule.when != "" {
		x.when = l.named(rule.when)
		x.rules[rule.when] = fieldApart
	}
	for name := range besides {
		x.rules[name] = fieldBeside
	}
	for _, name := range append([]string{"mode"}, rule.apart...) {
		x.rules[name] = fieldApart
	}
	if l.typ == reflect.TypeFor[Goal]() {
		x.rules["mode"] = fieldBeside // the list says it
	}
	if l.typ == reflect.TypeFor[Medication]() {
		x.rules["kind"] = fieldApart // what is ordered, taken, handed out or given
	}
	if l.typ == reflect.TypeFor[Observation]() || l.typ == reflect.TypeFor[Problem]() {
		x.rules["kind"] = fieldBeside // how a source sorts what it tells
	}
	return x
}

// place puts an entry into the cluster it belongs to, or makes one, and gives it.
// Whatever else it contradicts is noted, wherever it comes to stand.
func (x *mergeIndex) place(e member, shared map[string]bool) int {
	m := x.m
	f := finding{x: x, e: e, best: -1}
	f.try(x.byID[e.e.ID], true)
	for i := range e.e.Identifiers {
		if key := identKey(&e.e.Identifiers[i]); key != "" && !shared[key] {
			f.try(x.byIdent[key], true)
		}
	}
	if f.best < 0 {
		f.try(x.byHash[e.hash], false)
	}
	keys, day := x.keysOf(e), x.dayOf(e)
	for _, key := range keys {
		if day == "" && x.rule.recurs {
			f.try(x.own[key+"|"], false) // it may be any of those that have a date, and is none of them
			continue
		}
		f.try(x.under[key+"|"+day], false)
		for i := len(day); i > 0; {
			if i = max(0, strings.LastIndexByte(day[:i], '-')); i == 0 && x.rule.recurs {
				break
			}
			f.try(x.own[key+"|"+day[:i]], false)
		}
	}
	n := f.best
	if n < 0 {
		n = len(m.clusters)
		m.clusters = append(m.clusters, cluster{rule: x.rule, l: x.l})
	}
	for _, k := range f.clashes {
		if k.a != n {
			k.b = n
			m.opposes(k)
		}
	}
	c := &m.clusters[n]
	c.add(e)
	m.at[e.part][e.e.ID] = n
	x.note(n, e, keys, day, shared)
	return n
}

// finding is the search for where an entry belongs.
type finding struct {
	x       *mergeIndex
	e       member
	best    int
	tried   []int
	clashes []clusterConflict
}

func (f *finding) try(list []int, identity bool) {
	for _, n := range list {
		if slices.Contains(f.tried, n) {
			continue
		}
		f.tried = append(f.tried, n)
		c := &f.x.m.clusters[n]
		switch v := f.x.compare(c, f.e, identity); {
		case v.same && f.best < 0 && !c.has(f.e.part):
			f.best = n
		case !v.same && !v.apart:
			f.clashes = append(f.clashes, clusterConflict{a: n, fields: v.fields, index: f.x, identity: identity})
		}
	}
}

// opposes notes a conflict, or adds to one between the same.
func (m *merger) opposes(k clusterConflict) {
	pair := [2]int{min(k.a, k.b), max(k.a, k.b)}
	at, ok := m.clashes[pair]
	if !ok {
		if m.clashes == nil {
			m.clashes = map[[2]int]int{}
		}
		m.clashes[pair] = len(m.conflicts)
		m.conflicts = append(m.conflicts, k)
		return
	}
	o := &m.conflicts[at]
	o.identity = o.identity || k.identity
	for _, f := range k.fields {
		if !slices.Contains(o.fields, f) {
			o.fields = append(o.fields, f)
		}
	}
}

// add adds a member.
func (c *cluster) add(e member) {
	c.members = append(c.members, e)
	if !slices.ContainsFunc(c.distinct, func(o member) bool { return o.hash == e.hash }) {
		c.distinct = append(c.distinct, e)
	}
}

func (c *cluster) has(part int) bool {
	return len(c.members) > 0 && c.members[len(c.members)-1].part == part // parts come in their order
}

func add1[K comparable](in map[K][]int, key K, n int) {
	if list := in[key]; !slices.Contains(list[max(0, len(list)-4):], n) {
		in[key] = append(list, n)
	}
}

// note lets later entries find the cluster by all that this one is known by.
func (x *mergeIndex) note(n int, e member, keys []string, day string, shared map[string]bool) {
	add1(x.byID, e.e.ID, n)
	add1(x.byHash, e.hash, n)
	for i := range e.e.Identifiers {
		if key := identKey(&e.e.Identifiers[i]); key != "" && !shared[key] {
			add1(x.byIdent, key, n)
		}
	}
	for _, key := range keys {
		add1(x.own, key+"|"+day, n)
		for i := len(day); ; i = max(0, strings.LastIndexByte(day[:i], '-')) {
			add1(x.under, key+"|"+day[:i], n)
			if i == 0 {
				break
			}
		}
	}
}

// day gives the date that an entry is about, as precise as it is: 2024-01-31, 2024-01, 2024 or "".
func (x *mergeIndex) day(at unsafe.Pointer) string { return x.begin(member{at: at}).Date() }

// dayOf is day, but for what is denied: the time of a denial is none of the thing.
func (x *mergeIndex) dayOf(e member) string {
	if x.rule.lasting && denies(x, e) {
		return ""
	}
	return x.day(e.at)
}

// keysOf gives texts of which entries that may be one share at least one.
func (x *mergeIndex) keysOf(e member) (keys []string) {
	for _, f := range x.keys {
		x.addKeys(&keys, f.layout, unsafe.Add(e.at, f.offset))
	}
	if len(keys) == 0 && e.e.Assertion == NoneKnown {
		keys = append(keys, "none known")
	}
	return keys
}

func (x *mergeIndex) addKeys(keys *[]string, l *layout, p unsafe.Pointer) {
	if l.zeroAt(p) {
		return
	}
	put := func(kind, text string) {
		if text != "" && !slices.Contains(*keys, kind+text) {
			*keys = append(*keys, kind+text)
		}
	}
	switch {
	case l.shape == shapePointer:
		x.addKeys(keys, l.elem, *(*unsafe.Pointer)(p))
	case l.shape == shapeSlice:
		w := (*sliceWords)(p)
		for i := range w.len {
			x.addKeys(keys, l.elem, unsafe.Add(w.first, uintptr(i)*l.elem.size))
		}
	case l.typ == typeConcept:
		c := (*Concept)(p)
		for i := range c.Codings {
			if k := &c.Codings[i]; k.Code != "" {
				put("code ", systemOf(k)+" "+k.Code)
				for _, t := range x.m.translations(k) {
					put("code ", systemOf(&t)+" "+t.Code)
				}
			}
		}
		put("words ", wordsOf(c))
	case l.typ == typeProduct:
		v := (*Product)(p)
		x.addKeys(keys, layouts()[typeConcept], unsafe.Pointer(&v.Code))
		put("words ", folded(v.Name))
	case l.typ == typeUDI:
		v := (*UDI)(p)
		put("udi ", v.Carrier)
		put("device ", v.DeviceID)
	case l.typ == typeIdentifier:
		put("identifier ", (*Identifier)(p).Value)
	case l.typ == reflect.TypeFor[Name]():
		put("words ", folded((*Name)(p).String()))
	case l.shape == shapeString:
		put("words ", folded(*(*string)(p)))
	}
}

func systemOf(c *Coding) string {
	if c.System != "" {
		return c.System
	}
	return c.SystemAsSent
}
