package consent

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

// strip takes out of a value what refers to what is gone: the smallest part that does, whole. It reports whether the value itself is to go.
func (r *redactor) strip(v reflect.Value, top bool) (drop bool) {
	if x, ok := v.Addr().Interface().(*record.Ref); ok {
		return r.leads(x)
	}
	if _, ok := v.Addr().Interface().(*record.Section); ok {
		return false // see sections
	}
	t := v.Type()
	for i := range v.NumField() {
		f := v.Field(i)
		if !t.Field(i).IsExported() {
			continue
		}
		switch {
		case f.Kind() == reflect.Struct:
			if r.strip(f, top && t.Field(i).Anonymous) {
				f.SetZero()
				drop = drop || !top && t.Field(i).Type == reflect.TypeFor[record.Ref]()
			}
		case f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.Struct:
			if r.strip(f.Elem(), false) {
				f.SetZero()
				drop = drop || !top && t.Field(i).Type == reflect.TypeFor[*record.Ref]()
			}
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			n := 0
			for j := range f.Len() {
				if !r.strip(f.Index(j), false) {
					f.Index(n).Set(f.Index(j))
					n++
				}
			}
			switch {
			case n == f.Len():
			case n == 0:
				f.SetZero()
			default:
				f.SetLen(n)
			}
		}
	}
	return drop
}

// unsay clears what an entry says in words beside its fields: they may tell of what it referred to.
func unsay(v reflect.Value) {
	if v.Field(0).Type() != reflect.TypeFor[record.Entry]() {
		return
	}
	e := v.Field(0).Addr().Interface().(*record.Entry)
	if n := e.Narrative; n != nil && (n.Text != "" || n.Body != nil) {
		e.Narrative = &record.NarrativeLink{Anchor: n.Anchor}
		if n.Anchor == "" {
			e.Narrative = nil
		}
	}
	e.Notes = nil
	if p, ok := v.Addr().Interface().(*record.Panel); ok {
		p.Conclusion, p.ConclusionCodes, p.Attachments, p.Media, p.RelevantInfo = "", nil, nil, nil, ""
	}
	if l, ok := v.Addr().Interface().(*record.List); ok {
		l.Title = ""
	}
}

// copyDeep copies a value so that both share nothing that could be changed.
func copyDeep(dst, src reflect.Value) {
	dst.Set(src)
	switch src.Kind() {
	case reflect.Pointer:
		if !src.IsNil() {
			p := reflect.New(src.Type().Elem())
			copyDeep(p.Elem(), src.Elem())
			dst.Set(p)
		}
	case reflect.Slice:
		if src.Len() > 0 {
			s := reflect.MakeSlice(src.Type(), src.Len(), src.Len())
			reflect.Copy(s, src)
			if k := src.Type().Elem().Kind(); k == reflect.Struct || k == reflect.Slice || k == reflect.Pointer {
				for i := range src.Len() {
					copyDeep(s.Index(i), src.Index(i))
				}
			}
			dst.Set(s)
		}
	case reflect.Struct:
		if src.Type() == reflect.TypeFor[record.Data]() {
			return
		}
		for i := range src.NumField() {
			if k := src.Field(i).Kind(); (k == reflect.Pointer || k == reflect.Slice || k == reflect.Struct) && src.Type().Field(i).IsExported() {
				copyDeep(dst.Field(i), src.Field(i))
			}
		}
	}
}
