package seal

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/asn1"
	"encoding/base64"
	"hash"
	"io"
	"math/big"
	"net/url"

	"github.com/beevik/etree"
	dsig "github.com/russellhaering/goxmldsig"
	"github.com/russellhaering/goxmldsig/etreeutils"

	"github.com/portage-health/portage/internal/tree"
)

// MediaTypeXMLSignature is the media type of an XML signature (FHIR Signature.sigFormat).
const MediaTypeXMLSignature = "application/signature+xml"

const (
	nsDSig       = "http://www.w3.org/2000/09/xmldsig#"
	exclusiveC14 = "http://www.w3.org/2001/10/xml-exc-c14n#"
	digestSHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
	keyInfoID    = "KeyInfo"
)

// xmlMethods are the algorithms of XML signatures that count (XML Signature 1.1, 6.4): no SHA-1, no HMAC.
var xmlMethods = []xmlMethod{
	{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", elliptic.P256(), crypto.SHA256, sha256.New},
	{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", elliptic.P384(), crypto.SHA384, sha512.New384},
	{"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", elliptic.P521(), crypto.SHA512, sha512.New},
	{"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", nil, crypto.SHA256, sha256.New},
}

type xmlMethod struct {
	uri   string
	curve elliptic.Curve // nil is RSA
	hash  crypto.Hash
	sum   func() hash.Hash
}

// methodOf gives the method that a key signs by. Ed25519 has none in XML Signature 1.1.
func methodOf(public crypto.PublicKey) (xmlMethod, error) {
	if _, err := algorithmOf(public); err != nil {
		return xmlMethod{}, err
	}
	for _, m := range xmlMethods {
		switch k := public.(type) {
		case *ecdsa.PublicKey:
			if m.curve == k.Curve {
				return m, nil
			}
		case *rsa.PublicKey:
			if m.curve == nil {
				return m, nil
			}
		}
	}
	return xmlMethod{}, ErrKey
}

// XMLSigner makes XML signatures that lie beside the document they are over (XML Signature 1.1, detached). The document
// is referred to by its file name and taken as the bytes it is, without a transform: whatever a C-CDA document holds
// (processing instructions, CDATA, any number of elements, any character set), two readers cannot differ on what was signed.
// It is safe for concurrent use if the key is.
type XMLSigner struct {
	key    crypto.Signer
	method xmlMethod
	chain  [][]byte
}

// NewXMLSigner makes a signer of a key: P-256, P-384, P-521, or RSA of 2048 bits or more. The chain is the signer's
// certificate and those above it, in DER, which go into KeyInfo, signed as well, for the reader's use; it may be empty.
func NewXMLSigner(key crypto.Signer, chain ...[]byte) (*XMLSigner, error) {
	if key == nil {
		return nil, ErrKey
	}
	m, err := methodOf(key.Public())
	if err != nil {
		return nil, err
	}
	return &XMLSigner{key: key, method: m, chain: chain}, nil
}

// MediaType gives application/signature+xml.
func (s *XMLSigner) MediaType() string { return MediaTypeXMLSignature }

// Sign signs what r holds as the file of this name, which is how a reader finds it: a relative reference, from where the
// signature lies. The signature is the bytes of an XML document of its own.
func (s *XMLSigner) Sign(ctx context.Context, name string, r io.Reader) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if name == "" || name[0] == '#' {
		return nil, ErrName
	}
	digest, _, err := digestOf(r)
	if err != nil {
		return nil, err
	}
	doc := etree.NewDocument()
	sig := doc.CreateElement("ds:Signature")
	sig.CreateAttr("xmlns:ds", nsDSig)
	info := sig.CreateElement("ds:SignedInfo")
	info.CreateElement("ds:CanonicalizationMethod").CreateAttr("Algorithm", exclusiveC14)
	info.CreateElement("ds:SignatureMethod").CreateAttr("Algorithm", s.method.uri)
	reference(info, (&url.URL{Path: name}).EscapedPath(), digest)
	value := etree.NewElement("ds:SignatureValue")
	sig.AddChild(value)
	if len(s.chain) > 0 {
		// A reader may go by the certificates, so they are signed as well.
		keys := sig.CreateElement("ds:KeyInfo")
		keys.CreateAttr("Id", keyInfoID)
		data := keys.CreateElement("ds:X509Data")
		for _, der := range s.chain {
			data.CreateElement("ds:X509Certificate").SetText(base64.StdEncoding.EncodeToString(der))
		}
		octets, err := canonicalOf(keys)
		if err != nil {
			return nil, ErrSignature
		}
		sum := sha256.Sum256(octets)
		reference(info, "#"+keyInfoID, sum[:])
	}
	canonical, err := canonicalOf(info)
	if err != nil {
		return nil, ErrSignature
	}
	raw, err := s.value(canonical)
	if err != nil {
		return nil, err
	}
	value.SetText(base64.StdEncoding.EncodeToString(raw))
	return doc.WriteToBytes()
}

// reference adds a ds:Reference to a SignedInfo. What is in the signature itself is canonicalized, a file is taken as it is.
func reference(info *etree.Element, uri string, digest []byte) {
	ref := info.CreateElement("ds:Reference")
	ref.CreateAttr("URI", uri)
	if uri[0] == '#' {
		ref.CreateElement("ds:Transforms").CreateElement("ds:Transform").CreateAttr("Algorithm", exclusiveC14)
	}
	ref.CreateElement("ds:DigestMethod").CreateAttr("Algorithm", digestSHA256)
	ref.CreateElement("ds:DigestValue").SetText(base64.StdEncoding.EncodeToString(digest))
}

// value signs bytes: ECDSA as r and s side by side (XML Signature 1.1, 6.4.3), RSA by PKCS #1 v1.5, which the W3C method is.
func (s *XMLSigner) value(data []byte) ([]byte, error) {
	h := s.method.sum()
	h.Write(data)
	raw, err := s.key.Sign(rand.Reader, h.Sum(nil), s.method.hash)
	if err != nil {
		return nil, ErrKey
	}
	if s.method.curve == nil {
		return raw, nil
	}
	var pair struct{ R, S *big.Int }
	if rest, err := asn1.Unmarshal(raw, &pair); err != nil || len(rest) > 0 || pair.R == nil || pair.S == nil {
		return nil, ErrKey
	}
	size := (s.method.curve.Params().BitSize + 7) / 8
	out := make([]byte, 2*size)
	pair.R.FillBytes(out[:size])
	pair.S.FillBytes(out[size:])
	return out, nil
}

// XMLVerifier checks detached XML signatures against the keys that count. It is safe for concurrent use.
type XMLVerifier struct{ keys []Key }

// NewXMLVerifier makes a verifier of keys. What a signature's KeyInfo says is not looked at.
func NewXMLVerifier(keys ...Key) (*XMLVerifier, error) {
	if len(keys) == 0 {
		return nil, ErrKey
	}
	for _, k := range keys {
		if _, err := methodOf(k.Public); err != nil {
			return nil, err
		}
	}
	return &XMLVerifier{keys: append([]Key(nil), keys...)}, nil
}

// Verify checks that signature is an XML signature over what r holds, under this name, by a key that counts: one
// reference, no transform, exclusive canonicalization, SHA-256. Anything else is ErrSignature, however well it may hold.
func (v *XMLVerifier) Verify(ctx context.Context, name string, r io.Reader, signature []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	digest, _, err := digestOf(r)
	if err != nil {
		return err
	}
	if len(signature) > maxSignature || name == "" {
		return ErrSignature
	}
	if _, err := tree.ParseXML(signature, tree.XMLOptions{}); err != nil { // no DOCTYPE, no entity, no attribute twice
		return ErrSignature
	}
	doc := etree.NewDocument()
	if err := doc.ReadFromBytes(signature); err != nil {
		return ErrSignature
	}
	info, value, keys, ok := detachedParts(doc.Root())
	if !ok {
		return ErrSignature
	}
	method, ok := methodSaid(info, keys, name, digest)
	if !ok {
		return ErrSignature
	}
	canonical, err := canonicalOf(info)
	if err != nil {
		return ErrSignature
	}
	for _, k := range v.keys {
		if m, err := methodOf(k.Public); err == nil && m.uri == method && m.holds(k.Public, canonical, value) {
			return nil
		}
	}
	return ErrSignature
}

// holds reports whether value is the key's signature over data.
func (m xmlMethod) holds(public crypto.PublicKey, data, value []byte) bool {
	h := m.sum()
	h.Write(data)
	sum := h.Sum(nil)
	switch k := public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(k, m.hash, sum, value) == nil
	case *ecdsa.PublicKey:
		size := (m.curve.Params().BitSize + 7) / 8
		if len(value) != 2*size {
			return false
		}
		return ecdsa.Verify(k, sum, new(big.Int).SetBytes(value[:size]), new(big.Int).SetBytes(value[size:]))
	}
	return false
}

