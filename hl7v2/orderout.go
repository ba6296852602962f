package hl7v2

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

func equal[T any](a, b T) bool { return reflect.DeepEqual(a, b) }

// order writes ORC and OBR of an order, with the panels that are based on it, or its own observations.
func (w *sender) order(v *record.Order) {
	if v.Kind == "referral" && (w.m.source == "" && w.m.kind == "REF" || isPath(&v.Entry, w.m.source, "RF1")) {
		w.referral(v)
		return
	}
	v.Mode = w.orderMode(v.Mode)
	var orc *segmentOut
	if w.m.source == "" || isPath(&v.Entry, w.m.source, "ORC") {
		orc = w.segment("ORC", v.ID, w.lineOf(&v.Entry, "ORC"))
		w.control(orc, v)
		w.orderIDs(orc, v.Identifiers)
		w.entity(orc.at(4), v.Group)
		w.timePtr(orc.at(9), &v.AuthoredOn)
		w.ordering(orc, v.Participants, role("author"), nil)
		w.confidentiality(orc, &v.Entry)
		if len(v.LocationCodes) > 0 {
			w.coded(orc.at(29), &v.LocationCodes[0], "482")
		}
		w.concepts(orc, 16, v.Status.Reasons, "")
	}
	w.inVisit(&v.Encounter)
	panels := w.panelsOf(v.ID)
	if len(panels) == 0 {
		w.orderAlone(v, orc)
		return
	}
	if orc != nil && w.m.source != "" {
		w.notes(v.Notes, orc)
	}
	for n, at := range panels {
		p := w.copyOf(at.kind, at.i).(*record.Panel)
		if n == 0 {
			w.sharedSpecimens(v, p)
		}
		w.At(w.listOf(at.kind), at.i, func() { w.panel(p, v) })
		w.finishEntry(at.kind, at.i)
	}
}

// orderMode clears the mode that a request has by itself.
func (w *sender) orderMode(m record.Mode) record.Mode {
	switch m {
	case record.ModeRequest:
		return ""
	case "":
		w.Note(&modeByKind, "mode")
	}
	return m
}

// modeByKind is for orders that do not say that they are.
var modeByKind = record.IssueAltered.Because("the segment is that of an order")

// panelsOf gives the panels of the message that are based on an order and are not written yet.
func (w *sender) panelsOf(id string) (out []entryAt) {
	for _, kind := range []string{record.KindResultPanel, record.KindVitalPanel, record.KindAssessmentPanel} {
		for _, i := range w.here[kind] {
			at := entryAt{kind, i}
			p := w.pointer(kind, i).(*record.Panel)
			if len(p.BasedOn) > 0 && p.BasedOn[0].ID == id && !w.written[at] && w.unsayable(kind, i) == nil {
				out = append(out, at)
			}
		}
	}
	return out
}

// sharedSpecimens clears the specimens of an order that its panel has too.
func (w *sender) sharedSpecimens(v *record.Order, p *record.Panel) {
	for i := range p.Specimens {
		if !partOf(v.Specimens, p.Specimens[i].ID) {
			w.Note(&panelSays, "specimens")
		}
	}
	for i := range v.Specimens {
		if v.Specimens[i].ID != "" && partOf(p.Specimens, v.Specimens[i].ID) && !twice(w.rec.Orders[w.refs[v.ID].i].Specimens, v.Specimens[i].ID) {
			v.Specimens[i].ID, v.Specimens[i].AsSent = "", ""
		}
	}
}

// twice reports whether a list of references has one more than once.
func twice(list []record.Ref, id string) bool {
	n := 0
	for i := range list {
		if list[i].ID == id {
			n++
		}
	}
	return n > 1
}

