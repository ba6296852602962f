package consent

import (
	"slices"
	"time"

	"github.com/portage-health/portage/record"
)

// residual makes the rules on single entries: what was asked for, what a claim or a representative reaches, what the consents say.
func (s *session) residual() {
	d, req := s.d, s.req
	all := Rule{Effect: Permit}
	d.Residual = s.m.stages[:0:1]
	defer func() {
		if len(d.Residual) == 0 {
			d.Residual = nil
		}
	}()
	if len(req.Categories) > 0 {
		d.Residual = append(d.Residual, Stage{"asked", []Rule{{Effect: Permit, If: Condition{Classes: req.Categories}}}})
	}
	if len(req.Labels) > 0 {
		d.Residual = append(d.Residual, Stage{"asked", []Rule{{Effect: Permit, If: Condition{Labels: req.Labels}}}})
	}
	if c := req.LegalClaim; c != nil && len(c.Categories)+len(c.Codes) > 0 {
		if r := s.limiting(); r != nil {
			var rules []Rule
			if len(c.Categories) > 0 {
				rules = append(rules, Rule{Effect: Permit, If: Condition{Classes: c.Categories}, Basis: r.Citation})
			}
			if len(c.Codes) > 0 {
				rules = append(rules, Rule{Effect: Permit, If: Condition{Codes: c.Codes}, Basis: r.Citation})
			}
			d.Residual = append(d.Residual, Stage{"claim", rules})
		}
	}
	if rep := req.speaker(); rep != nil && !req.isPatient() {
		if len(rep.Categories) > 0 {
			d.Residual = append(d.Residual, Stage{"representative", []Rule{{Effect: Permit, If: Condition{Classes: rep.Categories}, Basis: "45 CFR 164.502(g)(1)"}}})
		}
		own := req.Patient.OwnCare
		if len(own) > 0 && rep.Authority != AuthorityPower && rep.Authority != AuthorityDelegate && rep.Authority != AuthorityExecutor { // whom the patient did not choose
			const cite = "45 CFR 164.502(g)(3)(i)"
			d.Residual = append(d.Residual, Stage{"own-care", []Rule{
				{Effect: Deny, If: Condition{Labels: own}, Basis: cite}, {Effect: Deny, If: Condition{Codes: own}, Basis: cite}, all}})
		}
	}
	for i := range s.says {
		x := &s.says[i]
		if x.over || len(x.rules) == 0 || slices.ContainsFunc(d.Residual, func(g Stage) bool { return g.Name == "consent" && sameRules(g.Rules, x.rules) }) {
			continue
		}
		rules, bare := x.rules, true
		for j := range rules {
			bare = bare && rules[j].Effect == Permit && rules[j].If.IsZero()
			rules[j].Mask = s.e.Mask && rules[j].Effect == Deny
		}
		if bare {
			continue
		}
		if x.consent == NoConsent {
			rules = append(rules, all) // denials of single entries, over what else permits the rest
		}
		d.Residual = append(d.Residual, Stage{"consent", rules})
		s.redacts(rules)
	}
	if len(d.Residual) > 1 {
		slices.SortStableFunc(d.Residual, func(a, b Stage) int { return stageOrder(a.Name) - stageOrder(b.Name) })
	}
}

func stageOrder(name string) int {
	return slices.Index([]string{"asked", "claim", "representative", "own-care", "law", "consent"}, name)
}

// sameRules reports whether two purposes left the same rules.
func sameRules(a, b []Rule) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		x, y := &a[i], &b[i]
		if x.Effect != y.Effect || x.Policy != y.Policy || !x.If.same(&y.If) || len(x.Unless) != len(y.Unless) {
			return false
		}
		for j := range x.Unless {
			if !x.Unless[j].same(&y.Unless[j]) {
				return false
			}
		}
	}
	return true
}

// same compares conditions that come from the same consents: by what they hold, not by content.
func (c *Condition) same(o *Condition) bool {
	if len(c.Parts) != len(o.Parts) || c.Period != o.Period || !sameSlice(c.Labels, o.Labels) || !sameSlice(c.Codes, o.Codes) ||
		!sameSlice(c.Classes, o.Classes) || !sameSlice(c.Data, o.Data) {
		return false
	}
	for i := range c.Parts {
		if !c.Parts[i].same(&o.Parts[i]) {
			return false
		}
	}
	return true
}

