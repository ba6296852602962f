package deid_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent/deid"
)

// possible gives every value that each hidden count can have, to somebody who knows all that is shown and that a hidden count
// is at least floor. Nothing is looked at above most.
func possible(p deid.Published, floor, most int) map[[2]int]map[int]bool {
	rows, cols := len(p.Rows), len(p.Columns)
	cells := make([]int, rows*cols)
	out := map[[2]int]map[int]bool{}
	note := func(i, j, n int) {
		if out[[2]int{i, j}] == nil {
			out[[2]int{i, j}] = map[int]bool{}
		}
		out[[2]int{i, j}][n] = true
	}
	fits := func(shown *int, n int) bool { return shown == nil && n >= floor || shown != nil && *shown == n }
	var fill func(k int)
	fill = func(k int) {
		if k > 0 && k%cols == 0 {
			sum := 0
			for _, n := range cells[k-cols : k] {
				sum += n
			}
			if !fits(p.RowTotals[k/cols-1], sum) {
				return
			}
		}
		if k == len(cells) {
			total := 0
			for j := range cols {
				sum := 0
				for i := range rows {
					sum += cells[i*cols+j]
				}
				if !fits(p.ColumnTotals[j], sum) {
					return
				}
				total += sum
			}
			if !fits(p.Total, total) {
				return
			}
			for i := range rows {
				sum := 0
				for j := range cols {
					note(i, j, cells[i*cols+j])
					sum += cells[i*cols+j]
				}
				note(i, cols, sum)
			}
			for j := range cols {
				sum := 0
				for i := range rows {
					sum += cells[i*cols+j]
				}
				note(rows, j, sum)
			}
			note(rows, cols, total)
			return
		}
		if shown := p.Cells[k/cols][k%cols]; shown != nil {
			cells[k] = *shown
			fill(k + 1)
			return
		}
		row, column := 0, 0
		for j := k - k%cols; j < k; j++ {
			row += cells[j]
		}
		for i := k % cols; i < k; i += cols {
			column += cells[i]
		}
		for n := floor; n <= most; n++ {
			if t := p.RowTotals[k/cols]; t != nil && row+n > *t {
				break
			}
			if t := p.ColumnTotals[k%cols]; t != nil && column+n > *t {
				break
			}
			cells[k] = n
			fill(k + 1)
		}
	}
	fill(0)
	return out
}

// Nobody can reckon a small count from what is shown: every value below the threshold stays possible. No count that is
// hidden for another's sake is known either.
func TestSuppressedCountsCannotBeReckoned(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const threshold = 4
	shapes := [][2]int{{1, 2}, {1, 3}, {2, 2}, {2, 3}, {3, 2}, {1, 4}}
	hidden, all := 0, 0
	for range 800 {
		s := shapes[r.IntN(len(shapes))]
		table := deid.Table{Rows: make([]string, s[0]), Columns: make([]string, s[1])}
		zero := r.IntN(3)
		for range s[0] {
			row := make([]int, s[1])
			for j := range row {
				if row[j] = r.IntN(7); zero == 0 && r.IntN(2) == 0 {
					row[j] = 0
				}
			}
			table.Cells = append(table.Cells, row)
		}
		p, err := table.Suppress(threshold)
		require.NoError(t, err)
		floor := 1
		check := func(n int, shown *int) {
			all++
			require.False(t, shown != nil && n > 0 && n < threshold, "%v: a small count is shown", table.Cells)
			require.True(t, shown == nil || *shown == n, "%v: a wrong count is shown", table.Cells)
			if shown == nil && n == 0 {
				floor = 0
			}
			if shown == nil {
				hidden++
			}
		}
		n := map[[2]int]int{}
		for i := range s[0] {
			for j := range s[1] {
				n[[2]int{i, j}] += table.Cells[i][j]
				n[[2]int{i, s[1]}] += table.Cells[i][j]
				n[[2]int{s[0], j}] += table.Cells[i][j]
				n[[2]int{s[0], s[1]}] += table.Cells[i][j]
			}
		}
		shown := func(at [2]int) *int {
			switch {
			case at[0] == s[0] && at[1] == s[1]:
				return p.Total
			case at[0] == s[0]:
				return p.ColumnTotals[at[1]]
			case at[1] == s[1]:
				return p.RowTotals[at[0]]
			}
			return p.Cells[at[0]][at[1]]
		}
		for at, count := range n {
			check(count, shown(at))
		}
		if p.Suppressed == 0 {
			continue
		}
		most := 14 // no cell or total of two is more
		if p.Suppressed > 8 {
			most = 8 // and next to no total is shown
		}
		can := possible(p, floor, most)
		for at, count := range n {
			switch {
			case shown(at) != nil:
			case count > 0 && count < threshold:
				least := 1
				if at[0] == s[0] || at[1] == s[1] { // a total is no less than the number of its cells
					least = threshold - 1
					require.Greater(t, len(can[at]), 1, "%v at %v", table.Cells, at)
				}
				for v := least; v < threshold; v++ {
					require.True(t, can[at][v], "%v at %v: %d is not possible, of what is shown %s", table.Cells, at, v, asText(p))
				}
			default:
				require.Greater(t, len(can[at]), 1, "%v at %v: known exactly, of what is shown %s", table.Cells, at, asText(p))
			}
		}
	}
	t.Logf("%d of %d counts hidden", hidden, all)
}

