package consent

import "github.com/portage-health/portage/record"

// reading reads one consent for one purpose of a request.
type reading struct {
	*session
	purpose *record.Coding
	// permitted and denied are what a permit and a denial of the purpose may name beside it.
	permitted, denied []*Purpose
	c                 *applicable
	at                int32 // where c is
	// unresolved says that an actor could not be compared and that it mattered; odd that a provision cannot be read.
	unresolved, odd bool
	walked          bool // the provisions were looked at
	named           bool // a permit names the purpose
}

// level is a provision on the way down, with what it takes over from those above it: what it does not state itself.
type level struct {
	// The provisions whose purposes, actors and actions hold; nil for all.
	purposes, actors, actions *record.Provision
	ofPurposes, ofActors      origin // the same, for atoms

	permit  bool
	request bool // the provision is for this request
	timely  bool // no provision on the way down is out of its time
	depth   int

	// item is what the provision is about, and bound what the nearest permit above is about: nothing within it is permitted
	// beyond that.
	item, bound words
}

// within gives what a provision below a level says of single entries. A child of the same effect widens what is above it, one of
// the opposite effect carves out of it.
func (s *session) within(l *level, p *record.Provision, permit bool) words {
	item := words{p: p}
	if l.depth == 0 {
		return item
	}
	switch {
	case permit == l.permit && !l.item.isZero():
		if item.isZero() {
			return l.item
		}
		var above spoken
		own := s.stated.one()
		item.speak(own)
		l.item.speak(&above)
		own.widen(&above)
		return words{made: own}
	case permit && !l.permit && !(l.item.isZero() && l.bound.isZero()):
		var above, bound spoken
		own := s.stated.one()
		item.speak(own)
		l.item.speak(&above)
		l.bound.speak(&bound)
		own.within(&above)
		own.within(&bound)
		return words{made: own}
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
	if len(c.Grantees) > 0 && !r.grantees(c, permit) {
		return true
	}
	root := level{permit: permit, request: true, timely: true}
	r5 := ofR5(c)
	if p := c.Provision; p != nil && !r5 {
		r.nested(p, &root, permit, false)
		if len(c.Provisions) > 0 {
			beside := level{depth: 1, permit: permit, request: true, timely: true}
			if len(p.Purposes) > 0 {
				beside.purposes, beside.ofPurposes = p, r.origin(p)
			}
			if len(p.Actors) > 0 {
				beside.actors, beside.ofActors = p, r.origin(p)
			}
			if len(p.Actions) > 0 {
				beside.actions = p
			}
			r.each(c.Provisions, &beside, false)
		}
		r.walked = true
		return !r.odd
	}
	r.add(words{}, &nothing, &root, permit)
	start := len(r.atoms)
	if c.Provision != nil {
		r.nested(c.Provision, &root, !permit, true)
	}
	r.each(c.Provisions, &root, true)
	r.except(start-1, start, &root)
	r.walked = true
	return !r.odd
}

// grantees reports whether a consent is about who gets it at all (R5 Consent.grantee).
func (r *reading) grantees(c *record.Consent, permit bool) bool {
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

// nested reads one provision with its exceptions.
func (r *reading) nested(p *record.Provision, up *level, permit, r5 bool) {
	if up.depth > maxDepth {
		r.odd = true
		return
	}
	// A bound in time that cannot be read holds for a denial only.
	timely := up.timely
	if p.Period != nil {
		timely = r.until.look(p.Period).holds(permit) && timely
	}
	// It is for this request if its purposes, actors and actions are, its own or those it takes over. Nobody can say what an
	// expression permits.
	request := timely && (!permit || p.Expression == "")
	if request {
		if named := p.Purposes; len(named) > 0 {
			request = r.purposeMeets(named, permit)
		} else if up.purposes != nil {
			request = r.purposeMeets(up.purposes.Purposes, permit)
		}
	}
	if request {
		if actors := p.Actors; len(actors) > 0 {
			request = r.actorMeets(actors, permit)
		} else if up.actors != nil {
			request = r.actorMeets(up.actors.Actors, permit)
		}
	}
	if request {
		if actions := p.Actions; len(actions) > 0 {
			request = r.actionMeets(actions, permit)
		} else if up.actions != nil {
			request = r.actionMeets(up.actions.Actions, permit)
		}
	}
	from := len(r.atoms)
	var item words
	if request {
		item = r.within(up, p, permit)
		r.add(item, p, up, permit)
		// What a provision adds to that above it, for somebody or something else, comes on top of what that one grants.
		if up.depth > 0 && permit == up.permit && !up.request && up.timely && !up.item.isZero() && !(&words{p: p}).isZero() {
			r.add(up.item, p, up, permit)
		}
	}
	if len(p.Provisions) == 0 {
		return
	}
	if !request {
		item = r.within(up, p, permit)
	}
	in := level{up.purposes, up.actors, up.actions, up.ofPurposes, up.ofActors, permit, request, timely, up.depth + 1, item, up.bound}
	if len(p.Purposes) > 0 {
		in.purposes, in.ofPurposes = p, r.origin(p)
	}
	if len(p.Actors) > 0 {
		in.actors, in.ofActors = p, r.origin(p)
	}
	if len(p.Actions) > 0 {
		in.actions = p
	}
	if permit {
		in.bound = item
	}
	start := len(r.atoms)
	r.each(p.Provisions, &in, r5)
	r.except(from, start, &in)
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
		w := r.said(&r.atoms[i])
		w.into(&c)
		for j := from; j < start; j++ {
			m := r.moreOf(&r.atoms[j])
			m.unless = append(m.unless, c)
		}
	}
}

// nothing is a provision that says nothing.
var nothing record.Provision

// add adds a rule of a provision below a level: what it is about, with whose purposes and actors hold.
func (r *reading) add(item words, p *record.Provision, up *level, permit bool) {
	purposes, actors := up.ofPurposes, up.ofActors
	if len(p.Purposes) > 0 {
		if purposes = ofOwn; item.p != p {
			purposes = r.origin(p)
		}
	}
	if len(p.Actors) > 0 {
		if actors = ofOwn; item.p != p {
			actors = r.origin(p)
		}
	}
	n := len(r.atoms)
	if n == cap(r.atoms) {
		r.atoms = append(r.atoms, atom{})
	}
	r.atoms = r.atoms[:n+1]
	a := &r.atoms[n] // what is not in use is zero
	a.consent, a.actors, a.purposes, a.permit = r.at, actors, purposes, permit
	a.p, a.gist = item.p, item.gist()
	if item.made != nil {
		r.moreOf(a).made = item.made
	}
}

func (r *reading) purposeMeets(named []record.Coding, permit bool) bool {
	asked := r.purpose
	for i := range named {
		switch c := &named[i]; {
		case c.Code == "":
			if !permit {
				return true // nobody can tell which one is meant
			}
		case sameCode(c, asked):
			r.named = r.named || permit
			return true
		}
	}
	// A denial of a purpose is one of all that is below it; a permit only where the host says so.
	up := r.permitted
	if !permit {
		up = r.denied
	}
	if len(up) == 0 {
		return false
	}
	for i := range named {
		if among(up, &named[i]) {
			return true
		}
	}
	return false
}

func (r *reading) actorMeets(actors []record.ConsentActor, permit bool) bool {
	best, gives := no, 0
	for i := range actors {
		a := &actors[i]
		if a.Role != nil {
			if isRole(a.Role, givesRole) {
				gives++ // by whom it is said, beside those whom it is about
				continue
			}
			if isRole(a.Role, fromRole) {
				best = max(best, unknown) // it is not for whom, but from whom
				continue
			}
		}
		switch {
		case a.Ref != nil && !a.Ref.IsZero():
			best = max(best, r.party(a.Ref, permit))
		case a.Role != nil && (r.req.To().hasRole(a.Role) || !permit && r.req.Requester.hasRole(a.Role)):
			best = yes
		default:
			best = max(best, unknown)
		}
	}
	if gives == len(actors) {
		best = unknown
	}
	r.unresolved = r.unresolved || best == unknown
	return best.holds(permit)
}

// givesRole and fromRole are the roles in a provision of who grants, and of who has or made the data (FHIR security-role-type).
func givesRole(code string) bool {
	switch code {
	case "GRANTOR", "CONSENTER", "DELEGATOR":
		return true
	}
	return false
}

func fromRole(code string) bool {
	switch code {
	case "CST", "AUT", "INF", "SOURCE", "PRIMAUTH", "COAUTH", "110153":
		return true
	}
	return false
}

// isRole reports whether a role has a code that is one of those.
func isRole(role *record.Concept, one func(code string) bool) bool {
	for i := range role.Codings {
		if one(role.Codings[i].Code) {
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

// actionMeets compares the action. Asking for data is access, and giving it disclosure: a denial of these holds for all that begins so
// (FHIR consentaction: to collect, use and correct is to do so with what was retrieved).
func (r *reading) actionMeets(actions []record.Concept, permit bool) bool {
	word := r.req.Action.Code
	for i := range actions {
		for j := range actions[i].Codings {
			switch c := actions[i].Codings[j].Code; {
			case c == "":
				if !permit {
					return true // nobody can tell which one is meant
				}
			case c == word, c == "access" && (word == "" || word == "query"), c == "disclose" && (word == "" || word == "push" || word == "query"):
				return true
			case !permit && (c == "disclose" || c == "access" && word != "push" && word != "disclose"):
				// Whatever is done with it then, it is disclosed; and it is had, where it is not sent unasked.
				return true
			}
		}
		if len(actions[i].Codings) == 0 && !permit {
			return true
		}
	}
	return false
}
