package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// codeMapped is for a code that the field's own table has under another name.
var codeMapped = record.IssueAltered.Because("the table of the field has another code for this; that code went out")

// sexes is table 0001 by the codes of FHIR and HL7 v3.
var sexes = map[string]string{"male": "M", "female": "F", "other": "O", "unknown": "U", "M": "M", "F": "F", "UN": "A"}

// sex writes table 0001.
func (w *sender) sex(p spot, leaf string, c *record.Concept) {
	if w.m.source != "" && len(c.Codings) == 1 && c.Codings[0].System == record.SystemAdministrativeSex && c.Codings[0].SystemAsSent == "" {
		c.Codings[0].System = tableURI("1") // whose codes a reader takes for those
	}
	if len(c.Codings) > 0 {
		g := &c.Codings[0]
		v, ok := sexes[g.Code]
		ok = ok && g.System != "" && g.System != tableURI("1")
		if ok && w.m.source != "" && v == g.Code && (g.Display != "" || g.SystemAsSent != "" || len(c.Codings) > 1) {
			if g.System = tableURI("1"); g.SystemAsSent == "" && g.Display == "" {
				g.System = "" // the field says it
			}
			w.coded(p, c, "1") // as it was sent, in the components that it came in
			return
		}
		if ok {
			if w.put(p, v) {
				w.In(leaf, -1)
				w.In("codings", 0)
				w.Note(&codeMapped, "code")
				w.Note(&codeMapped, "system")
				w.Leave()
				w.Leave()
				g.Code, g.System, g.SystemAsSent, g.SystemName = "", "", "", ""
			}
			return
		}
	}
	w.coded(p, c, "1")
}

// patient writes PID and PD1, and clears what it writes.
func (w *sender) patient(v *record.Patient) {
	s := w.segment("PID", v.ID, w.lineOf(&v.Entry, "PID"))
	w.put(s.at(1), "1")
	w.patientIDs(s, v)
	for i := range v.Names {
		n := &v.Names[i]
		w.In("names", i)
		if i > 0 && slices.Equal(n.UsesAsSent, []string{"A"}) && len(n.Uses) == 0 {
			n.UsesAsSent = nil
			w.name(s.next(9), n)
		} else {
			w.further = len(w.formsOf(v.ID, slotOf("names", i))) > 0
			w.name(s.next(5), n)
			w.further = false
		}
		w.Leave()
	}
	w.joinedName(s.at(6), v.ID, "mothersMaidenName", "PID-6", &v.MothersMaidenName)
	w.time(s.at(7), &v.BirthTime)
	w.sex(s.at(8), "administrativeSex", &v.AdministrativeSex)
	w.concepts(s, 10, v.Races, "5")
	for i := range v.Addresses {
		a := &v.Addresses[i]
		if county := (record.Address{County: a.County}); a.County != "" && isOnlyCounty(a, county) && !s.has(12) {
			w.str(s.at(12), &a.County)
		} else {
			w.address(s.next(11), a)
		}
	}
	if b := v.BirthPlace; b != nil && len(b.Uses)+len(b.UsesAsSent) == 0 && b.Type == "" {
		at := s.next(11)
		before := len(s.cells)
		if w.address(at, b); len(s.cells) > before {
			w.put(at.at(7), "N") // table 0190: birth address
		}
	}
	w.telecomsBy(s, v.ID, "telecoms", v.Telecoms, patientField)
	if len(v.Languages) > 0 {
		w.coded(s.at(15), &v.Languages[0].Code, "296")
	}
	w.coded(s.at(16), &v.MaritalStatus, "2")
	w.coded(s.at(17), &v.Religion, "6")
	w.concepts(s, 22, v.Ethnicities, "189")
	w.str(s.at(23), &v.BirthPlaceName)
	w.yesNo(s.at(24), &v.MultipleBirth)
	w.str(s.at(25), &v.BirthOrder)
	for i := range v.Citizenships {
		forms := w.formsOf(v.ID, slotOf("citizenships", i))
		for _, f := range forms {
			c := clone(v.Citizenships[i])
			w.concept(s.next(fieldOf(f.path, "PID")), &c)
			if f.data == "" {
				v.Citizenships[i] = c
			}
		}
		if !v.Citizenships[i].IsZero() {
			w.concept(s.next(26), &v.Citizenships[i])
		}
	}
	w.conceptPtr(s.at(27), &v.Veteran, "172")
	w.time(s.at(29), &v.DeceasedTime)
	w.yesNo(s.at(30), &v.Deceased)
	w.timePtr(s.at(33), &v.Updated)
	w.conceptPtr(s.at(35), &v.Species, "")
	w.conceptPtr(s.at(36), &v.Breed, "")
	for i := range v.TribalAffiliations {
		w.coded(s.next(39), &v.TribalAffiliations[i].Tribe, "")
	}
	w.accountNumber(s)
	w.mother(s)
	w.notes(v.Notes, s)
	w.practice(v)
}

