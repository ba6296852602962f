package portage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/record/recordtest"
)

// An export in a folder that was interrupted, went on and was packed is the zip that is written in one go.
func TestEHIPacked(t *testing.T) {
	const n = 9
	e := ehiExport()
	var want bytes.Buffer
	res, err := e.WriteZip(t.Context(), &want, &invented{n: n, size: recordtest.Small})
	require.NoError(t, err)

	dir := filepath.Join(t.TempDir(), "export")
	ctx, stop := context.WithCancel(t.Context())
	halted := e
	halted.Progress = func(portage.EHIProgress) { stop() }
	_, err = halted.Folder(ctx, dir, &invented{n: n, size: recordtest.Small})
	require.ErrorIs(t, err, context.Canceled)
	_, err = e.Folder(t.Context(), dir, &invented{n: n, size: recordtest.Small})
	require.NoError(t, err)

	pack := func(w io.Writer) error {
		p, err := portage.OpenEHI(dir, portage.EHILimits{})
		require.NoError(t, err)
		defer p.Close()
		return p.WriteZip(t.Context(), w)
	}
	var got bytes.Buffer
	require.NoError(t, pack(&got))
	require.True(t, bytes.Equal(want.Bytes(), got.Bytes()), "another zip")

	// A zip that is read back can be packed again, and is the same.
	p, err := portage.OpenEHIZip(bytes.NewReader(got.Bytes()), int64(got.Len()), portage.EHILimits{})
	require.NoError(t, err)
	require.Equal(t, res.Manifest, p.Digest)
	require.NoError(t, p.Verify(t.Context()))
	var again bytes.Buffer
	require.NoError(t, p.WriteZip(t.Context(), &again))
	require.True(t, bytes.Equal(got.Bytes(), again.Bytes()))

	// Signatures come along; what no manifest names does not.
	require.NoError(t, os.WriteFile(filepath.Join(dir, "manifest.json.jws"), []byte("invented signature"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "extra.txt"), []byte("not of it"), 0o600))
	var signed bytes.Buffer
	require.NoError(t, pack(&signed))
	p, err = portage.OpenEHIZip(bytes.NewReader(signed.Bytes()), int64(signed.Len()), portage.EHILimits{})
	require.NoError(t, err)
	require.NoError(t, p.Verify(t.Context()))
	sig, err := p.ReadSignature("jws")
	require.NoError(t, err)
	require.Equal(t, "invented signature", string(sig))

	// A full disk, and a cancelled context, end it.
	full := errors.New("full")
	require.ErrorIs(t, pack(&limited{left: 1000, err: full}), full)
	func() {
		p, err := portage.OpenEHI(dir, portage.EHILimits{})
		require.NoError(t, err)
		defer p.Close()
		require.ErrorIs(t, p.WriteZip(ctx, io.Discard), context.Canceled)
	}()

	// Whatever file is altered, longer, shorter or gone: no export comes of it, and the error names the file alone.
	for _, name := range []string{"dictionary.json", "parts/000001.json", "parts/000002/0001/record.json", "parts/000003/0001/fhir.ndjson"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, other := range [][]byte{append(bytes.Clone(text), ' '), text[:len(text)-1], append([]byte{text[0] ^ 1}, text[1:]...)} {
			require.NoError(t, os.WriteFile(file, other, 0o600))
			var out bytes.Buffer
			err := pack(&out)
			require.ErrorIs(t, err, portage.ErrEHIAltered, name)
			recordtest.NoMarkersIn(t, err)
			_, err = portage.OpenEHIZip(bytes.NewReader(out.Bytes()), int64(out.Len()), portage.EHILimits{})
			require.Error(t, err)
		}
		require.NoError(t, os.Remove(file))
		require.ErrorIs(t, pack(io.Discard), portage.ErrEHIMissing, name)
		require.NoError(t, os.WriteFile(file, text, 0o600))
	}
	require.NoError(t, pack(io.Discard))

	e.Zip = true
	zipped, err := portage.OpenEHI(exported(t, e, n), portage.EHILimits{})
	require.NoError(t, err)
	defer zipped.Close()
	require.ErrorIs(t, zipped.WriteZip(t.Context(), io.Discard), portage.ErrEHIPacked)
}

// limited is a writer that fails after so many bytes.
type limited struct {
	left int
	err  error
}

func (l *limited) Write(p []byte) (int, error) {
	if len(p) > l.left {
		return 0, l.err
	}
	l.left -= len(p)
	return len(p), nil
}
