package hl7v2

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// medicineSegment names the segment that says a medicine: RXO what was asked for, RXE as the pharmacy has it, RXG to be given, RXD dispensed, RXA given.
func (w *sender) medicineSegment(v *record.Medication) string {
	if w.m.source != "" {
		for _, name := range []string{"RXO", "RXE", "RXD", "RXG", "RXA"} {
			if isPath(&v.Entry, w.m.source, name) {
				return name
			}
		}
	}
	switch {
	case v.Kind == "dispense":
		return "RXD"
	case v.Kind == "administration":
		return "RXA"
	case v.Mode == record.ModeOriginal:
		return "RXO"
	case v.Mode == record.ModeFiller:
		return "RXG"
	}
	return "RXE"
}

// medication writes ORC with RXO, RXE, RXD, RXG or RXA, and what follows them. What is based on another medicine of the message stands behind it.
func (w *sender) medication(v *record.Medication) {
	name := w.medicineSegment(v)
	line := w.lineOf(&v.Entry, name)
	first := !w.follows(v)
	var orc *segmentOut
	if first {
		orc = w.segment("ORC", v.ID, 0)
		orc.order = max(orc.order, line-1)
		w.medicineOrder(orc, v, name)
	}
	s := w.segment(name, v.ID, line)
	switch name {
	case "RXO":
		w.requested(s, v)
	case "RXE":
		w.encoded(s, v)
	case "RXD":
		w.dispensed(s, v)
	case "RXG":
		w.modeOf(v, record.ModeFiller)
		w.product(s, v, 4, 8, 17, 18)
		w.amounts(s, v, 5, 6, 7)
	default:
		w.administered(s, v)
	}
	w.inVisit(&v.Encounter)
	w.notes(v.Notes, s)
	w.along(v)
	for i := range w.rec.Observations {
		if o := &w.rec.Observations[i]; w.written[entryAt{record.KindObservation, i}] || !partOf(o.PartOf, v.ID) || w.unsayable(record.KindObservation, i) != nil {
			continue
		}
		x := w.copyOf(record.KindObservation, i).(*record.Observation)
		for k := range x.PartOf {
			if x.PartOf[k].ID == v.ID {
				x.PartOf[k].ID, x.PartOf[k].AsSent = "", ""
			}
		}
		w.At("observations", i, func() { w.observation(x, record.KindObservation) })
		w.finishEntry(record.KindObservation, i)
	}
	for i := range v.BasedOn {
		at, ok := w.refs[v.BasedOn[i].ID]
		if ok && (!first && w.isHere(at) || w.numberSays(v.ID, at, name)) {
			v.BasedOn[i].ID, v.BasedOn[i].AsSent = "", ""
		}
	}
}

// numberSays reports whether the numbers of two medicines say that one is a later stage of the other's order: see reader.earlierStage.
func (w *sender) numberSays(id string, at entryAt, segment string) bool {
	if at.kind != record.KindMedication || w.unsayable(at.kind, at.i) != nil {
		return false
	}
	order := &w.rec.Medications[at.i]
	if slices.Index(medicineStages, w.medicineSegment(order)) >= min(slices.Index(medicineStages, segment), 2) {
		return false
	}
	own := stagesOf(w.rec.Medications[w.refs[id].i].Identifiers)
	return slices.ContainsFunc(stagesOf(order.Identifiers), func(key string) bool { return slices.Contains(own, key) })
}

// follows reports whether a medicine stands behind the one that it is based on, under one ORC. One with a number of its own has an ORC of its own.
func (w *sender) follows(v *record.Medication) bool {
	if len(stagesOf(v.Identifiers)) > 0 {
		return false
	}
	for i := range v.BasedOn {
		if at, ok := w.refs[v.BasedOn[i].ID]; ok && at.kind == record.KindMedication && w.isHere(at) && w.m.source != "" {
			return true
		}
	}
	return false
}

