package consenttest

import (
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// capacity are the rows on who may consent for a patient, and ask for them.
func (s suite) capacity() []row {
	infant := consent.Subject{Party: jack.Party, BirthDate: record.Time{Value: "2025-09-09"}}
	byMom := change(signed("c", "permit", provision{Purposes: tpo()}), func(c *record.Consent) {
		c.Grantors = []record.Participation{{Role: "grantor", Who: &record.Ref{AsSent: "RelatedPerson/mom"}}}
	})
	with := func(p consent.Subject, r consent.Representative) consent.Subject {
		p.Representatives = []consent.Representative{r}
		return p
	}
	behalf := func(p consent.Subject, r consent.Request) consent.Request {
		r.Patient = p
		return r
	}
	rep := func(a consent.Authority, verified bool) consent.Representative {
		return consent.Representative{Party: mom, Authority: a, Verified: verified}
	}
	return []row{
		{"D1", func(t *testing.T) {
			d := s.decide(t, one(byMom), behalf(with(infant, rep(consent.AuthorityParent, true)), ask(dr2, "TREAT")))
			want(t, d, consent.Permitted, permit)
			for _, b := range d.Basis {
				if b.By == "RelatedPerson/mom" {
					return
				}
			}
			t.Errorf("no basis names the representative: %v", d.Basis)
		}},
		{"D2", func(t *testing.T) {
			for _, p := range []consent.Subject{infant, with(infant, rep(consent.AuthorityParent, false))} {
				d := s.decide(t, one(byMom), behalf(p, ask(dr2, "TREAT")))
				if d.Outcome != consent.NoConsent {
					t.Errorf("outcome %s", d.Outcome)
				}
				reason(t, d, consent.ReasonUnverified)
			}
		}},
		{"D3", func(t *testing.T) {
			p := with(jack, rep(consent.AuthorityNextOfKin, true))
			p.Capacity = consent.CapacityLacks
			d := s.decide(t, one(byMom), behalf(p, ask(dr2, "TREAT")))
			want(t, d, consent.Permitted, permit)
			sees(t, d, chart("e1", "e9"), "e1")
		}},
		{"D4", func(t *testing.T) {
			p := with(jack, rep(consent.AuthoritySpouse, true))
			p.Capacity = consent.CapacityHas
			d := s.decide(t, one(byMom), behalf(p, ask(lab, "HRESCH")))
			if d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
			reason(t, d, consent.ReasonCapacity)
		}},
		{"D5", func(t *testing.T) {
			p := with(consent.Subject{Party: jack.Party, BirthDate: record.Time{Value: "2010-09-09"}, OwnCare: label("STD")}, rep(consent.AuthorityParent, true))
			r := chart("e1", "e2")
			r.Problems = append(r.Problems, record.Problem{Entry: entry("e4", "STD", "R")})
			d := s.decide(t, Host{}, behalf(p, ask(mom, "FAMRQT")))
			final(t, d, permit)
			sees(t, d, r, "e1", "e2")
		}},
		{"D6", func(t *testing.T) {
			r := rep(consent.AuthorityParent, true)
			r.Endangers, r.DecidedBy = true, "Practitioner/dr1"
			d := s.decide(t, Host{}, behalf(with(infant, r), ask(mom, "FAMRQT")))
			final(t, d, deny)
			reason(t, d, consent.ReasonEndangerment)
			cites(t, d, "45 CFR 164.502(g)(5)")
			if len(d.Basis) == 0 || d.Basis[0].By != "Practitioner/dr1" {
				t.Errorf("who decided is not recorded: %v", d.Basis)
			}
		}},
		{"D7", func(t *testing.T) {
			r := rep(consent.AuthorityPower, true)
			r.Categories = []record.Coding{{Code: record.KindClaim}, {Code: record.KindCoverage}}
			chart := six()
			chart.Claims = []record.Claim{{Entry: entry("ec", "N")}}
			d := s.decide(t, Host{}, behalf(with(jack, r), ask(mom, "PWATRNY")))
			final(t, d, permit)
			sees(t, d, chart, "ec")
		}},
		{"D8", func(t *testing.T) {
			req := behalf(with(jack, rep(consent.AuthorityDelegate, true)), ask(mom))
			req.Action = record.Coding{Code: "revoke"}
			d := s.decide(t, Host{}, req)
			final(t, d, deny)
			reason(t, d, consent.ReasonNoRevoke)
			owes(t, d, consent.ObligeAudit)
		}},
		{"D9", func(t *testing.T) {
			p := with(jack, rep(consent.AuthorityExecutor, true))
			p.Deceased = record.Time{Value: "2023-02-01"}
			final(t, s.decide(t, Host{}, behalf(p, ask(mom, "PATRQT"))), permit)
			p.Deceased = record.Time{Value: "1975-02-01"}
			d := s.decide(t, Host{}, behalf(p, ask(lab, "HRESCH")))
			final(t, d, permit)
			reason(t, d, consent.ReasonNotPHI)
		}},
	}
}
