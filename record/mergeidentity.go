package record

import (
	"slices"
	"unsafe"
)

// otherwiseIdentified reports whether one authority gives two entries identifiers of which none is the same.
func otherwiseIdentified(a, b *Entry) bool {
	met := false
	for i := range a.Identifiers {
		for j := range b.Identifiers {
			x, y := &a.Identifiers[i], &b.Identifiers[j]
			if identKey(x) == "" || y.Value == "" || authorityOf(x) != authorityOf(y) || x.System == SystemURI {
				continue
			}
			if x.Value == y.Value {
				return false
			}
			met = true
		}
	}
	return met
}

// sharedIdentifiers are those that stand on several entries of one list of one part: they identify none of them.
func sharedIdentifiers(l *layout, w *sliceWords) map[string]bool {
	seen, shared := map[string]bool{}, map[string]bool{}
	for j := range w.len {
		e := (*Entry)(unsafe.Add(w.first, uintptr(j)*l.size))
		own := map[string]bool{}
		for k := range e.Identifiers {
			key := identKey(&e.Identifiers[k])
			if key == "" || own[key] {
				continue
			}
			own[key] = true
			if seen[key] {
				shared[key] = true
			}
			seen[key] = true
		}
	}
	return shared
}

// identKey gives a text for a usable identifier, "" for one that identifies nothing.
func identKey(i *Identifier) string {
	system := authorityOf(i)
	if i.Value == "" || system == "" || i.Absent != "" {
		return ""
	}
	return system + "\x00" + i.Value
}

// authorityOf gives the namespace of an identifier: one that has no URI counts as it was sent (docs/ids.md).
func authorityOf(i *Identifier) string {
	if i.System == "" && i.SystemAsSent != "" {
		return "as sent\x00" + i.SystemAsSent
	}
	return i.System
}

// people reports whether the entries are people, organizations or places.
func (r *mergeRule) people() bool {
	return slices.Contains([]string{"practitioners", "relatedPersons", "organizations", "locations"}, r.list)
}

// sameName reports whether two people or places have a name in common, or one of them has none.
func (x *mergeIndex) sameName(g *agreeing, a, b member) bool {
	f := x.l.named("names")
	if f.absent(a.at) || f.absent(b.at) {
		return true
	}
	if f.layout.elem.shape == shapeString {
		return true // organizations and places have many names
	}
	names := func(at unsafe.Pointer) []Name { return *(*[]Name)(unsafe.Add(at, f.offset)) }
	silent := func(all []Name) bool {
		return !slices.ContainsFunc(all, func(n Name) bool { return len(n.Family)+len(n.Given) > 0 || n.Text != "" })
	}
	if silent(names(a.at)) || silent(names(b.at)) {
		return true
	}
	for _, n := range names(a.at) {
		for _, o := range names(b.at) {
			if partsMeet(n.Family, o.Family) || partsMeet(n.Given, o.Given) || n.Text != "" && folded(n.Text) == folded(o.Text) {
				return true
			}
		}
	}
	return false
}

func partsMeet(a, b []NamePart) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Value != "" && folded(x.Value) == folded(y.Value) {
				return true
			}
		}
	}
	return false
}

// also reports whether, beside the key, something else that tells people apart agrees: never by name alone.
func (x *mergeIndex) also(g *agreeing, a, b member) bool {
	for _, name := range x.rule.also {
		f := x.l.named(name)
		if f.absent(a.at) || f.absent(b.at) {
			continue
		}
		p, q := unsafe.Add(a.at, f.offset), unsafe.Add(b.at, f.offset)
		if f.layout.shape == shapeSlice && g.meet(f.layout, p, q) || f.layout.shape != shapeSlice && g.values(f.layout, p, q) {
			return true
		}
	}
	return false
}
