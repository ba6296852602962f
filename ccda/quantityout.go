package ccda

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// quantity writes a PQ.
func (w *writer) quantity(name, leaf string, q *record.Quantity) { w.quantityTyped(name, leaf, "", q) }

func (w *writer) quantityPtr(name, leaf string, q **record.Quantity) {
	if *q != nil {
		x := **q
		w.quantity(name, leaf, &x)
		*q = nil
	}
}

func (w *writer) quantityTyped(name, leaf, typ string, q *record.Quantity) {
	if q.IsZero() {
		return
	}
	w.el(name)
	w.at("xsi:type", typ)
	w.quantityContent(leaf, q)
	w.end()
}

func (w *writer) quantityContent(leaf string, q *record.Quantity) { w.boundContent(leaf, q, nil) }

// boundContent is quantityContent of a bound, of which open says that it does not belong to the interval.
func (w *writer) boundContent(leaf string, q *record.Quantity, open *bool) {
	if leaf != "" {
		w.In(leaf, -1)
		defer w.Leave()
	}
	value := q.Value
	if w.strict && value != "" && !isDecimal(value) {
		w.DropString("value", value, &withheld)
		if value = ""; q.Absent == "" {
			q.Absent = record.AbsentUnknown
		}
	}
	if q.Comparator != "" && value != "" {
		value = w.boundAlone(q)
	}
	w.at("value", value)
	unit := q.Unit
	if q.System == record.SystemUCUM && q.Code != "" && q.Code != unit {
		// CDA has one unit, a code of UCUM; how people write it has no place (CDA R2 PQ.unit).
		w.DropString("unit", unit, &lost)
		unit = q.Code
	}
	coded := q.Code != "" && q.System != record.SystemUCUM && (q.System != "" || q.Code != unit)
	if w.strict && !isCS(unit) {
		w.Note(&altered, "unit")
		unit = strings.Join(strings.Fields(unit), "_")
		if strings.Trim(unit, "_") == "" {
			unit = ""
		}
	}
	w.at("unit", unit)
	w.DropString("comparator", q.Comparator, &lost)
	w.nullFlavor("absent", &q.Absent)
	if open != nil {
		w.at("inclusive", boolText(!*open))
	}
	if coded {
		w.unitCode(q, unit)
	} else if q.System != "" && q.System != record.SystemUCUM {
		w.DropString("system", q.System, &lost)
	}
	for i := range q.Alternates {
		w.In("alternates", i)
		if a := &q.Alternates[i]; len(q.Alternates) == 1 && a.Value == value && a.Unit.Text != "" && a.Unit.Text == unit {
			w.DropString("unit.text", a.Unit.Text, &saidByUnit)
			other := *a
			other.Unit.Text = ""
			w.alternate(&other)
		} else {
			w.alternate(a)
		}
		w.Leave()
	}
	*q = record.Quantity{}
}

// boundAlone gives what stands as the value of a PQ that is a bound: never the bound
// itself, which would be a value. A faithful document that was one before has it as sources do (see comparatorQuirk).
func (w *writer) boundAlone(q *record.Quantity) (value string) {
	if _, ok := boundOf(q.Comparator); ok && !w.strict && w.native && isDecimal(q.Value) {
		return take(&q.Comparator) + q.Value
	}
	w.DropString("value", take(&q.Value), &noBound)
	w.DropString("comparator", take(&q.Comparator), &noBound)
	w.Drop("alternates", q.Alternates, &noBound)
	q.Alternates = nil
	if q.Absent == "" {
		q.Absent = record.AbsentOther
	}
	return ""
}

// noBound is for a bound where a PQ is demanded, and for a comparator that is none of a bound.
var noBound = record.IssueWithheld.Because("C-CDA has no comparator here, and without it the number would be an exact one")

// isBoundedRatio knows a ratio one part of which is a bound, such as a titer below 1:10.
func isBoundedRatio(r *record.Ratio) bool {
	n, d := r.Numerator, r.Denominator
	return n != nil && d != nil && n.Comparator+d.Comparator != "" && n.Value != "" && d.Value != "" && r.Absent == "" &&
		n.Absent == "" && d.Absent == "" && n.Alternates == nil && d.Alternates == nil
}

