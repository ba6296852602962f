package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// The statuses of FHIR's resources for medicines (left) and the record's.
var (
	requestStatuses = codes.NewTable(
		codes.Both("active", record.StatusActive), codes.Both("on-hold", record.StatusOnHold), codes.Both("cancelled", record.StatusCancelled),
		codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError), codes.Both("stopped", record.StatusAborted),
		codes.Both("draft", record.StatusDraft), codes.Both("unknown", record.StatusUnknown),
	)
	statementStatuses = codes.NewTable(
		codes.Both("active", record.StatusActive), codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError),
		codes.Both("intended", record.StatusPlanned), codes.Both("stopped", record.StatusAborted), codes.Both("on-hold", record.StatusOnHold),
		codes.Both("unknown", record.StatusUnknown), codes.Both("not-taken", record.StatusNotDone),
	)
	administrationStatuses = codes.NewTable(
		codes.Both("in-progress", record.StatusActive), codes.Both("not-done", record.StatusNotDone), codes.Both("on-hold", record.StatusOnHold),
		codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError), codes.Both("stopped", record.StatusAborted),
		codes.Both("unknown", record.StatusUnknown),
	)
	dispenseStatuses = codes.NewTable(
		codes.Both("preparation", record.StatusDraft), codes.Both("in-progress", record.StatusActive), codes.Both("cancelled", record.StatusCancelled),
		codes.Both("on-hold", record.StatusOnHold), codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError),
		codes.Both("stopped", record.StatusAborted), codes.Both("declined", record.StatusNotDone), codes.Both("unknown", record.StatusUnknown),
	)
)

// intents pairs MedicationRequest.intent with the record's modes.
var intents = codes.NewTable(
	codes.Both("proposal", record.ModeProposal), codes.Both("plan", record.ModeIntent), codes.Both("order", record.ModeRequest),
	codes.Both("original-order", record.ModeOriginal), codes.Both("reflex-order", record.ModeReflex), codes.Both("filler-order", record.ModeFiller),
	codes.Both("instance-order", record.ModeInstance), codes.Both("option", record.ModeOption), codes.Both("directive", record.ModeDirective),
)

// medicationRequest reads a MedicationRequest (R4 11.1; C-CDA on FHIR, FC-medications).
func (r *reader) medicationRequest(n tree.Node) bool {
	mode, ok := intents.To(peek(n, "intent"))
	if !ok || !r.subject(n, "subject") {
		return false
	}
	m := record.Medication{Entry: r.entry(n), Kind: "request"}
	m.Mode = mode
	r.take(n.Child("intent"))
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &requestStatuses)
	r.mappedStatus(n, &m.Status)
	if c := object(n, "statusReason"); c.OK() {
		m.Status.Reasons = []record.Concept{r.concept(c)}
	}
	m.Categories = r.concepts(n, "category")
	m.Priority = r.priority(n)
	m.DoNotPerform = r.boolean(n, "doNotPerform")
	m.Reported = r.boolean(n, "reportedBoolean")
	r.medicine(n, &m)
	m.Encounter = r.refPtr(n, "encounter")
	m.AuthoredOn = r.timePtr(n, "authoredOn")
	r.part(&m.Entry, n, "requester", "author")
	r.part(&m.Entry, n, "performer", "performer")
	r.part(&m.Entry, n, "recorder", "recorder")
	m.Indications = r.indications(n, "indications")
	m.BasedOn = r.refs(n, "basedOn")
	m.Group = maybe(n, "groupIdentifier", r.identifier)
	m.CourseOfTherapy = r.conceptPtr(n, "courseOfTherapyType")
	m.Insurance = r.refs(n, "insurance")
	r.dosages(n, "dosageInstruction", &m)
	if d := object(n, "dispenseRequest"); d.OK() {
		m.Orders = []record.SupplyOrder{r.dispenseRequest(d)}
	}
	if s := object(n, "substitution"); s.OK() {
		v := record.Substitution{Allowed: r.boolean(s, "allowedBoolean"), Type: r.conceptPtr(s, "allowedCodeableConcept")}
		if c := object(s, "reason"); c.OK() {
			v.Reasons = []record.Concept{r.concept(c)}
		}
		addFields(r, s, &v)
		m.Substitution = &v
	}
	m.Prior = r.refPtr(n, "priorPrescription")
	r.medicationEnd(n, &m)
	if m.DoNotPerform != nil && *m.DoNotPerform && !r.field(n, "doNotPerform").OK() {
		m.Assertion, m.DoNotPerform = record.Negated, nil // FC-medications, doNotPerform
	}
	r.rec.Medications = append(r.rec.Medications, m)
	return true
}

// medicationEnd takes what our own extension on a resource for a medicine says.
func (r *reader) medicationEnd(n tree.Node, m *record.Medication) {
	if e := extension(n, extAdherence); e.OK() {
		r.known(e)
		a := &record.Adherence{}
		for _, x := range objects(e, "extension") {
			switch peek(x, "url") {
			case "medicationAdherence":
				a.Code = one(r.known(x), "valueCodeableConcept", r.concept)
			case "dateAsserted":
				a.When = r.timePtr(r.known(x), "valueDateTime")
			case "informationSource":
				if c := object(x, "valueCodeableConcept"); c.OK() {
					a.Informations = append(a.Informations, r.concept(c))
					r.known(x)
				}
			}
		}
		if f := r.field(n, "adherence"); f.OK() {
			r.fieldsOf(f, a)
		}
		m.Adherence = a
	}
	addFields(r, n, m)
	switch {
	case m.Mode == modeEvent:
		m.Mode, m.Kind = record.ModeEvent, "request"
	case m.Mode == modeActivity:
		m.Mode, m.Kind = record.ModeEvent, "" // what a document told as taken
	case r.field(n, "mode").OK():
		m.Kind = ""
	}
}

// priority reads a code of request-priority.
func (r *reader) priority(n tree.Node) *record.Concept {
	if p := r.str(n, "priority"); p != "" {
		c := priorityOf(p)
		return &c
	}
	return nil
}

// priorityOf is the concept that a code of request-priority stands for.
func priorityOf(code string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: "http://hl7.org/fhir/request-priority", Code: code}}}
}
