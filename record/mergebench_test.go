//go:build unix

package record_test

import (
	"reflect"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// processorTime is what the process has used of all cores.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkMerge merges documents of one patient, of about 100 entries each, on one core. The
// processor time, the collector's work included, counts where other work runs on the machine.
func BenchmarkMerge(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, n := range []int{10, 100, 1000} {
		rec := recordtest.Generate(3, recordtest.Size(100*n))
		b.Run(strconv.Itoa(n)+"-documents-of-100", func(b *testing.B) {
			parts := slices(rec, n)
			entries := 0
			for _, p := range parts {
				entries += count(p)
			}
			b.ReportAllocs()
			from := processorTime()
			for b.Loop() {
				merge(b, parts...)
			}
			spent := processorTime() - from
			b.ReportMetric(float64(entries), "entries")
			b.ReportMetric(spent.Seconds()*1e3/float64(b.N), "cpu-ms")
			b.ReportMetric(spent.Seconds()*1e6/float64(b.N)/float64(entries), "cpu-µs/entry")
		})
	}
}

// slices gives n documents of about 100 entries, each fourth of which another has too.
func slices(rec *record.Record, n int) []*record.Record {
	parts := make([]*record.Record, n)
	for i := range parts {
		p := &record.Record{Patient: rec.Patient, Practitioners: rec.Practitioners[:min(5, len(rec.Practitioners))], Organizations: rec.Organizations[:min(3, len(rec.Organizations))]}
		for _, name := range statementLists {
			v := reflect.ValueOf(rec).Elem().FieldByName(name)
			size := (v.Len() + n - 1) / n
			lo, hi := min(v.Len(), i*size), min(v.Len(), i*size+size+(size+3)/4)
			reflect.ValueOf(p).Elem().FieldByName(name).Set(v.Slice3(lo, hi, hi))
		}
		parts[i] = p.Clone()
		parts[i].Sources = []record.Source{{ID: "source-" + strconv.Itoa(i), Format: "record", Time: "2024-01-01"}}
		for _, e := range parts[i].Entries() {
			e.Origins = []record.Origin{{Source: "source-" + strconv.Itoa(i)}}
		}
	}
	return parts
}
