package consent

import "github.com/portage-health/portage/record"

// lacks gives the first element of an authorization that a consent does not have (45 CFR 164.508(c)(1)); "" where it has all.
func (s *session) lacks(a *atom, x *says, r *LawRule) string {
	if r != nil && !r.Elements {
		return ""
	}
	c := s.of(a).Consent
	switch {
	case (s.req.Remuneration || s.req.Sale) && !states(c, CodeRemuneration):
		return "remuneration" // (a)(3)(ii), (a)(4)(ii)
	case a.actors == ofNone && len(c.Grantees) == 0:
		return "recipient" // (c)(1)(iii)
	case len(s.uses(a)) == 0 && blank(c.Purpose):
		return "purpose" // (c)(1)(iv)
	case !s.expires(a, x.category() == CategoryResearch):
		return "expiration" // (c)(1)(v)
	case !signed(c):
		return "signature" // (c)(1)(vi)
	}
	return unstated(c) // (c)(2)
}

// defect gives what a permit lacks to let entries go that a rule of law keeps back; "" where nothing.
func (s *session) defect(a *atom, x *says, r *LawRule) string {
	if r.Alone && !alone(s.of(a).Consent, r) {
		return "combined"
	}
	switch {
	case r.Part2Elements:
		return s.lacksOfPart2(a)
	case r.Elements:
		return s.lacks(a, x, nil)
	}
	return ""
}

// lacksOfPart2 gives the first element of a written consent under 42 CFR Part 2 that a consent does not have (42 CFR 2.31(a) as of
// the rule of 2024); "" where it has all that a consent tells of. One for treatment, payment and health care operations, for all
// three and nothing else, need not name who gets it (2.31(a)(4)(i)); one for any of these need not end (2.31(a)(7)).
func (s *session) lacksOfPart2(a *atom) string {
	c := s.of(a).Consent
	care, every := s.care(a)
	switch {
	case len(s.uses(a)) == 0 && blank(c.Purpose):
		return "purpose" // (a)(5)
	case a.actors == ofNone && len(c.Grantees) == 0 && !every:
		return "recipient" // (a)(4)(i)
	case !care && !s.expires(a, false):
		return "expiration" // (a)(7): for research "none" is no answer here
	case !signed(c):
		return "signature" // (a)(8)-(9)
	}
	return unstated(c) // (a)(4)(iii), (6), (10)
}

// care reports whether a permit names purposes of treatment, payment and operations and no others, and whether it names all three.
func (s *session) care(a *atom) (only, every bool) {
	var t, p, o bool
	uses := s.uses(a)
	for i := range uses {
		q := s.e.purposes().Find(&uses[i])
		if q == nil {
			return false, false
		}
		switch q.Category {
		case CategoryTreatment:
			t = true
		case CategoryPayment:
			p = true
		case CategoryOperations:
			o = true
		default:
			return false, false
		}
	}
	return len(uses) > 0, t && p && o
}

// alone reports whether a consent permits nothing but what bears a rule's labels: one for such notes cannot be one for anything else
// (42 CFR 2.31(b)(2), 45 CFR 164.508(b)(3)(ii)).
func alone(c *record.Consent, r *LawRule) bool {
	b, _ := base(c)
	permit := b == Permit
	if ofR5(c) {
		if permit {
			return false // it permits all that it does not except
		}
		return (c.Provision == nil || r.only(c.Provision, true, false, true, 0)) && r.all(c.Provisions, false, false, true, 0)
	}
	return (c.Provision == nil && !permit || c.Provision != nil && r.only(c.Provision, permit, false, false, 0)) && r.all(c.Provisions, permit, false, false, 0)
}

// only reports whether a provision, and all within it, permits nothing but what bears a rule's labels. labelled says that the
// permit above it bears them: what it does not state it takes over.
func (r *LawRule) only(p *record.Provision, permit, labelled, r5 bool, depth int) bool {
	if depth > maxDepth {
		return false
	}
	for i := range p.SecurityLabels {
		if permit && !labelOf(&p.SecurityLabels[i], r) {
			return false
		}
	}
	labelled = permit && (labelled || len(p.SecurityLabels) > 0)
	return labelled == permit && r.all(p.Provisions, permit, labelled, r5, depth+1)
}

