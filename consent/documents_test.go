package consent_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

func words(s string) *record.Narrative {
	return &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "paragraph"}, {Kind: "text", Depth: 1, Text: s}}}
}

// psychiatric is a record of two documents of one type, one with a section of words alone, the other a file, and of an entry beside them.
func psychiatric() *record.Record {
	typ := record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "28627-6", Display: "TYPE"}}}
	author := []record.Participation{{Role: "author", Who: &record.Ref{AsSent: "Practitioner/5"}}}
	other := []record.Participation{{Role: "author", Who: &record.Ref{AsSent: "Practitioner/9"}}}
	return &record.Record{
		Documents: []record.Document{
			{Entry: record.Entry{ID: "d", Assertion: record.Affirmed, Participants: author}, Type: typ, Title: "HEAD", Time: record.Time{Value: "2022-03-01"}, Sections: []record.Section{
				{ID: "s", Narrative: words("BESIDE"), Entries: []record.Ref{{ID: "in", Kind: record.KindProblem}}}, {ID: "w", Narrative: words("ALONE")}}},
			{Entry: record.Entry{ID: "f", Assertion: record.Affirmed, Participants: author}, Type: typ, Title: "FILE", Time: record.Time{Value: "2023-03-01"}, Body: []record.Attachment{{Title: "FILE"}}},
			{Entry: record.Entry{ID: "o", Assertion: record.Affirmed, Participants: other}, Time: record.Time{Value: "2024"}, Sections: []record.Section{{ID: "os", Entries: []record.Ref{{ID: "out", Kind: record.KindProblem}}}}},
		},
		Problems: []record.Problem{{Entry: record.Entry{ID: "in", Assertion: record.Affirmed, Section: "s", Labels: confidential("N"), Recorded: &record.Time{Value: "2021"}}, Code: record.Concept{Text: "INSIDE"}},
			{Entry: record.Entry{ID: "out", Assertion: record.Affirmed, Section: "os", Labels: confidential("N"), Recorded: &record.Time{Value: "2021"}}, Code: record.Concept{Text: "OUTSIDE"}}},
		Sources: []record.Source{{ID: "x", Items: []record.Item{{Type: "Composition", ID: "1", Entries: []string{"d"}}, {Type: "DocumentReference", ID: "3", Entries: []string{"f"}}, {Type: "Composition", ID: "4", Entries: []string{"o"}}, {Type: "Condition", ID: "2", Entries: []string{"in"}}, {Type: "Condition", ID: "5", Entries: []string{"out"}}}}},
	}
}

