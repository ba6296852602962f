package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// sectionKind is what a section holds, as far as entries are read by it.
type sectionKind uint8

const (
	otherSection sectionKind = iota
	allergySection
	problemSection
	medicationSection
	immunizationSection
	resultSection
	vitalSection
	pastHistorySection
	administeredSection
	procedureSection
	encounterSection
	socialSection
	assessmentSection
	familySection
	plannedSection
	equipmentSection
	payerSection
	directiveSection
	noteSection
	imagingSection
	goalSection
	concernSection
	interventionSection
	careTeamSection
)

// sectionTypes are the sections by template id (with entries optional and
// required, C-CDA R1.1 to 5.0) and LOINC code.
var sectionTypes = [...]struct {
	kind      sectionKind
	templates [2]string
	loinc     string
}{
	{allergySection, [2]string{"2.16.840.1.113883.10.20.22.2.6", "2.16.840.1.113883.10.20.22.2.6.1"}, "48765-2"},
	{problemSection, [2]string{"2.16.840.1.113883.10.20.22.2.5", "2.16.840.1.113883.10.20.22.2.5.1"}, "11450-4"},
	{medicationSection, [2]string{"2.16.840.1.113883.10.20.22.2.1", "2.16.840.1.113883.10.20.22.2.1.1"}, "10160-0"},
	{immunizationSection, [2]string{"2.16.840.1.113883.10.20.22.2.2", "2.16.840.1.113883.10.20.22.2.2.1"}, "11369-6"},
	{resultSection, [2]string{"2.16.840.1.113883.10.20.22.2.3", "2.16.840.1.113883.10.20.22.2.3.1"}, "30954-2"},
	{vitalSection, [2]string{"2.16.840.1.113883.10.20.22.2.4", "2.16.840.1.113883.10.20.22.2.4.1"}, "8716-3"},
	{procedureSection, [2]string{"2.16.840.1.113883.10.20.22.2.7", "2.16.840.1.113883.10.20.22.2.7.1"}, "47519-4"},
	{encounterSection, [2]string{"2.16.840.1.113883.10.20.22.2.22", "2.16.840.1.113883.10.20.22.2.22.1"}, "46240-8"},
	{plannedSection, [2]string{"2.16.840.1.113883.10.20.22.2.10", ""}, "18776-5"},
	{equipmentSection, [2]string{"2.16.840.1.113883.10.20.22.2.23", ""}, "46264-8"},
	{payerSection, [2]string{"2.16.840.1.113883.10.20.22.2.18", ""}, "48768-6"},
	{directiveSection, [2]string{"2.16.840.1.113883.10.20.22.2.21", "2.16.840.1.113883.10.20.22.2.21.1"}, "42348-3"},
	{plannedSection, [2]string{"2.16.840.1.113883.10.20.22.2.9", ""}, "51847-2"}, // assessment and plan
	{goalSection, [2]string{"2.16.840.1.113883.10.20.22.2.60", ""}, "61146-7"},
	{concernSection, [2]string{"2.16.840.1.113883.10.20.22.2.58", ""}, "75310-3"},
	{interventionSection, [2]string{"2.16.840.1.113883.10.20.21.2.3", ""}, "62387-6"},
	{interventionSection, [2]string{"2.16.840.1.113883.10.20.22.2.45", ""}, "69730-0"}, // instructions
	{careTeamSection, [2]string{"2.16.840.1.113883.10.20.22.2.500", ""}, "85847-2"},
	{pastHistorySection, [2]string{"2.16.840.1.113883.10.20.22.2.20", ""}, "11348-0"},
	{administeredSection, [2]string{"2.16.840.1.113883.10.20.22.2.38", ""}, "29549-3"},
	{medicationSection, [2]string{"2.16.840.1.113883.10.20.22.2.11", "2.16.840.1.113883.10.20.22.2.11.1"}, "10183-2"}, // at discharge
	{medicationSection, [2]string{"2.16.840.1.113883.10.20.22.2.44", ""}, "42346-7"},                                  // at admission
	{problemSection, [2]string{"2.16.840.1.113883.10.20.22.2.43", ""}, "46241-6"},                                     // at admission
	{problemSection, [2]string{"2.16.840.1.113883.10.20.22.2.24", ""}, "11535-2"},                                     // at discharge
	{problemSection, [2]string{"2.16.840.1.113883.10.20.22.2.34", ""}, "10219-4"},                                     // before an operation
	{problemSection, [2]string{"2.16.840.1.113883.10.20.22.2.35", ""}, "10218-6"},                                     // after an operation
	{problemSection, [2]string{"2.16.840.1.113883.10.20.22.2.36", ""}, "59769-0"},                                     // after a procedure
	{problemSection, [2]string{"2.16.840.1.113883.10.20.22.2.37", ""}, "55109-3"},                                     // complications
	{socialSection, [2]string{"2.16.840.1.113883.10.20.22.2.17", ""}, "29762-2"},
	{familySection, [2]string{"2.16.840.1.113883.10.20.22.2.15", ""}, "10157-6"},
	{assessmentSection, [2]string{"2.16.840.1.113883.10.20.22.2.14", ""}, "47420-5"}, // functional status
	{assessmentSection, [2]string{"2.16.840.1.113883.10.20.22.2.56", ""}, "10190-7"}, // mental status
	{assessmentSection, [2]string{"2.16.840.1.113883.10.20.22.2.61", ""}, "11383-7"}, // health status evaluations and outcomes
	{assessmentSection, [2]string{"2.16.840.1.113883.10.20.22.2.57", ""}, "61144-2"}, // nutrition
}

