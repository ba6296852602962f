package record_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/portage-health/portage/record"
)

// penicillin is what a host might build from its own tables.
func penicillin() record.Allergy {
	return record.Allergy{
		Entry: record.Entry{ID: "a-1", Assertion: record.Affirmed},
		Substance: record.Concept{
			Text:    "Penicillin",
			Codings: []record.Coding{{System: record.SystemRxNorm, Code: "7980", Display: "penicillin G"}},
		},
		Clinical: record.ClinicalStatus{Code: "active"},
		Onset:    record.Period{Start: record.Time{Value: "1998-06"}}, // the day is not known, and none is invented
		Reactions: []record.Reaction{{
			Manifestations: []record.Concept{{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "247472004", Display: "Hives"}}}},
		}},
	}
}

func chart() *record.Record {
	return &record.Record{
		Patient: &record.Patient{
			Entry:     record.Entry{ID: "p-1", Assertion: record.Affirmed},
			Names:     []record.Name{{Given: []record.NamePart{{Value: "Ada"}}, Family: []record.NamePart{{Value: "Example"}}}},
			BirthTime: record.Time{Value: "1975-05-01"},
		},
		Allergies: []record.Allergy{penicillin()},
	}
}

func Example() {
	rec := chart()
	fmt.Println(rec.Patient.Names[0], record.CountLeaves(rec), len(record.Validate(rec)))
	// An entry without an assertion is not valid: silence is not yes.
	rec.Allergies[0].Assertion = ""
	for _, issue := range record.Validate(rec) {
		fmt.Println(issue.Code, issue.Path)
	}
	// Output:
	// Ada Example 12 0
	// missing-assertion allergies[0].assertion
}

func ExampleMarshal() {
	rec := &record.Record{Allergies: []record.Allergy{penicillin()}}
	rec.Allergies[0].Reactions, rec.Allergies[0].Onset = nil, record.Period{}
	data, err := record.Marshal(rec)
	fmt.Println(string(data), err)
	back, err := record.Unmarshal(data)
	fmt.Println(record.Equal(rec, back), err)
	// Output:
	// {"portageRecord":"1","record":{"allergies":[{"id":"a-1","assertion":"affirmed","substance":{"text":"Penicillin","codings":[{"system":"http://www.nlm.nih.gov/research/umls/rxnorm","code":"7980","display":"penicillin G"}]},"clinicalStatus":{"code":"active"}}]}} <nil>
	// true <nil>
}

func ExampleUnmarshal() {
	_, err := record.Unmarshal([]byte(`{"portageRecord":"1","record":{"allergies":[{"id":"a-1","assertion":"affirmed","severity":"bad"}]}}`))
	fmt.Println(err)
	// Output:
	// record: 1:91: record.allergies[0].severity: an object was expected
}

func ExampleDiff() {
	before, after := chart(), chart()
	after.Allergies[0].Assertion = record.Negated
	after.Allergies[0].Reactions = nil
	after.Problems = []record.Problem{{Entry: record.Entry{ID: "c-1", Assertion: record.Affirmed}}}
	for _, change := range record.Diff(before, after) {
		fmt.Println(change)
	}
	// Output:
	// changed allergies[0].assertion
	// removed allergies[0].reactions[0]
	// added problems[0]
}

func ExampleLeaves() {
	a := penicillin()
	rec := &record.Record{Allergies: []record.Allergy{a}}
	for leaf := range record.Leaves(rec) {
		fmt.Println(leaf.Path)
	}
	// Output:
	// allergies[0].substance.text
	// allergies[0].substance.codings[0].system
	// allergies[0].substance.codings[0].code
	// allergies[0].substance.codings[0].display
	// allergies[0].clinicalStatus.code
	// allergies[0].onset.start.value
	// allergies[0].reactions[0].manifestations[0].codings[0].system
	// allergies[0].reactions[0].manifestations[0].codings[0].code
	// allergies[0].reactions[0].manifestations[0].codings[0].display
}

func ExampleEachLeaf() {
	// An exporter whose format has no place for reactions counts and names what it leaves out.
	a, report := penicillin(), &record.Report{}
	record.EachLeaf("allergies[0].reactions", a.Reactions, func(path string) {
		report.Counts.Lost++
		report.Add(record.IssueLost.At(path, 0, 0))
	})
	fmt.Println(report.Counts.Lost, report.Issues[1].Path)
	// Output:
	// 3 allergies[0].reactions[0].manifestations[0].codings[0].code
}

func ExampleRecord_Entries() {
	for kind, entry := range chart().Entries() {
		fmt.Println(kind, entry.ID)
	}
	// Output:
	// patient p-1
	// allergy a-1
}

func ExampleJSONFormat() {
	f := record.JSONFormat()
	var out bytes.Buffer
	report, err := f.Exporter.Export(context.Background(), chart(), &out, record.ExportOptions{})
	fmt.Println(report.Counts.Exported, report.Counts.Lost, err)
	for got, err := range f.Importer.Import(context.Background(), record.Input{Reader: &out}, record.ImportOptions{}) {
		fmt.Println(got.Report.Counts.Facts, got.Report.Counts.Unaccounted(), err)
	}
	// Output:
	// 12 0 <nil>
	// 17 0 <nil>
}
