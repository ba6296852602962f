package main

import (
	"strings"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// sources are the formats that can be read, in the order that detection tries them.
func sources() []record.Format {
	return []record.Format{ccda.Format(), record.JSONFormat(), fhir.Format(), hl7v2.Format()}
}

// target is an output format by the name that -to knows.
type target struct {
	name      string
	exporter  record.Exporter
	extension string
}

// targets are the formats that can be written.
func targets() []target {
	return []target{
		{"fhir", fhir.Format().Exporter, ".json"},
		{"fhir-xml", fhir.Exporter{Form: fhir.XML}, ".xml"},
		{"ndjson", fhir.Exporter{Form: fhir.NDJSON}, ".ndjson"},
		{"ccda", ccda.Format().Exporter, ".xml"},
		{"hl7v2", hl7v2.Format().Exporter, ".hl7"},
		{"record", record.JSONFormat().Exporter, ".json"},
	}
}

func source(name string) (record.Format, bool) {
	for _, f := range sources() {
		if f.Name == name {
			return f, true
		}
	}
	return record.Format{}, false
}

func targetNamed(name string) (target, bool) {
	for _, t := range targets() {
		if t.name == name {
			return t, true
		}
	}
	return target{}, false
}

func sourceNames() string {
	var names []string
	for _, f := range sources() {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

func targetNames() string {
	var names []string
	for _, t := range targets() {
		names = append(names, t.name)
	}
	return strings.Join(names, ", ")
}
