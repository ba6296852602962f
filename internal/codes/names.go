package codes

import (
	"hash/maphash"
	"strings"
	"unsafe"
)

// nameTable gives numbers by names, as a map would. It holds one text and numbers, so that a collector has nothing to follow in it:
// the tables here live as long as the program, and would cost each of its collections.
type nameTable struct {
	seed  maphash.Seed
	text  string
	names []name
	slots []uint32 // places in names, counted from 1; their number is a power of 2
}

// name is a piece of the table's text.
type name struct {
	piece
	row int32
}

type piece struct{ from, len uint32 }

func (p piece) of(text string) string { return text[p.from : p.from+p.len] }

// newNameTable makes an empty table over a text, with room for some names.
func newNameTable(text string, room int) nameTable {
	slots := 8
	for slots < 2*room {
		slots *= 2
	}
	return nameTable{seed: maphash.MakeSeed(), text: text, names: make([]name, 0, room), slots: make([]uint32, slots)}
}

// add gives a piece of the text a row; it takes the place of one of the same name.
func (t *nameTable) add(p piece, row int32) {
	if 2*len(t.names) >= len(t.slots) {
		t.slots = make([]uint32, 2*len(t.slots))
		for i := range t.names {
			*t.slot(t.names[i].of(t.text)) = uint32(i + 1)
		}
	}
	slot := t.slot(p.of(t.text))
	if *slot > 0 {
		t.names[*slot-1].row = row
		return
	}
	t.names = append(t.names, name{p, row})
	*slot = uint32(len(t.names))
}

// addAll adds pieces of one row.
func (t *nameTable) addAll(list []piece, row int32) {
	for _, p := range list {
		t.add(p, row)
	}
}

// slot gives where a name stands, or where there is room for it.
func (t *nameTable) slot(s string) *uint32 {
	last := uint64(len(t.slots) - 1)
	for h := maphash.String(t.seed, s); ; h++ {
		slot := &t.slots[h&last]
		if *slot == 0 || t.names[*slot-1].of(t.text) == s {
			return slot
		}
	}
}

// row gives the row of a name.
func (t *nameTable) row(s string) (int32, bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	if slot := t.slot(s); *slot > 0 {
		return t.names[*slot-1].row, true
	}
	return 0, false
}

// view gives bytes as the text of a name to look up, which is not kept.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// CodeSet is the codes of a system every code of which is embedded. The zero CodeSet is empty. It is safe for concurrent use.
type CodeSet struct {
	codes    nameTable
	caseless bool
}

// Has reports whether the set has a code, without regard to case where the system has none.
func (s *CodeSet) Has(code string) bool {
	if _, ok := s.codes.row(code); ok || !s.caseless || code == "" {
		return ok
	}
	for i := range s.codes.names {
		if strings.EqualFold(s.codes.names[i].of(s.codes.text), code) {
			return true
		}
	}
	return false
}

// Set gives the codes of a system every code of which is embedded, none of another.
func Set(system string) CodeSet {
	s, ok := named(system)
	if !ok || !s.complete {
		return CodeSet{}
	}
	set := CodeSet{codes: newNameTable(s.lines, strings.Count(s.lines, "\n")), caseless: s.caseless}
	from := 0
	for line := range strings.Lines(s.lines) {
		code, _, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		set.codes.add(piece{uint32(from), uint32(len(code))}, 0)
		from += len(line)
	}
	return set
}