// medicineOrder writes ORC.
func (w *sender) medicineOrder(s *segmentOut, v *record.Medication, name string) {
	w.orderIDs(s, v.Identifiers)
	w.entity(s.at(4), v.Group)
	w.timePtr(s.at(9), &v.AuthoredOn)
	w.ordering(s, v.Participants, role("author"), nil)
	w.confidentiality(s, &v.Entry)
	if name != "RXA" {
		w.concepts(s, 16, v.Status.Reasons, "")
		w.statusLoosely(s.at(5), &v.Status, &orderStatus, looseOrder)
	}
	if len(s.cells) == 0 && w.m.source != "" {
		w.dropEmpty(s)
		return
	}
	switch {
	case w.m.source != "":
	case name == "RXD", name == "RXA":
		w.put(s.at(1), "RE")
	default:
		w.put(s.at(1), "SC")
	}
}

// modeOf clears a mode that the segment has by itself.
func (w *sender) modeOf(v *record.Medication, mode record.Mode) {
	switch v.Mode {
	case mode:
		v.Mode = ""
	case "":
		w.Note(&modeByKind, "mode")
	}
}

// product writes code, form and strength.
func (w *sender) product(s *segmentOut, v *record.Medication, code, form, strength, unit int) {
	w.concept(s.at(code), &v.Product.Code)
	w.conceptPtr(s.at(form), &v.Product.Form, "")
	if n := len(v.Product.Ingredients); n > 0 && strength > 0 {
		x := &v.Product.Ingredients[0]
		if x.Code == nil && x.Ref == nil && x.Strength != nil && x.Strength.Denominator == nil {
			w.quantityAt(s.at(strength), s.at(unit), x.Strength.Numerator)
		}
	}
}

// amounts writes a least and a most amount in one unit.
func (w *sender) amounts(s *segmentOut, v *record.Medication, low, high, unit int) {
	if len(v.Dosages) == 0 || v.Dosages[0].Dose == nil {
		return
	}
	d := v.Dosages[0].Dose
	switch {
	case d.Quantity != nil:
		w.quantityAt(s.at(low), s.at(unit), d.Quantity)
	case d.Range != nil && d.Range.Low != nil && d.Range.High != nil && d.Range.Low.Unit == d.Range.High.Unit && d.Range.Low.Code == d.Range.High.Code:
		w.quantityAt(s.at(low), s.at(unit), d.Range.Low)
		w.quantityAt(s.at(high), s.at(unit), d.Range.High)
	case d.Range != nil && d.Range.Low == nil:
		w.quantityAt(s.at(high), s.at(unit), d.Range.High)
	}
}

// instructions writes instructions for the pharmacy and for the patient.
func (w *sender) instructions(s *segmentOut, v *record.Medication, pharmacy, other int) {
	for i := range v.Instructions {
		x := &v.Instructions[i]
		field := other
		switch x.Audience {
		case "dispenser":
			field = pharmacy
		case "":
		default:
			continue
		}
		at := s.next(field)
		if x.Code != nil {
			w.concept(at, x.Code)
		} else if x.Text != "" {
			if w.put(at.at(2), x.Text) {
				x.Text, x.TextRef = "", ""
			}
		}
		if s.has(field) {
			x.Audience = ""
		}
	}
	if v.Sig != "" {
		w.flow(s.next(other).at(2), &v.Sig)
		v.SigRef = ""
	}
}

// supply writes what is to be dispensed.
func (w *sender) supply(s *segmentOut, v *record.Medication, amount, unit, refills int) {
	if len(v.Orders) > 0 {
		w.quantityAt(s.at(amount), s.at(unit), v.Orders[0].Quantity)
		w.number(s.at(refills), &v.Orders[0].Refills)
	}
}

