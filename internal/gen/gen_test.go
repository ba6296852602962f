package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The files in the tree are what the generator makes of the pinned sources.
func TestGeneratedFilesAreCurrent(t *testing.T) {
	shared, err := findShared()
	if err != nil {
		t.Skip("the sources are not here (set PORTAGE_SHARED): ", err)
	}
	root, err := findRoot()
	require.NoError(t, err)
	files, _, err := generate(shared)
	require.NoError(t, err)
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		require.NoError(t, err)
		if !bytes.Equal(want, got) {
			t.Errorf("%s is not what the generator makes: go run ./internal/gen", name)
		}
	}
}

// The page tells what the tables hold. This needs no sources.
func TestPageIsCurrent(t *testing.T) {
	root, err := findRoot()
	require.NoError(t, err)
	files := map[string][]byte{}
	for _, name := range []string{"internal/codes/systems.txt", "internal/codes/concepts.txt", "internal/codes/valuesets.txt"} {
		files[name], err = os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		require.NoError(t, err)
	}
	want, err := docPage(root, files)
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(docFile)))
	require.NoError(t, err)
	if !bytes.Equal(want, got) {
		t.Errorf("%s is not current: go run ./internal/gen", docFile)
	}
}

// All that is embedded stays small.
func TestSize(t *testing.T) {
	root, err := findRoot()
	require.NoError(t, err)
	size := int64(0)
	for _, name := range []string{"systems.txt", "concepts.txt", "valuesets.txt", "conceptmaps_gen.go"} {
		info, err := os.Stat(filepath.Join(root, "internal", "codes", name))
		require.NoError(t, err)
		size += info.Size()
	}
	require.Less(t, size, int64(600_000))
}

func TestPick(t *testing.T) {
	m := &conceptMap{ID: "CF-Test", Rows: []mapRow{{Source: "a", Target: "1"}, {Source: "a", Target: "2"}, {Source: "b", Target: ""}}}
	_, err := pick(m, nil, "")
	require.Error(t, err, "two targets need a choice")
	got, err := pick(m, map[string]string{"a": "2"}, "")
	require.NoError(t, err)
	require.Equal(t, [][2]string{{"a", "2"}}, got)
}
