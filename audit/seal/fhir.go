package seal

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"time"
)

// CanonicalDocument is the FHIR canonicalization by which a Bundle is signed: everything in it but its own id and meta
// (FHIR R4, json.html#canonical), and but the signature itself.
const CanonicalDocument = "http://hl7.org/fhir/canonicalization/json#document"

// CanonicalResource is the FHIR canonicalization by which any other resource is signed: all of it.
const CanonicalResource = "http://hl7.org/fhir/canonicalization/json"

// Purposes of signatures (ASTM E1762-95, FHIR signature-type).
const (
	PurposeAuthor       = "1.2.840.10065.1.12.1.1"
	PurposeVerification = "1.2.840.10065.1.12.1.5"
	PurposeSource       = "1.2.840.10065.1.12.1.14"
)

// Signing is what a FHIR Signature says beside the signature.
type Signing struct {
	// Purpose is a code of ASTM E1762-95; "" is PurposeSource: the system vouches for where it comes from.
	Purpose string
	// When is the time of signing, with its offset.
	When time.Time
	// Who is the signer: a reference of FHIR (Organization/1), or, where there is none, an identifier.
	Who              string
	WhoSystem, WhoID string
}

type fhirSignature struct {
	Type         []fhirCoding `json:"type"`
	When         string       `json:"when"`
	Who          fhirWho      `json:"who"`
	TargetFormat string       `json:"targetFormat"`
	SigFormat    string       `json:"sigFormat"`
	Data         string       `json:"data"`
}

type fhirCoding struct {
	System string `json:"system"`
	Code   string `json:"code"`
}

type fhirWho struct {
	Reference  string          `json:"reference,omitempty"`
	Identifier *fhirIdentifier `json:"identifier,omitempty"`
}

type fhirIdentifier struct {
	System string `json:"system,omitempty"`
	Value  string `json:"value"`
}

// make gives the Signature of signed bytes.
func (s Signing) make(canonicalization string, jws []byte) ([]byte, error) {
	if s.When.IsZero() || s.Who == "" && s.WhoID == "" {
		return nil, ErrUnsigned // when and who are 1..1
	}
	out := fhirSignature{
		Type:         []fhirCoding{{"urn:iso-astm:E1762-95:2013", s.Purpose}},
		When:         s.When.Format(time.RFC3339Nano),
		Who:          fhirWho{Reference: s.Who},
		TargetFormat: "application/fhir+json;canonicalization=" + canonicalization,
		SigFormat:    MediaTypeJOSE,
		Data:         base64.StdEncoding.EncodeToString(jws),
	}
	if s.Purpose == "" {
		out.Type[0].Code = PurposeSource
	}
	if s.WhoID != "" {
		out.Who.Identifier = &fhirIdentifier{s.WhoSystem, s.WhoID}
	}
	return json.Marshal(out)
}

// SignBundle signs a FHIR Bundle in JSON and gives it with its signature in Bundle.signature. The bytes of the Bundle stay as
// they are: the signature is put before its last brace. A Bundle that has one already gives ErrSigned.
func SignBundle(ctx context.Context, signer *JWS, bundle []byte, s Signing) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o, err := object(bundle)
	if err != nil {
		return nil, err
	}
	if text(o, "resourceType") != "Bundle" {
		return nil, ErrJSON
	}
	if _, ok := o["signature"]; ok {
		return nil, ErrSigned
	}
	return signInto(signer, bundle, o, "signature", CanonicalDocument, s, false)
}

// VerifyBundle checks a Bundle's signature: ErrUnsigned where it has none, ErrSignature where it does not hold. The
// Bundle's id and meta are not signed, and white space and the order of members may differ from when it was.
func VerifyBundle(ctx context.Context, v *JWSVerifier, bundle []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o, err := object(bundle)
	if err != nil {
		return err
	}
	if text(o, "resourceType") != "Bundle" {
		return ErrJSON
	}
	if o["signature"] == nil {
		return ErrUnsigned
	}
	signed, err := canonicalWithout(o, "id", "meta", "signature")
	if err != nil {
		return err
	}
	return verifyFHIR(v, o["signature"], CanonicalDocument, signed)
}

