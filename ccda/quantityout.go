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

func (w *writer) quantityContent(leaf string, q *record.Quantity) {
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
	w.at("value", value)
	unit := q.Unit
	if q.System == record.SystemUCUM && q.Code != "" && q.Code != unit {
		// CDA has one unit, a code of UCUM; how people write it has no place (CDA R2 PQ.unit).
		w.DropString("unit", unit, &lost)
		unit = q.Code
	} else if q.Code != "" && q.Code != unit {
		w.DropString("code", q.Code, &lost)
	}
	if q.System != "" && q.System != record.SystemUCUM {
		w.DropString("system", q.System, &lost)
	}
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
	for i := range q.Alternates {
		a := &q.Alternates[i]
		w.el("translation")
		w.at("value", a.Value)
		if len(a.Unit.Codings) > 0 {
			w.In("alternates", i)
			w.codingAttrs("unit.codings", 0, &a.Unit.Codings[0], a.Unit.Absent != "")
			w.Leave()
		}
		unit := a.Unit
		w.In("alternates", i)
		w.nullFlavor("unit.absent", &unit.Absent)
		w.originalText(&unit.Text, &unit.TextRef)
		if len(unit.Codings) > 1 {
			w.Drop("unit.codings[1:]", unit.Codings[1:], &lost)
		}
		w.Leave()
		w.end()
	}
	*q = record.Quantity{}
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
	w.nullFlavor("absent", &g.Absent)
	w.quantityBound("low", g.Low, g.LowOpen)
	w.quantityPtr("center", "center", &g.Center)
	w.quantityPtr("width", "width", &g.Width)
	w.quantityBound("high", g.High, g.HighOpen)
	w.Leave()
}

func (w *writer) quantityBound(name string, q *record.Quantity, open *bool) {
	if q == nil && open == nil {
		return
	}
	w.el(name)
	if q != nil {
		x := *q
		w.quantityContent(name, &x)
	}
	if open != nil {
		w.at("inclusive", boolText(!*open))
	}
	w.end()
}

// ratio writes the parts of an RTO.
func (w *writer) ratioContent(leaf string, r *record.Ratio) {
	w.In(leaf, -1)
	w.nullFlavor("absent", &r.Absent)
	w.quantityPtrTyped("numerator", "numerator", "PQ", &r.Numerator)
	w.quantityPtrTyped("denominator", "denominator", "PQ", &r.Denominator)
	w.Leave()
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
	*v = record.Value{}
	v.Absent = x.Absent
	switch {
	case x.Concept != nil:
		c := *x.Concept
		begin("CD")
		w.conceptContent("concept", &c)
		w.end()
	case x.Quantity != nil:
		q := *x.Quantity
		begin("PQ")
		w.quantityContent("quantity", &q)
		w.end()
	case x.Range != nil:
		g := *x.Range
		begin("IVL_PQ")
		w.rangeContent("range", &g)
		w.end()
	case x.Ratio != nil:
		r := *x.Ratio
		begin("RTO_PQ_PQ")
		w.ratioContent("ratio", &r)
		w.end()
	case x.Text != nil:
		begin("ST")
		w.text(*x.Text)
		w.end()
	case x.Bool != nil:
		simple("BL", boolText(*x.Bool))
	case x.Integer != nil:
		simple("INT", *x.Integer)
	case x.Decimal != nil:
		simple("REAL", *x.Decimal)
	case x.Time != nil:
		t := *x.Time
		begin("TS")
		w.timeAttrs("time", &t)
		w.end()
	case x.Period != nil:
		p := *x.Period
		w.periodTyped(name, "period", "IVL_TS", &p)
	case x.Money != nil:
		begin("MO")
		w.at("value", x.Money.Value)
		w.at("currency", x.Money.Currency)
		w.end()
	case x.Attachment != nil:
		a := *x.Attachment
		w.attachment(name, "attachment", "ED", &a)
	case x.Identifier != nil:
		id := *x.Identifier
		w.el(name)
		w.attr("xsi:type", "II")
		root, ext := w.rootOf(&id)
		w.at("root", root)
		w.at("extension", ext)
		w.at("assigningAuthorityName", take(&id.Assigner))
		w.end()
		id.System, id.SystemAsSent, id.Value, id.ValueAsSent = "", "", "", ""
		w.Drop("identifier", &id, &lost)
	case x.URI != nil:
		simple("TEL", *x.URI) // URL, which it extends, is abstract
	case x.TimeOfDay != nil, x.Sampled != nil, x.Ref != nil:
		w.Drop("", &x, &lost)
	case x.Absent != "":
		if w.native && !w.strict {
			w.el(name) // the source gave no type
			w.nullFlavor("absent", &v.Absent)
		} else {
			begin("CD") // the type says nothing where the value is absent
		}
		w.end()
	}
	v.Absent = ""
}

// attachment writes an ED: text, bytes in base64, or a reference.
func (w *writer) attachment(name, leaf, typ string, a *record.Attachment) {
	if *a == (record.Attachment{}) {
		return
	}
	w.el(name)
	w.at("xsi:type", typ)
	w.at("mediaType", take(&a.ContentType))
	w.at("language", take(&a.Language))
	if w.strict {
		w.DropString(leaf+".charset", take(&a.Charset), &withheld) // the schema has none
	}
	w.at("charset", take(&a.Charset))
	w.at("compression", take(&a.Compression))
	if alg := a.HashAlgorithm; alg == "" || alg == "SHA-1" || alg == "SHA-256" {
		w.at("integrityCheck", take(&a.Hash))
		w.at("integrityCheckAlgorithm", take(&a.HashAlgorithm))
	}
	w.nullFlavor(leaf+".absent", &a.Absent)
	switch {
	case !a.Data.IsZero():
		b64, err := a.Data.Base64()
		if err != nil {
			w.Drop(leaf+".data", a.Data, &lostContent)
			break
		}
		w.attr("representation", "B64")
		w.text(b64)
	case a.TextRef != "" || a.Text != "":
		t, r := a.Text, a.TextRef
		if r != "" {
			if said, ok := w.said.says(w.sec, r); !ok && (w.strict || w.sec == nil || !w.sec.kept) {
				r = ""
			} else if ok && said == t {
				t = ""
			}
		}
		w.text(t)
		if r != "" {
			w.leaf("reference", "value", "#"+w.said.anchor(w.sec, r))
		}
	}
	if a.URL != "" && a.Data.IsZero() && a.TextRef == "" {
		w.leaf("reference", "value", take(&a.URL))
	}
	w.end()
	a.Data, a.Text, a.TextRef = record.Data{}, "", ""
	w.Drop(leaf, a, &lost)
}

// lostContent is for the content of an attachment that its blob did not give.
var lostContent = record.IssueLost.Because("the content could not be read")