// What is denied of documents, by their type, their class, their author or by name, holds for documents; a type of document also for
// what stands in one. What stands beside no entry is judged as an entry would: what nobody labels is not permitted by a label, nor
// what is not asked for by a class.
func TestDocumentsAreJudged(t *testing.T) {
	code := func(system, c string) record.Coding { return record.Coding{System: system, Code: c} }
	deny := func(p record.Provision) record.Provision {
		p.Type = "deny"
		return record.Provision{Provisions: []record.Provision{p}}
	}
	of := func(meaning, ref string) []record.ConsentData {
		return []record.ConsentData{{Meaning: meaning, Ref: record.Ref{AsSent: ref}}}
	}
	year := func(y string) *record.Period {
		return &record.Period{Start: record.Time{Value: y}, End: record.Time{Value: y}}
	}
	const all = "HEAD BESIDE ALONE FILE INSIDE OUTSIDE"
	for name, tt := range map[string]struct {
		provision  record.Provision
		asked      string
		unlabelled []record.Label
		left       string
	}{
		"all":                        {left: all},
		"a type of document (R5)":    {provision: deny(record.Provision{DocumentTypes: []record.Coding{code(record.SystemLOINC, "28627-6")}}), left: "OUTSIDE"},
		"a type of document":         {provision: deny(record.Provision{Classes: []record.Coding{code(record.SystemLOINC, "28627-6")}}), left: "OUTSIDE"},
		"another type of document":   {provision: deny(record.Provision{Classes: []record.Coding{code(record.SystemLOINC, "34133-9")}}), left: all},
		"a code":                     {provision: deny(record.Provision{Codes: []record.Concept{{Codings: []record.Coding{code(record.SystemLOINC, "28627-6")}}}}), left: "INSIDE OUTSIDE"},
		"Composition":                {provision: deny(record.Provision{Classes: []record.Coding{code("", "Composition")}}), left: "FILE INSIDE OUTSIDE"},
		"DocumentReference":          {provision: deny(record.Provision{Classes: []record.Coding{code("", "DocumentReference")}}), left: "HEAD BESIDE ALONE INSIDE OUTSIDE"},
		"Condition":                  {provision: deny(record.Provision{Classes: []record.Coding{code("", "Condition")}}), left: "HEAD ALONE FILE"},
		"one":                        {provision: deny(record.Provision{Data: of("instance", "Composition/1")}), left: "FILE INSIDE OUTSIDE"},
		"an author":                  {provision: deny(record.Provision{Data: of("authoredby", "Practitioner/5")}), left: "OUTSIDE"},
		"another author":             {provision: deny(record.Provision{Data: of("authoredby", "Practitioner/6")}), left: all},
		"a year":                     {provision: deny(record.Provision{DataPeriod: year("2022")}), left: "FILE INSIDE OUTSIDE"},
		"N, nobody labels the rest":  {provision: record.Provision{SecurityLabels: []record.Coding{code(record.SystemConfidentiality, "N")}}, left: "HEAD BESIDE INSIDE OUTSIDE"},
		"N, as all that has no word": {provision: record.Provision{SecurityLabels: []record.Coding{code(record.SystemConfidentiality, "N")}}, unlabelled: confidential("N"), left: all},
		"HIV, nobody labels":         {provision: deny(record.Provision{SecurityLabels: []record.Coding{code(record.SystemActCode, "HIV")}}), left: "HEAD BESIDE INSIDE OUTSIDE"},
		"problems alone":             {provision: record.Provision{Classes: []record.Coding{code("", "Condition")}}, left: "HEAD BESIDE INSIDE OUTSIDE"},
		"what is in such documents":  {provision: record.Provision{Classes: []record.Coding{code(record.SystemLOINC, "28627-6")}}, left: "HEAD BESIDE ALONE FILE INSIDE"},
		"problems asked for":         {asked: "Condition", left: "HEAD BESIDE INSIDE OUTSIDE"},
		"files asked for":            {asked: "DocumentReference", left: "FILE"},
	} {
		t.Run(name, func(t *testing.T) {
			req := asked()
			if tt.asked != "" {
				req.Categories = []record.Coding{code("", tt.asked)}
			}
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &tt.provision}
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}, Mask: name == "a code"}, req)
			how := consent.Redaction{Unlabelled: tt.unlabelled}
			rec := psychiatric()
			before, err := json.Marshal(rec)
			require.NoError(t, err)
			out, first := consent.Redact(d, rec, how)
			b, err := json.Marshal(out)
			require.NoError(t, err)
			got := ""
			for w := range strings.FieldsSeq(all) {
				if strings.Contains(string(b), w) {
					got += " " + w
				}
			}
			require.Equal(t, tt.left, strings.TrimSpace(got))
			if !strings.Contains(tt.left, "HEAD") {
				require.NotContains(t, string(b), `"section":"s"`, "no entry stands in a section that is gone")
			}
			if name == "HIV, nobody labels" {
				require.Contains(t, consent.NewPreview(d, req, out, first, consent.PreviewOptions{}).Text(), "Sections of documents whose text")
			}
			again, w := consent.Redact(d, out, how)
			require.Zero(t, w.Total())
			twice, err := json.Marshal(again)
			require.NoError(t, err)
			require.Equal(t, string(b), string(twice))
			after, err := json.Marshal(rec)
			require.NoError(t, err)
			require.Equal(t, string(before), string(after))
		})
	}
}