func isOnlyCounty(a *record.Address, c record.Address) bool {
	x := *a
	x.County = ""
	return a.County == c.County && x.City+x.State+x.PostalCode+x.Country+x.CensusTract+x.Type+x.Text == "" && x.Absent == "" && x.Period == nil &&
		len(x.Lines)+len(x.Uses)+len(x.UsesAsSent)+len(x.Parts)+len(x.Unstructured) == 0
}

// patientIDs writes PID-3, and the number of social security and the licence to drive where they are no more than that.
func (w *sender) patientIDs(s *segmentOut, v *record.Patient) {
	for i := range v.Identifiers {
		x := &v.Identifiers[i]
		moved := false
		for _, f := range w.formsOf(v.ID, slotOf("identifiers", i)) {
			c := clone(*x)
			w.identifier(s.next(fieldOf(f.path, "PID")), &c)
			if f.data == "" {
				*x, moved = c, true
			}
		}
		if moved {
			continue
		}
		plain := x.System == "" && x.Assigner == "" && x.AssignerRef == nil && x.Use == "" && x.CheckDigit == ""
		switch {
		case plain && x.SystemAsSent == "" && x.Period == nil && isType(x, "SS") && !s.has(19):
			w.str(s.at(19), &x.Value)
			w.impliedType(x, "SS")
		case plain && (len(x.SystemAsSent) <= 3 || w.m.source != "") && isType(x, "DL") && !s.has(20) && x.Value != "" && (x.Period == nil || x.Period.Start.IsZero()):
			w.str(s.at(20).at(1), &x.Value)
			w.str(s.at(20).at(2), &x.SystemAsSent)
			if x.Period != nil {
				w.time(s.at(20).at(3), &x.Period.End)
			}
			w.impliedType(x, "DL")
		default:
			w.identifier(s.next(3), x)
		}
	}
}

// accountNumber writes PID-18.
func (w *sender) accountNumber(s *segmentOut) {
	for _, i := range w.entriesHere(record.KindAccount) {
		v := w.copyOf(record.KindAccount, i).(*record.Account)
		w.At("accounts", i, func() {
			if x := takeAny(v.Identifiers); x != nil && !s.has(18) {
				w.fieldIdentifier(s.at(18), x, "AN")
				w.guarantorsSaid(v)
			}
		})
	}
}

// mother writes PID-21: the mother, where nothing but her identifier is known.
func (w *sender) mother(s *segmentOut) {
	for _, i := range w.entriesHere(record.KindRelatedPerson) {
		if !isPath(&w.rec.RelatedPersons[i].Entry, w.m.source, "PID") {
			continue
		}
		v := w.copyOf(record.KindRelatedPerson, i).(*record.RelatedPerson)
		if x := takeAny(v.Identifiers); x != nil {
			w.identifier(s.next(21), x)
			if len(v.Relationships) == 1 && v.Relationships[0].Has(record.SystemRoleCode, "MTH") {
				v.Relationships = nil
			}
		}
	}
}

// practice writes PD1: the general practice and practitioner, how the patient lives, and the immunization registry; then ARV.
func (w *sender) practice(v *record.Patient) {
	s := w.segment("PD1", v.ID, 0)
	w.concepts(s, 1, v.LivingDependencies, "223")
	w.conceptPtr(s.at(2), &v.LivingArrangement, "220")
	w.str(s.at(14), &v.Congregation)
	if x := v.Registry; x != nil {
		w.conceptPtr(s.at(11), &x.Publicity, "215")
		w.yesNo(s.at(12), &x.Protected)
		w.timePtr(s.at(13), &x.ProtectedSince)
		w.conceptPtr(s.at(16), &x.Status, "441")
		w.timePtr(s.at(17), &x.StatusSince)
		w.timePtr(s.at(18), &x.PublicitySince)
	}
	for i := range v.GeneralPractice {
		x := &v.GeneralPractice[i]
		w.In("generalPractitioners", i)
		if m := w.mentionOf(x); m != nil && m.organization != nil || m == nil && x.Kind == record.KindOrganization {
			w.organization(s.next(3), x)
		} else {
			w.person(s.next(4), x)
		}
		w.Leave()
	}
	w.dropEmpty(s)
	if w.m.tellsAll() {
		w.restrictions(v.ID, v.Restrictions)
	}
	w.patientAccess(v)
}

// merged writes MRG: the identifiers that the patient was known by before.
func (w *sender) merged(v *record.Patient) {
	s := w.segment("MRG", v.ID, 0)
	for i := range v.Links {
		x := &v.Links[i]
		if x.Type == "replaces" && x.Other.Identifier != nil && x.Other.ID == "" && x.Other.Identifier.Value != "" {
			w.identifier(s.next(1), x.Other.Identifier)
			x.Type = ""
		}
	}
	w.dropEmpty(s)
}

// isMerge reports whether a link can go into MRG.
func isMerge(x *record.PatientLink) bool {
	return x.Type == "replaces" && x.Other.Identifier != nil && x.Other.Identifier.Value != ""
}
