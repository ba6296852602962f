package portage_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record/recordtest"
)

// Any change of any file is found: bits, lengths, missing and added files.
func TestEHIVerifyFindsEveryChange(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		e := ehiExport()
		e.Zip = zipped
		dir := exported(t, e, 5)
		open := func() error {
			p, err := portage.OpenEHI(dir, portage.EHILimits{})
			if err != nil {
				return err
			}
			defer p.Close()
			if p.Digest != tree(t, dir)["manifest.json"] {
				return errors.New("digest")
			}
			return p.Verify(t.Context())
		}
		require.NoError(t, open())
		kept := tree(t, dir)["manifest.json"]
		random := rand.New(rand.NewPCG(1, 2))
		for name := range tree(t, dir) {
			file := filepath.Join(dir, name)
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			broken := func(what string, b []byte) {
				require.NoError(t, os.WriteFile(file, b, 0o600))
				err := open()
				if name == "manifest.json" { // its own digest tells
					require.True(t, err != nil || tree(t, dir)["manifest.json"] != kept, what)
				} else {
					require.Error(t, err, "%s %s", name, what)
				}
			}
			for range 3 {
				b := bytes.Clone(data)
				b[random.IntN(len(b))] ^= 1 << random.IntN(8)
				broken("bit", b)
			}
			broken("shorter", data[:len(data)-1])
			broken("longer", append(bytes.Clone(data), '\n'))
			require.NoError(t, os.Remove(file))
			require.Error(t, open(), name)
			require.NoError(t, os.WriteFile(file, data, 0o600))
		}
		require.NoError(t, open())
		for _, extra := range []string{"x.txt", "parts/x.txt", "parts/000009.zip", "parts/000001/0001/x.txt", "parts/000009/0001/x.txt"} {
			file := filepath.Join(dir, extra)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o700))
			require.NoError(t, os.WriteFile(file, nil, 0o600))
			require.ErrorIs(t, open(), portage.ErrEHIExtra, extra)
			require.NoError(t, os.Remove(file))
		}
	}
}

// Zips that lead elsewhere, unpack to too much or hold a name twice are refused before anything is read.
func TestEHIHostileZips(t *testing.T) {
	e := ehiExport()
	var good bytes.Buffer
	_, err := e.WriteZip(t.Context(), &good, &invented{n: 1, size: recordtest.Small})
	require.NoError(t, err)
	with := func(names map[string][]byte, twice string) []byte {
		var out bytes.Buffer
		w := zip.NewWriter(&out)
		r, err := zip.NewReader(bytes.NewReader(good.Bytes()), int64(good.Len()))
		require.NoError(t, err)
		for _, f := range r.File {
			require.NoError(t, w.Copy(f))
			if f.Name == twice {
				require.NoError(t, w.Copy(f))
			}
		}
		for name, data := range names {
			f, err := w.Create(name)
			require.NoError(t, err)
			_, err = f.Write(data)
			require.NoError(t, err)
		}
		require.NoError(t, w.Close())
		return out.Bytes()
	}
	open := func(b []byte) error {
		p, err := portage.OpenEHIZip(bytes.NewReader(b), int64(len(b)), portage.EHILimits{})
		if err != nil {
			return err
		}
		return p.Verify(t.Context())
	}
	require.NoError(t, open(with(nil, "")))
	for _, name := range []string{"../x", "/etc/x", "a/../../x", `..\x`, `c:\x`, "a//b", "./a", ".hidden", "a/", "a\x00b", strings.Repeat("a", 300)} {
		require.ErrorIs(t, open(with(map[string][]byte{name: nil}, "")), portage.ErrEHIZip, "%q", name)
	}
	require.ErrorIs(t, open(with(nil, "manifest.json")), portage.ErrEHIZip)
	require.ErrorIs(t, open(with(map[string][]byte{"bomb": make([]byte, 8<<20)}, "")), portage.ErrEHILimit)
	require.ErrorIs(t, open(with(map[string][]byte{"extra": []byte("x")}, "")), portage.ErrEHIExtra)
	require.ErrorIs(t, open([]byte("no zip")), portage.ErrEHIZip)
	for cut := range good.Len() {
		if cut%101 == 0 {
			require.Error(t, open(good.Bytes()[:cut]))
		}
	}
}

// A link in the folder of an export leads nowhere outside of it.
func TestEHILinks(t *testing.T) {
	dir := exported(t, ehiExport(), 1)
	file := filepath.Join(dir, "parts/000001/0001/record.json")
	elsewhere := filepath.Join(t.TempDir(), "record.json")
	require.NoError(t, os.Rename(file, elsewhere))
	if err := os.Symlink(elsewhere, file); err != nil {
		t.Skip("no links here")
	}
	p, err := portage.OpenEHI(dir, portage.EHILimits{})
	require.NoError(t, err)
	require.ErrorIs(t, p.Verify(t.Context()), portage.ErrEHIMissing)
}
