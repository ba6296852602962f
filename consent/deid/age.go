package deid

import (
	"strings"

	"github.com/portage-health/portage/record"
)

const (
	codeAge = "30525-0" // LOINC: Age
	codeZip = "45401-7" // LOINC: Zip code
)

// ageCodes are codes of observations that give the patient's age.
var ageCodes = map[string]bool{codeAge: true, "21611-9": true, "21612-7": true, "30972-4": true, "29553-5": true, "39016-1": true, "63900-5": true, // LOINC
	"424144002": true, "397669002": true} // SNOMED CT

// birthCodes are LOINC codes of questions for the year, or the date, of birth.
var birthCodes = map[string]bool{"80904-6": true, "21112-8": true}

func isBirth(c *record.Concept) bool {
	for i := range c.Codings {
		if c.Codings[i].System == record.SystemLOINC && birthCodes[c.Codings[i].Code] {
			return true
		}
	}
	return false
}

func isAge(c *record.Concept) bool {
	for i := range c.Codings {
		if k := &c.Codings[i]; ageCodes[k.Code] && (k.System == record.SystemLOINC || k.System == record.SystemSNOMED) {
			return true
		}
	}
	return false
}

// ageObservation makes one group of the ages over 89. Of a patient who is over 89 now no age at another time stays either:
// with the year of the observation it would give the year of birth.
func (r *run) ageObservation(o *record.Observation) {
	r.asked(&o.Code, o.Values)
	for i := range o.Components {
		r.asked(&o.Components[i].Code, o.Components[i].Values)
	}
}

// asked sees to answers by what was asked.
func (r *run) asked(code *record.Concept, values []record.Value) {
	switch {
	case isAge(code) && r.method != LimitedDataSet:
		r.ageValues(values)
	case isBirth(code) && r.method != LimitedDataSet:
		for i := range values {
			text, _ := ageText(&values[i])
			if q := values[i].Quantity; q != nil {
				text = q.Value
			}
			if text != "" && (r.over89 || r.over(text)) {
				r.count(Dates, 1)
				values[i] = record.Value{Absent: record.AbsentMasked}
			}
		}
	case isIdentity(code) && !(r.method == LimitedDataSet && code.Has(record.SystemLOINC, codeZip)):
		for i := range values {
			if v := &values[i]; v.Concept == nil && v.Bool == nil && v.Absent == "" {
				r.count(OtherUnique, 1)
				*v = record.Value{Absent: record.AbsentMasked}
			}
		}
	}
}

// identityCodes are LOINC codes of questions that ask for an identifier: ZIP code, telephone, social security, Medicare and Medicaid numbers, names, address.
var identityCodes = map[string]bool{codeZip: true, "42077-8": true, "45396-9": true, "45397-7": true, "45400-9": true, "45392-8": true, "45394-4": true, "54125-0": true, "56799-0": true}

func isIdentity(c *record.Concept) bool {
	for i := range c.Codings {
		if c.Codings[i].System == record.SystemLOINC && identityCodes[c.Codings[i].Code] {
			return true
		}
	}
	return false
}

func (r *run) ageValues(values []record.Value) {
	for i := range values {
		v := &values[i]
		text, ok := ageText(v)
		if !ok {
			continue
		}
		group, over := elderlyInWords(text, true)
		switch {
		case group:
			q := ninetyPlus()
			*v = record.Value{Quantity: &q}
		case over, r.over89:
			*v = record.Value{Absent: record.AbsentMasked}
		default:
			continue
		}
		r.count(Dates, 1)
	}
}

// saysElderly reports whether an age over 89 is told of the patient, whose date of birth may not be: an observation of the age, or that
// at which a problem began.
func saysElderly(out *record.Record) bool {
	old := func(q *record.Quantity) bool {
		if q == nil {
			return false
		}
		_, over := spansElderly(q)
		return over && !strings.HasPrefix(q.Comparator, "<") || isNinetyPlus(q)
	}
	told := func(v *record.Value) bool {
		text, _ := ageText(v)
		group, _ := elderlyInWords(text, true)
		return old(v.Quantity) || group
	}
	for _, list := range [][]record.Observation{out.Results, out.Vitals, out.Social, out.Assessments, out.Observations} {
		for i := range list {
			if !isAge(&list[i].Code) {
				continue
			}
			for k := range list[i].Values {
				if told(&list[i].Values[k]) {
					return true
				}
			}
		}
	}
	for i := range out.Problems {
		if p := &out.Problems[i]; old(p.OnsetAge) || old(p.Onset.Age) {
			return true
		}
	}
	return false
}

// ageText gives what may be an age over 89 of an observation that gives one, and false where that is one group already, or no number.
func ageText(v *record.Value) (text string, ok bool) {
	switch {
	case v.Quantity != nil && isNinetyPlus(v.Quantity):
		return "", false
	case v.Quantity != nil:
		if _, over := spansElderly(v.Quantity); over || v.Quantity.Unit == "" && v.Quantity.Code == "" {
			text = v.Quantity.Value
		}
		return text, true
	case v.Text != nil:
		return strings.TrimSpace(*v.Text), true
	case v.Integer != nil:
		return *v.Integer, true
	case v.Decimal != nil:
		return *v.Decimal, true
	}
	return "", false
}

// ageGroup says of a patient whose date of birth had to go that they are of the one group of ages over 89.
func (r *run) ageGroup(out *record.Record) {
	if !r.bornOver || out.Patient == nil {
		return
	}
	group := ninetyPlus()
	out.Observations = append(out.Observations, record.Observation{
		Entry:  record.Entry{ID: "age of " + r.patient, Assertion: record.Affirmed, Status: record.Status{Code: record.StatusFinal}},
		Code:   record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: codeAge}}},
		Values: []record.Value{{Quantity: &group}},
	})
}
