package ccda

import "github.com/portage-health/portage/record"

// supplyEntry writes a Non-Medicinal Supply Activity that happened (C-CDA R2.1
// 3.59). CDA has no negation for a supply: one that did not happen has no statement.
func (w *writer) supplyEntry(i int) bool {
	x := w.rec.Supplies[i]
	if x.Mode != record.ModeEvent || x.Assertion == record.Negated || x.Assertion == record.NoneKnown || didNotHappen(&x.Status) {
		return false
	}
	w.wrote[x.ID] = true
	w.tellSupply(&x)
	w.notKnown(&x.Entry)
	w.begin("supply", "SPLY", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	w.template(templatesSupply[0])
	w.entryIDs(&x.Entry)
	w.conceptPtr("code", "code", &x.Code)
	w.linkOf(&x.Entry)
	w.statusDemanded(&x.Status)
	w.interval("effectiveTime", "when", &x.When)
	w.quantityPtr("quantity", "quantity", &x.Quantity)
	w.productPtr(templatesProduct[0], &x.Product)
	w.participants(&x.Participants)
	said := handled(&w.rec.Supplies[i].Entry, false)
	devices := w.productInstances("PRD", &x.Devices, &said)
	w.locationsOut("locations", &x.Locations)
	w.indicationsOut("indications", &x.Indications)
	w.instructionsOut(&x.Instructions)
	w.labelsOut(devices, &said)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// tellSupply tells of a supply in the narrative.
func (w *writer) tellSupply(x *record.Supply) {
	if w.row == nil {
		return
	}
	w.tell("Supply", wordsOf(x.Code))
	if x.Product != nil {
		w.tell("Supply", wordsOf(&x.Product.Code))
	}
	w.tell("Date", wordsOfPeriod(&x.When))
	if q := x.Quantity; q != nil {
		w.tell("Quantity", q.Value+" "+q.Unit)
	}
	w.tellStatus(&x.Status)
	w.tellIndications(x.Indications)
	w.tellDevices(x.Devices)
}

// tellDevices tells of the devices of an act.
func (w *writer) tellDevices(list []record.Ref) {
	for i := range list {
		if at, ok := w.place(&list[i]); ok && at.kind == kindDevice {
			d := &w.rec.Devices[at.i]
			if len(d.Types) > 0 {
				w.tell("Device", wordsOf(&d.Types[0]))
			}
			w.tell("Model", d.Model)
			if d.UDI != nil {
				w.tell("UDI", d.UDI.Carrier)
			}
		}
	}
}

// isEquipment reports whether a list is of nothing but supplies and procedures,
// which is what a Medical Equipment Organizer can be of (C-CDA R2.1 3.53).
func (w *writer) isEquipment(l *record.List) bool {
	for i := range l.Items {
		if at, ok := w.place(&l.Items[i].Item); !ok || at.kind != kindSupply && at.kind != kindProcedure && !w.isNoDevice(at) {
			return false
		}
	}
	return len(l.Items) > 0 && l.Assertion != record.Negated && l.Assertion != record.NoneKnown
}

func (w *writer) isNoDevice(at place) bool {
	return at.kind == kindDevice && w.rec.Devices[at.i].Assertion == record.NoneKnown
}

// listEntry writes a Medical Equipment Organizer. C-CDA has no statement for a list of another kind.
func (w *writer) listEntry(i int) bool {
	x := w.rec.Lists[i]
	if !w.isEquipment(&x) {
		return false
	}
	w.wrote[x.ID] = true
	w.tell("Device", wordsOf(x.Code))
	w.tell("Date", wordsOfPeriod(x.Period))
	w.notKnown(&x.Entry)
	w.begin("organizer", "CLUSTER", "EVN", &x.Entry)
	x.Assertion = record.Affirmed
	if w.strict && !isResultStatus(statusCodeOf(&x.Status)) {
		w.Note(&unclaimed, "status")
	} else {
		w.template(templatesEquipment[0])
	}
	w.entryIDs(&x.Entry)
	w.conceptPtr("code", "code", &x.Code)
	w.panelText(&x.Entry)
	w.statusDemanded(&x.Status)
	w.organizerTime("period", &x.Period)
	w.participants(&x.Participants)
	for k := range x.Items {
		item := x.Items[k]
		w.In("items", k)
		if at, ok := w.statement(&item.Item); ok {
			w.el("component")
			w.In("item", -1)
			w.nest(at, &item.Item)
			w.Leave()
			w.end()
			item.Item.ID, item.Item.Kind = "", ""
		}
		w.rest(&item)
		w.Leave()
	}
	x.Items = nil
	w.tail(&x.Entry, "component")
	w.end()
	w.rest(&x)
	return true
}

// organizerTime writes the time of an organizer, whose template demands both bounds.
func (w *writer) organizerTime(leaf string, p **record.Period) {
	if !w.strict {
		w.periodPtr("effectiveTime", leaf, p)
		return
	}
	var x record.Period
	if *p != nil {
		x = **p
		*p = nil
	}
	if !x.At.IsZero() || !x.Center.IsZero() || x.Width != nil || x.Absent != "" {
		w.Drop(leaf, &record.Period{At: x.At, Center: x.Center, Width: x.Width, Absent: x.Absent}, &withheld)
		x.At, x.Center, x.Width, x.Absent = record.Time{}, record.Time{}, nil, ""
	}
	w.In(leaf, -1)
	w.inOrder(&x)
	w.el("effectiveTime")
	w.demandedBound("low", "start", &x.Start, &x.StartOpen)
	w.demandedBound("high", "end", &x.End, &x.EndOpen)
	w.end()
	w.rest(&x)
	w.Leave()
}

func (w *writer) demandedBound(name, leaf string, t *record.Time, open **bool) {
	if t.IsZero() {
		w.require(name, leaf, "UNK")
		return
	}
	w.bound(name, leaf, t, open)
}
