package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// placeInWords writes a place of which the record has the words of a reference alone.
func (w *writer) placeInWords(leaf string, i int, ref *record.Ref, path string, when func()) {
	w.el("participant")
	w.slot(leaf, i)
	w.at("typeCode", "LOC")
	if when != nil {
		when()
	}
	w.el("participantRole")
	w.at("classCode", "SDLOC")
	w.template(templateServiceLocation)
	if path != "" {
		w.In(path, -1)
		defer w.Leave()
	}
	if id := ref.Identifier; id != nil {
		x := *id
		w.identifier("id", "identifier", &x)
	}
	w.el("playingEntity")
	w.at("classCode", "PLC")
	w.words("name", ref.Display)
	w.Note(&placeByWords, "display")
	w.Drop("", &record.Ref{AsSent: ref.AsSent}, &lost)
	w.end()
	w.end()
	w.end()
}

var placeByWords = record.IssueAltered.Because("the record does not have the place that is referred to; its words stand as the name of a place, which comes back as one")

// beside gives what a reference says beside which entry it is to, where that entry
// does not say it itself: other words, another identifier. C-CDA has the entry alone there.
func (w *writer) beside(ref *record.Ref, at place) record.Ref {
	left := record.Ref{Identifier: ref.Identifier, Display: ref.Display}
	if left.Display == "" && left.Identifier == nil {
		return left
	}
	var ids []record.Identifier
	named := false
	switch at.kind {
	case kindPractitioner:
		x := &w.rec.Practitioners[at.i]
		ids, named = x.Identifiers, isNamed(x.Names, left.Display)
	case kindRelated:
		x := &w.rec.RelatedPersons[at.i]
		ids, named = x.Identifiers, isNamed(x.Names, left.Display)
	case kindPatient:
		ids, named = w.rec.Patient.Identifiers, isNamed(w.rec.Patient.Names, left.Display)
	case kindOrganization:
		x := &w.rec.Organizations[at.i]
		ids, named = x.Identifiers, slices.Contains(x.Names, left.Display)
	case kindLocation:
		x := &w.rec.Locations[at.i]
		ids, named = x.Identifiers, slices.Contains(x.Names, left.Display)
	}
	if named {
		left.Display = ""
	}
	if left.Identifier != nil && slices.ContainsFunc(ids, func(i record.Identifier) bool { return i.Same(*left.Identifier) }) {
		left.Identifier = nil
	}
	return left
}

// saysBeside reports whether a reference says more than which entry it is to.
func (w *writer) saysBeside(ref *record.Ref) bool {
	at, ok := w.place(ref)
	return ok && !w.beside(ref, at).IsZero()
}

func isNamed(list []record.Name, words string) bool {
	return slices.ContainsFunc(list, func(n record.Name) bool { return n.Text == words || n.String() == words })
}

// nameBeside names what a reference that was written says beside its entry.
func (w *writer) nameBeside(path string, ref *record.Ref, at place) {
	if left := w.beside(ref, at); !left.IsZero() {
		w.Drop(path, &left, &saidOfEntry)
	}
}

var saidOfEntry = record.IssueLost.Because("the document names the entry that is referred to by what is known of it, and not by other words or another identifier")
