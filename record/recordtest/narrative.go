package recordtest

import (
	"github.com/portage-health/portage/record"
)

// entryNarrative is a narrative that belongs to one entry, with most kinds of nodes.
func entryNarrative() record.Narrative {
	var n record.Narrative
	node := func(depth int, kind string, attrs ...record.NarrativeAttr) {
		n.Nodes = append(n.Nodes, record.NarrativeNode{Kind: kind, Depth: depth, Attrs: attrs})
	}
	text := func(depth int, s string) {
		n.Nodes = append(n.Nodes, record.NarrativeNode{Kind: "text", Depth: depth, Text: s})
	}
	node(0, "paragraph")
	text(1, "Seen at the clinic, ")
	node(1, "content", record.NarrativeAttr{Name: "styleCode", Value: "Bold"})
	text(2, "well")
	text(1, ".")
	node(0, "list", record.NarrativeAttr{Name: "listType", Value: "ordered"})
	node(1, "item")
	text(2, "H")
	node(2, "sub")
	text(3, "2")
	text(2, "O")
	node(1, "item")
	node(2, "linkHtml", record.NarrativeAttr{Name: "href", Value: "https://clinic.example/leaflet"})
	text(3, "leaflet")
	return n
}

// sectionCodes are the sections of the full document: kind of entry, LOINC code, title.
var sectionCodes = [][3]string{
	{record.KindAllergy, "48765-2 Allergies and adverse reactions Document", "Allergies"},
	{record.KindProblem, "11450-4 Problem list - Reported", "Problems"},
	{record.KindMedication, "10160-0 History of Medication use Narrative", "Medications"},
	{record.KindImmunization, "11369-6 History of Immunization note", "Immunizations"},
	{record.KindProcedure, "47519-4 History of Procedures Document", "Procedures"},
	{record.KindResultPanel, "30954-2 Relevant diagnostic tests/laboratory data note", "Results"},
	{record.KindVitalPanel, "8716-3 Vital signs note", "Vital Signs"},
	{record.KindSocial, "29762-2 Social history note", "Social History"},
	{record.KindAssessment, "47420-5 Functional status assessment note", "Functional Status"},
	{record.KindEncounter, "46240-8 History of Hospitalizations+Outpatient visits note", "Encounters"},
	{record.KindGoal, "61146-7 Goals Narrative", "Goals"},
	{record.KindHealthConcern, "75310-3 Health concerns Document", "Health Concerns"},
	{record.KindCarePlan, "18776-5 Plan of care note", "Plan of Treatment"},
	{record.KindCareTeam, "85847-2 Patient Care team information", "Care Teams"},
	{record.KindDevice, "46264-8 History of medical device use", "Medical Equipment"},
	{record.KindNote, "11506-3 Progress note", "Notes"},
	{record.KindCoverage, "48768-6 Payment sources Document", "Insurance"},
	{record.KindFamilyMember, "10157-6 History of family member diseases note", "Family History"},
	{record.KindDirective, "42348-3 Advance healthcare directives", "Advance Directives"},
}

// sectionKind says in which section entries of other kinds stand.
var sectionKind = map[string]string{
	record.KindResult: record.KindResultPanel, record.KindSpecimen: record.KindResultPanel, record.KindImagingStudy: record.KindResultPanel,
	record.KindVital: record.KindVitalPanel, record.KindAssessmentPanel: record.KindAssessment, record.KindQuestionnaire: record.KindAssessment,
	record.KindObservation: record.KindAssessment, record.KindAppointment: record.KindCarePlan, record.KindSupply: record.KindDevice, record.KindOrder: record.KindCarePlan,
}

// sections gives the full document a section for each kind with a narrative
// that holds every anchor, and links the entries to it.
func (f *filler) sections(rec *record.Record) {
	doc := &rec.Documents[0]
	place := map[string]int{}
	for i, s := range sectionCodes {
		place[s[0]] = i
		doc.Sections = append(doc.Sections, record.Section{ID: id("section", s[0]), Code: conceptOf("L " + s[1]), Title: s[2], Narrative: &record.Narrative{}})
	}
	sectionOf := func(kind string) *record.Section {
		if k, ok := sectionKind[kind]; ok {
			kind = k
		}
		i, ok := place[kind]
		if !ok {
			// What has no section of its own is told in the last one, the notes.
			i = place[record.KindNote]
		}
		return &doc.Sections[i]
	}
	for kind, e := range rec.Entries() {
		if _, ok := place[kind]; !ok && sectionKind[kind] == "" {
			continue
		}
		s := sectionOf(kind)
		s.Entries = append(s.Entries, record.Ref{ID: e.ID, Kind: kind})
		e.Section = s.ID
	}
	for i := range doc.Sections {
		s := &doc.Sections[i]
		s.Narrative.Nodes = append(s.Narrative.Nodes, record.NarrativeNode{Kind: "table", Attrs: []record.NarrativeAttr{{Name: "border", Value: "1"}}},
			record.NarrativeNode{Kind: "tbody", Depth: 1})
	}
	for _, a := range f.anchors {
		n := sectionOf(a.kind).Narrative
		n.Nodes = append(n.Nodes, record.NarrativeNode{Kind: "tr", Depth: 2}, record.NarrativeNode{Kind: "td", Depth: 3, ID: a.id},
			record.NarrativeNode{Kind: "text", Depth: 4, Text: a.text})
	}
	for i := range doc.Sections {
		// A table without a row is no table.
		if n := doc.Sections[i].Narrative; len(n.Nodes) == 2 {
			n.Nodes = []record.NarrativeNode{{Kind: "paragraph"}, {Kind: "text", Depth: 1, Text: "See the entries."}}
		}
	}
	odd(doc)
}

// odd fills the fields of sections that few sections have.
func odd(doc *record.Document) {
	s := &doc.Sections[0]
	s.Identifiers = []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "S-1"}}
	s.Labels = []record.Label{label(0), label(2)}
	s.Notes = []record.Note{{Text: "Told by the daughter", When: &record.Time{Value: "2023-04-05"}}}
	s.Media = []record.Attachment{{ContentType: "image/png", Data: record.Base64Data("SW52ZW50ZWQgY29udGVudA=="), Anchor: "picture-1"}}
	s.Language, s.NarrativeStatus, s.Mode, s.Anchor = "en-US", "generated", "snapshot", "section-1"
	s.OrderedBy = ptr(conceptOf("http://terminology.hl7.org/CodeSystem/list-order event-date Sorted by Event Date"))
	s.Participants = []record.Participation{{Role: "author", Who: &record.Ref{Display: "Dr Invented"}, When: &record.Period{At: record.Time{Value: "2023-04-05"}}}}
	s.Period = &record.Period{Start: record.Time{Value: "2020"}, End: record.Time{Value: "2023-04-05"}}
	doc.Sections = append(doc.Sections, record.Section{ID: id("section", "empty"), Code: conceptOf("L 29549-3 Medication administered Narrative"),
		Title: "Medications Administered", Absent: record.AbsentNoInformation,
		EmptyReason: ptr(conceptOf("http://terminology.hl7.org/CodeSystem/list-empty-reason unavailable Unavailable")),
		Sections: []record.Section{{ID: id("section", "nested"), Title: "In the ward", Code: conceptOf("L 29549-3 Medication administered Narrative"),
			Narrative: ptr(entryNarrative())}}})
}
