package consent

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// authorized reports whether a purpose that needs an authorization has one: a consent that permits it, names it, and has
// the elements that the law asks for (45 CFR 164.508). A general opt-in is none.
func (s *session) authorized(x *says) bool {
	ok := true
	for _, r := range x.law.requires {
		found, defect := false, ""
		for i := range x.atoms {
			a := &x.atoms[i]
			if !a.permit || !s.names(a, x) {
				continue
			}
			missing := s.lacks(a, x, r)
			if missing == "" {
				found = true
				break
			}
			defect = missing
		}
		if found {
			s.basis(r.Citation, r.ID, "")
			continue
		}
		ok = false
		s.basis(r.Citation, r.ID, "")
		if defect != "" {
			s.reason(ReasonDefective, r.ID, defect)
		} else {
			s.reason(ReasonNotAuthorized, r.ID, "")
		}
	}
	return ok
}

// valid drops permits of consents that are made out as authorizations and do not say what those have to (45 CFR 164.508(b)(2)).
func (s *session) valid(x *says) []atom {
	out := x.atoms
	for i := range x.atoms {
		a := &x.atoms[i]
		if c := s.of(a); !a.permit || !c.lawful || !under(c.Consent, CodeHIPAAAuth) {
			continue
		}
		missing := s.lacks(a, x, nil)
		if missing == "" {
			continue
		}
		s.reason(ReasonDefective, s.of(a).ID, missing)
		s.basis("45 CFR 164.508(b)(2)", "", "")
		if &out[0] == &x.atoms[0] {
			out = slices.Clone(out)
		}
		out[i].consent = -1
	}
	if len(out) > 0 && &out[0] != &x.atoms[0] {
		out = slices.DeleteFunc(out, func(a atom) bool { return a.consent < 0 })
	}
	return out
}

// names reports whether a permit names the purpose asked for.
func (s *session) names(a *atom, x *says) bool {
	uses := s.uses(a)
	for i := range uses {
		if x.above.covers(&uses[i], x.purpose) {
			return true
		}
	}
	return false
}

// standing makes the rules of law that keep single entries back, and says what lets them go.
func (s *session) standing() {
	if len(s.says) == 0 {
		s.keepers = s.keepers[:0]
		s.law(nil)
	}
	s.d.Standing = nil
	room := s.m.standing[:0]
	for rest := s.keepers; len(rest) > 0; {
		end := slices.Index(rest, nil)
		if rules := s.keep(room, rest[:end]); len(rules) > 0 {
			if s.d.Standing == nil {
				s.d.Standing = s.m.stages[1:1]
			}
			s.d.Standing = append(s.d.Standing, Stage{"law", rules[:len(rules):len(rules)]})
			if cap(rules) == cap(room) {
				room = rules[len(rules):]
			}
		}
		rest = rest[end+1:]
	}
	if s.fell && len(s.d.Standing) == 0 {
		// Without a law that says what lifts it, no default reaches what rests on a consent or authorization of its own.
		s.d.Standing = []Stage{{"law", []Rule{{Effect: Deny, Known: true, If: Condition{Labels: append(act(CodePsyNotes, codePsychotherapy, CodeUnderPart2), ours(CodeCounseling)...)}}, {Effect: Permit}}}}
	}
	if s.d.Final == Permit && len(s.req.Labels) > 0 && s.nothingLeft() {
		s.reason(ReasonNotAuthorized, "", "")
		for i := range s.d.Standing {
			for j := range s.d.Standing[i].Rules {
				if r := &s.d.Standing[i].Rules[j]; r.Effect == Deny && coversAll(&r.If, s.req) {
					s.basis(r.Basis, r.Policy, "")
				}
			}
		}
	}
}

// keep adds to an empty list what rules of one law keep back; what none of them keeps back is permitted.
func (s *session) keep(out []Rule, rules []*LawRule) []Rule {
	for _, r := range rules {
		if !s.concerns(r) {
			continue
		}
		if free, unless := s.lifts(r); !free {
			out = append(out, Rule{})
			x := &out[len(out)-1]
			x.Effect, x.If.Labels, x.Unless, x.Known, x.Mask, x.Policy, x.Basis = Deny, r.Labels, unless, true, s.e.Mask, r.ID, r.Citation
		}
	}
	if len(out) > 0 {
		out = append(out, Rule{Effect: Permit})
	}
	return out
}

// concerns reports whether a rule is about one of the purposes.
func (s *session) concerns(r *LawRule) bool {
	if len(r.Categories) == 0 {
		return true
	}
	for i := range s.says {
		if hasWord(r.Categories, s.says[i].category()) {
			return true
		}
	}
	return false
}

// lifts tells what lets entries go that a rule keeps back: all of them, or those that meet a condition. For several purposes all must be lifted.
func (s *session) lifts(r *LawRule) (free bool, unless []Condition) {
	free = len(s.says) > 0
	for i := range s.says {
		f, u := s.liftsFor(&s.says[i], r)
		if !f {
			if free {
				unless = u
			} else if len(u) < len(unless) {
				unless = u
			}
			free = false
		}
	}
	if !free && len(s.says) > 1 {
		unless = nil
	}
	return free, unless
}

