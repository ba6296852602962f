package record_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestCountEntries: every list that Entries goes over is counted, and no other.
func TestCountEntries(t *testing.T) {
	var rec record.Record
	require.Zero(t, rec.CountEntries())
	v := reflect.ValueOf(&rec).Elem()
	for i := range v.NumField() {
		f := v.Field(i)
		switch f.Kind() {
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), i+1, i+1))
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		}
		n := 0
		for range rec.Entries() {
			n++
		}
		require.Equal(t, n, rec.CountEntries(), v.Type().Field(i).Name)
	}
}
