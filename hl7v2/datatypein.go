package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// time reads TS and DTM (2A.3.22): as precise as sent, with the offset sent or none. The offset of MSH-7 is not applied to times that have none.
func (r *reader) time(d datum) (t record.Time, ok bool) {
	d = d.at(1)
	if d.isNull() {
		r.take(d)
		return record.Time{Absent: record.AbsentExplicitNull}, true
	}
	v := r.text(d)
	if v == "" {
		return t, false
	}
	if v == r.lastTime { // as most observations of a report have it
		return record.Time{Value: r.lastISO}, true
	}
	var buf [40]byte
	if iso, ok := appendISO(buf[:0], v); ok {
		r.lastTime, r.lastISO = v, r.mem.texts.Keep(iso)
		return record.Time{Value: r.lastISO}, true
	}
	r.issue(&record.IssueInvalidTime, d.leaf())
	return record.Time{AsSent: v}, true
}

// isoTime writes a time of HL7 v2 as ISO 8601. A date with an offset has no such form.
func isoTime(v string) (string, bool) {
	b, ok := appendISO(nil, v)
	return string(b), ok
}

func appendISO(b []byte, v string) ([]byte, bool) {
	if !isTime(v) {
		return b, false
	}
	zone := ""
	if i := strings.IndexAny(v, "+-"); i >= 0 {
		v, zone = v[:i], v[i:]
	}
	if zone != "" && len(v) <= 8 {
		return b, false
	}
	from := len(b)
	for i, sep := range []struct {
		from, to int
		before   string
	}{{0, 4, ""}, {4, 6, "-"}, {6, 8, "-"}, {8, 10, "T"}, {10, 12, ":"}, {12, len(v), ":"}} {
		if len(v) < sep.to || sep.from >= len(v) {
			break
		}
		if i == 5 && v[12:14] == "60" {
			return b, false // a leap second: ISO 8601 has it, calendars of programs do not
		}
		b = append(append(b, sep.before...), v[sep.from:sep.to]...)
	}
	ok := inCalendar(b[from:])
	if zone != "" {
		b = append(append(append(b, zone[:3]...), ':'), zone[3:]...)
	}
	return b, ok
}

// inCalendar reports whether a date has such a day.
func inCalendar(v []byte) bool {
	if len(v) < 10 {
		return true
	}
	days := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	year := int(v[0]-'0')*1000 + int(v[1]-'0')*100 + int(v[2]-'0')*10 + int(v[3]-'0')
	month, day := int(v[5]-'0')*10+int(v[6]-'0'), int(v[8]-'0')*10+int(v[9]-'0')
	if month == 2 && (year%4 != 0 || year%100 == 0 && year%400 != 0) {
		return day <= 28
	}
	return day <= days[month-1]
}

func (r *reader) timePtr(s Segment, field int) *record.Time { return one(s, field, r.time) }

func (r *reader) timeOf(s Segment, field int) (t record.Time) {
	if d := first(s, field); d.says() {
		t, _ = r.time(d)
	}
	return t
}

// clock reads TM (2A.3.75) as hh:mm[:ss[.s]]. One with an offset has no such form.
func (r *reader) clock(d datum) (string, bool) {
	v := d.at(1).peek()
	if !isTime("20000101"+v) || len(v) < 4 || strings.ContainsAny(v, "+-") {
		return "", false
	}
	r.take(d.at(1))
	out := v[:2] + ":" + v[2:4]
	if len(v) > 4 {
		out += ":" + v[4:]
	}
	return out, true
}

// span of time: DR (2A.3.20), a start and an end.
func (r *reader) dateRange(d datum) (p record.Period, ok bool) {
	start, ok1 := r.time(d.at(1))
	end, ok2 := r.time(d.at(2))
	return record.Period{Start: start, End: end}, ok1 || ok2
}

// concept reads CWE, CNE, CE and CF (2A.3.13), ID and IS, whose field has no table.
func (r *reader) concept(d datum) (record.Concept, bool) { return r.coded(d, "") }

