package fhir

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

const (
	noteID    = "2b4e28ba-2fa1-81d2-883f-0016d3cca427"
	sectionID = "2b4e28ba-2fa1-81d2-883f-0016d3cca428"
	otherID   = "2b4e28ba-2fa1-81d2-883f-0016d3cca429"
	docID     = "2b4e28ba-2fa1-81d2-883f-0016d3cca430"
)

func stated(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }

// documentWith gives a document of one section with three anchors: words, a table, nothing.
func documentWith(id string) record.Document {
	n := &record.Narrative{Nodes: []record.NarrativeNode{
		{Kind: "paragraph", ID: "plain"}, {Kind: "text", Depth: 1, Text: "Seen, "}, {Kind: "content", Depth: 1}, {Kind: "text", Depth: 2, Text: "well"},
		{Kind: "list"}, {Kind: "item", Depth: 1, ID: "rich"}, {Kind: "paragraph", Depth: 2, Attrs: []record.NarrativeAttr{{Name: "styleCode", Value: "Bold"}}},
		{Kind: "text", Depth: 3, Text: "Not < well"},
		{Kind: "paragraph", ID: "empty"},
	}}
	return record.Document{Entry: stated(id), Sections: []record.Section{{ID: sectionID, Narrative: n}}}
}

func decoded(t *testing.T, s string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(s)
	require.NoError(t, err)
	return string(b)
}

// The words of a note go out as they stand in the narrative: plain where no markup could be lost.
func TestNoteContent(t *testing.T) {
	for _, x := range []struct {
		name, kind, data string
		note             record.ClinicalNote
		claims           bool
	}{
		{"plain", typePlain, "Seen, well", record.ClinicalNote{Entry: record.Entry{Narrative: &record.NarrativeLink{Anchor: "plain"}}}, true},
		{"marked up", typeXHTML, `<div xmlns="http://www.w3.org/1999/xhtml"><ul><li><p class="Bold" style="font-weight:bold">Not &lt; well</p></li></ul></div>`,
			record.ClinicalNote{Entry: record.Entry{Narrative: &record.NarrativeLink{Anchor: "rich"}}}, true},
		{"words of its own", typePlain, "Rang", record.ClinicalNote{Entry: record.Entry{Narrative: &record.NarrativeLink{Text: "Rang"}}}, true},
		{"a file", "application/pdf", "%PDF", record.ClinicalNote{Contents: []record.NoteContent{{Attachment: record.Attachment{ContentType: "application/pdf", Data: record.Base64Data("JVBERg==")}}}}, true},
		{"an anchor to nothing to read", "", "", record.ClinicalNote{Entry: record.Entry{Narrative: &record.NarrativeLink{Anchor: "empty"}}}, false},
		{"an anchor to nothing", "", "", record.ClinicalNote{Entry: record.Entry{Narrative: &record.NarrativeLink{Anchor: "gone"}}}, false},
		{"nothing", "", "", record.ClinicalNote{}, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			x.note.ID, x.note.Assertion, x.note.Section = noteID, record.Affirmed, sectionID
			x.note.Type = record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "11488-4"}}}
			by, _ := sent(t, &record.Record{Notes: []record.ClinicalNote{x.note}, Documents: []record.Document{documentWith(docID)}})
			r := by["DocumentReference"][0]
			require.Equal(t, x.kind, at(r, "content[0].attachment.contentType"))
			require.Equal(t, x.data, decoded(t, at(r, "content[0].attachment.data")))
			require.Equal(t, x.claims, at(r, "meta.profile[0]") != "")
			require.Equal(t, "clinical-note", at(r, "category[0].coding[0].code"))
		})
	}
}

func TestNoteStatus(t *testing.T) {
	for _, x := range []struct {
		code        record.StatusCode
		assertion   record.Assertion
		status, doc string
	}{
		{record.StatusCompleted, record.Affirmed, "current", "final"},
		{record.StatusActive, record.Affirmed, "current", ""},
		{record.StatusSuperseded, record.Affirmed, "superseded", ""},
		{record.StatusEnteredInError, record.Affirmed, "entered-in-error", ""},
		{record.StatusAvailable, record.Affirmed, "current", ""},
		{record.StatusCancelled, record.Affirmed, "basic", ""},
		{"", record.Affirmed, "current", ""},
		{record.StatusCompleted, record.NotKnown, "basic", ""},
		{record.StatusCompleted, record.Negated, "basic", ""},
	} {
		t.Run(string(x.code)+string(x.assertion), func(t *testing.T) {
			n := record.ClinicalNote{Entry: record.Entry{ID: noteID, Assertion: x.assertion, Status: record.Status{Code: x.code}, Narrative: &record.NarrativeLink{Text: "x"}}}
			by, _ := sent(t, &record.Record{Notes: []record.ClinicalNote{n}})
			if x.status == "basic" {
				require.Empty(t, by["DocumentReference"])
				require.Len(t, by["Basic"], 1)
				return
			}
			require.Equal(t, x.status, at(by["DocumentReference"][0], "status"))
			require.Equal(t, x.doc, at(by["DocumentReference"][0], "docStatus"))
		})
	}
}

