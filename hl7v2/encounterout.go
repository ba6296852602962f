package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// encounterEvent gives the event of ADT that says where a visit stands (chapter 3, 3.3); "" where none does.
func encounterEvent(v *record.Encounter) string {
	switch v.Status.Code {
	case record.StatusPlanned, record.StatusBooked:
		return "A05"
	case record.StatusArrived, record.StatusTriaged, record.StatusCheckedIn:
		return "A04"
	case record.StatusActive:
		return "A01"
	case record.StatusOnLeave:
		return "A21"
	case record.StatusCancelled:
		return "A11"
	case record.StatusCompleted:
		if v.When.End.Value == "" {
			return "A03"
		}
		return "A08"
	case "", record.StatusUnknown:
		return "A08"
	}
	return ""
}

// adtStructure is table 0354 for the events that are written.
var adtStructure = map[string]string{"A01": "ADT_A01", "A03": "ADT_A03", "A04": "ADT_A01", "A05": "ADT_A05", "A08": "ADT_A01", "A11": "ADT_A09", "A21": "ADT_A21",
	"A31": "ADT_A05", "A40": "ADT_A39", "A60": "ADT_A60"}

// visitClasses is table 0004 by HL7 v3 ActEncounterCode (EncounterClass map).
var visitClasses = map[string]string{"AMB": "O", "IMP": "I", "ACUTE": "I", "NONAC": "I", "EMER": "E", "PRENC": "P"}

// mapped writes a coded value whose first code another code system names otherwise than the field's table.
func (w *sender) mapped(p spot, leaf string, c *record.Concept, table, system string, to map[string]string) {
	if len(c.Codings) > 0 {
		g := &c.Codings[0]
		if v, ok := to[g.Code]; ok && g.System == system && w.put(p.at(1), v) {
			w.In(leaf, -1)
			w.In("codings", 0)
			w.Note(&codeMapped, "code")
			w.Note(&codeMapped, "system")
			w.Leave()
			w.Leave()
			g.Code, g.System, g.SystemAsSent, g.SystemName = "", "", "", ""
			w.str(p.at(2), &g.Display)
			return
		}
	}
	w.coded(p, c, table)
}

// encounter writes PV1 and PV2.
func (w *sender) encounter(v *record.Encounter) {
	w.m.encounter = v.ID
	s := w.segment("PV1", v.ID, w.lineOf(&v.Entry, "PV1"))
	w.mapped(s.at(2), "class", &v.Class, "4", record.SystemActCode, visitClasses)
	if len(v.Types) > 0 {
		w.coded(s.at(4), &v.Types[0], "7")
	}
	w.identifier(s.at(5), v.PreAdmission)
	w.participants(v.Participants, s, 7, role("attender"), nil)
	w.participants(v.Participants, s, 8, role("referrer", ""), nil)
	w.participants(v.Participants, s, 9, role("consultant"), nil)
	if v.HospitalService != nil {
		w.conceptPtr(s.at(10), &v.HospitalService, "69")
	} else {
		w.conceptPtr(s.at(10), &v.ServiceType, "69")
	}
	w.conceptPtr(s.at(13), &v.Readmission, "92")
	w.conceptPtr(s.at(14), &v.AdmitSource, "23")
	w.concepts(s, 15, v.Arrangements, "9")
	w.concepts(s, 16, v.Courtesies, "99")
	w.participants(v.Participants, s, 17, role("admitter"), nil)
	w.conceptPtr(s.at(18), &v.PatientClass, "18")
	w.visitNumbers(s, v)
	w.conceptPtr(s.at(36), &v.Disposition, "112")
	if v.DischargedTo != nil && v.DischargedTo.ID == "" {
		w.pieces(s.at(37).at(1), &v.DischargedTo.Display, "&")
	}
	if len(v.Diets) > 0 {
		w.coded(s.at(38), &v.Diets[0], "114")
	}
	if v.ServiceProvider != nil && v.ServiceProvider.ID == "" {
		w.str(s.at(39), &v.ServiceProvider.Display)
	}
	w.time(s.at(44), &v.When.Start)
	if v.When.Start.IsZero() {
		w.time(s.at(44), &v.When.At)
	}
	w.time(s.at(45), &v.When.End)
	w.participants(v.Participants, s, 52, role("participant"), nil)
	if len(v.Episodes) > 0 && v.Episodes[0].ID == "" {
		w.str(s.at(53), &v.Episodes[0].Display)
		w.identifier(s.at(54), v.Episodes[0].Identifier)
	}
	for _, i := range w.entriesHere(record.KindAccount) { // where the account stands
		if a := w.copyOf(record.KindAccount, i).(*record.Account); a.Status.Code == "" && !s.has(41) {
			w.str(s.at(41), &a.Status.AsSent)
		}
	}
	w.visitStatusSaid(v)
	for i := range v.Diagnoses { // their DG1 stand in the message
		at, ok := w.refs[v.Diagnoses[i].Problem.ID]
		if ok && slices.Contains(w.here[record.KindProblem], at.i) && at.kind == record.KindProblem {
			v.Diagnoses[i].Problem.ID, v.Diagnoses[i].Problem.AsSent = "", ""
		}
	}
	w.financialClasses(s, v)
	w.moreOfVisit(s, v)
	w.notes(v.Notes, s)
	if w.m.tellsAll() {
		w.restrictions(v.ID, v.Restrictions)
		w.accident(v)
	}
	w.visitAccess(v)
}

