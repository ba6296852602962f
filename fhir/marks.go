package fhir

import (
	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/tree"
)

// marks are what the readers of one document use one after another: a document of
// many patients is not gone over whole for each.
type marks struct {
	led          *ledger.Ledger
	leaves       []uint64
	marked, free []uint64 // see sweeper
}

func newMarks(d *tree.Doc) *marks {
	n := d.LeafSet()
	return &marks{led: ledger.New(d.Len()), leaves: n, marked: make([]uint64, len(n)), free: make([]uint64, len(n))}
}

// reset takes off the marks that the reader of a group made.
func (m *marks) reset(p *plan, group int) {
	for _, i := range p.of[group] {
		if from, to := p.all[i].span(); p.all[i].container < 0 {
			for k := from; k < to; k++ {
				m.led.Release(k)
			}
		}
	}
}

// span gives the nodes of a resource, with its Bundle entry.
func (x *resource) span() (from, to int) {
	if x.entry.OK() {
		return x.entry.Index(), x.entry.End()
	}
	return x.n.Index(), x.n.End()
}
