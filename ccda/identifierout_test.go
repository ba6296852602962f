package ccda

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// What FHIR wrote as the URI of an OID is a root in C-CDA, and no URI.
func TestRootsOfOIDsSentAsURIs(t *testing.T) {
	const npi = "2.16.840.1.113883.4.6"
	rec := &record.Record{
		Sources:       []record.Source{{ID: "s", Format: "fhir"}},
		Practitioners: []record.Practitioner{{Entry: record.Entry{ID: "9b0e1a77-4c1d-4a0e-8f52-000000000001", Assertion: record.Affirmed, Identifiers: []record.Identifier{{System: record.SystemNPI, SystemAsSent: "urn:oid:" + npi, Value: "12"}}}}},
		Procedures: []record.Procedure{{Entry: record.Entry{ID: "9b0e1a77-4c1d-4a0e-8f52-000000000002", Assertion: record.Affirmed, Status: record.Status{Code: record.StatusCompleted},
			Participants: []record.Participation{{Role: "performer", Who: &record.Ref{ID: "9b0e1a77-4c1d-4a0e-8f52-000000000001", Kind: record.KindPractitioner}}}},
			Code: codedIn(record.SystemSNOMED, "80146002", "Appendectomy")}},
	}
	for name, x := range map[string]Exporter{"faithful": {}, "conformant": {Mode: Conformant}} {
		t.Run(name, func(t *testing.T) {
			text, back, _ := passed(t, x, rec)
			require.Contains(t, text, `<id root="`+npi+`" extension="12"/>`)
			require.NotContains(t, text, "urn:oid")
			require.Equal(t, record.SystemNPI, back.Practitioners[0].Identifiers[0].System)
		})
	}
}
