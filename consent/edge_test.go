package consent_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What cannot be told of an entry meets a denial and no permit.
func TestUnknownIsWithheld(t *testing.T) {
	hiv := record.Coding{System: record.SystemActCode, Code: "HIV"}
	visit := record.ConsentData{Meaning: "related", Ref: record.Ref{AsSent: "Encounter/x"}}
	author := record.ConsentData{Meaning: "authoredby", Ref: record.Ref{AsSent: "Practitioner/x"}}
	year := &record.Period{Start: record.Time{Value: "2022-03"}}
	bare := func(string) record.Observation {
		return record.Observation{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}}
	}
	tests := map[string]struct {
		cond  consent.Condition
		entry record.Observation
	}{
		"no label":           {consent.Condition{Labels: []record.Coding{hiv}}, bare("")},
		"no encounter":       {consent.Condition{Data: []record.ConsentData{visit}}, bare("")},
		"no author":          {consent.Condition{Data: []record.ConsentData{author}}, bare("")},
		"no time":            {consent.Condition{Period: year}, bare("")},
		"a time too coarse":  {consent.Condition{Period: year}, record.Observation{Entry: record.Entry{ID: "a", Recorded: &record.Time{Value: "2022"}}}},
		"a code in words":    {consent.Condition{Codes: []record.Coding{{Display: "HIV test"}}}, bare("")},
		"a label in words":   {consent.Condition{Labels: []record.Coding{{Display: "sensitive"}}}, record.Observation{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: hiv}}}}},
		"a class in words":   {consent.Condition{Classes: []record.Coding{{Display: "tests"}}}, bare("")},
		"a bound in words":   {consent.Condition{Period: &record.Period{Start: record.Time{AsSent: "spring"}}}, record.Observation{Entry: record.Entry{ID: "a", Recorded: &record.Time{Value: "2022-01-01"}}}},
		"an unknown meaning": {consent.Condition{Data: []record.ConsentData{{Meaning: "whatever", Ref: record.Ref{ID: "b"}}}}, bare("")},
		"an unknown class":   {consent.Condition{Classes: []record.Coding{{System: "http://example.org", Code: "x"}}}, record.Observation{Entry: record.Entry{ID: "a"}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rec := &record.Record{Results: []record.Observation{tt.entry}}
			pass := func(known bool, rules ...consent.Rule) bool {
				rules[0].Known = known
				d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Residual: []consent.Stage{{Name: "consent", Rules: rules}}}
				return consent.NewJudge(d, rec, nil, nil).Entry(record.KindResult, &rec.Results[0].Entry).Pass
			}
			require.False(t, pass(false, consent.Rule{Effect: consent.Deny, If: tt.cond}, consent.Rule{Effect: consent.Permit}), "denied")
			require.True(t, pass(true, consent.Rule{Effect: consent.Deny, If: tt.cond}, consent.Rule{Effect: consent.Permit}), "denied where known")
			require.False(t, pass(false, consent.Rule{Effect: consent.Permit, If: tt.cond}), "permitted")
		})
	}
}

// A permit within a denial lifts that denial, and permits nothing else.
func TestExceptionStaysWithin(t *testing.T) {
	label := func(c string) []record.Coding {
		return []record.Coding{{System: record.SystemActCode, Code: c}}
	}
	role := []record.ConsentActor{{Ref: &record.Ref{AsSent: "Practitioner/1"}}}
	deny := record.Provision{SecurityLabels: label("HIV"), Provisions: []record.Provision{{Type: "permit", Actors: role}}}
	c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "deny", Provision: &deny}
	e := &consent.Evaluator{Default: consent.DefaultDeny}
	rec := &record.Record{Results: []record.Observation{
		{Entry: record.Entry{ID: "hiv", Labels: []record.Label{{Coding: label("HIV")[0]}}}}, {Entry: record.Entry{ID: "psy", Labels: []record.Label{{Coding: label("PSY")[0]}}}}}}
	req := &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, Requester: consent.Party{Reference: "Practitioner/1"},
		At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}}
	bits, _ := shown(t, e, []record.Consent{c}, req, rec)
	require.Equal(t, uint(1), bits)
}

// A denial counts even where nobody has verified that who gave it may speak for the patient; a permit of theirs does not.
func TestUnverifiedDenialCounts(t *testing.T) {
	by := []record.Participation{{Role: "grantor", Who: &record.Ref{AsSent: "RelatedPerson/1"}}}
	req := &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, Requester: consent.Party{Reference: "Practitioner/1"},
		At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}}
	rec := maker{}.empty()
	for decision, passes := range map[string]uint{"permit": 0, "deny": 0} {
		c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: decision, Grantors: by, Provision: &record.Provision{}}
		bits, d := shown(t, &consent.Evaluator{Default: consent.DefaultDeny}, []record.Consent{c}, req, rec)
		require.Equal(t, passes, bits)
		require.True(t, d.Has(consent.ReasonUnverified))
		_, d = shown(t, &consent.Evaluator{}, []record.Consent{c}, req, rec)
		require.Equal(t, decision == "permit", d.Permits(), "by the law alone, unless it was denied")
	}
}

func (maker) empty() *record.Record {
	return &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}}}}
}

// A provision whose element nobody can compare permits nothing, and denies whatever it may mean.
func TestProvisionInWords(t *testing.T) {
	words := map[string]record.Provision{
		"code":    {Codes: []record.Concept{{Text: "HIV tests"}}},
		"label":   {SecurityLabels: []record.Coding{{Display: "sensitive"}}},
		"class":   {Classes: []record.Coding{{Display: "tests"}}},
		"purpose": {Purposes: []record.Coding{{Display: "care"}}},
		"actor":   {Actors: []record.ConsentActor{{Ref: &record.Ref{Display: "my doctor"}}}},
		"action":  {Actions: []record.Concept{{Text: "share"}}},
		"data":    {Data: []record.ConsentData{{Meaning: "instance", Ref: record.Ref{Display: "the test of May"}}}},
		"period":  {DataPeriod: &record.Period{Start: record.Time{AsSent: "spring"}}},
		"rule":    {Expression: "only on Sundays"},
	}
	req := &consent.Request{Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, Requester: consent.Party{Reference: "Practitioner/1"},
		At: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}}
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Recorded: &record.Time{Value: "2022-01-01"}, Labels: []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}}}}}
	for name, p := range words {
		c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &p}
		bits, _ := shown(t, &consent.Evaluator{Default: consent.DefaultDeny}, []record.Consent{c}, req, rec)
		require.Zero(t, bits, "permit by %s", name)
		p.Type = "deny"
		c.Provision = &record.Provision{Provisions: []record.Provision{p}}
		bits, _ = shown(t, &consent.Evaluator{}, []record.Consent{c}, req, rec)
		require.Zero(t, bits, "denied by %s", name)
	}
}

// An action of which nobody can tell which one is meant permits nothing, and is denied whatever is asked for.
func TestActionWithoutCode(t *testing.T) {
	for name, action := range map[string]record.Concept{
		"a coding without a code": {Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/consentaction", Display: "to collect only"}}},
		"words alone":             {Text: "to collect only"},
	} {
		for _, word := range []string{"", "query", "access", "disclose"} {
			for effect, want := range map[string]consent.Outcome{"permit": consent.NoConsent, "deny": consent.Denied} {
				c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: effect, Provision: &record.Provision{Actions: []record.Concept{action}}}
				req := asked()
				req.Action.Code = word
				d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}, Default: consent.DefaultDeny}, req)
				require.Equal(t, want, d.Outcome, "%s of %s, asked to %q", effect, name, word)
			}
		}
	}
}
