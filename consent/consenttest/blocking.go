package consenttest

import (
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// blocking are the rows on information blocking and on purposes.
func (s suite) blocking() []row {
	optOut := one(signed("out", "deny", provision{}))
	rests := func(t *testing.T, d *consent.Decision, citation string) {
		t.Helper()
		if d.Exception == nil || d.Exception.Citation != citation || len(d.Exception.Evidence) == 0 {
			t.Errorf("exception %v, want %s with what has to be documented", d.Exception, citation)
		}
	}
	return []row{
		{"I1", func(t *testing.T) {
			d := s.decide(t, optOut, ask(dr2, "TREAT"))
			want(t, d, consent.Denied, deny)
			rests(t, d, "45 CFR 171.202(e)")
		}},
		{"I2", func(t *testing.T) {
			req := ask(dr2, "TREAT")
			req.Labels = label(consent.CodeUnderPart2)
			d := s.decide(t, Host{}, req)
			final(t, d, deny)
			rests(t, d, "45 CFR 171.202(b)")
		}},
		{"I3", func(t *testing.T) {
			// This library segments: what is permitted leaves, and no denial for want of segmentation is ever offered.
			d := s.decide(t, Host{}, ask(dr2, "TREAT"))
			final(t, d, permit)
			if d.Exception != nil {
				t.Errorf("exception %v offered", d.Exception)
			}
			for _, l := range consent.USLaw() {
				for _, x := range l.Exceptions {
					if x.Citation == "45 CFR 171.204(a)(2)" {
						t.Error("segmentation is offered as an exception")
					}
				}
			}
		}},
		{"I4", func(t *testing.T) {
			bare := &consent.Decision{Outcome: consent.Denied, Final: deny}
			if l := consent.Lint(bare); len(l) != 1 || l[0].Code != consent.ReasonNoBasis {
				t.Errorf("lint %v", l)
			}
			for _, d := range []*consent.Decision{s.decide(t, optOut, ask(dr2, "TREAT")), s.decide(t, Host{Default: consent.DefaultDeny}, ask(dr2, "TREAT")),
				s.decide(t, Host{}, ask(lab, "HMARKT")), s.decide(t, Host{}, ask(lab, "HRESCH"))} {
				if l := consent.Lint(d); len(l) != 0 {
					t.Errorf("lint %v of %v", l, d.Reasons)
				}
			}
		}},
		{"I5", func(t *testing.T) {
			self := consent.Party{Reference: "Patient/jack"}
			final(t, s.decide(t, Host{}, ask(self, "T-IAS")), permit)
			want(t, s.decide(t, one(signed("c", "permit", provision{Purposes: purpose("TREAT")})), ask(dr2, "T-TRTMNT")), consent.Permitted, permit)
			for _, p := range []string{"T-IAS", "T-TRTMNT"} {
				d := s.decide(t, Host{Default: consent.DefaultDeny}, ask(dr2, p))
				want(t, d, consent.NoConsent, deny)
				reason(t, d, consent.ReasonMustRespond)
			}
		}},
		{"I6", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: purpose("T-TRTMNT")}))
			want(t, s.decide(t, h, ask(dr2, "T-TRTMNT")), consent.Permitted, permit)
			if d := s.decide(t, h, ask(dr2, "T-TREAT")); d.Outcome != consent.NoConsent {
				t.Errorf("T-TREAT taken for T-TRTMNT: outcome %s", d.Outcome)
			}
			if d := s.decide(t, Host{Default: consent.DefaultDeny}, ask(dr2, "T-TREAT")); d.Has(consent.ReasonMustRespond) {
				t.Error("T-TREAT need not be answered")
			}
		}},
		{"I7", func(t *testing.T) {
			for _, p := range []string{"T-PH-ECR", "T-PH-ELR"} {
				req := ask(pubh, p)
				req.Action = record.Coding{Code: "query"}
				d := s.decide(t, Host{}, req)
				final(t, d, deny)
				reason(t, d, consent.ReasonPushOnly)
			}
		}},
		{"I8", func(t *testing.T) {
			final(t, s.decide(t, Host{Default: consent.DefaultPermit}, ask(lab, "T-GOVDTRM-SSD")), deny)
			final(t, s.decide(t, one(signed("in", "permit", provision{})), ask(lab, "T-GOVDTRM-SSD")), deny)
			c := change(signed("auth", "permit", provision{Purposes: purpose("T-GOVDTRM-SSD"), Actors: actor("Organization/research")}),
				func(c *record.Consent) { c.Expires = &record.Time{Value: "2027-01-01"} })
			final(t, s.decide(t, one(c), ask(lab, "T-GOVDTRM-SSD")), permit)
		}},
		{"I9", func(t *testing.T) {
			d := s.decide(t, one(signed("in", "permit", provision{Purposes: tpo()})), ask(dr2, "WHATEVER"))
			final(t, d, deny)
			reason(t, d, consent.ReasonUnknown)
		}},
	}
}
