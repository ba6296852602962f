package ccda

import "github.com/portage-health/portage/record"

// aside is what an export has to know of a record and needs no writer for. Of a
// large record it is reckoned beside the writing, on another core where one is
// free: who comes first to a part of it, the writer or its help, does it.
type aside struct {
	rec            *record.Record
	typedOnly      bool
	state, count   reckoning
	changed        map[*record.Section]bool // whose entries no longer say what their narrative tells
	leavesOfRecord int
}

// manyEntries is when a record is large: below it, to call for help takes longer than it helps.
const manyEntries = 300

// reckon begins. The record must not change before end returns.
func reckon(rec *record.Record, typedOnly bool) *aside {
	a := &aside{rec: rec, typedOnly: typedOnly}
	if rec.CountEntries() < manyEntries {
		a.count.need(a.countLeaves) // at once: the walk brings the record near the processor
		return a
	}
	go func() {
		a.count.run(a.countLeaves)
		a.state.run(a.compare)
	}()
	return a
}

// end returns when nobody looks at the record any more.
func (a *aside) end() {
	nothing := func() {}
	a.state.run(nothing)
	a.count.run(nothing)
}

// leaves gives how many leaves the record has.
func (a *aside) leaves() int {
	a.count.need(a.countLeaves)
	return a.leavesOfRecord
}

func (a *aside) countLeaves() { a.leavesOfRecord = record.CountLeaves(a.rec) }

// stillStates reports whether the entries of a section of the record's own document say what they said when its narrative was
// read (see record.Section.Stated). Where nobody noted that, they do.
func (a *aside) stillStates(s *record.Section) bool {
	a.state.need(a.compare)
	return !a.changed[s]
}

func (a *aside) compare() {
	a.changed = a.rec.Outdated(a.rec.Documents[:min(1, len(a.rec.Documents))], a.typedOnly, false)
}
