package deid_test

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// facts gives what a record says that tells of nobody: codes of public systems, quantities with their units, numbers, truths,
// assertions, statuses, modes, years. Of what goes whole (consents, forms, attachments, addresses, identifiers) it gives nothing.
func facts(rec *record.Record) map[string]int {
	out := map[string]int{}
	var walk func(v reflect.Value, path string)
	walk = func(v reflect.Value, path string) {
		switch v.Kind() {
		case reflect.Pointer:
			if !v.IsNil() {
				walk(v.Elem(), path)
			}
			return
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i), path)
			}
			return
		case reflect.Struct:
		case reflect.Bool:
			out[path+" "+map[bool]string{true: "true", false: "false"}[v.Bool()]]++
			return
		case reflect.String:
			if v.Type() != reflect.TypeFor[string]() && v.Len() > 0 {
				out[path+" "+v.String()]++
			}
			return
		default:
			return
		}
		switch x := v.Addr().Interface().(type) {
		case *record.Coding:
			if deid.IsPublic(x.System) {
				out[path+" "+x.System+" "+x.Code]++
				for i := range x.Qualifiers {
					out[path+" qualifier "+x.Qualifiers[i].Value.Code]++
				}
			}
			return
		case *record.Quantity:
			if x.Value != "" {
				out[path+" "+x.Comparator+x.Value+" "+x.Code]++
			}
			return
		case *record.Time:
			if len(x.Value) >= 4 {
				out[path+" "+x.Value[:4]]++
			}
			return
		case *record.Ref:
			if x.ID != "" {
				out[path+" -> "+x.Kind]++
			}
			return
		case *record.Consent, *record.Form, *record.Attachment, *record.Address, *record.Identifier, *record.Name, *record.Telecom, *record.Narrative, *record.NarrativeLink, *record.Signature,
			*record.UDI, *record.TribalAffiliation, *record.Carried, *record.Merging, *record.Note, *record.Position, *record.RelatedDocument, *record.Origin, *record.Source, *record.ImagingInstance:
			return
		}
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				walk(v.Field(i), path+"."+f.Name)
			}
		}
	}
	walk(reflect.ValueOf(rec).Elem(), "")
	return out
}

// missing gives the facts of one record that another does not have.
func missing(a, b *record.Record) []string {
	have := facts(b)
	var out []string
	for f, n := range facts(a) {
		if have[f] < n {
			out = append(out, f)
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(out, func(f string) bool {
		return slices.ContainsFunc([]string{".TextBeside ", ".TextPlain ", ".Documents.Consents", ".Questionnaires.Form ", ".Practitioners.BirthTime ", ".Provenances.Entities."}, func(gone string) bool { return strings.Contains(f, gone) })
	})
}

// longAgo is a year so far back that it tells of an age over 89.
var longAgo = regexp.MustCompile(` 19([012][0-9]|3[0-6])$`)

// What is clinical stays: nothing that may stay is taken out.
func TestClinicalFactsStay(t *testing.T) {
	for seed := range uint64(20) {
		rec := recordtest.Generate(seed, recordtest.Medium)
		for _, m := range methods {
			out, _ := deidentify(t, options(m), rec)
			var lost []string
			for _, f := range missing(rec, out) {
				if m == deid.DateShift && strings.Contains(f, " 19") || strings.Contains(f, " 20") && m == deid.DateShift {
					continue // years may have moved
				}
				if longAgo.MatchString(f) {
					continue // of a patient who is over 89
				}
				lost = append(lost, f)
			}
			require.Empty(t, lost, "%s, seed %d", m, seed)
		}
	}
}

// Of the full record, every field of which holds something, too; what is lost is listed.
func TestClinicalFactsOfTheFullRecordStay(t *testing.T) {
	rec := recordtest.Full()
	rec.Carried = nil // one piece of it may turn an allergy, which goes for that
	for _, m := range methods {
		out, _ := deidentify(t, options(m), rec)
		var lost []string
		for _, f := range missing(rec, out) {
			if m == deid.DateShift && (strings.Contains(f, " 19") || strings.Contains(f, " 20")) {
				continue
			}
			lost = append(lost, f)
		}
		require.Equal(t, []string{}, append([]string{}, lost...), string(m))
	}
}
