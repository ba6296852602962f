package consent

import "github.com/portage-health/portage/record"

// atom is one rule of a consent for one request: what it does, to which entries, for whom and for what.
type atom struct {
	consent  *applicable
	item     words
	unless   []Condition
	actors   *record.Provision // whose actors hold, nil for everybody
	purposes *record.Provision // whose purposes hold, nil for all
	gist     gist              // of item
	permit   bool
	out      bool // it does not count: see combine
	idle     bool // it counts, and adds nothing
}

// whole reports whether a rule is about every entry.
func (a *atom) whole() bool { return a.gist == 0 }

// rule makes of an atom what a decision says. r is zero.
func (a *atom) rule(r *Rule) {
	r.Effect, r.Policy = Deny, a.consent.id
	if a.permit {
		r.Effect = Permit
	}
	if len(a.unless) > 0 {
		r.Unless = a.unless
	}
	a.item.into(&r.If)
}

// reading reads one consent for one purpose of a request.
type reading struct {
	*session
	purpose *record.Coding
	above   *ancestry
	c       *applicable
	// unresolved says that an actor could not be compared and that it mattered; odd that a provision cannot be read.
	unresolved, odd bool
	timed           bool // a provision has a bound in time
	named           bool // a permit names the purpose
}

// level is a provision on the way down, with what it takes over from those above it: what it does not state itself.
type level struct {
	up *level
	p  *record.Provision // nil for the consent itself
	// The provisions whose purposes, actors and actions hold; nil for all.
	purposes, actors, actions *record.Provision

	permit  bool
	request bool // the provision is for this request
	timely  bool // no provision on the way down is out of its time
	depth   int

	// item is what the provision is about, and bound what the nearest permit above is about: nothing within it is permitted
	// beyond that. They are found when somebody asks.
	told        bool
	item, bound words
}

// tell finds what a level says of single entries.
func (l *level) tell() {
	if l.told || l.p == nil {
		return
	}
	l.told = true
	l.item = l.up.within(l.p, l.permit)
	if l.bound = l.up.bound; l.permit {
		l.bound = l.item
	}
}