func (s *session) liftsFor(x *says, r *LawRule) (free bool, unless []Condition) {
	tpo := x.category() == CategoryTreatment || x.category() == CategoryPayment || x.category() == CategoryOperations
	against := s.req.LegalClaim != nil && s.req.LegalClaim.AgainstPatient || x.category() == CategoryLegal
	var labels []string // of the rule, once somebody needs them
	travel := func(codes ...string) {
		for _, c := range codes {
			if !s.obliged(c, r.Citation) {
				if labels == nil {
					labels = codesOf(r.Labels)
				}
				s.owe(&Obligation{Code: c, Labels: labels[:len(labels):len(labels)], Citation: r.Citation})
			}
		}
	}
	s.found = s.found[:0]
	for _, by := range r.Lifted {
		switch by {
		case "de-identified":
			free = free || s.req.Form == FormDeidentified
		case "emergency":
			if s.attested() && x.category() == CategoryTreatment && s.d.Final == Permit {
				free = true
				s.basis("42 CFR 2.51", r.ID, "")
				s.oblige(Obligation{Code: ObligeDocument, Labels: codesOf(r.Labels), Citation: "42 CFR 2.51(c)",
					Elements: []string{"recipient-name", "recipient-affiliation", "discloser-name", "date-and-time", "nature-of-emergency"}})
			}
		case "self":
			// Not who stands for them: a minor's own care stays from parents (42 CFR 2.14(b)).
			if x.category() == CategoryIndividual && s.req.isPatient() && s.req.Patient.isParty(s.req.To()) {
				free = true
				s.basis("42 CFR 2.23(a)", r.ID, "")
			}
		case "received":
			if tpo && !against && len(s.req.ReceivedUnder) > 0 && hasWord(codesOf(s.req.ReceivedUnder), r.Labels[0].Code) {
				free = true
				s.basis("42 CFR 2.33(b)", r.ID, "")
				travel(ObligeNotice, ObligeKeepLabels)
			}
		case "consent", "named":
			travels, defective := false, false
			for _, i := range x.marked {
				a := &x.atoms[i]
				if against && !s.forProceedings(a) || !s.underLaw(a, r, by) {
					continue
				}
				if missing := s.lacksOfIntermediary(a); missing != "" {
					s.reason(ReasonDefective, s.of(a).ID, missing)
					s.basis("42 CFR 2.31(a)(4)(ii)", "", "")
					continue
				}
				if missing := s.defect(a, x, r); missing != "" {
					s.reason(ReasonDefective, s.of(a).ID, missing)
					if !defective {
						defective = true
						s.basis(r.Citation, r.ID, "")
					}
					continue
				}
				if by == "consent" && !travels {
					travels = true
					travel(ObligeNotice, ObligeCopy, ObligeKeepLabels)
					if !tpo { // by a consent for more than that nobody may pass it on, whenever it was given (42 CFR 2.33(b))
						s.oblige(Obligation{Code: ObligeNoRedisclose, Labels: codesOf(r.Labels), Citation: "42 CFR 2.32"})
					}
				}
				free = free || a.whole()
				s.found = append(s.found, i)
			}
		default:
			if c := s.req.LegalClaim; c != nil && by == "claim:"+c.Kind && len(c.Evidence) > 0 && (x.law.shown || !x.law.claimed) {
				free = true
			}
		}
	}
	if !free && len(s.found) > 0 {
		unless = make([]Condition, len(s.found))
		for i, at := range s.found {
			w := s.said(&x.atoms[at])
			w.into(&unless[i])
		}
	}
	return free, unless
}

// underLaw reports whether a permit is one under the law of a rule's labels, or names them.
func (s *session) underLaw(a *atom, r *LawRule, by string) bool {
	labels, c := s.labels(a), s.of(a)
	for i := range r.Labels {
		for j := range labels {
			if sameCode(&labels[j], &r.Labels[i]) {
				return true
			}
		}
		if by == "consent" && c.lawful && under(c.Consent, r.Labels[i].Code) {
			return true
		}
	}
	return false
}

// forProceedings reports whether a permit is one for legal proceedings, and its consent for nothing else: the two cannot be
// combined (42 CFR 2.31(d)).
func (s *session) forProceedings(a *atom) bool {
	c := s.of(a)
	return len(s.uses(a)) > 0 && s.legal(c.Provision, 0) && s.legalOnly(c.Provisions, 0)
}

// legal reports whether a provision, and all within it, names no purpose but legal proceedings.
func (s *session) legal(p *record.Provision, depth int) bool {
	if p == nil {
		return true
	}
	for i := range p.Purposes {
		if q := s.e.purposes().Find(&p.Purposes[i]); q == nil || q.Category != CategoryLegal {
			return false
		}
	}
	return s.legalOnly(p.Provisions, depth)
}

func (s *session) legalOnly(list []record.Provision, depth int) bool {
	for i := range list {
		if depth > maxDepth || !s.legal(&list[i], depth+1) {
			return false
		}
	}
	return true
}
