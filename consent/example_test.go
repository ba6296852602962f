package consent_test

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A patient lets all of it be used for treatment, but nothing on HIV.
func Example() {
	hiv := []record.Coding{{System: record.SystemActCode, Code: "HIV"}}
	decider := &consent.Evaluator{Store: consent.Consents{{
		Entry: record.Entry{ID: "consent-1", Status: record.Status{Code: record.StatusActive}}, Decision: "permit",
		Provision: &record.Provision{Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}},
			Provisions: []record.Provision{{Type: "deny", SecurityLabels: hiv}}},
	}}}
	rules, _ := consent.ReadRules(strings.NewReader(`{"rules": [{"id": "hiv",
		"labels":   [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "HIV"}],
		"codeSets": [{"codes": [{"system": "http://loinc.org", "code": "75622-1", "confidence": 1}]}]}]}`))
	rec := &record.Record{Results: []record.Observation{
		{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}, Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "2339-0"}}}},
		{Entry: record.Entry{ID: "b", Assertion: record.Affirmed}, Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: "75622-1"}}}},
	}}

	d := consent.Decide(context.Background(), decider, &consent.Request{
		Patient: consent.Subject{Party: consent.Party{Reference: "Patient/1"}}, Requester: consent.Party{Reference: "Practitioner/2"},
		Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}}, At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC),
	})
	normal := []record.Label{{Coding: record.Coding{System: record.SystemConfidentiality, Code: "N"}}}
	out, report := consent.Redact(d, rec, consent.Redaction{Labeller: consent.NewRules(0.7, false, rules), Unlabelled: normal})
	fmt.Println(d.Outcome, len(out.Results), out.Results[0].ID, report.Total())
	// Output: permit 1 a 1
}

// Whatever goes wrong in a decider is a denial.
func ExampleDecide() {
	broken := consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { panic("out of order") })
	d := consent.Decide(context.Background(), broken, &consent.Request{})
	fmt.Println(d.Outcome, d.Permits(), d.Reasons[0].Code)
	// Output: deny false evaluation-failed
}
