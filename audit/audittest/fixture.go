package audittest

import (
	"fmt"
	"time"

	"github.com/portage-health/portage/audit"
)

// Start is the time of the first of Events.
var Start = time.Date(2026, 3, 2, 9, 30, 0, 123000000, time.UTC)

// Full is an event in which every field says something: the outcome of a disclosure of an invented patient. What it says
// as a whole need not make sense, so that what a format leaves out shows.
func Full() *audit.Event {
	code := func(system, c, display string) audit.Code {
		return audit.Code{System: system, Code: c, Version: "2026-01", Display: display}
	}
	party := func(n, name string) audit.Party {
		return audit.Party{ID: audit.Identifier{System: "https://ehr.example.org/ids", Value: "id-" + n}, Reference: "Organization/" + n, AltID: "alt-" + n,
			Name: name, Address: []string{n + " Harbor Road", "Duluth MN 55802", "US"}}
	}
	period := audit.Period{Start: Start.Add(-time.Minute), End: Start.Add(-time.Second)}
	purpose := []audit.Code{code("http://terminology.hl7.org/CodeSystem/v3-ActReason", "PUBHLTH", "public health")}
	org := party("org", "Lakeside Clinic")
	counts := []audit.Count{{Kind: "problem", Why: "label", Count: 2}, {Kind: "medication", Why: "asked", Count: 7}}
	return &audit.Event{
		ID: "ev-000000000002", Phase: audit.PhaseOutcome, Intent: "ev-000000000001", Kind: audit.KindDisclose, Action: audit.ActionRead,
		Subtypes: []audit.Code{code("http://terminology.hl7.org/CodeSystem/iso-21089-lifecycle", "disclose", "Disclose Record Lifecycle Event")},
		Recorded: Start, Period: period, Outcome: audit.OutcomeFailure, Reason: audit.ReasonDestination, Purposes: purpose,
		Agents: []audit.Agent{
			{Role: audit.AgentSource, Party: party("src", "Lakeside Records"), Requestor: true, Roles: []audit.Code{code("http://snomed.info/sct", "159541003", "Record keeping clerk")},
				Organization: &org, Network: &audit.Network{Address: "records.example.org", Type: audit.NetworkName}, Purposes: purpose,
				Policies: []string{"https://ehr.example.org/policy/1"}, Assurance: []audit.Code{code("https://pages.nist.gov/800-63-3", "IAL2", "identity proofed")}},
			{Role: audit.AgentDestination, Party: party("dst", "County Health Department"), Network: &audit.Network{Address: "https://county.example.org/fhir", Type: audit.NetworkURI}},
		},
		Source:  audit.Source{Site: "north", Observer: party("obs", "Portage Gateway"), Types: []audit.Code{code("http://terminology.hl7.org/CodeSystem/security-source-type", "4", "Application Server")}},
		Patient: &audit.Patient{Identifiers: []audit.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: "MRN-7001"}}, Reference: "Patient/7001"},
		Entities: []audit.Entity{{Type: audit.EntityObject, Role: audit.RoleReport, ID: audit.Identifier{System: "urn:ietf:rfc:3986", Value: "urn:uuid:5f0e8a2e-0000-4000-8000-000000000001"},
			Reference: "DocumentReference/doc-1", Version: "3", Category: []audit.Code{code("http://loinc.org", "34133-9", "Summary of episode note")},
			Labels: []audit.Code{code("http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "N", "normal")}, Query: []byte("DocumentReference?patient=7001"),
			Lifecycle: audit.LifecycleDisclose, Count: 1, Digest: &audit.Digest{Algorithm: "sha256", Value: "00ff"}}},
		Payload: &audit.Payload{Format: "fhir", Version: "4.0.1", MediaType: "application/fhir+json", Bytes: 48123, Digest: &audit.Digest{Algorithm: "sha256", Value: "abcdef0123456789"},
			Counts: counts, Lost: 3, Issues: []audit.Count{{Kind: "lost", Why: "export", Count: 3}}, Signed: &audit.Seal{Algorithm: "ES256", Key: "k1"}, Encrypted: &audit.Seal{Algorithm: "ECDH-ES", Key: "k2"}},
		Disclosure: &audit.Disclosure{Recipient: party("rcp", "County Health Department"), Description: "9 entries as a FHIR Bundle", Purpose: "report of a notifiable disease",
			Request: "request-77", Basis: audit.BasisPublicHealth, Citation: "45 CFR 164.512(b)(1)(i)", SuppressUntil: Start.Add(24 * time.Hour), SuppressedBy: "letter-12", Oral: true,
			Research: &audit.Research{Protocol: "P-9", About: "outcomes of asthma", Sponsor: party("spo", "Harbor University"), Criteria: "adults", Types: []string{"problems"}, Period: period}},
		Decision: &audit.Decision{ID: "dec-1", Outcome: "no-consent", Final: "permit", Reasons: []string{"law"}, Policies: []audit.Policy{{Kind: "law", ID: "us-hipaa", Version: "2026"}},
			Basis: []string{"45 CFR 164.512(b)"}, Obligations: []string{"accounting-of-disclosures"}, Withheld: counts, Masked: counts, At: Start.Add(-time.Minute),
			ValidUntil: Start.Add(time.Hour), Emergency: true},
		Request: "req-1", Trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		Log: &audit.LogState{Name: "portage.example.org/audit", Size: 9, Root: "Zm9v", Segment: "000000000000", Offset: 17, Bytes: 4, First: 1, Count: 8},
	}
}

