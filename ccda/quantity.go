package ccda

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// quantity takes a PQ, or an INT or REAL, which have no unit. A value that is
// no decimal is left to be carried, with an issue.
func (r *reader) quantity(n tree.Node) *record.Quantity {
	if !n.OK() || !r.xsiType(n, "PQ", "IVXB_PQ", "INT", "REAL", "IVXB_INT", "IVXB_REAL") {
		return nil
	}
	q := r.pq(n)
	if q.IsZero() {
		return nil
	}
	return r.room.measured.One(&q)
}

func (r *reader) pq(n tree.Node) record.Quantity {
	q := record.Quantity{Absent: r.nullFlavor(n)}
	if a := n.Attr("value"); a.OK() && a.Value() != "" {
		if v := a.Value(); isDecimal(v) {
			r.led.Take(a.Index())
			q.Value = v
		} else if c, v, ok := comparatorQuirk(v); ok {
			r.led.Take(a.Index())
			r.issue(issueRepaired, a)
			q.Comparator, q.Value = c, v
		} else {
			r.issue(issueNumberCarried, a)
		}
	}
	if q.Unit = r.attr(n, "unit"); q.Unit != "" && r.isUCUM(q.Unit) {
		q.Code, q.System = q.Unit, record.SystemUCUM
	}
	for t := typePart(n, "translation"); t.OK(); t = t.NextNamed() {
		if !r.xsiType(t, "PQR") {
			continue
		}
		alt := record.QuantityAlternate{}
		if a := t.Attr("value"); isDecimal(a.Value()) {
			r.take(a)
			alt.Value = a.Value()
		}
		c := r.coding(t)
		if c.Code == "" {
			alt.Unit.Absent = r.nullFlavor(t)
		} else {
			c.Absent = r.nullFlavor(t)
		}
		if !c.IsZero() {
			alt.Unit.Codings = []record.Coding{c}
		}
		r.originalText(t, &alt.Unit.Text, &alt.Unit.TextRef)
		q.Alternates = append(q.Alternates, alt)
	}
	ownUnitCode(&q)
	return q
}

// ownUnitCode takes for the code of the unit what a translation says of the very
// number, where the unit itself is no code of UCUM or is what the translation
// encodes (originalText): then it is how the source writes the unit, and its code is the other.
func ownUnitCode(q *record.Quantity) {
	if len(q.Alternates) != 1 || q.Alternates[0].Value != q.Value || q.Value == "" || len(q.Alternates[0].Unit.Codings) != 1 {
		return
	}
	c := &q.Alternates[0].Unit.Codings[0]
	if c.Code == "" || c.System == "" || c.System == record.SystemUCUM {
		return
	}
	x := record.Concept{Codings: []record.Coding{{System: c.System, SystemAsSent: c.SystemAsSent, Code: c.Code}}, Text: q.Alternates[0].Unit.Text}
	if x.Text != q.Unit && (x.Text != "" || q.Code != "") || x.Text == "" && q.Code != "" || !reflect.DeepEqual(x, q.Alternates[0].Unit) {
		return
	}
	q.Code, q.System, q.Alternates = c.Code, c.System, nil
}

// rng takes an IVL_PQ (or IVL_INT, IVL_REAL).
func (r *reader) rng(n tree.Node) *record.Range {
	if !n.OK() || !r.xsiType(n, "IVL_PQ", "IVL_INT", "IVL_REAL", "PQ") {
		return nil
	}
	g := record.Range{Absent: r.nullFlavor(n)}
	if c := n.Child("low"); c.OK() {
		g.Low, g.LowOpen = r.quantity(c), r.open(c)
	}
	if c := n.Child("high"); c.OK() {
		g.High, g.HighOpen = r.quantity(c), r.open(c)
	}
	g.Center, g.Width = r.quantity(n.Child("center")), r.quantity(n.Child("width"))
	if g == (record.Range{}) {
		return nil
	}
	return &g
}

