package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// values reads OBX-5 by the datatype that OBX-2 names. A value of a type that is not known here is left, and its type with it.
func (r *reader) values(s Segment) (out []record.Value) {
	kind := first(s, 2)
	f := r.valueReader(kind.peek(), s)
	if f == nil {
		return nil
	}
	for d := range all(s, 5) {
		if d.isNull() {
			r.take(d)
			out = append(out, record.Value{Absent: record.AbsentExplicitNull})
			continue
		}
		if v, ok := f(d); ok {
			out = append(out, v)
		}
	}
	if len(out) > 0 {
		r.text(kind)
	}
	return out
}

// valueReader gives how values of a datatype are read.
func (r *reader) valueReader(kind string, s Segment) func(datum) (record.Value, bool) {
	switch kind {
	case "NM":
		unit := first(s, 6)
		return func(d datum) (record.Value, bool) { return r.numeric(d, unit) }
	case "SN":
		unit := first(s, 6)
		return func(d datum) (record.Value, bool) { return r.structured(d, unit) }
	case "ST", "TX", "FT", "VR":
		return r.textValue
	case "CWE", "CE", "CNE", "CF", "IS", "ID":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.concept, d, func(v *record.Value, c *record.Concept) { v.Concept = c })
		}
	case "TS", "DTM", "DT":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.time, d, func(v *record.Value, t *record.Time) { v.Time = t })
		}
	case "TM":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.clock, d, func(v *record.Value, t *string) { v.TimeOfDay = t })
		}
	case "DR":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.dateRange, d, func(v *record.Value, p *record.Period) { v.Period = p })
		}
	case "NR":
		return func(d datum) (record.Value, bool) { return r.numberRange(d, first(s, 6)) }
	case "CQ":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.quantity, d, func(v *record.Value, q *record.Quantity) { v.Quantity = q })
		}
	case "MO", "CP":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.money, d, func(v *record.Value, m *record.Money) { v.Money = m })
		}
	case "ED":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.encapsulated, d, func(v *record.Value, a *record.Attachment) { v.Attachment = a })
		}
	case "RP":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.pointer, d, func(v *record.Value, a *record.Attachment) { v.Attachment = a })
		}
	case "EI":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.entity, d, func(v *record.Value, i *record.Identifier) { v.Identifier = i })
		}
	case "CX":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.identifier, d, func(v *record.Value, i *record.Identifier) { v.Identifier = i })
		}
	case "XCN", "CN":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.practitioner, d, func(v *record.Value, p *record.Ref) { v.Ref = p })
		}
	case "XON":
		return func(d datum) (record.Value, bool) {
			return valueOf(r.organization, d, func(v *record.Value, p *record.Ref) { v.Ref = p })
		}
	case "XTN", "TN", "XAD", "AD", "XPN", "PN", "SI":
		return r.textValue
	}
	return nil
}

// valueOf makes a value of what f reads.
func valueOf[T any](f func(datum) (T, bool), d datum, put func(*record.Value, *T)) (v record.Value, ok bool) {
	x, ok := f(d)
	if ok {
		put(&v, &x)
	}
	return v, ok
}

// textValue takes a value as text: delimiters that nobody escaped are part of it.
func (r *reader) textValue(d datum) (v record.Value, ok bool) {
	t := r.words(d)
	v.Text = &t
	return v, t != ""
}

// numeric reads NM with the unit of OBX-6. What is no number is text.
func (r *reader) numeric(d, unit datum) (v record.Value, ok bool) {
	if q, ok := r.quantityOf(d, unit); ok {
		if q.Unit == "" && q.Code == "" {
			v.Decimal = &q.Value
			return v, true
		}
		v.Quantity = &q
		return v, true
	}
	if d.says() && d.peek() != "" {
		r.issue(&record.IssueInvalidNumber, d.span)
		return r.textValue(d)
	}
	return v, false
}

