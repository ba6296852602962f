package consent

import "github.com/portage-health/portage/record"

// Law is a set of rules of law as data, with where it was taken from and when. It must not be changed while it is used.
type Law struct {
	Policy
	// Jurisdiction is where it holds: US, or US-WA; "" everywhere.
	Jurisdiction string          `json:"jurisdiction,omitempty"`
	Rules        []LawRule       `json:"rules"`
	Exceptions   []ExceptionRule `json:"exceptions,omitempty"`
}

// LawKind is what a rule of law does.
type LawKind string

// The kinds.
const (
	LawPermits   LawKind = "permits"   // no consent is needed; a denial of the patient's still holds
	LawOver      LawKind = "over"      // it may leave even against a denial of the patient's
	LawRequires  LawKind = "requires"  // nothing but an authorization that names the purpose will do
	LawWithholds LawKind = "withholds" // entries with the labels stay, unless something lifts it
)

// LawRule is one rule. Fields that say nothing do not limit it.
type LawRule struct {
	ID       string  `json:"id"`
	Citation string  `json:"citation"`
	Kind     LawKind `json:"kind"`

	Categories []Category `json:"categories,omitempty"`
	// Claims are the kinds of legal claim that it rests on; of Evidence one must have been seen, else Missing is the reason of a denial.
	Claims   []string   `json:"claims,omitempty"`
	Evidence []string   `json:"evidence,omitempty"`
	Missing  ReasonCode `json:"missing,omitempty"`
	// Agreement and Form are what it asks for.
	Agreement string `json:"agreement,omitempty"`
	Form      Form   `json:"form,omitempty"`
	Sale      bool   `json:"sale,omitempty"`
	// Relationship asks that the recipient has or had the patient, Covered that it is under HIPAA itself, Self that the patient or
	// who stands for them asks.
	Relationship bool `json:"relationship,omitempty"`
	Covered      bool `json:"coveredEntity,omitempty"`
	Self         bool `json:"self,omitempty"`
	// Elements says that an authorization must have all the elements of 45 CFR 164.508(c), Part2Elements that a consent which lifts
	// it must have those of 42 CFR 2.31(a), and Alone that it must be for what has the labels and nothing else (42 CFR 2.31(b)(2),
	// 45 CFR 164.508(b)(3)(ii)).
	Elements      bool `json:"elements,omitempty"`
	Part2Elements bool `json:"part2Elements,omitempty"`
	Alone         bool `json:"alone,omitempty"`
	// Labels are what LawWithholds is about, and Lifted what lifts it: consent (one under the law of the label), named (one
	// that names the label), emergency, de-identified, received, self (the patient asks for their own, and nobody for them: 42 CFR 2.23(a)), or
	// claim:KIND with the evidence of the same word.
	Labels []record.Coding `json:"labels,omitempty"`
	Lifted []string        `json:"lifted,omitempty"`
	// Limited says that no more may leave than the claim reaches.
	Limited     bool     `json:"limited,omitempty"`
	Obligations []string `json:"obligations,omitempty"`
}

// ExceptionRule says which exception to information blocking a denial for a reason may rest on, and what must be documented.
type ExceptionRule struct {
	Reason   ReasonCode `json:"reason"`
	Citation string     `json:"citation"`
	Evidence []string   `json:"evidence,omitempty"`
}

// verdict is what the laws say to one purpose.
type verdict struct {
	permits, over *LawRule
	requires      []*LawRule
	missing       *LawRule // a claim that lacks its evidence
	claimed       bool     // some rule knows the claim
	shown         bool     // the evidence of one of them was seen
}

