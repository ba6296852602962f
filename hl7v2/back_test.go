package hl7v2

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"sort"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// leaf is what stands at one place of a message.
type leafAt struct {
	segment            string
	n                  int // among the segments of its name
	field, rep, c, sub int
	text               string
}

// leavesOf gives the leaves of messages, with how often each is there.
func leavesOf(t *testing.T, data []byte) map[leafAt]int {
	out := map[leafAt]int{}
	counts := map[string]int{}
	for it := range Batch(data, Options{}) {
		require.NoError(t, it.Err)
		for s := range it.Message.Segments() {
			counts[s.Name()]++
			for _, f := range s.Fields() {
				for l := range f.Leaves() {
					out[atOf(l.span, s, counts[s.Name()])]++
				}
			}
		}
	}
	return out
}

// leavesIn goes over the leaves of a segment.
func leavesIn(s Segment) iter.Seq[Subcomponent] {
	return func(yield func(Subcomponent) bool) {
		for _, f := range s.Fields() {
			for l := range f.Leaves() {
				if !yield(l) {
					return
				}
			}
		}
	}
}

func atOf(l span, s Segment, n int) leafAt {
	a := l.Address()
	return leafAt{s.Name(), n, a.Field, max(a.Repetition, 1), max(a.Component, 1), max(a.Subcomponent, 1), l.ER7()}
}

// exportable are the types of messages that are written.
var exportable = []string{"ADT", "ORU", "VXU", "MDM", "ORM", "OML", "SIU", "RSP", "DFT", "PPR", "REF"}

// TestTypedComesBack counts, of what the typed fields of the record hold of a message, how much stands in its segment and field again
// when the message is written from those fields alone.
func TestTypedComesBack(t *testing.T) {
	type share struct{ all, typed, back, typedBack int }
	var sum share
	fields := map[string]*share{}
	for _, f := range samples(t) {
		file, err := Importer{}.file(f.data, record.ImportOptions{}, newDesk())
		if err != nil {
			continue
		}
		for _, parts := range file.patients() {
			if len(parts) == 0 || !slices.Contains(exportable, parts[0].kind) {
				continue
			}
			r := read(parts, record.ImportOptions{}, newDesk())
			var out bytes.Buffer
			_, err := Exporter{}.Export(context.Background(), r.rec.Typed(), &out, record.ExportOptions{TypedOnly: true, Now: time.Unix(1, 0).UTC()})
			require.NoError(t, err, f.name)
			got := leavesOf(t, out.Bytes())
			counts := map[string]int{}
			for _, p := range parts {
				for n, s := range p.segs {
					if !p.first && n < p.own {
						continue
					}
					counts[s.Name()]++
					for l := range leavesIn(s) {
						at := atOf(l.span, s, counts[s.Name()])
						x := fields[at.segment+"-"+strconv.Itoa(at.field)]
						if x == nil {
							x = &share{}
							fields[at.segment+"-"+strconv.Itoa(at.field)] = x
						}
						typed, back := 0, 0
						if !p.led.Free(l.Index()) {
							typed = 1
						}
						if got[at] > 0 {
							got[at]--
							back = 1
						}
						for _, x := range []*share{x, &sum} {
							x.all, x.typed, x.back, x.typedBack = x.all+1, x.typed+typed, x.back+back, x.typedBack+typed*back
						}
					}
				}
			}
		}
	}
	var names []string
	for n := range fields {
		names = append(names, n)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := fields[names[i]], fields[names[j]]
		return a.typed-a.typedBack > b.typed-b.typedBack
	})
	for _, n := range names[:min(len(names), 20)] {
		t.Log(n, *fields[n])
	}
	t.Logf("%d leaves, %d typed, %d back (%.1f %% of all, %.1f %% of those typed)", sum.all, sum.typed, sum.back, 100*float64(sum.back)/float64(sum.all), 100*float64(sum.typedBack)/float64(sum.typed))
	require.Greater(t, float64(sum.typedBack), 0.95*float64(sum.typed))
	require.Greater(t, float64(sum.back), 0.90*float64(sum.all))
}
