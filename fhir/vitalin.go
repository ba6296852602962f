package fhir

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// ownReading is one of the record's observations that our exporter joined with
// another (see joinVitals): what it has of its own.
type ownReading struct {
	base string // the id of the observation whose circumstances it shares
	own  record.Observation
}

// isJoined reports whether an Observation is several of the record's: a
// component of it names the observation that it is.
func isJoined(n tree.Node) bool {
	for _, c := range objects(n, "component") {
		if isReading(c) {
			return true
		}
	}
	return false
}

func isReading(c tree.Node) bool { return extension(own(c), "id").Child("valueString").OK() }

// parted reads the components of an Observation that our exporter made of
// several. The one that names no other is the base itself.
func (r *reader) parted(n tree.Node, o *record.Observation) (rest []record.Component) {
	for _, c := range objects(n, "component") {
		if !isReading(c) {
			v := r.component(c)
			if len(v.Values) == 1 && o.Values == nil && len(o.Code.Codings) == 0 {
				o.Code, o.Values, o.Interpretations, o.ReferenceRanges = v.Code, v.Values, v.Interpretations, v.ReferenceRanges
				continue
			}
			rest = append(rest, v)
			continue
		}
		x := record.Observation{Entry: record.Entry{ID: r.str(r.field(c, "id"), "valueString")}}
		if x.ID == "" || r.isNamed(x.ID) {
			x.ID = r.partID("component")
		}
		x.Code, x.Interpretations, x.ReferenceRanges = one(c, "code", r.concept), r.concepts(c, "interpretation"), all(c, "referenceRange", r.referenceRange)
		if v := r.value(c); v != nil {
			x.Values = []record.Value{*v}
		}
		addFields(r, c, &x)
		r.made = append(r.made, x.ID)
		r.readings = append(r.readings, ownReading{base: o.ID, own: x})
	}
	return rest
}

// isNamed reports whether a resource of the input, or a reading before this one, has that id.
func (r *reader) isNamed(id string) bool {
	return r.plan.ids[id] ||
		slices.ContainsFunc(r.readings, func(x ownReading) bool { return x.own.ID == id })
}

// jointHead takes the code that our exporter gave a blood pressure as a whole:
// each of its two readings has a code of its own.
func (r *reader) jointHead(n tree.Node) bool {
	c := object(n, "code")
	k := c.Child("coding").First()
	if k.Next().OK() || peek(k, "system") != record.SystemLOINC || peek(k, "code") != loincBloodPressure || c.Child("text").OK() || choiceOf(n, "value").OK() {
		return false
	}
	for _, p := range objects(n, "component") {
		if !isReading(p) {
			r.take(k.Child("system"))
			r.take(k.Child("code"))
			if d := k.Child("display"); d.Kind() == tree.String && d.Value() == displayBloodPressure {
				r.scaffold(d)
			}
			return true
		}
	}
	return false
}

// partReadings puts the observations that were joined with others beside them,
// with all that is said of both. It comes last, when all is said.
func (r *reader) partReadings() {
	if len(r.readings) == 0 {
		return
	}
	byBase := map[string][]record.Observation{}
	for _, x := range r.readings {
		byBase[x.base] = append(byBase[x.base], x.own)
	}
	for _, where := range []string{"results", "vitals", "social", "assessments", "observations"} {
		list := r.observations(where)
		var out []record.Observation
		for i := range *list {
			o := &(*list)[i]
			out = append(out, *o)
			for _, own := range byBase[o.ID] {
				x := circumstances(o)
				x.ID, x.Origins, x.Identifiers, x.Narrative, x.Notes = own.ID, o.Origins, own.Identifiers, own.Narrative, own.Notes
				x.Code, x.Values, x.Interpretations, x.ReferenceRanges = own.Code, own.Values, own.Interpretations, own.ReferenceRanges
				x.Components, x.Participants, x.Relations = nil, slices.Clone(o.Participants), slices.Clone(o.Relations)
				out = append(out, x)
			}
		}
		if len(out) > len(*list) {
			*list = out
		}
	}
}

// addedCode takes the code that our exporter added to an entry's own, as HL7's
// mapping has it, and gives the concept without it.
func (r *reader) addedCode(n tree.Node, c record.Concept) record.Concept {
	e := r.field(n, "addedCode")
	if !e.OK() {
		return c
	}
	v := e.Child("valueCode")
	at := slices.IndexFunc(c.Codings, func(k record.Coding) bool {
		return bareCode(&record.Concept{Codings: []record.Coding{k}}, record.SystemLOINC, v.Value())
	})
	if at >= 0 && v.Kind() == tree.String {
		r.take(v)
		c.Codings = slices.Delete(c.Codings, at, at+1)
	}
	return c
}