// otherSections are the templates of sections whose entries are carried, with the code each fixes.
var otherSections = [...]struct{ template, code string }{
	{"2.16.840.1.113883.10.20.22.2.11", "10183-2"},
	{"2.16.840.1.113883.10.20.22.2.11.1", "10183-2"},
	{"2.16.840.1.113883.10.20.22.2.11", "75311-1"},
	{"2.16.840.1.113883.10.20.22.2.11.1", "75311-1"},
	{"2.16.840.1.113883.10.20.22.2.24", "11535-2"},
	{"2.16.840.1.113883.10.20.22.2.43", "46241-6"},
	{"2.16.840.1.113883.10.20.22.2.44", "42346-7"},
	{"2.16.840.1.113883.10.20.22.2.44.1", "42346-7"},
	{"2.16.840.1.113883.10.20.22.2.8", "51848-0"},
	{"2.16.840.1.113883.10.20.22.2.12", "29299-5"},
	{"2.16.840.1.113883.10.20.22.2.13", "46239-0"},
	{"2.16.840.1.113883.10.20.22.2.16", "11493-4"},
	{"2.16.840.1.113883.10.20.22.2.25", "59774-0"},
	{"2.16.840.1.113883.10.20.22.2.27", "29554-3"},
	{"2.16.840.1.113883.10.20.22.2.28", "59776-5"},
	{"2.16.840.1.113883.10.20.22.2.29", "59768-2"},
	{"2.16.840.1.113883.10.20.22.2.30", "59772-4"},
	{"2.16.840.1.113883.10.20.22.2.31", "59773-2"},
	{"2.16.840.1.113883.10.20.22.2.34", "10219-4"},
	{"2.16.840.1.113883.10.20.22.2.35", "10218-6"},
	{"2.16.840.1.113883.10.20.22.2.36", "59769-0"},
	{"2.16.840.1.113883.10.20.22.2.37", "55109-3"},
	{"2.16.840.1.113883.10.20.22.2.39", "11329-0"},
	{"2.16.840.1.113883.10.20.22.2.40", "59771-6"},
	{"2.16.840.1.113883.10.20.22.2.41", "8653-8"},
	{"2.16.840.1.113883.10.20.22.2.42", "18841-7"},
	{"2.16.840.1.113883.10.20.22.2.64", "8648-8"},
	{"1.3.6.1.4.1.19376.1.5.3.1.3.1", "42349-1"},
	{"2.16.840.1.113883.10.20.2.5", "10210-3"},
	{"2.16.840.1.113883.10.20.2.10", "29545-1"},
	{"1.3.6.1.4.1.19376.1.5.3.1.3.4", "10164-2"},
	{"1.3.6.1.4.1.19376.1.5.3.1.3.5", "8648-8"},
	{"1.3.6.1.4.1.19376.1.5.3.1.3.18", "10187-3"},
	{"1.3.6.1.4.1.19376.1.5.3.1.3.26", "10184-0"},
	{"1.3.6.1.4.1.19376.1.5.3.1.1.13.2.1", "10154-3"},
	{"2.16.840.1.113883.10.20.18.2.9", "59770-8"},
	{"2.16.840.1.113883.10.20.18.2.12", "59775-7"},
	{"2.16.840.1.113883.10.20.7.12", "10216-0"},
	{"2.16.840.1.113883.10.20.7.13", "11537-8"},
	{"2.16.840.1.113883.10.20.7.14", "10223-0"},
	{"2.16.840.1.113883.10.20.7.14", "10223-6"},
	{"2.16.840.1.113883.10.20.6.1.1", "121181"},
	{"2.16.840.1.113883.10.20.6.1.2", "18782-3"},
	{"2.16.840.1.113883.10.20.6.1.2", "121070"},
	{"2.16.840.1.113883.10.20.21.2.1", "61149-1"},
	{"2.16.840.1.113883.10.20.21.2.2", "61150-9"},
	{"1.3.6.1.4.1.19376.1.5.3.1.3.33", "42344-2"},
	{templatePrivacySection, loincPrivacy},
}

