package recordtest

import "github.com/portage-health/portage/record"

// Meaning is one thing that an entry may say of its subject, and how each format says it.
type Meaning struct {
	Kind      string // of the entry, as record.Kind… names it
	Statement string // affirmed, negated, refused, not-done, none-known, unknown, refuted, entered-in-error, absent
	// InWords is the statement as a clinician would say it.
	InWords string
	// Record is how the record says it.
	Record string
	// CCDA, FHIR and V2 are the forms in the formats, each with its clause; "—" where a format has none.
	CCDA, FHIR, V2 string

	build func(*record.Record)
}

// Build gives a record with a patient and one entry that says it.
func (m Meaning) Build() *record.Record {
	rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: id("meaning", "patient"), Assertion: record.Affirmed},
		Names: []record.Name{{Given: []record.NamePart{{Value: "Ada"}}, Family: []record.NamePart{{Value: "Example"}}}}}}
	m.build(rec)
	for kind, e := range rec.Entries() {
		if kind != record.KindPatient {
			e.ID = id("meaning", kind, m.Statement)
		}
	}
	return rec
}

// Said gives what matters of the entries of this kind in a record: assertion,
// status and verification, as "affirmed refused -". Two records say the same where it is equal.
func (m Meaning) Said(rec *record.Record) []string {
	verification := map[string]record.Verification{}
	for i := range rec.Allergies {
		verification[rec.Allergies[i].ID] = rec.Allergies[i].Verification
	}
	for i := range rec.Problems {
		verification[rec.Problems[i].ID] = rec.Problems[i].Verification
	}
	var out []string
	for kind, e := range rec.Entries() {
		if kind != m.Kind {
			continue
		}
		status := string(e.Status.Code)
		switch e.Status.Code {
		case record.StatusRefused, record.StatusNotDone, record.StatusEnteredInError, record.StatusCancelled:
		default:
			status = "-" // where it stands is another matter
		}
		out = append(out, string(e.Assertion)+" "+status+" "+string(verification[e.ID]))
	}
	return out
}

func asserted(a record.Assertion, s record.StatusCode, reasons ...string) record.Entry {
	e := record.Entry{Assertion: a, Status: record.Status{Code: s}}
	for _, r := range reasons {
		e.Status.Reasons = append(e.Status.Reasons, conceptOf(r))
	}
	if a == record.NotKnown {
		e.Absent = record.AbsentNoInformation
	}
	return e
}

const (
	objection = "AR PATOBJ patient objection"
	noForm    = "—"
	basicFHIR = "`Basic` with the modifier extension `assertion` of Portage (`not-stated`): no FHIR resource of the kind says it without reading as its opposite"
	nullAct   = "`@nullFlavor` on the statement (C-CDA R2.1 vol. 1 §3.6, Unknown and No Known Information); for the whole section, `section/@nullFlavor=\"NI\"`"
	nullified = "`statusCode/@code=\"nullified\"` (HL7 v3 ActStatus)"
)

// Meanings lists what each kind of entry may say, kind by kind. docs/meaning.md is made from it.
func Meanings() []Meaning {
	var all []Meaning
	for _, list := range [][]Meaning{allergyMeanings(), problemMeanings(), medicationMeanings(), immunizationMeanings(),
		procedureMeanings(), observationMeanings(), otherMeanings(), planMeanings()} {
		all = append(all, list...)
	}
	return all
}

