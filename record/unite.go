package record

import (
	"reflect"
	"slices"
	"unsafe"
)

// uniting adds what one entry says to another that says the same: what the other
// is silent on, what it says less precisely, and further elements of its lists.
// Where both say the same in other words, those that are there stay.
type uniting struct {
	m      *merger
	worded bool // something was said in other words
	index  *mergeIndex
}

// entry adds src, whose references are those of the result, to dst.
func (u *uniting) entry(c *cluster, dst, src unsafe.Pointer) {
	if x := u.index; c.rule.lasting && x != nil && x.overBy(dst) == "" && x.overBy(src) != "" && (c.combined || x.goesOn(dst)) {
		x.unended(src) // somebody decided that it is not over
		u.worded = true
	}
	for i := range c.l.fields {
		f := &c.l.fields[i]
		if f.absent(src) {
			continue
		}
		if f.turned(dst, src) && (u.index == nil || u.index.rules[f.name] != fieldBeside) {
			u.worded = true // what turns a meaning is not taken over
			continue
		}
		p, q := unsafe.Add(dst, f.offset), unsafe.Add(src, f.offset)
		switch {
		case f.name == "origins":
			(*Entry)(dst).addOrigins((*Entry)(src).Origins)
		case f.made && !f.absent(dst):
		case f.form >= 0 && !c.l.fields[f.form].absent(dst):
			// Another form of what is there: it belongs to the words of one source.
		case slices.Contains(c.rule.whole, f.name) && f.name != "contents":
			u.whole(f.layout, p, q)
		default:
			u.values(f.layout, p, q)
		}
	}
}

// values adds the value at src to that at dst.
func (u *uniting) values(l *layout, dst, src unsafe.Pointer) {
	if l.zeroAt(src) {
		return
	}
	if l.zeroAt(dst) {
		reflect.NewAt(l.typ, dst).Elem().Set(reflect.NewAt(l.typ, src).Elem())
		return
	}
	switch l.shape {
	case shapeString:
		u.worded = u.worded || *(*string)(dst) != *(*string)(src)
	case shapeBool:
		u.worded = u.worded || *(*bool)(dst) != *(*bool)(src)
	case shapeData:
		a, errA := (*Data)(dst).Base64()
		b, errB := (*Data)(src).Base64()
		u.worded = u.worded || a != b || errA != nil || errB != nil
	case shapePointer:
		u.values(l.elem, *(*unsafe.Pointer)(dst), *(*unsafe.Pointer)(src))
	case shapeSlice:
		u.gather(l, dst, src)
	case shapeStruct:
		u.structs(l, dst, src)
	}
}

func (u *uniting) structs(l *layout, dst, src unsafe.Pointer) {
	switch l.typ {
	case typeTime:
		a, b := (*Time)(dst), (*Time)(src)
		switch {
		case a.Value == "" || b.Value != "" && timesAgree(*a, *b) && len(b.Value) > len(a.Value):
			*a = *b
		case *a != *b && !timesAgree(*a, *b):
			u.worded = true
		}
		return
	case typeStatus:
		if a, b := (*Status)(dst), (*Status)(src); a.Code == "" && isDenial(b.Code) {
			u.worded = true
			return
		}
	case typePeriod:
		a, b := (*Period)(dst), (*Period)(src)
		if a.begin().Value != "" && b.begin().Value != "" {
			// A point and a start that agree are one beginning, told in one way.
			at := &a.At
			if a.At.Value == "" {
				at = &a.Start
			}
			from := b.begin()
			u.structs(layouts()[typeTime], unsafe.Pointer(at), unsafe.Pointer(&from))
			rest := *b
			rest.At, rest.Start = Time{}, Time{}
			u.fields(l, dst, unsafe.Pointer(&rest))
			return
		}
	case typeAttachment:
		if a, b := (*Attachment)(dst), (*Attachment)(src); contentOf(a) != "" && contentOf(b) != "" {
			rest := *b // its content is there already, in the form that the newest source has it in
			rest.Text, rest.TextRef, rest.Data, rest.Size, rest.Hash, rest.HashAlgorithm = "", "", Data{}, "", "", ""
			u.fields(l, dst, unsafe.Pointer(&rest))
			return
		}
	case typeTiming:
		if timesADay((*Timing)(dst)) != "" {
			u.worded = true
			return // told in one form
		}
	case typeConcept:
		g := agreeing{m: u.m, a: resultPart, b: resultPart}
		if !g.concepts((*Concept)(dst), (*Concept)(src)) {
			u.worded = true // another thing, or one that this is no word for
			return
		}
	case typeQuantity:
		a, b := (*Quantity)(dst), (*Quantity)(src)
		if a.Value == "" && a.Comparator == "" {
			*a = *b
		} else if a.Value != b.Value || a.Unit != b.Unit {
			u.worded = true
		}
		return
	case typeCoding:
		// One code; its display and version as the newest source has them.
		a, b := (*Coding)(dst), (*Coding)(src)
		u.worded = u.worded || b.Display != "" && a.Display != "" && a.Display != b.Display
	case typeIdentifier, typeRef:
		if l.typ == typeRef && (*Ref)(dst).ID != "" && (*Ref)(src).ID != "" && (*Ref)(dst).ID != (*Ref)(src).ID {
			u.worded = true
			return
		}
	}
	u.fields(l, dst, src)
}