// boundInWords is for such a ratio where it is a result.
var boundInWords = record.IssueAltered.Because("the parts of a ratio have no comparator (CDA R2 RTO); it went out in words")

// unitCode writes the code of a unit that is not of UCUM, which CDA has room for
// beside the quantity alone: as the same quantity in that unit, which encodes the
// unit as written (CDA R2 PQR). Without those words a unit that is of UCUM too would have two codes.
func (w *writer) unitCode(q *record.Quantity, unit string) {
	w.el("translation")
	w.at("value", q.Value)
	c := record.Coding{System: q.System, Code: q.Code}
	w.codingAttrs("", -1, &c, false)
	if unit != "" {
		w.words("originalText", unit)
	}
	w.end()
}

// saidByUnit is for the words of another unit that are the unit's own: with them the other would be read as its code.
var saidByUnit = record.IssueLost.Because("the words are those of the unit that it stands beside")

// alternate writes the same quantity in another unit (CDA R2 PQR).
func (w *writer) alternate(a *record.QuantityAlternate) {
	w.el("translation")
	w.at("value", a.Value)
	unit := a.Unit
	w.In("unit", -1)
	if len(unit.Codings) > 0 {
		c := unit.Codings[0]
		w.codingAttrs("codings", 0, &c, unit.Absent != "")
		w.dropIn("codings", 0, "text", c.Text)
		if len(c.Qualifiers) > 0 {
			w.In("codings", 0)
			w.Drop("qualifiers", c.Qualifiers, &lost)
			w.Leave()
		}
		dropFrom(w, "codings", unit.Codings, 1, &lost)
	}
	w.nullFlavor("absent", &unit.Absent)
	w.originalText(&unit.Text, &unit.TextRef)
	w.Leave()
	w.end()
}

// compared writes a quantity with a comparator as what CDA has for it: an
// interval with one bound. It reports false, and writes nothing, where there is none.
func (w *writer) compared(name string, q *record.Quantity, v *record.Value) bool {
	bound, ok := boundOf(q.Comparator)
	if !ok || q.Absent != "" {
		return false
	}
	open := len(q.Comparator) == 1
	q.Comparator = ""
	w.el(name)
	w.attr("xsi:type", "IVL_PQ")
	w.nullFlavor("absent", &v.Absent)
	w.In("quantity", -1)
	w.quantityBound(bound, q, &open)
	w.Leave()
	w.end()
	return true
}

func boundOf(comparator string) (bound string, ok bool) {
	switch comparator {
	case "<", "<=":
		return "high", true
	case ">", ">=":
		return "low", true
	}
	return "", false
}

// rangeOf writes an IVL_PQ.
func (w *writer) rangeOf(name, leaf, typ string, g *record.Range) {
	w.el(name)
	w.at("xsi:type", typ)
	w.rangeContent(leaf, g)
	w.end()
}

func (w *writer) rangeContent(leaf string, g *record.Range) {
	w.In(leaf, -1)
	if low, high := g.Low != nil || g.LowOpen != nil, g.High != nil || g.HighOpen != nil; w.strict {
		if low || high {
			w.Drop("center", g.Center, &twoOfThree)
			g.Center = nil
		}
		if low && high {
			w.Drop("width", g.Width, &twoOfThree)
			g.Width = nil
		}
	}
	w.nullFlavor("absent", &g.Absent)
	w.quantityBound("low", g.Low, g.LowOpen)
	w.quantityPtr("center", "center", &g.Center)
	w.quantityPtr("width", "width", &g.Width)
	w.quantityBound("high", g.High, g.HighOpen)
	w.Leave()
}

// twoOfThree is for what the schema has no place for beside the bounds of an interval (CDA R2 IVL).
var twoOfThree = record.IssueWithheld.Because("an interval is told by two of its bounds and its width, or by its center; the schema does not allow more")

func (w *writer) quantityBound(name string, q *record.Quantity, open *bool) {
	if q == nil && open == nil {
		return
	}
	w.el(name)
	var x record.Quantity
	if q != nil {
		x = *q
	}
	w.boundContent(name, &x, open)
	w.end()
}

