package deid_test

import (
	"context"
	"fmt"
	"time"

	"github.com/portage-health/portage/consent/deid"
	"github.com/portage-health/portage/record"
)

func Example() {
	rec := &record.Record{
		Patient: &record.Patient{Entry: record.Entry{ID: "p1", Assertion: record.Affirmed}, Names: []record.Name{{Text: "Wilhelmina Meyer"}}, BirthTime: record.Time{Value: "1970-05-05"},
			Addresses: []record.Address{{Lines: []string{"17 Cherry Tree Lane"}, City: "Redmond", State: "WA", PostalCode: "98052"}}},
		Problems: []record.Problem{{Entry: record.Entry{ID: "x", Assertion: record.Negated, Notes: []record.Note{{Text: "Mrs Meyer says that she never had it."}}},
			Code: record.Concept{Text: "high blood pressure", Codings: []record.Coding{{System: record.SystemSNOMED, Code: "38341003"}}}, Onset: record.Period{Start: record.Time{Value: "2015-02-07"}}}},
	}
	d, err := deid.New(deid.Options{
		Key:  []byte("at least sixteen random bytes"),
		At:   time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC),
		Code: func(*record.Record) (string, error) { return "case 17", nil }, // of a list that the host keeps
	})
	if err != nil {
		panic(err)
	}
	out, statement, err := d.Record(context.Background(), rec)
	if err != nil {
		panic(err)
	}
	p := out.Problems[0]
	fmt.Println(len(out.Patient.Names), out.Patient.BirthTime.Value, out.Patient.Addresses[0].State, out.Patient.Addresses[0].PostalCode)
	fmt.Println(p.Assertion, p.Code.Codings[0].Code, p.Onset.Start.Value, len(p.Notes))
	fmt.Println(statement.Method, statement.SafeHarbor, statement.Count(deid.Names), statement.Count(deid.FreeText))
	// Output:
	// 0 1970 WA 980
	// negated 38341003 2015 0
	// safe-harbor true 1 2
}

func ExampleTable_Suppress() {
	t := deid.Table{Rows: []string{"female", "male"}, Columns: []string{"asthma", "gout", "none"}, Cells: [][]int{{40, 3, 57}, {35, 20, 45}}}
	p, err := t.Suppress(deid.SmallCell)
	if err != nil {
		panic(err)
	}
	for i, row := range p.Cells {
		fmt.Print(p.Rows[i])
		for _, n := range append(row, p.RowTotals[i]) {
			if n == nil {
				fmt.Print(" -")
			} else {
				fmt.Print(" ", *n)
			}
		}
		fmt.Println()
	}
	// Output:
	// female - - 57 100
	// male - - 45 100
}
