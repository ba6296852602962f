package filelog

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/audittest"
)

// Every bit of every file of a log of 100 events is flipped: Verify finds it.
func TestEveryBitFlipped(t *testing.T) {
	h, _ := filled(t, 100, 40<<10)
	step := 293
	if *thorough {
		step = 1
	}
	check := Check{disk: h.disk, Key: h.pub, Checkpoints: h.kept}
	_, err := Verify(t.Context(), "", check)
	require.NoError(t, err)
	tried := map[string]int{}
	for _, name := range slices.Sorted(maps.Keys(h.disk.names)) {
		data := h.disk.names[name].data
		for bit := 0; bit < len(data)*8; bit += step {
			h.disk.trace = h.disk.trace[:0]
			data[bit/8] ^= 1 << (bit % 8)
			_, err := Verify(t.Context(), "", check)
			require.Error(t, err, "%s, bit %d", name, bit)
			require.True(t, errors.Is(err, ErrAltered) || errors.Is(err, ErrShorter), "%s, bit %d: %v", name, bit, err)
			data[bit/8] ^= 1 << (bit % 8)
			tried[name]++
		}
	}
	total := 0
	for _, n := range tried {
		total += n
	}
	t.Logf("%d bits of %d files flipped one by one, all found: %v", total, len(tried), tried)
}

// The same with random bits of a log of 10,000 events.
func TestRandomBitsFlipped(t *testing.T) {
	n, tries := 1000, 150
	if *thorough {
		n, tries = 10_000, 10_000
	}
	h, _ := filled(t, n, 2<<20)
	check := Check{disk: h.disk, Key: h.pub, Checkpoints: h.kept}
	rng := rand.New(rand.NewPCG(5, 5))
	names := slices.Sorted(maps.Keys(h.disk.names))
	total := 0
	for _, name := range names {
		total += len(h.disk.names[name].data)
	}
	for range tries {
		at := rng.IntN(total)
		for _, name := range names {
			data := h.disk.names[name].data
			if at >= len(data) {
				at -= len(data)
				continue
			}
			h.disk.trace = h.disk.trace[:0]
			bit := byte(1) << rng.IntN(8)
			data[at] ^= bit
			_, err := Verify(t.Context(), "", check)
			require.Error(t, err, "%s, byte %d", name, at)
			data[at] ^= bit
			break
		}
	}
	t.Logf("%d random bits of %d bytes, a log of %d events, flipped one by one, all found", tries, total, n)
}

// Open alone, without a checkpoint elsewhere, refuses a closed log with any bit flipped in its last segment.
func TestOpenRefusesFlips(t *testing.T) {
	h, _ := filled(t, 12, 1<<20)
	step := 53
	if *thorough {
		step = 1
	}
	name := segmentName(0)
	whole := h.disk.names[name].data
	n := 0
	for bit := 0; bit < len(whole)*8; bit += step {
		d := h.disk.clone()
		d.names[name].data[bit/8] ^= 1 << (bit % 8)
		opts := h.options()
		opts.disk = d
		opts.CutTorn = bit%2 == 0 // which changes nothing where events were acknowledged
		_, err := Open(t.Context(), "", opts)
		require.ErrorIs(t, err, ErrAltered, "bit %d", bit)
		n++
	}
	t.Logf("%d flipped bits, all refused", n)
}

// A log is cut at every byte. Closed, it is refused. As a crash leaves it, with its mark from before, it is opened, the
// event that is not whole is cut and an event tells of it; a checkpoint elsewhere then shows that events are missing.
func TestCutAtEveryByte(t *testing.T) {
	h, events := filled(t, 20, 1<<20)
	name := segmentName(0)
	whole := h.disk.names[name].data
	opened, refused := 0, 0
	ends := frameEnds(t, h, name)
	step := 31
	if *thorough {
		step = 1
	}
	for size := 0; size < len(whole); size += step {
		d := h.disk.clone()
		d.names[name].data = d.names[name].data[:size:size]
		opts := h.options()
		opts.disk = d
		_, err := Open(t.Context(), "", opts)
		require.ErrorIs(t, err, ErrAltered, "cut to %d bytes", size)
		_, err = Verify(t.Context(), "", Check{disk: d, Key: h.pub})
		require.Error(t, err)
		refused++

		// The mark and the checkpoint of ten events.
		delete(d.names, checkpointName)
		for slot := range 2 {
			require.NoError(t, writeMark(&simFile{d, d.names[markName]}, slot, 10))
		}
		l, err := Open(t.Context(), "", opts)
		if size < ends[10] {
			require.ErrorIs(t, err, ErrAltered, "cut to %d bytes", size)
			continue
		}
		require.NoError(t, err, "cut to %d bytes", size)
		left, err := all(l.Entries(t.Context(), 0))
		require.NoError(t, err)
		k := 10
		for k+1 < len(ends) && ends[k+1] <= size {
			k++
		}
		repaired := 0
		if ends[k] != size {
			repaired = 1
			require.EqualValues(t, "log-repair", left[k].Kind)
			require.EqualValues(t, size-ends[k], left[k].Log.Bytes)
		}
		require.Len(t, left, k+repaired+1, "what was whole, the repair, the start")
		for i := range min(k, len(events)) {
			require.Equal(t, events[i].ID, left[i].ID)
		}
		require.NoError(t, l.Close())
		_, err = Verify(t.Context(), "", Check{disk: d, Key: h.pub})
		require.NoError(t, err)
		_, err = Verify(t.Context(), "", Check{disk: d, Key: h.pub, Checkpoints: h.kept})
		require.True(t, errors.Is(err, ErrAltered) || errors.Is(err, ErrShorter), "a checkpoint elsewhere shows it: %v", err)
		opened++
	}
	t.Logf("cut at each of %d bytes, %d apart: refused %d times as closed, repaired %d times as after a crash", len(whole), step, refused, opened)
}

