package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record"
)

// readTable reads a table of the host's. Its head has, after the column of the
// patient, names as NAME or NAME:TYPE:DESCRIPTION.
func readTable(name, path string) (portage.EHITable, error) {
	t := portage.EHITable{Name: name, Description: "Rows of the host's table " + name + " that are about the patient."}
	f, err := os.Open(path)
	if err != nil {
		return t, errors.New("-table NAME=FILE.csv: the file cannot be read")
	}
	defer f.Close()
	r := csv.NewReader(f)
	head, err := r.Read()
	if err != nil || len(head) < 2 {
		return t, fmt.Errorf("table %s has no head of two columns or more", name)
	}
	for _, h := range head[1:] {
		column, rest, _ := strings.Cut(h, ":")
		kind, words, _ := strings.Cut(rest, ":")
		t.Columns = append(t.Columns, portage.EHIColumn{Name: column, Type: cmp.Or(kind, "text"), Description: words})
	}
	rows := map[string][][]string{}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return t, fmt.Errorf("table %s cannot be read as CSV", name)
		}
		rows[row[0]] = append(rows[row[0]], row[1:])
	}
	t.Rows = func(_ context.Context, _ string, rec *record.Record) iter.Seq2[[]string, error] {
		return func(yield func([]string, error) bool) {
			if rec.Patient == nil {
				return
			}
			told := map[string]bool{}
			for _, id := range rec.Patient.Identifiers {
				key := id.System + "|" + id.Value
				if told[key] {
					continue
				}
				told[key] = true
				for _, row := range rows[key] {
					if !yield(row, nil) {
						return
					}
				}
			}
		}
	}
	return t, nil
}
