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

// Two sources of one patient become one chart. What both say is one entry that names
// both; what they say differently stays, side by side, and is named.
func ExampleMerge() {
	chart := func(source, day string, allergies ...record.Allergy) *record.Record {
		r := &record.Record{Sources: []record.Source{{ID: source, Format: "fhir", Time: day}}, Allergies: allergies}
		for _, e := range r.Entries() {
			e.Origins = []record.Origin{{Source: source}}
		}
		return r
	}
	allergy := func(id, code, name, status string) record.Allergy {
		a := record.Allergy{Entry: record.Entry{ID: id, Assertion: record.Affirmed}, Substance: record.Concept{Codings: []record.Coding{{System: record.SystemRxNorm, Code: code, Display: name}}}}
		a.Clinical.Code = status
		return a
	}
	clinic := chart("clinic", "2024-01-05", allergy("a1", "7980", "Penicillin G", "active"), allergy("a2", "1191", "Aspirin", "resolved"))
	hospital := chart("hospital", "2024-03-09", allergy("b1", "7980", "Penicillin G", "active"), allergy("b2", "1191", "Aspirin", "active"))

	one, report, err := record.Merge(record.MergeOptions{}, clinic, hospital)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, a := range one.Allergies {
		fmt.Println(a.Substance.Codings[0].Display, a.Clinical.Code, "from", len(a.Origins), "sources")
	}
	for _, c := range one.Merging.Conflicts {
		fmt.Println("conflict:", c.Kind, c.Field, "in", len(c.Entries), "entries")
	}
	fmt.Println(report.Counts.Facts, "facts,", report.Counts.Unaccounted(), "unaccounted for")
	// Output:
	// Penicillin G active from 2 sources
	// Aspirin active from 1 sources
	// Aspirin resolved from 1 sources
	// conflict: allergy clinicalStatus in 2 entries
	// 16 facts, 0 unaccounted for
}

// A source can be taken out again: a host learns that a document was of somebody else.
func ExampleUnmerge() {
	problem := func(source, id, name string) *record.Record {
		return &record.Record{Sources: []record.Source{{ID: source}}, Problems: []record.Problem{{
			Entry: record.Entry{ID: id, Assertion: record.Affirmed, Origins: []record.Origin{{Source: source}}}, Code: record.Concept{Text: name}}}}
	}
	one, _, err := record.Merge(record.MergeOptions{}, problem("clinic", "p1", "Asthma"), problem("stranger", "p2", "Gout"))
	if err != nil {
		fmt.Println(err)
		return
	}
	rest, taken, err := record.Unmerge(record.MergeOptions{}, one, "stranger")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(one.Problems), "problems;", len(rest.Problems), "without the stranger's:", rest.Problems[0].Code.Text)
	fmt.Println("taken out:", taken[0].Problems[0].Code.Text)
	// Output:
	// 2 problems; 1 without the stranger's: Asthma
	// taken out: Gout
}

// A clinician sees what each source says, with its source and when it was last
// modified, and decides. The host gives the decision back, and the record tells of it.
func ExampleReconcile() {
	taking := func(source, day, id, dose string) *record.Record {
		m := record.Medication{Entry: record.Entry{ID: id, Assertion: record.Affirmed, Origins: []record.Origin{{Source: source}}},
			Product: record.Product{Code: record.Concept{Codings: []record.Coding{{System: record.SystemRxNorm, Code: "29046", Display: "lisinopril"}}}},
			Dosages: []record.Dosage{{Dose: &record.Amount{Quantity: &record.Quantity{Value: dose, Unit: "mg"}}}}}
		m.Status.Code = record.StatusActive
		return &record.Record{Sources: []record.Source{{ID: source, Time: day}}, Medications: []record.Medication{m}}
	}
	one, _, err := record.Merge(record.MergeOptions{}, taking("clinic", "2024-01-05", "m1", "10"), taking("hospital", "2024-03-09", "m2", "20"))
	if err != nil {
		fmt.Println(err)
		return
	}
	rows, err := record.Reconcile(record.MergeOptions{}, one)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, s := range rows[0].Sides {
		fmt.Println(s.Source.ID, s.Modified.Value)
	}
	fmt.Println(rows[0].Conflicts, rows[0].Proposal.Kind, rows[0].Why)

	decision := rows[0].Proposal // or another
	decision.By = &record.Practitioner{Entry: record.Entry{ID: "dr", Assertion: record.Affirmed}, Names: []record.Name{{Text: "Dr. Wren"}}}
	decision.When = record.Time{Value: "2024-03-10T09:00:00-05:00"}
	done, _, err := record.Decide(record.MergeOptions{}, one, decision)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(done.Medications), done.Medications[0].Dosages[0].Dose.Quantity.Value, done.Provenances[0].Activity.Text)
	// Output:
	// hospital 2024-03-09
	// clinic 2024-01-05
	// [dosages] choose newest-first
	// 1 20 reconciliation: choose
}
