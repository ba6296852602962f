package deid

import (
	"reflect"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// apply does to a struct what the rules say, in place: to all but its ids and references, which wait until it is known what stays.
func (r *run) apply(pl *plan, p unsafe.Pointer) {
	was := pl.mask != nil && says(pl.typ, p)
	if pl.before != nil {
		pl.before(r, p)
	}
	for i := range pl.steps {
		s := &pl.steps[i]
		at := unsafe.Add(p, s.offset)
		switch s.Rule {
		case "parts":
			r.parts(s, at)
		case "id", "idref":
		case "keep":
			if s.shape != scalar {
				r.out(s, at)
			}
		case "out":
			r.out(s, at)
		case "age":
			if r.over89 && says(s.typ, at) {
				r.out(s, at)
			} else {
				r.parts(s, at)
			}
		case "tribe":
			if r.method == LimitedDataSet {
				r.parts(s, at)
			} else {
				r.out(s, at)
			}
		case "ids":
			r.identifiers(s, at)
		case "telecom":
			r.telecoms(s, at)
		case "attachment":
			r.attachments(s, at)
		case "subject":
			r.subject(at)
		default:
			r.strings(s, p, at)
		}
	}
	if pl.fix != nil {
		pl.fix(r, p)
	}
	if was {
		pl.mask(r, p)
	}
}

// parts goes on into what a field holds, and takes out what says nothing any more.
func (r *run) parts(s *step, at unsafe.Pointer) {
	switch s.shape {
	case structure:
		r.apply(s.sub, at)
	case pointer:
		if to := *(*unsafe.Pointer)(at); to != nil {
			r.apply(s.sub, to)
			if s.sub.entry {
				r.entry((*record.Entry)(to))
			}
			if !says(s.sub.typ, to) {
				*(*unsafe.Pointer)(at) = nil
			}
		}
	case slice:
		w := (*sliceWords)(at)
		for i := range w.len {
			x := unsafe.Add(w.first, uintptr(i)*s.sub.size)
			r.apply(s.sub, x)
			if s.sub.entry {
				r.entry((*record.Entry)(x))
			}
		}
		compact(s, at)
	default:
		r.out(s, at)
	}
}

// compact takes what says nothing out of a slice.
func compact(s *step, at unsafe.Pointer) {
	w := (*sliceWords)(at)
	size := s.typ.Elem().Size()
	full := true
	for i := range w.len {
		if !says(s.typ.Elem(), unsafe.Add(w.first, uintptr(i)*size)) {
			full = false
			break
		}
	}
	if full {
		return
	}
	v := reflect.NewAt(s.typ, at).Elem()
	n := 0
	for i := range v.Len() {
		if !v.Index(i).IsZero() {
			if n != i {
				v.Index(n).Set(v.Index(i))
			}
			n++
		}
	}
	if n == 0 {
		v.SetZero()
		return
	}
	v.SetLen(n)
}

// out takes out whatever a field holds, and counts it.
func (r *run) out(s *step, at unsafe.Pointer) {
	n := 0
	switch s.shape {
	case oneString:
		n = min(1, len(*(*string)(at)))
	case stringList, slice:
		n = (*sliceWords)(at).len
	case stringPointer, pointer:
		if *(*unsafe.Pointer)(at) != nil {
			n = 1
		}
	default:
		if says(s.typ, at) {
			n = 1
		}
	}
	if n > 0 {
		setZero(s.typ, at)
		r.count(s.Category, n)
	}
}

// strings puts every text of a field through its rule.
func (r *run) strings(s *step, p, at unsafe.Pointer) {
	if s.rule == nil {
		r.out(s, at)
		return
	}
	switch s.shape {
	case oneString:
		if v := (*string)(at); *v != "" {
			*v = s.rule(r, s, p, *v)
		}
	case stringPointer:
		v := (**string)(at)
		if *v == nil {
			return
		}
		if **v = s.rule(r, s, p, **v); **v == "" {
			*v = nil
		}
	case stringList:
		v := (*[]string)(at)
		kept := (*v)[:0]
		for _, x := range *v {
			if x = s.rule(r, s, p, x); x != "" {
				kept = append(kept, x)
			}
		}
		if *v = kept; len(kept) == 0 {
			*v = nil
		}
	}
}
