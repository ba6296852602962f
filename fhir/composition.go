package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// compositionStatus pairs FHIR's composition-status with the record's.
var compositionStatus = codes.NewTable(
	codes.Both("preliminary", record.StatusPreliminary),
	codes.Both("final", record.StatusFinal),
	codes.Both("amended", record.StatusAmended),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.OnlyFrom("final", record.StatusCompleted),
	codes.OnlyFrom("amended", record.StatusCorrected),
)

// relates pairs FHIR's document-relationship-type with the record's terms.
var relates = codes.NewTable(
	codes.Both("replaces", "replaces"),
	codes.Both("transforms", "transforms"),
	codes.Both("signs", "signs"),
	codes.Both("appends", "appends"),
)

// confidentialities are the codes that Composition.confidentiality takes (HL7 v3 ConfidentialityClassification, required).
const confidentialities = "LMNRUV"

var (
	compositionAuthors   = only(kindPractitioner, kindPractitionerRole, kindDevice, kindPatient, kindRelatedPerson, kindOrganization)
	compositionAttesters = only(kindPatient, kindRelatedPerson, kindPractitioner, kindPractitionerRole, kindOrganization)
)

var signedIsFinal = record.IssueStatusByRule.Because("the document has no status and is legally authenticated; FHIR calls what is complete and verified final")

// statusUnsigned stands for no status: R4 defines preliminary as what may be incomplete or unverified.
const statusUnsigned = "preliminary"

var unsignedIsPreliminary = record.IssueStatusByRule.Because("the document has no status and nobody signed it as legal authenticator; FHIR demands one, and calls what may be incomplete or unverified preliminary")

// isSigned reports whether somebody signed as the legal authenticator (C-CDA R2.1, US Realm Header; signatureCode S).
func isSigned(p record.Participation) bool {
	return p.Role == "legal-authenticator" && p.Signature == "S"
}

// composition writes Composition: the header of a document and its sections
// with their narrative (R4; US Core has no profile of it).
func (w *writer) composition(i int, d *record.Document) {
	w.resource("documents", i, &d.Entry, kindComposition)
	clear(w.anchorIDs)
	w.xmlIDs = w.anchorIDs
	w.common(&d.Entry, hasOneIdentifier|hasStatus|hasParticipants)
	if d.Status.Code == "" && d.Status.AsSent == "" && slices.ContainsFunc(d.Participants, isSigned) {
		w.code("status", "final")
		w.Note(&signedIsFinal, "status")
		if d.Status.Absent != "" {
			w.fieldStatus("status", &d.Status)
		}
	} else {
		stand := ""
		if d.Status.Code == "" && d.Status.AsSent == "" {
			stand = statusUnsigned
			w.Note(&unsignedIsPreliminary, "status")
		}
		w.status("status", &d.Status, &compositionStatus, stand)
	}
	w.requiredConcept("type", &d.Type, "type")
	w.concepts("category", d.Category)
	if w.named() {
		w.subject("subject")
	}
	w.referenceIn("encounter", d.Encounter, only(kindEncounter))
	if d.Time.IsZero() {
		w.required("date", "", "time")
	} else {
		w.dateTime("date", d.Time)
	}
	w.compositionPeople(d)
	if clean(d.Title) {
		w.str("title", d.Title)
	} else {
		w.required("title", "", "title")
		w.fieldStr("title", d.Title)
	}
	w.confidentiality(d)
	w.referenceIn("custodian", d.Custodian, only(kindOrganization))
	w.relatesTo(d)
	w.events(d)
	w.doc, w.shown = d, 0
	w.arr("section")
	for j := range d.Sections {
		w.section(j, &d.Sections[j])
	}
	if i == 0 {
		w.joinedSections()
	}
	w.endArr()
	w.compositionRest(d)
	w.endResource()
	w.unstructured(i, d)
	w.In("documents", i)
	w.shownMedia(d, d.Sections, 0)
	w.Leave()
	w.serviceTeams(i, d)
}

// confidentiality writes Composition.confidentiality, one code of the labels
// that stand in meta.security.
func (w *writer) confidentiality(d *record.Document) {
	for i := range d.Labels {
		c := &d.Labels[i].Coding
		if c.System == record.SystemConfidentiality && len(c.Code) == 1 && 'A' <= c.Code[0] && c.Code[0] <= 'Z' {
			for j := range confidentialities {
				if confidentialities[j] == c.Code[0] {
					w.code("confidentiality", c.Code)
					return
				}
			}
		}
	}
}

