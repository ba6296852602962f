package hl7v2_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
)

func TestFrames(t *testing.T) {
	long := strings.Repeat("x", 200_000)
	var b bytes.Buffer
	w := hl7v2.NewFrameWriter(&b)
	for _, s := range []string{head, "", long} {
		require.NoError(t, w.Write([]byte(s)))
	}
	in := "\r\n" + b.String() + "junk\x0bno tail\x1c\x0blast\x1c"
	for name, r := range map[string]io.Reader{
		"whole": strings.NewReader(in), "byte by byte": iotest.OneByteReader(strings.NewReader(in)),
		"halves": iotest.HalfReader(strings.NewReader(in)), "with the error": iotest.DataErrReader(strings.NewReader(in)),
	} {
		f := hl7v2.NewFrameReader(r, 0)
		for _, want := range []string{head, "", long, "no tail", "last"} {
			got, err := f.Next()
			require.NoError(t, err, name)
			require.Equal(t, len(want), len(got))
			require.Equal(t, want, string(got))
		}
		_, err := f.Next()
		require.ErrorIs(t, err, io.EOF)
	}
	require.ErrorIs(t, w.Write([]byte("a\x1c\rb")), hl7v2.ErrFrameBytes)
	require.ErrorIs(t, w.Write([]byte("\x0ba")), hl7v2.ErrFrameBytes)
	require.Error(t, hl7v2.NewFrameWriter(failing{}).Write([]byte("a")))
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("closed") }

func TestFrameLimits(t *testing.T) {
	for _, size := range []int{11, 40_000, 200_000} {
		f := hl7v2.NewFrameReader(strings.NewReader("\x0b"+strings.Repeat("x", size)+"\x1c\r\x0b0123456789\x1c\r"), 10)
		_, err := f.Next()
		require.ErrorIs(t, err, hl7v2.ErrFrameTooLarge)
		got, err := f.Next()
		require.NoError(t, err)
		require.Equal(t, "0123456789", string(got))
	}
	_, err := hl7v2.NewFrameReader(strings.NewReader("\x0bMSH"), 0).Next()
	require.ErrorIs(t, err, hl7v2.ErrFrameTruncated)
	_, err = hl7v2.NewFrameReader(strings.NewReader("\x0b"+strings.Repeat("x", 90_000)), 10).Next()
	require.ErrorIs(t, err, hl7v2.ErrFrameTooLarge)
	_, err = hl7v2.NewFrameReader(strings.NewReader(strings.Repeat("x", 1<<20)), 0).Next()
	require.ErrorIs(t, err, hl7v2.ErrNoFrame)
	_, err = hl7v2.NewFrameReader(iotest.ErrReader(errors.New("reset")), 0).Next()
	require.EqualError(t, err, "hl7v2: reading a frame: reset")
	_, err = hl7v2.NewFrameReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("\x0babc\x1c"))), 0).Next()
	require.ErrorIs(t, err, iotest.ErrTimeout)
}

const (
	fhs = `FHS|^~\&|LAB|NORTH|EHR|SOUTH|20260301`
	bhs = `BHS|^~\&|LAB|NORTH|EHR|SOUTH|20260301`
)

type seen struct {
	Kind   string
	Offset int64
	Err    bool
	Issues []string
}

func items(t *testing.T, in string, read func() (hl7v2.Item, bool)) []seen {
	var out []seen
	all := ""
	for {
		it, ok := read()
		if !ok {
			break
		}
		require.Equal(t, int64(len(all)), it.Offset)
		all += string(it.Bytes)
		s := seen{Kind: it.Kind.String(), Offset: it.Offset, Err: it.Err != nil}
		require.Equal(t, it.Err == nil && len(it.Bytes) > 0 && it.Kind != hl7v2.ItemStray, it.Message != nil)
		for _, i := range it.Issues {
			require.Equal(t, len(out)+1, i.Line)
			s.Issues = append(s.Issues, i.Code+" "+i.Path)
		}
		out = append(out, s)
	}
	require.Equal(t, in, all)
	return out
}

