package hl7v2

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// number takes a decimal as it is written (NM, 2A.3.44), without the sign + that says nothing.
func (r *reader) number(d datum) string {
	v := d.peek()
	if v == "" || !isNumber(v) || v[0] == '+' {
		return ""
	}
	return r.text(d)
}

// quantityOf reads a number with a unit given apart.
func (r *reader) quantityOf(n, unit datum) (q record.Quantity, ok bool) {
	if q.Value = r.number(n.at(1)); q.Value == "" {
		return q, false
	}
	r.unit(unit, &q)
	return q, true
}

// unit reads a unit: a coded value, of which a quantity holds the first triplet.
func (r *reader) unit(d datum, q *record.Quantity) {
	code, text, system := d.at(1).peek(), d.at(2).peek(), d.at(3).peek()
	if code == "" && text == "" {
		return
	}
	uri, known := codes.FromV2(system)
	switch {
	case code == "":
		q.Unit = r.text(d.at(2))
	case known:
		q.Code, q.System = r.text(d.at(1)), uri
		r.take(d.at(3).at(1))
		if q.Unit = r.text(d.at(2)); q.Unit == "" {
			q.Unit = code
		}
	case text == "":
		q.Unit = r.text(d.at(1))
	default:
		q.Code, q.Unit = r.text(d.at(1)), r.text(d.at(2))
	}
}

// quantity reads CQ (2A.3.15): a number and its unit.
func (r *reader) quantity(d datum) (record.Quantity, bool) { return r.quantityOf(d.at(1), d.at(2)) }

// money reads CP, MO and their like: the first amount.
func (r *reader) money(d datum) (m record.Money, ok bool) {
	price := d.at(1)
	if m.Value = r.number(price.at(1)); m.Value == "" {
		return m, false
	}
	if m.Currency = r.text(price.at(2)); m.Currency == "" && d.inner == endComp && price.Len() == 1 {
		m.Currency = r.text(d.at(2))
	}
	return m, true
}
