package hl7v2

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/record"
)

// medication reads ORC with RXO, RXE, RXD, RXG and RXA: what was ordered, encoded by the pharmacy, dispensed and given. Each says so for
// itself, and is based on the one before it.
func (r *reader) medication(b *block) {
	orc := b.seg("ORC")
	ids := add(add([]record.Identifier(nil), typed(one(orc, 2, r.entity), "PLAC")), typed(one(orc, 3, r.entity), "FILL"))
	var prior *record.Ref
	numbers := ids
	for i, s := range b.segs {
		var v record.Medication
		switch s.Name() {
		case "RXO":
			v = r.requested(s, ids)
		case "RXE":
			v = r.encoded(s, ids)
		case "RXD":
			v = r.dispensed(s, ids)
		case "RXG", "RXA":
			v = r.administered(s, ids)
		default:
			continue
		}
		v.Encounter = r.encounter
		from := i
		if prior != nil {
			v.BasedOn = []record.Ref{*prior}
		} else {
			from = 0
			r.ordered(b, &v)
			v.BasedOn = add(v.BasedOn, r.earlierStage(&v, s.Name()))
		}
		v.Notes = append(v.Notes, r.notes(b.notesAfter(i))...)
		r.along(b, from, i, &v)
		joined := prior == nil && r.joinMedicine(b, &v)
		r.rememberStage(&v, s.Name(), numbers)
		prior, ids = v.EntryRef(record.KindMedication), nil
		if !joined {
			r.rec.Medications = append(r.rec.Medications, v)
		}
	}
	if prior == nil && strings.HasPrefix(b.key, medicineKey) { // a later message says the rest of the order anew
		v := record.Medication{Entry: r.entry(record.KindMedication, b.head(), ids...), Kind: "request", Encounter: r.encounter}
		r.ordered(b, &v)
		r.along(b, 0, len(b.segs), &v)
		if !r.joinMedicine(b, &v) {
			r.rec.Medications = append(r.rec.Medications, v)
		}
		prior = v.EntryRef(record.KindMedication)
	}
	obx, notes := b.commented("OBX")
	for i, s := range obx {
		o := r.observation(s, notes[i], record.KindObservation)
		o.Encounter = r.encounter
		if prior != nil {
			o.PartOf = []record.Ref{*prior}
		}
		r.rec.Observations = append(r.rec.Observations, o)
	}
}

// ordered reads ORC for the first statement of the order.
func (r *reader) ordered(b *block, v *record.Medication) {
	orc := b.seg("ORC")
	if !orc.OK() {
		return
	}
	r.own(orc, v.ID)
	v.Group = one(orc, 4, r.entity)
	control := ""
	status := v.Status
	own := status.Code != "" || status.AsSent != "" || len(status.Reasons) > 0
	r.control(orc, &v.Entry, &control)
	if control != "" && (own || v.Status.Code == "" || v.Status.Code != statusOf(control) || first(orc, 5).peek() != "") {
		r.giveBack(first(orc, 1)) // only where it gave the status is it in the record
	}
	if own { // RXA-20 and RXA-18 say what became of the dose, ORC-5 and ORC-16 of the order
		v.Status = status
		r.giveBack(first(orc, 5))
		r.giveBack(first(orc, 16))
	}
	v.AuthoredOn = r.timePtr(orc, 9)
	r.fixed(first(orc, 6), "E", "R", "D", "F", "N") // how the order is to be answered
	r.ordering(orc, &v.Entry)
	if t, priority := r.quantityTiming(first(orc, 7)); t != nil || priority != nil {
		if t != nil {
			dosage(v).Timings = append(dosage(v).Timings, *t)
		}
		if v.Priority == nil {
			v.Priority = priority
		} else {
			r.giveBack(first(orc, 7).at(6))
		}
	}
	for i, s := range b.segs {
		if s == orc {
			v.Notes = append(v.Notes, r.notes(b.notesAfter(i))...)
		}
	}
}

func statusOf(control string) record.StatusCode {
	code, _ := orderControl.To(control)
	return code
}

// dosage gives the one dosage, begun where there is none.
func dosage(v *record.Medication) *record.Dosage {
	if len(v.Dosages) == 0 {
		v.Dosages = make([]record.Dosage, 1)
	}
	return &v.Dosages[0]
}

