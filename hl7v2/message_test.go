package hl7v2_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

const head = `MSH|^~\&|LAB|NORTH|EHR|SOUTH|20260301101500+0100||ORU^R01^ORU_R01|77|P|2.5.1`

func parse(t testing.TB, s ...string) *hl7v2.Message {
	t.Helper()
	m, err := hl7v2.Parse(lines(s...), hl7v2.Options{})
	require.NoError(t, err)
	return m
}

// Every file is read, or refused with the place; what is read is written again to the byte, and its pieces are all of it.
func TestCorpus(t *testing.T) {
	read, refused := 0, 0
	for _, f := range corpus(t) {
		m, err := hl7v2.Parse(f.data, hl7v2.Options{})
		if err != nil {
			refused++
			var e *hl7v2.Error
			require.ErrorAs(t, err, &e, f.name)
			require.Contains(t, []string{"empty", "no-header", "batch", "second-message", "short-header"}, e.Code, f.name)
			require.True(t, e.Code == "empty" || e.Code == "no-header" || e.Segment > 0 && e.Name != "", f.name)
			require.LessOrEqual(t, e.Offset, len(f.data), f.name)
		} else {
			read++
			require.True(t, bytes.Equal(f.data, m.Bytes()), f.name)
			complete(t, m)
		}
		var whole []byte
		for it := range hl7v2.Batch(f.data, hl7v2.Options{}) {
			require.Equal(t, int64(len(whole)), it.Offset, f.name)
			whole = append(whole, it.Bytes...)
			if it.Kind != hl7v2.ItemStray && !errors.Is(it.Err, hl7v2.ErrShortHeader) {
				require.NoError(t, it.Err, f.name)
				require.True(t, bytes.Equal(it.Bytes, it.Message.Bytes()), f.name)
			}
		}
		require.True(t, bytes.Equal(f.data, whole), f.name)
	}
	t.Logf("%d read, %d refused as single messages", read, refused)
	require.Greater(t, read, 570)
}

// complete checks that views agree with each other and that nothing lies outside of them.
func complete(t testing.TB, m *hl7v2.Message) {
	t.Helper()
	leaves := 0
	for range m.Leaves() {
		leaves++
	}
	must := func(ok bool, what string) {
		if !ok {
			t.Helper()
			t.Fatal(what)
		}
	}
	found := 0
	few := m.Len() < 2000 // looking one up goes over those before it
	for s := range m.Segments() {
		for n, f := range s.Fields() {
			must(f == s.Field(n), "field")
			joined := []byte{}
			for r, rep := range f.Repetitions() {
				must(!few || rep == f.Repetition(r), "repetition")
				if r > 1 {
					joined = append(joined, m.Delimiters().Repetition)
				}
				joined = append(joined, rep.Raw()...)
				for c, comp := range rep.Components() {
					must(!few || comp == rep.Component(c), "component")
					for k, sub := range comp.Subcomponents() {
						must(!few || sub == comp.Subcomponent(k), "subcomponent")
						if len(sub.Raw()) > 0 {
							found++
							must(m.IsLeaf(sub.Index()) && m.Leaf(sub.Index()) == sub, "leaf")
						}
						if a := sub.Address(); few && a.Segment != "" && found < 500 {
							must(bytes.Equal(sub.Raw(), m.Find(a).Raw()), "address")
						}
						_, _ = sub.String(), sub.Text()
						if found < 500 {
							_, line, column := sub.Position()
							must(line == s.Index()+1 && column == sub.Offset()-s.Offset()+1, "position")
						}
					}
				}
			}
			must(bytes.Equal(f.Raw(), joined), "repetitions of a field")
		}
	}
	must(leaves == found, "leaves")
	n := 0
	for range m.Tree().All() {
		n++
	}
	must(m.SegmentCount() == n, "segments of the tree")
}

