package consent

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// refused decides what needs no consent to be looked at: requests that are not valid, and who may not ask at all.
func (s *session) refused() bool {
	req, d := s.req, s.d
	if what := req.invalid(); what != "" {
		s.reason(ReasonInvalid, "", what)
		s.deny()
		return true
	}
	if m := req.Emergency; m != nil && blank(m.Reason) {
		s.reason(ReasonJustification, "", "reason")
		s.basis("45 CFR 164.514(h)", "", "")
		s.deny()
		return true
	}
	if s.deadLongAgo() {
		d.Outcome, d.Final = Permitted, Permit
		s.reason(ReasonNotPHI, "", "")
		s.basis("45 CFR 164.502(f)", "", "")
		s.standing()
		return true
	}
	rep := req.speaker()
	if rep != nil && (!req.isPatient() || rep.Endangers) {
		switch {
		case rep.Endangers:
			s.reason(ReasonEndangerment, "", "")
			s.basis("45 CFR 164.502(g)(5)", "", rep.DecidedBy)
		case req.Action.Code == "revoke":
			return s.revocation()
		case (!rep.Verified || !req.Patient.speaks(rep, req)) && s.individual():
			s.reason(ReasonUnverified, "", "")
			s.basis("45 CFR 164.514(h)", "", "")
		default:
			return s.purposeless()
		}
		s.deny()
		return true
	}
	if req.Action.Code == "revoke" {
		return s.revocation()
	}
	return s.purposeless()
}

// revocation decides who may revoke: the patient, and who speaks for the patient; a delegate where the patient allowed it (45 CFR 164.508(b)(5)).
func (s *session) revocation() bool {
	rep := s.req.Patient.speaker(&s.req.Requester)
	switch {
	case s.req.isPatient():
		s.revokes("")
	case rep == nil || rep.Authority == AuthorityDelegate && !rep.MayRevoke:
		by := ""
		if rep != nil {
			by = name(&rep.Party)
		}
		s.reason(ReasonNoRevoke, "", "")
		s.basis("45 CFR 164.508(b)(5)", "", by)
		s.oblige(Obligation{Code: ObligeAudit, Elements: []string{"delegate"}})
		s.deny()
	case !rep.Verified || rep.Endangers || !s.req.Patient.speaks(rep, s.req):
		s.reason(ReasonUnverified, "", "")
		s.basis("45 CFR 164.514(h)", "", "")
		s.deny()
	default:
		s.revokes(name(&rep.Party))
	}
	return true
}

// purposeless denies a request that says for nothing what it is.
func (s *session) purposeless() bool {
	if len(s.req.Purposes) == 0 {
		s.reason(ReasonNoPurpose, "", "purposes")
		s.deny()
		return true
	}
	return false
}

// stageRevoke is the stage of a decision that lets a consent be revoked: no data goes with that.
const stageRevoke = "revoke"

// revokes permits a revocation, and no disclosure.
func (s *session) revokes(by string) {
	d := s.d
	d.Outcome, d.Final = Permitted, Permit
	d.Residual = []Stage{{stageRevoke, []Rule{{Effect: Deny}}}}
	s.basis("45 CFR 164.508(b)(5)", "", by)
	o := Obligation{Code: ObligeAudit}
	if by != "" {
		o.Elements = []string{"delegate"}
	}
	s.oblige(o)
}

func blank(s string) bool {
	for _, c := range s {
		if c > ' ' {
			return false
		}
	}
	return true
}

func name(p *Party) string {
	if p.Reference != "" {
		return p.Reference
	}
	return p.ID
}

// deadLongAgo reports whether the patient has been dead for more than 50 years (45 CFR 164.502(f)).
func (s *session) deadLongAgo() bool {
	if s.req.Patient.Deceased.IsZero() {
		return false
	}
	_, end, ok := span(s.req.Patient.Deceased, s.req.At.Location())
	return ok && !s.req.At.Before(end.AddDate(50, 0, 0))
}

// individual reports whether the request is for access by the patient or for them.
func (s *session) individual() bool {
	for i := range s.req.Purposes {
		if p := s.e.purposes().Find(&s.req.Purposes[i]); p != nil && p.Category == CategoryIndividual {
			return true
		}
	}
	return false
}

