package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// documentType is a type of document with what its template requires (C-CDA R2.1, 1.1.1 to 1.1.15).
type documentType struct {
	typ      DocumentType
	template string
	loinc    string
	title    string
	required []string
	since30  []string // what 3.0 requires beside them
	codes    []string // other codes that name it

	service    string // class of the service event that it requires
	oneService bool   // there is exactly one
	serviceEnd bool   // and when it ended is required
	encounter  bool   // the encompassing encounter is required
	plan       bool   // Assessment and Plan, or Assessment and Plan of Treatment, are required
}

// The types of document with the sections that each requires, by LOINC code; for
// a code with "!" it is the template whose entries are required.
var typesOfDocument = [...]documentType{
	{typ: CCD, template: "2.16.840.1.113883.10.20.22.1.2", loinc: "34133-9", title: "Continuity of Care Document",
		required: []string{"!48765-2", "!10160-0", "!11450-4", "!30954-2", "29762-2", "!8716-3"},
		service:  "PCPR", oneService: true, serviceEnd: true},
	{typ: HistoryAndPhysical, template: "2.16.840.1.113883.10.20.22.1.3", loinc: "34117-2", title: "History and Physical Note",
		required:  []string{"48765-2", "10157-6", "10210-3", "11348-0", "10160-0", "29545-1", "30954-2", "10187-3", "29762-2", "8716-3"},
		since30:   []string{"!48765-2", "!10160-0", "!30954-2", "!8716-3"},
		codes:     []string{"11492-6", "28626-0", "34774-0", "34115-6", "34116-4", "34095-0", "34096-8", "51849-8", "47039-3", "34763-3", "34094-3", "34138-8"},
		encounter: true, plan: true},
	{typ: ConsultationNote, template: "2.16.840.1.113883.10.20.22.1.4", loinc: "11488-4", title: "Consultation Note",
		required: []string{"10164-2", "!48765-2", "!11450-4"},
		codes: []string{"34100-8", "34104-0", "51845-6", "51846-4", "34101-6", "34749-2", "34102-4", "34099-2", "34756-7", "34758-3", "34760-9",
			"34879-7", "34761-7", "34764-1", "34771-6", "34776-5", "34777-3", "34779-9", "34781-5", "34783-1", "34785-6", "34795-5", "34797-1", "34798-9",
			"34800-3", "34803-7", "34855-7", "34805-2", "34807-8", "34810-2", "34812-8", "34814-4", "34816-9", "34820-1", "34822-7", "34824-3", "34826-8",
			"34828-4", "34788-0", "34791-4", "34103-2", "34831-8", "34833-4", "34835-9", "34837-5", "34839-1", "34841-7", "34845-8", "34847-4", "34849-0",
			"34851-6", "34853-2"},
		encounter: true, plan: true},
	{typ: DiagnosticImagingReport, template: "2.16.840.1.113883.10.20.22.1.5", loinc: "18748-4", title: "Diagnostic Imaging Report",
		required: []string{"18782-3"}, codes: []string{"18747-6", "18755-9", "18760-9", "18757-5", "18758-3", "11522-0", "11525-3"},
		service: "ACT", oneService: true},
	{typ: ProcedureNote, template: "2.16.840.1.113883.10.20.22.1.6", loinc: "28570-0", title: "Procedure Note",
		required: []string{"55109-3", "29554-3", "59768-2", "59769-0"},
		codes: []string{"11505-5", "18744-3", "18753-4", "18836-7", "28577-5", "29757-2", "33721-2", "34121-4",
			"34896-1", "34899-5", "47048-4", "48807-2"},
		service: "PROC", oneService: true, serviceEnd: true, plan: true},
	{typ: OperativeNote, template: "2.16.840.1.113883.10.20.22.1.7", loinc: "11504-8", title: "Surgical Operation Note",
		required: []string{"59774-0", "55109-3", "10219-4", "59770-8", "59776-5", "59773-2", "29554-3", "10218-6"},
		codes:    []string{"34137-0", "28583-3", "28573-4", "34877-1", "34874-8", "34870-6", "34868-0", "34818-5"},
		service:  "PROC", oneService: true, serviceEnd: true},
	{typ: DischargeSummary, template: "2.16.840.1.113883.10.20.22.1.8", loinc: "18842-5", title: "Discharge Summary",
		required: []string{"48765-2", "8648-8", "11535-2", "18776-5"},
		since30:  []string{"!48765-2", "18841-7", "!47519-4", "!30954-2"},
		codes:    []string{"11490-0", "28655-9", "29761-4", "34745-0", "34105-7", "34106-5"}, encounter: true},
	{typ: ProgressNote, template: "2.16.840.1.113883.10.20.22.1.9", loinc: "11506-3", title: "Progress Note",
		codes: []string{"18733-6", "18762-5", "28569-2", "28617-9", "34900-1", "34904-3", "18764-1", "11507-1", "11508-9", "11509-7", "28627-8",
			"11510-5", "28656-7", "11512-1", "34126-3", "15507-7", "34129-7", "34125-5", "34130-5", "34131-3", "34124-8", "34127-1", "34128-9", "34901-9",
			"34132-1"},
		service: "PCPR", oneService: true, serviceEnd: true, encounter: true, plan: true},
	{typ: UnstructuredDocument, template: templateUnstructured, loinc: "34133-9", title: "Unstructured Document"},
	{typ: TransferSummary, template: "2.16.840.1.113883.10.20.22.1.13", loinc: "18761-7", title: "Transfer Summary",
		required: []string{"!48765-2", "!10160-0", "!11450-4", "!30954-2", "!8716-3", "42349-1"},
		service:  "PCPR", oneService: true, plan: true},
	{typ: ReferralNote, template: "2.16.840.1.113883.10.20.22.1.14", loinc: "57133-1", title: "Referral Note",
		required: []string{"!11450-4", "!48765-2", "!10160-0", "42349-1"}, plan: true},
	{typ: CarePlan, template: "2.16.840.1.113883.10.20.22.1.15", loinc: "52521-2", title: "Care Plan",
		required: []string{"75310-3", "61146-7"}, service: "PCPR", oneService: true},
}

