package consent_test

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

// plainCopy is a deep copy by reflection, which redaction is measured against.
func plainCopy(r *record.Record) *record.Record {
	out := new(record.Record)
	deep(reflect.ValueOf(out).Elem(), reflect.ValueOf(r).Elem())
	return out
}

func deep(dst, src reflect.Value) {
	switch src.Kind() {
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			deep(dst.Elem(), src.Elem())
		}
	case reflect.Slice:
		if src.Len() > 0 {
			dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
			for i := range src.Len() {
				deep(dst.Index(i), src.Index(i))
			}
		}
	case reflect.Struct:
		if src.Type() == reflect.TypeFor[record.Data]() {
			dst.Set(src)
			return
		}
		for i := range src.NumField() {
			deep(dst.Field(i), src.Field(i))
		}
	default:
		dst.Set(src)
	}
}