func TestViews(t *testing.T) {
	m := parse(t, head, `PID|1||A1^^^NORTH&1.2.3&ISO^MR~B2||Rivera^Ana^""||19710502|F`, `OBX|1|ST|8^x||a&b^c~d`, `OBX|2|NM|9||5`)
	code, event, structure := m.Type()
	require.Equal(t, []string{"ORU", "R01", "ORU_R01", "77", "2.5.1"}, []string{code, event, structure, m.ControlID(), m.Version()})
	require.Equal(t, "|", m.Get("MSH-1"))
	require.Equal(t, `^~\&`, m.Get("MSH-2"))
	require.Equal(t, "LAB", m.Get("MSH-3"))
	pid := m.Segment("PID", 1)
	require.Equal(t, 8, pid.Len())
	require.Equal(t, 2, pid.Field(3).Len())
	require.Equal(t, "1.2.3", pid.Field(3).Repetition(1).Component(4).Subcomponent(2).String())
	require.Equal(t, "B2", pid.Field(3).Repetition(2).Component(1).String())
	require.Equal(t, hl7v2.Absent, pid.Field(3).Repetition(2).Component(2).State())
	require.Equal(t, hl7v2.Empty, pid.Field(2).State())
	require.Equal(t, hl7v2.Null, pid.Field(5).Component(3).State())
	require.Equal(t, hl7v2.Absent, pid.Field(9).State())
	require.False(t, pid.Field(0).OK())
	require.False(t, hl7v2.Segment{}.Field(1).Repetition(1).Component(1).Subcomponent(1).OK())
	require.Equal(t, "d", m.Get("OBX-5[2]"))
	require.Equal(t, "5", m.Get("OBX[2]-5"))
	require.Equal(t, "a&b^c~d", m.Get("OBX-5"), "inner delimiters stand in the value of the whole")
	require.Equal(t, "b", m.Get("OBX-5.1.2"))
	require.Equal(t, pid.Index(), 1)
	require.Equal(t, "OBX", pid.Next().Name())
	require.False(t, m.Segment("OBX", 2).Next().OK())
	path, line, column := m.At("OBX-5[2]").Position()
	require.Equal(t, "OBX[1]-5[2]", path)
	require.Equal(t, 3, line)
	require.Equal(t, bytes.Index(m.SegmentAt(2).Raw(), []byte("d"))+1, column)
	var names []string
	for s := range m.Segments() {
		names = append(names, s.Name())
	}
	require.Equal(t, []string{"MSH", "PID", "OBX", "OBX"}, names)
}

func TestZeroMessage(t *testing.T) {
	var m hl7v2.Message
	require.Zero(t, m.Len())
	require.Nil(t, m.Bytes())
	require.Empty(t, m.Get("PID-3"))
	require.Empty(t, m.Tree().Nodes)
	require.Empty(t, m.Conform(hl7v2.ConformOptions{}))
	require.Error(t, m.Set("PID-3", "x"))
	require.Error(t, m.Delete("PID-3"))
	_, err := m.AddSegment("PID")
	require.Error(t, err)
}

