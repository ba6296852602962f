package record

import (
	"encoding/binary"
	"math/bits"
	"reflect"
	"slices"
	"sync"
	"unsafe"
)

func mix(h, v uint64) uint64 { return mixBoth(h, v, 0) }

// mixBoth adds two words: the halves of their product hold something of every bit of both.
func mixBoth(h, v, u uint64) uint64 {
	hi, lo := bits.Mul64(h^v^0x9e3779b97f4a7c15, u^0xd6e8feb86659fd93)
	return bits.RotateLeft64(h, 23) ^ hi ^ lo
}

// mixText adds a text: 16 bytes a step, the last of them once more where it ends amid a step.
func mixText(h uint64, v string) uint64 {
	n := len(v)
	h ^= uint64(n) << 32
	b := unsafe.Slice(unsafe.StringData(v), n)
	switch {
	case n >= 16:
		for i := 0; i+16 < n; i += 16 {
			h = mixBoth(h, binary.LittleEndian.Uint64(b[i:]), binary.LittleEndian.Uint64(b[i+8:]))
		}
		return mixBoth(h, binary.LittleEndian.Uint64(b[n-16:]), binary.LittleEndian.Uint64(b[n-8:]))
	case n >= 8:
		return mixBoth(h, binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[n-8:]))
	case n >= 4:
		return mixBoth(h, uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[n-4:])))
	case n > 0:
		return mixBoth(h, uint64(b[0])|uint64(b[n/2])<<8, uint64(b[n-1]))
	}
	return mixBoth(h, 0, 0)
}

// sum is how the struct type of a statement is hashed.
type sum struct {
	size  uintptr
	words []uint32  // offsets of the words that tell whether a field says anything
	steps []sumStep // what to add where one does
}

type sumStep struct {
	sum    *sum
	offset uint32
	field  uint16
	op     sumOp
}

// mark is what every field mixes with what it holds.
func (x *sumStep) mark() uint64 { return uint64(x.field) << 48 }

type sumOp uint8

const (
	sumString sumOp = iota
	sumStrings
	sumBool   // *bool
	sumText   // *string
	sumStruct // *struct
	sumStructs
	sumLabels // []Label
	sumRef    // the ID of a Ref
	sumData
)

// statementList is a slice of the record that holds statements.
type statementList struct {
	offset, id uintptr
	sum        *sum
}

// statements are the slices of Record that hold what is said of the patient.
var statements = sync.OnceValue(func() []statementList {
	return listsBut("documents", "provenances", "relatedPersons", "practitioners", "organizations", "locations", "sources", "carried")
})

// entryLists are all slices of Record that hold entries.
var entryLists = sync.OnceValue(func() []statementList { return listsBut("sources", "carried") })

var patientSum = sync.OnceValue(func() *sum { return sumOf(layouts()[reflect.TypeFor[Patient]()], map[reflect.Type]*sum{}) })

func listsBut(others ...string) []statementList {
	var all []statementList
	m := map[reflect.Type]*sum{}
	root := layouts()[reflect.TypeFor[Record]()]
	for i := range root.fields {
		f := &root.fields[i]
		if f.layout.shape != shapeSlice || f.layout.elem.shape != shapeStruct {
			continue
		}
		if slices.Contains(others, f.name) {
			continue
		}
		l := f.layout.elem
		if id, ok := l.place("id"); ok {
			all = append(all, statementList{f.offset, l.fields[id].offset, sumOf(l, m)})
		}
	}
	return all
}

func sumOf(l *layout, m map[reflect.Type]*sum) *sum {
	if s := m[l.typ]; s != nil {
		return s
	}
	s := &sum{size: l.typ.Size()}
	m[l.typ] = s
	s.lay(l, 0, m)
	s.words, s.steps = slices.Clone(s.words), slices.Clone(s.steps) // in no more memory than they take
	return s
}

// lay lays the fields of l flat into s, which holds it at base.
func (s *sum) lay(l *layout, base uintptr, m map[reflect.Type]*sum) {
	for i := range l.fields {
		f := &l.fields[i]
		if f.made {
			continue
		}
		at := base + f.offset
		x := sumStep{offset: uint32(at), field: uint16(len(s.steps) + 1)}
		test := at
		switch e := f.layout.elem; f.layout.shape {
		case shapeStruct:
			s.lay(f.layout, at, m)
			continue
		case shapeString:
			test = at + word
			if l.typ == reflect.TypeFor[Ref]() && f.name == "id" {
				x.op = sumRef
			}
		case shapeData:
			x.op = sumData
		case shapePointer:
			switch e.shape {
			case shapeBool:
				x.op = sumBool
			case shapeString:
				x.op = sumText
			case shapeStruct:
				x.op, x.sum = sumStruct, sumOf(e, m)
			default:
				continue
			}
		case shapeSlice:
			test = at + word
			if x.op = sumStrings; e.shape == shapeStruct {
				x.op, x.sum = sumStructs, sumOf(e, m)
			}
			if e.typ == reflect.TypeFor[Label]() {
				x.op = sumLabels
			}
		default:
			continue
		}
		s.words, s.steps = append(s.words, uint32(test)), append(s.steps, x)
	}
}

// add adds the struct at p to a hash.
func (s *sum) add(g *Stating, h uint64, p unsafe.Pointer) uint64 {
	for i, at := range s.words {
		if *(*uintptr)(unsafe.Add(p, at)) == 0 {
			continue
		}
		if x := &s.steps[i]; x.op == sumString { // as most are
			h = mixText(h+x.mark(), *(*string)(unsafe.Add(p, x.offset)))
		} else {
			h = x.add(g, h, p)
		}
	}
	return h
}

func (x *sumStep) add(g *Stating, h uint64, p unsafe.Pointer) uint64 {
	at := unsafe.Add(p, x.offset)
	if x.op == sumLabels && g.labels > 0 {
		return x.addLabels(g, h, (*sliceWords)(at))
	}
	h += x.mark()
	switch x.op {
	case sumRef:
		return g.of(h, *(*string)(at))
	case sumStrings:
		list := *(*[]string)(at)
		for i := range list {
			h = mixText(h, list[i])
		}
		return mix(h, uint64(len(list)))
	case sumBool:
		if **(**bool)(at) {
			return mix(h, 2)
		}
		return mix(h, 3)
	case sumText:
		return mixText(h, **(**string)(at))
	case sumStruct:
		return mix(x.sum.add(g, h, *(*unsafe.Pointer)(at)), 4)
	case sumStructs, sumLabels:
		w := (*sliceWords)(at)
		for j := range w.len {
			h = mix(x.sum.add(g, h, unsafe.Add(w.first, uintptr(j)*x.sum.size)), 5)
		}
		return mix(h, uint64(w.len))
	}
	return mix(h, 6) // content is opened, not held: that there is some is told by its field
}

// addLabels adds no more than the first labels.
func (x *sumStep) addLabels(g *Stating, h uint64, w *sliceWords) uint64 {
	g.labelled = max(g.labelled, int(w.len))
	n := min(int(w.len), g.labels-1)
	if n == 0 {
		return h // as where there are none
	}
	h += x.mark()
	for j := range n {
		h = mix(x.sum.add(g, h, unsafe.Add(w.first, uintptr(j)*x.sum.size)), 5)
	}
	return mix(h, uint64(n))
}
