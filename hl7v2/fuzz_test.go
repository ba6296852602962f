package hl7v2_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/internal/beside"
)

func seeds(f *testing.F) [][]byte {
	out := [][]byte{
		lines(head, "PID|1||A1^^^N&1.2&ISO~B2||Rivera^Ana"), []byte("MSH|^~\\&#|a\nPID|1\n\ntwo\n"), []byte("\x0bMSH|^~\\&|a\r\x1c\r"),
		[]byte("FHS|^~\\&|\rBHS|^~\\&|\rMSH|^~\\&|\rBTS|1\rFTS|1"), []byte("MSH|^~\\&" + `|a\F\b\X0D\\.br\|||||||||||||||ISO IR87` + "\rPID|\x1b$B;3ED\x1b(B|\\M2442\\;3\\C2842\\"),
		[]byte("M\x00S\x00H\x00|\x00^\x00~\x00\\\x00&\x00|\x00"), []byte("MSH|^~\\&|||||||||||||||||GB 18030-2000\rPID|\x81\x7c|\x81\x30\x81\x30"),
		[]byte("MSH@~+/*@"), []byte("MSH|^~"), []byte("MSH|^~\\\\&|x"),
	}
	if _, ok := beside.Find(); ok {
		for _, c := range corpus(f) {
			if len(c.data) < 4000 {
				out = append(out, c.data)
			}
		}
	}
	return out
}

// No input makes reading panic, and what is read is written again as it was.
func FuzzParse(f *testing.F) {
	for _, s := range seeds(f) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		was := bytes.Clone(data)
		m, err := hl7v2.Parse(data, hl7v2.Options{})
		if err != nil {
			var e *hl7v2.Error
			require.ErrorAs(t, err, &e)
			require.True(t, e.Offset >= 0 && e.Offset <= len(data))
			_, err = hl7v2.NAK(err, hl7v2.Ack{})
			require.NoError(t, err)
		} else {
			require.True(t, bytes.Equal(was, m.Bytes()))
			complete(t, m)
			m.Conform(hl7v2.ConformOptions{Guides: []hl7v2.Guide{hl7v2.GuideImmunization, hl7v2.GuideLabResults, hl7v2.GuideSyndromic}})
			_, _ = m.Acknowledge(hl7v2.Ack{Code: hl7v2.Accept})
			m.Acknowledgement()
		}
		var whole []byte
		for it := range hl7v2.Batch(data, hl7v2.Options{}) {
			if it.Kind == hl7v2.ItemMessage && int(it.Offset) != len(whole) {
				return // several messages of UTF-16
			}
			whole = append(whole, it.Bytes...)
		}
		if len(data) < 2 || data[0] != 0 && data[1] != 0 && data[0] < 0xfe {
			require.True(t, bytes.Equal(was, whole))
		}
		require.True(t, bytes.Equal(was, data))
	})
}

// shape is how many segments, fields, repetitions, components and subcomponents there are, place by place.
func shape(m *hl7v2.Message) []int {
	var out []int
	for s := range m.Segments() {
		out = append(out, -1, s.Len())
		for _, f := range s.Fields() {
			out = append(out, -2, f.Len())
			for _, r := range f.Repetitions() {
				out = append(out, -3, r.Len())
				for _, c := range r.Components() {
					out = append(out, c.Len())
				}
			}
		}
	}
	return out
}

