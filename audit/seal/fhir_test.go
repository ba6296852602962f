package seal_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/seal"
)

var signing = seal.Signing{When: time.Date(2026, 3, 2, 9, 30, 0, 0, time.FixedZone("", -6*3600)), Who: "Organization/lakeside"}

const bundle = `{
  "resourceType": "Bundle", "id": "b1", "meta": {"lastUpdated": "2026-03-02T09:30:00Z"}, "type": "collection",
  "entry": [{"resource": {"resourceType": "Observation", "id": "o1", "status": "final", "code": {"text": "Glukose µ"}, "valueQuantity": {"value": 1.80, "unit": "mmol/L"}}}]
}
`

func TestBundle(t *testing.T) {
	key := p256(t)
	s, err := seal.NewJWS(key, seal.JWSOptions{})
	require.NoError(t, err)
	v, err := seal.NewJWSVerifier(0, publicOf(t, key))
	require.NoError(t, err)
	signed, err := seal.SignBundle(t.Context(), s, []byte(bundle), signing)
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(signed, []byte(strings.TrimRight(bundle, "}\n"))), "the bytes before the signature are as they were: 1.80 too")
	require.NoError(t, seal.VerifyBundle(t.Context(), v, signed))
	require.ErrorIs(t, seal.VerifyBundle(t.Context(), v, []byte(bundle)), seal.ErrUnsigned)
	_, err = seal.SignBundle(t.Context(), s, signed, signing)
	require.ErrorIs(t, err, seal.ErrSigned)

	var b struct {
		Signature struct {
			Type                          []map[string]string
			When, TargetFormat, SigFormat string
			Who                           map[string]string
		}
	}
	require.NoError(t, json.Unmarshal(signed, &b))
	require.Equal(t, "2026-03-02T09:30:00-06:00", b.Signature.When)
	require.Equal(t, "application/fhir+json;canonicalization=http://hl7.org/fhir/canonicalization/json#document", b.Signature.TargetFormat)
	require.Equal(t, "application/jose", b.Signature.SigFormat)
	require.Equal(t, []map[string]string{{"system": "urn:iso-astm:E1762-95:2013", "code": "1.2.840.10065.1.12.1.14"}}, b.Signature.Type)
	require.Equal(t, map[string]string{"reference": "Organization/lakeside"}, b.Signature.Who)

	// What a copy from server to server may change, and what nothing may.
	for name, c := range map[string]struct {
		old, new string
		holds    bool
	}{
		"id and meta":        {`"id": "b1", "meta": {"lastUpdated": "2026-03-02T09:30:00Z"}`, `"id": "b2"`, true},
		"white space":        {`"status": "final", `, `"status":"final",`, true},
		"an escape":          {`µ`, `\u00b5`, true},
		"order":              {`"id": "o1", "status": "final"`, `"status": "final", "id": "o1"`, true},
		"status":             {"final", "preliminary", false},
		"value":              {"1.80", "1.81", false},
		"type of the bundle": {`"collection"`, `"document"`, false},
		"an entry's id":      {`"o1"`, `"o2"`, false},
		"one more member":    {`"type": "collection"`, `"type": "collection", "total": 1`, false},
		"a member twice":     {`"status": "final"`, `"status": "final", "status": "final"`, false},
		"another algorithm":  {"application/jose", "application/jwt", false},
		"another extent":     {"canonicalization/json#document", "canonicalization/json", false},
	} {
		t.Run(name, func(t *testing.T) {
			changed := bytes.Replace(signed, []byte(c.old), []byte(c.new), 1)
			require.NotEqual(t, signed, changed)
			err := seal.VerifyBundle(t.Context(), v, changed)
			if c.holds {
				require.NoError(t, err)
				return
			}
			require.Error(t, err)
		})
	}
}

