package deid

import (
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// fixes are called with a struct after its fields have been seen to: they take out what makes no sense any more.
var fixes = map[string]func(r *run, p unsafe.Pointer){
	"Coding": func(r *run, p unsafe.Pointer) {
		c := (*record.Coding)(p)
		if slices.ContainsFunc(c.Qualifiers, func(q record.Qualifier) bool { return q.Name.Code == "" && q.Value.Code == "" || q.Value.Code == "" }) {
			*c = record.Coding{} // a code without what narrows it would say more than was said
			return
		}
		if c.Code == "" && c.Absent == "" && c.Text == "" && c.Display == "" {
			*c = record.Coding{}
		}
	},
	"Concept": func(r *run, p unsafe.Pointer) {
		if c := (*record.Concept)(p); c.Text == "" {
			c.TextBeside, c.TextPlain = false, false
		}
	},
	"Quantity": func(r *run, p unsafe.Pointer) { r.quantity((*record.Quantity)(p)) },
	"Range": func(r *run, p unsafe.Pointer) {
		g := (*record.Range)(p)
		if r.method == LimitedDataSet {
			return
		}
		if g.High != nil && isNinetyPlus(g.High) {
			g.High = nil // the range is open above
			g.Center, g.Width = nil, nil
		}
	},
	"Period": func(r *run, p unsafe.Pointer) {
		// A year that could not be moved may now lie on the wrong side of a date that was.
		t := (*record.Period)(p)
		if a, b := t.Start.Value, t.End.Value; r.days != 0 && len(a) >= 4 && len(b) >= 4 && a[:4] > b[:4] {
			for _, bound := range []*record.Time{&t.Start, &t.End} {
				if len(bound.Value) == 4 {
					*bound = record.Time{Absent: record.AbsentMasked}
				}
			}
		}
	},
	"Note": func(r *run, p unsafe.Pointer) {
		if n := (*record.Note)(p); n.Text == "" {
			*n = record.Note{}
		}
	},
	"Instruction": func(r *run, p unsafe.Pointer) {
		if i := (*record.Instruction)(p); i.Text == "" && i.Code == nil {
			*i = record.Instruction{}
		}
	},
	"Observation":   func(r *run, p unsafe.Pointer) { r.ageObservation((*record.Observation)(p)) },
	"FamilyMember":  func(r *run, p unsafe.Pointer) { r.at = r.patientAt },
	"RelatedPerson": func(r *run, p unsafe.Pointer) { r.at = r.patientAt },
	"CoverageParty": func(r *run, p unsafe.Pointer) { r.at = r.patientAt },
	"QuestionnaireItem": func(r *run, p unsafe.Pointer) {
		// The number of a question may be a code of LOINC, or the way to it: /44250-9/30525-0.
		item := (*record.QuestionnaireItem)(p)
		code := record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: lastPart(item.LinkID)}}}
		for i := range item.Answers {
			v := []record.Value{item.Answers[i].Value}
			r.asked(&code, v)
			item.Answers[i].Value = v[0]
		}
	},
	"QuestionnaireAnswer": func(r *run, p unsafe.Pointer) {
		// Nobody knows what was asked: a number of five digits may be a ZIP code.
		v := &(*record.QuestionnaireAnswer)(p).Value
		for _, n := range []*string{v.Integer, v.Decimal, v.Text} {
			if n != nil && len(*n) >= 5 && isDigits(*n) && r.method != LimitedDataSet {
				r.count(OtherUnique, 1)
				*v = record.Value{Absent: record.AbsentMasked}
			}
		}
	},
}

