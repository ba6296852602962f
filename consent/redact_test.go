package consent_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// denying permits everything but one entry.
func denying(id string) *consent.Decision {
	return &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{
			{Effect: consent.Deny, If: consent.Condition{Data: []record.ConsentData{{Meaning: "instance", Ref: record.Ref{ID: id}}}}},
			{Effect: consent.Permit}}}}}
}

// strs collects all strings of a value that hold a marker.
func strs(v reflect.Value, f func(string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			strs(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			strs(v.Index(i), f)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[record.Data]() {
			d := v.Interface().(record.Data)
			b, _ := d.Base64()
			f(b)
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				strs(v.Field(i), f)
			}
		}
	case reflect.String:
		f(v.String())
	}
}

// mentions collects the texts of every reference to an entry that stands outside it.
func mentions(v reflect.Value, id string, f func(string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			mentions(v.Elem(), id, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			mentions(v.Index(i), id, f)
		}
	case reflect.Struct:
		if r, ok := v.Addr().Interface().(*record.Ref); ok && r.ID == id {
			f(r.Display)
			f(r.AsSent)
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				mentions(v.Field(i), id, f)
			}
		}
	}
}

// planted are the kinds that are judged one by one.
func planted(t *testing.T) (ids []string) {
	rec, _ := recordtest.Markers()
	seen := map[string]bool{}
	for kind, e := range rec.Entries() {
		switch kind {
		case record.KindPatient, record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindRelatedPerson, record.KindDocument, record.KindProvenance:
		default:
			if !seen[kind] {
				ids = append(ids, e.ID)
			}
			seen[kind] = true
		}
	}
	require.Greater(t, len(ids), 25)
	return ids
}

// Nothing that stands in a withheld entry, or where it is mentioned, is in the record that is left.
func TestRedactMarkers(t *testing.T) {
	for i, id := range planted(t) {
		if testing.Short() && i%6 != 0 {
			continue
		}
		rec, plants := recordtest.Markers()
		isPlant := map[string]bool{}
		for _, m := range plants {
			isPlant[m] = true
		}
		var secret []string
		add := func(s string) {
			if strings.Contains(s, "Zqx") || isPlant[s] {
				secret = append(secret, s)
			}
		}
		var kind, section string
		v := reflect.ValueOf(rec).Elem()
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct {
				for j := range f.Len() {
					if e, ok := f.Index(j).Addr().Interface().(interface{ AsEntry() *record.Entry }); ok && e.AsEntry().ID == id {
						strs(f.Index(j), add)
						kind, section = v.Type().Field(i).Name, e.AsEntry().Section
					}
				}
			}
		}
		require.NotEmpty(t, secret, id)
		mentions(v, id, add)
		rec.Carried = append(rec.Carried,
			record.Carried{Format: "fhir", Source: "s", Owner: id, Kind: "value", Data: `{"x":"Zqx-carried"}`, Words: "Zqx-carried"},
			record.Carried{Format: "fhir", Source: "s", Kind: "value", Data: `{"total":17,"x":"Zqx-nobody"}`})
		rec.Sources = append(rec.Sources, record.Source{ID: "s", Format: "fhir", SHA256: "Zqx-digest", Items: []record.Item{
			{Type: "Observation", ID: "a", Entries: []string{id}, Text: `{"x":"Zqx-sent"}`}, {Type: "Patient", ID: "p", Entries: []string{rec.Patient.ID}, Text: `{"x":"Zqx-neighbour Observation/a"}`}}})
		secret = append(secret, "Zqx-carried", "Zqx-nobody", "Zqx-sent", "Zqx-neighbour", "Zqx-digest", id)

		before, err := json.Marshal(rec)
		require.NoError(t, err)
		out, w := consent.Redact(denying(id), rec, consent.Redaction{})
		require.NotNil(t, out, kind)
		require.Positive(t, w.Total(), kind)
		after, err := json.Marshal(out)
		require.NoError(t, err)
		for _, s := range secret {
			require.NotContains(t, string(after), s, "%s in section %q", kind, section)
		}
		unchanged, err := json.Marshal(rec)
		require.NoError(t, err)
		require.Equal(t, string(before), string(unchanged), "the record itself changed")

		again, w2 := consent.Redact(denying(id), out, consent.Redaction{})
		require.Zero(t, w2.Total(), kind)
		twice, err := json.Marshal(again)
		require.NoError(t, err)
		require.Equal(t, string(after), string(twice), kind)
	}
}

// That no allergies are known, said beside one that is withheld, would be taken for the whole truth by whoever does not see that one.
func TestNoneKnownBesideWhatIsWithheld(t *testing.T) {
	entry := func(id string, a record.Assertion) record.Entry { return record.Entry{ID: id, Assertion: a} }
	for name, tt := range map[string]struct {
		none, other record.Allergy
		stays       bool
	}{
		"of any kind":                {record.Allergy{}, record.Allergy{}, false},
		"of the same kind":           {record.Allergy{Categories: []string{"medication"}}, record.Allergy{Categories: []string{"medication"}}, false},
		"of a kind that nobody says": {record.Allergy{Categories: []string{"medication"}}, record.Allergy{}, false},
		"of another kind":            {record.Allergy{Categories: []string{"food"}}, record.Allergy{Categories: []string{"medication"}}, true},
		"beside one that was denied": {record.Allergy{}, record.Allergy{Entry: entry("", record.Negated)}, true},
	} {
		tt.none.Entry = entry("none", record.NoneKnown)
		if tt.other.Assertion == "" {
			tt.other.Assertion = record.Affirmed
		}
		tt.other.ID = "other"
		rec := &record.Record{Allergies: []record.Allergy{tt.none, tt.other}, Problems: []record.Problem{{Entry: entry("p", record.NoneKnown)}}}
		out, w := consent.Redact(denying("other"), rec, consent.Redaction{})
		require.Equal(t, tt.stays, len(out.Allergies) == 1, name)
		require.Len(t, out.Problems, 1, name)
		again, _ := consent.Redact(denying("other"), out, consent.Redaction{})
		require.Equal(t, out, again, name)
		require.Positive(t, w.Total())
		untouched, _ := consent.Redact(denying("another"), rec, consent.Redaction{})
		require.Len(t, untouched.Allergies, 2)
	}
}
