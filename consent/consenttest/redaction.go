package consenttest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// secret stands in everything that the withheld entry e3 says, and wherever it is mentioned.
const secret = "Zqxsecret"

// document is a chart as a document tells it: e1 and e3 in one section with a narrative, e6 alone in another; e3 has an
// author, a Provenance, a panel of its own and one that it shares with e1, is referred to, and has carried pieces.
func document() *record.Record {
	r := chart("e1", "e3", "e6")
	link := func(e *record.Entry, section, anchor string) {
		e.Section, e.Narrative = section, &record.NarrativeLink{Anchor: anchor}
	}
	author := func(e *record.Entry, id string) {
		e.Participants = []record.Participation{{Role: "author", Who: &record.Ref{ID: id, Kind: record.KindPractitioner}}}
	}
	e1, e6, e3 := &r.Results[0], &r.Results[1], &r.Social[0]
	link(&e1.Entry, "s1", "r1")
	link(&e3.Entry, "s1", "r3")
	link(&e6.Entry, "s2", "r6")
	author(&e1.Entry, "drA")
	author(&e3.Entry, "drB")
	author(&e6.Entry, "drA")
	e3.Identifiers = []record.Identifier{{System: "urn:oid:1.2.3", Value: secret + "id"}}
	e3.Code.Text, e3.Notes = secret, []record.Note{{Text: secret}}
	e1.DerivedFrom = []record.Ref{{ID: "e3", Display: secret}}
	e1.Relations = []record.Relation{{Type: "support", Target: record.Ref{ID: "e3"}, Text: secret}}
	e1.Notes = []record.Note{{Text: "see " + secret}}
	r.ResultPanels = []record.Panel{
		{Entry: entry("eP", "N"), Members: []record.Ref{{ID: "e1"}, {ID: "e3", Display: secret}}, Conclusion: secret},
		{Entry: entry("eQ", "N"), Members: []record.Ref{{ID: "e3"}}, Conclusion: secret},
	}
	r.Practitioners = []record.Practitioner{{Entry: entry("drA")}, {Entry: entry("drB"), Names: []record.Name{{Text: secret}}}}
	r.Provenances = []record.Provenance{{Entry: entry("pr"), Targets: []record.Ref{{ID: "e3"}}, Reasons: []record.Concept{{Text: secret}}}}
	row := func(id, text string) []record.NarrativeNode {
		return []record.NarrativeNode{{Kind: "tr", Depth: 2, ID: id}, {Kind: "td", Depth: 3}, {Kind: "text", Depth: 4, Text: text}}
	}
	nodes := []record.NarrativeNode{{Kind: "paragraph"}, {Kind: "text", Depth: 1, Text: secret}, {Kind: "table"}, {Kind: "tbody", Depth: 1}}
	nodes = append(append(nodes, row("r1", "glucose")...), row("r3", secret)...)
	both := append(row("", "glucose and "+secret), record.NarrativeNode{Kind: "content", Depth: 4, ID: "r3b"}, record.NarrativeNode{Kind: "content", Depth: 4, ID: "r1b"})
	nodes = append(nodes, both...)
	e3.Code.TextRef, e1.Code.TextRef = "r3b", "r1b"
	lonely := append([]record.NarrativeNode{{Kind: "table"}, {Kind: "tbody", Depth: 1}}, row("r6", "another secret")...)
	r.Documents = []record.Document{{Entry: entry("doc", "N"), Source: "src", Sections: []record.Section{
		{ID: "s1", Narrative: &record.Narrative{Nodes: nodes}, Entries: []record.Ref{{ID: "e1"}, {ID: "e3"}}},
		{ID: "s2", Title: "HIV tests", Narrative: &record.Narrative{Nodes: lonely}, Entries: []record.Ref{{ID: "e6"}}},
	}}}
	r.Carried = []record.Carried{
		{Format: "fhir", Source: "src", Owner: "e3", Kind: "value", Data: `"` + secret + `"`},
		{Format: "fhir", Source: "src", Owner: "e1", Kind: "value", Data: `{"reference":"Observation/o3"}`},
		{Format: "fhir", Source: "src", Owner: "e6", Kind: "value", Data: `{"reference":"Observation/o3","display":"` + secret + `"}`},
		{Format: "fhir", Source: "src", Kind: "value", Name: "total", Data: "3"},
		{Format: "fhir", Source: "src", Owner: "e6", Kind: "value", Data: `"a second note on the test"`},
	}
	r.Sources = []record.Source{{ID: "src", Format: "fhir", Items: []record.Item{
		{Type: "Observation", ID: "o1", Entries: []string{"e1"}, Path: "Bundle.entry[0]", Text: `{"contained":["` + secret + `"]}`},
		{Type: "Observation", ID: "o3", Entries: []string{"e3"}, Path: "Bundle.entry[0].contained[0]", Within: "Bundle.entry[0]", Text: secret},
	}}}
	return r
}

