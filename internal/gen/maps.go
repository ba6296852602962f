package main

import (
	"bytes"
	"fmt"
	"go/format"
	"slices"
	"strings"
)

// A topic is one table made of HL7's map from CDA to FHIR (cf), of the map from
// FHIR to CDA (fc), or of both.
type topic struct {
	name   string // the Go variable
	cf, fc string
	what   string
	// cfPick and fcPick choose where HL7 gives one code several targets, which
	// depend on something beside the code. An empty choice leaves it out: a
	// function written by hand decides.
	cfPick, fcPick map[string]string
	// fcTarget keeps only the targets of one system.
	fcTarget string
}

const v3NullFlavor = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"

var topics = []topic{
	{name: "addressUse", cf: "AddressUse", fc: "AddressUse", what: "addr/@use"},
	{name: "administrativeGender", cf: "AdministrativeGender", fc: "AdministrativeGender", what: "administrativeGenderCode"},
	{name: "allergyCategory", cf: "AllergyIntoleranceCategory", fc: "AllergyIntoleranceCategory", what: "Allergy - Intolerance Observation value",
		fcPick: map[string]string{"food": "", "medication": "", "environment": "", "biologic": ""}},
	{name: "allergyType", cf: "AllergyIntoleranceType", fc: "AllergyIntoleranceType", what: "Allergy - Intolerance Observation value",
		fcPick: map[string]string{"intolerance": "", "allergy": ""}},
	{name: "allergyStatus", cf: "AllergyStatus", fc: "AllergyStatus", what: "Allergy Status Observation value"},
	{name: "concernStatus", cf: "ConditionClinicalStatus", what: "Problem Concern Act statusCode"},
	{name: "criticality", cf: "Criticality", fc: "Criticality", what: "Criticality Observation value"},
	{name: "encounterStatus", cf: "EncounterStatus", what: "encounter statusCode"},
	{name: "immunizationRefusal", fc: "ImmunizationRefusal", what: "Immunization Refusal Reason code"},
	{name: "immunizationSite", fc: "ImmunizationSite", what: "approachSiteCode"},
	{name: "immunizationStatus", cf: "ImmunizationStatus", fc: "ImmunizationStatus", what: "Immunization Activity statusCode",
		cfPick: map[string]string{"completed": "completed"}, fcPick: map[string]string{"not-done": "cancelled"}},
	{name: "medicationIntent", cf: "MedActivityMood", what: "Medication Activity @moodCode"},
	{name: "medicationStatus", cf: "MedicationStatus", fc: "MedicationStatus", what: "Medication Activity statusCode"},
	{name: "nameUse", cf: "NameUse", fc: "NameUse", what: "name/@use",
		cfPick: map[string]string{"P": "anonymous", "A": ""}, fcPick: map[string]string{"official": "L"}},
	{name: "noKnownAllergies", cf: "NoKnownAllergies", fc: "NoKnownAllergies", what: "the negated Allergy - Intolerance Observation value"},
	{name: "nullFlavorReason", cf: "NullFlavorDataAbsentReason", fc: "DataAbsentReasonNullFlavor", what: "@nullFlavor"},
	{name: "problemCategory", cf: "ProblemCategory", fc: "ProblemCategory", what: "section code"},
	{name: "problemStatus", cf: "ProblemStatus", fc: "ProblemStatus", what: "Problem Status Observation value"},
	{name: "procedureStatus", cf: "ProcedureStatus", fc: "ProcedureStatus", what: "procedure statusCode",
		fcTarget: "http://terminology.hl7.org/CodeSystem/v3-ActStatus"},
	{name: "procedureStatusNull", fc: "ProcedureStatus", what: "procedure statusCode/@nullFlavor", fcTarget: v3NullFlavor},
	{name: "reportStatus", cf: "ResultReportStatus", what: "Result Organizer statusCode"},
	{name: "resultStatus", cf: "ResultStatus", fc: "ObservationStatus", what: "Result Observation statusCode"},
	{name: "severity", cf: "Severity", fc: "Severity", what: "Severity Observation value"},
	{name: "telecomSystem", cf: "TelecomType", fc: "TelecomType", what: "the scheme of telecom/@value",
		cfPick: map[string]string{"tel": "phone"}},
	{name: "telecomUse", cf: "TelecomUse", fc: "TelecomUse", what: "telecom/@use",
		fcPick: map[string]string{"home": "HP"}},
}

func buildMaps(src *sources) ([]byte, error) {
	byID := map[string]*conceptMap{}
	for i := range src.maps {
		byID[src.maps[i].ID] = &src.maps[i]
	}
	used := map[string]bool{}
	var w bytes.Buffer
	header(&w, "//", "HL7's maps between C-CDA (left) and FHIR (right), as two-way tables.", src, nil, false, true)
	w.WriteString("\npackage codes\n")
	for _, t := range topics {
		var cf, fc [][2]string
		var from []string
		var err error
		if t.cf != "" {
			m := byID["CF-"+t.cf]
			if m == nil {
				return nil, fmt.Errorf("no ConceptMap CF-%s", t.cf)
			}
			used[m.ID] = true
			from = append(from, m.ID+" "+m.Version)
			if cf, err = pick(m, t.cfPick, ""); err != nil {
				return nil, err
			}
		}
		if t.fc != "" {
			m := byID["FC-"+t.fc]
			if m == nil {
				return nil, fmt.Errorf("no ConceptMap FC-%s", t.fc)
			}
			used[m.ID] = true
			from = append(from, m.ID+" "+m.Version)
			if fc, err = pick(m, t.fcPick, t.fcTarget); err != nil {
				return nil, err
			}
		}
		fmt.Fprintf(&w, "\n// %s: %s (ConceptMap %s).\nvar %s = NewTable(\n", t.name, t.what, strings.Join(from, ", "), t.name)
		for _, p := range cf {
			if slices.Contains(fc, [2]string{p[1], p[0]}) {
				fmt.Fprintf(&w, "\tBoth(%q, %q),\n", p[0], p[1])
			} else {
				fmt.Fprintf(&w, "\tOnlyTo(%q, %q),\n", p[0], p[1])
			}
		}
		for _, p := range fc {
			if !slices.Contains(cf, [2]string{p[1], p[0]}) {
				fmt.Fprintf(&w, "\tOnlyFrom(%q, %q),\n", p[1], p[0])
			}
		}
		w.WriteString(")\n")
	}
	for _, m := range src.maps {
		if !used[m.ID] {
			return nil, fmt.Errorf("ConceptMap %s is in no topic", m.ID)
		}
	}
	return format.Source(w.Bytes())
}

// pick gives the pairs (source, target) of a map, one target for each source.
func pick(m *conceptMap, choice map[string]string, system string) ([][2]string, error) {
	var out [][2]string
	for _, r := range m.Rows {
		if r.Source == "" || r.Target == "" || system != "" && r.TargetSystem != system {
			continue
		}
		if want, ok := choice[r.Source]; ok && r.Target != want {
			continue
		}
		for _, p := range out {
			if p[0] == r.Source {
				return nil, fmt.Errorf("%s: %s has several targets", m.ID, r.Source)
			}
		}
		out = append(out, [2]string{r.Source, r.Target})
	}
	return out, nil
}