func asText(p deid.Published) string { b, _ := json.Marshal(p); return string(b) }

func TestSuppressHidesNoMoreThanItMust(t *testing.T) {
	// One small count in a large table costs three others and no total.
	p, err := deid.Table{Rows: []string{"a", "b", "c"}, Columns: []string{"x", "y", "z"}, Cells: [][]int{{3, 40, 50}, {60, 70, 80}, {30, 20, 90}}}.Suppress(0)
	require.NoError(t, err)
	require.Equal(t, 4, p.Suppressed)
	require.Equal(t, `{"rows":["a","b","c"],"columns":["x","y","z"],"cells":[[null,null,50],[60,70,80],[null,null,90]],"rowTotals":[93,210,140],"columnTotals":[93,130,220],"total":443,"threshold":11,"suppressed":4}`, asText(p))
	// Nothing small, nothing hidden; nobody is no small count.
	p, err = deid.Table{Rows: []string{"a"}, Columns: []string{"x", "y"}, Cells: [][]int{{0, 11}}}.Suppress(0)
	require.NoError(t, err)
	require.Zero(t, p.Suppressed)
	for _, bad := range []deid.Table{{Rows: []string{"a"}}, {Rows: []string{"a"}, Columns: []string{"x"}, Cells: [][]int{{1, 2}}}, {Rows: []string{"a"}, Columns: []string{"x"}, Cells: [][]int{{-1}}}} {
		_, err = bad.Suppress(0)
		require.ErrorIs(t, err, deid.ErrTable)
	}
	_, err = deid.Table{}.Suppress(0)
	require.NoError(t, err)
}

func TestTally(t *testing.T) {
	x := deid.NewTally([]string{"female", "male"}, nil)
	for _, at := range [][2]string{{"male", "980"}, {"female", "980"}, {"male", "000"}, {"unknown", "000"}} {
		x.Add(at[0], at[1])
	}
	require.Equal(t, deid.Table{Rows: []string{"female", "male", "unknown"}, Columns: []string{"980", "000"}, Cells: [][]int{{1, 0}, {1, 1}, {0, 1}}}, x.Table())
}

func FuzzSuppress(f *testing.F) {
	f.Add(uint8(2), uint8(3), []byte{3, 40, 50, 60, 70, 80})
	f.Fuzz(func(t *testing.T, rows, cols uint8, counts []byte) {
		table := deid.Table{Rows: make([]string, rows%8), Columns: make([]string, cols%8)}
		k := 0
		for range table.Rows {
			row := make([]int, len(table.Columns))
			for j := range row {
				if k < len(counts) {
					row[j] = int(counts[k])
					k++
				}
			}
			table.Cells = append(table.Cells, row)
		}
		p, err := table.Suppress(11)
		require.NoError(t, err)
		for i, row := range p.Cells {
			for j, n := range row {
				require.True(t, n == nil || *n == table.Cells[i][j] && (*n == 0 || *n >= 11))
			}
		}
	})
}
