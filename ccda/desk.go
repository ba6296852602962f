package ccda

import (
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/internal/tree"
)

// desk is the working memory of a reader. Nothing on it is part of a record.
type desk struct {
	led     *ledger.Ledger
	hints   tree.Hints
	places  []int32         // by node: see placeOf
	owners  nodeMap[string] // the entry or section that owns what is carried below a node
	slots   nodeMap[slot]   // the part of its owner that a node is: see slot
	idents  map[identKey]int
	keyOf   map[kindPlace]identKey
	told    map[identKey]bool // shared identifiers that were reported
	people  pool
	systems systemTable
	units   map[string]bool // units seen: is it UCUM?
	anchors anchorIndex
	idsSeen statementIdents

	templatesOf templateLists

	entries int // the most of one kind that it ever held
}

// desks are empty when they are put there: a reading sees nothing of another.
var desks = room.Shelf[desk]{New: func() *desk {
	return &desk{
		led: ledger.New(0), idents: make(map[identKey]int, 16),
		keyOf: map[kindPlace]identKey{}, told: map[identKey]bool{},
		people:  pool{byIdent: make(map[identKey]int, 8), byText: make(map[roleKey]*mention, 8)},
		units:   make(map[string]bool, 8),
		anchors: anchorIndex{first: make(map[string]int32, 64), more: map[string][]int32{}},
		idsSeen: statementIdents{first: make(map[systemValue]int32, 64), repeated: map[statementKey]bool{}},
	}
}}

// Larger desks are not kept: they would cost every small document that follows.
const (
	mostDeskNodes   = 1 << 18
	mostDeskEntries = 1 << 12
	// A desk within these stays when garbage is collected.
	stayNodes   = 1 << 15
	stayEntries = 1 << 9
)

// clear forgets what one reading laid on the desk and makes it ready for a document of n
// nodes. What is known of identifiers and of anchors is the document's and stays for its next reading.
func (d *desk) clear(n int) {
	d.led.Reset(n)
	d.places = zeroed(d.places, n)
	d.owners.reset(n)
	d.slots.reset(n)
	clear(d.idents)
	clear(d.keyOf)
	clear(d.told)
	clear(d.people.byIdent)
	clear(d.people.byText)
	d.systems.clear()
	d.templatesOf.clear()
	clear(d.units)
}

// leave clears the desk for the next reader.
func (d *desk) leave() {
	entries := max(len(d.owners.list), len(d.slots.list), len(d.idents), len(d.keyOf), len(d.told), len(d.people.byIdent),
		len(d.people.byText), len(d.systems.list), len(d.units), len(d.anchors.first), len(d.idsSeen.first))
	if len(d.places) > mostDeskNodes || entries > mostDeskEntries {
		return
	}
	d.entries = max(d.entries, entries)
	d.clear(0)
	d.hints.Clear(mostDeskNodes)
	d.anchors.clear()
	clear(d.idsSeen.first)
	clear(d.idsSeen.repeated)
	desks.Put(d, cap(d.places) <= stayNodes && d.entries <= stayEntries)
}
