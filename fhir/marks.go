package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/ledger"
	"github.com/portage-health/portage/internal/tree"
)

// marks are what the readers of one document use one after another: a document of
// many patients is not gone over whole for each.
type marks struct {
	led          *ledger.Ledger
	leaves       []uint64
	marked, free []uint64       // see sweeper
	names        []nameMark     // by the numbers of names
	members      []memberNumber // likewise
	beside       bool           // a name begins with _: something stands beside a primitive
}

// nameMark says whether a name is of FHIR's vocabulary.
type nameMark uint8

const (
	nameAsked nameMark = 1 << iota // it was asked whether it is
	nameKnown
)

func newMarks(d *tree.Doc) *marks {
	n := d.LeafSet()
	m := &marks{led: ledger.New(d.Len()), leaves: n, marked: make([]uint64, len(n)), free: make([]uint64, len(n)), names: make([]nameMark, d.NameCount())}
	m.members = make([]memberNumber, len(m.names))
	for i, name := range d.Names() {
		m.beside = m.beside || strings.HasPrefix(name, "_")
		m.members[i] = memberNumbers[name]
	}
	return m
}

// appendName is appendKnown for the name of a member, which is looked up once for each of a document's names.
func (m *marks) appendName(b []byte, n tree.Node) []byte {
	x := &m.names[n.NameID()]
	if *x == 0 {
		if *x = nameAsked; isKnown(n.Name()) {
			*x |= nameKnown
		}
	}
	if *x&nameKnown != 0 {
		return append(b, n.Name()...)
	}
	return append(b, '*')
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
