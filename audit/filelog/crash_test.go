package filelog

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/mod/sumdb/note"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

var thorough = flag.Bool("thorough", false, "run the whole of the checks by faults, crashes and flipped bits")

// keys are an invented log's.
func keys(t testing.TB) (note.Signer, note.Verifier) {
	t.Helper()
	secret, public, err := note.GenerateKey(zeroes{}, "audit.example.org")
	require.NoError(t, err)
	s, err := note.NewSigner(secret)
	require.NoError(t, err)
	v, err := note.NewVerifier(public)
	require.NoError(t, err)
	return s, v
}

type zeroes struct{}

func (zeroes) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// host is one who keeps a log on a simulated disk, what of it was acknowledged, and its checkpoints elsewhere.
type host struct {
	disk  *sim
	key   note.Signer
	pub   note.Verifier
	at    time.Time
	n     int
	acked []string
	open  map[string]bool // intents that were acknowledged and have no acknowledged outcome
	kept  []Checkpoint
	cut   bool // Options.CutTorn
	seg   int64
	keep  time.Duration
	opens int
}

func newHost(t testing.TB, seed uint64) *host {
	s, v := keys(t)
	return &host{disk: newSim(seed), key: s, pub: v, at: audittest.Start, open: map[string]bool{}, seg: 6 << 10}
}

func (h *host) options() Options {
	h.opens++
	return Options{Name: "audit.example.org", Key: h.key, SegmentBytes: h.seg, CutTorn: h.cut, Keep: h.keep, disk: h.disk,
		Clock: func() time.Time { h.at = h.at.Add(time.Second); return h.at }, IDs: audit.Sequence(fmt.Sprintf("own-%d", h.opens), 1)}
}

// add appends some events, and remembers them if they were acknowledged.
func (h *host) add(l *Log, count int, rng *rand.Rand) error {
	var events []*audit.Event
	for range count {
		e := audittest.Event(h.n)
		switch {
		case rng.IntN(3) == 0:
			e = audittest.Intent(h.n)
		case rng.IntN(3) == 0 && len(h.acked) > 0:
			for id := range h.open {
				e.Phase, e.Intent = audit.PhaseOutcome, id
				break
			}
		}
		h.n++
		events = append(events, e)
	}
	if err := l.Append(context.Background(), events...); err != nil {
		return err
	}
	for _, e := range events {
		h.acked = append(h.acked, e.ID)
		switch e.Phase {
		case audit.PhaseIntent:
			h.open[e.ID] = true
		case audit.PhaseOutcome:
			delete(h.open, e.Intent)
		}
	}
	signed, err := l.Checkpoint()
	if err != nil {
		return err
	}
	c, err := OpenCheckpoint(signed, h.pub)
	if err != nil {
		return err
	}
	h.kept = append(h.kept, c)
	return nil
}

// session opens the log, adds to it and closes it. It ends with the first error.
func (h *host) session(rng *rand.Rand, calls int) error {
	l, err := Open(context.Background(), "", h.options())
	if err != nil {
		return err
	}
	for range calls {
		if err := h.add(l, 1+rng.IntN(4), rng); err != nil {
			_ = l.Close()
			return err
		}
	}
	return l.Close()
}

// check opens the log after what happened, and sees that nothing acknowledged is lost and all that was kept elsewhere holds. It gives
// whether the log was refused as torn before it was allowed to be cut. Then it adds to the log; abandon says that the machine goes down right after.
func (h *host) check(power, abandon bool) (torn bool, err error) {
	ctx := context.Background()
	h.cut = false
	l, err := Open(ctx, "", h.options())
	defer func() { h.cut = true }() // the sessions that follow may
	if power && errors.Is(err, ErrTorn) {
		torn, h.cut = true, true
		l, err = Open(ctx, "", h.options())
	}
	if err != nil {
		return torn, fmt.Errorf("it does not open: %w", err)
	}
	defer func() { _ = l.Close() }()
	have := map[string]int64{}
	last := int64(-1)
	next := 0
	outcome := map[string]audit.Outcome{}
	for e, err := range l.Entries(ctx, 0) {
		if err != nil {
			return torn, err
		}
		if e.Sequence <= last {
			return torn, errors.New("events are out of order")
		}
		last = e.Sequence
		have[e.Event.ID] = e.Sequence
		if next < len(h.acked) && e.Event.ID == h.acked[next] {
			next++
		}
		if e.Event.Phase == audit.PhaseOutcome {
			outcome[e.Event.Intent] = e.Event.Outcome
		}
	}
	if next < len(h.acked) {
		return torn, fmt.Errorf("of %d events that were acknowledged, number %d is lost", len(h.acked), next)
	}
	for id := range h.open {
		if outcome[id] == "" {
			return torn, errors.New("an intent without an outcome was not closed")
		}
	}
	clear(h.open) // all closed as unknown, or with an outcome that was kept though not acknowledged
	if list, err := l.Pending(ctx); err != nil || len(list) > 0 {
		return torn, fmt.Errorf("%d intents are open (%w)", len(list), err)
	}
	if _, err := Verify(ctx, "", Check{disk: h.disk, Key: h.pub, Checkpoints: h.kept}); err != nil {
		return torn, fmt.Errorf("it does not verify: %w", err)
	}
	if err := h.add(l, 2, rand.New(rand.NewPCG(1, 1))); err != nil {
		return torn, err
	}
	if abandon {
		h.disk.mu.Lock()
		h.disk.dead = true
		h.disk.mu.Unlock()
		_ = l.Close()
		return torn, nil
	}
	return torn, l.Close()
}