// comparedValue makes of an interval that has one bound, and says whether that
// belongs to it, the quantity with a comparator that it is.
func comparedValue(v *record.Value) {
	g := v.Range
	if g == nil {
		return
	}
	low, high := g.Low != nil && g.LowOpen != nil, g.High != nil && g.HighOpen != nil
	q, open, sign := g.High, g.HighOpen, "<"
	if low {
		q, open, sign = g.Low, g.LowOpen, ">"
	}
	if low == high || q.Value == "" || q.Absent != "" || q.Comparator != "" {
		return
	}
	rest := *g
	if low {
		rest.Low, rest.LowOpen = nil, nil
	} else {
		rest.High, rest.HighOpen = nil, nil
	}
	if rest != (record.Range{}) {
		return
	}
	if !*open {
		sign += "="
	}
	c := *q
	c.Comparator = sign
	v.Range, v.Quantity = nil, &c
}

// ratio takes an RTO.
func (r *reader) ratio(n tree.Node) *record.Ratio {
	if !n.OK() {
		return nil
	}
	x := record.Ratio{Numerator: r.quantity(n.Child("numerator")), Denominator: r.quantity(n.Child("denominator")), Absent: r.nullFlavor(n)}
	if x == (record.Ratio{}) {
		return nil
	}
	return &x
}

// isDecimal reports whether s is a decimal as XML Schema writes it.
func isDecimal(s string) bool {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	digits, dot := 0, false
	for ; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits++
		case c == '.' && !dot:
			dot = true
		default:
			return false
		}
	}
	return digits > 0
}

func isInteger(s string) bool { return isDecimal(s) && !strings.Contains(s, ".") }

// values takes every value of an observation by its xsi:type (CDA R2
// Observation.value). What has no type that is known here is read by its shape
// where that is plain, else left to be carried.
func (r *reader) values(parent tree.Node) []record.Value {
	var few [2]record.Value
	out := few[:0]
	for n := parent.Child("value"); n.OK(); n = n.NextNamed() {
		if v := r.value(n); !v.IsZero() {
			if v == (record.Value{Absent: v.Absent}) {
				r.form(n.AttrNS(spaceXSI, "type"))
			}
			if v.Sampled != nil {
				if times := n.NextNamed(); r.sampledEvery(times, v.Sampled) {
					n = times
				}
			}
			out = append(out, v)
		} else {
			r.form(n)
		}
	}
	return r.room.values.Keep(out)
}

func (r *reader) value(n tree.Node) record.Value {
	var v record.Value
	a := n.AttrNS(spaceXSI, "type")
	kind := localType(a)
	if !a.OK() {
		if kind = shapeOf(n); kind == "" {
			v.Absent = r.nullFlavor(n)
			return v
		}
	}
	if kind != "CE" && kind != "CV" && kind != "CS" && kind != "CO" {
		r.scaffold(a)
	}
	switch kind {
	case "CD", "CE", "CV", "CS", "CO":
		v.Concept = r.conceptPtr(n)
	case "PQ":
		v.Quantity = r.quantity(n)
	case "IVL_PQ", "IVL_INT", "IVL_REAL":
		if v.Range = r.rng(n); kind == "IVL_PQ" {
			comparedValue(&v)
		}
	case "INT":
		v.Absent = r.nullFlavor(n)
		v.Integer = r.number(n.Attr("value"), isInteger)
	case "REAL":
		v.Absent = r.nullFlavor(n)
		v.Decimal = r.number(n.Attr("value"), isDecimal)
	case "BL":
		v.Absent = r.nullFlavor(n)
		v.Bool = r.boolean(n, "value")
	case "ST":
		if typePart(n, "reference").OK() {
			v.Attachment = r.attachment(n)
			break
		}
		v.Absent = r.nullFlavor(n)
		if t := r.text(n); t != "" {
			v.Text = &t
		}
	case "ED":
		v.Attachment = r.attachment(n)
	case "TS":
		if t := r.time(n); !t.IsZero() {
			v.Time = &t
		}
	case "IVL_TS":
		if p := r.period(n); !p.IsZero() {
			v.Period = &p
		}
	case "RTO", "RTO_PQ_PQ", "RTO_INT_INT", "RTO_QTY_QTY", "RTO_MO_PQ":
		v.Ratio = r.ratio(n)
	case "MO":
		v.Absent = r.nullFlavor(n)
		if x := n.Attr("value"); isDecimal(x.Value()) {
			r.take(x)
			v.Money = &record.Money{Value: x.Value(), Currency: r.attr(n, "currency")}
		}
	case "II":
		if i := r.identifier(n); !i.IsZero() {
			v.Identifier = &i
		}
	case "TEL", "URL":
		v.Absent = r.nullFlavor(n)
		if u := r.attr(n, "value"); u != "" {
			v.URI = &u
		}
	case "SLIST_PQ":
		if v.Sampled = r.sampled(n); v.Sampled == nil {
			r.led.Release(a.Index())
			r.issue(record.IssueUnexpectedFixed, a)
		}
	default:
		r.led.Release(a.Index())
		r.issue(record.IssueUnexpectedFixed, a)
	}
	return v
}

