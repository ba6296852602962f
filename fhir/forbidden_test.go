package fhir

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What FHIR does not allow as the record has it goes out as something that it
// does allow, with an issue, and comes back as it was.
func TestForbidden(t *testing.T) {
	entry := func(id string, s record.StatusCode) record.Entry {
		return record.Entry{ID: id + "111111-1111-4111-8111-111111111111", Assertion: record.Affirmed, Status: record.Status{Code: s}}
	}
	from := func(source string, e record.Entry) record.Entry {
		e.Origins = []record.Origin{{Source: source}}
		return e
	}
	patient := func() *record.Patient {
		return &record.Patient{Entry: record.Entry{ID: "99999999-1111-4111-8111-111111111111", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: "V-1"}}},
			AdministrativeSex: coded(record.SystemAdministrativeSex, "F", "Female"), Names: []record.Name{{Family: []record.NamePart{{Value: "Vex"}}}}}
	}
	for name, x := range map[string]struct {
		rec   record.Record
		issue string
		path  string // where in the resource of that type
		typ   string
		want  string
	}{
		"a telecom of no known means": {record.Record{Patient: &record.Patient{Entry: patient().Entry, AdministrativeSex: patient().AdministrativeSex, Names: patient().Names, Telecoms: []record.Telecom{{Value: "555-0100", Uses: []string{"home"}}}}},
			"altered", "telecom[0].value", "Patient", ""},
		"a code that its system does not have": {record.Record{Problems: []record.Problem{{Entry: entry("11", ""), Code: record.Concept{Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/v3-ActStatus", Code: "final"}}}}}},
			"altered", "code.coding[0].system", "Condition", ""},
		"an OID of two arcs": {record.Record{Problems: []record.Problem{{Entry: record.Entry{ID: "11111111-1111-4111-8111-111111111111", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: "urn:oid:2.201", Value: "7"}}}, Code: record.Concept{Text: "x"}}}},
			"", "identifier[0].system", "Condition", ""},
		"a period of two precisions": {record.Record{Encounters: []record.Encounter{{Entry: entry("11", record.StatusCompleted), When: record.Period{Start: record.Time{Value: "2024-02-03"}, End: record.Time{Value: "2024-02-03T10:00:00Z"}}}}},
			"", "period.end", "Encounter", "2024-02-03"},
		"a period that ends to the day": {record.Record{Encounters: []record.Encounter{{Entry: entry("11", record.StatusCompleted), When: record.Period{Start: record.Time{Value: "2024-02-03T10:00:00Z"}, End: record.Time{Value: "2024-02"}}}}},
			"", "period.start", "Encounter", "2024-02"},
		"another day is another day": {record.Record{Encounters: []record.Encounter{{Entry: entry("11", record.StatusCompleted), When: record.Period{Start: record.Time{Value: "2024-02-03"}, End: record.Time{Value: "2024-02-04T10:00:00Z"}}}}},
			"", "period.end", "Encounter", "2024-02-04T10:00:00Z"},
		"an allergy of which a message of HL7 v2 says nothing": {record.Record{Sources: []record.Source{{ID: "v2", Format: "hl7v2"}}, Allergies: []record.Allergy{{Entry: from("v2", entry("11", "")), Substance: record.Concept{Text: "x"}}}},
			"status-by-rule", "clinicalStatus.coding[0].code", "AllergyIntolerance", "active"},
		"an allergy of which a C-CDA says nothing": {record.Record{Sources: []record.Source{{ID: "v2", Format: "hl7v2"}, {ID: "cda", Format: "ccda"}}, Allergies: []record.Allergy{{Entry: from("cda", entry("11", "")), Substance: record.Concept{Text: "x"}}}},
			"profile-not-claimed", "clinicalStatus.extension[0].valueCode", "AllergyIntolerance", "unknown"},
		"an allergy of which a host says nothing": {record.Record{Allergies: []record.Allergy{{Entry: entry("11", ""), Substance: record.Concept{Text: "x"}}}},
			"data-absent", "clinicalStatus.extension[0].valueCode", "AllergyIntolerance", "unknown"},
		"an allergy whose status is not known": {record.Record{Allergies: []record.Allergy{{Entry: entry("11", ""), Substance: record.Concept{Text: "x"}, Clinical: record.ClinicalStatus{Absent: record.AbsentUnknown}}}},
			"profile-not-claimed", "clinicalStatus.extension[0].valueCode", "AllergyIntolerance", "unknown"},
		"a document that nobody signed": {record.Record{Documents: []record.Document{{Entry: entry("11", ""), Type: record.Concept{Text: "x"}, Title: "y", Time: record.Time{Value: "2024-02-03T10:00:00Z"},
			Related: []record.RelatedDocument{{Type: "refers-to", Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: "9"}}}}}}},
			"status-by-rule", "status", "Composition", "preliminary"},
		"a coverage that is stated": {record.Record{Coverages: []record.Coverage{{Entry: entry("11", ""), Payors: []record.Ref{{Display: "Granite"}}}}}, "status-by-rule", "status", "Coverage", "active"},
		"a coverage that was broken off": {record.Record{Coverages: []record.Coverage{{Entry: entry("11", record.StatusAborted), Payors: []record.Ref{{Display: "Granite"}}}}},
			"not-stated", "code.coding[0].code", "Basic", "not-stated"},
		"a list without a mode": {record.Record{Lists: []record.List{{Entry: entry("11", record.StatusActive), Title: "Pills"}}}, "not-stated", "code.coding[0].code", "Basic", "not-stated"},
		"a consent that was completed": {record.Record{Consents: []record.Consent{{Entry: entry("11", record.StatusCompleted), Decision: "deny"}}},
			"not-stated", "code.coding[0].code", "Basic", "not-stated"},
		"a participant who was not asked": {record.Record{Appointments: []record.Appointment{{Entry: record.Entry{ID: "11111111-1111-4111-8111-111111111111", Assertion: record.Affirmed, Mode: record.ModeAppointment,
			Status: record.Status{Code: record.StatusBooked}, Participants: []record.Participation{{Role: "participant", Who: &record.Ref{Display: "Dr Quill"}}}},
			When: record.Period{Start: record.Time{Value: "2024-02-03T10:00:00Z"}, End: record.Time{Value: "2024-02-03T11:00:00Z"}}}}},
			"status-by-rule", "participant[0].status", "Appointment", "needs-action"},
		"an appointment without a status": {record.Record{Appointments: []record.Appointment{{Entry: record.Entry{ID: "11111111-1111-4111-8111-111111111111", Assertion: record.Affirmed, Mode: record.ModeAppointment}}}},
			"not-stated", "code.coding[0].code", "Basic", "not-stated"},
		"a note on a document of no known relation": {record.Record{Notes: []record.ClinicalNote{{Entry: entry("11", record.StatusAvailable), Type: record.Concept{Text: "x"},
			RelatedDocs: []record.RelatedDocument{{Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: "9"}}}}, Contents: []record.NoteContent{{Attachment: record.Attachment{Text: "Seen"}}}}}},
			"", "relatesTo", "DocumentReference", ""},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &x.rec
			if rec.Patient == nil {
				rec.Patient = patient()
			}
			out, rep := export(t, Exporter{}, rec)
			for _, i := range conform(t, out, ConformOptions{}) {
				if name == "an allergy whose status is not known" && strings.HasSuffix(i.Path, "clinicalStatus") {
					continue // FHIR has no code for it, and ait-1 demands the element: what the source says is kept, the finding is known
				}
				require.NotEqual(t, record.SeverityError, i.Severity, "%s %s %s", i.Code, i.Rule, i.Path)
			}
			by, _ := sent(t, rec)
			require.Len(t, by[x.typ], 1)
			require.Equal(t, x.want, at(by[x.typ][0], x.path))
			codes := map[string]bool{"": true}
			for _, i := range rep.Issues {
				codes[i.Code] = true
			}
			require.True(t, codes[x.issue], x.issue)
			got, _ := back(t, rec)
			for k := range got.Carried {
				require.True(t, got.Carried[k].Owner == "" || strings.HasPrefix(got.Carried[k].At, "meta"), got.Carried[k].At) // of the Bundle, and the profile
			}
			got.Carried, got.Sources = nil, nil
			require.Empty(t, record.Diff(rec, got, record.IgnoreOrigins))
			perturb(t, name, out)
		})
	}
}
