package hl7v2

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// Every writer of a datatype clears what it writes of a copy of an entry, so that what is left over at the end is what
// the messages do not say: see sender.rest.

// clone copies a value with all that it points to.
func clone[T any](v T) T {
	out := v
	deepen(reflect.ValueOf(&out).Elem())
	return out
}

// deepen makes v share nothing with what it was copied from. Contents of attachments are never changed and stay shared.
func deepen(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			p := reflect.New(v.Type().Elem())
			p.Elem().Set(v.Elem())
			deepen(p.Elem())
			v.Set(p)
		}
	case reflect.Slice:
		if !v.IsNil() {
			s := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(s, v)
			for i := range s.Len() {
				deepen(s.Index(i))
			}
			v.Set(s)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				deepen(v.Field(i))
			}
		}
	}
}

// v2Time writes a time of ISO 8601 as DTM (2A.3.22).
func v2Time(v string) (string, bool) {
	date, clock, _ := strings.Cut(v, "T")
	zone := ""
	if i := strings.IndexAny(clock, "Z+-"); i >= 0 {
		clock, zone = clock[:i], clock[i:]
	}
	if zone == "Z" {
		zone = "+0000"
	}
	out := strings.ReplaceAll(date, "-", "") + strings.ReplaceAll(clock, ":", "") + strings.ReplaceAll(zone, ":", "")
	back, ok := isoTime(out)
	if !ok {
		return "", false
	}
	return out, back == v || strings.HasSuffix(v, "Z")
}

// time writes DTM and clears it.
func (w *sender) time(p spot, t *record.Time) {
	switch {
	case t == nil:
	case t.Value != "":
		if v, ok := v2Time(t.Value); ok && w.put(p, v) {
			t.Value = ""
		}
	case t.AsSent != "":
		w.str(p, &t.AsSent)
	case t.Absent == record.AbsentExplicitNull && p.putNull():
		t.Absent = ""
	}
}

// timePtr writes DTM of a time that may not be there.
func (w *sender) timePtr(p spot, t **record.Time) {
	if *t == nil {
		return
	}
	w.time(p, *t)
	if (*t).IsZero() {
		*t = nil
	}
}

// dateRange writes DR (2A.3.20).
func (w *sender) dateRange(p spot, v *record.Period) {
	w.time(p.at(1), &v.Start)
	w.time(p.at(2), &v.End)
}

// clock writes TM from hh:mm[:ss].
func (w *sender) clock(p spot, v *string) {
	out := strings.ReplaceAll(*v, ":", "")
	if isTime("20000101"+out) && w.put(p, out) {
		*v = ""
	}
}

// concept writes a coded value and clears it.
func (w *sender) concept(p spot, c *record.Concept) { w.coded(p, c, "") }

// coded writes CWE (2A.3.13): up to three triplets, and the words. A code of the field's own table needs no system beside it.
func (w *sender) coded(p spot, c *record.Concept, table string) {
	if c == nil {
		return
	}
	if c.Absent == record.AbsentExplicitNull && len(c.Codings) == 0 && c.Text == "" {
		if p.putNull() {
			c.Absent = ""
		}
		return
	}
	n := 0
	for i := range c.Codings {
		if g := &c.Codings[i]; n < 3 && (g.Code != "" || g.Display != "") { // a code system alone says nothing
			w.coding(p, [...][5]int{{1, 2, 3, 7, 14}, {4, 5, 6, 8, 17}, {10, 11, 12, 13, 20}}[n], g, table)
			table = ""
			n++
		}
	}
	if c.Text != "" && w.put(p.at(9), c.Text) {
		c.Text, c.TextRef = "", ""
	}
}

// conceptPtr writes a coded value that may not be there.
func (w *sender) conceptPtr(p spot, c **record.Concept, table string) {
	if *c != nil {
		w.coded(p, *c, table)
	}
}

// concepts writes coded values as repetitions.
func (w *sender) concepts(s *segmentOut, field int, list []record.Concept, table string) {
	for i := range list {
		w.coded(s.next(field), &list[i], table)
	}
}