// within gives what a provision below a level says of single entries. A child of the same effect widens what is above it, one of
// the opposite effect carves out of it.
func (l *level) within(p *record.Provision, permit bool) words {
	item := words{p: p}
	if l.depth == 0 {
		return item
	}
	l.tell()
	switch {
	case permit == l.permit && !l.item.isZero():
		if item.isZero() {
			return l.item
		}
		var own, above Condition
		item.into(&own)
		l.item.into(&above)
		own.widen(&above)
		return words{made: &own}
	case permit && !l.permit && !(l.item.isZero() && l.bound.isZero()):
		var own, above, bound Condition
		item.into(&own)
		l.item.into(&above)
		l.bound.into(&bound)
		own.within(&above)
		own.within(&bound)
		return words{made: &own}
	}
	return item
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

// ofR5 reports whether the provisions of a consent have the meaning of FHIR R5: each is the opposite of what it stands in.
func ofR5(c *record.Consent) bool {
	return c.Version == "R5" || c.Version == "" && c.Provision == nil && len(c.Provisions) > 0
}

// read turns a consent into rules for the request. It reports false for one that cannot be read.
func (r *reading) read(c *record.Consent) bool {
	b, ok := base(c)
	if !ok {
		return false
	}
	permit := b == Permit
	if !r.grantees(c, permit) {
		return true
	}
	root := r.level(0) // only these change
	root.permit, root.request, root.timely = permit, true, true
	r5 := ofR5(c)
	if p := c.Provision; p != nil && !r5 {
		r.nested(p, root, permit, false)
		if len(c.Provisions) > 0 {
			beside := r.level(1)
			*beside = level{permit: permit, request: true, timely: true}
			beside.takeOver(p, root)
			beside.p = nil
			r.each(c.Provisions, beside, false)
		}
		r.c.untimed = !r.odd && !r.timed
		return !r.odd
	}
	r.add(words{}, permit, nil, nil)
	start := len(r.atoms)
	if c.Provision != nil {
		r.nested(c.Provision, root, !permit, true)
	}
	r.each(c.Provisions, root, true)
	r.except(start-1, start, root)
	r.c.untimed = !r.odd && !r.timed
	return !r.odd
}

// grantees reports whether a consent is about who gets it at all (R5 Consent.grantee).
func (r *reading) grantees(c *record.Consent, permit bool) bool {
	if len(c.Grantees) == 0 {
		return true
	}
	a := no
	for i := range c.Grantees {
		a = max(a, r.party(&c.Grantees[i], permit))
	}
	r.unresolved = r.unresolved || a == unknown
	return a.holds(permit)
}

// each reads the provisions within a level. One of R4 states its own effect, that of one of R5 is the opposite of the level above.
func (r *reading) each(list []record.Provision, up *level, r5 bool) {
	for i := range list {
		p := &list[i]
		permit := !up.permit
		if !r5 {
			switch p.Type {
			case string(Permit):
				permit = true
			case string(Deny):
				permit = false
			default:
				r.odd = true
				continue
			}
		}
		r.nested(p, up, permit, r5)
	}
}

// level gives the place of a level of a depth. What stood there before is over.
func (s *session) level(depth int) *level {
	if depth >= len(s.levels) {
		s.levels = append(s.levels, new(level)) // the way down leads through every depth
	}
	return s.levels[depth]
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
func (r *reading) nested(p *record.Provision, up *level, permit, r5 bool) {
	if up.depth > maxDepth {
		r.odd = true
		return
	}
	// A bound in time that cannot be read holds for a denial only.
	timely := up.timely
	if p.Period != nil {
		r.timed = true
		timely = timely && r.now.in(p.Period).holds(permit)
	}
	purposes, actors := up.purposes, up.actors
	if len(p.Purposes) > 0 {
		purposes = p
	}
	if len(p.Actors) > 0 {
		actors = p
	}
	request := timely && r.meets(p, purposes, actors, up.actions, permit)
	from := len(r.atoms)
	var item words
	if request {
		item = up.within(p, permit)
		r.add(item, permit, purposes, actors)
		// What a provision adds to that above it, for somebody or something else, comes on top of what that one grants.
		if up.depth > 0 && permit == up.permit && !up.request && up.timely && !up.item.isZero() && !(&words{p: p}).isZero() {
			r.add(up.item, permit, purposes, actors)
		}
	}
	if len(p.Provisions) == 0 {
		return
	}
	in := r.level(up.depth + 1)
	in.takeOver(p, up)
	in.permit, in.timely, in.request, in.told = permit, timely, request, request
	if request {
		if in.item, in.bound = item, up.bound; permit {
			in.bound = item
		}
	}
	start := len(r.atoms)
	r.each(p.Provisions, in, r5)
	r.except(from, start, in)
}

// except makes what is permitted within a denial an exception of it: of the rules from from to start.
func (r *reading) except(from, start int, in *level) {
	if in.permit || !in.request {
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

// add adds a rule: what it is about, and the provisions whose purposes and actors hold.
func (r *reading) add(item words, permit bool, purposes, actors *record.Provision) {
	n := len(r.atoms)
	if n == cap(r.atoms) {
		r.atoms = append(r.atoms, atom{})
	}
	r.atoms = r.atoms[:n+1]
	a := &r.atoms[n] // what is not in use is zero
	a.consent, a.actors, a.purposes, a.permit = r.c, actors, purposes, permit
	a.item, a.gist = item, item.gist()
}

// meets reports whether a provision is for this request: purpose, actor and action, its own or those it takes over.
func (r *reading) meets(p, purposes, actors, actions *record.Provision, permit bool) bool {
	if p.Expression != "" && permit {
		return false // nobody can say what it permits
	}
	if len(p.Actions) > 0 {
		actions = p
	}
	return (purposes == nil || r.purposeMeets(purposes.Purposes, permit)) && (actors == nil || r.actorMeets(actors.Actors, permit)) &&
		(actions == nil || r.actionMeets(actions.Actions, permit))
}

func (r *reading) purposeMeets(named []record.Coding, permit bool) bool {
	// A denial of a purpose is one of all that is below it; a permit only where the host says so.
	up := r.above.reach(!permit || r.e.Subsume)
	for i := range named {
		c := &named[i]
		switch {
		case c.Code == "":
			if !permit {
				return true // nobody can tell which one is meant
			}
		case sameCode(c, r.purpose):
			r.named = r.named || permit
			return true
		case len(up) > 0 && among(up, c):
			return true
		}
	}
	return false
}

func (r *reading) actorMeets(actors []record.ConsentActor, permit bool) bool {
	best := no
	for i := range actors {
		a := &actors[i]
		switch {
		case discloses(a.Role):
			best = max(best, unknown) // it is not for whom, but from whom
		case a.Ref != nil && !a.Ref.IsZero():
			best = max(best, r.party(a.Ref, permit))
		case a.Role != nil && (r.req.To().hasRole(a.Role) || !permit && r.req.Requester.hasRole(a.Role)):
			best = yes
		default:
			best = max(best, unknown)
		}
	}
	r.unresolved = r.unresolved || best == unknown
	return best.holds(permit)
}

// discloses reports whether a role in a provision is that of who has or made the data (HL7 v3 ParticipationType), not of who gets it.
func discloses(role *record.Concept) bool {
	if role == nil {
		return false
	}
	for i := range role.Codings {
		switch role.Codings[i].Code {
		case "CST", "AUT", "INF", "SOURCE":
			return true
		}
	}
	return false
}

// party compares who gets the data with a reference. A denial holds against who asks as well.
func (r *reading) party(ref *record.Ref, permit bool) answer {
	a := r.recipient(ref)
	if !permit && r.req.Recipient != nil {
		a = max(a, r.e.is(&r.req.Requester, ref))
	}
	if !permit && r.req.Intermediary != nil {
		a = max(a, r.e.is(r.req.Intermediary, ref))
	}
	return a
}

// actionMeets compares the action. Asking for data is access, and giving it disclosure.
func (r *reading) actionMeets(actions []record.Concept, permit bool) bool {
	word := r.req.Action.Code
	for i := range actions {
		for j := range actions[i].Codings {
			switch c := actions[i].Codings[j].Code; {
			case c == word, c == "access" && (word == "" || word == "query"), c == "disclose" && (word == "" || word == "push" || word == "query"):
				return true
			}
		}
		if len(actions[i].Codings) == 0 && !permit {
			return true
		}
	}
	return false
}
