package audit_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// medium is a writer that can be broken: it takes half of a write, and says so, or only does not.
type medium struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	broken bool
	silent bool
	synced int
	noSync bool
}

var errMedium = errors.New("no room left")

func (m *medium) Write(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken {
		n, _ := m.buf.Write(p[:len(p)/2])
		if m.silent {
			return n, nil
		}
		return n, errMedium
	}
	return m.buf.Write(p)
}

func (m *medium) Sync() error {
	if m.noSync {
		return errMedium
	}
	m.synced = m.buf.Len()
	return nil
}

func parseLines(r io.Reader, pick func([]byte) []byte) (out []*audit.Event, err error) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 4*audit.MaxEvent)
	for s.Scan() {
		e, err := audit.Parse(pick(s.Bytes()))
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, s.Err()
}

func whole(b []byte) []byte { return b }

// inLog picks the event out of a line of slog's JSON, in which it is escaped as HTML would need it.
func inLog(b []byte) []byte {
	var line struct{ Event json.RawMessage }
	_ = json.Unmarshal(b, &line)
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(line.Event)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
}

func readCSV(r io.Reader) (out []*audit.Event, err error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	for _, row := range rows[1:] {
		e, err := audit.Parse([]byte(row[len(row)-1]))
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func TestMemory(t *testing.T) {
	audittest.Run(t, func(*testing.T) audittest.Subject {
		m := new(audit.Memory)
		return audittest.Subject{Sink: m, Read: func() ([]*audit.Event, error) { return m.Events(), nil }, Break: func() { _ = m.Close() }}
	})
	m := new(audit.Memory)
	require.NoError(t, m.Close())
	require.ErrorIs(t, m.Append(t.Context(), audittest.Event(1)), audit.ErrClosed)
}

func TestJSONWriter(t *testing.T) {
	audittest.Run(t, func(*testing.T) audittest.Subject {
		m := new(medium)
		return audittest.Subject{Sink: audit.NewJSON(m), Read: func() ([]*audit.Event, error) { return parseLines(bytes.NewReader(m.buf.Bytes()), whole) }, Break: func() { m.broken = true }}
	})
}

func TestCSVWriter(t *testing.T) {
	audittest.Run(t, func(*testing.T) audittest.Subject {
		m := &medium{silent: true}
		return audittest.Subject{Sink: audit.NewCSV(m), Read: func() ([]*audit.Event, error) { return readCSV(bytes.NewReader(m.buf.Bytes())) }, Break: func() { m.broken = true }}
	})
}

func TestSlog(t *testing.T) {
	audittest.Run(t, func(*testing.T) audittest.Subject {
		m := new(medium)
		return audittest.Subject{Sink: &audit.Slog{Handler: slog.NewJSONHandler(m, nil)}, Break: func() { m.broken = true },
			Read: func() ([]*audit.Event, error) { return parseLines(bytes.NewReader(m.buf.Bytes()), inLog) }}
	})
	quiet := &audit.Slog{Handler: slog.NewJSONHandler(io.Discard, &slog.HandlerOptions{Level: slog.LevelError})}
	require.Error(t, quiet.Append(t.Context(), audittest.Event(1)), "an event that is not logged is not recorded")
	var buf bytes.Buffer
	require.NoError(t, (&audit.Slog{Handler: slog.NewTextHandler(&buf, nil), Level: slog.LevelWarn}).Append(t.Context(), audittest.Intent(1)))
	require.Contains(t, buf.String(), "level=WARN msg=audit id=ev-000000000001 kind=disclose phase=intent event=")
}

func TestFanOut(t *testing.T) {
	for name, make := range map[string]func(a, b audit.Sink) audit.Sink{
		"all":   func(a, b audit.Sink) audit.Sink { return audit.All(a, b) },
		"first": func(a, b audit.Sink) audit.Sink { return audit.First(func(int, error) {}, a, b) },
	} {
		t.Run(name, func(t *testing.T) {
			audittest.Run(t, func(*testing.T) audittest.Subject {
				a, b := new(audit.Memory), new(medium)
				return audittest.Subject{Sink: make(a, audit.NewJSON(b)), Break: func() { _ = a.Close() },
					Read: func() ([]*audit.Event, error) { return parseLines(bytes.NewReader(b.buf.Bytes()), whole) }}
			})
		})
	}
}

func TestFanOutPolicies(t *testing.T) {
	ctx := t.Context()
	ok, other := new(audit.Memory), new(audit.Memory)
	down := audit.SinkFunc(func(context.Context, ...*audit.Event) error { return errMedium })
	require.ErrorIs(t, audit.All(ok, down, other).Append(ctx, audittest.Event(1)), errMedium)
	require.Len(t, ok.Events(), 1, "what is kept stays kept: append-only")
	require.Empty(t, other.Events())

	var told []int
	first := audit.First(func(n int, err error) { require.ErrorIs(t, err, errMedium); told = append(told, n) }, ok, down, other, down)
	require.NoError(t, first.Append(ctx, audittest.Event(2)))
	require.Equal(t, []int{0, 2}, told)
	require.Len(t, other.Events(), 1)
	require.ErrorIs(t, audit.First(func(int, error) {}, down, other).Append(ctx, audittest.Event(3)), errMedium)
	require.Len(t, other.Events(), 1, "the others are not asked if the first fails")
	require.Error(t, audit.First(nil, ok, other).Append(ctx, audittest.Event(4)), "nobody would see that a copy is missing")
	require.Error(t, audit.All().Append(ctx, audittest.Event(4)), "no sink keeps nothing")

	for _, err := range audit.All(down).Entries(ctx, 0) {
		require.ErrorIs(t, err, errors.ErrUnsupported)
	}
}

// After an error nobody knows what went out, so nothing more is acknowledged.
func TestWriterStaysBroken(t *testing.T) {
	for _, m := range []*medium{{broken: true}, {broken: true, silent: true}, {noSync: true}} {
		w := audit.NewJSON(m)
		require.Error(t, w.Append(t.Context(), audittest.Event(1)))
		m.broken, m.noSync = false, false
		require.ErrorIs(t, w.Append(t.Context(), audittest.Event(1)), audit.ErrBroken)
	}
	m := new(medium)
	require.NoError(t, audit.NewJSON(m).Append(t.Context(), audittest.Event(1)))
	require.Equal(t, m.buf.Len(), m.synced)
}

// A cell that a spreadsheet would run stands as text; the event beside it is untouched.
func TestCSVFormula(t *testing.T) {
	e := audittest.Event(1)
	e.Disclosure.Recipient.Name = `=HYPERLINK("http://x.example.org")`
	row, err := e.CSVRow()
	require.NoError(t, err)
	require.Len(t, row, len(audit.CSVHeader()))
	require.Contains(t, row, `'=HYPERLINK("http://x.example.org")`)
	got, err := audit.Parse([]byte(row[len(row)-1]))
	require.NoError(t, err)
	require.Equal(t, e.Disclosure.Recipient.Name, got.Disclosure.Recipient.Name)
	require.False(t, strings.HasPrefix(row[0], "'"))
}