// attested reports whether there is an emergency that is not over.
func (s *session) attested() bool {
	m := s.req.Emergency
	return m != nil && (m.Until == nil || s.req.At.Before(*m.Until))
}

// settle makes one decision of what came of each purpose: all must be permitted.
func (s *session) settle() {
	permitted, denied, none, final := 0, 0, 0, Permit
	for i := range s.says {
		x := &s.says[i]
		s.weigh(x)
		switch {
		case x.over || x.consent == Permitted:
			permitted++
		case x.consent == Denied:
			denied++
		default:
			none++
		}
		if x.final != Permit {
			final = Deny
		}
	}
	d := s.d
	switch {
	case denied > 0:
		d.Outcome = Denied
	case permitted > 0 && none > 0:
		s.reason(ReasonPurpose, "", "")
		d.Outcome = Denied
	case permitted > 0 && final == Permit:
		d.Outcome = Permitted
	case permitted > 0:
		d.Outcome = Denied
	default:
		d.Outcome = NoConsent
	}
	d.Final = final
	if d.Outcome == Denied {
		d.Final = Deny
	}
	s.emergency()
	if d.Final == Permit {
		s.residual()
	}
	s.standing()
	if d.Final == Permit && s.nothingLeft() {
		s.reason(ReasonAllWithheld, "", "")
		s.deny()
	}
	for i := range s.says {
		if p := s.says[i].known; p != nil && p.Respond == "must" && d.Outcome == NoConsent && d.Final == Deny {
			s.warn(ReasonMustRespond, p.Code)
		}
	}
}

// weigh puts the law over what the consents say to one purpose, and the host's default under it.
func (s *session) weigh(x *says) {
	v := &x.law
	if x.invalid { // no law permits what cannot be asked for, or what nobody understands
		x.final = Deny
		return
	}
	if v.missing != nil && v.over == nil && v.permits == nil {
		s.reason(v.missing.Missing, v.missing.ID, "evidence")
		s.basis(v.missing.Citation, v.missing.ID, "")
		x.final = Deny
		if x.consent == Permitted {
			x.consent = Denied
		}
		return
	}
	if s.req.LegalClaim != nil && !v.claimed && len(s.e.laws()) > 0 {
		s.warn(ReasonClaim, "")
	}
	deidentified := v.permits != nil && v.permits.Form == FormDeidentified
	if !deidentified && !s.authorized(x) {
		x.final, x.lacking = Deny, true
		if x.consent == Permitted {
			x.consent = Denied
		}
		return
	}
	switch {
	case deidentified:
		x.over, x.final = true, Permit // it is no longer the patient's data that leaves
		s.rests(v.permits)
	case v.over != nil:
		x.over, x.final = true, Permit
		s.rests(v.over)
	case x.consent == Denied:
		x.final = Deny
		if !s.unreadable {
			s.reason(ReasonConsent, "", "")
			s.basis("45 CFR 164.522(a)", "", "")
		} else {
			s.basis("45 CFR 164.522(a)", "", "")
		}
	case x.consent == Permitted:
		x.final = Permit
		s.reason(ReasonConsent, "", "")
		s.rely(x)
		if v.permits != nil {
			s.owes(v.permits)
		}
	default:
		x.final = s.fallBack(x)
	}
}

// fallBack is the host's default.
func (s *session) fallBack(x *says) Effect {
	e, v := s.e, &x.law
	if p := e.DefaultPolicy; p != (Policy{}) {
		s.policy(p)
	}
	lawful := v.permits != nil || e.Default == DefaultPermit && len(e.laws()) == 0
	switch {
	case e.Default == DefaultDeny, e.Default == DefaultBreakGlass && !(s.attested() && x.category() == CategoryTreatment),
		s.req.Sale || s.req.Remuneration || x.category() == CategoryMarketing || x.category() == CategoryBenefits: // none of these has a default
		s.reason(ReasonDefault, e.DefaultPolicy.ID, "")
		return Deny
	case e.Default == DefaultBreakGlass:
		s.reason(ReasonDefault, e.DefaultPolicy.ID, "")
		s.reason(ReasonEmergency, "", "")
		s.fell = true
		return Permit
	case !lawful:
		s.reason(ReasonNotAuthorized, "", "")
		s.basis("45 CFR 164.502(a)", "", "")
		return Deny
	case e.Default == DefaultPermit:
		s.reason(ReasonDefault, e.DefaultPolicy.ID, "")
	}
	s.fell = true
	if v.permits != nil {
		s.rests(v.permits)
	}
	return Permit
}