// coded reads a coded value of a table: its code system is the table's where none is named and the table has the code.
func (r *reader) coded(d datum, table string) (c record.Concept, ok bool) {
	if d.isNull() {
		r.take(d)
		return record.Concept{Absent: record.AbsentExplicitNull}, true
	}
	n := d.Len()
	if n >= 9 {
		c.Text = r.text(d.at(9))
	}
	for _, p := range [...][5]int{{1, 2, 3, 7, 14}, {4, 5, 6, 8, 17}, {10, 11, 12, 13, 20}} {
		if p[0] > n {
			break
		}
		if d.at(p[0]).peek() != "" || d.at(p[1]).peek() != "" { // a code system alone says nothing
			var g *record.Coding
			c.Codings, g = more(c.Codings, &r.mem.codings)
			r.coding(g, d, p, table)
		}
		table = ""
	}
	return c, c.Text != "" || len(c.Codings) > 0
}

// coding reads one triplet of a coded value, with its version and the OIDs of its code system and of the value set it was chosen from.
func (r *reader) coding(g *record.Coding, d datum, p [5]int, table string) {
	g.Code, g.Display = r.text(d.at(p[0])), r.text(d.at(p[1]))
	if id := d.at(p[2]); id.peek() != "" {
		g.SystemAsSent = r.text(id)
		g.System = systemOf(g.SystemAsSent)
	} else if oid := d.at(p[4]); codes.IsOID(oid.peek()) {
		g.System, g.SystemAsSent = codes.FromCDA(oid.peek()), r.text(oid)
	} else {
		g.System = tableSystem(table, g.Code)
	}
	switch { // the codes of these tables are those of other systems (AdministrativeSex map; table 0005 took the CDC's codes)
	case g.System == tableURI("1") && (g.Code == "M" || g.Code == "F"):
		g.System = record.SystemAdministrativeSex
	case (g.System == tableURI("5") || table == "5" && g.System == "" && g.SystemAsSent == "") && codes.HasCode(record.SystemRaceEthnicity, g.Code):
		g.System = record.SystemRaceEthnicity
	}
	if g.System == g.SystemAsSent {
		g.SystemAsSent = ""
	}
	g.Version = r.text(d.at(p[3]))
	if oid := d.at(p[4] + 1); codes.IsOID(oid.peek()) {
		g.ValueSet = r.text(oid)
		g.ValueSetVersion = r.text(d.at(p[4] + 2))
	}
}

// of gives a reader of coded values of a table.
func (r *reader) of(table string) func(datum) (record.Concept, bool) {
	return func(d datum) (record.Concept, bool) { return r.coded(d, table) }
}

func (r *reader) conceptAt(s Segment, field int) (c record.Concept) {
	if d := first(s, field); d.says() {
		c, _ = r.concept(d)
	}
	return c
}

func (r *reader) codedAt(s Segment, field int, table string) *record.Concept {
	return one(s, field, r.of(table))
}

// named is what a hierarchic designator says (HD, 2A.3.36).
type named struct {
	system, local, name string
	id, kind            string // a universal id of a kind that has no URI
}

// authority reads HD: a universal id as a URI, the local namespace beside it as its name.
func (r *reader) designator(d datum) (n named, ok bool) {
	id, kind := d.at(2).peek(), d.at(3).peek()
	switch {
	case id == "" && kind == "":
	case kind == "ISO" && codes.IsOID(id), kind == "" && codes.IsOID(id), (kind == "UUID" || kind == "GUID") && codes.IsUUID(id) && strings.ToLower(id) == id:
		n.system = codes.FromCDA(id)
	case kind == "URI" && strings.Contains(id, ":") && !strings.ContainsAny(id, " \t\n"):
		n.system = id
	}
	if n.system != "" {
		r.take(d.at(2).at(1))
		r.take(d.at(3).at(1))
		n.name = r.text(d.at(1))
	} else {
		n.local, n.id, n.kind = r.text(d.at(1)), r.text(d.at(2)), r.text(d.at(3))
	}
	return n, n != named{}
}

// put makes it the authority of an identifier: a namespace that has no URI stands as it was sent, with the universal id and its kind
// behind it as HL7 v2 writes them.
func (n named) put(i *record.Identifier) {
	i.System, i.Assigner = n.system, n.name
	if i.SystemAsSent = n.local; n.id+n.kind != "" {
		i.SystemAsSent += "&" + n.id + "&" + n.kind
	}
}

// ref is a reference to an organization that is only designated.
func (n named) ref() *record.Ref {
	switch {
	case n.system != "":
		i := &record.Identifier{System: record.SystemURI, Value: n.system}
		return &record.Ref{Identifier: i, Display: n.name}
	case n.id+n.kind != "":
		return &record.Ref{Identifier: &record.Identifier{SystemAsSent: n.kind, Value: n.id}, Display: n.local}
	case n.local != "":
		return &record.Ref{Display: n.local}
	}
	return nil
}

