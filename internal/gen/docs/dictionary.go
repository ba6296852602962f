package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
)

// dictionaryType is a type of the record in the data dictionary of an export.
type dictionaryType struct {
	Name   string            `json:"name"`
	Text   string            `json:"text"`
	Fields []dictionaryField `json:"fields,omitempty"`
	Words  []dictionaryField `json:"words,omitempty"`
}

type dictionaryField struct {
	Name  string `json:"name"`
	Shape string `json:"shape,omitempty"`
	Text  string `json:"text,omitempty"`
}

// dictionaryPage is the data dictionary of the record, which package portage
// puts into every export of electronic health information.
func dictionaryPage(root string) ([]byte, error) {
	types, err := parseTypes(filepath.Join(root, "record"))
	if err != nil {
		return nil, err
	}
	plain := strings.NewReplacer("`", "", "*", "")
	var out []dictionaryType
	for _, name := range order(types) {
		d := dictionaryType{Name: name, Text: oneLine(types[name].doc)}
		for _, row := range types[name].rows {
			d.Fields = append(d.Fields, dictionaryField{plain.Replace(row[0]), row[1], plain.Replace(row[2])})
		}
		out = append(out, d)
	}
	for _, name := range sortedTerms(types) {
		d := dictionaryType{Name: name, Text: oneLine(types[name].doc)}
		for _, row := range types[name].rows {
			d.Words = append(d.Words, dictionaryField{Name: plain.Replace(row[0]), Text: plain.Replace(row[1])})
		}
		out = append(out, d)
	}
	text, err := json.MarshalIndent(out, "", " ")
	return append(text, '\n'), err
}
