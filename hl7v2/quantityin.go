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
	return r.taken(d, v)
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
	first, second, third := d.at(1), d.at(2), d.at(3)
	code, text, system := first.peek(), second.peek(), third.peek()
	if code == "" && text == "" {
		return
	}
	if system != r.lastUnits {
		r.lastUnits = system
		r.lastUnitsURI, r.unitsKnown = codes.FromV2(system)
	}
	uri, known := r.lastUnitsURI, r.unitsKnown
	switch {
	case code == "":
		q.Unit = r.taken(second, text)
	case known:
		q.Code, q.System = r.taken(first, code), uri
		r.take(third.at(1))
		if q.Unit = r.taken(second, text); q.Unit == "" {
			q.Unit = code
		}
	case text == "":
		q.Unit = r.taken(first, code)
	default:
		q.Code, q.Unit = r.taken(first, code), r.taken(second, text)
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
