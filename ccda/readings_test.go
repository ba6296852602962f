package ccda

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What HL7's examples say, by the name of each: it is read as that and nothing else.
func TestReadings(t *testing.T) {
	all := examples(t)
	for _, x := range []struct{ example, want string }{
		// None, no information, not this one.
		{"Allergies/No Known Allergies", "allergy none-known (not-applicable)"},
		{"Allergies/No Known Medication Allergies", "allergy none-known (not-applicable)"},
		{"Allergies/No Section Information Allergies", "section (no-information)"},
		{"Allergies/Not Allergic to Peanuts", "allergy negated 762952008"},
		{"Problems/No Known Problems", "problem none-known 55607006"},
		{"Problems/Patient Does Not Have Diabetes", "problem negated 44054006"},
		{"General/No Section Information Problems", "section (no-information)"},
		{"Medications/No Medications", "medication none-known active (other)"},
		{"Immunizations/No Section Information Immunizations", "section (no-information)"},
		{"Immunizations/Unknown Immunization Status", "immunization unknown 787859002"},
		{"Medical Equipment/No Implanted Devices", "device none-known"},
		{"Social History/Not Pregnant", "social negated ASSERTION = 77386006"},
		{"Social History/Unknown if Pregnant", "social unknown ASSERTION = 77386006"},
		{"Social History/Unknown Smoking Status", "social 72166-2 = 266927001"},
		{"Social History/Never Smoking Status", "social 72166-2 = 266919005"},
		{"Mental Status/No Cognitive Impairment", "assessment 373930000 = 66557003"},
		{"Functional Status/No Functional Impairment", "assessment 54522-8 = 66557003"},

		// Refused, stopped, failed, planned.
		{"Immunizations/Immunization not given Patient refused", "immunization refused 166"},
		{"Procedures/Procedure Refused", "procedure refused 6025007"},
		{"Medications/Medication Refused", "medication refused 314076"},
		{"Plan of Treatment/Planned EKG", "order intent active 34534-8"},
		{"Plan of Treatment/Planned Encounter - Referral", "order intent active 11429006"},
		{"Procedures/Procedure Alternatives", "order intent active 44950"},
		{"Guide Examples/Planned Act (V2)", "order intent active 423171007"},
		{"Guide Examples/Planned Medication Activity (V2)", "medication intent active"},
		{"Guide Examples/Planned Immunization Activity", "immunization intent active"},
		{"Guide Examples/Planned Procedure (V2)", "order request active 73761001"},
		{"Guide Examples/Procedure Activity Observation (V2)", "procedure aborted 274025005"},
		{"Guide Examples/Pregnancy Intention in Next Year", "social intent 86645-9 = 454401000124105"},
		{"Procedures/Procedure Unsuccessful", "procedure 168731009"},

		// What there is.
		{"Allergies/Allergy to food egg", "allergy 102263004"},
		{"Allergies/Allergy to latex", "allergy 111088007"},
		{"Allergies/Allergy to specific drug Penicillin", "allergy 7980"},
		{"Allergies/Free-text Allergy to clinical trial drug", "allergy (other)"},
		{"Problems/Active Problem", "problem 385093006"},
		{"Problems/Complete or Resolved Problem", "problem 363746003"},
		{"Medications/Med at bedtime", "medication active 847232"},
		{"Medications/Med every 4-6 hours", "medication intent active 1049529"},
		{"Medications/Med oral QID with PRN", "medication intent active 197806"},
		{"Medications/Med oral with indications and instructions", "medication active 197806; medication active 197806; medication active 197806"},
		{"Medications/Free Text Medication SIG", "medication active (unknown)"},
		{"Medications/Single administration of medication", "medication 243670"},
		{"Medications/Drug Mixture", "medication intent active (other)"},
		{"Medications/Withdrawn Anitbiotics with varied dosing", "medication intent active 308460; medication intent active 308460"},
		{"Immunizations/Influenza Vaccination", "immunization 88"},
		{"Immunizations/Influenza Vaccination - Patient Reported", "immunization 88"},
		{"Immunizations/Influenza Vaccination with NDC", "immunization 141"},
		{"Procedures/Procedures Section Procedure Entry - Colonoscopy", "procedure 25732003"},
		{"Procedures/Procedures Section Act Entry", "procedure 61310001"},
		{"Results/Results panel with pending component", "result active 804-5 = (not-applicable)"},
		{"Results/Results with less than specific value", "result 42637-9 = from 0pg/mL to 5pg/mL"},
		{"Results/Result with greater than a specified value", "result 32016-8 = from 500mg/dL to positive-infinity"},
		{"Results/Result with an unstructured string as value (urine color)", "result 5778-6 = (words)"},
		{"Results/Result panel with coded values of negative-positive", "result 42931-6 = 260385009; result 60256-5 = 10828004"},
		{"Results/Result COVID Positive", "result 94500-6 = 260373001"},
		{"Social History/Current Smoking Status", "social 72166-2 = 449868002; social 11367-0 = 160604004"},
		{"Social History/Former Smoking Status", "social 72166-2 = 8517006; social 11367-0 = 160604004"},
		{"Social History/Birth Sex", "social 76689-9 = F"},
		{"Social History/Sexual Orientation Gender Identity", "social 76690-7 = 42035005; social 76691-5 = 407377005"},
		{"Family History/Family History two individuals same relationship to the patient", "relative BRO; relative BRO"},
		{"Family History/Normal Family History Father deceased-Mother alive", "relative FTH; relative MTH"},
		{"Encounters/Outpatient Encounter with Diagnoses", "problem 64109004 active; encounter"},
		{"Encounters/Hospital Discharge Encounter with Billable Diagnoses", "problem 428.0; problem 250.00; encounter"},
		{"Notes/Single Consultation Note", "note 11488-4"},
		{"Notes/Discharge Note in Hospital Course", "note 8648-8"},
		{"Notes/RTF Note", "note 34746-8"},
		{"Notes/Note directly attached to a Procedure", "procedure 6025007; note 28570-0"},
		{"Guide Examples/Notes Section", "note 11488-4"},
		{"Guide Examples/Code Observations", "result 18782-3 = 309530007"},
		{"Guide Examples/DICOM Object Catalog Section - DCM 121181", "study"},
		{"Guide Examples/Hospital Course Section", ""},
		{"General/Share With Patient or Proxy", "result"},

		// The others.
		{"Allergies/Allergy to specific drug Codeine", "allergy 2670"},
		{"Allergies/Allergy to specific drug class Penicillins", "allergy 764146007"},
		{"Allergies/Withdrawn Allergy to specific drug Epinephrine", "allergy 3992"},
		{"Care Team/Care Team Narrative Only", ""},
		{"Care Team/Care Team Structured Entry", "team active 1"},
		{"Encounters/Inpatient Encounter Discharged to Rehab Location", "encounter"},
		{"Encounters/Multiple CPT E&M Codes", "problem 235083001; problem 23997001; problem 12264001; encounter"},
		{"Encounters/Outpatient Encounter Patient Disenrolled", "encounter"},
		{"Family History/Family History Generic", "relative FAMMEMB"},
		{"Functional Status/Functional Assessment - Glasgow Coma", "assessment 9267-6 = 3; assessment 9268-4 = 3; assessment 9270-0 = 3; assessment 9269-2 = 9; assessment 35088-4 = 9"},
		{"Functional Status/Functional Impairment", "assessment 54522-8 = 105504002"},
		{"General/Narrative Reference - Act", ""},
		{"General/Narrative Reference - Encounter", ""},
		{"General/Narrative Reference - Observation", ""},
		{"General/Narrative Reference - Organizer", ""},
		{"General/Narrative Reference - Procedure", ""},
		{"General/Narrative Reference - SubstanceAdministration", ""},
		{"General/Narrative Reference - Supply", ""},
		{"Goals/Goals Narrative Only", "goal goal active (unknown)"},
		{"Goals/SDOH Goal", "goal goal active 8689-2"},
		{"Health Concerns/Health Concerns Link to Problems Section with linkHTML", "problem (other); problem 385093006; concern active"},
		{"Health Concerns/Health Concerns Link to Problems Section", "problem (other); problem 385093006; concern active"},
		{"Health Concerns/Health Concerns Narrative Only", "concern active"},
		{"Health Concerns/No Known Health Concerns", "concern none-known active"},
		{"Interventions/Intervention Counseling", "procedure 61310001; procedure 362956003"},
		{"Medical Equipment/Implant UDI Organizer", "procedure (unknown); device"},
		{"Medical Equipment/Implant UDI Unknown", "procedure 25267002; device"},
		{"Medical Equipment/Implant Without Procedure", "procedure (unknown); procedure (unknown); procedure (unknown); device; device; device"},
		{"Medical Equipment/Multiple Implants", "procedure 609153008; procedure 609153008; device; device"},
		{"Medical Equipment/Non-Medicinal Supply - Cane and Eyeglasses", "device; device; supply active; supply active 425399007"},
		{"Medications/Med Relative Dose IV Drug", "medication intent active 1657066"},
		{"Medications/Med oral liquid PRN", "medication intent active 102494"},
		{"Medications/Withdrawn Patient reported oral medication", "medication 236121"},
		{"Mental Status/Memory Impairment", "assessment 373930000 = 386807006"},
		{"Mental Status/Patient Health Questionnaire PHQ-9", "assessment 44261-6 = 12; assessment 44250-9 = 0; assessment 44255-8 = 1; assessment 44259-0 = 2; assessment 44254-1 = 0; assessment 44251-7 = 1; assessment 44258-2 = 3; assessment 44252-5 = 2; assessment 44253-3 = 3; assessment 44260-8 = 0; assessment 69722-7 = LA6572-7; assessment 44249-1 = 12"},
		{"Plan of Treatment/Care Plan Goals and Instructions", "procedure 311401005; procedure 311401005; order intent active 406162001; goal goal active 289169006"},
		{"Plan of Treatment/No Planned Tests", "order intent active not-to-do (other); order request active 6025007"},
		{"Problems/Pregnancy with Week Gestation", "problem 77386006"},
		{"Problems/Problem TargetSiteCode Qualifier", "problem V49.75"},
		{"Problems/Problem Value, Translation, Qualifier examples", "problem 8801005"},
		{"Problems/SDOH Problem", "problem 445281000124101"},
		{"Procedures/Procedures Section Observation Entry", "procedure 268400002"},
		{"Procedures/Procedures Section Procedure Entry", "procedure 6025007"},
		{"Quality/Quality Care Compliance in C-CDA", ""},
		{"Referrals - Planned and Completed/Close Referral with a Document", "encounter; order request 103697008"},
		{"Referrals - Planned and Completed/Referral Request and Close Referral with a Note", "order intent active 103697008; note 11488-4"},
		{"Results/Result with Multiple Reference Ranges", "result 5048-4 = (words)"},
		{"Results/Result with lab location", "result 5811-5 = 1.0151"},
		{"Results/Result with non-numeric physical quantity and unit", "result 3043-7 = 450mg/dL; result 13457-7 = (words)"},
		{"Results/Results Radiology with Image Narrative", "result 36643-5 = (file)"},
		{"Results/Results Unit Non-UCUM", "result 26515-7 = (other)"},
		{"Results/Results of Basic Metabolic Panel and Troponin", "result 2947-0 = 140mmol/L; result 6298-4 = 4.2mmol/L; result 2069-3 = 98mmol/L; result 2028-9 = 24mmol/L; result 6299-2 = 10md/dL; result 38483-4 = 1.2mg/dL; result 2339-0 = 185mmol/L; result 6598-7 = 0.01ng/mL; result 6598-7 = 0.01ng/mL"},
		{"Results/Results of CO2 Test", "result 2028-9 = 27mmol/L"},
		{"Results/Results with translation unit", "result 26515-7 = 15210*3/uL"},
		{"Social History/Electronic Cigarette", "social 66547-1 = 735240008"},
		{"Social History/WE Care Assessment", "assessment 96446-0 = LA32-8; assessment 96445-2 = LA33-6; assessment 96444-5 = LA33-6; assessment 96443-7 = LA31439-5; assessment 96442-9 = LA33-6; assessment 96433-8 = LA33-6; assessment 96441-1 = LA33-6; assessment 96440-3 = LA32-8; assessment 96439-5 = LA32-8; assessment 96434-6 = LA32-8; assessment 96438-7 = LA33-6; assessment 96437-9 = LA33-6; assessment 96436-1 = LA33-6; assessment 96753-9 = LA33-6; assessment 96435-3 = LA32-8; assessment 96447-8 = (not-applicable)"},
		{"Vital Signs/Growth Charts Examples", "vital 77606-2 = 50%; vital 8289-1 = 45%; vital 59576-9 = 49%; vital 77606-2 = 48%; vital 8289-1 = 50%"},
		{"Vital Signs/Heart Rate Rhythm", "vital 8867-4 = 80/min; vital 8884-9 = 248651005"},
		{"Vital Signs/Panel of Vital Signs (Oxygen Concentration Included)", "vital 8480-6 = 120mm[Hg]; vital 8462-4 = 80mm[Hg]; vital 8867-4 = 80/min; vital 8310-5 = 37.2Cel; vital 9279-1 = 18/min; vital 8302-2 = 170.2cm; vital 29463-7 = 108.863kg; vital 39156-5 = 37.58kg/m2; vital 2710-2 = 98%; vital 3150-0 = 36%"},
		{"Vital Signs/Panel of Vital Signs in Metric Units", "vital 8480-6 = 120mm[Hg]; vital 8462-4 = 80mm[Hg]; vital 8867-4 = 80/min; vital 8310-5 = 37.2Cel; vital 9279-1 = 18/min; vital 8302-2 = 170.2cm; vital 29463-7 = 108.863kg; vital 39156-5 = 37.58kg/m2; vital 2710-2 = 98%"},
		{"Vital Signs/Panel of Vital Signs in Mixed Metric-Imperial Units", "vital 8480-6 = 120mm[Hg]; vital 8462-4 = 80mm[Hg]; vital 8867-4 = 80/min; vital 8310-5 = 99.0[degF]; vital 9279-1 = 18/min; vital 8302-2 = 67[in_us]; vital 29463-7 = 239.9[lb_av]; vital 39156-5 = 37.58kg/m2; vital 2710-2 = 98%"},
	} {
		t.Run(x.example, func(t *testing.T) {
			n := 0
			for name, data := range all {
				rest, ok := strings.CutPrefix(name, "hl7-examples/"+x.example)
				if !ok || !strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "_2.") && !strings.HasPrefix(rest, "_1.") {
					continue
				}
				n++
				rec, rep, err := Import(context.Background(), wrapped(data), record.ImportOptions{})
				require.NoError(t, err)
				require.Zero(t, rep.Counts.Unaccounted())
				require.Equal(t, x.want, wordsFor(rec))
			}
			require.Equal(t, 1, n, "the example is not in the corpus")
		})
	}
}

