package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// headerFirst notes, before any entry is written, what the header has too: the
// encounter that the document was made in, with its place, and the orders that it
// fulfils, which are no entries where no section lists them and the header holds all of them.
func (w *writer) headerFirst(d *record.Document) {
	if at, ok := w.place(d.Encounter); ok && at.kind == kindEncounter {
		e := &w.rec.Encounters[at.i]
		w.headerEncounter = e.ID
		if !w.headerOnly(at.i) {
			w.pointedTo[e.ID]++ // both forms need its id
		}
		for i := range e.Locations {
			if at, ok := w.place(&e.Locations[i].Location); ok && at.kind == kindLocation {
				w.headerPlace = e.Locations[i].Location.ID
				break
			}
		}
	}
	for i := range d.Orders {
		if at, ok := w.place(&d.Orders[i]); ok && at.kind == kindOrder && !w.listed[d.Orders[i].ID] {
			o := w.rec.Orders[at.i]
			o.Identifiers, o.Code, o.Priority, o.Mode = nil, record.Concept{}, nil, ""
			if record.CountLeavesOf(&o) == 0 {
				w.leftOut[d.Orders[i].ID] = true
			}
		}
	}
}

// entryCode writes what kind of encounter it is: the type, and the class as
// another code for it (C-CDA on FHIR, CF-encounters, code). Of several types the
// header, where it tells of the encounter too, has the first.
func (w *writer) entryCode(x *record.Encounter, header bool) {
	types, class := x.Types, x.Class
	x.Types, x.Class = nil, record.Concept{}
	first := 0
	if header && len(types) > 1 {
		first, class = 1, record.Concept{}
	}
	if len(types) == 0 {
		if class.IsZero() {
			w.require("code", "types", "NI")
		}
		w.concept("code", "class", &class)
		return
	}
	for i := first; i < len(types); i++ {
		c := types[i]
		w.In("types", i)
		switch {
		case i == first:
			c.Codings = append(c.Codings[:len(c.Codings):len(c.Codings)], class.Codings...)
			w.concept("code", "", &c)
		case w.strict:
			w.Drop("", &c, &withheld) // an encounter has one code
		default:
			w.concept("code", "", &c)
		}
		w.Leave()
	}
	if class.Codings = nil; !class.IsZero() {
		w.Drop("class", &class, &lost)
	}
}

// leftToHeader gives the parts in an encounter that the header does not say.
func leftToHeader(list []record.Participation) []record.Participation {
	responsible := false
	return slices.DeleteFunc(slices.Clone(list), func(p record.Participation) bool {
		if !headerPart(&p) || p.Role == "responsible" && responsible {
			return false // the header has one who is responsible
		}
		responsible = responsible || p.Role == "responsible"
		return true
	})
}

// inHeader reports whether the header says where it was: the place, and no more of it.
func inHeader(l *record.EncounterLocation) bool {
	return l.When == nil && l.Status == "" && l.Physical == nil
}

// isToCome reports whether an encounter has not begun: as an Encounter Activity,
// which is an event, it would read as one that was.
func isToCome(x *record.Encounter) bool {
	switch x.Status.Code {
	case record.StatusPlanned, record.StatusBooked, record.StatusPending, record.StatusProposed:
		return true
	}
	return false
}

func (w *writer) encounterSection(i int) string {
	if isToCome(&w.rec.Encounters[i]) {
		return "18776-5"
	}
	return "46240-8"
}

// encounterEntry writes an Encounter Activity (C-CDA R2.1 3.24), or a Planned Encounter (3.72) for one that is to come.
func (w *writer) encounterEntry(i int) bool {
	x := w.rec.Encounters[i]
	if x.Mode != record.ModeEvent || x.Assertion == record.Negated || x.Assertion == record.NoneKnown {
		return false // CDA knows no encounter that was not
	}
	w.wrote[x.ID] = true
	w.tellEncounter(&x)
	w.notKnown(&x.Entry)
	planned := isToCome(&x)
	mood := "EVN"
	if planned {
		mood, x.Status = "INT", record.Status{Code: record.StatusActive, Reasons: x.Status.Reasons} // the mood says that it is planned
	}
	w.begin("encounter", "ENC", mood, &x.Entry)
	x.Assertion = record.Affirmed
	if planned {
		w.plannedTemplate(&orderForm{"encounter", "ENC", templatesPlanned[1], moodsOfActs, "active"}, mood, &x.Status)
	} else {
		w.template(templatesEncounter[0])
	}
	w.entryIDs(&x.Entry)
	header := w.headerEncounter == x.ID
	w.entryCode(&x, header)
	w.linkOf(&x.Entry)
	if planned {
		w.statusPlanned(&x.Status)
	} else {
		w.statusKnown(&x.Status)
	}
	if header && w.keeps("effectiveTime") {
		x.When = record.Period{} // the header says it; here the source has a time of its own, which is carried
	} else {
		w.timed("effectiveTime", "when", "UNK", &x.When)
	}
	w.conceptPtr("sdtc:dischargeDispositionCode", "disposition", &x.Disposition)
	w.conceptPtr("priorityCode", "priority", &x.Priority)
	if header {
		x.AdmitSource = nil // the header says it
		x.Participants = leftToHeader(x.Participants)
	}
	w.participants(&x.Participants)
	w.encounterPlaces(&x, header)
	w.diagnoses(&x)
	w.end()
	w.rest(&x)
	return true
}

