//go:build unix

package hl7v2_test

import (
	"runtime"
	"syscall"
	"testing"
	"time"
)

// processorTime is what the process has used of all cores, the collector's work included.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkImportCPU is BenchmarkImport by the processor time of its best round, so that it can be measured where other work runs on the machine.
// A round is long enough for the collector to run in it several times.
func BenchmarkImportCPU(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const rounds, each = 150, 100
	data := report()
	for b.Loop() {
		best := time.Duration(0)
		for n := range rounds {
			start := processorTime()
			for range each {
				imports(b, data)
			}
			if d := processorTime() - start; n == 0 || d < best {
				best = d
			}
		}
		b.ReportMetric(each/best.Seconds(), "messages/s")
	}
}
