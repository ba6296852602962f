package record_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// How two facts could become one, or a conflict go unseen: each row says of two
// statements whether they are one, and what is named as a conflict where they are not.
func TestTwoFactsStayTwo(t *testing.T) {
	site := func(code, display, side string) []record.BodySite {
		b := record.BodySite{Code: coded(record.SystemSNOMED, code, display)}
		if side != "" {
			b.Laterality = ptr(record.Concept{Text: side})
		}
		return []record.BodySite{b}
	}
	eyeLeft, eyeRight := []record.Concept{coded(record.SystemSNOMED, "8966001", "Left eye")}, []record.Concept{coded(record.SystemSNOMED, "81745001", "Right eye")}
	check := func(t *testing.T, n int, conflicts []string, entries int, want ...string) {
		t.Helper()
		require.Equal(t, entries, n)
		require.ElementsMatch(t, want, conflicts)
	}

	t.Run("problem", func(t *testing.T) {
		cataract := coded(record.SystemSNOMED, "193570009", "Cataract")
		for name, c := range map[string]struct {
			a, b    record.Problem
			entries int
			want    []string
		}{
			"left and right":                 {record.Problem{Code: cataract, BodySites: eyeLeft}, record.Problem{Code: cataract, BodySites: eyeRight}, 2, nil},
			"left and no side, no day":       {record.Problem{Code: cataract, BodySites: eyeLeft}, record.Problem{Code: cataract}, 2, nil},
			"left and no side, of one day":   {record.Problem{Code: cataract, BodySites: eyeLeft, Onset: on("2020-05-06")}, record.Problem{Code: cataract, Onset: on("2020-05-06")}, 1, nil},
			"silent and resolved":            {record.Problem{Code: asthma}, record.Problem{Code: asthma, Clinical: record.ClinicalStatus{Code: "resolved"}}, 2, []string{"clinicalStatus"}},
			"there, and ended":               {record.Problem{Code: asthma, Onset: since("2010", "")}, record.Problem{Code: asthma, Onset: since("2010", "2015")}, 2, []string{"onset"}},
			"ended, and resolved":            {record.Problem{Code: asthma, Onset: since("2010", "2015")}, record.Problem{Code: asthma, Onset: since("2010", ""), Clinical: record.ClinicalStatus{Code: "resolved"}}, 1, nil},
			"silent and active":              {record.Problem{Code: asthma}, record.Problem{Code: asthma, Clinical: record.ClinicalStatus{Code: "active"}}, 1, nil},
			"two onsets":                     {record.Problem{Code: asthma, Onset: since("2010", "")}, record.Problem{Code: asthma, Onset: since("2015", "")}, 2, nil},
			"had since, and denied later":    {record.Problem{Code: asthma, Onset: since("2010", "")}, record.Problem{Entry: record.Entry{Assertion: record.Negated}, Code: asthma, Onset: on("2022-03-04")}, 2, []string{"assertion"}},
			"had since, and refuted later":   {record.Problem{Code: asthma, Onset: since("2010", "")}, record.Problem{Verification: record.Refuted, Code: asthma, Onset: on("2022-03-04")}, 2, []string{"verification"}},
			"two stages":                     {record.Problem{Code: asthma, Stages: []record.Stage{{Summary: &record.Concept{Text: "I"}}}}, record.Problem{Code: asthma, Stages: []record.Stage{{Summary: &record.Concept{Text: "III"}}}}, 2, []string{"stages"}},
			"the concern goes on, and not":   {record.Problem{Code: asthma, Concern: &record.Concern{Status: record.Status{Code: record.StatusActive}}}, record.Problem{Code: asthma, Concern: &record.Concern{Status: record.Status{Code: record.StatusCompleted}}}, 2, []string{"concern"}},
			"of the patient, and of a donor": {record.Problem{Code: asthma}, record.Problem{Entry: record.Entry{Participants: []record.Participation{{Role: "subject", Who: &record.Ref{Kind: record.KindRelatedPerson, Display: "donor"}}}}, Code: asthma}, 2, nil},
			"one code, and another beside one that both have": {record.Problem{Code: record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "195967001"}, {System: record.SystemICD10CM, Code: "J45.909"}}}},
				record.Problem{Code: record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "389145006"}, {System: record.SystemICD10CM, Code: "J45.909"}}}}, 2, []string{"code"}},
			"a finer code beside one that both have": {record.Problem{Code: record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: "195967001"}, {System: record.SystemICD10CM, Code: "J45.909"}}}},
				record.Problem{Code: record.Concept{Codings: []record.Coding{{System: record.SystemICD10CM, Code: "J45.909"}}}}, 1, nil},
		} {
			t.Run(name, func(t *testing.T) {
				_, n, conflicts := mergedPair(t, addProblem, c.a, c.b)
				check(t, n, conflicts, c.entries, c.want...)
			})
		}
	})

	t.Run("allergy", func(t *testing.T) {
		kind := func(code string) record.Concept { return coded(record.SystemSNOMED, code, "") }
		severe, mild := ptr(coded(record.SystemSNOMED, "24484000", "Severe")), ptr(coded(record.SystemSNOMED, "255604002", "Mild"))
		reaction := func(s *record.Concept, day string) []record.Reaction {
			return []record.Reaction{{Manifestations: []record.Concept{hives}, Severity: s, When: on(day)}}
		}
		amoxicillin := coded(record.SystemRxNorm, "723", "Amoxicillin")
		for name, c := range map[string]struct {
			a, b    record.Allergy
			entries int
			want    []string
		}{
			"silent and resolved":               {record.Allergy{Substance: penicillinCode}, record.Allergy{Substance: penicillinCode, Clinical: record.ClinicalStatus{Code: "resolved"}}, 2, []string{"clinicalStatus"}},
			"one reaction, mild and severe":     {record.Allergy{Substance: penicillinCode, Reactions: reaction(mild, "")}, record.Allergy{Substance: penicillinCode, Reactions: reaction(severe, "")}, 2, []string{"reactions"}},
			"two reactions of two years":        {record.Allergy{Substance: penicillinCode, Reactions: reaction(mild, "2010")}, record.Allergy{Substance: penicillinCode, Reactions: reaction(severe, "2015")}, 1, nil},
			"allergy and intolerance":           {record.Allergy{Substance: penicillinCode, Kind: kind("416098002")}, record.Allergy{Substance: penicillinCode, Kind: kind("59037007")}, 2, []string{"kind"}},
			"allergy to a drug, to a substance": {record.Allergy{Substance: penicillinCode, Kind: kind("416098002")}, record.Allergy{Substance: penicillinCode, Kind: kind("419199007")}, 1, nil},
			"none known, and one":               {record.Allergy{Entry: record.Entry{Assertion: record.NoneKnown}}, record.Allergy{Substance: penicillinCode}, 2, []string{"assertion"}},
			"none known of drugs, and of food":  {record.Allergy{Entry: record.Entry{Assertion: record.NoneKnown}, Kind: kind("416098002")}, record.Allergy{Entry: record.Entry{Assertion: record.NoneKnown}, Kind: kind("414285001")}, 2, nil},
			// Which substances belong to a class no rule here knows: both stand in the chart, and no conflict is found.
			"a class denied, an ingredient affirmed": {record.Allergy{Entry: record.Entry{Assertion: record.Negated}, Substance: penicillinCode}, record.Allergy{Substance: amoxicillin}, 2, nil},
		} {
			t.Run(name, func(t *testing.T) {
				_, n, conflicts := mergedPair(t, addAllergy, c.a, c.b)
				check(t, n, conflicts, c.entries, c.want...)
			})
		}
	})

	t.Run("medication", func(t *testing.T) {
		dose := func(value, unit string, site ...record.Concept) []record.Dosage {
			return []record.Dosage{{Dose: &record.Amount{Quantity: &record.Quantity{Value: value, Unit: unit}}, Site: site}}
		}
		strength := func(code string) record.Product {
			return record.Product{Code: record.Concept{Codings: []record.Coding{{System: record.SystemRxNorm, Code: code}, {System: "http://www.whocc.no/atc", Code: "C09AA03"}}}}
		}
		for name, c := range map[string]struct {
			a, b    record.Medication
			entries int
			want    []string
		}{
			"milligrams and grams":         {record.Medication{Product: metformin, Dosages: dose("1", "mg")}, record.Medication{Product: metformin, Dosages: dose("1", "g")}, 2, []string{"dosages"}},
			"a unit, and none":             {record.Medication{Product: metformin, Dosages: dose("1", "mg")}, record.Medication{Product: metformin, Dosages: dose("1", "")}, 2, []string{"dosages"}},
			"into the left and right eye":  {record.Medication{Product: metformin, Dosages: dose("1", "drop", eyeLeft...)}, record.Medication{Product: metformin, Dosages: dose("1", "drop", eyeRight...)}, 2, []string{"dosages"}},
			"one dose, and two in a row":   {record.Medication{Product: metformin, Dosages: dose("1", "mg")}, record.Medication{Product: metformin, Dosages: append(dose("1", "mg"), dose("2", "mg")...)}, 2, []string{"dosages"}},
			"going on, and stopped":        {record.Medication{Product: metformin, Taken: since("2020-01-01", "")}, record.Medication{Product: metformin, Taken: since("2020-01-01", "2023-01-01")}, 2, []string{"taken"}},
			"silent, and completed":        {record.Medication{Product: metformin}, record.Medication{Entry: record.Entry{Status: record.Status{Code: record.StatusCompleted}}, Product: metformin}, 2, []string{"status"}},
			"two strengths of one class":   {record.Medication{Product: strength("314076")}, record.Medication{Product: strength("314077")}, 2, []string{"product"}},
			"no medication, and an order":  {record.Medication{Entry: record.Entry{Assertion: record.NoneKnown}}, record.Medication{Entry: record.Entry{Mode: record.ModeRequest}, Product: metformin}, 2, []string{"assertion"}},
			"no medication, and a refusal": {record.Medication{Entry: record.Entry{Assertion: record.NoneKnown}}, record.Medication{Entry: record.Entry{Status: record.Status{Code: record.StatusRefused}}, Product: metformin}, 2, nil},
		} {
			t.Run(name, func(t *testing.T) {
				_, n, conflicts := mergedPair(t, addMedication, c.a, c.b)
				check(t, n, conflicts, c.entries, c.want...)
			})
		}
	})

	t.Run("observation", func(t *testing.T) {
		minute := on("2024-01-05T09:30")
		bp := func(values []record.Value, f func(o *record.Observation)) record.Observation {
			o := record.Observation{Code: systolic, Values: values, When: minute}
			if f != nil {
				f(&o)
			}
			return o
		}
		less := []record.Value{{Quantity: &record.Quantity{Value: "120", Unit: "mm[Hg]", Comparator: "<"}}}
		v := qty("120", "mm[Hg]")
		for name, c := range map[string]struct {
			a, b    record.Observation
			entries int
			want    []string
		}{
			"below, and exactly":             {bp(v, nil), bp(less, nil), 2, []string{"values"}},
			"left arm and right arm":         {bp(v, func(o *record.Observation) { o.BodySites = site("53120007", "Arm", "left") }), bp(v, func(o *record.Observation) { o.BodySites = site("53120007", "Arm", "right") }), 2, nil},
			"two methods":                    {bp(v, func(o *record.Observation) { o.Methods = []record.Concept{{Text: "by cuff"}} }), bp(v, func(o *record.Observation) { o.Methods = []record.Concept{{Text: "arterial line"}} }), 2, nil},
			"of the mother and of the fetus": {bp(v, nil), bp(v, func(o *record.Observation) { o.Focus = []record.Ref{{Display: "fetus"}} }), 2, nil},
			"high and low":                   {bp(v, func(o *record.Observation) { o.Interpretations = []record.Concept{coded("x", "H", "")} }), bp(v, func(o *record.Observation) { o.Interpretations = []record.Concept{coded("x", "L", "")} }), 2, []string{"interpretations"}},
			"no date, and one":               {bp(v, nil), bp(v, func(o *record.Observation) { o.When = record.Period{} }), 2, nil},
			"found, and not found":           {bp(v, nil), bp(v, func(o *record.Observation) { o.Assertion = record.Negated }), 2, []string{"assertion"}},
			"declined, and measured":         {bp(v, nil), bp([]record.Value{{Absent: record.AbsentAskedDeclined}}, nil), 2, []string{"values"}},
			"all the same":                   {bp(v, nil), bp(v, nil), 1, nil},
		} {
			t.Run(name, func(t *testing.T) {
				_, n, conflicts := mergedPair(t, addVital, c.a, c.b)
				check(t, n, conflicts, c.entries, c.want...)
			})
		}
	})

	t.Run("specimen", func(t *testing.T) {
		mk := func(source, specimen string) *record.Record {
			return chartOf(source, "2024-01-0"+source[1:], func(r *record.Record) {
				r.Specimens = []record.Specimen{{Entry: entry("sp-"+source, record.Affirmed), Type: record.Concept{Text: specimen}}}
				r.Results = []record.Observation{{Entry: record.Entry{ID: "o-" + source, Assertion: record.Affirmed}, Code: coded(record.SystemLOINC, "6463-4", "Bacteria identified"),
					When: on("2024-01-05"), Values: qty("5", "1"), Specimens: []record.Ref{{ID: "sp-" + source, Kind: record.KindSpecimen}}}}
			})
		}
		m := merge(t, mk("s1", "Urine"), mk("s2", "Blood"))
		require.Len(t, m.Results, 2)
		m = merge(t, mk("s1", "Blood"), mk("s2", "Blood"))
		require.Len(t, m.Results, 1)
	})

	t.Run("device", func(t *testing.T) {
		hip := func(side string) record.Device {
			return record.Device{Use: "patient", Types: []record.Concept{coded(record.SystemSNOMED, "304121006", "Hip prosthesis")}, Sites: site("29836001", "Hip", side)}
		}
		put := func(r *record.Record, x record.Device) { r.Devices = append(r.Devices, x) }
		_, n, conflicts := mergedPair(t, put, hip("left"), hip("right"))
		check(t, n, conflicts, 2)
		_, n, conflicts = mergedPair(t, put, hip("left"), hip(""))
		check(t, n, conflicts, 2)
		_, n, conflicts = mergedPair(t, put, hip("left"), hip("left"))
		check(t, n, conflicts, 1)
		_, n, conflicts = mergedPair(t, put, record.Device{Entry: record.Entry{Assertion: record.NoneKnown}}, hip("left"))
		check(t, n, conflicts, 2, "assertion")
	})

	t.Run("immunization", func(t *testing.T) {
		_, n, conflicts := mergedPair(t, addImmunization, record.Immunization{Product: flu, When: on("2023-10-02"), Sites: eyeLeft}, record.Immunization{Product: flu, When: on("2023-10-02"), Sites: eyeRight})
		check(t, n, conflicts, 2, "sites")
		_, n, conflicts = mergedPair(t, addImmunization, record.Immunization{Product: flu, When: on("2023-10-02")}, record.Immunization{Product: flu})
		check(t, n, conflicts, 2)
		packed := func(ndc string) record.Product {
			return record.Product{Code: record.Concept{Codings: []record.Coding{{System: record.SystemCVX, Code: "140"}, {System: record.SystemNDC, Code: ndc}}}}
		}
		_, n, conflicts = mergedPair(t, addImmunization, record.Immunization{Product: packed("1"), When: on("2023-10-02")}, record.Immunization{Product: packed("2"), When: on("2023-10-02")})
		check(t, n, conflicts, 1)
	})

	t.Run("relative", func(t *testing.T) {
		member := func(role string, c ...record.FamilyCondition) record.FamilyMember {
			return record.FamilyMember{Relationship: coded(record.SystemRoleCode, role, ""), Conditions: c}
		}
		has := func(code record.Concept, a record.Assertion) record.FamilyCondition {
			return record.FamilyCondition{Code: code, Assertion: a}
		}
		_, n, conflicts := mergedPair(t, addFamily, member("MTH", has(asthma, record.Affirmed)), member("MTH", has(hives, record.Affirmed)))
		check(t, n, conflicts, 1)
		_, n, conflicts = mergedPair(t, addFamily, member("BRO", has(asthma, record.Affirmed)), member("BRO", has(hives, record.Affirmed)))
		check(t, n, conflicts, 2)
		_, n, conflicts = mergedPair(t, addFamily, member("MTH", has(asthma, record.Affirmed)), member("MTH", has(asthma, record.Negated)))
		check(t, n, conflicts, 2, "conditions")
		// A relative's disease is none of the patient's: other lists are never compared.
		m := merge(t, chartOf("s1", "2024-01-01", func(r *record.Record) {
			r.FamilyHistory = []record.FamilyMember{{Entry: entry("f", record.Affirmed), Relationship: coded(record.SystemRoleCode, "MTH", ""), Conditions: []record.FamilyCondition{has(asthma, record.Affirmed)}}}
		}), chartOf("s2", "2024-02-01", func(r *record.Record) {
			r.Problems = []record.Problem{{Entry: entry("p", record.Negated), Code: asthma}}
		}))
		require.Len(t, m.FamilyHistory, 1)
		require.Len(t, m.Problems, 1)
		require.Empty(t, m.Merging.Conflicts)
	})

	t.Run("performer", func(t *testing.T) {
		mk := func(source, npi, name string) *record.Record {
			return chartOf(source, "2024-01-0"+source[1:], func(r *record.Record) {
				dr := record.Practitioner{Entry: entry("dr-"+source, record.Affirmed), Names: []record.Name{{Text: name}}}
				if npi != "" {
					dr.Identifiers = []record.Identifier{{System: record.SystemNPI, Value: npi}}
				}
				r.Practitioners = []record.Practitioner{dr}
				r.Encounters = []record.Encounter{{Entry: record.Entry{ID: "v-" + source, Assertion: record.Affirmed, Participants: []record.Participation{{Role: "performer", Who: &record.Ref{ID: dr.ID, Kind: record.KindPractitioner}}}},
					Types: []record.Concept{coded(record.SystemCPT, "99213", "Office visit")}, When: on("2024-01-05")}}
			})
		}
		require.Len(t, merge(t, mk("s1", "1999999976", "Dr. Wren"), mk("s2", "1999999984", "Dr. Ibis")).Encounters, 2, "two visits of one day to two doctors")
		require.Len(t, merge(t, mk("s1", "1999999976", "Dr. Wren"), mk("s2", "", "Dr. Wren")).Encounters, 1)
	})
}

