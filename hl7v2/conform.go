package hl7v2

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// Guide is an implementation guide whose main rules Conform knows.
type Guide string

// The guides. Those of laboratories are of version 2.5.1, as are the others.
const (
	GuideImmunization  Guide = "IZ 1.5"   // CDC: HL7 2.5.1 Implementation Guide for Immunization Messaging, release 1.5
	GuideLabResults    Guide = "LRI R1"   // HL7: Lab Results Interface, release 1
	GuideReportableLab Guide = "ELR R1"   // HL7: Electronic Laboratory Reporting to Public Health, release 1
	GuideSyndromic     Guide = "PHIN 2.0" // CDC: PHIN Messaging Guide for Syndromic Surveillance, release 2.0
)

// ConformOptions steer Conform. The zero value is right.
type ConformOptions struct {
	// Guides are those whose rules are to hold. Nil means those that the message claims in MSH-21.
	Guides []Guide
	// Terminology answers whether a code is in an HL7 table. Nil means the library's own.
	Terminology record.Terminology
	// RequiredOnly leaves warnings out.
	RequiredOnly bool
}

// Conform checks a message as a receiver would: its segments by the structure of its event, required fields, forms of values, HL7 tables, lengths, and
// the main rules of a guide. Issues are in the order of the message and hold nothing of it; Line is the number of the segment, counted
// from 1, and Column the byte in it, counted from 1. Rule names the guide and the place that it rules on.
func (m *Message) Conform(o ConformOptions) []record.Issue {
	if m.x == nil {
		return nil
	}
	if o.Terminology == nil {
		o.Terminology = codes.Default{}
	}
	c := &checker{m: m, o: o, version: m.Version()}
	c.message()
	c.tree(m.Tree())
	for s := range m.Segments() {
		c.segment(s)
	}
	guides := o.Guides
	if guides == nil {
		guides = m.Guides()
	}
	for _, g := range guides {
		c.rule = string(g)
		switch g {
		case GuideImmunization:
			c.immunization()
		case GuideLabResults, GuideReportableLab:
			c.laboratory(g == GuideReportableLab)
		case GuideSyndromic:
			c.syndromic()
		}
	}
	slices.SortStableFunc(c.found, func(a, b record.Issue) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.Compact(c.found)
}

// checker checks one message once.
type checker struct {
	m       *Message
	o       ConformOptions
	version string
	rule    string // the guide whose rules are being checked
	found   []record.Issue
}

func (c *checker) find(k *record.IssueKind, path string, line, column int, rule string) {
	if c.o.RequiredOnly && k.Severity != record.SeverityError {
		return
	}
	i := k.At(path, line, column)
	if c.rule != "" {
		i.Rule = strings.TrimSuffix(c.rule+" "+rule, " ")
	}
	c.found = append(c.found, i)
}

// at finds something about a place that is there.
func (c *checker) at(k *record.IssueKind, s span, rule string) {
	path, line, column := s.Position()
	c.find(k, path, line, column, rule)
}

// in finds something about a segment, or a field that it lacks.
func (c *checker) in(k *record.IssueKind, s Segment, field string, rule string) {
	path, line, column := s.Position()
	if field != "" {
		path += "-" + field
	}
	c.find(k, path, line, column, rule)
}

// message checks what holds for the message as a whole.
func (c *checker) message() {
	m, x := c.m, c.m.x
	header := m.SegmentAt(0)
	if cs := m.Charset(); cs.Unknown || cs.Broken || !cs.Declared && !x.text.ascii {
		c.in(&record.IssueCharset, header, "18", "")
	}
	if x.lf == lfMixed && bytes.Contains(bytes.ReplaceAll(x.data[x.from:x.to], []byte("\r\n"), nil), []byte("\n")) {
		c.in(&record.IssueLineEnds, header, "", "")
	}
	if d := header.Field(2); !bytes.Equal(d.Raw(), x.delims.encoding()) || len(d.Raw()) < 4 {
		c.at(&conformDelimiters, d.span, "")
	}
	switch c.version {
	case "2.1", "2.2", "2.3", "2.3.1", "2.3.2", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2", "2.9", "2.9.1":
	case "": // found as missing
	default:
		c.at(&conformVersion, header.Field(12).span, "")
	}
	_, _, structure := m.Type()
	switch e := structureOf(m); {
	case e == nil:
		c.in(&conformType, header, "9", "")
	case structure != "" && structure != e.name:
		c.at(&conformStructure, header.Field(9).Component(3).span, "")
	}
}

// tree checks the segments of a group against its structure.
func (c *checker) tree(g *Group) {
	for _, n := range g.Nodes {
		if n.Group != nil {
			c.tree(n.Group)
			continue
		}
		switch s := n.Segment; {
		case s.Name() == "":
			c.in(&record.IssueSegment, s, "", "")
		case n.Fit == OutOfOrder:
			c.in(&conformOrder, s, "", "")
		case n.Fit == Unexpected && s.Name()[0] != 'Z':
			c.in(&conformUnexpected, s, "", "")
		}
	}
	if g.what == nil {
		return
	}
	line := 1
	for s := range g.All() {
		line = s.Index() + 1
		break
	}
	there := map[uint32]bool{}
	for s := range g.Segments("") {
		there[s.x.segs[s.n].id] = true
	}
	for _, p := range g.what.parts {
		if p.optional || g.holdsPart(p, there) {
			continue
		}
		name := p.name
		if !p.isGroup() {
			name = p.names[0]
		} else if p.empty() {
			continue
		}
		if path := g.Path(); path != "" {
			name = path + "." + name
		}
		k := &conformSegment
		if p.tolerant {
			k = &conformSegmentUsual
		}
		c.find(k, name, line, 0, "")
	}
}

// holdsPart says whether a part of the structure is there in the group, whose segments are known.
func (g *Group) holdsPart(p *element, there map[uint32]bool) bool {
	if p.isGroup() {
		return g.has(p)
	}
	for _, id := range p.ids {
		if there[id] {
			return true
		}
	}
	return false
}

// Guides gives the guides that the message claims to follow (MSH-21).
func (m *Message) Guides() []Guide {
	var out []Guide
	add := func(g Guide) {
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	for _, r := range m.SegmentAt(0).Field(21).Repetitions() {
		switch id := r.Component(1).String(); {
		case id == "Z22": // Z31 to Z34 are of queries and their answers
			add(GuideImmunization)
		case strings.HasPrefix(id, "LRI_"), isLabProfile(r.Component(3).String()):
			add(GuideLabResults)
		case strings.HasPrefix(id, "PHLabReport"):
			add(GuideReportableLab)
		case strings.HasPrefix(id, "PH_SS"):
			add(GuideSyndromic)
		}
	}
	return out
}

// isLabProfile knows the identifiers of the components and profiles of LRI: 2.16.840.1.113883.9.12 to .20.
func isLabProfile(oid string) bool {
	n, ok := strings.CutPrefix(oid, "2.16.840.1.113883.9.")
	return ok && len(n) == 2 && n >= "12" && n <= "20"
}