// substitution writes table 0161.
func (w *sender) substitution(s *segmentOut, field int, x *record.Substitution) {
	if x == nil {
		return
	}
	implied := ""
	if x.Type != nil && len(x.Type.Codings) > 0 {
		implied = x.Type.Codings[0].Code
		w.coded(s.at(field), x.Type, "161")
	} else if x.Allowed != nil && !*x.Allowed {
		implied = "N"
		w.put(s.at(field), "N")
	}
	if !slices.Contains([]string{"N", "G", "T"}, implied) {
		return
	}
	if x.Allowed == nil {
		w.In("substitution", -1)
		w.Note(&codeSays, "allowed")
		w.Leave()
	} else if (implied == "N") == !*x.Allowed {
		x.Allowed = nil
	}
}

// requested writes RXO.
func (w *sender) requested(s *segmentOut, v *record.Medication) {
	w.modeOf(v, record.ModeOriginal)
	w.product(s, v, 1, 5, 18, 19)
	w.amounts(s, v, 2, 3, 4)
	w.instructions(s, v, 6, 7)
	w.substitution(s, 9, v.Substitution)
	w.supply(s, v, 11, 12, 13)
	w.participants(v.Participants, s, 14, role("author"), nil)
	w.participants(v.Participants, s, 15, role("verifier"), nil)
	w.indications(s, 20, v.Indications)
	w.rate(s, v, 21, 22)
}

func (w *sender) rate(s *segmentOut, v *record.Medication, amount, unit int) {
	if len(v.Dosages) > 0 && v.Dosages[0].Rate != nil {
		r := v.Dosages[0].Rate
		if r.Ratio != nil && r.Ratio.Denominator == nil {
			w.quantityAt(s.at(amount), s.at(unit), r.Ratio.Numerator)
		}
	}
}

// encoded writes RXE.
func (w *sender) encoded(s *segmentOut, v *record.Medication) {
	w.modeOf(v, record.ModeRequest)
	w.product(s, v, 2, 6, 25, 26)
	w.amounts(s, v, 3, 4, 5)
	w.instructions(s, v, 21, 7)
	w.substitution(s, 9, v.Substitution)
	w.supply(s, v, 10, 11, 12)
	w.participants(v.Participants, s, 13, role("author"), nil)
	w.participants(v.Participants, s, 14, role("verifier"), nil)
	for i := range v.Identifiers {
		if x := &v.Identifiers[i]; untyped(x) && x.System == "" && x.SystemAsSent == "" {
			w.str(s.at(15), &x.Value)
		}
	}
	w.rate(s, v, 23, 24)
	w.indications(s, 27, v.Indications)
}

// dispensed writes RXD.
func (w *sender) dispensed(s *segmentOut, v *record.Medication) {
	w.product(s, v, 2, 6, 16, 17)
	if len(v.Dispenses) > 0 {
		x := &v.Dispenses[0]
		w.time(s.at(3), &x.When.At)
		w.quantityAt(s.at(4), s.at(5), x.Quantity)
		w.participants(x.Participants, s, 10, role("performer"), nil)
	}
	for i := range v.Identifiers {
		if x := &v.Identifiers[i]; untyped(x) && x.System == "" && x.SystemAsSent == "" {
			w.str(s.at(7), &x.Value)
		}
	}
	if w.m.source != "" {
		for i := range v.Notes {
			if x := &v.Notes[i]; x.Type == nil && x.When == nil && len(x.Authors) == 0 {
				w.str(s.next(9), &x.Text)
			}
		}
	}
	w.substitution(s, 11, v.Substitution)
	w.str(s.at(18), &v.Product.Lot)
	w.timePtr(s.at(19), &v.Product.Expiration)
	w.manufacturer(s.at(20), v.Product.Manufacturer)
}

