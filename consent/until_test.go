package consent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A decision that waits has to be made again once a consent on file begins or ends: one that denies from a later day on, or is
// revoked from then on, among them.
func TestValidUntilWhatComes(t *testing.T) {
	later := record.Time{Value: "2026-03-05"}
	begins, exclusive := &record.Period{Start: later}, true
	day := time.Date(2026, 3, 5, 0, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		change func(*record.Consent)
		want   time.Time
	}{
		"a denial that begins":             {func(c *record.Consent) { c.Period = begins }, day},
		"a denial whose provision begins":  {func(c *record.Consent) { c.Provision = &record.Provision{Period: begins} }, day},
		"a denial given later":             {func(c *record.Consent) { c.When = &later }, day},
		"a denial of another that is over": {func(c *record.Consent) { c.Period = &record.Period{End: record.Time{Value: "2025"}} }, time.Time{}},
		"a denial that begins, of a draft": {func(c *record.Consent) { c.Period, c.Status.Code = begins, record.StatusDraft }, time.Time{}},
		"a permit revoked from then on":    {func(c *record.Consent) { c.Decision, c.Revocation = "permit", &record.Revocation{When: later} }, day},
		"a permit until the end of a day":  {func(c *record.Consent) { c.Decision, c.Period = "permit", &record.Period{End: later} }, day.AddDate(0, 0, 1)},
		"a permit until a day, not including": {func(c *record.Consent) {
			c.Decision, c.Period = "permit", &record.Period{End: later, EndOpen: &exclusive}
		}, day},
		"a permitting provision until a day, not including": {func(c *record.Consent) {
			c.Decision, c.Provision = "permit", &record.Provision{Period: &record.Period{End: later, EndOpen: &exclusive}}
		}, day},
	} {
		t.Run(name, func(t *testing.T) {
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "deny"}
			tt.change(&c)
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked())
			require.True(t, d.Permits())
			if tt.want.IsZero() {
				require.Nil(t, d.ValidUntil)
				return
			}
			require.NotNil(t, d.ValidUntil)
			require.True(t, d.ValidUntil.Equal(tt.want), "%v", d.ValidUntil)
			// Just before that it is as it was, and from then on it is not.
			for _, after := range []bool{false, true} {
				req := asked()
				req.At = tt.want
				if !after {
					req.At = tt.want.Add(-time.Second)
				}
				again := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}, Default: consent.DefaultPermit}, req)
				require.Equal(t, !after, again.Outcome == d.Outcome, "%t: %s", after, again.Outcome)
			}
		})
	}
}
