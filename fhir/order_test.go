package fhir

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

func TestOrderIntent(t *testing.T) {
	for _, x := range []struct {
		mode      record.Mode
		assertion record.Assertion
		kind      string
		want      string
	}{
		{record.ModeIntent, record.Affirmed, "ServiceRequest", "plan"},
		{record.ModeRequest, record.Affirmed, "ServiceRequest", "order"},
		{record.ModeProposal, record.Affirmed, "ServiceRequest", "proposal"},
		{record.ModePromise, record.Affirmed, "ServiceRequest", "plan"},
		{record.ModeAppRequest, record.Affirmed, "ServiceRequest", "proposal"},
		{record.ModeReflex, record.Affirmed, "ServiceRequest", "reflex-order"},
		{record.ModeDirective, record.Affirmed, "ServiceRequest", "directive"},
		{record.ModeEvent, record.Affirmed, "ServiceRequest", ""},
		{record.ModeGoal, record.Affirmed, "Basic", ""},
		{record.ModeCriterion, record.Affirmed, "Basic", ""},
		{record.ModeRequest, record.Negated, "Basic", ""},
		{record.ModeRequest, record.NotKnown, "Basic", ""},
	} {
		t.Run(string(x.mode)+" "+string(x.assertion), func(t *testing.T) {
			o := record.Order{
				Entry:    record.Entry{ID: "2b4e28ba-2fa1-81d2-883f-0016d3cca427", Assertion: x.assertion, Mode: x.mode},
				Priority: &record.Concept{Codings: []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/v3-ActPriority", Code: "S"}}},
			}
			by, _ := sent(t, &record.Record{Orders: []record.Order{o}})
			require.Len(t, by[x.kind], 1)
			require.Equal(t, x.want, at(by[x.kind][0], "intent"))
			if x.kind == "ServiceRequest" {
				require.Equal(t, "stat", at(by[x.kind][0], "priority"))
				require.Equal(t, "unknown", at(by[x.kind][0], "status"))
			}
		})
	}
}

// A supply that is wanted says of what, by its product or the device.
func TestOrderOfSupply(t *testing.T) {
	inhaler := record.Concept{Codings: []record.Coding{{System: "http://www.nlm.nih.gov/research/umls/rxnorm", Code: "745679"}}}
	o := record.Order{Class: "supply", Product: &record.Product{Code: inhaler}}
	require.Equal(t, &inhaler, (&writer{}).supplied(&o))
	o.Code = record.Concept{Text: "delivery"}
	require.Nil(t, (&writer{}).supplied(&o))
}