// fits reports whether a code names this type of document. Only the first of the codes of a
// type says so beyond doubt; in a faithful document what else a source claims is carried.
func (w *writer) fits(t *documentType, c *record.Concept) bool {
	for i := range c.Codings {
		if x := &c.Codings[i]; x.System == record.SystemLOINC && (x.Code == t.loinc || w.strict && slices.Contains(t.codes, x.Code)) {
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
	if len(d.Body) > 0 && len(d.Sections) == 0 {
		return &typesOfDocument[UnstructuredDocument-1]
	}
	for i := range typesOfDocument {
		if t := &typesOfDocument[i]; t.typ != UnstructuredDocument && w.fits(t, &d.Type) {
			return &typesOfDocument[i]
		}
	}
	switch {
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

// otherCodes are codes by which sections go besides the one that their template fixes.
var otherCodes = map[string]string{
	"75311-1": "10183-2", "78375-3": "11535-2", "42347-5": "46241-6", "10223-0": "10223-6",
	"121070": "18782-3",
}

// translations are the translations that the templates of some sections demand of
// their code (CONF:1198-32834, 1198-32749, 1198-32854).
var translations = map[string]record.Coding{
	"11535-2": {System: record.SystemLOINC, Code: "78375-3", Display: "Discharge Diagnosis"},
	"46241-6": {System: record.SystemLOINC, Code: "42347-5", Display: "Admission Diagnosis"},
	"10183-2": {System: record.SystemLOINC, Code: "75311-1", Display: "Discharge medications"},
}

// entriesRequired are the templates of the entries that a section's template
// demands, one of which must be there; for a section template by its root.
var entriesRequired = map[string][]string{
	sectionRoot + "6.1": {entryRoot + "30"}, sectionRoot + "1.1": {entryRoot + "16"}, sectionRoot + "5.1": {entryRoot + "3"},
	sectionRoot + "7.1": {entryRoot + "14", entryRoot + "13", entryRoot + "12"}, sectionRoot + "3.1": {entryRoot + "1"},
	sectionRoot + "4.1": {entryRoot + "26"}, sectionRoot + "2.1": {entryRoot + "52"}, sectionRoot + "22.1": {entryRoot + "49"},
	sectionRoot + "21.1": {entryRoot + "48", entryRoot + "108"}, sectionRoot + "11.1": {entryRoot + "35"},
	sectionRoot + "61": {entryRoot + "144"}, sectionRoot + "60": {entryRoot + "121"}, sectionRoot + "45": {entryRoot + "20"},
	sectionRoot + "58": {entryRoot + "132"},
}

// entriesWhere are those that must be among the entries where there are any.
var entriesWhere = map[string]string{
	sectionRoot + "38": entryRoot + "16", sectionRoot + "43": entryRoot + "34", sectionRoot + "24": entryRoot + "33",
	"2.16.840.1.113883.10.20.6.1.1": "2.16.840.1.113883.10.20.6.2.6",
}

const entryRoot = "2.16.840.1.113883.10.20.22.4."

// loincCarePlan is the code of a Care Plan since 3.0.
const loincCarePlan = "18776-5"

// The codes of the Findings Section of an imaging report, of LOINC and of DICOM.
const (
	loincFindings = "18782-3"
	dicomFindings = "121070"
)

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
	{"10223-6", "2.16.840.1.113883.10.20.7.14", "", "Operative Note Surgical Procedure"},
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
	{"61149-1", "2.16.840.1.113883.10.20.21.2.1", "", "Objective"},
	{"61150-9", "2.16.840.1.113883.10.20.21.2.2", "", "Subjective"},
	{"18782-3", "2.16.840.1.113883.10.20.6.1.2", "", "Findings"},
	{"121181", "2.16.840.1.113883.10.20.6.1.1", "", "DICOM Object Catalog"},
	{"34109-9", sectionRoot + "65", "", "Notes"},
	{loincPrivacy, templatePrivacySection, "", "Privacy Markings"},
}

func defOf(loinc string) *sectionDef { return defsByLOINC[loinc] }

var defsByLOINC = func() map[string]*sectionDef {
	m := make(map[string]*sectionDef, len(sectionDefs))
	for i := range sectionDefs {
		if d := &sectionDefs[i]; m[d.loinc] == nil {
			m[d.loinc] = d
		}
	}
	return m
}()
