package portage_test

import (
	"bytes"
	"crypto/ed25519"
	"io"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/seal"
	"github.com/portage-health/portage/record/recordtest"
)

// What is signed and encrypted by audit/seal is opened and verified by it, and any change of the manifest is found.
func TestExchangeSeals(t *testing.T) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	signer, err := seal.NewJWS(key, seal.JWSOptions{KeyID: "test"})
	require.NoError(t, err)
	verifier, err := seal.NewJWSVerifier(0, seal.Key{ID: "test", Public: key.Public()})
	require.NoError(t, err)
	identity, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	encrypter, err := seal.NewAge(identity.Recipient())
	require.NoError(t, err)

	s := newScene(t)
	s.x.Signer, s.x.Encrypter = signer, encrypter
	s.x.Signed, s.x.Encrypted = &audit.Seal{Algorithm: "EdDSA", Key: "test"}, &audit.Seal{Algorithm: "age-X25519"}
	_, err = s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	opened := func(b []byte) []byte {
		r, err := seal.OpenAge(t.Context(), bytes.NewReader(b), identity)
		require.NoError(t, err)
		plain, err := io.ReadAll(r)
		require.NoError(t, err)
		return plain
	}
	doc, sig := opened(s.dest.files["000001.json.age"].Bytes()), opened(s.dest.files["000001.json.jws.age"].Bytes())
	require.NoError(t, verifier.Verify(t.Context(), bytes.NewReader(doc), sig))
	require.Equal(t, "EdDSA", s.book.events[1].Payload.Signed.Algorithm)
	require.Equal(t, "age-X25519", s.book.events[1].Payload.Encrypted.Algorithm)

	s = newScene(t)
	s.x.Signer = signer
	dir := filepath.Join(t.TempDir(), "export")
	_, err = s.x.ExportEHI(s.ctx, ehiExport(), dir, &invented{n: 2, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	check := func() error {
		p, err := portage.OpenEHI(dir, portage.EHILimits{})
		if err != nil {
			return err
		}
		defer p.Close()
		if err := p.VerifySignature(t.Context(), verifier, "jws"); err != nil {
			return err
		}
		return p.Verify(t.Context())
	}
	require.NoError(t, check())
	name := filepath.Join(dir, "manifest.json")
	manifest, err := os.ReadFile(name)
	require.NoError(t, err)
	for i := 0; i < len(manifest); i += 37 {
		changed := bytes.Clone(manifest)
		changed[i] ^= 4
		require.NoError(t, os.WriteFile(name, changed, 0o600))
		require.Error(t, check(), i)
	}

	s = newScene(t)
	s.x.Signer, s.x.Encrypter = signer, encrypter
	var sealed bytes.Buffer
	_, err = s.x.WriteEHI(s.ctx, ehiExport(), &sealed, &invented{n: 1, size: recordtest.Small}, askFor)
	require.NoError(t, err)
	plain := opened(sealed.Bytes())
	p, err := portage.OpenEHIZip(bytes.NewReader(plain), int64(len(plain)), portage.EHILimits{})
	require.NoError(t, err)
	require.NoError(t, p.VerifySignature(t.Context(), verifier, "jws"))
	require.NoError(t, p.Verify(t.Context()))
}
