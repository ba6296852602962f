package hl7v2

import (
	"sync"

	"github.com/portage-health/portage/internal/ledger"
)

// desk is the working memory of an import. Nothing on it is part of a record.
type desk struct {
	indexes []*index
	ledgers []*ledger.Ledger
	reading int // how many of both are in use

	blocks []block
	used   map[string]bool
	people map[string]person
	key    []byte
}

// desks are empty when they are put there: an import sees nothing of another.
var desks = sync.Pool{New: func() any { return newDesk() }}

func newDesk() *desk { return &desk{used: map[string]bool{}, people: map[string]person{}} }

// Larger desks are not kept: they would cost every small message that follows.
const (
	mostDeskMarks   = 1 << 16
	mostDeskEntries = 1 << 12
	mostDeskIndexes = 64
)

// index gives an index to read a message into.
func (d *desk) index() *index {
	if d.reading == len(d.indexes) {
		d.indexes = append(d.indexes, &index{})
		d.ledgers = append(d.ledgers, ledger.New(0))
	}
	d.reading++
	return d.indexes[d.reading-1]
}

// ledger gives a ledger for a message.
func (d *desk) ledger(m *Message) *ledger.Ledger {
	if d.reading > 0 && d.indexes[d.reading-1] == m.x {
		led := d.ledgers[d.reading-1]
		led.Reset(m.Len())
		return led
	}
	return ledger.New(m.Len())
}

// leave clears the desk for the next import.
func (d *desk) leave() {
	marks := 0
	for _, x := range d.indexes {
		x.data, x.source, x.wide, x.text = nil, nil, nil, charset{}
		marks += cap(x.marks)
	}
	if marks > mostDeskMarks || max(len(d.used), len(d.people)) > mostDeskEntries || len(d.indexes) > mostDeskIndexes || cap(d.blocks) > mostDeskEntries {
		return
	}
	d.reading = 0
	clear(d.blocks[:cap(d.blocks)])
	clear(d.used)
	clear(d.people)
	desks.Put(d)
}
