package consent

import (
	"time"

	"github.com/portage-health/portage/record"
)

// atom is one rule of a consent for one request: what it does, to which entries, for whom and for what.
type atom struct {
	consent  *applicable
	item     words
	unless   []Condition
	actors   *record.Provision // whose actors hold, nil for everybody
	purposes *record.Provision // whose purposes hold, nil for all
	permit   bool
	whole    bool // it is about every entry
	size     size // of what it is about
	out      bool // it does not count: see combine
	idle     bool // it counts, and adds nothing
}

// rule makes of an atom what a decision says. r is zero.
func (a *atom) rule(r *Rule) {
	r.Effect, r.Policy, r.Unless = Deny, a.consent.id, a.unless
	if a.permit {
		r.Effect = Permit
	}
	a.item.into(&r.If)
}

// reading reads one consent for one purpose of a request.
type reading struct {
	e       *Evaluator
	req     *Request
	purpose *record.Coding
	above   *ancestry
	c       *applicable
	atoms   []atom
	levels  []level // the way down, by depth
	// unresolved says that an actor could not be compared and that it mattered; odd that a provision cannot be read.
	unresolved, odd bool
	named           bool // a permit names the purpose
}

// level is a provision on the way down, with what it takes over from those above it: what it does not state itself.
type level struct {
	up *level
	p  *record.Provision // nil for the consent itself
	// The provisions whose purposes, actors and actions hold; nil for all.
	purposes, actors, actions *record.Provision

	effect  Effect
	request bool // the provision is for this request
	timely  bool // no provision on the way down is out of its time
	depth   int

	// item is what the provision is about, and bound what the nearest permit above is about: nothing within it is permitted
	// beyond that. They are found when somebody asks.
	told        bool
	item, bound words
}

// tell finds what a level says of single entries. A child of the same effect widens it, one of the opposite effect carves out of it.
func (l *level) tell() {
	if l.told || l.p == nil {
		return
	}
	l.told = true
	l.item = words{p: l.p}
	if l.up.depth > 0 {
		l.up.tell()
		switch up := &l.up.item; {
		case l.effect == l.up.effect && !up.isZero():
			if l.item.isZero() {
				l.item = *up
				break
			}
			var own, above Condition
			l.item.into(&own)
			up.into(&above)
			own.widen(&above)
			l.item = words{made: &own}
		case l.effect == Permit && l.up.effect == Deny && !(up.isZero() && l.up.bound.isZero()):
			var own, above, bound Condition
			l.item.into(&own)
			up.into(&above)
			l.up.bound.into(&bound)
			own.within(&above)
			own.within(&bound)
			l.item = words{made: &own}
		}
	}
	if l.bound = l.up.bound; l.effect == Permit {
		l.bound = l.item
	}
}

// maxDepth is how deep provisions may be nested. A consent beyond it is unreadable.
const maxDepth = 64

// base gives the base rule of a consent: that of the decision, of R4's root provision, or of the policy rule.
func base(c *record.Consent) (Effect, bool) {
	word := c.Decision
	if word == "" && c.Provision != nil {
		word = c.Provision.Type
	} else if c.Provision != nil && c.Provision.Type != "" && c.Provision.Type != word {
		return Deny, false
	}
	switch Effect(word) {
	case Permit, Deny:
		return Effect(word), true
	}
	if word == "" && c.PolicyRule != nil {
		for i := range c.PolicyRule.Codings {
			switch c.PolicyRule.Codings[i].Code { // HL7 v3 ActConsentDirective
			case "OPTIN":
				return Permit, true
			case "OPTOUT":
				return Deny, true
			}
		}
	}
	return Deny, false
}

