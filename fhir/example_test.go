package fhir_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// An invented patient whose time of birth has no offset: FHIR takes the date,
// the time as it was sent stands beside it in an extension, and nothing is lost.
func ExampleExport() {
	rec := &record.Record{Patient: &record.Patient{
		Entry: record.Entry{
			ID: "5b1f0a52-6a0e-8c1d-9f3b-0d2c4e6a8b10", Assertion: record.Affirmed,
			Identifiers: []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "4711"}},
		},
		Names:             []record.Name{{Given: []record.NamePart{{Value: "Ines"}}, Family: []record.NamePart{{Value: "Invented"}}}},
		AdministrativeSex: record.Concept{Codings: []record.Coding{{System: record.SystemAdministrativeSex, Code: "F"}}},
		BirthTime:         record.Time{Value: "1970-05-01T08:30"},
	}}
	var out bytes.Buffer
	report, err := fhir.Export(context.Background(), rec, &out, record.ExportOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	at := bytes.Index(out.Bytes(), []byte(`"birthDate"`))
	fmt.Printf("%.24s\n", out.Bytes()[at:])
	fmt.Println(report.Counts.Exported, "exported,", report.Counts.Lost, "lost")
	for _, i := range report.Issues {
		fmt.Println(i.Severity, i.Code, i.Path)
	}
	// Output:
	// "birthDate":"1970-05-01"
	// 7 exported, 0 lost
}