// What ends a segment is decided by the header's own end.
func TestLineEnds(t *testing.T) {
	pid, obx := "PID|1||A1", "OBX|1|TX|8||one"
	for _, c := range []struct {
		what, in string
		names    []string
		text     string // OBX-5
	}{
		{"CR", head + "\r" + pid + "\r" + obx + "\r", []string{"MSH", "PID", "OBX"}, "one"},
		{"LF", head + "\n" + pid + "\n" + obx, []string{"MSH", "PID", "OBX"}, "one"},
		{"CRLF", head + "\r\n" + pid + "\r\n" + obx + "\r\n", []string{"MSH", "PID", "OBX"}, "one"},
		{"blank lines", "\n" + head + "\r\r\n" + pid + "\r\r" + obx + "\r\r", []string{"MSH", "PID", "OBX"}, "one"},
		{"byte-order mark", "\ufeff" + head + "\r" + pid + "\r" + obx, []string{"MSH", "PID", "OBX"}, "one"},
		{"frame", "\x0b" + head + "\r" + pid + "\r" + obx + "\r\x1c\r", []string{"MSH", "PID", "OBX"}, "one"},
		{"frame without the last end", "\x0b" + head + "\r" + pid + "\r" + obx + "\x1c\r", []string{"MSH", "PID", "OBX"}, "one"},
		{"LF is data", head + "\r" + pid + "\r" + obx + "\ntwo\nPCR|x\r", []string{"MSH", "PID", "OBX"}, "one\ntwo\nPCR"},
		{"LF is data after CRLF", head + "\r\n" + pid + "\r\n" + obx + "\ntwo\r\n", []string{"MSH", "PID", "OBX"}, "one\ntwo"},
		{"LF instead of CR", head + "\r" + pid + "\n" + obx + "\nZAB|1\r", []string{"MSH", "PID", "OBX", "ZAB"}, "one"},
		{"CR instead of LF", head + "\n" + pid + "\r" + obx, []string{"MSH", "PID", "OBX"}, "one"},
		{"LF and a broken text", head + "\n" + pid + "\n" + obx + "\ntwo, and\nNo. 3\n", []string{"MSH", "PID", "OBX"}, "one\ntwo, and\nNo. 3"},
		{"small letters", head + "\n" + "pid|1||A1" + "\n" + obx, []string{"MSH", "PID", "OBX"}, "one"},
		{"CR and no segment", head + "\r" + obx + "\rtwo|x", []string{"MSH", "OBX", ""}, "one"},
	} {
		t.Run(c.what, func(t *testing.T) {
			m, err := hl7v2.Parse([]byte(c.in), hl7v2.Options{})
			require.NoError(t, err)
			var names []string
			for s := range m.Segments() {
				names = append(names, s.Name())
			}
			require.Equal(t, c.names, names)
			require.Equal(t, c.text, m.Get("OBX-5"))
			require.Equal(t, c.in, string(m.Bytes()))
			complete(t, m)
		})
	}
}

func TestDelimiters(t *testing.T) {
	m := parse(t, `MSH@~+/*@LAB@@EHR@@2026@@ADT~A01@1@P@2.3`, `PID@1@@x~y*z+q@@A/S/B`)
	require.Equal(t, hl7v2.Delimiters{Field: '@', Component: '~', Repetition: '+', Escape: '/', Subcomponent: '*'}, m.Delimiters())
	require.Equal(t, "z", m.Get("PID-3.2.2"))
	require.Equal(t, "q", m.Get("PID-3[2]"))
	require.Equal(t, "A~B", m.Get("PID-5"))

	m = parse(t, `MSH|^~\&#|LAB||||2026||ORU^R01|1|P|2.7`, `OBX|1|ST|8||cut\P\off#`)
	require.Equal(t, byte('#'), m.Delimiters().Truncation)
	require.Equal(t, "cut#off#", m.Get("OBX-5"))

	m = parse(t, `MSH|^~\\&|LAB||||2026||ORU^R01|1|P|2.5`, `OBX|1|ST|8||a&b\T\c`)
	require.Equal(t, hl7v2.StandardDelimiters(), m.Delimiters(), "a doubled backslash is one")
	require.Equal(t, `^~\\&`, m.Get("MSH-2"))
	require.Equal(t, "b&c", m.Get("OBX-5.1.2"))

	m = parse(t, `MSH|^~|LAB||||2026||ADT^A01|1|P|2.1`, `PID|1||a^b~c\S\&d`)
	require.Equal(t, `c\S\&d`, m.Get("PID-3[2]"))
	require.ErrorContains(t, m.Set("PID-4", "a|b"), "escape character")
	require.NoError(t, m.Set("PID-4", "a&b"))
}