func TestBatches(t *testing.T) {
	one, two := head+"\rPID|1\r", "MSH|^~\\&|B\r"
	kinds := func(s ...string) []seen {
		var out []seen
		for _, k := range s {
			k, issue, _ := strings.Cut(k, ": ")
			x := seen{Kind: strings.TrimSuffix(k, "!"), Err: strings.HasSuffix(k, "!")}
			if issue != "" {
				x.Issues = strings.Split(issue, ", ")
			}
			out = append(out, x)
		}
		return out
	}
	for _, c := range []struct {
		what, in string
		want     []seen
	}{
		{"one message", one, kinds("message")},
		{"messages", one + two + one, kinds("message", "message", "message")},
		{"frames", "\x0b" + one + "\x1c\r\x0b" + two + "\x1c\r", kinds("message", "message")},
		{"joined files", "\ufeff" + one + "\ufeff" + two, kinds("message", "message")},
		{"whole file", fhs + "\r" + bhs + "\r" + one + two + "BTS|2\rBHS|^~\\&\r" + one + "BTS|1\rFTS|2\r",
			kinds("file-header", "batch-header", "message", "message", "batch-trailer", "batch-header", "message", "batch-trailer", "file-trailer")},
		{"line feeds", strings.ReplaceAll(bhs+"\r"+one+"BTS|1", "\r", "\n"), kinds("batch-header", "message", "batch-trailer")},
		{"counts that do not hold", fhs + "\r" + bhs + "\r" + one + "BTS|2\rFTS|7\r",
			kinds("file-header", "batch-header", "message", "batch-trailer: batch-count BTS-1", "file-trailer: batch-count FTS-1")},
		{"no number", bhs + "\r" + one + "BTS|x\r", kinds("batch-header", "message", "batch-trailer: batch-count BTS-1")},
		{"no counts", bhs + "\r" + one + "BTS\r", kinds("batch-header", "message", "batch-trailer")},
		{"no trailers", fhs + "\r" + bhs + "\r" + one, kinds("file-header", "batch-header", "message", "stray: batch-incomplete BTS, batch-incomplete FTS")},
		{"no headers", one + "BTS|1\rFTS|1\r", kinds("message", "batch-trailer: batch-incomplete BHS", "file-trailer: batch-incomplete FHS, batch-count FTS-1")},
		{"a batch within a batch", bhs + "\r" + one + bhs + "\r" + one + "BTS|1\r", kinds("batch-header", "message", "batch-header: batch-incomplete BTS", "message", "batch-trailer")},
		{"a bad message", bhs + "\r" + one + "MSH||x\r" + two + "BTS|3\r", kinds("batch-header", "message", "message!", "message", "batch-trailer")},
		{"something else first", "hello\r" + one, kinds("stray!", "message")},
		{"nothing", "\r\n", kinds("stray")},
		{"other delimiters", "BHS@~+/*@LAB\rMSH@~+/*@LAB\rBTS@1\r", kinds("batch-header", "message", "batch-trailer")},
	} {
		t.Run(c.what, func(t *testing.T) {
			check := func(got []seen) {
				for i := range got {
					got[i].Offset = 0
				}
				require.Equal(t, c.want, got)
			}
			var all []hl7v2.Item
			for it := range hl7v2.Batch([]byte(c.in), hl7v2.Options{}) {
				all = append(all, it)
			}
			check(items(t, c.in, func() (it hl7v2.Item, ok bool) {
				if len(all) == 0 {
					return it, false
				}
				it, all = all[0], all[1:]
				return it, true
			}))
			for _, r := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
				b := hl7v2.NewBatchReader(r, hl7v2.Options{})
				check(items(t, c.in, func() (hl7v2.Item, bool) {
					it, err := b.Next()
					if err != nil {
						require.Equal(t, io.EOF, err)
					}
					return it, err == nil
				}))
			}
		})
	}
}

func TestBatchLimits(t *testing.T) {
	o := hl7v2.Options{Limits: hl7v2.Limits{Messages: 2, Bytes: 1000}}
	n, last := 0, error(nil)
	for it := range hl7v2.Batch(bytes.Repeat([]byte("MSH|^~\\&|B\r"), 5), o) {
		n++
		last = it.Err
	}
	require.Equal(t, 3, n)
	require.ErrorContains(t, last, "limit of messages")
	r := hl7v2.NewBatchReader(strings.NewReader("MSH|^~\\&|"+strings.Repeat("x", 1<<20)), o)
	_, err := r.Next()
	require.ErrorIs(t, err, hl7v2.ErrTooLarge)
	_, err = r.Next()
	require.ErrorIs(t, err, io.EOF)
}

