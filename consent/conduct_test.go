package consent_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

func confidential(code string) []record.Label {
	return []record.Label{{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: code}}}
}

func actLabel(code string) []record.Label {
	return []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: code}}}
}

// What a section, or a document as a whole, is labelled holds for the entries and words in it that bear no label of their own
// (CDA R2 4.4, context conduction), before the host's own label for what nobody labels.
func TestLabelsOfSectionsHoldWithin(t *testing.T) {
	words := func(s string) *record.Narrative {
		return &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "paragraph"}, {Kind: "text", Depth: 1, Text: s}}}
	}
	restricted := consent.Condition{Labels: []record.Coding{{System: record.SystemConfidentiality, Code: "R"}}}
	part2 := consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}
	normal := consent.Condition{Labels: []record.Coding{{System: record.SystemConfidentiality, Code: "N"}}}
	all := consent.Rule{Effect: consent.Permit}
	rules := map[string][]consent.Rule{
		"denies R": {{Effect: consent.Deny, If: restricted}, all}, "permits N": {{Effect: consent.Permit, If: normal}},
		"Part 2": {{Effect: consent.Deny, Known: true, If: part2}, all},
	}
	for name, tt := range map[string]struct {
		rule                            string
		document, upper, section, entry []record.Label
		body, alone                     bool   // the document is a file; the section has no entry
		left                            string // of SECTION, ENTRY, FILE
	}{
		"a restricted section":                                              {rule: "denies R", section: confidential("R")},
		"a restricted section, N alone is permitted":                        {rule: "permits N", section: confidential("R")},
		"a section within a restricted one":                                 {rule: "denies R", upper: confidential("R")},
		"a normal section within a restricted one":                          {rule: "denies R", upper: confidential("R"), section: confidential("N"), left: "SECTION ENTRY"},
		"a normal entry of a restricted section":                            {rule: "denies R", section: confidential("R"), entry: confidential("N"), left: "ENTRY"},
		"a restricted entry of a normal section":                            {rule: "denies R", section: confidential("N"), entry: confidential("R")},
		"a restricted section of words":                                     {rule: "denies R", section: confidential("R"), alone: true},
		"a section of words, N":                                             {rule: "permits N", section: confidential("N"), alone: true, left: "SECTION"},
		"a section under Part 2":                                            {rule: "Part 2", section: actLabel(consent.CodeUnderPart2)},
		"a normal entry of a section under Part 2":                          {rule: "Part 2", section: actLabel(consent.CodeUnderPart2), entry: confidential("N")},
		"a restricted document":                                             {rule: "denies R", document: confidential("R")},
		"a restricted document of a restricted entry":                       {rule: "denies R", document: confidential("R"), entry: confidential("R")},
		"a document under Part 2":                                           {rule: "Part 2", document: actLabel(consent.CodeUnderPart2)},
		"a document under Part 2, words alone":                              {rule: "Part 2", document: actLabel(consent.CodeUnderPart2), alone: true},
		"a restricted file":                                                 {rule: "denies R", document: confidential("R"), body: true},
		"a file under Part 2":                                               {rule: "Part 2", document: actLabel(consent.CodeUnderPart2), body: true},
		"a file, R, under Part 2":                                           {rule: "Part 2", document: confidential("R"), body: true, left: "FILE"},
		"no label":                                                          {rule: "denies R", left: "SECTION ENTRY"},
		"a very restricted document of a normal entry, which it may be for": {rule: "denies R", document: confidential("V"), entry: confidential("N"), left: "SECTION ENTRY"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := record.Document{Entry: record.Entry{ID: "d", Labels: tt.document}, Type: record.Concept{Text: "a document"}}
			rec := &record.Record{}
			if tt.body {
				doc.Body = []record.Attachment{{Title: "FILE"}}
			} else {
				s := record.Section{ID: "s", Labels: tt.section, Narrative: words("SECTION")}
				if !tt.alone {
					s.Entries = []record.Ref{{ID: "p", Kind: record.KindProblem}}
					rec.Problems = []record.Problem{{Entry: record.Entry{ID: "p", Assertion: record.Affirmed, Section: "s", Labels: tt.entry}, Code: record.Concept{Text: "ENTRY"}}}
				}
				doc.Sections = []record.Section{{ID: "u", Labels: tt.upper, Sections: []record.Section{s}}}
			}
			rec.Documents = []record.Document{doc}
			d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: asked().At, Residual: []consent.Stage{{Name: "consent", Rules: rules[tt.rule]}}}
			how := consent.Redaction{Unlabelled: confidential("N")}
			out, _ := consent.Redact(d, rec, how)
			b, err := json.Marshal(out)
			require.NoError(t, err)
			for _, w := range []string{"SECTION", "ENTRY", "FILE"} {
				require.Equal(t, strings.Contains(tt.left, w), strings.Contains(string(b), w), w)
			}
			again, w := consent.Redact(d, out, how)
			require.Zero(t, w.Total())
			twice, err := json.Marshal(again)
			require.NoError(t, err)
			require.Equal(t, string(b), string(twice))
		})
	}
}

