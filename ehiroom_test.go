//go:build linux

package portage_test

import (
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record/recordtest"
)

const ehiRoom = "PORTAGE_EHI_ROOM"

// TestEHIRoomChild is a process that may not write files as large as it has to.
func TestEHIRoomChild(t *testing.T) {
	dir := os.Getenv(ehiRoom)
	if dir == "" {
		t.Skip("for TestEHIWithoutRoom")
	}
	signal.Ignore(syscall.SIGXFSZ)
	limit := syscall.Rlimit{Cur: 60_000, Max: 60_000}
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit))
	e := ehiExport()
	e.Zip = filepath.Base(dir) == "true"
	_, err := e.Folder(t.Context(), dir, &invented{n: 6, size: recordtest.Small})
	require.ErrorIs(t, err, syscall.EFBIG)
}

// An export that finds no room ends with an error, leaves nothing that could be taken for whole, and goes on when there is room.
func TestEHIWithoutRoom(t *testing.T) {
	for _, zipped := range []bool{false, true} {
		e := ehiExport()
		e.Zip = zipped
		dir := filepath.Join(t.TempDir(), fmt.Sprint(zipped))
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestEHIRoomChild$")
		c.Env = append(os.Environ(), ehiRoom+"="+dir)
		out, err := c.CombinedOutput()
		require.NoError(t, err, "%s", out)
		require.NoFileExists(t, filepath.Join(dir, "manifest.json"))
		_, err = e.Folder(t.Context(), dir, &invented{n: 6, size: recordtest.Small})
		require.NoError(t, err)
		require.Equal(t, tree(t, exported(t, e, 6)), tree(t, dir))
	}
}
