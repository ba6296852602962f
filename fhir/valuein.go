package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// value reads value[x] of an Observation or one of its components, with
// dataAbsentReason beside it. It gives nil where neither is there.
func (r *reader) value(n tree.Node) *record.Value {
	var v record.Value
	if m := choiceOf(n, "value"); m.OK() {
		r.choice(m, &v, n)
	}
	if e := extension(n, extValue); e.OK() && object(e, "valueAttachment").OK() {
		v.Attachment = maybe(r.known(e), "valueAttachment", r.attachment)
	}
	if d := object(n, "dataAbsentReason"); d.OK() {
		v.Absent = r.reason(d)
	}
	if e := r.field(n, "value"); e.OK() {
		var rest record.Value
		r.known(e)
		r.fieldsOf(e, &rest)
		v = both(v, rest)
	}
	if v.IsZero() {
		return nil
	}
	return &v
}

// choiceOf gives the member of a choice of types: the one whose name is the prefix and a type.
func choiceOf(n tree.Node, prefix string) tree.Node {
	for c := range n.Children() {
		if name := c.Name(); len(name) > len(prefix) && strings.HasPrefix(name, prefix) && name[len(prefix)] >= 'A' && name[len(prefix)] <= 'Z' {
			return c
		}
	}
	return tree.Node{}
}

// choice reads one value by the type that its name says. n holds the extensions that say which type of the record it was.
func (r *reader) choice(m tree.Node, v *record.Value, n tree.Node) {
	up, name := m.Parent(), m.Name()
	typ := strings.TrimLeft(name, "abcdefghijklmnopqrstuvwxyz")
	was := ""
	if e := r.field(n, "valueType"); e.OK() {
		was = peek(e, "valueCode")
	}
	switch typ {
	case "CodeableConcept":
		v.Concept = maybe(up, name, r.concept)
	case "Coding":
		if o := object(up, name); o.OK() {
			v.Concept = &record.Concept{Codings: []record.Coding{r.coding(o)}}
		}
	case "Quantity":
		r.quantityValue(m, was, v, n)
	case "Range":
		v.Range = maybe(up, name, r.rng)
	case "Ratio":
		v.Ratio = maybe(up, name, r.ratio)
	case "String":
		s := r.strPtr(up, name)
		switch {
		case was == "uri":
			v.URI = s
		case was == "attachment" && s != nil:
			v.Attachment = &record.Attachment{Text: *s}
		default:
			v.Text = s
		}
	case "Boolean":
		v.Bool = r.boolean(up, name)
	case "Integer":
		if s := r.number(up, name); s != "" {
			v.Integer = &s
		}
	case "Decimal":
		if s := r.number(up, name); s != "" {
			v.Decimal = &s
		}
	case "DateTime", "Date", "Instant":
		v.Time = r.timePtr(up, name)
	case "Time":
		v.TimeOfDay = r.strPtr(up, name)
	case "Period":
		v.Period = maybe(up, name, r.period)
	case "SampledData":
		if o := object(up, name); o.OK() {
			s := r.sampled(o)
			v.Sampled = &s
		}
	case "Attachment":
		v.Attachment = maybe(up, name, r.attachment)
	case "Reference":
		v.Ref = maybe(up, name, r.ref)
	case "Uri", "Url", "Canonical":
		v.URI = r.strPtr(up, name)
	case "Identifier":
		v.Identifier = maybe(up, name, r.identifier)
	case "Money":
		if o := object(up, name); o.OK() {
			s := r.money(o)
			v.Money = &s
		}
	default:
		return
	}
	if was != "" {
		if e := r.field(n, "valueType"); e.OK() {
			r.scaffold(e.Child("valueCode"))
		}
	}
}

// quantityValue reads a Quantity, or what our exporter wrote as one.
func (r *reader) quantityValue(m tree.Node, was string, v *record.Value, n tree.Node) {
	q := r.quantity(m)
	switch {
	case was == "integer":
		v.Integer = &q.Value
	case was == "money":
		v.Money = &record.Money{Value: q.Value, Currency: q.Code}
	case was == "range":
		b := q
		b.Comparator = ""
		v.Range = &record.Range{}
		open := (*bool)(nil)
		if e := r.field(n, "valueOpen"); e.OK() {
			open = r.boolean(e, "valueBoolean")
		}
		if strings.HasPrefix(q.Comparator, "<") {
			v.Range.High, v.Range.HighOpen = &b, open
		} else {
			v.Range.Low, v.Range.LowOpen = &b, open
		}
	case q.Unit == "" && q.Code == "" && q.System == "" && q.Comparator == "" && q.Absent == "" && q.Value != "" && len(q.Alternates) == 0:
		v.Decimal = &q.Value // a number without a unit (CF-results, REAL)
	default:
		v.Quantity = &q
	}
}

