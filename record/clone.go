package record

import (
	"reflect"
	"unsafe"
)

// Clone gives a copy of the record that shares no memory with it that could be
// changed. Content of attachments is opened, not held, and is shared.
func (r *Record) Clone() *Record {
	if r == nil {
		return nil
	}
	out := new(Record)
	layouts()[reflect.TypeFor[Record]()].cloneTo(unsafe.Pointer(out), unsafe.Pointer(r))
	return out
}

// cloneTo makes the value at dst, which is zero or of no use any more, a deep copy of that at src.
func (l *layout) cloneTo(dst, src unsafe.Pointer) {
	reflect.NewAt(l.typ, dst).Elem().Set(reflect.NewAt(l.typ, src).Elem())
	l.unshare(dst)
}

// unshare gives the value at p memory of its own for all that it points to.
func (l *layout) unshare(p unsafe.Pointer) {
	switch l.shape {
	case shapePointer:
		if to := (*unsafe.Pointer)(p); *to != nil {
			fresh := reflect.New(l.elem.typ).UnsafePointer()
			l.elem.cloneTo(fresh, *to)
			*to = fresh
		}
	case shapeSlice:
		w := (*sliceWords)(p)
		if w.len == 0 {
			return
		}
		old := reflect.NewAt(l.typ, p).Elem()
		fresh := reflect.MakeSlice(l.typ, w.len, w.len)
		reflect.Copy(fresh, old)
		old.Set(fresh)
		if l.elem.flat() {
			return
		}
		for i := range w.len {
			l.elem.unshare(unsafe.Add(w.first, uintptr(i)*l.elem.size))
		}
	case shapeStruct:
		for _, i := range l.deep {
			f := &l.fields[i]
			if !f.absent(p) {
				f.layout.unshare(unsafe.Add(p, f.offset))
			}
		}
	}
}

// flat reports whether a value of this layout holds nothing that two copies of it would share and one could change.
func (l *layout) flat() bool {
	switch l.shape {
	case shapePointer, shapeSlice:
		return false
	case shapeStruct:
		return len(l.deep) == 0
	}
	return true
}