// Every other file of HL7's examples, fragments of templates among them: what was made
// of it is written down, so that a reading that changes is seen. -update writes it anew.
func TestReadingsOfAll(t *testing.T) {
	const golden = "testdata/readings.golden"
	all := examples(t)
	var names []string
	for name := range all {
		if strings.HasPrefix(name, "hl7-examples/") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	for _, name := range names {
		rec, rep, err := Import(context.Background(), wrapped(all[name]), record.ImportOptions{})
		said := "not read: no well-formed XML"
		if err == nil {
			require.Zero(t, rep.Counts.Unaccounted(), name)
			said = wordsFor(rec)
		}
		b.WriteString(strings.TrimSuffix(strings.TrimPrefix(name, "hl7-examples/"), ".xml") + "\t" + said + "\n")
	}
	if *update {
		require.NoError(t, os.WriteFile(golden, []byte(b.String()), 0o600))
		return
	}
	want, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.Equal(t, strings.Split(string(want), "\n"), strings.Split(b.String(), "\n"))
}

// What these say beside their codes.
func TestReadingsInDetail(t *testing.T) {
	all := examples(t)
	of := func(t *testing.T, example string) *record.Record {
		for name, data := range all {
			if strings.HasPrefix(name, "hl7-examples/"+example+"/") {
				rec, _, err := Import(context.Background(), wrapped(data), record.ImportOptions{})
				require.NoError(t, err)
				return rec
			}
		}
		require.Fail(t, "the example is not in the corpus")
		return nil
	}
	t.Run("the reasons of a refusal", func(t *testing.T) {
		require.Equal(t, "105480006", of(t, "Medications/Medication Refused").Medications[0].Status.Reasons[0].Codings[0].Code)
		require.NotEmpty(t, of(t, "Procedures/Procedure Refused").Procedures[0].Status.Reasons)
		require.NotEmpty(t, of(t, "Immunizations/Immunization not given Patient refused").Immunizations[0].Status.Reasons)
	})
	t.Run("a procedure that failed", func(t *testing.T) {
		require.Equal(t, failedAttempt, of(t, "Procedures/Procedure Unsuccessful").Procedures[0].Outcome.Codings[0].Code)
	})
	t.Run("a problem that ended", func(t *testing.T) {
		require.NotEmpty(t, of(t, "Problems/Complete or Resolved Problem").Problems[0].Onset.End.Value)
		require.Empty(t, of(t, "Problems/Active Problem").Problems[0].Onset.End.Value)
	})
	t.Run("doses", func(t *testing.T) {
		every := of(t, "Medications/Med every 4-6 hours").Medications[0].Dosages[0].Timings[0]
		require.Equal(t, []string{"4", "6", "h"}, []string{every.Period, every.PeriodMax, every.PeriodUnit})
		require.Equal(t, []string{"HS"}, of(t, "Medications/Med at bedtime").Medications[0].Dosages[0].Timings[0].When)
		require.NotEmpty(t, of(t, "Medications/Free Text Medication SIG").Medications[0].Sig)
		require.NotEmpty(t, of(t, "Medications/Single administration of medication").Medications[0].Taken.At.Value)
	})
	t.Run("what is not to be done is not planned", func(t *testing.T) {
		plan := of(t, "Plan of Treatment/No Planned Tests")
		require.True(t, *plan.Orders[0].DoNotPerform)
		require.Nil(t, plan.Orders[1].DoNotPerform)
	})
	t.Run("none known, of a kind", func(t *testing.T) {
		require.True(t, of(t, "Allergies/No Known Medication Allergies").Allergies[0].Kind.Has(record.SystemSNOMED, "416098002"))
		require.True(t, of(t, "Allergies/No Known Allergies").Allergies[0].Kind.Has(record.SystemSNOMED, "419199007"))
		require.Empty(t, of(t, "Health Concerns/No Known Health Concerns").Problems)
	})
	t.Run("a dose that changes", func(t *testing.T) {
		rec := of(t, "Medications/Withdrawn Anitbiotics with varied dosing")
		first, then := rec.Medications[0].Dosages[0], rec.Medications[1].Dosages[0]
		require.Equal(t, "2", first.Dose.Quantity.Value)
		require.Equal(t, "1", then.Dose.Quantity.Value)
	})
	t.Run("a unit that is none of UCUM, and one that is translated", func(t *testing.T) {
		q := of(t, "Results/Results Unit Non-UCUM").Results[0].Values[0].Quantity
		require.Empty(t, q.Value)
		require.Equal(t, "152", q.Alternates[0].Value)
	})
	t.Run("one who takes it no more, and what is not known of it", func(t *testing.T) {
		m := of(t, "Medications/Withdrawn Patient reported oral medication").Medications[0]
		require.Equal(t, record.StatusCompleted, m.Status.Code)
		require.Equal(t, "2014-05-10T23:59:59-05:00", m.Taken.End.Value)
	})
	t.Run("family", func(t *testing.T) {
		rec := of(t, "Family History/Normal Family History Father deceased-Mother alive")
		require.True(t, *rec.FamilyHistory[0].Deceased)
		require.False(t, *rec.FamilyHistory[1].Deceased)
	})
	t.Run("who may see it, and until when", func(t *testing.T) {
		p := of(t, "General/Share With Patient or Proxy").ResultPanels[0]
		require.Len(t, p.Members, 1, "the markings are no results")
		require.Len(t, p.Labels, 2)
		require.Equal(t, "NOPAT", p.Labels[0].Coding.Code)
		require.Equal(t, "2023-01-29T12:00:00-06:00", p.Labels[0].When.End.Value)
		require.Empty(t, p.Labels[1].When.End)
	})
	t.Run("a note with its file", func(t *testing.T) {
		n := of(t, "Notes/RTF Note").Notes[0]
		require.Equal(t, "text/rtf", n.Contents[0].Attachment.ContentType)
		require.Equal(t, "note1", n.Narrative.Anchor)
		require.Equal(t, of(t, "Notes/Note directly attached to a Procedure").Procedures[0].ID, of(t, "Notes/Note directly attached to a Procedure").Notes[0].Related[0].ID)
	})
	t.Run("files as documents", func(t *testing.T) {
		require.Equal(t, "application/pdf", of(t, "Unstructured/CDA with Embedded PDF 1").Documents[0].Body[0].ContentType)
		require.NotEmpty(t, of(t, "Unstructured/CDA reference PDF").Documents[0].Body[0].URL)
		require.Equal(t, "text/plain", of(t, "Unstructured/CDA with Embedded Text plain").Documents[0].Body[0].ContentType)
	})
	t.Run("a report of pictures", func(t *testing.T) {
		rec := of(t, "Documents/Diagnostic Imaging Report")
		s := rec.ImagingStudies[0]
		require.Equal(t, "CR", s.Series[0].Modality.Codings[0].Code)
		require.Len(t, s.Series[0].Instances, 2)
		size := rec.Results[2]
		require.Equal(t, "45", size.Values[0].Quantity.Value)
		require.Equal(t, s.ID, size.DerivedFrom[0].ID)
		require.Equal(t, "121112", size.Images[0].Purpose.Codings[0].Code)
	})
	t.Run("the document that this one replaces", func(t *testing.T) {
		require.Equal(t, "replaces", of(t, "General/Parent Document Replace Relationship").Documents[0].Related[0].Type)
	})
}

// wordsFor says in a line what was made of a document: each statement with its
// assertion where it is not affirmed, its mode, its status and its code.
func wordsFor(rec *record.Record) string {
	var out []string
	say := func(kind string, e *record.Entry, words ...string) {
		w := []string{kind}
		if e.Assertion != record.Affirmed {
			w = append(w, string(e.Assertion))
		}
		if e.Mode != record.ModeEvent {
			w = append(w, string(e.Mode))
		}
		if e.Status.Code != "" && e.Status.Code != record.StatusCompleted {
			w = append(w, string(e.Status.Code))
		}
		for _, x := range words {
			if x != "" {
				w = append(w, x)
			}
		}
		out = append(out, strings.Join(w, " "))
	}
	for i := range rec.Allergies {
		a := &rec.Allergies[i]
		say("allergy", &a.Entry, codeOf(&a.Substance), a.Clinical.Code)
	}
	for i := range rec.Problems {
		p := &rec.Problems[i]
		say("problem", &p.Entry, codeOf(&p.Code), p.Clinical.Code)
	}
	for i := range rec.Medications {
		m := &rec.Medications[i]
		say("medication", &m.Entry, notToDo(m.DoNotPerform), codeOf(&m.Product.Code))
	}
	for i := range rec.Immunizations {
		m := &rec.Immunizations[i]
		say("immunization", &m.Entry, codeOf(&m.Product.Code))
	}
	for i := range rec.Procedures {
		p := &rec.Procedures[i]
		say("procedure", &p.Entry, codeOf(&p.Code))
	}
	for _, list := range []struct {
		kind string
		all  []record.Observation
	}{{"result", rec.Results}, {"vital", rec.Vitals}, {"social", rec.Social}, {"assessment", rec.Assessments}, {"observation", rec.Observations}} {
		for i := range list.all {
			o := &list.all[i]
			say(list.kind, &o.Entry, codeOf(&o.Code), answerOf(o))
		}
	}
	for i := range rec.Encounters {
		e := &rec.Encounters[i]
		say("encounter", &e.Entry)
	}
	for i := range rec.Orders {
		o := &rec.Orders[i]
		say("order", &o.Entry, notToDo(o.DoNotPerform), codeOf(&o.Code))
	}
	for i := range rec.Notes {
		n := &rec.Notes[i]
		say("note", &n.Entry, codeOf(&n.Type))
	}
	for i := range rec.Devices {
		if d := &rec.Devices[i]; d.Use != "author" {
			say("device", &d.Entry)
		}
	}
	for i := range rec.Supplies {
		s := &rec.Supplies[i]
		say("supply", &s.Entry, func() string {
			if s.Code == nil {
				return ""
			}
			return codeOf(s.Code)
		}())
	}
	for i := range rec.Goals {
		g := &rec.Goals[i]
		say("goal", &g.Entry, codeOf(&g.Code))
	}
	for i := range rec.HealthConcerns {
		c := &rec.HealthConcerns[i]
		risk := ""
		if c.Risk != nil && *c.Risk {
			risk = "risk"
		}
		say("concern", &c.Entry, risk)
	}
	for i := range rec.CareTeams {
		say("team", &rec.CareTeams[i].Entry, strconv.Itoa(len(rec.CareTeams[i].Members)))
	}
	for i := range rec.Directives {
		d := &rec.Directives[i]
		say("directive", &d.Entry, codeOf(&d.Type))
	}
	for i := range rec.Coverages {
		say("coverage", &rec.Coverages[i].Entry)
	}
	for i := range rec.ImagingStudies {
		say("study", &rec.ImagingStudies[i].Entry)
	}
	for i := range rec.FamilyHistory {
		m := &rec.FamilyHistory[i]
		say("relative", &m.Entry, codeOf(&m.Relationship))
	}
	for i := range rec.Documents {
		for _, s := range rec.Documents[i].Sections {
			if s.Absent != "" {
				out = append(out, "section ("+string(s.Absent)+")")
			}
		}
	}
	return strings.Join(out, "; ")
}

func notToDo(not *bool) string {
	if not != nil && *not {
		return "not-to-do"
	}
	return ""
}

func codeOf(c *record.Concept) string {
	switch {
	case len(c.Codings) > 0 && c.Codings[0].Code != "":
		return c.Codings[0].Code
	case c.Absent != "":
		return "(" + string(c.Absent) + ")"
	case c.Text != "":
		return "(words)"
	}
	return ""
}

func answerOf(o *record.Observation) string {
	if len(o.Values) == 0 {
		return ""
	}
	v := &o.Values[0]
	switch {
	case v.Concept != nil:
		return "= " + codeOf(v.Concept)
	case v.Quantity != nil && v.Quantity.Absent != "":
		return "= (" + string(v.Quantity.Absent) + ")"
	case v.Quantity != nil:
		return "= " + v.Quantity.Comparator + v.Quantity.Value + v.Quantity.Unit
	case v.Range != nil:
		s := "="
		if v.Range.Low != nil {
			s += " from " + v.Range.Low.Value + v.Range.Low.Unit + string(v.Range.Low.Absent)
		}
		if v.Range.High != nil {
			s += " to " + v.Range.High.Value + v.Range.High.Unit + string(v.Range.High.Absent)
		}
		return s
	case v.Integer != nil:
		return "= " + *v.Integer
	case v.Text != nil:
		return "= (words)"
	case v.Attachment != nil:
		return "= (file)"
	case v.Absent != "":
		return "= (" + string(v.Absent) + ")"
	}
	return "= ?"
}
