package record_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

func TestCloneIsEqualAndShares(t *testing.T) {
	rec := recordtest.Full()
	before, err := record.Marshal(rec)
	require.NoError(t, err)
	c := rec.Clone()
	require.Empty(t, record.Diff(rec, c))
	// Whatever is changed in the copy, the record stays as it was.
	spoil(reflect.ValueOf(c).Elem())
	require.NotEmpty(t, record.Diff(rec, c))
	after, err := record.Marshal(rec)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
	require.Nil(t, (*record.Record)(nil).Clone())
}

// spoil changes every text that can be reached.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + " spoilt")
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				spoil(v.Field(i))
			}
		}
	}
}

func BenchmarkClone(b *testing.B) {
	rec := recordtest.Generate(1, recordtest.Large)
	b.ReportAllocs()
	for b.Loop() {
		rec.Clone()
	}
}