// Event is the n-th of a row of valid events of invented patients: disclosures, whole in themselves, a second apart.
func Event(n int) *audit.Event {
	basis := []audit.Basis{audit.BasisPublicHealth, audit.BasisTreatment, audit.BasisLaw, audit.BasisAuthorization}[n%4]
	return &audit.Event{
		ID: fmt.Sprintf("ev-%012d", n), Kind: audit.KindDisclose, Action: audit.ActionRead, Recorded: Start.Add(time.Duration(n) * time.Second), Outcome: audit.OutcomeSuccess,
		Agents: []audit.Agent{
			{Role: audit.AgentSource, Party: audit.Party{Name: "Lakeside Records"}, Network: &audit.Network{Address: "records.example.org", Type: audit.NetworkName}},
			{Role: audit.AgentDestination, Party: audit.Party{Name: "County Health Department"}, Requestor: true, Network: &audit.Network{Address: "192.0.2.7", Type: audit.NetworkIP}},
		},
		Patient: &audit.Patient{Identifiers: []audit.Identifier{{System: "urn:oid:2.16.840.1.113883.19.5", Value: fmt.Sprintf("MRN-%d", n%17)}}},
		Payload: &audit.Payload{Format: "fhir", Version: "4.0.1", Bytes: int64(1000 + n), Digest: &audit.Digest{Algorithm: "sha256", Value: fmt.Sprintf("%064x", n)},
			Counts: []audit.Count{{Kind: "problem", Count: int64(n % 9)}}},
		Disclosure: &audit.Disclosure{Recipient: audit.Party{Name: "County Health Department", Address: []string{"1 Harbor Road", "Duluth MN 55802"}}, Purpose: "report", Basis: basis},
	}
}

// Intent is Event(n) as an intent, Outcome the outcome of Intent(n), with the id of Event(m).
func Intent(n int) *audit.Event {
	e := Event(n)
	e.Phase, e.Outcome, e.Payload = audit.PhaseIntent, "", nil
	return e
}

// Outcome is the outcome of Intent(n), recorded as Event(m) would be.
func Outcome(m, n int) *audit.Event {
	e := Event(n)
	e.ID, e.Recorded = Event(m).ID, Event(m).Recorded
	e.Phase, e.Intent = audit.PhaseOutcome, Event(n).ID
	return e
}