// law asks all laws about one purpose. With the first one it notes the rules that keep entries back.
func (s *session) law(known *Purpose) (v verdict) {
	e, req, first := s.e, s.req, len(s.says) <= 1
	var cat Category
	auth := false
	if known != nil {
		cat, auth = known.Category, known.Authorization
	}
	for _, l := range e.laws() {
		if !holdsIn(l.Jurisdiction, req.Jurisdiction) {
			continue
		}
		for i := range l.Rules {
			r := &l.Rules[i]
			if r.Kind == LawWithholds {
				if first {
					s.keepers = append(s.keepers, r)
				}
				continue
			}
			if len(r.Claims) > 0 && req.LegalClaim == nil || len(r.Categories) > 0 && !hasWord(r.Categories, cat) && !(auth && r.Kind == LawRequires && hasWord(r.Categories, CategoryBenefits)) {
				continue
			}
			if len(r.Claims) > 0 {
				if !hasWord(r.Claims, req.LegalClaim.Kind) {
					continue
				}
				v.claimed = true
				if !req.LegalClaim.shows(r.Evidence) {
					if v.missing == nil {
						v.missing = r
					}
					continue
				}
				v.shown = true
			}
			if r.Form != FormIdentified && r.Form != req.Form || r.Agreement != "" && (req.Agreement == nil || req.Agreement.Kind != r.Agreement) ||
				r.Sale && !req.Sale || r.Relationship && !req.To().Relationship || r.Covered && !req.To().Covered || r.Self && !req.bySelf() {
				continue
			}
			switch {
			case r.Kind == LawRequires:
				v.requires = append(v.requires, r)
			case r.Kind == LawOver && v.over == nil:
				v.over = r
			case r.Kind == LawPermits && v.permits == nil:
				v.permits = r
			}
		}
		if n := len(s.keepers); first && n > 0 && s.keepers[n-1] != nil {
			s.keepers = append(s.keepers, nil) // the law's end
		}
	}
	return v
}

// shows reports whether one of the kinds of evidence was seen; of none, nothing has to be.
func (c *LegalClaim) shows(kinds []string) bool {
	for i := range c.Evidence {
		if hasWord(kinds, c.Evidence[i].Kind) {
			return true
		}
	}
	return len(kinds) == 0
}

// bySelf reports whether the patient asks, or who stands in the patient's place, and that nobody else gets it.
func (r *Request) bySelf() bool {
	for _, q := range [2]*Party{&r.Requester, r.To()} {
		if rep := r.Patient.speaker(q); !r.Patient.isParty(q) && (rep == nil || !rep.Verified || rep.Endangers || !r.Patient.speaks(rep, r)) {
			return false
		}
	}
	return true
}

// isPatient reports whether it is the patient who asks.
func (r *Request) isPatient() bool { return r.Patient.isParty(&r.Requester) }

// is1 reports whether a party is surely the patient.
func (s *Subject) isParty(q *Party) bool {
	if q.ID != "" && q.ID == s.ID || sameReference(q.Reference, s.Reference) {
		return true
	}
	for i := range q.Identifiers {
		for j := range s.Identifiers {
			if q.Identifiers[i].Same(s.Identifiers[j]) {
				return true
			}
		}
	}
	return false
}

// speaker gives the representative that asks for the data, else the one that gets it, else the one through or for whom that is done.
// One that endangers the patient comes first.
func (r *Request) speaker() *Representative {
	var first *Representative
	for _, q := range [5]*Party{&r.Requester, r.To(), r.Requester.OnBehalfOf, r.To().OnBehalfOf, r.Intermediary} {
		if q == nil {
			continue
		}
		if rep := r.Patient.speaker(q); rep != nil && (first == nil || rep.Endangers) {
			if first = rep; rep.Endangers {
				break
			}
		}
	}
	return first
}

// speaker gives the representative that a party is.
func (s *Subject) speaker(q *Party) *Representative {
	for i := range s.Representatives {
		p := &s.Representatives[i]
		ref := record.Ref{ID: q.ID, AsSent: q.Reference}
		if p.is(&ref) == yes {
			return p
		}
		for k := range q.Identifiers {
			if p.is(&record.Ref{Identifier: &q.Identifiers[k]}) == yes {
				return p
			}
		}
	}
	return nil
}

// speaks reports whether a representative of this authority can speak for the patient now (45 CFR 164.502(g)): a parent for a
// child, next of kin and a spouse for one who cannot decide, an executor for one who is dead. Every other authority ends with
// the patient's life (164.502(g)(4)).
func (s *Subject) speaks(r *Representative, req *Request) bool {
	if dead := !s.Deceased.IsZero(); dead || r.Authority == AuthorityExecutor {
		return dead && r.Authority == AuthorityExecutor
	}
	switch r.Authority {
	case AuthorityParent:
		return !s.adult(req) || s.Capacity == CapacityLacks
	case AuthorityNextOfKin, AuthoritySpouse:
		return s.Capacity == CapacityLacks || s.minor(req)
	}
	return true
}

// holdsIn reports whether a law of one place holds in another: that of a country holds in its states.
func holdsIn(law, place string) bool {
	return law == "" || place == "" && len(law) == 2 || law == place || len(place) > len(law) && place[:len(law)] == law && place[len(law)] == '-'
}

func hasWord[T comparable](list []T, w T) bool {
	for i := range list {
		if list[i] == w {
			return true
		}
	}
	return false
}
