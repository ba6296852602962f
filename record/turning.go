package record

import (
	"reflect"
	"slices"
	"unsafe"
)

// Silence agrees with anything but with what turns a meaning: an entry without a
// mode is an event and no order, one that does not say that it is denied is
// affirmed, what is not said not to be done is to be done. Such a field counts
// where only one of two statements has it, and is never taken over from it.

var (
	typeMode         = reflect.TypeFor[Mode]()
	typeAssertion    = reflect.TypeFor[Assertion]()
	typeVerification = reflect.TypeFor[Verification]()
)

// denials are statuses that say of a thing that it did not happen, or is not so.
var denials = []StatusCode{StatusNotDone, StatusRefused, StatusEnteredInError, StatusCancelled, StatusRejected, StatusNoShow}

// turningTruths are truths without which the opposite holds.
var turningTruths = map[string]bool{"doNotPerform": true, "asNeeded": true, "negated": true, "inverted": true, "deleted": true,
	"risk": true, "subpotent": true, "lowOpen": true, "highOpen": true}

// turningLists are what only holds under a condition, or of somebody else: a precondition, another subject.
var turningLists = map[string]bool{"preconditions": true, "focus": true}

func isDenial(s StatusCode) bool { return slices.Contains(denials, s) }

// turns reports whether a field that only one of two statements has makes them say
// something else; p is where that one has it.
func (f *field) turns(p unsafe.Pointer) bool {
	switch f.layout.typ {
	case typeMode:
		return true
	case typeAssertion:
		return *(*Assertion)(p) != Affirmed
	case typeVerification:
		v := *(*Verification)(p)
		return v == Refuted || v == EnteredInError
	case typeStatus:
		return isDenial((*Status)(p).Code)
	}
	switch {
	case f.layout.shape == shapeSlice:
		return turningLists[f.name]
	case f.name == "actuality":
		return *(*string)(p) == "potential" // an adverse event that did not happen
	}
	if f.layout.shape == shapePointer && f.layout.elem.shape == shapeBool {
		truth := *(**bool)(p)
		return truth != nil && *truth && turningTruths[f.name]
	}
	return false
}

// turned is turns for the field of two structs.
func (f *field) turned(a, b unsafe.Pointer) bool {
	switch noA, noB := f.absent(a), f.absent(b); {
	case noA && !noB:
		return f.turns(unsafe.Add(b, f.offset))
	case noB && !noA:
		return f.turns(unsafe.Add(a, f.offset))
	}
	return false
}

// heldData is called with the content of every attachment in the value at p.
func (l *layout) heldData(p unsafe.Pointer, f func(*Data)) {
	switch l.shape {
	case shapeData:
		if d := (*Data)(p); !d.IsZero() {
			f(d)
		}
	case shapePointer:
		if at := *(*unsafe.Pointer)(p); at != nil {
			l.elem.heldData(at, f)
		}
	case shapeSlice:
		w := (*sliceWords)(p)
		for i := range w.len {
			l.elem.heldData(unsafe.Add(w.first, uintptr(i)*l.elem.size), f)
		}
	case shapeStruct:
		for i := range l.fields {
			if x := &l.fields[i]; x.layout.content && !x.absent(p) {
				x.layout.heldData(unsafe.Add(p, x.offset), f)
			}
		}
	}
}
