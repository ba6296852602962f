package deid_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

// Every field of the record has a rule that somebody wrote, and every rule a field: a new field fails here until it is ruled on.
func TestEveryFieldIsRuledOn(t *testing.T) {
	written := map[string]string{}
	for _, r := range deid.WrittenRules() {
		require.NotContains(t, written, r.Field, "ruled on twice")
		written[r.Field] = r.Rule
	}
	met := map[string]bool{}
	var walk func(typ reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || met[typ.Name()] {
			return
		}
		met[typ.Name()] = true
		if written[typ.Name()] != "" {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			if !f.IsExported() {
				continue
			}
			key := typ.Name() + "." + f.Name
			rule := written[key]
			require.NotEmpty(t, rule, "%s has no rule: say in rules.txt what becomes of it when a record is de-identified", key)
			met[key] = true
			if rule == "parts" || rule == "age" || rule == "tribe" {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[record.Record]())
	for field := range written {
		require.True(t, met[field] || strings.HasPrefix(written[field], "out") || written[field] == "ids" || written[field] == "telecom" || written[field] == "attachment", "%s: there is no such field", field)
	}
}

// A rule fits what it is for: a text is never kept as it is, and a word of a closed list has one.
func TestRulesFitTheirFields(t *testing.T) {
	var check func(typ reflect.Type)
	met := map[reflect.Type]bool{}
	rules := map[string]deid.FieldRule{}
	for _, r := range deid.Rules() {
		rules[r.Field] = r
	}
	check = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || met[typ] {
			return
		}
		met[typ] = true
		if _, whole := rules[typ.Name()]; whole {
			return
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			if !f.IsExported() {
				continue
			}
			r := rules[typ.Name()+"."+f.Name]
			leaf := f.Type
			for leaf.Kind() == reflect.Pointer || leaf.Kind() == reflect.Slice {
				leaf = leaf.Elem()
			}
			switch leaf.Kind() {
			case reflect.String:
				require.NotContains(t, []string{"keep", "parts"}, r.Rule, r.Field)
				if r.Rule == "term" {
					require.True(t, deid.HasTerms(r.Field, leaf.Name()), "%s: no list of words", r.Field)
				}
			case reflect.Struct:
				if r.Rule == "parts" || r.Rule == "age" || r.Rule == "tribe" {
					check(f.Type)
				}
			default:
				require.Contains(t, []string{"keep", "out"}, r.Rule, r.Field)
			}
		}
	}
	check(reflect.TypeFor[record.Record]())
}
