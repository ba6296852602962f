package fhir

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

var letter = base64.StdEncoding.EncodeToString([]byte("Dear colleague, she hears the bell again."))

// withBinary is a note of an invented patient, and a report, whose content stands in a Binary beside.
var withBinary = fmt.Sprintf(`{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"https://emr.example/Patient/p","resource":{"resourceType":"Patient","id":"p","name":[{"family":"Velde"}]}},
{"fullUrl":"https://emr.example/Binary/b","resource":{"resourceType":"Binary","id":"b","meta":{"versionId":"2"},"contentType":"text/plain","data":"%s"}},
{"fullUrl":"https://emr.example/DocumentReference/n","resource":{"resourceType":"DocumentReference","id":"n","status":"current","type":{"text":"letter"},"subject":{"reference":"Patient/p"},
 "content":[{"attachment":{"contentType":"text/plain","url":"Binary/b","title":"the letter"}}]}},
{"fullUrl":"https://emr.example/DiagnosticReport/r","resource":{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"hearing"},"subject":{"reference":"Patient/p"},
 "presentedForm":[{"url":"https://emr.example/Binary/b"}]}}
]}`, letter)

// TestBinary: the content of a note that stands in a Binary is the note's, and goes back as it was sent.
func TestBinary(t *testing.T) {
	recs, reps := imported(t, []byte(withBinary))
	require.Len(t, recs, 1)
	require.Zero(t, reps[0].Counts.Unaccounted())
	rec := recs[0]
	a := rec.Notes[0].Contents[0].Attachment
	text, err := a.Data.Base64()
	require.NoError(t, err)
	require.Equal(t, []string{letter, "text/plain", "", "the letter"}, []string{text, a.ContentType, a.URL, a.Title})
	require.Equal(t, "text/plain", rec.ResultPanels[0].Attachments[0].ContentType)
	require.Empty(t, ofKind(rec, "resource"))
	missing := map[string]int{}
	compare(t, "binary", []byte(withBinary), false, map[string]*tallyOf{}, missing)
	require.Empty(t, missing)
	perturb(t, "binary", []byte(withBinary))

	// What was changed is written anew, with its content, and points to no Binary that is not there.
	rec.Notes[0].Description = "changed"
	rec.Notes[0].Contents[0].Attachment.Title = "changed"
	var b bytes.Buffer
	_, err = Exporter{}.Export(t.Context(), rec, &b, testOptions)
	require.NoError(t, err)
	require.NotContains(t, b.String(), "Binary")
	require.Equal(t, 2, strings.Count(b.String(), letter))
	got, _ := imported(t, b.Bytes())
	again, err := got[0].Notes[0].Contents[0].Attachment.Data.Base64()
	require.NoError(t, err)
	require.Equal(t, letter, again)
}

func ofKind(rec *record.Record, kind string) (out []string) {
	for _, c := range rec.Carried {
		if c.Kind == kind {
			out = append(out, c.Path)
		}
	}
	return out
}

// TestBinaryThatStays: a Binary with a word of its own, or of another type, is no content of a note.
func TestBinaryThatStays(t *testing.T) {
	for name, edit := range map[string][2]string{
		"a label":              {`"meta":{"versionId":"2"}`, `"meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"V"}]}`},
		"a context":            {`"contentType":"text/plain","data"`, `"contentType":"text/plain","securityContext":{"reference":"Patient/p"},"data"`},
		"a modifier":           {`"meta":{"versionId":"2"}`, `"implicitRules":"https://emr.example/rules"`},
		"nothing in it":        {letter, ""},
		"nothing that is data": {`"data":"` + letter + `"`, `"data":7`},
		"another address":      {`/Binary/b","resource":{"resourceType":"Binary","id":"b"`, `/Binary/c","resource":{"resourceType":"Binary","id":"c"`},
	} {
		t.Run(name, func(t *testing.T) {
			in := strings.Replace(withBinary, edit[0], edit[1], 1)
			require.NotEqual(t, withBinary, in)
			recs, reps := imported(t, []byte(in))
			require.Zero(t, reps[0].Counts.Unaccounted())
			require.Equal(t, "Binary/b", recs[0].Notes[0].Contents[0].Attachment.URL)
			require.Len(t, ofKind(recs[0], "resource"), 1)
			missing := map[string]int{}
			compare(t, name, []byte(in), false, map[string]*tallyOf{}, missing)
			require.Empty(t, missing)
		})
	}
	in := strings.Replace(withBinary, `"attachment":{"contentType":"text/plain"`, `"attachment":{"contentType":"application/pdf"`, 1)
	recs, _ := imported(t, []byte(in))
	require.Equal(t, "Binary/b", recs[0].Notes[0].Contents[0].Attachment.URL, "the note says that it is something else")
	require.False(t, recs[0].ResultPanels[0].Attachments[0].Data.IsZero())
}

// TestBinaryOfOneOfTwo: a Binary goes with the patient whose note points to it.
func TestBinaryOfOneOfTwo(t *testing.T) {
	in := strings.Replace(withBinary, `"entry":[`, `"entry":[{"fullUrl":"https://emr.example/Patient/q","resource":{"resourceType":"Patient","id":"q"}},`, 1)
	recs, _ := imported(t, []byte(in))
	require.Len(t, recs, 2)
	require.Empty(t, ofKind(recs[0], "resource"))
	require.False(t, recs[1].Notes[0].Contents[0].Attachment.Data.IsZero())
}

// TestBinaryStreamed: the content of a Binary goes into the host's store, and out again with the note.
func TestBinaryStreamed(t *testing.T) {
	o := record.ImportOptions{Attachments: record.AttachmentDir(t.TempDir()), Limits: record.Limits{Inline: 8}}
	for got, err := range (Importer{}).Import(t.Context(), record.Input{Reader: strings.NewReader(withBinary)}, o) {
		require.NoError(t, err)
		require.True(t, got.Record.Notes[0].Contents[0].Attachment.Data.Streams())
		var b bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), got.Record, &b, testOptions)
		require.NoError(t, err)
		require.Equal(t, 2, strings.Count(b.String(), letter))
		require.NotContains(t, b.String(), "Binary/b", "nothing points to what is not there")
		recs, _ := imported(t, b.Bytes())
		text, err := recs[0].Notes[0].Contents[0].Attachment.Data.Base64()
		require.NoError(t, err)
		require.Equal(t, letter, text)
	}
}