// templateNotes is the Notes Section, whose code says what kind of note it holds.
const templateNotes = "2.16.840.1.113883.10.20.22.2.65"

// kindOf tells what a section holds: by its template, else by its code.
func (r *reader) kindOf(n tree.Node) sectionKind {
	for _, t := range r.templateIDs(n) {
		root := t.id
		if root == "" {
			continue
		}
		for i := range sectionTypes {
			if sectionTypes[i].templates[0] == root || sectionTypes[i].templates[1] == root {
				return sectionTypes[i].kind
			}
		}
	}
	c := n.Child("code")
	if s := c.Attr("codeSystem"); s.OK() && s.Value() != oidLOINC {
		if s.Value() == oidDICOM {
			return imagingSection
		}
		return otherSection
	}
	code := c.Attr("code").Value()
	for i := range sectionTypes {
		if sectionTypes[i].loinc == code {
			return sectionTypes[i].kind
		}
	}
	return otherSection
}

// section takes a section: its narrative whole, its entries as far as a concept
// reads them, the sections within it (CDA R2 4.3).
func (r *reader) section(n tree.Node, s *record.Section) {
	upper, path, current := r.sec, r.secPath, r.current
	defer func() { r.sec, r.secPath, r.current = upper, path, current }()
	r.secPath = r.path(n)
	r.sec, r.current = n, s

	s.ID = r.maker.Make("section", r.docKey, r.secPath)
	r.own(n, s.ID)
	r.shape(n, "DOCSECT", "EVN")
	r.sectionTemplates(n)
	s.Identifiers = r.ids(n)
	s.Code = r.concept(n.Child("code"))
	s.Title = r.title(n)
	r.fixed(n.Child("text"), "mediaType", "text/x-hl7-text+xml")
	if t := n.Child("text"); t.OK() {
		r.unnarrated = append(r.unnarrated, unnarrated{s, t})
	}
	s.Labels = r.labels(n)
	s.Language = r.attr(n.Child("languageCode"), "code")
	s.Absent = r.nullFlavor(n)
	s.Anchor = r.attr(n, "ID")
	s.Participants = r.participants(n, nil)

	kind := r.kindOf(n)
	r.expect(n)
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Element {
			continue
		}
		switch c.Name() {
		case "entry":
			for _, ref := range r.entryOf(kind, c) {
				s.Entries = add(s.Entries, &ref, r.expected.entries)
			}
		case "component":
			for sub := c.Child("section"); sub.OK(); sub = sub.NextNamed() {
				r.fixed(c, "typeCode", "COMP")
				r.fixed(c, "contextConductionInd", "true")
				s.Sections = append(s.Sections, record.Section{})
			}
		}
	}
	if kind == plannedSection {
		r.sectionPlan(n, s)
	}
	// Sections are filled where they stay, for entries point to them.
	i := 0
	for c := n.Child("component"); c.OK(); c = c.NextNamed() {
		for sub := c.Child("section"); sub.OK(); sub = sub.NextNamed() {
			r.section(sub, &s.Sections[i])
			i++
		}
	}
}

// wrappers are the acts that only say in which list a statement stands, with the code that each fixes.
var wrappers = [...]struct{ template, code, other string }{
	{"2.16.840.1.113883.10.20.22.4.33", "11535-2", ""},
	{"2.16.840.1.113883.10.20.22.4.34", "46241-6", ""},
	{"2.16.840.1.113883.10.20.22.4.80", "29308-4", ""},
	{"2.16.840.1.113883.10.20.22.4.65", "10219-4", ""},
	{"2.16.840.1.113883.10.20.22.4.51", "59769-0", ""},
	{"2.16.840.1.113883.10.20.22.4.35", "10183-2", "75311-1"},
	{"2.16.840.1.113883.10.20.22.4.36", "42346-7", ""},
}

