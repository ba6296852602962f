package record

import "unsafe"

// alike reports whether two values of one type say the very same, word for word.
// What an entry points to counts by the thing that it became, and bookkeeping not at all.
func (g *agreeing) alike(l *layout, p, q unsafe.Pointer) bool {
	switch l.shape {
	case shapeString:
		return *(*string)(p) == *(*string)(q)
	case shapeBool:
		return *(*bool)(p) == *(*bool)(q)
	case shapePointer:
		a, b := *(*unsafe.Pointer)(p), *(*unsafe.Pointer)(q)
		return a == b || a != nil && b != nil && g.alike(l.elem, a, b)
	case shapeSlice:
		x, y := (*sliceWords)(p), (*sliceWords)(q)
		if x.len != y.len {
			return false
		}
		for i := range x.len {
			if at := uintptr(i) * l.elem.size; !g.alike(l.elem, unsafe.Add(x.first, at), unsafe.Add(y.first, at)) {
				return false
			}
		}
	case shapeData:
		return g.values(l, p, q) && (*Data)(p).IsZero() == (*Data)(q).IsZero()
	case shapeStruct:
		for i := range l.fields {
			f := &l.fields[i]
			noP, noQ := f.absent(p), f.absent(q)
			if noP && noQ || f.made && !(f.name == "kind" && l.typ == typeMedication) {
				continue
			}
			if noP != noQ {
				return false
			}
			a, b := unsafe.Add(p, f.offset), unsafe.Add(q, f.offset)
			if l.typ == typeRef && f.name == "id" {
				if !g.sameTarget(*(*string)(a), *(*string)(b)) {
					return false
				}
			} else if !g.alike(f.layout, a, b) {
				return false
			}
		}
	}
	return true
}

// sameTarget reports whether two ids name what became one thing, or one that was not looked at yet.
func (g *agreeing) sameTarget(a, b string) bool {
	x, okX := g.m.clusterOf(g.a, a)
	y, okY := g.m.clusterOf(g.b, b)
	if okX && okY {
		return x == y
	}
	return a == b
}
