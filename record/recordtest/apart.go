package recordtest

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/record"
)

// apart gives a record with one field of another, whole and in its memory, and of
// what that refers to no more than ids, status and identifiers.
func apart(rec *record.Record, field string) *record.Record {
	out := &record.Record{Sources: rec.Sources}
	from, to := reflect.ValueOf(rec).Elem(), reflect.ValueOf(out).Elem()
	known, refs := map[string]bool{}, map[string]bool{}
	for i := range from.NumField() {
		if name, _, _ := strings.Cut(from.Type().Field(i).Tag.Get("json"), ","); name != field {
			continue
		}
		to.Field(i).Set(from.Field(i))
		walk(from.Field(i), func(v reflect.Value) {
			if !v.CanAddr() {
				return
			}
			switch x := v.Addr().Interface().(type) {
			case *record.Ref:
				refs[x.ID] = true
			case *record.Entry:
				known[x.ID] = true
			}
		})
	}
	kinds := kindsOfFields()
	for i := range from.NumField() {
		f := from.Field(i)
		if kinds[from.Type().Field(i).Name] == "" || f.Kind() != reflect.Slice || !to.Field(i).IsZero() || f.Type() == reflect.TypeFor[[]record.Document]() {
			continue
		}
		for k := range f.Len() {
			e := f.Index(k).FieldByName("Entry").Addr().Interface().(*record.Entry)
			if !refs[e.ID] {
				continue
			}
			known[e.ID] = true
			stub := reflect.New(f.Type().Elem()).Elem()
			stub.FieldByName("Entry").Set(reflect.ValueOf(bare(e)))
			to.Field(i).Set(reflect.Append(to.Field(i), stub))
		}
	}
	if p := rec.Patient; p != nil && out.Patient == nil {
		out.Patient = &record.Patient{Entry: bare(&p.Entry), Names: p.Names[:min(1, len(p.Names))]}
	}
	if len(rec.Documents) > 0 && len(out.Documents) == 0 {
		d := &rec.Documents[0]
		out.Documents = []record.Document{{Entry: bare(&d.Entry), Source: d.Source, Type: d.Type, Sections: outline(d.Sections, known)}}
	}
	for _, c := range rec.Carried {
		if known[c.Owner] {
			out.Carried = append(out.Carried, c)
		}
	}
	return out
}

// bare is what an entry is known by.
func bare(e *record.Entry) record.Entry {
	return record.Entry{ID: e.ID, Assertion: e.Assertion, Mode: e.Mode, Status: record.Status{Code: e.Status.Code}, Identifiers: e.Identifiers}
}

// outline gives the sections that list an entry that is known, without their narrative.
func outline(list []record.Section, known map[string]bool) []record.Section {
	var out []record.Section
	for i := range list {
		s := record.Section{ID: list[i].ID, Code: list[i].Code, Title: list[i].Title, Sections: outline(list[i].Sections, known)}
		for _, r := range list[i].Entries {
			if known[r.ID] {
				s.Entries = append(s.Entries, r)
			}
		}
		if len(s.Entries)+len(s.Sections) > 0 {
			out = append(out, s)
		}
	}
	return out
}
