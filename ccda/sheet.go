package ccda

import (
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// sheet is memory to write on.
type sheet struct {
	b, entries []byte
	open       []element
	cells      []tableCell
	issues     []record.Issue
}

// sheets holds working memory only: an export sees nothing of another.
var sheets = room.Shelf[sheet]{New: func() *sheet {
	return &sheet{b: make([]byte, 0, 16<<10), entries: make([]byte, 0, 16<<10), open: make([]element, 0, 32)}
}}

// staySheet is how many bytes a sheet may have that stays when garbage is collected.
const staySheet = 1 << 20

// How many cells of tables, and issues, a sheet may have room for that stays.
const mostCells, mostIssues = 1 << 12, 1 << 12

// report gives a report that was written on the sheet memory of its own, of its size.
func (d *sheet) report(r *record.Report) {
	issues := r.Issues
	if r.Issues = nil; len(issues) > 0 {
		r.Issues = append(make([]record.Issue, 0, len(issues)), issues...)
	}
	clear(issues)
	if d.issues = issues[:0]; cap(issues) > mostIssues {
		d.issues = nil
	}
}

// clear gives the memory of a writer to the next export, unless it is very much or still in use.
func (d *sheet) clear(w *writer) {
	const most = 4 << 20
	if cap(w.b)+cap(w.entries) > most || cap(w.b) == 0 || cap(w.entries) == 0 {
		return
	}
	open, cells := w.open[:cap(w.open)], w.cells[:cap(w.cells)]
	clear(open)
	clear(cells)
	if len(cells) > mostCells {
		cells = nil
	}
	*d = sheet{b: w.b[:0], entries: w.entries[:0], open: open[:0], cells: cells[:0], issues: d.issues}
	sheets.Put(d, cap(d.b)+cap(d.entries) <= staySheet)
}
