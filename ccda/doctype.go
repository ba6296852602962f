package ccda

import "github.com/portage-health/portage/record"

// documentType is a type of document with what its template requires (C-CDA R2.1, 1.1.1 to 1.1.15).
type documentType struct {
	typ      DocumentType
	template string
	loinc    string
	title    string
	service  string // class of the service event that it requires
	required []string
}

// The types of document with the sections that each requires, by LOINC code; a
// code with "!" must have entries where it has anything to say.
var typesOfDocument = [...]documentType{
	{CCD, "2.16.840.1.113883.10.20.22.1.2", "34133-9", "Continuity of Care Document", "PCPR",
		[]string{"!48765-2", "!10160-0", "!11450-4", "!30954-2", "29762-2", "!8716-3"}},
	{HistoryAndPhysical, "2.16.840.1.113883.10.20.22.1.3", "34117-2", "History and Physical", "",
		[]string{"48765-2", "51848-0", "10164-2", "11348-0", "10160-0", "10157-6", "10187-3", "10210-3", "29545-1", "8716-3", "29762-2", "30954-2", "18776-5"}},
	{ConsultationNote, "2.16.840.1.113883.10.20.22.1.4", "11488-4", "Consultation Note", "",
		[]string{"!48765-2", "10164-2", "!11450-4", "51848-0", "18776-5"}},
	{DiagnosticImagingReport, "2.16.840.1.113883.10.20.22.1.5", "18748-4", "Diagnostic Imaging Report", "ACT", []string{"18782-3"}},
	{ProcedureNote, "2.16.840.1.113883.10.20.22.1.6", "28570-0", "Procedure Note", "ACT",
		[]string{"55109-3", "59769-0", "29554-3", "59768-2", "51848-0", "18776-5"}},
	{OperativeNote, "2.16.840.1.113883.10.20.22.1.7", "11504-8", "Operative Note", "PCPR",
		[]string{"59774-0", "55109-3", "10218-6", "10219-4", "59770-8", "29554-3", "59772-4", "59776-5", "59773-2", "59775-7"}},
	{DischargeSummary, "2.16.840.1.113883.10.20.22.1.8", "18842-5", "Discharge Summary", "",
		[]string{"48765-2", "8648-8", "11535-2", "18776-5"}},
	{ProgressNote, "2.16.840.1.113883.10.20.22.1.9", "11506-3", "Progress Note", "", []string{"51848-0", "18776-5"}},
	{UnstructuredDocument, "2.16.840.1.113883.10.20.22.1.10", "34133-9", "Unstructured Document", "", nil},
	{TransferSummary, "2.16.840.1.113883.10.20.22.1.13", "18761-7", "Transfer Summary", "",
		[]string{"!48765-2", "!10160-0", "!11450-4", "!30954-2", "!8716-3", "42349-1", "51848-0", "18776-5"}},
	{ReferralNote, "2.16.840.1.113883.10.20.22.1.14", "57133-1", "Referral Note", "",
		[]string{"!11450-4", "!48765-2", "!10160-0", "42349-1", "51848-0", "18776-5"}},
	{CarePlan, "2.16.840.1.113883.10.20.22.1.15", "52521-2", "Care Plan", "PCPR", []string{"75310-3", "61146-7"}},
}

// fits reports whether a code names this type of document.
func (t *documentType) fits(c *record.Concept) bool {
	for i := range c.Codings {
		if c.Codings[i].System == record.SystemLOINC && c.Codings[i].Code == t.loinc {
			return true
		}
	}
	return false
}

// typeOf decides what document is written: the one that was asked for, else the
// record's own by its code, else a CCD.
func (w *writer) typeOf(d *record.Document) *documentType {
	if w.x.Type != AsRecorded {
		return &typesOfDocument[w.x.Type-1]
	}
	for i := range typesOfDocument {
		if typesOfDocument[i].typ != UnstructuredDocument && typesOfDocument[i].fits(&d.Type) {
			return &typesOfDocument[i]
		}
	}
	switch {
	case len(d.Body) > 0 && len(d.Sections) == 0:
		return &typesOfDocument[UnstructuredDocument-1]
	case !d.Type.IsZero():
		return &documentType{} // of a type that C-CDA has no template for
	}
	return &typesOfDocument[CCD-1]
}

// sectionDef is a section of C-CDA by its LOINC code: the template whose entries
// are optional, that whose entries are required, and its title.
type sectionDef struct {
	loinc, optional, required, title string
}

const sectionRoot = "2.16.840.1.113883.10.20.22.2."