// coding writes one triplet of a coded value and clears it.
func (w *sender) coding(p spot, at [5]int, c *record.Coding, table string) {
	system, code := w.systemID(c, table), c.Code
	w.str(p.at(at[0]), &c.Code)
	w.str(p.at(at[1]), &c.Display)
	switch {
	case system != "" && !w.put(p.at(at[2]), system):
	case c.System != "":
		c.System, c.SystemAsSent, c.SystemName = "", "", ""
	case c.SystemAsSent != "":
		c.SystemAsSent = ""
	case c.SystemName != "":
		c.SystemName = ""
	case tableSystem(table, code) != "":
		w.Note(&systemByField, "")
	}
	w.str(p.at(at[3]), &c.Version)
	if codes.IsOID(c.ValueSet) {
		w.str(p.at(at[4]+1), &c.ValueSet)
		w.str(p.at(at[4]+2), &c.ValueSetVersion)
	}
}

// systemByField is for codes that do not say of what system they are, in a field whose table has them.
var systemByField = record.IssueAltered.Because("a code without a system went out in a field whose table has such a code; a reader takes it for that one")

// systemID gives what HL7 v2 calls a code system (table 0396); "" where the field says it.
func (w *sender) systemID(c *record.Coding, table string) string {
	if w.m.source != "" && (c.SystemAsSent != "" || c.System == record.SystemRaceEthnicity && table == "5") {
		return c.SystemAsSent
	}
	if c.SystemAsSent != "" && (c.System == "" || systemOf(c.SystemAsSent) == c.System && !codes.IsOID(c.SystemAsSent)) {
		return c.SystemAsSent
	}
	if table != "" && c.System == tableSystem(table, c.Code) {
		return ""
	}
	if id, ok := codes.V2ID(c.System); ok {
		return id
	}
	if oid, ok := codes.ToCDA(c.System); ok {
		return oid
	}
	if c.System == "" {
		return c.SystemName
	}
	return c.System
}

// validity writes start and end of a period.
func (w *sender) validity(p spot, v **record.Period, start, end int) {
	if *v != nil {
		w.time(p.at(start), &(*v).Start)
		w.time(p.at(end), &(*v).End)
	}
}

// number writes a decimal as it is.
func (w *sender) number(p spot, v *string) {
	if isNumber(*v) && (*v)[0] != '+' {
		w.str(p, v)
	}
}

// quantityAt writes a number and its unit at places of their own.
func (w *sender) quantityAt(n, unit spot, q *record.Quantity) {
	if q == nil || q.Comparator != "" || !isNumber(q.Value) {
		return
	}
	if w.unit(unit, q) {
		w.number(n, &q.Value)
	}
}

// unit writes a unit as a coded value, and says whether it is there, or there is none.
func (w *sender) unit(p spot, q *record.Quantity) bool {
	if q.Unit == "" && q.Code == "" {
		return true
	}
	code, text := q.Code, q.Unit
	if code == "" {
		code, text = text, ""
	} else if code == text && q.System != "" {
		text = ""
	}
	if !w.put(p.at(1), code) || text != "" && !w.put(p.at(2), text) {
		return false
	}
	if q.System != "" && q.Code != "" {
		id, ok := codes.V2ID(q.System)
		if !ok {
			id = q.System
		}
		if w.put(p.at(3), id) {
			q.System = ""
		}
	}
	q.Unit, q.Code = "", ""
	return true
}

// quantity writes CQ (2A.3.15).
func (w *sender) quantity(p spot, q *record.Quantity) {
	if q != nil {
		w.quantityAt(p.at(1), p.at(2), q)
	}
}

// money writes CP or MO: the amount and its currency in the first component.
func (w *sender) money(p spot, m *record.Money) {
	if m != nil && isNumber(m.Value) {
		w.number(p.at(1).at(1), &m.Value)
		w.str(p.at(1).at(2), &m.Currency)
	}
}

// yesNo writes table 0136.
func (w *sender) yesNo(p spot, b **bool) {
	if *b == nil {
		return
	}
	v := "N"
	if **b {
		v = "Y"
	}
	if w.put(p, v) {
		*b = nil
	}
}

// statusAt writes a status by a table and clears it. One that the table has no code for is left.
func statusAt(w *sender, p spot, s *record.Status, t *codes.Table[string, record.StatusCode]) {
	v := ""
	if s.AsSent != "" {
		if code, ok := t.To(s.AsSent); s.Code == "" || ok && code == s.Code {
			v = s.AsSent
		}
	}
	if v == "" && s.Code != "" {
		v, _ = t.From(s.Code)
	}
	if v != "" && w.put(p, v) {
		s.Code, s.AsSent = "", ""
	}
}
