package fhir

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// The codes of HL7 v2 tables go out as FHIR's own, and as they were sent beside them.
func TestCodesOfV2Tables(t *testing.T) {
	code := func(system, code string) record.Concept {
		return record.Concept{Codings: []record.Coding{{System: system, Code: code}}}
	}
	for v2, want := range map[string]string{"M": `"gender":"male"`, "F": `"gender":"female"`, "O": `"gender":"other"`, "A": `"gender":"other"`, "U": `"gender":"unknown"`} {
		rec := &record.Record{
			Patient:    &record.Patient{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}, AdministrativeSex: code(systemV2Sex, v2)},
			Encounters: []record.Encounter{{Entry: record.Entry{ID: "b", Assertion: record.Affirmed}, Class: code(systemV2Class, "I")}},
		}
		var b bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{})
		require.NoError(t, err)
		out := b.String()
		require.Contains(t, out, want)
		require.Contains(t, out, `{"system":"`+systemV2Sex+`","code":"`+v2+`"}`)
		require.Contains(t, out, `"class":{"system":"`+record.SystemActCode+`","code":"IMP"}`)
		for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
			require.NoError(t, err)
			require.Equal(t, rec.Patient.AdministrativeSex, x.Record.Patient.AdministrativeSex)
			require.Equal(t, rec.Encounters[0].Class, x.Record.Encounters[0].Class)
		}
	}
}
