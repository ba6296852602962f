package filelog

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit/audittest"
)

// FuzzSegment gives a log's only segment any bytes. The readers do not panic, and what Verify accepts is a log that opens,
// whose events can be read, and which is byte for byte what it was made of.
func FuzzSegment(f *testing.F) {
	h, _ := filled(f, 6, 1<<20)
	whole := h.disk.names[segmentName(0)].data
	f.Add(whole, int64(6))
	f.Add(whole[:len(whole)-9], int64(5))
	f.Add(append(bytes.Clone(whole), make([]byte, 40)...), int64(6))
	f.Add([]byte(magic), int64(0))
	f.Fuzz(func(t *testing.T, data []byte, acknowledged int64) {
		if acknowledged < 0 || acknowledged > 1<<40 {
			return
		}
		h := newHost(t, 1)
		d := h.disk
		for name, content := range map[string][]byte{segmentName(0): data, markName: nil, treeName: nil} {
			d.names[name] = &inode{data: bytes.Clone(content)}
		}
		for slot := range 2 {
			require.NoError(t, writeMark(&simFile{d, d.names[markName]}, slot, acknowledged))
		}
		ctx := context.Background()
		if _, err := Verify(ctx, "", Check{disk: d, Events: true}); err == nil && len(data) > 0 && acknowledged > 0 {
			t.Fatal("a tree without hashes was accepted")
		}
		l, err := Open(ctx, "", h.options())
		if err != nil {
			require.True(t, errors.Is(err, ErrAltered) || errors.Is(err, ErrTorn) || errors.Is(err, errName), "%v", err)
			return
		}
		require.GreaterOrEqual(t, l.Size(), acknowledged)
		require.NoError(t, l.Append(ctx, audittest.Event(1)))
		events, err := all(l.Entries(ctx, 0))
		if err == nil {
			require.EqualValues(t, l.Size(), len(events))
		}
		require.NoError(t, l.Close())
		v, err := Verify(ctx, "", Check{disk: d, Key: h.pub})
		require.NoError(t, err)
		require.Equal(t, l.Size(), v.Size)
	})
}
