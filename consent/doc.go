// Package consent decides what of a patient's record may leave, and carries the decision out on the record before any
// exporter sees it.
//
// A host puts a Request to a Decider and gets a Decision; Decide is the safe way to ask, in which every failure is a
// denial. Evaluator is the default Decider: patients' consents (record.Consent), under rules of law held as data, over
// the host's own default. Redact makes a record that holds only what a Decision lets pass. A Labeller marks entries by
// their sensitivity, so that rules on labels reach them.
//
// What each row of the conformance suite expects, and where this package differs, stands in docs/consent.md.
// Everything here is safe for concurrent use, and nothing reads a clock: the time of a decision is Request.At.
package consent
