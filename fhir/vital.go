package fhir

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// The LOINC codes of the vital signs that FHIR writes as one Observation with components.
const (
	loincBloodPressure = "85354-9"
	loincSystolic      = "8480-6"
	loincDiastolic     = "8462-4"
	loincPulseOximetry = "59408-5"
	loincOxygenSat     = "2708-6"
	loincOxygenFlow    = "3151-8"
	loincOxygenConc    = "3150-0"
	loincVitalPanel    = "85353-1"

	displayBloodPressure = "Blood pressure panel with all children optional"
)

// joint is the observations of the record that are one Observation in FHIR.
type joint struct {
	base  *record.Observation // whose id and time it has
	parts []*record.Observation
	panel bool // the base is a component itself (blood pressure)
}

// joinVitals finds the readings of one set of vital signs that are one
// Observation by US Core: systolic and diastolic pressure, saturation with the
// oxygen given (CF-vitals, note 2). They are joined only where all but code,
// value and ids is the same, so that nothing becomes true of one that was said of the other.
func (w *writer) joinVitals() {
	if len(w.rec.VitalPanels) == 0 {
		return
	}
	byID := make(map[string]*record.Observation, len(w.rec.Vitals))
	for i := range w.rec.Vitals {
		o := &w.rec.Vitals[i]
		if _, again := byID[o.ID]; again {
			byID[o.ID] = nil
		} else if observationKind(o) == kindObservation {
			byID[o.ID] = o
		}
	}
	w.joined = map[*record.Observation]*joint{}
	for i := range w.rec.VitalPanels {
		var set []*record.Observation
		for k := range w.rec.VitalPanels[i].Members {
			if o := byID[w.rec.VitalPanels[i].Members[k].ID]; o != nil && w.joined[o] == nil && !slices.Contains(set, o) {
				set = append(set, o)
			}
		}
		w.joinSet(set)
	}
	for o, j := range w.joined {
		if o != j.base {
			if w.parted == nil {
				w.parted = map[string]bool{}
			}
			w.parted[o.ID] = true
			w.refs[o.ID] = target{typ: kindObservation, id: w.entryID(&j.base.Entry)}
		}
	}
}

func (w *writer) joinSet(set []*record.Observation) {
	for _, o := range set {
		switch {
		case o.Code.Has(record.SystemLOINC, loincSystolic):
			if d := partner(set, o, loincDiastolic); d != nil && w.joined[d] == nil && isOnly(set, o, d, loincSystolic) {
				w.join(&joint{base: o, parts: []*record.Observation{o, d}, panel: true})
			}
		case o.Code.Has(record.SystemLOINC, loincPulseOximetry):
			j := &joint{base: o}
			for _, code := range []string{loincOxygenFlow, loincOxygenConc} {
				if p := partner(set, o, code); p != nil && w.joined[p] == nil && isOnly(set, o, p, loincPulseOximetry) {
					j.parts = append(j.parts, p)
				}
			}
			if len(j.parts) > 0 {
				w.join(j)
			}
		}
	}
}

func (w *writer) join(j *joint) {
	w.joined[j.base] = j
	for _, p := range j.parts {
		w.joined[p] = j
	}
}

// partner gives the one reading of a set with this code and the same
// circumstances as o; nil where there is none or more than one.
func partner(set []*record.Observation, o *record.Observation, code string) (found *record.Observation) {
	for _, p := range set {
		if p != o && p.Code.Has(record.SystemLOINC, code) && sameReading(o, p) {
			if found != nil {
				return nil
			}
			found = p
		}
	}
	return found
}

// isOnly reports whether o, which has this code, is the only partner of p with it.
func isOnly(set []*record.Observation, o, p *record.Observation, code string) bool {
	return !slices.ContainsFunc(set, func(q *record.Observation) bool {
		return q != o && q != p && q.Code.Has(record.SystemLOINC, code) && sameReading(p, q)
	})
}

func sameReading(a, b *record.Observation) bool {
	if len(a.Values) != 1 || len(b.Values) != 1 || len(a.Components) > 0 || len(b.Components) > 0 || len(a.Attachments) > 0 || len(b.Attachments) > 0 {
		return false
	}
	if a.When.At.Value != b.When.At.Value || a.Assertion != b.Assertion || len(a.Participants) != len(b.Participants) {
		return false // told apart without looking at all of it
	}
	x, y := circumstances(a), circumstances(b)
	return reflect.DeepEqual(&x, &y)
}

// circumstances is an observation without what a component has of its own.
func circumstances(o *record.Observation) record.Observation {
	c := *o
	c.ID, c.Origins, c.Identifiers, c.Narrative, c.Notes, c.Kind = "", nil, nil, nil, nil, ""
	c.Code, c.Values, c.Interpretations, c.ReferenceRanges = record.Concept{}, nil, nil, nil
	return c
}

