package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestAllergy(t *testing.T) {
	latex := coded(record.SystemSNOMED, "111088007", "Latex")
	substanceKind := coded(record.SystemSNOMED, "419199007", "Allergy to substance")
	active := &record.Concern{Status: record.Status{Code: record.StatusActive}}
	for _, tc := range []struct {
		name    string
		allergy record.Allergy
		kind    string
		want    map[string]string
		issue   string
	}{
		{"by the maps", record.Allergy{Entry: entryOf(record.Affirmed, record.StatusCompleted), Substance: coded(record.SystemRxNorm, "1191", "Aspirin"),
			Kind: coded(record.SystemSNOMED, "59037007", "Intolerance to drug"), Concern: active, Onset: record.Period{Start: utcDay("2008-05"), End: utcDay("2010")},
			Criticality: codedPtr("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "CRITH", "High criticality"),
			Severity:    codedPtr(record.SystemSNOMED, "24484000", "Severe"),
			Reactions: []record.Reaction{{Manifestations: []record.Concept{coded(record.SystemSNOMED, "247472004", "Wheal")}},
				{Severity: codedPtr(record.SystemSNOMED, "255604002", "Mild")},
				{Severity: codedPtr(record.SystemSNOMED, "399166001", "Fatal")}}},
			"AllergyIntolerance", map[string]string{
				"meta.profile[0]": profileBase + "allergyintolerance", "clinicalStatus.coding[0].code": "active", "verificationStatus": "",
				"type": "intolerance", "category[0]": "medication", "criticality": "high", "code.coding[0].code": "1191", "onsetDateTime": "2008-05",
				"reaction[0].severity": "severe", "reaction[1].severity": "mild", "reaction[2].severity": "",
				"reaction[0].manifestation[0].coding[0].code": "247472004", "reaction[1].manifestation[0].extension[0].valueCode": "unknown",
				"extension[0].url": extAllergyAbatement, "extension[0].valueDateTime": "2010"}, ""},
		{"a kind that says neither type nor category", record.Allergy{Entry: entryOf(record.Affirmed, ""), Substance: latex,
			Kind: coded(record.SystemSNOMED, "420134006", "Propensity to adverse reactions"), Clinical: record.ClinicalStatus{Code: "inactive"}},
			"AllergyIntolerance", map[string]string{"type": "", "category": "", "clinicalStatus.coding[0].code": "inactive"}, ""},
		{"a denied substance", record.Allergy{Entry: entryOf(record.Negated, record.StatusCompleted), Substance: latex, Kind: substanceKind, Concern: active},
			"AllergyIntolerance", map[string]string{"meta": "", "code": "", "verificationStatus": "", "type": "allergy", "clinicalStatus.coding[0].code": "active",
				"extension[0].url": extExposureRisk,
				"extension[0].extension[0].valueCodeableConcept.coding[0].code": "111088007",
				"extension[0].extension[1].valueCodeableConcept.coding[0].code": "no-known-reaction-risk"}, "profile-not-claimed"},
		{"none known", record.Allergy{Entry: entryOf(record.NoneKnown, record.StatusCompleted), Kind: substanceKind, Concern: active},
			"AllergyIntolerance", map[string]string{"code.coding[0].code": "716186003", "code.coding[1]": "", "clinicalStatus.coding[0].code": "active"}, ""},
		{"no known food allergy, in words", record.Allergy{Entry: entryOf(record.NoneKnown, ""), Kind: coded(record.SystemSNOMED, "414285001", "Food allergy"),
			Substance: record.Concept{Text: "No food allergies", Absent: record.AbsentNotApplicable}, Concern: active},
			"AllergyIntolerance", map[string]string{"code.coding[0].code": "429625007", "code.text": "No food allergies", "category[0]": "food"}, ""},
		{"none known of v2's drugs", record.Allergy{Entry: entryOf(record.NoneKnown, ""), Kind: coded("http://terminology.hl7.org/CodeSystem/v2-0127", "DA", "Drug allergy")},
			"AllergyIntolerance", map[string]string{"meta.profile": "", "code.coding[0].code": "409137002", "clinicalStatus.coding": "", "clinicalStatus.extension[0].valueCode": "unknown"}, "profile-not-claimed"},
		{"no known latex allergy, by the older code", record.Allergy{Entry: entryOf(record.NoneKnown, ""), Substance: coded(record.SystemSNOMED, "716184000", "No known latex allergy")},
			"AllergyIntolerance", map[string]string{"code.coding[0].code": "716184000", "code.coding[1]": ""}, ""},
		{"no drug", record.Allergy{Entry: entryOf(record.NoneKnown, ""), Substance: coded(record.SystemSNOMED, "410942007", "Drug or medicament"), Kind: substanceKind},
			"AllergyIntolerance", map[string]string{"code.coding[0].code": "409137002"}, ""},
		{"no biological substance is not no known allergy", record.Allergy{Entry: entryOf(record.NoneKnown, ""), Substance: coded(record.SystemSNOMED, "115668003", "Biological substance"), Kind: substanceKind},
			"Basic", nil, "not-stated"},
		{"no drug, of a kind that is food, is neither", record.Allergy{Entry: entryOf(record.NoneKnown, ""), Substance: coded(record.SystemSNOMED, "410942007", "Drug or medicament"),
			Kind: coded(record.SystemSNOMED, "414285001", "Food allergy")}, "Basic", nil, "not-stated"},
		{"no known pollen allergy is not no known allergy", record.Allergy{Entry: entryOf(record.NoneKnown, ""),
			Kind: coded("http://terminology.hl7.org/CodeSystem/v2-0127", "PA", "Plant allergy")}, "Basic", map[string]string{"code.coding[0].code": "not-stated"}, "not-stated"},
		{"no intolerance leaves room for an allergy", record.Allergy{Entry: entryOf(record.NoneKnown, ""), Kind: coded(record.SystemSNOMED, "235719002", "Intolerance to food")},
			"Basic", nil, "not-stated"},
		{"not known", record.Allergy{Entry: entryOf(record.NotKnown, ""), Substance: latex}, "Basic", nil, "not-stated"},
		{"a denied concern", record.Allergy{Entry: entryOf(record.Affirmed, ""), Substance: latex, Concern: &record.Concern{Assertion: record.Negated}}, "Basic", nil, "not-stated"},
		{"planned", record.Allergy{Entry: record.Entry{ID: "7d44b88c-4199-8bad-97dc-d78268e01398", Assertion: record.Affirmed, Mode: record.ModeIntent}, Substance: latex}, "Basic", nil, "not-stated"},
		{"entered in error has no clinical status", record.Allergy{Entry: entryOf(record.Affirmed, ""), Substance: latex, Verification: record.EnteredInError,
			Clinical: record.ClinicalStatus{Code: "active"}, Concern: active},
			"AllergyIntolerance", map[string]string{"clinicalStatus": "", "verificationStatus.coding[0].code": "entered-in-error", "meta.profile[0]": profileBase + "allergyintolerance"}, ""},
		{"a status that allergies do not have", record.Allergy{Entry: entryOf(record.Affirmed, ""), Substance: latex, Clinical: record.ClinicalStatus{Code: "recurrence"}},
			"AllergyIntolerance", map[string]string{"meta": "", "clinicalStatus.coding": "", "clinicalStatus.extension[0].valueCode": "unknown"}, "profile-not-claimed"},
		{"a reaction that did not happen", record.Allergy{Entry: entryOf(record.Affirmed, ""), Substance: latex, Clinical: record.ClinicalStatus{Code: "active"},
			Reactions: []record.Reaction{{Assertion: record.Negated, Manifestations: []record.Concept{coded(record.SystemSNOMED, "39579001", "Anaphylaxis")}}}},
			"AllergyIntolerance", map[string]string{"reaction": ""}, "not-stated"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			by, issues := sent(t, &record.Record{Allergies: []record.Allergy{tc.allergy}})
			require.Len(t, by[tc.kind], 1)
			says(t, by[tc.kind][0], tc.want)
			if tc.kind == "Basic" {
				require.Empty(t, by["AllergyIntolerance"])
			}
			if tc.issue != "" {
				require.Positive(t, issues[tc.issue])
			}
		})
	}
}

