package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

func representative(a consent.Authority) consent.Representative {
	return consent.Representative{Party: consent.Party{Reference: "RelatedPerson/1"}, Authority: a, Verified: true}
}

// Who stands for a patient does so only as far as the law lets them (45 CFR 164.502(g)).
func TestWhoSpeaksForThePatient(t *testing.T) {
	born := func(year string) record.Time { return record.Time{Value: year + "-05-05"} }
	tests := map[string]struct {
		of       consent.Authority
		birth    record.Time
		capacity consent.Capacity
		deceased record.Time
		speaks   bool
	}{
		"a parent of a child":                              {consent.AuthorityParent, born("2015"), "", record.Time{}, true},
		"a parent of an adult":                             {consent.AuthorityParent, born("1990"), "", record.Time{}, false},
		"a parent of an adult who cannot decide":           {consent.AuthorityParent, born("1990"), consent.CapacityLacks, record.Time{}, true},
		"next of kin of one who cannot decide":             {consent.AuthorityNextOfKin, born("1970"), consent.CapacityLacks, record.Time{}, true},
		"next of kin, and nobody says whether they decide": {consent.AuthorityNextOfKin, born("1970"), "", record.Time{}, false},
		"a spouse of one who can decide":                   {consent.AuthoritySpouse, born("1970"), consent.CapacityHas, record.Time{}, false},
		"an executor of one who is dead":                   {consent.AuthorityExecutor, born("1940"), "", born("2020"), true},
		"a parent of one born in a year long past":         {consent.AuthorityParent, record.Time{Value: "1970"}, "", record.Time{}, false},
		"a parent of one who may be a child still":         {consent.AuthorityParent, record.Time{Value: "2008"}, "", record.Time{}, true},
		"a parent of one born in a year, grown up":         {consent.AuthorityParent, record.Time{Value: "2007"}, "", record.Time{}, false},
		"next of kin of one who may be grown up":           {consent.AuthorityNextOfKin, record.Time{Value: "2008"}, "", record.Time{}, false},
		"next of kin of a child born in a month":           {consent.AuthorityNextOfKin, record.Time{Value: "2008-04"}, "", record.Time{}, true},
		"a power of attorney of one who is dead":           {consent.AuthorityPower, born("1970"), "", born("2020"), false},
		"a guardian of one who is dead":                    {consent.AuthorityGuardian, born("1970"), consent.CapacityLacks, born("2020"), false},
		"next of kin of one who is dead":                   {consent.AuthorityNextOfKin, born("1970"), consent.CapacityLacks, born("2020"), false},
		"a parent of a child that is dead":                 {consent.AuthorityParent, born("2015"), "", born("2020"), false},
		"an executor of one who lives":                     {consent.AuthorityExecutor, born("1940"), "", record.Time{}, false},
		"a guardian":                                       {consent.AuthorityGuardian, born("1970"), "", record.Time{}, true},
		"a power of attorney":                              {consent.AuthorityPower, born("1970"), consent.CapacityHas, record.Time{}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			req := asked()
			req.Patient = consent.Subject{Party: consent.Party{Reference: "Patient/1"}, BirthDate: tt.birth, Capacity: tt.capacity, Deceased: tt.deceased, Representatives: []consent.Representative{representative(tt.of)}}
			// Their consent to research counts.
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Grantors: []record.Participation{{Role: "grantor", Who: &record.Ref{AsSent: "RelatedPerson/1"}}}}
			req.Purposes = []record.Coding{{System: record.SystemActReason, Code: "HRESCH"}}
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, req)
			require.Equal(t, tt.speaks, d.Permits(), "consent: %v", d.Reasons)
			// They see the record as the patient would.
			req.Requester, req.Purposes[0].Code = consent.Party{Reference: "RelatedPerson/1"}, "FAMRQT"
			d = consent.Decide(t.Context(), &consent.Evaluator{}, req)
			require.Equal(t, tt.speaks, d.Permits(), "access: %v", d.Reasons)
			// They revoke.
			req.Action.Code, req.Purposes = "revoke", nil
			d = consent.Decide(t.Context(), &consent.Evaluator{}, req)
			require.Equal(t, tt.speaks, d.Permits(), "revocation: %v", d.Reasons)
		})
	}
}

