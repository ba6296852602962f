package ccda_test

import (
	"context"
	"fmt"
	"os"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/record"
)

func ExampleImport() {
	data, err := os.ReadFile("testdata/r11.xml")
	if err != nil {
		fmt.Println(err)
		return
	}
	rec, rep, err := ccda.Import(context.Background(), data, record.ImportOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rec.Patient.Names[0], rec.Patient.BirthTime.Value)
	for _, a := range rec.Allergies {
		fmt.Println(a.Assertion, a.Substance.Codings[0].Display, a.Onset.Start.Value)
	}
	fmt.Println(rep.Counts.Unaccounted(), "facts unaccounted for")
	// Output:
	// Piers Oakley 1947-01-31
	// affirmed Sulfamethoxazole 2001
	// 0 facts unaccounted for
}
