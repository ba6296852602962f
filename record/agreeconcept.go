package record

import (
	"strings"
	"unicode"
)

// concepts compares coded values: by codes where they have codes of one system, or
// of systems between which the terminology translates; else by their words. A code
// of one system beside a different one of another says that they are not the same:
// two strengths of a medicine share the code of its class.
func (g *agreeing) concepts(a, b *Concept) bool {
	switch same, differ := codesOf(a, b); {
	case differ:
		return false
	case same || g.m.translated(a, b):
		return true
	}
	x, y := wordsOf(a), wordsOf(b)
	return x == "" && y == "" && !(hasCodes(a) && hasCodes(b)) || x != "" && x == y ||
		(a.Absent != "" && !hasCodes(a) && x == "") || (b.Absent != "" && !hasCodes(b) && y == "")
}

// codesOf tells whether two concepts have a code in common, and whether there is a
// system in which each has a code that the other has not. A vaccine is one by its CVX code, in whatever package it came.
func codesOf(a, b *Concept) (same, differ bool) {
	vaccine := false
	for i := range a.Codings {
		if x := &a.Codings[i]; x.Code != "" && hasCoding(b, x) {
			same, vaccine = true, vaccine || x.System == SystemCVX
		}
	}
	for i := range a.Codings {
		x := &a.Codings[i]
		if x.Code == "" || hasCoding(b, x) || vaccine && x.System == SystemNDC {
			continue
		}
		for j := range b.Codings {
			if y := &b.Codings[j]; y.Code != "" && sameSystem(x, y) && !hasCoding(a, y) {
				return same, true
			}
		}
	}
	return same, false
}

func hasCoding(c *Concept, k *Coding) bool {
	for i := range c.Codings {
		if o := &c.Codings[i]; o.Code == k.Code && sameSystem(o, k) {
			return true
		}
	}
	return false
}

func hasCodes(c *Concept) bool {
	for i := range c.Codings {
		if c.Codings[i].Code != "" {
			return true
		}
	}
	return false
}

func sameSystem(x, y *Coding) bool {
	if x.System != "" || y.System != "" {
		return x.System == y.System
	}
	return x.SystemAsSent == y.SystemAsSent
}

// wordsOf gives the words of a concept in a form in which they can be compared.
func wordsOf(c *Concept) string {
	if c.Text != "" {
		return folded(c.Text)
	}
	for i := range c.Codings {
		if d := c.Codings[i].Display; d != "" {
			return folded(d)
		}
	}
	return ""
}

// folded gives a text without regard to case and spacing.
func folded(text string) string {
	var b strings.Builder
	space := false
	for _, r := range text {
		if unicode.IsSpace(r) {
			space = b.Len() > 0
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
