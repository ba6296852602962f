package ccda

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// TestSame holds that no field is passed over when two names or addresses are compared.
func TestSame(t *testing.T) {
	a := record.Address{Lines: []string{"1 Mill Lane"}, City: "Aden"}
	require.True(t, sameAddress(&a, &record.Address{Lines: []string{"1 Mill Lane"}, City: "Aden"}))
	n := record.Name{Given: []record.NamePart{{Value: "Ada"}}, Uses: []string{"legal"}}
	require.True(t, sameName(&n, &record.Name{Given: []record.NamePart{{Value: "Ada"}}, Uses: []string{"legal"}}))
	eachField(t, sameAddress)
	eachField(t, sameName)
	eachField(t, func(a, b *record.NamePart) bool {
		return sameName(&record.Name{Given: []record.NamePart{*a}}, &record.Name{Given: []record.NamePart{*b}})
	})
}

// eachField compares a value of which one field says something with one that says nothing.
func eachField[T any](t *testing.T, equal func(a, b *T) bool) {
	for i := range reflect.TypeFor[T]().NumField() {
		var a, b T
		switch f := reflect.ValueOf(&a).Elem().Field(i); f.Kind() {
		case reflect.String:
			f.SetString("x")
		case reflect.Slice:
			f.Set(reflect.MakeSlice(f.Type(), 1, 1))
		case reflect.Pointer:
			f.Set(reflect.New(f.Type().Elem()))
		default:
			require.Fail(t, "a field of another kind", f.Kind())
		}
		require.False(t, equal(&a, &b), "field %d", i)
		require.False(t, same(&a, &b), "field %d", i)
		require.True(t, same(&a, &a), "field %d", i)
	}
}
