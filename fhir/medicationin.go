package fhir

import (
	"reflect"

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
		return &record.Concept{Codings: []record.Coding{{System: "http://hl7.org/fhir/request-priority", Code: p}}}
	}
	return nil
}

// medicine reads medication[x]: a code, or the Medication that the input has for it.
func (r *reader) medicine(n tree.Node, m *record.Medication) {
	if c := object(n, "medicationCodeableConcept"); c.OK() {
		m.Product.Code = r.concept(c)
		if e := r.field(n, "productName"); e.OK() {
			m.Product.Name = r.str(e, "valueString")
		}
		if m.Product.Code.Has(record.SystemSNOMED, snomedNoMedications) && m.Assertion == record.Affirmed {
			m.Assertion = record.NoneKnown
			m.Product.Code = r.noneKnown(n, "medicationCodeableConcept", "product", snomedNoMedications, m.Product.Code)
		}
		return
	}
	ref := object(n, "medicationReference")
	if both := object(n, "medication"); both.OK() && !ref.OK() { // a CodeableReference in R5
		if c := object(both, "concept"); c.OK() {
			m.Product.Code = r.concept(c)
			return
		}
		ref = object(both, "reference")
	}
	if !ref.OK() {
		return
	}
	if p, ok := r.productAt(ref, m.ID); ok {
		m.Product = p
		return
	}
	m.Product.Code.Text = r.str(ref, "display")
}

// productAt reads the Medication that a Reference points to as a part of an entry.
func (r *reader) productAt(ref tree.Node, owner string) (record.Product, bool) {
	i, ok := r.plan.target(peek(ref, "reference"), r.at)
	if !ok || r.plan.all[i].typ != "Medication" || !r.plan.all[i].in(r.group) {
		return record.Product{}, false
	}
	x := &r.plan.all[i]
	if !r.safe(x) {
		return record.Product{}, false
	}
	r.take(ref.Child("reference"))
	r.parts[i] = append(r.parts[i], owner)
	return r.productOf(x), true
}

// productOf reads a Medication (R4 11.6).
func (r *reader) productOf(x *resource) record.Product {
	n := x.n
	p := record.Product{ID: x.entryID, Identifiers: r.identifiers(n, "identifier"), Code: one(n, "code", r.concept), Status: r.str(n, "status"),
		Manufacturer: r.refPtr(n, "manufacturer"), Form: r.conceptPtr(n, "form")}
	if a := object(n, "amount"); a.OK() {
		v := r.ratio(a)
		p.Amount = &record.Amount{Ratio: &v}
	}
	for _, g := range objects(n, "ingredient") {
		if c := r.vehicle(g); c != nil {
			p.Vehicles = append(p.Vehicles, *c)
			continue
		}
		v := record.Ingredient{Code: r.conceptPtr(g, "itemCodeableConcept"), Ref: r.refPtr(g, "itemReference"), Active: r.boolean(g, "isActive"),
			Strength: maybe(g, "strength", r.ratio)}
		addFields(r, g, &v)
		p.Ingredients = append(p.Ingredients, v)
	}
	if b := object(n, "batch"); b.OK() {
		p.Lot, p.Expiration = r.str(b, "lotNumber"), r.timePtr(b, "expirationDate")
	}
	if x.container >= 0 && x.id == containedProduct {
		p.ID = "" // our exporter's name for a part of the entry
	}
	addFields(r, n, &p)
	return p
}

// vehicle reads an ingredient that our exporter made of what the medicine is
// carried in (CF-medications, Drug Vehicle); nil for any other.
func (r *reader) vehicle(g tree.Node) *record.Concept {
	active, code := g.Child("isActive"), extension(own(g), "vehicle").Child("valueCode")
	if code.Value() != "true" || active.Kind() != tree.Bool || active.Value() != "false" || !object(g, "itemCodeableConcept").OK() || g.Child("strength").OK() || g.Child("itemReference").OK() {
		return nil
	}
	r.field(g, "vehicle")
	r.take(code)
	r.take(active)
	return r.conceptPtr(g, "itemCodeableConcept")
}

// product keeps a Medication that another resource was read with.
func (r *reader) product() bool {
	owners := r.parts[r.at]
	if len(owners) == 0 {
		return false
	}
	x := &r.plan.all[r.at]
	r.made = append(append(r.made, x.entryID), owners...)
	return true
}

