package consent

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/portage-health/portage/record"
)

// strip takes out of a value what refers to what is gone: the smallest part that does, whole. It reports whether the value itself is to go.
func (r *redactor) strip(v reflect.Value, top bool) (drop bool) {
	if x, ok := v.Addr().Interface().(*record.Ref); ok {
		return r.leads(x)
	}
	switch x := v.Addr().Interface().(type) {
	case *record.Section:
		return false // see sections
	case *record.Evidence:
		if len(x.Details) > 0 && r.allLead(x.Details) {
			return true // what it says in codes is what they found
		}
	case *record.Observation: // of a group that has no value of its own it is said of the members
		if r.anyLeads(x.Members) {
			x.Attachments = nil
			if len(x.Values)+len(x.Components) == 0 {
				x.Interpretations = nil
			}
		}
	case *record.Encounter:
		r.ranks(x.Diagnoses)
	case *record.PlanActivity:
		reason, outcome := r.anyLeads(x.ReasonRefs), r.anyLeads(x.OutcomeRefs)
		if reason || outcome || r.anyLeads(x.Goals) {
			x.Description, x.Progress = "", nil
		}
		if reason {
			x.Reasons = nil
		}
		if outcome {
			x.Outcomes = nil
		}
	}
	t := v.Type()
	for i := range v.NumField() {
		f := v.Field(i)
		if !t.Field(i).IsExported() {
			continue
		}
		switch {
		case f.Kind() == reflect.Struct:
			if r.strip(f, top && t.Field(i).Anonymous) {
				f.SetZero()
				drop = drop || !top && t.Field(i).Type == reflect.TypeFor[record.Ref]()
			}
		case f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.Struct:
			if r.strip(f.Elem(), false) {
				f.SetZero()
				drop = drop || !top && t.Field(i).Type == reflect.TypeFor[*record.Ref]()
			}
		case f.Kind() == reflect.Slice && f.Type().Elem().Kind() == reflect.Struct:
			n := 0
			if list, ok := f.Addr().Interface().(*[]record.Indication); ok {
				r.restated(list)
			}
			for j := range f.Len() {
				if !r.strip(f.Index(j), false) {
					f.Index(n).Set(f.Index(j))
					n++
				}
			}
			switch {
			case n == f.Len():
			case n == 0:
				f.SetZero()
			default:
				f.SetLen(n)
			}
		}
	}
	return drop
}

// ranks takes from diagnoses their places behind one that goes: a gap would tell of it, and to close it would make another the first.
func (r *redactor) ranks(list []record.EncounterDiagnosis) {
	low := ""
	for i := range list {
		if x := &list[i]; r.leads(&x.Problem) && x.Rank != "" && (low == "" || behind(low, x.Rank)) {
			low = x.Rank
		}
	}
	for i := range list {
		if behind(list[i].Rank, low) {
			list[i].Rank = ""
		}
	}
}

// behind reports whether a rank may be behind another.
func behind(rank, other string) bool {
	a, e := strconv.Atoi(rank)
	b, f := strconv.Atoi(other)
	return rank != "" && other != "" && (e != nil || f != nil || a > b)
}

// restated takes reasons in words or codes out where another reason is what is gone: they mostly say the same (FHIR reasonCode beside
// reasonReference).
func (r *redactor) restated(list *[]record.Indication) {
	if slices.ContainsFunc(*list, func(x record.Indication) bool { return x.Ref != nil && r.leads(x.Ref) }) {
		*list = slices.DeleteFunc(*list, func(x record.Indication) bool { return x.Ref == nil || x.Ref.IsZero() })
	}
}

func (r *redactor) allLead(refs []record.Ref) bool {
	return !slices.ContainsFunc(refs, func(x record.Ref) bool { return !r.leads(&x) })
}

func (r *redactor) anyLeads(refs []record.Ref) bool {
	return slices.ContainsFunc(refs, func(x record.Ref) bool { return r.leads(&x) })
}

// unsay clears what an entry says in words beside its fields: they may tell of what it referred to.
func unsay(v reflect.Value) {
	if v.Field(0).Type() != reflect.TypeFor[record.Entry]() {
		return
	}
	e := v.Field(0).Addr().Interface().(*record.Entry)
	if n := e.Narrative; n != nil && (n.Text != "" || n.Body != nil) {
		e.Narrative = &record.NarrativeLink{Anchor: n.Anchor}
		if n.Anchor == "" {
			e.Narrative = nil
		}
	}
	e.Notes = nil
	switch x := v.Addr().Interface().(type) {
	case *record.Panel:
		x.Conclusion, x.ConclusionCodes, x.Attachments, x.Media, x.RelevantInfo = "", nil, nil, nil, ""
	case *record.List:
		x.Title = ""
	case *record.CarePlan:
		x.Title, x.Description = "", ""
	case *record.CareTeam:
		x.Name = ""
	case *record.Order:
		x.Reason = ""
	case *record.Appointment:
		x.Description, x.Comment, x.PatientNote = "", "", ""
	case *record.Goal:
		x.StatusReason = ""
	case *record.ImagingStudy:
		x.Description = ""
	case *record.Specimen:
		x.Description = ""
	case *record.Provenance:
		x.Signatures = nil // of the whole, and what is signed may stand in it
	}
}

// copyDeep copies a value so that both share nothing that could be changed.
func copyDeep(dst, src reflect.Value) {
	dst.Set(src)
	switch src.Kind() {
	case reflect.Pointer:
		if !src.IsNil() {
			p := reflect.New(src.Type().Elem())
			copyDeep(p.Elem(), src.Elem())
			dst.Set(p)
		}
	case reflect.Slice:
		if src.Len() > 0 {
			s := reflect.MakeSlice(src.Type(), src.Len(), src.Len())
			reflect.Copy(s, src)
			if k := src.Type().Elem().Kind(); k == reflect.Struct || k == reflect.Slice || k == reflect.Pointer {
				for i := range src.Len() {
					copyDeep(s.Index(i), src.Index(i))
				}
			}
			dst.Set(s)
		}
	case reflect.Struct:
		if src.Type() == reflect.TypeFor[record.Data]() {
			return
		}
		for i := range src.NumField() {
			if k := src.Field(i).Kind(); (k == reflect.Pointer || k == reflect.Slice || k == reflect.Struct) && src.Type().Field(i).IsExported() {
				copyDeep(dst.Field(i), src.Field(i))
			}
		}
	}
}
