package recordtest

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/record"
)

// eachStruct calls f with a pointer to every struct of the record, outer before inner.
func eachStruct(rec *record.Record, f func(p any)) {
	walk(reflect.ValueOf(rec).Elem(), func(v reflect.Value) {
		if v.Kind() == reflect.Struct {
			f(v.Addr().Interface())
		}
	})
}

// walk goes through everything that is reachable, outer before inner.
func walk(v reflect.Value, f func(reflect.Value)) {
	f(v)
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				walk(v.Field(i), f)
			}
		}
	}
}

// eachID gives the id of everything that has one.
func eachID(rec *record.Record, f func(string)) {
	walk(reflect.ValueOf(rec).Elem(), func(v reflect.Value) {
		if v.Kind() != reflect.Struct {
			return
		}
		for i := range v.NumField() {
			if sf := v.Type().Field(i); sf.Name == "ID" && sf.Tag.Get("portage") == "made" && v.Field(i).Len() > 0 {
				f(v.Field(i).String())
			}
		}
	})
}

// clearFields empties the fields of Record whose JSON name drop picks.
func clearFields(rec *record.Record, drop func(name string) bool) {
	v := reflect.ValueOf(rec).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if drop(name) {
			v.Field(i).SetZero()
		}
	}
}

// dropAnchor takes away what points into a section's narrative; text that only the anchor gave stays as text.
func dropAnchor(p any) {
	textOf := func(text, ref *string) {
		if *ref != "" {
			if *text == "" {
				*text = "as the narrative had it"
			}
			*ref = ""
		}
	}
	switch x := p.(type) {
	case *record.NarrativeLink:
		textOf(&x.Text, &x.Anchor)
	case *record.Concept:
		textOf(&x.Text, &x.TextRef)
	case *record.Note:
		textOf(&x.Text, &x.TextRef)
	case *record.Attachment:
		textOf(&x.Text, &x.TextRef)
	case *record.Instruction:
		textOf(&x.Text, &x.TextRef)
	case *record.ReferenceRange:
		textOf(&x.Text, &x.TextRef)
	case *record.Medication:
		textOf(&x.Sig, &x.SigRef)
	}
}
