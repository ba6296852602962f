package hl7v2_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		in, out string
		want    hl7v2.Address
	}{
		{"PID", "PID", hl7v2.Address{Segment: "PID"}},
		{"PID-5", "PID-5", hl7v2.Address{Segment: "PID", Field: 5}},
		{"PID-5[2].1", "PID-5[2].1", hl7v2.Address{Segment: "PID", Field: 5, Repetition: 2, Component: 1}},
		{"OBX[3]-5[1].2.1", "OBX[3]-5[1].2.1", hl7v2.Address{Segment: "OBX", Occurrence: 3, Field: 5, Repetition: 1, Component: 2, Subcomponent: 1}},
		{"PID.5.1", "PID-5.1", hl7v2.Address{Segment: "PID", Field: 5, Component: 1}},
		{"PID-5-1-2", "PID-5.1.2", hl7v2.Address{Segment: "PID", Field: 5, Component: 1, Subcomponent: 2}},
		{"ORDER_OBSERVATION[2].OBR-4", "ORDER_OBSERVATION[2].OBR-4",
			hl7v2.Address{Groups: []hl7v2.GroupStep{{Name: "ORDER_OBSERVATION", Occurrence: 2}}, Segment: "OBR", Field: 4}},
		{"PATIENT_RESULT.PATIENT.PID-3", "PATIENT_RESULT.PATIENT.PID-3",
			hl7v2.Address{Groups: []hl7v2.GroupStep{{Name: "PATIENT_RESULT"}, {Name: "PATIENT"}}, Segment: "PID", Field: 3}},
		{"ORU_R01.ZA1[2]-1", "ORU_R01.ZA1[2]-1", hl7v2.Address{Groups: []hl7v2.GroupStep{{Name: "ORU_R01"}}, Segment: "ZA1", Occurrence: 2, Field: 1}},
	} {
		a, err := hl7v2.ParseAddress(c.in)
		require.NoError(t, err, c.in)
		require.Equal(t, c.want, a)
		require.Equal(t, c.out, a.String())
	}
	for _, bad := range []string{"", "pid-5", "PID-", "PID-0", "PID-5[0]", "PID-5[", "PID-5[1", "PID-5[x]", "PID-5.", "PID-5.1.2.3", "PID5", "PIDX-5", "ORDER.", "ORDER.5",
		"PID[1]5", "PID-99999999999999999999", "1PID-3", "PID-5 ", ".PID"} {
		_, err := hl7v2.ParseAddress(bad)
		require.Error(t, err, bad)
		require.NotContains(t, err.Error(), "PIDX")
	}
}

