package portage_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

func marks(codes ...string) (out []record.Label) {
	for _, c := range codes {
		system, kind := record.SystemActCode, "sensitivity"
		switch {
		case len(c) == 1:
			system, kind = record.SystemConfidentiality, "confidentiality"
		case c == consent.CodeUnderPart2:
			kind = ""
		}
		out = append(out, record.Label{Kind: kind, Coding: record.Coding{System: system, Code: c}})
	}
	return out
}

func codes(ls []record.Label) (out []string) {
	for _, l := range ls {
		out = append(out, l.Coding.Code)
	}
	slices.Sort(out)
	return out
}

// labelled is a document of an invented patient: restricted, one of its two results under Part 2, with a note and an order.
func labelled() *record.Record {
	entry := func(id, section string, labels ...string) record.Entry {
		return record.Entry{ID: id, Assertion: record.Affirmed, Section: section, Status: record.Status{Code: record.StatusFinal}, Labels: marks(labels...), Identifiers: []record.Identifier{{System: "urn:oid:1.2.3.4", Value: id}}}
	}
	result := func(id, code string, labels ...string) record.Observation {
		return record.Observation{Entry: entry(id, "s", labels...), Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: code}}}, When: record.Period{At: record.Time{Value: "2022-02-02"}}, Values: []record.Value{{Quantity: &record.Quantity{Value: "1", Unit: "mg"}}}}
	}
	r := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: "7"}}}, Names: []record.Name{{Text: "Jack Doe"}}},
		Results: []record.Observation{result("e1", "2339-0", "N"), result("e2", "5640-8", "R", "SUD", consent.CodeUnderPart2)},
		Notes:   []record.ClinicalNote{{Entry: entry("n1", "", "V"), Type: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "34109-9"}}}, When: record.Period{At: record.Time{Value: "2022-02-02T10:00:00Z"}}}}}
	r.Documents = []record.Document{{Entry: entry("d", "", "R", "NORDSCLCD"), Type: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "34133-9"}}},
		Sections: []record.Section{{ID: "s", Title: "Results", Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "30954-2"}}}, Labels: marks("R"), Entries: []record.Ref{{ID: "e1", Kind: record.KindResult}, {ID: "e2", Kind: record.KindResult}}}}}}
	return r
}

// Labels go out and come in: DS4P of document, section and entry in C-CDA, meta.security in FHIR.
func TestLabelsInAndOut(t *testing.T) {
	for name, x := range map[string]record.Format{"ccda": ccda.Format(), "fhir": fhir.Format(), "record": record.JSONFormat()} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			_, err := x.Exporter.Export(t.Context(), labelled(), &b, record.ExportOptions{Now: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)})
			require.NoError(t, err)
			got := readBack(t, x, b.Bytes())
			require.Contains(t, codes(byCode(t, got, "2339-0").Labels), "N")
			require.Subset(t, codes(byCode(t, got, "5640-8").Labels), []string{"42CFRPart2", "R", "SUD"})
			require.Contains(t, codes(got.Notes[0].Labels), "V")
			require.Len(t, got.Documents, 1)
			require.Subset(t, codes(got.Documents[0].Labels), []string{"NORDSCLCD", "R"})
			require.Contains(t, codes(got.Documents[0].Sections[0].Labels), "R")
			// What came in so labelled is judged by it.
			d := denySUD(t)
			out, w := consent.Redact(d, got, consent.Redaction{})
			require.Equal(t, 1, w.Total(), "%v", w.Counts)
			require.NotContains(t, recordJSON(t, out), "5640-8")
			require.Contains(t, codes(out.Documents[0].Labels), "V", "the highest of what is left")
		})
	}
}

// HL7 v2 has a place for the confidentiality of a document (TXA-18), of an order (ORC-28) and of a message (MSH-8); what it has none for, the report names.
func TestLabelsInV2(t *testing.T) {
	rec := labelled()
	rec.Documents = nil
	rec.Results[1].Section, rec.Results[0].Section = "", ""
	rec.Notes[0].Labels = []record.Label{{Kind: "confidentiality", Coding: record.Coding{System: "http://terminology.hl7.org/CodeSystem/v2-0272", Code: "R"}}}
	var b bytes.Buffer
	rep, err := hl7v2.Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{})
	require.NoError(t, err)
	require.True(t, slices.ContainsFunc(rep.Issues, func(i record.Issue) bool {
		return i.Path == "results[1].labels[1].coding.code" || i.Path == "results[1].labels" || i.Path == "results[1].labels[1]"
	}), "the label of a result is named as lost")
	got := readBack(t, hl7v2.Format(), b.Bytes())
	require.Equal(t, []string{"R"}, codes(got.Notes[0].Labels))
	in := lines2(`MSH|^~\&|A|B|C|D|20260301||ORM^O01^ORM_O01|1|P|2.5.1
PID|1||7^^^H||Doe^Jack
ORC|NW|o1||||||||||||||||||||||||||R
OBR|1|o1||2339-0^Glucose^LN
`)
	got = readBack(t, hl7v2.Format(), in)
	require.Len(t, got.Orders, 1)
	require.Contains(t, codes(got.Orders[0].Labels), "R")
}

