package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// condition reads a Condition (R4 9.2; C-CDA on FHIR, FC-problems).
func (r *reader) condition(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	p := record.Problem{Entry: r.entry(n)}
	p.Identifiers = r.identifiers(n, "identifier")
	p.Notes = r.notes(n, "note")
	r.clinicalStatus(n, sysConditionClinical, &p.Clinical)
	p.Verification, p.VerificationAsSent = r.verification(n, sysConditionVerStatus, problemVerifications)
	for _, c := range objects(n, "category") {
		if v := r.concept(c); r.marked(c, "kind") {
			p.Kind = v
		} else {
			r.problemCategory(&p, v)
		}
	}
	p.Severity = r.conceptPtr(n, "severity")
	p.Code = one(n, "code", r.concept)
	if p.Code.Has(record.SystemSNOMED, snomedNoProblems) && p.Assertion == record.Affirmed {
		p.Assertion = record.NoneKnown // FC-problems, No Known Problems
		p.Code = r.noneKnown(n, "code", "code", snomedNoProblems, p.Code)
	}
	p.BodySites = r.concepts(n, "bodySite")
	p.Encounter = r.refPtr(n, "encounter")
	p.Onset = r.onset(n)
	if p.Onset.Age != nil && p.Onset.Age.System == record.SystemUCUM {
		p.OnsetAge, p.Onset.Age = p.Onset.Age, nil
	}
	r.abatement(n, &p)
	if e := extension(n, extAssertedDate); e.OK() && (e.Child("valueDateTime").OK() || e.Child("_valueDateTime").OK()) {
		p.DiagnosisDate = &record.Period{At: r.time(r.known(e), "valueDateTime")}
		if f := r.field(n, "diagnosisDate"); f.OK() {
			rest := one(f, "valuePeriod", r.period)
			both := united(*p.DiagnosisDate, rest)
			p.DiagnosisDate = r.room.periods.One(&both)
		}
	}
	p.Recorded = r.timePtr(n, "recordedDate")
	r.part(&p.Entry, n, "recorder", "author")
	r.part(&p.Entry, n, "asserter", "informant")
	p.Stages = all(n, "stage", func(s tree.Node) record.Stage {
		return record.Stage{Summary: r.conceptPtr(s, "summary"), Type: r.conceptPtr(s, "type"), Assessments: r.refs(s, "assessment")}
	})
	p.Evidence = all(n, "evidence", func(e tree.Node) record.Evidence {
		return record.Evidence{Codes: r.concepts(e, "code"), Details: r.refs(e, "detail")}
	})
	add(r, &r.rec.Problems, n, &p)
	last := &r.rec.Problems[len(r.rec.Problems)-1]
	if last.Assertion == record.Negated && last.Verification == record.Refuted && last.VerificationAsSent == nil && r.field(n, "assertion").OK() && !r.field(n, "verification").OK() {
		last.Verification = "" // our exporter's word for what the source denies
	}
	return true
}

// problemCategory says which list holds a problem where a category says so; every category is kept that says more.
func (r *reader) problemCategory(p *record.Problem, c record.Concept) {
	for _, l := range lists {
		if p.Use == "" && c.Has(l.system, l.code) {
			p.Use = l.use
			if bareCode(&c, l.system, l.code) {
				return
			}
			break
		}
	}
	if p.Categories == nil {
		p.Categories = r.room.coded.List(1)
	}
	p.Categories = append(p.Categories, c)
}

// abatement reads abatement[x]: a time is the end of the problem.
func (r *reader) abatement(n tree.Node, p *record.Problem) {
	a := r.when(n, choice{"abatementDateTime", "abatementPeriod", "abatementAge", "abatementRange", "abatementString"}, "abatement")
	if !a.At.IsZero() && !object(n, "abatementPeriod").OK() {
		p.Onset.End, a.At = a.At, record.Time{}
	}
	if a.Absent != "" && p.Onset.End.IsZero() && n.Child("_abatementDateTime").OK() {
		p.Onset.End.Absent, a.Absent = a.Absent, ""
	}
	if !a.IsZero() {
		p.Abatement = r.room.periods.One(&a)
	}
	if e := r.field(n, "onsetEnd"); e.OK() {
		p.Onset.End = r.time(e, "valueDateTime")
	}
}
