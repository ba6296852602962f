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
	id      string
	version string
	scope   string
	by      string // who consented for the patient
	at      int    // where in Decision.Considered it stands
	// from and to are when it was given: the first instant, and the first after. Of a time that cannot be compared, to is after
	// every other from, and from before every other to.
	from, to instant
	future   bool // it had not been given by the time of the request
	lawful   bool // it may say which law it is given under
	untimed  bool // all its provisions were read, and none has a bound in time
	stale    bool
	relied   bool // a permit rests on it
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
	kept, all, later := len(atoms), -1, -1 // later is the permit for everybody that was given last
	var seen uint64                        // which gists there are among the permits, by what is left of them
	for i := range atoms {
		a := &atoms[i]
		if !a.permit {
			if len(a.unless) > 0 && lifted(a.unless) {
				a.out = true
				kept--
			}
			continue
		}
		if a.actors == nil && (later < 0 || s.permits[start+later].consent.from.before(a.consent.from)) {
			later = len(s.permits) - start
		}
		s.permits = append(s.permits, a)
		seen |= a.gist.bit()
		if a.consent.lawful || len(a.item.labels()) > 0 {
			s.marked = append(s.marked, a)
		}
	}
	x.permits = s.permits[start:len(s.permits):len(s.permits)]
	x.marked = s.marked[marked:len(s.marked):len(s.marked)]
	for i, p := range x.permits {
		if how == Newest && outdated(p, x.permits, later) {
			p.out = true
			kept--
		} else if all < 0 && p.whole() {
			all = i
		}
	}
	if kept == 0 {
		return nil
	}
	if all >= 0 { // Beside a permit of everything other permits add nothing.
		for i, p := range x.permits {
			if i != all && !p.out {
				p.idle = true
				kept--
			}
		}
	}
	rules := make([]Rule, 0, kept)
	for i := range atoms {
		a := &atoms[i]
		if a.out || a.idle {
			continue
		}
		gives := how == Newest && !a.permit && (a.gist == 0 || seen&a.gist.bit() != 0)
		if gives && s.yielding(a, x.permits) {
			continue
		}
		rules = rules[:len(rules)+1]
		rule := &rules[len(rules)-1]
		if a.rule(rule); !gives || len(s.found) == 0 {
			continue
		}
		unless := make([]Condition, len(a.unless)+len(s.found))
		copy(unless, a.unless)
		for k, p := range s.found {
			p.item.into(&unless[len(a.unless)+k])
		}
		rule.Unless = unless
	}
	return rules
}

// yielding finds the permits that a denial gives way to, and reports whether one of them is of everything.
func (s *session) yielding(d *atom, permits []*atom) (all bool) {
	s.found = s.found[:0]
	for _, p := range permits {
		if p.gist != d.gist && d.gist != 0 {
			continue
		}
		if !p.consent.after(d.consent) || d.gist != 0 && !d.item.is(&p.item) ||
			!amongActors(p.named(), d.named()) || !amongPurposes(p.uses(), d.uses()) {
			continue
		}
		if p.whole() {
			return true
		}
		s.found = append(s.found, p)
	}
	return false
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

// outdated reports whether a newer consent of the same scope and recipients permits in the place of a. Of those for everybody the
// one that was given last is looked at first.
func outdated(a *atom, permits []*atom, last int) bool {
	if a.actors == nil && permits[last].consent.after(a.consent) {
		return true
	}
	for _, b := range permits {
		if (a.actors == nil) == (b.actors == nil) && b.consent.after(a.consent) &&
			(a.actors == nil || amongActors(b.named(), a.named()) && amongActors(a.named(), b.named())) {
			return true
		}
	}
	return false
}

// named gives whom the rule is about; none is everybody.
func (a *atom) named() []record.ConsentActor {
	if a.actors == nil {
		return nil
	}
	return a.actors.Actors
}

// uses gives for what the rule is; none is all.
func (a *atom) uses() []record.Coding {
	if a.purposes == nil {
		return nil
	}
	return a.purposes.Purposes
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