// orderAlone writes what is ordered, where nothing was found yet.
func (w *sender) orderAlone(v *record.Order, orc *segmentOut) {
	s := w.segment("OBR", v.ID, w.lineOf(&v.Entry, "OBR"))
	before := len(s.cells)
	if orc == nil || w.m.source != "" {
		w.orderIDs2(s, v, orc)
	}
	w.concept(s.at(4), &v.Code)
	w.str(s.at(13), &v.Reason)
	w.request(s, v)
	if len(s.cells) == before {
		w.dropEmpty(s)
		s = orc
	}
	w.timings(v)
	if s != nil {
		w.notes(v.Notes, s)
	}
	for i := range v.Participants {
		if x := &v.Participants[i]; x.RoleAsSent == roleContact {
			w.In("participants", i)
			w.contactOf(x, v.ID)
			w.Leave()
		}
	}
	specimens := w.specimensOf(v.Specimens)
	for i := range v.Support {
		at, ok := w.refs[v.Support[i].ID]
		if _, isObs := w.pointerAt(at).(*record.Observation); !ok || !isObs || w.written[at] || w.m.source == "" && !w.isHere(at) || w.unsayable(at.kind, at.i) != nil {
			continue
		}
		x := w.copyOf(at.kind, at.i).(*record.Observation)
		w.At(w.listOf(at.kind), at.i, func() {
			if len(specimens) == 1 && len(x.Specimens) == 1 && x.Specimens[0].ID == specimens[0].ID {
				x.Specimens[0].ID, x.Specimens[0].AsSent = "", ""
			}
			w.observation(x, at.kind)
		})
		w.finishEntry(at.kind, at.i)
		v.Support[i].ID, v.Support[i].AsSent = "", ""
	}
	w.specimenSegments(specimens)
}

func (w *sender) pointerAt(at entryAt) any {
	if at.kind == "" || at.i < 0 {
		return nil
	}
	return w.pointer(at.kind, at.i)
}

// orderIDs2 repeats in OBR what ORC calls the order, or says it alone.
func (w *sender) orderIDs2(s *segmentOut, v *record.Order, orc *segmentOut) {
	ids := v.Identifiers
	if orc != nil {
		ids = clone(w.rec.Orders[w.refs[v.ID].i].Identifiers)
	}
	quiet := w.Quiet
	w.Quiet = quiet || orc != nil
	w.orderIDs(s, ids)
	w.Quiet = quiet
}

// orderIDs writes what the placer and the filler call an order, in fields 2 and 3.
func (w *sender) orderIDs(s *segmentOut, ids []record.Identifier) {
	for i := range ids {
		x := &ids[i]
		switch {
		case x.Value == "":
		case isType(x, "PLAC") && !s.has(2):
			w.typedEntity(s.at(2), x, "PLAC")
		case isType(x, "FILL") && !s.has(3):
			w.typedEntity(s.at(3), x, "FILL")
		case !s.has(2) && takeType(ids, "PLAC") == nil && !isType(x, "FILL"):
			w.In("identifiers", i)
			w.Note(&typeByField, "type")
			w.Leave()
			w.entity(s.at(2), x)
		}
	}
}

// control writes ORC-1 and ORC-5: where the order stands.
func (w *sender) control(s *segmentOut, v *record.Order) {
	if v.Control != "" {
		said := statusOf(v.Control)
		if w.str(s.at(1), &v.Control); v.Control == "" && said != "" && said == v.Status.Code && v.Status.AsSent == "" && w.m.source != "" {
			v.Status.Code = "" // the control code says it
			return
		}
	} else {
		w.put(s.at(1), "SC") // a change of status: an order that is told of, and not placed anew
	}
	w.statusLoosely(s.at(5), &v.Status, &orderStatus, looseOrder)
}

