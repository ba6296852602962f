package hl7v2_test

import (
	"bytes"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

// real gives the messages of 1 to 20 kB, which are what is measured.
func real(tb testing.TB) (messages [][]byte, size int) {
	for _, f := range corpus(tb) {
		if len(f.data) < 1000 || len(f.data) > 20_000 {
			continue
		}
		if _, err := hl7v2.Parse(f.data, hl7v2.Options{}); err == nil {
			messages = append(messages, f.data)
			size += len(f.data)
		}
	}
	return messages, size
}

type counts struct{ segments, fields, repetitions, components, subcomponents, escapes int }

// countBySwitch only counts delimiters, with a switch on each byte.
func countBySwitch(b []byte) (c counts) {
	for _, x := range b {
		switch x {
		case '\r', '\n':
			c.segments++
		case '|':
			c.fields++
		case '~':
			c.repetitions++
		case '^':
			c.components++
		case '&':
			c.subcomponents++
		case '\\':
			c.escapes++
		}
	}
	return c
}

var classes = [256]uint8{'\r': 1, '\n': 1, '|': 2, '~': 3, '^': 4, '&': 5, '\\': 6}

// countByClass only counts delimiters, with a table of classes.
func countByClass(b []byte) (c [8]int) {
	for _, x := range b {
		if k := classes[x]; k != 0 {
			c[k&7]++
		}
	}
	return c
}

var (
	sinkCounts  counts
	sinkClasses [8]int
	sinkLength  int
)

// put is a value with its place in a message.
type put struct {
	segment    string // begins one
	f, r, c, k int
	value      string
}

// putsOf gives what a message holds, leaf by leaf.
func putsOf(m *hl7v2.Message) (out []put) {
	for s := range m.Segments() {
		if s.Index() > 0 {
			out = append(out, put{segment: s.Name()})
		}
		for n := 1; n <= s.Len(); n++ {
			if s.Index() == 0 && n <= 2 {
				continue
			}
			for r, rep := range s.Field(n).Repetitions() {
				for c, comp := range rep.Components() {
					for k, sub := range comp.Subcomponents() {
						if v := sub.String(); v != "" {
							out = append(out, put{f: n, r: r, c: c, k: k, value: v})
						}
					}
				}
			}
		}
	}
	return out
}

// write writes a message anew, leaf by leaf, each escaped.
func write(w *hl7v2.Writer, d hl7v2.Delimiters, puts []put) error {
	if err := w.Reset(d, "UNICODE UTF-8"); err != nil {
		return err
	}
	for i := range puts {
		if p := &puts[i]; p.segment != "" {
			w.Segment(p.segment)
		} else {
			w.Put(p.f, p.r, p.c, p.k, p.value)
		}
	}
	_, err := w.Bytes()
	return err
}

// race measures functions against each other: each takes its turn in every round, and its best round counts. So other work on
// the machine hits all of them alike.
func race(messages [][]byte, size, rounds int, funcs ...func([]byte)) []float64 {
	best := make([]time.Duration, len(funcs))
	for round := range rounds {
		for i, f := range funcs {
			start := time.Now()
			for _, m := range messages {
				f(m)
			}
			if d := time.Since(start); round == 0 || d < best[i] {
				best[i] = d
			}
		}
	}
	out := make([]float64, len(funcs))
	for i, d := range best {
		out[i] = float64(size) / d.Seconds() / 1e6
	}
	return out
}

// BenchmarkRace is what the documentation tells: MB/s of the best round of each, in one run.
func BenchmarkRace(b *testing.B) {
	messages, size := real(b)
	var m hl7v2.Message
	parsed, puts := map[*byte]*hl7v2.Message{}, map[*byte][]put{}
	for _, d := range messages {
		parsed[&d[0]], _ = hl7v2.Parse(d, hl7v2.Options{})
		puts[&d[0]] = putsOf(parsed[&d[0]])
	}
	w, err := hl7v2.NewWriter(hl7v2.Delimiters{}, "")
	require.NoError(b, err)
	for b.Loop() {
		r := race(messages, size, 40,
			func(d []byte) { sinkCounts = countBySwitch(d) },
			func(d []byte) { sinkClasses = countByClass(d) },
			func(d []byte) { _ = m.Read(d, hl7v2.Options{}) },
			func(d []byte) { _, _ = parsed[&d[0]].WriteTo(io.Discard) },
			func(d []byte) {
				edited := *parsed[&d[0]]
				_ = edited.Set("PID-8", "U")
				_, _ = edited.WriteTo(io.Discard)
			},
			func(d []byte) { _ = write(w, parsed[&d[0]].Delimiters(), puts[&d[0]]) },
		)
		b.ReportMetric(r[0], "switch-MB/s")
		b.ReportMetric(r[1], "class-MB/s")
		b.ReportMetric(r[2], "read-MB/s")
		b.ReportMetric(r[2]/r[0], "x-switch")
		b.ReportMetric(r[2]/r[1], "x-class")
		b.ReportMetric(r[3]/r[2], "write-x-read")
		b.ReportMetric(r[4]/r[2], "edit-and-write-x-read")
		b.ReportMetric(r[5]/r[2], "leaf-by-leaf-x-read")
	}
}

func BenchmarkRead(b *testing.B) {
	messages, size := real(b)
	var m hl7v2.Message
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range messages {
			if err := m.Read(d, hl7v2.Options{}); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkRewrite(b *testing.B) {
	messages, size := real(b)
	var all [][]put
	for _, d := range messages {
		m, _ := hl7v2.Parse(d, hl7v2.Options{})
		all = append(all, putsOf(m))
	}
	w, err := hl7v2.NewWriter(hl7v2.Delimiters{}, "")
	require.NoError(b, err)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, puts := range all {
			_ = write(w, hl7v2.Delimiters{}, puts)
		}
	}
}

func BenchmarkEdit(b *testing.B) {
	messages, size := real(b)
	var parsed []*hl7v2.Message
	for _, d := range messages {
		m, _ := hl7v2.Parse(d, hl7v2.Options{})
		parsed = append(parsed, m)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, m := range parsed {
			edited := *m
			_ = edited.Set("PID-8", "U")
			_, _ = edited.WriteTo(io.Discard)
		}
	}
}

func BenchmarkTree(b *testing.B) {
	messages, size := real(b)
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for _, d := range messages {
			m, _ := hl7v2.Parse(d, hl7v2.Options{})
			sinkLength = len(m.Tree().Nodes)
		}
	}
}

// An OBX-5 of 100 MB takes at most as much memory again.
func TestLargeValue(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("100 MB")
	}
	const size = 100 << 20
	for what, part := range map[string]string{
		"base64": "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1",
		"text":   `The specimen was received in formalin, and shows nothing of note.\.br\`,
	} {
		in := bytes.Join([][]byte{[]byte(head + "\rOBR|1\rOBX|1|ED|8||^TEXT^^Base64^"), []byte(strings.Repeat(part, size/len(part))), []byte("||||||F\r")}, nil)
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		m, err := hl7v2.Parse(in, hl7v2.Options{})
		require.NoError(t, err)
		v := m.At("OBX-5.5")
		require.Len(t, v.Raw(), size/len(part)*len(part))
		if what == "base64" {
			require.Len(t, v.String(), size/len(part)*len(part))
		}
		require.Equal(t, "F", m.Get("OBX-11"))
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20), what)
	}
}

// An OBX-5 of 100 MB takes at most twice its size to import: as base64 it stays where it is, as text with line breaks it is written once.
func TestImportLargeValue(t *testing.T) {
	if testing.Short() || raceEnabled {
		t.Skip("100 MB")
	}
	const size = 100 << 20
	for kind, obx := range map[string][2]string{
		"ED": {"ED|8||^TEXT^^Base64^", "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1"},
		"TX": {"TX|8||", `The specimen was received in formalin, and shows nothing of note.\.br\`},
		"??": {"QQ|8||", "nobody knows the type of this value, and so it is carried as it is"},
	} {
		in := bytes.Join([][]byte{[]byte(head + "\rPID|1||7\rOBR|1|||24331-1^Lipids^LN\rOBX|1|" + obx[0]),
			[]byte(strings.Repeat(obx[1], size/len(obx[1]))), []byte("||||||F\r")}, nil)
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		for x, err := range (hl7v2.Importer{}).Import(t.Context(), record.Input{Bytes: in}, record.ImportOptions{}) {
			require.NoError(t, err, kind)
			require.Zero(t, x.Report.Counts.Unaccounted())
			require.Len(t, x.Record.Results, 1)
		}
		runtime.ReadMemStats(&after)
		t.Logf("%s: %.2f times its size allocated", kind, float64(after.TotalAlloc-before.TotalAlloc)/size)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(2*size), kind)
	}
}

// report is a report of 22 observations.
func report() []byte {
	var s strings.Builder
	s.WriteString("MSH|^~\\&|LAB|NORTH|EHR|SOUTH|20260301101500+0100||ORU^R01^ORU_R01|77|P|2.5.1\rPID|1||A1^^^NORTH&1.2.3&ISO^MR||Rivera^Ana||19710502|F\r" +
		"ORC|RE|P1^EHR|F1^LAB\rOBR|1|P1^EHR|F1^LAB|24331-1^Lipids^LN|||20260301|||||||||7^Hale^Mona^^^^^^NORTH&1.2.3&ISO||||||20260301||CH|F\r")
	for i := range 22 {
		fmt.Fprintf(&s, "OBX|%d|NM|2093-3^Cholesterol^LN|1.%d|5.%d|mmol/L^^UCUM|3.0-5.2|N|||F|||20260301\r", i+1, i+1, i)
	}
	return []byte(s.String())
}

func imports(b *testing.B, data []byte) {
	for _, err := range (hl7v2.Importer{}).Import(b.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkImport reads a report of 22 observations into the record.
func BenchmarkImport(b *testing.B) {
	data := report()
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		imports(b, data)
	}
}

// BenchmarkExport writes that report again: as it was sent, and anew from typed fields.
func BenchmarkExport(b *testing.B) {
	var rec *record.Record
	for x, err := range (hl7v2.Importer{}).Import(b.Context(), record.Input{Bytes: report()}, record.ImportOptions{}) {
		if err != nil {
			b.Fatal(err)
		}
		rec = x.Record
	}
	for _, typed := range []bool{false, true} {
		b.Run(map[bool]string{false: "as-sent", true: "anew"}[typed], func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := (hl7v2.Exporter{}).Export(b.Context(), rec, io.Discard, record.ExportOptions{TypedOnly: typed}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
