package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

func reasons(codes ...string) (out []record.Coding) {
	for _, c := range codes {
		out = append(out, record.Coding{System: record.SystemActReason, Code: c})
	}
	return out
}

func toPractitioner() []record.ConsentActor {
	return []record.ConsentActor{{Ref: &record.Ref{AsSent: "Practitioner/1"}}}
}

// written is a consent of paper: signed on a day, to one practitioner, for a purpose.
func written(code string, purposes ...string) record.Consent {
	return record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Version: "R4",
		Provision: &record.Provision{Purposes: reasons(purposes...), Actors: toPractitioner()},
		When:      &record.Time{Value: "2026-02-20"}, SourceRefs: []record.Ref{{AsSent: "DocumentReference/form"}}, Expires: &record.Time{Value: "2027"},
		Basis: []record.Concept{{Codings: []record.Coding{{System: record.SystemActCode, Code: code}}}}}
}

// looked notes that somebody looked for something in the form, and whether it was there.
func looked(c *record.Consent, code string, found bool) {
	c.Verifications = append(c.Verifications, record.ConsentVerification{Verified: &found, Type: &record.Concept{Codings: []record.Coding{{System: consent.System, Code: code}}}})
}

// What is under 42 CFR Part 2 leaves by a consent that has the elements of 42 CFR 2.31(a), and by no other (2.31(c)(2)).
func TestElementsOfPart2(t *testing.T) {
	rec := &record.Record{Results: []record.Observation{
		{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}}},
		{Entry: record.Entry{ID: "b", Labels: []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}}},
	}}
	care := []string{"TREAT", "HPAYMT", "HOPERAT"}
	for name, tt := range map[string]struct {
		purposes []string
		change   func(*record.Consent)
		lacks    string
	}{
		"all of them":                         {[]string{"TREAT"}, func(*record.Consent) {}, ""},
		"research, all of them":               {[]string{"HRESCH"}, func(*record.Consent) {}, ""},
		"no purpose":                          {nil, func(*record.Consent) {}, "purpose"},
		"a purpose in words":                  {nil, func(c *record.Consent) { c.Purpose = "at the request of the patient" }, ""},
		"nobody named, for treatment":         {[]string{"TREAT"}, func(c *record.Consent) { c.Provision.Actors = nil }, "recipient"},
		"nobody named, for all of care":       {care, func(c *record.Consent) { c.Provision.Actors = nil }, ""},
		"nobody named, for care and research": {append(care, "HRESCH"), func(c *record.Consent) { c.Provision.Actors = nil }, "recipient"},
		"a grantee": {[]string{"TREAT"}, func(c *record.Consent) {
			c.Provision.Actors, c.Grantees = nil, []record.Ref{{AsSent: "Practitioner/1"}}
		}, ""},
		"treatment without an end":          {[]string{"TREAT"}, func(c *record.Consent) { c.Expires = nil }, ""},
		"care without an end":               {care, func(c *record.Consent) { c.Expires = nil }, ""},
		"research without an end":           {[]string{"HRESCH"}, func(c *record.Consent) { c.Expires = nil }, "expiration"},
		"research that ends with none":      {[]string{"HRESCH"}, func(c *record.Consent) { c.Expires = &record.Time{AsSent: "none"} }, "expiration"},
		"research that ends with the study": {[]string{"HRESCH"}, func(c *record.Consent) { c.Expires = &record.Time{AsSent: "end of the research study"} }, ""},
		"an end in the provision": {[]string{"HRESCH"}, func(c *record.Consent) {
			c.Expires, c.Provision.Period = nil, &record.Period{End: record.Time{Value: "2027"}}
		}, ""},
		"an end in a part": {[]string{"HRESCH"}, func(c *record.Consent) {
			q := *c.Provision
			q.Type, q.Period = "permit", &record.Period{End: record.Time{Value: "2027"}}
			c.Expires, c.Decision, c.Provision = nil, "deny", &record.Provision{Provisions: []record.Provision{q}}
		}, ""},
		"no signature":               {[]string{"TREAT"}, func(c *record.Consent) { c.SourceRefs = nil }, "signature"},
		"a signature without a date": {[]string{"TREAT"}, func(c *record.Consent) { c.When = nil }, "signature"},
		"revocation stated":          {[]string{"TREAT"}, func(c *record.Consent) { looked(c, consent.CodeRevocable, true) }, ""},
		"revocation not stated":      {[]string{"TREAT"}, func(c *record.Consent) { looked(c, consent.CodeRevocable, false) }, "revocation"},
		"redisclosure not stated":    {[]string{"TREAT"}, func(c *record.Consent) { looked(c, consent.CodeRedisclosure, false) }, "redisclosure"},
		"refusal not stated":         {[]string{"TREAT"}, func(c *record.Consent) { looked(c, consent.CodeRefusal, false) }, "refusal"},
	} {
		t.Run(name, func(t *testing.T) {
			c := written(consent.CodeUnderPart2, tt.purposes...)
			tt.change(&c)
			req := asked()
			if len(tt.purposes) > 0 {
				req.Purposes = reasons(tt.purposes[len(tt.purposes)-1])
			}
			if req.Purposes[0].Code == "HOPERAT" {
				req.Purposes = reasons("TREAT")
			}
			bits, d := shown(t, &consent.Evaluator{}, []record.Consent{c}, req, rec)
			require.True(t, d.Permits(), "what is not under Part 2 needs no such consent: %v", d.Reasons)
			if tt.lacks == "" {
				require.EqualValues(t, 3, bits, "%v", d.Reasons)
				require.False(t, d.Has(consent.ReasonDefective), "%v", d.Reasons)
				return
			}
			require.EqualValues(t, 2, bits, "%v", d.Reasons)
			require.Contains(t, d.Reasons, consent.Reason{Code: consent.ReasonDefective, Policy: "c", Element: tt.lacks})
			require.False(t, d.Owes(consent.ObligeNotice))
		})
	}
}

