package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// extValue is how R5's Observation.value is written in R4, for the types that R4 lacks (CF-results, value ED).
const extValue = "http://hl7.org/fhir/5.0/StructureDefinition/extension-Observation.value"

// value writes value[x], or dataAbsentReason, or what R4 has no type for as an
// extension. It reports whether there is a value that FHIR sees.
func (w *writer) value(v *record.Value) (seen bool) {
	rest := *v
	seen = true
	switch {
	case v.Concept != nil:
		w.concept("valueCodeableConcept", v.Concept)
		rest.Concept = nil
	case v.Quantity != nil:
		w.quantity("valueQuantity", v.Quantity)
		rest.Quantity = nil
	case v.Range != nil:
		w.valueRange(v.Range)
		rest.Range = nil
	case v.Ratio != nil:
		w.ratio("valueRatio", v.Ratio)
		rest.Ratio = nil
	case v.Text != nil:
		w.str("valueString", *v.Text)
		rest.Text = nil
	case v.Bool != nil:
		w.boolean("valueBoolean", *v.Bool)
		rest.Bool = nil
	case v.Integer != nil:
		rest.Integer = nil
		if _, ok := parseInt(*v.Integer); ok {
			w.raw("valueInteger", *v.Integer)
		} else {
			w.bareNumber(*v.Integer, "integer")
		}
	case v.Decimal != nil:
		w.bareNumber(*v.Decimal, "")
		rest.Decimal = nil
	case v.Time != nil:
		w.dateTime("valueDateTime", *v.Time)
		rest.Time = nil
	case v.TimeOfDay != nil && len(*v.TimeOfDay) >= 8 && isClock(*v.TimeOfDay):
		w.code("valueTime", *v.TimeOfDay)
		rest.TimeOfDay = nil
	case v.Period != nil:
		w.period("valuePeriod", v.Period)
		rest.Period = nil
	case v.Money != nil:
		w.currency(v.Money)
		rest.Money = nil
	case v.Sampled != nil:
		w.sampled("valueSampledData", v.Sampled)
		rest.Sampled = nil
	case v.URI != nil:
		w.str("valueString", *v.URI)
		w.kindOfValue("uri")
		rest.URI = nil
	case v.Attachment != nil && v.Attachment.Text != "" && *v.Attachment == (record.Attachment{Text: v.Attachment.Text, TextRef: v.Attachment.TextRef}):
		// Words alone, though the source could have sent a file.
		w.str("valueString", v.Attachment.Text)
		w.kindOfValue("attachment")
		rest.Attachment = nil
	case v.Attachment != nil:
		w.ext(extValue)
		w.attachment("valueAttachment", v.Attachment)
		w.endExt()
		rest.Attachment, seen = nil, false
	default:
		seen = false
	}
	if !seen && v.Absent != "" {
		w.absentReason(v.Absent)
		rest.Absent = ""
	}
	fieldRest(w, "value", rest)
	return seen
}

// kindOfValue says which type of the record a value is of, where FHIR's does not.
func (w *writer) kindOfValue(name string) { w.fieldCode("valueType", name) }

// bareNumber writes a number without a unit as a Quantity (CF-results, REAL).
func (w *writer) bareNumber(v, kind string) {
	w.obj("valueQuantity")
	w.num("value", v)
	w.end()
	if kind != "" {
		w.kindOfValue(kind)
	}
}

// currency writes an amount of money as a Quantity of that currency (R4 2.24.0.17, MoneyQuantity).
func (w *writer) currency(m *record.Money) {
	w.obj("valueQuantity")
	w.num("value", m.Value)
	if isCode(m.Currency) {
		w.str("unit", m.Currency)
		w.code("system", "urn:iso:std:iso:4217")
		w.code("code", m.Currency)
	} else {
		w.fieldStr("currency", m.Currency)
	}
	w.end()
	w.kindOfValue("money")
}

// valueRange writes a range; one that is open to one side is a Quantity with a
// comparator (mappingGuidance, Ranges of Physical Quantities).
func (w *writer) valueRange(r *record.Range) {
	one := *r
	one.Low, one.High, one.LowOpen, one.HighOpen = nil, nil, nil, nil
	switch {
	case r.Low == nil && r.High != nil && one == (record.Range{}) && isExact(r.High) && r.LowOpen == nil:
		w.bound(r.High, r.HighOpen, "<", "<=")
	case r.High == nil && r.Low != nil && one == (record.Range{}) && isExact(r.Low) && r.HighOpen == nil:
		w.bound(r.Low, r.LowOpen, ">", ">=")
	default:
		w.rng("valueRange", r)
	}
}

