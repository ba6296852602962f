package seal

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"io"

	"github.com/go-jose/go-jose/v4"
)

// minRSA is the least RSA key, in bits (NIST SP 800-131A).
const minRSA = 2048

// maxBytes bounds what is signed, verified, encrypted by JWE or opened in memory, unless the host sets another limit.
const maxBytes = 256 << 20

// Key is a public key that counts, with the id that signatures name it by; "" is no id.
type Key struct {
	ID     string
	Public crypto.PublicKey
}

// KeyID gives the id of a public key that is made of the key itself: its JWK thumbprint (RFC 7638) by SHA-256, in base64url.
func KeyID(public crypto.PublicKey) (string, error) {
	if _, err := algorithmOf(public); err != nil {
		return "", err
	}
	sum, err := (&jose.JSONWebKey{Key: public}).Thumbprint(crypto.SHA256)
	if err != nil {
		return "", ErrKey
	}
	return base64.RawURLEncoding.EncodeToString(sum), nil
}

// algorithmOf gives the algorithm that a key signs by: ES256, ES384, ES512, PS256 or EdDSA.
func algorithmOf(public crypto.PublicKey) (jose.SignatureAlgorithm, error) {
	switch k := public.(type) {
	case ed25519.PublicKey:
		if len(k) == ed25519.PublicKeySize {
			return jose.EdDSA, nil
		}
	case *ecdsa.PublicKey:
		switch k.Curve {
		case elliptic.P256():
			return jose.ES256, nil
		case elliptic.P384():
			return jose.ES384, nil
		case elliptic.P521():
			return jose.ES512, nil
		}
	case *rsa.PublicKey:
		if k.N != nil && k.N.BitLen() >= minRSA {
			return jose.PS256, nil
		}
	}
	return "", ErrKey
}

// ReadPrivateKey reads a private key in PEM: PKCS #8, or the older forms of RSA and EC keys. Encrypted ones are not
// read: a host that has such opens them itself. Blocks before it, such as EC parameters, are skipped.
func ReadPrivateKey(text []byte) (crypto.Signer, error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var key any
		var err error
		switch block.Type {
		case "PRIVATE KEY":
			key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
		case "EC PRIVATE KEY":
			key, err = x509.ParseECPrivateKey(block.Bytes)
		case "RSA PRIVATE KEY":
			key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
		default:
			continue
		}
		signer, ok := key.(crypto.Signer)
		if err != nil || !ok {
			return nil, ErrKey
		}
		if _, err := algorithmOf(signer.Public()); err != nil {
			return nil, err
		}
		return signer, nil
	}
	return nil, ErrKey
}

// ReadPublicKeys reads the public keys of a PEM text: public keys and certificates, each with KeyID as its id. Whether
// a certificate is valid is for the host to say before it hands it over.
func ReadPublicKeys(text []byte) ([]Key, error) {
	var keys []Key
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		var public any
		var err error
		switch block.Type {
		case "PUBLIC KEY":
			public, err = x509.ParsePKIXPublicKey(block.Bytes)
		case "CERTIFICATE":
			var cert *x509.Certificate
			if cert, err = x509.ParseCertificate(block.Bytes); err == nil {
				public = cert.PublicKey
			}
		default:
			continue
		}
		if err != nil {
			return nil, ErrKey
		}
		id, err := KeyID(public)
		if err != nil {
			return nil, err
		}
		keys = append(keys, Key{ID: id, Public: public})
	}
	if len(keys) == 0 {
		return nil, ErrKey
	}
	return keys, nil
}

// readAll reads at most limit bytes; more is ErrTooLarge. 0 is the package's own limit.
func readAll(r io.Reader, limit int64) ([]byte, error) {
	if limit <= 0 {
		limit = maxBytes
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, ErrTooLarge
	}
	return data, nil
}

// digestOf gives the SHA-256 of what is read, and how many bytes that was.
func digestOf(r io.Reader) ([]byte, int64, error) {
	h := sha256.New()
	n, err := io.Copy(h, r)
	if err != nil {
		return nil, n, err
	}
	return h.Sum(nil), n, nil
}
