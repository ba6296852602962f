package record

import (
	"reflect"
	"slices"
	"unsafe"
)

// Only gives the entries with the ids given, and the people, places, devices and
// sources that they need, as a record of its own. It shares no memory that could be changed.
// References to what is not among them stay, and point to nothing.
func Only(r *Record, ids map[string]bool) *Record {
	out := &Record{Patient: r.Patient, Subject: r.Subject, Practitioners: r.Practitioners, Organizations: r.Organizations, Locations: r.Locations,
		RelatedPersons: r.RelatedPersons, Sources: r.Sources}
	root := layouts()[reflect.TypeFor[Record]()]
	eachList(root, func(f *field) {
		switch f.name {
		case "practitioners", "organizations", "locations", "relatedPersons":
			return
		}
		w := (*sliceWords)(unsafe.Add(unsafe.Pointer(r), f.offset))
		list := reflect.NewAt(f.layout.typ, unsafe.Add(unsafe.Pointer(out), f.offset)).Elem()
		all := reflect.NewAt(f.layout.typ, unsafe.Add(unsafe.Pointer(r), f.offset)).Elem()
		for i := range w.len {
			if ids[(*Entry)(unsafe.Add(w.first, uintptr(i)*f.layout.elem.size)).ID] {
				list.Set(reflect.Append(list, all.Index(i)))
			}
		}
	})
	for i := range r.Carried {
		if ids[r.Carried[i].Owner] {
			out.Carried = append(out.Carried, r.Carried[i])
		}
	}
	return out.Clone()
}

// eachList calls f for every field of a record that holds entries.
func eachList(root *layout, f func(f *field)) {
	for i := range root.fields {
		x := &root.fields[i]
		if x.layout.shape != shapeSlice || x.layout.elem.shape != shapeStruct || x.made {
			continue
		}
		if _, ok := x.layout.elem.place("assertion"); ok {
			f(x)
		}
	}
}

// Referring gives the ids of the entries one of whose fields of the names given
// refers to one of the ids: encounter, accounts, members …
func Referring(r *Record, ids map[string]bool, fields ...string) map[string]bool {
	out := map[string]bool{}
	eachList(layouts()[reflect.TypeFor[Record]()], func(list *field) {
		l := list.layout.elem
		w := (*sliceWords)(unsafe.Add(unsafe.Pointer(r), list.offset))
		for _, name := range fields {
			at, ok := l.place(name)
			if !ok {
				continue
			}
			f := &l.fields[at]
			for i := range w.len {
				p := unsafe.Add(w.first, uintptr(i)*l.size)
				var refs []Ref
				switch v := reflect.NewAt(f.layout.typ, unsafe.Add(p, f.offset)).Elem().Interface().(type) {
				case *Ref:
					if v != nil {
						refs = []Ref{*v}
					}
				case []Ref:
					refs = v
				}
				if slices.ContainsFunc(refs, func(r Ref) bool { return r.ID != "" && ids[r.ID] }) {
					out[(*Entry)(p).ID] = true
				}
			}
		}
	})
	return out
}

// Statements gives what the parts of a merged record state of the entries with
// the ids given, in the order of the parts. A record that was not merged states each once.
func Statements(opt MergeOptions, r *Record, ids map[string]bool) ([]Statement, error) {
	m, err := mergerOf(opt, r)
	if err != nil {
		return nil, err
	}
	var out []Statement
	for n := range m.clusters {
		c := &m.clusters[n]
		if c.dropped || !ids[c.id] {
			continue
		}
		for _, x := range c.members {
			out = append(out, Statement{m.parts[x.part].ID, x.e.ID})
		}
	}
	return out, nil
}
