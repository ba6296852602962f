package consent

import "github.com/portage-health/portage/record"

// USLaw is the law of the United States as this package knows it: HIPAA (45 CFR 164.502-528), 42 CFR Part 2 as of
// February 2026, and the exceptions to information blocking (45 CFR 171, as of HTI-3). It is data: a host that knows
// better, or a later law, takes its place in Evaluator.Laws.
func USLaw() []*Law { return usLaw }

var usLaw = []*Law{hipaa, part2, blocking}

func act(codes ...string) (out []record.Coding) {
	for _, c := range codes {
		out = append(out, record.Coding{System: record.SystemActCode, Code: c})
	}
	return out
}

func ours(code string) []record.Coding { return []record.Coding{{System: System, Code: code}} }

var hipaa = &Law{
	Policy: Policy{ID: "hipaa-privacy", Version: "2026-02", Source: "45 CFR 164.502-164.528", Date: "2026-02-16"}, Jurisdiction: "US",
	Rules: []LawRule{
		{ID: "de-identified", Citation: "45 CFR 164.502(d), 164.514(a)-(b)", Kind: LawPermits, Form: FormDeidentified, Obligations: []string{ObligeDeidentify, ObligeNoRelink}},
		{ID: "treatment", Citation: "45 CFR 164.506(c)(1)-(2)", Kind: LawPermits, Categories: []Category{CategoryTreatment}},
		{ID: "payment", Citation: "45 CFR 164.506(c)(3), 164.502(b)", Kind: LawPermits, Categories: []Category{CategoryPayment}, Obligations: []string{ObligeMinimum}},
		{ID: "operations", Citation: "45 CFR 164.506(c)(4), 164.502(b)", Kind: LawPermits, Categories: []Category{CategoryOperations}, Covered: true, Relationship: true, Obligations: []string{ObligeMinimum}},
		{ID: "access", Citation: "45 CFR 164.524(a)(1), 164.502(a)(2)(i)", Kind: LawOver, Categories: []Category{CategoryIndividual}, Self: true},
		{ID: "involved-in-care", Citation: "45 CFR 164.510(b)", Kind: LawPermits, Claims: []string{"involved-in-care"}, Evidence: []string{"professional-judgement"}, Missing: ReasonEvidence,
			Obligations: []string{ObligeMinimum, ObligeJudgement}},
		{ID: "required-by-law", Citation: "45 CFR 164.512(a)", Kind: LawOver, Claims: []string{"required-by-law"}, Evidence: []string{"statute", "court-order"}, Missing: ReasonEvidence, Limited: true, Obligations: []string{ObligeAccounting}},
		{ID: "public-health", Citation: "45 CFR 164.512(a)-(b), 164.528", Kind: LawOver, Claims: []string{"public-health"}, Categories: []Category{CategoryPublicHealth}, Evidence: []string{"statute", "order", "authority-rule"},
			Missing: ReasonEvidence, Limited: true, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "abuse-report", Citation: "45 CFR 164.512(c)", Kind: LawOver, Claims: []string{"abuse-report"}, Evidence: []string{"statute", "professional-judgement"}, Missing: ReasonEvidence, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "oversight", Citation: "45 CFR 164.512(d)", Kind: LawOver, Claims: []string{"oversight"}, Evidence: []string{"statute", "order"}, Missing: ReasonEvidence, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "court-order", Citation: "45 CFR 164.512(e)(1)(i)", Kind: LawOver, Claims: []string{"court-order", "part2-court-order"}, Evidence: []string{"court-order"}, Missing: ReasonEvidence, Limited: true, Obligations: []string{ObligeAccounting}},
		{ID: "subpoena", Citation: "45 CFR 164.512(e)(1)(ii)", Kind: LawPermits, Claims: []string{"subpoena"}, Evidence: []string{"court-order", "notice-assurance", "protective-order"}, Missing: ReasonAssurance,
			Limited: true, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "law-enforcement", Citation: "45 CFR 164.512(f)", Kind: LawPermits, Claims: []string{"law-enforcement"}, Evidence: []string{"court-order", "statute"}, Missing: ReasonEvidence, Limited: true, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "decedent", Citation: "45 CFR 164.512(g)", Kind: LawPermits, Claims: []string{"coroner"}, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "organ-donation", Citation: "45 CFR 164.512(h)", Kind: LawPermits, Claims: []string{"organ-donation"}, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "research-waiver", Citation: "45 CFR 164.512(i)", Kind: LawPermits, Claims: []string{"irb-waiver"}, Categories: []Category{CategoryResearch}, Evidence: []string{"irb-waiver"}, Missing: ReasonEvidence,
			Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "serious-threat", Citation: "45 CFR 164.512(j)", Kind: LawOver, Claims: []string{"serious-threat"}, Evidence: []string{"recipient-can-lessen"}, Missing: ReasonEvidence, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "workers-compensation", Citation: "45 CFR 164.512(l)", Kind: LawPermits, Claims: []string{"workers-compensation"}, Evidence: []string{"statute"}, Missing: ReasonEvidence, Obligations: []string{ObligeMinimum, ObligeAccounting}},
		{ID: "limited-data-set", Citation: "45 CFR 164.514(e), 164.528(a)(1)(viii)", Kind: LawPermits, Categories: []Category{CategoryResearch, CategoryOperations, CategoryPublicHealth}, Agreement: "data-use", Form: FormLimited,
			Obligations: []string{ObligeLimited}},

		{ID: "marketing", Citation: "45 CFR 164.508(a)(3)", Kind: LawRequires, Categories: []Category{CategoryMarketing}, Elements: true},
		{ID: "sale", Citation: "45 CFR 164.508(a)(4)", Kind: LawRequires, Sale: true, Elements: true},
		{ID: "benefits", Citation: "45 CFR 164.508(a)(1)", Kind: LawRequires, Categories: []Category{CategoryBenefits}, Elements: true},

		{ID: "psychotherapy-notes", Citation: "45 CFR 164.508(a)(2), 164.524(a)(1)(i)", Kind: LawWithholds, Labels: act(CodePsyNotes, codePsychotherapy), Elements: true, Alone: true, Lifted: []string{"named", "claim:required-by-law", "claim:serious-threat", "de-identified"}},
		{ID: "litigation-material", Citation: "45 CFR 164.524(a)(1)(ii)", Kind: LawWithholds, Labels: ours(CodeLitigation), Categories: []Category{CategoryIndividual}},
		{ID: "self-pay", Citation: "45 CFR 164.522(a)(1)(vi)", Kind: LawWithholds, Labels: act(CodeSelfPay), Categories: []Category{CategoryPayment, CategoryOperations}, Lifted: []string{"claim:required-by-law"}},
	},
}

