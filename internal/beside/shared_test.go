package beside

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	top := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(top, "shared", "corpus"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(top, "main", "shared"), 0o700)) // one of another kind
	t.Chdir(filepath.Join(top, "main"))
	t.Setenv("PORTAGE_SHARED", "")
	_, ok := Find("corpus")
	require.False(t, ok)
	require.NoError(t, os.WriteFile(filepath.Join(top, "shared", "README.md"), nil, 0o600))
	dir, ok := Find("corpus")
	require.True(t, ok)
	require.Equal(t, filepath.Join(top, "shared", "corpus"), dir)
	_, ok = Find("spec")
	require.False(t, ok)

	t.Chdir(os.TempDir())
	t.Setenv("PORTAGE_SHARED", filepath.Join(top, "shared"))
	dir, ok = Find()
	require.True(t, ok)
	require.Equal(t, filepath.Join(top, "shared"), dir)
	require.Equal(t, filepath.Join(dir, "corpus"), Shared(t, "corpus"))
}
