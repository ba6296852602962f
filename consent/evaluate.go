package consent

import (
	"context"
	"errors"
	"slices"

	"github.com/portage-health/portage/record"
)

// Default is what a host does where no consent says anything.
type Default string

// The defaults. None of them reaches marketing, sale, psychotherapy notes or what is under 42 CFR Part 2: those rest on
// an authorization or consent of their own.
const (
	// DefaultLawful permits what a law permits without consent, and nothing else.
	DefaultLawful Default = ""
	// DefaultPermit is an opt-out policy of the host: the same, as the host's own decision.
	DefaultPermit Default = "permit"
	// DefaultDeny is an opt-in policy: nothing leaves without consent.
	DefaultDeny Default = "deny"
	// DefaultBreakGlass denies but in an attested emergency.
	DefaultBreakGlass Default = "break-glass"
)

// Evaluator is the default Decider. The zero value has no consents on file and
// decides by the law of the United States alone. It must not be changed while it is used.
type Evaluator struct {
	// Store gives the patients' consents.
	Store Store
	// Laws are the rules of law; nil means USLaw. An empty list means none.
	Laws []*Law
	// Default is the host's policy where the patient has said nothing, DefaultPolicy its name and version.
	Default       Default
	DefaultPolicy Policy
	// Combining is how several consents become one answer.
	Combining Combining
	// Purposes is the table of purposes; nil means StandardPurposes.
	Purposes *PurposeMap
	// Subsume lets a permit of a purpose cover those below it in HL7 v3 (TREAT covers ETREAT, and BTG). A denial always does.
	Subsume bool
	// EmergencyOverride lets an attested emergency pass over a denial (45 CFR 164.522(a)(1)(iii)), with audit.
	EmergencyOverride bool
	// Replaced gives the policy that took the place of one that a consent cites.
	Replaced map[string]string
	// RefuseStale makes a stale copy of a consent a denial, until the host has the newer one.
	RefuseStale bool
	// Mask withholds entries by masking them, where the record can say so.
	Mask bool
	// Resolve tells who a reference in a consent leads to. It may be nil.
	Resolve func(record.Ref) (Party, bool)
}

func (e *Evaluator) purposes() *PurposeMap {
	if e.Purposes != nil {
		return e.Purposes
	}
	return standardPurposes
}

func (e *Evaluator) laws() []*Law {
	if e.Laws != nil {
		return e.Laws
	}
	return usLaw
}

// is compares a party with a reference, by what Resolve knows of it where the two cannot be compared as they stand.
func (e *Evaluator) is(p *Party, ref *record.Ref) answer {
	a := p.matches(ref)
	if a != unknown || e.Resolve == nil {
		return a
	}
	q, ok := e.Resolve(*ref)
	if !ok {
		return a
	}
	try := record.Ref{ID: q.ID, AsSent: q.Reference, Kind: q.kind()}
	best := p.matches(&try)
	for i := range q.Identifiers {
		try.Identifier = &q.Identifiers[i]
		best = better(best, p.matches(&try))
	}
	for _, also := range q.Also {
		best = better(best, p.matches(&record.Ref{AsSent: also, Kind: q.kind()}))
	}
	return best
}

// better gives the more telling of two answers.
func better(a, b answer) answer {
	switch {
	case a == yes || b == yes:
		return yes
	case a == no || b == no:
		return no
	}
	return unknown
}

var errNoTime = errors.New("consent: the request has no time")

// Decide decides a request. It returns an error where the consents on file could not be read at all.
func (e *Evaluator) Decide(ctx context.Context, req *Request) (*Decision, error) {
	if req.At.IsZero() {
		return nil, errNoTime
	}
	s := sessions.Get().(*session)
	d, err := s.decide(ctx, e, req)
	s.leave() // not after a panic: what was left half done is no memory for the next
	sessions.Put(s)
	return d, err
}

// decide makes a decision.
func (s *session) decide(ctx context.Context, e *Evaluator, req *Request) (*Decision, error) {
	s.e, s.req, s.now, s.m = e, req, clockOf(req.At), new(made)
	s.d = &s.m.Decision
	s.d.At = req.At
	s.until.now, s.until.at = &s.now, &s.m.until
	if s.refused() {
		return s.close(), nil
	}
	if err := s.consents(ctx); err != nil {
		return nil, err
	}
	s.consider()
	for i := range req.Purposes {
		s.purpose(&req.Purposes[i])
	}
	s.considered()
	s.settle()
	return s.close(), nil
}

// consider finds which consents apply.
func (s *session) consider() {
	research := false
	for i := range s.req.Purposes {
		if p := s.e.purposes().Find(&s.req.Purposes[i]); p != nil && p.Category == CategoryResearch {
			research = true
		}
	}
	if n := len(s.filed); n >= someFiled && n <= mostFiled {
		l := new(listed)
		s.d.Considered, s.d.Policies, s.basisRoom = l.considered[:n:n], l.policies[:0], l.basis[:0]
	} else {
		s.d.Considered = make([]Considered, n)
	}
	s.live = slices.Grow(s.live, len(s.filed))
	supersedes, ended := false, false
	for i := range s.filed {
		f := &s.filed[i]
		s.live = s.live[:len(s.live)+1] // there is room, and it is zero
		a := &s.live[len(s.live)-1]
		a.at = i
		why := a.applies(s.e, f, s.req, &s.now, research)
		c := &s.d.Considered[i]
		c.Consent, c.Version, c.As = f.ID, f.version(), why
		switch why {
		case "":
			s.lawful = s.lawful || a.lawful
			s.scopes |= a.scope
			supersedes = supersedes || len(a.Supersedes) > 0
			continue
		case ReasonUnreadable, ReasonWhose:
			s.unreadable = true
			s.reason(why, f.ID, "")
		case ReasonUnverified:
			a.denies = true
			s.lawful = s.lawful || a.lawful
			s.scopes |= a.scope
			s.reason(why, f.ID, "")
			continue
		case ReasonCapacity, ReasonEndangerment:
			s.reason(why, f.ID, "")
		case ReasonRevoked, ReasonInactive:
			ended = true
		}
		*a = applicable{}
		s.live = s.live[:len(s.live)-1]
	}
	if supersedes {
		s.dropSuperseded()
	}
	if ended {
		s.duplicates()
	}
}

