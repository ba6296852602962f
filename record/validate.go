package record

import (
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Validate finds what breaks the record's own rules: an entry without an
// Assertion, two entries with one id, a reference that neither resolves nor
// keeps what the source said, a time or a number that is none, a word that is
// not in the list of its field, a period that ends before it starts, a
// narrative that is no tree. It does not judge medicine, nor what a format or
// profile demands. It does not change the record.
//
// The issues name paths of the record and hold no values; their order is that of the fields.
func Validate(rec *Record) []Issue {
	if rec == nil {
		return nil
	}
	c := validator{ids: map[string]bool{}, anchors: map[string]bool{}, sources: map[string]bool{}}
	l := layouts()[reflect.TypeFor[Record]()]
	for i := range rec.Sources {
		c.sources[rec.Sources[i].ID] = true
	}
	c.collect(l, reflect.ValueOf(rec).Elem())
	c.entries = make(map[string]bool, len(c.ids))
	c.walk(l, reflect.ValueOf(rec).Elem())
	return c.issues
}

type validator struct {
	path    []byte
	ids     map[string]bool // of everything that has one
	anchors map[string]bool // in any narrative
	sources map[string]bool
	entries map[string]bool // ids of the entries seen so far
	issues  []Issue
}

func (c *validator) issue(k IssueKind, field string) {
	path := string(c.path)
	switch {
	case field != "" && path != "":
		path += "." + field
	case field != "":
		path = field
	}
	c.issues = append(c.issues, k.At(path, 0, 0))
}

// collect gathers what references may point to.
func (c *validator) collect(l *layout, v reflect.Value) {
	switch l.shape {
	case shapePointer:
		if !v.IsNil() {
			c.collect(l.elem, v.Elem())
		}
	case shapeSlice:
		if l.elem.shape == shapeStruct {
			for i := range v.Len() {
				c.collect(l.elem, v.Index(i))
			}
		}
	case shapeStruct:
		switch p := v.Addr().Interface().(type) {
		case *Concept, *Identifier, *Time, *Period, *Quantity, *Carried, *Source, *Ref:
			return
		case *Narrative:
			for i := range p.Nodes {
				if id := p.Nodes[i].ID; id != "" {
					c.anchors[id] = true
				}
			}
			return
		case *Section:
			c.anchors[p.Anchor] = true
		case *Merging:
			return // its parts have ids of their own
		}
		for i := range l.fields {
			f := &l.fields[i]
			switch {
			case f.made && f.name == "id":
				if id := f.get(v).String(); id != "" {
					c.ids[id] = true
				}
			case f.layout.shape >= shapePointer:
				c.collect(f.layout, f.get(v))
			}
		}
	}
}

func (c *validator) walk(l *layout, v reflect.Value) {
	switch l.shape {
	case shapePointer:
		if !v.IsNil() {
			c.walk(l.elem, v.Elem())
		}
	case shapeSlice:
		n := len(c.path)
		for i := range v.Len() {
			c.path = append(strconv.AppendInt(append(c.path[:n], '['), int64(i), 10), ']')
			c.walk(l.elem, v.Index(i))
		}
		c.path = c.path[:n]
	case shapeString:
		if !utf8.ValidString(v.String()) {
			c.issue(IssueNotUTF8, "")
		}
	case shapeStruct:
		if m, ok := v.Addr().Interface().(*Merging); ok {
			c.parts(m)
			return
		}
		c.check(v)
		n := len(c.path)
		p := v.Addr().UnsafePointer()
		for i := range l.fields {
			f := &l.fields[i]
			if f.absent(p) {
				continue
			}
			fv := f.get(v)
			if c.path = c.path[:n]; n > 0 {
				c.path = append(c.path, '.')
			}
			c.path = append(c.path, f.name...)
			if f.rule != nil && f.rule.terms != nil {
				c.term(fv, f.rule.terms)
			}
			if f.rule != nil && f.rule.number != nil {
				c.number(fv, f.rule.number)
			}
			c.walk(f.layout, fv)
		}
		c.path = c.path[:n]
	}
}

// parts validates the records that a record was merged from, each for itself.
func (c *validator) parts(m *Merging) {
	for i := range m.Parts {
		for _, issue := range Validate(m.Parts[i].Record) {
			issue.Path = string(c.path) + ".parts[" + strconv.Itoa(i) + "].record." + issue.Path
			c.issues = append(c.issues, issue)
		}
	}
}

// check holds a struct against the rules of its type.
func (c *validator) check(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *Ref:
		if p.ID != "" && !c.ids[p.ID] && p.AsSent == "" && p.Identifier == nil && p.Display == "" {
			c.issue(IssueDanglingReference, "")
		}
	case *Time:
		if p.Value != "" && !wellFormedTime(p.Value) {
			c.issue(IssueMalformedTime, "value")
		}
	case *Period:
		if after(p.Start, p.End) {
			c.issue(IssuePeriodReversed, "")
		}
	case *Value:
		if severalValues(p) {
			c.issue(IssueSeveralValues, "")
		}
	case *Narrative:
		c.narrative(p)
	case *NarrativeLink:
		c.anchor(p.Anchor, "anchor")
	case *Concept:
		c.anchor(p.TextRef, "textRef")
	case *Note:
		c.anchor(p.TextRef, "textRef")
	case *Attachment:
		c.anchor(p.TextRef, "textRef")
	case *Instruction:
		c.anchor(p.TextRef, "textRef")
	case *ReferenceRange:
		c.anchor(p.TextRef, "textRef")
	case *Origin:
		if !c.sources[p.Source] {
			c.issue(IssueUnknownSource, "source")
		}
	case *Carried:
		if !c.sources[p.Source] {
			c.issue(IssueUnknownSource, "source")
		}
		if p.Owner != "" && !c.ids[p.Owner] {
			c.issue(IssueDanglingReference, "owner")
		}
	}
	if e := entryOf(v); e != nil {
		c.entry(e)
	}
}