// ratio writes the parts of an RTO.
func (w *writer) ratioContent(leaf string, r *record.Ratio) {
	w.In(leaf, -1)
	w.nullFlavor("absent", &r.Absent)
	w.ratioPart("numerator", &r.Numerator)
	w.ratioPart("denominator", &r.Denominator)
	w.Leave()
}

// ratioPart writes a part of an RTO, which the schema has with both.
func (w *writer) ratioPart(name string, q **record.Quantity) {
	if w.strict && (*q == nil || (*q).IsZero()) {
		w.Note(&issueRequired, name)
		w.leaf(name, "xsi:type", "PQ", "nullFlavor", "NI")
		*q = nil
		return
	}
	w.quantityPtrTyped(name, name, "PQ", q)
}

func (w *writer) quantityPtrTyped(name, leaf, typ string, q **record.Quantity) {
	if *q != nil {
		x := **q
		w.quantityTyped(name, leaf, typ, &x)
		*q = nil
	}
}

// amount writes a dose or a rate: an IVL_PQ, which a PQ is too (CDA R2
// SubstanceAdministration.doseQuantity). A ratio has no place there.
func (w *writer) amount(name, leaf string, a *record.Amount) {
	switch {
	case a == nil:
	case a.Quantity != nil:
		q := *a.Quantity
		w.quantity(name, leaf, &q)
	case a.Range != nil:
		g := *a.Range
		w.rangeOf(name, leaf, "", &g)
	}
	if a != nil && a.Ratio != nil {
		w.Drop(leaf+".ratio", a.Ratio, &lost)
	}
}

// values writes the values of an observation, each with its type (CDA R2 Observation.value).
func (w *writer) values(list *[]record.Value) {
	for i := range *list {
		v := (*list)[i]
		w.In("values", i)
		w.sampledOut(&v)
		w.value("value", &v)
		w.Leave()
	}
	*list = nil
}

// value writes one value with its xsi:type.
func (w *writer) value(name string, v *record.Value) {
	begin := func(typ string) {
		w.el(name)
		w.attr("xsi:type", typ)
		w.nullFlavor("absent", &v.Absent)
	}
	simple := func(typ, value string) {
		begin(typ)
		w.attr("value", value)
		w.end()
	}
	x := *v
	*v = record.Value{Absent: x.Absent}
	switch {
	case x.Concept != nil:
		c := *x.Concept
		x.Concept = nil
		begin("CD")
		w.conceptContent("concept", &c)
		w.end()
	case x.Quantity != nil:
		q := *x.Quantity
		x.Quantity = nil
		if w.compared(name, &q, v) {
			break
		}
		begin("PQ")
		w.quantityContent("quantity", &q)
		w.end()
	case x.Range != nil:
		g := *x.Range
		x.Range = nil
		begin("IVL_PQ")
		w.rangeContent("range", &g)
		w.end()
	case x.Ratio != nil && (w.strict || !w.native) && isBoundedRatio(x.Ratio):
		w.Note(&boundInWords, "ratio")
		begin("ST")
		w.text(string(appendWords(nil, &x)))
		w.end()
		x.Ratio = nil
	case x.Ratio != nil:
		r := *x.Ratio
		x.Ratio = nil
		begin("RTO_PQ_PQ")
		w.ratioContent("ratio", &r)
		w.end()
	case x.Text != nil:
		begin("ST")
		w.text(*x.Text)
		w.end()
		x.Text = nil
	case x.Bool != nil:
		simple("BL", boolText(*x.Bool))
		x.Bool = nil
	case x.Integer != nil:
		simple("INT", *x.Integer)
		x.Integer = nil
	case x.Decimal != nil:
		simple("REAL", *x.Decimal)
		x.Decimal = nil
	case x.Time != nil:
		t := *x.Time
		x.Time = nil
		begin("TS")
		w.timeAttrs("time", &t)
		w.end()
	case x.Period != nil:
		p := *x.Period
		x.Period = nil
		w.el(name)
		w.attr("xsi:type", "IVL_TS")
		w.nullFlavor("absent", &v.Absent)
		w.In("period", -1)
		w.plainPeriod("", &p)
		w.periodContent(&p)
		w.Leave()
		w.end()
	case x.Money != nil:
		begin("MO")
		w.at("value", x.Money.Value)
		w.at("currency", x.Money.Currency)
		w.end()
		x.Money = nil
	case x.Attachment != nil:
		a := *x.Attachment
		x.Attachment = nil
		w.attachment(name, "attachment", "ED", &a)
	case x.Identifier != nil:
		id := *x.Identifier
		x.Identifier = nil
		w.el(name)
		w.attr("xsi:type", typeII)
		w.In("identifier", -1)
		w.identifierContent(&id)
		w.Leave()
		w.end()
	case x.URI != nil:
		simple("TEL", *x.URI) // URL, which it extends, is abstract
		x.URI = nil
	case x.TimeOfDay != nil, x.Sampled != nil, x.Ref != nil:
	case x.Absent != "":
		if w.native && !w.strict {
			w.el(name) // the source gave no type
			w.nullFlavor("absent", &v.Absent)
		} else {
			begin("CD") // the type says nothing where the value is absent
		}
		w.end()
	}
	x.Absent = v.Absent
	w.rest(&x)
	v.Absent = ""
}

