package ccda

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// An author of entries stands once with address, telecom and name; the second mention has the identifier.
func TestAuthorOfEntriesIsIntroducedOnce(t *testing.T) {
	who := record.Practitioner{}
	who.ID, who.Assertion = "who", record.Affirmed
	who.Identifiers = []record.Identifier{{System: record.SystemNPI, Value: "1234567893"}}
	rec := &record.Record{Patient: &record.Patient{}, Practitioners: []record.Practitioner{who}}
	for _, id := range []string{"a", "b"} {
		a := record.Allergy{Substance: record.Concept{Text: "Rue"}}
		a.ID, a.Assertion = id, record.Affirmed
		a.Participants = []record.Participation{{Role: "author", Who: &record.Ref{ID: "who", Kind: "practitioner"}, When: &record.Period{At: record.Time{Value: "2024-02-03"}}}}
		rec.Allergies = append(rec.Allergies, a)
	}
	const full = `<id root="2.16.840.1.113883.4.6" extension="1234567893"/><addr nullFlavor="NI"/><telecom nullFlavor="NI"/><assignedPerson><name nullFlavor="NI"/></assignedPerson></assignedAuthor>`
	out, _ := exported(t, Exporter{Mode: Conformant}, rec)
	require.Equal(t, 1, strings.Count(out, full))
	require.Equal(t, 2, strings.Count(out, `<time value="20240203"/><assignedAuthor>`))
	faithful, _ := exported(t, Exporter{}, rec)
	require.NotContains(t, faithful, `nullFlavor="NI"`)
}

// A code that the Companion Guide's value set does not have is a translation of "other"; one that it has stands alone.
func TestOther(t *testing.T) {
	for _, tt := range []struct{ code, want string }{
		{"38628009", `<value xsi:type="CD" code="38628009"`},
		{"999000", `<value xsi:type="CD" nullFlavor="OTH"><translation code="999000"`},
	} {
		p := &record.Patient{SexualOrientations: []record.DatedConcept{{Concept: codedIn(record.SystemSNOMED, tt.code, "")}}}
		p.ID = "p"
		rec := &record.Record{Patient: p}
		out, rep := exported(t, Exporter{Mode: Conformant}, rec)
		require.Contains(t, out, tt.want)
		altered := false
		for _, i := range rep.Issues {
			altered = altered || i.Code == "altered" && strings.HasPrefix(i.Path, "patient.sexualOrientations[0]")
		}
		require.Equal(t, strings.Contains(tt.want, "OTH"), altered)
		require.Equal(t, tt.code, readBack(t, out).Social[0].Values[0].Concept.Codings[0].Code, "no code is dropped")
		faithful, _ := exported(t, Exporter{}, rec)
		require.NotContains(t, faithful, "OTH")
	}
}

// An imaging report has one act in its header. The others are in its body, and are read as what they are.
func TestProcedureContexts(t *testing.T) {
	act := func(code string) record.ServiceEvent {
		c := codedIn(record.SystemCPT, code, "Imaging")
		return record.ServiceEvent{Class: "ACT", Code: &c, When: record.Period{At: record.Time{Value: "2024-05-06"}}}
	}
	rec := &record.Record{Patient: &record.Patient{}, Documents: []record.Document{{Services: []record.ServiceEvent{act("70544"), act("70548")},
		Sections: []record.Section{{Code: codedIn(record.SystemLOINC, "18782-3", "Findings"), Narrative: &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "text", Text: "None."}}}}}}}}
	for _, mode := range []Mode{Faithful, Conformant} {
		out, rep := exported(t, Exporter{Mode: mode, Type: DiagnosticImagingReport}, rec)
		require.Equal(t, 1, strings.Count(out, "<documentationOf>"), "CONF:1198-8416")
		require.Equal(t, 1, strings.Count(out, templateProcedureContext))
		for _, i := range rep.Issues {
			require.False(t, strings.HasPrefix(i.Path, "documents[0].services[1].code"), "nothing of it is lost")
		}
		again := readBack(t, out).Documents[0].Services
		require.Len(t, again, 2)
		require.Equal(t, "70548", again[1].Code.Codings[0].Code)
	}
	out, _ := exported(t, Exporter{Mode: Conformant, Type: CCD}, rec)
	require.NotContains(t, out, templateProcedureContext)
}

// What 3.0 and 4.0 fix otherwise than R2.1 goes out as they have it.
func TestReleases(t *testing.T) {
	rec := recordtest.Full()
	for _, tt := range []struct {
		typ      DocumentType
		old, new string
	}{
		{CCD, `<code code="46680005"`, `<code code="74728-7"`},
		{CarePlan, `<code code="52521-2"`, `<code code="18776-5"`},
		{CCD, `<templateId root="2.16.840.1.113883.10.20.22.4.500.1" extension="2022-06-01"/>`, `<templateId root="2.16.840.1.113883.10.20.22.4.500.1" extension="2024-05-01"/>`},
	} {
		before, _ := exported(t, Exporter{Mode: Conformant, Type: tt.typ}, rec)
		require.Contains(t, before, tt.old)
		for _, release := range []Release{R30, R40} {
			out, _ := exported(t, Exporter{Mode: Conformant, Type: tt.typ, Release: release}, rec)
			require.Contains(t, out, tt.new)
			require.NotEmpty(t, readBack(t, out).Vitals)
		}
	}
}
