package consenttest

import (
	"testing"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// part2 are the rows on 42 CFR Part 2.
func (s suite) part2() []row {
	under := func(c *record.Consent) {
		c.Basis = []record.Concept{concept(record.SystemActCode, consent.CodeUnderPart2)}
	}
	all := change(change(signed("sud", "permit", provision{Purposes: tpo()}), under), given("2026-02-20"))
	against := func(r consent.Request) consent.Request {
		r.LegalClaim = &consent.LegalClaim{Kind: "subpoena", AgainstPatient: true, Evidence: []consent.Evidence{{Kind: "notice-assurance"}}}
		return r
	}
	only := func(r consent.Request) consent.Request {
		r.Labels = label(consent.CodeUnderPart2)
		return r
	}
	received := func(r consent.Request) consent.Request {
		r.ReceivedUnder = label(consent.CodeUnderPart2)
		return r
	}
	return []row{
		{"G1", func(t *testing.T) {
			d := s.decide(t, Host{}, ask(dr2, "TREAT"))
			final(t, d, permit)
			sees(t, d, chart("e1", "e9"), "e1")
		}},
		{"G2", func(t *testing.T) {
			d := s.decide(t, one(all), ask(dr2, "TREAT"))
			want(t, d, consent.Permitted, permit)
			sees(t, d, chart("e1", "e9"), "e1", "e9")
			owes(t, d, consent.ObligeNotice, consent.ObligeCopy, consent.ObligeKeepLabels)
		}},
		{"G3", func(t *testing.T) {
			d := s.decide(t, Host{}, received(ask(dr2, "TREAT")))
			final(t, d, permit)
			sees(t, d, chart("e1", "e9"), "e1", "e9")
			final(t, s.decide(t, Host{}, only(received(against(ask(lab, "HLEGAL"))))), deny)
		}},
		{"G4", func(t *testing.T) {
			final(t, s.decide(t, one(all), ask(lab, "HLEGAL")), deny)
			final(t, s.decide(t, one(all), only(against(ask(lab, "HLEGAL")))), deny)
			sees(t, s.decide(t, one(all), against(ask(lab, "HLEGAL"))), chart("e1", "e9"), "e1")
		}},
		{"G5", func(t *testing.T) {
			sees(t, s.decide(t, one(all), ask(dr2, "TREAT")), chart("e1", "e9", "eC"), "e1", "e9")
		}},
		{"G6", func(t *testing.T) {
			req := only(ask(pubh, "PUBHLTH"))
			req.LegalClaim = &consent.LegalClaim{Kind: "public-health", Evidence: []consent.Evidence{{Kind: "authority-rule"}}}
			final(t, s.decide(t, Host{}, req), deny)
			req.Form = consent.FormDeidentified
			d := s.decide(t, Host{}, req)
			final(t, d, permit)
			owes(t, d, consent.ObligeDeidentify)
		}},
		{"G7", func(t *testing.T) {
			d := s.decide(t, Host{}, received(ask(dr2, "TREAT")))
			final(t, d, permit)
			sees(t, d, chart("e1", "e4", "e9"), "e1", "e4", "e9")
			owes(t, d, consent.ObligeKeepLabels, consent.ObligeNotice)
		}},
		{"G8", func(t *testing.T) {
			req := only(ask(dr2, "TREAT"))
			req.Intermediary = &consent.Party{Reference: "Organization/exchange"}
			d := s.decide(t, one(all), req)
			final(t, d, deny)
			element(t, d, consent.ReasonDefective, "intermediary")
			named := change(all, func(c *record.Consent) {
				c.Provision = &provision{Purposes: tpo(), Actors: append(actor("Practitioner/dr2"), actor("Organization/exchange")...)}
			})
			final(t, s.decide(t, one(named), req), permit)
		}},
		{"G9", func(t *testing.T) {
			old := change(change(change(signed("old", "permit", provision{Purposes: purpose("HRESCH"), Actors: actor(lab.Reference)}), under), given("2025-06-01")),
				func(c *record.Consent) { c.Expires = &record.Time{AsSent: "end of the research study"} })
			d := s.decide(t, one(old), ask(lab, "HRESCH"))
			want(t, d, consent.Permitted, permit)
			owes(t, d, consent.ObligeNoRedisclose)
		}},
	}
}
