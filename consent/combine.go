package consent

import (
	"reflect"
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
	id    string
	scope string
	by    string // who consented for the patient
	stale bool
	from  time.Time // when it was given: between from and to
	to    time.Time
	dated bool
	// denies says that only what it denies counts: who gave it may not have been able to permit.
	denies bool
}

// before reports whether a consent was surely given before another.
func (a *applicable) before(b *applicable) bool { return a.dated && b.dated && !a.to.After(b.from) }

// combine makes one stage of the rules of all consents. All denials hold; what permits is a union.
func combine(how Combining, atoms []atom) []Rule {
	kept := 0
	for i := range atoms {
		a := &atoms[i]
		a.out = how == Newest && (a.rule.Effect == Permit && outdated(a, atoms) || a.rule.Effect == Deny && yieldsAll(a, atoms)) ||
			a.rule.Effect == Deny && lifted(&a.rule)
		if !a.out {
			kept++
		}
	}
	if kept == 0 {
		return nil
	}
	rules := make([]Rule, 0, kept)
	for i := range atoms {
		a := &atoms[i]
		if a.out {
			continue
		}
		rules = append(rules, a.rule)
		if how != Newest || a.rule.Effect != Deny {
			continue
		}
		rule, n := &rules[len(rules)-1], 0
		for j := range atoms {
			if yields(a, &atoms[j]) {
				n++
			}
		}
		if n == 0 {
			continue
		}
		unless := make([]Condition, len(rule.Unless), len(rule.Unless)+n)
		copy(unless, rule.Unless)
		for j := range atoms {
			if yields(a, &atoms[j]) {
				unless = append(unless, atoms[j].rule.If)
			}
		}
		rule.Unless = unless
	}
	return rules
}

// yieldsAll reports whether a denial gives way to a permit of everything.
func yieldsAll(d *atom, atoms []atom) bool {
	for j := range atoms {
		if p := &atoms[j]; p.rule.Effect == Permit && p.rule.If.IsZero() && yields(d, p) {
			return true
		}
	}
	return false
}

// lifted reports whether a denial is excepted everywhere.
func lifted(r *Rule) bool {
	for i := range r.Unless {
		if r.Unless[i].IsZero() {
			return true
		}
	}
	return false
}

// outdated reports whether a newer consent of the same scope and recipients permits in its place.
func outdated(a *atom, atoms []atom) bool {
	for j := range atoms {
		b := &atoms[j]
		if b.rule.Effect == Permit && b.consent != a.consent && a.consent.before(b.consent) && b.consent.scope == a.consent.scope &&
			amongActors(b.actors, a.actors) && amongActors(a.actors, b.actors) {
			return true
		}
	}
	return false
}

// yields reports whether a denial gives way to a permit.
func yields(d, p *atom) bool {
	return p.rule.Effect == Permit && p.consent != d.consent && d.consent.scope == p.consent.scope && d.consent.before(p.consent) &&
		amongActors(p.actors, d.actors) && amongPurposes(p.purposes, d.purposes) &&
		(d.rule.If.IsZero() || d.rule.If.sizes() == p.rule.If.sizes() && reflect.DeepEqual(&d.rule.If, &p.rule.If))
}

// sizes tells conditions apart at a glance.
func (c *Condition) sizes() [7]int {
	p := 0
	if c.Period != nil {
		p = 1
	}
	return [7]int{len(c.Labels), len(c.Data), p, len(c.Codes), len(c.Classes), len(c.Documents), len(c.Parts)}
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