// What is under 42 CFR Part 2 leaves to the patient who asks for it (42 CFR 2.23(a)), and to nobody else by that: not to who stands for
// them (42 CFR 2.14(b)), nor for another purpose. SUD counseling notes stay.
func TestOwnAccessToPart2(t *testing.T) {
	under := []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}
	notes := []record.Label{{Coding: record.Coding{System: consent.System, Code: consent.CodeCounseling}}}
	rec := &record.Record{Results: []record.Observation{
		{Entry: record.Entry{ID: "a", Assertion: record.Affirmed, Labels: under}},
		{Entry: record.Entry{ID: "b", Assertion: record.Affirmed, Labels: append(notes, under...)}},
		{Entry: record.Entry{ID: "c", Assertion: record.Affirmed, Labels: []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}}},
	}}
	self := consent.Party{Reference: "Patient/1"}
	for name, tt := range map[string]struct {
		change func(*consent.Request)
		want   string
	}{
		"the patient":      {func(r *consent.Request) {}, "ac"},
		"to somebody else": {func(r *consent.Request) { r.Recipient = &consent.Party{Reference: "Organization/broker"} }, ""},
		"for treatment":    {func(r *consent.Request) { r.Purposes[0].Code = "TREAT" }, "c"},
		"a parent": {func(r *consent.Request) {
			r.Requester, r.Patient.BirthDate = consent.Party{Reference: "RelatedPerson/1"}, record.Time{Value: "2011-01-01"}
			r.Patient.Representatives = []consent.Representative{representative(consent.AuthorityParent)}
		}, "c"},
	} {
		t.Run(name, func(t *testing.T) {
			req := asked()
			req.Requester, req.Purposes[0].Code = self, "PATRQT"
			tt.change(req)
			out, _ := consent.Redact(consent.Decide(t.Context(), &consent.Evaluator{}, req), rec, consent.Redaction{})
			got := ""
			if out != nil {
				for i := range out.Results {
					got += out.Results[i].ID
				}
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// The right of access is the patient's: what goes to somebody else does not rest on it. Nor does a danger pass by another's asking.
func TestAccessIsThePatients(t *testing.T) {
	req := asked()
	req.Requester, req.Purposes[0].Code = consent.Party{Reference: "Patient/1"}, "PATRQT"
	require.True(t, consent.Decide(t.Context(), &consent.Evaluator{}, req).Permits())
	req.Recipient = &consent.Party{Reference: "Organization/broker"}
	require.False(t, consent.Decide(t.Context(), &consent.Evaluator{}, req).Permits())

	danger := representative(consent.AuthorityParent)
	danger.Endangers = true
	for _, who := range []string{"Practitioner/1", "Patient/1"} {
		req = asked()
		req.Requester.Reference = who
		req.Recipient = &consent.Party{Reference: "RelatedPerson/1"}
		req.Patient.Representatives = []consent.Representative{danger}
		d := consent.Decide(t.Context(), &consent.Evaluator{Default: consent.DefaultPermit}, req)
		require.False(t, d.Permits())
		require.True(t, d.Has(consent.ReasonEndangerment))
	}
	// A minor's own care stays from a parent whom somebody else sends the record to.
	req = asked()
	req.Recipient = &consent.Party{Reference: "RelatedPerson/1"}
	req.Patient.BirthDate = record.Time{Value: "2011-01-01"}
	req.Patient.Representatives = []consent.Representative{representative(consent.AuthorityParent)}
	req.Patient.OwnCare = []record.Coding{{System: record.SystemActCode, Code: "STD"}}
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: req.Patient.OwnCare[0]}}}}, {Entry: record.Entry{ID: "b", Labels: []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}}}}}
	bits, d := shown(t, &consent.Evaluator{}, nil, req, rec)
	require.Equal(t, uint(2), bits, "%v", d.Reasons)
}

