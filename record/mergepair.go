package record

import (
	"slices"
	"unsafe"
)

// verdict is how an entry stands to another.
type verdict struct {
	same, apart bool
	fields      []string // in which they contradict each other
	by          []string // by which they are told apart, where a field does
}

// compare says how an entry stands to those of a cluster that other parts state. identity says that they share an id or an identifier.
func (x *mergeIndex) compare(c *cluster, e member, identity bool) (v verdict) {
	for i := range c.distinct {
		k := &c.distinct[i]
		if g := (agreeing{m: x.m, a: k.part, b: e.part}); k.hash == e.hash && g.alike(x.l, k.at, e.at) {
			return verdict{same: true}
		}
	}
	for i := range c.distinct {
		k := &c.distinct[i]
		if k.part == e.part {
			continue
		}
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

func apartBy(fields ...string) verdict { return verdict{apart: true, by: fields} }

// pair says how two entries of one list stand to each other.
func (x *mergeIndex) pair(a, b member, identity bool) verdict {
	if x.rule.exact && !identity {
		return apartBy() // what says the very same was found by its hash
	}
	if x.rule.telling {
		return verdict{same: true}
	}
	g := agreeing{m: x.m, a: a.part, b: b.part, strict: x.rule.exact, dated: identity || x.oneDay(a, b), identity: identity}
	other := !identity && otherwiseIdentified(a.e, b.e)
	if other && !x.rule.lasting {
		return apartBy("identifiers")
	}
	apart, against := x.fields(&g, a, b, identity)
	switch {
	case identity && x.rule.people():
		// One identifier under which people have quite other names identifies neither of them (docs/ids.md).
		same := x.sameName(&g, a, b)
		return verdict{same: same, apart: !same}
	case identity:
		fields := append(apart, against...)
		return verdict{same: len(fields) == 0, fields: fields}
	case len(apart) > 0:
		return apartBy(apart...)
	case x.rule.also != nil && !x.also(&g, a, b) && !x.onlyOne(a):
		return apartBy()
	case len(against) > 0 && x.loosely(against) && !x.oneMinute(a, b):
		return apartBy(against...)
	case len(against) > 0 && a.e.Assertion == NoneKnown && b.e.Assertion == NoneKnown:
		return apartBy(against...) // none of one kind, none of another
	case other && len(against) == 0:
		return apartBy("identifiers")
	}
	return verdict{same: len(against) == 0, fields: against}
}

// fields compares two entries field by field: in which they are two things, and in which they contradict each other.
func (x *mergeIndex) fields(g *agreeing, a, b member, identity bool) (apart, against []string) {
	for i := range x.l.fields {
		f := &x.l.fields[i]
		rule := x.rules[f.name]
		if rule == fieldBeside {
			continue
		}
		noA, noB := f.absent(a.at), f.absent(b.at)
		turned := noA != noB && f.turned(a.at, b.at)
		lone := noA != noB && rule == fieldApart && !identity && !g.dated && x.sited(f)
		if !turned && !lone && (f.made && f.name != "kind" || f.form >= 0 || noA || noB) {
			continue
		}
		p, q := unsafe.Add(a.at, f.offset), unsafe.Add(b.at, f.offset)
		agree := !turned && !lone
		switch {
		case !agree:
		case f.name == "kind" && f.layout.typ == typeConcept && a.e.Assertion != NoneKnown: // none of one kind is not none of another
			agree = g.kinds((*Concept)(p), (*Concept)(q))
		case f.name == "administrativeSex":
			agree = g.values(f.layout, p, q) || sameSex((*Concept)(p), (*Concept)(q))
		case f.name == "contents":
			agree = g.among(f.layout, p, q) || g.among(f.layout, q, p)
		case f.layout.shape != shapeSlice || x.rule.exact || slices.Contains(x.rule.whole, f.name):
			agree = g.values(f.layout, p, q)
		case rule == fieldApart || slices.Contains(x.rule.choice, f.name):
			agree = g.meet(f.layout, p, q)
		default:
			agree = !g.opposed(f.layout, p, q)
		}
		switch {
		case agree:
		case rule == fieldApart:
			apart = append(apart, f.name)
		default:
			against = append(against, f.name)
		}
	}
	if denies(x, a) && denies(x, b) {
		// FHIR refutes what CDA and HL7 v2 negate.
		against = slices.DeleteFunc(against, func(f string) bool { return f == "assertion" || f == "verification" })
	}
	if !g.strict {
		x.besides(g, a, b, identity, &apart, &against)
	}
	if x.rule.lasting && denies(x, a) != denies(x, b) && x.rule.when != "" {
		// What is denied is denied whenever it was said: the time of the denial is none of the thing.
		apart = slices.DeleteFunc(apart, func(f string) bool { return f == x.rule.when })
	}
	return apart, against
}

// besides compares what else tells things apart: about whom it is said, who did it, whether it is over.
func (x *mergeIndex) besides(g *agreeing, a, b member, identity bool, apart, against *[]string) {
	if !sameSubject(g, a.e, b.e) {
		*apart = append(*apart, "participants")
	}
	switch {
	case x.rule.lasting:
		if f := x.overApart(a, b, identity); f != "" && !slices.Contains(*against, f) && !slices.Contains(*apart, f) {
			*against = append(*against, f)
		}
		if !x.sameConcern(a, b) {
			*against = append(*against, "concern")
		}
	case x.rule.recurs && !identity:
		if x.when != nil && (x.day(a.at) == "") != (x.day(b.at) == "") {
			*apart = append(*apart, x.rule.when) // what has no date may be any of those that have one
		}
		if x.m.othersDid(a, b) {
			*apart = append(*apart, "participants")
		}
	}
	if !identity && !x.rule.lasting {
		for _, k := range x.keys {
			if i := slices.Index(*against, k.name); i >= 0 {
				*against = slices.Delete(*against, i, i+1)
				*apart = append(*apart, k.name)
			}
		}
	}
}

// sited reports whether a field says where on the body, so that one who does not say it may mean another place.
func (x *mergeIndex) sited(f *field) bool {
	return f.name == "bodySites" || f.name == "sites" || f.name == "site"
}

// denies reports whether an entry says that the thing is not so.
func denies(x *mergeIndex, e member) bool {
	if e.e.Assertion == Negated {
		return true
	}
	at, ok := x.l.place("verification")
	return ok && *(*Verification)(unsafe.Add(e.at, x.l.fields[at].offset)) == Refuted
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

func (x *mergeIndex) begin(e member) (t Time) {
	if x.when == nil {
		return t
	}
	p := unsafe.Add(e.at, x.when.offset)
	if x.when.layout.shape == shapePointer {
		if p = *(*unsafe.Pointer)(p); p == nil {
			return t
		}
	}
	switch l := x.when.layout; {
	case l.typ == typePeriod || l.elem != nil && l.elem.typ == typePeriod:
		return (*Period)(p).begin()
	case l.typ == typeTime || l.elem != nil && l.elem.typ == typeTime:
		return *(*Time)(p)
	}
	return t
}

// oneMinute reports whether two entries give one time to the minute.
func (x *mergeIndex) oneMinute(a, b member) bool {
	s, t := x.begin(a), x.begin(b)
	return s.Precision() >= Minute && t.Precision() >= Minute && timesAgree(s, t)
}

// oneDay reports whether two entries give one day.
func (x *mergeIndex) oneDay(a, b member) bool {
	s, t := x.begin(a), x.begin(b)
	return s.Precision() >= Day && t.Precision() >= Day && timesAgree(s, t)
}
