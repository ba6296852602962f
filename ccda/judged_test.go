package ccda

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// A record without a patient goes out conformantly, saying of each thing that it is not known, with an error in the
// report; one that says nothing of a patient is no document.
func TestNobody(t *testing.T) {
	x := Exporter{Mode: Conformant}
	rec := &record.Record{Problems: []record.Problem{{Entry: entryOf(record.Affirmed, ""), Code: codedIn(record.SystemSNOMED, "38341003", "Hypertension")}},
		Carried: []record.Carried{{Format: formatName, Kind: "element", Data: "<patient/>", At: "x"}}}
	out, rep := exported(t, x, rec)
	require.Contains(t, out, `<recordTarget><patientRole><id nullFlavor="NI"/><addr nullFlavor="NI"/><telecom nullFlavor="NI"/><patient><name nullFlavor="NI"/><administrativeGenderCode nullFlavor="UNK"/><birthTime nullFlavor="UNK"/>`)
	n := 0
	for _, i := range rep.Issues {
		if i.Code == "no-patient" {
			n++
			require.Equal(t, record.SeverityError, i.Severity)
		}
	}
	require.Equal(t, 1, n)
	faithful, _ := exported(t, Exporter{}, rec)
	require.NotContains(t, faithful, "<recordTarget")

	var b bytes.Buffer
	_, err := x.Export(t.Context(), &record.Record{Organizations: []record.Organization{{Entry: record.Entry{ID: "55555555-1111-4111-8111-111111111111", Assertion: record.Affirmed}}}}, &b, exportOptions)
	require.ErrorIs(t, err, ErrNoPatient)
	require.Zero(t, b.Len())
}

// What the schema or the templates do not allow in a conformant document goes out as they have it.
func TestAsJudgesHaveIt(t *testing.T) {
	patient := &record.Patient{Entry: record.Entry{ID: "66666666-1111-4111-8111-111111111111", Assertion: record.Affirmed}}
	result := func(when string) *record.Record {
		e := entryOf(record.Affirmed, record.StatusFinal)
		e.Identifiers = []record.Identifier{{System: record.SystemURI, Value: "urn:oid:999.1.2"}}
		return &record.Record{Patient: patient, Results: []record.Observation{{Entry: e, Code: codedIn(record.SystemLOINC, "2951-2", "Sodium"), When: record.Period{At: record.Time{Value: when}}}}}
	}
	t.Run("fraction", func(t *testing.T) {
		out, rep := exported(t, Exporter{Mode: Conformant}, result("2024-03-01T10:20:30.123456-05:00"))
		require.Contains(t, out, `value="20240301102030.1234-0500"`)
		require.True(t, issueAt(rep, "altered", "results[0].when.at.value"))
		out, _ = exported(t, Exporter{}, result("2024-03-01T10:20:30.123456-05:00"))
		require.Contains(t, out, `value="20240301102030.123456-0500"`)
		out, rep = exported(t, Exporter{Mode: Conformant}, result("2024-03-01T10:20:30.123-05:00"))
		require.Contains(t, out, `value="20240301102030.123-0500"`)
		require.False(t, issueAt(rep, "altered", "results[0].when.at.value"))
	})
	t.Run("no OID", func(t *testing.T) {
		for _, x := range modes {
			out, back, _ := passed(t, x, result("2024-03-01"))
			require.Contains(t, out, `<id root="`+oidURI+`" extension="urn:oid:999.1.2"/>`)
			require.Equal(t, "urn:oid:999.1.2", back.Results[0].Identifiers[0].Value)
			require.Equal(t, record.SystemURI, back.Results[0].Identifiers[0].System)
		}
	})
	t.Run("media type", func(t *testing.T) {
		for _, c := range []struct{ sent, want string }{
			{"text/plain; charset=utf-8", `mediaType="text/plain;charset=utf-8"`},
			{"text/plain", `mediaType="text/plain"`},
			{"plain text", ""},
		} {
			note := record.ClinicalNote{Entry: entryOf(record.Affirmed, record.StatusCompleted), Type: codedIn(record.SystemLOINC, "11506-3", "Progress note")}
			note.Contents = []record.NoteContent{{Attachment: record.Attachment{ContentType: c.sent, Data: record.Base64Data("SGVsbG8=")}}}
			out, rep := exported(t, Exporter{Mode: Conformant}, &record.Record{Patient: patient, Notes: []record.ClinicalNote{note}})
			if c.want == "" {
				require.NotContains(t, out, "mediaType=\"plain")
				require.True(t, issueAt(rep, "withheld", ""))
				continue
			}
			require.Contains(t, out, c.want)
		}
	})
	t.Run("a contact that names nobody", func(t *testing.T) {
		rec := &record.Record{Patient: patient, RelatedPersons: []record.RelatedPerson{{Entry: record.Entry{ID: "77777777-1111-4111-8111-111111111111", Assertion: record.Affirmed},
			Organization: &record.Ref{Kind: record.KindOrganization, AsSent: "Organization/1"}}}}
		out, _ := exported(t, Exporter{Mode: Conformant}, rec)
		require.Contains(t, out, `<associatedPerson><name nullFlavor="NI"/></associatedPerson>`)
	})
	t.Run("a blood pressure that was not taken", func(t *testing.T) {
		e := entryOf(record.Affirmed, record.StatusCancelled)
		rec := &record.Record{Patient: patient, Vitals: []record.Observation{{Entry: e, Code: codedIn(record.SystemLOINC, "85354-9", "Blood pressure panel"), When: record.Period{At: record.Time{Value: "2024-03-01"}},
			Components: []record.Component{{Code: codedIn(record.SystemLOINC, "8480-6", "Systolic"), Values: []record.Value{{Absent: record.AbsentNotAsked}}}}}}}
		out, _ := exported(t, Exporter{Mode: Conformant}, rec)
		require.NotContains(t, out, vitalPanelForm.template)
		require.Contains(t, out, `<statusCode code="cancelled"/>`)
	})
	t.Run("a relative's sex", func(t *testing.T) {
		rec := &record.Record{Patient: patient, FamilyHistory: []record.FamilyMember{{Entry: entryOf(record.Affirmed, ""), Relationship: codedIn(record.SystemRoleCode, "FTH", "father"),
			Sex: codedIn("http://hl7.org/fhir/administrative-gender", "male", "Male")}}}
		out, rep := exported(t, Exporter{Mode: Conformant}, rec)
		require.Contains(t, out, `<administrativeGenderCode code="M" codeSystem="2.16.840.1.113883.5.1"`)
		require.Contains(t, out, `<translation code="male"`)
		require.True(t, issueAt(rep, "altered", "familyHistory[0].sex"))
	})
	t.Run("pregnancy status since 4.0", func(t *testing.T) {
		rec := &record.Record{Patient: patient, Social: []record.Observation{{Entry: entryOf(record.Affirmed, record.StatusFinal), Kind: "pregnancy-status", Code: codedIn(record.SystemLOINC, "82810-3", "Pregnancy status"),
			When: record.Period{At: record.Time{Value: "2024-03-01"}}, Values: []record.Value{{Concept: &record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "77386006"}}}}}}}}
		out, _ := exported(t, Exporter{Mode: Conformant, Release: R40}, rec)
		require.Contains(t, out, `<code code="82810-3"`)
		require.NotContains(t, out, `code="ASSERTION"`)
	})
}

func issueAt(rep *record.Report, code, path string) bool {
	for _, i := range rep.Issues {
		if string(i.Code) == code && (path == "" || i.Path == path) {
			return true
		}
	}
	return false
}
