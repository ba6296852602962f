package seal

import (
	"context"
	"crypto"
	"crypto/rsa"
	"io"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/cryptosigner"
)

// MediaTypeJOSE is the media type of a detached JWS (FHIR Signature.sigFormat).
const MediaTypeJOSE = "application/jose"

// maxSignature bounds the text of a signature, in bytes.
const maxSignature = 64 << 10

// algorithms are those by which a signature may be made. Without them in the list there is no HMAC, no none, and no
// RSA with PKCS #1 v1.5 padding.
var algorithms = []jose.SignatureAlgorithm{jose.ES256, jose.ES384, jose.ES512, jose.PS256, jose.PS384, jose.PS512, jose.EdDSA}

// JWS makes detached signatures of bytes: the compact form of RFC 7515 with its payload left out (appendix F),
// "header..signature". The header has alg, kid and, where Type is set, cty. It is safe for concurrent use if the key is.
type JWS struct {
	signer jose.Signer
	alg    string
	keyID  string
	limit  int64
}

// JWSOptions steer a JWS. The zero value is right.
type JWSOptions struct {
	KeyID string // "" is KeyID of the public key
	Type  string // media type of what is signed (cty)
	Limit int64  // most bytes that are signed at once; 0 is 256 MB
}

// NewJWS makes a signer of a key: P-256, P-384 or P-521 (ES256, ES384, ES512), RSA of 2048 bits or more (PS256),
// Ed25519 (EdDSA).
func NewJWS(key crypto.Signer, o JWSOptions) (*JWS, error) {
	if key == nil {
		return nil, ErrKey
	}
	alg, err := algorithmOf(key.Public())
	if err != nil {
		return nil, err
	}
	if o.KeyID == "" {
		if o.KeyID, err = KeyID(key.Public()); err != nil {
			return nil, err
		}
	}
	opts := (&jose.SignerOptions{}).WithHeader("kid", o.KeyID)
	if o.Type != "" {
		opts = opts.WithContentType(jose.ContentType(o.Type))
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: cryptosigner.Opaque(pssSigner{key})}, opts)
	if err != nil {
		return nil, ErrKey
	}
	return &JWS{signer: signer, alg: string(alg), keyID: o.KeyID, limit: o.Limit}, nil
}

// pssSigner signs with a salt as long as the hash, as RFC 7518, 3.5 has it; the library leaves the length to the key,
// and others refuse what comes of that.
type pssSigner struct{ crypto.Signer }

func (s pssSigner) Sign(random io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if o, ok := opts.(*rsa.PSSOptions); ok {
		opts = &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash, Hash: o.Hash}
	}
	return s.Signer.Sign(random, digest, opts)
}

// KeyID gives the id that signatures name the key by.
func (s *JWS) KeyID() string { return s.keyID }

// Algorithm gives the algorithm that it signs by: ES256, ES384, ES512, PS256 or EdDSA.
func (s *JWS) Algorithm() string { return s.alg }

// MediaType gives application/jose.
func (s *JWS) MediaType() string { return MediaTypeJOSE }

// Sign signs what r holds, and gives the detached signature.
func (s *JWS) Sign(ctx context.Context, r io.Reader) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := readAll(r, s.limit)
	if err != nil {
		return nil, err
	}
	return s.sign(data)
}

func (s *JWS) sign(data []byte) ([]byte, error) {
	signed, err := s.signer.Sign(data)
	if err != nil {
		return nil, ErrKey
	}
	text, err := signed.DetachedCompactSerialize()
	if err != nil {
		return nil, ErrKey
	}
	return []byte(text), nil
}

// JWSVerifier checks detached signatures against the keys that count. It is safe for concurrent use.
type JWSVerifier struct {
	keys  []Key
	limit int64
}

// NewJWSVerifier makes a verifier of keys. Limit is as in JWSOptions.
func NewJWSVerifier(limit int64, keys ...Key) (*JWSVerifier, error) {
	if len(keys) == 0 {
		return nil, ErrKey
	}
	for _, k := range keys {
		if _, err := algorithmOf(k.Public); err != nil {
			return nil, err
		}
	}
	return &JWSVerifier{keys: slices.Clone(keys), limit: limit}, nil
}

// Verify checks that signature was made over what r holds by a key that counts: ErrSignature where it was not. A
// signature that names a key by its id is checked against the keys of that id alone.
func (v *JWSVerifier) Verify(ctx context.Context, r io.Reader, signature []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	data, err := readAll(r, v.limit)
	if err != nil {
		return err
	}
	return v.verify(data, signature)
}

func (v *JWSVerifier) verify(data, signature []byte) error {
	text := string(signature)
	if len(text) > maxSignature || strings.Count(text, ".") != 2 {
		return ErrSignature
	}
	signed, err := jose.ParseDetached(text, data, algorithms)
	if err != nil || len(signed.Signatures) != 1 {
		return ErrSignature
	}
	// The library decodes leniently what is left over in the last letter of base64; two texts would be one signature.
	if again, err := signed.DetachedCompactSerialize(); err != nil || again != text {
		return ErrSignature
	}
	named := signed.Signatures[0].Protected.KeyID
	for _, k := range v.keys {
		if named != "" && k.ID != "" && k.ID != named {
			continue
		}
		if signed.DetachedVerify(data, k.Public) == nil {
			return nil
		}
	}
	return ErrSignature
}
