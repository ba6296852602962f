package record

import (
	"reflect"
	"strconv"
	"sync"
	"unsafe"
)

// EachLeaf calls f with the path of every leaf of v, which is a field of a record or any part of it
// and stands at path: EachLeaf("allergies[2].reactions", a.Reactions, f). A nil pointer has no leaves.
//
// It keeps nothing of v: what a caller points to can stay on its stack.
func EachLeaf(path string, v any, f func(path string)) {
	EachLeafPath(append(make([]byte, 0, len(path)+64), path...), v, func(b []byte) { f(string(b)) })
}

// EachLeafPath is EachLeaf with paths that are f's until it returns, written behind path in the memory after it where there is room.
func EachLeafPath(path []byte, v any, f func(path []byte)) {
	if l, p := partOf(&v); p != nil {
		l.eachLeaf(p, path, l.unless, f)
	}
}

// CountLeaves counts the leaves of a record. It is fast: it makes no paths and no garbage.
func CountLeaves(rec *Record) int {
	if rec == nil {
		return 0
	}
	return recordTally().count(unsafe.Pointer(rec))
}

// CountLeavesOf counts the leaves of v, a field of a record or any part of it. It counts what EachLeaf names.
func CountLeavesOf(v any) int {
	l, p := partOf(&v)
	if p == nil {
		return 0
	}
	return l.countAt(p, l.unless)
}

// partOf gives the layout of a part of a record, and where in memory it lies; of a
// pointer to a struct, what it points to. It gives nil for a nil pointer.
func partOf(v *any) (*layout, unsafe.Pointer) {
	// The first word of an interface tells the type; the second points to the value, but where the value is a pointer itself.
	words := (*[2]unsafe.Pointer)(unsafe.Pointer(v))
	if l := pointedLayouts().of(words[0]); l != nil && words[1] != nil {
		return l, words[1]
	}
	t := reflect.TypeOf(*v)
	switch {
	case t == nil:
		return nil, nil
	case t.Kind() != reflect.Pointer:
		return layoutFor(t), words[1]
	case words[1] != nil && t.Elem().Kind() == reflect.Struct:
		return layoutFor(t.Elem()), words[1]
	}
	return layoutFor(t), unsafe.Pointer(&words[1])
}

// pointedLayouts are the layouts of the structs of the record by the type word of an interface that holds a pointer to one.
var pointedLayouts = sync.OnceValue(func() *pointedTable {
	t := new(pointedTable)
	for typ, l := range layouts() {
		if l.shape == shapeStruct {
			pointer := reflect.Zero(reflect.PointerTo(typ)).Interface()
			word := (*[2]unsafe.Pointer)(unsafe.Pointer(&pointer))[0]
			i := t.place(word)
			for t[i].word != nil {
				i = (i + 1) % len(t)
			}
			t[i] = pointedLayout{word, l}
		}
	}
	return t
})

// pointedTable is a table by open addressing, several times as large as there are types. Their words are addresses of the program's own data.
type pointedTable [1 << 9]pointedLayout

type pointedLayout struct {
	word unsafe.Pointer
	*layout
}

func (t *pointedTable) place(word unsafe.Pointer) int {
	return int(uint64(uintptr(word)) * 0x9e3779b97f4a7c15 >> 55)
}

func (t *pointedTable) of(word unsafe.Pointer) *layout {
	for i := t.place(word); word != nil; i = (i + 1) % len(t) {
		if x := &t[i]; x.word == word || x.word == nil {
			return x.layout
		}
	}
	return nil
}

// eachLeaf names the leaves of the value at p.
func (l *layout) eachLeaf(p unsafe.Pointer, path []byte, unless string, f func([]byte)) {
	n := len(path)
	switch l.shape {
	case shapeString, shapeBool, shapeData:
		if !l.zeroAt(p) && (unless == "" || *(*string)(p) != unless) {
			f(path)
		}
	case shapePointer:
		switch to := *(*unsafe.Pointer)(p); {
		case to == nil || l.elem.shape == shapeInt:
		case l.elem.shape == shapeStruct:
			l.elem.eachLeaf(to, path, "", f)
		default:
			f(path)
		}
	case shapeSlice:
		w := (*sliceWords)(p)
		for i := range w.len {
			path = append(strconv.AppendInt(append(path[:n], '['), int64(i), 10), ']')
			l.elem.eachLeaf(unsafe.Add(w.first, uintptr(i)*l.elem.size), path, l.elem.unless, f)
		}
	case shapeStruct:
		for i := range l.fields {
			x := &l.fields[i]
			if x.made || x.absent(p) || x.repeatsAt(l, p) {
				continue
			}
			if path = path[:n]; n > 0 {
				path = append(path, '.')
			}
			path = append(path, x.name...)
			x.layout.eachLeaf(unsafe.Add(p, x.offset), path, x.unless, f)
		}
	}
}

// countAt counts the leaves of the value at p.
func (l *layout) countAt(p unsafe.Pointer, unless string) int {
	switch l.shape {
	case shapeString, shapeBool, shapeData:
		return one(!l.zeroAt(p) && (unless == "" || *(*string)(p) != unless))
	case shapePointer:
		switch to := *(*unsafe.Pointer)(p); {
		case to == nil || l.elem.shape == shapeInt:
			return 0
		case l.elem.shape == shapeStruct:
			return l.elem.countAt(to, "")
		}
		return 1
	case shapeSlice:
		n, w := 0, (*sliceWords)(p)
		for i := range w.len {
			n += l.elem.countAt(unsafe.Add(w.first, uintptr(i)*l.elem.size), l.elem.unless)
		}
		return n
	case shapeStruct:
		return l.tally.count(p)
	}
	return 0
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// zeroAt reports whether the value at p says nothing at all: an empty slice is as good as none.
func (l *layout) zeroAt(p unsafe.Pointer) bool {
	switch l.shape {
	case shapeString:
		return *(*string)(p) == ""
	case shapeSlice:
		return (*sliceWords)(p).len == 0
	case shapeBool:
		return !*(*bool)(p)
	case shapePointer:
		return *(*unsafe.Pointer)(p) == nil
	case shapeInt:
		return l.size == word && *(*int)(p) == 0
	case shapeData:
		return (*Data)(p).IsZero()
	case shapeStruct:
		for i := range l.fields {
			if !l.fields[i].absent(p) {
				return false
			}
		}
	}
	return true
}

// absent reports whether the field of the struct at p says nothing.
func (f *field) absent(p unsafe.Pointer) bool {
	switch f.tells {
	case tellsWord:
		return *(*uintptr)(unsafe.Add(p, f.word)) == 0
	case tellsWords:
		p = unsafe.Add(p, f.offset)
		for _, at := range f.layout.words {
			if *(*uintptr)(unsafe.Add(p, at)) != 0 {
				return false
			}
		}
		return true
	}
	return f.layout.zeroAt(unsafe.Add(p, f.offset))
}

// repeatsAt is repeats for the struct at p.
func (f *field) repeatsAt(l *layout, p unsafe.Pointer) bool {
	if f.form >= 0 {
		return !l.fields[f.form].absent(p)
	}
	return f.same >= 0 && *(*string)(unsafe.Add(p, f.offset)) == *(*string)(unsafe.Add(p, l.fields[f.same].offset))
}