func TestSet(t *testing.T) {
	const pid = `PID|1||A1^^^N~B2||Rivera^Ana`
	for _, c := range []struct{ address, value, want string }{
		{"PID-5.1", "Ríos & Sons|x", `PID|1||A1^^^N~B2||Ríos \T\ Sons\F\x^Ana`},
		{"PID-5", "x", `PID|1||A1^^^N~B2||x`},
		{"PID-5.4", "Dr", `PID|1||A1^^^N~B2||Rivera^Ana^^Dr`},
		{"PID-5.2.3", "z", `PID|1||A1^^^N~B2||Rivera^Ana&&z`},
		{"PID-5[2].1", "y", `PID|1||A1^^^N~B2||Rivera^Ana~y`},
		{"PID-5[4]", "y", `PID|1||A1^^^N~B2||Rivera^Ana~~~y`},
		{"PID-3[2].4.2", "q", `PID|1||A1^^^N~B2^^^&q||Rivera^Ana`},
		{"PID-3[1]", "C3", `PID|1||C3~B2||Rivera^Ana`},
		{"PID-3[1]", "", `PID|1||~B2||Rivera^Ana`},
		{"PID-8", "F", `PID|1||A1^^^N~B2||Rivera^Ana|||F`},
		{"PID-9[2].3.2", "F", `PID|1||A1^^^N~B2||Rivera^Ana||||~^^&F`},
		{"PID-2", `""`, `PID|1|\X2222\|A1^^^N~B2||Rivera^Ana`},
		{"PID-2", "a\r\nb\x0b\x1c\x7f\t", `PID|1|a\X0D0A\b\X0B1C7F09\|A1^^^N~B2||Rivera^Ana`},
		{"PID-2", `\F\`, `PID|1|\E\F\E\|A1^^^N~B2||Rivera^Ana`},
	} {
		m := parse(t, head, pid, "NTE|1||end")
		before := m.At("PID-5.1")
		require.NoError(t, m.Set(c.address, c.value), c.address)
		require.Equal(t, string(lines(head, c.want, "NTE|1||end")), string(m.Bytes()))
		require.Equal(t, c.value, m.Get(c.address))
		require.Equal(t, "Rivera", before.String(), "what was taken before stays as it was")
	}
}

func TestSetErrors(t *testing.T) {
	m := parse(t, head, `PID|1||A1`)
	was := string(m.Bytes())
	require.ErrorIs(t, m.Set("PV1-2", "I"), hl7v2.ErrNoSuchPlace)
	require.ErrorIs(t, m.Set("PID", "I"), hl7v2.ErrNoSuchPlace)
	require.ErrorIs(t, m.Set("PID-1000000", "I"), hl7v2.ErrNoSuchPlace)
	require.ErrorContains(t, m.Set("MSH-2", "x"), "MSH-2")
	require.ErrorContains(t, m.Delete("MSH-1"), "MSH-1")
	require.Error(t, m.Delete("MSH"))
	require.Error(t, m.Delete("PID-9"))
	for _, raw := range []string{"a|b", "a\rb", "a\nb", "\x0b", "a\r"} {
		require.ErrorContains(t, m.SetRaw("PID-5", []byte(raw)), "would make", "%q", raw)
	}
	require.ErrorContains(t, m.SetRaw("PID-5[1]", []byte("a~b")), "would make")
	require.ErrorContains(t, m.SetRaw("PID-5.1", []byte("a^b")), "would make")
	require.ErrorContains(t, m.SetRaw("PID-5.1.1", []byte("a&b")), "would make")
	require.Equal(t, was, string(m.Bytes()))
	require.NoError(t, m.SetRaw("PID-5", []byte(`a^b&c~d\T\`)))
	require.Equal(t, "c", m.Get("PID-5.2.2"))
	require.NoError(t, m.SetNull("PID-8"))
	require.Equal(t, hl7v2.Null, m.At("PID-8").State())
}

func TestDelete(t *testing.T) {
	const pid = `PID|1||A1^^^N&x~B2~C3||Rivera^Ana`
	for _, c := range []struct{ address, want string }{
		{"PID-5", `PID|1||A1^^^N&x~B2~C3|`},
		{"PID-3", `PID|1||||Rivera^Ana`},
		{"PID-3[1]", `PID|1||B2~C3||Rivera^Ana`},
		{"PID-3[2]", `PID|1||A1^^^N&x~C3||Rivera^Ana`},
		{"PID-3[3]", `PID|1||A1^^^N&x~B2||Rivera^Ana`},
		{"PID-5.1", `PID|1||A1^^^N&x~B2~C3||^Ana`},
		{"PID-5.2", `PID|1||A1^^^N&x~B2~C3||Rivera`},
		{"PID-3.4.2", `PID|1||A1^^^N~B2~C3||Rivera^Ana`},
		{"PID-3.4.1", `PID|1||A1^^^&x~B2~C3||Rivera^Ana`},
	} {
		m := parse(t, head, pid, "NTE|1||end")
		require.NoError(t, m.Delete(c.address), c.address)
		require.Equal(t, string(lines(head, c.want, "NTE|1||end")), string(m.Bytes()), c.address)
	}
	m := parse(t, head, pid, "NTE|1||one", "NTE|2||two")
	require.NoError(t, m.Delete("NTE[1]"))
	require.Equal(t, string(lines(head, pid, "NTE|2||two")), string(m.Bytes()))
	require.NoError(t, m.Delete("NTE"))
	require.Equal(t, string(lines(head, pid)), string(m.Bytes()))
}

func TestAdd(t *testing.T) {
	for _, end := range []string{"\r", "\n", "\r\n"} {
		m, err := hl7v2.Parse([]byte(head+end+"PID|1"), hl7v2.Options{})
		require.NoError(t, err)
		require.NoError(t, m.Add("PID-3", "A1"))
		require.NoError(t, m.Add("PID-3", "B|2"))
		s, err := m.AddSegment("PV1")
		require.NoError(t, err)
		require.Equal(t, 2, s.Index())
		require.NoError(t, m.Set("PV1-2", "I"))
		_, err = m.InsertSegment(2, "ZA1")
		require.NoError(t, err)
		require.Equal(t, head+end+`PID|1||A1~B\F\2`+end+"ZA1|"+end+"PV1||I", string(m.Bytes()))
	}
	m, err := hl7v2.Parse([]byte("\x0b"+head+"\rPID|1\r\x1c\r"), hl7v2.Options{})
	require.NoError(t, err)
	_, err = m.AddSegment("PV1")
	require.NoError(t, err)
	require.Equal(t, "\x0b"+head+"\rPID|1\rPV1|\r\x1c\r", string(m.Bytes()))
	for _, name := range []string{"MSH", "FHS", "BTS", "pid", "PI", "P|D", "PIDX"} {
		_, err = m.AddSegment(name)
		require.Error(t, err, name)
	}
	_, err = m.InsertSegment(0, "PID")
	require.Error(t, err)
}

func TestWriter(t *testing.T) {
	w, err := hl7v2.NewWriter(hl7v2.Delimiters{}, "UNICODE UTF-8")
	require.NoError(t, err)
	w.Put(3, 0, 0, 0, "LAB")
	w.Put(9, 0, 1, 0, "ADT")
	w.Put(9, 0, 2, 0, "A01")
	w.Put(18, 0, 0, 0, "UNICODE UTF-8")
	w.Segment("PID")
	w.Put(3, 1, 1, 0, "A1")
	w.Put(3, 1, 4, 2, "1.2.3")
	w.Put(3, 2, 1, 0, "B2")
	w.Put(5, 0, 1, 0, "Ríos|&")
	w.Put(5, 0, 2, 0, "")
	w.PutNull(8, 0, 0, 0)
	w.PutRaw(11, 1, 0, 0, []byte("a^b&c"))
	w.PutRaw(11, 2, 3, 0, []byte("x&y"))
	w.Segment("ZZ1")
	b, err := w.Bytes()
	require.NoError(t, err)
	require.Equal(t, "MSH|^~\\&|LAB||||||ADT^A01|||||||||UNICODE UTF-8\rPID|||A1^^^&1.2.3~B2||Ríos\\F\\\\T\\|||\"\"|||a^b&c~^^x&y\rZZ1\r", string(b))
	m, err := w.Message()
	require.NoError(t, err)
	require.Equal(t, "Ríos|&", m.Get("PID-5"))

	for what, bad := range map[string]func(*hl7v2.Writer){
		"backwards":          func(w *hl7v2.Writer) { w.Put(5, 0, 0, 0, "a"); w.Put(4, 0, 0, 0, "b") },
		"twice":              func(w *hl7v2.Writer) { w.Put(5, 0, 0, 0, "a"); w.Put(5, 0, 0, 0, "b") },
		"into raw":           func(w *hl7v2.Writer) { w.PutRaw(5, 1, 0, 0, []byte("a^b")); w.Put(5, 1, 1, 2, "b") },
		"behind raw":         func(w *hl7v2.Writer) { w.PutRaw(5, 1, 0, 0, []byte("a^b")); w.Put(5, 1, 3, 0, "b") },
		"behind a raw field": func(w *hl7v2.Writer) { w.PutRaw(5, 0, 0, 0, []byte("a~b")); w.Put(5, 3, 0, 0, "b") },
		"name of a segment":  func(w *hl7v2.Writer) { w.Segment("P|D") },
		"header":             func(w *hl7v2.Writer) { w.Segment("MSH") },
		"raw field":          func(w *hl7v2.Writer) { w.PutRaw(5, 0, 0, 0, []byte("a|b")) },
		"raw repetition":     func(w *hl7v2.Writer) { w.PutRaw(5, 1, 0, 0, []byte("a~b")) },
		"raw component":      func(w *hl7v2.Writer) { w.PutRaw(5, 1, 1, 0, []byte("a^b")) },
		"raw end":            func(w *hl7v2.Writer) { w.PutRaw(5, 0, 0, 0, []byte("a\rPID")) },
		"not UTF-8":          func(w *hl7v2.Writer) { w.Put(5, 0, 0, 0, "\xff") },
	} {
		w, err := hl7v2.NewWriter(hl7v2.Delimiters{}, "")
		require.NoError(t, err)
		w.Segment("PID")
		bad(w)
		_, err = w.Message()
		require.Error(t, err, what)
	}
	_, err = hl7v2.NewWriter(hl7v2.Delimiters{Field: 'A'}, "")
	require.Error(t, err)
	_, err = hl7v2.NewWriter(hl7v2.Delimiters{}, "NEVER 9")
	require.Error(t, err)
}