func allergyMeanings() []Meaning {
	add := func(e record.Entry, substance string, v record.Verification) func(*record.Record) {
		return func(r *record.Record) {
			a := record.Allergy{Entry: e, Kind: conceptOf("S 419199007 Allergy to substance"), Verification: v}
			if substance != "" {
				a.Substance = conceptOf(substance)
			}
			if e.Assertion == record.Affirmed && v == "" {
				a.Clinical.Code = "active"
			}
			r.Allergies = []record.Allergy{a}
		}
	}
	k := record.KindAllergy
	return []Meaning{
		{Kind: k, Statement: "affirmed", InWords: "is allergic to penicillin", Record: "`Assertion` affirmed, `Substance`",
			CCDA: "Allergy - Intolerance Observation (…22.4.7), `@negationInd` false or absent, `participant[@typeCode='CSM']//playingEntity/code`",
			FHIR: "`AllergyIntolerance.code`, `verificationStatus` neither refuted nor entered-in-error", V2: "AL1-3; IAM-3 with IAM-6 other than D (2.5.1 §3.4.6, §3.4.7)",
			build: add(asserted(record.Affirmed, record.StatusActive), "R 7980 penicillin G", "")},
		{Kind: k, Statement: "negated", InWords: "is not allergic to latex", Record: "`Assertion` negated, `Substance`",
			CCDA: "`@negationInd=\"true\"` with the substance in `playingEntity/code` (C-CDA on FHIR, CF-allergies)",
			FHIR: "extension `allergyintolerance-substanceExposureRisk` with `no-known-reaction-risk` in place of `code` (FHIR R4, AllergyIntolerance); a code that denies by itself stays as sent",
			V2:   noForm, build: add(asserted(record.Negated, record.StatusActive), "S 111088007 Latex", "")},
		{Kind: k, Statement: "none-known", InWords: "no known allergies", Record: "`Assertion` none-known, no `Substance`; `Kind` narrows it (drug, food)",
			CCDA: "`@negationInd=\"true\"`, `value` the kind, `playingEntity/code/@nullFlavor=\"NA\"` (C-CDA R2.1 vol. 1 §3.6; CF-allergies, ConceptMap CF-NoKnownAllergies)",
			FHIR: "`code` SNOMED CT 716186003 No known allergy, or the code of the kind (409137002 drug, 429625007 food) (US Core AllergyIntolerance)", V2: noForm,
			build: add(asserted(record.NoneKnown, record.StatusActive), "", "")},
		{Kind: k, Statement: "unknown", InWords: "whether there are allergies is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct,
			FHIR: basicFHIR + "; for the whole section, `Composition.section.emptyReason`", V2: noForm, build: add(asserted(record.NotKnown, ""), "", "")},
		{Kind: k, Statement: "refuted", InWords: "was thought to be allergic and is not", Record: "`Verification` refuted, `Assertion` affirmed",
			CCDA: "R2.1 has no verification status: carried, or the field is named in the report", FHIR: "`verificationStatus` refuted (FHIR R4 allergyintolerance-verification)", V2: noForm,
			build: add(asserted(record.Affirmed, record.StatusCompleted), "R 7980 penicillin G", record.Refuted)},
		{Kind: k, Statement: "entered-in-error", InWords: "should never have been written down", Record: "`Verification` entered-in-error", CCDA: nullified,
			FHIR: "`verificationStatus` entered-in-error, no `clinicalStatus` (FHIR R4 ait-2)", V2: "IAM-17 E, erroneous (table 0438); IAM-6 D deletes what was sent before (table 0206)",
			build: add(asserted(record.Affirmed, record.StatusActive), "R 2670 codeine", record.EnteredInError)},
	}
}

func problemMeanings() []Meaning {
	add := func(e record.Entry, code string, v record.Verification) func(*record.Record) {
		return func(r *record.Record) {
			p := record.Problem{Entry: e, Kind: conceptOf("S 55607006 Problem"), Verification: v}
			if code != "" {
				p.Code = conceptOf(code)
			}
			if e.Assertion == record.Affirmed && v == "" {
				p.Clinical.Code = "active"
			}
			r.Problems = []record.Problem{p}
		}
	}
	k := record.KindProblem
	return []Meaning{
		{Kind: k, Statement: "affirmed", InWords: "has diabetes", Record: "`Assertion` affirmed, `Code`", CCDA: "Problem Observation (…22.4.4), `@negationInd` false or absent, `value`",
			FHIR: "`Condition.code`, `verificationStatus` neither refuted nor entered-in-error", V2: "PRB-3, DG1-3", build: add(asserted(record.Affirmed, record.StatusActive), "S 44054006 Diabetes mellitus type 2", "")},
		{Kind: k, Statement: "negated", InWords: "does not have asthma", Record: "`Assertion` negated, `Code`", CCDA: "`@negationInd=\"true\"` with the problem in `value` (CF-problems)",
			FHIR: "`verificationStatus` refuted with the same `code` (CF-problems, negationInd)", V2: noForm, build: add(asserted(record.Negated, record.StatusCompleted), "S 195967001 Asthma", "")},
		{Kind: k, Statement: "none-known", InWords: "no known problems", Record: "`Assertion` none-known, no `Code`",
			CCDA: "`@negationInd=\"true\"`, `value` SNOMED CT 55607006 Problem (C-CDA R2.1 vol. 1 §3.6; examples “No Known Problems”); or `value` 160245001 not negated",
			FHIR: "`code` SNOMED CT 160245001 No current problems or disability", V2: noForm, build: add(asserted(record.NoneKnown, record.StatusActive), "", "")},
		{Kind: k, Statement: "unknown", InWords: "whether there are problems is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct,
			FHIR: basicFHIR + "; for the whole section, `Composition.section.emptyReason`", V2: noForm, build: add(asserted(record.NotKnown, ""), "", "")},
		{Kind: k, Statement: "refuted", InWords: "was thought to have pneumonia and does not", Record: "`Verification` refuted, `Assertion` affirmed",
			CCDA: "R2.1 has no verification status: carried, or the field is named in the report", FHIR: "`verificationStatus` refuted (FHIR R4 condition-ver-status)",
			V2: "PRB-13 Problem Confirmation Status, by the site's own codes", build: add(asserted(record.Affirmed, record.StatusCompleted), "S 233604007 Pneumonia", record.Refuted)},
		{Kind: k, Statement: "entered-in-error", InWords: "should never have been written down", Record: "`Verification` entered-in-error", CCDA: nullified,
			FHIR: "`verificationStatus` entered-in-error, no `clinicalStatus` (FHIR R4 con-5)", V2: "PRB-1 DE, DG1-21 D: delete what was sent before (tables 0287, 0206)",
			build: add(asserted(record.Affirmed, record.StatusActive), "S 22298006 Myocardial infarction", record.EnteredInError)},
	}
}

