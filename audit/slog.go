package audit

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
)

// Slog is a Sink that hands each event to a handler of log/slog: its words as attributes, and the whole of it as one
// more, by the name event. It is as durable as the handler, whose errors are its own. The patient's identifiers are in
// the event: the handler's output needs the care that the law asks of an audit log.
type Slog struct {
	Handler slog.Handler
	// Level is the level of the records; the zero value is Info.
	Level slog.Level
}

var errDisabled = errors.New("audit: the handler does not take records of this level")

// Append hands over the events one after another. An event for which the handler is not enabled is an error, not silence.
func (s *Slog) Append(ctx context.Context, events ...*Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	records := make([]slog.Record, len(events))
	for i, e := range events {
		data, err := e.AppendJSON(nil)
		if err != nil {
			return err
		}
		records[i] = slog.NewRecord(e.Recorded, s.Level, "audit", 0)
		for _, a := range [...][2]string{{"id", e.ID}, {"kind", string(e.Kind)}, {"phase", string(e.Phase)}, {"intent", e.Intent}, {"outcome", string(e.Outcome)}, {"reason", string(e.Reason)}} {
			if a[1] != "" {
				records[i].AddAttrs(slog.String(a[0], a[1]))
			}
		}
		records[i].AddAttrs(slog.Any("event", json.RawMessage(data)))
	}
	for _, r := range records {
		if !s.Handler.Enabled(ctx, s.Level) {
			return errDisabled
		}
		if err := s.Handler.Handle(ctx, r); err != nil {
			return err
		}
	}
	return nil
}
