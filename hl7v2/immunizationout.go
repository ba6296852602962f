package hl7v2

import "github.com/portage-health/portage/record"

// immunization writes ORC, RXA, RXR and the observations that belong to a vaccination (CDC guide 2.5.1, release 1.5).
func (w *sender) immunization(v *record.Immunization) {
	orc := w.segment("ORC", v.ID, 0)
	orc.order = max(orc.order, w.lineOf(&v.Entry, "RXA")-1)
	w.vaccineOrder(orc, v)
	s := w.segment("RXA", v.ID, w.lineOf(&v.Entry, "RXA"))
	w.put(s.at(1), "0")
	w.put(s.at(2), "1")
	if !v.When.At.IsZero() {
		at := v.When.At
		w.time(s.at(3), &v.When.At)
		w.time(s.at(4), &at)
	} else {
		w.time(s.at(3), &v.When.Start)
		w.time(s.at(4), &v.When.End)
	}
	w.concept(s.at(5), &v.Product.Code)
	w.vaccineDose(s, v)
	for i := 0; v.InfoSource != nil && i < len(v.InfoSource.Codings); i++ {
		one := record.Concept{Codings: v.InfoSource.Codings[i : i+1]}
		w.concept(s.next(9), &one)
	}
	w.participants(v.Participants, s, 10, func(p *record.Participation) bool { return p.Role == "performer" && p.RoleAsSent == "" }, func(p *record.Participation) { w.administering(p) })
	if w.location(s.at(11), v.Location) {
		v.Location.ID, v.Location.AsSent = "", ""
	}
	w.str(s.at(15), &v.Product.Lot)
	w.timePtr(s.at(16), &v.Product.Expiration)
	w.manufacturer(s.at(17), v.Product.Manufacturer)
	if v.Status.Code != record.StatusCompleted { // a reader takes what has a reason here for refused
		w.concepts(s, 18, v.Status.Reasons, "")
	}
	w.indications(s, 19, v.Indications)
	w.vaccineStatus(s, v)
	w.timePtr(s.at(22), &v.Recorded)
	w.route(v)
	w.inVisit(&v.Encounter)
	w.notes(v.Notes, s)
	w.vaccineObservations(v)
	for i := range v.Notes {
		if n := &v.Notes[i]; n.Text != "" && w.m.source == "" {
			o := w.answer("48767-8", "Annotation comment", "TX")
			if w.flow(o.at(5), &n.Text); n.Text == "" {
				n.TextRef = ""
			}
		}
	}
}

// vaccineDose writes amount and unit; 999 where the amount is not known.
func (w *sender) vaccineDose(s *segmentOut, v *record.Immunization) {
	switch q := v.Dose; {
	case q == nil:
		if w.m.source == "" {
			w.put(s.at(6), "999") // required: the amount is not known (guide, RXA-6)
			w.Note(&doseUnknown, "dose")
		}
	case q.Absent == record.AbsentUnknown && q.Value == "":
		if w.put(s.at(6), "999") {
			q.Absent = ""
		}
	default:
		w.quantityAt(s.at(6), s.at(7), q)
	}
}

// doseUnknown is for vaccinations whose amount the record does not say.
var doseUnknown = record.IssueDataAbsent.Because("the field is required; the amount went out as not known")

// completions are the codes of table 0322 by where a vaccination stands.
var completions = map[record.StatusCode]string{record.StatusCompleted: "CP", record.StatusRefused: "RE", record.StatusNotDone: "NA"}

// vaccineStatus writes RXA-20 and RXA-21: given, refused, not given, or to be deleted.
func (w *sender) vaccineStatus(s *segmentOut, v *record.Immunization) {
	code := v.Status.Code
	if code == record.StatusEnteredInError {
		w.put(s.at(21), "D")
		w.str(s.at(20), &v.Completion)
		v.Status.Code, v.Status.AsSent = "", ""
		return
	}
	switch sent := v.Completion; {
	case sent != "" && w.completionFits(sent, code):
		w.str(s.at(20), &v.Completion)
		v.Status.Code, v.Status.AsSent = "", ""
	case sent == "" && w.m.source != "" && code != record.StatusNotDone: // RXA-20 was not sent
		v.Status.Code, v.Status.AsSent = "", ""
	case completions[code] != "" && w.put(s.at(20), completions[code]):
		v.Status.Code, v.Status.AsSent = "", ""
		if sent == "" {
			w.Note(&codeMapped, "completion")
		}
	}
	w.put(s.at(21), "A")
}

// completionFits reports whether RXA-20 as sent still says where a vaccination stands.
func (w *sender) completionFits(sent string, code record.StatusCode) bool {
	switch sent {
	case "CP", "PA":
		return code == record.StatusCompleted || w.m.source != "" && (code == "" || code == record.StatusNotDone)
	case "RE":
		return code == record.StatusRefused
	case "NA":
		return code == record.StatusNotDone
	}
	return w.m.source != ""
}

// administering clears the function of whoever gave a vaccine, which the field says.
func (w *sender) administering(p *record.Participation) {
	if c := p.Function; c != nil && len(c.Codings) == 1 && c.Has(tableURI("443"), "AP") {
		p.Function = nil
	}
}

