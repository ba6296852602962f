package filelog

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// BenchmarkAppend measures acknowledged appends: a file that is synced after each event, as the baseline, and the log
// with one writer and with 256. The last also reports its rate as a multiple of the baseline's, measured right before it.
func BenchmarkAppend(b *testing.B) {
	body, err := audittest.Event(1).AppendJSON(nil)
	require.NoError(b, err)
	body = append(body, '\n')
	var single float64
	b.Run("fsync each", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "log"))
		require.NoError(b, err)
		defer func() { _ = f.Close() }()
		for b.Loop() {
			if _, err := f.Write(body); err != nil {
				b.Fatal(err)
			}
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		single = float64(b.N) / b.Elapsed().Seconds()
		b.ReportMetric(single, "events/s")
	})
	for _, writers := range []int{1, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			l, err := Open(context.Background(), b.TempDir(), Options{})
			require.NoError(b, err)
			defer func() { _ = l.Close() }()
			events := make([]*audit.Event, writers)
			for i := range events {
				events[i] = audittest.Event(i)
			}
			b.ResetTimer()
			var wg sync.WaitGroup
			for w := range writers {
				wg.Go(func() {
					for i := w; i < b.N; i += writers {
						if err := l.Append(context.Background(), events[w]); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			rate := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(rate, "events/s")
			if single > 0 {
				b.ReportMetric(rate/single, "x-fsync-each")
			}
		})
	}
}

// BenchmarkGroupCommit measures the two by turns, so that both see the same disk and the same load: a round is 100 events
// synced each, then 256 writers with 100 events each. It reports the median of the rounds' ratios, and the two rates: on
// the disk that is there, and on one that takes a millisecond longer over each sync, as many do.
func BenchmarkGroupCommit(b *testing.B) {
	b.Run("this disk", func(b *testing.B) { groupCommit(b, 0) })
	b.Run("one slower by 1 ms", func(b *testing.B) { groupCommit(b, time.Millisecond) })
}

func groupCommit(b *testing.B, wait time.Duration) {
	body, err := audittest.Event(1).AppendJSON(nil)
	require.NoError(b, err)
	dir := b.TempDir()
	made, err := os.Create(filepath.Join(dir, "each"))
	require.NoError(b, err)
	defer func() { _ = made.Close() }()
	f, at := slowFile{osFile{made}, wait}, int64(0)
	l, err := Open(context.Background(), "", Options{disk: slow{folder(filepath.Join(dir, "log")), wait}})
	require.NoError(b, err)
	defer func() { _ = l.Close() }()
	const singles, writers, each = 100, 256, 100
	events := make([]*audit.Event, writers)
	for i := range events {
		events[i] = audittest.Event(i)
	}
	var ratios, apart, together []float64
	for b.Loop() {
		start := time.Now()
		for range singles {
			if _, err := f.WriteAt(body, at); err != nil {
				b.Fatal(err)
			}
			at += int64(len(body))
			if err := f.Sync(); err != nil {
				b.Fatal(err)
			}
		}
		single := float64(singles) / time.Since(start).Seconds()
		start = time.Now()
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for range each {
					if err := l.Append(context.Background(), events[w]); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		wg.Wait()
		group := float64(writers*each) / time.Since(start).Seconds()
		ratios, apart, together = append(ratios, group/single), append(apart, single), append(together, group)
	}
	for _, m := range []struct {
		of   []float64
		unit string
	}{{ratios, "x-fsync-each"}, {apart, "events/s-apart"}, {together, "events/s-together"}} {
		slices.Sort(m.of)
		b.ReportMetric(m.of[len(m.of)/2], m.unit)
	}
}

// slow is a disk that takes longer over each sync.
type slow struct {
	disk
	wait time.Duration
}

func (d slow) open(name string, how access) (file, error) {
	f, err := d.disk.open(name, how)
	return slowFile{f, d.wait}, err
}

type slowFile struct {
	file
	wait time.Duration
}

func (f slowFile) Sync() error {
	time.Sleep(f.wait)
	return f.file.Sync()
}

// million is a closed log of many events, written without syncing in between. -short makes it smaller.
func million(b *testing.B) (dir string, size int64) {
	n := 1_000_000
	if testing.Short() {
		n = 50_000
	}
	dir = b.TempDir()
	l, err := Open(context.Background(), dir, Options{disk: unsynced{folder(dir)}})
	require.NoError(b, err)
	var events []*audit.Event
	for i := range n {
		e := audittest.Event(i)
		if events = append(events, e); len(events) == 2000 {
			require.NoError(b, l.Append(context.Background(), events...))
			events = events[:0]
		}
	}
	require.NoError(b, l.Close())
	return dir, l.Size()
}

// unsynced is a disk that does not wait, to make logs quickly.
type unsynced struct{ disk }

func (d unsynced) open(name string, how access) (file, error) {
	f, err := d.disk.open(name, how)
	return unsyncedFile{f}, err
}

type unsyncedFile struct{ file }

func (unsyncedFile) Sync() error { return nil }

// BenchmarkMillion measures proofs and verification on a log of a million events, and beside them, in the same run, the
// hashing of the bytes of its segments.
func BenchmarkMillion(b *testing.B) {
	dir, size := million(b)
	r, err := OpenReader(dir)
	require.NoError(b, err)
	tree, err := folder(dir).open(treeName, toRead)
	require.NoError(b, err)
	defer func() { _ = tree.Close() }()
	b.Run("inclusion proof, made and checked", func(b *testing.B) {
		n := int64(0)
		for b.Loop() {
			if _, err := proveRecord(hashes{tree}, n, size); err != nil {
				b.Fatal(err)
			}
			n = (n + 7_919_993) % size
		}
	})
	b.Run("consistency proof, made and checked", func(b *testing.B) {
		n := int64(1)
		for b.Loop() {
			if _, err := proveTree(hashes{tree}, n, size); err != nil {
				b.Fatal(err)
			}
			n = (n+7_919_993)%(size-1) + 1
		}
	})
	b.Run("inclusion proof by a reader, files opened each time", func(b *testing.B) {
		for b.Loop() {
			if _, err := r.ProveRecord(size/3, size); err != nil {
				b.Fatal(err)
			}
		}
	})
	var hashed float64
	b.Run("hashing the bytes", func(b *testing.B) {
		files, err := filepath.Glob(filepath.Join(dir, "*.log"))
		require.NoError(b, err)
		total := int64(0)
		for b.Loop() {
			for _, name := range files {
				f, err := os.Open(name)
				require.NoError(b, err)
				h := sha256.New()
				n, err := io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{f}, make([]byte, window))
				require.NoError(b, err)
				total += n
				_ = f.Close()
			}
		}
		b.SetBytes(total / int64(b.N))
		hashed = b.Elapsed().Seconds() / float64(b.N)
	})
	b.Run("verifying", func(b *testing.B) {
		for b.Loop() {
			v, err := Verify(context.Background(), dir, Check{})
			require.NoError(b, err)
			b.SetBytes(v.Bytes)
		}
		if hashed > 0 {
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N)/hashed, "x-hashing")
		}
	})
}
