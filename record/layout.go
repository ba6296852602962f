package record

import (
	"math/bits"
	"reflect"
	"slices"
	"strings"
	"sync"
)

// shape is what a value of the record is built as.
type shape uint8

const (
	shapeString shape = iota
	shapeBool
	shapeInt
	shapeData
	shapePointer
	shapeSlice
	shapeStruct
)

// layout is how one type of the record is built. Layouts are made once and never changed.
type layout struct {
	shape  shape
	typ    reflect.Type
	size   uintptr
	tally  *tally  // of a struct
	elem   *layout // of a pointer or slice
	fields []field // of a struct, those of an embedded Entry in their place
	sorted []uint8 // places of the fields in the order of their names
	// unless is the word that makes a string no leaf ("affirmed" for an Assertion).
	unless string
	// content says that it can hold the content of an attachment.
	content bool
	// words are the offsets of the words that are zero where a struct says nothing; nil where there are no such words.
	words []uint32
	// deep are the places of the fields that hold memory of their own.
	deep []int
	// must are the fields that are always written, as bits of their places.
	must fieldSet
}

// field is one field of a struct by its JSON name.
type field struct {
	name   string
	key    string // ,"name":
	layout *layout
	unless string
	rule   *valueRule // nil where any value will do
	offset uintptr
	forms  fieldSet // places of the other forms of it
	sames  fieldSet // places of the strings that are other forms of it where they are equal
	word   uint32   // the offset of the word that is zero where the field says nothing, if there is one
	outer  int16    // place of the embedded struct it stands in, or -1
	inner  int16
	form   int16 // place of the field it is another form of, or -1
	same   int16 // place of the string it is another form of where both are equal, or -1
	tells  tells
	made   bool
	always bool // written also where zero
}

// tells is how memory tells whether a field says anything.
type tells uint8

const (
	tellsNothing tells = iota
	tellsWord          // a word does
	tellsWords         // those of its layout do
)

// valueRule is what a text has to be: a word of a closed list, or a number by a rule.
type valueRule struct {
	terms  map[string]bool
	number func(string) bool
}

// fieldSet is a set of places of fields.
type fieldSet [2]uint64

func (s *fieldSet) add(i int)      { s[i>>6&1] |= 1 << (i & 63) }
func (s *fieldSet) has(i int) bool { return s[i>>6&1]>>(i&63)&1 == 1 }

// each gives the places in a set.
func (s *fieldSet) each(yield func(int) bool) {
	for k, w := range s {
		for ; w != 0; w &= w - 1 {
			if !yield(k<<6 + bits.TrailingZeros64(w)) {
				return
			}
		}
	}
}

// get gives the field's value in a struct.
func (f *field) get(v reflect.Value) reflect.Value {
	if f.outer >= 0 {
		v = v.Field(int(f.outer))
	}
	return v.Field(int(f.inner))
}

// layouts are the layouts of Record and of every type that can be reached from it.
var layouts = sync.OnceValue(func() map[reflect.Type]*layout {
	m := map[reflect.Type]*layout{}
	layoutOf(reflect.TypeFor[Record](), m)
	layoutOf(reflect.TypeFor[Entry](), m)
	finish(m, nil)
	return m
})

// layoutFor gives the layout of a type of the record, made afresh for others.
func layoutFor(t reflect.Type) *layout {
	known := layouts()
	if l := known[t]; l != nil {
		return l
	}
	m := make(map[reflect.Type]*layout, 8)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		if e := known[t.Elem()]; e != nil {
			m[t.Elem()] = e
		}
	}
	l := layoutOf(t, m)
	finish(m, known)
	return l
}

// finish adds to new layouts what can be told once all of them are there.
func finish(m, known map[reflect.Type]*layout) {
	for changed := true; changed; {
		changed = false
		for _, l := range m {
			if !l.content && l.reachesContent() {
				l.content, changed = true, true
			}
		}
	}
	keys := map[string]string{}
	for t, l := range m {
		if known[t] == nil {
			l.finish(keys)
		}
	}
}

// reachesContent reports whether a value is content, or has a part that can hold some.
func (l *layout) reachesContent() bool {
	if l.shape == shapeData || l.elem != nil && l.elem.content {
		return true
	}
	return slices.ContainsFunc(l.fields, func(f field) bool { return f.layout.content })
}

// finish adds what the layout's own fields are; keys are those of fields by their names. What lives as long as the program is kept in few
// pieces of memory: each of its collections goes over them.
func (l *layout) finish(keys map[string]string) {
	if l.shape == shapeStruct {
		tallyOf(l)
		if words, ok := l.appendWords(nil, 0); ok {
			l.words = slices.Clone(words)
		}
	}
	for i := range l.fields {
		f := &l.fields[i]
		if words, ok := f.layout.appendWords(nil, uint32(f.offset)); ok && f.layout.shape == shapeStruct {
			f.tells = tellsWords
		} else if ok {
			f.tells, f.word = tellsWord, words[0]
		}
		if f.key = keys[f.name]; f.key == "" {
			f.key = `,"` + f.name + `":`
			keys[f.name] = f.key
		}
		if terms, number := termsOf(l, f), numberOf(l, f); terms != nil || number != nil {
			f.rule = &valueRule{terms, number}
		}
		if f.layout.holdsMemory() {
			l.deep = append(l.deep, i)
		}
	}
}

// holdsMemory reports whether a value has a pointer or a slice in it.
func (l *layout) holdsMemory() bool {
	if l.shape != shapeStruct {
		return l.shape == shapePointer || l.shape == shapeSlice
	}
	for i := range l.fields {
		if l.fields[i].layout.holdsMemory() {
			return true
		}
	}
	return false
}

