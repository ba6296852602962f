package audit

import "time"

// Event is one audit record. It stands for itself: an outcome repeats what its intent said of agents, patient and
// disclosure. Nothing in it is content of a record; identifiers of patient and agents are there because the law asks
// for them. A result that is partly one thing and partly another is two events (ASTM E2147-18, 7.1.9).
type Event struct {
	// ID is the event's own id: letters, digits, - and ., at most 64 (FHIR id).
	ID string `json:"id"`
	// Phase tells an intent from an outcome; "" is an event that is both at once.
	Phase Phase `json:"phase,omitempty"`
	// Intent is, in an outcome, the id of the intent that it belongs to.
	Intent string `json:"intent,omitempty"`
	Kind   Kind   `json:"kind"`
	Action Action `json:"action"`
	// Subtypes say more closely what was done, in codes of the host or of a standard.
	Subtypes []Code `json:"subtypes,omitempty"`
	// Recorded is when the event was recorded, in UTC; Period is when what it tells of took place.
	Recorded time.Time `json:"recorded"`
	Period   Period    `json:"period,omitzero"`
	// Outcome is "" in an intent, and nowhere else.
	Outcome Outcome `json:"outcome,omitempty"`
	// Reason is why the outcome is what it is: a stable word, never text of an error.
	Reason Reason `json:"reason,omitempty"`
	// Purposes are why it was done (HL7 v3 PurposeOfUse, TEFCA, the host's own).
	Purposes []Code  `json:"purposes,omitempty"`
	Agents   []Agent `json:"agents,omitempty"`
	// Source is who recorded the event.
	Source Source `json:"source,omitzero"`
	// Patient is whose data it is about. What concerns many patients is an event for each.
	Patient *Patient `json:"patient,omitempty"`
	// Entities are the things that were used, made or handed over, beside the patient.
	Entities []Entity `json:"entities,omitempty"`
	// Payload is what went over the boundary.
	Payload *Payload `json:"payload,omitempty"`
	// Disclosure is there if the data left for somebody outside (45 CFR 164.528).
	Disclosure *Disclosure `json:"disclosure,omitempty"`
	// Decision is the decision on consent that it rests on.
	Decision *Decision `json:"decision,omitempty"`
	// Request and Trace are ids of the request and of the trace that it is part of (X-Request-Id, traceparent).
	Request string `json:"request,omitempty"`
	Trace   string `json:"trace,omitempty"`
	// Log is there in events of the log itself.
	Log *LogState `json:"log,omitempty"`
}

// Phase is what an event is to the passage that it tells of.
type Phase string

// The phases.
const (
	PhaseWhole   Phase = ""        // the passage is over, and this is all there is on it
	PhaseIntent  Phase = "intent"  // about to be done: durable before the first byte leaves
	PhaseOutcome Phase = "outcome" // what became of an intent
)

// Kind is what an event tells of.
type Kind string

// The kinds. What a kind is in FHIR and in DICOM is told by audit/balp and audit/atna.
const (
	KindDisclose Kind = "disclose" // data of a patient left (DCM 110106 Export, ISO 21089 disclose)
	KindReceive  Kind = "receive"  // data of a patient came in (DCM 110107 Import)
	KindExport   Kind = "export"   // a whole export was made: of one patient or of a population
	KindRead     Kind = "read"     // within the host (RESTful read, vread)
	KindQuery    Kind = "query"    // within the host (RESTful search)
	KindCreate   Kind = "create"
	KindUpdate   Kind = "update"
	KindDelete   Kind = "delete"
	KindMerge    Kind = "merge"   // charts were made one, or one was parted again
	KindDecide   Kind = "decide"  // a decision on consent was made (BALP AuthZconsent)
	KindConsent  Kind = "consent" // a consent was given, changed or revoked
	KindOther    Kind = "other"   // what the first of Subtypes says

	KindStart     Kind = "log-start"      // the log was opened
	KindStop      Kind = "log-stop"       // the log was closed
	KindConfigure Kind = "log-configure"  // auditing was turned on or off, or its settings changed (45 CFR 170.315(d)(2), (d)(3))
	KindPrivilege Kind = "log-privilege"  // somebody's rights changed
	KindVerify    Kind = "log-verify"     // the log was checked
	KindRepair    Kind = "log-repair"     // a torn record at the end was cut off
	KindRetire    Kind = "log-retire"     // segments past retention were removed
	KindAccess    Kind = "log-access"     // the log was read (DCM 110101 Audit Log Used)
	KindAccount   Kind = "log-accounting" // an accounting of disclosures was made of it (45 CFR 164.528)
)

// Action is what was done, by RFC 3881 and FHIR audit-event-action.
type Action string

// The actions.
const (
	ActionCreate  Action = "C"
	ActionRead    Action = "R"
	ActionUpdate  Action = "U"
	ActionDelete  Action = "D"
	ActionExecute Action = "E"
)

// Action gives the action that a kind has unless somebody says otherwise.
func (k Kind) Action() Action {
	switch k {
	case KindDisclose, KindExport, KindRead, KindAccess, KindAccount:
		return ActionRead
	case KindReceive, KindCreate:
		return ActionCreate
	case KindUpdate, KindMerge, KindConsent, KindRepair, KindConfigure, KindPrivilege:
		return ActionUpdate
	case KindDelete, KindRetire:
		return ActionDelete
	}
	return ActionExecute
}

// OfLog reports whether a kind is about the log itself.
func (k Kind) OfLog() bool { return len(k) > 4 && k[:4] == "log-" }

// Period is when something took place. Either bound may be missing.
type Period struct {
	Start time.Time `json:"start,omitzero"`
	End   time.Time `json:"end,omitzero"`
}

// IsZero reports whether neither bound is known.
func (p Period) IsZero() bool { return p.Start.IsZero() && p.End.IsZero() }

// When gives the time that an event is counted by: the end of its period, else its beginning, else when it was recorded.
func (e *Event) When() time.Time {
	switch {
	case !e.Period.End.IsZero():
		return e.Period.End
	case !e.Period.Start.IsZero():
		return e.Period.Start
	}
	return e.Recorded
}

// LogState is what an event of the log tells of it.
type LogState struct {
	Name string `json:"name,omitempty"` // the log's name, as in its checkpoints
	// Size is how many events the log had then, Root the root of their Merkle tree (RFC 6962), in base64.
	Size int64  `json:"size,omitempty"`
	Root string `json:"root,omitempty"`
	// Segment, Offset and Bytes are what was repaired or removed: of which segment, from where, how much.
	Segment string `json:"segment,omitempty"`
	Offset  int64  `json:"offset,omitempty"`
	Bytes   int64  `json:"bytes,omitempty"`
	// First and Count are the events that were removed or read.
	First int64 `json:"first,omitempty"`
	Count int64 `json:"count,omitempty"`
}
