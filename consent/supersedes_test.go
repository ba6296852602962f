package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What a patient denied stays denied though a consent says that it takes its place, where nobody has checked that whoever gave that
// one may speak for the patient (45 CFR 164.514(h)), or where each says so of the other.
func TestSupersedes(t *testing.T) {
	active := record.Status{Code: record.StatusActive}
	over := func(id, decision, old string, by ...record.Participation) record.Consent {
		c := record.Consent{Entry: record.Entry{ID: id, Status: active}, Decision: decision, Grantors: by}
		if old != "" {
			c.Supersedes = []record.Ref{{ID: old}}
		}
		return c
	}
	sister := record.Participation{Role: "grantor", Who: &record.Ref{AsSent: "RelatedPerson/1"}}
	for name, tt := range map[string]struct {
		consents []record.Consent
		checked  bool
		want     consent.Outcome
	}{
		"by the patient":                            {[]record.Consent{over("a", "deny", ""), over("b", "permit", "a")}, false, consent.Permitted},
		"by who speaks for the patient":             {[]record.Consent{over("a", "deny", ""), over("b", "permit", "a", sister)}, true, consent.Permitted},
		"by who may not":                            {[]record.Consent{over("a", "deny", ""), over("b", "permit", "a", sister)}, false, consent.Denied},
		"a denial by who may not":                   {[]record.Consent{over("a", "permit", ""), over("b", "deny", "a", sister)}, false, consent.Denied},
		"each the other":                            {[]record.Consent{over("a", "deny", "b"), over("b", "permit", "a")}, false, consent.Denied},
		"one after another":                         {[]record.Consent{over("a", "deny", ""), over("b", "deny", "a"), over("c", "permit", "b")}, false, consent.Permitted},
		"three in a ring":                           {[]record.Consent{over("a", "deny", "c"), over("b", "deny", "a"), over("c", "permit", "b")}, false, consent.Denied},
		"what the one that takes its place is over": {[]record.Consent{over("a", "deny", "b"), over("b", "permit", "")}, false, consent.Denied},
	} {
		t.Run(name, func(t *testing.T) {
			req := asked()
			if tt.checked {
				req.Patient.Capacity, req.Patient.Representatives = consent.CapacityLacks, []consent.Representative{representative(consent.AuthorityNextOfKin)}
			}
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents(tt.consents)}, req)
			require.Equal(t, tt.want, d.Outcome, "%v %v", d.Reasons, d.Considered)
		})
	}
}
