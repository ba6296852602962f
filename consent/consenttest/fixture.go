package consenttest

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

type failing struct{}

func (failing) Consents(context.Context, *consent.Subject) ([]consent.Filed, error) {
	return nil, errors.New("the policies cannot be read")
}

// now is the time of every request that does not say otherwise.
var now = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// The actors.
var (
	jack  = consent.Subject{Party: consent.Party{Reference: "Patient/jack"}, BirthDate: record.Time{Value: "1970-05-05"}}
	dr1   = person("Practitioner/dr1", "Organization/clinic")
	dr2   = person("Practitioner/dr2", "Organization/clinic")
	bob   = person("Practitioner/bob", "Organization/clinic")
	org54 = consent.Party{Reference: "Organization/other-name", Identifiers: []record.Identifier{{System: "urn:oid:1.2.3", Value: "A"}, {System: "urn:oid:1.2.4", Value: "54"}}}
	lab   = consent.Party{Reference: "Organization/research"}
	payer = consent.Party{Reference: "Organization/payer", Covered: true}
	pubh  = consent.Party{Reference: "Organization/public-health"}
	mom   = consent.Party{Reference: "RelatedPerson/mom"}
	group = consent.Party{Reference: "Group/privileged"}
)

func person(ref, org string) consent.Party {
	return consent.Party{Reference: ref, Organization: &consent.Party{Reference: org}, Groups: []consent.Party{}}
}

// member is a party that belongs to the privileged group.
func member(p consent.Party) consent.Party {
	p.Groups = []consent.Party{group}
	return p
}

func purpose(codes ...string) (out []record.Coding) {
	for _, c := range codes {
		k := record.Coding{System: record.SystemActReason, Code: c}
		if len(c) > 2 && c[:2] == "T-" {
			k.System = consent.SystemTEFCA
		}
		if c == "FooBar" {
			k.System = "http://example.org/purposes"
		}
		out = append(out, k)
	}
	return out
}

// ask is a request of somebody for some purposes.
func ask(who consent.Party, codes ...string) consent.Request {
	return consent.Request{Patient: jack, Requester: who, Purposes: purpose(codes...), At: now, Jurisdiction: "US"}
}

func label(codes ...string) (out []record.Coding) {
	for _, c := range codes {
		k := record.Coding{System: record.SystemActCode, Code: c}
		switch {
		case len(c) == 1:
			k.System = record.SystemConfidentiality
		case c == consent.CodeCounseling || c == consent.CodeLitigation:
			k.System = consent.System
		}
		out = append(out, k)
	}
	return out
}

func labels(codes ...string) (out []record.Label) {
	for _, c := range label(codes...) {
		out = append(out, record.Label{Coding: c})
	}
	return out
}

func entry(id string, codes ...string) record.Entry {
	return record.Entry{ID: id, Assertion: record.Affirmed, Labels: labels(codes...)}
}

func concept(system, code string) record.Concept {
	return record.Concept{Codings: []record.Coding{{System: system, Code: code}}}
}

// chart is Jack's record, as far as the named entries go; none named are all of e1 to e9.
func chart(ids ...string) *record.Record {
	r := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}}
	has := func(id string) bool { return len(ids) == 0 && id[0] == 'e' && len(id) == 2 || slices.Contains(ids, id) }
	obs := func(list *[]record.Observation, id, code string, codes ...string) {
		if has(id) {
			*list = append(*list, record.Observation{Entry: entry(id, codes...), Code: concept(record.SystemLOINC, code)})
		}
	}
	obs(&r.Results, "e1", "2339-0", "N")
	obs(&r.Vitals, "e2", "29463-7", "N")
	obs(&r.Social, "e3", "74013-4", "ETHUD", "R")
	if has("e4") {
		r.Problems = append(r.Problems, record.Problem{Entry: entry("e4", "PSY", "R"), Code: concept(record.SystemSNOMED, "35489007")})
	}
	obs(&r.Assessments, "e5", "76499-3", "SDV", "R")
	obs(&r.Results, "e6", "75622-1", "HIV", "R")
	note := func(id string, codes ...string) {
		if has(id) {
			r.Notes = append(r.Notes, record.ClinicalNote{Entry: entry(id, codes...), Type: concept(record.SystemLOINC, "34109-9")})
		}
	}
	note("e7")
	note("e8", "R", consent.CodePsyNotes)
	note("e9", "SUD", "R", consent.CodeUnderPart2)
	note("eV", "V")
	note("eB", "PSY", "HIV", "R")
	note("eC", "R", consent.CodeCounseling, consent.CodeUnderPart2)
	if has("m1") {
		r.Medications = append(r.Medications, record.Medication{Entry: entry("m1", "N")})
	}
	return r
}

// six are the entries e1 to e6.
func six() *record.Record { return chart("e1", "e2", "e3", "e4", "e5", "e6") }

// each changes every clinical entry of a record.
func each(r *record.Record, f func(e *record.Entry)) *record.Record {
	for kind, e := range r.Entries() {
		if kind != record.KindPatient {
			f(e)
		}
	}
	return r
}

// provision and its parts.
type provision = record.Provision

func tpo() []record.Coding { return purpose("TREAT", "HPAYMT", "HOPERAT") }

func actor(ref string) []record.ConsentActor {
	role := concept("http://terminology.hl7.org/CodeSystem/v3-ParticipationType", "IRCP")
	return []record.ConsentActor{{Role: &role, Ref: &record.Ref{AsSent: ref}}}
}

// signed makes a consent of R4 of a root provision: active, for privacy, given by the patient in 2022.
func signed(id, decision string, root provision) consent.Filed {
	scope := concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy")
	return consent.Filed{Consent: record.Consent{
		Entry: record.Entry{ID: id, Assertion: record.Affirmed, Status: record.Status{Code: record.StatusActive}},
		Scope: &scope, When: &record.Time{Value: "2022-06-13"}, Decision: decision, Provision: &root, Version: "R4",
		Grantors:   []record.Participation{{Role: "grantor", Who: &record.Ref{AsSent: "Patient/jack"}}},
		SourceRefs: []record.Ref{{AsSent: "DocumentReference/form"}},
	}}
}

func one(f consent.Filed) Host { return Host{Consents: []consent.Filed{f}} }

// change gives a consent changed.
func change(f consent.Filed, by func(c *record.Consent)) consent.Filed {
	by(&f.Consent)
	return f
}

func given(when string) func(*record.Consent) {
	return func(c *record.Consent) { c.When = &record.Time{Value: when} }
}

func ending(when string) *record.Period { return &record.Period{End: record.Time{Value: when}} }

// at gives a request at another time; a fixture whose time is none has the zero time, which no Decider permits.
func at(r consent.Request, text string) consent.Request {
	t, _ := time.Parse(time.RFC3339, text)
	r.At = t
	return r
}
