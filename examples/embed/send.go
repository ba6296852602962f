package main

import (
	"fmt"

	"github.com/portage-health/portage/record"
)

const (
	ourPatients = "https://emr.example.org/patients"
	ourRows     = "https://emr.example.org/rows"
)

// record builds the record of one patient from the rows. What a row does not
// say is left empty: nothing is filled in.
func (e *EMR) record(patient string) (*record.Record, error) {
	rec := &record.Record{}
	for _, p := range e.patients {
		if p.id == patient {
			rec.Patient = p.record()
		}
	}
	if rec.Patient == nil {
		return nil, fmt.Errorf("no such patient")
	}
	for i, a := range e.allergies {
		if a.patient == patient {
			rec.Allergies = append(rec.Allergies, a.record(entry("allergy", i)))
		}
	}
	for i, p := range e.problems {
		if p.patient == patient {
			x := record.Problem{Entry: entry("problem", i), Code: code(record.SystemSNOMED, p.snomed, p.text), Use: "problem-list"}
			x.Assertion = assertion(p.denied)
			x.Onset = record.Period{Start: record.Time{Value: p.onset}, End: record.Time{Value: p.resolved}}
			if !p.denied {
				x.Clinical.Code = "active"
				if p.resolved != "" {
					x.Clinical.Code = "resolved"
				}
			}
			rec.Problems = append(rec.Problems, x)
		}
	}
	for i, d := range e.drugs {
		if d.patient == patient {
			x := record.Medication{Entry: entry("medication", i), Product: record.Product{Code: code(record.SystemRxNorm, d.rxnorm, d.text)},
				Sig: d.sig, Taken: record.Period{Start: record.Time{Value: d.start}}}
			x.Mode, x.Kind = record.ModeRequest, "request"
			if d.active {
				x.Status.Code = record.StatusActive
			}
			rec.Medications = append(rec.Medications, x)
		}
	}
	for i, s := range e.shots {
		if s.patient == patient {
			x := record.Immunization{Entry: entry("immunization", i), Product: record.Product{Code: code(record.SystemCVX, s.cvx, s.text), Lot: s.lot},
				When: record.Period{At: record.Time{Value: s.date}}}
			x.Status.Code = record.StatusCompleted
			if s.refused != "" {
				x.Status = record.Status{Code: record.StatusRefused, Reasons: []record.Concept{code(record.SystemActReason, s.refused, "")}}
			}
			rec.Immunizations = append(rec.Immunizations, x)
		}
	}
	for i, l := range e.labs {
		if l.patient == patient {
			rec.Results = append(rec.Results, l.record(entry("result", i)))
		}
	}
	return rec, nil
}

func (p patientRow) record() *record.Patient {
	x := &record.Patient{Entry: record.Entry{ID: "patient-" + p.id, Assertion: record.Affirmed,
		Identifiers: []record.Identifier{{System: ourPatients, Value: p.mrn}}}}
	x.Names = []record.Name{{Given: []record.NamePart{{Value: p.given}}, Family: []record.NamePart{{Value: p.family}}}}
	x.BirthTime = record.Time{Value: p.birth}
	x.AdministrativeSex = code(record.SystemAdministrativeSex, p.sex, "")
	x.Addresses = []record.Address{{Lines: []string{p.street}, City: p.city, State: p.state, PostalCode: p.zip}}
	x.Telecoms = []record.Telecom{{System: "phone", Value: p.phone}}
	return x
}

func (a allergyRow) record(e record.Entry) record.Allergy {
	x := record.Allergy{Entry: e}
	x.Assertion = assertion(a.denied)
	if a.none {
		x.Assertion = record.NoneKnown
		return x
	}
	x.Substance = code(record.SystemRxNorm, a.rxnorm, a.substance)
	x.Onset.Start.Value = a.onset
	if a.reaction != "" {
		x.Reactions = []record.Reaction{{Assertion: record.Affirmed, Manifestations: []record.Concept{code(record.SystemSNOMED, a.reaction, a.reactionText)}}}
	}
	if !a.denied {
		x.Clinical.Code = "active"
	}
	return x
}

func (l labRow) record(e record.Entry) record.Observation {
	q := func(v string) *record.Quantity {
		return &record.Quantity{Value: v, Unit: l.unit, Code: l.unit, System: record.SystemUCUM}
	}
	x := record.Observation{Entry: e, Code: code(record.SystemLOINC, l.loinc, l.text), When: record.Period{At: record.Time{Value: l.at}}}
	x.Categories = []record.Concept{code("http://terminology.hl7.org/CodeSystem/observation-category", "laboratory", "")}
	x.Values = []record.Value{{Quantity: q(l.value)}}
	x.ReferenceRanges = []record.ReferenceRange{{Value: &record.Value{Range: &record.Range{Low: q(l.low), High: q(l.high)}}}}
	x.Status.Code = record.StatusFinal
	return x
}

// entry gives a row's id: the table and the row, which do not change.
func entry(table string, row int) record.Entry {
	key := fmt.Sprintf("%s-%d", table, row)
	return record.Entry{ID: key, Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: ourRows, Value: key}}}
}

func assertion(denied bool) record.Assertion {
	if denied {
		return record.Negated
	}
	return record.Affirmed
}

func code(system, code, display string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: system, Code: code, Display: display}}}
}
