package hl7v2

import (
	"context"
	"slices"

	"github.com/portage-health/portage/record"
)

// newMessage is a message that is to be made.
type newMessage1 struct {
	kind, event, structure string
	encounter              int // in Encounters, -1 for none
	here                   map[string][]int
}

func (m *newMessage1) add(kind string, i int) {
	if m.here == nil {
		m.here = map[string][]int{}
	}
	m.here[kind] = append(m.here[kind], i)
}

// fresh makes messages of what no source's message told.
func (w *sender) fresh(ctx context.Context) error {
	for _, m := range w.freshPlan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		if !w.wants(m.kind + "_" + m.event) {
			continue
		}
		w.writeNew(m)
	}
	return nil
}

// writeNew writes a new message, unless there is nothing to say in it.
func (w *sender) writeNew(m *newMessage1) {
	w.begin(&messageOut{kind: m.kind, event: m.event, structure: m.structure})
	if m.here != nil {
		w.here = m.here
	}
	if m.encounter >= 0 {
		w.m.encounter = w.rec.Encounters[m.encounter].ID
	}
	w.header(nil)
	switch m.kind {
	case "ADT", "MDM", "DFT":
		w.event(nil)
	case "RSP":
		w.answerQuery()
	}
	w.person1()
	head := len(w.m.segs)
	if m.encounter >= 0 {
		w.visitOf(m)
	}
	mark := len(w.m.segs)
	for _, kind := range newKinds(m.kind) {
		for _, i := range w.here[kind] {
			w.one(kind, i)
		}
		if kind == record.KindRelatedPerson && m.kind == "ADT" {
			w.circumstances()
		}
	}
	own := m.kind == "ADT" && (m.event == "A31" || m.event == "A40" || m.encounter >= 0 && len(w.m.segs) > head)
	if len(w.m.segs) == mark && !own {
		return // all of it was withheld
	}
	w.m.lead()
	w.number1(w.m)
	w.out = append(w.out, outgoing{m: w.m})
}

// lead puts what stands before the patient in messages of appointments and referrals there.
func (m *messageOut) lead() {
	from := slices.IndexFunc(m.segs, func(s *segmentOut) bool { return s.name == "SCH" || s.name == "RF1" })
	if from < 0 {
		return
	}
	to := from + 1
	for to < len(m.segs) && slices.Contains([]string{"TQ1", "NTE", "AUT", "PRD", "CTD"}, m.segs[to].name) {
		to++
	}
	head := slices.Clone(m.segs[from:to])
	m.segs = slices.Insert(slices.Delete(m.segs, from, to), 1, head...)
}

// newKinds is the order of entries in a new message.
func newKinds(kind string) []string {
	if kind == "ADT" {
		return []string{record.KindCareTeam, record.KindRelatedPerson, record.KindVital, record.KindSocial, record.KindAssessment, record.KindObservation,
			record.KindAllergy, record.KindProblem, record.KindProcedure, record.KindCoverage}
	}
	return bodyKinds
}

// visitOf writes PV1 of the visit that a message belongs to. The visit's own message is that of ADT.
func (w *sender) visitOf(m *newMessage1) {
	at := entryAt{record.KindEncounter, m.encounter}
	if m.kind == "ADT" {
		w.one(at.kind, at.i)
		return
	}
	v := clone(w.rec.Encounters[m.encounter])
	quiet := w.Quiet
	w.Quiet = true
	w.At("encounters", m.encounter, func() { w.encounter(&v) })
	w.Quiet = quiet
}