func sameSlice[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// limiting gives the rule of law that lets no more leave than the claim reaches.
func (s *session) limiting() *LawRule {
	for i := range s.says {
		v := &s.says[i].law
		for _, r := range []*LawRule{v.over, v.permits} {
			if r != nil && r.Limited && len(r.Claims) > 0 {
				return r
			}
		}
	}
	return nil
}

// redacts makes one obligation of all that is denied.
func (s *session) redacts(rules []Rule) {
	w := &s.words
	w.labels, w.classes, w.codes, w.kept = w.labels[:0], w.classes[:0], w.codes[:0], w.kept[:0]
	var labels, classes, codes, kept places
	permits := true
	for i := range rules {
		r := &rules[i]
		if r.Effect == Deny {
			if len(r.If.Labels) > 0 {
				w.labels = labels.add(w.labels, r.If.Labels)
			}
			if len(r.If.Classes) > 0 {
				w.classes = classes.add(w.classes, r.If.Classes)
			}
			if len(r.If.Codes) > 0 {
				w.codes = codes.add(w.codes, r.If.Codes)
			}
			continue
		}
		if permits = permits && len(r.If.Labels) > 0; permits {
			w.kept = kept.add(w.kept, r.If.Labels)
		}
	}
	if !permits {
		w.kept = w.kept[:0]
	}
	room := make([]string, 0, len(w.labels)+len(w.classes)+len(w.codes)+len(w.kept))
	o := Obligation{Code: ObligeRedact, Labels: sorted(&room, w.labels), Classes: sorted(&room, w.classes), Codes: sorted(&room, w.codes), Except: into(&room, w.kept)}
	if s.e.Mask {
		o.Code = ObligeMask
	}
	for i := range s.owed {
		if x := &s.owed[i]; x.Code == o.Code {
			x.Labels, x.Classes, x.Codes = merge(x.Labels, o.Labels), merge(x.Classes, o.Classes), merge(x.Codes, o.Codes)
			return
		}
	}
	s.owe(&o)
}

// sorted copies a list of codes, none of them empty, to the free end of room, in their order: mostly a few, that differ in how they begin.
func sorted(room *[]string, list []string) []string {
	if len(list) < 2 || len(list) > 16 {
		out := into(room, list)
		slices.Sort(out)
		return out
	}
	var at [16]uint8
	for i := 1; i < len(list); i++ {
		c, k := list[i], i
		for ; k > 0; k-- {
			if b := list[at[k-1]&15]; c[0] > b[0] || c[0] == b[0] && c >= b {
				break
			}
			at[k&15] = at[k-1]
		}
		at[k&15] = uint8(i)
	}
	n := len(*room)
	for _, i := range at[:len(list)] {
		*room = append(*room, list[i])
	}
	return (*room)[n:len(*room):len(*room)]
}

// told are the codes that an obligation is gathered from.
type told struct{ labels, classes, codes, kept []string }

// into copies a list to the free end of room, which holds it; nil where it is empty.
func into(room *[]string, list []string) []string {
	if len(list) == 0 {
		return nil
	}
	n := len(*room)
	*room = append(*room, list...)
	return (*room)[n:len(*room):len(*room)]
}

func merge(a, b []string) []string {
	a = append(a, b...)
	slices.Sort(a)
	return slices.Compact(a)
}

// nothingLeft reports whether the law keeps back all that was asked for by labels.
func (s *session) nothingLeft() bool {
	if len(s.req.Labels) == 0 && len(s.req.Categories) == 0 {
		return false
	}
	for i := range s.d.Standing {
		for j := range s.d.Standing[i].Rules {
			if r := &s.d.Standing[i].Rules[j]; r.Effect == Deny && len(r.Unless) == 0 && coversAll(&r.If, s.req) {
				return true
			}
		}
	}
	return false
}

// close ends a decision: what a denial rests on, which policies had a say, and how long it holds.
func (s *session) close() *Decision {
	d := s.d
	d.Policies = slices.Grow(d.Policies, len(s.e.laws())+1)
	for _, l := range s.e.laws() {
		if holdsIn(l.Jurisdiction, s.req.Jurisdiction) {
			s.policy(l.Policy)
		}
	}
	s.policy(s.e.purposes().Policy)
	for i := range s.live {
		a := &s.live[i]
		c := a.Consent
		if a.stale {
			s.warn(ReasonStale, c.ID)
			if s.e.RefuseStale {
				s.deny()
			}
		}
		for j := range c.Policies {
			if _, old := s.e.Replaced[c.Policies[j].URI]; old && c.Policies[j].URI != "" {
				s.warn(ReasonPolicyOld, c.ID)
			}
		}
	}
	if s.until.again {
		*s.until.at = time.Time{}
		for i := range s.live {
			s.until.bounds(s.live[i].Consent)
			s.until.provisions(s.live[i].Consent)
		}
	}
	s.coming()
	if m := s.req.Emergency; m != nil && m.Until != nil {
		s.until.time(*m.Until)
	}
	if !s.m.until.IsZero() {
		d.ValidUntil = &s.m.until
	}
	if !d.Permits() {
		d.Residual = nil
		d.Exception = s.exception()
	}
	if d.Permits() {
		s.oblige(Obligation{Code: ObligeAudit})
	}
	if n := len(s.owed); n > 0 {
		room := s.m.obligations[:0]
		if n > cap(room) {
			room = make([]Obligation, 0, n)
		}
		d.Obligations = append(room, s.owed...)
	}
	return d
}

// coming takes into account what is on file and comes later: consents that begin, and revocations that take effect.
func (s *session) coming() {
	for i := range s.live {
		if v := s.live[i].Revocation; v != nil {
			s.until.start(v.When.Value)
		}
	}
	for i := range s.filed {
		if s.d.Considered[i].As != ReasonNotYet {
			continue
		}
		c := s.filed[i].Consent
		if c.When != nil {
			s.until.start(c.When.Value)
		}
		s.until.bounds(c)
		if c.Provision != nil && c.Provision.Period != nil {
			s.until.period(c.Provision.Period)
		}
	}
}

// version tells one state of a consent from the next.
func version(c *record.Consent) string {
	switch {
	case c.Updated != nil:
		return c.Updated.Value
	case c.When != nil:
		return c.When.Value
	}
	return ""
}

// soonest finds the first time after another.
type soonest struct {
	now  *clock
	best instant
	at   *time.Time // the same, in the Decision; zero as long as there is none
	// again says that some provisions of a consent were left out, so that all has to be looked at once more, in its order.
	again bool
}

// time takes a time into account.
func (u *soonest) time(t time.Time) {
	if i := instantOf(t); u.earlier(i) {
		u.best, *u.at = i, t
	}
}

// earlier reports whether an instant is to come, and before those that were found.
func (u *soonest) earlier(i instant) bool {
	return u.now.before(i) && (u.at.IsZero() || i.before(u.best))
}

func (u *soonest) period(p *record.Period) {
	if p == nil {
		return
	}
	u.start(p.Start.Value)
	if p.EndOpen != nil && *p.EndOpen {
		u.start(p.End.Value) // the end itself is not included
		return
	}
	u.end(p.End.Value)
}

func (u *soonest) start(v string) {
	if v == "" {
		return
	}
	if from, _, ok := u.now.span(v); ok && u.earlier(from) {
		t, _, _ := spanOf(v, u.now.loc)
		u.time(t)
	}
}

func (u *soonest) end(v string) {
	if v == "" {
		return
	}
	if _, to, ok := u.now.span(v); ok && u.earlier(to) {
		_, t, _ := spanOf(v, u.now.loc)
		u.time(t)
	}
}

// look takes a period into account, and tells whether it is now, as clock.in does.
func (u *soonest) look(p *record.Period) answer {
	is := yes
	if t := &p.Start; t.Value != "" || t.AsSent != "" {
		switch from, _, ok := u.now.span(t.Value); {
		case !ok:
			is = unknown
		case u.now.before(from):
			is = no
			if u.earlier(from) {
				first, _, _ := spanOf(t.Value, u.now.loc)
				u.time(first)
			}
		}
	}
	if t := &p.End; t.Value != "" || t.AsSent != "" {
		from, to, ok := u.now.span(t.Value)
		open := p.EndOpen != nil && *p.EndOpen
		if open {
			to = from // the end itself is not included
		}
		if ok && u.earlier(to) {
			end, after, _ := spanOf(t.Value, u.now.loc)
			if !open {
				end = after
			}
			u.time(end)
		}
		switch {
		case !ok:
			is = min(is, unknown)
		case !u.now.before(to):
			is = no
		}
	}
	if p.At.IsZero() || is == no {
		return is
	}
	switch from, to, ok := u.now.span(p.At.Value); {
	case !ok:
		return min(is, unknown)
	case u.now.before(from) || !u.now.before(to):
		return no
	}
	return is
}

func (u *soonest) provision(p *record.Provision, depth int) {
	if p.Period != nil {
		u.period(p.Period)
	}
	for i := range p.Provisions {
		if q := &p.Provisions[i]; depth < maxDepth && (q.Period != nil || len(q.Provisions) > 0) {
			u.provision(q, depth+1)
		}
	}
}

// bounds looks at the times at which a consent itself begins or ends.
func (u *soonest) bounds(c *record.Consent) {
	if c.Period != nil {
		u.period(c.Period)
	}
	if c.Expires != nil {
		u.end(c.Expires.Value)
	}
}

// provisions looks at the times at which provisions of a consent begin or end.
func (u *soonest) provisions(c *record.Consent) {
	if c.Provision != nil {
		u.provision(c.Provision, 0)
	}
	for i := range c.Provisions {
		u.provision(&c.Provisions[i], 0)
	}
}

// exception finds what a denial may rest on under the rule against information blocking.
func (s *session) exception() *Exception {
	for _, l := range s.e.laws() {
		for i := range l.Exceptions {
			x := &l.Exceptions[i]
			for j := range s.d.Reasons {
				if r := &s.d.Reasons[j]; r.Code == x.Reason && !r.Warning {
					return &Exception{x.Citation, x.Evidence}
				}
			}
		}
	}
	return &Exception{}
}
