package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// Why parts of a panel are not as they were.
var (
	panelSays       = record.IssueAltered.Because("the result that stands in the same segment says this; a reader takes it for both")
	codeOfPanel     = record.IssueAltered.Because("a result without a panel went out with one of its own code")
	specimenOfPanel = record.IssueAltered.Because("the panel has one specimen, which a reader takes for that of all its results")
)

// panel writes OBR with the observations of a panel and its specimens. order is what it is based on, nil where it stands alone.
func (w *sender) panel(v *record.Panel, order *record.Order) {
	s := w.segment("OBR", v.ID, w.lineOf(&v.Entry, "OBR"))
	for i := range v.Identifiers {
		x := &v.Identifiers[i]
		switch {
		case isType(x, "PLAC") && !s.has(2):
			w.typedEntity(s.at(2), x, "PLAC")
		case isType(x, "FILL") && !s.has(3):
			w.typedEntity(s.at(3), x, "FILL")
		case !s.has(3) && takeType(v.Identifiers, "FILL") == nil:
			w.In("identifiers", i)
			w.Note(&typeByField, "type")
			w.Leave()
			w.entity(s.at(3), x)
		}
	}
	w.concept(s.at(4), &v.Code)
	if order != nil {
		w.sameAs(order, v)
		w.request(s, order)
	}
	if v.When.End.IsZero() {
		w.time(s.at(7), &v.When.At)
	}
	w.time(s.at(7), &v.When.Start)
	w.time(s.at(8), &v.When.End)
	w.str(s.at(13), &v.RelevantInfo)
	w.timePtr(s.at(22), &v.Issued)
	if len(v.Categories) > 0 {
		w.coded(s.at(24), &v.Categories[0], "74")
	}
	w.statusLoosely(s.at(25), &v.Status, &reportStatus, looseResult)
	if p := v.Parent; p != nil && p.ID == "" {
		w.parentOf(s, p)
	}
	w.staffOf(s, v)
	if len(v.BasedOn) > 0 && order != nil {
		v.BasedOn[0].ID, v.BasedOn[0].AsSent = "", ""
	}
	w.indications(s, 31, v.Indications)
	w.inVisit(&v.Encounter)
	w.notes(v.Notes, s)
	if order != nil && w.m.source == "" {
		w.At("orders", w.refs[order.ID].i, func() { w.notes(order.Notes, s) })
	}
	if order != nil {
		w.timings(order)
	}
	specimens := w.specimensOf(v.Specimens)
	w.members(v, specimens)
	w.reportText(v)
	w.specimenSegments(specimens)
}

// sameAs compares what an order and its panel say in the same fields of OBR. The panel has the word.
func (w *sender) sameAs(o *record.Order, v *record.Panel) {
	at, ok := w.refs[o.ID]
	panelAt, ok2 := w.refs[v.ID]
	if !ok || !ok2 {
		return
	}
	panel := w.pointer(panelAt.kind, panelAt.i).(*record.Panel)
	w.At("orders", at.i, func() {
		switch {
		case equal(o.Code, panel.Code):
			o.Code = record.Concept{}
		case o.Code.IsZero():
			w.Note(&panelSays, "code")
		}
		switch {
		case o.Reason == panel.RelevantInfo:
			o.Reason = ""
		case o.Reason == "":
			w.Note(&panelSays, "reason")
		}
		if len(o.Indications) == 0 && len(panel.Indications) > 0 {
			w.Note(&panelSays, "indications")
		}
	})
}

// parentOf writes OBR-26 and OBR-29: what a panel hangs on.
func (w *sender) parentOf(s *segmentOut, p *record.Ref) {
	w.str(s.at(26).at(1), &p.AsSent)
	if i := p.Identifier; i != nil {
		if isType(i, "PLAC") {
			w.entity(s.at(29).at(1), i)
			w.impliedType(i, "PLAC")
		} else {
			w.entity(s.at(29).at(2), i)
			w.impliedType(i, "FILL")
		}
	}
}

