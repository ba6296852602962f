package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// overlay puts what was carried from a message back to its segment and field. A segment of which nothing is typed is made anew at its place.
func (w *sender) overlay(m *messageOut) {
	for i := range w.rec.Carried {
		c := &w.rec.Carried[i]
		if c.Format != formatName || c.Source != m.source || w.placed[i] || c.Kind != "field" {
			continue
		}
		a, err := ParseAddress(c.Path)
		if err != nil || a.Field == 0 {
			continue
		}
		s := m.segmentFor(c, a.Segment)
		if s == nil {
			s = m.insert(a.Segment, c.Owner, c.Place+1)
		}
		w.placed[i] = s.lay(a, c.Data)
	}
}

// segmentFor finds the segment that a carried piece came from: by its line, else by its name and whose it is.
func (m *messageOut) segmentFor(c *record.Carried, name string) *segmentOut {
	for _, s := range m.segs {
		if s.name == name && s.line == c.Place+1 {
			return s
		}
	}
	for _, s := range m.segs {
		if s.name == name && s.line == 0 && s.owner == c.Owner && c.Owner != "" {
			s.line = c.Place + 1
			return s
		}
	}
	return nil
}

// insert makes a segment at its place.
func (m *messageOut) insert(name, owner string, line int) *segmentOut {
	s := &segmentOut{name: name, owner: owner, line: line, order: line}
	at := len(m.segs)
	for i, o := range m.segs {
		if o.order > line {
			at = i
			break
		}
	}
	m.segs = slices.Insert(m.segs, at, s)
	return s
}

// lay puts a piece at its place in the segment. It says whether it could: not where something else stands there now.
func (s *segmentOut) lay(a Address, data string) bool {
	if s.name == "MSH" && a.Field <= 2 {
		return false // delimiters are those of the message that is written
	}
	rep, comp, sub := a.Repetition, a.Component, a.Subcomponent
	if comp > 0 || sub > 0 {
		rep = max(rep, 1)
	}
	if sub > 0 {
		comp = max(comp, 1)
	}
	key := keyOf(a.Field, rep, comp, sub)
	if strings.ContainsAny(data, "|\r\n") {
		return false
	}
	for _, c := range s.cells {
		if c.key == key {
			return c.text == data
		}
		if within(key, c.key) || within(c.key, key) {
			return false
		}
	}
	s.cells = append(s.cells, cell{key, data})
	return true
}

// within reports whether a place is part of another, of which the last numbers are 0.
func within(outer, inner uint64) bool {
	for _, shift := range []uint{48, 32, 16, 0} {
		o, i := outer>>shift&0xffff, inner>>shift&0xffff
		if o == 0 {
			return true
		}
		if o != i {
			return false
		}
	}
	return true
}

// carries reports whether a field of an entry's segment was carried from the message at hand, and so will stand in it again.
func (w *sender) carries(owner, segment string, field int) bool {
	return w.m.source != "" && !w.opts.TypedOnly && slices.ContainsFunc(w.rec.Carried, func(c record.Carried) bool {
		a, err := ParseAddress(c.Path)
		return err == nil && c.Owner == owner && c.Source == w.m.source && c.Format == formatName && a.Segment == segment && a.Field == field
	})
}