func layoutOf(t reflect.Type, m map[reflect.Type]*layout) *layout {
	if l := m[t]; l != nil {
		return l
	}
	l := &layout{typ: t, size: t.Size()}
	m[t] = l
	switch {
	case t == reflect.TypeFor[Data]():
		l.shape = shapeData
	case t == reflect.TypeFor[Assertion]():
		l.shape, l.unless = shapeString, string(Affirmed)
	case t.Kind() == reflect.String:
		l.shape = shapeString
	case t.Kind() == reflect.Bool:
		l.shape = shapeBool
	case t.Kind() == reflect.Pointer:
		l.shape, l.elem = shapePointer, layoutOf(t.Elem(), m)
	case t.Kind() == reflect.Slice:
		l.shape, l.elem = shapeSlice, layoutOf(t.Elem(), m)
	case t.Kind() == reflect.Struct:
		l.shape = shapeStruct
		l.addFields(t, -1, m)
		l.sorted = make([]uint8, len(l.fields))
		for i := range l.fields {
			l.sorted[i] = uint8(i)
			if l.fields[i].always {
				l.must.add(i)
			}
		}
		slices.SortFunc(l.sorted, func(a, b uint8) int { return strings.Compare(l.fields[a].name, l.fields[b].name) })
	default:
		l.shape = shapeInt
	}
	return l
}

// addFields adds the fields of t, which is the layout's own type or the one embedded at outer.
func (l *layout) addFields(t reflect.Type, outer int, m map[reflect.Type]*layout) {
	place := map[string]int{}
	type wish struct {
		at   int
		name string
		same bool
	}
	var wishes []wish
	if l.fields == nil {
		l.fields = make([]field, 0, fieldsOf(t))
	}
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous && outer < 0 {
			l.addFields(sf.Type, i, m)
			continue
		}
		if !sf.IsExported() {
			continue
		}
		name, rest, _ := strings.Cut(sf.Tag.Get("json"), ",")
		f := field{name: name, outer: int16(outer), inner: int16(i), form: -1, same: -1,
			layout: layoutOf(sf.Type, m), always: !strings.Contains(rest, "omit"), offset: sf.Offset}
		if outer >= 0 {
			f.offset += l.typ.Field(outer).Offset
		}
		f.unless = f.layout.unless
		for tag := range strings.SplitSeq(sf.Tag.Get("portage"), ",") {
			key, val, _ := strings.Cut(tag, "=")
			switch key {
			case "made":
				f.made = true
			case "unless":
				f.unless = val
			case "form", "same":
				wishes = append(wishes, wish{len(l.fields), val, key == "same"})
			}
		}
		place[sf.Name] = len(l.fields)
		l.fields = append(l.fields, f)
	}
	for _, w := range wishes {
		at, ok := place[w.name]
		switch {
		case !ok:
		case w.same:
			l.fields[w.at].same = int16(at)
			l.fields[at].sames.add(w.at)
		default:
			l.fields[w.at].form = int16(at)
			l.fields[at].forms.add(w.at)
		}
	}
}

// fieldsOf counts the fields of a struct, those of embedded ones in their place.
func fieldsOf(t reflect.Type) int {
	n := t.NumField()
	for i := range t.NumField() {
		if sf := t.Field(i); sf.Anonymous && sf.Type.Kind() == reflect.Struct {
			n += sf.Type.NumField() - 1
		}
	}
	return n
}

// place gives the place of the field of a name.
func (l *layout) place(name string) (int, bool) {
	at, ok := slices.BinarySearchFunc(l.sorted, name, func(i uint8, name string) int { return strings.Compare(l.fields[i].name, name) })
	if !ok {
		return 0, false
	}
	return int(l.sorted[at]), true
}

// named gives the field of a name that the struct has.
func (l *layout) named(name string) *field {
	at, _ := l.place(name)
	return &l.fields[at]
}

// appendWords adds the words that tell whether a value at an offset says anything; ok is false where there are no such words.
func (l *layout) appendWords(all []uint32, at uint32) (_ []uint32, ok bool) {
	switch l.shape {
	case shapeString, shapeSlice:
		return append(all, at+uint32(word)), true
	case shapePointer, shapeData:
		return append(all, at), true
	case shapeInt:
		if l.size == word {
			return append(all, at), true
		}
	case shapeStruct:
		n := len(all)
		for i := range l.fields {
			if all, ok = l.fields[i].layout.appendWords(all, at+uint32(l.fields[i].offset)); !ok {
				return all[:n], false
			}
		}
		return all, len(all) > n
	}
	return all, false
}

// repeats reports whether the field of a struct only says again what another says.
func (f *field) repeats(l *layout, v reflect.Value) bool {
	if f.form >= 0 {
		x := &l.fields[f.form]
		return !x.layout.zero(x.get(v))
	}
	return f.same >= 0 && f.get(v).String() == l.fields[f.same].get(v).String()
}

// zero reports whether a value says nothing at all: an empty slice is as good as none.
func (l *layout) zero(v reflect.Value) bool {
	switch l.shape {
	case shapeString, shapeSlice:
		return v.Len() == 0
	case shapeBool:
		return !v.Bool()
	case shapeInt:
		return v.Int() == 0
	case shapePointer:
		return v.IsNil()
	case shapeData:
		return v.Field(0).IsNil()
	}
	for i := range l.fields {
		if f := &l.fields[i]; !f.layout.zero(f.get(v)) {
			return false
		}
	}
	return true
}
