package recordtest

import (
	"fmt"
	"strconv"

	"github.com/portage-health/portage/record"
)

const (
	hl7Clinical = "http://terminology.hl7.org/CodeSystem/"
)

// variants adds the entries that say something other than that a thing is so.
func (f *filler) variants(rec *record.Record) {
	entry := func(kind, name string, a record.Assertion, s record.StatusCode, reasons ...record.Concept) record.Entry {
		return record.Entry{ID: id(kind, name), Assertion: a, Status: record.Status{Code: s, Reasons: reasons},
			Identifiers: []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "V-" + id(kind, name)[:8]}}}
	}
	refusal := conceptOf("AR PATOBJ patient objection")
	// No known allergies; not allergic to latex; penicillin refuted; entered in error; not known whether there is any.
	rec.Allergies = append(rec.Allergies,
		record.Allergy{Entry: entry(record.KindAllergy, "none-known", record.NoneKnown, record.StatusActive), Kind: conceptOf("S 419199007 Allergy to substance"),
			Concern: &record.Concern{ID: id(record.KindAllergy, "none-known", "concern"), Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}}},
		record.Allergy{Entry: entry(record.KindAllergy, "negated", record.Negated, record.StatusActive), Substance: conceptOf("S 111088007 Latex"), Kind: conceptOf("S 419199007 Allergy to substance")},
		record.Allergy{Entry: entry(record.KindAllergy, "refuted", record.Affirmed, record.StatusCompleted), Substance: conceptOf("R 7980 penicillin G"), Verification: record.Refuted,
			Clinical: record.ClinicalStatus{Code: "resolved"}},
		record.Allergy{Entry: entry(record.KindAllergy, "error", record.Affirmed, record.StatusActive), Substance: conceptOf("R 2670 codeine"), Verification: record.EnteredInError},
		record.Allergy{Entry: entry(record.KindAllergy, "not-known", record.NotKnown, record.StatusActive), Kind: conceptOf("S 419199007 Allergy to substance")},
	)
	rec.Allergies[len(rec.Allergies)-1].Absent = record.AbsentNoInformation
	rec.Problems = append(rec.Problems,
		record.Problem{Entry: entry(record.KindProblem, "none-known", record.NoneKnown, record.StatusActive), Kind: conceptOf("S 55607006 Problem")},
		record.Problem{Entry: entry(record.KindProblem, "negated", record.Negated, record.StatusCompleted), Code: conceptOf("S 195967001 Asthma"), Kind: conceptOf("S 282291009 Diagnosis")},
		record.Problem{Entry: entry(record.KindProblem, "refuted", record.Affirmed, record.StatusCompleted), Code: conceptOf("S 233604007 Pneumonia"), Verification: record.Refuted},
		record.Problem{Entry: entry(record.KindProblem, "error", record.Affirmed, record.StatusEnteredInError), Code: conceptOf("S 22298006 Myocardial infarction"), Verification: record.EnteredInError},
		record.Problem{Entry: entry(record.KindProblem, "resolved", record.Affirmed, record.StatusCompleted), Code: conceptOf("S 10509002 Acute bronchitis"),
			Clinical: record.ClinicalStatus{AsSent: ptr(conceptOf("S 413322009 Problem resolved"))}, Onset: record.Period{Start: record.Time{Value: "2019-11"}, End: record.Time{Value: "2019-12-05"}}},
	)
	rec.Medications = append(rec.Medications,
		record.Medication{Entry: entry(record.KindMedication, "none-known", record.NoneKnown, record.StatusActive)},
		record.Medication{Entry: entry(record.KindMedication, "negated", record.Negated, record.StatusActive), Product: record.Product{Code: conceptOf("R 1191 aspirin")}},
		record.Medication{Entry: entry(record.KindMedication, "not-done", record.Affirmed, record.StatusNotDone, conceptOf("AR MEDPREC medical precaution")), Kind: "administration",
			Product: record.Product{Code: conceptOf("R 197361 amlodipine 5 MG Oral Tablet")}, DoNotPerform: ptr(true)},
		record.Medication{Entry: entry(record.KindMedication, "tapered", record.Affirmed, record.StatusActive), Product: record.Product{Code: conceptOf("R 312617 prednisone 20 MG Oral Tablet")},
			Dosages: []record.Dosage{{Sequence: "1", Timings: []record.Timing{{Frequency: "1", Period: "1", PeriodUnit: "d"}}, Dose: &record.Amount{Quantity: &record.Quantity{Value: "2"}}},
				{Sequence: "2", Timings: []record.Timing{{Absent: record.AbsentUnknown}}, Dose: &record.Amount{Quantity: &record.Quantity{Value: "1"}}}}, SigRef: f.in(record.KindMedication, "two for a week, then one")},
		record.Medication{Entry: entry(record.KindMedication, "stopped", record.Affirmed, record.StatusAborted, conceptOf("S 62014003 Adverse reaction caused by drug")),
			Product: record.Product{Code: conceptOf("R 29046 lisinopril")}, Taken: record.Period{Start: record.Time{Value: "2020-02"}, End: record.Time{Value: "2020-04-01"}}},
	)
	rec.Immunizations = append(rec.Immunizations,
		record.Immunization{Entry: entry(record.KindImmunization, "refused", record.Affirmed, record.StatusRefused, refusal), Product: record.Product{Code: conceptOf("C 141 Influenza, split virus, trivalent, injectable, contains preservative")},
			When: record.Period{At: record.Time{Value: "2022-10-04"}}, Completion: "RE"},
		record.Immunization{Entry: entry(record.KindImmunization, "not-done", record.Affirmed, record.StatusNotDone, conceptOf("AR IMMUNE immunity")), Product: record.Product{Code: conceptOf("C 03 MMR")},
			When: record.Period{At: record.Time{Value: "2022-10-04"}}, Completion: "NA"},
		record.Immunization{Entry: entry(record.KindImmunization, "error", record.Affirmed, record.StatusEnteredInError), Product: record.Product{Code: conceptOf("C 115 Tdap")}},
	)
	rec.Procedures = append(rec.Procedures,
		record.Procedure{Entry: entry(record.KindProcedure, "refused", record.Affirmed, record.StatusRefused, refusal), Code: conceptOf("S 73761001 Colonoscopy")},
		record.Procedure{Entry: entry(record.KindProcedure, "not-done", record.Affirmed, record.StatusNotDone, conceptOf("S 183932001 Procedure contraindicated")), Code: conceptOf("S 24623002 Screening mammography")},
		record.Procedure{Entry: entry(record.KindProcedure, "negated", record.Negated, record.StatusCompleted), Code: conceptOf("S 80146002 Appendectomy")},
		record.Procedure{Entry: entry(record.KindProcedure, "none-known", record.NoneKnown, record.StatusCompleted)},
		record.Procedure{Entry: entry(record.KindProcedure, "unknown", record.Affirmed, record.StatusUnknown), Code: conceptOf("S 274031008 Rectal polypectomy"), When: record.Period{Absent: record.AbsentUnknown}},
	)
	// One result for each alternative of a value, and one whose finding is negated.
	for i := range values {
		path := fmt.Sprintf("Results[%d]", 2+i)
		rec.Results = append(rec.Results, record.Observation{Entry: entry(record.KindResult, path, record.Affirmed, record.StatusFinal), Code: conceptOf("L 19146-0 Reference lab test results"),
			Values: []record.Value{f.value("Observation.Values", path, i)}, When: record.Period{At: record.Time{Value: "2021-05-06T07:08:09-04:00"}}})
	}
	rec.Results = append(rec.Results, record.Observation{Entry: entry(record.KindResult, "negated", record.Negated, record.StatusFinal), Code: conceptOf("L 20761-3 Reagin Ab"),
		Values: []record.Value{{Concept: ptr(conceptOf("S 10828004 Positive"))}}},
		record.Observation{Entry: entry(record.KindResult, "pending", record.Affirmed, record.StatusRegistered), Code: conceptOf("L 600-7 Bacteria identified in Blood by Culture"),
			Values: []record.Value{{Absent: record.AbsentTemporarily}}})
	rec.Vitals = append(rec.Vitals, record.Observation{Entry: entry(record.KindVital, "refused", record.Affirmed, record.StatusRefused, refusal), Code: conceptOf("L 29463-7 Body weight"),
		Values: []record.Value{{Absent: record.AbsentAskedDeclined}}})
	rec.Social = append(rec.Social, record.Observation{Entry: entry(record.KindSocial, "not-asked", record.Affirmed, record.StatusFinal), Code: conceptOf("L 72166-2 Tobacco smoking status"),
		Kind: "smoking-status", Values: []record.Value{{Absent: record.AbsentNotAsked}}})
	rec.FamilyHistory = append(rec.FamilyHistory, record.FamilyMember{Entry: entry(record.KindFamilyMember, "healthy", record.Affirmed, record.StatusCompleted), Relationship: conceptOf("RC MTH mother"),
		Conditions: []record.FamilyCondition{{Code: conceptOf("S 254837009 Malignant neoplasm of breast"), Assertion: record.Negated}}})
	rec.Devices = append(rec.Devices,
		record.Device{Entry: entry(record.KindDevice, "none-known", record.NoneKnown, record.StatusActive)},
		record.Device{Entry: entry(record.KindDevice, "author", record.Affirmed, record.StatusActive), Use: "author", Software: "Invented EHR 7", UDI: &record.UDI{Absent: record.AbsentUnknown}})
	rec.Directives = append(rec.Directives, record.Directive{Entry: entry(record.KindDirective, "none", record.Negated, record.StatusCompleted), Type: conceptOf("L 45473-6 Advance directive - living will")})
	rec.Encounters = append(rec.Encounters,
		record.Encounter{Entry: entry(record.KindEncounter, "cancelled", record.Affirmed, record.StatusCancelled), Class: conceptOf("AC IMP inpatient encounter")},
		record.Encounter{Entry: entry(record.KindEncounter, "planned", record.Affirmed, record.StatusPlanned), Class: conceptOf("AC AMB ambulatory"), When: record.Period{Start: record.Time{Value: "2024-01-09T09:00"}}})
	rec.Orders = append(rec.Orders, record.Order{Entry: entry(record.KindOrder, "do-not", record.Affirmed, record.StatusActive), Code: conceptOf("S 89666000 Cardiopulmonary resuscitation"), DoNotPerform: ptr(true)})
	rec.Orders[len(rec.Orders)-1].Mode = record.ModeRequest
	rec.Orders = append(rec.Orders, f.things(entry)...)
	rec.Consents = append(rec.Consents, record.Consent{Entry: entry(record.KindConsent, "denied", record.Affirmed, record.StatusActive), Decision: "deny", Version: "R5",
		Scope: ptr(conceptOf(hl7Clinical + "consentscope patient-privacy Privacy Consent"))})
	rec.Notes = append(rec.Notes, record.ClinicalNote{Entry: entry(record.KindNote, "picture", record.Affirmed, record.StatusCompleted), Title: "before the operation",
		When: record.Period{At: record.Time{Value: "2023-05-06"}}, Written: &record.Time{Value: "2023-05-06T10:11:12Z"},
		Contents: []record.NoteContent{{Attachment: record.Attachment{ContentType: "image/png", Data: record.BytesData([]byte("\x89PNG invented"))}}},
		Capture: &record.Capture{Type: ptr(conceptOf(hl7Clinical + "media-type image Image")), Site: &record.BodySite{Code: conceptOf("S 40983000 Arm"), Laterality: ptr(conceptOf("S 7771000 Left"))},
			Height: "480", Width: "640", Frames: "1", Duration: "1.5", DeviceName: "the camera of the ward", Reasons: []record.Concept{{Text: "a wound"}}}})
	// The questions of one form have ids of their own; a response may name its form by that alone.
	for i := range rec.Forms {
		number(rec.Forms[i].Items, "")
	}
	rec.Questionnaires[0].Form = rec.Forms[0].EntryRef(record.KindForm)
	rec.Questionnaires[1].Form = rec.Forms[0].EntryRef(record.KindForm)
	rec.Patient.Languages = append(rec.Patient.Languages, record.Language{Absent: record.AbsentUnknown})
}

