package audit_test

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/portage-health/portage/audit"
)

// A record goes out: the intent is durable before the first byte leaves, the outcome tells what became of it.
func Example() {
	ctx := context.Background()
	log := new(audit.Memory) // a host takes filelog.Open, or a Sink of its own
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	r := audit.Recorder{Sink: log, Clock: func() time.Time { at = at.Add(time.Second); return at }, IDs: audit.Sequence("gw1", 1)}
	p, err := r.Begin(ctx, &audit.Event{
		Kind:       audit.KindDisclose,
		Patient:    &audit.Patient{Identifiers: []audit.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "MRN-7001"}}},
		Disclosure: &audit.Disclosure{Recipient: audit.Party{Name: "County Health Department"}, Basis: audit.BasisPublicHealth, Purpose: "immunization registry"},
	})
	if err != nil {
		return // nothing may leave
	}
	// The bytes leave here.
	_, err = p.End(ctx, audit.Result{Outcome: audit.OutcomeSuccess, Payload: &audit.Payload{Format: "fhir", Bytes: 48123, Counts: []audit.Count{{Kind: "immunization", Count: 4}}}})
	for _, e := range log.Events() {
		fmt.Printf("%s %s %q %q\n", e.ID, e.Phase, e.Intent, e.Outcome)
	}
	fmt.Println(err)
	// Output:
	// gw1-000000000001 intent "" ""
	// gw1-000000000002 outcome "gw1-000000000001" "success"
	// <nil>
}

func ExampleAccount() {
	ctx := context.Background()
	log := new(audit.Memory)
	patient := audit.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: "MRN-7001"}
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	r := audit.Recorder{Sink: log, Clock: func() time.Time { return at }, IDs: audit.Sequence("gw1", 1)}
	for _, basis := range []audit.Basis{audit.BasisTreatment, audit.BasisPublicHealth, audit.BasisPublicHealth} {
		at = at.AddDate(0, 1, 0)
		_, _ = r.Record(ctx, &audit.Event{Kind: audit.KindDisclose, Outcome: audit.OutcomeSuccess, Patient: &audit.Patient{Identifiers: []audit.Identifier{patient}},
			Payload:    &audit.Payload{Format: "fhir", Counts: []audit.Count{{Kind: "immunization", Count: 4}}},
			Disclosure: &audit.Disclosure{Recipient: audit.Party{Name: "County Health Department"}, Basis: basis, Purpose: "immunization registry"}})
	}
	acc, omitted, err := audit.Account(log.Entries(ctx, 0), audit.AccountingRequest{Patients: []audit.Identifier{patient}, Name: "Ada Invented", At: at.AddDate(0, 1, 0)})
	if err != nil {
		return
	}
	_ = acc.Text(os.Stdout)
	fmt.Println(omitted.Exempt)
	// Output:
	// ACCOUNTING OF DISCLOSURES OF HEALTH INFORMATION
	// (45 CFR 164.528)
	//
	// For:        Ada Invented
	// Identifier: MRN-7001
	// Date:       2026-07-02
	// Period:     2020-07-02 to 2026-07-02 (UTC)
	//
	// This is a list of those to whom your health information was disclosed in this period. The law does not ask that it contain disclosures for treatment, payment and health care operations, to you, or that you authorized, and some others.
	//
	// 1. 2026-05-02, 2 times, the last on 2026-06-02
	//    To:          County Health Department
	//    Address:     not known
	//    What:        immunization (4)
	//    Why:         immunization registry
	//    Basis:       public health
	// [{45 CFR 164.528(a)(1)(i)  1}]
}

func ExampleWriteCSV() {
	log := new(audit.Memory)
	at := time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC)
	r := audit.Recorder{Sink: log, Clock: func() time.Time { return at }, IDs: audit.Sequence("gw1", 1)}
	_, _ = r.Record(context.Background(), &audit.Event{Kind: audit.KindQuery, Outcome: audit.OutcomeDenied, Reason: audit.ReasonConsent,
		Agents: []audit.Agent{{Role: audit.AgentUser, Party: audit.Party{Name: "Dana Clerk"}, Requestor: true}}})
	denied := audit.Query{Outcomes: []audit.Outcome{audit.OutcomeDenied}}
	for e := range audit.Select(log.Entries(context.Background(), 0), denied) {
		row, _ := e.Event.CSVRow()
		fmt.Println(row[0], row[4], row[6], row[7], row[12])
	}
	// Output: 2026-03-02T09:30:00Z query denied consent-denied Dana Clerk
}
