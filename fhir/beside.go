package fhir

import (
	"strconv"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// besideCode is the code of a Basic that holds what only the structure of
// another format says of an entry: the act of concern around a problem, the mood
// of a medication activity. HL7's mapping leaves it out of the entry's own
// resource (C-CDA on FHIR), and so do we; with it nothing of it is lost on the way back.
const besideCode = "beside"

// besideOf writes such a Basic for the entry whose resource was just written.
func (w *writer) besideOf(list string, i int, e *record.Entry, fields func()) {
	w.In(list, i)
	w.begin(kindBasic, w.derive(w.entryID(e), besideCode, ""), nil, nil, w.labelsOf(e))
	w.codeable("code", extAssertion, besideCode)
	w.subject("subject")
	w.fieldRef("of", &record.Ref{ID: e.ID})
	fields()
	w.endResource()
}

// besideProblem keeps of a problem what HL7's mapping has no element for.
func (w *writer) besideProblem(i int, p *record.Problem, derived bool) {
	status, plain := statusBeside(&p.Entry), isUseAlone(p)
	if !status && !plain && p.Concern == nil && !derived {
		return
	}
	w.besideOf("problems", i, &p.Entry, func() {
		if status {
			w.fieldStatus("status", &p.Status)
		}
		if plain {
			w.fieldConcept("kind", &p.Kind)
		}
		w.besideConcern(p.Concern, &p.Entry)
		if derived {
			w.mark("derived")
		}
	})
}

// statusBeside reports whether the act of stating an entry has a status of its own to keep.
func statusBeside(e *record.Entry) bool {
	s := &e.Status
	return (s.Code != "" || s.AsSent != "" || s.Absent != "") && s.Code != record.StatusEnteredInError
}

// besideConcern keeps the act of concern around an entry, but for what the entry's resource tells of it.
func (w *writer) besideConcern(c *record.Concern, e *record.Entry) {
	if c == nil {
		return
	}
	rest := &w.tables.concern
	*rest = *c
	rest.Notes = nil // they stand with the entry's own
	if author(e.Participants) == nil && author(c.Participants) != nil {
		rest.Participants = nil
	}
	if isPlainConcern(rest) {
		w.plainConcern(rest)
	} else {
		w.fieldAny("concern", rest)
	}
	if isBareConcern(rest) {
		w.mark("concerned")
	}
}

// isPlainConcern reports whether a concern says no more than most do: by what it is known, where it stands and how long it is one.
func isPlainConcern(c *record.Concern) bool {
	return c.Status.AsSent == "" && c.Status.Absent == "" && c.Status.Reasons == nil && c.Participants == nil && c.Priority == nil && c.Narrative == nil && c.Notes == nil &&
		c.Labels == nil && (c.Assertion == record.Affirmed || c.Assertion == "") && c.Relations == nil && c.Preferences == nil
}

// plainConcern is fieldAny for such a concern, without reflection.
func (w *writer) plainConcern(c *record.Concern) {
	if c.ID == "" && c.Identifiers == nil && c.Status.Code == "" && c.When == (record.Period{}) && c.Assertion == "" {
		return
	}
	w.field("concern")
	w.fieldStr("id", c.ID)
	for i := range c.Identifiers {
		w.field("identifiers")
		w.identifier("valueIdentifier", &c.Identifiers[i])
		w.endField()
	}
	if c.Status.Code != "" {
		w.field("status")
		w.fieldStr("code", string(c.Status.Code))
		w.endField()
	}
	if c.When != (record.Period{}) {
		w.fieldPeriod("when", &c.When)
	}
	w.endField()
}

// isBareConcern reports whether nothing is said of a concern but that there is one.
func isBareConcern(c *record.Concern) bool {
	if c.Status.Code != "" || len(c.Identifiers) > 0 && c.Identifiers[0].Value != "" {
		return false
	}
	x := *c
	x.ID, x.Assertion = "", ""
	return record.CountLeavesOf(&x) == 0
}

// besideAllergy keeps of an allergy what HL7's mapping has no element for.
func (w *writer) besideAllergy(at int, a *record.Allergy, derived bool) {
	status, kind := statusBeside(&a.Entry), kindIsType(a) && hasWords(&a.Kind)
	reactions := false
	for i := range a.Reactions {
		reactions = reactions || happened(&a.Reactions[i]) && reactionBeside(&a.Reactions[i])
	}
	if !status && !kind && !reactions && a.Concern == nil && !derived {
		return
	}
	w.besideOf("allergies", at, &a.Entry, func() {
		if status {
			w.fieldStatus("status", &a.Status)
		}
		if kind {
			w.fieldConcept("kind", &a.Kind)
		}
		w.besideConcern(a.Concern, &a.Entry)
		n := 0
		for i := range a.Reactions {
			r := &a.Reactions[i]
			if !happened(r) {
				continue
			}
			if reactionBeside(r) {
				w.field("reactions")
				w.fieldStr("at", strconv.Itoa(n))
				if r.Status.Code == record.StatusCompleted {
					w.fieldStatus("status", &record.Status{Code: r.Status.Code, AsSent: r.Status.AsSent})
				}
				if severityIsCode(r.Severity) {
					w.fieldConcept("severity", r.Severity)
				}
				w.endField()
			}
			n++
		}
		if derived {
			w.mark("derived")
		}
	})
}

func reactionBeside(r *record.Reaction) bool {
	return r.Status.Code == record.StatusCompleted || severityIsCode(r.Severity) && hasWords(r.Severity)
}

// hasWords reports whether a concept says more than its codes.
func hasWords(c *record.Concept) bool {
	return c != nil && (c.Text != "" || c.TextRef != "" || len(c.Codings) > 0 && c.Codings[0].Display != "")
}

// besideMedication keeps of a medicine what HL7's mapping has no element for.
func (w *writer) besideMedication(at int, m *record.Medication) {
	mode := ownMode(m)
	if medicationKind(m) != kindMedicationRequest {
		mode = ""
	}
	timings := false
	for i := range m.Dosages {
		for k := range m.Dosages[i].Timings {
			t := &m.Dosages[i].Timings[k]
			timings = timings || k == 0 && (t.Operator == "A" || t.InstitutionSpecified != nil)
		}
	}
	product := len(m.Product.Identifiers) > 0 && !medicine{&m.Product, adminUnit(m)}.contained() && m.Assertion != record.NoneKnown
	repeats := m.Mode == record.ModeEvent && m.Repeats != ""
	if mode == "" && !timings && !product && !repeats {
		return
	}
	w.besideOf("medications", at, &m.Entry, func() {
		w.fieldCode("mode", mode)
		if repeats {
			w.fieldStr("repeats", m.Repeats)
		}
		if product {
			w.fieldAny("product", &record.Product{Identifiers: m.Product.Identifiers})
		}
		for i := range m.Dosages {
			if ts := m.Dosages[i].Timings; len(ts) > 0 && (ts[0].Operator == "A" || ts[0].InstitutionSpecified != nil) {
				w.field("dosages")
				w.fieldStr("at", strconv.Itoa(i))
				if ts[0].Operator == "A" {
					w.fieldStr("operator", ts[0].Operator)
				}
				w.fieldBool("institutionSpecified", ts[0].InstitutionSpecified)
				w.endField()
			}
		}
	})
}

// isBeside reports whether a Basic is one that our exporter put beside an entry's resource.
func isBeside(n tree.Node) bool {
	k := object(n, "code").Child("coding").First()
	return peek(k, "system") == extAssertion && peek(k, "code") == besideCode && extension(own(n), "of").OK()
}

// beside reads such a Basic into the entry that it is of.
func (r *reader) beside(n tree.Node) bool {
	of := extension(own(n), "of")
	i, ok := r.plan.target(peek(object(of, "valueReference"), "reference"), r.at)
	if !ok || !r.plan.all[i].in(r.group) || r.plan.all[i].whole || !r.subject(n, "subject") {
		return false
	}
	id := r.plan.all[i].entryID
	switch v := r.withID(id).(type) {
	case *record.Problem:
		r.besideProblem(n, v)
	case *record.Allergy:
		r.besideAllergy(n, v)
	case *record.Medication:
		r.besideMedication(n, v)
	default:
		return false
	}
	r.known(own(n))
	r.known(of)
	r.take(object(of, "valueReference").Child("reference"))
	k := object(n, "code").Child("coding").First()
	r.take(k.Child("system"))
	r.take(k.Child("code"))
	x := &r.plan.all[r.at]
	r.made = append(r.made, x.entryID, id)
	return true
}

// withID gives the problem, allergy or medicine with an id.
func (r *reader) withID(id string) any {
	for i := range r.rec.Problems {
		if r.rec.Problems[i].ID == id {
			return &r.rec.Problems[i]
		}
	}
	for i := range r.rec.Allergies {
		if r.rec.Allergies[i].ID == id {
			return &r.rec.Allergies[i]
		}
	}
	for i := range r.rec.Medications {
		if r.rec.Medications[i].ID == id {
			return &r.rec.Medications[i]
		}
	}
	return nil
}

// besideProblem takes back a clinical status that our exporter took from what
// stands beside it: the concern around the problem, or its end.
func (r *reader) besideProblem(n tree.Node, p *record.Problem) {
	derived := r.besideFields(n, p, &p.Concern)
	if !derived {
		return
	}
	x := *p
	x.Clinical = record.ClinicalStatus{}
	v := p.Verification
	if v == "" && p.Status.Code == record.StatusEnteredInError {
		v = record.EnteredInError
	}
	if code, derived, byRule := problemStatus(&x, v); (derived || byRule) && code == p.Clinical.Code {
		p.Clinical.Code = ""
	}
}

// besideFields reads the fields of an entry and the concern around it; it
// reports whether the clinical status was taken from that.
func (r *reader) besideFields(n tree.Node, into any, c **record.Concern) (derived bool) {
	derived = r.marked(n, "derived")
	if r.marked(n, "concerned") {
		*c = &record.Concern{Assertion: record.Affirmed}
	}
	r.fields(n, into)
	return derived
}

func (r *reader) besideAllergy(n tree.Node, a *record.Allergy) {
	for _, e := range objects(own(n), "extension") {
		if peek(e, "url") != "reactions" {
			continue
		}
		if at, err := strconv.Atoi(peek(extension(e, "at"), "valueString")); err == nil && at >= 0 && at < len(a.Reactions) {
			r.known(e)
			r.take(r.known(extension(e, "at")).Child("valueString"))
			r.fieldsOf(e, &a.Reactions[at])
		}
	}
	derived := r.besideFields(n, a, &a.Concern)
	r.ownKind(a)
	kindAlone(a)
	x := record.ClinicalStatus{}
	if code, is := statusOfConcern(&x, a.Concern, codes.AllergyStatus(), allergyStatuses); derived && is && code == a.Clinical.Code {
		a.Clinical.Code = "" // the concern says it
	}
}

func (r *reader) besideMedication(n tree.Node, m *record.Medication) {
	for _, e := range objects(own(n), "extension") {
		if peek(e, "url") != "dosages" {
			continue
		}
		at, err := strconv.Atoi(peek(extension(e, "at"), "valueString"))
		if err != nil || at < 0 || at >= len(m.Dosages) {
			continue
		}
		r.known(e)
		r.take(r.known(extension(e, "at")).Child("valueString"))
		if len(m.Dosages[at].Timings) == 0 {
			m.Dosages[at].Timings = []record.Timing{{}}
		}
		r.fieldsOf(e, &m.Dosages[at].Timings[0])
	}
	had := r.field(n, "mode").OK()
	addFields(r, n, m)
	switch {
	case !had:
	case m.Mode == modeActivity:
		m.Mode, m.Kind = record.ModeEvent, "" // what a document told as taken
	case m.Mode == modeEvent:
		m.Mode, m.Kind = record.ModeEvent, "request"
	default:
		m.Kind = ""
	}
}
