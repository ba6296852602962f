package balp

import (
	"context"
	"io"
	"sync"

	"github.com/portage-health/portage/audit"
)

// Sink writes events as AuditEvents in NDJSON, a line each. It is as durable as its writer: a write that returns without an
// error counts as kept. After one that fails it takes no more, because half a line may have gone out.
type Sink struct {
	mu     sync.Mutex
	w      io.Writer
	broken bool
}

// NewSink makes a Sink over a writer.
func NewSink(w io.Writer) *Sink { return &Sink{w: w} }

// Append writes the events of a call in one write.
func (s *Sink) Append(ctx context.Context, events ...*audit.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var lines []byte
	for _, e := range events {
		line, _, err := Marshal(e)
		if err != nil {
			return err
		}
		lines = append(append(lines, line...), '\n')
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken {
		return audit.ErrBroken
	}
	if len(lines) == 0 {
		return nil
	}
	if n, err := s.w.Write(lines); err != nil || n != len(lines) {
		s.broken = true
		return audit.ErrBroken
	}
	return nil
}
