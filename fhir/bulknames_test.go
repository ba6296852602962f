package fhir

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What different resources of several sources call by one name has names of its own in the files of a bulk export: nobody's practitioner,
// problem or person becomes another's. What they share is written once.
func TestBulkNames(t *testing.T) {
	of := func(server, patient, practitioner, role string) []byte {
		b := `{"resourceType":"Bundle","type":"collection","entry":[`
		for i, r := range []string{
			`{"resourceType":"Patient","id":"1","name":[{"family":"` + patient + `"}]}`,
			`{"resourceType":"Practitioner","id":"1","name":[{"family":"` + practitioner + `"}]}`,
			`{"resourceType":"PractitionerRole","id":"1","practitioner":{"reference":"Practitioner/1"},"code":[{"text":"` + role + `"}]}`,
			`{"resourceType":"Organization","id":"1","name":"Ward"}`,
			`{"resourceType":"Condition","id":"1","code":{"text":"ails ` + patient + `"},"subject":{"reference":"Patient/1"},"asserter":{"reference":"PractitionerRole/1"}}`,
			`{"resourceType":"Procedure","id":"1","status":"completed","code":{"text":"done"},"subject":{"reference":"Patient/1"},"performer":[{"actor":{"reference":"Organization/1"}}],"reasonReference":[{"reference":"Condition/1"}]}`,
		} {
			if i > 0 {
				b += ","
			}
			b += `{`
			if server != "" {
				typ, _, _ := strings.Cut(r[len(`{"resourceType":"`):], `"`)
				b += `"fullUrl":"` + server + typ + `/1",`
			}
			b += `"resource":` + r + `}`
		}
		return []byte(b + `]}`)
	}
	for _, server := range []string{"", "http://a.example/fhir/"} {
		files := map[string]*bytes.Buffer{}
		w := &BulkWriter{Options: testOptions, Create: func(name string) (io.WriteCloser, error) {
			files[name] = &bytes.Buffer{}
			return memoryFile{files[name]}, nil
		}}
		other := server
		if server != "" {
			other = "http://b.example/fhir/"
		}
		shared := 0
		for _, data := range [][]byte{of(server, "Quill", "Ames", "nurse"), of(other, "Rook", "Bell", "nurse"), of(server, "Quill", "Ames", "nurse")} {
			recs, _ := imported(t, data)
			for _, rec := range recs {
				rep, err := w.Write(t.Context(), rec)
				require.NoError(t, err)
				shared += len(ofCode(rep, record.IssueSharedIdentifier.Code))
			}
		}
		m, err := w.Close()
		require.NoError(t, err)
		require.Equal(t, 5, shared, "the person, what is of them, and the practitioner with the role that leads there")
		counts := map[string]int{}
		for _, f := range m.Output {
			counts[f.Type] = f.Count
		}
		delete(counts, "Provenance")
		require.Equal(t, map[string]int{"Patient": 2, "Practitioner": 2, "PractitionerRole": 2, "Organization": 1, "Condition": 2, "Procedure": 2}, counts)
		var got []string
		for x, err := range bulkOf(files, m).Import(t.Context(), record.Input{}, record.ImportOptions{}) {
			require.NoError(t, err)
			rec := x.Record
			if rec.Patient == nil {
				continue
			}
			p := rec.Problems[0]
			require.Len(t, rec.Procedures, 1)
			require.Equal(t, p.ID, rec.Procedures[0].Indications[0].Ref.ID)
			who := ""
			for _, d := range rec.Practitioners {
				who += d.Names[0].Family[0].Value
			}
			got = append(got, rec.Patient.Names[0].Family[0].Value+" "+p.Code.Text+" "+who)
		}
		slices.Sort(got)
		require.Equal(t, []string{"Quill ails Quill Ames", "Rook ails Rook Bell"}, got)
	}
}
