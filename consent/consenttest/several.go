package consenttest

import (
	"slices"
	"testing"
	"time"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// several are the rows on several consents, and on change over time.
func (s suite) several() []row {
	out := change(signed("out", "deny", provision{Purposes: tpo()}), given("2021-01-01"))
	in := change(signed("in", "permit", provision{Purposes: tpo()}), given("2023-01-01"))
	both := Host{Consents: []consent.Filed{in, out}}
	revoked := change(signed("c", "permit", provision{Purposes: tpo()}), func(c *record.Consent) {
		c.Status.Code = record.StatusInactive
		c.Revocation = &record.Revocation{When: record.Time{Value: "2026-02-01T12:00:00Z"}}
	})
	return []row{
		{"C1", func(t *testing.T) { want(t, s.decide(t, both, ask(dr2, "TREAT")), consent.Permitted, permit) }},
		{"C2", func(t *testing.T) {
			tie := change(out, given("2023-01-01"))
			want(t, s.decide(t, Host{Consents: []consent.Filed{in, tie}}, ask(dr2, "TREAT")), consent.Denied, deny)
		}},
		{"C3", func(t *testing.T) {
			older := change(signed("hiv", "deny", provision{SecurityLabels: label("HIV"), Actors: actor("Organization/payer")}), given("2021-01-01"))
			h := Host{Consents: []consent.Filed{in, older}}
			d := s.decide(t, h, ask(payer, "HPAYMT"))
			want(t, d, consent.Permitted, permit)
			sees(t, d, six(), "e1", "e2", "e3", "e4", "e5")
			d = s.decide(t, h, ask(dr2, "TREAT"))
			sees(t, d, six(), "e1", "e2", "e3", "e4", "e5", "e6")
		}},
		{"C4", func(t *testing.T) {
			want(t, s.decide(t, Host{Consents: both.Consents, DenyOverrides: true}, ask(dr2, "TREAT")), consent.Denied, deny)
		}},
		{"C5", func(t *testing.T) {
			want(t, s.decide(t, one(revoked), at(ask(dr2, "TREAT"), "2026-01-31T12:00:00Z")), consent.Permitted, permit)
			if d := s.decide(t, one(revoked), at(ask(dr2, "TREAT"), "2026-02-02T12:00:00Z")); d.Outcome != consent.NoConsent {
				t.Errorf("outcome %s", d.Outcome)
			}
			want(t, s.decide(t, one(revoked), at(ask(dr2, "TREAT"), "2026-01-31T12:00:00Z")), consent.Permitted, permit)
		}},
		{"C6", func(t *testing.T) {
			before := s.decide(t, one(in), ask(dr2, "TREAT"))
			how := record.Revocation{When: record.Time{Value: "2026-03-03"}}
			r := consent.Revoke([]record.Consent{in.Consent}, how, []consent.Disclosed{
				{Consent: "in", To: record.Ref{AsSent: "Organization/clinic"}}, {Consent: "in", To: record.Ref{AsSent: "Organization/clinic"}}, {Consent: "other", To: record.Ref{AsSent: "Organization/payer"}}}, "in")
			if len(r.Notify) != 1 || r.Notify[0].AsSent != "Organization/clinic" {
				t.Errorf("to be told: %v", r.Notify)
			}
			want(t, before, consent.Permitted, permit)
			want(t, s.decide(t, one(consent.Filed{Consent: r.Consents[0]}), ask(dr2, "TREAT")), consent.Permitted, permit)
		}},
		{"C7", func(t *testing.T) {
			a := signed("a", "permit", provision{Purposes: tpo(), Actors: actor("Practitioner/dr2")}).Consent
			b := signed("b", "permit", provision{Purposes: tpo(), Actors: actor("Practitioner/dr2")}).Consent
			how := record.Revocation{When: record.Time{Value: "2026-02-01"}}
			all := consent.RevokeGrantee([]record.Consent{a, b}, how, nil, record.Ref{AsSent: "Practitioner/dr2"})
			if !slices.Equal(all.IDs, []string{"a", "b"}) {
				t.Errorf("revoked %v", all.IDs)
			}
			some := consent.Revoke([]record.Consent{a, b}, how, nil, "a")
			if !slices.Equal(some.IDs, []string{"a"}) || len(some.Warnings) != 1 || some.Warnings[0].Policy != "b" {
				t.Errorf("revoked %v, warned %v", some.IDs, some.Warnings)
			}
			d := s.decide(t, Host{Consents: []consent.Filed{{Consent: some.Consents[0]}, {Consent: some.Consents[1]}}}, ask(dr2, "TREAT"))
			want(t, d, consent.Permitted, permit)
			reason(t, d, consent.ReasonDuplicate)
		}},
		{"C8", func(t *testing.T) {
			c := in
			c.Stale = true
			reason(t, s.decide(t, one(c), ask(dr2, "TREAT")), consent.ReasonStale)
		}},
		{"C9", func(t *testing.T) {
			c := change(in, func(c *record.Consent) { c.Period = &record.Period{End: record.Time{Value: "2026-03-05"}} })
			queued := s.decide(t, one(c), ask(dr2, "TREAT"))
			want(t, queued, consent.Permitted, permit)
			if end := time.Date(2026, 3, 6, 0, 0, 0, 0, time.UTC); queued.ValidUntil == nil || !queued.ValidUntil.Equal(end) {
				t.Errorf("valid until %v", queued.ValidUntil)
			}
			gone := consent.Revoke([]record.Consent{c.Consent}, record.Revocation{When: record.Time{Value: "2026-03-03"}}, nil, "in").Consents[0]
			later := Host{Consents: []consent.Filed{{Consent: gone}}, Default: consent.DefaultDeny}
			req := ask(dr2, "TREAT")
			if d := consent.Recheck(t.Context(), s.setup(later), &req, queued, now.AddDate(0, 0, 2)); d.Permits() {
				t.Error("what was decided before the revocation still permits after it")
			}
			if d := consent.Recheck(t.Context(), s.setup(one(c)), &req, queued, now.AddDate(0, 0, 1)); !d.Permits() {
				t.Errorf("nothing changed, and it is denied: %v", d.Reasons)
			}
		}},
		{"C10", func(t *testing.T) {
			c := change(in, func(c *record.Consent) { c.Policies = []record.ConsentPolicy{{URI: "http://example.org/policy/1"}} })
			h := one(c)
			h.Replaced = map[string]string{"http://example.org/policy/1": "http://example.org/policy/2"}
			reason(t, s.decide(t, h, ask(dr2, "TREAT")), consent.ReasonPolicyOld)
		}},
	}
}