// entryOf gives the Entry that a struct embeds, or nil.
func entryOf(v reflect.Value) *Entry {
	if v.NumField() == 0 || v.Type().Field(0).Type != reflect.TypeFor[Entry]() {
		return nil
	}
	return v.Field(0).Addr().Interface().(*Entry)
}

func (c *validator) entry(e *Entry) {
	switch {
	case e.ID == "":
		c.issue(IssueMissingID, "id")
	case c.entries[e.ID]:
		c.issue(IssueDuplicateID, "id")
	}
	c.entries[e.ID] = true
	if e.Assertion == "" {
		c.issue(IssueMissingAssertion, "assertion")
	}
	if e.Absent != "" && e.Assertion != NotKnown && e.Assertion != "" {
		c.issue(IssueAbsentButAsserted, "assertion")
	}
	if e.Section != "" && !c.ids[e.Section] {
		c.issue(IssueDanglingReference, "section")
	}
}

func (c *validator) anchor(id, field string) {
	if id != "" && !c.anchors[id] {
		c.issue(IssueNarrativeReference, field)
	}
}

// narrative wants a tree: it begins at depth 0, no node is more than one deeper
// than the one before it, and text holds nothing.
func (c *validator) narrative(n *Narrative) {
	for i := range n.Nodes {
		d, deepest := n.Nodes[i].Depth, 0
		if i > 0 {
			if deepest = n.Nodes[i-1].Depth; n.Nodes[i-1].Kind != "text" {
				deepest++
			}
		}
		if d < 0 || d > deepest || n.Nodes[i].Kind == "" || n.Nodes[i].Kind != "text" && n.Nodes[i].Text != "" {
			c.issue(IssueMalformedNarrative, "nodes["+strconv.Itoa(i)+"]")
		}
	}
}

func severalValues(p *Value) bool {
	n := 0
	v := reflect.ValueOf(p).Elem()
	for i := range v.NumField() {
		if f := v.Field(i); f.Kind() == reflect.Pointer && !f.IsNil() {
			n++
		}
	}
	return n > 1
}

func (c *validator) term(v reflect.Value, words map[string]bool) {
	if v.Kind() == reflect.Slice {
		for i := range v.Len() {
			if !words[v.Index(i).String()] {
				n := len(c.path)
				c.path = append(strconv.AppendInt(append(c.path, '['), int64(i), 10), ']')
				c.issue(IssueUnknownTerm, "")
				c.path = c.path[:n]
			}
		}
		return
	}
	if !words[v.String()] {
		c.issue(IssueUnknownTerm, "")
	}
}

func (c *validator) number(v reflect.Value, ok func(string) bool) {
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if !ok(v.String()) {
		c.issue(IssueMalformedNumber, "")
	}
}

// numberOf gives the rule of a field that holds a number as text, or nil.
func numberOf(l *layout, f *field) func(string) bool {
	switch key := " " + l.fieldKey(f) + " "; {
	case strings.Contains(decimalFields, key):
		return wellFormedDecimal
	case strings.Contains(integerFields, key):
		return wellFormedInteger
	}
	return nil
}

// termsOf gives the words that a field of a closed list may hold, or nil.
func termsOf(l *layout, f *field) map[string]bool {
	if set := closed()[l.fieldKey(f)]; set != nil {
		return set
	}
	return closed()[f.layout.typ.Name()]
}

var closed = sync.OnceValue(func() map[string]map[string]bool {
	sets := map[string]map[string]bool{}
	for line := range strings.Lines(closedLists) {
		if key, words, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			sets[key] = map[string]bool{}
			for w := range strings.FieldsSeq(words) {
				sets[key][w] = true
			}
		}
	}
	return sets
})

// fieldKey names a field as Type.Field, Entry.Field for those of the embedded Entry.
func (l *layout) fieldKey(f *field) string {
	t := l.typ
	if f.outer >= 0 {
		t = t.Field(int(f.outer)).Type
	}
	return t.Name() + "." + t.Field(int(f.inner)).Name
}