// mediaType writes ED/@mediaType, which the schema has without white space; before
// a parameter it means nothing (RFC 2045, 5.1).
func (w *writer) mediaType(leaf string, a *record.Attachment) {
	if (w.strict || !w.native) && !isCS(a.ContentType) {
		s := strings.ReplaceAll(strings.ReplaceAll(a.ContentType, "; ", ";"), " ;", ";")
		if !isCS(s) {
			w.DropString(join(leaf, "contentType"), take(&a.ContentType), &withheld)
			return
		}
		w.Note(&altered, join(leaf, "contentType"))
		a.ContentType = s
	}
	w.at("mediaType", take(&a.ContentType))
}

// attachment writes an ED: text, bytes in base64, or a reference.
func (w *writer) attachment(name, leaf, typ string, a *record.Attachment) {
	if *a == (record.Attachment{}) {
		return
	}
	w.el(name)
	w.at("xsi:type", typ)
	w.mediaType(leaf, a)
	w.at("language", take(&a.Language))
	if w.strict {
		w.DropString(join(leaf, "charset"), take(&a.Charset), &withheld) // the schema has none
	}
	w.at("charset", take(&a.Charset))
	w.at("compression", take(&a.Compression))
	if alg := a.HashAlgorithm; alg == "" || alg == "SHA-1" || alg == "SHA-256" {
		w.at("integrityCheck", take(&a.Hash))
		w.at("integrityCheckAlgorithm", take(&a.HashAlgorithm))
	}
	w.nullFlavor(join(leaf, "absent"), &a.Absent)
	w.content(leaf, a)
	w.end()
	w.Drop(leaf, a, &lost)
}

// content writes what an ED holds: bytes, text, or a reference.
func (w *writer) content(leaf string, a *record.Attachment) {
	if !a.Data.IsZero() {
		b64, err := a.Data.Base64()
		if err != nil {
			w.Drop(join(leaf, "data"), a.Data, &lostContent)
		} else {
			w.attr("representation", "B64")
			w.text(b64)
		}
		a.Data = record.Data{}
		if a.Text == "" {
			return
		}
		a.TextRef = "" // another form of the text, which rest names
		return
	}
	if a.TextRef != "" {
		t, r := w.told(a.Text, a.TextRef)
		w.text(t)
		if r == "" {
			w.lostAnchor(join(leaf, "textRef"), a.Text, a.TextRef)
		} else {
			w.leaf("reference", "value", "#"+r)
		}
		a.Text, a.TextRef = "", ""
		return
	}
	w.text(take(&a.Text))
	if a.URL != "" {
		w.leaf("reference", "value", take(&a.URL))
	}
}

// lostContent is for the content of an attachment that its blob did not give.
var lostContent = record.IssueLost.Because("the content could not be read")
