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
		x.keys = append(x.keys, &l.fields[l.byName[k]])
	}
	if rule.when != "" {
		x.when = &l.fields[l.byName[rule.when]]
		x.rules[rule.when] = fieldApart
	}
	for name := range besides {
		x.rules[name] = fieldBeside
	}
	for _, name := range append([]string{"mode"}, rule.apart...) {
		x.rules[name] = fieldApart
	}
	x.rules["kind"] = fieldApart
	if l.typ == reflect.TypeFor[Observation]() {
		x.rules["kind"] = fieldBeside // our own sorting of observations
	}
	return x
}

// verdict is how an entry stands to another.
type verdict struct {
	same, apart bool
	fields      []string // in which they contradict each other
}

// place puts an entry into the cluster it belongs to, or makes one, and gives it.
func (x *mergeIndex) place(e member, shared map[string]bool) int {
	m := x.m
	best, identical := -1, false
	type clash struct {
		cluster  int
		fields   []string
		identity bool
	}
	var clashes []clash
	try := func(list []int, identity bool) {
		for _, n := range list {
			c := &m.clusters[n]
			if best >= 0 && identical || c.has(e.part) || slices.ContainsFunc(clashes, func(k clash) bool { return k.cluster == n }) {
				continue
			}
			switch v := x.compare(c, e, identity); {
			case v.same:
				if best < 0 {
					best, identical = n, true
				}
			case !v.apart:
				clashes = append(clashes, clash{n, v.fields, identity})
			}
		}
	}
	try(x.byID[e.e.ID], true)
	for i := range e.e.Identifiers {
		if key := identKey(&e.e.Identifiers[i]); key != "" && !shared[key] {
			try(x.byIdent[key], true)
		}
	}
	if best < 0 {
		try(x.byHash[e.hash], false)
	}
	keys, day := x.keysOf(e), x.day(e.at)
	for _, key := range keys {
		if best >= 0 {
			break
		}
		try(x.under[key+"|"+day], false)
		for i := len(day); i > 0 && best < 0; {
			if i = strings.LastIndexByte(day[:i], '-'); i < 0 {
				i = 0
			}
			try(x.own[key+"|"+day[:i]], false)
		}
	}
	n := best
	if n < 0 {
		n = len(m.clusters)
		m.clusters = append(m.clusters, cluster{rule: x.rule, l: x.l})
		for _, k := range clashes {
			m.conflicts = append(m.conflicts, clusterConflict{a: k.cluster, b: n, fields: k.fields, index: x, identity: k.identity})
		}
	}
	c := &m.clusters[n]
	c.add(e)
	m.at[e.part][e.e.ID] = n
	x.note(n, e, keys, day, shared)
	return n
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
func (x *mergeIndex) day(at unsafe.Pointer) string {
	if x.when == nil {
		return ""
	}
	p := unsafe.Add(at, x.when.offset)
	if x.when.layout.shape == shapePointer {
		if p = *(*unsafe.Pointer)(p); p == nil {
			return ""
		}
	}
	switch x.when.layout.typ {
	case typePeriod, reflect.PointerTo(typePeriod):
		return (*Period)(p).begin().Date()
	case typeTime, reflect.PointerTo(typeTime):
		return (*Time)(p).Date()
	}
	return ""
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

// compare says how an entry stands to those of a cluster. identity says that they share an id or an identifier.
func (x *mergeIndex) compare(c *cluster, e member, identity bool) (v verdict) {
	for i := range c.distinct {
		if c.distinct[i].hash == e.hash {
			return verdict{same: true}
		}
	}
	for i := range c.distinct {
		k := &c.distinct[i]
		if one := x.pair(*k, e, identity); !one.same {
			v.apart = v.apart || one.apart
			for _, f := range one.fields {
				if !slices.Contains(v.fields, f) {
					v.fields = append(v.fields, f)
				}
			}
		}
	}
	v.same = !v.apart && len(v.fields) == 0
	return v
}

func (x *mergeIndex) pair(a, b member, identity bool) verdict {
	g := agreeing{m: x.m, a: a.part, b: b.part}
	if x.rule.exact && !identity {
		return verdict{apart: true} // what says the very same was found by its hash
	}
	if x.rule.telling {
		return verdict{same: true}
	}
	g.strict = x.rule.exact
	if !identity && otherwiseIdentified(a.e, b.e) {
		return verdict{apart: true}
	}
	var apart, against []string
	for i := range x.l.fields {
		f := &x.l.fields[i]
		rule := x.rules[f.name]
		turned := rule != fieldBeside && f.turned(a.at, b.at)
		if !turned && (f.made && f.name != "kind" || f.form >= 0 || f.absent(a.at) || f.absent(b.at)) {
			continue
		}
		if rule == fieldBeside {
			continue
		}
		p, q := unsafe.Add(a.at, f.offset), unsafe.Add(b.at, f.offset)
		agree := !turned
		switch {
		case turned:
		case f.layout.shape != shapeSlice || x.rule.exact || slices.Contains(x.rule.whole, f.name):
			agree = g.values(f.layout, p, q)
		case rule == fieldApart:
			agree = g.meet(f.layout, p, q)
		}
		switch {
		case agree:
		case rule == fieldApart:
			apart = append(apart, f.name)
		default:
			against = append(against, f.name)
		}
	}
	switch {
	case identity && x.rule.people():
		// One identifier under which people have quite other names identifies neither of them (docs/ids.md).
		same := x.sameName(&g, a, b)
		return verdict{same: same, apart: !same}
	case x.rule.also != nil && !identity && !x.also(&g, a, b):
		return verdict{apart: true}
	case len(apart) > 0 && !identity:
		return verdict{apart: true}
	case !identity && len(against) > 0 && x.loosely(against) && !x.oneMinute(a, b):
		return verdict{apart: true}
	}
	fields := append(apart, against...)
	return verdict{same: len(fields) == 0, fields: fields}
}

// loosely reports whether entries of one code differ only in what may change within a day.
func (x *mergeIndex) loosely(fields []string) bool {
	for _, f := range fields {
		if !slices.Contains(x.rule.closely, f) {
			return false
		}
	}
	return true
}

// oneMinute reports whether two entries give one time to the minute.
func (x *mergeIndex) oneMinute(a, b member) bool {
	if x.when == nil || x.when.layout.typ != typePeriod {
		return false
	}
	s, t := (*Period)(unsafe.Add(a.at, x.when.offset)).begin(), (*Period)(unsafe.Add(b.at, x.when.offset)).begin()
	return s.Precision() >= Minute && t.Precision() >= Minute && timesAgree(s, t)
}
