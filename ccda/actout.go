package ccda

import "github.com/portage-health/portage/record"

// inPlan reports whether what is being written stands in a section of what is planned.
func (w *writer) inPlan() bool {
	if w.sec == nil || w.sec.def == nil {
		return false
	}
	switch w.sec.def.loinc {
	case "18776-5", "51847-2", "59772-4":
		return true
	}
	return false
}

// authored gives the time that an entry was written to its author: the first
// without a time of its own, else an author of whom no more is known
// (C-CDA on FHIR, FC-medications, authoredOn).
func (w *writer) authored(list *[]record.Participation, when **record.Time) {
	if *when == nil {
		return
	}
	t := **when
	*when = nil
	out := append([]record.Participation(nil), *list...)
	for i := range out {
		if out[i].Role != "author" {
			continue
		}
		if p := out[i].When; p != nil && p.At == t {
			return
		} else if p == nil {
			out[i].When = &record.Period{At: t}
			*list = out
			return
		}
	}
	*list = append(out, record.Participation{
		Role: "author", When: &record.Period{At: t}, Identifiers: []record.Identifier{{Absent: record.AbsentNoInformation}},
	})
}

// locationOut writes where something took place; what is no place of the record stays.
func (w *writer) locationOut(leaf string, ref **record.Ref) {
	if *ref != nil && w.serviceLocation(leaf, -1, *ref, leaf, nil) {
		*ref = nil
	}
}

// locationsOut writes several places.
func (w *writer) locationsOut(leaf string, list *[]record.Ref) {
	for i := range *list {
		r := (*list)[i]
		w.In(leaf, i)
		if !w.serviceLocation(leaf, i, &r, "", nil) {
			w.Drop("", &r, &lost)
		}
		w.Leave()
	}
	*list = nil
}

// toldText writes words that the narrative tells too: where it does not in the
// source's own, in the row that is made of the entry.
func (w *writer) toldText(name, leaf string, text, ref *string) {
	if _, r := w.told(*text, *ref); r == "" {
		w.lostAnchor(leaf, *text, *ref)
	}
	t, r := w.told(take(text), take(ref))
	if r == "" && w.row != nil {
		r = w.row.anchor()
	}
	if t == "" && r == "" {
		return
	}
	w.el(name)
	w.text(t)
	if r != "" {
		w.leaf("reference", "value", "#"+r)
	}
	w.end()
}

// ownPart says that the element just started is a part of the entry around the
// entry's own element: what is carried for it is written in it.
func (w *writer) ownPart(id, slot string) {
	e := &w.open[len(w.open)-1]
	e.slot = slot
	for _, p := range w.carried[id] {
		if p.Slot == slot {
			w.keep(e, p)
		}
	}
}

// tellReasons tells why something was not done.
func (w *writer) tellReasons(s *record.Status) {
	for i := range s.Reasons {
		w.tell("Reason", wordsOf(&s.Reasons[i]))
	}
}

// tellStatus tells where an act stands, and why.
func (w *writer) tellStatus(s *record.Status) {
	switch {
	case s.Code != "":
		w.tell("Status", string(s.Code))
	case s.AsSent != "":
		w.tell("Status", s.AsSent)
	}
	w.tellReasons(s)
}

// tellIndications tells what an act is for.
func (w *writer) tellIndications(list []record.Indication) {
	for i := range list {
		words := wordsOf(list[i].Code)
		if words != "" && list[i].Assertion == record.Negated {
			words = "Not for: " + words
		}
		w.tell("Indication", words)
	}
}

// tellPeople tells who did it.
func (w *writer) tellPeople(list []record.Participation) {
	for i := range list {
		at, ok := w.place(list[i].Who)
		if !ok || at.kind != kindPractitioner || list[i].Role == "author" || list[i].Role == "informant" {
			continue
		}
		if names := w.rec.Practitioners[at.i].Names; len(names) > 0 {
			w.tell("Performer", names[0].String())
		}
	}
}

// tellPlaces tells where it was.
func (w *writer) tellPlaces(refs ...*record.Ref) {
	for _, r := range refs {
		if at, ok := w.place(r); ok && at.kind == kindLocation {
			if names := w.rec.Locations[at.i].Names; len(names) > 0 {
				w.tell("Location", names[0])
			}
		}
	}
}

// wordsOfQuantity gives a quantity as people read it.
func wordsOfQuantity(q *record.Quantity) string {
	if q == nil {
		return ""
	}
	unit := q.Unit
	if unit == "" {
		unit = q.Code
	}
	s := q.Comparator + q.Value
	if s == "" {
		return string(q.Absent)
	}
	if unit != "" && unit != "1" {
		s += " " + unit
	}
	return s
}