// read turns a consent into rules for the request. It reports false for one that cannot be read.
func (r *reading) read(c *record.Consent) bool {
	b, ok := base(c)
	if !ok {
		return false
	}
	if !r.grantees(c, b) {
		return true
	}
	root := r.level(0)
	*root = level{effect: b, request: true, timely: true}
	r5 := c.Version == "R5" || c.Version == "" && c.Provision == nil && len(c.Provisions) > 0
	if p := c.Provision; p != nil && !r5 {
		r.provision(p, root, b, true)
		if len(c.Provisions) > 0 {
			beside := r.level(1)
			*beside = level{effect: b, request: true, timely: true}
			beside.takeOver(p, root)
			beside.p = nil
			for i := range c.Provisions {
				r.provision(&c.Provisions[i], beside, "", false)
			}
		}
		return !r.odd
	}
	r.add(b, words{}, root)
	start := len(r.atoms)
	if c.Provision != nil {
		r.derived(c.Provision, root, b)
	}
	for i := range c.Provisions {
		r.derived(&c.Provisions[i], root, b)
	}
	r.except(b, start-1, start, true)
	return !r.odd
}

// grantees reports whether a consent is about who gets it at all (R5 Consent.grantee).
func (r *reading) grantees(c *record.Consent, b Effect) bool {
	if len(c.Grantees) == 0 {
		return true
	}
	a := no
	for i := range c.Grantees {
		a = max(a, r.party(&c.Grantees[i], b))
	}
	r.unresolved = r.unresolved || a == unknown
	return a.holds(b)
}

// derived reads a provision of R5, whose effect is the opposite of the level above.
func (r *reading) derived(p *record.Provision, up *level, above Effect) {
	r.nested(p, up, opposite(above), true)
}

func opposite(e Effect) Effect {
	if e == Permit {
		return Deny
	}
	return Permit
}

// provision reads a provision of R4, which states its own effect.
func (r *reading) provision(p *record.Provision, up *level, own Effect, root bool) {
	e := own
	if !root {
		if e = Effect(p.Type); e != Permit && e != Deny {
			r.odd = true
			return
		}
	}
	r.nested(p, up, e, false)
}

// level gives the place of a level of a depth. What stood there before is over.
func (r *reading) level(depth int) *level {
	for depth >= len(r.levels) {
		r.levels = append(r.levels, level{})
	}
	return &r.levels[depth]
}

// takeOver makes l the level of a provision below another.
func (l *level) takeOver(p *record.Provision, up *level) {
	l.up, l.p, l.depth = up, p, up.depth+1
	l.purposes, l.actors, l.actions = up.purposes, up.actors, up.actions
	if len(p.Purposes) > 0 {
		l.purposes = p
	}
	if len(p.Actors) > 0 {
		l.actors = p
	}
	if len(p.Actions) > 0 {
		l.actions = p
	}
}

// nested reads one provision with its exceptions.
func (r *reading) nested(p *record.Provision, up *level, e Effect, r5 bool) {
	if up.depth > maxDepth {
		r.odd = true
		return
	}
	in := r.level(up.depth + 1)
	in.effect, in.told = e, false
	in.takeOver(p, up)
	in.timely = up.timely && r.during(p.Period, e)
	in.request = in.timely && r.meets(p, in, e)
	at := len(r.atoms)
	if in.request {
		in.tell()
		r.add(e, in.item, in)
		// What a provision adds to that above it, for somebody or something else, comes on top of what that one grants.
		if up.depth > 0 && e == up.effect && !up.request && up.timely && !(&words{p: p}).isZero() {
			if up.tell(); !up.item.isZero() {
				r.add(e, up.item, in)
			}
		}
	}
	start := len(r.atoms)
	for i := range p.Provisions {
		if r5 {
			r.derived(&p.Provisions[i], in, e)
		} else {
			r.provision(&p.Provisions[i], in, "", false)
		}
	}
	r.except(e, at, start, in.request)
}

// except makes what is permitted within a denial an exception of it.
func (r *reading) except(e Effect, from, start int, own bool) {
	if e != Deny || !own {
		return
	}
	for i := start; i < len(r.atoms); i++ {
		if !r.atoms[i].permit {
			continue
		}
		var c Condition
		r.atoms[i].item.into(&c)
		for j := from; j < start; j++ {
			r.atoms[j].unless = append(r.atoms[j].unless, c)
		}
	}
}

