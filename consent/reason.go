package consent

// ReasonCode is a stable word for why a decision is as it is, or why a consent or an entry was left out.
type ReasonCode string

// The reasons.
const (
	ReasonApplied       ReasonCode = "applied"
	ReasonConsent       ReasonCode = "consent"        // a consent of the patient
	ReasonDefault       ReasonCode = "default-policy" // the host's default
	ReasonLaw           ReasonCode = "law"
	ReasonNotAuthorized ReasonCode = "authorization-missing"
	ReasonDefective     ReasonCode = "authorization-defective"
	ReasonPurpose       ReasonCode = "purpose-not-covered"
	ReasonNoPurpose     ReasonCode = "purpose-missing"
	ReasonUnknown       ReasonCode = "unknown-purpose"
	ReasonPushOnly      ReasonCode = "push-only"
	ReasonMustRespond   ReasonCode = "must-respond"
	ReasonAllWithheld   ReasonCode = "all-asked-for-is-withheld"

	ReasonInactive     ReasonCode = "inactive"
	ReasonDraft        ReasonCode = "draft"
	ReasonRejected     ReasonCode = "rejected"
	ReasonInError      ReasonCode = "entered-in-error"
	ReasonStatus       ReasonCode = "status-not-active"
	ReasonRevoked      ReasonCode = "revoked"
	ReasonExpired      ReasonCode = "expired"
	ReasonNotYet       ReasonCode = "not-yet-valid"
	ReasonSuperseded   ReasonCode = "superseded"
	ReasonScope        ReasonCode = "other-scope"
	ReasonPatient      ReasonCode = "other-patient"
	ReasonWhose        ReasonCode = "patient-not-told" // nobody can tell whether it is this patient's
	ReasonOther        ReasonCode = "does-not-apply"   // to this recipient, purpose or action
	ReasonUnreadable   ReasonCode = "unreadable-consent"
	ReasonActor        ReasonCode = "actor-unresolved"
	ReasonStale        ReasonCode = "stale-policy"
	ReasonPolicyOld    ReasonCode = "policy-superseded"
	ReasonDuplicate    ReasonCode = "duplicate-consent"
	ReasonPropagate    ReasonCode = "revocation-not-propagated"
	ReasonUnverified   ReasonCode = "representative-unverified"
	ReasonCapacity     ReasonCode = "patient-has-capacity"
	ReasonEndangerment ReasonCode = "endangerment"
	ReasonNoRevoke     ReasonCode = "delegate-may-not-revoke"
	ReasonNotPHI       ReasonCode = "no-longer-protected"

	ReasonEmergency     ReasonCode = "emergency"
	ReasonJustification ReasonCode = "justification-missing"
	ReasonEmergencyOver ReasonCode = "emergency-over"
	ReasonSuppressed    ReasonCode = "suppressed"
	ReasonAssurance     ReasonCode = "assurance-missing"
	ReasonEvidence      ReasonCode = "evidence-missing"
	ReasonClaim         ReasonCode = "claim-unknown"

	ReasonFailed  ReasonCode = "evaluation-failed"
	ReasonNoBasis ReasonCode = "deny-without-basis"
	ReasonInvalid ReasonCode = "invalid-request"

	// Why an entry is withheld.
	ReasonUnlabelled  ReasonCode = "unlabelled"
	ReasonNotAsked    ReasonCode = "not-asked-for"
	ReasonUnjudged    ReasonCode = "cannot-be-judged"
	ReasonOnlyForThem ReasonCode = "only-for-withheld"
)