// masks are called where a struct said something before its fields were seen to. What says nothing now says that it is masked,
// where silence would be read as something else.
var masks = map[string]func(r *run, p unsafe.Pointer){
	"Concept": func(r *run, p unsafe.Pointer) {
		if c := (*record.Concept)(p); c.Text == "" && len(c.Codings) == 0 && c.Absent == "" {
			c.Absent = record.AbsentMasked
		}
	},
	"Value": func(r *run, p unsafe.Pointer) {
		if v := (*record.Value)(p); v.IsZero() {
			v.Absent = record.AbsentMasked
		}
	},
	"Time": func(r *run, p unsafe.Pointer) {
		if t := (*record.Time)(p); t.IsZero() {
			t.Absent = record.AbsentMasked
		}
	},
	"Period": func(r *run, p unsafe.Pointer) {
		if t := (*record.Period)(p); t.IsZero() {
			t.Absent = record.AbsentMasked
		}
	},
	"Timing": func(r *run, p unsafe.Pointer) {
		if t := (*record.Timing)(p); !says(reflect.TypeFor[record.Timing](), p) {
			t.Absent = record.AbsentMasked
		}
	},
	"Status": func(r *run, p unsafe.Pointer) {
		if s := (*record.Status)(p); s.Code == "" && s.AsSent == "" && s.Absent == "" {
			s.Absent = record.AbsentMasked
		}
	},
	"Quantity": func(r *run, p unsafe.Pointer) {
		if q := (*record.Quantity)(p); q.IsZero() {
			q.Absent = record.AbsentMasked
		}
	},
	"Precondition": func(r *run, p unsafe.Pointer) {
		if c := (*record.Precondition)(p); c.Code == nil && c.Text == "" && c.Value == nil {
			c.Code = &record.Concept{Absent: record.AbsentMasked} // without it the act would be unconditional
		}
	},
	"ClinicalStatus": func(r *run, p unsafe.Pointer) {
		if s := (*record.ClinicalStatus)(p); s.IsZero() {
			s.Absent = record.AbsentMasked
		}
	},
}

// befores are called with a struct before its fields are seen to.
var befores = map[string]func(r *run, p unsafe.Pointer){
	// A relative lives on when the patient has died, and so does who holds or pays for the insurance.
	"FamilyMember":  func(r *run, p unsafe.Pointer) { r.at = r.opt.At },
	"RelatedPerson": func(r *run, p unsafe.Pointer) { r.at = r.opt.At },
	"CoverageParty": func(r *run, p unsafe.Pointer) { r.at = r.opt.At },
	"Section": func(r *run, p unsafe.Pointer) {
		if s := (*record.Section)(p); !s.Narrative.IsZero() || len(s.Entries)+len(s.Notes)+len(s.Media) > 0 {
			r.full[p] = true
		}
	},
	"Value": func(r *run, p unsafe.Pointer) {
		v := (*record.Value)(p)
		if v.Text == nil || r.method == LimitedDataSet {
			return
		}
		if group, over := elderlyInWords(*v.Text, false); over {
			r.count(Dates, 1)
			if *v = (record.Value{Absent: record.AbsentMasked}); group {
				q := ninetyPlus()
				*v = record.Value{Quantity: &q}
			}
		}
	},
	// A number never stands without the unit that it had, nor a unit without its number.
	"Quantity": func(r *run, p unsafe.Pointer) {
		q := (*record.Quantity)(p)
		if q.Value == "" {
			return
		}
		bare := q.Unit == "" && q.Code == ""
		if !bare && !isUnit(q.Unit) && !isUnit(q.Code) && !isUnitCode(q) || !isDecimal(q.Value, !bare) || q.Comparator != "" && !words()["Quantity.Comparator"][q.Comparator] {
			r.count(LocalCodes, 1)
			*q = record.Quantity{Absent: record.AbsentMasked}
		}
	},
	"Timing": func(r *run, p unsafe.Pointer) {
		t := (*record.Timing)(p)
		known := func(unit string) bool { return words()["Timing.PeriodUnit"][unit] || isUnit(unit) }
		if t.DurationUnit != "" && !known(t.DurationUnit) {
			t.Duration, t.DurationMax = "", ""
		}
		if t.PeriodUnit != "" && !known(t.PeriodUnit) {
			t.Period, t.PeriodMax = "", ""
			t.Frequency, t.FrequencyMax = "", "" // how often in what
		}
	},
	"QuantityAlternate": func(r *run, p unsafe.Pointer) {
		q := (*record.QuantityAlternate)(p)
		kept := slices.ContainsFunc(q.Unit.Codings, func(c record.Coding) bool { return isUnit(c.Code) })
		if q.Value != "" && (!kept || !isDecimal(q.Value, true)) {
			r.count(LocalCodes, 1)
			*q = record.QuantityAlternate{}
		}
	},
}

// quantity makes one group of all lengths of time that may be an age over 89.
func (r *run) quantity(q *record.Quantity) {
	if r.method == LimitedDataSet || q.Value == "" || isNinetyPlus(q) {
		return
	}
	below := strings.HasPrefix(q.Comparator, "<")
	if _, over := spansElderly(q); over {
		r.count(Dates, 1)
		if *q = ninetyPlus(); below {
			*q = record.Quantity{Absent: record.AbsentMasked} // less than that is no age over 89
		}
	}
}

func isNinetyPlus(q *record.Quantity) bool {
	return q.Value == "90" && q.Comparator == ">=" && q.Unit == "a"
}
