package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A word of a request that is of no list may have been meant for one that withholds: a place for one with laws, an action for a revocation.
func TestPlacesAndActionsOfNoList(t *testing.T) {
	c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit"}
	for name, tt := range map[string]struct {
		change func(*consent.Request)
		valid  bool
	}{
		"a country":                   {func(r *consent.Request) { r.Jurisdiction = "US" }, true},
		"a state":                     {func(r *consent.Request) { r.Jurisdiction = "US-WA" }, true},
		"a part of another country":   {func(r *consent.Request) { r.Jurisdiction = "GB-ENG" }, true},
		"no place":                    {func(r *consent.Request) { r.Jurisdiction = "" }, true},
		"a country in small letters":  {func(r *consent.Request) { r.Jurisdiction = "us" }, false},
		"a country in three letters":  {func(r *consent.Request) { r.Jurisdiction = "USA" }, false},
		"a state with another hyphen": {func(r *consent.Request) { r.Jurisdiction = "US_WA" }, false},
		"a state in words":            {func(r *consent.Request) { r.Jurisdiction = "US-Washington" }, false},
		"half a state":                {func(r *consent.Request) { r.Jurisdiction = "US-" }, false},
		"half a country":              {func(r *consent.Request) { r.Jurisdiction = "U" }, false},
		"an action":                   {func(r *consent.Request) { r.Action.Code = "collect" }, true},
		"another action":              {func(r *consent.Request) { r.Action.Code = "Revoke" }, false},
		"an action in words":          {func(r *consent.Request) { r.Action.Display = "revoke" }, false},
	} {
		req := asked()
		tt.change(req)
		d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, req)
		require.Equal(t, tt.valid, d.Permits(), name)
		require.Equal(t, !tt.valid, d.Has(consent.ReasonInvalid), name)
	}
}

// A denial of disclosure holds whatever is done with the data then, and one of access for all that is retrieved (FHIR consentaction).
func TestDeniedActions(t *testing.T) {
	for asks, met := range map[string][2]bool{ // disclose, access
		"": {true, true}, "query": {true, true}, "access": {true, true}, "collect": {true, true}, "use": {true, true}, "correct": {true, true},
		"push": {true, false}, "disclose": {true, false},
	} {
		for i, word := range []string{"disclose", "access"} {
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "deny",
				Provision: &record.Provision{Actions: []record.Concept{{Codings: []record.Coding{{Code: word}}}}}}
			req := asked()
			req.Action.Code = asks
			require.Equal(t, met[i], consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, req).Outcome == consent.Denied, "%s, asked to %q", word, asks)
		}
	}
}
