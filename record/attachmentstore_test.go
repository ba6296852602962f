package record

import (
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"
)

func TestAttachmentDir(t *testing.T) {
	dir := t.TempDir()
	store := AttachmentDir(dir)
	b, err := store.Put(strings.NewReader("QUJ\n D\\/w=="))
	require.NoError(t, err)
	d := StoredBase64(b)
	require.True(t, d.Streams())
	for range 2 { // as often as it is opened
		f, err := d.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, "ABC\xff", string(text))
	}
	text, err := d.Base64()
	require.NoError(t, err)
	require.Equal(t, "QUJD/w==", text)
	for _, d := range []Data{d, BytesData([]byte("ABC\xff")), Base64Data("QUJD\n/w=="), DataOf(b)} {
		r, streams, err := d.Base64Reader()
		require.NoError(t, err)
		require.Equal(t, d.Streams(), streams)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
		if d == DataOf(b) {
			require.Equal(t, "UVVKCiBEXC93PT0=", string(text))
		} else {
			require.Equal(t, "QUJD/w==", string(text))
		}
	}

	broken := errors.New("broken")
	_, err = store.Put(io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken)))
	require.ErrorIs(t, err, broken)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1, "what failed is not kept")
	require.NoError(t, os.Remove(dir+"/"+files[0].Name()))
	_, err = d.Open()
	require.Error(t, err)
	_, _, err = d.Base64Reader()
	require.Error(t, err)
	_, err = AttachmentDir(dir + "/none").Put(strings.NewReader(""))
	require.Error(t, err)
}