// reason reads dataAbsentReason.
func (r *reader) reason(d tree.Node) record.AbsentReason {
	c := one(d.Parent(), "dataAbsentReason", r.concept)
	if e := r.field(d, "absent"); e.OK() {
		return record.AbsentReason(r.str(e, "valueCode"))
	}
	for i := range c.Codings {
		if a, ok := codes.DataAbsentReason().To(c.Codings[i].Code); ok && bare(&c) {
			return a
		}
	}
	r.giveBack(d)
	k := d.Child("coding").First()
	if a, ok := codes.DataAbsentReason().To(peek(k, "code")); ok && peek(k, "system") == sysDataAbsent && !k.Next().OK() {
		r.take(k.Child("system")) // its words are left to be carried
		r.take(k.Child("code"))
		return a
	}
	return ""
}

// both gives a value with what another adds to it.
func both(v, w record.Value) record.Value {
	if v.Concept == nil {
		v.Concept = w.Concept
	}
	if v.Quantity == nil {
		v.Quantity = w.Quantity
	}
	if v.Range == nil {
		v.Range = w.Range
	}
	if v.Ratio == nil {
		v.Ratio = w.Ratio
	}
	if v.Text == nil {
		v.Text = w.Text
	}
	if v.Bool == nil {
		v.Bool = w.Bool
	}
	if v.Integer == nil {
		v.Integer = w.Integer
	}
	if v.Decimal == nil {
		v.Decimal = w.Decimal
	}
	if v.Time == nil {
		v.Time = w.Time
	}
	if v.TimeOfDay == nil {
		v.TimeOfDay = w.TimeOfDay
	}
	if v.Period == nil {
		v.Period = w.Period
	}
	if v.Money == nil {
		v.Money = w.Money
	}
	if v.Sampled == nil {
		v.Sampled = w.Sampled
	}
	if v.Attachment == nil {
		v.Attachment = w.Attachment
	}
	if v.Identifier == nil {
		v.Identifier = w.Identifier
	}
	if v.URI == nil {
		v.URI = w.URI
	}
	if v.Ref == nil {
		v.Ref = w.Ref
	}
	if v.Absent == "" {
		v.Absent = w.Absent
	}
	return v
}

// referenceRange reads Observation.referenceRange.
func (r *reader) referenceRange(n tree.Node) record.ReferenceRange {
	v := record.ReferenceRange{Text: r.str(n, "text"), Type: r.conceptPtr(n, "type"), AppliesTo: r.concepts(n, "appliesTo"), Age: maybe(n, "age", r.rng)}
	low, high := maybe(n, "low", r.quantity), maybe(n, "high", r.quantity)
	if low != nil || high != nil {
		v.Value = &record.Value{Range: &record.Range{Low: low, High: high}}
	}
	if !n.Child("extension").OK() {
		return v
	}
	if e := r.field(n, "valueType"); e.OK() && peek(e, "valueCode") == "text" {
		r.scaffold(e.Child("valueCode"))
		text := v.Text
		v.Value, v.Text = &record.Value{Text: &text}, ""
	}
	if e := r.field(n, "range"); e.OK() && v.Value != nil && v.Value.Range != nil {
		r.fieldsOf(e, v.Value.Range)
	}
	if e := r.field(n, "value"); e.OK() {
		var rest record.Value
		r.fieldsOf(e, &rest)
		if v.Value != nil {
			rest = both(*v.Value, rest)
		}
		v.Value = &rest
	}
	addFields(r, n, &v)
	return v
}

// bodySite reads a CodeableConcept for a site with the side that our exporter put beside it.
func (r *reader) bodySite(n tree.Node) record.BodySite {
	s := record.BodySite{Code: r.concept(n)}
	if e := r.field(n, "laterality"); e.OK() {
		s.Laterality = r.conceptPtr(e, "valueCodeableConcept")
	}
	return s
}