// rests notes that a rule of law is what a permit rests on.
func (s *session) rests(r *LawRule) {
	if r.Agreement != "" && s.req.Agreement != nil {
		s.policy(Policy{ID: s.req.Agreement.ID, Source: s.req.Agreement.Kind + " agreement"})
	}
	s.reason(ReasonLaw, r.ID, "")
	s.basis(r.Citation, r.ID, "")
	s.owes(r)
}

func (s *session) owes(r *LawRule) {
	for _, o := range r.Obligations {
		s.oblige(Obligation{Code: o, Citation: r.Citation})
	}
}

// rely notes which consents a permit rests on.
func (s *session) rely(x *says) {
	n := 0
	last := int32(-1)
	for i := range x.permits { // the rules of one consent stand together
		if at := x.atoms[x.permits[i].at].consent; at != last && !s.live[at].relied {
			last = at
			n++
		}
	}
	basis := s.d.Basis
	if room := len(basis) + n + 2; room > cap(basis) && room <= cap(s.basisRoom) {
		basis = append(s.basisRoom, basis...)
	} else {
		basis = slices.Grow(basis, n+2) // some law comes after them, mostly
	}
	for i := range x.permits {
		c := s.of(&x.atoms[x.permits[i].at])
		if c.relied {
			continue
		}
		c.relied = true
		basis = append(basis, Basis{Policy: c.ID, By: c.by})
		if c.by != "" {
			s.d.Basis = basis
			s.basis("45 CFR 164.502(g)", c.ID, c.by)
			basis = s.d.Basis
		}
	}
	s.d.Basis = basis
}

// oblige adds an obligation, one of each code, citation and reach.
func (s *session) oblige(o Obligation) {
	if s.obliged(o.Code, o.Citation) {
		return
	}
	s.owe(&o)
}

// owe adds an obligation that is surely not there yet.
func (s *session) owe(o *Obligation) {
	s.owed = append(s.owed, *o)
}

func (s *session) obliged(code, citation string) bool {
	for i := range s.owed {
		if x := &s.owed[i]; x.Code == code && (x.Citation == citation || citation == "") {
			return true
		}
	}
	return false
}

// unauthorized reports whether a purpose lacks the authorization that the law asks for.
func (s *session) unauthorized() bool {
	for i := range s.says {
		if s.says[i].lacking {
			return true
		}
	}
	return false
}

// treats reports whether all purposes are treatment.
func (s *session) treats() bool {
	for i := range s.says {
		if p := s.says[i].known; p == nil || p.Category != CategoryTreatment {
			return false
		}
	}
	return len(s.says) > 0
}

// category gives what the law takes a purpose for.
func (x *says) category() Category {
	if x.known == nil {
		return ""
	}
	return x.known.Category
}

// codesOf gives the codes of codings, each once.
func codesOf(list []record.Coding) []string {
	var at places
	return at.add(nil, list)
}

// places tell where in a list of codes one like another may stand, counted from 1: by its length and how it begins and ends.
type places [32]uint8

// add adds the codes of codings to codes, each once.
func (at *places) add(out []string, list []record.Coding) []string {
	for i := range list {
		c := list[i].Code
		if c == "" {
			continue
		}
		k := (uint(c[0])*7 + uint(c[len(c)-1])*3 + uint(len(c))*5) % 32
		if n := int(at[k]); n > 0 && out[n-1] == c || n > 0 && hasWord(out, c) {
			continue
		}
		out = append(out, c)
		at[k] = uint8(min(len(out), 255))
	}
	return out
}
