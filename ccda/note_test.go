package ccda

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func importPapers(t *testing.T, name string) *record.Record {
	t.Helper()
	rec, rep, err := Import(context.Background(), read(t, name), record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
	return rec
}

func content(t *testing.T, a *record.Attachment) string {
	t.Helper()
	s, err := a.Data.Base64()
	require.NoError(t, err)
	return s
}

func TestNotes(t *testing.T) {
	rec := importPapers(t, "papers.xml")
	require.Len(t, rec.Notes, 7)
	visit, stay := rec.Encounters[0], rec.Encounters[1]

	n := rec.Notes[0]
	require.Equal(t, "11488-4", n.Type.Codings[0].Code, "the kind of note, not that it is one")
	require.Len(t, n.Type.Codings, 1)
	require.Equal(t, "note-1", n.Narrative.Anchor)
	require.Empty(t, n.Contents)
	require.Equal(t, record.StatusCompleted, n.Status.Code)
	require.Equal(t, "2024-03-11", n.When.At.Value)
	require.Equal(t, "author", n.Participants[0].Role)
	require.Equal(t, "legal-authenticator", n.Participants[1].Role)
	require.Equal(t, visit.ID, n.Encounter[0].ID)
	require.Equal(t, "Dictated, not read", n.Notes[0].Text)
	d := n.RelatedDocs[0]
	require.Equal(t, []string{"refers-to", "PDF-3", "SET-3", "2", "http://papers.example/3.pdf"}, []string{d.Type, d.Identifiers[0].Value, d.SetID.Value, d.Version, d.Text.URL})

	n = rec.Notes[1] // a file, and its words in the narrative
	require.Equal(t, "34109-9", n.Type.Codings[0].Code)
	require.Equal(t, "note-2", n.Narrative.Anchor)
	require.Equal(t, "text/rtf", n.Contents[0].Attachment.ContentType)
	require.Equal(t, "GZ", n.Contents[0].Attachment.Compression)
	require.Equal(t, "e1xydGYx IFNlZW59", content(t, &n.Contents[0].Attachment))

	n = rec.Notes[2] // a file elsewhere
	require.Nil(t, n.Narrative)
	require.Equal(t, "http://papers.example/4.pdf", n.Contents[0].Attachment.URL)
	require.Empty(t, n.Status)

	n = rec.Notes[3] // words of its own, and a recording
	require.Equal(t, "Rang to say that the cough is better.", n.Narrative.Text)
	require.Equal(t, "Telephone note", n.Type.Text)
	require.Equal(t, "audio/mpeg", n.Contents[0].Attachment.ContentType)

	require.Equal(t, rec.Procedures[0].ID, rec.Notes[4].Related[0].ID)
	require.Equal(t, rec.ResultPanels[0].ID, rec.Notes[5].Related[0].ID)
	require.Equal(t, stay.ID, rec.Notes[6].Encounter[0].ID)
	require.Empty(t, rec.Notes[6].Related)
}

// What is no note of this patient's that was written is carried whole.
func TestNoteNotRead(t *testing.T) {
	act := func(attrs, more string) string {
		return `<entry><act classCode="ACT"` + attrs + `><templateId root="2.16.840.1.113883.10.20.22.4.202"/>` + cd("code", "34109-9", oidLOINC, "") + `<text>x</text>` + more + `</act></entry>`
	}
	for _, x := range []struct {
		name, entry string
		issue       record.IssueKind
	}{
		{"negated", act(` moodCode="EVN" negationInd="true"`, ""), record.IssueNegationUnclear},
		{"to be written", act(` moodCode="INT"`, ""), record.IssueNegationUnclear},
		{"of another", act(` moodCode="EVN"`, `<subject><relatedSubject classCode="PRS"/></subject>`), record.IssueOtherSubject},
	} {
		t.Run(x.name, func(t *testing.T) {
			rec, rep := importSection(t, "11488-4", x.entry)
			carriedWhole(t, rec, rep, x.issue)
			require.Empty(t, rec.Notes)
		})
	}
	rec, _ := importSection(t, "11488-4", act(` moodCode="EVN" nullFlavor="NI"`, ""))
	require.Equal(t, record.NotKnown, rec.Notes[0].Assertion)

	// That a note is of no encounter at all has no field.
	rec, rep := importSection(t, "11488-4", act(` moodCode="EVN"`, `<entryRelationship typeCode="COMP" inversionInd="true" negationInd="true"><encounter classCode="ENC" moodCode="EVN"><id nullFlavor="NA"/></encounter></entryRelationship>`))
	require.Empty(t, rec.Notes[0].Encounter)
	require.True(t, hasIssue(rep, record.IssueNegationUnclear))
	require.Len(t, rec.Carried, 1)
}

// A section of words alone stays a section.
func TestNoteOfActivityAlone(t *testing.T) {
	rec, _ := importSection(t, "10164-2", "", "Three weeks of cough.")
	require.Empty(t, rec.Notes)
	require.False(t, rec.Documents[0].Sections[0].Narrative.IsZero())
}

func TestSectionEntries(t *testing.T) {
	rec := importPapers(t, "papers.xml")
	s := rec.Documents[0].Sections[1]
	require.Equal(t, "picture-1", s.Media[0].Anchor)
	require.Equal(t, "iVBORw0KGgo=", content(t, &s.Media[0]))
	require.Equal(t, "The notes of 2022 are in the archive.", s.Notes[0].Text)
	require.Len(t, s.Notes[0].Authors, 1)
	require.Equal(t, "2023", s.Period.Start.Value)
	require.Equal(t, "2024-03", s.Period.End.Value)
	require.Len(t, s.Entries, 4, "what is of the section is no entry of it")
	require.Equal(t, "strip", rec.Results[0].Attachments[0].Anchor)
}

func TestPrivacyMarkings(t *testing.T) {
	rec := importPapers(t, "papers.xml")
	codes := func(ls []record.Label) (out []string) {
		for _, l := range ls {
			out = append(out, l.Kind+" "+l.Coding.Code)
		}
		return out
	}
	d := rec.Documents[0]
	require.Equal(t, []string{"confidentiality N", "confidentiality R", "handling NORDSCLCD", "purpose TREAT"}, codes(d.Labels))
	require.Equal(t, "Restricted by law", d.Labels[1].Coding.Text)
	require.Equal(t, []string{"confidentiality R"}, codes(d.Sections[0].Labels))
	require.Equal(t, []string{"confidentiality V"}, codes(d.Sections[3].Labels))
	p := rec.ResultPanels[0]
	require.Equal(t, []string{"confidentiality R", "handling NOPAT"}, codes(p.Labels))
	require.Equal(t, "2024-03-14T12:00:00-05:00", p.Labels[1].When.End.Value)
	require.Len(t, p.Members, 1, "a marking is no result")
	require.Equal(t, []string{"handling ENCRYPT"}, codes(rec.Results[0].Labels))
}

// A marking that is denied, or of no value, marks nothing and is carried; outside the privacy section it is of its own section.
func TestMarkingOfSection(t *testing.T) {
	marking := func(attrs, value string) string {
		return `<entry><observation classCode="OBS" moodCode="EVN"` + attrs + `><templateId root="2.16.840.1.113883.3.445.23"/>` + cd("code", "SECCONOBS", oidActCode, "") + value + `</observation></entry>`
	}
	value := cd("value", "NOPAT", "2.16.840.1.113883.5.1063", ` xsi:type="CD"`)
	rec, _ := importSection(t, "11488-4", marking("", value))
	require.Len(t, rec.Documents[0].Sections[0].Labels, 1)
	require.Empty(t, rec.Documents[0].Labels)
	typed(t, rec)
	for _, entry := range []string{marking(` negationInd="true"`, value), marking("", ""), marking("", value+value)} {
		rec, _ := importSection(t, "11488-4", entry)
		require.Empty(t, rec.Documents[0].Sections[0].Labels)
		require.Len(t, rec.Carried, 1)
	}
}

func TestAssembler(t *testing.T) {
	p := importPapers(t, "papers.xml").Documents[0].Participants[1]
	require.Equal(t, "assembler", p.Role)
	require.Empty(t, p.RoleAsSent)
	require.Nil(t, p.Who)
	require.NotNil(t, p.OnBehalfOf)
	require.Equal(t, "2024-03-11T11:15:00-05:00", p.When.At.Value)
}

func TestEntryReferences(t *testing.T) {
	rec := importPapers(t, "papers.xml")
	rel := rec.Procedures[0].Relations
	require.Len(t, rel, 2)
	require.Equal(t, "refers-to", rel[0].Type)
	require.Equal(t, rec.ResultPanels[0].ID, rel[0].Target.ID)
	require.Equal(t, "reason", rel[1].Type)
	require.Empty(t, rel[1].Target.ID, "nothing has this identifier")
	require.Equal(t, "NOWHERE", rel[1].Target.Identifier.Value)
	require.Equal(t, failedAttempt, rec.Procedures[0].Outcome.Codings[0].Code)
}

func TestUnstructured(t *testing.T) {
	rec := importPapers(t, "unstructured.xml")
	d := rec.Documents[0]
	require.Len(t, d.Body, 1)
	require.Equal(t, record.Attachment{ContentType: "application/pdf", Language: "en-US", Compression: "DF", Data: record.Base64Data("JVBERi0x LjQ=")}, d.Body[0])
	require.Empty(t, rec.Carried)
	require.Empty(t, rec.Notes)
}

func TestImagingReport(t *testing.T) {
	rec := importPapers(t, "imaging.xml")
	s := rec.ImagingStudies[0]
	require.Equal(t, "1.2.826.0.1.3680043.9.7.71.1", s.StudyUID)
	require.Equal(t, "ACC-44", s.Identifiers[0].Value)
	require.Equal(t, "DX", s.Series[0].Modality.Codings[0].Code)
	require.Equal(t, "Chest, two views", s.Series[0].Description)
	require.Len(t, s.Series[0].Instances, 2)
	require.Equal(t, "http://pacs.example/wado?object=1", s.Series[0].Instances[0].Content.URL)

	require.Len(t, rec.Results, 3, "what is of the fetus is not the mother's")
	words, size := rec.Results[0], rec.Results[1]
	require.Equal(t, "A round density at the left hilus.", words.Values[0].Attachment.Text)
	require.Equal(t, size.ID, words.DerivedFrom[0].ID)
	require.Equal(t, "45", size.Values[0].Quantity.Value)
	require.Equal(t, s.ID, size.DerivedFrom[0].ID)
	require.Equal(t, []string{"3"}, size.Images[0].Frames)
	require.Equal(t, "121112", size.Images[0].Purpose.Codings[0].Code)
	require.Equal(t, "71046", rec.Documents[0].Services[0].Code.Codings[0].Code)
	require.Len(t, rec.Carried, 1)
	require.Contains(t, rec.Carried[0].Data, "relatedSubject")
}

// A note that somebody made and nobody wrote has the author that the template demands behind its performer, where the
// schema has it (CDA R2 4.3.6).
func TestAuthorDemandedStandsBehindPerformers(t *testing.T) {
	rec := chart()
	rec.Practitioners = []record.Practitioner{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}, Names: []record.Name{{Text: "Imre Vass"}}}}
	who := &record.Ref{Kind: record.KindPractitioner, ID: "a"}
	rec.Notes = []record.ClinicalNote{{
		Entry:    record.Entry{ID: "n", Assertion: record.Affirmed, Participants: []record.Participation{{Role: "informant", Who: who}, {Role: "performer", Who: who}}},
		Contents: []record.NoteContent{{Attachment: record.Attachment{Text: "said"}}},
	}}
	out, _ := exportedAs(t, rec, Conformant, true)
	note := out[strings.Index(out, templateNote):]
	performer, author, informant := strings.Index(note, "<performer"), strings.Index(note, "<author"), strings.Index(note, "<informant")
	require.Positive(t, performer)
	require.Less(t, performer, author)
	require.Less(t, author, informant)
}
