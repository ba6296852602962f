package deid

import (
	"errors"
	"slices"
)

// SmallCell is the least count that is published where nothing else is asked for: CMS asks that no cell of 1 to 10 be shown.
const SmallCell = 11

// ErrTable is that the cells of a table do not fit its rows and columns, or that one is negative.
var ErrTable = errors.New("deid: the cells of the table do not fit its rows and columns")

// Table is counts of patients by two things, each patient in one cell. A table of one row is a list of counts.
type Table struct {
	Rows    []string `json:"rows"`
	Columns []string `json:"columns"`
	Cells   [][]int  `json:"cells"` // by row, then column
}

// Published is a table as it may go out, with its totals. A nil count is suppressed: it is small, or would tell a small one.
type Published struct {
	Rows         []string `json:"rows"`
	Columns      []string `json:"columns"`
	Cells        [][]*int `json:"cells"`
	RowTotals    []*int   `json:"rowTotals"`
	ColumnTotals []*int   `json:"columnTotals"`
	Total        *int     `json:"total"`
	// Threshold is the least count shown. How many cells are suppressed for being small is not told.
	Threshold  int `json:"threshold"`
	Suppressed int `json:"suppressed"`
}

// Tally counts patients for a Table. Rows and columns stand in the order in which they were named first.
type Tally struct{ t Table }

// NewTally begins a table with the rows and columns that are to be there even if nobody is counted in them.
func NewTally(rows, columns []string) *Tally {
	x := &Tally{Table{Rows: slices.Clone(rows), Columns: slices.Clone(columns)}}
	for range rows {
		x.t.Cells = append(x.t.Cells, make([]int, len(columns)))
	}
	return x
}

// Add counts one patient. Call it once for each.
func (x *Tally) Add(row, column string) {
	c := slices.Index(x.t.Columns, column)
	if c < 0 {
		c = len(x.t.Columns)
		x.t.Columns = append(x.t.Columns, column)
		for i := range x.t.Cells {
			x.t.Cells[i] = append(x.t.Cells[i], 0)
		}
	}
	r := slices.Index(x.t.Rows, row)
	if r < 0 {
		r = len(x.t.Rows)
		x.t.Rows = append(x.t.Rows, row)
		x.t.Cells = append(x.t.Cells, make([]int, len(x.t.Columns)))
	}
	x.t.Cells[r][c]++
}

// Table gives what was counted.
func (x *Tally) Table() Table {
	t := Table{Rows: slices.Clone(x.t.Rows), Columns: slices.Clone(x.t.Columns)}
	for _, row := range x.t.Cells {
		t.Cells = append(t.Cells, slices.Clone(row))
	}
	return t
}

// Suppress gives the table with its totals and without small counts: those from 1 to threshold-1 (SmallCell where it is 0) are
// suppressed, totals among them, and so many others that from all that is shown nobody can tell more of a small count than
// that it is one: every value below the threshold stays possible for it (for a total, every one that its cells could make).
// A count of nobody is shown, unless there is nothing else left to suppress.
func (t Table) Suppress(threshold int) (Published, error) {
	if threshold <= 0 {
		threshold = SmallCell
	}
	if len(t.Cells) != len(t.Rows) {
		return Published{}, ErrTable
	}
	for _, row := range t.Cells {
		if len(row) != len(t.Columns) || slices.ContainsFunc(row, func(n int) bool { return n < 0 }) {
			return Published{}, ErrTable
		}
	}
	g := gridOf(t.Cells, len(t.Columns))
	g.suppress(threshold)
	out := Published{Rows: t.Rows, Columns: t.Columns, Cells: [][]*int{}, Threshold: threshold}
	show := func(i, j int) *int {
		if g.hidden[i][j] {
			out.Suppressed++
			return nil
		}
		n := g.n[i][j]
		return &n
	}
	for i := range g.rows {
		row := make([]*int, g.cols)
		for j := range row {
			row[j] = show(i, j)
		}
		out.Cells = append(out.Cells, row)
		out.RowTotals = append(out.RowTotals, show(i, g.cols))
	}
	for j := range g.cols {
		out.ColumnTotals = append(out.ColumnTotals, show(g.rows, j))
	}
	out.Total = show(g.rows, g.cols)
	return out, nil
}