func (r *LawRule) all(list []record.Provision, above, labelled, r5 bool, depth int) bool {
	for i := range list {
		p := &list[i]
		permit := !above
		if !r5 {
			permit = p.Type != string(Deny)
		}
		if !r.only(p, permit, labelled && above, r5, depth) {
			return false
		}
	}
	return true
}

func labelOf(c *record.Coding, r *LawRule) bool {
	for i := range r.Labels {
		if sameCode(c, &r.Labels[i]) {
			return true
		}
	}
	return false
}

// unstated gives what somebody looked for in the form and did not find: what a patient has to be told of the right to revoke, of
// being passed on, and of what a refusal means. A consent does not hold the words of its form: where nobody looked they may be there.
func unstated(c *record.Consent) string {
	for i := range c.Verifications {
		v := &c.Verifications[i]
		if v.Verified == nil || *v.Verified || v.Type == nil {
			continue
		}
		switch {
		case v.Type.Has(System, CodeRevocable):
			return "revocation" // 42 CFR 2.31(a)(6), 45 CFR 164.508(c)(2)(i)
		case v.Type.Has(System, CodeRedisclosure):
			return "redisclosure" // 42 CFR 2.31(a)(4)(iii), (10)(i), 45 CFR 164.508(c)(2)(iii)
		case v.Type.Has(System, CodeRefusal):
			return "refusal" // 42 CFR 2.31(a)(10)(ii), 45 CFR 164.508(c)(2)(ii)
		}
	}
	return ""
}

// states reports whether somebody verified that the form says something.
func states(c *record.Consent, code string) bool {
	for i := range c.Verifications {
		if v := &c.Verifications[i]; v.Verified != nil && *v.Verified && v.Type != nil && v.Type.Has(System, code) {
			return true
		}
	}
	return false
}

// expires reports whether the consent of a permit, or the permit itself, says when it ends: a date or an event; with none, "none"
// is an answer as well.
func (s *session) expires(a *atom, none bool) bool {
	c := s.of(a).Consent
	if t := c.Expires; t != nil && (t.Value != "" || t.AsSent != "" && (none || t.AsSent != "none")) {
		return true
	}
	ends := func(p *record.Period) bool { return p != nil && p.End.Value != "" }
	return ends(c.Period) || c.Provision != nil && ends(c.Provision.Period) || a.p != nil && ends(a.p.Period)
}

// signed reports whether there is a signature and its date.
func signed(c *record.Consent) bool {
	if c.When == nil || c.When.Value == "" {
		return false
	}
	for i := range c.Grantors {
		if g := &c.Grantors[i]; g.SignatureText != nil || g.Signature == "S" || g.Signature == "X" {
			return true
		}
	}
	return len(c.Sources) > 0 || len(c.SourceRefs) > 0
}

// lacksOfIntermediary gives what a permit lacks for a request that comes through an intermediary: its name, or, where the recipient
// is among a group or a class and not named, that the recipient treats the patient (42 CFR 2.31(a)(4)(ii)).
func (s *session) lacksOfIntermediary(a *atom) string {
	switch {
	case s.req.Intermediary == nil:
		return ""
	case !s.namesOne(a, s.req.Intermediary):
		return "intermediary"
	case !s.namesOne(a, s.req.To()) && !s.req.To().Relationship:
		return "participant"
	}
	return ""
}

// namesOne reports whether a permit names a party by itself, or whom it works or acts for, and not as one of a group.
func (s *session) namesOne(a *atom, p *Party) bool {
	one := func(r *record.Ref) bool {
		kind := r.Kind
		if kind == "" {
			kind = kindOfReference(r.AsSent)
		}
		return (kind != kindGroup && kind != record.KindCareTeam || p.kind() == kind) && s.e.is(p, r) == yes
	}
	named := s.named(a)
	for i := range named {
		if r := named[i].Ref; r != nil && one(r) {
			return true
		}
	}
	grantees := s.of(a).Grantees
	for i := range grantees {
		if one(&grantees[i]) {
			return true
		}
	}
	return false
}
