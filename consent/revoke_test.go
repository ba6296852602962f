package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// Whatever applies can be revoked: a consent of a CDA document is completed, and holds.
func TestRevokeWhatApplies(t *testing.T) {
	to := record.Ref{AsSent: "Practitioner/1"}
	for _, status := range []record.StatusCode{record.StatusActive, record.StatusCompleted} {
		c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: status}}, Decision: "permit", Grantees: []record.Ref{to}}
		twin := c
		twin.ID = "twin"
		how := record.Revocation{When: record.Time{Value: "2026-03-01"}}
		require.Equal(t, consent.Permitted, consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked()).Outcome)
		got := consent.Revoke([]record.Consent{c, twin}, how, []consent.Disclosed{{Consent: "c", To: to}}, "c")
		require.Equal(t, []string{"c"}, got.IDs)
		require.Len(t, got.Notify, 1)
		require.Len(t, got.Warnings, 1, "the twin still permits")
		require.Equal(t, consent.NoConsent, consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents(got.Consents[:1])}, asked()).Outcome)
		require.Len(t, consent.RevokeGrantee([]record.Consent{c, twin}, how, nil, to).IDs, 2)
	}
}