// statusKnown writes a status that no template demands: what has no code is null or left out.
func (w *writer) statusKnown(s *record.Status) {
	if s.AsSent == "" && s.Absent == "" && s.Code == record.StatusUnknown {
		s.Code, s.Absent = "", record.AbsentUnknown
	}
	w.status(s)
}

// encounterPlaces writes where it took place, each place with its time. The first may be the header's.
func (w *writer) encounterPlaces(x *record.Encounter, header bool) {
	for i := range x.Locations {
		l := x.Locations[i]
		if header && l.Location.ID != "" && l.Location.ID == w.headerPlace && inHeader(&l) {
			continue
		}
		w.In("locations", i)
		if w.serviceLocation("locations", i, &l.Location, "location", func() { w.periodPtr("time", "when", &l.When) }) {
			l.Location = record.Ref{}
		}
		w.rest(&l)
		w.Leave()
	}
	x.Locations = nil
}

// diagnoses writes diagnoses, reasons and instructions.
func (w *writer) diagnoses(x *record.Encounter) {
	var acts []string // the acts around diagnoses that were written here, each with all its problems
	for i := range x.Diagnoses {
		d, from := x.Diagnoses[i], len(w.mates)
		w.In("diagnoses", i)
		if at, ok := w.place(&d.Problem); ok && w.entryAt(at) != nil {
			act := ""
			if at.kind == record.KindProblem {
				if c := w.rec.Problems[at.i].Concern; c != nil {
					act = c.ID
				}
			}
			if act == "" || !slices.Contains(acts, act) {
				acts = append(acts, act)
				w.diagnosis(i, at, &d.Problem)
			}
			d.Problem.ID, d.Problem.Kind = "", ""
		}
		w.rest(&d)
		w.Leave()
		w.unnamed(from, "diagnoses", func(id string) bool {
			return slices.ContainsFunc(x.Diagnoses, func(d record.EncounterDiagnosis) bool { return d.Problem.ID == id })
		})
	}
	x.Diagnoses = nil
	w.indicationsOut("reasons", &x.Reasons)
	w.instructionsOut(&x.Instructions)
	w.reasonsOut(&x.Status)
	w.tail(&x.Entry, "entryRelationship")
}

// diagnosis writes a problem that was diagnosed: within its Encounter Diagnosis
// where it stands in no other list, else by a reference.
func (w *writer) diagnosis(i int, at place, ref *record.Ref) {
	w.In("problem", -1)
	defer w.Leave()
	own := at.kind == record.KindProblem && w.rec.Problems[at.i].Use == "encounter-diagnosis"
	if own {
		w.relate("COMP", false, "diagnoses", i)
		w.nest(at, ref)
	} else {
		w.relate("REFR", false, "diagnoses", i)
		w.entryReference(at, ref)
	}
	w.end()
}

// tellEncounter tells of an encounter in the narrative.
func (w *writer) tellEncounter(x *record.Encounter) {
	if w.row == nil {
		return
	}
	for i := range x.Types {
		w.tell("Encounter", wordsOf(&x.Types[i]))
	}
	if len(x.Types) == 0 && x.Class.IsZero() {
		w.tell("Encounter", "Encounter")
	}
	w.tell("Encounter", wordsOf(&x.Class))
	w.tell("Date", wordsOfPeriod(&x.When))
	w.tellStatus(&x.Status)
	w.tellPeople(x.Participants)
	for i := range x.Locations {
		w.tellPlaces(&x.Locations[i].Location)
	}
	for i := range x.Diagnoses {
		if at, ok := w.place(&x.Diagnoses[i].Problem); ok && at.kind == record.KindProblem {
			p := &w.rec.Problems[at.i]
			words := wordsOf(&p.Code)
			if p.Assertion == record.Negated {
				words = "Not: " + words
			}
			w.tell("Diagnosis", words)
		}
	}
	w.tellIndications(x.Reasons)
	w.tell("Disposition", wordsOf(x.Disposition))
}
