package fhir

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

const (
	transactionOfTwo = `{"resourceType": "Bundle", "type": "transaction", "entry": [
{"fullUrl": "urn:uuid:11111111-1111-4111-8111-111111111111", "resource": {"resourceType": "Patient", "id": "p"}, "request": {"method": "PUT", "url": "Patient/p"}},
{"fullUrl": "urn:uuid:22222222-2222-4222-8222-222222222222", "resource": {"resourceType": "Patient", "id": "q"}, "request": {"method": "PUT", "url": "Patient/q", "ifMatch": "W/\"3\""}},
{"resource": {"resourceType": "Condition", "subject": {"reference": "urn:uuid:11111111-1111-4111-8111-111111111111"}, "code": {"text": "a"}}, "request": {"method": "POST", "url": "Condition", "ifNoneExist": "identifier=1"}},
{"resource": {"resourceType": "Condition", "subject": {"reference": "urn:uuid:22222222-2222-4222-8222-222222222222"}, "code": {"text": "b"}}, "request": {"method": "POST", "url": "Condition"}},
{"request": {"method": "DELETE", "url": "Condition/gone"}},
{"resource": {"resourceType": "Medication", "id": "m", "code": {"text": "nobody's"}}, "request": {"method": "PUT", "url": "Medication/m"}}]}`

	messageOfTwo = `{"resourceType": "Bundle", "type": "message", "timestamp": "2024-01-02T03:04:05Z", "entry": [
{"fullUrl": "http://s.example/MessageHeader/h", "resource": {"resourceType": "MessageHeader", "id": "h", "eventUri": "http://e.example/told", "source": {"endpoint": "http://s.example"}, "focus": [{"reference": "Patient/p"}, {"reference": "Patient/q"}]}},
{"fullUrl": "http://s.example/Patient/p", "resource": {"resourceType": "Patient", "id": "p"}},
{"fullUrl": "http://s.example/Patient/q", "resource": {"resourceType": "Patient", "id": "q"}}]}`

	searchOfTwo = `{"resourceType": "Bundle", "type": "searchset", "total": 2, "entry": [
{"fullUrl": "http://s.example/Patient/p", "resource": {"resourceType": "Patient", "id": "p"}, "search": {"mode": "match", "score": 0.5}},
{"fullUrl": "http://s.example/Patient/q", "resource": {"resourceType": "Patient", "id": "q"}, "search": {"mode": "include"}}]}`
)

// A Bundle of several patients becomes a Bundle for each, which is one that FHIR
// allows (bdl-1 to bdl-12); nothing of it goes astray.
func TestSplitBundles(t *testing.T) {
	for name, x := range map[string]struct {
		data  string
		types []string
		kept  []string // what stands in the Bundle of each
		lost  []string // what is named as having no place
	}{
		"transaction": {transactionOfTwo, []string{"transaction", "transaction", "transaction"}, []string{`"DELETE"`, `"W/\"3\""`, `"Medication/m"`}, []string{"", "", ""}},
		"message":     {messageOfTwo, []string{"collection", "collection", "message"}, []string{"timestamp", "Patient", "MessageHeader"}, []string{"Bundle.type", "", ""}},
		"searchset":   {searchOfTwo, []string{"searchset", "searchset"}, []string{`"match"`, `"include"`}, []string{"", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			recs, _ := imported(t, []byte(x.data))
			require.Len(t, recs, len(x.types))
			for i, rec := range recs {
				out, rep := asSent(t, rec)
				var v struct{ Type string }
				require.NoError(t, json.Unmarshal(out, &v))
				require.Equal(t, x.types[i], v.Type, i)
				require.Contains(t, string(out), x.kept[i], i)
				lost := ""
				for _, y := range rep.Issues {
					if y.Code == record.IssueExportCarried.Code {
						lost += y.Path
					}
				}
				require.Equal(t, x.lost[i], lost, i)
				require.Empty(t, bundleFaults(t, out), i)
			}
		})
	}
}

// asSent exports a record with all that is carried of it.
func asSent(t *testing.T, rec *record.Record) ([]byte, *record.Report) {
	var b bytes.Buffer
	rep, err := Export(t.Context(), rec, &b, record.ExportOptions{Now: testOptions.Now})
	require.NoError(t, err)
	return b.Bytes(), rep
}

// bundleFaults gives the rules of Bundles that a document breaks.
func bundleFaults(t *testing.T, data []byte) (rules []string) {
	for _, x := range conform(t, data, ConformOptions{}) {
		if strings.HasPrefix(x.Rule, "bdl-") {
			rules = append(rules, x.Rule)
		}
	}
	return rules
}

// What a host adds to a transaction is asked for too.
func TestAddedToATransaction(t *testing.T) {
	recs, _ := imported(t, []byte(transactionOfTwo))
	recs[1].Problems = append(recs[1].Problems, record.Problem{Entry: record.Entry{ID: "33333333-3333-4333-8333-333333333333", Assertion: record.Affirmed}, Code: record.Concept{Text: "c"}})
	out, _ := asSent(t, recs[1])
	require.Contains(t, string(out), `"request":{"method":"PUT","url":"Condition/33333333-3333-4333-8333-333333333333"}`)
	require.Empty(t, bundleFaults(t, out))
}