// A consent for SUD counseling notes, or for psychotherapy notes, is for nothing else (42 CFR 2.31(b)(2), 45 CFR 164.508(b)(3)(ii)),
// and has the elements that the law asks for.
func TestNotesStandAlone(t *testing.T) {
	permits := func(labels ...record.Coding) record.Provision {
		return record.Provision{Type: "permit", SecurityLabels: labels}
	}
	for _, of := range []struct{ law, label, system string }{
		{consent.CodeUnderPart2, consent.CodeCounseling, consent.System}, {consent.CodeHIPAAAuth, consent.CodePsyNotes, record.SystemActCode},
		{consent.CodeHIPAAAuth, "PSYTHPN", record.SystemActCode},
	} {
		notes, hiv := record.Coding{System: of.system, Code: of.label}, record.Coding{System: record.SystemActCode, Code: "HIV"}
		rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: notes}}}}}}
		for name, tt := range map[string]struct {
			change func(*record.Consent)
			lacks  string
		}{
			"alone":                          {func(c *record.Consent) { c.Provision.SecurityLabels = []record.Coding{notes} }, ""},
			"with other labels":              {func(c *record.Consent) { c.Provision.SecurityLabels = []record.Coding{notes, hiv} }, "combined"},
			"within a consent to everything": {func(c *record.Consent) { c.Provision.Provisions = []record.Provision{permits(notes)} }, "combined"},
			"beside others": {func(c *record.Consent) {
				c.Decision, c.Provision.Provisions = "deny", []record.Provision{permits(notes), permits(hiv)}
			}, "combined"},
			"out of a denial": {func(c *record.Consent) {
				c.Decision, c.Provision.Provisions = "deny", []record.Provision{permits(notes)}
			}, ""},
			"less a denial": {func(c *record.Consent) {
				c.Provision.SecurityLabels = []record.Coding{notes}
				c.Provision.Provisions = []record.Provision{{Type: "deny", SecurityLabels: []record.Coding{hiv}, Actors: []record.ConsentActor{{Ref: &record.Ref{AsSent: "Practitioner/2"}}}}}
			}, ""},
			"narrowed in a part": {func(c *record.Consent) {
				c.Provision.SecurityLabels = []record.Coding{notes}
				c.Provision.Provisions = []record.Provision{{Type: "permit", DataPeriod: &record.Period{Start: record.Time{Value: "2020"}}}}
			}, ""},
			"as R5 has it, alone": {func(c *record.Consent) {
				p := permits(notes)
				p.Type, p.Purposes, p.Actors = "", c.Provision.Purposes, c.Provision.Actors
				c.Version, c.Decision, c.Provision, c.Provisions = "R5", "deny", nil, []record.Provision{p}
			}, ""},
			"as R5 has it, with others": {func(c *record.Consent) {
				p, q := permits(notes), permits(hiv)
				p.Type, p.Purposes, p.Actors, q.Type = "", c.Provision.Purposes, c.Provision.Actors, ""
				c.Version, c.Decision, c.Provision, c.Provisions = "R5", "deny", nil, []record.Provision{p, q}
			}, "combined"},
			"without a signature": {func(c *record.Consent) {
				c.Provision.SecurityLabels, c.SourceRefs = []record.Coding{notes}, nil
			}, "signature"},
			"without a recipient": {func(c *record.Consent) {
				c.Provision.SecurityLabels, c.Provision.Actors = []record.Coding{notes}, nil
			}, "recipient"},
		} {
			t.Run(of.label+"/"+name, func(t *testing.T) {
				c := written(of.law, "TREAT")
				c.Basis = nil
				tt.change(&c)
				bits, _ := shown(t, &consent.Evaluator{}, nil, asked(), rec)
				require.Zero(t, bits, "without a consent")
				bits, d := shown(t, &consent.Evaluator{}, []record.Consent{c}, asked(), rec)
				if tt.lacks == "" {
					require.EqualValues(t, 1, bits, "%v", d.Reasons)
					return
				}
				require.Zero(t, bits, "%v", d.Reasons)
				require.Contains(t, d.Reasons, consent.Reason{Code: consent.ReasonDefective, Policy: "c", Element: tt.lacks})
			})
		}
	}
}

