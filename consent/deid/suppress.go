package deid

// grid is a table with its totals as a last row and a last column. Rows and columns are the points of a graph and cells its
// lines: in every row and column the cells make up the total, so that counts flow from row to column and back through the
// totals. What is hidden can be known as exactly as the flow through the hidden lines is bound.
type grid struct {
	rows, cols int
	n          [][]int
	hidden     [][]bool
	safe       [][]bool // of hidden cells, that they have been found to be; what is hidden later makes them more so
	floor      int      // the least that a hidden cell can be: 1 while no cell of nobody is hidden
}

func gridOf(cells [][]int, cols int) *grid {
	g := &grid{rows: len(cells), cols: cols, floor: 1}
	for range g.rows + 1 {
		g.n = append(g.n, make([]int, cols+1))
		g.hidden = append(g.hidden, make([]bool, cols+1))
		g.safe = append(g.safe, make([]bool, cols+1))
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
		if !ok || !g.ring(i, j, threshold) && !g.one(i, j) {
			return
		}
	}
}

// told finds a small count of which more can be told than that it is small, or another hidden cell that is known exactly. Of a
// total of counts that are hidden as well, their number is known to be a least.
func (g *grid) told(threshold int) (row, col int, found bool) {
	for i := range g.n {
		for j, n := range g.n[i] {
			if !g.hidden[i][j] || g.safe[i][j] {
				continue
			}
			down, up := g.slack(i, j, threshold)
			low, high := n-down, n+up
			small, total := n > 0 && n < threshold, i == g.rows || j == g.cols
			if small && (low > 1 && !total || high < threshold-1) || low == high {
				return i, j, true
			}
			g.safe[i][j] = true
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

// cost is what hiding a cell takes away: its count, a total more than any, and that there is nobody most of all.
func (g *grid) cost(r, c int) int {
	all := g.n[g.rows][g.cols] + 1
	cost := g.n[r][c]
	if cost == 0 {
		cost = 64 * all
	}
	if r == g.rows || c == g.cols {
		cost += all
	}
	return cost
}

// ring hides the cheapest cells that close a ring with a cell, large enough that the cell could be any small count. It is
// false where there is no such ring, or all of it is hidden already.
func (g *grid) ring(i, j, threshold int) bool {
	from, to := g.ends(i, j)
	points := g.rows + g.cols + 2
	dist, before, done := make([]int, points), make([]int, points), make([]bool, points)
	for k := range dist {
		dist[k] = boundless
	}
	dist[to] = 0
	for {
		at := -1
		for k := range dist {
			if !done[k] && dist[k] < boundless && (at < 0 || dist[k] < dist[at]) {
				at = k
			}
		}
		if at < 0 {
			return false
		}
		if at == from {
			break
		}
		done[at] = true
		for next := range points {
			if done[next] || (at <= g.rows) == (next <= g.rows) {
				continue
			}
			r, c, forth := g.cell(at, next)
			if r == i && c == j {
				continue
			}
			least := threshold - 1 - g.n[i][j]
			if forth {
				least = g.n[i][j] - 1
			}
			cost := dist[at]
			if !g.hidden[r][c] {
				cost += g.cost(r, c)
			}
			if g.n[r][c]-1 >= least && cost < dist[next] {
				dist[next], before[next] = cost, at
			}
		}
	}
	any := false
	for at := from; at != to; at = before[at] {
		r, c, _ := g.cell(before[at], at)
		any = any || !g.hidden[r][c]
		g.hide(r, c)
	}
	return any
}

// one hides one more cell: the cheapest in the row or column of a cell, then any. It is false where there is nothing left to hide.
func (g *grid) one(i, j int) bool {
	best, row, col := 0, -1, -1
	for r := range g.n {
		for c := range g.n[r] {
			if g.hidden[r][c] {
				continue
			}
			cost := g.cost(r, c)
			if r != i && c != j {
				cost += 256 * (g.n[g.rows][g.cols] + 1)
			}
			if row < 0 || cost < best {
				best, row, col = cost, r, c
			}
		}
	}
	if row < 0 {
		return false
	}
	g.hide(row, col)
	return true
}

func (g *grid) hide(r, c int) {
	g.hidden[r][c] = true
	if g.n[r][c] == 0 {
		g.floor = 0
	}
}