// identifier reads CX (2A.3.14).
func (r *reader) identifier(d datum) (i record.Identifier, ok bool) {
	if d.isNull() {
		r.take(d)
		return record.Identifier{Absent: record.AbsentExplicitNull}, true
	}
	if i.Value = r.text(d.at(1)); i.Value == "" {
		return i, false
	}
	r.identified(d, &i, [...]int{2, 3, 4, 5, 6})
	i.Period = r.validity(d, 0, 7, 8)
	return i, true
}

// identified takes check digit, scheme, authority, type and assigning facility of an identifier.
func (r *reader) identified(d datum, i *record.Identifier, at [5]int) {
	i.CheckDigit, i.CheckScheme = r.text(d.at(at[0])), r.text(d.at(at[1]))
	if a, ok := r.designator(d.at(at[2])); ok {
		a.put(i)
	}
	if t := r.text(d.at(at[3])); t != "" {
		i.Type = r.mem.concepts.One(&record.Concept{Codings: only(&r.mem.codings, record.Coding{System: tableSystem("203", t), Code: t})})
	}
	if a, ok := r.designator(d.at(at[4])); ok {
		i.AssignerRef = a.ref()
	}
}

// entity reads EI (2A.3.28): an identifier with its authority in its own components.
func (r *reader) entity(d datum) (i record.Identifier, ok bool) {
	if i.Value = r.text(d.at(1)); i.Value == "" {
		a, ok := r.designator(datum{spanOf(d, 2), d.inner})
		if a.system == "" {
			r.giveBack(datum{spanOf(d, 2), d.inner})
			return i, false
		}
		return record.Identifier{System: record.SystemURI, Value: a.system, Assigner: a.name}, ok // a universal id that needs no other
	}
	if d.inner == endSub || d.at(2).says() || d.at(3).says() || d.at(4).says() {
		if a, ok := r.designator(datum{spanOf(d, 2), d.inner}); ok {
			a.put(&i)
		}
	}
	return i, true
}

// spanOf gives the parts of d from part n on.
func spanOf(d datum, n int) span {
	p := d.at(n)
	if p.x == nil {
		return span{}
	}
	return span{d.x, p.first, d.last}
}

// typed gives an identifier the type that its field has in table 0203, where it names none itself.
func typed(i *record.Identifier, code string) *record.Identifier {
	if i != nil && i.Type == nil && i.Value != "" {
		i.Type = &record.Concept{Codings: []record.Coding{{System: tableURI("203"), Code: code}}}
	}
	return i
}

// add appends what a pointer points to.
func add[T any](list []T, p *T) []T {
	if p == nil {
		return list
	}
	return append(list, *p)
}

// validity reads when something holds: a range, or its start and its end.
func (r *reader) validity(d datum, rng, start, end int) *record.Period {
	var p record.Period
	if rng > 0 {
		p, _ = r.dateRange(d.at(rng))
	}
	if t, ok := r.time(d.at(start)); ok && p.Start.IsZero() {
		p.Start = t
	} else if ok {
		r.giveBack(d.at(start))
	}
	if t, ok := r.time(d.at(end)); ok && p.End.IsZero() {
		p.End = t
	} else if ok {
		r.giveBack(d.at(end))
	}
	if p.IsZero() {
		return nil
	}
	return &p
}

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

// Len gives the number of parts.
func (d datum) Len() int {
	if d.inner == 0 {
		return 1
	}
	return d.count(d.inner)
}

// text of a field: its first repetition's first piece.
func (r *reader) textAt(s Segment, field int) string { return r.text(first(s, field)) }

// yesNo reads table 0136.
func (r *reader) yesNo(d datum) (b, ok bool) {
	switch d.peek() {
	case "Y":
		r.take(datum{d.leaf(), 0})
		return true, true
	case "N":
		r.take(datum{d.leaf(), 0})
		return false, true
	}
	return false, false
}

// systemOf gives the URI of a code system by what HL7 v2 calls it (table 0396), or by its OID; "" where it is not known.
func systemOf(id string) string {
	if uri, ok := codes.FromV2(id); ok {
		return uri
	}
	if codes.IsOID(id) {
		return codes.FromCDA(id)
	}
	return ""
}
