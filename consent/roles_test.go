package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// An actor whose role is to have the data, or to have made it, is not who gets it: a denial that names one holds against
// everybody, since nobody can tell which data it is about, and a permit that does permits nothing.
func TestActorsThatDisclose(t *testing.T) {
	for role, gets := range map[string]bool{"IRCP": true, "PRCP": true, "": true, "CST": false, "AUT": false, "INF": false, "SOURCE": false, "PRIMAUTH": false, "GRANTOR": false, "CONSENTER": false, "GRANTEE": true} {
		for _, effect := range []string{"permit", "deny"} {
			for _, who := range []string{"Practitioner/1", "Practitioner/2"} {
				a := record.ConsentActor{Ref: &record.Ref{AsSent: who}}
				if role != "" {
					a.Role = &record.Concept{Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/v3-ParticipationType", Code: role}}}
				}
				c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: effect, Provision: &record.Provision{Actors: []record.ConsentActor{a}}}
				d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}, Default: consent.DefaultDeny}, asked())
				want := consent.NoConsent // Practitioner/1 asks
				switch {
				case gets && who == "Practitioner/1":
					want = consent.Outcome(effect)
				case !gets && effect == "deny":
					want = consent.Denied
				}
				require.Equal(t, want, d.Outcome, "%s: %s to %s", effect, role, who)
			}
		}
	}
}

// Who grants or denies is not whom it is about where somebody else is named as well.
func TestActorsThatGrant(t *testing.T) {
	actor := func(role, who string) record.ConsentActor {
		return record.ConsentActor{Role: &record.Concept{Codings: []record.Coding{{Code: role}}}, Ref: &record.Ref{AsSent: who}}
	}
	for who, want := range map[string]consent.Outcome{"Practitioner/1": consent.Denied, "Practitioner/2": consent.NoConsent} {
		c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "deny",
			Provision: &record.Provision{Actors: []record.ConsentActor{actor("GRANTOR", "Patient/1"), actor("GRANTEE", who)}}}
		require.Equal(t, want, consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked()).Outcome, who)
	}
}

// What a court may have of what is under 42 CFR Part 2 by the patient's consent, it may have by one for that alone (42 CFR 2.31(d)).
func TestConsentToProceedings(t *testing.T) {
	legal, treat := record.Coding{System: record.SystemActReason, Code: "HLEGAL"}, record.Coding{System: record.SystemActReason, Code: "TREAT"}
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}}}}}
	for name, tt := range map[string]struct {
		provision record.Provision
		bits      uint
	}{
		"alone":                         {record.Provision{Purposes: []record.Coding{legal}}, 1},
		"with treatment":                {record.Provision{Purposes: []record.Coding{legal, treat}}, 0},
		"with what nobody knows":        {record.Provision{Purposes: []record.Coding{legal, {System: "urn:oid:1.2.3", Code: "X"}}}, 0},
		"with treatment, in a part":     {record.Provision{Purposes: []record.Coding{legal}, Provisions: []record.Provision{{Type: "permit", Purposes: []record.Coding{treat}}}}, 0},
		"for all purposes":              {record.Provision{}, 0},
		"for treatment, legal in parts": {record.Provision{Purposes: []record.Coding{treat}, Provisions: []record.Provision{{Type: "permit", Purposes: []record.Coding{legal}}}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			tt.provision.Actors = []record.ConsentActor{{Ref: &record.Ref{AsSent: "Practitioner/1"}}}
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &tt.provision,
				When: &record.Time{Value: "2026-02-20"}, SourceRefs: []record.Ref{{AsSent: "DocumentReference/form"}}, Expires: &record.Time{Value: "2027"},
				Basis: []record.Concept{{Codings: []record.Coding{{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}}}
			req := asked()
			req.Purposes = []record.Coding{legal}
			req.LegalClaim = &consent.LegalClaim{Kind: "subpoena", AgainstPatient: true, Evidence: []consent.Evidence{{Kind: "notice-assurance"}}}
			got, d := shown(t, &consent.Evaluator{}, []record.Consent{c}, req, rec)
			require.Equal(t, tt.bits, got, "%v", d.Reasons)
		})
	}
}

