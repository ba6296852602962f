package hl7v2

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func corpus(tb testing.TB) map[string][]byte {
	tb.Helper()
	dir := filepath.Join(os.Getenv("PORTAGE_SHARED"), "corpus", "hl7v2")
	out := map[string][]byte{}
	filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && (strings.HasSuffix(p, "hl7")) {
			b, _ := os.ReadFile(p)
			out[p] = b
		}
		return nil
	})
	return out
}

func BenchmarkX(b *testing.B) {
	var ms [][]byte
	size := 0
	for _, d := range corpus(b) {
		if len(d) >= 1000 && len(d) <= 20000 {
			if _, err := Parse(d, Options{}); err == nil {
				ms = append(ms, d)
				size += len(d)
			}
		}
	}
	b.Logf("%d %d", len(ms), size)
	b.Run("index", func(b *testing.B) {
		var m Message
		b.SetBytes(int64(size))
		b.ReportAllocs()
		for b.Loop() {
			for _, d := range ms {
				m.Read(d, Options{})
			}
		}
	})
	b.Run("switch", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, d := range ms {
				countSwitch(d)
			}
		}
	})
	b.Run("class", func(b *testing.B) {
		b.SetBytes(int64(size))
		for b.Loop() {
			for _, d := range ms {
				countClass(d)
			}
		}
	})
}

type counts struct{ seg, field, rep, comp, sub, esc int }

var sink counts

func countSwitch(b []byte) {
	var c counts
	for _, x := range b {
		switch x {
		case '\r', '\n':
			c.seg++
		case '|':
			c.field++
		case '~':
			c.rep++
		case '^':
			c.comp++
		case '&':
			c.sub++
		case '\\':
			c.esc++
		}
	}
	sink = c
}

var cls = func() (t class) {
	d := StandardDelimiters()
	d.fill(&t)
	return
}()
var sink2 [8]int

func countClass(b []byte) {
	var n [8]int
	for _, x := range b {
		n[cls[x]&7]++
	}
	sink2 = n
}