func TestErrors(t *testing.T) {
	limits := hl7v2.Limits{Bytes: 200, Segments: 3, Fields: 12, Repetitions: 5, Pieces: 40}
	for _, c := range []struct{ what, in, want string }{
		{"empty", " \r\n", "hl7v2: byte 3: the input is empty"},
		{"other", "PID|1", "hl7v2: byte 0: the input does not begin with MSH"},
		{"short", "MSH|^~", "hl7v2: segment 1 (MSH), field 1, byte 3: the header ends before its delimiters do"},
		{"no delimiters", "MSH||LAB", "hl7v2: segment 1 (MSH), field 2, byte 3: MSH-2 does not name one to five different characters that can delimit"},
		{"letters", "MSHA^~\\&", "hl7v2: segment 1 (MSH), field 1, byte 3: MSH-1 is no character that can separate fields"},
		{"twice", "MSH|^^\\&|", "hl7v2: segment 1 (MSH), field 2, byte 3: MSH-2 does not name one to five different characters that can delimit"},
		{"two messages", "MSH|^~\\&|A\rMSH|^~\\&|B", "hl7v2: segment 2 (MSH), byte 11: a second message begins here: read the input as a batch"},
		{"batch", "BHS|^~\\&|A", "hl7v2: segment 1 (BHS), byte 0: the input is a batch: read it as one"},
		{"trailer", "MSH|^~\\&|A\rBTS|1", "hl7v2: segment 2 (BTS), byte 11: the input is a batch: read it as one"},
		{"bytes", "MSH|^~\\&|" + strings.Repeat("x", 200), "hl7v2: byte 0: the message exceeds the limit of bytes"},
		{"segments", "MSH|^~\\&|\rA\rB\rC\rD", "hl7v2: segment 4, byte 14: the message exceeds the limit of segments"},
		{"fields", "MSH|^~\\&|\rPID" + strings.Repeat("|", 13), "hl7v2: segment 2 (PID), field 13, byte 10: the segment exceeds the limit of fields"},
		{"repetitions", "MSH|^~\\&|\rPID|1|~~~~~", "hl7v2: segment 2 (PID), byte 21: the field exceeds the limit of repetitions"},
		{"pieces", "MSH|^~\\&|\rPID|" + strings.Repeat("^", 50), "hl7v2: segment 1 (MSH), byte 8: the message exceeds the limit of pieces between delimiters"},
		{"UTF-16", "M\x00S\x00H\x00|\x00^\x00\x00", "hl7v2: byte 0: the bytes are not text in the message's character set"},
	} {
		t.Run(c.what, func(t *testing.T) {
			_, err := hl7v2.Parse([]byte(c.in), hl7v2.Options{Limits: limits})
			require.EqualError(t, err, c.want)
		})
	}
	_, err := hl7v2.Parse([]byte("MSH|^~\\&|A\rMSH|^~\\&|B"), hl7v2.Options{})
	require.ErrorIs(t, err, hl7v2.ErrSecondMessage)
	require.NotErrorIs(t, err, hl7v2.ErrBatch)
	require.False(t, errors.Is(err, errors.ErrUnsupported))
}

// A line that is no segment stands at its place with all that it holds.
func TestNameless(t *testing.T) {
	m := parse(t, head, `PID|1||A1`, `and so on^x|y`, `ZZ9|1`)
	s := m.SegmentAt(2)
	require.Empty(t, s.Name())
	require.Equal(t, "and so on", s.Field(0).Component(1).String())
	require.Equal(t, "y", s.Field(1).String())
	var leaves []string
	for l := range s.Field(0).Leaves() {
		leaves = append(leaves, l.String())
		require.True(t, m.IsLeaf(l.Index()))
	}
	require.Equal(t, []string{"and so on", "x"}, leaves)
	path, line, column := s.Field(1).Position()
	require.Equal(t, []any{"segment[3]-1", 3, 13}, []any{path, line, column})
	require.True(t, slices.ContainsFunc(m.Conform(hl7v2.ConformOptions{}), func(i record.Issue) bool { return i.Code == "not-a-segment" && i.Line == 3 }))
}

// A message that is read into another's memory needs none of its own.
func TestReuse(t *testing.T) {
	in := lines(head, `PID|1||A1^^^NORTH&1.2.3&ISO^MR~B2||Rivera^Ana||19710502|F`, `OBX|1|ST|8||a\T\b`)
	var m hl7v2.Message
	require.NoError(t, m.Read(in, hl7v2.Options{}))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = m.Read(in, hl7v2.Options{}) }))
	require.Error(t, m.Read([]byte("x"), hl7v2.Options{}))
	require.Zero(t, m.Len())
	require.NoError(t, m.Read(in, hl7v2.Options{}))
	require.Equal(t, "A1", m.Get("PID-3.1"))
}
