package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// progress shows a bar while the work goes on and a summary when it is done,
// both only where standard error is a terminal.
type progress struct {
	w       *os.File
	on      bool
	total   int
	done    int
	failed  []string
	sum     counts
	issues  map[string]int
	bytes   int64
	start   time.Time
	painted time.Time
}

func newProgress(w *os.File, total int) *progress {
	info, err := w.Stat()
	on := err == nil && info.Mode()&os.ModeCharDevice != 0
	return &progress{w: w, on: on, total: total, issues: map[string]int{}, start: time.Now()}
}

func (p *progress) add(l *line) {
	if !p.on {
		return
	}
	p.done++
	p.bytes += l.Bytes
	p.sum.Add(l.Counts.Counts)
	p.sum.Unaccounted += l.Counts.Unaccounted
	for i := range l.Issues {
		p.issues[string(l.Issues[i].Severity)+" "+l.Issues[i].Code+" ("+string(l.Issues[i].Action)+")"]++
	}
	if l.Status != "ok" {
		p.failed = append(p.failed, l.Input+": "+l.Error)
	}
	// Short work needs no bar.
	if now := time.Now(); now.Sub(p.start) > 500*time.Millisecond && now.Sub(p.painted) > 100*time.Millisecond {
		p.painted = now
		const width = 40
		full := width * p.done / p.total
		fmt.Fprintf(p.w, "\r[%s%s] %d of %d", strings.Repeat("=", full), strings.Repeat(" ", width-full), p.done, p.total)
	}
}

func (p *progress) finish() {
	if !p.on {
		return
	}
	if !p.painted.IsZero() {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	took := time.Since(p.start)
	const most = 10
	for i, f := range p.failed {
		if i == most {
			fmt.Fprintf(p.w, "and %d more failed: -report FILE tells of each\n", len(p.failed)-most)
			break
		}
		fmt.Fprintln(p.w, "failed:", f)
	}
	fmt.Fprintf(p.w, "%d converted, %d failed; %.1f MB in %s\n", p.done-len(p.failed), len(p.failed), float64(p.bytes)/1e6, took.Round(time.Millisecond))
	c := p.sum
	fmt.Fprintf(p.w, "facts in the source   %8d\n  in typed fields     %8d\n  carried verbatim    %8d\n  scaffold            %8d\n  unaccounted         %8d\n",
		c.Facts, c.Mapped, c.Carried, c.Scaffold, c.Unaccounted)
	fmt.Fprintf(p.w, "leaves of the record\n  in the output       %8d\n  lost, each reported %8d\n", c.Exported, c.Lost)
	kinds := make([]string, 0, len(p.issues))
	for k := range p.issues {
		kinds = append(kinds, k)
	}
	slices.SortFunc(kinds, func(a, b string) int {
		if d := p.issues[b] - p.issues[a]; d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	if len(kinds) > 0 {
		fmt.Fprintln(p.w, "issues")
	}
	for _, k := range kinds {
		fmt.Fprintf(p.w, "  %8d  %s\n", p.issues[k], k)
	}
}