// frameEnds gives where n events end in a segment.
func frameEnds(t *testing.T, h *host, name string) (ends []int) {
	s := newScanner(&simFile{h.disk, h.disk.names[name]}, name, int64(len(h.disk.names[name].data)))
	_, _, err := readOpening(s, 0)
	require.NoError(t, err)
	for n := int64(0); ; n++ {
		ends = append(ends, int(s.off))
		if _, err := s.next(n); err != nil {
			return ends
		}
	}
}

// Somebody with a good program, who makes every checksum anew, is found by the checkpoint alone.
func TestForgery(t *testing.T) {
	h, _ := filled(t, 30, 1<<20)
	forged := newHost(t, 1)
	l, err := Open(t.Context(), "", forged.options())
	require.NoError(t, err)
	for i := range 28 {
		e := audittest.Event(i)
		if i == 11 {
			e.Disclosure.Recipient.Name = "Somebody Else"
		}
		require.NoError(t, l.Append(t.Context(), e))
	}
	require.NoError(t, l.Close())
	_, err = Verify(t.Context(), "", Check{disk: forged.disk, Key: h.pub})
	require.NoError(t, err, "in itself it is as good as any")
	_, err = Verify(t.Context(), "", Check{disk: forged.disk, Key: h.pub, Checkpoints: h.kept})
	require.ErrorIs(t, err, ErrAltered)
}

// Files that are missing, swapped or put in are refused.
func TestFilesMoved(t *testing.T) {
	h, _ := filled(t, 60, 8<<10)
	l, err := Open(t.Context(), "", h.options())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	firsts := l.firsts
	require.Greater(t, len(firsts), 4)
	for what, f := range map[string]func(*sim){
		"no mark":     func(d *sim) { delete(d.names, markName) },
		"no tree":     func(d *sim) { delete(d.names, treeName) },
		"oldest gone": func(d *sim) { delete(d.names, segmentName(firsts[0])) },
		"one gone":    func(d *sim) { delete(d.names, segmentName(firsts[2])) },
		"newest gone": func(d *sim) { delete(d.names, segmentName(firsts[len(firsts)-1])) },
		"two swapped": func(d *sim) {
			a, b := segmentName(firsts[1]), segmentName(firsts[2])
			d.names[a], d.names[b] = d.names[b], d.names[a]
		},
		"one put in":     func(d *sim) { d.names[segmentName(firsts[1]+1)] = d.names[segmentName(firsts[1])] },
		"an empty one":   func(d *sim) { d.names[segmentName(firsts[len(firsts)-1]+500)] = &inode{} },
		"mark too long":  func(d *sim) { d.names[markName].data = append(d.names[markName].data, 0) },
		"tree too long":  func(d *sim) { d.names[treeName].data = append(d.names[treeName].data, make([]byte, 32)...) },
		"tree cut":       func(d *sim) { d.names[treeName].data = d.names[treeName].data[:320] },
		"checkpoint cut": func(d *sim) { d.names[checkpointName].data = d.names[checkpointName].data[:30] },
		"segment too long": func(d *sim) {
			d.names[segmentName(firsts[1])].data = append(d.names[segmentName(firsts[1])].data, 'P')
		},
	} {
		d := h.disk.clone()
		f(d)
		_, err := Verify(t.Context(), "", Check{disk: d, Key: h.pub})
		require.ErrorIs(t, err, ErrAltered, what)
	}
	// All of it gone, but for the mark: that is no new log.
	d := h.disk.clone()
	for _, first := range firsts {
		delete(d.names, segmentName(first))
	}
	opts := h.options()
	opts.disk = d
	_, err = Open(t.Context(), "", opts)
	require.ErrorIs(t, err, ErrAltered)
}

// The tree's file is made again from the events where it is not what they say.
func TestTreeMadeAgain(t *testing.T) {
	h, _ := filled(t, 60, 8<<10)
	for _, harm := range []func(*inode){func(n *inode) { n.data = nil }, func(n *inode) { n.data = n.data[:1000] }, func(n *inode) { clear(n.data) }} {
		d := h.disk.clone()
		harm(d.names[treeName])
		opts := h.options()
		opts.disk = d
		l, err := Open(context.Background(), "", opts)
		require.NoError(t, err)
		p, err := l.ProveConsistent(h.kept[0].Size, l.Size())
		require.NoError(t, err)
		require.NoError(t, l.now().CheckConsistent(h.kept[0], p))
		require.NoError(t, l.Close())
		_, err = Verify(t.Context(), "", Check{disk: d, Key: h.pub, Checkpoints: h.kept})
		require.NoError(t, err)
	}
}