var part2 = &Law{
	Policy: Policy{ID: "42-cfr-part-2", Version: "2026-02-16", Source: "42 CFR Part 2, final rule of 2024", Date: "2026-02-16"}, Jurisdiction: "US",
	Rules: []LawRule{
		{ID: "part-2", Citation: "42 CFR 2.13, 2.31", Kind: LawWithholds, Labels: act(CodeUnderPart2), Part2Elements: true,
			Lifted: []string{"consent", "emergency", "received", "self", "de-identified", "claim:part2-court-order"}},
		{ID: "counseling-notes", Citation: "42 CFR 2.31(b)", Kind: LawWithholds, Labels: ours(CodeCounseling), Part2Elements: true, Alone: true, Lifted: []string{"named", "de-identified"}},
	},
}

var blocking = &Law{
	Policy: Policy{ID: "information-blocking", Version: "HTI-3", Source: "45 CFR 171", Date: "2024-12-17"}, Jurisdiction: "US",
	Exceptions: []ExceptionRule{
		{Reason: ReasonEndangerment, Citation: "45 CFR 171.201", Evidence: []string{"reasonable-belief", "type-of-risk", "decision-by-professional", "right-to-review"}},
		{Reason: ReasonConsent, Citation: "45 CFR 171.202(e)", Evidence: []string{"request-of-the-individual", "no-improper-inducement", "documented-in-time", "applied-consistently"}},
		{Reason: ReasonNotAuthorized, Citation: "45 CFR 171.202(b)", Evidence: []string{"legal-precondition", "policy-or-case-documentation", "reasonable-efforts", "form-offered"}},
		{Reason: ReasonDefective, Citation: "45 CFR 171.202(b)", Evidence: []string{"legal-precondition", "missing-element", "reasonable-efforts", "form-offered"}},
		{Reason: ReasonUnverified, Citation: "45 CFR 171.202(b)", Evidence: []string{"legal-precondition", "verification-asked-for"}},
		{Reason: ReasonAssurance, Citation: "45 CFR 171.202(b)", Evidence: []string{"legal-precondition", "assurance-asked-for"}},
		{Reason: ReasonEvidence, Citation: "45 CFR 171.202(b)", Evidence: []string{"legal-precondition", "evidence-asked-for"}},
		{Reason: ReasonWhose, Citation: "45 CFR 171.202(b)", Evidence: []string{"legal-precondition", "policy-or-case-documentation"}},
		{Reason: ReasonUnreadable, Citation: "45 CFR 171.202(b)", Evidence: []string{"legal-precondition", "policy-or-case-documentation"}},
	},
}
