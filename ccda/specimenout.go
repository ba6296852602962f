package ccda

import "github.com/portage-health/portage/record"

// specimensOut writes the specimens of a statement. Of a panel those of which it
// is known how they were taken are left to their Specimen Collection Procedures.
func (w *writer) specimensOut(list *[]record.Ref, panel bool) {
	for i := range *list {
		ref := (*list)[i]
		at, ok := w.place(&ref)
		if !ok || at.kind != record.KindSpecimen {
			continue
		}
		if panel && isCollected(&w.rec.Specimens[at.i]) {
			continue
		}
		w.specimen(at.i)
		w.In("specimens", i)
		ref.ID, ref.Kind = "", ""
		w.rest(&ref)
		w.Leave()
	}
	if panel {
		return
	}
	w.unplaced("specimens", *list, record.KindSpecimen)
	*list = nil
}

// unplaced names the references that point to nothing of the kind.
func (w *writer) unplaced(leaf string, list []record.Ref, kind string) {
	for i := range list {
		if at, ok := w.place(&list[i]); !ok || at.kind != kind {
			w.In(leaf, i)
			w.Drop("", &list[i], &lost)
			w.Leave()
		}
	}
}

func isCollected(s *record.Specimen) bool {
	return !s.Collected.IsZero() || s.Site != nil || s.Method != nil || len(s.Conditions) > 0 || saysState(&s.Status)
}

// specimen writes a specimen (CDA R2 4.3.5.6). What it is and how it was taken is
// written once; what has no place is named at the first.
func (w *writer) specimen(i int) {
	x := w.rec.Specimens[i]
	w.el("specimen")
	w.at("typeCode", "SPC")
	w.el("specimenRole")
	w.own(x.ID)
	w.at("classCode", "SPEC")
	w.mention("specimens", x.ID, i, func() {
		if len(x.Identifiers) == 0 && w.strict {
			w.leaf("id", "root", w.uuid(x.ID))
		}
		w.identifiers("id", "identifiers", &x.Identifiers)
		if !x.Type.IsZero() || x.Quantity != nil || x.Description != "" {
			w.el("specimenPlayingEntity")
			w.concept("code", "type", &x.Type)
			w.quantityPtr("quantity", "quantity", &x.Quantity)
			w.words("desc", take(&x.Description))
			w.end()
		}
		x.Assertion = record.Affirmed
		x.Collected, x.Site, x.Method, x.Conditions = record.Period{}, nil, nil, nil // see collections
		if saysState(&x.Status) {
			x.Status.Code = ""
		}
		w.markedLater(&x.Entry, &w.rec.Specimens[i].Entry)
		w.rest(&x)
	})
	w.end()
	w.end()
}

// collections writes the Specimen Collection Procedures of a panel, as its components.
func (w *writer) collections(list *[]record.Ref) {
	for i := range *list {
		ref := (*list)[i]
		at, ok := w.place(&ref)
		if !ok || at.kind != record.KindSpecimen || !isCollected(&w.rec.Specimens[at.i]) {
			continue
		}
		w.el("component")
		w.slot("specimens", i)
		w.collectionOf(at.i, false)
		w.end()
		w.In("specimens", i)
		ref.ID, ref.Kind = "", ""
		w.rest(&ref)
		w.Leave()
	}
	w.unplaced("specimens", *list, record.KindSpecimen)
	*list = nil
}

// collectionOf writes when, where and in what state a specimen was taken
// (C-CDA Companion Guide, Specimen Collection Procedure). One that stands by
// itself has a status too, which is that of the taking, and in a conformant
// document is a Procedure Activity Procedure besides, for that is what its section demands.
func (w *writer) collectionOf(i int, alone bool) {
	x := w.rec.Specimens[i]
	told := w.wrote["collected|"+x.ID]
	w.wrote["collected|"+x.ID] = true
	w.el("procedure")
	w.at("classCode", "PROC")
	w.at("moodCode", "EVN")
	if alone {
		w.apart(x.ID, "collection")
	}
	w.template(templatesSpecimenCollection[0])
	if alone && w.strict {
		w.template(templatesProcedure[0])
		w.leaf("id", "root", w.derive("collection", x.ID))
	}
	w.fixedCode(oidSNOMED, snomedSpecimenCollection, "Specimen collection")
	if alone {
		w.linkOf(&x.Entry)
		w.completed()
	}
	quiet := w.Quiet
	w.Quiet = quiet || told
	w.At("specimens", i, func() {
		if alone && w.release >= R30 {
			w.timed("effectiveTime", "collected", "UNK", &x.Collected)
		} else {
			w.period("effectiveTime", "collected", &x.Collected)
		}
		w.conceptPtr("methodCode", "method", &x.Method)
		if x.Site != nil {
			b := *x.Site
			w.In("site", -1)
			w.concept("targetSiteCode", "code", &b.Code)
			w.rest(&b)
			w.Leave()
		}
	})
	w.Quiet = quiet
	w.specimen(i)
	if w.strict {
		w.takenSpecimen(i)
	}
	w.Quiet = quiet || told
	w.At("specimens", i, func() {
		w.answers(&specimenCondition, "COMP", "conditions", &x.Conditions)
		if !told {
			w.stateOut(&specimenState, &x.Status)
		}
	})
	w.Quiet = quiet
	w.end()
}

// takenSpecimen names the specimen that was taken, by which the template wants
// its collection to refer to it (Specimen Collection Procedure, entryRelationship).
func (w *writer) takenSpecimen(i int) {
	x := &w.rec.Specimens[i]
	at := w.index[x.ID]
	w.el("entryRelationship")
	w.at("typeCode", "SUBJ")
	w.entryReference(at, &record.Ref{ID: x.ID})
	w.end()
}

// uncollected names what is known of the taking of specimens that no panel has.
func (w *writer) uncollected() {
	for i := range w.rec.Specimens {
		x := &w.rec.Specimens[i]
		if !w.wrote[x.ID] || w.wrote["collected|"+x.ID] || !isCollected(x) {
			continue
		}
		w.At("specimens", i, func() {
			if saysState(&x.Status) {
				w.DropString("status.code", string(x.Status.Code), &lost)
			}
			w.Drop("", &record.Specimen{Entry: record.Entry{Assertion: record.Affirmed}, Collected: x.Collected, Site: x.Site, Method: x.Method, Conditions: x.Conditions}, &lost)
		})
	}
}

// specimenEntry writes a specimen in which nothing was found, as the taking of it:
// of a patient's specimen that is so whatever became of it. Others stand in the
// statements of what was found in them.
func (w *writer) specimenEntry(i int) bool {
	x := &w.rec.Specimens[i]
	if x.Assertion != record.Affirmed || x.Mode != record.ModeEvent || x.Absent != "" || x.Status.Code == record.StatusEnteredInError || didNotHappen(&x.Status) {
		return false
	}
	if w.listed[x.ID] && w.pointedTo[x.ID] > 0 && len(x.Identifiers) == 0 {
		return false // it would be read as another than the one that something was found in
	}
	w.tell("Specimen", wordsOf(&x.Type))
	w.tell("Description", x.Description)
	w.tell("When", wordsOfPeriod(&x.Collected))
	w.collectionOf(i, true)
	return true
}
