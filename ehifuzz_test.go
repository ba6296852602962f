package portage_test

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record"
)

// FuzzOpenEHIZip: whatever bytes are given, reading them back ends without a panic, and gives no record that a manifest does not vouch for.
func FuzzOpenEHIZip(f *testing.F) {
	digest := func(b []byte) string { sum := sha256.Sum256(b); return hex.EncodeToString(sum[:]) }
	make := func(files ...string) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		for i := 0; i < len(files); i += 2 {
			x, err := w.CreateHeader(&zip.FileHeader{Name: files[i], Method: zip.Store})
			require.NoError(f, err)
			_, err = x.Write([]byte(files[i+1]))
			require.NoError(f, err)
		}
		require.NoError(f, w.Close())
		return out.Bytes()
	}
	rec := []byte(`{"portageRecord":"1","record":{}}`)
	part := fmt.Appendf(nil, `{"portageEHIPart":"1","part":1,"forms":[],"patients":[{"folder":"0001","files":[{"name":"parts/000001/0001/record.json","kind":"record","mediaType":"application/json","bytes":%d,"sha256":"%s"}]}]}`, len(rec), digest(rec))
	manifest := fmt.Appendf(nil, `{"portageEHI":"1","made":"2026-05-01T12:00:00Z","basis":"x","documentation":"https://x","forms":[],"patients":1,"parts":1,"count":1,"bytes":%d,"files":[{"name":"parts/000001.json","kind":"part","mediaType":"application/json","bytes":%d,"sha256":"%s"}]}`, len(rec), len(part), digest(part))
	good := make("manifest.json", string(manifest), "parts/000001.json", string(part), "parts/000001/0001/record.json", string(rec))
	open := func(data []byte) (n int, err error) {
		p, err := portage.OpenEHIZip(bytes.NewReader(data), int64(len(data)), portage.EHILimits{FileBytes: 1 << 20, ManifestBytes: 1 << 20})
		if err != nil {
			return 0, err
		}
		verr := p.Verify(context.Background())
		for _, err := range p.Records(context.Background(), "", nil, record.ImportOptions{}) {
			if err != nil {
				return n, err
			}
			n++
		}
		return n, verr
	}
	n, err := open(good)
	require.NoError(f, err)
	require.Equal(f, 1, n)
	f.Add(good)
	f.Add(make("manifest.json", string(manifest)))
	f.Add(make("manifest.json", "{}", "../x", ""))
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if n, err := open(data); err == nil && n != 1 {
			p, err := portage.OpenEHIZip(bytes.NewReader(data), int64(len(data)), portage.EHILimits{})
			require.NoError(t, err)
			require.Equal(t, p.Manifest.Patients, n)
		}
	})
}