// compositionPeople writes author and attester; whoever else had a part, and
// all that is said of a part, goes to Provenance.
func (w *writer) compositionPeople(d *record.Document) {
	w.arr("author")
	for i := range d.Participants {
		if d.Participants[i].Role == "author" {
			w.participant("", &d.Participants[i], compositionAuthors)
		}
	}
	if w.isEmpty() {
		w.requiredObject("", "participants")
	}
	w.endArr()
	w.arr("attester")
	for i := range d.Participants {
		p := &d.Participants[i]
		mode := "professional"
		switch {
		case p.Role == "legal-authenticator":
			mode = "legal"
		case p.Role == "authenticator" && (p.RoleAsSent == "personal" || p.RoleAsSent == "official"):
			mode = p.RoleAsSent
		case p.Role == "authenticator":
		default:
			continue
		}
		w.obj("")
		w.code("mode", mode)
		if p.When != nil && !p.When.At.IsZero() {
			w.dateTime("time", p.When.At)
		}
		w.participant("party", p, compositionAttesters)
		w.end()
	}
	w.endArr()
	if len(d.Participants) > 0 {
		w.provenanceOf(d.Participants)
	}
}

// relatesTo writes the documents that this one replaces or appends.
func (w *writer) relatesTo(d *record.Document) {
	w.arr("relatesTo")
	for i := range d.Related {
		r := &d.Related[i]
		code, exact := relates.From(r.Type)
		if !exact {
			continue
		}
		w.obj("")
		w.code("code", code)
		if len(r.Identifiers) > 0 && (r.Identifiers[0].Value != "" || r.Identifiers[0].System != "") {
			w.identifier("targetIdentifier", &r.Identifiers[0])
			exact = exact && len(r.Identifiers) == 1 && r.SetID == nil && r.Version == "" && r.Code == nil && r.Text == nil && r.Ref == nil
		} else if t, ok := w.resolve(r.Ref); ok && t.typ == kindComposition || !ok && r.Ref != nil {
			w.reference("targetReference", r.Ref)
			exact = exact && len(r.Identifiers) == 0 && r.SetID == nil && r.Version == "" && r.Code == nil && r.Text == nil
		} else {
			w.requiredObject("targetIdentifier", "related")
			exact = false
		}
		if !exact {
			w.fieldAny("related", d.Related[i:i+1])
		}
		w.end()
	}
	w.endArr()
	w.unrelated("related", d.Related)
}

// events writes what the document is about (CDA documentationOf).
func (w *writer) events(d *record.Document) {
	w.arr("event")
	for i := range d.Services {
		s := &d.Services[i]
		w.obj("")
		if s.Code != nil {
			w.arr("code")
			w.concept("", s.Code)
			w.endArr()
		}
		if !s.When.IsZero() {
			w.period("period", &s.When)
		}
		w.arr("detail")
		w.reference("", s.Ref)
		if hasTeam(s) {
			w.obj("")
			w.urn(w.partID(&d.Entry, "services", i))
			w.end()
		}
		w.endArr()
		for j := range s.Identifiers {
			w.fieldKnown("identifiers", &s.Identifiers[j])
		}
		w.fieldStr("class", s.Class)
		w.fieldConcept("status", s.Status)
		for j := range s.Participants {
			w.participantField("participants", &s.Participants[j])
		}
		w.end()
	}
	w.endArr()
}

// compositionRest writes what FHIR's Composition has no element for.
func (w *writer) compositionRest(d *record.Document) {
	if d.SetID != nil {
		w.fieldKnown("setId", d.SetID)
	}
	w.fieldStr("version", d.Version)
	w.fieldStrs("realm", d.Realm)
	w.fieldTime("copyTime", d.CopyTime)
	w.fieldConcept("completionCode", d.CompletionCode)
	w.apartFrom(d)
	w.fieldRefs("orders", d.Orders)
	w.fieldRefs("consents", d.Consents)
	for i := range d.Recipients {
		w.participantField("recipients", &d.Recipients[i])
	}
	if len(d.Body) > 0 {
		w.field("body")
		w.obj("valueReference")
		w.urn(w.partID(&d.Entry, "body", 0))
		w.end()
		w.endField()
	}
}

