package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What is denied as related to a thing is the thing, and what it refers to (FHIR consent-data-meaning): of a report its results. What
// depends on it is what refers to it.
func TestRelatedData(t *testing.T) {
	entry := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	rec := &record.Record{
		ResultPanels: []record.Panel{{Entry: entry("report"), Code: record.Concept{Text: "report"}, Members: []record.Ref{{ID: "in"}}, Conclusion: "positive"}},
		Results:      []record.Observation{{Entry: entry("in")}, {Entry: entry("out")}},
		Notes:        []record.ClinicalNote{{Entry: entry("note"), Related: []record.Ref{{ID: "report"}}}},
	}
	for meaning, left := range map[string]map[string]bool{
		"instance":   {"in": true, "out": true, "note": true},
		"related":    {"out": true},
		"dependents": {"in": true, "out": true},
	} {
		for _, effect := range []string{"deny", "permit"} {
			if effect == "permit" && meaning != "related" {
				continue // without its results the report does not stay
			}
			data := []record.ConsentData{{Meaning: meaning, Ref: record.Ref{ID: "report"}}}
			p := record.Provision{Data: data}
			if effect == "deny" {
				p = record.Provision{Provisions: []record.Provision{{Type: "deny", Data: data}}}
			}
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &p}
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked())
			out, _ := consent.Redact(d, rec, consent.Redaction{})
			got := map[string]bool{}
			for _, e := range out.Entries() {
				got[e.ID] = true
			}
			for _, id := range []string{"report", "in", "out", "note"} {
				require.Equal(t, left[id] == (effect == "deny"), got[id], "%s %s %s", effect, meaning, id)
			}
		}
	}
}

// All that there is refers to the patient.
func TestDependentsOfThePatient(t *testing.T) {
	rec := &record.Record{Patient: &record.Patient{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}}, Results: []record.Observation{{Entry: record.Entry{ID: "a", Assertion: record.Affirmed}}},
		Sources: []record.Source{{ID: "s", Items: []record.Item{{Type: "Patient", ID: "1", Entries: []string{"p"}}}}}}
	for ref, permitted := range map[string]int{"Patient/1": 1, "Patient/elsewhere": 0, "Practitioner/1": 0} {
		for _, effect := range []string{"deny", "permit"} {
			for _, meaning := range []string{"dependents", "related"} {
				data := []record.ConsentData{{Meaning: meaning, Ref: record.Ref{AsSent: ref}}}
				p := record.Provision{Data: data}
				want := permitted
				if effect == "deny" {
					p = record.Provision{Provisions: []record.Provision{{Type: "deny", Data: data}}}
					if want = 0; ref == "Practitioner/1" {
						want = 1
					}
				}
				c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &p}
				out, _ := consent.Redact(consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked()), rec, consent.Redaction{})
				require.Len(t, out.Results, want, "%s %s %s", effect, meaning, ref)
			}
		}
	}
}
