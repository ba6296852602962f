package consenttest

import (
	"testing"
	"time"

	"github.com/portage-health/portage/consent"
)

// emergency are the rows on break-glass.
func (s suite) emergency() []row {
	until := now.Add(4 * time.Hour)
	glass := func(r consent.Request) consent.Request {
		r.Emergency = &consent.Emergency{DeclaredBy: dr2, Reason: "unconscious on arrival", Until: &until}
		return r
	}
	dissent := one(signed("c", "deny", provision{Provisions: []provision{{Type: "permit", Purposes: purpose("BTG"), Actors: actor("Group/privileged")}}}))
	return []row{
		{"F1", func(t *testing.T) {
			want(t, s.decide(t, dissent, glass(ask(dr2, "BTG"))), consent.Denied, deny)
			d := s.decide(t, dissent, glass(ask(member(dr2), "BTG")))
			want(t, d, consent.Permitted, permit)
			owes(t, d, consent.ObligeAudit, consent.ObligePrivacy, consent.ObligeTimeLimit)
			if d.ValidUntil == nil || !d.ValidUntil.Equal(until) {
				t.Errorf("valid until %v", d.ValidUntil)
			}
		}},
		{"F2", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: purpose("ETREAT")}))
			want(t, s.decide(t, h, ask(dr2, "ETREAT")), consent.Permitted, permit)
			for _, p := range []string{"ERTREAT", "BTG"} {
				h.Subsume = false
				if d := s.decide(t, h, glass(ask(dr2, p))); d.Outcome != consent.NoConsent {
					t.Errorf("%s: outcome %s", p, d.Outcome)
				}
				h.Subsume = true
				want(t, s.decide(t, h, glass(ask(dr2, p))), consent.Permitted, permit)
			}
		}},
		{"F3", func(t *testing.T) {
			h := one(signed("c", "deny", provision{}))
			d := s.decide(t, h, glass(ask(dr2, "ETREAT")))
			want(t, d, consent.Denied, deny)
			owes(t, d, consent.ObligeTellWithheld)
			h.EmergencyOverride = true
			d = s.decide(t, h, glass(ask(dr2, "ETREAT")))
			final(t, d, permit)
			owes(t, d, consent.ObligeAudit)
			cites(t, d, "45 CFR 164.522(a)(1)(iii)")
		}},
		{"F4", func(t *testing.T) {
			for _, text := range []string{"", " \t"} {
				req := glass(ask(dr2, "TREAT"))
				req.Emergency.Reason = text
				d := s.decide(t, one(signed("c", "permit", provision{})), req)
				final(t, d, deny)
				reason(t, d, consent.ReasonJustification)
			}
		}},
		{"F5", func(t *testing.T) {
			d := s.decide(t, Host{}, glass(ask(dr2, "ETREAT")))
			final(t, d, permit)
			sees(t, d, chart("e1", "e9"), "e1", "e9")
			owes(t, d, consent.ObligeDocument)
			cites(t, d, "42 CFR 2.51")
		}},
	}
}
