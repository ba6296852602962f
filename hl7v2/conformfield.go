package hl7v2

import (
	"context"
	_ "embed"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/portage-health/portage/internal/codes"
)

//go:embed fields.txt
var fieldText string

// fieldRule is what version 2.5.1 says of one field.
type fieldRule struct {
	datatype string
	required bool
	repeats  bool
	table    string // the code system of an HL7 table, "" for none
}

var fieldRules = sync.OnceValue(func() map[string][]fieldRule {
	all := map[string][]fieldRule{}
	for line := range strings.Lines(fieldText) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		rules := make([]fieldRule, 0, len(f)-1)
		for _, word := range f[1:] {
			digits := len(word) - len(strings.TrimLeft(word, "0123456789"))
			n, _ := strconv.Atoi(word[:digits])
			rest, table, _ := strings.Cut(word[digits:], "@")
			kind := strings.TrimRight(rest, "!*")
			r := fieldRule{datatype: kind, required: strings.Contains(rest, "!"), repeats: strings.Contains(rest, "*")}
			if table != "" {
				r.table = tableURI(table)
			}
			for len(rules) < n-1 {
				rules = append(rules, fieldRule{repeats: true})
			}
			rules = append(rules, r)
		}
		all[f[0]] = rules
	}
	return all
})

// v2Table begins the names of the code systems of HL7's tables.
const v2Table = "http://terminology.hl7.org/CodeSystem/v2-"

// codeTable is an HL7 table: its code system, and its codes where the library knows all of them.
type codeTable struct {
	uri   string
	codes codes.CodeSet
}

// tables are HL7's tables by their numbers. One is filled when it is first asked for, and does not change from there on.
var tables [1000]atomic.Pointer[codeTable]

func tableOf(number string) *codeTable {
	n := 0
	for i := range len(number) {
		n = 10*n + int(number[i]-'0')
	}
	t := tables[n].Load()
	if t == nil { // whoever else fills it at the same time has the same
		t = &codeTable{uri: v2Table + "0000"[len(number):] + number}
		t.codes = codes.Set(t.uri)
		tables[n].Store(t)
	}
	return t
}

func (t *codeTable) has(code string) bool { return t.codes.Has(code) }

// tableURI names the code system of an HL7 table.
func tableURI(number string) string { return tableOf(number).uri }

// Datatype gives the datatype that version 2.5.1 has for a field, "" where it is not known here or varies (OBX-5: see OBX-2).
func Datatype(segment string, field int) string {
	rules := fieldRules()[segment]
	if field < 1 || field > len(rules) || rules[field-1].datatype == "-" {
		return ""
	}
	return rules[field-1].datatype
}

// segment checks the fields of a segment.
func (c *checker) segment(s Segment) {
	name := s.Name()
	rules, ok := fieldRules()[name]
	if string(s.Raw()[:min(3, len(s.Raw()))]) != name && name != "" {
		c.in(&conformCase, s, "", "")
	}
	if !ok {
		c.escapes(s)
		return
	}
	for n := range max(len(rules), s.Len()) {
		f := s.Field(n + 1)
		if n >= len(rules) {
			continue
		}
		r := &rules[n]
		state := f.State()
		if r.required && state != Valued && state != Null {
			c.in(&conformField, s, strconv.Itoa(n+1), "")
			continue
		}
		if state != Valued || isHeader(name) && n < 2 {
			continue
		}
		if !r.repeats && f.Len() > 1 {
			c.at(&conformTooMany, f.span, "")
		}
		for _, rep := range f.Repetitions() {
			if rep.Valued() {
				c.value(rep, r.datatype, r.table)
			}
		}
	}
	c.escapes(s)
	if name == "OBX" {
		c.observation(s)
	}
}

// value checks one repetition of a field.
func (c *checker) value(r Repetition, datatype, table string) {
	first := r.Component(1).Subcomponent(1)
	if n := datatypeLength(datatype); n > 0 && !atLeast(c.version, "2.7") && c.version != "" && len(r.Raw()) > n {
		c.at(&conformLength, r.span, "")
	}
	if first.State() == Valued && !wellFormed(datatype, first.String()) {
		c.at(&conformDatatype, first.span, "")
	}
	if table == "" || first.State() != Valued || !codes.Whole(table) {
		return
	}
	if _, ok, err := c.o.Terminology.Lookup(context.Background(), table, first.String()); err == nil && !ok {
		c.at(&conformTable, first.span, "")
	}
}

