package consent_test

import (
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

var update = flag.Bool("update", false, "write the golden previews anew")

// previewChart is an invented patient: one entry of each way to be so or not, one of them under Part 2, one on HIV.
func previewChart() *record.Record {
	label := func(codes ...string) (out []record.Label) {
		for _, c := range codes {
			system := record.SystemActCode
			if len(c) == 1 {
				system = record.SystemConfidentiality
			}
			out = append(out, record.Label{Coding: record.Coding{System: system, Code: c}})
		}
		return out
	}
	entry := func(id string, a record.Assertion, codes ...string) record.Entry {
		return record.Entry{ID: id, Assertion: a, Labels: label(codes...)}
	}
	named := func(s string) record.Concept { return record.Concept{Text: s} }
	r := &record.Record{
		Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, Names: []record.Name{{Text: "Jack Doe"}}, BirthTime: record.Time{Value: "1970-05-05"}},
		Allergies: []record.Allergy{{Entry: entry("a1", record.Negated, "N"), Substance: named("Penicillin")}, {Entry: entry("a2", record.NoneKnown, "N")},
			{Entry: entry("a3", record.Affirmed, "N"), Substance: named("Nuts <script>alert(1)</script>\u202e\n& \"more\""), Verification: record.Refuted}},
		Medications: []record.Medication{{Entry: entry("m1", record.Affirmed, "N"), Product: record.Product{Name: "Lisinopril"}}, {Entry: entry("m2", record.Affirmed, "HIV", "R"), Product: record.Product{Name: "Zqxhiv"}}},
		Notes:       []record.ClinicalNote{{Entry: entry("n1", record.Affirmed, "SUD", "R", consent.CodeUnderPart2), Title: "Zqxpart2"}},
	}
	r.Medications[0].Status.Code = record.StatusNotDone
	for i := range 23 {
		r.Results = append(r.Results, record.Observation{Entry: entry("r"+string(rune('a'+i)), record.Affirmed, "N"), Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "2339-0", Display: "Glucose"}}},
			When: record.Period{At: record.Time{Value: fmt.Sprintf("2022-02-%02dT10:00:00Z", 1+i*22/23)}}})
	}
	return r
}

// previewed decides, redacts and writes a preview.
func previewed(t *testing.T, purpose string, mask bool, o consent.PreviewOptions) *consent.Preview {
	t.Helper()
	c := record.Consent{Entry: record.Entry{ID: "c1", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Period: &record.Period{End: record.Time{Value: "2027-01-01"}},
		Provision: &record.Provision{Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}, Provisions: []record.Provision{{Type: "deny", SecurityLabels: []record.Coding{{System: record.SystemActCode, Code: "HIV"}}}}}}
	req := &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, Requester: consent.Party{Reference: "Practitioner/2", Name: "Dr. Two <b>", Organization: &consent.Party{Name: "Clinic"}},
		At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Purposes: []record.Coding{{System: record.SystemActReason, Code: purpose}}, Jurisdiction: "US"}
	d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}, Mask: mask}, req)
	out, w := consent.Redact(d, previewChart(), consent.Redaction{})
	p := consent.NewPreview(d, req, out, w, o)
	again := consent.NewPreview(d, req, out, w, o)
	require.Equal(t, p.HTML()+p.Text(), again.HTML()+again.Text())
	return p
}

func TestPreview(t *testing.T) {
	tests := map[string]*consent.Preview{
		"patient":        previewed(t, "TREAT", false, consent.PreviewOptions{}),
		"masked":         previewed(t, "TREAT", true, consent.PreviewOptions{Most: 2}),
		"representative": previewed(t, "TREAT", false, consent.PreviewOptions{Audience: consent.ForRepresentative, Most: -1}),
		"recipient":      previewed(t, "TREAT", false, consent.PreviewOptions{Audience: consent.ForRecipient, Most: 1}),
		"denied":         previewed(t, "HMARKT", false, consent.PreviewOptions{}),
		"denied-other":   previewed(t, "HMARKT", false, consent.PreviewOptions{Audience: consent.ForRepresentative}),
	}
	for name, p := range tests {
		for ext, got := range map[string]string{".txt": p.Text(), ".html": p.HTML()} {
			file := filepath.Join("testdata", "preview", name+ext)
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
				require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
			}
			want, err := os.ReadFile(file)
			require.NoError(t, err)
			require.Equal(t, string(want), got, file)
			require.NotContains(t, got, "Zqx", "what is withheld")
		}
		require.NotContains(t, p.HTML(), "<b>", "markup of the request's own")
		require.NotContains(t, p.HTML(), "<script", "markup of the record's own")
		require.NotContains(t, p.Text()+p.HTML(), "\u202e", "what turns the direction of a text")
		wellFormed(t, p.HTML())
	}
	// Those who are not the patient read the same whether anything was withheld or not.
	require.NotContains(t, tests["representative"].Text(), "1 medicine:")
	require.Contains(t, tests["patient"].Text(), "1 medicine: your choices keep this back.")
	require.Contains(t, tests["patient"].Text(), "not so: Penicillin")
}