// A document, or a section, of words alone keeps its labels when something else is withheld, and the notice of 42 CFR 2.32 goes with
// it: nothing of it was taken out.
func TestLabelsOfWordsStay(t *testing.T) {
	under := actLabel(consent.CodeUnderPart2)
	words := &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "paragraph"}, {Kind: "text", Depth: 1, Text: "words"}}}
	d := denying("p")
	d.Obligations = []consent.Obligation{{Code: consent.ObligeNotice, Labels: []string{consent.CodeUnderPart2}}}
	for name, doc := range map[string]record.Document{
		"a file":    {Entry: record.Entry{ID: "d", Labels: under}, Body: []record.Attachment{{Title: "a file"}}},
		"a section": {Entry: record.Entry{ID: "d"}, Sections: []record.Section{{ID: "s", Labels: under, Narrative: words}, {ID: "other", Entries: []record.Ref{{ID: "p"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			out, w := consent.Redact(d, &record.Record{Documents: []record.Document{doc}, Problems: []record.Problem{{Entry: record.Entry{ID: "p", Section: "other"}}}}, consent.Redaction{})
			require.Equal(t, 1, w.Total())
			got := out.Documents[0].Labels
			n := len(out.Documents[0].Sections)
			if name == "a section" {
				got = out.Documents[0].Sections[0].Labels
				n--
			}
			require.Equal(t, under, got)
			require.Equal(t, 1, n, "the notice")
		})
	}
}

// What a section is labelled does not tell of an entry that is masked in it, where that is all that stands there.
func TestLabelsOfSectionsOfTheMasked(t *testing.T) {
	entry := func(id, section string) record.Entry {
		return record.Entry{ID: id, Assertion: record.Affirmed, Section: section}
	}
	section := func(id, entry string, labels ...record.Label) record.Section {
		return record.Section{ID: id, Labels: labels, Entries: []record.Ref{{ID: entry, Kind: record.KindProblem}}}
	}
	rec := &record.Record{
		Problems: []record.Problem{{Entry: entry("p", "s")}, {Entry: entry("q", "o")}},
		Documents: []record.Document{{Entry: record.Entry{ID: "d", Labels: actLabel("HIV")}, Sections: []record.Section{
			section("s", "p", actLabel("HIV")[0], confidential("R")[0]), section("o", "q", confidential("N")[0])}}},
	}
	d := denying("p")
	d.Residual[0].Rules[0].Mask = true
	out, _ := consent.Redact(d, rec, consent.Redaction{})
	require.Len(t, out.Problems, 2)
	b, err := json.Marshal(out)
	require.NoError(t, err)
	require.NotContains(t, string(b), "HIV")
	again, _ := consent.Redact(d, out, consent.Redaction{})
	require.Equal(t, out, again)
}

// A labeller that finds something in a document that is labelled as a whole leaves the rest as it was labelled.
func TestLabelKeepsWhatHoldsForTheWhole(t *testing.T) {
	code := record.Coding{System: record.SystemSNOMED, Code: "86406008"}
	rules, err := consent.ReadRules(strings.NewReader(`{"rules":[{"id":"hiv","labels":[{"system":"` + record.SystemActCode + `","code":"HIV"}],"codeSets":[{"codes":[{"system":"` + code.System + `","code":"` + code.Code + `"}]}]}]}`))
	require.NoError(t, err)
	entry := func(id string) record.Entry {
		return record.Entry{ID: id, Assertion: record.Affirmed, Section: "s"}
	}
	rec := &record.Record{
		Problems: []record.Problem{{Entry: entry("p"), Code: record.Concept{Codings: []record.Coding{code}}}, {Entry: entry("q"), Code: record.Concept{Text: "another"}}},
		Documents: []record.Document{{Entry: record.Entry{ID: "d", Labels: actLabel(consent.CodeUnderPart2)},
			Sections: []record.Section{{ID: "s", Entries: []record.Ref{{ID: "p"}, {ID: "q"}}}}}},
	}
	before, err := json.Marshal(rec)
	require.NoError(t, err)
	d := consent.Decide(t.Context(), &consent.Evaluator{}, asked())
	require.True(t, d.Permits())
	for name, in := range map[string]*record.Record{"as it is": rec, "labelled": consent.Label(rec, consent.NewRules(0, false, rules)),
		"labelled twice": consent.Label(consent.Label(rec, consent.NewRules(0, false, rules)), consent.NewRules(0, false, rules))} {
		out, w := consent.Redact(d, in, consent.Redaction{Unlabelled: confidential("N")})
		require.Empty(t, out.Problems, name)
		require.Equal(t, 2, w.Total(), name)
	}
	after, err := json.Marshal(rec)
	require.NoError(t, err)
	require.Equal(t, string(before), string(after))
}