func text(t *testing.T, r *record.Record) string {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// labeller marks what has a code.
type labeller map[string]string

func (l labeller) Label(i consent.Item) (out []record.Label) {
	i.Codings(func(c *record.Coding) {
		if s := l[c.Code]; s != "" {
			out = append(out, labels(s)...)
		}
	})
	return out
}

// redaction are the rows on how a decision is carried out, as far as the record goes: what formats make of it stands in the tests of those.
func (s suite) redaction() []row {
	without := func(codes ...string) Host {
		return one(signed("c", "permit", provision{Purposes: tpo(), Provisions: []provision{{Type: "deny", SecurityLabels: label(codes...)}}}))
	}
	redact := func(t *testing.T, h Host, r *record.Record, how consent.Redaction) (*record.Record, *consent.Withholding) {
		t.Helper()
		d := s.decide(t, h, ask(dr2, "TREAT"))
		want(t, d, consent.Permitted, permit)
		out, w := consent.Redact(d, r, how)
		if out == nil {
			t.Fatal("nothing is left")
		}
		return out, w
	}
	rules := func(confidence, threshold string) *consent.Rules {
		set, err := consent.ReadRules(strings.NewReader(`{"rules":[{"id":"sud","labels":[{"system":"` + record.SystemActCode + `","code":"SUD"}],
			"codeSets":[{"groupID":"g","codes":[{"system":"` + record.SystemRxNorm + `","code":"351264","confidence":` + confidence + `}]}]}]}`))
		if err != nil {
			return consent.NewRules(0, false)
		}
		limit, _ := json.Number(threshold).Float64()
		return consent.NewRules(limit, false, set)
	}
	medicine := func() *record.Record {
		r := chart("e1", "m1")
		r.Medications[0].Labels = nil
		r.Medications[0].Product = record.Product{Code: concept(record.SystemRxNorm, "351264")}
		return r
	}
	return []row{
		{"H1", func(t *testing.T) {
			out, w := redact(t, without("ETHUD"), document(), consent.Redaction{})
			if strings.Contains(text(t, out), secret) {
				t.Errorf("what is withheld is there: %s", text(t, out))
			}
			n := out.Documents[0].Sections[0].Narrative
			if _, _, ok := n.Find("r1"); !ok || !strings.Contains(n.PlainText(0, len(n.Nodes)), "glucose") {
				t.Error("the row of what stays is gone")
			}
			if w.Narratives != 1 {
				t.Errorf("%d narratives cut", w.Narratives)
			}
			out, _ = redact(t, without("HIV"), document(), consent.Redaction{})
			if len(out.Documents[0].Sections) != 1 || strings.Contains(text(t, out), "HIV tests") {
				t.Error("a section that is left empty is there")
			}
		}},
		{"H2", func(t *testing.T) {
			out, _ := redact(t, without("ETHUD"), document(), consent.Redaction{})
			e1 := &out.Results[0]
			if len(out.Social) != 0 || len(e1.DerivedFrom) != 0 || len(e1.Relations) != 0 {
				t.Error("the entry, or a reference to it, is there")
			}
			if it := out.Sources[0].Items; len(it) != 1 || it[0].Text != "" {
				t.Errorf("a contained copy may be there: %d items", len(it))
			}
			if len(out.Carried) != 1 || out.Carried[0].Data != `"a second note on the test"` {
				t.Errorf("carried: %v", out.Carried)
			}
		}},
		{"H3", func(t *testing.T) {
			out, _ := redact(t, without("ETHUD"), document(), consent.Redaction{})
			if len(out.ResultPanels) != 1 || out.ResultPanels[0].ID != "eP" || len(out.ResultPanels[0].Members) != 1 {
				t.Errorf("panels: %v", out.ResultPanels)
			}
		}},
		{"H4", func(t *testing.T) {
			out, w := redact(t, without("ETHUD"), document(), consent.Redaction{})
			if len(out.Practitioners) != 1 || out.Practitioners[0].ID != "drA" || len(out.Provenances) != 0 || w.Orphans != 1 {
				t.Errorf("%d practitioners, %d provenances, %d orphans", len(out.Practitioners), len(out.Provenances), w.Orphans)
			}
		}},
		{"H5", func(t *testing.T) {
			out, _ := redact(t, without("SUD"), medicine(), consent.Redaction{Labeller: rules("1", "0.7")})
			if len(out.Medications) != 0 || len(out.Results) != 1 {
				t.Error("the medicine implies the condition, and is there")
			}
		}},
		{"H6", func(t *testing.T) {
			out, _ := redact(t, one(signed("c", "permit", provision{Purposes: tpo()})), document(), consent.Redaction{})
			if l := out.Documents[0].Labels; len(l) != 1 || l[0].Coding.Code != "R" {
				t.Errorf("labels of the document: %v", l)
			}
			r := document()
			r.Documents[0].Labels = labels("R", "ETHUD", "HIV")
			out, _ = redact(t, without("R"), r, consent.Redaction{})
			if l := out.Documents[0].Labels; len(l) != 1 || l[0].Coding.Code != "N" {
				t.Errorf("labels of the document: %v", l)
			}
		}},
		{"H7", func(t *testing.T) {
			r := document()
			r.Documents[0].Labels = labels("R", "NORDSCLCD")
			out, _ := redact(t, without("ETHUD"), r, consent.Redaction{})
			if l := out.Documents[0].Labels; !slices.ContainsFunc(l, func(l record.Label) bool { return l.Coding.Code == "NORDSCLCD" }) {
				t.Errorf("the obligation is gone: %v", l)
			}
			d := s.decide(t, without("ETHUD"), ask(dr2, "TREAT"))
			owes(t, consent.Bound(d, r), consent.ObligeNoRedisclose)
		}},
		{"H8", func(t *testing.T) {
			h := without("ETHUD")
			h.Mask = true
			out, w := redact(t, h, document(), consent.Redaction{})
			if strings.Contains(text(t, out), secret) || len(out.Social) != 1 {
				t.Fatalf("what is masked can be read, or is gone: %s", text(t, out))
			}
			e := &out.Social[0]
			if e.Absent != record.AbsentMasked || !slices.ContainsFunc(e.Labels, func(l record.Label) bool { return l.Coding.Code == "MASKED" }) {
				t.Errorf("absent %q, labels %v", e.Absent, e.Labels)
			}
			if len(w.Counts) == 0 || !w.Counts[0].Masked {
				t.Errorf("counts %v", w.Counts)
			}
		}},
		{"H9", func(t *testing.T) {
			none := chart("e1")
			some := chart("e1", "e3")
			a, _ := redact(t, without("ETHUD"), none, consent.Redaction{})
			b, _ := redact(t, without("ETHUD"), some, consent.Redaction{})
			if text(t, a) != text(t, b) {
				t.Errorf("none:\n%s\nwithheld:\n%s", text(t, a), text(t, b))
			}
			told, _ := redact(t, without("ETHUD"), document(), consent.Redaction{Tell: true})
			if !strings.Contains(text(t, told), "REDACTED") {
				t.Error("the policy says tell, and nothing does")
			}
		}},
		{"H10", func(t *testing.T) {
			r := consent.Label(chart("e3"), labeller{"74013-4": "ETHUD"})
			if n := len(r.Social[0].Labels); n != 2 {
				t.Errorf("%d labels", n)
			}
		}},
		{"H11", func(t *testing.T) {
			for threshold, wanted := range map[string]int{"0.7": 0, "0.4": 2} { // SUD, and what has it is restricted
				if n := len(consent.Label(medicine(), rules("0.5", threshold)).Medications[0].Labels); n != wanted {
					t.Errorf("threshold %s: %d labels", threshold, n)
				}
			}
		}},
		{"H12", func(t *testing.T) {
			req := ask(dr2, "TREAT")
			broken := consent.DeciderFunc(nil)
			for name, d := range map[string]*consent.Decision{
				"panic": consent.Decide(t.Context(), broken, &req), "none": consent.Decide(t.Context(), nil, &req),
				"error": s.decide(t, Host{Fails: true, Default: consent.DefaultPermit}, req),
			} {
				final(t, d, deny)
				if out, _ := consent.Redact(d, six(), consent.Redaction{}); out != nil {
					t.Errorf("%s: something is released", name)
				}
			}
		}},
	}
}
