package portage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// readAny reads the records of an input of any format; none where it cannot be read.
func readAny(t *testing.T, data []byte) (recs []*record.Record) {
	t.Helper()
	f, ok := portage.Detect(data, ccda.Format(), fhir.Format(), hl7v2.Format())
	if !ok {
		return nil
	}
	for got, err := range f.Importer.Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			return recs
		}
		recs = append(recs, got.Record)
	}
	return recs
}

// ownWords are the texts of an entry that nothing else in the record says: what must be nowhere once it is withheld.
// What common has as well, formats say of themselves.
func ownWords(rec *record.Record, id, common string) (own []string) {
	v, e := valueOf(rec, id)
	said := map[string]bool{}
	texts(v, func(s reflect.Value) {
		if t := strings.TrimSpace(s.String()); len(t) >= 7 && s.Type() == reflect.TypeFor[string]() {
			said[t] = true
		}
	})
	elsewhere := func(t string) {
		for s := range said {
			if strings.Contains(t, s) {
				delete(said, s)
			}
		}
	}
	for s := range said {
		// An OID may be the beginning of another, and words of closed lists are not the patient's.
		if strings.Trim(s, "0123456789.") == "" || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz-") == "" {
			delete(said, s)
		}
	}
	elsewhere(common)
	for i := range e.Origins {
		elsewhere(e.Origins[i].Path) // where what contained it stood
	}
	for i := range rec.Sources {
		elsewhere(rec.Sources[i].ID)
	}
	var heads func(list []record.Section) // sections that stay keep their titles, and the heads of their tables
	heads = func(list []record.Section) {
		for i := range list {
			elsewhere(list[i].Title)
			texts(reflect.ValueOf(&list[i].Code), func(s reflect.Value) { elsewhere(s.String()) })
			if n := list[i].Narrative; n != nil {
				for k := range n.Nodes {
					if n.Nodes[k].Kind == "thead" {
						elsewhere(n.PlainText(k, n.End(k)))
					}
				}
			}
			heads(list[i].Sections)
		}
	}
	for i := range rec.Documents {
		heads(rec.Documents[i].Sections)
	}
	others := reflect.ValueOf(rec).Elem()
	for i := range others.NumField() {
		switch f := others.Field(i); {
		case others.Type().Field(i).Name == "Sources" || others.Type().Field(i).Name == "Carried":
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			for j := range f.Len() {
				e, ok := f.Index(j).Addr().Interface().(interface{ AsEntry() *record.Entry })
				if ok && e.AsEntry().ID == id {
					continue
				}
				if d, ok := f.Index(j).Addr().Interface().(*record.Document); ok {
					bare := *d // what its sections tell in words is about entries
					bare.Sections, bare.Body, bare.Narrative = nil, nil, nil
					texts(reflect.ValueOf(&bare), func(s reflect.Value) { elsewhere(s.String()) })
					continue
				}
				texts(f.Index(j), func(s reflect.Value) { elsewhere(s.String()) })
			}
		default:
			texts(f, func(s reflect.Value) { elsewhere(s.String()) })
		}
	}
	for s := range said {
		own = append(own, s)
	}
	return own
}

// What an entry alone says of documents of all three formats is in no format once the entry is withheld.
func TestWithheldOfDocuments(t *testing.T) {
	files, err := filepath.Glob("ccda/testdata/*.xml")
	require.NoError(t, err)
	if shared, ok := beside.Find(); ok {
		for _, pattern := range []string{"corpus/ccda/hl7-ccd/*.xml", "corpus/ccda/vendors/*/*.xml", "corpus/fhir/us-core-610-examples/Bundle*.json", "corpus/fhir/smart-health-cards/example-0?-a-fhirBundle.json",
			"corpus/hl7v2/*/*/*/*/*.hl7", "corpus/hl7v2/*/*/*.hl7"} {
			more, err := filepath.Glob(filepath.Join(shared, pattern))
			require.NoError(t, err)
			files = append(files, more[:min(3, len(more))]...)
		}
	}
	var common bytes.Buffer
	for _, x := range eachFormat {
		_, err := x.Export(t.Context(), recordtest.Full(), &common, record.ExportOptions{})
		require.NoError(t, err)
	}
	entries, formats := 0, map[string]int{}
	for n, file := range files {
		if testing.Short() && n%4 != 0 {
			continue
		}
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, first := range readAny(t, data) {
			inputs := []*record.Record{first}
			for _, x := range []record.Exporter{fhir.Exporter{}, hl7v2.Exporter{}} { // the same chart, told in another format
				var b bytes.Buffer
				if _, err := x.Export(t.Context(), first, &b, record.ExportOptions{}); err == nil {
					inputs = append(inputs, readAny(t, b.Bytes())...)
				}
			}
			for _, rec := range inputs {
				seen := map[string]bool{}
				for kind, e := range rec.Entries() {
					switch kind {
					case record.KindPatient, record.KindPractitioner, record.KindOrganization, record.KindLocation, record.KindRelatedPerson, record.KindDocument, record.KindProvenance:
						continue
					}
					if seen[kind] || len(rec.Sources) == 0 {
						continue
					}
					secret := ownWords(rec, e.ID, common.String())
					if len(secret) == 0 {
						continue
					}
					seen[kind] = true
					entries++
					formats[rec.Sources[0].Format]++
					withheldFrom(t, rec, e.ID, secret, fmt.Sprintf("%s of %s, read from %s", kind, filepath.Base(file), rec.Sources[0].Format))
				}
			}
		}
	}
	require.Greater(t, entries, 20)
	require.Len(t, formats, 3)
	t.Logf("%d entries: %v", entries, formats)
}

// withheldFrom withholds an entry and looks for what it alone says in the record's own JSON, and in the formats.
func withheldFrom(t *testing.T, rec *record.Record, id string, secret []string, what string) {
	t.Helper()
	out, w := consent.Redact(without(id, false), rec, consent.Redaction{})
	require.NotNil(t, out, what)
	require.Positive(t, w.Total(), what)
	for name, x := range eachFormat {
		if name == "ccda conformant" || name == "fhir xml" {
			continue
		}
		var b bytes.Buffer
		_, err := x.Export(t.Context(), out, &b, record.ExportOptions{})
		require.NoError(t, err, "%s as %s", what, name)
		for _, s := range secret {
			for _, s := range []string{s, escaped(s)} {
				if i := strings.Index(b.String(), s); i >= 0 {
					t.Errorf("%s as %s: %q at …%s…", what, name, s, b.String()[max(0, i-120):min(b.Len(), i+60)])
					return
				}
			}
		}
	}
}

// escaped gives a text as JSON has it.
func escaped(s string) string {
	b, _ := json.Marshal(s)
	return string(b[1 : len(b)-1])
}
