package peers

import (
	"runtime"
	"testing"
	"time"
)

// race lets each way do all tasks in turn, beginning with a heap that was swept, so that none pays for another's garbage and
// each for its own. It gives the least time that each way took for a round.
func race(b *testing.B, tasks int, ways ...func(task int) error) []time.Duration {
	b.Helper()
	least := make([]time.Duration, len(ways))
	for b.Loop() {
		for i, do := range ways {
			runtime.GC()
			start := time.Now()
			for task := range tasks {
				if err := do(task); err != nil {
					b.Fatal(err)
				}
			}
			if d := time.Since(start); least[i] == 0 || d < least[i] {
				least[i] = d
			}
		}
	}
	return least
}