// manufacturer writes a coded value that names an organization.
func (w *sender) manufacturer(p spot, ref *record.Ref) {
	if ref == nil {
		return
	}
	v, left := w.organizationOf(ref)
	if v == nil {
		if ref.ID == "" {
			w.str(p.at(2), &ref.Display)
		}
		return
	}
	ok := false
	if len(v.Identifiers) > 0 && v.Identifiers[0].Value != "" {
		i := &v.Identifiers[0]
		c := record.Coding{System: i.System, SystemAsSent: i.SystemAsSent}
		system := w.systemID(&c, "")
		if w.str(p.at(1), &i.Value); system == "" || w.put(p.at(3), system) {
			i.System, i.SystemAsSent = "", ""
		}
		left.Identifiers[0] = *i
		ok = true
	}
	if len(v.Names) > 0 && w.put(p.at(2), v.Names[0]) {
		left.Names[0] = ""
		ok = true
	}
	if ok {
		refTo(ref)
	}
}

// vaccineOrder writes ORC of a vaccination.
func (w *sender) vaccineOrder(s *segmentOut, v *record.Immunization) {
	if x := takeType(v.Identifiers, "PLAC"); x != nil {
		w.typedEntity(s.at(2), x, "PLAC")
	}
	filler := takeType(v.Identifiers, "FILL")
	if filler == nil {
		for i := range v.Identifiers {
			if x := &v.Identifiers[i]; x.Value != "" && filler == nil {
				w.In("identifiers", i)
				w.Note(&typeByField, "type")
				w.Leave()
				filler = x
			}
		}
	}
	w.typedEntity(s.at(3), filler, "FILL")
	w.ordering(s, v.Participants, func(p *record.Participation) bool {
		return p.Role == "author" || p.Role == "performer" && p.Function != nil && p.Function.Has(tableURI("443"), "OP")
	}, func(p *record.Participation) {
		if p.Function != nil && p.Function.Has(tableURI("443"), "OP") {
			p.Function = nil
		}
	})
	w.conceptPtr(s.at(16), &v.OrderReason, "")
	w.confidentiality(s, &v.Entry)
	if len(s.cells) == 0 && w.m.source != "" {
		w.dropEmpty(s)
		return
	}
	w.put(s.at(1), "RE")
}

// confidentiality writes ORC-28.
func (w *sender) confidentiality(s *segmentOut, e *record.Entry) {
	for i := range e.Labels {
		if x := &e.Labels[i]; x.Kind == "confidentiality" && x.When == nil {
			c := record.Concept{Codings: []record.Coding{x.Coding}}
			w.coded(s.next(28), &c, "177")
			x.Coding = c.Codings[0]
		}
	}
}

// route writes RXR of a vaccination.
func (w *sender) route(v *record.Immunization) {
	s := w.segment("RXR", v.ID, 0)
	w.conceptPtr(s.at(1), &v.Route, "162")
	w.concepts(s, 2, v.Sites, "163")
	w.dropEmpty(s)
}

// vaccineObservations writes the observations that are part of a vaccination, and those that the record has fields for.
func (w *sender) vaccineObservations(v *record.Immunization) {
	said := map[string]bool{}
	for i := range w.rec.Observations {
		o := &w.rec.Observations[i]
		if w.written[entryAt{record.KindObservation, i}] || !partOf(o.PartOf, v.ID) {
			continue
		}
		if why := w.unsayable(record.KindObservation, i); why != nil {
			w.withhold(record.KindObservation, i, why)
			continue
		}
		x := w.copyOf(record.KindObservation, i).(*record.Observation)
		for k := range x.PartOf {
			if x.PartOf[k].ID == v.ID {
				x.PartOf[k].ID, x.PartOf[k].AsSent = "", ""
			}
		}
		said[x.Code.Code(record.SystemLOINC)] = true
		w.At("observations", i, func() { w.observation(x, record.KindObservation) })
		w.finishEntry(record.KindObservation, i)
	}
	for i := range v.Eligibility {
		if w.said(said, "64994-7", &v.Eligibility[i]) {
			v.Eligibility[i] = record.Concept{}
		} else {
			w.answerOf("64994-7", "Vaccine funding program eligibility category", &v.Eligibility[i])
		}
	}
	if v.Funding != nil {
		if w.said(said, "30963-3", v.Funding) {
			v.Funding = nil
		} else {
			w.answerOf("30963-3", "Vaccine funding source", v.Funding)
		}
	}
	if v.DoseNumber != "" && isNumber(v.DoseNumber) {
		if said["30973-2"] || said["48767-8"] {
			v.DoseNumber = ""
		} else {
			s := w.answer("30973-2", "Dose number in series", "NM")
			w.number(s.at(5), &v.DoseNumber)
		}
	}
}

// said reports whether an observation of the message says what a field of the vaccination says.
func (w *sender) said(codes map[string]bool, code string, c *record.Concept) bool {
	return codes[code] && c != nil
}

// answer begins an OBX for a question of LOINC's.
func (w *sender) answer(code, display, kind string) *segmentOut {
	s := w.segment("OBX", "", 0)
	w.put(s.at(2), kind)
	w.put(s.at(3).at(1), code)
	w.put(s.at(3).at(2), display)
	w.put(s.at(3).at(3), "LN")
	w.put(s.at(11), "F")
	return s
}

func (w *sender) answerOf(code, display string, c *record.Concept) {
	if c.IsZero() {
		return
	}
	s := w.answer(code, display, "CE")
	w.concept(s.at(5), c)
}

// partOf reports whether an entry is among references.
func partOf(list []record.Ref, id string) bool {
	for i := range list {
		if list[i].ID == id {
			return true
		}
	}
	return false
}