// An authorization says for what it is (45 CFR 164.508(c)(1)(iv)), and tells the patient what (c)(2) asks for.
func TestAuthorizationSaysForWhat(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*record.Consent)
		lacks  string
	}{
		"a purpose":               {func(*record.Consent) {}, ""},
		"a purpose in words":      {func(c *record.Consent) { c.Provision.Purposes, c.Purpose = nil, "at the request of the individual" }, ""},
		"no purpose":              {func(c *record.Consent) { c.Provision.Purposes = nil }, "purpose"},
		"revocation not stated":   {func(c *record.Consent) { looked(c, consent.CodeRevocable, false) }, "revocation"},
		"conditioning not stated": {func(c *record.Consent) { looked(c, consent.CodeRefusal, false) }, "refusal"},
		"redisclosure not stated": {func(c *record.Consent) { looked(c, consent.CodeRedisclosure, false) }, "redisclosure"},
	} {
		t.Run(name, func(t *testing.T) {
			c := written(consent.CodeHIPAAAuth, "HRESCH")
			tt.change(&c)
			req := asked()
			req.Purposes = reasons("HRESCH")
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, req)
			require.Equal(t, tt.lacks == "", d.Permits(), "%v", d.Reasons)
			if tt.lacks != "" {
				require.Contains(t, d.Reasons, consent.Reason{Code: consent.ReasonDefective, Policy: "c", Element: tt.lacks})
			}
		})
	}
}

// Through an intermediary a consent reaches who it names, and of those it does not name whoever treats the patient (42 CFR 2.31(a)(4)(ii)).
func TestThroughAnIntermediary(t *testing.T) {
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}}}}}
	to := func(refs ...string) (out []record.ConsentActor) {
		for _, r := range refs {
			out = append(out, record.ConsentActor{Ref: &record.Ref{AsSent: r}})
		}
		return out
	}
	for name, tt := range map[string]struct {
		actors []record.ConsentActor
		treats bool
		lacks  string
	}{
		"both named":                          {to("Practitioner/1", "Organization/exchange"), false, ""},
		"the recipient's organization named":  {to("Organization/1", "Organization/exchange"), false, ""},
		"no intermediary":                     {to("Practitioner/1"), false, "intermediary"},
		"members, and who treats the patient": {to("Group/members", "Organization/exchange"), true, ""},
		"members, and who does not":           {to("Group/members", "Organization/exchange"), false, "participant"},
	} {
		t.Run(name, func(t *testing.T) {
			c := written(consent.CodeUnderPart2, "TREAT")
			c.Provision.Actors = tt.actors
			req := asked()
			req.Requester.Groups, req.Requester.Relationship = []consent.Party{{Reference: "Group/members"}}, tt.treats
			req.Intermediary = &consent.Party{Reference: "Organization/exchange"}
			bits, d := shown(t, &consent.Evaluator{}, []record.Consent{c}, req, rec)
			if tt.lacks == "" {
				require.EqualValues(t, 1, bits, "%v", d.Reasons)
				return
			}
			require.Zero(t, bits, "%v", d.Reasons)
			require.Contains(t, d.Reasons, consent.Reason{Code: consent.ReasonDefective, Policy: "c", Element: tt.lacks})
		})
	}
}