// along reads what follows a statement up to the next, or stands before the first: route, components, timing.
func (r *reader) along(b *block, from, at int, v *record.Medication) {
	for i, s := range b.segs[from:] {
		switch s.Name() {
		case "RXO", "RXE", "RXD", "RXG", "RXA":
			if from+i > at {
				return
			}
		case "RXR":
			r.own(s, v.ID)
			x := dosage(v)
			if c := r.codedAt(s, 1, "162"); c != nil && x.Route == nil {
				x.Route = c
			} else if c != nil && !reflect.DeepEqual(c, x.Route) { // another route, whose site and method are not those of the first (4A.4.2)
				r.giveBack(first(s, 1))
				continue
			} else if c != nil {
				r.giveBack(first(s, 1))
			}
			x.Site = append(x.Site, each(s, 2, r.of("163"))...)
			if c := r.codedAt(s, 4, "165"); c != nil && x.Method == nil {
				x.Method = c
			} else if c != nil {
				r.giveBack(first(s, 4))
			}
			if c := r.codedAt(s, 5, ""); c != nil {
				x.Additional = append(x.Additional, *c)
			}
		case "RXC":
			r.own(s, v.ID)
			r.ingredient(s, v)
		case "TQ1":
			r.own(s, v.ID)
			t, priority := r.timing(s)
			x := dosage(v)
			if t != nil {
				x.Timings = append(x.Timings, *t)
			}
			if priority != nil && v.Priority == nil {
				v.Priority = priority
			} else if priority != nil {
				r.giveBack(first(s, 9))
			}
			if text := r.lines(s, 11); text != "" {
				v.Instructions = append(v.Instructions, record.Instruction{Text: text})
			}
			if q := one(s, 2, r.quantity); q != nil && x.Dose == nil {
				x.Dose = &record.Amount{Quantity: q}
			} else if q != nil {
				r.giveBack(first(s, 2))
			}
		}
	}
}

// ingredient reads RXC: a base or an additive, with its amount.
func (r *reader) ingredient(s Segment, v *record.Medication) {
	c := r.codedAt(s, 2, "")
	if c == nil {
		return
	}
	x := record.Ingredient{Code: c}
	if q, ok := r.quantityOf(first(s, 3), first(s, 4)); ok {
		x.Strength = &record.Ratio{Numerator: &q}
	}
	v.Product.Ingredients = append(v.Product.Ingredients, x)
}

// amount reads a least and a most amount in one unit.
func (r *reader) amount(s Segment, low, high, unit int) *record.Amount {
	u := first(s, unit)
	a, ok1 := r.quantityOf(first(s, low), u)
	b, ok2 := r.quantityOf(first(s, high), u)
	switch {
	case ok1 && ok2:
		return &record.Amount{Range: &record.Range{Low: &a, High: &b}}
	case ok1:
		return &record.Amount{Quantity: &a}
	case ok2:
		return &record.Amount{Range: &record.Range{High: &b}}
	}
	return nil
}

// product reads code, form and strength.
func (r *reader) product(s Segment, v *record.Medication, code, form, strength, unit int) {
	v.Product.Code = r.conceptAt(s, code)
	v.Product.Form = r.codedAt(s, form, "")
	if q, ok := r.quantityOf(first(s, strength), first(s, unit)); ok && strength > 0 {
		v.Product.Ingredients = append(v.Product.Ingredients, record.Ingredient{Strength: &record.Ratio{Numerator: &q}})
	}
}

// supply reads what is to be dispensed.
func (r *reader) supply(s Segment, amount, unit, refills int) []record.SupplyOrder {
	var x record.SupplyOrder
	q, ok := r.quantityOf(first(s, amount), first(s, unit))
	if ok {
		x.Quantity = &q
	}
	x.Refills = r.number(first(s, refills))
	if !ok && x.Refills == "" {
		return nil
	}
	return []record.SupplyOrder{x}
}

// substitution reads table 0161: N no, G generic, T therapeutic, or no word.
func (r *reader) substitution(s Segment, field int) *record.Substitution {
	c := r.codedAt(s, field, "161")
	if c == nil {
		return nil
	}
	x := &record.Substitution{Type: c}
	if len(c.Codings) > 0 {
		no, yes := false, true
		switch c.Codings[0].Code {
		case "N":
			x.Allowed = &no
		case "G", "T":
			x.Allowed = &yes
		}
	}
	return x
}