// A note is of the encounter it names, else of that of its document; what it is
// on is named; a report shows the notes on it.
func TestNoteContext(t *testing.T) {
	encounter, visit := stated("2b4e28ba-2fa1-81d2-883f-0016d3cca431"), stated("2b4e28ba-2fa1-81d2-883f-0016d3cca432")
	problem := record.Problem{Entry: stated("2b4e28ba-2fa1-81d2-883f-0016d3cca433"), Concern: &record.Concern{ID: "2b4e28ba-2fa1-81d2-883f-0016d3cca434"}}
	panel := record.Panel{Entry: stated(otherID)}
	doc := documentWith(docID)
	doc.Encounter = visit.EntryRef(record.KindEncounter)
	note := func(on ...record.Ref) record.ClinicalNote {
		return record.ClinicalNote{Entry: record.Entry{ID: noteID, Assertion: record.Affirmed, Section: sectionID, Narrative: &record.NarrativeLink{Anchor: "plain"}}, Related: on}
	}
	rec := func(n record.ClinicalNote) *record.Record {
		return &record.Record{Notes: []record.ClinicalNote{n}, Documents: []record.Document{doc}, Encounters: []record.Encounter{{Entry: encounter}, {Entry: visit}},
			Problems: []record.Problem{problem}, ResultPanels: []record.Panel{panel}}
	}
	named := note()
	named.Encounter = []record.Ref{*encounter.EntryRef(record.KindEncounter)}
	by, _ := sent(t, rec(named))
	require.Equal(t, "urn:uuid:"+encounter.ID, at(by["DocumentReference"][0], "context.encounter[0].reference"))
	require.Empty(t, at(by["DocumentReference"][0], "context.encounter[1].reference"))
	require.Empty(t, at(by["DiagnosticReport"][0], "presentedForm[0].data"))

	by, issues := sent(t, rec(note(record.Ref{ID: problem.Concern.ID, Kind: record.KindConcern}, *panel.EntryRef(record.KindResultPanel))))
	r := by["DocumentReference"][0]
	require.Equal(t, "urn:uuid:"+visit.ID, at(r, "context.encounter[0].reference"))
	require.Equal(t, "urn:uuid:"+problem.ID, at(r, "context.related[0].reference"))
	require.Equal(t, "urn:uuid:"+panel.ID, at(r, "context.related[1].reference"))
	require.Equal(t, "Seen, well", decoded(t, at(by["DiagnosticReport"][0], "presentedForm[0].data")))
	require.Zero(t, issues[record.IssueDanglingReference.Code])
}

// The body of an unstructured document is a DocumentReference beside the Composition that points to it.
func TestUnstructured(t *testing.T) {
	d := documentWith(docID)
	d.Sections = nil
	d.Identifiers = []record.Identifier{{System: "urn:oid:1.2.3", Value: "F-1"}}
	d.Time, d.Title = record.Time{Value: "2023-05-01T12:00:00Z"}, "A letter"
	d.Body = []record.Attachment{{ContentType: "application/pdf", URL: "letter.pdf"}}
	by, _ := sent(t, &record.Record{Documents: []record.Document{d}})
	r := by["DocumentReference"][0].(map[string]any)
	require.Equal(t, "letter.pdf", at(r, "content[0].attachment.url"))
	require.Equal(t, "F-1", at(r, "masterIdentifier.value"))
	require.Equal(t, "2023-05-01T12:00:00Z", at(r, "date"))
	require.Equal(t, "urn:uuid:"+r["id"].(string), at(by["Composition"][0], "extension[0].extension[1].valueReference.reference"))
}

// A reader must not take compressed bytes for what the type says.
func TestCompressedContent(t *testing.T) {
	var b bytes.Buffer
	f, err := flate.NewWriter(&b, 9)
	require.NoError(t, err)
	_, err = f.Write([]byte("plain words"))
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, x := range []struct{ name, how, kind, data string }{
		{"deflate", "DF", "text/plain", "plain words"},
		{"not known", "Z", "", b.String()},
		{"not what it says", "GZ", "", b.String()},
	} {
		t.Run(x.name, func(t *testing.T) {
			n := record.ClinicalNote{Entry: stated(noteID), Contents: []record.NoteContent{{Attachment: record.Attachment{
				ContentType: "text/plain", Compression: x.how, Data: record.BytesData(b.Bytes())}}}}
			by, _ := sent(t, &record.Record{Notes: []record.ClinicalNote{n}})
			require.Equal(t, x.kind, at(by["DocumentReference"][0], "content[0].attachment.contentType"))
			require.Equal(t, x.data, decoded(t, at(by["DocumentReference"][0], "content[0].attachment.data")))
		})
	}
}

// Pictures of the narrative are Media that their section names, in whatever order sections nest.
func TestShownMedia(t *testing.T) {
	d := documentWith(docID)
	pic := func(name string) []record.Attachment {
		return []record.Attachment{{ContentType: "image/png", URL: name + ".png", Anchor: name}}
	}
	d.Sections[0].Media = pic("a")
	d.Sections[0].Sections = []record.Section{{ID: otherID, Media: pic("b")}}
	d.Sections = append(d.Sections, record.Section{ID: noteID, Media: pic("c")})
	by, _ := sent(t, &record.Record{Documents: []record.Document{d}})
	media := map[string]string{}
	for _, m := range by["Media"] {
		media["urn:uuid:"+at(m, "id")] = at(m, "content.url")
	}
	c := by["Composition"][0]
	require.Equal(t, "a.png", media[at(c, "section[0].entry[0].reference")])
	require.Equal(t, "b.png", media[at(c, "section[0].section[0].entry[0].reference")])
	require.Equal(t, "c.png", media[at(c, "section[1].entry[0].reference")])
}