// What left by a consent under 42 CFR Part 2 for something beyond treatment, payment and operations may not be passed on, whenever
// the consent was given (42 CFR 2.32, 2.33(b)).
func TestNoRedisclosureBeyondCare(t *testing.T) {
	for _, when := range []string{"2025-06-01", "2026-02-20"} {
		for purpose, bound := range map[string]bool{"HRESCH": true, "TREAT": false} {
			p := []record.Coding{{System: record.SystemActReason, Code: purpose}}
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit",
				Provision: &record.Provision{Purposes: p, Actors: []record.ConsentActor{{Ref: &record.Ref{AsSent: "Practitioner/1"}}}},
				When:      &record.Time{Value: when}, SourceRefs: []record.Ref{{AsSent: "DocumentReference/form"}}, Expires: &record.Time{AsSent: "end of the study"}, Basis: []record.Concept{{Codings: []record.Coding{{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}}}
			req := asked()
			req.Purposes = p
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, req)
			require.True(t, d.Permits(), "%v", d.Reasons)
			require.Equal(t, bound, d.Owes(consent.ObligeNoRedisclose), "%s by a consent of %s", purpose, when)
			require.True(t, d.Owes(consent.ObligeNotice))
		}
	}
}

// Data for another's operations goes to who is under HIPAA and has or had the patient, and to nobody else (45 CFR 164.506(c)(4)).
func TestOperationsOfAnother(t *testing.T) {
	for _, covered := range []bool{false, true} {
		for _, knows := range []bool{false, true} {
			req := asked()
			req.Purposes = []record.Coding{{System: record.SystemActReason, Code: "HQUALIMP"}}
			req.Recipient = &consent.Party{Reference: "Organization/2", Covered: covered, Relationship: knows}
			require.Equal(t, covered && knows, consent.Decide(t.Context(), &consent.Evaluator{}, req).Permits(), "covered %t, knows the patient %t", covered, knows)
		}
	}
}

// A practitioner is not told from a role of one by how the two are referred to: nobody can say that it is not the same person.
func TestPractitionerByARole(t *testing.T) {
	for name, tt := range map[string]struct {
		named      string
		who        consent.Party
		deny, gets consent.Outcome
	}{
		"a role":                        {"Practitioner/bob", consent.Party{Reference: "PractitionerRole/bob-at-clinic"}, consent.Denied, consent.NoConsent},
		"who has the role":              {"PractitionerRole/bob-at-clinic", consent.Party{Reference: "Practitioner/bob"}, consent.Denied, consent.NoConsent},
		"a role of who is named":        {"Practitioner/bob", consent.Party{Reference: "PractitionerRole/bob-at-clinic", Also: []string{"Practitioner/bob"}}, consent.Denied, consent.Permitted},
		"a role of somebody else":       {"Practitioner/bob", consent.Party{Reference: "PractitionerRole/7", Also: []string{"Practitioner/7"}}, consent.NoConsent, consent.NoConsent},
		"another practitioner":          {"Practitioner/bob", consent.Party{Reference: "Practitioner/7"}, consent.NoConsent, consent.NoConsent},
		"an organization":               {"Practitioner/bob", consent.Party{Reference: "Organization/7"}, consent.NoConsent, consent.NoConsent},
		"another role":                  {"PractitionerRole/1", consent.Party{Reference: "PractitionerRole/7"}, consent.NoConsent, consent.NoConsent},
		"a role by an absolute address": {"https://a.example/fhir/Practitioner/bob", consent.Party{Reference: "https://a.example/fhir/PractitionerRole/7"}, consent.Denied, consent.NoConsent},
	} {
		for effect, want := range map[string]consent.Outcome{"deny": tt.deny, "permit": tt.gets} {
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: effect,
				Provision: &record.Provision{Actors: []record.ConsentActor{{Ref: &record.Ref{AsSent: tt.named}}}}}
			req := asked()
			req.Requester = tt.who
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}, Default: consent.DefaultDeny}, req)
			require.Equal(t, want, d.Outcome, "%s: %s", effect, name)
		}
	}
}