// staffOf writes who interpreted, assisted, made and wrote down the results: NDL (2A.3.42).
func (w *sender) staffOf(s *segmentOut, v *record.Panel) {
	for i := range v.Participants {
		x := &v.Participants[i]
		field := 0
		switch {
		case x.Role == "interpreter" && (x.RoleAsSent == "OBR-33" || s.has(32)):
			field = 33
		case x.Role == "interpreter":
			field = 32
		case x.Role == "performer":
			field = 34
		case x.Role == "enterer":
			field = 35
		}
		if field == 0 || x.Who == nil {
			continue
		}
		w.In("participants", i)
		if forms := w.formsOf(v.ID, slotOf("participants", i)); len(forms) > 0 && fieldOf(forms[0].path, "OBR") > 0 {
			if w.person(s.next(fieldOf(forms[0].path, "OBR")), x.Who) {
				x.Role, x.RoleAsSent = "", ""
			}
			w.Leave()
			continue
		}
		at := s.next(field)
		if w.staffMember(at.at(1), x.Who) {
			x.Role, x.RoleAsSent = "", ""
			if x.When != nil {
				w.time(at.at(2), &x.When.Start)
				w.time(at.at(3), &x.When.End)
			}
			w.location(at.from(4), x.Location)
		}
		w.Leave()
	}
}

// members writes the observations of a panel in their order.
func (w *sender) members(v *record.Panel, specimens []record.Ref) {
	for i := range v.Members {
		at, ok := w.refs[v.Members[i].ID]
		if !ok || w.written[at] {
			continue
		}
		o, ok := w.pointer(at.kind, at.i).(*record.Observation)
		if !ok || w.m.source == "" && !w.isHere(at) {
			continue
		}
		_ = o
		if why := w.unsayable(at.kind, at.i); why != nil {
			w.withhold(at.kind, at.i, why)
			continue
		}
		x := w.copyOf(at.kind, at.i).(*record.Observation)
		w.At(w.listOf(at.kind), at.i, func() {
			if len(specimens) == 1 {
				switch {
				case len(x.Specimens) == 1 && x.Specimens[0].ID == specimens[0].ID:
					x.Specimens[0].ID, x.Specimens[0].AsSent = "", ""
				case len(x.Specimens) == 0:
					w.Note(&specimenOfPanel, "specimens")
				}
			}
			w.observation(x, at.kind)
		})
		w.finishEntry(at.kind, at.i)
		v.Members[i].ID, v.Members[i].AsSent = "", ""
	}
}

// isHere reports whether an entry belongs to the message at hand.
func (w *sender) isHere(at entryAt) bool { return slices.Contains(w.here[at.kind], at.i) }

// reportText writes what a report concludes, and its files, as observations of LOINC's codes for them.
func (w *sender) reportText(v *record.Panel) {
	if w.m.source != "" {
		return
	}
	if v.Conclusion != "" {
		s := w.answer("59776-5", "Procedure findings Narrative", "FT")
		w.put(s.at(3).at(1), "")
		w.flow(s.at(5), &v.Conclusion)
	}
	for i := range v.Attachments {
		a := record.Value{Attachment: &v.Attachments[i]}
		if kind := w.valueType(&a); kind != "" {
			s := w.answer("55107-7", "Addendum Document", kind)
			w.value(s.at(5), &a, kind)
		}
	}
}

// specimensOf gives the references to specimens that can go with a block, and clears them.
func (w *sender) specimensOf(list []record.Ref) (out []record.Ref) {
	for i := range list {
		at, ok := w.refs[list[i].ID]
		if !ok || at.kind != record.KindSpecimen || w.written[at] || w.unsayable(at.kind, at.i) != nil {
			continue
		}
		out = append(out, list[i])
		list[i].ID, list[i].AsSent = "", ""
	}
	return out
}

// specimenSegments writes SPM of those specimens.
func (w *sender) specimenSegments(list []record.Ref) {
	for i := range list {
		at := w.refs[list[i].ID]
		if w.written[at] {
			continue
		}
		v := w.copyOf(at.kind, at.i).(*record.Specimen)
		w.At("specimens", at.i, func() { w.specimen(v) })
		w.finishEntry(at.kind, at.i)
	}
}

// alone writes an observation that is in no panel. A new message of results needs OBR before it, which then has the result's own code.
func (w *sender) alone(kind string, v *record.Observation) {
	if w.m.source == "" && w.m.kind == "ORU" {
		s := w.segment("OBR", v.ID, 0)
		c := clone(v.Code)
		w.concept(s.at(4), &c)
		w.Note(&codeOfPanel, "")
		w.observation(v, kind)
		w.specimenSegments(w.specimensOf(v.Specimens))
		return
	}
	w.observation(v, kind)
}