func (u *uniting) fields(l *layout, dst, src unsafe.Pointer) {
	for i := range l.fields {
		f := &l.fields[i]
		if f.absent(src) || f.made && !f.absent(dst) || f.form >= 0 && !l.fields[f.form].absent(dst) {
			continue
		}
		if f.name == "absent" && !silent(l, dst) {
			continue // somebody knows
		}
		if f.turned(dst, src) {
			u.worded = true
			continue
		}
		u.values(f.layout, unsafe.Add(dst, f.offset), unsafe.Add(src, f.offset))
	}
}

// whole unites lists that count as one value and were found to agree.
func (u *uniting) whole(l *layout, dst, src unsafe.Pointer) {
	x, y := (*sliceWords)(dst), (*sliceWords)(src)
	if x.len != y.len || l.elem.shape != shapeStruct {
		u.worded = u.worded || x.len > 0 && y.len > 0
		if x.len == 0 {
			u.values(l, dst, src)
		}
		return
	}
	if l.elem.typ == reflect.TypeFor[Section]() {
		u.worded = true // told another time; the newest telling stands
		return
	}
	for i := range x.len {
		at := uintptr(i) * l.elem.size
		u.values(l.elem, unsafe.Add(x.first, at), unsafe.Add(y.first, at))
	}
}

// gather adds the elements of a list that the other does not have.
func (u *uniting) gather(l *layout, dst, src unsafe.Pointer) {
	list, more := reflect.NewAt(l.typ, dst).Elem(), reflect.NewAt(l.typ, src).Elem()
	g := agreeing{m: u.m, a: resultPart, b: resultPart, dated: true, identity: true}
	n := list.Len()
	matched := make([]bool, n)
	for j := range more.Len() {
		q := more.Index(j).Addr().UnsafePointer()
		found := false
		for i := 0; i < n && !found; i++ {
			p := list.Index(i).Addr().UnsafePointer()
			if matched[i] || !g.element(l.elem, p, q) {
				continue
			}
			found, matched[i] = true, true
			if l.elem.shape == shapeStruct {
				u.values(l.elem, p, q)
			}
		}
		if !found {
			list.Set(reflect.Append(list, more.Index(j)))
		}
	}
}

// resultPart says that references are those of the result.
const resultPart = -1

