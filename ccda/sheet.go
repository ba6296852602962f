package ccda

import (
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// sheet is memory to write on.
type sheet struct {
	b, entries []byte
	open       []element
	cells      []tableCell
	issues     []record.Issue
	lost       ledger.PathSet
	tables     tables
}

// tables are what a writer knows of entries, people and narratives.
type tables struct {
	index        map[string]place     // every entry by its id
	listed       map[string]bool      // entries that a section of the record's document lists
	wrote        map[string]bool      // entries that were written
	leftOut      map[string]bool      // entries that the options leave out
	grouped      map[string]bool      // entries that others group
	pointedTo    map[string]int       // how many name an entry
	inStatements map[string]bool      // people who have a part in some entry
	named        map[place]bool       // people, by list and place, of whom what the document has no place for was named
	roles        map[mentioned]string // what was written of practitioners in roles
	said         narratives
}

func newTables() tables {
	return tables{
		index: map[string]place{}, listed: map[string]bool{}, wrote: map[string]bool{}, leftOut: map[string]bool{}, grouped: map[string]bool{}, pointedTo: map[string]int{},
		inStatements: map[string]bool{}, named: map[place]bool{}, roles: map[mentioned]string{}, said: narratives{anchors: map[string]int{}, used: map[string]bool{}},
	}
}

// emptied gives the tables without what is in them: new ones where they are large.
func (t *tables) emptied() tables {
	sets := [...]map[string]bool{t.listed, t.wrote, t.leftOut, t.grouped, t.inStatements, t.said.used}
	n := len(t.index) + len(t.pointedTo) + len(t.named) + len(t.roles) + cap(t.said.all) // which has every anchor
	for _, m := range sets {
		n += len(m)
	}
	if n > mostInTables {
		return newTables()
	}
	for _, m := range sets {
		clear(m)
	}
	clear(t.index)
	clear(t.pointedTo)
	clear(t.named)
	clear(t.roles)
	clear(t.said.anchors)
	clear(t.said.all)
	t.said.all, t.said.media, t.said.again, t.said.numbers = t.said.all[:0], nil, nil, nil
	return *t
}

// sheets holds working memory only: an export sees nothing of another.
var sheets = room.Shelf[sheet]{New: func() *sheet {
	return &sheet{b: make([]byte, 0, 16<<10), entries: make([]byte, 0, 16<<10), open: make([]element, 0, 32), tables: newTables()}
}}

// staySheet is how many bytes a sheet may have that stays when garbage is collected, stayIssues for how many issues.
const staySheet, stayIssues = 1 << 20, 1 << 12

// How many cells of rows and issues, and how many of all things in tables, a sheet may have room for that stays.
const mostCells, mostIssues, mostInTables = 1 << 12, 1 << 14, 1 << 14

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
	w.Named.Empty(mostIssues)
	*d = sheet{b: w.b[:0], entries: w.entries[:0], open: open[:0], cells: cells[:0], issues: d.issues, lost: w.Named, tables: w.tables.emptied()}
	sheets.Put(d, cap(d.b)+cap(d.entries) <= staySheet && cap(d.issues) <= stayIssues)
}
