package consent

import "github.com/portage-health/portage/record"

// atom is one rule of a consent for one request: what it does, to which entries, for whom and for what. There are many of
// them, and what they lead to is named by its place in the session: a number is cheaper than a pointer.
type atom struct {
	p        *record.Provision // what it is about; nil for every entry, and where more tells
	gist     gist              // of what it is about
	consent  int32             // which of session.live it is of
	more     int32             // what only few have, in session.more, counted from 1
	actors   origin            // whose actors hold, those of none being everybody
	purposes origin            // whose purposes hold, those of none being all
	permit   bool
	out      bool // it does not count: see combine
	idle     bool // it counts, and adds nothing
}

// more is what few atoms have: words of several provisions, and exceptions.
type more struct {
	made   *spoken
	unless []Condition
}

// origin is the provision that something of an atom is from: none, the one that the atom is about, or one of session.origins,
// counted from 1.
type origin int32

const (
	ofNone origin = 0
	ofOwn  origin = -1
)

// origin gives a provision among those that atoms take something from.
func (s *session) origin(p *record.Provision) origin {
	if n := len(s.origins); n == 0 || s.origins[n-1] != p {
		s.origins = append(s.origins, p)
	}
	return origin(len(s.origins))
}

// from gives the provision that something of an atom is from.
func (s *session) from(a *atom, o origin) *record.Provision {
	switch o {
	case ofNone:
		return nil
	case ofOwn:
		return a.p
	}
	return s.origins[o-1]
}

// of gives the consent that an atom is of.
func (s *session) of(a *atom) *applicable { return &s.live[a.consent] }

// said gives what an atom is about.
func (s *session) said(a *atom) words {
	if a.more > 0 {
		return words{a.p, s.more[a.more-1].made}
	}
	return words{p: a.p}
}

// labels gives the labels that an atom is about.
func (s *session) labels(a *atom) []record.Coding {
	if a.more == 0 && a.p != nil {
		return a.p.SecurityLabels
	}
	w := s.said(a)
	return w.labels()
}

// unless gives the exceptions of an atom.
func (s *session) unless(a *atom) []Condition {
	if a.more == 0 {
		return nil
	}
	return s.more[a.more-1].unless
}

// moreOf gives room for what few atoms have.
func (s *session) moreOf(a *atom) *more {
	if a.more == 0 {
		s.more = append(s.more, more{})
		a.more = int32(len(s.more))
	}
	return &s.more[a.more-1]
}

// whole reports whether a rule is about every entry.
func (a *atom) whole() bool { return a.gist == 0 }

// rule makes of an atom what a decision says. r is zero.
func (s *session) rule(a *atom, r *Rule) {
	r.Effect, r.Policy = Deny, s.of(a).ID
	if a.permit {
		r.Effect = Permit
	}
	if a.more == 0 {
		if a.p != nil {
			r.If.of(a.p)
		}
		return
	}
	if unless := s.unless(a); len(unless) > 0 {
		r.Unless = unless
	}
	w := s.said(a)
	w.into(&r.If)
}
