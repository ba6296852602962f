package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// truthAsCode is for values that are true or false.
var truthAsCode = record.IssueAltered.Because("true and false went out as Y and N of table 0136")

// value writes one value of OBX-5 by its datatype, and clears it. Its unit stands in OBX-6.
func (w *sender) value(p spot, v *record.Value, kind string) {
	switch {
	case v.Quantity != nil && kind == "NM":
		if w.number(p, &v.Quantity.Value); v.Quantity.Value == "" {
			noUnit(v.Quantity)
		}
	case v.Quantity != nil:
		q := v.Quantity
		if isNumber(q.Value) && w.put(p.at(1), q.Comparator) {
			q.Comparator = ""
			if w.number(p.at(2), &q.Value); q.Value == "" {
				noUnit(q)
			}
		}
	case v.Decimal != nil:
		w.number(p, v.Decimal)
		cleared(&v.Decimal)
	case v.Integer != nil:
		w.number(p, v.Integer)
		cleared(&v.Integer)
	case v.Range != nil:
		w.rangeOf(p, v.Range)
	case v.Ratio != nil:
		w.ratio(p, v.Ratio)
	case v.Concept != nil:
		w.concept(p, v.Concept)
	case v.Text != nil:
		if kind == "FT" {
			w.flow(p, v.Text)
		} else {
			w.str(p, v.Text)
		}
		cleared(&v.Text)
	case v.Time != nil:
		w.time(p, v.Time)
	case v.TimeOfDay != nil:
		w.clock(p, v.TimeOfDay)
		cleared(&v.TimeOfDay)
	case v.Period != nil:
		w.dateRange(p, v.Period)
	case v.Attachment != nil:
		w.attachment(p, v.Attachment)
	case v.Identifier != nil:
		w.identifier(p, v.Identifier)
	case v.Money != nil:
		if isNumber(v.Money.Value) {
			w.number(p.at(1), &v.Money.Value)
			w.str(p.at(2), &v.Money.Currency)
		}
	case v.Bool != nil:
		w.yesNo(p, &v.Bool)
		w.Note(&truthAsCode, "values")
	case v.URI != nil:
		w.str(p.at(1), v.URI)
		cleared(&v.URI)
	}
}

// cleared makes a pointer to a text that was written nil.
func cleared(s **string) {
	if *s != nil && **s == "" {
		*s = nil
	}
}

// rangeOf writes SN of two numbers, or of one with a comparator.
func (w *sender) rangeOf(p spot, r *record.Range) {
	number := func(q *record.Quantity) bool { return q != nil && isNumber(q.Value) && q.Comparator == "" }
	switch {
	case number(r.Low) && number(r.High):
		w.number(p.at(2), &r.Low.Value)
		w.put(p.at(3), "-")
		w.number(p.at(4), &r.High.Value)
		noUnit(r.Low)
		noUnit(r.High)
	case number(r.Low) && r.High == nil:
		w.put(p.at(1), ">=")
		w.number(p.at(2), &r.Low.Value)
		noUnit(r.Low)
	case number(r.High) && r.Low == nil:
		w.put(p.at(1), "<=")
		w.number(p.at(2), &r.High.Value)
		noUnit(r.High)
	}
}

// ratio writes SN of two numbers with a colon.
func (w *sender) ratio(p spot, r *record.Ratio) {
	n, d := r.Numerator, r.Denominator
	if n == nil || d == nil || !isNumber(n.Value) || !isNumber(d.Value) || n.Comparator+d.Comparator != "" || d.Unit+d.Code != "" {
		return
	}
	w.number(p.at(2), &n.Value)
	w.put(p.at(3), ":")
	w.number(p.at(4), &d.Value)
	noUnit(n)
}

// attachment writes ED (2A.3.24): the content in base64 or as text; RP where it is elsewhere.
func (w *sender) attachment(p spot, a *record.Attachment) {
	kind, sub, both := strings.Cut(a.ContentType, "/")
	if !both {
		kind, sub = "", a.ContentType
	}
	types := func(at int) {
		if (kind == "" || w.put(p.at(at), kind)) && (sub == "" || w.put(p.at(at+1), sub)) {
			a.ContentType = ""
		}
	}
	switch {
	case !a.Data.IsZero():
		text, err := a.Data.Base64()
		if err != nil || text == "" || !w.put(p.at(4), "Base64") {
			return
		}
		w.str(p.at(1).at(1), &a.Title)
		types(2)
		if w.put(p.at(5), text) {
			a.Data = record.Data{}
		}
	case a.Text != "":
		w.str(p.at(1).at(1), &a.Title)
		types(2)
		w.put(p.at(4), "A")
		w.flow(p.at(5), &a.Text)
	case a.URL != "":
		w.str(p.at(1), &a.URL)
		w.str(p.at(2).at(1), &a.Title)
		types(3)
	}
}
