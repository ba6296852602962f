package fhir

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func mark(system, code string) record.Label {
	return record.Label{Coding: record.Coding{System: system, Code: code}}
}

// What restricts a document or a section restricts what stands in it; a
// confidentiality of an entry's own takes the place of the upper one.
func TestConductedLabels(t *testing.T) {
	secret := func(c string) record.Label { return mark(record.SystemConfidentiality, c) }
	noRedisclosure := mark(record.SystemActCode, "NORDSCLCD")
	for _, x := range []struct {
		name              string
		doc, section, own []record.Label
		want              []string
		bundle            string
	}{
		{"nothing", nil, nil, nil, nil, ""},
		{"a normal document", []record.Label{secret("N")}, nil, nil, nil, ""},
		{"a restricted document", []record.Label{secret("R")}, nil, nil, []string{"R"}, "R"},
		{"a restricted section", []record.Label{secret("N")}, []record.Label{secret("R")}, nil, []string{"R"}, "R"},
		{"a section less restricted than its document", []record.Label{secret("V")}, []record.Label{secret("N")}, nil, []string{"N"}, "V"},
		{"an entry of its own", []record.Label{secret("R")}, []record.Label{secret("R")}, []record.Label{secret("V")}, []string{"V"}, "V"},
		{"marks add up", []record.Label{secret("R"), noRedisclosure}, nil, []record.Label{mark(record.SystemActCode, "PSY")}, []string{"PSY", "R", "NORDSCLCD"}, "R"},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := documentWith(docID)
			d.Labels, d.Sections[0].Labels = x.doc, x.section
			p := record.Problem{Entry: record.Entry{ID: noteID, Assertion: record.Affirmed, Section: sectionID, Labels: x.own}}
			out, _ := export(t, Exporter{}, &record.Record{Documents: []record.Document{d}, Problems: []record.Problem{p}})
			check(t, out)
			var b map[string]any
			require.NoError(t, json.Unmarshal(out, &b))
			require.Equal(t, x.bundle, at(b, "meta.security[0].code"))
			var got []string
			for _, e := range b["entry"].([]any) {
				if at(e, "resource.resourceType") != "Condition" {
					continue
				}
				meta, _ := e.(map[string]any)["resource"].(map[string]any)["meta"].(map[string]any)
				labels, _ := meta["security"].([]any)
				for _, l := range labels {
					got = append(got, at(l, "code"))
				}
			}
			require.Equal(t, x.want, got)
		})
	}
}

// A part of an entry is as restricted as the entry.
func TestLabelsOfParts(t *testing.T) {
	o := record.Observation{Entry: record.Entry{ID: noteID, Assertion: record.Affirmed, Labels: []record.Label{mark(record.SystemConfidentiality, "R")}},
		Attachments: []record.Attachment{{ContentType: "image/png", URL: "a.png"}}}
	by, _ := sent(t, &record.Record{Results: []record.Observation{o}})
	require.Equal(t, "R", at(by["Media"][0], "meta.security[0].code"))
}
