package ccda

import (
	"bytes"
	"io"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// peakOf gives the most memory that objects take while f runs, beside what they
// took before, and what is left of that; what is garbage is swept often, so that little of it counts.
func peakOf(f func()) (peak, left uint64) {
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	runtime.GC()
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() uint64 {
		metrics.Read(heap)
		return heap[0].Value.Uint64()
	}
	before := now()
	done, most := make(chan struct{}), make(chan uint64)
	go func() {
		top := before
		for {
			select {
			case <-done:
				most <- max(top, now())
				return
			case <-time.After(time.Millisecond):
				top = max(top, now())
			}
		}
	}()
	f()
	close(done)
	peak = <-most - before
	runtime.GC()
	return peak, max(now(), before) - before
}

// A document of 10 MB is read and written within twelve times its size, the document itself and its record counted.
func TestMemoryOfALargeDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	o := record.ExportOptions{Now: time.Date(2024, 2, 1, 0, 0, 0, 0, time.UTC)}
	var out bytes.Buffer
	_, err := Export(t.Context(), recordtest.Generate(1, 8000), &out, o)
	require.NoError(t, err)
	data := bytes.Clone(out.Bytes())
	out = bytes.Buffer{}
	require.Greater(t, len(data), 10_000_000)

	var rec *record.Record
	imported, held := peakOf(func() { rec, _, err = Import(t.Context(), data, record.ImportOptions{}) })
	require.NoError(t, err)
	exported, _ := peakOf(func() { _, err = Export(t.Context(), rec, io.Discard, o) })
	require.NoError(t, err)

	x := func(n uint64) float64 { return float64(n)/float64(len(data)) + 1 }
	t.Logf("document %.1f MB; import %.1f times its size, record %.1f times, export %.1f times", float64(len(data))/1e6, x(imported), x(held), x(held+exported))
	require.Less(t, x(imported), 12.0)
	require.Less(t, x(held+exported), 12.0)
}