func TestAllergyPeople(t *testing.T) {
	who := func(id string) *record.Ref { return &record.Ref{ID: id, Kind: record.KindPractitioner} }
	const a, b = "00000000-0000-8000-8000-00000000000a", "00000000-0000-8000-8000-00000000000b"
	part := func(id, when string) record.Participation {
		return record.Participation{Role: "author", Who: who(id), When: &record.Period{At: utcDay(when)}}
	}
	rec := &record.Record{
		Practitioners: []record.Practitioner{{Entry: record.Entry{ID: a, Assertion: record.Affirmed}}, {Entry: record.Entry{ID: b, Assertion: record.Affirmed}}},
		Allergies: []record.Allergy{
			{Entry: entryOf(record.Affirmed, ""), Substance: coded(record.SystemRxNorm, "1191", ""), Clinical: record.ClinicalStatus{Code: "active"}},
		},
	}
	rec.Allergies[0].Participants = []record.Participation{part(b, "2020-03-02"), part(a, "2019-01-02")}
	by, _ := sent(t, rec)
	says(t, by["AllergyIntolerance"][0], map[string]string{"recorder.reference": "urn:uuid:" + b, "recordedDate": "2019-01-02"})

	// Where the entry has no author, the concern's stand for it.
	rec.Allergies[0].Participants = nil
	rec.Allergies[0].Concern = &record.Concern{Participants: []record.Participation{part(a, "2018-05-06")}}
	by, _ = sent(t, rec)
	says(t, by["AllergyIntolerance"][0], map[string]string{"recorder.reference": "urn:uuid:" + a, "recordedDate": "2018-05-06"})
	require.Len(t, by["Provenance"], 1)
}

// An allergy to nothing that is named is known by its kind; one to something that is not there is not.
func TestAllergyOfUnknownSubstance(t *testing.T) {
	kind := record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "416098002"}}}
	a := record.Allergy{Entry: record.Entry{Assertion: record.Affirmed}, Kind: kind, Substance: record.Concept{Absent: record.AbsentUnknown}}
	require.True(t, ofUnknownSubstance(&a))

	// It is read back as it was.
	rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "5a2b1c9e-0000-4000-8000-000000000001", Assertion: record.Affirmed}}, Allergies: []record.Allergy{a}}
	rec.Allergies[0].ID = "5a2b1c9e-0000-4000-8000-000000000002"
	out, _ := export(t, Exporter{}, rec)
	require.Contains(t, string(out), `"code":{"coding":[{"system":"http://snomed.info/sct","code":"416098002"}]}`)
	n := 0
	for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: out}, record.ImportOptions{}) {
		require.NoError(t, err)
		n++
		require.Equal(t, record.Concept{Absent: record.AbsentUnknown}, x.Record.Allergies[0].Substance)
		require.Equal(t, "416098002", x.Record.Allergies[0].Kind.Codings[0].Code)
	}
	require.Equal(t, 1, n)

	a.Substance.Text = "a red pill"
	require.False(t, ofUnknownSubstance(&a))
	a.Substance.Text, a.Assertion = "", record.NoneKnown
	require.False(t, ofUnknownSubstance(&a))
}