// canonicalOf gives an element's octets that are signed (exclusive C14N).
func canonicalOf(e *etree.Element) ([]byte, error) {
	above, err := etreeutils.NSBuildParentContext(e)
	if err != nil {
		return nil, err
	}
	alone, err := etreeutils.NSDetatch(above, e)
	if err != nil {
		return nil, err
	}
	return dsig.MakeC14N10ExclusiveCanonicalizerWithPrefixList("").Canonicalize(alone)
}

// detachedParts gives SignedInfo, the value of SignatureValue, and KeyInfo or nil, of a root that is nothing but a ds:Signature.
func detachedParts(root *etree.Element) (info *etree.Element, value []byte, keys *etree.Element, ok bool) {
	if !isDSig(root, "Signature") {
		return nil, nil, nil, false
	}
	parts := root.ChildElements()
	if len(parts) < 2 || len(parts) > 3 || !isDSig(parts[0], "SignedInfo") || !isDSig(parts[1], "SignatureValue") {
		return nil, nil, nil, false
	}
	if len(parts) == 3 {
		if keys = parts[2]; !isDSig(keys, "KeyInfo") || only(keys, "Id") != keyInfoID {
			return nil, nil, nil, false
		}
	}
	value, err := base64.StdEncoding.Strict().DecodeString(parts[1].Text())
	return parts[0], value, keys, err == nil && len(parts[1].Child) == 1
}

