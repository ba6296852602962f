package match_test

import (
	"context"
	"fmt"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/match"
)

func ExampleMatcher() {
	quill := func(given, birth, number string) *record.Patient {
		return &record.Patient{
			Entry:     record.Entry{Identifiers: []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: number}}},
			Names:     []record.Name{{Given: []record.NamePart{{Value: given}}, Family: []record.NamePart{{Value: "Quill"}}}},
			BirthTime: record.Time{Value: birth},
		}
	}
	for _, other := range []*record.Patient{
		quill("Elizabeth", "1961-03-02", "100"), // the same number; day and month exchanged
		quill("Liz", "1961-02-03", "200"),       // another number
		quill("Orla", "1999-12-31", "300"),
	} {
		m, err := match.Matcher{}.Match(context.Background(), quill("Elizabeth", "1961-02-03", "100"), other)
		if err != nil {
			fmt.Println(err)
		}
		fmt.Println(m.Answer)
		for _, r := range m.Reasons {
			fmt.Printf("  %+g %s: %s\n", r.Weight, r.Field, r.Finding)
		}
	}
	// Output:
	// same
	//   +20 identifiers: one authority gave both the same number
	//   +8 names: the same family name
	//   +6 names: the same given name
	//   +8 birthTime: day and month exchanged
	// look
	//   -5 identifiers: one authority gave them different numbers
	//   +8 names: the same family name
	//   +4 names: given names used for one another
	//   +13 birthTime: the same day
	// different
	//   -5 identifiers: one authority gave them different numbers
	//   +8 names: the same family name
	//   -6 names: different given names
	//   -9 birthTime: another day
}