// financialClasses writes PV1-20 (FC, 2A.3.29): a class and since when it holds.
func (w *sender) financialClasses(s *segmentOut, v *record.Encounter) {
	for i := range v.FinancialClasses {
		x := &v.FinancialClasses[i]
		at := s.next(20)
		w.tableCodeOr(at.at(1), &x.Concept, "64")
		if x.When != nil {
			w.time(at.at(2), &x.When.Start)
		}
	}
}

// tableCodeOr writes the code alone of a concept that is no more than a code, of the field's table or of no system.
func (w *sender) tableCodeOr(p spot, c *record.Concept, table string) {
	if len(c.Codings) == 0 {
		return
	}
	if g := &c.Codings[0]; g.System == "" && g.SystemAsSent == "" && g.SystemName == "" && tableSystem(table, g.Code) == "" {
		w.str(p, &g.Code)
		return
	}
	w.tableCode(p, c, table)
}

// visitNumbers writes PV1-19 and PV1-50.
func (w *sender) visitNumbers(s *segmentOut, v *record.Encounter) {
	for i := range v.Identifiers {
		x := &v.Identifiers[i]
		switch {
		case x.Value == "":
		case isType(x, "VN") && !s.has(19) && len(w.formsOf(v.ID, slotOf("identifiers", i))) > 0:
			w.identifier(s.at(19), x)
		case isType(x, "VN") && !s.has(19):
			w.fieldIdentifier(s.at(19), x, "VN")
		case w.m.source != "" && i == 0:
			w.identifier(s.at(19), x)
		case untyped(x) && !s.has(19) && takeType(v.Identifiers, "VN") == nil && w.m.source == "":
			w.put(s.at(19).at(5), "VN")
			w.In("identifiers", i)
			w.Note(&typeByField, "type")
			w.Leave()
			w.identifier(s.at(19), x)
		default:
			w.identifier(s.next(50), x)
		}
	}
}

// typeByField is for identifiers whose kind only their field says.
var typeByField = record.IssueAltered.Because("the identifier does not say of what kind it is; the field that it stands in does")

// visitStatusSaid clears the status of a visit that the event, or the end of the visit, says.
func (w *sender) visitStatusSaid(v *record.Encounter) {
	r := reader{p: &part{message: &message{kind: w.m.kind, event: w.m.event}}}
	end := record.Encounter{}
	at := w.refs[v.ID]
	end.When.End.Value = w.rec.Encounters[at.i].When.End.Value
	said := r.visitStatus(&end).Code
	switch {
	case v.Status.Code == "" || said == "":
	case v.Status.Code == said:
		v.Status.Code, v.Status.AsSent = "", ""
	case encounterEvent(v) == w.m.event:
		w.In("status", -1)
		w.Note(&codeMapped, "code")
		w.Leave()
		v.Status.Code, v.Status.AsSent = "", ""
	}
}

// places writes where the patient is, was and is to be: PV1-3, PV1-6, PV1-11, PV1-42, PV1-43 and PV2-1.
func (w *sender) places(s, s2 *segmentOut, v *record.Encounter) {
	pre := w.rec.Encounters[w.refs[v.ID].i].Class.Has(tableURI("4"), "P") // of whom PV1-3 says where they are to be
	for i := range v.Locations {
		x := &v.Locations[i]
		var at spot
		for _, f := range map[string][]int{"active": {3, 11}, "completed": {6, 43}, "planned": {42}, "": {3}}[x.Status] {
			if at.s == nil && !s.has(f) && !(pre && f == 3) {
				at = s.at(f)
			}
		}
		switch {
		case len(w.formsOf(v.ID, slotOf("locations", i))) > 0 && !s2.has(1):
			at = s2.at(1)
		case x.Status == "planned" && pre && !s.has(3):
			at = s.at(3)
		case x.Status == "planned" && at.s == nil && !s2.has(1):
			at = s2.at(1)
		}
		if at.s == nil {
			continue
		}
		w.In("locations", i)
		if w.location(at, &x.Location) {
			if x.Status == "" {
				w.Note(&placeStatus, "status")
			}
			x.Status = ""
		}
		w.Leave()
	}
}

// placeStatus is for places of a visit that do not say whether the patient is there.
var placeStatus = record.IssueAltered.Because("the record does not say whether the patient is at the place; the field is that of the place assigned")

// moreOfVisit writes PV2.
func (w *sender) moreOfVisit(s1 *segmentOut, v *record.Encounter) {
	s := w.segment("PV2", v.ID, 0)
	w.places(s1, s, v)
	if len(v.Reasons) > 0 && v.Reasons[0].Code != nil && (v.Reasons[0].Assertion == "" || v.Reasons[0].Assertion == record.Affirmed) {
		w.indications(s, 3, v.Reasons[:1])
	}
	if q := v.Length; q != nil && q.Code == "d" && q.System == record.SystemUCUM && q.Comparator == "" {
		if w.number(s.at(11), &q.Value); q.Value == "" {
			v.Length = nil
		}
	}
	if len(v.Notes) > 0 && !strings.Contains(v.Notes[0].Text, "\n") {
		w.str(s.at(12), &v.Notes[0].Text)
	}
	if x := v.Planned; x != nil {
		w.time(s.at(8), &x.Start)
		w.time(s.at(9), &x.End)
	}
	w.participants(v.Participants, s, 13, role("referrer", "PV2-13"), nil)
	w.yesNo(s.at(22), &v.Protected)
	w.conceptPtr(s.at(38), &v.ArrivalMode, "430")
	if v.ServiceProvider != nil && v.ServiceProvider.ID != "" {
		w.organization(s.at(23), v.ServiceProvider)
	}
	w.conceptPtr(s.at(25), &v.Priority, "217")
	w.dropEmpty(s)
}
