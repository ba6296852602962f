package ledger

import (
	"strconv"

	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/record"
)

// Out is the ledger of an export: where in the record the writer is, and which
// leaves the target has no place for. It is used by one goroutine.
type Out struct {
	Report *record.Report
	// Lost counts the leaves that were dropped.
	Lost int
	// Quiet says that what is being written was written before: nothing is counted again.
	Quiet bool
	// Named are the leaves that were dropped. An export may give it memory of another that is done: see PathSet.Empty.
	Named PathSet

	at    []step
	base  int    // where in at the path begins: see At
	text  []byte // scratch
	paths room.Texts
	cut   int // how many issues were cut off: see Cut
}

// step is one step of a path into the record: a field, and the place in it where it is a list.
type step struct {
	name string
	i    int // -1 where it is no list
}

// In goes down into element i of a list of the record (i is -1 where the field is no list); Leave comes back.
func (o *Out) In(name string, i int) { o.at = append(o.at, step{name, i}) }

// Leave comes back from the last In.
func (o *Out) Leave() { o.at = o.at[:len(o.at)-1] }

// At does f as if the writer stood in element i of a list of the record itself.
func (o *Out) At(list string, i int, f func()) {
	base, n := o.base, len(o.at)
	o.base = n
	o.at = append(o.at, step{list, i})
	f()
	o.base, o.at = base, o.at[:n]
}

// Top gives the outermost step of where the writer is: a field of the record, and
// the place in it where it is a list (else -1).
func (o *Out) Top() (field string, i int, ok bool) {
	if len(o.at) == o.base {
		return "", 0, false
	}
	return o.at[o.base].name, o.at[o.base].i, true
}

// Path writes where in the record the writer is, with one more field where leaf is not "".
func (o *Out) Path(leaf string) string { return o.paths.Keep(o.place(leaf)) }

// place is Path on the scratch.
func (o *Out) place(leaf string) []byte {
	b := o.text[:0]
	for _, s := range o.at[o.base:] {
		if len(b) > 0 {
			b = append(b, '.')
		}
		b = append(b, s.name...)
		if s.i >= 0 {
			b = append(b, '[')
			b = strconv.AppendInt(b, int64(s.i), 10)
			b = append(b, ']')
		}
	}
	if leaf != "" {
		if len(b) > 0 {
			b = append(b, '.')
		}
		b = append(b, leaf...)
	}
	o.text = b
	return b
}

// Note adds an issue at a field of where the writer is; leaf may be "".
func (o *Out) Note(k *record.IssueKind, leaf string) {
	if !o.Quiet {
		o.Report.Add(k.At(o.Path(leaf), 0, 0))
	}
}

// Drop counts every leaf of v, a field of where the writer is by its name in
// the record, as lost, each with an issue that says why.
func (o *Out) Drop(leaf string, v any, why *record.IssueKind) {
	if o.Quiet || record.CountLeavesOf(v) == 0 {
		return
	}
	record.EachLeafPath(o.place(leaf), v, func(path []byte) { o.lose(path, why) })
}

// lose counts one leaf as lost, once: what is mentioned at several places may be left out at each.
func (o *Out) lose(path []byte, why *record.IssueKind) {
	if text, first := o.Named.add(path, &o.paths); first {
		o.Lost++
		o.Report.Add(why.At(text, 0, 0))
	}
}

// DropString is Drop for a field that is one string.
func (o *Out) DropString(leaf, v string, why *record.IssueKind) {
	if v != "" && !o.Quiet {
		o.lose(o.place(leaf), why)
	}
}

// Noted is what an Out noted of some entries.
type Noted struct {
	issues []record.Issue
	lost   int
	named  PathSet
}

// Cut gives what was noted since the last Cut, or ever, to be joined to another Out. The Report keeps its issues.
func (o *Out) Cut() Noted {
	n := Noted{o.Report.Issues[o.cut:], o.Lost, o.Named}
	o.cut, o.Lost, o.Named = len(o.Report.Issues), 0, PathSet{}
	return n
}

// Join adds what another Out noted of other entries. It reports false where both lost the same leaf, which is lost once.
func (o *Out) Join(n *Noted) bool {
	for i := range n.named.all {
		if !o.Named.join(n.named.all[i].path) {
			return false
		}
	}
	o.Lost += n.lost
	o.Report.Issues = append(o.Report.Issues, n.issues...)
	return true
}
