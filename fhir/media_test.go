package fhir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// withMedia is a picture of an invented patient's arm, and a report that shows it.
const withMedia = `{"resourceType":"Bundle","type":"collection","entry":[
{"fullUrl":"https://emr.example/Patient/p","resource":{"resourceType":"Patient","id":"p","name":[{"family":"Velde"}]}},
{"fullUrl":"https://emr.example/Practitioner/k","resource":{"resourceType":"Practitioner","id":"k","name":[{"family":"Brouwer"}]}},
{"fullUrl":"https://emr.example/Media/m","resource":{"resourceType":"Media","id":"m","identifier":[{"value":"M-1"}],"basedOn":[{"display":"an order"}],"partOf":[{"display":"a visit"}],"status":"completed",
 "type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/media-type","code":"image"}]},"modality":{"text":"photograph"},"view":{"text":"from above"},"subject":{"reference":"Patient/p"},
 "encounter":{"display":"in May"},"createdDateTime":"2024-05-06","issued":"2024-05-06T10:11:12Z","operator":{"reference":"Practitioner/k"},"reasonCode":[{"text":"a wound"}],"bodySite":{"text":"left arm"},
 "deviceName":"the camera of the ward","device":{"display":"camera 3"},"height":480,"width":640,"frames":1,"duration":1.50,
 "content":{"contentType":"image/png","title":"arm","data":"aW52ZW50ZWQ="},"note":[{"text":"blurred"}]}},
{"fullUrl":"https://emr.example/DiagnosticReport/r","resource":{"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"dermatology"},"subject":{"reference":"Patient/p"},
 "media":[{"comment":"the arm","link":{"reference":"Media/m"}}]}}
]}`

// TestMedia: a picture is a note whose content it is, and comes back as Media.
func TestMedia(t *testing.T) {
	recs, reps := imported(t, []byte(withMedia))
	require.Zero(t, reps[0].Counts.Unaccounted())
	rec := recs[0]
	require.Len(t, rec.Notes, 1)
	n := rec.Notes[0]
	require.Equal(t, record.StatusCompleted, n.Status.Code)
	require.Equal(t, []string{"480", "1.50", "the camera of the ward", "left arm"}, []string{n.Capture.Height, n.Capture.Duration, n.Capture.DeviceName, n.Capture.Site.Code.Text})
	require.Equal(t, n.ID, rec.ResultPanels[0].Media[0].Ref.ID)
	require.Empty(t, ofKind(rec, "resource"))
	by, missing := map[string]*tallyOf{}, map[string]int{}
	compare(t, "media", []byte(withMedia), true, by, missing)
	for _, typ := range []string{"Media", "DiagnosticReport"} {
		require.Equal(t, *by[typ], tallyOf{by[typ].leaves, by[typ].leaves}, "%s %v", typ, missing)
	}
	perturb(t, "media", []byte(withMedia))
}

// TestMediaThatIsNotThere: what was not taken, or is not finished, is no picture.
func TestMediaThatIsNotThere(t *testing.T) {
	for _, status := range []string{"not-done", "preparation", "in-progress", "on-hold", "stopped", "unknown", "odd"} {
		in := strings.Replace(withMedia, `"status":"completed"`, `"status":"`+status+`"`, 1)
		recs, _ := imported(t, []byte(in))
		require.Empty(t, recs[0].Notes, status)
		require.Len(t, ofKind(recs[0], "resource"), 1, status)
		missing := map[string]int{}
		compare(t, status, []byte(in), false, map[string]*tallyOf{}, missing)
		require.Empty(t, missing)
	}
	modified := strings.Replace(withMedia, `"id":"m",`, `"id":"m","modifierExtension":[{"url":"https://emr.example/turned","valueBoolean":true}],`, 1)
	recs, _ := imported(t, []byte(modified))
	require.Empty(t, recs[0].Notes)
	// In the record: without a status that it has, a picture is a note, and a note is one with all that is said of it.
	for s, want := range map[record.StatusCode]kind{record.StatusCompleted: kindMedia, record.StatusEnteredInError: kindMedia, record.StatusFinal: kindDocumentReference, "": kindDocumentReference, record.StatusNotDone: kindBasic} {
		n := record.ClinicalNote{Entry: entryOf(record.Affirmed, s), Contents: []record.NoteContent{{Attachment: record.Attachment{URL: "https://emr.example/x.png"}}}, Capture: &record.Capture{Height: "480"}}
		require.Equal(t, want.String(), noteKind(&n).String())
		got, _ := back(t, &record.Record{Notes: []record.ClinicalNote{n}})
		require.Equal(t, "480", got.Notes[0].Capture.Height)
		require.Equal(t, s, got.Notes[0].Status.Code)
	}
}
