package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// place is where in the documents a section stands: the document, and the labels that hold in it.
type place struct {
	doc    *record.Document
	labels []record.Label
}

// indexPlaces finds what labels hold in each section (CDA R2 4.4, context conduction).
func (w *writer) indexPlaces() {
	if len(w.rec.Documents) == 0 {
		return
	}
	w.places = w.placed
	for i := range w.rec.Documents {
		d := &w.rec.Documents[i]
		w.placesIn(d, d.Sections, conducted(d.Labels))
	}
}

func (w *writer) placesIn(d *record.Document, ss []record.Section, upper []record.Label) {
	for i := range ss {
		s := &ss[i]
		labels := under(s.Labels, upper)
		w.places[s.ID] = place{d, labels}
		w.placesIn(d, s.Sections, labels)
	}
}

func (w *writer) documentOf(section string) *record.Document { return w.places[section].doc }

// conducted gives the labels of a document that each of its entries carries
// away: those that restrict. That it is normal is said once, of the whole.
func conducted(ls []record.Label) (out []record.Label) {
	for i := range ls {
		if c := ls[i].Coding.Code; !isConfidentiality(&ls[i]) || c == "R" || c == "V" {
			out = append(out, ls[i])
		}
	}
	return out
}

// under gives the labels that hold where own ones are given within upper ones: a
// confidentiality of its own takes the place of the upper one, other marks add up.
func under(own, upper []record.Label) []record.Label {
	if len(upper) == 0 {
		return own
	}
	if len(own) == 0 && !repeatsCode(upper) {
		return upper[:len(upper):len(upper)]
	}
	replaced := false
	for i := range own {
		replaced = replaced || isConfidentiality(&own[i])
	}
	all := own[:len(own):len(own)]
	for i := range upper {
		if !(replaced && isConfidentiality(&upper[i])) && !hasLabel(all, &upper[i]) {
			all = append(all, upper[i])
		}
	}
	return all
}

// repeatsCode reports whether a code is among labels twice.
func repeatsCode(ls []record.Label) bool {
	for i := range ls {
		if hasLabel(ls[:i], &ls[i]) {
			return true
		}
	}
	return false
}

// hasLabel reports whether a label's code is among others: meta.security has each code once.
func hasLabel(ls []record.Label, l *record.Label) bool {
	return slices.ContainsFunc(ls, func(x record.Label) bool { return x.Coding.Code == l.Coding.Code && x.Coding.System == l.Coding.System })
}

func isConfidentiality(l *record.Label) bool {
	return l.Coding.System == record.SystemConfidentiality || l.Kind == "confidentiality"
}

// labelsOf gives the labels of an entry: its own, and those of the section it stands in.
func (w *writer) labelsOf(e *record.Entry) []record.Label {
	if e.Section == "" {
		return e.Labels
	}
	return under(e.Labels, w.places[e.Section].labels)
}

// security writes meta.security.
func (w *writer) security(ls []record.Label) {
	if len(ls) == 0 {
		return
	}
	w.arr("security")
	for i := range ls {
		w.label("", &ls[i])
	}
	w.endArr()
}

// label writes a Coding with how long it holds.
func (w *writer) label(name string, l *record.Label) {
	if l.When == nil {
		w.coding(name, &l.Coding)
		return
	}
	w.obj(name)
	w.codingBody(&l.Coding)
	w.fieldPeriod("when", l.When)
	w.end()
}

// fieldLabels keeps labels in a field of the record extension.
func (w *writer) fieldLabels(ls []record.Label) {
	for i := range ls {
		w.field("labels")
		w.label("valueCoding", &ls[i])
		w.endField()
	}
}

// confidentialityOrder is HL7 v3 Confidentiality from the least to the most restrictive.
const confidentialityOrder = "ULMNRV"

// highest gives the label of a Bundle: the most restrictive confidentiality of
// anything in it, where that is more than normal, with the other marks of its
// documents (R4 6.1.1, security labels: the high-water mark).
func (w *writer) highest() (out []record.Label) {
	top := strings.IndexByte(confidentialityOrder, 'N')
	look := func(ls []record.Label) {
		for i := range ls {
			if c := ls[i].Coding.Code; isConfidentiality(&ls[i]) && len(c) == 1 {
				top = max(top, strings.IndexByte(confidentialityOrder, c[0]))
			}
		}
	}
	for _, e := range w.rec.Entries() {
		look(e.Labels)
	}
	for i := range w.rec.Documents {
		look(w.rec.Documents[i].Labels)
	}
	for _, p := range w.places {
		look(p.labels) // the greatest is the same in any order
	}
	if c := confidentialityOrder[top]; c != 'N' {
		out = append(out, record.Label{Coding: record.Coding{System: record.SystemConfidentiality, Code: string(c)}})
	}
	for i := range w.rec.Documents {
		for _, l := range w.rec.Documents[i].Labels {
			if !isConfidentiality(&l) && !hasLabel(out, &l) {
				out = append(out, l)
			}
		}
	}
	return out
}
