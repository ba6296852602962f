package consenttest

import (
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// law are the rows on what needs no consent, and on what a consent is not enough for. A row that says only permit or deny
// is about what is to be done.
func (s suite) law() []row {
	optIn := one(signed("in", "permit", provision{}))
	optOut := one(signed("out", "deny", provision{Purposes: tpo()}))
	shares := consent.Party{Reference: "Organization/hospital", Covered: true, Relationship: true}
	self := consent.Party{Reference: "Patient/jack"}
	claim := func(r consent.Request, kind string, evidence ...string) consent.Request {
		c := &consent.LegalClaim{Kind: kind}
		for _, e := range evidence {
			c.Evidence = append(c.Evidence, consent.Evidence{Kind: e, Reference: "case file"})
		}
		r.LegalClaim = c
		return r
	}
	authorization := func(codes ...string) consent.Filed {
		return change(signed("auth", "permit", provision{Purposes: purpose(codes...), Actors: actor("Organization/research")}), func(c *record.Consent) {
			c.Basis = []record.Concept{concept(record.SystemActCode, consent.CodeHIPAAAuth)}
			c.Expires = &record.Time{Value: "2027-01-01"}
		})
	}
	return []row{
		{"E1", func(t *testing.T) {
			d := s.decide(t, Host{}, ask(dr2, "TREAT"))
			final(t, d, permit)
			owesNot(t, d, consent.ObligeMinimum)
			cites(t, d, "45 CFR 164.506(c)(1)")
		}},
		{"E2", func(t *testing.T) {
			d := s.decide(t, Host{}, ask(payer, "HPAYMT"))
			final(t, d, permit)
			owes(t, d, consent.ObligeMinimum)
		}},
		{"E3", func(t *testing.T) {
			r := chart("e1", "e2")
			r.Vitals[0].Labels = labels("N", consent.CodeSelfPay)
			for _, h := range []Host{{}, {Default: consent.DefaultPermit}, optIn} {
				d := s.decide(t, h, ask(payer, "HPAYMT"))
				final(t, d, permit)
				sees(t, d, r, "e1")
			}
		}},
		{"E4", func(t *testing.T) {
			d := s.decide(t, Host{}, ask(shares, "HQUALIMP"))
			final(t, d, permit)
			owes(t, d, consent.ObligeMinimum)
		}},
		{"E5", func(t *testing.T) {
			req := claim(ask(pubh, "PUBHLTH"), "public-health", "authority-rule")
			req.LegalClaim.Codes = []record.Coding{{System: record.SystemLOINC, Code: "75622-1"}}
			h := one(signed("out", "deny", provision{}))
			d := s.decide(t, h, req)
			final(t, d, permit)
			sees(t, d, six(), "e6")
			owes(t, d, consent.ObligeAccounting)
		}},
		{"E6", func(t *testing.T) {
			d := s.decide(t, Host{}, claim(ask(lab, "HLEGAL"), "subpoena"))
			final(t, d, deny)
			reason(t, d, consent.ReasonAssurance)
		}},
		{"E7", func(t *testing.T) {
			final(t, s.decide(t, Host{}, ask(lab, "HMARKT")), deny)
			d := s.decide(t, optIn, ask(lab, "HMARKT"))
			want(t, d, consent.Denied, deny)
			cites(t, d, "45 CFR 164.508(a)(3)")
		}},
		{"E8", func(t *testing.T) {
			req := ask(lab, "HMARKT")
			final(t, s.decide(t, one(authorization("HMARKT")), req), permit)
			req.Remuneration = true
			d := s.decide(t, one(authorization("HMARKT")), req)
			final(t, d, deny)
			element(t, d, consent.ReasonDefective, "remuneration")
		}},
		{"E9", func(t *testing.T) {
			for name, lacking := range map[string]func(*record.Consent){
				"expiration": func(c *record.Consent) { c.Expires = nil },
				"signature":  func(c *record.Consent) { c.SourceRefs = nil },
				"recipient":  func(c *record.Consent) { c.Provision = &provision{Purposes: c.Provision.Purposes} },
			} {
				for _, p := range []string{"HMARKT", "HRESCH"} {
					d := s.decide(t, one(change(authorization(p), lacking)), ask(lab, p))
					final(t, d, deny)
					element(t, d, consent.ReasonDefective, name)
				}
			}
		}},
		{"E10", func(t *testing.T) {
			c := change(authorization("HRESCH"), func(c *record.Consent) { c.Expires = &record.Time{AsSent: "none"} })
			want(t, s.decide(t, one(c), ask(lab, "HRESCH")), consent.Permitted, permit)
		}},
		{"E11", func(t *testing.T) {
			for _, h := range []Host{{}, {Default: consent.DefaultPermit}, optIn} {
				sees(t, s.decide(t, h, ask(dr2, "TREAT")), chart("e1", "e8"), "e1")
			}
		}},
		{"E12", func(t *testing.T) {
			d := s.decide(t, Host{}, claim(ask(lab, "HRESCH"), "irb-waiver", "irb-waiver"))
			final(t, d, permit)
			owes(t, d, consent.ObligeMinimum, consent.ObligeAccounting)
		}},
		{"E13", func(t *testing.T) {
			req := ask(lab, "HRESCH")
			req.Agreement, req.Form = &consent.Agreement{ID: "dua-1", Kind: "data-use"}, consent.FormLimited
			d := s.decide(t, Host{}, req)
			final(t, d, permit)
			owes(t, d, consent.ObligeLimited)
			owesNot(t, d, consent.ObligeAccounting)
		}},
		{"E14", func(t *testing.T) {
			req := ask(lab, "HRESCH")
			req.Form = consent.FormDeidentified
			d := s.decide(t, Host{}, req)
			final(t, d, permit)
			owes(t, d, consent.ObligeDeidentify, consent.ObligeNoRelink)
		}},
		{"E15", func(t *testing.T) {
			r := chart("e1", "e6", "e8")
			r.Problems = append(r.Problems, record.Problem{Entry: entry("e4", "N", consent.CodeLitigation)})
			for _, h := range []Host{{}, optOut, one(signed("out", "deny", provision{}))} {
				d := s.decide(t, h, ask(self, "PATRQT"))
				final(t, d, permit)
				sees(t, d, r, "e1", "e6")
			}
		}},
		{"E16", func(t *testing.T) {
			d := s.decide(t, Host{}, claim(ask(pubh, "THREAT"), "serious-threat", "recipient-can-lessen"))
			final(t, d, permit)
			owes(t, d, consent.ObligeMinimum)
		}},
		{"E17", func(t *testing.T) {
			req := ask(lab, "HRESCH")
			req.Sale = true
			want(t, s.decide(t, optIn, req), consent.Denied, deny)
		}},
		{"E18", func(t *testing.T) {
			d := s.decide(t, Host{}, claim(ask(mom, "FAMRQT"), "involved-in-care", "professional-judgement"))
			final(t, d, permit)
			owes(t, d, consent.ObligeMinimum, consent.ObligeJudgement)
		}},
		{"E19", func(t *testing.T) {
			for _, r := range []consent.Request{ask(dr2, "TREAT"), ask(payer, "HPAYMT"), ask(shares, "HQUALIMP")} {
				d := s.decide(t, Host{}, r)
				owesNot(t, d, consent.ObligeAccounting)
				owes(t, d, consent.ObligeAudit)
			}
		}},
	}
}
