package ledger_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/record"
)

func TestMarks(t *testing.T) {
	l := ledger.New(130)
	for i := range 130 {
		require.True(t, l.Free(i))
	}
	l.Take(0)
	l.Take(63)
	l.Take(64)
	l.Scaffold(129)
	l.Scaffold(64) // taken and checked: counts as taken
	require.True(t, l.Taken(63))
	require.False(t, l.Taken(129))
	require.True(t, l.Scaffolded(129))
	require.False(t, l.Free(129))
	taken, scaffold := l.Counts()
	require.Equal(t, 3, taken)
	require.Equal(t, 1, scaffold)
	l.Release(64)
	require.True(t, l.Free(64))
	taken, scaffold = l.Counts()
	require.Equal(t, 2, taken)
	require.Equal(t, 1, scaffold)
}

func TestEmpty(t *testing.T) {
	taken, scaffold := ledger.New(0).Counts()
	require.Zero(t, taken)
	require.Zero(t, scaffold)
}

// TestReset holds that a ledger used again remembers nothing, and has room for more leaves than before.
func TestReset(t *testing.T) {
	l := ledger.New(130)
	l.Take(3)
	l.Scaffold(129)
	taken, scaffold := l.Marks(0)
	require.Equal(t, []uint64{1 << 3, 0}, []uint64{taken, scaffold})
	for _, n := range []int{10, 130, 1000} {
		l.Reset(n)
		for i := range n {
			require.True(t, l.Free(i), i)
		}
		l.Take(n - 1)
		l.Scaffold(0)
	}
}

// TestTakeAll holds that a range marks what each of its leaves alone would.
func TestTakeAll(t *testing.T) {
	const n = 300
	for _, r := range [][2]int{{0, 0}, {5, 5}, {7, 3}, {0, 1}, {63, 64}, {63, 65}, {64, 128}, {1, 299}, {0, 300}, {130, 131}} {
		one, all := ledger.New(n), ledger.New(n)
		for i := r[0]; i < r[1]; i++ {
			one.Take(i)
		}
		all.TakeAll(r[0], r[1])
		require.Equal(t, one, all, r)
	}
}

// TestJoin holds that what two Outs noted of different entries is what one notes of both, and that a leaf both lost is told.
func TestJoin(t *testing.T) {
	drop := func(o *ledger.Out, i int) {
		o.In("problems", i)
		o.Note(&record.IssueProfileNotClaimed, "")
		o.DropString("language", "xx", &record.IssueLost)
		o.DropString("language", "xx", &record.IssueLost)
		o.Leave()
	}
	one, first, second := ledger.Out{Report: &record.Report{}}, ledger.Out{Report: &record.Report{}}, ledger.Out{Report: &record.Report{}}
	for i := range 4 {
		drop(&one, i)
	}
	drop(&first, 0)
	drop(&second, 3)
	last := second.Cut()
	drop(&second, 1)
	drop(&second, 2)
	before := second.Cut()
	require.True(t, first.Join(&before))
	require.True(t, first.Join(&last))
	require.Equal(t, one.Report, first.Report)
	require.Equal(t, one.Lost, first.Lost)
	require.Equal(t, 4, first.Lost)
	drop(&second, 2)
	again := second.Cut()
	require.False(t, first.Join(&again))
}
