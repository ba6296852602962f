package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// values reads OBX-5 by the datatype that OBX-2 names. A value of a type that is not known here is left, and its type with it.
func (r *reader) values(s Segment) (out []record.Value) {
	kind := first(s, 2)
	name := kind.peek()
	for d := range all(s, 5) {
		if !hasValues(name) {
			return nil
		}
		list, v := more(out, &r.mem.values)
		if d.isNull() {
			r.take(d)
			v.Absent = record.AbsentExplicitNull
		} else if !r.value(v, name, s, d) {
			*v = record.Value{}
			continue
		}
		out = list
	}
	if len(out) > 0 {
		r.text(kind)
	}
	return out
}

// typeForm keeps as which datatype values were sent where a writer would have another for them.
func (r *reader) typeForm(s Segment, v *record.Observation) {
	if len(v.Values) == 0 {
		return
	}
	sent := first(s, 2).peek()
	if own := typeOfValue(&v.Values[0], r.p.kind, r.p.source.Version); sent != own && slices.Contains(alike(own), sent) {
		r.form(v.ID, "values", "OBX-2", sent)
	}
}

// hasValues says whether values of a datatype are read.
func hasValues(kind string) bool {
	switch kind {
	case "NM", "SN", "ST", "TX", "FT", "VR", "CWE", "CE", "CNE", "CF", "IS", "ID", "TS", "DTM", "DT", "TM", "DR", "NR", "CQ", "MO", "CP", "ED", "RP", "EI", "CX",
		"XCN", "CN", "XON", "XTN", "TN", "XAD", "AD", "XPN", "PN", "SI":
		return true
	}
	return false
}

// value reads a value of a datatype.
func (r *reader) value(v *record.Value, kind string, s Segment, d datum) (ok bool) {
	switch kind {
	case "NM":
		return r.numeric(v, d, first(s, 6))
	case "SN":
		return r.structured(v, d, first(s, 6))
	case "ST", "TX", "FT", "VR", "XTN", "TN", "XAD", "AD", "XPN", "PN", "SI":
		return r.textValue(v, d)
	case "CWE", "CE", "CNE", "CF", "IS", "ID":
		var c record.Concept
		if c, ok = r.concept(d); ok {
			v.Concept = r.mem.concepts.One(&c)
		}
	case "TS", "DTM", "DT":
		var t record.Time
		if t, ok = r.time(d); ok {
			v.Time = &t
		}
	case "TM":
		var t string
		if t, ok = r.clock(d); ok {
			v.TimeOfDay = &t
		}
	case "DR":
		var p record.Period
		if p, ok = r.dateRange(d); ok {
			v.Period = &p
		}
	case "NR":
		return r.numberRange(v, d, first(s, 6))
	case "CQ":
		var q record.Quantity
		if q, ok = r.quantity(d); ok {
			v.Quantity = r.mem.quantities.One(&q)
		}
	case "MO", "CP":
		var m record.Money
		if m, ok = r.money(d); ok {
			v.Money = &m
		}
	case "ED":
		var a record.Attachment
		if a, ok = r.encapsulated(d); ok {
			v.Attachment = &a
		}
	case "RP":
		var a record.Attachment
		if a, ok = r.pointer(d); ok {
			v.Attachment = &a
		}
	case "EI":
		var i record.Identifier
		if i, ok = r.entity(d); ok {
			v.Identifier = &i
		}
	case "CX":
		var i record.Identifier
		if i, ok = r.identifier(d); ok {
			v.Identifier = &i
		}
	case "XCN", "CN":
		var p record.Ref
		if p, ok = r.practitioner(d); ok {
			v.Ref = &p
		}
	case "XON":
		var p record.Ref
		if p, ok = r.organization(d); ok {
			v.Ref = &p
		}
	}
	return ok
}

// textValue takes a value as text: delimiters that nobody escaped are part of it.
func (r *reader) textValue(v *record.Value, d datum) bool {
	t := r.words(d)
	v.Text = r.mem.strings.One(&t)
	return t != ""
}

// numeric reads NM with the unit of OBX-6. What is no number is text.
func (r *reader) numeric(v *record.Value, d, unit datum) bool {
	if n := r.number(d.at(1)); n != "" {
		if code, text := unit.at(1).peek(), unit.at(2).peek(); code == "" && text == "" {
			v.Decimal = r.mem.strings.One(&n)
		} else {
			v.Quantity = &r.mem.quantities.List(1)[:1][0]
			v.Quantity.Value = n
			r.unit(unit, v.Quantity)
		}
		return true
	}
	if d.says() && d.peek() != "" {
		r.issue(&record.IssueInvalidNumber, d.span)
		return r.textValue(v, d)
	}
	return false
}

// structured reads SN (2A.3.67): a comparator, a number, a separator, a number (SN[Quantity], SN[Range], SN[Ratio]).
func (r *reader) structured(v *record.Value, d, unit datum) bool {
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
	case n2 != "" && (separator == "" && n1 != "" || separator == "-" && n1 == ""):
		return r.textValue(v, d) // side by side the parts would be another number
	default:
		var b strings.Builder
		for n := 1; n <= 4; n++ {
			b.WriteString(r.text(d.at(n)))
		}
		t := b.String()
		v.Text = &t
		return t != ""
	}
	return true
}

func isComparator(c string) bool {
	switch c {
	case "", "=", "<", ">", "<=", ">=":
		return true
	}
	return false
}

// numberRange reads NR.
func (r *reader) numberRange(v *record.Value, d, unit datum) bool {
	low, ok1 := r.quantityOf(d.at(1), unit)
	high, ok2 := r.quantityOf(d.at(2), unit)
	v.Range = &record.Range{}
	if ok1 {
		v.Range.Low = &low
	}
	if ok2 {
		v.Range.High = &high
	}
	return ok1 || ok2
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