func medicationMeanings() []Meaning {
	add := func(e record.Entry, code, kind string) func(*record.Record) {
		return func(r *record.Record) {
			m := record.Medication{Entry: e, Kind: kind}
			if code != "" {
				m.Product.Code = conceptOf(code)
			}
			r.Medications = []record.Medication{m}
		}
	}
	k, drug := record.KindMedication, "R 314076 lisinopril 10 MG Oral Tablet"
	return []Meaning{
		{Kind: k, Statement: "affirmed", InWords: "takes lisinopril, or is to take it", Record: "`Assertion` affirmed, `Product`, `Mode` tells which", CCDA: "Medication Activity (…22.4.16), `@moodCode` EVN or INT",
			FHIR: "`MedicationRequest`, by `intent` (CF-medications, CF-MedActivityMood); `MedicationStatement` for what is only stated", V2: "RXE, RXD, RXA, RXO", build: add(asserted(record.Affirmed, record.StatusActive), drug, "")},
		{Kind: k, Statement: "negated", InWords: "does not take lisinopril", Record: "`Assertion` negated, `Product`", CCDA: "`@negationInd=\"true\"` with the product in `manufacturedMaterial/code`",
			FHIR: "`MedicationStatement.status` not-taken; of an order, `MedicationRequest.doNotPerform` true (CF-medications)", V2: noForm, build: add(asserted(record.Negated, record.StatusActive), drug, "")},
		{Kind: k, Statement: "not-done", InWords: "was not given, for a reason", Record: "`Status` not-done with `Reasons`, `Assertion` affirmed",
			CCDA: "`@negationInd=\"true\"` on an activity with a Reason (…24.3.88); read as negated where no reason is given", FHIR: "`MedicationAdministration.status` not-done with `statusReason`",
			V2: "RXA-20 NA with RXA-18 (table 0322)", build: add(asserted(record.Affirmed, record.StatusNotDone, "AR MEDPREC medical precaution"), drug, "administration")},
		{Kind: k, Statement: "refused", InWords: "was offered and refused", Record: "`Status` refused with `Reasons`", CCDA: "as not-done, the reason one of refusal (HL7 v3 ActNoImmunizationReason; SNOMED CT 105480006 and below)",
			FHIR: "`MedicationAdministration.status` not-done; the refusal is in `statusReason`", V2: "RXA-20 RE with RXA-18 (table 0322)", build: add(asserted(record.Affirmed, record.StatusRefused, objection), drug, "administration")},
		{Kind: k, Statement: "none-known", InWords: "no known medications", Record: "`Assertion` none-known, no `Product`",
			CCDA: "`@negationInd=\"true\"`, `manufacturedMaterial/code/@nullFlavor=\"NA\"` or the whole kind (C-CDA R2.1 vol. 1 §3.6; examples “No Medications”)",
			FHIR: "`MedicationStatement` with SNOMED CT 787481004 No known medications", V2: noForm, build: add(asserted(record.NoneKnown, record.StatusActive), "", "")},
		{Kind: k, Statement: "unknown", InWords: "what the patient takes is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct + "; or `manufacturedMaterial/code` that says so (SNOMED CT 182904002 Drug treatment unknown)",
			FHIR: basicFHIR, V2: noForm, build: add(asserted(record.NotKnown, ""), "", "")},
		{Kind: k, Statement: "entered-in-error", InWords: "should never have been written down", Record: "`Status` entered-in-error", CCDA: nullified, FHIR: "`status` entered-in-error", V2: "RXA-21 D: deletes what was sent before (table 0206)",
			build: add(asserted(record.Affirmed, record.StatusEnteredInError), drug, "")},
	}
}