// wrapperTemplates checks the template ids of such an act: one that its code denies is not known.
func (r *reader) wrapperTemplates(act tree.Node, known []string) {
	code := act.Child("code").Attr("code").Value()
	denied := func(root string) bool {
		for i := range wrappers {
			if w := &wrappers[i]; w.template == root {
				return code != w.code && (w.other == "" || code != w.other)
			}
		}
		return false
	}
	r.templates(act, slices.DeleteFunc(slices.Clone(known), denied)...)
}

// entryReaders are the concepts by the template of the statement that an entry holds.
var entryReaders = map[string]sectionKind{
	"2.16.840.1.113883.10.20.22.4.30":  allergySection,      // Allergy Concern Act
	"2.16.840.1.113883.10.20.22.4.3":   problemSection,      // Problem Concern Act
	"2.16.840.1.113883.10.20.22.4.16":  medicationSection,   // Medication Activity
	"2.16.840.1.113883.10.20.22.4.52":  immunizationSection, // Immunization Activity
	"2.16.840.1.113883.10.20.22.4.1":   resultSection,       // Result Organizer
	"2.16.840.1.113883.10.20.22.4.26":  vitalSection,        // Vital Signs Organizer
	"2.16.840.1.113883.10.20.22.4.33":  problemSection,      // Hospital Discharge Diagnosis
	"2.16.840.1.113883.10.20.22.4.34":  problemSection,      // Hospital Admission Diagnosis
	"2.16.840.1.113883.10.20.22.4.65":  problemSection,      // Preoperative Diagnosis
	"2.16.840.1.113883.10.20.22.4.51":  problemSection,      // Postprocedure Diagnosis
	"2.16.840.1.113883.10.20.22.4.35":  medicationSection,   // Discharge Medication
	"2.16.840.1.113883.10.20.22.4.36":  medicationSection,   // Admission Medication
	"2.16.840.1.113883.10.20.22.4.512": vitalSection,        // Average Blood Pressure Organizer
	"2.16.840.1.113883.10.20.22.4.7":   allergySection,      // Allergy - Intolerance Observation
	"2.16.840.1.113883.10.20.22.4.4":   problemSection,      // Problem Observation
	"2.16.840.1.113883.10.20.22.4.114": problemSection,      // Longitudinal Care Wound Observation
	"2.16.840.1.113883.10.20.22.4.19":  problemSection,      // Indication, in a section of indications
	"2.16.840.1.113883.10.20.22.4.2":   resultSection,       // Result Observation
	"2.16.840.1.113883.10.20.22.4.27":  vitalSection,        // Vital Sign Observation
	"2.16.840.1.113883.10.20.22.4.14":  procedureSection,    // Procedure Activity Procedure
	"2.16.840.1.113883.10.20.22.4.12":  procedureSection,    // Procedure Activity Act
	"2.16.840.1.113883.10.20.22.4.13":  procedureSection,    // Procedure Activity Observation
	"2.16.840.1.113883.10.20.22.4.49":  encounterSection,    // Encounter Activity
	"2.16.840.1.113883.10.20.22.4.45":  familySection,       // Family History Organizer
	"2.16.840.1.113883.10.20.22.4.66":  assessmentSection,   // Functional Status Organizer
	"2.16.840.1.113883.10.20.22.4.75":  assessmentSection,   // Mental Status Organizer
	"2.16.840.1.113883.10.20.22.4.39":  plannedSection,      // Planned Act
	"2.16.840.1.113883.10.20.22.4.40":  plannedSection,      // Planned Encounter
	"2.16.840.1.113883.10.20.22.4.41":  plannedSection,      // Planned Procedure
	"2.16.840.1.113883.10.20.22.4.42":  medicationSection,   // Planned Medication Activity
	"2.16.840.1.113883.10.20.22.4.43":  plannedSection,      // Planned Supply
	"2.16.840.1.113883.10.20.22.4.44":  plannedSection,      // Planned Observation
	"2.16.840.1.113883.10.20.22.4.50":  equipmentSection,    // Non-Medicinal Supply Activity
	"2.16.840.1.113883.10.20.22.4.135": equipmentSection,    // Medical Equipment Organizer
	templateDevice:                     equipmentSection,    // a device alone
	"2.16.840.1.113883.10.20.22.4.60":  payerSection,        // Coverage Activity
	"2.16.840.1.113883.10.20.22.4.61":  payerSection,        // Policy Activity
	"2.16.840.1.113883.10.20.22.4.48":  directiveSection,    // Advance Directive Observation
	"2.16.840.1.113883.10.20.22.4.108": directiveSection,    // Advance Directive Organizer
	"2.16.840.1.113883.10.20.22.4.513": directiveSection,    // Advance Directive Existence Observation
	"2.16.840.1.113883.10.20.22.4.120": immunizationSection, // Planned Immunization Activity
	templateNote:                       noteSection,
	templateStudy:                      imagingSection,
	templateTextObservation:            imagingSection,
	templateCodeObservation:            imagingSection,
	templateQuantityMeasurement:        imagingSection,
	"2.16.840.1.113883.10.20.22.4.140": plannedSection,      // Patient Referral Act
	"2.16.840.1.113883.10.20.22.4.130": plannedSection,      // Nutrition Recommendation
	"2.16.840.1.113883.10.20.22.4.146": plannedSection,      // Planned Intervention Act
	"2.16.840.1.113883.10.20.22.4.123": plannedSection,      // Drug Monitoring Act
	"2.16.840.1.113883.10.20.22.4.118": interventionSection, // Substance Administered Act
	"2.16.840.1.113883.10.20.22.4.131": interventionSection, // Intervention Act
	"2.16.840.1.113883.10.20.22.4.141": interventionSection, // Handoff Communication Participants
	"2.16.840.1.113883.10.20.22.4.20":  interventionSection, // Instruction
	templateInstructionObservation:     interventionSection,
	templateHealthConcern:              concernSection,
	templateRiskConcern:                concernSection,
	templateHealthStatus:               concernSection,
	"2.16.840.1.113883.10.20.22.4.80":  problemSection,  // Encounter Diagnosis
	"2.16.840.1.113883.10.20.22.4.500": careTeamSection, // Care Team Organizer
}