// considered says what became of the consents that apply.
func (s *session) considered() {
	for i := range s.live {
		a := &s.live[i]
		switch as := &s.d.Considered[a.at].As; {
		case a.odd:
			*as = ReasonUnreadable
		case a.denies && *as == ReasonUnverified: // who gave it could not be told
		case a.denies && !a.applied:
			*as = ReasonScope // nobody knows what it is about
		case a.applied:
			*as = ReasonApplied
		default:
			*as = ReasonOther
		}
	}
}

// dropSuperseded drops consents that another that applies names as superseded, and what those name. Where nobody can tell which came
// last, since each says so of another, all hold; so do those that one is over that was given by who may not speak for the patient.
func (s *session) dropSuperseded() {
	over := make([][]int, len(s.live))
	out := make([]bool, len(s.live)) // at first those that any other is over
	named := map[string][]int{}      // by what a reference could name them by
	for i := range s.live {
		c := s.live[i].Consent
		named[c.ID] = append(named[c.ID], i)
		for k := range c.Identifiers {
			if v := c.Identifiers[k].Value; v != c.ID {
				named[v] = append(named[v], i)
			}
		}
	}
	for i := range s.live {
		if s.live[i].denies {
			continue
		}
		for _, r := range s.live[i].Supersedes {
			at := named[r.ID]
			if r.Identifier != nil {
				at = append(at[:len(at):len(at)], named[r.Identifier.Value]...)
			}
			for _, j := range at {
				if c := s.live[j].Consent; i != j && (r.ID != "" && r.ID == c.ID || r.Identifier != nil && hasIdentifier(c.Identifiers, r.Identifier)) {
					over[i], out[j] = append(over[i], j), true
				}
			}
		}
	}
	var next []int
	for i := range out {
		if !out[i] {
			next = append(next, i)
		}
	}
	clear(out)
	for len(next) > 0 {
		i := next[len(next)-1]
		next = next[:len(next)-1]
		for _, j := range over[i] {
			if !out[j] {
				out[j] = true
				next = append(next, j)
			}
		}
	}
	kept := s.live[:0]
	for i := range s.live {
		if out[i] {
			s.d.Considered[s.live[i].at].As = ReasonSuperseded
			continue
		}
		kept = append(kept, s.live[i])
	}
	clear(s.live[len(kept):])
	s.live = kept
}

func hasIdentifier(list []record.Identifier, id *record.Identifier) bool {
	for i := range list {
		if list[i].Same(*id) {
			return true
		}
	}
	return false
}

// duplicates warns of a consent that still permits what a revoked one for the same grantees did.
func (s *session) duplicates() {
	for i := range s.filed {
		if s.d.Considered[i].As != ReasonRevoked && s.d.Considered[i].As != ReasonInactive {
			continue
		}
		for j := range s.live {
			if sameGrant(s.filed[i].Consent, s.live[j].Consent) {
				s.warn(ReasonDuplicate, s.live[j].ID)
			}
		}
	}
}

// purpose decides one purpose.
func (s *session) purpose(c *record.Coding) {
	s.says = append(s.says, says{purpose: c, known: s.e.purposes().Find(c), consent: NoConsent, final: Deny})
	out := &s.says[len(s.says)-1]
	out.above = s.e.purposes().above(out.known)
	start := len(s.atoms)
	r := reading{session: s, purpose: c, permitted: out.above.reach(s.e.Subsume), denied: out.above.reach(true)}
	for i := range s.live {
		a := &s.live[i]
		from := len(s.atoms)
		r.c, r.at, r.unresolved, r.odd, r.walked = a, int32(i), false, false, false
		s.until.bounds(a.Consent)
		ok := r.read(a.Consent)
		if r.odd {
			s.until.again = true
		} else if !r.walked {
			s.until.provisions(a.Consent)
		}
		if !ok {
			s.unreadable = true
			s.reason(ReasonUnreadable, a.ID, "")
			a.odd = true
			clear(s.atoms[from:])
			s.atoms = s.atoms[:from]
			continue
		}
		if r.unresolved {
			s.warn(ReasonActor, a.ID)
		}
		if a.denies {
			s.atoms = append(s.atoms[:from], slices.DeleteFunc(s.atoms[from:], func(a atom) bool { return a.permit })...)
		}
		a.applied = a.applied || len(s.atoms) > from
	}
	named := r.named
	out.atoms = s.atoms[start:len(s.atoms):len(s.atoms)]
	out.law = s.law(out.known)
	if s.lawful {
		out.atoms = s.valid(out)
	}
	out.rules = s.combine(out)
	out.consent = whole(out.rules, s.req)
	if s.unreadable {
		out.consent = Denied
	}
	if out.known == nil && !named {
		s.reason(ReasonUnknown, "", "")
		out.consent, out.invalid = Denied, true
	}
	if out.known != nil && out.known.PushOnly && (s.req.Action.Code == "" || s.req.Action.Code == "query" || s.req.Action.Code == "access") {
		s.reason(ReasonPushOnly, "", "")
		out.consent, out.invalid = Denied, true
	}
}