// things are the orders of a device and of a supply.
func (f *filler) things(entry func(kind, name string, a record.Assertion, s record.StatusCode, reasons ...record.Concept) record.Entry) []record.Order {
	device := record.Order{Entry: entry(record.KindOrder, "device", record.Affirmed, record.StatusOnHold), Kind: "device", Code: conceptOf("S 6012004 Hearing aid"),
		Priority: ptr(conceptOf("http://hl7.org/fhir/request-priority asap ASAP")), AuthoredOn: &record.Time{Value: "2023-02-03"},
		When: record.Period{Start: record.Time{Value: "2023-03-01"}, End: record.Time{Value: "2023-03-31"}}, Group: &record.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: "G-1"},
		Indications: []record.Indication{{Code: ptr(conceptOf("S 15188001 Hearing loss")), Assertion: record.Affirmed}},
		Parameters: []record.OrderParameter{
			{Type: ptr(conceptOf("S 272741003 Laterality")), Value: &record.Value{Concept: ptr(conceptOf("S 7771000 Left"))}},
			{Type: ptr(record.Concept{Text: "gain"}), Value: &record.Value{Range: &record.Range{Low: &record.Quantity{Value: "20", Unit: "dB"}, High: &record.Quantity{Value: "35", Unit: "dB"}}}},
			{Type: ptr(record.Concept{Text: "colour"}), Value: &record.Value{Text: ptr("as the hair is")}},
		}}
	device.Mode = record.ModeOriginal
	supply := record.Order{Entry: entry(record.KindOrder, "supply", record.Affirmed, record.StatusCancelled), Kind: "supply", Code: conceptOf("S 337388004 Blood glucose testing strips"),
		Categories: []record.Concept{{Text: "home delivery"}}, Quantity: &record.Amount{Quantity: &record.Quantity{Value: "3", Unit: "boxes"}},
		Timings: []record.Timing{{Frequency: "1", Period: "3", PeriodUnit: "mo"}}, Reason: "the last box is open", Locations: []record.Ref{{AsSent: "external/4712", Display: "held elsewhere"}},
		From:       &record.Ref{AsSent: "external/4713", Display: "the chemist at the corner"},
		Parameters: []record.OrderParameter{{Type: ptr(record.Concept{Text: "sterile"}), Value: &record.Value{Bool: ptr(true)}}}}
	supply.Mode = record.ModeRequest
	return []record.Order{device, supply}
}

// number gives the items of a form their link ids: 1, 1.1, 2 …, and conditions that do not name themselves.
func number(items []record.FormItem, before string) {
	for i := range items {
		items[i].LinkID = before + strconv.Itoa(i+1)
		for k := range items[i].EnableWhen {
			// Asked by the answer to another question.
			if items[i].EnableWhen[k].Question = "1"; items[i].LinkID == "1" {
				items[i].EnableWhen[k].Question = "2"
			}
		}
		number(items[i].Items, items[i].LinkID+".")
	}
}

// in plants a text in the narrative of the kind's section.
func (f *filler) in(kind, text string) string {
	f.entry = kind
	return f.anchor(text)
}
