package consent

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// patientFacts takes out facts of the patient that a rule on codes or labels reaches: a gender identity, a sexual
// orientation, a religion. The patient stays: there is no record without.
func (r *redactor) patientFacts() {
	p := r.out.Patient
	if p == nil || len(r.judge.stages) == 0 {
		return
	}
	v := reflect.ValueOf(p).Elem()
	ways := map[reflect.Type]*way{}
	for i := 1; i < v.NumField(); i++ {
		f := v.Field(i)
		switch {
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			var kept reflect.Value
			for j := range f.Len() {
				if !r.denies(f.Index(j), ways) {
					if kept.IsValid() {
						kept = reflect.Append(kept, f.Index(j))
					}
					continue
				}
				if !kept.IsValid() {
					kept = reflect.MakeSlice(f.Type(), j, f.Len())
					reflect.Copy(kept, f)
				}
				r.w.PatientFacts++
			}
			if kept.IsValid() {
				if kept.Len() == 0 {
					kept = reflect.Zero(f.Type())
				}
				f.Set(kept)
			}
		case f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.Struct && r.denies(f.Elem(), ways),
			f.Kind() == reflect.Struct && r.denies(f, ways):
			f.SetZero()
			r.w.PatientFacts++
		}
	}
	r.out.Carried = slices.DeleteFunc(r.out.Carried, func(c record.Carried) bool {
		if c.Owner != p.ID || len(c.Codes) == 0 || !r.denies(reflect.ValueOf(&record.Concept{Codings: c.Codes}).Elem(), ways) {
			return false
		}
		r.w.PatientFacts++
		return true
	})
	if r.w.PatientFacts > 0 {
		r.patient = true
		unsay(v)
		p.Description = ""
	}
}

// denies judges one fact by its codes.
func (r *redactor) denies(v reflect.Value, ways map[reflect.Type]*way) bool {
	t := v.Type()
	if t == reflect.TypeFor[record.Data]() || !v.CanAddr() {
		return false
	}
	w := wrap(t, ways)
	at := v.Addr().UnsafePointer()
	coded := w.walk(at, &visitor{coding: func(*record.Coding) bool { return true }})
	if !coded {
		return false
	}
	e := &record.Entry{}
	if r.how.Labeller != nil {
		e.Labels = addLabels(nil, r.how.Labeller.Label(Item{Kind: record.KindPatient, Entry: e, way: w, at: at}))
	}
	e.Labels = restricted(e.Labels, r.judge.restrictions.ofPatient())
	x := subject{j: r.judge, list: &list{kind: record.KindPatient, way: w}, p: at, Entry: e, labels: e.Labels, known: true}
	for i := range r.judge.stages {
		s := &r.judge.stages[i]
		permitted := s.name != "consent" || len(e.Labels) == 0
		for k := range s.rules {
			rule := &s.rules[k]
			if rule.Effect == Permit {
				permitted = permitted || x.meets(&rule.cond, Permit) == yes
			} else if x.meets(&rule.cond, Deny) == yes && !x.excepted(rule) && (len(rule.If.Labels) > 0 || len(rule.If.Codes) > 0) {
				return true
			}
		}
		if !permitted {
			return true
		}
	}
	return false
}