// What is forbidden, planned or a risk does not read as what was done or is so.
func TestPreviewOfWhatIsNotSo(t *testing.T) {
	yes := true
	entry := func(m record.Mode) record.Entry { return record.Entry{ID: "e", Assertion: record.Affirmed, Mode: m} }
	rec := &record.Record{
		Orders:         []record.Order{{Entry: entry(record.ModeRequest), Code: record.Concept{Text: "Resuscitation"}, DoNotPerform: &yes}},
		Medications:    []record.Medication{{Entry: entry(record.ModeRequest), Product: record.Product{Name: "Aspirin"}, DoNotPerform: &yes}},
		Procedures:     []record.Procedure{{Entry: entry(record.ModeIntent), Code: record.Concept{Text: "Appendectomy"}}, {Entry: entry(""), Code: record.Concept{Text: "Colonoscopy"}}},
		HealthConcerns: []record.HealthConcern{{Entry: entry(""), Code: record.Concept{Text: "Stroke"}, Risk: &yes}},
	}
	text := consent.NewPreview(denying("none"), nil, rec, nil, consent.PreviewOptions{}).Text()
	for _, want := range []string{"- not to be done: Resuscitation\n", "- not to be done: Aspirin (ordered)\n", "- Appendectomy (planned)\n", "- Colonoscopy\n", "- a risk of: Stroke\n"} {
		require.Contains(t, text, want)
	}
}

// Every detail of the person that leaves is named.
func TestPreviewOfThePerson(t *testing.T) {
	full := reflect.ValueOf(recordtest.Full().Patient).Elem()
	for i := range full.NumField() {
		name := full.Type().Field(i).Name
		switch name {
		case "Entry", "Active":
			continue
		}
		require.False(t, full.Field(i).IsZero(), name)
		p := &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}
		reflect.ValueOf(p).Elem().Field(i).Set(full.Field(i))
		text := consent.NewPreview(denying("none"), nil, &record.Record{Patient: p}, nil, consent.PreviewOptions{}).Text()
		require.Contains(t, text, "- Details of the person\n  - ", name)
	}
}

// wellFormed holds that every element of a page is closed.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(strings.Replace(strings.TrimPrefix(page, "<!DOCTYPE html>"), `<meta charset="utf-8">`, "", 1)))
	for {
		if _, err := d.Token(); err == io.EOF {
			return
		} else {
			require.NoError(t, err)
		}
	}
}

// Whoever is not the patient cannot tell from a preview whether anything was withheld.
func TestPreviewTellsOthersNothing(t *testing.T) {
	chart := previewChart()
	d := denying("m2")
	for _, a := range []consent.Audience{consent.ForRepresentative, consent.ForRecipient} {
		with, w := consent.Redact(d, chart, consent.Redaction{})
		require.Equal(t, 1, w.Total())
		never := previewChart()
		never.Medications = never.Medications[:1]
		without, none := consent.Redact(d, never, consent.Redaction{})
		require.Zero(t, none.Total())
		o := consent.PreviewOptions{Audience: a}
		require.Equal(t, consent.NewPreview(d, nil, without, none, o).Text(), consent.NewPreview(d, nil, with, w, o).Text())
	}
}

// A preview of a record in which everything is a marker holds none of the entry that is withheld, and no panic comes of nothing at all.
func TestPreviewOfFull(t *testing.T) {
	for _, id := range planted(t) {
		rec := recordtest.Full()
		var secret []string
		for kind, e := range rec.Entries() {
			if e.ID == id {
				e.Notes = append(e.Notes, record.Note{Text: "Zqx"})
				secret = append(secret, kind)
			}
		}
		require.Len(t, secret, 1)
		out, w := consent.Redact(denying(id), rec, consent.Redaction{})
		p := consent.NewPreview(denying(id), nil, out, w, consent.PreviewOptions{Most: 1000})
		require.NotContains(t, p.Text(), "Zqx")
		require.NotContains(t, p.Text(), id)
		wellFormed(t, p.HTML())
	}
	require.Contains(t, consent.NewPreview(nil, nil, nil, nil, consent.PreviewOptions{}).Text(), "Nothing will be shared.")
}