// freshPlan says which messages are to be made, and of what.
func (w *sender) freshPlan() (out []*newMessage1) {
	person := &newMessage1{kind: "ADT", event: "A31", structure: "ADT_A05", encounter: -1}
	adverse := &newMessage1{kind: "ADT", event: "A60", structure: "ADT_A60", encounter: -1}
	merge := &newMessage1{kind: "ADT", event: "A40", structure: "ADT_A39", encounter: -1}
	visits := map[int]*newMessage1{}
	byVisit := map[string]*newMessage1{}
	var visitList, others []*newMessage1
	free := func(kind string, i int) bool { return !w.written[entryAt{kind, i}] }
	visit := func(ref *record.Ref) int {
		if ref == nil {
			return -1
		}
		at, ok := w.refs[ref.ID]
		if !ok || at.kind != record.KindEncounter || w.unsayable(at.kind, at.i) != nil {
			return -1
		}
		return at.i
	}
	grouped := func(kind, event, structure string, encounter int) *newMessage1 {
		key := kind + event + itoa(encounter)
		m := byVisit[key]
		if m == nil {
			m = &newMessage1{kind: kind, event: event, structure: structure, encounter: encounter}
			byVisit[key] = m
			others = append(others, m)
		}
		return m
	}
	w.m = &messageOut{}
	for i := range w.rec.Encounters {
		e := &w.rec.Encounters[i]
		if !free(record.KindEncounter, i) {
			continue
		}
		if why := w.unsayable(record.KindEncounter, i); why != nil {
			w.withhold(record.KindEncounter, i, why)
			continue
		}
		event := encounterEvent(e)
		visits[i] = &newMessage1{kind: "ADT", event: event, structure: adtStructure[event], encounter: i}
		visitList = append(visitList, visits[i])
	}
	diagnosed := map[string]int{} // problems to the visits, counted from 1, whose diagnoses they are
	for i := range w.rec.Encounters {
		for _, x := range w.rec.Encounters[i].Diagnoses {
			if diagnosed[x.Problem.ID] == 0 && x.Problem.ID != "" {
				diagnosed[x.Problem.ID] = i + 1
			}
		}
	}
	inVisit := func(ref *record.Ref) *newMessage1 {
		if m := visits[visit(ref)]; m != nil && m.event != "A11" && m.event != "A21" {
			return m
		}
		return person
	}
	counts := map[string]int{}
	for kind := range w.rec.Entries() {
		i := counts[kind]
		counts[kind]++
		if !free(kind, i) {
			continue
		}
		switch v := w.pointer(kind, i).(type) {
		case *record.RelatedPerson:
			person.add(kind, i)
		case *record.Coverage:
			person.add(kind, i)
		case *record.Account:
			person.add(kind, i)
		case *record.CareTeam:
			inVisit(v.Encounter).add(kind, i)
		case *record.Allergy:
			if w.needsIAM(v) {
				adverse.add(kind, i)
			} else {
				person.add(kind, i)
			}
		case *record.Problem:
			if m := visits[diagnosed[v.ID]-1]; m != nil && m.event != "A21" && v.Use != "problem-list" {
				m.add(kind, i)
			} else if m := inVisit(v.Encounter); v.Use == "encounter-diagnosis" && m != person {
				m.add(kind, i)
			} else {
				grouped("PPR", "PC1", "PPR_PC1", visit(v.Encounter)).add(kind, i)
			}
		case *record.Goal:
			grouped("PGL", "PC6", "PGL_PC6", -1).add(kind, i)
		case *record.Procedure:
			inVisit(v.Encounter).add(kind, i)
		case *record.Immunization:
			if w.x.Query != nil && w.wants("RSP_K11") {
				grouped("RSP", "K11", "RSP_K11", -1).add(kind, i)
			} else {
				grouped("VXU", "V04", "VXU_V04", visit(v.Encounter)).add(kind, i)
			}
		case *record.Panel:
			m := grouped("ORU", "R01", "ORU_R01", visit(v.Encounter))
			m.add(kind, i)
			for _, ref := range v.Members {
				if at, ok := w.refs[ref.ID]; ok {
					m.add(at.kind, at.i)
				}
			}
			if len(v.BasedOn) > 0 {
				if at, ok := w.refs[v.BasedOn[0].ID]; ok && at.kind == record.KindOrder && free(at.kind, at.i) && w.unsayable(at.kind, at.i) == nil {
					m.add(at.kind, at.i)
				}
			}
		}
	}
	w.planRest(free, visit, grouped, inVisit, person, &others)
	if len(person.here) > 0 || w.rec.Patient != nil && !w.written[entryAt{record.KindPatient, -1}] {
		out = append(out, person)
	}
	if p := w.rec.Patient; p != nil && slices.ContainsFunc(p.Links, func(l record.PatientLink) bool { return isMerge(&l) }) && !w.verbatim[entryAt{record.KindPatient, -1}] && !w.patientDone {
		out = append(out, merge)
	}
	if len(adverse.here) > 0 {
		out = append(out, adverse)
	}
	return append(append(out, visitList...), others...)
}

