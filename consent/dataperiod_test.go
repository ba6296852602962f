package consent_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// A denial of the data of a year holds for a stay or a course of treatment that lasted through all of it, of which nobody says when
// it was written down.
func TestDeniedYearWithinAStay(t *testing.T) {
	at := func(v string) record.Time { return record.Time{Value: v} }
	year := &record.Period{Start: at("2022-01-01"), End: at("2022-12-31")}
	c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit",
		Provision: &record.Provision{Provisions: []record.Provision{{Type: "deny", DataPeriod: year}}}}
	d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked())
	for name, tt := range map[string]struct {
		when  record.Period
		stays bool
	}{
		"through the year":                      {record.Period{Start: at("2021-11-01"), End: at("2023-02-01")}, false},
		"the year":                              {record.Period{Start: at("2022"), End: at("2022")}, false},
		"into the year":                         {record.Period{Start: at("2021-11-01"), End: at("2022-02-01")}, false},
		"out of the year":                       {record.Period{Start: at("2022-11-01"), End: at("2023-02-01")}, false},
		"before the year":                       {record.Period{Start: at("2021-11-01"), End: at("2021-12-31")}, true},
		"after the year":                        {record.Period{Start: at("2023-01-01"), End: at("2023-12-31")}, true},
		"from the year before to the one after": {record.Period{Start: at("2021"), End: at("2023")}, false},
	} {
		t.Run(name, func(t *testing.T) {
			rec := &record.Record{Procedures: []record.Procedure{{Entry: record.Entry{ID: "p", Assertion: record.Affirmed}, When: tt.when}},
				Encounters: []record.Encounter{{Entry: record.Entry{ID: "e", Assertion: record.Affirmed}, When: tt.when}}}
			out, _ := consent.Redact(d, rec, consent.Redaction{})
			require.Equal(t, tt.stays, len(out.Procedures) > 0)
			require.Equal(t, tt.stays, len(out.Encounters) > 0)
		})
	}
}

// A denial of the data of a year holds for what was then, whenever it was written down, and for what was written down then (FHIR
// provision.dataPeriod: the clinical or operational period); a permit of a year is for what was written down in it.
func TestYearOfWhatWasWrittenDownLater(t *testing.T) {
	at := func(v string) record.Time { return record.Time{Value: v} }
	year := &record.Period{Start: at("2010"), End: at("2010")}
	for name, tt := range map[string]struct{ recorded, was, denied, permitted string }{
		"then, written down later":  {recorded: "2024-01-02", was: "2010-03", denied: "yes"},
		"later":                     {recorded: "2024-01-02", was: "2023"},
		"then, written down then":   {recorded: "2010-04", was: "2010-03", denied: "yes", permitted: "yes"},
		"before, written down then": {recorded: "2010-04", was: "2001", denied: "yes", permitted: "yes"},
		"nobody says when it was":   {recorded: "2024"},
	} {
		for _, effect := range []string{"deny", "permit"} {
			p := record.Provision{DataPeriod: year}
			if effect == "deny" {
				p = record.Provision{Provisions: []record.Provision{{Type: "deny", DataPeriod: year}}}
			}
			c := record.Consent{Entry: record.Entry{ID: "c", Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: &p}
			d := consent.Decide(t.Context(), &consent.Evaluator{Store: consent.Consents{c}}, asked())
			author := record.Participation{Role: "author", Who: &record.Ref{AsSent: "Practitioner/9"}, When: &record.Period{At: at(tt.recorded)}}
			x := record.Procedure{Entry: record.Entry{ID: "p", Assertion: record.Affirmed, Participants: []record.Participation{author}}}
			if tt.was != "" {
				x.When.At = at(tt.was)
			}
			out, _ := consent.Redact(d, &record.Record{Procedures: []record.Procedure{x}}, consent.Redaction{})
			require.Equal(t, effect == "deny" && tt.denied == "" || effect == "permit" && tt.permitted != "", len(out.Procedures) > 0, "%s: %s", name, effect)
		}
	}
}