// section writes a section with its narrative, entries and sections.
func (w *writer) section(i int, s *record.Section) {
	w.In("sections", i)
	w.obj("")
	w.fieldStr("id", s.ID)
	w.str("title", s.Title)
	if !s.Code.IsZero() {
		w.concept("code", &s.Code)
	}
	w.arr("author")
	for j := range s.Participants {
		if s.Participants[j].Role == "author" {
			w.participant("", &s.Participants[j], compositionAuthors)
		}
	}
	w.endArr()
	for j := range s.Participants {
		w.participantField("participants", &s.Participants[j])
	}
	w.sectionText(s)
	switch s.Mode {
	case "working", "snapshot", "changes":
		w.code("mode", s.Mode)
	default:
		w.fieldStr("mode", s.Mode)
	}
	w.concept("orderedBy", s.OrderedBy)
	w.sectionEntries(s)
	w.emptyReason(s)
	w.arr("section")
	for j := range s.Sections {
		w.section(j, &s.Sections[j])
	}
	w.endArr()
	for j := range s.Identifiers {
		w.fieldKnown("identifiers", &s.Identifiers[j])
	}
	w.fieldLabels(s.Labels)
	w.fieldAny("notes", s.Notes)
	w.fieldStr("language", s.Language)
	w.fieldPeriod("period", s.Period)
	w.fieldStr("anchor", s.Anchor)
	w.end()
	w.Leave()
}

// sectionEntries writes entry: the entries, and the pictures that the narrative shows.
func (w *writer) sectionEntries(s *record.Section) {
	w.arr("entry")
	for j := range s.Entries {
		w.reference("", &s.Entries[j])
	}
	for range s.Media {
		w.obj("")
		w.urn(w.partID(&w.doc.Entry, "media", w.shown))
		w.end()
		w.shown++
	}
	w.endArr()
}

// shownMedia writes a Media for each picture that the narratives of sections
// show, in the order of sectionEntries. It gives the number of the next.
func (w *writer) shownMedia(d *record.Document, ss []record.Section, next int) int {
	for i := range ss {
		w.In("sections", i)
		for j := range ss[i].Media {
			w.In("media", j)
			w.begin(kindMedia, w.partID(&d.Entry, "media", next), nil, nil, w.places[ss[i].ID].labels)
			w.code("status", "unknown")
			w.mark("ofDocument")
			w.subject("subject")
			w.attachment("content", &ss[i].Media[j])
			w.endResource()
			next++
		}
		next = w.shownMedia(d, ss[i].Sections, next)
		w.Leave()
	}
	return next
}

// emptyReason writes why a section is empty, where it has no entries (cmp-2).
func (w *writer) emptyReason(s *record.Section) {
	if s.EmptyReason != nil {
		if len(s.Entries) == 0 && len(s.Media) == 0 {
			w.concept("emptyReason", s.EmptyReason)
		} else {
			w.fieldConcept("emptyReason", s.EmptyReason)
		}
	}
	w.absent(s.Absent)
}

// sectionText writes the section's narrative, which is the document's own word.
func (w *writer) sectionText(s *record.Section) {
	n := s.Narrative
	if w.outdated[s] {
		w.Drop("narrative", n, &lostWords)
		n = nil
	}
	text := !n.IsZero() && hasInk(n, 0, len(n.Nodes))
	w.In("narrative", -1)
	defer w.Leave()
	switch {
	case !text:
		// FHIR has no narrative without words (txt-2), and a section has words, entries or sections (cmp-1).
		if len(s.Entries) == 0 && len(s.Media) == 0 && len(s.Sections) == 0 {
			w.obj("text")
			w.code("status", "empty")
			w.key("div")
			w.beginDiv()
			w.put(noWords)
			w.endDiv()
			w.end()
		}
		if !n.IsZero() {
			w.field("narrative")
			w.key("valueString")
			w.div(n, 0, len(n.Nodes), true)
			w.endField()
		}
	default:
		w.obj("text")
		w.code("status", narrativeStatus(s.NarrativeStatus, "additional"))
		w.key("div")
		w.div(n, 0, len(n.Nodes), true)
		w.end()
	}
	if s.NarrativeStatus == "additional" || s.NarrativeStatus != narrativeStatus(s.NarrativeStatus, "") || s.NarrativeStatus != "" && !text {
		w.fieldStr("narrativeStatus", s.NarrativeStatus)
	}
}