// ordering writes who ordered, entered and checked, and for which organization.
func (w *sender) ordering(s *segmentOut, list []record.Participation, author func(*record.Participation) bool, more func(*record.Participation)) {
	first := true
	for i := range list {
		x := &list[i]
		w.In("participants", i)
		switch {
		case x.Role == "enterer" && w.person(s.next(10), x.Who), x.Role == "verifier" && w.person(s.next(11), x.Who):
			x.Role, x.RoleAsSent = "", ""
		case x.Role == "location" && x.RoleAsSent == "ORC-13" && w.location(s.at(13), x.Who):
			x.Role, x.RoleAsSent = "", ""
		case x.Role == "responsible" && x.RoleAsSent == "ORC-17" && x.Code != nil:
			w.concept(s.at(17), x.Code)
			x.Role, x.RoleAsSent = "", ""
		case x.Role != "" && author(x):
			on := x.OnBehalfOf
			if w.isOrganizationRef(x.Who) {
				on = x.Who
			} else if (first || w.m.source == "") && w.person(s.next(12), x.Who) {
				if more != nil {
					more(x)
				}
				x.Role, x.RoleAsSent = "", ""
			} else if x.Who != nil {
				first = false
				break
			}
			if !first {
				break
			}
			first = false
			w.telecoms(s, 14, x.Telecoms)
			w.addresses(s, 24, x.Addresses)
			if on != nil {
				id := on.ID
				if w.organization(s.at(21), on) {
					if on == x.Who {
						x.Role, x.RoleAsSent = "", ""
					}
					if o, left := w.organizationOf(&record.Ref{ID: id}); o != nil {
						w.addresses(s, 22, o.Addresses)
						w.telecoms(s, 23, o.Telecoms)
						left.Addresses, left.Telecoms = o.Addresses, o.Telecoms
					}
				}
			} else if x.Who == nil && s.has(14) || s.has(24) {
				x.Role, x.RoleAsSent = "", ""
			}
		}
		w.Leave()
	}
}

func (w *sender) isOrganizationRef(ref *record.Ref) bool { return ref != nil && w.isOrganization(ref) }

// request writes what OBR says of an order.
func (w *sender) request(s *segmentOut, v *record.Order) {
	at := w.refs[v.ID]
	if v.Priority != nil && len(v.Priority.Codings) == 1 && v.Priority.Codings[0].System == "" && v.Priority.Text == "" && v.Priority.Codings[0].Display == "" {
		w.str(s.at(5), &v.Priority.Codings[0].Code)
	}
	w.time(s.at(6), &v.When.At)
	w.At("orders", at.i, func() {
		switch {
		case v.Mode == record.ModeReflex && !hasTable(v.Details, "65"):
			if w.put(s.at(11), "A") {
				v.Mode = ""
			}
		case v.Mode == record.ModeReflex:
			v.Mode = ""
			fallthrough
		default:
			for i := range v.Details {
				if c := &v.Details[i]; len(c.Codings) == 1 && c.Codings[0].System == tableURI("65") {
					w.tableCode(s.at(11), c, "65")
				}
			}
		}
		w.participants(v.Participants, s, 28, role("recipient"), nil)
		again := clone(w.rec.Orders[at.i].Participants) // the orderer stands in ORC and in OBR
		quiet := w.Quiet
		several := w.m.source != "" && len(again) > 1 && again[1].Role == "author"
		for i := range again {
			if again[i].Role != "author" || again[i].Who == nil || w.isOrganization(again[i].Who) || i == 0 && several && v.Participants[i].Role == "" {
				continue
			}
			if v.Participants[i].Role == "" {
				w.Quiet = true
				w.person(s.next(16), again[i].Who)
				w.Quiet = quiet
			} else if w.person(s.next(16), v.Participants[i].Who) {
				v.Participants[i].Role, v.Participants[i].RoleAsSent = "", ""
			}
		}
		for i := range v.Participants {
			if x := &v.Participants[i]; x.Role == "callback" && len(x.Telecoms) > 0 {
				w.telecoms(s, 17, x.Telecoms)
				x.Role, x.RoleAsSent = "", ""
			}
		}
		w.indications(s, 31, v.Indications)
		for i := range v.Details {
			w.concept(s.next(46), &v.Details[i])
		}
		for i := range v.Identifiers {
			if x := &v.Identifiers[i]; x.Value != "" && s.name == "OBR" {
				w.identifier(s.next(53), x)
			}
		}
	})
}

func hasTable(list []record.Concept, table string) bool {
	for i := range list {
		if len(list[i].Codings) == 1 && list[i].Codings[0].System == tableURI(table) {
			return true
		}
	}
	return false
}
