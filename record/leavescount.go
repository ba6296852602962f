package record

import (
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

// Every conversion counts the leaves of its records, and most fields of most
// entries are empty. Counting therefore does not go through reflect.Value: each
// struct type has a tally, which lists by their offsets the words that are zero
// where a field says nothing (the length of a string or slice, a pointer), with
// the structs inside it laid flat. Only words are read, never written; a test holds its answers against the walk of Leaves.

const word = unsafe.Sizeof(uintptr(0))

// tally is how the leaves of one struct type are counted.
type tally struct {
	size   uintptr
	single []uint32 // offsets of the words of fields that are one leaf where they say anything, whatever else does
	words  []uint32 // offsets of the words that tell whether another field says anything
	steps  []step   // what to do where one does, in the same order
}

// step counts one field that says something.
type step struct {
	op     op
	offset uint32
	form   int32 // offset of the string that this is another form of, or -1
	same   int32 // offset of the string that this is another form of where both are equal, or -1
	unless string
	tally  *tally // of the struct that a pointer or slice holds
}

type op uint8

const (
	countOne     op = iota // a string, a pointer to a scalar, content
	countStruct            // a pointer to a struct
	countStructs           // a slice of structs
	countStrings           // a slice of strings
	countNodes             // a slice of NarrativeNode: half of what records hold, in numbers
)

// recordTally is the tally of Record itself.
var recordTally = sync.OnceValue(func() *tally { return layouts()[reflect.TypeFor[Record]()].tally })

// tallyOf makes the tally of a struct, and of those inside it, once.
func tallyOf(l *layout) *tally {
	if l.tally == nil {
		l.tally = &tally{size: l.size}
		t := l.tally
		t.add(l, 0)
		t.single, t.words, t.steps = slices.Clone(t.single), slices.Clone(t.words), slices.Clone(t.steps) // in no more memory than they take
	}
	return l.tally
}

// add lays the fields of l flat into t, which holds it at base.
func (t *tally) add(l *layout, base uintptr) {
	for i := range l.fields {
		f := &l.fields[i]
		if f.made {
			continue
		}
		at := base + f.offset
		s := step{offset: uint32(at), form: -1, same: -1, unless: f.unless}
		if f.form >= 0 {
			s.form = int32(base + l.fields[f.form].offset)
		}
		if f.same >= 0 {
			s.same = int32(base + l.fields[f.same].offset)
		}
		switch e := f.layout.elem; f.layout.shape {
		case shapeInt, shapeBool:
			// A truth is a *bool, for which absent is not false; a test sees to it.
			continue
		case shapeStruct:
			t.add(f.layout, at)
			continue
		case shapeString:
			at += word
		case shapePointer:
			switch e.shape {
			case shapeInt:
				continue
			case shapeStruct:
				s.op, s.tally = countStruct, tallyOf(e)
			}
		case shapeSlice:
			at += word
			if s.op = countStrings; e.shape == shapeStruct {
				s.op, s.tally = countStructs, tallyOf(e)
			}
			if e.typ == reflect.TypeFor[NarrativeNode]() {
				s.op = countNodes
			}
		}
		if s.op == countOne && s.form < 0 && s.same < 0 && s.unless == "" {
			t.single = append(t.single, uint32(at))
			continue
		}
		t.words = append(t.words, uint32(at))
		t.steps = append(t.steps, s)
	}
}

// sliceWords are the words of any slice.
type sliceWords struct {
	first    unsafe.Pointer
	len, cap int
}

// count counts the leaves of the struct at p.
func (t *tally) count(p unsafe.Pointer) int {
	n := 0
	for _, at := range t.single {
		if *(*uintptr)(unsafe.Add(p, at)) != 0 {
			n++
		}
	}
	for i, at := range t.words {
		if *(*uintptr)(unsafe.Add(p, at)) != 0 {
			n += t.steps[i].count(p)
		}
	}
	return n
}

func (s *step) count(p unsafe.Pointer) int {
	at := unsafe.Add(p, s.offset)
	if s.form >= 0 && *(*string)(unsafe.Add(p, s.form)) != "" || s.unless != "" && *(*string)(at) == s.unless ||
		s.same >= 0 && *(*string)(unsafe.Add(p, s.same)) == *(*string)(at) {
		return 0
	}
	switch s.op {
	case countStruct:
		return s.tally.count(*(*unsafe.Pointer)(at))
	case countStructs:
		n, w := 0, (*sliceWords)(at)
		for j := range w.len {
			n += s.tally.count(unsafe.Add(w.first, uintptr(j)*s.tally.size))
		}
		return n
	case countNodes:
		return countNarrative(*(*[]NarrativeNode)(at))
	case countStrings:
		n := 0
		for _, text := range *(*[]string)(at) {
			n += one(text != "")
		}
		return n
	}
	return 1
}

// countNarrative counts the leaves of a narrative.
func countNarrative(nodes []NarrativeNode) (n int) {
	for i := range nodes {
		x := &nodes[i]
		n += one(x.Text != "") + one(x.ID != "")
		if len(x.Kind) != len("text") || x.Kind != "text" {
			n += one(x.Kind != "")
		}
		for j := range x.Attrs {
			n += one(x.Attrs[j].Name != "") + one(x.Attrs[j].Value != "")
		}
	}
	return n
}
