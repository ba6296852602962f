package seal_test

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/seal"
)

func TestKeysInPEM(t *testing.T) {
	all := keys(t)
	for name, key := range all {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		got, err := seal.ReadPrivateKey(append([]byte("a note before it\n"), pemOf(t, "PRIVATE KEY", der, err)...))
		require.NoError(t, err, name)
		require.Equal(t, key.Public(), got.Public(), name)
		der, err = x509.MarshalPKIXPublicKey(key.Public())
		list, err := seal.ReadPublicKeys(pemOf(t, "PUBLIC KEY", der, err))
		require.NoError(t, err, name)
		require.Equal(t, []seal.Key{publicOf(t, key)}, list)
	}
	der, err := x509.MarshalECPrivateKey(all["ES384"].(*ecdsa.PrivateKey))
	got, err := seal.ReadPrivateKey(pemOf(t, "EC PRIVATE KEY", der, err))
	require.NoError(t, err)
	require.Equal(t, all["ES384"].Public(), got.Public())
	der = x509.MarshalPKCS1PrivateKey(all["PS256"].(*rsa.PrivateKey))
	got, err = seal.ReadPrivateKey(pemOf(t, "RSA PRIVATE KEY", der, nil))
	require.NoError(t, err)
	require.Equal(t, all["PS256"].Public(), got.Public())

	cert := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Lakeside Clinic"}, NotAfter: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}
	key := all["ES256"]
	der, err = x509.CreateCertificate(rand.Reader, cert, cert, key.Public(), key)
	list, err := seal.ReadPublicKeys(pemOf(t, "CERTIFICATE", der, err))
	require.NoError(t, err)
	require.Equal(t, []seal.Key{publicOf(t, key)}, list)

	for _, bad := range []string{"", marker, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"} {
		_, err = seal.ReadPrivateKey([]byte(bad))
		require.Equal(t, seal.ErrKey, err)
		_, err = seal.ReadPublicKeys([]byte(bad))
		require.Equal(t, seal.ErrKey, err)
	}
}
