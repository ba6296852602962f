package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What the sender calls the contents of a note, and how far each is, comes back with that content.
func TestNamesOfContents(t *testing.T) {
	own := record.Concept{Codings: []record.Coding{{Code: "CONSULT-BODY", Display: "Consult body", SystemName: "L"}}}
	pdf := codedIn(record.SystemLOINC, "44249-1", "PHQ-9 quick depression assessment panel")
	status := func(c record.StatusCode) *record.Status { return &record.Status{Code: c} }
	words := record.Attachment{ContentType: "text/plain", Text: "Seen for a cough.\nTo come again.", Title: "Consult body"}
	file := record.Attachment{ContentType: "application/pdf", Data: record.BytesData([]byte("%PDF-1.4 x")), Title: "PHQ-9"}
	for name, list := range map[string][]record.NoteContent{
		"words":              {{Attachment: words, Code: &own, Status: status(record.StatusCompleted)}},
		"words of no type":   {{Attachment: record.Attachment{Text: words.Text, Title: "Consult body"}, Code: &own}},
		"words and a file":   {{Attachment: words, Code: &own}, {Attachment: file, Code: &pdf, Status: status(record.StatusActive)}},
		"a file":             {{Attachment: file, Code: &pdf}},
		"only the second":    {{Attachment: record.Attachment{ContentType: "text/plain", Text: "Seen."}}, {Attachment: file, Code: &pdf}},
		"a status alone":     {{Attachment: words, Status: status(record.StatusActive)}},
		"two of one name":    {{Attachment: words, Code: &own}, {Attachment: file, Code: &own}},
		"two files, elsehow": {{Attachment: record.Attachment{URL: "https://files.example/a"}, Code: &own}, {Attachment: file, Code: &pdf}},
	} {
		for mode, x := range modes {
			t.Run(name+" "+mode, func(t *testing.T) {
				rec := &record.Record{Notes: []record.ClinicalNote{{Entry: entryOf(record.Affirmed, record.StatusCompleted),
					Type: codedIn(record.SystemLOINC, "11488-4", "Consult note"), When: record.Period{At: record.Time{Value: "2024-03-01"}}, Contents: list}}}
				text, back, _ := passed(t, x, rec)
				require.Len(t, back.Notes, 1)
				got := back.Notes[0].Contents
				require.Len(t, got, len(list))
				for i, want := range list {
					require.Equal(t, want.Code == nil, got[i].Code == nil)
					if want.Code != nil {
						require.Equal(t, want.Code.Codings[0].Code, got[i].Code.Codings[0].Code)
						require.Equal(t, want.Code.Codings[0].Display, got[i].Code.Codings[0].Display)
					}
					if want.Code != nil {
						require.Equal(t, want.Status, got[i].Status)
					} // what has no name cannot say how far it is
					require.Equal(t, want.Attachment.URL, got[i].Attachment.URL)
					if want.Code != nil {
						require.Equal(t, want.Attachment.Title, got[i].Attachment.Title)
					}
					if want.Attachment.Text != "" && mode == "faithful" {
						require.Equal(t, want.Attachment.Text, got[i].Attachment.Text)
					}
				}
				tell(t, name, perturb(t, []byte(text), 1))
			})
		}
	}
}

// An observation in a note that says more than the name of a content, or the contrary of one, names none.
func TestNoNameOfContent(t *testing.T) {
	note := func(obs string) string {
		return `<entry><act classCode="ACT" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.202"/>` + cd("code", "34109-9", oidLOINC, "") +
			`<text>Seen.</text><statusCode code="completed"/><effectiveTime value="20240301"/><entryRelationship typeCode="COMP">` + obs + `</entryRelationship></act></entry>`
	}
	named := `<observation classCode="OBS" moodCode="EVN"><templateId root="` + templateContentName + `"/>` + cd("code", "44249-1", oidLOINC, "") + `</observation>`
	rec, _ := importSection(t, "34109-9", note(named))
	require.Equal(t, "44249-1", rec.Notes[0].Contents[0].Code.Codings[0].Code)
	require.Equal(t, "Seen.", rec.Notes[0].Contents[0].Attachment.Text)
	for _, odd := range []string{
		strings.Replace(named, `moodCode="EVN"`, `moodCode="EVN" negationInd="true"`, 1),
		strings.Replace(named, `moodCode="EVN"`, `moodCode="INT"`, 1),
		strings.Replace(named, "</observation>", `<value xsi:type="ST">positive</value></observation>`, 1),
		strings.Replace(named, templateContentName, "2.999.1", 1),
	} {
		rec, _ := importSection(t, "34109-9", note(odd))
		require.Empty(t, rec.Notes[0].Contents, odd)
	}
}