// SignProvenance signs the one target of a FHIR Provenance and gives the Provenance with the signature in
// Provenance.signature. The target is the resource that Provenance.target refers to, in JSON: a Provenance of several
// targets would not say which of them a signature is over, so it is refused with ErrJSON.
func SignProvenance(ctx context.Context, signer *JWS, provenance, target []byte, s Signing) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o, err := provenanceOf(provenance, target)
	if err != nil {
		return nil, err
	}
	if _, ok := o["signature"]; ok {
		return nil, ErrSigned
	}
	signed, err := object(target)
	if err != nil {
		return nil, err
	}
	return signInto(signer, provenance, signed, "signature", CanonicalResource, s, true)
}

// VerifyProvenance checks every signature of a Provenance over its one target.
func VerifyProvenance(ctx context.Context, v *JWSVerifier, provenance, target []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o, err := provenanceOf(provenance, target)
	if err != nil {
		return err
	}
	var list []json.RawMessage
	if o["signature"] == nil {
		return ErrUnsigned
	}
	if json.Unmarshal(o["signature"], &list) != nil || len(list) == 0 {
		return ErrSignature
	}
	signed, err := Canonical(target)
	if err != nil {
		return err
	}
	for _, one := range list {
		if err := verifyFHIR(v, one, CanonicalResource, signed); err != nil {
			return err
		}
	}
	return nil
}

// provenanceOf reads a Provenance and makes sure that it is about this resource alone.
func provenanceOf(provenance, target []byte) (map[string]json.RawMessage, error) {
	o, err := object(provenance)
	if err != nil {
		return nil, err
	}
	t, err := object(target)
	if err != nil {
		return nil, err
	}
	var targets []struct {
		Reference string `json:"reference"`
	}
	if text(o, "resourceType") != "Provenance" || json.Unmarshal(o["target"], &targets) != nil || len(targets) != 1 ||
		!refers(targets[0].Reference, text(t, "resourceType"), text(t, "id")) {
		return nil, ErrJSON
	}
	return o, nil
}

// refers reports whether a reference may be to a resource of this type and id: relative or absolute, with or without a
// version, or a URN, which says nothing of either.
func refers(reference, kind, id string) bool {
	if kind == "" || reference == "" {
		return false
	}
	if len(reference) > 4 && reference[:4] == "urn:" {
		return true
	}
	at := bytes.LastIndex([]byte(reference), []byte("/_history/"))
	if at >= 0 {
		reference = reference[:at]
	}
	want := kind + "/" + id
	return id != "" && (reference == want || len(reference) > len(want) && reference[len(reference)-len(want)-1:] == "/"+want)
}

// signInto signs what o says and puts the signature before the last brace of the text.
func signInto(signer *JWS, into []byte, o map[string]json.RawMessage, name, canonicalization string, s Signing, many bool) ([]byte, error) {
	var signed []byte
	var err error
	if canonicalization == CanonicalDocument {
		signed, err = canonicalWithout(o, "id", "meta", "signature")
	} else {
		signed, err = canonicalWithout(o)
	}
	if err != nil {
		return nil, err
	}
	jws, err := signer.sign(signed)
	if err != nil {
		return nil, err
	}
	signature, err := s.make(canonicalization, jws)
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(into, '}')
	out := append(append([]byte{}, bytes.TrimRight(into[:end], " \t\r\n")...), `,"`+name+`":`...)
	if many {
		out = append(append(append(out, '['), signature...), ']')
	} else {
		out = append(out, signature...)
	}
	return append(out, into[end:]...), nil
}

// verifyFHIR checks one FHIR Signature over canonical bytes.
func verifyFHIR(v *JWSVerifier, signature json.RawMessage, canonicalization string, signed []byte) error {
	var s fhirSignature
	if json.Unmarshal(signature, &s) != nil || s.SigFormat != MediaTypeJOSE ||
		s.TargetFormat != "application/fhir+json;canonicalization="+canonicalization {
		return ErrSignature
	}
	jws, err := base64.StdEncoding.Strict().DecodeString(s.Data)
	if err != nil {
		return ErrSignature
	}
	return v.verify(signed, jws)
}
