package main

import (
	"bytes"
	_ "embed"
	"strings"

	"github.com/portage-health/portage/consent/deid"
)

//go:embed deid.md
var deidIntro string

// deidPage is the hand-written part of docs/deid.md and the table of rules.
func deidPage(string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(deidIntro + "\n")
	var rows [][]string
	places := map[string]int{}
	var words [][]string // of the row at hand: rule, fields
	flush := func() {
		if len(rows) == 0 {
			return
		}
		var cells []string
		for _, w := range words {
			cells = append(cells, "*"+w[0]+"* "+strings.Join(w[1:], ", "))
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], strings.Join(cells, "; "))
		words, places = nil, map[string]int{}
	}
	for _, r := range deid.Rules() {
		word := r.Rule
		if word == "out" || word == "ids" {
			word += " " + string(r.Category)
		}
		typ, field, ok := strings.Cut(r.Field, ".")
		if len(rows) == 0 || rows[len(rows)-1][0] != "`"+typ+"`" {
			flush()
			rows = append(rows, []string{"`" + typ + "`"})
		}
		if !ok {
			field = "all of it"
		}
		at, known := places[word]
		if !known {
			at = len(words)
			places[word] = at
			words = append(words, []string{word})
		}
		words[at] = append(words[at], field)
	}
	flush()
	table(&b, []string{"Type", "What becomes of its fields"}, rows)
	return b.Bytes(), nil
}
