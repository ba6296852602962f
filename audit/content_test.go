package audit_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
	"github.com/portage-health/portage/record"
)

// What a record says stays out of an event that is made of it: codes come without their texts and qualifiers,
// identifiers without their types and assigners.
func TestNoContentFromTheRecord(t *testing.T) {
	const marker = "ZZ-PLANTED"
	yes := true
	coding := record.Coding{System: "http://snomed.info/sct", SystemName: marker, Code: "159541003", Display: "Record keeping clerk", UserSelected: &yes,
		ValueSet: marker, Text: marker, TextRef: marker, Qualifiers: []record.Qualifier{{}}}
	id := record.Identifier{System: "urn:oid:1.2.3", SystemAsSent: marker, Value: "MRN-1", ValueAsSent: marker, Assigner: marker, Type: &record.Concept{Text: marker}}
	place := record.Address{Lines: []string{"1 Harbor Road"}, City: "Duluth", State: "MN", PostalCode: "55802", Country: "US", CensusTract: marker, Unstructured: []string{marker}}
	e := audittest.Full()
	e.Agents[0].Roles = []audit.Code{audit.CodeOf(coding)}
	e.Patient.Identifiers = []audit.Identifier{audit.IdentifierOf(id)}
	e.Disclosure.Recipient.Address = audit.AddressOf(place)
	require.Equal(t, []string{"1 Harbor Road", "Duluth MN 55802", "US"}, e.Disclosure.Recipient.Address)
	var out bytes.Buffer
	require.NoError(t, audit.All(audit.NewJSON(&out), audit.NewCSV(&out), &audit.Slog{Handler: slog.NewTextHandler(&out, nil)}).Append(t.Context(), e))
	acc, _, err := audit.Account(logOf(t, e).Entries(t.Context(), 0), audit.AccountingRequest{Patients: e.Patient.Identifiers, At: asked})
	require.NoError(t, err)
	require.NoError(t, acc.Text(&out))
	require.NoError(t, acc.HTML(&out))
	data, err := acc.JSON()
	require.NoError(t, err)
	require.NotContains(t, out.String()+string(data), marker)
}

// Every text that an event can hold is one of a closed list of members: there is none that a clinical value could go into
// unnoticed. A new member has to be thought about here.
func TestMembersThatHoldText(t *testing.T) {
	data, err := audittest.Full().AppendJSON(nil)
	require.NoError(t, err)
	var tree any
	require.NoError(t, json.Unmarshal(data, &tree))
	free := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, c := range v {
				walk(path+"."+k, c)
			}
		case []any:
			for _, c := range v {
				walk(path, c)
			}
		case string:
			free[path[strings.LastIndex(path, ".")+1:]] = true
		}
	}
	walk("", tree)
	var names []string
	for _, n := range []string{"about", "action", "address", "algorithm", "altId", "at", "basis", "citation", "code", "criteria", "description", "display", "end", "final", "format",
		"id", "intent", "key", "kind", "lifecycle", "mediaType", "name", "obligations", "outcome", "phase", "policies", "protocol", "purpose", "query", "reason", "reasons",
		"recorded", "reference", "request", "role", "root", "segment", "site", "start", "suppressUntil", "suppressedBy", "system", "trace", "type", "types", "validUntil",
		"value", "version", "why"} {
		if free[n] {
			delete(free, n)
			names = append(names, n)
		}
	}
	require.Empty(t, free, "members with text that nobody has looked at")
	require.Len(t, names, 49)
}
