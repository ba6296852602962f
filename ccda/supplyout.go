package ccda

import (
	"strconv"

	"github.com/portage-health/portage/record"
)

// supplies writes what was ordered and what was dispensed of a medicine or
// vaccine (C-CDA R2.1 Medication Supply Order, Medication Dispense).
func (w *writer) supplies(template string, orders *[]record.SupplyOrder, dispenses *[]record.Dispense) {
	for i := range *orders {
		o := (*orders)[i]
		w.In("orders", i)
		w.supplyOrderOut(template, i, &o)
		w.rest(&o)
		w.Leave()
	}
	*orders = nil
	for i := range *dispenses {
		d := (*dispenses)[i]
		w.In("dispenses", i)
		w.dispenseOut(template, i, &d)
		w.rest(&d)
		w.Leave()
	}
	*dispenses = nil
}

func (w *writer) supplyOrderOut(template string, i int, o *record.SupplyOrder) {
	mood, exact, ok := plannedMood(o.Mode)
	if !ok || mood == "APT" || mood == "ARQ" {
		return // an order of no mood that a supply has would be read as a dispense
	}
	if o.Mode == "" {
		w.Note(&fixed, "mode")
		mood, exact = "INT", true
	}
	if w.strict && mood != "INT" {
		w.DropString("mode", string(o.Mode), &withheld) // the template has orders as intents (CONF:1098-7428)
		mood, exact = "INT", true
	}
	if exact {
		o.Mode = ""
	}
	w.relate("REFR", false, "orders", i)
	w.el("supply")
	w.at("classCode", "SPLY")
	w.at("moodCode", mood)
	w.template(templatesSupplyOrder[0])
	w.partIDs(&o.Identifiers, "order")
	w.linkPart(&o.Narrative)
	w.statusDemanded(&o.Status)
	if o.Valid != nil {
		p := *o.Valid
		o.Valid = nil
		w.interval("effectiveTime", "valid", &p)
	}
	w.repeats(o)
	w.quantityPtr("quantity", "quantity", &o.Quantity)
	w.daysSupplyOut(&o.DaysSupply)
	w.productPtr(template, &o.Product)
	parts := o.Participants
	if o.Performer != nil {
		parts = append(parts[:len(parts):len(parts)], record.Participation{Role: "performer", Who: o.Performer})
		o.Performer = nil
	}
	w.participants(&parts)
	o.Participants = nil
	w.instructionsOut(&o.Instructions)
	w.end()
	w.end()
}

// repeats writes how often a supply may be made. CDA counts the first, FHIR does
// not (C-CDA on FHIR, CF-medications, repeatNumber).
func (w *writer) repeats(o *record.SupplyOrder) {
	if o.RepeatNumber == "" && isInteger(o.Refills) {
		if n, err := strconv.Atoi(o.Refills); err == nil && n >= 0 && n < 1<<30 {
			o.Refills = ""
			w.Note(&altered, "repeatNumber")
			w.leaf("repeatNumber", "value", strconv.Itoa(n+1))
			return
		}
	}
	if n, err := strconv.Atoi(o.RepeatNumber); err == nil && strconv.Itoa(n-1) == o.Refills {
		w.DropString("refills", take(&o.Refills), &saidTwice)
	}
	w.repeatNumber(&o.RepeatNumber)
}

func (w *writer) repeatNumber(s *string) {
	if isInteger(*s) {
		w.leaf("repeatNumber", "value", take(s))
	}
}

// daysSupplyOut writes how long a supply is to last.
func (w *writer) daysSupplyOut(q **record.Quantity) {
	if *q != nil {
		w.el("expectedUseTime")
		w.quantityPtr("width", "daysSupply", q)
		w.end()
	}
}

func (w *writer) dispenseOut(template string, i int, d *record.Dispense) {
	if d.Mode != record.ModeEvent {
		return // a dispense that was not made is an order
	}
	w.relate("REFR", false, "dispenses", i)
	w.el("supply")
	w.at("classCode", "SPLY")
	w.at("moodCode", "EVN")
	w.template(templatesDispense[0])
	w.partIDs(&d.Identifiers, "dispense")
	if d.Type == nil && w.release >= R30 {
		w.require("code", "type", "NI")
	}
	w.conceptPtr("code", "type", &d.Type)
	w.linkPart(&d.Narrative)
	w.statusDemanded(&d.Status)
	w.interval("effectiveTime", "when", &d.When)
	w.repeatNumber(&d.RepeatNumber)
	w.quantityPtr("quantity", "quantity", &d.Quantity)
	w.daysSupplyOut(&d.DaysSupply)
	if d.Product == nil && w.strict {
		w.Note(&issueRequired, "product") // CONF:1098-9333
		d.Product = &record.Product{}
	}
	w.productPtr(template, &d.Product)
	w.participants(&d.Participants)
	w.comments(&d.Notes, "entryRelationship")
	w.end()
	w.end()
}

// partIDs writes the ids of a part of an entry, of which its template demands one.
func (w *writer) partIDs(list *[]record.Identifier, kind string) {
	if len(*list) == 0 && w.strict {
		w.leaf("id", "root", w.derive(kind, w.Path("")))
	}
	w.identifiers("id", "identifiers", list)
}

// timed writes the time of a statement of which the template demands one; reason
// is the nullFlavor where there is none.
func (w *writer) timed(name, leaf, reason string, p *record.Period) {
	from := len(w.b)
	w.period(name, leaf, p)
	if len(w.b) == from {
		w.require(name, leaf, reason)
	}
}

// interval writes a period where the schema has a set of times (CDA R2
// Supply.effectiveTime is a SXCM_TS): bounds need their type.
func (w *writer) interval(name, leaf string, p *record.Period) {
	typ := ""
	if !p.Start.IsZero() || !p.End.IsZero() || !p.Center.IsZero() || p.Width != nil || p.StartOpen != nil || p.EndOpen != nil {
		typ = "IVL_TS"
	}
	w.periodTyped(name, leaf, typ, p)
}