// dosages reads an array of Dosages. A time that bounds all of them alike is when
// the medicine is taken as a whole.
func (r *reader) dosages(n tree.Node, name string, m *record.Medication) {
	m.Dosages = all(n, name, r.dosage)
	if len(m.Dosages) == 0 || m.Kind == "dispense" {
		return
	}
	var first *record.Timing
	for i := range m.Dosages {
		ts := m.Dosages[i].Timings
		if len(ts) != 1 {
			return
		}
		if first == nil {
			first = &ts[0]
		}
		if !reflect.DeepEqual(ts[0].Bounds, first.Bounds) || !reflect.DeepEqual(ts[0].Events, first.Events) {
			return
		}
	}
	switch {
	case first.Bounds != nil && len(first.Events) == 0:
		m.Taken = *first.Bounds
	case first.Bounds == nil && len(first.Events) == 1:
		m.Taken.At = first.Events[0]
	default:
		return
	}
	for i := range m.Dosages {
		t := &m.Dosages[i].Timings[0]
		t.Bounds, t.Events = nil, nil
		if reflect.DeepEqual(*t, record.Timing{}) {
			m.Dosages[i].Timings = nil
		}
	}
}

// dosage reads a Dosage (R4 2.42).
func (r *reader) dosage(n tree.Node) record.Dosage {
	d := record.Dosage{
		Sequence: r.number(n, "sequence"), Text: r.str(n, "text"), PatientText: r.str(n, "patientInstruction"), Additional: r.concepts(n, "additionalInstruction"),
		AsNeeded: r.boolean(n, "asNeededBoolean"), Route: r.conceptPtr(n, "route"), Method: r.conceptPtr(n, "method"),
		MaxPerPeriod: maybe(n, "maxDosePerPeriod", r.ratio), MaxPerAdmin: maybe(n, "maxDosePerAdministration", r.quantity),
		MaxPerLifetime: maybe(n, "maxDosePerLifetime", r.quantity),
	}
	if t := object(n, "timing"); t.OK() {
		d.Timings = []record.Timing{r.timing(t)}
	}
	if c := object(n, "asNeededCodeableConcept"); c.OK() {
		d.AsNeededFor = []record.Concept{r.concept(c)}
	}
	if c := object(n, "site"); c.OK() {
		d.Site = []record.Concept{r.concept(c)}
	}
	for i, a := range objects(n, "doseAndRate") {
		if i > 0 {
			break // the record has place for one; the others are carried
		}
		d.DoseType = r.conceptPtr(a, "type")
		if q, g := maybe(a, "doseQuantity", r.quantity), maybe(a, "doseRange", r.rng); q != nil || g != nil {
			d.Dose = &record.Amount{Quantity: q, Range: g}
		}
		q, g, o := maybe(a, "rateQuantity", r.quantity), maybe(a, "rateRange", r.rng), maybe(a, "rateRatio", r.ratio)
		if q != nil || g != nil || o != nil {
			d.Rate = &record.Amount{Quantity: q, Range: g, Ratio: o}
		}
		addFields(r, a, &d)
	}
	addFields(r, n, &d)
	return d
}

func (r *reader) dispenseRequest(n tree.Node) record.SupplyOrder {
	o := record.SupplyOrder{
		Interval: maybe(n, "dispenseInterval", r.quantity), Valid: maybe(n, "validityPeriod", r.period), Refills: r.number(n, "numberOfRepeatsAllowed"),
		Quantity: maybe(n, "quantity", r.quantity), DaysSupply: maybe(n, "expectedSupplyDuration", r.quantity), Performer: r.refPtr(n, "performer"),
	}
	if f := object(n, "initialFill"); f.OK() {
		o.FirstFill = &record.FirstFill{Quantity: maybe(f, "quantity", r.quantity), DaysSupply: maybe(f, "duration", r.quantity)}
	}
	addFields(r, n, &o)
	return o
}

// medicationStatement reads a MedicationStatement (R4 11.4).
func (r *reader) medicationStatement(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	m := record.Medication{Entry: r.entry(n), Kind: "statement"}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &statementStatuses)
	r.mappedStatus(n, &m.Status)
	m.Status.Reasons = r.concepts(n, "statusReason")
	if c := object(n, "category"); c.OK() {
		m.Categories = []record.Concept{r.concept(c)}
	}
	r.medicine(n, &m)
	m.Encounter = r.refPtr(n, "context")
	m.Taken = r.when(n, choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "taken")
	m.DateAsserted = r.timePtr(n, "dateAsserted")
	r.part(&m.Entry, n, "informationSource", "informant")
	m.DerivedFrom, m.BasedOn, m.PartOf = r.refs(n, "derivedFrom"), r.refs(n, "basedOn"), r.refs(n, "partOf")
	m.Indications = r.indications(n, "indications")
	taken := m.Taken
	r.dosages(n, "dosage", &m)
	if !reflect.DeepEqual(taken, m.Taken) {
		m.Taken = taken
		m.Dosages = all(n, "dosage", r.dosage) // their bounds are their own: the whole has a time of its own
	}
	if m.Status.Code == record.StatusNotDone && m.Assertion == record.Affirmed {
		m.Assertion = record.Negated // not-taken: the patient does not take it
		m.Status.Code = ""
	}
	r.medicationEnd(n, &m)
	m.Kind = "statement"
	r.rec.Medications = append(r.rec.Medications, m)
	return true
}