func TestAcknowledge(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	m := parse(t, head, "PID|1")
	out, err := m.Acknowledge(hl7v2.Ack{Code: hl7v2.Fail, ControlID: "A77", Time: now, Errors: []hl7v2.AckError{
		{Location: hl7v2.Address{Segment: "PID", Field: 3, Component: 1}, Code: hl7v2.ErrorRequired},
		{Code: hl7v2.ErrorTable, Severity: record.SeverityWarning, Text: "see | guide"},
	}})
	require.NoError(t, err)
	require.Equal(t, `MSH|^~\&|EHR|SOUTH|LAB|NORTH|20260301120000+0100||ACK^R01^ACK|A77|P|2.5.1`+"\r"+`MSA|AE|77`+"\r"+
		`ERR||PID^1^3^1^1|101^Required field missing^HL70357|E`+"\r"+`ERR|||103^Table value not found^HL70357|W||||see \F\ guide`+"\r", string(out))
	back, err := hl7v2.Parse(out, hl7v2.Options{})
	require.NoError(t, err)
	require.Empty(t, back.Conform(hl7v2.ConformOptions{}))
	a, ok := back.Acknowledgement()
	require.True(t, ok)
	require.Equal(t, hl7v2.Ack{Code: hl7v2.Fail, ControlID: "A77", Answers: "77", Errors: []hl7v2.AckError{
		{Location: hl7v2.Address{Segment: "PID", Occurrence: 1, Field: 3, Repetition: 1, Component: 1}, Code: "101", Severity: record.SeverityError},
		{Code: "103", Severity: record.SeverityWarning, Text: "see | guide"},
	}}, a)
	_, ok = m.Acknowledgement()
	require.False(t, ok)

	old := parse(t, `MSH*~:/+*LAB**EHR**2026**ADT~A01*5*P*2.3`, "PID*1")
	out, err = old.Acknowledge(hl7v2.Ack{Code: hl7v2.Reject, ControlID: "B", Time: now, Errors: []hl7v2.AckError{
		{Location: hl7v2.Address{Segment: "PID", Field: 5}, Code: hl7v2.ErrorRequired}, {Code: hl7v2.ErrorEvent},
	}})
	require.NoError(t, err)
	require.Equal(t, `MSH*~:/+*EHR**LAB**20260301120000/X2B/0100**ACK*B*P*2.3`+"\rMSA*AR*5\r"+
		`ERR*PID~1~5~101+Required field missing+HL70357:~~~201+Unsupported event code+HL70357`+"\r", strings.ReplaceAll(string(out), "/T/", "/X2B/"))
	back, err = hl7v2.Parse(out, hl7v2.Options{})
	require.NoError(t, err)
	a, _ = back.Acknowledgement()
	require.Len(t, a.Errors, 2)
	require.Equal(t, "201", a.Errors[1].Code)
	require.Equal(t, 5, a.Errors[0].Location.Field)

	one, err := m.Acknowledge(hl7v2.Ack{Code: hl7v2.CommitAccept, Time: now})
	require.NoError(t, err)
	two, err := m.Acknowledge(hl7v2.Ack{Code: hl7v2.CommitAccept, Time: now})
	require.NoError(t, err)
	require.Equal(t, one, two, "the same message, answer and time give the same bytes")
}

func TestNAK(t *testing.T) {
	_, perr := hl7v2.Parse([]byte("MSH|^~\\&|LAB\rMSH|^~\\&|Zebulon"), hl7v2.Options{})
	out, err := hl7v2.NAK(perr, hl7v2.Ack{ControlID: "N1", Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)})
	require.NoError(t, err)
	require.Equal(t, `MSH|^~\&|||||20260301120000+0000||ACK^^ACK|N1|P|2.5.1`+"\rMSA|AR\r"+
		"ERR||MSH^1|100^Segment sequence error^HL70357|E||||a second message begins here: read the input as a batch\r", string(out))
	out, err = hl7v2.NAK(io.ErrUnexpectedEOF, hl7v2.Ack{})
	require.NoError(t, err)
	require.Contains(t, string(out), "207^Application internal error")
}

func TestWanted(t *testing.T) {
	for _, c := range []struct {
		accept, application string
		ok                  bool
		want                [2]bool
	}{
		{"", "", true, [2]bool{false, true}},
		{"AL", "NE", true, [2]bool{true, false}},
		{"NE", "ER", true, [2]bool{false, false}},
		{"NE", "ER", false, [2]bool{false, true}},
		{"SU", "AL", true, [2]bool{true, true}},
		{"SU", "AL", false, [2]bool{false, true}},
		{"ER", "", false, [2]bool{true, false}},
	} {
		m := parse(t, head+"|||"+c.accept+"|"+c.application)
		a, b := m.Wanted(c.ok)
		require.Equal(t, c.want, [2]bool{a, b}, "%v", c)
	}
}

// An issue that Conform found goes into an acknowledgement with its place.
func TestAckErrorOf(t *testing.T) {
	m := parse(t, head, "PID|1", "OBR|1|||8^x", "OBX|1|NM|8||five||||||F")
	var got []string
	for _, i := range m.Conform(hl7v2.ConformOptions{}) {
		e := hl7v2.AckErrorOf(i)
		got = append(got, e.Code+" "+e.Location.String())
	}
	require.Equal(t, []string{"101 PID-3", "101 PID-5", "102 OBX-5"}, got)
}
