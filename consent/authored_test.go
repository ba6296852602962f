package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// What somebody wrote for an organization is that organization's (FHIR consent-data-meaning authoredby), whether the entry, its
// section or the author's role says so.
func TestAuthoredForAnOrganization(t *testing.T) {
	who := func(id, org string) []record.Participation {
		p := record.Participation{Role: "author", Who: &record.Ref{ID: id, Kind: record.KindPractitioner}}
		if org != "" {
			p.OnBehalfOf = &record.Ref{ID: org, Kind: record.KindOrganization}
		}
		return []record.Participation{p}
	}
	entry := func(id string) record.Entry { return record.Entry{ID: id, Assertion: record.Affirmed} }
	rec := func(e record.Entry, section []record.Participation) *record.Record {
		return &record.Record{
			Organizations: []record.Organization{{Entry: entry("clinic"), Names: []string{"Clinic"}}, {Entry: entry("other")}},
			Practitioners: []record.Practitioner{{Entry: entry("dr")}, {Entry: entry("two"), Roles: []record.PractitionerRole{{ID: "role", Organization: &record.Ref{ID: "clinic", Kind: record.KindOrganization}}}}},
			Results:       []record.Observation{{Entry: e}},
			Documents:     []record.Document{{Entry: entry("d"), Sections: []record.Section{{ID: "s", Participants: section, Entries: []record.Ref{{ID: "r"}}}}}},
			Sources: []record.Source{{ID: "x", Items: []record.Item{{Type: "Organization", ID: "1", Entries: []string{"clinic"}}, {Type: "Organization", ID: "2", Entries: []string{"other"}},
				{Type: "Practitioner", ID: "1", Entries: []string{"dr"}}, {Type: "Practitioner", ID: "2", Entries: []string{"two"}}, {Type: "Composition", ID: "1", Entries: []string{"d"}}}}},
		}
	}
	by := func(p []record.Participation) record.Entry {
		e := entry("r")
		e.Participants, e.Section = p, "s"
		return e
	}
	for name, tt := range map[string]struct {
		rec               *record.Record
		of                string
		denied, permitted bool
	}{
		"for the clinic":           {rec(by(who("dr", "clinic")), nil), "Organization/1", true, true},
		"for another":              {rec(by(who("dr", "other")), nil), "Organization/1", false, false},
		"by its section":           {rec(by(nil), who("dr", "clinic")), "Organization/1", true, true},
		"in a role there":          {rec(by(who("role", "")), nil), "Organization/1", true, true},
		"by who has a role there":  {rec(by(who("two", "")), nil), "Organization/1", true, false},
		"by the author":            {rec(by(who("dr", "clinic")), nil), "Practitioner/1", true, true},
		"by another, for it":       {rec(by(who("two", "clinic")), nil), "Practitioner/1", false, false},
		"by another, of no record": {rec(by(who("two", "clinic")), nil), "Practitioner/9", true, false},
		"of a clinic of no record": {rec(by(who("dr", "other")), nil), "Organization/9", true, false},
	} {
		data := []record.ConsentData{{Meaning: "authoredby", Ref: record.Ref{AsSent: tt.of}}}
		for effect, want := range map[string]bool{"deny": !tt.denied, "permit": tt.permitted} {
			p := record.Provision{Data: data}
			if effect == "deny" {
				p = record.Provision{Provisions: []record.Provision{{Type: "deny", Data: data}}}
			}
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &p}
			out, _ := consent.Redact(consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked()), tt.rec, consent.Redaction{})
			require.Equal(t, want, len(out.Results) > 0, "%s: %s", effect, name)
		}
	}
}
