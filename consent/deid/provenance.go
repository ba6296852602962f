package deid

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// systemLifecycle holds what is done to records (ISO 21089).
const systemLifecycle = "http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle"

// regulation is where the methods stand.
const regulation = "https://www.ecfr.gov/current/title-45/section-164.514"

// activity says in a record how it was de-identified.
func (m Method) activity() record.Concept {
	code := "deidentify"
	if m == LimitedDataSet {
		code = "transform"
	}
	return record.Concept{Codings: []record.Coding{{System: systemLifecycle, Code: code}}, Text: m.Words()}
}

// Words says what a method is, in a line.
func (m Method) Words() string {
	switch m {
	case LimitedDataSet:
		return "Limited data set (45 CFR 164.514(e)): not de-identified, for use under a data use agreement"
	case DateShift:
		return "Identifiers taken out and dates moved: not Safe Harbor"
	}
	return "De-identified by Safe Harbor (45 CFR 164.514(b)(2))"
}

// say adds to a record how it was de-identified.
func (r *run) say(out *record.Record) {
	if out.Patient == nil {
		return
	}
	a := r.method.activity()
	p := record.Provenance{Entry: record.Entry{Assertion: record.Affirmed}, Activity: &a, Policies: []string{regulation}, Targets: []record.Ref{{ID: out.Patient.ID, Kind: record.KindPatient}}}
	if p.ID = r.id("provenance", out.Patient.ID); r.method == DateShift {
		p.ID = r.seal(out)
	}
	out.Provenances = append(out.Provenances, p)
}

// ownProvenance takes out what an earlier run under the same key said, and gives its id where that run moved dates.
func (r *run) ownProvenance(out *record.Record) (seal string) {
	out.Provenances = slices.DeleteFunc(out.Provenances, func(p record.Provenance) bool {
		if p.Activity == nil || !r.made(p.ID) {
			return false
		}
		switch p.Activity.Text {
		case DateShift.Words():
			seal = p.ID
		case SafeHarbor.Words(), LimitedDataSet.Words():
		default:
			return false
		}
		return true
	})
	if len(out.Provenances) == 0 {
		out.Provenances = nil
	}
	return seal
}