// structured reads SN (2A.3.67): a comparator, a number, a separator, a number (SN[Quantity], SN[Range], SN[Ratio]).
func (r *reader) structured(d, unit datum) (v record.Value, ok bool) {
	comparator, separator := d.at(1).peek(), d.at(3).peek()
	n1, n2 := d.at(2).peek(), d.at(4).peek()
	plain := func(n string) bool { return isNumber(n) && n[0] != '+' }
	switch {
	case n2 == "" && separator == "" && plain(n1) && isComparator(comparator):
		q := record.Quantity{Value: r.text(d.at(2)), Comparator: r.text(d.at(1))}
		if q.Comparator == "=" {
			q.Comparator = ""
			r.led.Release(int(d.at(1).first)) // equal is what a quantity says by itself
			r.led.Scaffold(int(d.at(1).first))
		}
		r.unit(unit, &q)
		v.Quantity = &q
	case comparator == "" && separator == "-" && plain(n1) && plain(n2):
		r.take(d.at(3))
		v.Range = &record.Range{Low: &record.Quantity{Value: r.text(d.at(2))}, High: &record.Quantity{Value: r.text(d.at(4))}}
		r.unit(unit, v.Range.Low)
		r.unit(unit, v.Range.High)
	case comparator == "" && (separator == ":" || separator == "/") && plain(n1) && plain(n2):
		v.Ratio = &record.Ratio{Numerator: &record.Quantity{Value: r.text(d.at(2))}, Denominator: &record.Quantity{Value: r.text(d.at(4))}}
		r.take(d.at(3))
		r.unit(unit, v.Ratio.Numerator)
	default:
		var b strings.Builder
		for n := 1; n <= 4; n++ {
			b.WriteString(r.text(d.at(n)))
		}
		t := b.String()
		v.Text = &t
		return v, t != ""
	}
	return v, true
}

func isComparator(c string) bool {
	switch c {
	case "", "=", "<", ">", "<=", ">=":
		return true
	}
	return false
}

// numberRange reads NR.
func (r *reader) numberRange(d, unit datum) (v record.Value, ok bool) {
	low, ok1 := r.quantityOf(d.at(1), unit)
	high, ok2 := r.quantityOf(d.at(2), unit)
	v.Range = &record.Range{}
	if ok1 {
		v.Range.Low = &low
	}
	if ok2 {
		v.Range.High = &high
	}
	return v, ok1 || ok2
}

// encapsulated reads ED (2A.3.24): content in base64, in hexadecimal, or as text.
func (r *reader) encapsulated(d datum) (a record.Attachment, ok bool) {
	content := d.at(5)
	switch d.at(4).peek() {
	case "Base64":
		if content.State() != Valued || !isBase64(content.leaf().Raw()) {
			return a, false
		}
		r.take(d.at(4))
		a.Data = record.Base64Data(r.text(content))
	case "A", "":
		if a.Text = r.words(content); a.Text == "" {
			return a, false
		}
		r.fixed(d.at(4), "A")
	default:
		return a, false
	}
	a.Title = r.text(d.at(1))
	r.contentType(d.at(2), d.at(3), &a)
	return a, true
}

// isBase64 reports whether a text is base64, white space aside.
func isBase64(b []byte) bool {
	n, pad := 0, 0
	for _, c := range b {
		switch {
		case c == '=':
			pad++
			n++
		case c == ' ' || c == '\n' || c == '\r' || c == '\t':
		case pad > 0:
			return false
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
			n++
		default:
			return false
		}
	}
	return n > 0 && n%4 == 0 && pad <= 2
}

// contentType joins type and subtype (tables 0834 and 0291) to a MIME type where they are one.
func (r *reader) contentType(kind, sub datum, a *record.Attachment) {
	k, s := kind.peek(), sub.peek()
	switch {
	case k == "" && s == "":
	case k == "":
		a.ContentType = r.text(sub)
	case s == "":
		a.ContentType = r.text(kind)
	default:
		a.ContentType = r.text(kind) + "/" + r.text(sub)
	}
}

// pointer reads RP (2A.3.61): a name of something that is elsewhere.
func (r *reader) pointer(d datum) (a record.Attachment, ok bool) {
	if a.URL = r.text(d.at(1)); a.URL == "" {
		return a, false
	}
	a.Title = r.text(d.at(2).at(1))
	r.contentType(d.at(3), d.at(4), &a)
	return a, true
}
