package consent

import (
	"sync"
	"time"

	"github.com/portage-health/portage/record"
)

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
	policies   [4]Policy
	basis      [17]Basis
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
	scopes     uint8 // a bit for each scope of the consents that apply
}

// says is what came of one purpose.
type says struct {
	consent Outcome // of the patient's consents alone
	final   Effect
	over    bool // the law passes over what the patient says
	invalid bool // the purpose cannot be asked for, or nobody knows it
	lacking bool // it needs an authorization that is not there
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