// scenario is what is tried with a fault at each call: a log is made, written over several segments, closed, opened and written again.
func scenario(h *host) error {
	rng := rand.New(rand.NewPCG(3, 3))
	if err := h.session(rng, 9); err != nil {
		return err
	}
	return h.session(rng, 5)
}

// Every file system call of the scenario fails in every way that it can, or is the last before the process or the machine goes down.
func TestFaultAtEveryCall(t *testing.T) {
	dry := newHost(t, 1)
	require.NoError(t, scenario(dry))
	calls := dry.disk.calls
	ops := map[string]int{}
	for _, op := range dry.disk.trace {
		ops[op]++
	}
	seeds := 1
	if *thorough {
		seeds = 20
	}
	runs, torn, faulted, tried := 0, 0, 0, 0
	step := 4
	switch {
	case *thorough:
		step = 1
	case testing.Short():
		step = 16
	}
	for at := 1; at <= calls; at += step {
		tried++
		for _, f := range []fault{failEIO, failENOSPC, failShort, crashBefore, crashWithin, crashAfter} {
			for _, power := range []bool{false, true} {
				for seed := range seeds {
					h := newHost(t, uint64(seed*1_000_000+at*100+int(f)*2)+1)
					h.disk.fault, h.disk.at = f, at
					err := scenario(h)
					if err != nil {
						faulted++
					}
					crash := f >= crashBefore
					if crash || power {
						h.disk.revive(power)
					} else {
						h.disk.fault = none
					}
					wasTorn, err := h.check(power, true)
					require.NoError(t, err, "call %d (%s), fault %d, power %v, seed %d", at, dry.disk.trace[at-1], f, power, seed)
					// What was acknowledged after that survives a loss of power as well: nothing leans on pages that only seemed to be on the disk.
					h.disk.revive(true)
					_, err = h.check(true, false)
					require.NoError(t, err, "again: call %d (%s), fault %d, power %v, seed %d", at, dry.disk.trace[at-1], f, power, seed)
					runs++
					if wasTorn {
						torn++
					}
				}
			}
		}
	}
	t.Logf("%d of %d calls (%v), %d faults and crashes, %d of which reached the caller; %d left a torn tail that was refused until cutting was allowed; nothing acknowledged was lost", tried, calls, ops, runs, faulted, torn)
	require.Greater(t, torn, 0)
}

// The machine goes down at random calls, again and again, on one log.
func TestCrashAndReopen(t *testing.T) {
	cycles := 150
	switch {
	case *thorough:
		cycles = 10_000
	case testing.Short():
		cycles = 60
	}
	torn, events, crashed := 0, 0, 0
	rng := rand.New(rand.NewPCG(11, 11))
	var h *host
	for c := range cycles {
		if c%20 == 0 { // a log that is read whole each time must not grow for ever
			if h != nil {
				events += len(h.acked)
			}
			h = newHost(t, uint64(c))
		}
		h.disk.fault, h.disk.at, h.disk.calls = crashBefore+fault(rng.IntN(3)), 1+rng.IntN(160), 0
		if err := h.session(rng, 12); err != nil {
			crashed++
		}
		power := rng.IntN(4) > 0
		h.disk.revive(power)
		abandon := rng.IntN(2) == 0
		wasTorn, err := h.check(power, abandon)
		require.NoError(t, err, "cycle %d", c)
		if abandon {
			h.disk.revive(rng.IntN(4) > 0)
		}
		if wasTorn {
			torn++
		}
	}
	t.Logf("%d cycles, %d of them ended by a crash, %d events acknowledged and found; %d torn tails", cycles, crashed, events+len(h.acked), torn)
	require.Greater(t, crashed, cycles/2)
}
