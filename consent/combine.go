package consent

import (
	"reflect"

	"github.com/portage-health/portage/record"
)

// Combining is how several consents become one answer.
type Combining string

// The ways. Under Newest an older denial gives way to a newer permit of the same scope that is for the same recipients,
// purposes and data or for fewer of them; a denial that is more specific than the permit survives it; an older permit gives
// way to a newer one of the same scope and recipients; consents of the same time, or of a time that cannot be compared,
// are a tie, and ties deny. Under DenyOverrides no denial gives way to anything, and every permit adds.
const (
	Newest        Combining = ""
	DenyOverrides Combining = "deny-overrides"
)

// applicable is a consent that applies to a request.
type applicable struct {
	*record.Consent
	by string // who consented for the patient
	at int    // where in Decision.Considered it stands
	// from and to are when it was given: the first instant, and the first after. Of a time that cannot be compared, to is after
	// every other from, and from before every other to.
	from, to instant
	scope    uint8 // what it is about, as a bit of scopes
	future   bool  // it had not been given by the time of the request
	lawful   bool  // it may say which law it is given under
	stale    bool
	relied   bool // a permit rests on it
	applied  bool // it says something to the request
	odd      bool // one of its provisions cannot be read
	// denies says that only what it denies counts: who gave it may not have been able to permit.
	denies bool
}

// after reports whether a consent is another than b, surely given later, and of the same scope.
func (a *applicable) after(b *applicable) bool {
	return !a.from.before(b.to) && a.scope == b.scope && a != b
}

// combine makes one stage of the rules of all consents. All denials hold; what permits is a union.
func (s *session) combine(x *says) []Rule {
	how, atoms, start, marked := s.e.Combining, x.atoms, len(s.permits), len(s.marked)
	kept, denials := len(atoms), 0
	all, later := -1, -1 // later is the permit for everybody that was given last
	var seen uint64      // which gists there are among the permits, by what is left of them
	for i := range atoms {
		a := &atoms[i]
		if !a.permit {
			if a.more > 0 && lifted(s.unless(a)) {
				a.out = true
				kept--
				continue
			}
			denials++
			continue
		}
		if a.actors == ofNone && (later < 0 || s.of(&atoms[later]).from.before(s.of(a).from)) {
			later = i
		}
		s.permits = append(s.permits, permit{a.gist, int32(i), a.actors == ofNone})
		seen |= a.gist.bit()
		if s.of(a).lawful || len(s.labels(a)) > 0 {
			s.marked = append(s.marked, int32(i))
		}
	}
	x.permits = s.permits[start:len(s.permits):len(s.permits)]
	x.marked = s.marked[marked:len(s.marked):len(s.marked)]
	var last *applicable
	if later >= 0 {
		last = s.of(&atoms[later])
	}
	for i := range x.permits {
		p := &x.permits[i]
		if how == Newest && (p.everybody && last.after(s.of(&atoms[p.at])) || s.outdated(x, p, last)) {
			atoms[p.at].out = true
			kept--
		} else if all < 0 && p.gist == 0 {
			all = int(p.at)
		}
	}
	if kept == 0 {
		return nil
	}
	if all >= 0 { // Beside a permit of everything other permits add nothing.
		for i := range x.permits {
			if p := &atoms[x.permits[i].at]; int(x.permits[i].at) != all && !p.out {
				p.idle = true
				kept--
			}
		}
	}
	room := kept
	if denials == kept {
		room++ // for the permit of all else that denials alone are given
	}
	rules := make([]Rule, 0, room)
	for i := range atoms {
		a := &atoms[i]
		if a.out || a.idle {
			continue
		}
		gives := how == Newest && !a.permit && (a.gist == 0 || seen&a.gist.bit() != 0)
		if gives && s.yielding(a, x) {
			continue
		}
		rules = rules[:len(rules)+1]
		rule := &rules[len(rules)-1]
		if s.rule(a, rule); !gives || len(s.found) == 0 {
			continue
		}
		own := s.unless(a)
		unless := make([]Condition, len(own)+len(s.found))
		copy(unless, own)
		for k, p := range s.found {
			w := s.said(&atoms[p])
			w.into(&unless[len(own)+k])
		}
		rule.Unless = unless
	}
	return rules
}

// yielding finds the permits that a denial gives way to, and reports whether one of them is of everything.
func (s *session) yielding(d *atom, x *says) (all bool) {
	s.found = s.found[:0]
	gist, permits := d.gist, x.permits
	for i := range permits {
		if permits[i].gist != gist && gist != 0 {
			continue
		}
		p := &x.atoms[permits[i].at]
		if !s.of(p).after(s.of(d)) || d.gist != 0 && !s.alike(d, p) ||
			!amongActors(s.named(p), s.named(d)) || !amongPurposes(s.uses(p), s.uses(d)) {
			continue
		}
		if p.whole() {
			return true
		}
		s.found = append(s.found, permits[i].at)
	}
	return false
}

