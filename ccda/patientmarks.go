package ccda

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// patientMarks makes labels of the patient those of the document: a header has none, and what holds for a document holds for all in it (CDA R2 4.4).
// A word of the document's own on how confidential it is stands. Those of a patient who can be named by an identifier stand
// among the markings of the document with the patient as their subject, and come back to the patient: see peopleMarkings.
func (w *writer) patientMarks(d *record.Document) {
	if w.rec.Patient == nil || w.marksSubjects() && w.nameFor(&w.rec.Patient.Entry) != nil {
		return
	}
	graded := confidentialityAt(d.Labels) >= 0
	for i, l := range w.rec.Patient.Labels {
		simple := record.Label{Kind: l.Kind, Coding: record.Coding{System: l.Coding.System, Code: l.Coding.Code, Display: l.Coding.Display}}
		confidentiality := l.Coding.System == record.SystemConfidentiality || l.Kind == "confidentiality"
		switch {
		case l.Coding.System == "" || l.Coding.Code == "" || !reflect.DeepEqual(l, simple), confidentiality && graded, !confidentiality && (w.file || w.x.Sections != nil),
			slices.ContainsFunc(d.Labels, func(x record.Label) bool { return x.Coding.System == l.Coding.System && x.Coding.Code == l.Coding.Code }):
			continue
		case confidentiality:
			graded = true
		}
		d.Labels = append(slices.Clip(d.Labels), l)
		w.patientLabels = append(w.patientLabels, i)
	}
}

// unmarked gives the labels of the patient that the document does not have.
func (w *writer) unmarked(list []record.Label) []record.Label {
	if len(w.patientLabels) == 0 {
		return list
	}
	out := slices.Clone(list)
	for _, i := range w.patientLabels {
		out[i] = record.Label{}
	}
	return out
}