// jointCode writes code: of a blood pressure that of both, of a pulse oximetry
// also that of the saturation which it measures, of an ASSERTION also that of
// its template; else the observation's own.
func (w *writer) jointCode(o *record.Observation, j *joint) {
	switch {
	case j != nil && j.panel:
		w.obj("code")
		w.codeableBody(record.SystemLOINC, loincBloodPressure, displayBloodPressure)
		w.end()
	case o.Code.Has(record.SystemLOINC, loincPulseOximetry) && !o.Code.Has(record.SystemLOINC, loincOxygenSat):
		c := o.Code
		c.Codings = append(slices.Clone(c.Codings), record.Coding{System: record.SystemLOINC, Code: loincOxygenSat})
		w.concept("code", &c)
		w.fieldCode("addedCode", loincOxygenSat)
	case fixedCode(o) != "" && !o.Code.Has(record.SystemLOINC, fixedCode(o)):
		c := o.Code
		c.Codings = append([]record.Coding{{System: record.SystemLOINC, Code: fixedCode(o)}}, c.Codings...)
		w.concept("code", &c)
		w.fieldCode("addedCode", fixedCode(o))
	default:
		w.requiredConcept("code", &o.Code, "code")
	}
}

// jointComponents writes the joined observations as components. What each has of
// its own beside its value stands on its component.
func (w *writer) jointComponents(j *joint) {
	if j == nil {
		return
	}
	for _, p := range j.parts {
		w.obj("")
		w.requiredConcept("code", &p.Code, "code")
		w.componentValue(&p.Values[0])
		w.concepts("interpretation", p.Interpretations)
		w.referenceRanges(p.ReferenceRanges)
		if p != j.base {
			w.fieldStr("id", p.ID)
			for i := range p.Identifiers {
				w.fieldKnown("identifiers", &p.Identifiers[i])
			}
			w.fieldAny("narrative", p.Narrative)
			w.fieldAny("notes", p.Notes)
		}
		w.end()
	}
}

// vitalProfiles are US Core's profiles of vital signs by LOINC code, with the
// units of UCUM that each is bound to.
var vitalProfiles = []struct {
	code, profile string
	units         []string
}{
	{"8867-4", profileBase + "heart-rate", []string{"/min"}},
	{"9279-1", profileBase + "respiratory-rate", []string{"/min"}},
	{"8310-5", profileBase + "body-temperature", []string{"Cel", "[degF]"}},
	{"8302-2", profileBase + "body-height", []string{"cm", "[in_i]"}},
	{"29463-7", profileBase + "body-weight", []string{"g", "kg", "[lb_av]"}},
	{"39156-5", profileBase + "bmi", []string{"kg/m2"}},
	{"9843-4", profileBase + "head-circumference", []string{"cm", "[in_i]"}},
	{loincPulseOximetry, profileBase + "pulse-oximetry", []string{"%"}},
	{"8289-1", "http://hl7.org/fhir/us/core/StructureDefinition/head-occipital-frontal-circumference-percentile", []string{"%"}},
	{"59576-9", "http://hl7.org/fhir/us/core/StructureDefinition/pediatric-bmi-for-age", []string{"%"}},
	{"77606-2", "http://hl7.org/fhir/us/core/StructureDefinition/pediatric-weight-for-height", []string{"%"}},
}

// vitalProfile gives the profile that a vital sign meets.
func vitalProfile(o *record.Observation, j *joint) string {
	if !isVitalTime(&o.When) {
		return ""
	}
	if j != nil && j.panel {
		for _, p := range j.parts {
			if !inUnits(p.Values[0].Quantity, []string{"mm[Hg]"}) {
				return profileBase + "vital-signs"
			}
		}
		return profileBase + "blood-pressure"
	}
	for _, v := range vitalProfiles {
		if o.Code.Has(record.SystemLOINC, v.code) {
			if len(o.Values) == 1 && inUnits(o.Values[0].Quantity, v.units) {
				if v.code != loincPulseOximetry || j == nil || oxygenUnits(j) {
					return v.profile
				}
			}
			break
		}
	}
	return profileBase + "vital-signs"
}

func oxygenUnits(j *joint) bool {
	for _, p := range j.parts {
		unit := "%"
		if p.Code.Has(record.SystemLOINC, loincOxygenFlow) {
			unit = "L/min"
		}
		if !inUnits(p.Values[0].Quantity, []string{unit}) {
			return false
		}
	}
	return true
}

// inUnits reports whether a quantity is as the profiles of vital signs want it: a number, its unit in words, its code of UCUM.
func inUnits(q *record.Quantity, units []string) bool {
	return q != nil && isNumber(q.Value) && q.Unit != "" && q.System == record.SystemUCUM && slices.Contains(units, q.Code)
}

// isVitalTime reports whether vs-1 holds: one time, precise to the day. Of a
// Period it holds never, as it is written in R4.
func isVitalTime(p *record.Period) bool {
	return isDayPrecise(p) && (p.At.Value != "" || p.End.Value == "" || p.End == p.Start)
}

// isDayPrecise reports whether a time is as precise as US Core demands: a reason
// why there is none is no time to vs-1 and us-core-1.
func isDayPrecise(p *record.Period) bool {
	t := p.At.Value
	if t == "" && p.End.Value != "" {
		return true // a Period
	}
	if t == "" {
		t = p.Start.Value
	}
	return len(t) >= 10
}