// requested reads RXO (RXO[MedicationRequest]).
func (r *reader) requested(s Segment, ids []record.Identifier) record.Medication {
	v := record.Medication{Entry: r.entry(record.KindMedication, s, ids...), Kind: "request"}
	v.Mode = record.ModeOriginal
	r.product(s, &v, 1, 5, 18, 19)
	if a := r.amount(s, 2, 3, 4); a != nil {
		dosage(&v).Dose = a
	}
	for _, f := range []int{6, 7} {
		for d := range all(s, f) {
			if c, ok := r.concept(d); ok {
				audience := "dispenser"
				if f == 7 {
					audience = ""
				}
				v.Instructions = append(v.Instructions, record.Instruction{Audience: audience, Code: &c})
			}
		}
	}
	v.Substitution = r.substitution(s, 9)
	v.Orders = r.supply(s, 11, 12, 13)
	r.participants(&v.Participants, s, 14, "author", nil)
	r.participants(&v.Participants, s, 15, "verifier", nil)
	for d := range all(s, 20) {
		if c, ok := r.concept(d); ok {
			v.Indications = append(v.Indications, record.Indication{Code: &c})
		}
	}
	if q, ok := r.quantityOf(first(s, 21), first(s, 22)); ok {
		dosage(&v).Rate = &record.Amount{Ratio: &record.Ratio{Numerator: &q}}
	}
	return v
}

// encoded reads RXE (4A.4.4): the order as the pharmacy has it.
func (r *reader) encoded(s Segment, ids []record.Identifier) record.Medication {
	v := record.Medication{Entry: r.entry(record.KindMedication, s, ids...), Kind: "request"}
	v.Mode = record.ModeRequest
	r.product(s, &v, 2, 6, 25, 26)
	if a := r.amount(s, 3, 4, 5); a != nil {
		dosage(&v).Dose = a
	}
	if t, priority := r.quantityTiming(first(s, 1)); t != nil || priority != nil {
		if t != nil {
			dosage(&v).Timings = append(dosage(&v).Timings, *t)
		}
		v.Priority = priority
	}
	for _, f := range []struct {
		field    int
		audience string
	}{{7, ""}, {21, "dispenser"}} {
		for d := range all(s, f.field) {
			if c, ok := r.concept(d); ok {
				v.Instructions = append(v.Instructions, record.Instruction{Audience: f.audience, Code: &c})
			}
		}
	}
	v.Substitution = r.substitution(s, 9)
	v.Orders = r.supply(s, 10, 11, 12)
	r.participants(&v.Participants, s, 13, "author", nil)
	r.participants(&v.Participants, s, 14, "verifier", nil)
	if i := r.textAt(s, 15); i != "" {
		v.Identifiers = append(v.Identifiers, record.Identifier{Value: i})
	}
	if q, ok := r.quantityOf(first(s, 23), first(s, 24)); ok {
		dosage(&v).Rate = &record.Amount{Ratio: &record.Ratio{Numerator: &q}}
	}
	for d := range all(s, 27) {
		if c, ok := r.concept(d); ok {
			v.Indications = append(v.Indications, record.Indication{Code: &c})
		}
	}
	return v
}

// dispensed reads RXD (4A.4.5).
func (r *reader) dispensed(s Segment, ids []record.Identifier) record.Medication {
	if i := r.textAt(s, 7); i != "" {
		ids = append(ids, record.Identifier{Value: i})
	}
	v := record.Medication{Entry: r.entry(record.KindMedication, s, ids...), Kind: "dispense"}
	r.product(s, &v, 2, 6, 16, 17)
	x := record.Dispense{ID: v.ID}
	x.When.At = r.timeOf(s, 3)
	if q, ok := r.quantityOf(first(s, 4), first(s, 5)); ok {
		x.Quantity = &q
	}
	r.participants(&x.Participants, s, 10, "performer", nil)
	v.Substitution = r.substitution(s, 11)
	v.Product.Lot = r.textAt(s, 18)
	v.Product.Expiration = r.timePtr(s, 19)
	v.Product.Manufacturer = r.manufacturer(s, 20)
	v.Notes = r.texts(s, 9)
	v.Dispenses = []record.Dispense{x}
	return v
}

// texts reads a field of text as notes, one a repetition.
func (r *reader) texts(s Segment, field int) (out []record.Note) {
	for d := range all(s, field) {
		if t := r.words(d); t != "" {
			out = append(out, record.Note{Text: t})
		}
	}
	return out
}
