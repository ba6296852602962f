package consent

import (
	"time"

	"github.com/portage-health/portage/record"
)

// atom is one rule of a consent for one request: what it does, to which entries, and from when on.
type atom struct {
	rule    Rule
	consent *applicable
	// narrow says what the rule is limited by; see combine.
	actors   []record.ConsentActor
	purposes []record.Coding
	out      bool // it does not count: see combine
}

// reading reads one consent for one purpose of a request.
type reading struct {
	e       *Evaluator
	req     *Request
	purpose *record.Coding
	known   *Purpose
	c       *applicable
	atoms   []atom
	// unresolved says that an actor could not be compared and that it mattered; odd that a provision cannot be read.
	unresolved, odd bool
	named           bool // a permit names the purpose
}

// level is what a nested provision takes over from those above it: what it does not state itself.
type level struct {
	purposes []record.Coding
	actors   []record.ConsentActor
	actions  []record.Concept
	item     Condition
	bound    Condition // what the nearest permit above is about: nothing within it is permitted beyond that
	effect   Effect
	request  bool // the provision is for this request
	timely   bool // no provision on the way down is out of its time
	depth    int
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
	root := level{effect: b, request: true, timely: true}
	r5 := c.Version == "R5" || c.Version == "" && c.Provision == nil && len(c.Provisions) > 0
	if p := c.Provision; p != nil && !r5 {
		r.provision(p, root, b, true)
		for i := range c.Provisions {
			r.provision(&c.Provisions[i], r.below(p, root), "", false)
		}
		return !r.odd
	}
	r.add(b, Condition{}, &root)
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
func (r *reading) derived(p *record.Provision, up level, above Effect) {
	r.nested(p, up, opposite(above), true)
}

func opposite(e Effect) Effect {
	if e == Permit {
		return Deny
	}
	return Permit
}

// provision reads a provision of R4, which states its own effect.
func (r *reading) provision(p *record.Provision, up level, own Effect, root bool) {
	e := own
	if !root {
		if e = Effect(p.Type); e != Permit && e != Deny {
			r.odd = true
			return
		}
	}
	r.nested(p, up, e, false)
}

// below gives what the provisions within p take over.
func (r *reading) below(p *record.Provision, up level) level {
	in := up
	in.depth++
	if len(p.Purposes) > 0 {
		in.purposes = p.Purposes
	}
	if len(p.Actors) > 0 {
		in.actors = p.Actors
	}
	if len(p.Actions) > 0 {
		in.actions = p.Actions
	}
	return in
}

// nested reads one provision with its exceptions. A child of the same effect widens it, one of the opposite effect carves out of it.
func (r *reading) nested(p *record.Provision, up level, e Effect, r5 bool) {
	if up.depth > maxDepth {
		r.odd = true
		return
	}
	in := r.below(p, up)
	in.effect = e
	own := conditionOf(p)
	item := own
	switch {
	case up.depth == 0:
	case e == up.effect:
		item = widen(own, up.item)
	case e == Permit:
		item = within(within(own, up.item), up.bound)
	}
	if in.item = item; e == Permit {
		in.bound = item
	}
	in.timely = up.timely && r.during(p.Period, e)
	in.request = in.timely && r.meets(p, &in, e)
	at := len(r.atoms)
	if in.request {
		r.add(e, item, &in)
		// What a provision adds to that above it, for somebody or something else, comes on top of what that one grants.
		if up.depth > 0 && e == up.effect && !up.request && up.timely && !up.item.IsZero() && !own.IsZero() {
			r.add(e, up.item, &in)
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
		if r.atoms[i].rule.Effect != Permit {
			continue
		}
		for j := from; j < start; j++ {
			d := &r.atoms[j].rule
			d.Unless = append(d.Unless, r.atoms[i].rule.If)
		}
	}
}

func (r *reading) add(e Effect, item Condition, in *level) {
	r.atoms = append(r.atoms, atom{rule: Rule{Effect: e, If: item, Policy: r.c.id}, consent: r.c, actors: in.actors, purposes: in.purposes})
}

// conditionOf gives what a provision says of single entries.
func conditionOf(p *record.Provision) Condition {
	c := Condition{Labels: p.SecurityLabels, Data: p.Data, Period: p.DataPeriod, Documents: p.DocumentTypes}
	switch {
	case len(p.ResourceTypes) == 0:
		c.Classes = p.Classes
	case len(p.Classes) == 0:
		c.Classes = p.ResourceTypes
	default:
		c.Classes, c.Parts = p.Classes, []Condition{{Classes: p.ResourceTypes}}
	}
	for i := range p.Codes {
		c.Codes = append(c.Codes, p.Codes[i].Codings...)
	}
	return c
}

// widen gives the condition of a provision that adds to the one above it: what it does not state, it takes over.
func widen(own, up Condition) Condition {
	if len(own.Labels) == 0 {
		own.Labels = up.Labels
	}
	if len(own.Data) == 0 {
		own.Data = up.Data
	}
	if own.Period == nil {
		own.Period = up.Period
	}
	if len(own.Codes) == 0 {
		own.Codes = up.Codes
	}
	if len(own.Classes) == 0 {
		own.Classes = up.Classes
	}
	if len(own.Documents) == 0 {
		own.Documents = up.Documents
	}
	own.Parts = append(own.Parts[:len(own.Parts):len(own.Parts)], up.Parts...)
	return own
}

// within gives the condition of an exception that holds only where that above it does.
func within(own, up Condition) Condition {
	switch {
	case up.IsZero():
		return own
	case own.IsZero():
		return up
	}
	own.Parts = append(own.Parts[:len(own.Parts):len(own.Parts)], up)
	return own
}

// meets reports whether a provision is for this request: purpose, actor and action.
func (r *reading) meets(p *record.Provision, in *level, e Effect) bool {
	if p.Expression != "" && e == Permit {
		return false // nobody can say what it permits
	}
	return r.purposeMeets(in.purposes, e) && r.actorMeets(in.actors, e) && r.actionMeets(in.actions, e)
}

func (r *reading) purposeMeets(named []record.Coding, e Effect) bool {
	if len(named) == 0 {
		return true
	}
	for i := range named {
		// A denial of a purpose is one of all that is below it; a permit only where the host says so.
		if r.e.purposes().covers(&named[i], r.purpose, r.known, e == Deny || r.e.Subsume) {
			r.named = r.named || e == Permit && sameCode(&named[i], r.purpose)
			return true
		}
	}
	return false
}

func (r *reading) actorMeets(actors []record.ConsentActor, e Effect) bool {
	if len(actors) == 0 {
		return true
	}
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
	if len(actions) == 0 {
		return true
	}
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
	for _, b := range [2]struct {
		t     *record.Time
		start bool
	}{{&p.Start, true}, {&p.End, false}} {
		if b.t.IsZero() || b.t.Value == "" && b.t.AsSent == "" {
			continue
		}
		from, to, ok := span(*b.t, at.Location())
		switch {
		case !ok:
			best = min(best, unknown)
		case b.start && at.Before(from), !b.start && !at.Before(to):
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
