package fhir

import "github.com/portage-health/portage/record"

// The concepts of the record that are not written as FHIR. Every leaf of
// them is counted as lost, with an issue. docs/fhir-mapping.md has the same list.

// dropUnwritten counts them as lost.
func (w *writer) dropUnwritten() {
	r := w.rec
	dropAll(w, "questionnaires", r.Questionnaires, &lostSlice)
	dropAll(w, "accounts", r.Accounts, &lostSlice)
	dropAll(w, "charges", r.Charges, &lostSlice)
	dropAll(w, "claims", r.Claims, &lostSlice)
	dropAll(w, "appointments", r.Appointments, &lostSlice)
	dropAll(w, "adverseEvents", r.AdverseEvents, &lostSlice)
}

// indexUnwritten remembers their ids, so that references to them say why they point to nothing.
func (w *writer) indexUnwritten() {
	r := w.rec
	leaveAll(w, r.Questionnaires, func(e *record.QuestionnaireResponse) *record.Entry { return &e.Entry })
	leaveAll(w, r.Accounts, func(e *record.Account) *record.Entry { return &e.Entry })
	leaveAll(w, r.Charges, func(e *record.Charge) *record.Entry { return &e.Entry })
	leaveAll(w, r.Claims, func(e *record.Claim) *record.Entry { return &e.Entry })
	leaveAll(w, r.Appointments, func(e *record.Appointment) *record.Entry { return &e.Entry })
	leaveAll(w, r.AdverseEvents, func(e *record.AdverseEvent) *record.Entry { return &e.Entry })
}

func leaveAll[T any](w *writer, list []T, of func(*T) *record.Entry) {
	for i := range list {
		w.leave(of(&list[i]))
	}
}

// leave remembers an entry that has no resource.
func (w *writer) leave(e *record.Entry) {
	if _, taken := w.refs[e.ID]; !taken && e.ID != "" {
		w.refs[e.ID] = target{}
	}
}

// dropAll counts every leaf of a list of structs, a field of where the writer is, as lost.
func dropAll[T any](w *writer, name string, list []T, why *record.IssueKind) {
	for i := range list {
		w.In(name, i)
		w.Drop("", &list[i], why)
		w.Leave()
	}
}
