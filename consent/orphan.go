package consent

import (
	"unsafe"

	"github.com/portage-health/portage/record"
)

// support reports whether entries of a kind are there for others: they stay as long as anything that stays refers to them.
func support(kind string) bool {
	switch kind {
	case record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindRelatedPerson, record.KindSpecimen:
		return true
	}
	return false
}

// orphans finds what only withheld entries referred to.
func (r *redactor) orphans() {
	kept, lost := map[string]bool{}, map[string]bool{}
	note := func(m map[string]bool) *visitor {
		return &visitor{ref: func(x *record.Ref) bool {
			if x.ID != "" {
				m[x.ID] = true
			}
			return false
		}}
	}
	keep, lose := note(kept), note(lost)
	for i := range lists() {
		l := &lists()[i]
		if !support(l.kind) {
			l.each(r.out, func(_ int, p unsafe.Pointer, e *record.Entry) {
				if r.gone[e.ID] {
					l.way.walk(p, lose)
				} else {
					l.way.walk(p, keep)
				}
			})
		}
	}
	if r.out.Patient != nil {
		patientWay().walk(unsafe.Pointer(r.out.Patient), keep)
	}
	// What supports may refer to what supports it.
	done := map[string]bool{}
	for n := -1; n != len(kept)+len(lost); {
		n = len(kept) + len(lost)
		for i := range lists() {
			l := &lists()[i]
			if !support(l.kind) {
				continue
			}
			l.each(r.out, func(_ int, p unsafe.Pointer, e *record.Entry) {
				switch k, x := r.known(l, p, e, kept), r.known(l, p, e, lost); {
				case done[e.ID]:
				case r.gone[e.ID], x && !k:
					l.way.walk(p, lose)
				case k || !x:
					l.way.walk(p, keep)
					done[e.ID] = true
				}
			})
		}
	}
	for i := range lists() {
		l := &lists()[i]
		if support(l.kind) {
			l.each(r.out, func(_ int, p unsafe.Pointer, e *record.Entry) {
				if !r.gone[e.ID] && !r.known(l, p, e, kept) && r.known(l, p, e, lost) {
					r.gone[e.ID] = true
					r.w.Orphans++
				}
			})
		}
	}
	r.spread()
}

// known reports whether an entry, or a role of a practitioner, is referred to.
func (r *redactor) known(l *list, p unsafe.Pointer, e *record.Entry, m map[string]bool) bool {
	if m[e.ID] {
		return true
	}
	if l.kind == record.KindPractitioner {
		for _, role := range (*record.Practitioner)(p).Roles {
			if m[role.ID] {
				return true
			}
		}
	}
	return false
}