// datatypeLength is the most bytes that a datatype may have before version 2.7; 0 where it depends on the field.
func datatypeLength(datatype string) int {
	switch datatype {
	case "CE", "CX", "XPN", "XAD", "XCN", "XON", "XTN", "CWE", "CNE":
		return 250
	case "TS":
		return 26
	case "DT":
		return 8
	case "TM", "NM":
		return 16
	case "SI":
		return 4
	}
	return 0
}

// wellFormed says whether a value has the form of its datatype (chapter 2A).
func wellFormed(datatype, v string) bool {
	switch datatype {
	case "NM":
		return isNumber(v)
	case "SI":
		return len(v) <= 9 && isDigits(v)
	case "DT":
		return len(v) <= 8 && isTime(v)
	case "TS", "DTM":
		return isTime(v)
	case "TM":
		return isTime("20000101" + v)
	}
	return true
}

func isDigits(v string) bool {
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return v != ""
}

// isNumber: an optional sign, digits, an optional point with digits behind it (2A.3.44).
func isNumber(v string) bool {
	if v != "" && (v[0] == '+' || v[0] == '-') {
		v = v[1:]
	}
	whole, part, point := strings.Cut(v, ".")
	if whole == "" && part == "" {
		return false
	}
	return (whole == "" || isDigits(whole)) && (part == "" && (!point || whole != "") || isDigits(part))
}

// isTime: YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ] (2A.3.22).
func isTime(v string) bool {
	if i := strings.IndexAny(v, "+-"); i >= 0 {
		zone := v[i+1:]
		if len(zone) != 4 || !isDigits(zone) || zone[:2] > "14" || zone[2:] > "59" {
			return false
		}
		v = v[:i]
	}
	v, fraction, point := strings.Cut(v, ".")
	if point && (len(v) != 14 || fraction == "" || len(fraction) > 4 || !isDigits(fraction)) {
		return false
	}
	if len(v) < 4 || len(v) > 14 || len(v)%2 == 1 || !isDigits(v) {
		return false
	}
	between := func(at int, low, high string) bool {
		return len(v) < at+2 || v[at:at+2] >= low && v[at:at+2] <= high
	}
	return between(4, "01", "12") && between(6, "01", "31") && between(8, "00", "23") && between(10, "00", "59") && between(12, "00", "60")
}

// observation checks the value of an OBX against the datatype that it names.
func (c *checker) observation(s Segment) {
	value, kind := s.Field(5), s.Field(2).String()
	if !value.Valued() {
		return
	}
	if kind == "" {
		c.in(&conformField, s, "2", "")
		return
	}
	switch kind {
	case "NM", "DT", "TM", "TS", "DTM":
		for _, r := range value.Repetitions() {
			if r.Valued() && !wellFormed(kind, r.Component(1).String()) {
				c.at(&conformDatatype, r.span, "")
			}
		}
	case "SN":
		for _, r := range value.Repetitions() {
			for _, n := range []int{2, 4} {
				if p := r.Component(n); p.Valued() && !isNumber(p.String()) {
					c.at(&conformDatatype, p.span, "")
				}
			}
		}
	}
}

// escapes looks for escape characters that begin no sequence.
func (c *checker) escapes(s Segment) {
	x := s.x
	if x.delims.Escape == 0 {
		return
	}
	first, last := s.Pieces()
	for i := first; i <= last; i++ {
		if x.marks[i]&escFlag == 0 || i <= 2 && s.n == 0 {
			continue
		}
		p := span{x, int32(i), int32(i)}
		b := x.masked(p.Raw())
		for k := 0; k < len(b); k++ {
			if b[k] != x.delims.Escape {
				continue
			}
			j := strings.IndexByte(view(b[k+1:]), x.delims.Escape)
			if j < 0 || escapeKind(b[k+1:k+1+j]) == escapeNone {
				c.at(&conformEscape, p, "")
				break
			}
			k += j + 1
		}
	}
}
