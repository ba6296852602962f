package consent

import (
	"reflect"
	"slices"
	"time"

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
	stale   bool
	at      int       // where in Decision.Considered it stands
	relied  bool      // a permit rests on it
	given   time.Time // not before this; zero where that is not known
	from    int64     // the same, and the first time after it, in nanoseconds; of no use where dated is false
	to      int64
	dated   bool
	// denies says that only what it denies counts: who gave it may not have been able to permit.
	denies bool
}

// before reports whether a consent was surely given before another.
func (a *applicable) before(b *applicable) bool { return a.dated && b.dated && a.to <= b.from }

// combine makes one stage of the rules of all consents. All denials hold; what permits is a union.
func (s *session) combine(atoms []atom) []Rule {
	how := s.e.Combining
	s.permits = s.permits[:0]
	for i := range atoms {
		if a := &atoms[i]; a.permit {
			s.permits = append(s.permits, a)
		}
	}
	kept := 0
	for i := range atoms {
		a := &atoms[i]
		switch {
		case !a.permit && lifted(a.unless):
			a.out = true
		case how == Newest && a.permit:
			a.out = a.outdated(s.permits)
		}
		if !a.out {
			kept++
		}
	}
	if kept == 0 {
		return nil
	}
	// Beside a permit of everything other permits add nothing.
	all := slices.IndexFunc(s.permits, func(p *atom) bool { return p.whole && !p.out })
	if all >= 0 {
		for i, p := range s.permits {
			if i != all && !p.out {
				p.idle = true
				kept--
			}
		}
	}
	rules := make([]Rule, 0, kept)
	for i := range atoms {
		a := &atoms[i]
		switch {
		case a.out, a.idle:
		case how != Newest || a.permit:
			rules = rules[:len(rules)+1]
			a.rule(&rules[len(rules)-1])
		case !s.yielding(a):
			rules = rules[:len(rules)+1]
			rule := &rules[len(rules)-1]
			if a.rule(rule); len(s.yield) == 0 {
				continue
			}
			unless := make([]Condition, len(a.unless)+len(s.yield))
			copy(unless, a.unless)
			for k, p := range s.yield {
				p.item.into(&unless[len(a.unless)+k])
			}
			rule.Unless = unless
		}
	}
	return rules
}

// yielding gathers the permits that a denial gives way to, and reports whether one of them is of everything.
func (s *session) yielding(d *atom) (all bool) {
	s.yield = s.yield[:0]
	for _, p := range s.permits {
		if d.yields(p) {
			if p.whole {
				return true
			}
			s.yield = append(s.yield, p)
		}
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

// outdated reports whether a newer consent of the same scope and recipients permits in its place.
func (a *atom) outdated(permits []*atom) bool {
	for _, b := range permits {
		if a.consent.yieldsTo(b.consent) && amongActors(b.named(), a.named()) && amongActors(a.named(), b.named()) {
			return true
		}
	}
	return false
}

// yieldsTo reports whether a consent is another than b, surely older and of the same scope.
func (a *applicable) yieldsTo(b *applicable) bool { return a != b && a.before(b) && a.scope == b.scope }

// yields reports whether a denial gives way to a permit.
func (a *atom) yields(p *atom) bool {
	return a.consent.yieldsTo(p.consent) && (a.whole || !p.whole && a.size == p.size && a.item.is(&p.item)) &&
		amongActors(p.named(), a.named()) && amongPurposes(p.uses(), a.uses())
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

// is reports whether the same is said of entries.
func (w *words) is(o *words) bool {
	if w.isZero() || o.isZero() {
		return w.isZero() && o.isZero()
	}
	if w.size() != o.size() {
		return false
	}
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

// size tells what is said apart at a glance: how many labels, data, codes and types of document there are, and how the first label begins.
type size [5]uint16

func (w *words) size() (n size) {
	var labels []record.Coding
	switch c, p := w.made, w.p; {
	case c != nil:
		labels, n = c.Labels, size{uint16(len(c.Labels)), uint16(len(c.Data)), uint16(len(c.Codes)), uint16(len(c.Documents))}
	case p != nil:
		labels, n = p.SecurityLabels, size{uint16(len(p.SecurityLabels)), uint16(len(p.Data)), 0, uint16(len(p.DocumentTypes))}
		for i := range p.Codes {
			n[2] += uint16(len(p.Codes[i].Codings))
		}
	}
	if len(labels) > 0 {
		if c := labels[0].Code; c != "" {
			n[4] = uint16(c[0]) | uint16(c[len(c)-1])<<8
		}
	}
	return n
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
