package portage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// eachFormat are all formats that a record can leave in.
var eachFormat = map[string]record.Exporter{
	"ccda": ccda.Exporter{}, "ccda conformant": ccda.Exporter{Mode: ccda.Conformant}, "fhir": fhir.Exporter{}, "fhir xml": fhir.Exporter{Form: fhir.XML}, "ndjson": fhir.Exporter{Form: fhir.NDJSON},
	"hl7v2": hl7v2.Exporter{}, "record": record.JSONFormat().Exporter,
}

// without permits everything but one entry.
func without(id string, mask bool) *consent.Decision {
	return &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC),
		Residual: []consent.Stage{{Name: "consent", Rules: []consent.Rule{
			{Effect: consent.Deny, Mask: mask, If: consent.Condition{Data: []record.ConsentData{{Meaning: "instance", Ref: record.Ref{ID: id}}}}}, {Effect: consent.Permit}}}}}
}

// tells says how an entry is told of in other places than itself: the texts that stand with a reference to it, as a pointer to each.
func tells(v reflect.Value, id string, f func(*string)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			tells(v.Elem(), id, f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			tells(v.Index(i), id, f)
		}
	case reflect.Struct:
		if r, ok := v.Addr().Interface().(*record.Ref); ok {
			if r.ID == id {
				f(&r.Display)
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				tells(v.Field(i), id, f)
			}
		}
	}
}

// texts calls f with every text of a value.
func texts(v reflect.Value, f func(reflect.Value)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			texts(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			texts(v.Index(i), f)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				texts(v.Field(i), f)
			}
		}
	case reflect.String:
		f(v)
	}
}

// valueOf finds an entry in a record.
func valueOf(rec *record.Record, id string) (reflect.Value, *record.Entry) {
	v := reflect.ValueOf(rec).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct {
			for j := range f.Len() {
				if e, ok := f.Index(j).Addr().Interface().(interface{ AsEntry() *record.Entry }); ok && e.AsEntry().ID == id {
					return f.Index(j), e.AsEntry()
				}
			}
		}
	}
	return reflect.Value{}, nil
}

// eachJudged calls f with the first entries of every kind that is judged by itself.
func eachJudged(t *testing.T, most int, f func(kind, id string)) {
	t.Helper()
	seen, n := map[string]int{}, 0
	for kind, e := range recordtest.Full().Entries() {
		switch kind {
		case record.KindPatient, record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindRelatedPerson, record.KindDocument, record.KindProvenance:
		default:
			if seen[kind]++; seen[kind] <= most {
				n++
				if testing.Short() && n%5 != 0 {
					continue
				}
				f(kind, e.ID)
			}
		}
	}
	require.Greater(t, len(seen), 25)
}

// A marker stands in every text of an entry of each kind, and everywhere that the entry is mentioned: with references from
// others, in the row of the narrative, in pieces carried for it and for nobody, in what its source sent. Where the
// entry is withheld, no format has any.
func TestMarkersInNoFormat(t *testing.T) {
	nth := 0
	eachJudged(t, 1, func(kind, id string) {
		nth++
		for _, mask := range []bool{false, true} {
			if mask && nth%4 != 0 {
				continue
			}
			rec, _ := recordtest.Markers()
			v, e := valueOf(rec, id)
			var secret []string
			texts(v, func(s reflect.Value) {
				if strings.Contains(s.String(), "Zqx") {
					secret = append(secret, s.String())
				}
			})
			require.NotEmpty(t, secret, kind)
			n := 0
			tells(reflect.ValueOf(rec).Elem(), id, func(s *string) {
				n++
				*s = fmt.Sprintf("Zqxmention%d.", n)
				secret = append(secret, *s)
			})
			// In the narrative of its section: a row of its own.
			for i := range rec.Documents {
				for j := range rec.Documents[i].Sections {
					s := &rec.Documents[i].Sections[j]
					if s.ID != e.Section || s.ID == "" {
						continue
					}
					s.Narrative = &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "table"}, {Kind: "tbody", Depth: 1}, {Kind: "tr", Depth: 2, ID: "zrow"}, {Kind: "td", Depth: 3}, {Kind: "text", Depth: 4, Text: "Zqxrow."}}}
					e.Narrative = &record.NarrativeLink{Anchor: "zrow"}
					secret = append(secret, "Zqxrow.")
				}
			}
			rec.Carried = append(rec.Carried,
				record.Carried{Format: "fhir", Source: "src", Owner: id, Kind: "value", Name: "extension", At: "extension", Data: `[{"url":"http://example.org/x","valueString":"Zqxcarried."}]`, Words: "Zqxcarried."},
				record.Carried{Format: "ccda", Source: "src", Owner: id, Kind: "element", Name: "observation", Data: `<observation xmlns="urn:hl7-org:v3"><text>Zqxcarried.</text></observation>`, Words: "Zqxcarried."},
				record.Carried{Format: "fhir", Source: "src", Kind: "value", Name: "total", At: "total", Data: `"Zqxnobody."`})
			rec.Sources = append(rec.Sources, record.Source{ID: "src", Format: "fhir", SHA256: "Zqxdigest.", Items: []record.Item{
				{Type: "Observation", ID: "a", Path: "Bundle.entry[0]", Entries: []string{id}, Text: `{"resourceType":"Observation","id":"Zqxsent."}`},
				{Type: "Patient", ID: "p", Path: "Bundle.entry[1]", Entries: []string{rec.Patient.ID}, Text: `{"resourceType":"Patient","name":[{"text":"Zqxneighbour."}]}`}}})
			secret = append(secret, "Zqxcarried.", "Zqxnobody.", "Zqxdigest.", "Zqxsent.", "Zqxneighbour.")
			if !mask {
				secret = append(secret, id)
			}
			leavesNothing(t, rec, without(id, mask), consent.Redaction{}, secret, fmt.Sprintf("%s, mask %t", kind, mask))
		}
	})
}

// leavesNothing redacts a record and looks for texts in what every format makes of it.
func leavesNothing(t *testing.T, rec *record.Record, d *consent.Decision, how consent.Redaction, secret []string, what string) {
	t.Helper()
	out, w := consent.Redact(d, rec, how)
	require.NotNil(t, out, what)
	require.Positive(t, w.Total(), what)
	for name, x := range eachFormat {
		var b bytes.Buffer
		rep, err := x.Export(t.Context(), out, &b, record.ExportOptions{Now: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)})
		require.NoError(t, err, "%s as %s", what, name)
		report, err := json.Marshal(rep)
		require.NoError(t, err)
		if i, s := firstOf(b.String(), secret); i >= 0 {
			t.Errorf("%s as %s: %q at …%s…", what, name, s, b.String()[max(0, i-160):min(b.Len(), i+60)])
		}
		if _, s := firstOf(string(report), secret); s != "" {
			t.Errorf("report of %s as %s: %q", what, name, s)
		}
	}
}

// firstOf finds one of many texts, most of which begin with Zqx.
func firstOf(in string, secret []string) (int, string) {
	var marks []string
	for _, s := range secret {
		if strings.HasPrefix(s, "Zqx") && len(s) >= 7 {
			marks = append(marks, s)
		} else if i := strings.Index(in, s); i >= 0 {
			return i, s
		}
	}
	for at := 0; ; at++ {
		i := strings.Index(in[at:], "Zqx")
		if i < 0 {
			return -1, ""
		}
		at += i
		for _, s := range marks {
			if strings.HasPrefix(in[at:], s) {
				return at, s
			}
		}
	}
}
