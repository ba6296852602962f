package filelog

import (
	"bufio"
	"context"
	"encoding/base64"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

var kills = flag.Int("kills", 0, "how many processes TestKill kills; 0 is 8, or 500 with -thorough")

const childDir = "PORTAGE_FILELOG_CHILD"

// TestChild is what TestKill runs and kills: it writes to a log from several goroutines, and tells what was acknowledged.
func TestChild(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("this is run by TestKill")
	}
	key, _ := keys(t)
	l, err := Open(context.Background(), dir, Options{Name: "audit.example.org", Key: key, SegmentBytes: 64 << 10})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(3)
	}
	var mu sync.Mutex
	fmt.Println("open")
	for w := range 8 {
		go func() {
			for i := 0; ; i++ {
				e := audittest.Event(i)
				if i%5 == 0 {
					e = audittest.Intent(i)
				}
				e.ID = fmt.Sprintf("p%d-%d-%d", os.Getpid(), w, i)
				if err := l.Append(context.Background(), e); err != nil {
					fmt.Println("error", err)
					os.Exit(3)
				}
				mu.Lock()
				fmt.Println("ack", e.ID)
				if i%16 == 0 {
					signed, _ := l.Checkpoint()
					fmt.Println("checkpoint", base64.StdEncoding.EncodeToString(signed))
				}
				mu.Unlock()
			}
		}()
	}
	select {}
}

// A process that writes is killed at random moments, again and again on one log: everything that it told of as
// acknowledged is there when the log is opened again, and every checkpoint that it gave away holds.
func TestKill(t *testing.T) {
	cycles := 8
	switch {
	case *kills > 0:
		cycles = *kills
	case *thorough:
		cycles = 500
	case testing.Short():
		cycles = 2
	}
	key, pub := keys(t)
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(2, 2))
	acked, repaired, unknown, total := map[string]bool{}, map[string]bool{}, map[string]bool{}, 0
	var kept []Checkpoint
	for c := range cycles {
		if c%25 == 24 {
			dir = t.TempDir()
			clear(acked)
			kept = nil
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
		cmd.Env = append(os.Environ(), childDir+"="+dir)
		out, err := cmd.StdoutPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			what, rest, _ := strings.Cut(lines.Text(), " ")
			switch what {
			case "open":
				time.AfterFunc(time.Duration(rng.IntN(40_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
			case "ack":
				acked[rest] = true
				total++
			case "checkpoint":
				signed, err := base64.StdEncoding.DecodeString(rest)
				if err != nil {
					continue // cut off by the kill
				}
				cp, err := OpenCheckpoint(signed, pub)
				require.NoError(t, err)
				kept = append(kept, cp)
			case "error":
				t.Fatal(rest)
			}
		}
		require.Error(t, cmd.Wait(), "it was killed")
		l, err := Open(t.Context(), dir, Options{Key: key})
		require.NoError(t, err, "cycle %d", c)
		have := map[string]bool{}
		for e, err := range l.Entries(t.Context(), 0) {
			require.NoError(t, err)
			have[e.Event.ID] = true
			if e.Event.Kind == audit.KindRepair {
				repaired[e.Event.ID] = true
			}
			if e.Event.Outcome == audit.OutcomeUnknown {
				unknown[e.Event.ID] = true
			}
		}
		for id := range acked {
			if !have[id] {
				t.Fatalf("cycle %d: an acknowledged event is lost", c)
			}
		}
		open, err := l.Pending(t.Context())
		require.NoError(t, err)
		require.Empty(t, open)
		require.NoError(t, l.Close())
		_, err = Verify(t.Context(), dir, Check{Key: pub, Checkpoints: kept})
		require.NoError(t, err, "cycle %d", c)
	}
	require.Positive(t, total)
	require.NotEmpty(t, unknown, "intents were left open by the kills")
	t.Logf("%d kills, %d events acknowledged, none lost; %d intents closed as unknown, %d torn records repaired", cycles, total, len(unknown), len(repaired))
}