func immunizationMeanings() []Meaning {
	add := func(e record.Entry, code string) func(*record.Record) {
		return func(r *record.Record) {
			i := record.Immunization{Entry: e, When: record.Period{At: record.Time{Value: "2022-10-04"}}}
			if code != "" {
				i.Product.Code = conceptOf(code)
			}
			r.Immunizations = []record.Immunization{i}
		}
	}
	k, vaccine := record.KindImmunization, "C 140 Influenza, split virus, trivalent, preservative free"
	return []Meaning{
		{Kind: k, Statement: "affirmed", InWords: "was vaccinated", Record: "`Status` completed, `Assertion` affirmed", CCDA: "Immunization Activity (…22.4.52), `@negationInd=\"false\"` (CONF:1198-8985 demands the attribute)",
			FHIR: "`Immunization.status` completed", V2: "RXA-20 CP or PA, or empty (table 0322)", build: add(asserted(record.Affirmed, record.StatusCompleted), vaccine)},
		{Kind: k, Statement: "refused", InWords: "refused the vaccination", Record: "`Status` refused with `Reasons`; never `Assertion` negated",
			CCDA: "`@negationInd=\"true\"` with an Immunization Refusal Reason (…22.4.53) that names a person's will: PATOBJ, RELIG, PHILISOP (ActNoImmunizationReason)",
			FHIR: "`status` not-done with `statusReason` (CF-immunizations, FC-ImmunizationRefusal)", V2: "RXA-20 RE with RXA-18 (v2-to-FHIR RXA[Immunization])", build: add(asserted(record.Affirmed, record.StatusRefused, objection), vaccine)},
		{Kind: k, Statement: "not-done", InWords: "was not vaccinated, for another reason", Record: "`Status` not-done with `Reasons`",
			CCDA: "`@negationInd=\"true\"`, with a reason that is no refusal (IMMUNE, MEDPREC, OSTOCK …) or with none", FHIR: "`status` not-done, `statusReason` where there is one", V2: "RXA-20 NA (table 0322)",
			build: add(asserted(record.Affirmed, record.StatusNotDone, "AR IMMUNE immunity"), vaccine)},
		{Kind: k, Statement: "none-known", InWords: "no known immunizations", Record: "`Assertion` none-known, no `Product`", CCDA: "`@negationInd=\"true\"`, the product the whole kind or null, no reason", FHIR: basicFHIR,
			V2: noForm, build: add(asserted(record.NoneKnown, record.StatusCompleted), "")},
		{Kind: k, Statement: "unknown", InWords: "whether vaccinated is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct, FHIR: basicFHIR, V2: noForm, build: add(asserted(record.NotKnown, ""), "")},
		{Kind: k, Statement: "entered-in-error", InWords: "should never have been written down", Record: "`Status` entered-in-error", CCDA: nullified, FHIR: "`status` entered-in-error",
			V2: "RXA-21 D (v2-to-FHIR RXA[Immunization])", build: add(asserted(record.Affirmed, record.StatusEnteredInError), vaccine)},
	}
}

func procedureMeanings() []Meaning {
	add := func(e record.Entry, code string) func(*record.Record) {
		return func(r *record.Record) {
			p := record.Procedure{Entry: e, Class: "procedure"}
			if code != "" {
				p.Code = conceptOf(code)
			}
			r.Procedures = []record.Procedure{p}
		}
	}
	k, code := record.KindProcedure, "S 73761001 Colonoscopy"
	return []Meaning{
		{Kind: k, Statement: "affirmed", InWords: "had a colonoscopy", Record: "`Status` completed, `Assertion` affirmed", CCDA: "Procedure Activity Procedure (…22.4.14), Act (…22.4.12), Observation (…22.4.13)",
			FHIR: "`Procedure.status` completed", V2: "PR1", build: add(asserted(record.Affirmed, record.StatusCompleted), code)},
		{Kind: k, Statement: "not-done", InWords: "the colonoscopy was not done", Record: "`Status` not-done with `Reasons`", CCDA: "`@negationInd=\"true\"` (CF-procedures)", FHIR: "`status` not-done with `statusReason` (CF-procedures)", V2: noForm,
			build: add(asserted(record.Affirmed, record.StatusNotDone, "S 183932001 Procedure contraindicated"), code)},
		{Kind: k, Statement: "refused", InWords: "refused the colonoscopy", Record: "`Status` refused with `Reasons`", CCDA: "`@negationInd=\"true\"` with a Reason (…24.3.88) that names a refusal (SNOMED CT 105480006 and below)",
			FHIR: "`status` not-done; the refusal is in `statusReason`", V2: noForm, build: add(asserted(record.Affirmed, record.StatusRefused, objection), code)},
		{Kind: k, Statement: "none-known", InWords: "no known procedures", Record: "`Assertion` none-known, no `Code`", CCDA: "`@negationInd=\"true\"`, `code` the whole kind (SNOMED CT 71388002 Procedure)", FHIR: basicFHIR, V2: noForm,
			build: add(asserted(record.NoneKnown, record.StatusCompleted), "")},
		{Kind: k, Statement: "unknown", InWords: "whether there were procedures is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct, FHIR: basicFHIR, V2: noForm, build: add(asserted(record.NotKnown, ""), "")},
		{Kind: k, Statement: "entered-in-error", InWords: "should never have been written down", Record: "`Status` entered-in-error", CCDA: nullified, FHIR: "`status` entered-in-error", V2: "PR1-20 D (table 0206)",
			build: add(asserted(record.Affirmed, record.StatusEnteredInError), code)},
	}
}

func observationMeanings() []Meaning {
	add := func(e record.Entry, v ...record.Value) func(*record.Record) {
		return func(r *record.Record) {
			r.Results = []record.Observation{{Entry: e, Code: conceptOf("L 20761-3 Reagin Ab [Presence] in Serum or Plasma"), Values: v}}
		}
	}
	k := record.KindResult
	positive := record.Value{Concept: ptr(conceptOf("S 10828004 Positive"))}
	return []Meaning{
		{Kind: k, Statement: "affirmed", InWords: "the test was positive", Record: "`Assertion` affirmed, `Values`", CCDA: "Result Observation (…22.4.2), `value`", FHIR: "`Observation.value[x]`", V2: "OBX-5",
			build: add(asserted(record.Affirmed, record.StatusFinal), positive)},
		{Kind: k, Statement: "negated", InWords: "this was not found", Record: "`Assertion` negated, `Values`", CCDA: "`@negationInd=\"true\"` (CDA R2, Observation.negationInd)", FHIR: basicFHIR, V2: noForm,
			build: add(asserted(record.Negated, record.StatusFinal), positive)},
		{Kind: k, Statement: "refused", InWords: "the patient would not have it measured", Record: "`Status` refused; `Absent` asked-declined", CCDA: "`value/@nullFlavor=\"ASKU\"`, or `@negationInd=\"true\"` with a Reason (…24.3.88)",
			FHIR: "`status` cancelled, `dataAbsentReason` asked-declined", V2: "OBX-11 X, no result (table 0085)", build: add(asserted(record.Affirmed, record.StatusRefused, objection), record.Value{Absent: record.AbsentAskedDeclined})},
		{Kind: k, Statement: "not-done", InWords: "the test could not be done", Record: "`Status` cancelled; `Absent` not-performed", CCDA: "`statusCode/@code=\"aborted\"` or cancelled, `value/@nullFlavor`",
			FHIR: "`status` cancelled, `dataAbsentReason` not-performed", V2: "OBX-11 X; N for not asked (v2-to-FHIR OBX[Observation])", build: add(asserted(record.Affirmed, record.StatusCancelled), record.Value{Absent: record.AbsentNotPerformed})},
		{Kind: k, Statement: "absent", InWords: "the result is not there yet", Record: "`Assertion` affirmed, `Absent` temporarily-unavailable", CCDA: "`value/@nullFlavor=\"NAV\"`", FHIR: "`status` registered, `dataAbsentReason` temp-unknown", V2: "OBX-11 I or P, OBX-5 empty",
			build: add(asserted(record.Affirmed, record.StatusRegistered), record.Value{Absent: record.AbsentTemporarily})},
		{Kind: k, Statement: "unknown", InWords: "nothing is known of the observation", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct, FHIR: basicFHIR, V2: noForm, build: add(asserted(record.NotKnown, ""))},
		{Kind: k, Statement: "entered-in-error", InWords: "should never have been reported", Record: "`Status` entered-in-error", CCDA: nullified, FHIR: "`status` entered-in-error",
			V2: "OBX-11 W, posted as wrong; D, deletes the record (table 0085)", build: add(asserted(record.Affirmed, record.StatusEnteredInError), positive)},
	}
}

func otherMeanings() []Meaning {
	return []Meaning{
		{Kind: record.KindEncounter, Statement: "affirmed", InWords: "was seen", Record: "`Status` completed", CCDA: "Encounter Activity (…22.4.49)", FHIR: "`Encounter.status` finished", V2: "PV1",
			build: func(r *record.Record) {
				r.Encounters = []record.Encounter{{Entry: asserted(record.Affirmed, record.StatusCompleted), Class: conceptOf("AC AMB ambulatory")}}
			}},
		{Kind: record.KindEncounter, Statement: "not-done", InWords: "the visit was cancelled", Record: "`Status` cancelled", CCDA: "`statusCode/@code=\"cancelled\"` (CF-EncounterStatus)", FHIR: "`status` cancelled", V2: "ADT A11, A27; SIU S15",
			build: func(r *record.Record) {
				r.Encounters = []record.Encounter{{Entry: asserted(record.Affirmed, record.StatusCancelled), Class: conceptOf("AC AMB ambulatory")}}
			}},
		{Kind: record.KindDevice, Statement: "affirmed", InWords: "has a pacemaker", Record: "`Assertion` affirmed, `Use` patient", CCDA: "Product Instance (…22.4.37) of the act by which the patient got it; without one, of an observation History of medical device use (LOINC 46264-8) with a template of our own (docs/fhir-to-ccda.md)", FHIR: "`Device`", V2: noForm,
			build: func(r *record.Record) {
				r.Devices = []record.Device{{Entry: asserted(record.Affirmed, record.StatusActive), Use: "patient", Types: []record.Concept{conceptOf("S 14106009 Cardiac pacemaker")}}}
			}},
		{Kind: record.KindDevice, Statement: "none-known", InWords: "no known implanted devices", Record: "`Assertion` none-known",
			CCDA: "`@negationInd=\"true\"` on a procedure that is none in particular (SNOMED CT 71388002) and names the device, or none (HL7's C-CDA examples, “No Implanted Devices”)", FHIR: basicFHIR, V2: noForm,
			build: func(r *record.Record) {
				r.Devices = []record.Device{{Entry: asserted(record.NoneKnown, record.StatusActive)}}
			}},
		{Kind: record.KindDevice, Statement: "negated", InWords: "the pacemaker was not put in", Record: "`Assertion` negated", CCDA: "Product Instance of a procedure with `@negationInd=\"true\"`", FHIR: basicFHIR, V2: noForm,
			build: func(r *record.Record) {
				r.Devices = []record.Device{{Entry: asserted(record.Negated, ""), Types: []record.Concept{conceptOf("S 14106009 Cardiac pacemaker")}}}
			}},
		{Kind: record.KindDevice, Statement: "planned", InWords: "is to get a pacemaker", Record: "`Mode` as the act's, no `Use`", CCDA: "Product Instance of a planned procedure or supply (…22.4.41, …22.4.43)", FHIR: "`Device` whose `patient` is not applicable: to name the patient would say that it is there", V2: noForm,
			build: func(r *record.Record) {
				d := record.Device{Entry: asserted(record.Affirmed, ""), Types: []record.Concept{conceptOf("S 14106009 Cardiac pacemaker")}}
				d.Mode = record.ModeRequest
				r.Devices = []record.Device{d}
			}},
		{Kind: record.KindSupply, Statement: "affirmed", InWords: "got a wheelchair", Record: "`Assertion` affirmed, `Devices`", CCDA: "Non-Medicinal Supply Activity (…22.4.50), `@moodCode` EVN", FHIR: "`SupplyDelivery`", V2: noForm,
			build: func(r *record.Record) {
				r.Supplies = []record.Supply{{Entry: asserted(record.Affirmed, record.StatusCompleted), Code: ptr(conceptOf("S 58938008 Wheelchair"))}}
			}},
		{Kind: record.KindSupply, Statement: "unknown", InWords: "what was supplied is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct, FHIR: basicFHIR, V2: noForm,
			build: func(r *record.Record) {
				r.Supplies = []record.Supply{{Entry: asserted(record.NotKnown, "")}}
			}},
		{Kind: record.KindCoverage, Statement: "affirmed", InWords: "is insured with Medicare", Record: "`Assertion` affirmed; `Status` of the act, which does not say that the policy is in force", CCDA: "Policy Activity (…22.4.61) with a payer, a member, a type or a plan",
			FHIR: "`Coverage`; `status` only where the source says active, cancelled or draft", V2: "IN1",
			build: func(r *record.Record) {
				r.Coverages = []record.Coverage{{Entry: asserted(record.Affirmed, record.StatusCompleted), Type: conceptOf("https://nahdo.org/sopt 1 MEDICARE")}}
			}},
		{Kind: record.KindCoverage, Statement: "negated", InWords: "is not insured with Medicare", Record: "`Assertion` negated", CCDA: "`@negationInd=\"true\"`", FHIR: basicFHIR, V2: noForm,
			build: func(r *record.Record) {
				r.Coverages = []record.Coverage{{Entry: asserted(record.Negated, record.StatusCompleted), Type: conceptOf("https://nahdo.org/sopt 1 MEDICARE")}}
			}},
		{Kind: record.KindCoverage, Statement: "unknown", InWords: "whether insured is not known", Record: "`Assertion` unknown", CCDA: "`@nullFlavor` on the act, or a Policy Activity that gives no payer, member, type or plan", FHIR: basicFHIR, V2: noForm,
			build: func(r *record.Record) {
				r.Coverages = []record.Coverage{{Entry: asserted(record.NotKnown, "")}}
			}},
		{Kind: record.KindNote, Statement: "affirmed", InWords: "a consultation note was written and signed", Record: "`Status` completed, `Type`; the words by `Narrative.Anchor`, a file in `Contents`",
			CCDA: "Note Activity (…22.4.202), `statusCode/@code=\"completed\"`, `text/reference`; a section of words alone is no note", FHIR: "`DocumentReference.status` current, `docStatus` final (CF-notes)", V2: "MDM T02: TXA-17 LA, OBX (table 0271)",
			build: func(r *record.Record) {
				r.Notes = []record.ClinicalNote{{Entry: asserted(record.Affirmed, record.StatusCompleted), Type: conceptOf("L 11488-4 Consult note")}}
			}},
		{Kind: record.KindNote, Statement: "unknown", InWords: "whether there is a note is not known", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct, FHIR: basicFHIR, V2: noForm,
			build: func(r *record.Record) {
				r.Notes = []record.ClinicalNote{{Entry: asserted(record.NotKnown, "")}}
			}},
		{Kind: record.KindNote, Statement: "entered-in-error", InWords: "should never have been written", Record: "`Status` entered-in-error", CCDA: nullified, FHIR: "`status` entered-in-error", V2: "MDM T11, document cancelled",
			build: func(r *record.Record) {
				r.Notes = []record.ClinicalNote{{Entry: asserted(record.Affirmed, record.StatusEnteredInError), Type: conceptOf("L 11488-4 Consult note")}}
			}},
		{Kind: record.KindFamilyMember, Statement: "affirmed", InWords: "the father had an infarction", Record: "`Conditions` with `Assertion` affirmed", CCDA: "Family History Observation (…22.4.46)", FHIR: "`FamilyMemberHistory.condition`", V2: noForm,
			build: func(r *record.Record) {
				r.FamilyHistory = []record.FamilyMember{{Entry: asserted(record.Affirmed, record.StatusCompleted), Relationship: conceptOf("RC FTH father"), Conditions: []record.FamilyCondition{{Code: conceptOf("S 22298006 Myocardial infarction"), Assertion: record.Affirmed}}}}
			}},
		{Kind: record.KindFamilyMember, Statement: "unknown", InWords: "nothing is known of the father's health", Record: "`Assertion` unknown, `Absent` why", CCDA: nullAct, FHIR: "`status` health-unknown with `dataAbsentReason`", V2: noForm,
			build: func(r *record.Record) {
				r.FamilyHistory = []record.FamilyMember{{Entry: asserted(record.NotKnown, ""), Relationship: conceptOf("RC FTH father")}}
			}},
		{Kind: record.KindOrder, Statement: "affirmed", InWords: "a lipid panel is wanted", Record: "`Mode` request", CCDA: "Planned Observation (…22.4.44), `@moodCode` RQO, INT …", FHIR: "`ServiceRequest`", V2: "ORC-1 NW, OBR (table 0119)",
			build: func(r *record.Record) {
				o := record.Order{Entry: asserted(record.Affirmed, record.StatusActive), Code: conceptOf("L 24331-1 Lipid 1996 panel - Serum or Plasma")}
				o.Mode = record.ModeRequest
				r.Orders = []record.Order{o}
			}},
		{Kind: record.KindOrder, Statement: "negated", InWords: "is not to be resuscitated", Record: "`DoNotPerform` true", CCDA: "`@negationInd=\"true\"` on the planned act", FHIR: "`ServiceRequest.doNotPerform` true", V2: noForm,
			build: func(r *record.Record) {
				yes := true
				o := record.Order{Entry: asserted(record.Affirmed, record.StatusActive), Code: conceptOf("S 89666000 Cardiopulmonary resuscitation"), DoNotPerform: &yes}
				o.Mode = record.ModeRequest
				r.Orders = []record.Order{o}
			}},
		{Kind: record.KindOrder, Statement: "not-done", InWords: "the order was cancelled", Record: "`Status` cancelled", CCDA: "`statusCode/@code=\"cancelled\"`", FHIR: "`ServiceRequest.status` revoked", V2: "ORC-1 CA, ORC-5 CA (tables 0119, 0038)",
			build: func(r *record.Record) {
				o := record.Order{Entry: asserted(record.Affirmed, record.StatusCancelled), Code: conceptOf("L 24331-1 Lipid 1996 panel - Serum or Plasma")}
				o.Mode = record.ModeRequest
				r.Orders = []record.Order{o}
			}},
		{Kind: record.KindDirective, Statement: "affirmed", InWords: "has a living will", Record: "`Assertion` affirmed", CCDA: "Advance Directive Observation (…22.4.48)", FHIR: "`Observation`, as US Core 8 has it (ADI Documentation)", V2: "PD1-7 (table 0315)",
			build: func(r *record.Record) {
				r.Directives = []record.Directive{{Entry: asserted(record.Affirmed, record.StatusCompleted), Type: conceptOf("L 45473-6 Advance directive - living will")}}
			}},
		{Kind: record.KindDirective, Statement: "negated", InWords: "has no living will", Record: "`Assertion` negated", CCDA: "`@negationInd=\"true\"`, or Advance Directive Existence Observation (…22.4.513) false", FHIR: "`Observation` whose value says no, where the source answers so; else " + basicFHIR, V2: "PD1-7 N (table 0315)",
			build: func(r *record.Record) {
				r.Directives = []record.Directive{{Entry: asserted(record.Negated, record.StatusCompleted), Type: conceptOf("L 45473-6 Advance directive - living will")}}
			}},
		{Kind: record.KindSocial, Statement: "affirmed", InWords: "never smoked", Record: "`Values`: the code itself says never", CCDA: "Smoking Status - Meaningful Use (…22.4.78), `value` 266919005", FHIR: "`Observation` 72166-2, `valueCodeableConcept`", V2: "OBX 72166-2",
			build: func(r *record.Record) {
				r.Social = []record.Observation{{Entry: asserted(record.Affirmed, record.StatusFinal), Code: conceptOf("L 72166-2 Tobacco smoking status"), Kind: "smoking-status", Values: []record.Value{{Concept: ptr(conceptOf("S 266919005 Never smoked tobacco"))}}}}
			}},
		{Kind: record.KindSocial, Statement: "absent", InWords: "was not asked about smoking", Record: "`Values` with `Absent` not-asked", CCDA: "`value/@nullFlavor=\"NASK\"`", FHIR: "`dataAbsentReason` not-asked", V2: "OBX-11 N (table 0085)",
			build: func(r *record.Record) {
				r.Social = []record.Observation{{Entry: asserted(record.Affirmed, record.StatusFinal), Code: conceptOf("L 72166-2 Tobacco smoking status"), Kind: "smoking-status", Values: []record.Value{{Absent: record.AbsentNotAsked}}}}
			}},
		{Kind: record.KindVital, Statement: "refused", InWords: "would not be weighed", Record: "`Status` refused; `Absent` asked-declined", CCDA: "Vital Sign Observation (…22.4.27), `value/@nullFlavor` (FC-vitals)", FHIR: "`status` cancelled, `dataAbsentReason` asked-declined", V2: "OBX-11 X (table 0085)",
			build: func(r *record.Record) {
				r.Vitals = []record.Observation{{Entry: asserted(record.Affirmed, record.StatusRefused, objection), Code: conceptOf("L 29463-7 Body weight"), Values: []record.Value{{Absent: record.AbsentAskedDeclined}}}}
			}},
	}
}
