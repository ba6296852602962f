package consenttest

import (
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

const (
	permit = consent.Permit
	deny   = consent.Deny
)

// whole are the rows on one consent and the request as a whole.
func (s suite) whole() []row {
	basic := signed("c", "permit", provision{Purposes: tpo()})
	return []row{
		{"A1", func(t *testing.T) {
			d := s.decide(t, Host{Default: consent.DefaultPermit}, ask(dr2, "TREAT"))
			want(t, d, consent.NoConsent, permit)
			reason(t, d, consent.ReasonDefault)
		}},
		{"A2", func(t *testing.T) {
			want(t, s.decide(t, Host{Default: consent.DefaultDeny}, ask(dr2, "TREAT")), consent.NoConsent, deny)
		}},
		{"A3", func(t *testing.T) {
			h := Host{Default: consent.DefaultBreakGlass}
			final(t, s.decide(t, h, ask(dr2, "TREAT")), deny)
			req := ask(dr2, "BTG")
			req.Emergency = &consent.Emergency{DeclaredBy: dr2, Reason: "unconscious on arrival"}
			d := s.decide(t, h, req)
			final(t, d, permit)
			owes(t, d, consent.ObligeAudit)
		}},
		{"A4", func(t *testing.T) {
			d := s.decide(t, one(basic), ask(dr2, "TREAT"))
			want(t, d, consent.Permitted, permit)
			if len(d.Residual) != 0 {
				t.Errorf("residual rules %v", d.Residual)
			}
		}},
		{"A5", func(t *testing.T) { want(t, s.decide(t, one(basic), ask(lab, "HRESCH")), consent.NoConsent, deny) }},
		{"A6", func(t *testing.T) {
			want(t, s.decide(t, one(signed("c", "deny", provision{Purposes: tpo()})), ask(dr2, "TREAT")), consent.Denied, deny)
		}},
		{"A7", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: purpose("HRESCH")}))
			want(t, s.decide(t, h, ask(lab, "HRESCH")), consent.Permitted, permit)
			if d := s.decide(t, h, ask(dr2, "TREAT")); d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
		}},
		{"A8", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: tpo(), Period: ending("2022-12-31")}))
			want(t, s.decide(t, h, at(ask(dr2, "TREAT"), "2022-12-31T23:00:00Z")), consent.Permitted, permit)
			if d := s.decide(t, h, at(ask(dr2, "TREAT"), "2023-01-01T00:00:00Z")); d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
		}},
		{"A9", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: tpo(), Period: &record.Period{Start: record.Time{Value: "2026-03-04T10:00:00Z"}}}))
			if d := s.decide(t, h, ask(dr2, "TREAT")); d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
		}},
		{"A10", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: purpose("TREAT", "ETREAT")}))
			want(t, s.decide(t, h, ask(lab, "HMARKT")), consent.NoConsent, deny)
		}},
		{"A11", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: purpose("TREAT", "ETREAT")}))
			want(t, s.decide(t, h, ask(lab, "ETREAT", "HMARKT")), consent.Denied, deny)
		}},
		{"A12", func(t *testing.T) {
			no := provision{Type: "deny", Actors: []record.ConsentActor{{Ref: &record.Ref{Kind: record.KindOrganization, Identifier: &record.Identifier{System: "urn:oid:1.2.4", Value: "54"}}}}}
			h := one(signed("c", "permit", provision{Purposes: tpo(), Provisions: []provision{no}}))
			want(t, s.decide(t, h, ask(org54, "TREAT")), consent.Denied, deny)
		}},
		{"A13", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Provisions: []provision{{Type: "deny", Purposes: purpose("HMARKT")}}}))
			want(t, s.decide(t, h, ask(dr2, "HMARKT")), consent.Denied, deny)
			want(t, s.decide(t, h, ask(dr2, "TREAT")), consent.Permitted, permit)
		}},
		{"A14", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: tpo(), Provisions: []provision{{Type: "deny", Actors: actor("Practitioner/bob"), Period: ending("2024")}}}))
			want(t, s.decide(t, h, at(ask(bob, "TREAT"), "2023-05-01T08:00:00Z")), consent.Denied, deny)
			want(t, s.decide(t, h, at(ask(bob, "TREAT"), "2025-05-01T08:00:00Z")), consent.Permitted, permit)
		}},
		{"A15", func(t *testing.T) {
			yes := provision{Type: "permit", Actors: actor("Practitioner/bob"), Purposes: purpose("PATRQT"), SecurityLabels: label("N")}
			h := one(signed("c", "deny", provision{Provisions: []provision{yes}}))
			d := s.decide(t, h, ask(bob, "PATRQT"))
			want(t, d, consent.Permitted, permit)
			sees(t, d, six(), "e1", "e2")
			want(t, s.decide(t, h, ask(bob, "TREAT")), consent.Denied, deny)
		}},
		{"A16", func(t *testing.T) {
			h := one(signed("c", "permit", provision{Purposes: purpose("FooBar"), Actors: actor("Organization/research")}))
			want(t, s.decide(t, h, ask(lab, "FooBar")), consent.Permitted, permit)
			if d := s.decide(t, h, ask(lab, "HRESCH")); d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
		}},
		{"A17", func(t *testing.T) {
			c := change(basic, func(c *record.Consent) {
				scope := concept("http://terminology.hl7.org/CodeSystem/consentscope", "research")
				c.Scope = &scope
			})
			if d := s.decide(t, one(c), ask(dr2, "TREAT")); d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
		}},
		{"A18", func(t *testing.T) {
			d := s.decide(t, one(signed("c", "", provision{Type: "perhaps", Purposes: tpo()})), ask(dr2, "TREAT"))
			final(t, d, deny)
			reason(t, d, consent.ReasonUnreadable)
		}},
		{"A19", func(t *testing.T) {
			nobody := []record.ConsentActor{{Ref: &record.Ref{Display: "the doctor at the corner"}}}
			d := s.decide(t, one(signed("c", "permit", provision{Purposes: tpo(), Provisions: []provision{{Type: "deny", Actors: nobody}}})), ask(dr2, "TREAT"))
			want(t, d, consent.Denied, deny)
			reason(t, d, consent.ReasonActor)
			d = s.decide(t, one(signed("c", "permit", provision{Purposes: tpo(), Actors: nobody})), ask(dr2, "TREAT"))
			if d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
			reason(t, d, consent.ReasonActor)
		}},
	}
}