// methodSaid gives the signature method of a SignedInfo that refers to the file of this name and digest, to KeyInfo where
// there is one, and says nothing else.
func methodSaid(info, keys *etree.Element, name string, digest []byte) (method string, ok bool) {
	parts := info.ChildElements()
	if len(parts) < 3 || !isDSig(parts[0], "CanonicalizationMethod") || !isDSig(parts[1], "SignatureMethod") ||
		only(parts[0], "Algorithm") != exclusiveC14 || len(parts[0].Child) > 0 || len(parts[1].Child) > 0 ||
		!referenceIs(parts[2], (&url.URL{Path: name}).EscapedPath(), digest) {
		return "", false
	}
	switch {
	case keys == nil && len(parts) == 3:
	case keys != nil && len(parts) == 4:
		octets, err := canonicalOf(keys)
		sum := sha256.Sum256(octets)
		if err != nil || !referenceIs(parts[3], "#"+keyInfoID, sum[:]) {
			return "", false
		}
	default:
		return "", false
	}
	return only(parts[1], "Algorithm"), true
}

// referenceIs reports whether a ds:Reference is what reference makes of this target and digest.
func referenceIs(ref *etree.Element, uri string, digest []byte) bool {
	parts := ref.ChildElements()
	if !isDSig(ref, "Reference") || only(ref, "URI") != uri {
		return false
	}
	if uri[0] == '#' {
		if len(parts) != 3 || !isDSig(parts[0], "Transforms") {
			return false
		}
		if how := parts[0].ChildElements(); len(how) != 1 || !isDSig(how[0], "Transform") || only(how[0], "Algorithm") != exclusiveC14 || len(how[0].Child) > 0 {
			return false
		}
		parts = parts[1:]
	}
	if len(parts) != 2 || !isDSig(parts[0], "DigestMethod") || !isDSig(parts[1], "DigestValue") || only(parts[0], "Algorithm") != digestSHA256 || len(parts[1].ChildElements()) > 0 {
		return false
	}
	said, err := base64.StdEncoding.Strict().DecodeString(parts[1].Text())
	return err == nil && subtle.ConstantTimeCompare(said, digest) == 1
}

// only gives an element's one attribute; "" where it has another or more.
func only(e *etree.Element, name string) string {
	if len(e.Attr) != 1 || e.Attr[0].Space != "" || e.Attr[0].Key != name {
		return ""
	}
	return e.Attr[0].Value
}

func isDSig(e *etree.Element, name string) bool {
	return e != nil && e.Tag == name && e.NamespaceURI() == nsDSig
}

// Named gives a signer of the file of one name.
func (s *XMLSigner) Named(name string) *NamedXMLSigner { return &NamedXMLSigner{s, name} }

// NamedXMLSigner is an XMLSigner for the file of one name.
type NamedXMLSigner struct {
	signer *XMLSigner
	name   string
}

// Sign signs what r holds as the file of its name.
func (s *NamedXMLSigner) Sign(ctx context.Context, r io.Reader) ([]byte, error) {
	return s.signer.Sign(ctx, s.name, r)
}

// MediaType gives application/signature+xml.
func (s *NamedXMLSigner) MediaType() string { return MediaTypeXMLSignature }

// Named gives a verifier of the file of one name, as audit.Verifier has it.
func (v *XMLVerifier) Named(name string) *NamedXMLVerifier { return &NamedXMLVerifier{v, name} }

// NamedXMLVerifier is an XMLVerifier for the file of one name.
type NamedXMLVerifier struct {
	verifier *XMLVerifier
	name     string
}

// Verify checks that signature is over what r holds, as the file of its name.
func (v *NamedXMLVerifier) Verify(ctx context.Context, r io.Reader, signature []byte) error {
	return v.verifier.Verify(ctx, v.name, r, signature)
}