func (r *reader) number(a tree.Node, ok func(string) bool) *string {
	v := a.Value()
	if v == "" {
		return nil
	}
	if !ok(v) {
		r.issue(issueNumberCarried, a)
		return nil
	}
	r.take(a)
	return &v
}

// shapeOf tells the type of a value that names none, where its shape leaves no doubt.
func shapeOf(n tree.Node) string {
	switch {
	case n.Attr("code").OK() || n.Attr("codeSystem").OK() || typePart(n, "translation").OK() || n.Child("originalText").OK():
		return "CD"
	case n.Attr("value").OK() && n.Attr("unit").OK():
		return "PQ"
	case n.Child("low").Attr("unit").OK() || n.Child("high").Attr("unit").OK():
		return "IVL_PQ"
	case n.Child("numerator").OK():
		return "RTO"
	case strings.Trim(n.Text(), " \t\r\n") != "" && !n.Attr("mediaType").OK() && !n.Attr("representation").OK():
		return "ST"
	}
	return ""
}

// attachment takes an ED: text, bytes in base64, or a reference (CDA R2 ED).
func (r *reader) attachment(n tree.Node) *record.Attachment {
	if !n.OK() {
		return nil
	}
	a := r.describedFile(n)
	b64 := n.Attr("representation").Value() == "B64"
	if ref := typePart(n, "reference"); ref.OK() && !b64 {
		if v := ref.Attr("value"); v.OK() {
			if anchor := strings.TrimPrefix(v.Value(), "#"); anchor != v.Value() || r.anchor(anchor).OK() {
				a.Text, a.TextRef = r.referencedText(n)
			} else {
				r.take(v)
				a.URL = v.Value()
				a.Text = r.text(n)
			}
		}
	} else if t := r.text(n); t != "" {
		if b64 {
			a.Data = record.Base64Data(t)
		} else {
			a.Text = t
		}
	}
	if a == (record.Attachment{}) {
		return nil
	}
	return &a
}

// describedFile takes what an ED says of its content.
func (r *reader) describedFile(n tree.Node) record.Attachment {
	if v := n.Attr("representation").Value(); v == "B64" || v == "TXT" {
		r.scaffold(n.Attr("representation"))
	}
	return record.Attachment{
		ContentType: r.attr(n, "mediaType"), Language: r.attr(n, "language"), Charset: r.attr(n, "charset"),
		Compression: r.attr(n, "compression"), Hash: r.attr(n, "integrityCheck"), HashAlgorithm: r.attr(n, "integrityCheckAlgorithm"),
		Absent: r.nullFlavor(n),
	}
}
