package consent

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

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

// sessions are what decisions are made on; they go to the next decision.
var sessions = sync.Pool{New: func() any { return new(session) }}

// leave lets go of all that a decision was made of.
func (s *session) leave() {
	clear(s.filed)
	clear(s.live)
	clear(s.says)
	clear(s.atoms)
	clear(s.permits)
	clear(s.marked)
	clear(s.found[:cap(s.found)])
	clear(s.more)
	s.stated.leave()
	clear(s.origins)
	clear(s.owed)
	clear(s.keepers)
	clear(s.met)
	clear(s.words.labels[:cap(s.words.labels)])
	clear(s.words.classes[:cap(s.words.classes)])
	clear(s.words.codes[:cap(s.words.codes)])
	clear(s.words.kept[:cap(s.words.kept)])
	s.making = making{}
	s.filed, s.live, s.says, s.atoms, s.permits, s.marked = s.filed[:0], s.live[:0], s.says[:0], s.atoms[:0], s.permits[:0], s.marked[:0]
	s.more, s.origins, s.owed = s.more[:0], s.origins[:0], s.owed[:0]
	s.found, s.keepers, s.met = s.found[:0], s.keepers[:0], s.met[:0]
}

// made is a Decision with room for what most decisions hold: one piece of memory instead of many.
type made struct {
	Decision
	reasons     [8]Reason
	obligations [2]Obligation
	stages      [3]Stage
	standing    [5]Rule
	basis       [1]Basis
	until       time.Time
}

// listed is what a Decision on some consents lists of them, in one piece of memory instead of three.
type listed struct {
	considered [mostFiled]Considered
	policies   [mostFiled + 4]Policy
	basis      [18]Basis
}

const someFiled, mostFiled = 9, 20

// session is the making of one decision.
type session struct {
	making
	filed   []onFile
	live    []applicable
	says    []says
	atoms   []atom
	more    []more     // of atoms
	stated  conditions // that more names
	origins []*record.Provision
	permits []permit
	marked  []int32
	found   []int32      // among the atoms of one purpose
	owed    []Obligation // of the decision
	keepers []*LawRule   // that may keep entries back; nil after the last one of each law
	met     []met
	words   told
}

// making is what one decision has that is not memory for the next.
type making struct {
	e   *Evaluator
	req *Request
	now clock // of req
	m   *made
	// basisRoom is room for the Basis of a Decision on some consents, beside that of made.
	basisRoom []Basis
	d         *Decision // that of m
	// until is when it has to be made again.
	until soonest
	// unreadable says that a consent could not be read: nothing that the patient could deny is permitted.
	unreadable bool
	fell       bool  // the host's default had a say
	lawful     bool  // a consent that applies may say which law it is given under
	distinct   bool  // no two consents have the same id
	scopes     uint8 // a bit for each scope of the consents that apply
}

// says is what came of one purpose.
type says struct {
	consent Outcome // of the patient's consents alone
	final   Effect
	over    bool // the law passes over what the patient says
	invalid bool // the purpose cannot be asked for, or nobody knows it
	known   *Purpose
	purpose *record.Coding
	above   ancestry
	rules   []Rule
	atoms   []atom
	permits []permit // which of atoms permit
	marked  []int32  // of these, what names labels or may say which law it is under
	law     verdict
}

// permit is an atom that permits, for a look at what is looked at most.
type permit struct {
	gist      gist
	at        int32 // among the atoms of the purpose
	everybody bool
}

func (s *session) reason(c ReasonCode, policy, element string) {
	for i := range s.d.Reasons {
		if r := &s.d.Reasons[i]; r.Code == c && r.Policy == policy && r.Element == element {
			return
		}
	}
	s.because(Reason{Code: c, Policy: policy, Element: element})
}

func (s *session) warn(c ReasonCode, policy string) {
	s.because(Reason{Code: c, Policy: policy, Warning: true})
}

func (s *session) because(r Reason) {
	if s.d.Reasons == nil {
		s.d.Reasons = s.m.reasons[:0]
	}
	s.d.Reasons = append(s.d.Reasons, r)
}

func (s *session) basis(citation, policy, by string) {
	b := Basis{citation, policy, by}
	if s.d.Basis == nil {
		s.d.Basis = s.m.basis[:0]
	}
	if !hasWord(s.d.Basis, b) {
		s.d.Basis = append(s.d.Basis, b)
	}
}

func (s *session) policy(p Policy) {
	if !hasWord(s.d.Policies, p) {
		s.d.Policies = append(s.d.Policies, p)
	}
}

func (s *session) deny() {
	s.d.Outcome, s.d.Final = Denied, Deny
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
		c.Consent, c.As = f.ID, why
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
			supersedes = supersedes || len(a.Supersedes) > 0
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
		case a.denies: // who gave it could not be told
		case a.applied:
			*as = ReasonApplied
		default:
			*as = ReasonOther
		}
	}
}

// dropSuperseded drops consents that another that applies names as superseded.
func (s *session) dropSuperseded() {
	gone := func(c *record.Consent) bool {
		for i := range s.live {
			for j := range s.live[i].Supersedes {
				r := &s.live[i].Supersedes[j]
				if s.live[i].Consent != c && (r.ID != "" && r.ID == c.ID || r.Identifier != nil && hasIdentifier(c.Identifiers, r.Identifier)) {
					return true
				}
			}
		}
		return false
	}
	out := make([]bool, len(s.live)) // all are looked at before any goes
	for i := range s.live {
		out[i] = gone(s.live[i].Consent)
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
