package fhir

import (
	"strings"
	"unicode/utf8"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// notStated is the reason of what FHIR demands and the source says nothing of:
// HL7's data-absent-reason unknown, marked as ours.
const notStated record.AbsentReason = "not-stated"

// absent says why an element has no value, on the innermost object: by HL7's
// data-absent-reason extension where it has a word for it, and by ours where
// that word would not come back as this very reason.
func (w *writer) absent(a record.AbsentReason) {
	if a == "" {
		return
	}
	t := codes.DataAbsentReason()
	c, ok := t.From(a)
	if a == notStated {
		c, ok = "unknown", true
	}
	if ok {
		w.ext(extDataAbsent)
		w.word("valueCode", c)
		w.endExt()
		if t.TwoWay(c, a) {
			return
		}
	}
	w.fieldCode("absent", string(a))
}

// absentPrimitive says why a primitive has no value.
func (w *writer) absentPrimitive(name string, a record.AbsentReason) {
	w.sibling(name)
	w.absent(a)
	w.end()
}

// required says that an element which FHIR demands is not there: a is the
// source's reason, "" where it gave none. It writes the primitive's sibling
// (_name) with the reason, and an issue.
func (w *writer) required(name string, a record.AbsentReason, leaf string) {
	if a == "" {
		a = notStated
	}
	w.absentPrimitive(name, a)
	w.Note(&record.IssueDataAbsent, leaf)
}

// requiredConcept writes a CodeableConcept that FHIR demands: c itself, or why it is not there.
func (w *writer) requiredConcept(name string, c *record.Concept, leaf string) {
	if c != nil && !c.IsZero() {
		w.concept(name, c)
		return
	}
	w.requiredObject(name, leaf)
}

// requiredObject writes an object that FHIR demands and the source does not have.
func (w *writer) requiredObject(name, leaf string) {
	w.obj(name)
	w.absent(notStated)
	w.end()
	w.Note(&record.IssueDataAbsent, leaf)
}

// sibling opens the object that holds the extensions of a primitive: _name.
func (w *jsonText) sibling(name string) {
	mark := len(w.b)
	w.comma()
	w.b = append(w.b, '"', '_')
	w.put(name)
	w.b = append(w.b, '"', ':', '{')
	w.push(mark)
}

// concept writes a CodeableConcept: every coding in order, then the text.
func (w *writer) concept(name string, c *record.Concept) {
	if c == nil {
		return
	}
	w.obj(name)
	w.conceptBody(c)
	w.end()
}

func (w *writer) conceptBody(c *record.Concept) {
	if len(c.Codings) > 0 {
		w.arr("coding")
		for i := range c.Codings {
			w.coding("", &c.Codings[i])
		}
		w.endArr()
	}
	if c.Text != "" {
		w.str("text", c.Text)
	} else if c.TextRef != "" {
		w.lostRef(c)
	}
	if c.Absent != "" {
		w.absent(c.Absent)
	}
}

// concepts writes an array of CodeableConcepts.
func (w *writer) concepts(name string, cs []record.Concept) {
	if len(cs) == 0 {
		return
	}
	w.arr(name)
	for i := range cs {
		w.concept("", &cs[i])
	}
	w.endArr()
}

// oneConcept writes the first of several where FHIR has place for one; the
// others follow in fields of the record extension, named as the record names them.
func (w *writer) oneConcept(name, field string, cs []record.Concept) {
	if len(cs) == 0 {
		return
	}
	w.concept(name, &cs[0])
	w.fieldConcepts(field, cs[1:])
}

// coding writes a Coding.
func (w *writer) coding(name string, c *record.Coding) {
	w.obj(name)
	w.codingBody(c)
	w.end()
}

func (w *writer) codingBody(c *record.Coding) {
	known := &w.systems[len(c.System)%len(w.systems)]
	switch {
	case c.System != "" && *known == c.System:
		w.word("system", c.System)
	case w.isForeign(c):
		// FHIR lets a Coding claim a system only for a code of that system (R4 2.24.0.5).
		w.Note(&noSuchCode, "system")
		w.fieldStr("system", c.System)
	case isAbsoluteURI(c.System):
		w.uri("system", c.System)
		if standsIn(c.System) && !maybeForeign(c.System) {
			*known = c.System
		}
	case c.System != "":
		// A name is no address of a code system, and FHIR wants one (R4 2.24.0.5).
		w.fieldStr("system", c.System)
	case codes.IsOID(c.SystemAsSent):
		w.key("system")
		w.put(`"urn:oid:`)
		w.put(c.SystemAsSent)
		w.b = append(w.b, '"')
	case isAbsoluteURI(c.SystemAsSent):
		w.uri("system", c.SystemAsSent)
	default:
		// An HL7 v2 coding system id is no URI.
		w.fieldStr("systemAsSent", c.SystemAsSent)
	}
	if c.System == "" {
		w.fieldStr("systemName", c.SystemName)
	}
	if c.Version != "" {
		w.str("version", c.Version)
	}
	if c.Code != "" {
		if isCode(c.Code) {
			w.code("code", c.Code)
		} else {
			if s := strings.TrimSpace(c.Code); isCode(s) {
				w.code("code", s) // white space around a code is none of it; it stands in the extension
			}
			w.fieldStr("code", c.Code)
		}
	}
	if c.Display != "" {
		w.str("display", c.Display)
	}
	w.bool("userSelected", c.UserSelected)
	if c.ValueSet != "" || c.ValueSetVersion != "" || c.Text != "" || c.Absent != "" || len(c.Qualifiers) > 0 {
		w.codingRest(c)
	}
}

var noSuchCode = record.IssueAltered.Because("the code system that the source names does not have the code; the code stands without it, the system in the record extension")

// isForeign reports whether a code is none of the system that it is said to be
// of, where that is one of HL7's that is known whole here.
func (w *writer) isForeign(c *record.Coding) bool {
	if c.Code == "" || !maybeForeign(c.System) {
		return false
	}
	if w.uscore > USCore311 && strings.HasPrefix(c.System, usCoreStem) {
		return false // the codes held are those of 6.1.0
	}
	n := len(c.Code)
	x := &w.foreign[(c.Code[0]+c.Code[n/2]<<1+c.Code[n-1]<<2+byte(n)<<3+byte(len(c.System)))%byte(len(w.foreign))]
	if x.code != c.Code || x.system != c.System {
		x.system, x.code, x.foreign = c.System, c.Code, isNoCodeOf(c.System, strings.TrimSpace(c.Code))
	}
	return x.foreign
}

// looked is a code that was looked for in its system.
type looked struct {
	system, code string
	foreign      bool
}

// maybeForeign reports whether a system is one whose codes may be known whole here.
func maybeForeign(system string) bool {
	return strings.HasPrefix(system, termStem) || strings.HasPrefix(system, "http://hl7.org/fhir/")
}

// codingRest writes what a FHIR Coding has no element for.
func (w *writer) codingRest(c *record.Coding) {
	w.fieldStr("valueSet", c.ValueSet)
	w.fieldStr("valueSetVersion", c.ValueSetVersion)
	if c.Text != "" {
		// HL7's originalText extension is of R4's own set (extension-originaltext).
		w.ext(extOriginalText)
		w.str("valueString", c.Text)
		w.endExt()
	}
	w.absent(c.Absent)
	for i := range c.Qualifiers {
		q := &c.Qualifiers[i]
		w.field("qualifiers")
		w.fieldKnown("name", &q.Name)
		w.fieldKnown("value", &q.Value)
		w.fieldBool("inverted", q.Inverted)
		w.endField()
	}
}

// codings writes an array of Codings.
func (w *writer) codings(name string, cs []record.Coding) {
	if len(cs) == 0 {
		return
	}
	w.arr(name)
	for i := range cs {
		w.coding("", &cs[i])
	}
	w.endArr()
}

// isCode reports whether s is a FHIR code: no white space at its ends, single spaces within.
func isCode(s string) bool {
	if s == "" {
		return false
	}
	n := 0
	for n < len(s) && inkASCII[s[n]] {
		n++
	}
	if n == len(s) {
		return true
	}
	gap, ascii := true, true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == ' ':
			if gap {
				return false
			}
			gap = true
		case c < ' ' || c == 0x7f:
			return false
		default:
			gap = false
			ascii = ascii && c < utf8.RuneSelf
		}
	}
	return !gap && (ascii || clean(s))
}

