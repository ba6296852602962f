package hl7v2

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// concept reads CWE, CNE, CE and CF (2A.3.13), ID and IS, whose field has no table.
func (r *reader) concept(d datum) (record.Concept, bool) { return r.coded(d, "") }

// coded reads a coded value of a table: its code system is the table's where none is named and the table has the code.
func (r *reader) coded(d datum, table string) (c record.Concept, ok bool) {
	ok = r.codedInto(&c, d, table)
	return c, ok
}

// codedInto is coded into a place that is empty.
func (r *reader) codedInto(c *record.Concept, d datum, table string) bool {
	if d.isNull() {
		r.take(d)
		c.Absent = record.AbsentExplicitNull
		return true
	}
	var parts parts
	parts.of(d)
	n := parts.n
	if n >= 9 {
		c.Text = r.text(parts.at(9))
	}
	for _, p := range [...][5]int{{1, 2, 3, 7, 14}, {4, 5, 6, 8, 17}, {10, 11, 12, 13, 20}} {
		if p[0] > n {
			break
		}
		code, display := parts.at(p[0]), parts.at(p[1])
		if v, name := code.peek(), display.peek(); v != "" || name != "" { // a code system alone says nothing
			var g *record.Coding
			c.Codings, g = more(c.Codings, &r.mem.codings)
			g.Code, g.Display = r.taken(code, v), r.taken(display, name)
			r.coding(g, &parts, p, table)
		}
		table = ""
	}
	return c.Text != "" || len(c.Codings) > 0
}

// coding reads the rest of one triplet of a coded value, whose code and display are read, with its version and the OIDs of its code system and of the value set it was chosen from.
func (r *reader) coding(g *record.Coding, d *parts, p [5]int, table string) {
	id := d.at(p[2])
	if v := id.peek(); v != "" {
		g.SystemAsSent = r.taken(id, v)
		g.System = r.systemOf(v)
	} else if oid := d.at(p[4]); codes.IsOID(oid.peek()) {
		g.System, g.SystemAsSent = codes.FromCDA(oid.peek()), r.text(oid)
	} else {
		g.System = tableSystem(table, g.Code)
	}
	switch { // the codes of these tables are those of other systems (AdministrativeSex map; table 0005 took the CDC's codes)
	case g.System == v2Table+"0001" && (g.Code == "M" || g.Code == "F"):
		g.System = record.SystemAdministrativeSex
	case (g.System == v2Table+"0005" || table == "5" && g.System == "" && g.SystemAsSent == "") && codes.HasCode(record.SystemRaceEthnicity, g.Code):
		g.System = record.SystemRaceEthnicity
	}
	if g.System == g.SystemAsSent {
		g.SystemAsSent = ""
	}
	if d.n <= 3 {
		return
	}
	g.Version = r.text(d.at(p[3]))
	if oid := d.at(p[4] + 1); codes.IsOID(oid.peek()) {
		g.ValueSet = r.text(oid)
		g.ValueSetVersion = r.text(d.at(p[4] + 2))
	}
}

// parts are the parts of a datum, found once: those of a coded value that are read.
type parts struct {
	datum
	n    int
	ends [22]int32 // the last piece of each
}

func (p *parts) of(d datum) {
	p.datum, p.n = d, 0
	if d.x == nil {
		return
	}
	if d.inner != 0 {
		for i, w := range d.x.marks[d.first:d.last] {
			if w&kindMask >= d.inner {
				if p.n == len(p.ends) {
					return
				}
				p.ends[p.n] = d.first + int32(i)
				p.n++
			}
		}
	}
	if p.n < len(p.ends) {
		p.ends[p.n] = d.last
		p.n++
	}
}

// at gives a part by its number, counted from 1.
func (p *parts) at(n int) datum {
	if n < 1 || n > p.n {
		return datum{}
	}
	from := p.first
	if n > 1 {
		from = p.ends[n-2] + 1
	}
	inner := uint32(0)
	if p.inner == endComp {
		inner = endSub
	}
	return datum{span{p.x, from, p.ends[n-1]}, inner}
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

// add appends what a pointer points to.
func add[T any](list []T, p *T) []T {
	if p == nil {
		return list
	}
	return append(list, *p)
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

// systemOf is systemOf of what came last, mostly.
func (r *reader) systemOf(id string) string {
	if id != r.lastSystem {
		r.lastSystem, r.lastSystemURI = id, systemOf(id)
	}
	return r.lastSystemURI
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