// alike reports whether two atoms of the same gist are about the same.
func (s *session) alike(a, b *atom) bool {
	v, w := s.said(a), s.said(b)
	return v.is(&w)
}

// lifted reports whether a denial is excepted everywhere.
func lifted(unless []Condition) bool {
	for i := range unless {
		if unless[i].IsZero() {
			return true
		}
	}
	return false
}

// outdated reports whether a newer consent of the same scope and recipients permits in the place of p. Of those for everybody the
// one that was given last is not after p.
func (s *session) outdated(x *says, p *permit, last *applicable) bool {
	a := &x.atoms[p.at]
	c := s.of(a)
	if p.everybody && s.scopes&(s.scopes-1) == 0 && (last != c || c.from.before(c.to)) {
		return false // nor is any other, where all are of one scope
	}
	for i := range x.permits {
		if x.permits[i].everybody != p.everybody {
			continue
		}
		b := &x.atoms[x.permits[i].at]
		if s.of(b).after(c) && (p.everybody || amongActors(s.named(b), s.named(a)) && amongActors(s.named(a), s.named(b))) {
			return true
		}
	}
	return false
}

// named gives whom an atom is about; none is everybody.
func (s *session) named(a *atom) []record.ConsentActor {
	if p := s.from(a, a.actors); p != nil {
		return p.Actors
	}
	return nil
}

// uses gives for what an atom is; none is all.
func (s *session) uses(a *atom) []record.Coding {
	if p := s.from(a, a.purposes); p != nil {
		return p.Purposes
	}
	return nil
}

// is reports whether the same is said of entries, by words of the same gist.
func (w *words) is(o *words) bool {
	if w.made != nil || o.made != nil {
		return sameCodes(w.labels(), o.labels()) && reflect.DeepEqual(w.condition(), o.condition())
	}
	p, q := w.p, o.p
	if !sameCodes(p.SecurityLabels, q.SecurityLabels) || !sameCodes(p.Classes, q.Classes) || !sameCodes(p.ResourceTypes, q.ResourceTypes) ||
		!sameCodes(p.DocumentTypes, q.DocumentTypes) || len(p.Codes) != len(q.Codes) || (p.DataPeriod == nil) != (q.DataPeriod == nil) {
		return false
	}
	for i := range p.Codes {
		if !sameCodes(p.Codes[i].Codings, q.Codes[i].Codings) {
			return false
		}
	}
	return (p.DataPeriod == nil || reflect.DeepEqual(p.DataPeriod, q.DataPeriod)) && (len(p.Data) == 0 || reflect.DeepEqual(p.Data, q.Data))
}

// sameCodes reports whether two lists have the same codes in the same order.
func sameCodes(a, b []record.Coding) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Code != b[i].Code || a[i].System != b[i].System {
			return false
		}
	}
	return true
}

// condition gives what is said as a condition of its own.
func (w *words) condition() *Condition {
	c := new(Condition)
	w.into(c)
	return c
}

// amongActors reports whether a names nobody but who b names; none is everybody.
func amongActors(a, b []record.ConsentActor) bool {
	if len(b) == 0 || len(a) == 0 {
		return len(b) == 0
	}
	for i := range a {
		found := false
		for j := range b {
			found = found || sameActor(&a[i], &b[j])
		}
		if !found {
			return false
		}
	}
	return true
}

func sameActor(a, b *record.ConsentActor) bool {
	if a.Ref == nil || b.Ref == nil {
		return a.Ref == b.Ref && reflect.DeepEqual(a.Role, b.Role)
	}
	return sameTarget(a.Ref, b.Ref)
}

// sameTarget reports whether two references surely lead to the same thing.
func sameTarget(a, b *record.Ref) bool {
	return a.ID != "" && a.ID == b.ID || sameReference(a.AsSent, b.AsSent) ||
		a.Identifier != nil && b.Identifier != nil && a.Identifier.Same(*b.Identifier)
}

// amongPurposes reports whether a names no purpose but those of b; none is all.
func amongPurposes(a, b []record.Coding) bool {
	if len(b) == 0 || len(a) == 0 {
		return len(b) == 0
	}
	if &a[0] == &b[0] && len(a) == len(b) {
		return true
	}
	for i := range a {
		found := false
		for j := range b {
			found = found || sameCode(&a[i], &b[j])
		}
		if !found {
			return false
		}
	}
	return true
}
