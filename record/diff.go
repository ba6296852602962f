package record

import (
	"reflect"
	"strconv"
)

// ChangeKind is how two records differ at a place.
type ChangeKind string

// The kinds of changes.
const (
	Added   ChangeKind = "added"   // only the second record has it
	Removed ChangeKind = "removed" // only the first record has it
	Changed ChangeKind = "changed" // both have it, with other values
	Moved   ChangeKind = "moved"   // both have the same entries in another order
)

// Change is one difference. It holds no values.
type Change struct {
	// Path is the place by JSON names; an index is that of the first record, of the second where Kind is Added.
	Path string
	Kind ChangeKind
}

// String gives kind and path: "changed allergies[0].criticality.codings[0].code".
func (c Change) String() string { return string(c.Kind) + " " + c.Path }

// Ignore says what Diff leaves out of the comparison. Values may be joined by |.
type Ignore uint8

// What may be left out.
const (
	// IgnoreOrigins leaves out Entry.Origins, Record.Sources, Record.Merging and Document.Source.
	IgnoreOrigins Ignore = 1 << iota
	// IgnoreIDs leaves out the ids that Portage made. Entries are then matched by their
	// place, and references compared by the place of the entry they point to.
	IgnoreIDs
	// IgnoreCarried leaves out Record.Carried.
	IgnoreCarried
)

// Diff compares two records. Entries and sections are matched by their ids,
// everything else by its place. An empty slice equals none. What one record has
// and the other has not is one change, at the top of it. Two records without a
// change are the same also for Marshal, but for what is ignored.
func Diff(a, b *Record, ignore ...Ignore) []Change {
	var d differ
	for _, i := range ignore {
		d.ignore |= i
	}
	if a == nil || b == nil {
		if a == b {
			return nil
		}
		return []Change{{Path: "", Kind: present(a == nil)}}
	}
	if d.ignore&IgnoreIDs != 0 {
		d.placesA, d.placesB = places(a), places(b)
	}
	l := layouts()[reflect.TypeFor[Record]()]
	d.compare(l, reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem())
	return d.changes
}

func present(onlyInSecond bool) ChangeKind {
	if onlyInSecond {
		return Added
	}
	return Removed
}

type differ struct {
	ignore           Ignore
	path             []byte
	changes          []Change
	placesA, placesB map[string]string // entry id → kind and place
}

// places names everything that has an id by its type and its place among its like.
func places(r *Record) map[string]string {
	m := map[string]string{}
	for kind, e := range r.Entries() {
		addPlace(m, kind, e.ID)
	}
	eachID(layouts()[reflect.TypeFor[Record]()], reflect.ValueOf(r).Elem(), func(l *layout, id string) { addPlace(m, l.typ.Name(), id) })
	return m
}

// addPlace gives an id its place; the map counts the places of a type under a key that is no id.
func addPlace(m map[string]string, kind, id string) {
	if _, ok := m[id]; ok {
		return
	}
	count := "\x00" + kind
	n, _ := strconv.Atoi(m[count])
	m[count] = strconv.Itoa(n + 1)
	m[id] = kind + "/" + m[count]
}

// eachID calls f for everything that has an id of Portage's making.
func eachID(l *layout, v reflect.Value, f func(l *layout, id string)) {
	switch l.shape {
	case shapePointer:
		if !v.IsNil() {
			eachID(l.elem, v.Elem(), f)
		}
	case shapeSlice:
		if l.elem.shape == shapeStruct {
			for i := range v.Len() {
				eachID(l.elem, v.Index(i), f)
			}
		}
	case shapeStruct:
		if l.typ == reflect.TypeFor[Merging]() {
			return // its parts have ids of their own
		}
		for i := range l.fields {
			switch x := &l.fields[i]; {
			case x.made && x.name == "id":
				if id := x.get(v).String(); id != "" {
					f(l, id)
				}
			case x.layout.shape >= shapePointer:
				eachID(x.layout, x.get(v), f)
			}
		}
	}
}

func (d *differ) change(k ChangeKind) {
	d.changes = append(d.changes, Change{string(d.path), k})
}

func (d *differ) skip(l *layout, f *field) bool {
	if d.ignore == 0 || !f.made {
		return false
	}
	switch l.fieldKey(f) {
	case "Entry.Origins", "Record.Sources", "Record.Merging", "Document.Source":
		return d.ignore&IgnoreOrigins != 0
	case "Record.Carried":
		return d.ignore&IgnoreCarried != 0
	case "Entry.Section":
		return d.ignore&IgnoreIDs != 0
	}
	return d.ignore&IgnoreIDs != 0 && f.name == "id"
}

