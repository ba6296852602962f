//go:build unix

package portage_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/filelog"
)

const exchangeChild = "PORTAGE_EXCHANGE_CHILD"

// TestExchangeChild is the process that ends in the middle of a disclosure: at which step stands after the log's folder.
func TestExchangeChild(t *testing.T) {
	dir, step := filepath.Split(os.Getenv(exchangeChild))
	if dir == "" {
		t.Skip("for TestExchangeKilled")
	}
	log, err := filelog.Open(t.Context(), dir, filelog.Options{})
	require.NoError(t, err)
	s := newScene(t)
	s.x.Audit = &audit.Recorder{Sink: log}
	s.book.events = []*audit.Event{{Phase: audit.PhaseIntent}} // the outlet need not look
	die := func(at string) func() error {
		return func() error {
			if at == step {
				_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
				select {}
			}
			return nil
		}
	}
	s.dest.open, s.dest.write, s.dest.close_ = die("open"), die("write"), die("close")
	_, err = s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	require.NoError(t, log.Close())
}

// A process that is killed while a record leaves has its intent in the log; when the log is opened again, the intent is closed as unknown.
func TestExchangeKilled(t *testing.T) {
	for step, want := range map[string]audit.Outcome{"open": audit.OutcomeUnknown, "write": audit.OutcomeUnknown, "close": audit.OutcomeUnknown, "never": audit.OutcomeSuccess} {
		dir := t.TempDir()
		c := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestExchangeChild$")
		c.Env = append(os.Environ(), exchangeChild+"="+filepath.Join(dir, step))
		out, err := c.CombinedOutput()
		if step == "never" {
			require.NoError(t, err, "%s", out)
		} else {
			require.Error(t, err, "%s", out)
		}
		log, err := filelog.Open(t.Context(), dir, filelog.Options{})
		require.NoError(t, err)
		intents, outcomes := "", []audit.Outcome{}
		for e, err := range log.Entries(context.Background(), 0) {
			require.NoError(t, err)
			switch {
			case e.Event.Phase == audit.PhaseIntent:
				require.Empty(t, intents)
				intents = e.Event.ID
			case e.Event.Phase == audit.PhaseOutcome:
				require.Equal(t, intents, e.Event.Intent)
				outcomes = append(outcomes, e.Event.Outcome)
			}
		}
		require.NotEmpty(t, intents, step)
		require.Equal(t, []audit.Outcome{want}, outcomes, step)
		require.NoError(t, log.Close())
	}
}
