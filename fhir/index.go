package fhir

import (
	"iter"
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// tables are the index of a record: of its entries, and of its narratives. They are
// made before anything is written, and do not change then. Beside them is what else is needed while a record is written.
type tables struct {
	refs       map[string]target // ids of entries to what they became
	anchors    map[string]anchorAt
	sections   map[string]*record.Narrative
	hasAnchors bool // anchors and sections are made
	terse      bool // entries refer to so much of narratives that long parts stand in those alone
	placed     map[string]place
	anchorIDs  map[string]struct{}
	issues     []record.Issue // of the report: it gets as much memory as they take in the end
	concern    record.Concern // scratch
	most       int            // entries that one of them ever had
}

// tablesOf holds working memory only: tables in it are empty, and an export sees nothing of another.
var tablesOf = room.Shelf[tables]{New: func() *tables {
	return &tables{
		refs: make(map[string]target, 64), anchors: make(map[string]anchorAt, 64), sections: make(map[string]*record.Narrative, 16),
		placed: make(map[string]place, 16), anchorIDs: make(map[string]struct{}, 64),
	}
}}

// leave gives the memory of the tables to the next export, unless it is very much.
func (t *tables) leave() {
	const keep, stay = 1 << 13, 1 << 10
	if t == nil {
		return
	}
	if t.most = max(t.most, len(t.refs), len(t.anchors), len(t.sections), len(t.placed), len(t.anchorIDs), cap(t.issues)); t.most > keep {
		return
	}
	clear(t.placed)
	clear(t.anchorIDs)
	t.concern = record.Concern{}
	clear(t.refs)
	clear(t.anchors)
	clear(t.sections)
	t.hasAnchors, t.terse = false, false
	tablesOf.Put(t, t.most <= stay)
}

// settle gives a report its issues in memory of their own.
func (t *tables) settle(rep *record.Report) {
	t.issues, rep.Issues = rep.Issues, append([]record.Issue(nil), rep.Issues...) // nil where there is none
	clear(t.issues)
	t.issues = t.issues[:0]
}

// index finds what each entry of the record becomes, before anything is written.
func (w *writer) index() {
	r := w.rec
	if r.Patient != nil {
		w.add(&r.Patient.Entry, "patient", 0, kindPatient)
		w.patient = target{typ: kindPatient, id: w.entryID(&r.Patient.Entry)}
	}
	addAll(w, r.Documents, "documents", func(d *record.Document) (*record.Entry, kind) { return &d.Entry, kindComposition })
	addAll(w, r.Allergies, "allergies", func(a *record.Allergy) (*record.Entry, kind) { return &a.Entry, allergyKind(a) })
	addAll(w, r.Problems, "problems", func(p *record.Problem) (*record.Entry, kind) { return &p.Entry, problemKind(p) })
	addAll(w, r.Medications, "medications", func(m *record.Medication) (*record.Entry, kind) { return &m.Entry, medicationKind(m) })
	addAll(w, r.Immunizations, "immunizations", func(m *record.Immunization) (*record.Entry, kind) { return &m.Entry, immunizationKind(m) })
	addAll(w, r.Procedures, "procedures", func(p *record.Procedure) (*record.Entry, kind) { return &p.Entry, procedureKind(p) })
	for list, ps := range w.panels() {
		addAll(w, ps, list, func(p *record.Panel) (*record.Entry, kind) { return &p.Entry, panelKind(list, p) })
	}
	for list, os := range w.observations() {
		addAll(w, os, list, func(o *record.Observation) (*record.Entry, kind) { return &o.Entry, observationKind(o) })
	}
	addAll(w, r.Specimens, "specimens", func(s *record.Specimen) (*record.Entry, kind) { return &s.Entry, specimenKind(s) })
	addAll(w, r.HealthConcerns, "healthConcerns", func(c *record.HealthConcern) (*record.Entry, kind) { return &c.Entry, healthConcernKind(c) })
	addAll(w, r.Goals, "goals", func(g *record.Goal) (*record.Entry, kind) { return &g.Entry, goalKind(g) })
	addAll(w, r.CarePlans, "carePlans", func(p *record.CarePlan) (*record.Entry, kind) { return &p.Entry, carePlanKind(p) })
	addAll(w, r.CareTeams, "careTeams", func(t *record.CareTeam) (*record.Entry, kind) { return &t.Entry, teamKind(t) })
	addAll(w, r.FamilyHistory, "familyHistory", func(m *record.FamilyMember) (*record.Entry, kind) { return &m.Entry, familyKind(m) })
	addAll(w, r.Encounters, "encounters", func(e *record.Encounter) (*record.Entry, kind) { return &e.Entry, kindEncounter })
	addAll(w, r.Orders, "orders", func(o *record.Order) (*record.Entry, kind) { return &o.Entry, orderKind(o) })
	addAll(w, r.Devices, "devices", func(d *record.Device) (*record.Entry, kind) { return &d.Entry, deviceKind(d) })
	addAll(w, r.Supplies, "supplies", func(s *record.Supply) (*record.Entry, kind) { return &s.Entry, supplyKind(s) })
	addAll(w, r.Coverages, "coverages", func(c *record.Coverage) (*record.Entry, kind) { return &c.Entry, coverageKind(c) })
	addAll(w, r.Directives, "directives", func(d *record.Directive) (*record.Entry, kind) { return &d.Entry, directiveKind(d) })
	addAll(w, r.Lists, "lists", func(l *record.List) (*record.Entry, kind) { return &l.Entry, listKind(l) })
	addAll(w, r.Consents, "consents", func(c *record.Consent) (*record.Entry, kind) { return &c.Entry, consentKind(c) })
	addAll(w, r.RelatedPersons, "relatedPersons", func(p *record.RelatedPerson) (*record.Entry, kind) { return &p.Entry, kindRelatedPerson })
	addAll(w, r.Practitioners, "practitioners", func(p *record.Practitioner) (*record.Entry, kind) { return &p.Entry, kindPractitioner })
	addAll(w, r.Organizations, "organizations", func(o *record.Organization) (*record.Entry, kind) { return &o.Entry, kindOrganization })
	addAll(w, r.Locations, "locations", func(l *record.Location) (*record.Entry, kind) { return &l.Entry, kindLocation })
	addAll(w, r.Provenances, "provenances", func(p *record.Provenance) (*record.Entry, kind) { return &p.Entry, kindProvenance })
	addAll(w, r.Notes, "notes", func(n *record.ClinicalNote) (*record.Entry, kind) { return &n.Entry, noteKind(n) })
	addAll(w, r.ImagingStudies, "imagingStudies", func(s *record.ImagingStudy) (*record.Entry, kind) { return &s.Entry, imagingKind(s) })
	addAll(w, r.Forms, "forms", func(f *record.Form) (*record.Entry, kind) { return &f.Entry, blankKind(f) })
	addAll(w, r.Questionnaires, "questionnaires", func(q *record.QuestionnaireResponse) (*record.Entry, kind) { return &q.Entry, formKind(q) })
	addAll(w, r.Accounts, "accounts", func(a *record.Account) (*record.Entry, kind) { return &a.Entry, factKind(&a.Entry, kindAccount) })
	addAll(w, r.Charges, "charges", func(c *record.Charge) (*record.Entry, kind) { return &c.Entry, factKind(&c.Entry, kindChargeItem) })
	addAll(w, r.Claims, "claims", func(c *record.Claim) (*record.Entry, kind) { return &c.Entry, claimKind(c) })
	addAll(w, r.Appointments, "appointments", func(a *record.Appointment) (*record.Entry, kind) { return &a.Entry, appointmentKind(a) })
	addAll(w, r.AdverseEvents, "adverseEvents", func(a *record.AdverseEvent) (*record.Entry, kind) {
		return &a.Entry, factKind(&a.Entry, kindAdverseEvent)
	})
	w.indexRoles()
	w.indexUses()
	w.indexPlaces()
	w.indexMisfits()
	w.joinVitals()
}

// indexRoles enters the roles of practitioners, which are resources of their own.
func (w *writer) indexRoles() {
	for i := range w.rec.Practitioners {
		p := &w.rec.Practitioners[i]
		for j := range p.Roles {
			id := p.Roles[j].ID
			if _, taken := w.refs[id]; !taken && isLowerUUID(id) {
				w.refs[id] = target{typ: kindPractitionerRole, id: id, of: &p.Roles[j]}
			}
		}
	}
}

// indexMisfits finds whom US Core has no place for: a telecom that does not say
// by what means (FHIR demands it: cpt-2), an address of more than four lines, an OID of two arcs.
func (w *writer) indexMisfits() {
	look := func(e *record.Entry, ts []record.Telecom, as []record.Address) {
		if slices.ContainsFunc(ts, hasNoMeans) || slices.ContainsFunc(as, isTooLong) || slices.ContainsFunc(e.Identifiers, isShortOID) {
			if w.misfit == nil {
				w.misfit = map[string]bool{}
			}
			w.misfit[w.entryID(e)] = true
		}
	}
	r := w.rec
	if r.Patient != nil {
		look(&r.Patient.Entry, r.Patient.Telecoms, nil)
		if !w.patientFits(r.Patient) {
			w.misfit = map[string]bool{w.entryID(&r.Patient.Entry): true}
		}
	}
	for i := range r.RelatedPersons {
		look(&r.RelatedPersons[i].Entry, r.RelatedPersons[i].Telecoms, nil)
		if w.misfit[w.patient.id] {
			w.misfit[w.entryID(&r.RelatedPersons[i].Entry)] = true // related to nobody's US Core Patient
		}
	}
	for i := range r.Practitioners {
		look(&r.Practitioners[i].Entry, r.Practitioners[i].Telecoms, nil)
	}
	for i := range r.Organizations {
		look(&r.Organizations[i].Entry, r.Organizations[i].Telecoms, r.Organizations[i].Addresses)
	}
	for i := range r.Locations {
		look(&r.Locations[i].Entry, r.Locations[i].Telecoms, nil)
	}
	for i := range r.Encounters {
		e := &r.Encounters[i]
		if slices.ContainsFunc(e.Participants, w.isMisfit) {
			if w.misfit == nil {
				w.misfit = map[string]bool{}
			}
			w.misfit[w.entryID(&e.Entry)] = true
		}
	}
}

// isMisfit reports whether what stands for a participation meets no profile (see roleOf).
func (w *writer) isMisfit(p record.Participation) bool {
	t, ok := w.resolve(p.Who)
	if !ok {
		return false
	}
	return w.misfit[t.id] || t.typ == kindPractitioner && needsRole(&p) && !slices.ContainsFunc(w.reach()[t.id], isReachable)
}

// isShortOID reports whether an identifier's system is an OID that ends where no
// authority can stand: validators refuse those.
func isShortOID(id record.Identifier) bool {
	return strings.HasPrefix(id.System, "urn:oid:") && strings.Count(id.System, ".") < 2
}

func hasNoMeans(t record.Telecom) bool { return t.Value != "" && t.System == "" }

// isTooLong reports whether an address has more lines than US Core Organization allows.
func isTooLong(a record.Address) bool { return len(a.Lines) > 4 }

// observations gives the record's lists of observations by their names.
func (w *writer) observations() iter.Seq2[string, []record.Observation] {
	r := w.rec
	return func(yield func(string, []record.Observation) bool) {
		_ = yield("results", r.Results) && yield("vitals", r.Vitals) && yield("social", r.Social) &&
			yield("assessments", r.Assessments) && yield("observations", r.Observations)
	}
}

// panels gives the record's lists of panels by their names.
func (w *writer) panels() iter.Seq2[string, []record.Panel] {
	r := w.rec
	return func(yield func(string, []record.Panel) bool) {
		_ = yield("resultPanels", r.ResultPanels) && yield("vitalPanels", r.VitalPanels) && yield("assessmentPanels", r.AssessmentPanels)
	}
}

func addAll[T any](w *writer, list []T, name string, of func(*T) (*record.Entry, kind)) {
	for i := range list {
		e, k := of(&list[i])
		w.add(e, name, i, k)
	}
}