// administered writes RXA: what was given, or was not.
func (w *sender) administered(s *segmentOut, v *record.Medication) {
	w.put(s.at(1), "0")
	w.put(s.at(2), "1")
	w.time(s.at(3), &v.Taken.At)
	w.time(s.at(3), &v.Taken.Start)
	w.time(s.at(4), &v.Taken.End)
	w.concept(s.at(5), &v.Product.Code)
	if len(v.Dosages) > 0 && v.Dosages[0].Dose != nil {
		w.quantityAt(s.at(6), s.at(7), v.Dosages[0].Dose.Quantity)
	}
	w.conceptPtr(s.at(8), &v.Product.Form, "")
	w.participants(v.Participants, s, 10, role("performer"), nil)
	w.str(s.at(15), &v.Product.Lot)
	w.timePtr(s.at(16), &v.Product.Expiration)
	w.manufacturer(s.at(17), v.Product.Manufacturer)
	if v.Status.AsSent != "" || slices.Contains([]record.StatusCode{record.StatusRefused, record.StatusNotDone, record.StatusAborted, record.StatusEnteredInError}, v.Status.Code) {
		w.concepts(s, 18, v.Status.Reasons, "") // a reader takes what has a reason here for refused
	}
	w.indications(s, 19, v.Indications)
	code := map[record.StatusCode]string{record.StatusCompleted: "CP", record.StatusAborted: "PA", record.StatusRefused: "RE", record.StatusNotDone: "NA"}[v.Status.Code]
	switch {
	case v.Status.Code == record.StatusEnteredInError:
		w.put(s.at(21), "D")
		v.Status.Code, v.Status.AsSent = "", ""
	case v.Status.Code == "" && v.Status.AsSent != "":
		w.str(s.at(20), &v.Status.AsSent)
	case code != "" && w.put(s.at(20), code):
		v.Status.Code, v.Status.AsSent = "", ""
	}
	w.timePtr(s.at(22), &v.Recorded)
}

// along writes route, components and timing.
func (w *sender) along(v *record.Medication) {
	dosages := w.rec.Medications[w.refs[v.ID].i].Dosages
	for i := range v.Dosages {
		x := &v.Dosages[i]
		if i > 0 && !sameDose(&dosages[0], &dosages[i]) {
			w.In("dosages", i)
			w.Drop("", x, &otherDose)
			w.Leave()
			*x = record.Dosage{}
			continue
		}
		if i == 0 || len(x.Timings) > 0 {
			w.dosageTimings(v, x)
		}
		s := w.segment("RXR", v.ID, 0)
		w.conceptPtr(s.at(1), &x.Route, "162")
		w.concepts(s, 2, x.Site, "163")
		w.conceptPtr(s.at(4), &x.Method, "165")
		if len(x.Additional) > 0 && s.has(1) {
			w.concept(s.at(5), &x.Additional[0])
		}
		w.dropEmpty(s)
	}
	if len(v.Dosages) == 0 && v.Priority != nil {
		s := w.segment("TQ1", v.ID, 0)
		w.conceptPtr(s.at(9), &v.Priority, "485")
		w.dropEmpty(s)
	}
	for i := range v.Product.Ingredients {
		x := &v.Product.Ingredients[i]
		if x.Code == nil {
			continue
		}
		s := w.segment("RXC", v.ID, 0)
		w.concept(s.at(2), x.Code)
		if x.Strength != nil && x.Strength.Denominator == nil {
			w.quantityAt(s.at(3), s.at(4), x.Strength.Numerator)
		}
		w.dropEmpty(s)
	}
}

// otherDose is for dosages beside the first, such as the steps of a taper.
var otherDose = record.IssueLost.Because("the order has one dose, which a reader would take with the times of this dosage")

// sameDose reports whether two dosages differ in nothing but when they are.
func sameDose(a, b *record.Dosage) bool {
	x, y := *a, *b
	x.Timings, y.Timings = nil, nil
	return reflect.DeepEqual(x, y)
}

func (w *sender) dosageTimings(v *record.Medication, x *record.Dosage) {
	for k := range max(len(x.Timings), 1) {
		s := w.segment("TQ1", v.ID, 0)
		if k < len(x.Timings) {
			w.timing(s, &x.Timings[k])
		}
		if k == 0 {
			w.conceptPtr(s.at(9), &v.Priority, "485")
		}
		w.dropEmpty(s)
	}
}
