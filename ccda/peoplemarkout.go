package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// markable calls f with everybody whose markings stand among those of the document.
func (w *writer) markable(f func(kind, list string, i int, e *record.Entry)) {
	r := w.rec
	if r.Patient != nil {
		f(kindPatient, "patient", -1, &r.Patient.Entry)
	}
	for i := range r.Practitioners {
		f(kindPractitioner, "practitioners", i, &r.Practitioners[i].Entry)
	}
	for i := range r.RelatedPersons {
		f(kindRelated, "relatedPersons", i, &r.RelatedPersons[i].Entry)
	}
	for i := range r.Organizations {
		f(kindOrganization, "organizations", i, &r.Organizations[i].Entry)
	}
	for i := range r.Locations {
		f(kindLocation, "locations", i, &r.Locations[i].Entry)
	}
	for i := range r.Specimens {
		f(kindSpecimen, "specimens", i, &r.Specimens[i].Entry)
	}
	for i := range r.Devices {
		f(kindDevice, "devices", i, &r.Devices[i].Entry)
	}
}

// marksSubjects reports whether the document may have a section for markings with a subject: it has sections, and the options leave it in.
func (w *writer) marksSubjects() bool {
	return !w.file && (w.x.Sections == nil || slices.Contains(w.x.Sections, loincPrivacy))
}

// marksPeople reports whether there is anybody whose markings need the section that is for them.
func (w *writer) marksPeople() (found bool) {
	w.markable(func(_, _ string, _ int, e *record.Entry) { found = found || len(e.Labels) > 0 && w.nameFor(e) != nil })
	return found
}

// nameFor gives the identifier that names somebody for certain; nil where there is none that a reader could find them by.
func (w *writer) nameFor(e *record.Entry) *record.Identifier {
	quiet := w.Quiet
	w.Quiet = true
	defer func() { w.Quiet = quiet }()
	for i := range e.Identifiers {
		x := e.Identifiers[i]
		if !usable(&x) {
			continue
		}
		if root, _ := w.rootOf(&x); root != "" {
			return &e.Identifiers[i]
		}
	}
	return nil
}

// markedLater takes the labels of somebody who is written here for the first time: their markings stand among those of the
// document (see peopleMarkings). Where there is no place for them any more, they stay, to be named as lost.
func (w *writer) markedLater(e *record.Entry, source *record.Entry) {
	if len(e.Labels) == 0 || !w.marks || w.nameFor(source) == nil {
		return
	}
	if w.later == nil {
		w.later = map[string]bool{}
	}
	w.later[e.ID] = true
	e.Labels = nil
}

// peopleMarkings writes the markings of everybody who was written before: each an annotation with the one as its subject.
// Who does not read the subject takes them for markings of the whole document, which withholds more and shows no more.
func (w *writer) peopleMarkings() {
	w.marks = false
	w.markable(func(kind, list string, i int, e *record.Entry) {
		if !w.later[e.ID] {
			return
		}
		w.At(list, i, func() {
			labels := append([]record.Label(nil), e.Labels...)
			w.annotation(&labels, "entry", func() {
				w.el("participant")
				w.at("typeCode", "SBJ")
				w.el("participantRole")
				for _, c := range markedRoles {
					if c.kind == kind {
						w.at("classCode", c.class)
					}
				}
				id := *w.nameFor(e)
				w.el("id")
				root, ext := w.rootOf(&id)
				w.at("root", root)
				w.at("extension", ext)
				w.end()
				w.end()
				w.end()
			})
		})
	})
}

// markedWords names what is marked, for the narrative.
var markedWords = map[string]string{
	kindPatient: "the patient", kindPractitioner: "a practitioner", kindRelated: "a related person", kindOrganization: "an organization", kindLocation: "a place",
	kindSpecimen: "a specimen", kindDevice: "a device",
}