func TestWhatCannotBeSigned(t *testing.T) {
	s, err := seal.NewJWS(p256(t), seal.JWSOptions{})
	require.NoError(t, err)
	for _, bad := range []string{"", "[]", "null", `{"resourceType":"Patient"}`, `{"resourceType":"Bundle","` + marker + `":1,"` + marker + `":2}`, `{"resourceType":"Bundle"} {}`, `{"resourceType":"Bundle","x":"` + marker} {
		_, err := seal.SignBundle(t.Context(), s, []byte(bad), signing)
		require.ErrorIs(t, err, seal.ErrJSON, bad)
		require.NotContains(t, err.Error(), marker)
	}
	_, err = seal.SignBundle(t.Context(), s, []byte(bundle), seal.Signing{Who: "Organization/1"})
	require.Error(t, err, "when it was signed is never made up")
	_, err = seal.SignBundle(t.Context(), s, []byte(bundle), seal.Signing{When: signing.When})
	require.Error(t, err, "nor who signed it")
}

func TestProvenance(t *testing.T) {
	key := p256(t)
	s, err := seal.NewJWS(key, seal.JWSOptions{})
	require.NoError(t, err)
	v, err := seal.NewJWSVerifier(0, publicOf(t, key))
	require.NoError(t, err)
	target := `{"resourceType":"DocumentReference","id":"d1","status":"current","content":[{"attachment":{"title":"` + marker + `"}}]}`
	for _, ref := range []string{"DocumentReference/d1", "https://ehr.example.org/fhir/DocumentReference/d1", "DocumentReference/d1/_history/2", "urn:uuid:5f0e8a2e-0000-4000-8000-000000000001"} {
		provenance := `{"resourceType":"Provenance","target":[{"reference":"` + ref + `"}],"recorded":"2026-03-02T09:30:00Z","agent":[{"who":{"display":"x"}}]}`
		signed, err := seal.SignProvenance(t.Context(), s, []byte(provenance), []byte(target), seal.Signing{When: signing.When, WhoSystem: "urn:oid:2.999", WhoID: "7"})
		require.NoError(t, err, ref)
		require.NoError(t, seal.VerifyProvenance(t.Context(), v, signed, []byte(target)))
		require.ErrorIs(t, seal.VerifyProvenance(t.Context(), v, signed, []byte(strings.Replace(target, "current", "superseded", 1))), seal.ErrSignature)
		require.ErrorIs(t, seal.VerifyProvenance(t.Context(), v, []byte(provenance), []byte(target)), seal.ErrUnsigned)
	}
	for name, targets := range map[string]string{"another": `[{"reference":"DocumentReference/d2"}]`, "another kind": `[{"reference":"Observation/d1"}]`, "an end alike": `[{"reference":"MyDocumentReference/d1"}]`,
		"two": `[{"reference":"DocumentReference/d1"},{"reference":"DocumentReference/d2"}]`, "none": `[]`} {
		_, err := seal.SignProvenance(t.Context(), s, []byte(`{"resourceType":"Provenance","target":`+targets+`}`), []byte(target), signing)
		require.ErrorIs(t, err, seal.ErrJSON, name)
	}
}

// Vectors of RFC 8785: 3.2.2 (numbers, strings, literals), 3.2.3 (order by UTF-16), and what cannot be made canonical.
func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		`{ "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001] }`: `{"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}`,
		`{"b":1,"a":{"d":null,"c":[true,false]}}`:                                              `{"a":{"c":[true,false],"d":null},"b":1}`,
		`{"\u20ac":1,"\r":2,"1":3,"\ud83d\ude00":4,"\ufb33":5}`:                                "{\"\\r\":2,\"1\":3,\"\u20ac\":1,\"\U0001f600\":4,\"\ufb33\":5}",
		`{"s":"\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"\/"}`:                                `{"s":"€$\u000f\nA'B\"\\\\\"/"}`,
	} {
		out, err := seal.Canonical([]byte(in))
		require.NoError(t, err, in)
		require.Equal(t, want, string(out))
		again, err := seal.Canonical(out)
		require.NoError(t, err)
		require.Equal(t, out, again)
	}
	for _, bad := range []string{`{"a":1,"a":1}`, `{"a":1,"\u0061":1}`, `"\ud800"`, `{"a":1e999}`, strings.Repeat("[", 1_000_000), `{"a":"` + marker + "\xff\"}"} {
		_, err := seal.Canonical([]byte(bad))
		require.Equal(t, seal.ErrJSON, err)
	}
}