// lines2 gives a message with the line ends of HL7 v2.
func lines2(s string) []byte { return bytes.ReplaceAll([]byte(s), []byte("\n"), []byte("\r")) }

// byCode finds an observation.
func byCode(t *testing.T, r *record.Record, code string) *record.Entry {
	t.Helper()
	for _, list := range [][]record.Observation{r.Results, r.Observations} {
		for i := range list {
			if list[i].Code.Codings[0].Code == code {
				return &list[i].Entry
			}
		}
	}
	t.Fatal("no", code)
	return nil
}

func readBack(t *testing.T, x record.Format, data []byte) *record.Record {
	t.Helper()
	var recs []*record.Record
	for got, err := range x.Importer.Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
		require.NoError(t, err)
		recs = append(recs, got.Record)
	}
	require.Len(t, recs, 1)
	return recs[0]
}

func denySUD(t *testing.T) *consent.Decision { return decided(t, "", "SUD") }

// decided permits treatment under a law, but for labels.
func decided(t *testing.T, law string, deny ...string) *consent.Decision {
	t.Helper()
	p := record.Provision{Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}, Actors: []record.ConsentActor{{Ref: &record.Ref{AsSent: "Practitioner/2"}}}}
	for _, c := range deny {
		p.Provisions = append(p.Provisions, record.Provision{Type: "deny", SecurityLabels: []record.Coding{{System: record.SystemActCode, Code: c}}})
	}
	c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &p, When: &record.Time{Value: "2026-02-20"},
		SourceRefs: []record.Ref{{AsSent: "DocumentReference/form"}}}
	if law != "" {
		c.Basis = []record.Concept{{Codings: []record.Coding{{System: record.SystemActCode, Code: law}}}}
	}
	d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, Requester: consent.Party{Reference: "Practitioner/2"},
		At: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}, Jurisdiction: "US"})
	require.True(t, d.Permits())
	return d
}

// The notice of 42 CFR 2.32 goes with records under Part 2 in every format, once, and with no others.
func TestNoticeTravels(t *testing.T) {
	d := decided(t, consent.CodeUnderPart2)
	require.True(t, d.Owes(consent.ObligeNotice))
	bare := labelled()
	bare.Documents = nil
	for name, rec := range map[string]*record.Record{"document": labelled(), "entries alone": bare, "in full": labelled()} {
		how, text := consent.Redaction{}, consent.Notice
		if name == "in full" {
			how.Notice, text = consent.NoticeInFull, consent.NoticeInFull
		}
		out, _ := consent.Redact(d, rec, how)
		again, _ := consent.Redact(d, out, how)
		require.Equal(t, recordJSON(t, out), recordJSON(t, again))
		for format, x := range eachFormat {
			if name != "entries alone" && format == "hl7v2" {
				continue // a message has no sections: the report names what is lost
			}
			var b bytes.Buffer
			_, err := x.Export(t.Context(), out, &b, record.ExportOptions{})
			require.NoError(t, err)
			require.Contains(t, b.String(), text, "%s as %s", name, format)
			require.Contains(t, b.String(), "5640-8")
		}
		without, _ := consent.Redact(decided(t, ""), rec, consent.Redaction{})
		require.NotContains(t, recordJSON(t, without), text)
		require.NotContains(t, recordJSON(t, without), "5640-8", "no consent under Part 2")
	}
}

// A document made of entries alone is as confidential as the most restricted of them.
func TestConfidentialityOfEntriesAlone(t *testing.T) {
	for _, tt := range []struct{ label, want string }{{"R", `<confidentialityCode code="R"`}, {"V", `<confidentialityCode code="V"`}, {"N", ""}} {
		rec := labelled()
		rec.Documents, rec.Notes = nil, nil
		rec.Results[1].Labels = marks(tt.label)
		var b bytes.Buffer
		_, err := ccda.Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{})
		require.NoError(t, err)
		header, _, _ := bytes.Cut(b.Bytes(), []byte("<component"))
		if tt.want == "" { // that one of several is normal says nothing of the others
			require.NotContains(t, string(header), "<confidentialityCode code=")
			continue
		}
		require.Contains(t, string(header), tt.want)
	}
}