func (r *reading) add(e Effect, item words, in *level) {
	r.atoms = append(r.atoms, atom{consent: r.c, item: item, actors: in.actors, purposes: in.purposes, permit: e == Permit, whole: item.isZero(), size: item.size()})
}

// meets reports whether a provision is for this request: purpose, actor and action.
func (r *reading) meets(p *record.Provision, in *level, e Effect) bool {
	if p.Expression != "" && e == Permit {
		return false // nobody can say what it permits
	}
	return (in.purposes == nil || r.purposeMeets(in.purposes.Purposes, e)) && (in.actors == nil || r.actorMeets(in.actors.Actors, e)) &&
		(in.actions == nil || r.actionMeets(in.actions.Actions, e))
}

func (r *reading) purposeMeets(named []record.Coding, e Effect) bool {
	for i := range named {
		// A denial of a purpose is one of all that is below it; a permit only where the host says so.
		if r.above.covers(&named[i], r.purpose, e == Deny || r.e.Subsume) {
			r.named = r.named || e == Permit && sameCode(&named[i], r.purpose)
			return true
		}
		if named[i].Code == "" && e == Deny {
			return true // nobody can tell which one is meant
		}
	}
	return false
}

func (r *reading) actorMeets(actors []record.ConsentActor, e Effect) bool {
	best := no
	for i := range actors {
		a := &actors[i]
		switch {
		case a.Ref != nil && !a.Ref.IsZero():
			best = max(best, r.party(a.Ref, e))
		case a.Role != nil && (r.req.To().hasRole(a.Role) || e == Deny && r.req.Requester.hasRole(a.Role)):
			best = yes
		default:
			best = max(best, unknown)
		}
	}
	r.unresolved = r.unresolved || best == unknown
	return best.holds(e)
}

// party compares who gets the data with a reference. A denial holds against who asks as well.
func (r *reading) party(ref *record.Ref, e Effect) answer {
	a := r.e.is(r.req.To(), ref)
	if e == Deny && r.req.Recipient != nil {
		a = max(a, r.e.is(&r.req.Requester, ref))
	}
	if e == Deny && r.req.Intermediary != nil {
		a = max(a, r.e.is(r.req.Intermediary, ref))
	}
	return a
}

// actionMeets compares the action. Asking for data is access, and giving it disclosure.
func (r *reading) actionMeets(actions []record.Concept, e Effect) bool {
	word := r.req.Action.Code
	for i := range actions {
		for j := range actions[i].Codings {
			switch c := actions[i].Codings[j].Code; {
			case c == word, c == "access" && (word == "" || word == "query"), c == "disclose" && (word == "" || word == "push" || word == "query"):
				return true
			}
		}
		if len(actions[i].Codings) == 0 && e == Deny {
			return true
		}
	}
	return false
}

// during reports whether a rule holds at the time of the request. A bound that cannot be read holds for a denial only.
func (r *reading) during(p *record.Period, e Effect) bool {
	if p == nil {
		return true
	}
	return inPeriod(p, r.req.At).holds(e)
}

// inPeriod tells whether a time is within a period, bounds included: an end given as a date covers the whole day.
func inPeriod(p *record.Period, at time.Time) answer {
	best := yes
	if t := &p.Start; t.Value != "" || t.AsSent != "" {
		switch from, _, ok := spanOf(t.Value, at.Location()); {
		case !ok:
			best = unknown
		case at.Before(from):
			return no
		}
	}
	if t := &p.End; t.Value != "" || t.AsSent != "" {
		from, to, ok := spanOf(t.Value, at.Location())
		if p.EndOpen != nil && *p.EndOpen {
			to = from // the end itself is not included
		}
		switch {
		case !ok:
			best = unknown
		case !at.Before(to):
			return no
		}
	}
	if !p.At.IsZero() {
		switch from, to, ok := span(p.At, at.Location()); {
		case !ok:
			best = min(best, unknown)
		case at.Before(from) || !at.Before(to):
			return no
		}
	}
	return best
}