// entryOf reads one entry: by the template of its statement, else by the section
// it is in. An entry that no concept reads is carried whole.
func (r *reader) entryOf(kind sectionKind, n tree.Node) []record.Ref {
	act := r.statement(n)
	if !act.OK() {
		return nil
	}
	if r.ofSection(n, act) {
		r.fixed(n, "typeCode", "DRIV", "COMP")
		r.fixed(n, "contextConductionInd", "true")
		return nil
	}
	if k, ok := r.conceptOf(act); ok {
		kind = k
	}
	refs := r.readEntry(kind, n)
	if refs == nil {
		r.release(n)
		return nil
	}
	r.fixed(n, "typeCode", "DRIV", "COMP")
	r.fixed(n, "contextConductionInd", "true")
	if len(refs) > 0 && n.Child("templateId").OK() {
		r.own(n, refs[0].ID) // the schema knows templates of entries; no guide does
		r.slot(n, slotEntry, -1)
	}
	return refs
}

// slotEntry is the slot of what is carried at the entry element around a statement.
const slotEntry = "entry"

// readEntry reads the statement in an entry, or in what relates it to another, as one of a concept.
func (r *reader) readEntry(kind sectionKind, n tree.Node) []record.Ref {
	switch kind {
	case allergySection:
		return r.readAllergyEntry(n)
	case problemSection, pastHistorySection:
		return r.readProblemEntry(n)
	case medicationSection, administeredSection:
		return r.readMedicationEntry(n)
	case immunizationSection:
		return r.readImmunizationEntry(n)
	case resultSection:
		return r.readResultEntry(n)
	case vitalSection:
		return r.readVitalEntry(n)
	case procedureSection:
		return r.readProcedureEntry(n)
	case encounterSection:
		return r.readEncounterEntry(n)
	case socialSection:
		return r.readFindingEntry(socialSection, n)
	case assessmentSection:
		return r.readAssessmentEntry(n)
	case familySection:
		return r.readFamilyEntry(n)
	case plannedSection:
		return r.readPlannedEntry(n)
	case equipmentSection:
		return r.readEquipmentEntry(n)
	case payerSection:
		return r.readPayerEntry(n)
	case directiveSection:
		return r.readDirectiveEntry(n)
	case noteSection:
		return r.readNoteEntry(n)
	case imagingSection:
		return r.readImagingEntry(n)
	case goalSection:
		return r.readGoalEntry(n)
	case concernSection:
		return r.readConcernEntry(n)
	case interventionSection:
		return r.readInterventionEntry(n)
	case careTeamSection:
		return r.readCareTeamEntry(n)
	}
	return nil
}
