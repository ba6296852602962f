package audit

// Outcome is what became of what an event tells of.
type Outcome string

// The outcomes.
const (
	OutcomeSuccess   Outcome = "success"
	OutcomeFailure   Outcome = "failure"   // it was tried and did not come to its end
	OutcomeDenied    Outcome = "denied"    // it was not to be, and nothing was tried
	OutcomeCancelled Outcome = "cancelled" // whoever asked for it gave up
	OutcomeUnknown   Outcome = "unknown"   // nobody saw the end: the process died, or could not record it
)

// Code gives the outcome's code of RFC 3881, DICOM (EventOutcomeIndicator) and FHIR (audit-event-outcome): 0 success,
// 8 serious failure: the action was terminated. There is none for an end that nobody saw; it is told as a failure,
// with its reason beside it. "" stands for an intent.
func (o Outcome) Code() string {
	switch o {
	case "":
		return ""
	case OutcomeSuccess:
		return "0"
	}
	return "8"
}

// Reason is why an outcome is what it is: a word of small letters, digits and -. A host may have its own; text of an
// error is none, because it may hold what an audit record must not.
type Reason string

// The reasons that this library gives.
const (
	ReasonConsent     Reason = "consent-denied"
	ReasonUndecided   Reason = "no-decision"         // the decider failed
	ReasonExpired     Reason = "decision-expired"    // the decision lost its validity while work went on
	ReasonRedaction   Reason = "redaction-failed"    // what had to be withheld could not be
	ReasonExport      Reason = "export-failed"       // the record could not be written in the format
	ReasonImport      Reason = "import-failed"       // the source could not be read
	ReasonConformance Reason = "not-conformant"      // the output does not meet what was asked of it
	ReasonSeal        Reason = "seal-failed"         // it could not be signed or encrypted
	ReasonDestination Reason = "destination-failed"  // the destination took no more
	ReasonFull        Reason = "destination-full"    // no room at the destination
	ReasonLimit       Reason = "limit-exceeded"      // a limit of size, time or number
	ReasonCancelled   Reason = "cancelled"           // the caller's context ended
	ReasonPanic       Reason = "program-error"       // the program failed
	ReasonAudit       Reason = "audit-failed"        // the event itself could not be recorded in time
	ReasonNoOutcome   Reason = "no-outcome-recorded" // an intent without an outcome was found when the log was opened
	ReasonTorn        Reason = "torn-tail"           // the last record had not been written to its end
	ReasonRetention   Reason = "retention-over"      // the time for which it must be kept is over
	ReasonAltered     Reason = "log-altered"         // the log is not what its proofs say
)

// Text says a reason in words, for reports and for formats that ask for a description. A host's own reason is its own text.
func (r Reason) Text() string {
	if s, ok := reasonText[r]; ok {
		return s
	}
	return string(r)
}

var reasonText = map[Reason]string{
	ReasonConsent: "consent or law does not permit it", ReasonUndecided: "no decision on consent could be had",
	ReasonExpired: "the decision on consent was no longer valid", ReasonRedaction: "what had to be withheld could not be",
	ReasonExport: "the record could not be written in the format asked for", ReasonImport: "the source could not be read",
	ReasonConformance: "the output did not meet the rules asked for", ReasonSeal: "the output could not be signed or encrypted",
	ReasonDestination: "the destination failed", ReasonFull: "the destination had no room left", ReasonLimit: "a limit was exceeded",
	ReasonCancelled: "the request was cancelled", ReasonPanic: "the program failed", ReasonAudit: "the audit record could not be written",
	ReasonNoOutcome: "no outcome was recorded; whether the data arrived is not known", ReasonTorn: "the last record had not been written to its end",
	ReasonRetention: "the time for which it must be kept is over", ReasonAltered: "the log is not what its proofs say",
}
