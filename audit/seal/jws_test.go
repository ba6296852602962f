package seal_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/seal"
)

func TestEveryKindOfKeySigns(t *testing.T) {
	data := []byte("<ClinicalDocument>" + marker + "</ClinicalDocument>")
	for name, key := range keys(t) {
		t.Run(name, func(t *testing.T) {
			s, err := seal.NewJWS(key, seal.JWSOptions{Type: "text/xml"})
			require.NoError(t, err)
			sig, err := s.Sign(t.Context(), bytes.NewReader(data))
			require.NoError(t, err)
			head, rest, _ := strings.Cut(string(sig), ".")
			require.True(t, strings.HasPrefix(rest, "."), "the payload is left out")
			said, err := base64.RawURLEncoding.DecodeString(head)
			require.NoError(t, err)
			require.JSONEq(t, `{"alg":"`+name+`","kid":"`+s.KeyID()+`","cty":"text/xml"}`, string(said))

			v, err := seal.NewJWSVerifier(0, publicOf(t, key))
			require.NoError(t, err)
			require.NoError(t, v.Verify(t.Context(), bytes.NewReader(data), sig))
			other, err := seal.NewJWSVerifier(0, publicOf(t, keys(t)[name]))
			require.NoError(t, err)
			require.ErrorIs(t, other.Verify(t.Context(), bytes.NewReader(data), sig), seal.ErrSignature)
			nameless, err := seal.NewJWSVerifier(0, seal.Key{Public: keys(t)[name].Public()}, seal.Key{Public: key.Public()})
			require.NoError(t, err)
			require.NoError(t, nameless.Verify(t.Context(), bytes.NewReader(data), sig))
		})
	}
}

func TestNoFlippedBitHolds(t *testing.T) {
	data := []byte(`{"files":1}`)
	for name, key := range keys(t) {
		if name == "ES512" && !*thorough {
			continue // slow
		}
		s, err := seal.NewJWS(key, seal.JWSOptions{})
		require.NoError(t, err)
		sig, err := s.Sign(t.Context(), bytes.NewReader(data))
		require.NoError(t, err)
		v, err := seal.NewJWSVerifier(0, publicOf(t, key))
		require.NoError(t, err)
		for i := range len(sig) * 8 {
			bad := bytes.Clone(sig)
			bad[i/8] ^= 1 << (i % 8)
			require.Error(t, v.Verify(t.Context(), bytes.NewReader(data), bad), "%s: bit %d of the signature", name, i)
		}
		for i := range len(data) * 8 {
			bad := bytes.Clone(data)
			bad[i/8] ^= 1 << (i % 8)
			require.Error(t, v.Verify(t.Context(), bytes.NewReader(bad), sig), "%s: bit %d of the data", name, i)
		}
	}
}

// What an attacker may say in a header, and what says nothing.
func TestForgedSignaturesAreRefused(t *testing.T) {
	key, data := p256(t), []byte(marker)
	s, err := seal.NewJWS(key, seal.JWSOptions{})
	require.NoError(t, err)
	sig, err := s.Sign(t.Context(), bytes.NewReader(data))
	require.NoError(t, err)
	v, err := seal.NewJWSVerifier(0, publicOf(t, key))
	require.NoError(t, err)
	parts := strings.Split(string(sig), ".")
	head := func(json string) string { return base64.RawURLEncoding.EncodeToString([]byte(json)) }
	for name, bad := range map[string]string{
		"nothing":                   "",
		"dots":                      "..",
		"none":                      head(`{"alg":"none"}`) + "..",
		"HMAC by the public key":    head(`{"alg":"HS256"}`) + ".." + parts[2],
		"PKCS #1 v1.5":              head(`{"alg":"RS256"}`) + ".." + parts[2],
		"an unknown critical word":  head(`{"alg":"ES256","crit":["x"],"x":1}`) + ".." + parts[2],
		"another algorithm":         head(`{"alg":"ES384"}`) + ".." + parts[2],
		"a key of its own":          head(`{"alg":"ES256","jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}`) + ".." + parts[2],
		"the payload inside":        parts[0] + "." + base64.RawURLEncoding.EncodeToString(data) + "." + parts[2],
		"one dot less":              parts[0] + "." + parts[2],
		"white space":               string(sig) + "\n",
		"padding":                   string(sig) + "=",
		"another key's id":          head(`{"alg":"ES256","kid":"x"}`) + ".." + parts[2],
		"more than a signature has": string(sig) + strings.Repeat("A", 70<<10),
	} {
		err := v.Verify(t.Context(), bytes.NewReader(data), []byte(bad))
		require.ErrorIs(t, err, seal.ErrSignature, name)
		require.NotContains(t, err.Error(), marker)
	}
}

func TestKeysThatDoNotCount(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	p224, err := ecdsa.GenerateKey(elliptic.P224(), rand.Reader)
	require.NoError(t, err)
	_, err = seal.NewJWS(weak, seal.JWSOptions{})
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewJWS(p224, seal.JWSOptions{})
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewJWS(nil, seal.JWSOptions{})
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewJWSVerifier(0)
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewJWSVerifier(0, seal.Key{Public: []byte("shared secret")})
	require.ErrorIs(t, err, seal.ErrKey)
	_, err = seal.NewXMLSigner(keys(t)["EdDSA"])
	require.ErrorIs(t, err, seal.ErrKey)
}

func TestLimitsAndCancelling(t *testing.T) {
	key := p256(t)
	s, err := seal.NewJWS(key, seal.JWSOptions{Limit: 4})
	require.NoError(t, err)
	_, err = s.Sign(t.Context(), strings.NewReader("1234"))
	require.NoError(t, err)
	_, err = s.Sign(t.Context(), strings.NewReader("12345"))
	require.ErrorIs(t, err, seal.ErrTooLarge)
	v, err := seal.NewJWSVerifier(4, publicOf(t, key))
	require.NoError(t, err)
	require.ErrorIs(t, v.Verify(t.Context(), strings.NewReader("12345"), []byte("..")), seal.ErrTooLarge)
	over, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Sign(over, strings.NewReader("1"))
	require.ErrorIs(t, err, context.Canceled)
	require.ErrorIs(t, v.Verify(over, strings.NewReader("1"), nil), context.Canceled)
}

func FuzzVerify(f *testing.F) {
	key := p256(f)
	s, err := seal.NewJWS(key, seal.JWSOptions{})
	require.NoError(f, err)
	v, err := seal.NewJWSVerifier(1<<16, publicOf(f, key))
	require.NoError(f, err)
	x, err := seal.NewXMLSigner(key)
	require.NoError(f, err)
	xv, err := seal.NewXMLVerifier(publicOf(f, key))
	require.NoError(f, err)
	data := []byte("data")
	sig, err := s.Sign(f.Context(), bytes.NewReader(data))
	require.NoError(f, err)
	xsig, err := x.Sign(f.Context(), "a.xml", bytes.NewReader(data))
	require.NoError(f, err)
	f.Add(data, sig)
	f.Add(data, xsig)
	f.Add([]byte("other"), sig)
	f.Fuzz(func(t *testing.T, d, b []byte) {
		// Nobody but the key's owner can sign: what holds is what was signed here.
		if v.Verify(t.Context(), bytes.NewReader(d), b) == nil {
			require.Equal(t, data, d)
			require.Equal(t, sig, b)
		}
		if xv.Verify(t.Context(), "a.xml", bytes.NewReader(d), b) == nil {
			require.Equal(t, data, d)
		}
	})
}
