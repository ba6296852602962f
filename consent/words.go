package consent

import "github.com/portage-health/portage/record"

// words are what is said of single entries: by one provision, or by several together.
type words struct {
	p    *record.Provision
	made *spoken
}

func (w *words) isZero() bool {
	if w.made != nil {
		return w.made.isZero()
	}
	p := w.p
	return p == nil || len(p.SecurityLabels) == 0 && len(p.Data) == 0 && p.DataPeriod == nil && len(p.Codes) == 0 && len(p.Classes) == 0 &&
		len(p.DocumentTypes) == 0 && len(p.ResourceTypes) == 0
}

// gist tells what is said apart at a glance: 0 is nothing, and the same words have the same. How many labels, data, codes, classes
// and types of document there are is in it, and how each label, code and bound begins and ends.
type gist uint64

// bit is one of 64 for each gist: those of two that differ mostly differ.
func (g gist) bit() uint64 { return 1 << (uint64(g) * 0x9e3779b97f4a7c15 >> 58) }

func (w *words) gist() gist {
	var g gist
	switch c, p := w.made, w.p; {
	case c != nil:
		if c.isZero() {
			return 0
		}
		g = gistOf(len(c.Data), len(c.documents), len(c.Classes), len(c.Parts)).period(c.Period).codes(c.Codes).codes(c.Labels)
	case p != nil:
		classes, parts := len(p.Classes), 0
		if k := len(p.ResourceTypes); k > 0 {
			if classes > 0 {
				parts = 1
			} else {
				classes = k
			}
		}
		if len(p.SecurityLabels)|len(p.Data)|len(p.Codes)|len(p.DocumentTypes)|classes == 0 && p.DataPeriod == nil {
			return 0
		}
		g = gistOf(len(p.Data), len(p.DocumentTypes), classes, parts)
		if p.DataPeriod != nil {
			g = g.period(p.DataPeriod)
		}
		for i := range p.Codes {
			g = g.codes(p.Codes[i].Codings)
		}
		g = g.codes(p.SecurityLabels)
	default:
		return 0
	}
	return g | 1
}

func gistOf(data, documents, classes, parts int) gist {
	return gist(data<<2^documents<<6^classes<<10^parts<<14) | 1
}

func (g gist) period(p *record.Period) gist {
	if p == nil {
		return g
	}
	return (g | 2).text(p.Start.Value).text(p.End.Value)
}

func (g gist) codes(list []record.Coding) gist {
	for i := range list {
		g = g.text(list[i].Code)
	}
	return g
}

func (g gist) text(s string) gist {
	g *= 1_000_003
	if s != "" {
		g += gist(len(s)<<16|int(s[0])<<8|int(s[len(s)-1])) << 2
	}
	return g
}

// into writes them to a zero condition.
func (w *words) into(c *Condition) {
	switch {
	case w.made != nil:
		*c = w.made.Condition
		c.also(w.made.documents)
	case w.p != nil:
		c.of(w.p)
	}
}

func (w *words) labels() []record.Coding {
	switch {
	case w.made != nil:
		return w.made.Labels
	case w.p != nil:
		return w.p.SecurityLabels
	}
	return nil
}

// spoken is what is said of single entries while it is put together of several provisions: types of document stand apart from
// other classes, since a provision takes over either from those above it.
type spoken struct {
	Condition
	documents []record.Coding
}

func (s *spoken) isZero() bool { return len(s.documents) == 0 && s.IsZero() }

// speak writes them, with types of document apart, to what is zero.
func (w *words) speak(s *spoken) {
	switch {
	case w.made != nil:
		*s = *w.made
	case w.p != nil:
		s.apart(w.p)
		s.documents = w.p.DocumentTypes
	}
}

// also adds types of document to a condition: classes that must match beside those it has.
func (c *Condition) also(documents []record.Coding) {
	switch {
	case len(documents) == 0:
	case len(c.Classes) == 0:
		c.Classes = documents
	default:
		c.Parts = append(c.Parts[:len(c.Parts):len(c.Parts)], Condition{Classes: documents})
	}
}

// of makes c, which is zero, what a provision says of single entries.
func (c *Condition) of(p *record.Provision) {
	c.apart(p)
	if len(p.DocumentTypes) > 0 {
		c.also(p.DocumentTypes)
	}
}

// apart is of without types of document.
func (c *Condition) apart(p *record.Provision) {
	// What there is none of is not written: c is zero.
	if p.SecurityLabels != nil {
		c.Labels = p.SecurityLabels
	}
	if p.Data != nil {
		c.Data = p.Data
	}
	if p.DataPeriod != nil {
		c.Period = p.DataPeriod
	}
	switch {
	case len(p.ResourceTypes) == 0:
		if p.Classes != nil {
			c.Classes = p.Classes
		}
	case len(p.Classes) == 0:
		c.Classes = p.ResourceTypes
	default:
		c.Classes, c.Parts = p.Classes, []Condition{{Classes: p.ResourceTypes}}
	}
	if len(p.Codes) == 1 && len(p.Codes[0].Codings) > 0 {
		c.Codes = p.Codes[0].Codings
		return
	}
	for i := range p.Codes {
		if c.Codes = append(c.Codes, p.Codes[i].Codings...); len(p.Codes[i].Codings) == 0 {
			c.Codes = append(c.Codes, record.Coding{}) // words alone: no entry can be told to have it, nor not to
		}
	}
}

// conditions is memory for words of several provisions. None of it goes into a decision.
type conditions struct {
	room []*spoken
	used int
}

// one gives what says nothing yet.
func (c *conditions) one() *spoken {
	if c.used == len(c.room) {
		c.room = append(c.room, new(spoken))
	}
	c.used++
	return c.room[c.used-1]
}

// leave takes all back.
func (c *conditions) leave() {
	for _, x := range c.room[:c.used] {
		*x = spoken{}
	}
	c.used = 0
}

// widen makes it that of a provision that adds to the one above it: what it does not state, it takes over.
func (c *spoken) widen(up *spoken) {
	if len(c.Labels) == 0 {
		c.Labels = up.Labels
	}
	if len(c.Data) == 0 {
		c.Data = up.Data
	}
	if c.Period == nil {
		c.Period = up.Period
	}
	if len(c.Codes) == 0 {
		c.Codes = up.Codes
	}
	if len(c.Classes) == 0 {
		c.Classes = up.Classes
	}
	if len(c.documents) == 0 {
		c.documents = up.documents
	}
	if len(up.Parts) > 0 {
		c.Parts = append(c.Parts[:len(c.Parts):len(c.Parts)], up.Parts...)
	}
}

// within makes it that of an exception that holds only where that above it does.
func (c *spoken) within(up *spoken) {
	switch {
	case up.isZero():
	case c.isZero():
		*c = *up
	default:
		above := up.Condition
		above.also(up.documents)
		c.Parts = append(c.Parts[:len(c.Parts):len(c.Parts)], above)
	}
}