// What contradicts several statements, or one beside that which it agrees with, is named with each of them.
func TestConflictsBesideAnAgreement(t *testing.T) {
	numbered := func(id, status string) func(r *record.Record) {
		return func(r *record.Record) {
			a := record.Allergy{Entry: entry("a-"+id, record.Affirmed), Substance: penicillinCode, Clinical: record.ClinicalStatus{Code: status}}
			if id != "" {
				a.Identifiers = []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: id}}
			}
			r.Allergies = append(r.Allergies, a)
		}
	}
	// One hospital numbers them differently, and they contradict each other.
	m := merge(t, chartOf("s1", "2024-01-01", numbered("1", "active")), chartOf("s2", "2024-02-01", numbered("2", "resolved")))
	require.Len(t, m.Allergies, 2)
	require.Len(t, m.Merging.Conflicts, 1)
	// Numbered differently, and agreeing: two entries, no conflict.
	m = merge(t, chartOf("s1", "2024-01-01", numbered("1", "active")), chartOf("s2", "2024-02-01", numbered("2", "active")))
	require.Len(t, m.Allergies, 2)
	require.Empty(t, m.Merging.Conflicts)
	// A third that agrees with the one contradicts the other all the same.
	m = merge(t, chartOf("s1", "2024-01-01", numbered("1", "active")), chartOf("s2", "2024-02-01", numbered("2", "resolved")), chartOf("s3", "2024-03-01", numbered("", "active")))
	require.Len(t, m.Allergies, 2)
	require.Len(t, m.Merging.Conflicts, 1)
	require.Len(t, m.Merging.Conflicts[0].Statements, 3)
	// A source that states both does not take the conflict away between it and one that states the one alone.
	both := chartOf("s2", "2024-02-01", func(r *record.Record) {
		numbered("1", "active")(r)
		numbered("2", "resolved")(r)
	})
	m = merge(t, chartOf("s1", "2024-01-01", numbered("1", "active")), both)
	require.Len(t, m.Allergies, 2)
	require.Len(t, m.Merging.Conflicts, 1)
	// Where all state both, they agree.
	m = merge(t, both, chartOf("s1", "2024-01-01", func(r *record.Record) {
		numbered("2", "resolved")(r)
		numbered("1", "active")(r)
	}))
	require.Len(t, m.Allergies, 2)
	require.Empty(t, m.Merging.Conflicts)
}