// medicationAdministration reads a MedicationAdministration (R4 11.3).
func (r *reader) medicationAdministration(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	m := record.Medication{Entry: r.entry(n), Kind: "administration"}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &administrationStatuses)
	r.mappedStatus(n, &m.Status)
	m.Status.Reasons = r.concepts(n, "statusReason")
	if c := object(n, "category"); c.OK() {
		m.Categories = []record.Concept{r.concept(c)}
	}
	r.medicine(n, &m)
	m.Encounter = r.refPtr(n, "context")
	m.Taken = r.when(n, choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "taken")
	r.performersOf(n, &m.Entry)
	m.Indications = r.indications(n, "indications")
	if q := r.refPtr(n, "request"); q != nil {
		m.BasedOn = []record.Ref{*q}
	}
	m.PartOf = r.refs(n, "partOf")
	for i, d := range objects(n, "device") {
		if i == 0 {
			v := r.ref(d)
			m.Device = &v
		}
	}
	if d := object(n, "dosage"); d.OK() {
		v := record.Dosage{Text: r.str(d, "text"), Route: r.conceptPtr(d, "route"), Method: r.conceptPtr(d, "method")}
		if c := object(d, "site"); c.OK() {
			v.Site = []record.Concept{r.concept(c)}
		}
		if q := maybe(d, "dose", r.quantity); q != nil {
			v.Dose = &record.Amount{Quantity: q}
		}
		if q, o := maybe(d, "rateQuantity", r.quantity), maybe(d, "rateRatio", r.ratio); q != nil || o != nil {
			v.Rate = &record.Amount{Quantity: q, Ratio: o}
		}
		if e := r.field(n, "dosages"); e.OK() {
			r.fieldsOf(e, &v) // what FHIR's dosage has no element for
		}
		addFields(r, d, &v)
		m.Dosages = []record.Dosage{v}
	}
	r.medicationEnd(n, &m)
	m.Kind = "administration"
	r.rec.Medications = append(r.rec.Medications, m)
	return true
}

// performersOf reads performer.actor with its function.
func (r *reader) performersOf(n tree.Node, e *record.Entry) {
	for _, p := range objects(n, "performer") {
		a := object(p, "actor")
		if !a.OK() {
			continue
		}
		v := r.participation(a, "performer")
		v.Function = r.conceptPtr(p, "function")
		addFields(r, p, &v)
		e.Participants = append(e.Participants, v)
	}
}

// medicationDispense reads a MedicationDispense (R4 11.2).
func (r *reader) medicationDispense(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	m := record.Medication{Entry: r.entry(n), Kind: "dispense"}
	m.Identifiers = r.identifiers(n, "identifier")
	m.Notes = r.notes(n, "note")
	m.Status = r.status(n, &dispenseStatuses)
	r.mappedStatus(n, &m.Status)
	if c := object(n, "statusReasonCodeableConcept"); c.OK() {
		m.Status.Reasons = []record.Concept{r.concept(c)}
	}
	if c := object(n, "category"); c.OK() {
		m.Categories = []record.Concept{r.concept(c)}
	}
	r.medicine(n, &m)
	m.Encounter = r.refPtr(n, "context")
	m.BasedOn, m.PartOf = r.refs(n, "authorizingPrescription"), r.refs(n, "partOf")
	m.Location = r.refPtr(n, "location")
	r.performersOf(n, &m.Entry)
	d := record.Dispense{
		Type: r.conceptPtr(n, "type"), Quantity: maybe(n, "quantity", r.quantity), DaysSupply: maybe(n, "daysSupply", r.quantity),
		Prepared: r.timePtr(n, "whenPrepared"), When: r.when(n, choice{dateTime: "whenHandedOver"}, "when"), Destination: r.refPtr(n, "destination"),
	}
	if s := object(n, "substitution"); s.OK() {
		d.Substitution = &record.Substitution{Done: r.boolean(s, "wasSubstituted"), Type: r.conceptPtr(s, "type"), Reasons: r.concepts(s, "reason")}
	}
	if e := r.field(n, "mode"); e.OK() {
		d.Mode = record.Mode(r.str(e, "valueCode"))
	}
	if e := r.field(n, "repeatNumber"); e.OK() {
		d.RepeatNumber = r.str(e, "valueString")
	}
	if e := r.field(n, "dispense"); e.OK() {
		r.fieldsOf(e, &d)
	}
	m.Dispenses = []record.Dispense{d}
	r.dosages(n, "dosageInstruction", &m)
	r.medicationEnd(n, &m)
	m.Kind = "dispense"
	r.rec.Medications = append(r.rec.Medications, m)
	return true
}
