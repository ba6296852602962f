package deid

// grid is a table with its totals as a last row and a last column. Rows and columns are the points of a graph and cells its
// lines: in every row and column the cells make up the total, so that counts flow from row to column and back through the
// totals. What is hidden can be known as exactly as the flow through the hidden lines is bound.
type grid struct {
	rows, cols int
	n          [][]int
	hidden     [][]bool
	floor      int // the least that a hidden cell can be: 1 while no cell of nobody is hidden
}

func gridOf(cells [][]int, cols int) *grid {
	g := &grid{rows: len(cells), cols: cols, floor: 1}
	for range g.rows + 1 {
		g.n = append(g.n, make([]int, cols+1))
		g.hidden = append(g.hidden, make([]bool, cols+1))
	}
	for i, row := range cells {
		for j, n := range row {
			g.n[i][j] = n
			g.n[i][cols] += n
			g.n[g.rows][j] += n
			g.n[g.rows][cols] += n
		}
	}
	return g
}

func (g *grid) suppress(threshold int) {
	for i := range g.n {
		for j, n := range g.n[i] {
			g.hidden[i][j] = n > 0 && n < threshold
		}
	}
	for {
		i, j, ok := g.told(threshold)
		if !ok || !g.hideFor(i, j) {
			return
		}
	}
}

// told finds a small cell that can be told to be less than any value below the threshold, or another that is known exactly.
func (g *grid) told(threshold int) (row, col int, found bool) {
	for i := range g.n {
		for j, n := range g.n[i] {
			if !g.hidden[i][j] {
				continue
			}
			down, up := g.slack(i, j, threshold)
			low, high := n-down, n+up
			small := n > 0 && n < threshold
			if small && (low > 1 || high < threshold-1) || !small && down+up == 0 {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

// slack gives by how much a hidden cell could be less and more than it is, with everything shown being what it is. It looks no
// further than most.
func (g *grid) slack(i, j, most int) (down, up int) {
	from, to := g.ends(i, j)
	up = g.flow(to, from, i, j, most)
	down = min(g.flow(from, to, i, j, most), max(0, g.n[i][j]-g.floor))
	return down, up
}

// ends gives the points that a cell's count flows from and to. Points are rows, then columns. Single counts flow from their row
// to their column, a total of a row from the last column to the row, one of a column from the column to the last row.
func (g *grid) ends(i, j int) (from, to int) {
	row, col := i, g.rows+1+j
	if (i == g.rows) != (j == g.cols) {
		return col, row
	}
	return row, col
}

// flow gives how much can flow from one point to another through hidden cells but (i, j), where a cell may grow without bound
// and shrink to the floor.
func (g *grid) flow(from, to, i, j, most int) int {
	points := g.rows + g.cols + 2
	change := make([][]int, g.rows+1) // of each cell
	for k := range change {
		change[k] = make([]int, g.cols+1)
	}
	total := 0
	for total < most {
		// The shortest way that can still take something.
		before := make([]int, points)
		for k := range before {
			before[k] = -1
		}
		before[from] = from
		queue := []int{from}
		for len(queue) > 0 && before[to] < 0 {
			at := queue[0]
			queue = queue[1:]
			for next := range points {
				if before[next] < 0 && g.room(at, next, i, j, change) > 0 {
					before[next] = at
					queue = append(queue, next)
				}
			}
		}
		if before[to] < 0 {
			break
		}
		n := most - total
		for at := to; at != from; at = before[at] {
			n = min(n, g.room(before[at], at, i, j, change))
		}
		for at := to; at != from; at = before[at] {
			r, c, forth := g.cell(before[at], at)
			if forth {
				change[r][c] += n
			} else {
				change[r][c] -= n
			}
		}
		total += n
	}
	return total
}

const boundless = 1 << 40

// room gives how much more can flow from one point to the next.
func (g *grid) room(from, to, i, j int, change [][]int) int {
	if (from <= g.rows) == (to <= g.rows) {
		return 0 // two rows, or two columns
	}
	r, c, forth := g.cell(from, to)
	switch {
	case r == i && c == j || !g.hidden[r][c]:
		return 0
	case forth:
		return boundless
	}
	return max(0, g.n[r][c]+change[r][c]-g.floor)
}

// cell gives the cell between two points, and whether its count flows that way.
func (g *grid) cell(from, to int) (r, c int, forth bool) {
	r, c = from, to-g.rows-1
	if from > g.rows {
		r, c = to, from-g.rows-1
	}
	first, _ := g.ends(r, c)
	return r, c, first == from
}

// hideFor hides one more cell to protect another: the smallest in its row or column, then any, those of nobody last.
// It is false where there is nothing left to hide.
func (g *grid) hideFor(i, j int) bool {
	best, at := boundless, [2]int{-1, -1}
	for r := range g.n {
		for c, n := range g.n[r] {
			if g.hidden[r][c] {
				continue
			}
			cost := 2*n + 1
			if r == g.rows || c == g.cols {
				cost += 2 * g.n[g.rows][g.cols] // a total says more than a count
			}
			if r != i && c != j {
				cost += 8 * g.n[g.rows][g.cols]
			}
			if n == 0 {
				cost += 64 * (g.n[g.rows][g.cols] + 1)
			}
			// A line that closes a ring with what is hidden already protects at once.
			if (r == i || c == j) && g.closes(r, c, i, j) {
				cost = n
				if r == g.rows || c == g.cols {
					cost += g.n[g.rows][g.cols]
				}
				if n == 0 {
					cost += 64 * (g.n[g.rows][g.cols] + 1)
				}
			}
			if cost < best {
				best, at = cost, [2]int{r, c}
			}
		}
	}
	if at[0] < 0 {
		return false
	}
	g.hidden[at[0]][at[1]] = true
	if g.n[at[0]][at[1]] == 0 {
		g.floor = 0
	}
	return true
}

// closes reports whether hiding (r, c) would leave (i, j) on a ring of hidden cells.
func (g *grid) closes(r, c, i, j int) bool {
	g.hidden[r][c] = true
	defer func() { g.hidden[r][c] = false }()
	from, to := g.ends(i, j)
	seen := make([]bool, g.rows+g.cols+2)
	seen[to] = true
	queue := []int{to}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for next := range seen {
			if seen[next] || (at <= g.rows) == (next <= g.rows) {
				continue
			}
			a, b, _ := g.cell(at, next)
			if !g.hidden[a][b] || a == i && b == j {
				continue
			}
			if next == from {
				return true
			}
			seen[next] = true
			queue = append(queue, next)
		}
	}
	return false
}