// What a representative may not see is not for an app of theirs either, nor for whom they pass it on to.
func TestLimitsOfRepresentativesThroughOthers(t *testing.T) {
	mother := consent.Party{Reference: "RelatedPerson/1"}
	app := consent.Party{Reference: "Device/app", OnBehalfOf: &mother}
	rec := &record.Record{
		Results:  []record.Observation{{Entry: record.Entry{ID: "a", Labels: actLabel("STD")}}, {Entry: record.Entry{ID: "b", Labels: confidential("N")}}},
		Problems: []record.Problem{{Entry: record.Entry{ID: "c", Labels: confidential("N")}}},
	}
	for name, change := range map[string]func(*consent.Request){
		"she asks":         func(r *consent.Request) { r.Requester = mother },
		"her app asks":     func(r *consent.Request) { r.Requester = app },
		"her app gets it":  func(r *consent.Request) { r.Recipient = &app },
		"it goes past her": func(r *consent.Request) { r.Intermediary = &mother },
	} {
		req := asked()
		req.Patient.BirthDate = record.Time{Value: "2011-01-01"}
		rep := representative(consent.AuthorityParent)
		rep.Categories = []record.Coding{{Code: "Observation"}}
		req.Patient.Representatives = []consent.Representative{rep}
		req.Patient.OwnCare = []record.Coding{{System: record.SystemActCode, Code: "STD"}}
		change(req)
		out, _ := consent.Redact(consent.Decide(t.Context(), &consent.Evaluator{}, req), rec, consent.Redaction{})
		require.Len(t, out.Results, 1, name)
		require.Equal(t, "b", out.Results[0].ID, name)
		require.Empty(t, out.Problems, name)
	}
}

// To let a consent be revoked lets nothing leave; nobody but the patient, and who speaks for them, revokes.
func TestRevocationDisclosesNothing(t *testing.T) {
	req := asked()
	req.Requester, req.Action.Code = consent.Party{Reference: "Patient/1"}, "revoke"
	d := consent.Decide(t.Context(), &consent.Evaluator{}, req)
	require.True(t, d.Permits())
	out, _ := consent.Redact(d, large(), consent.Redaction{})
	require.Nil(t, out)
	req = asked()
	req.Action.Code = "revoke"
	d = consent.Decide(t.Context(), &consent.Evaluator{Default: consent.DefaultPermit}, req)
	require.False(t, d.Permits())
	require.True(t, d.Has(consent.ReasonNoRevoke))
}

// No default, and no law that is not there, reaches what needs an authorization or consent of its own.
func TestNothingFallsThrough(t *testing.T) {
	label := func(system, code string) []record.Label {
		return []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "R"}}, {Coding: record.Coding{System: system, Code: code}}}
	}
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: label(record.SystemActCode, consent.CodePsyNotes)}}, {Entry: record.Entry{ID: "b", Labels: label(record.SystemActCode, consent.CodeUnderPart2)}},
		{Entry: record.Entry{ID: "c", Labels: label(consent.System, consent.CodeCounseling)}}, {Entry: record.Entry{ID: "d", Labels: label(record.SystemActCode, "HIV")}}}}
	for _, laws := range [][]*consent.Law{nil, {}} {
		for _, def := range []consent.Default{consent.DefaultLawful, consent.DefaultPermit, consent.DefaultDeny, consent.DefaultBreakGlass} {
			e := &consent.Evaluator{Laws: laws, Default: def}
			for _, purpose := range []string{"HMARKT", "ELIGDTRM", "HRESCH", "T-GOVDTRM-SSD", "FooBar"} {
				req := asked()
				req.Purposes = []record.Coding{{Code: purpose}}
				req.Emergency = &consent.Emergency{Reason: "bleeding"}
				if purpose == "HRESCH" && def == consent.DefaultPermit && laws != nil {
					continue // a host without law may do so
				}
				require.False(t, consent.Decide(t.Context(), e, req).Permits(), "%s by %q", purpose, def)
			}
			sale := asked()
			sale.Sale = true
			require.False(t, consent.Decide(t.Context(), e, sale).Permits(), "a sale by %q", def)
			bits, d := shown(t, e, nil, asked(), rec)
			if d.Permits() {
				require.Equal(t, uint(8), bits, "by %q", def)
			}
		}
	}
}

// What may only be sent is not given to who asks, whatever the claim; nor is it for a purpose that nobody knows.
func TestNoLawMakesARequestValid(t *testing.T) {
	claim := &consent.LegalClaim{Kind: "public-health", Evidence: []consent.Evidence{{Kind: "statute"}}}
	for purpose, permitted := range map[string]bool{"T-PH-ECR": false, "T-PH": true, "FooBar": false} {
		req := asked()
		req.Purposes, req.LegalClaim = []record.Coding{{Code: purpose}}, claim
		require.Equal(t, permitted, consent.Decide(t.Context(), &consent.Evaluator{}, req).Permits(), purpose)
		req.Form = consent.FormDeidentified
		require.Equal(t, permitted, consent.Decide(t.Context(), &consent.Evaluator{}, req).Permits(), purpose)
	}
}

