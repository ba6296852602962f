package seal_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/seal"
	"github.com/portage-health/portage/internal/beside"
)

// marker stands for a patient's value: it must not be in any error.
const marker = "MARKER-Zofia-Brandvold"

// keys gives a key of each kind that may sign.
func keys(t testing.TB) map[string]crypto.Signer {
	t.Helper()
	out := map[string]crypto.Signer{}
	for name, curve := range map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		out[name] = k
	}
	r, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	out["PS256"] = r
	_, e, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	out["EdDSA"] = e
	return out
}

func p256(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return k
}

// publicOf gives a signer's key as one that counts.
func publicOf(t testing.TB, k crypto.Signer) seal.Key {
	t.Helper()
	id, err := seal.KeyID(k.Public())
	require.NoError(t, err)
	return seal.Key{ID: id, Public: k.Public()}
}

func pemOf(t testing.TB, kind string, der []byte, err error) []byte {
	t.Helper()
	require.NoError(t, err)
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

// publicFile writes a public key as PEM and gives the path.
func publicFile(t testing.TB, dir string, k crypto.Signer) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(k.Public())
	path := filepath.Join(dir, "key.pem")
	require.NoError(t, os.WriteFile(path, pemOf(t, "PUBLIC KEY", der, err), 0o600))
	return path
}

// shared is the folder of third-party facts, where this checkout has one.
func shared(t testing.TB) string {
	t.Helper()
	return beside.Shared(t)
}

func pkcs8(k crypto.Signer) ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k) }