// What is set is there, whatever it holds, and nothing else has changed: no value makes a new segment, field or part.
func FuzzSet(f *testing.F) {
	for i, v := range []string{"a", "", `""`, "|^~\\&#\r\n\x0b\x1c\x00", `\F\`, `\X0D\`, "é山𠀀", "\x1b$B;3", "\rMSH|^~\\&|", "\ufeff", `\.br\`, "\u0085\u2028"} {
		for _, s := range seeds(f)[:10] {
			f.Add(s, uint16(i*7), v)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte, at uint16, value string) {
		m, err := hl7v2.Parse(data, hl7v2.Options{})
		if err != nil {
			return
		}
		var places []hl7v2.Subcomponent
		for i := range m.Len() {
			if l := m.Leaf(i); l.Address().Field > 0 && l.Address().Segment != "" && (l.Address().Segment != "MSH" || l.Address().Field > 2 && l.Address().Field != 18) {
				places = append(places, l)
			}
		}
		if len(places) == 0 {
			return
		}
		l := places[int(at)%len(places)]
		a := l.Address()
		before, old := shape(m), bytes.Clone(m.Bytes())
		from, to := l.Offset(), l.Offset()+len(l.Raw())
		if err := m.Set(a.String(), value); err != nil {
			var e *hl7v2.Error
			require.ErrorAs(t, err, &e)
			require.Contains(t, []string{"not-utf8", "unwritable", "no-escape", "would-split", "limit-bytes", "fixed-charset"}, e.Code)
			require.True(t, bytes.Equal(old, m.Bytes()))
			if e.Code == "would-split" {
				require.Contains(t, []string{"ISO IR87", "GB 18030-2000", "BIG-5", "ISO IR159", "ISO IR14", "ISO IR13"}, odd(m), "only where pairs are left open can a value be swallowed")
			}
			return
		}
		require.Equal(t, value, m.Find(a).String())
		require.Equal(t, before, shape(m))
		if text := m.Charset().Name; text != "UNICODE UTF-16" && text != "UNICODE UTF-32" {
			got := m.Bytes()
			require.True(t, bytes.Equal(old[:from], got[:from]))
			require.True(t, bytes.Equal(old[to:], got[len(got)-len(old)+to:]))
		}
		again, err := hl7v2.Parse(m.Bytes(), hl7v2.Options{})
		require.NoError(t, err)
		require.Equal(t, value, again.Find(a).String())
	})
}

// odd gives the character set of a message, or that of its alternates, that has bytes which look like delimiters.
func odd(m *hl7v2.Message) string {
	for _, r := range m.SegmentAt(0).Field(18).Repetitions() {
		if v := r.String(); v != "" {
			if m.Charset().Name == "GB 18030-2000" || m.Charset().Name == "BIG-5" {
				return m.Charset().Name
			}
			if bytes.Contains([]byte(v), []byte("IR")) {
				return "ISO IR87"
			}
		}
	}
	return m.Charset().Name
}

// The frames that are written are the frames that are read, and a stream of anything is no reason to panic.
func FuzzFrames(f *testing.F) {
	f.Add([]byte("\x0bMSH\x1c\r"))
	f.Add([]byte("x\x0b\x0b\x1c\x1c\r"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := hl7v2.NewFrameReader(bytes.NewReader(data), 100)
		var out bytes.Buffer
		w := hl7v2.NewFrameWriter(&out)
		var all [][]byte
		for range len(data) + 2 {
			m, err := r.Next()
			if errors.Is(err, hl7v2.ErrFrameTooLarge) {
				continue
			}
			if err != nil {
				break
			}
			if w.Write(m) == nil {
				all = append(all, bytes.Clone(m))
			}
		}
		r = hl7v2.NewFrameReader(&out, 100)
		for _, want := range all {
			got, err := r.Next()
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got))
		}
	})
}

// A writer writes what it is given, where it is given.
func FuzzWriter(f *testing.F) {
	f.Add("PID", uint8(3), uint8(1), uint8(4), uint8(2), "a|b", "\rOBX|1")
	f.Fuzz(func(t *testing.T, name string, field, rep, comp, sub uint8, one, two string) {
		w, err := hl7v2.NewWriter(hl7v2.Delimiters{}, "UNICODE UTF-8")
		require.NoError(t, err)
		w.Put(18, 0, 0, 0, "UNICODE UTF-8")
		w.Segment(name)
		a := hl7v2.Address{Segment: name, Field: int(field) + 1, Repetition: int(rep) + 1, Component: int(comp) + 1, Subcomponent: int(sub) + 1}
		b := a
		b.Field++
		w.Put(a.Field, a.Repetition, a.Component, a.Subcomponent, one)
		w.Put(b.Field, 0, 0, 0, two)
		m, err := w.Message()
		if err != nil {
			return
		}
		require.Equal(t, 2, m.SegmentCount())
		require.Equal(t, one, m.Find(a).String())
		if two != "" {
			b.Repetition, b.Component, b.Subcomponent = 0, 0, 0
			require.Equal(t, two, m.Find(b).String())
			require.Equal(t, b.Field, m.SegmentAt(1).Len())
		}
	})
}