func (d *differ) compare(l *layout, a, b reflect.Value) {
	switch l.shape {
	case shapePointer:
		switch {
		case a.IsNil() && b.IsNil():
		case a.IsNil() || b.IsNil():
			d.change(present(a.IsNil()))
		default:
			d.compare(l.elem, a.Elem(), b.Elem())
		}
	case shapeSlice:
		d.slices(l, a, b)
	case shapeStruct:
		d.structs(l, a, b)
	case shapeString:
		d.scalar(a.String() == b.String(), a.Len() == 0, b.Len() == 0)
	case shapeBool:
		d.scalar(a.Bool() == b.Bool(), false, false)
	case shapeInt:
		d.scalar(a.Int() == b.Int(), false, false)
	case shapeData:
		x, errX := a.Interface().(Data).Base64()
		y, errY := b.Interface().(Data).Base64()
		noX, noY := l.zero(a), l.zero(b)
		d.scalar(x == y && noX == noY && (errX == nil) == (errY == nil), noX, noY)
	}
}

func (d *differ) scalar(same, noA, noB bool) {
	switch {
	case same:
	case noA:
		d.change(Added)
	case noB:
		d.change(Removed)
	default:
		d.change(Changed)
	}
}

func (d *differ) structs(l *layout, a, b reflect.Value) {
	n := len(d.path)
	pa, pb := a.Addr().UnsafePointer(), b.Addr().UnsafePointer()
	for i := range l.fields {
		f := &l.fields[i]
		noX, noY := f.absent(pa), f.absent(pb)
		if noX && noY || d.skip(l, f) {
			continue
		}
		x, y := f.get(a), f.get(b)
		if d.path = d.path[:n]; n > 0 {
			d.path = append(d.path, '.')
		}
		d.path = append(d.path, f.name...)
		switch {
		case noX != noY && f.layout.shape == shapeStruct:
			d.change(present(noX))
		case d.placesA != nil && l.typ == reflect.TypeFor[Ref]() && f.name == "id":
			d.scalar(place(d.placesA, x.String()) == place(d.placesB, y.String()), noX, noY)
		default:
			d.compare(f.layout, x, y)
		}
	}
	d.path = d.path[:n]
}

func place(m map[string]string, id string) string {
	if at, ok := m[id]; ok {
		return at
	}
	return id
}

// keyed reports whether elements are matched by their ids.
func (d *differ) keyed(l *layout) bool {
	if d.ignore&IgnoreIDs != 0 || l.shape != shapeStruct {
		return false
	}
	at, ok := l.place("id")
	return ok && l.fields[at].made
}

func (d *differ) slices(l *layout, a, b reflect.Value) {
	if d.keyed(l.elem) {
		d.entries(l.elem, a, b)
		return
	}
	for i := range max(a.Len(), b.Len()) {
		n := d.index(i)
		switch {
		case i >= a.Len():
			d.change(Added)
		case i >= b.Len():
			d.change(Removed)
		default:
			d.compare(l.elem, a.Index(i), b.Index(i))
		}
		d.path = d.path[:n]
	}
}

// index adds a place to the path and gives the length to cut it back to.
func (d *differ) index(i int) int {
	n := len(d.path)
	d.path = append(strconv.AppendInt(append(d.path, '['), int64(i), 10), ']')
	return n
}

// entries matches elements by id; those that share one, in their order.
func (d *differ) entries(l *layout, a, b reflect.Value) {
	id := l.named("id")
	left := make(map[string][]int, b.Len())
	for j := range b.Len() {
		key := id.get(b.Index(j)).String()
		left[key] = append(left[key], j)
	}
	matched := make([]bool, b.Len())
	last, moved := -1, false
	for i := range a.Len() {
		n := d.index(i)
		key := id.get(a.Index(i)).String()
		if js := left[key]; len(js) > 0 {
			left[key] = js[1:]
			matched[js[0]] = true
			moved = moved || js[0] < last
			last = js[0]
			d.compare(l, a.Index(i), b.Index(js[0]))
		} else {
			d.change(Removed)
		}
		d.path = d.path[:n]
	}
	for j := range matched {
		if !matched[j] {
			n := d.index(j)
			d.change(Added)
			d.path = d.path[:n]
		}
	}
	if moved {
		d.change(Moved)
	}
}

// Equal reports whether Diff finds no change.
func Equal(a, b *Record, ignore ...Ignore) bool { return len(Diff(a, b, ignore...)) == 0 }
