package hl7v2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
)

func TestER7(t *testing.T) {
	for _, c := range []struct{ what, header, in, want string }{
		{"standard", `MSH|^~\&|LAB||||2026||ADT^A01|1|P|2.5||||||UNICODE UTF-8`, `PID|1||a^b&\T\\.br\~""||é`, `a^b&\T\\.br\~""`},
		{"other delimiters", `MSH@~+/*@LAB@@@@2026@@ADT~A01@1@P@2.3`, `PID@1@@a~b*/T//.br/|^+""+x/y`, `a^b&*\.br\\F\\S\~""~x/y`},
		{"other set", `MSH|^~\&|LAB||||2026||ADT^A01|1|P|2.5||||||8859/1`, "PID|1||\xe9\\XE9\\\\X0D\\\\\\H\\x\\N\\", `éé\X0D\\E\\H\x\N\`},
		{"Japanese", `MSH|^~\&|LAB||||2026||ADT^A01|1|P|2.5||||||~ISO IR87`, "PID|1||\x1b$B;3ED\x1b(B^\\M2442\\;3\\C2842\\&", `山田^山&`},
	} {
		m := parse(t, c.header, c.in)
		f := m.Segment("PID", 1).Field(3)
		require.Equal(t, c.want, f.ER7(), c.what)
		for _, d := range []hl7v2.Delimiters{{}, {Field: '@', Component: '~', Repetition: '+', Escape: '\\', Subcomponent: '*'}} {
			for _, set := range []string{"UNICODE UTF-8", "8859/1", "GB 18030-2000"} {
				w, err := hl7v2.NewWriter(d, set)
				require.NoError(t, err)
				w.Put(18, 0, 0, 0, set)
				w.Segment("PID")
				w.PutER7(3, 0, 0, 0, f.ER7())
				back, err := w.Message()
				if err != nil {
					require.ErrorIs(t, err, hl7v2.ErrUnwritable)
					require.Equal(t, "8859/1", set)
					continue
				}
				var was, is []string
				for l := range f.Leaves() {
					was = append(was, l.String(), l.Text(), l.State().String())
				}
				for l := range back.Segment("PID", 1).Field(3).Leaves() {
					is = append(is, l.String(), l.Text(), l.State().String())
				}
				require.Equal(t, was, is, "%s %v %s", c.what, d, set)
			}
		}
	}
	for _, text := range []string{"a|b", "a\rb", "a~b"} {
		for _, d := range []hl7v2.Delimiters{{}, {Field: '@', Component: '~', Repetition: '+', Escape: '\\', Subcomponent: '*'}} {
			w, _ := hl7v2.NewWriter(d, "UNICODE UTF-8")
			w.Segment("PID")
			w.PutER7(3, 1, 0, 0, text)
			_, err := w.Bytes()
			require.Error(t, err, "%q", text)
		}
	}
}

// Every field of the corpus is the same again when it goes through another message with other delimiters.
func TestER7OfCorpus(t *testing.T) {
	other := hl7v2.Delimiters{Field: '@', Component: '!', Repetition: '+', Escape: '\\', Subcomponent: '*'}
	for _, file := range corpus(t) {
		for it := range hl7v2.Batch(file.data, hl7v2.Options{}) {
			if it.Kind != hl7v2.ItemMessage || it.Message == nil {
				continue
			}
			w, err := hl7v2.NewWriter(other, "UNICODE UTF-8")
			require.NoError(t, err)
			for s := range it.Message.Segments() {
				if s.Name() == "" {
					w = nil
					break
				}
				if s.Index() > 0 {
					w.Segment(s.Name())
				}
				for n, f := range s.Fields() {
					if n > 2 || s.Index() > 0 {
						w.PutER7(n, 0, 0, 0, f.ER7())
					}
				}
			}
			if w == nil {
				continue
			}
			m, err := w.Message()
			require.NoError(t, err, file.name)
			for s := range it.Message.Segments() {
				for n, f := range s.Fields() {
					if n > 2 || s.Index() > 0 {
						// Delimiters that stand in a value of several parts differ; the parts do not.
						was, is := []string{}, []string{}
						for l := range f.Leaves() {
							was = append(was, l.String())
						}
						for l := range m.SegmentAt(s.Index()).Field(n).Leaves() {
							is = append(is, l.String())
						}
						require.Equal(t, was, is, "%s %s-%d", file.name, s.Name(), n)
					}
				}
			}
		}
	}
}
