package ccda

import "github.com/portage-health/portage/internal/room"

// sheet is memory to write on.
type sheet struct {
	b, entries []byte
	open       []element
}

// sheets holds working memory only: an export sees nothing of another.
var sheets = room.Shelf[sheet]{New: func() *sheet {
	return &sheet{b: make([]byte, 0, 16<<10), entries: make([]byte, 0, 16<<10), open: make([]element, 0, 32)}
}}

// staySheet is how many bytes a sheet may have that stays when garbage is collected.
const staySheet = 1 << 20

// clear gives the memory of a writer to the next export, unless it is very much or still in use.
func (d *sheet) clear(w *writer) {
	const most = 4 << 20
	if cap(w.b)+cap(w.entries) > most || cap(w.b) == 0 || cap(w.entries) == 0 {
		return
	}
	open := w.open[:cap(w.open)]
	clear(open)
	*d = sheet{b: w.b[:0], entries: w.entries[:0], open: open[:0]}
	sheets.Put(d, cap(d.b)+cap(d.entries) <= staySheet)
}
