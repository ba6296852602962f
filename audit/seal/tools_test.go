package seal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/seal"
)

// Signatures verify in tools that share no code with this package. Where a tool is missing, its part is left out by name.

func TestOpenSSLVerifies(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("openssl is not installed")
	}
	data := []byte(`{"files":[]}`)
	for name, args := range map[string][]string{
		"ES256": {"dgst", "-sha256", "-verify", "key.pem", "-signature", "sig", "input"},
		"ES384": {"dgst", "-sha384", "-verify", "key.pem", "-signature", "sig", "input"},
		"ES512": {"dgst", "-sha512", "-verify", "key.pem", "-signature", "sig", "input"},
		"PS256": {"dgst", "-sha256", "-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest", "-verify", "key.pem", "-signature", "sig", "input"},
		"EdDSA": {"pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin", "-in", "input", "-sigfile", "sig"},
	} {
		t.Run(name, func(t *testing.T) {
			key, dir := keys(t)[name], t.TempDir()
			s, err := seal.NewJWS(key, seal.JWSOptions{})
			require.NoError(t, err)
			text, err := s.Sign(t.Context(), bytes.NewReader(data))
			require.NoError(t, err)
			parts := strings.Split(string(text), ".")
			raw, err := base64.RawURLEncoding.DecodeString(parts[2])
			require.NoError(t, err)
			if strings.HasPrefix(name, "ES") { // JWA has r and s side by side, openssl wants DER
				n := len(raw) / 2
				raw, err = asn1.Marshal(struct{ R, S *big.Int }{new(big.Int).SetBytes(raw[:n]), new(big.Int).SetBytes(raw[n:])})
				require.NoError(t, err)
			}
			publicFile(t, dir, key)
			input := []byte(parts[0] + "." + base64.RawURLEncoding.EncodeToString(data))
			check := func(input []byte) error {
				require.NoError(t, os.WriteFile(filepath.Join(dir, "input"), input, 0o600))
				require.NoError(t, os.WriteFile(filepath.Join(dir, "sig"), raw, 0o600))
				cmd := exec.Command(openssl, args...)
				cmd.Dir = dir
				return cmd.Run()
			}
			require.NoError(t, check(input))
			for i := range input { // one bit of each byte
				bad := bytes.Clone(input)
				bad[i] ^= 1 << (i % 8)
				if i%7 == 0 {
					require.Error(t, check(bad), "byte %d", i)
				}
			}
		})
	}
}

// PORTAGE_JOSE is a folder into which the npm package jose was installed.
func TestJoseVerifies(t *testing.T) {
	dir := os.Getenv("PORTAGE_JOSE")
	node, err := exec.LookPath("node")
	if dir == "" || err != nil {
		t.Skip("PORTAGE_JOSE is not set, or node is not installed")
	}
	const script = `
import { flattenedVerify, compactDecrypt, importSPKI, importPKCS8 } from 'jose'
let text = ''
for await (const part of process.stdin) text += part
const out = []
for (const c of JSON.parse(text)) {
  try {
    if (c.jwe) {
      const { plaintext } = await compactDecrypt(c.jwe, await importPKCS8(c.key, c.alg))
      out.push(Buffer.from(plaintext).toString('base64'))
    } else {
      const [protectedHeader, , signature] = c.jws.split('.')
      await flattenedVerify({ protected: protectedHeader, payload: c.payload, signature }, await importSPKI(c.key, c.alg))
      out.push('holds')
    }
  } catch (e) { out.push('refused') }
}
console.log(JSON.stringify(out))
`
	path := filepath.Join(dir, "portage-verify.mjs")
	require.NoError(t, os.WriteFile(path, []byte(script), 0o600))
	type one struct {
		JWS     string `json:"jws,omitempty"`
		JWE     string `json:"jwe,omitempty"`
		Payload string `json:"payload"`
		Key     string `json:"key"`
		Alg     string `json:"alg"`
	}
	data := []byte(`{"files":[]}`)
	var list []one
	var want []string
	for name, key := range keys(t) {
		s, err := seal.NewJWS(key, seal.JWSOptions{})
		require.NoError(t, err)
		sig, err := s.Sign(t.Context(), bytes.NewReader(data))
		require.NoError(t, err)
		pub, err := os.ReadFile(publicFile(t, t.TempDir(), key))
		require.NoError(t, err)
		list = append(list, one{JWS: string(sig), Payload: base64.RawURLEncoding.EncodeToString(data), Key: string(pub), Alg: name})
		want = append(want, "holds")
		for i := range len(data) * 8 {
			bad := bytes.Clone(data)
			bad[i/8] ^= 1 << (i % 8)
			list = append(list, one{JWS: string(sig), Payload: base64.RawURLEncoding.EncodeToString(bad), Key: string(pub), Alg: name})
			want = append(want, "refused")
		}
	}
	for name, alg := range map[string]string{"ES256": "ECDH-ES+A256KW", "PS256": "RSA-OAEP-256"} {
		key := keys(t)[name]
		e, err := seal.NewJWE(seal.JWEOptions{}, publicOf(t, key))
		require.NoError(t, err)
		der, err := pkcs8(key)
		list = append(list, one{JWE: string(sealed(t, e, data)), Key: string(pemOf(t, "PRIVATE KEY", der, err)), Alg: alg})
		want = append(want, base64.StdEncoding.EncodeToString(data))
	}
	in, err := json.Marshal(list)
	require.NoError(t, err)
	cmd := exec.Command(node, path)
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	require.NoError(t, err)
	var got []string
	require.NoError(t, json.Unmarshal(out, &got))
	require.Equal(t, want, got)
}

// What xmlsec1 makes of flipped bits: none of the document holds.
func TestXMLSecRefusesFlippedBits(t *testing.T) {
	xmlsec, err := exec.LookPath("xmlsec1")
	if err != nil {
		t.Skip("xmlsec1 is not installed")
	}
	for _, name := range []string{"ES256", "ES384", "ES512", "PS256"} {
		key, dir := keys(t)[name], t.TempDir()
		s, _ := signer(t, key)
		sig, err := s.Sign(t.Context(), "d.xml", bytes.NewReader(document))
		require.NoError(t, err)
		publicFile(t, dir, key)
		require.NoError(t, os.WriteFile(filepath.Join(dir, "s.xml"), sig, 0o600))
		check := func(doc []byte) error {
			require.NoError(t, os.WriteFile(filepath.Join(dir, "d.xml"), doc, 0o600))
			cmd := exec.Command(xmlsec, "--verify", "--pubkey-pem", "key.pem", "s.xml")
			cmd.Dir = dir
			return cmd.Run()
		}
		require.NoError(t, check(document), name)
		sum := sha256.Sum256([]byte(name))
		for _, at := range sum[:8] {
			bad := bytes.Clone(document)
			bad[int(at)%len(bad)] ^= 1 << (at % 8)
			require.Error(t, check(bad), name)
		}
	}
}
