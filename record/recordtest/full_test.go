package recordtest

import (
	"reflect"
	"sort"
	"testing"

	"github.com/portage-health/portage/record"
	"github.com/stretchr/testify/require"
)

// No field of any type is left empty everywhere. A field added to the record is
// filled by its type; where it needs words, codes or a target of its own, they
// go into strings.txt, concepts.txt or refs.txt.
func TestFullFillsEveryField(t *testing.T) {
	filled := map[string]bool{}
	walk(reflect.ValueOf(Full()).Elem(), func(v reflect.Value) {
		if v.Kind() != reflect.Struct {
			return
		}
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				filled[v.Type().Name()+"."+v.Type().Field(i).Name] = true
			}
		}
	})
	var missing []string
	for key := range fieldsOfAllTypes() {
		if !filled[key] {
			missing = append(missing, key)
		}
	}
	sort.Strings(missing)
	require.Empty(t, missing)
}

// fieldsOfAllTypes gives Type.Field of all that can be reached from Record.
func fieldsOfAllTypes() map[string]reflect.StructField {
	all := map[string]reflect.StructField{}
	done := map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct || done[t] {
			return
		}
		done[t] = true
		for i := range t.NumField() {
			if f := t.Field(i); f.IsExported() {
				all[t.Name()+"."+f.Name] = f
				visit(f.Type)
			}
		}
	}
	visit(reflect.TypeFor[record.Record]())
	return all
}

// The first entry of each kind, the patient and the document have everything an entry can have.
func TestFullEntriesAreFull(t *testing.T) {
	seen := map[string]bool{}
	for kind, e := range Full().Entries() {
		if seen[kind] {
			continue
		}
		seen[kind] = true
		require.NotEmpty(t, e.ID, kind)
		require.Equal(t, record.Affirmed, e.Assertion, kind)
		require.NotEmpty(t, e.Status.Code, kind)
		for name, n := range map[string]int{"identifiers": len(e.Identifiers), "labels": len(e.Labels), "participants": len(e.Participants)} {
			require.Equal(t, 2, n, "%s: %s", kind, name)
		}
		require.NotEmpty(t, e.Notes, kind)
		require.NotEmpty(t, e.Relations, kind)
		require.NotNil(t, e.Narrative, kind)
		require.NotNil(t, e.Recorded, kind)
		require.NotNil(t, e.Updated, kind)
	}
	require.Len(t, seen, 43)
}

func TestFullHasEveryAlternativeOfAValue(t *testing.T) {
	seen := map[string]bool{}
	for _, o := range Full().Results {
		for _, x := range o.Values {
			v := reflect.ValueOf(x)
			for i := range v.NumField() {
				if !v.Field(i).IsZero() {
					seen[v.Type().Field(i).Name] = true
				}
			}
		}
	}
	require.Len(t, seen, values)
	require.Equal(t, values, reflect.TypeFor[record.Value]().NumField(), "a new alternative of Value needs a case in value")
}

func TestFullHasEveryAssertion(t *testing.T) {
	said := map[record.Assertion]bool{}
	status := map[record.StatusCode]bool{}
	for _, e := range Full().Entries() {
		said[e.Assertion] = true
		status[e.Status.Code] = true
	}
	require.Len(t, said, 4)
	for _, s := range []record.StatusCode{record.StatusRefused, record.StatusNotDone, record.StatusEnteredInError, record.StatusCancelled, record.StatusUnknown} {
		require.True(t, status[s], s)
	}
}

func TestFullIsTheSameEveryTime(t *testing.T) {
	a, err := record.Marshal(Full())
	require.NoError(t, err)
	b, err := record.Marshal(Full())
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
}

// The lists hold no line for a field that is not there, and every field of a closed list or of codes has one.
func TestTablesNameFieldsThatExist(t *testing.T) {
	all := fieldsOfAllTypes()
	for _, list := range []string{conceptText, stringText, refText} {
		for key := range rows(list) {
			name := key
			for _, suffix := range []string{".1"} {
				if len(name) > 2 && name[len(name)-2:] == suffix {
					name = name[:len(name)-2]
				}
			}
			if name[0] == '*' || name == "Coding.*" {
				continue
			}
			require.Contains(t, all, name)
		}
	}
	for key, f := range all {
		base := f.Type
		for base.Kind() == reflect.Slice || base.Kind() == reflect.Pointer {
			base = base.Elem()
		}
		if base == reflect.TypeFor[record.Concept]() && key != "Decision.Reason" { // words of a person, for no exporter
			require.NotEmpty(t, tables().concepts[key], "concepts.txt has no codes for %s", key)
		}
	}
}

func TestFocus(t *testing.T) {
	rec := Focus(Full(), "allergies", "practitioners")
	require.NotEmpty(t, rec.Allergies)
	require.NotEmpty(t, rec.Practitioners)
	require.Empty(t, rec.Problems)
	require.Empty(t, rec.Documents)
	require.Empty(t, record.Validate(rec))
}