// A court order of 42 CFR Part 2, subpart E, opens what a HIPAA order does not.
func TestPart2CourtOrder(t *testing.T) {
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: consent.CodeUnderPart2}}}}}}}
	for kind, bits := range map[string]uint{"court-order": 0, "part2-court-order": 1} {
		req := asked()
		req.Purposes[0].Code = "HLEGAL"
		req.LegalClaim = &consent.LegalClaim{Kind: kind, AgainstPatient: true, Evidence: []consent.Evidence{{Kind: "court-order"}}}
		got, d := shown(t, &consent.Evaluator{}, nil, req, rec)
		require.True(t, d.Permits(), "%v", d.Reasons)
		require.Equal(t, bits, got, kind)
	}
}

// A consent of another patient does not count; one of which nobody can tell whose it is lets nothing leave.
func TestWhoseConsent(t *testing.T) {
	c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "deny"}
	for ref, why := range map[string]consent.ReasonCode{"Patient/1": consent.ReasonConsent, "Patient/2": consent.ReasonPatient, "": consent.ReasonWhose} {
		p := &record.Ref{AsSent: ref}
		if ref == "" {
			p = &record.Ref{Display: "Jack Doe", Identifier: &record.Identifier{System: "urn:oid:9", Value: "9"}}
		}
		d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.FiledConsents{{Consent: c, Patient: p}}}, asked())
		require.Equal(t, ref == "Patient/2", d.Permits(), ref)
		require.True(t, d.Has(why) || d.Considered[0].As == why, "%v", d)
	}
}

// Words of no list are refused by the evaluator itself: a typing error must not open a door.
func TestWordsOfNoList(t *testing.T) {
	for name, change := range map[string]func(*consent.Request){
		"form": func(r *consent.Request) { r.Form = "deidentified" }, "capacity": func(r *consent.Request) { r.Patient.Capacity = "Has" },
		"authority": func(r *consent.Request) { r.Patient.Representatives = []consent.Representative{{Authority: "mother"}} },
		"kind":      func(r *consent.Request) { r.Requester.Kind = "Practitioner" },
		"kind of a group": func(r *consent.Request) {
			r.Recipient = &consent.Party{Reference: "Practitioner/1", Groups: []consent.Party{{Kind: "Group"}}}
		},
		"kind of a parent": func(r *consent.Request) {
			r.Patient.Representatives = []consent.Representative{{Party: consent.Party{Kind: "RelatedPerson"}}}
		},
	} {
		req := asked()
		change(req)
		d := consent.Decide(t.Context(), &consent.Evaluator{Default: consent.DefaultPermit}, req)
		require.False(t, d.Permits(), name)
		require.True(t, d.Has(consent.ReasonInvalid))
	}
}

// Whoever endangers the patient is denied through whomever they ask (45 CFR 164.502(g)(5)).
func TestEndangermentThroughOthers(t *testing.T) {
	danger := representative(consent.AuthorityParent)
	danger.Endangers = true
	safe := consent.Party{Reference: "RelatedPerson/2"}
	app := func(p consent.Party) consent.Party {
		return consent.Party{Reference: "Device/app", OnBehalfOf: &p}
	}
	for name, tt := range map[string]struct {
		change  func(*consent.Request)
		permits bool
	}{
		"their app asks":         {func(r *consent.Request) { r.Requester = app(danger.Party) }, false},
		"their app gets it":      {func(r *consent.Request) { a := app(danger.Party); r.Recipient = &a }, false},
		"it goes through them":   {func(r *consent.Request) { r.Intermediary = &danger.Party }, false},
		"the app of another":     {func(r *consent.Request) { r.Requester = app(safe) }, true},
		"who treats the patient": {func(r *consent.Request) {}, true},
	} {
		t.Run(name, func(t *testing.T) {
			req := asked()
			req.Patient.Representatives = []consent.Representative{danger}
			tt.change(req)
			d := consent.Decide(t.Context(), &consent.Evaluator{}, req)
			require.Equal(t, tt.permits, d.Permits(), "%v", d.Reasons)
			require.Equal(t, !tt.permits, d.Has(consent.ReasonEndangerment))
		})
	}
}