// element reports whether two elements of lists that gather are one: where one of them is an identifier, a name or
// a reference they are when they are equal in what tells them apart; else when they agree and have something in common.
func (g *agreeing) element(l *layout, p, q unsafe.Pointer) bool {
	switch l.typ {
	case typeIdentifier:
		x, y := (*Identifier)(p), (*Identifier)(q)
		return x.Value == y.Value && x.System == y.System
	case reflect.TypeFor[Participation]():
		x, y := (*Participation)(p), (*Participation)(q)
		if x.Role != y.Role || x.Who == nil != (y.Who == nil) || x.Who != nil && !g.refs(x.Who, y.Who) {
			return false
		}
		if x.Status != y.Status && (x.Status == declined || y.Status == declined || x.Status != "" && y.Status != "") {
			return false
		}
		if x.Function != nil && y.Function != nil && !g.concepts(x.Function, y.Function) {
			return false
		}
		return x.When == nil || y.When == nil || g.periods(x.When, y.When)
	case reflect.TypeFor[Name](), reflect.TypeFor[Address](), reflect.TypeFor[Telecom]():
		// One name, address or number, whatever each source says that it is for; but one that was is none that is.
		if isOld(l, p) != isOld(l, q) || !g.fields(l, p, q, "uses", "usesAsSent") {
			return false
		}
		for i := range l.fields {
			f := &l.fields[i]
			if !slices.Contains(vague, f.name) && !f.absent(p) && !f.absent(q) && g.common(f.layout, unsafe.Add(p, f.offset), unsafe.Add(q, f.offset)) {
				return true
			}
		}
		return false
	case reflect.TypeFor[Note]():
		x, y := (*Note)(p), (*Note)(q)
		return x.Text != "" && folded(x.Text) == folded(y.Text) && (x.When == nil || y.When == nil || timesAgree(*x.When, *y.When))
	case reflect.TypeFor[Label]():
		x, y := (*Label)(p), (*Label)(q)
		if (x.When == nil) != (y.When == nil) || x.When != nil && (!g.periods(x.When, y.When) || (x.When.End.Value == "") != (y.When.End.Value == "")) {
			return false // a mark that ends takes nothing from one that does not
		}
		return x.Coding.Code == y.Coding.Code && sameSystem(&x.Coding, &y.Coding)
	case reflect.TypeFor[Relation]():
		x, y := (*Relation)(p), (*Relation)(q)
		yes := func(b *bool) bool { return b != nil && *b }
		return x.Type == y.Type && x.Target.ID == y.Target.ID && x.Text == y.Text && yes(x.Negated) == yes(y.Negated) && yes(x.Inverted) == yes(y.Inverted)
	}
	return g.values(l, p, q) && g.common(l, p, q)
}

// isOld reports whether a name, an address or a number is said to hold no more.
func isOld(l *layout, p unsafe.Pointer) bool {
	at := l.named("uses")
	for _, use := range *(*[]string)(unsafe.Add(p, at.offset)) {
		if use == "old" || use == "bad" {
			return true
		}
	}
	return false
}

// declined is the answer of one who will not come to an appointment.
const declined = "declined"

// common reports whether two values that agree say something in common.
func (g *agreeing) common(l *layout, p, q unsafe.Pointer) bool {
	switch l.shape {
	case shapePointer:
		a, b := *(*unsafe.Pointer)(p), *(*unsafe.Pointer)(q)
		return a != nil && b != nil && g.common(l.elem, a, b)
	case shapeStruct:
		for i := range l.fields {
			f := &l.fields[i]
			if !f.made && !f.absent(p) && !f.absent(q) && g.common(f.layout, unsafe.Add(p, f.offset), unsafe.Add(q, f.offset)) {
				return true
			}
		}
		return false
	case shapeSlice:
		return g.meet(l, p, q)
	}
	return !l.zeroAt(p) && !l.zeroAt(q)
}

// relabel gives references, and what else names something by an id of Portage's making, the ids of the result.
func (l *layout) relabel(p unsafe.Pointer, to map[string]string) {
	if len(to) == 0 {
		return
	}
	switch l.shape {
	case shapePointer:
		if at := *(*unsafe.Pointer)(p); at != nil && l.elem.names() {
			l.elem.relabel(at, to)
		}
	case shapeSlice:
		if w := (*sliceWords)(p); w.len > 0 && l.elem.names() {
			for i := range w.len {
				l.elem.relabel(unsafe.Add(w.first, uintptr(i)*l.elem.size), to)
			}
		}
	case shapeStruct:
		for i := range l.fields {
			f := &l.fields[i]
			if f.absent(p) {
				continue
			}
			at := unsafe.Add(p, f.offset)
			switch {
			case f.layout.shape == shapeString:
				if f.made && (f.name == "id" || f.name == "section") || l.typ == typeRef && f.name == "id" {
					if id, ok := to[*(*string)(at)]; ok {
						*(*string)(at) = id
					}
				}
			case f.layout.shape >= shapePointer:
				f.layout.relabel(at, to)
			}
		}
	}
}

// names reports whether a value can have an id or a reference in it.
func (l *layout) names() bool { return l.shape >= shapePointer }

// vague are fields that names, addresses and numbers of different people and places have in common.
var vague = []string{"uses", "usesAsSent", "system", "state", "county", "country", "type", "rank", "period"}