// inkASCII are the characters of ASCII that leave a mark, of which most codes are.
var inkASCII = func() (t [256]bool) {
	for c := '!'; c < utf8.RuneSelf-1; c++ {
		t[c] = true
	}
	return t
}()

// isURI reports whether s may stand in a FHIR uri: no white space, no control characters.
func isURI(s string) bool {
	if standsIn(s) {
		return s != "" && strings.IndexByte(s, ' ') < 0
	}
	ascii := true
	for i := 0; i < len(s); i++ {
		if s[i] <= ' ' || s[i] == 0x7f {
			return false
		}
		ascii = ascii && s[i] < utf8.RuneSelf
	}
	return s != "" && (ascii || clean(s))
}

// isAbsoluteURI reports whether s begins with a scheme (RFC 3986 3.1).
func isAbsoluteURI(s string) bool {
	i := strings.IndexByte(s, ':')
	if i < 1 || !isURI(s) {
		return false
	}
	for j := 0; j < i; j++ {
		c := s[j] | 0x20
		if !('a' <= c && c <= 'z' || j > 0 && ('0' <= s[j] && s[j] <= '9' || s[j] == '+' || s[j] == '-' || s[j] == '.')) {
			return false
		}
	}
	return true
}

// uri writes a uri, url or canonical; what is none stands in a field of the record extension.
func (w *writer) uri(name, v string) {
	if v == "" {
		return
	}
	if isURI(v) {
		w.key(name)
		w.quote(v)
		return
	}
	w.fieldStr(name, v)
}

// langCode gives v where it may stand as a BCP 47 language, else "". Three
// letters are left out: most languages that have such a code have one of two,
// which BCP 47 then demands (RFC 5646 2.2.1).
func langCode(v string) string {
	primary, rest, _ := strings.Cut(v, "-")
	for tag := range strings.SplitSeq(rest, "-") {
		if len(tag) > 8 {
			return ""
		}
	}
	if isCode(v) && strings.IndexByte(v, ' ') < 0 && len(primary) == 2 && strings.ToLower(primary) == primary {
		return v
	}
	return ""
}
