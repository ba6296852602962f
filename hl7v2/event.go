package hl7v2

import (
	"slices"

	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

// EventKind says what a message means for a store that keeps patients and visits.
type EventKind string

// The kinds of events.
const (
	EventUnknown     EventKind = ""
	EventAdmit       EventKind = "admit"
	EventTransfer    EventKind = "transfer"
	EventDischarge   EventKind = "discharge"
	EventRegister    EventKind = "register"
	EventPreAdmit    EventKind = "pre-admit"
	EventClass       EventKind = "change-class" // A06, A07: outpatient to inpatient, and back
	EventUpdate      EventKind = "update"
	EventAdd         EventKind = "add"
	EventDelete      EventKind = "delete"
	EventCancel      EventKind = "cancel"
	EventLeave       EventKind = "leave"
	EventReturn      EventKind = "return"
	EventTrack       EventKind = "track"
	EventPending     EventKind = "pending"
	EventSwap        EventKind = "swap"
	EventMerge       EventKind = "merge" // two records are one: Prior are gone, Current stay
	EventMove        EventKind = "move"  // what was under Prior now is under Current
	EventChangeID    EventKind = "change-identifier"
	EventLink        EventKind = "link" // two records are of one person, and both stay
	EventUnlink      EventKind = "unlink"
	EventResult      EventKind = "result"
	EventOrder       EventKind = "order"
	EventVaccination EventKind = "vaccination"
	EventDocument    EventKind = "document"
	EventSchedule    EventKind = "schedule"
	EventCharge      EventKind = "charge"
	EventProblem     EventKind = "problem"
	EventReferral    EventKind = "referral"
	EventQuery       EventKind = "query"
	EventAnswer      EventKind = "answer"
)

// Event is what a message means beside what it says: admitted, merged, cancelled. It is no part of the record: whether it is still so
// when the record is used, only the host's store knows.
type Event struct {
	Source string    // record.Source.ID of the message
	Kind   EventKind // what happened
	Cancel EventKind // of a cancellation: what is taken back
	Level  string    // of a merge, move or change: patient, account, visit; "" else
	Type   string    // MSH-9.1 as sent, if HL7 defines it
	Code   string    // MSH-9.2 as sent, if HL7 defines it
	// Current are the identifiers that hold after the event, Prior those that held before it (PID and PV1; MRG).
	Current Identifiers
	Prior   Identifiers
	// Others are those of further patients whom the message is about: to be linked or swapped, say.
	Others []Identifiers
}

// Identifiers are the identifiers of one patient, of the account and of the visit.
type Identifiers struct {
	Patient []record.Identifier
	Account []record.Identifier
	Visit   []record.Identifier
}

type meaning struct {
	kind, cancel EventKind
	level        string
}

// adt is what the events of ADT mean (chapter 3, 3.3).
var adt = map[string]meaning{
	"A01": {kind: EventAdmit}, "A02": {kind: EventTransfer}, "A03": {kind: EventDischarge}, "A04": {kind: EventRegister}, "A05": {kind: EventPreAdmit},
	"A06": {kind: EventClass}, "A07": {kind: EventClass}, "A08": {kind: EventUpdate}, "A09": {kind: EventTrack}, "A10": {kind: EventTrack},
	"A11": {EventCancel, EventAdmit, ""}, "A12": {EventCancel, EventTransfer, ""}, "A13": {EventCancel, EventDischarge, ""},
	"A14": {kind: EventPending}, "A15": {kind: EventPending}, "A16": {kind: EventPending}, "A17": {kind: EventSwap}, "A18": {kind: EventMerge, level: "patient"},
	"A20": {kind: EventUpdate}, "A21": {kind: EventLeave}, "A22": {kind: EventReturn}, "A23": {kind: EventDelete, level: "visit"}, "A24": {kind: EventLink, level: "patient"},
	"A25": {EventCancel, EventPending, ""}, "A26": {EventCancel, EventPending, ""}, "A27": {EventCancel, EventPending, ""},
	"A28": {kind: EventAdd, level: "patient"}, "A29": {kind: EventDelete, level: "patient"}, "A30": {kind: EventMerge, level: "patient"}, "A31": {kind: EventUpdate, level: "patient"},
	"A32": {EventCancel, EventTrack, ""}, "A33": {EventCancel, EventTrack, ""}, "A34": {kind: EventMerge, level: "patient"}, "A35": {kind: EventMerge, level: "account"},
	"A36": {kind: EventMerge, level: "patient"}, "A37": {kind: EventUnlink, level: "patient"}, "A38": {EventCancel, EventPreAdmit, ""},
	"A39": {kind: EventMerge, level: "patient"}, "A40": {kind: EventMerge, level: "patient"}, "A41": {kind: EventMerge, level: "account"}, "A42": {kind: EventMerge, level: "visit"},
	"A43": {kind: EventMove, level: "patient"}, "A44": {kind: EventMove, level: "account"}, "A45": {kind: EventMove, level: "visit"},
	"A46": {kind: EventChangeID, level: "patient"}, "A47": {kind: EventChangeID, level: "patient"}, "A48": {kind: EventChangeID, level: "patient"},
	"A49": {kind: EventChangeID, level: "account"}, "A50": {kind: EventChangeID, level: "visit"}, "A51": {kind: EventChangeID, level: "visit"},
	"A52": {EventCancel, EventLeave, ""}, "A53": {EventCancel, EventReturn, ""}, "A54": {kind: EventUpdate, level: "visit"}, "A55": {EventCancel, EventUpdate, "visit"},
	"A60": {kind: EventUpdate}, "A61": {kind: EventUpdate, level: "visit"}, "A62": {EventCancel, EventUpdate, "visit"},
}

// types is what messages of other types mean.
var types = map[string]EventKind{
	"ORU": EventResult, "OUL": EventResult, "ORM": EventOrder, "OML": EventOrder, "OMG": EventOrder, "OMP": EventOrder, "RDE": EventOrder, "RDS": EventOrder,
	"RAS": EventOrder, "RGV": EventOrder, "VXU": EventVaccination, "MDM": EventDocument, "SIU": EventSchedule, "DFT": EventCharge, "BAR": EventCharge,
	"PPR": EventProblem, "REF": EventReferral, "QBP": EventQuery, "VXQ": EventQuery, "QRY": EventQuery, "RSP": EventAnswer, "VXR": EventAnswer, "VXX": EventAnswer,
	"ACK": EventAnswer, "RRI": EventAnswer,
}

// events tells what the messages of a record mean, in their order.
func (r *reader) events() []Event {
	out := make([]Event, 0, len(r.parts))
	for _, p := range r.parts {
		out = append(out, p.meaning(r))
	}
	return out
}

// meaning tells what the message of a part means for its patient.
func (p *part) meaning(of *reader) Event {
	e := Event{Source: p.source.ID}
	r := &reader{led: p.scrap(), rep: &record.Report{}, p: p, rec: &record.Record{}}
	if k, ok := types[p.kind]; ok {
		e.Type, e.Kind = p.kind, k
	}
	if m, ok := adt[p.event]; ok && p.kind == "ADT" {
		e.Type, e.Code, e.Kind, e.Cancel, e.Level = p.kind, p.event, m.kind, m.cancel, m.level
	} else if _, known := types[p.kind]; known && tableOf("3").has(p.event) {
		e.Code = p.event
	}
	var self Segment
	for _, s := range p.segs {
		switch {
		case s.Is("PID") && !self.OK():
			self = s
			e.Current.Patient = slices.Concat(each(s, 3, r.identifier), each(s, 2, r.identifier))
			e.Current.Account = each(s, 18, r.identifier)
		case s.Is("PV1"):
			e.Current.Visit = slices.Concat(each(s, 19, r.identifier), each(s, 50, r.identifier))
		case s.Is("MRG"):
			e.Prior.Patient = slices.Concat(e.Prior.Patient, each(s, 1, r.identifier), each(s, 4, r.identifier))
			e.Prior.Account = slices.Concat(e.Prior.Account, each(s, 3, r.identifier))
			e.Prior.Visit = slices.Concat(e.Prior.Visit, each(s, 5, r.identifier), each(s, 6, r.identifier))
		}
	}
	if e.Kind == EventLink || e.Kind == EventUnlink || e.Kind == EventSwap {
		for s := range p.m.All("PID") {
			if s != self {
				e.Others = append(e.Others, Identifiers{Patient: each(s, 3, r.identifier), Account: each(s, 18, r.identifier)})
			}
		}
	}
	return e
}

// scrap is a ledger for looking at a message again.
func (p *part) scrap() *ledger.Ledger { return ledger.New(p.m.Len()) }
