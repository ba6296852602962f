package hl7v2_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/portage-health/portage/internal/beside"
)

// file is one file of the corpus.
type file struct {
	name string
	data []byte
}

// corpus gives the messages of the shared folder, in a fixed order. Without the folder the test is skipped.
func corpus(tb testing.TB) []file {
	tb.Helper()
	root := sharedDir(tb)
	var out []file
	err := filepath.WalkDir(filepath.Join(root, "corpus", "hl7v2"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{".hl7", ".ndhl7"}, filepath.Ext(path)) {
			return err
		}
		b, err := os.ReadFile(path)
		rel, _ := filepath.Rel(root, path)
		out = append(out, file{filepath.ToSlash(rel), b})
		return err
	})
	if err != nil || len(out) == 0 {
		tb.Skipf("the corpus of messages is not there: %v", err)
	}
	return out
}

// sharedDir is the folder of third-party facts, where this checkout has one.
func sharedDir(tb testing.TB) string {
	tb.Helper()
	return beside.Shared(tb)
}

// lines joins segments with carriage returns.
func lines(s ...string) []byte { return []byte(strings.Join(s, "\r") + "\r") }