var sectionDefs = [...]sectionDef{
	{"48765-2", sectionRoot + "6", sectionRoot + "6.1", "Allergies and Intolerances"},
	{"10160-0", sectionRoot + "1", sectionRoot + "1.1", "Medications"},
	{"11450-4", sectionRoot + "5", sectionRoot + "5.1", "Problems"},
	{"47519-4", sectionRoot + "7", sectionRoot + "7.1", "Procedures"},
	{"30954-2", sectionRoot + "3", sectionRoot + "3.1", "Results"},
	{"8716-3", sectionRoot + "4", sectionRoot + "4.1", "Vital Signs"},
	{"11369-6", sectionRoot + "2", sectionRoot + "2.1", "Immunizations"},
	{"46240-8", sectionRoot + "22", sectionRoot + "22.1", "Encounters"},
	{"29762-2", sectionRoot + "17", "", "Social History"},
	{"10157-6", sectionRoot + "15", "", "Family History"},
	{"11348-0", sectionRoot + "20", "", "Past Medical History"},
	{"47420-5", sectionRoot + "14", "", "Functional Status"},
	{"10190-7", sectionRoot + "56", "", "Mental Status"},
	{"11383-7", sectionRoot + "61", "", "Health Status Evaluations and Outcomes"},
	{"18776-5", sectionRoot + "10", "", "Plan of Treatment"},
	{"51847-2", sectionRoot + "9", "", "Assessment and Plan"},
	{"51848-0", sectionRoot + "8", "", "Assessment"},
	{"75310-3", sectionRoot + "58", "", "Health Concerns"},
	{"61146-7", sectionRoot + "60", "", "Goals"},
	{"62387-6", "2.16.840.1.113883.10.20.21.2.3", "", "Interventions"},
	{"61144-2", sectionRoot + "57", "", "Nutrition"},
	{"85847-2", sectionRoot + "500", "", "Care Teams"},
	{"46264-8", sectionRoot + "23", "", "Medical Equipment"},
	{"48768-6", sectionRoot + "18", "", "Payers"},
	{"42348-3", sectionRoot + "21", sectionRoot + "21.1", "Advance Directives"},
	{"69730-0", sectionRoot + "45", "", "Instructions"},
	{"10183-2", sectionRoot + "11", sectionRoot + "11.1", "Discharge Medications"},
	{"42346-7", sectionRoot + "44", "", "Admission Medications"},
	{"29549-3", sectionRoot + "38", "", "Medications Administered"},
	{"46241-6", sectionRoot + "43", "", "Admission Diagnosis"},
	{"11535-2", sectionRoot + "24", "", "Discharge Diagnosis"},
	{"10219-4", sectionRoot + "34", "", "Preoperative Diagnosis"},
	{"10218-6", sectionRoot + "35", "", "Postoperative Diagnosis"},
	{"59769-0", sectionRoot + "36", "", "Postprocedure Diagnosis"},
	{"55109-3", sectionRoot + "37", "", "Complications"},
	{"59768-2", sectionRoot + "29", "", "Procedure Indications"},
	{"59770-8", "2.16.840.1.113883.10.20.18.2.9", "", "Procedure Estimated Blood Loss"},
	{"59771-6", sectionRoot + "40", "", "Procedure Implants"},
	{"59772-4", sectionRoot + "30", "", "Planned Procedure"},
	{"59773-2", sectionRoot + "31", "", "Procedure Specimens Taken"},
	{"59774-0", sectionRoot + "25", "", "Anesthesia"},
	{"59775-7", "2.16.840.1.113883.10.20.18.2.12", "", "Procedure Disposition"},
	{"59776-5", sectionRoot + "28", "", "Procedure Findings"},
	{"29554-3", sectionRoot + "27", "", "Procedure Description"},
	{"10216-0", "2.16.840.1.113883.10.20.7.12", "", "Operative Note Fluids"},
	{"10223-0", "2.16.840.1.113883.10.20.7.14", "", "Operative Note Surgical Procedure"},
	{"11537-8", "2.16.840.1.113883.10.20.7.13", "", "Surgical Drains"},
	{"10154-3", "1.3.6.1.4.1.19376.1.5.3.1.1.13.2.1", "", "Chief Complaint"},
	{"29299-5", sectionRoot + "12", "", "Reason for Visit"},
	{"46239-0", sectionRoot + "13", "", "Chief Complaint and Reason for Visit"},
	{"42349-1", "1.3.6.1.4.1.19376.1.5.3.1.3.1", "", "Reason for Referral"},
	{"10164-2", "1.3.6.1.4.1.19376.1.5.3.1.3.4", "", "History of Present Illness"},
	{"8648-8", "1.3.6.1.4.1.19376.1.5.3.1.3.5", "", "Hospital Course"},
	{"10187-3", "1.3.6.1.4.1.19376.1.5.3.1.3.18", "", "Review of Systems"},
	{"10184-0", "1.3.6.1.4.1.19376.1.5.3.1.3.26", "", "Hospital Discharge Physical"},
	{"42344-2", "1.3.6.1.4.1.19376.1.5.3.1.3.33", "", "Discharge Diet"},
	{"10210-3", "2.16.840.1.113883.10.20.2.5", "", "General Status"},
	{"29545-1", "2.16.840.1.113883.10.20.2.10", "", "Physical Exam"},
	{"11329-0", sectionRoot + "39", "", "Medical (General) History"},
	{"8653-8", sectionRoot + "41", "", "Hospital Discharge Instructions"},
	{"18841-7", sectionRoot + "42", "", "Hospital Consultations"},
	{"11493-4", sectionRoot + "16", "", "Hospital Discharge Studies Summary"},
	{"10221-0", sectionRoot + "64", "", "Operative Note Specimens"},
	{"61149-1", "2.16.840.1.113883.10.20.21.2.1", "", "Objective"},
	{"61150-9", "2.16.840.1.113883.10.20.21.2.2", "", "Subjective"},
	{"18782-3", "2.16.840.1.113883.10.20.6.1.2", "", "Findings"},
	{"121181", "2.16.840.1.113883.10.20.6.1.1", "", "DICOM Object Catalog"},
	{"34109-9", sectionRoot + "65", "", "Notes"},
}

func defOf(loinc string) *sectionDef {
	for i := range sectionDefs {
		if sectionDefs[i].loinc == loinc {
			return &sectionDefs[i]
		}
	}
	return nil
}
