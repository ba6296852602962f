package audit

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"sync"
)

// Writer is a Sink that writes events to an io.Writer. It is as durable as that: a writer that has a method Sync (as a
// file has) is synced before Append returns. After an error it gives ErrBroken, since nobody knows how much of the last
// event went out.
type Writer struct {
	mu     sync.Mutex
	w      io.Writer
	form   func([]byte, *Event) ([]byte, error)
	head   []byte // what stands before the first event
	broken bool
}

// NewJSON gives a Writer of lines of JSON: the form that Parse reads, an event a line.
func NewJSON(w io.Writer) *Writer {
	return &Writer{w: w, form: func(b []byte, e *Event) ([]byte, error) {
		b, err := e.AppendJSON(b)
		return append(b, '\n'), err
	}}
}

// NewCSV gives a Writer of comma-separated values (RFC 4180) with a head line: the columns of CSVHeader.
func NewCSV(w io.Writer) *Writer {
	return &Writer{w: w, form: appendCSV, head: csvLine(nil, CSVHeader())}
}

// Append writes the events of a call with one call of Write.
func (s *Writer) Append(ctx context.Context, events ...*Event) error {
	if err := ctx.Err(); err != nil || len(events) == 0 {
		return err
	}
	var b []byte
	var err error
	for _, e := range events {
		if b, err = s.form(b, e); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return ErrBroken
	}
	if s.head != nil {
		b = append(bytes.Clone(s.head), b...)
	}
	if n, err := s.w.Write(b); err != nil || n != len(b) {
		s.broken = true
		if err == nil {
			err = io.ErrShortWrite
		}
		return err
	}
	if f, ok := s.w.(interface{ Sync() error }); ok {
		if err := f.Sync(); err != nil {
			s.broken = true
			return err
		}
	}
	s.head = nil
	return nil
}

func csvLine(b []byte, cells []string) []byte {
	buf := bytes.NewBuffer(b)
	w := csv.NewWriter(buf)
	w.UseCRLF = true
	_ = w.Write(cells) // a buffer takes everything
	w.Flush()
	return buf.Bytes()
}