func isExact(q *record.Quantity) bool { return q.Value != "" && q.Comparator == "" }

func (w *writer) bound(q *record.Quantity, open *bool, without, with string) {
	b := *q
	b.Comparator = with
	if open != nil && *open {
		b.Comparator = without
	}
	w.quantity("valueQuantity", &b)
	w.fieldBool("valueOpen", open)
	w.kindOfValue("range")
}

// absentReason writes dataAbsentReason.
func (w *writer) absentReason(a record.AbsentReason) {
	t := codes.DataAbsentReason()
	c, ok := t.From(a)
	if !ok {
		c = "unknown"
	}
	w.obj("dataAbsentReason")
	w.codeableBody(sysDataAbsent, c, "")
	if !ok || !t.TwoWay(c, a) {
		w.fieldCode("absent", string(a))
	}
	w.end()
}

// sampled writes SampledData; what FHIR demands of it and the source lacks says so.
func (w *writer) sampled(name string, s *record.SampledData) {
	w.obj(name)
	if s.Origin.IsZero() {
		w.requiredObject("origin", "values")
	} else {
		w.simpleQuantity("origin", &s.Origin)
	}
	for _, f := range []struct{ name, v string }{{"period", s.Period}, {"factor", s.Factor}, {"lowerLimit", s.LowerLimit}, {"upperLimit", s.UpperLimit}} {
		if f.v == "" && f.name == "period" {
			w.required(f.name, "", "values")
			continue
		}
		w.num(f.name, f.v)
	}
	if s.Dimensions == "" {
		w.required("dimensions", "", "values")
	}
	w.integer("dimensions", s.Dimensions, 1)
	w.str("data", s.Data)
	w.end()
}

// referenceRanges writes referenceRange. FHIR reads a range as the normal one
// unless its type says otherwise, and most readers do not look: another range
// than the normal one stands in the record extension (CF-results, interpretationCode).
func (w *writer) referenceRanges(rs []record.ReferenceRange) {
	w.arr("referenceRange")
	for i := range rs {
		if !isNormalRange(&rs[i]) {
			continue
		}
		w.In("referenceRanges", i)
		w.obj("")
		w.referenceRange(&rs[i])
		w.end()
		w.Leave()
	}
	w.endArr()
	for i := range rs {
		if !isNormalRange(&rs[i]) {
			w.fieldAny("referenceRanges", &rs[i])
		}
	}
}

func isNormalRange(r *record.ReferenceRange) bool {
	if r.Text == "" && (r.Value == nil || *r.Value == (record.Value{Absent: r.Value.Absent})) {
		return false // obs-3
	}
	if r.Type == nil || len(r.Type.Codings) == 0 {
		return true
	}
	for i := range r.Type.Codings {
		switch c := &r.Type.Codings[i]; c.System {
		case "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation":
			return c.Code == "N"
		case "http://terminology.hl7.org/CodeSystem/referencerange-meaning":
			return true
		}
	}
	return false
}

func (w *writer) referenceRange(r *record.ReferenceRange) {
	text := r.Text
	if v := r.Value; v != nil {
		rest := *v
		switch {
		case v.Range != nil && (v.Range.Low != nil || v.Range.High != nil):
			w.simpleQuantity("low", v.Range.Low)
			w.simpleQuantity("high", v.Range.High)
			fieldRest(w, "range", record.Range{LowOpen: v.Range.LowOpen, HighOpen: v.Range.HighOpen, Center: v.Range.Center, Width: v.Range.Width, Absent: v.Range.Absent})
			rest.Range = nil
		case v.Text != nil && text == "":
			text, rest.Text = *v.Text, nil
			w.kindOfValue("text")
		}
		if !rest.IsZero() {
			fieldRest(w, "value", rest)
			if text == "" && v.Range == nil {
				w.required("text", record.AbsentUnsupported, "value") // obs-3
			}
		}
	}
	w.str("text", text)
	if r.Text == "" {
		w.fieldStr("textRef", r.TextRef)
	}
	w.concept("type", r.Type)
	w.concepts("appliesTo", r.AppliesTo)
	w.rng("age", r.Age)
	w.fieldConcept("code", r.Code)
	w.fieldAny("conditions", r.Conditions)
}
