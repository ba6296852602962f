// Package audit remembers what left and what came in: who gave whose data to whom, when, why, on what basis, and what
// became of it. It holds kinds, counts and digests, never what was in the data.
//
// An Event is one audit record with the fields of ASTM E2147, DICOM PS3.15 A.5 and IHE BALP, so that a FHIR AuditEvent
// or a DICOM audit message can be made of it without further knowledge. A host implements Sink, or takes one of those
// here; audittest has a suite that any Sink can be run through. A Recorder stamps events with time and id, and ties the
// intent of a passage to its outcome: the intent is durable before the first byte leaves.
//
// audit/filelog is a log in files whose alteration shows. What its bytes are, and what it can and cannot prove, stands
// in docs/audit.md.
package audit
