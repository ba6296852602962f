package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What is under 42 CFR Part 2, and psychotherapy notes, leave by a claim only with the evidence that the law asks of it (42 CFR
// 2.61, 2.64; 45 CFR 164.508(a)(2)(ii)), however much else may leave without it.
func TestClaimLiftsWithItsEvidence(t *testing.T) {
	label := func(code string) []record.Label {
		return []record.Label{{Coding: record.Coding{System: record.SystemActCode, Code: code}}}
	}
	rec := &record.Record{Results: []record.Observation{{Entry: record.Entry{ID: "a", Labels: label(consent.CodePsyNotes)}}, {Entry: record.Entry{ID: "b", Labels: label(consent.CodeUnderPart2)}}}}
	for name, tt := range map[string]struct {
		kind, evidence string
		bits           uint
	}{
		"a court order under Part 2":         {"part2-court-order", "court-order", 2},
		"a letter for an order under Part 2": {"part2-court-order", "letter", 0},
		"a statute":                          {"required-by-law", "statute", 1},
		"a telephone call for a statute":     {"required-by-law", "telephone-call", 0},
		"who can lessen a threat":            {"serious-threat", "recipient-can-lessen", 1},
		"a rumour of a threat":               {"serious-threat", "rumour", 0},
	} {
		t.Run(name, func(t *testing.T) {
			req := asked() // for treatment, which needs no claim
			req.LegalClaim = &consent.LegalClaim{Kind: tt.kind, Evidence: []consent.Evidence{{Kind: tt.evidence}}}
			got, d := shown(t, &consent.Evaluator{}, nil, req, rec)
			require.True(t, d.Permits())
			require.Equal(t, tt.bits, got)
		})
	}
}

// An emergency passes over a denial of the patient's (45 CFR 164.522(a)(1)(iii)), and not over an authorization that the law asks
// for: of a sale it makes no treatment (45 CFR 164.508(a)(4)).
func TestEmergencyIsNoAuthorization(t *testing.T) {
	for _, sale := range []bool{false, true} {
		req := asked()
		req.Sale = sale
		req.Emergency = &consent.Emergency{Reason: "unconscious"}
		d := consent.Decide(t.Context(), &consent.Evaluator{EmergencyOverride: true, Default: consent.DefaultDeny}, req)
		require.Equal(t, !sale, d.Permits(), "sale %t: %v", sale, d.Reasons)
	}
}
