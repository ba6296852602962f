package main

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/filelog"
)

var kills = flag.Int("kills", 3, "random moments at which TestKilled ends the program with SIGKILL")

const childArgs = "PORTAGE_EHI_EXPORT_ARGS"

// TestChild is the process that TestKilled ends.
func TestChild(t *testing.T) {
	args := os.Getenv(childArgs)
	if args == "" {
		t.Skip("for TestKilled")
	}
	if code := run(context.Background(), strings.Split(args, "\n"), os.Stdout, os.Stderr); code != 0 {
		os.Exit(code)
	}
}

// The program, killed at any moment and called again, makes the same export to the byte; its log has an intent for everything that
// left, and no intent stays open.
//
//	go test ./examples/ehi-export -run TestKilled -kills 100 -v
func TestKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("not in short mode")
	}
	const n = 8
	in := invented(t, n)
	child := func(dir, log string) *exec.Cmd {
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestChild$")
		args := []string{"-o", dir, "-audit", log, "-part", "1", "-jobs", "2", "-now", "2024-06-01T00:00:00Z", in}
		c.Env = append(os.Environ(), childArgs+"="+strings.Join(args, "\n"))
		return c
	}
	whole := filepath.Join(t.TempDir(), "whole")
	start := time.Now()
	out, err := child(whole, filepath.Join(t.TempDir(), "log")).CombinedOutput()
	require.NoError(t, err, "%s", out)
	took := time.Since(start)
	want := tree(t, whole)

	random := rand.New(rand.NewPCG(11, uint64(*kills)))
	killed, unknown, amid := 0, 0, 0
	for killed < *kills {
		dir, log := filepath.Join(t.TempDir(), strconv.Itoa(killed)), filepath.Join(t.TempDir(), "log"+strconv.Itoa(killed))
		for range 2 {
			c := child(dir, log)
			require.NoError(t, c.Start())
			ended := make(chan error, 1)
			go func() { ended <- c.Wait() }()
			select {
			case <-ended: // faster than the clock
			case <-time.After(time.Duration(random.Int64N(int64(took)) + 1)):
				require.NoError(t, c.Process.Kill())
				if <-ended == nil {
					break
				}
				killed++
				if parts, _ := filepath.Glob(filepath.Join(dir, "parts", "*")); len(parts) > 0 {
					amid++
				}
			}
		}
		if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
			out, err := child(dir, log).CombinedOutput()
			require.NoError(t, err, "%s", out)
		} else { // it is whole: opening the log closes what was left open
			l, err := filelog.Open(t.Context(), log, filelog.Options{})
			require.NoError(t, err)
			require.NoError(t, l.Close())
		}
		got := tree(t, dir)
		delete(got, "journal.ndjson") // where it was ended after the manifest was written
		require.Equal(t, want, got)

		open, left := map[string]bool{}, 0
		for _, e := range logged(t, log, filelog.Check{}) {
			switch {
			case e.Phase == audit.PhaseIntent:
				open[e.ID] = true
				if e.Kind == audit.KindDisclose {
					left++
				}
			case e.Phase == audit.PhaseOutcome:
				require.True(t, open[e.Intent])
				delete(open, e.Intent)
				if e.Outcome == audit.OutcomeUnknown {
					unknown++
				}
			}
		}
		require.Empty(t, open)
		require.GreaterOrEqual(t, left, n)
	}
	t.Logf("killed %d times, %d of them when parts were there; %d intents closed as unknown; every export the same", killed, amid, unknown)
}