// planRest plans what depends on where the panels are: observations that none of them has, orders, documents and the like.
func (w *sender) planRest(free func(string, int) bool, visit func(*record.Ref) int, grouped func(kind, event, structure string, encounter int) *newMessage1,
	inVisit func(*record.Ref) *newMessage1, person *newMessage1, others *[]*newMessage1) {
	taken := map[entryAt]bool{}
	for _, m := range *others {
		for kind, list := range m.here {
			for _, i := range list {
				taken[entryAt{kind, i}] = true
			}
		}
	}
	single := func(kind, event, structure string, encounter int, at entryAt) {
		m := &newMessage1{kind: kind, event: event, structure: structure, encounter: encounter}
		m.add(at.kind, at.i)
		*others = append(*others, m)
	}
	counts := map[string]int{}
	for kind := range w.rec.Entries() {
		i := counts[kind]
		counts[kind]++
		at := entryAt{kind, i}
		if !free(kind, i) || taken[at] {
			continue
		}
		switch v := w.pointer(kind, i).(type) {
		case *record.Observation:
			switch {
			case w.belongs(v):
			case kind == record.KindResult:
				grouped("ORU", "R01", "ORU_R01", visit(v.Encounter)).add(kind, i)
			default:
				m := inVisit(v.Encounter)
				m.add(kind, i)
			}
		case *record.Order:
			if v.Kind == "referral" {
				single("REF", "I12", "REF_I12", visit(v.Encounter), at)
			} else {
				grouped("OML", "O21", "OML_O21", visit(v.Encounter)).add(kind, i)
			}
		case *record.Medication:
			switch w.medicineSegment(v) {
			case "RXD":
				grouped("RDS", "O13", "RDS_O13", visit(v.Encounter)).add(kind, i)
			case "RXA":
				grouped("RAS", "O17", "RAS_O17", visit(v.Encounter)).add(kind, i)
			case "RXG":
				grouped("RGV", "O15", "RGV_O15", visit(v.Encounter)).add(kind, i)
			case "RXO":
				grouped("ORM", "O01", "ORM_O01", visit(v.Encounter)).add(kind, i)
			default:
				grouped("RDE", "O11", "RDE_O11", visit(v.Encounter)).add(kind, i)
			}
		case *record.ClinicalNote:
			n := -1
			if len(v.Encounter) > 0 {
				n = visit(&v.Encounter[0])
			}
			single("MDM", "T02", "MDM_T02", n, at)
		case *record.Appointment:
			single("SIU", appointmentEvent(v), "SIU_S12", -1, at)
		case *record.Charge:
			grouped("DFT", "P03", "DFT_P03", visit(v.Encounter)).add(kind, i)
		}
	}
}

// belongs reports whether an observation is written with the vaccination, the medicine or the document that it is part of.
func (w *sender) belongs(v *record.Observation) bool {
	for i := range v.PartOf {
		at, ok := w.refs[v.PartOf[i].ID]
		if ok && !w.written[at] && slices.Contains([]string{record.KindImmunization, record.KindMedication, record.KindNote}, at.kind) && w.unsayable(at.kind, at.i) == nil {
			return true
		}
	}
	return false
}
