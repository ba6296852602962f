// Package beside finds what lies beside a checkout and is no part of it, for tests.
package beside

import (
	"os"
	"path/filepath"
	"testing"
)

// Shared gives a folder or file of third-party facts: standards, real documents, what judges need. It is in the
// folder that PORTAGE_SHARED names, else in the nearest folder named shared above. Without it the test is skipped.
func Shared(tb testing.TB, parts ...string) string {
	tb.Helper()
	dir, ok := Find(parts...)
	if !ok {
		tb.Skipf("%s is not there: no such folder named shared above, or in PORTAGE_SHARED", filepath.Join(append([]string{"shared"}, parts...)...))
	}
	return dir
}

// Find is Shared for what does without it.
func Find(parts ...string) (path string, ok bool) {
	dir := os.Getenv("PORTAGE_SHARED")
	if dir == "" {
		at, err := os.Getwd()
		if err != nil {
			return "", false
		}
		for ; ; at = filepath.Dir(at) {
			if _, err := os.Stat(filepath.Join(at, "shared", "README.md")); err == nil {
				dir = filepath.Join(at, "shared")
				break
			}
			if at == filepath.Dir(at) {
				return "", false
			}
		}
	}
	path = filepath.Join(append([]string{dir}, parts...)...)
	_, err := os.Stat(path)
	return path, err == nil
}
