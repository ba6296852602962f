package tree

import (
	"bytes"
	"strings"
	"testing"
)

func benchXML() []byte {
	entry := `
        <entry typeCode="DRIV">
          <act classCode="ACT" moodCode="EVN">
            <templateId root="2.16.840.1.113883.10.20.22.4.30" extension="2015-08-01"/>
            <id root="36e3e930-7b14-11db-9fe1-0800200c9a66"/>
            <code code="CONC" codeSystem="2.16.840.1.113883.5.6"/>
            <statusCode code="active"/>
            <effectiveTime><low value="199805011145-0800"/></effectiveTime>
            <value xsi:type="CD" code="419511003" displayName="Propensity to adverse reactions &amp; more"/>
            <text>An allergy that somebody invented for a measurement, with a line or two of narrative text.</text>
          </act>
        </entry>`
	return []byte(`<?xml version="1.0" encoding="UTF-8"?>
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		strings.Repeat(entry, 200) + "\n</ClinicalDocument>\n")
}

const benchLine = `{"resourceType":"Observation","id":"0d9e3b5c","meta":{"profile":["http://example.org/StructureDefinition/lab"]},` +
	`"status":"final","category":[{"coding":[{"system":"http://example.org/category","code":"laboratory","display":"Laboratory"}]}],` +
	`"code":{"coding":[{"system":"http://loinc.org","code":"2339-0","display":"Glucose [Mass/volume] in Blood"}],"text":"Glucose"},` +
	`"subject":{"reference":"Patient/1"},"effectiveDateTime":"2019-03-04T05:06:07-08:00","issued":"2019-03-04T05:06:07.891-08:00",` +
	`"valueQuantity":{"value":74.50,"unit":"mg/dL","system":"http://unitsofmeasure.org","code":"mg/dL"},"note":[{"text":"\"fasting\""}]}`

func BenchmarkParseXML(b *testing.B) {
	data := benchXML()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseXML(data, XMLOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseJSON(b *testing.B) {
	data := []byte(benchLine)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseJSON(data, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParserJSON(b *testing.B) {
	data := []byte(benchLine)
	var p Parser
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.JSON(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkLongText(b *testing.B) {
	data := append(append([]byte("<r>"), bytes.Repeat([]byte("A text without any markup. "), 40_000)...), "</r>"...)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseXML(data, XMLOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

// Walking visits every element and attribute, and asks for one child by name at each.
func BenchmarkWalk(b *testing.B) {
	d, err := ParseXML(benchXML(), XMLOptions{})
	if err != nil {
		b.Fatal(err)
	}
	var walk func(Node) int
	walk = func(n Node) int {
		size := len(n.Attr("code").Value()) + len(n.Child("value").Name())
		for c := n.First(); c.OK(); c = c.Next() {
			if c.Kind() == Element {
				size += walk(c)
			}
		}
		return size
	}
	b.ReportAllocs()
	for b.Loop() {
		if walk(d.Root()) == 0 {
			b.Fatal("nothing found")
		}
	}
}

func BenchmarkLeafPositions(b *testing.B) {
	d, err := ParseXML(benchXML(), XMLOptions{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		for n := range d.Leaves() {
			n.Pos()
		}
	}
}
