package audittest_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// bad is a sink whose faults can be chosen.
type bad struct {
	mu     sync.Mutex
	kept   []*audit.Event
	fault  string
	broken bool
}

func (b *bad) Append(ctx context.Context, events ...*audit.Event) error {
	is := func(fault string) bool { return b.fault == fault }
	if is("none is an error") && len(events) == 0 {
		return errors.New("nothing to do")
	}
	if err := ctx.Err(); err != nil && !is("deaf to the context") {
		if is("hides why") {
			return errors.New("cannot")
		}
		return err
	}
	if is("deaf to the context") && ctx.Err() != nil {
		b.kept = append(b.kept, events...)
		return ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken && !is("acknowledges what failed") {
		if is("tells values") {
			return fmt.Errorf("cannot keep %+v", *events[0])
		}
		return audit.ErrBroken
	}
	var list []*audit.Event
	for _, e := range events {
		if err := e.Validate(); err != nil && !is("takes anything") {
			if is("keeps what stood before") {
				b.kept = append(b.kept, list...)
			}
			if is("tells values") && e != nil {
				return fmt.Errorf("%w: %+v", audit.ErrInvalid, *e)
			}
			if is("another error") {
				return errors.New("no")
			}
			return err
		}
		switch {
		case e == nil:
			continue
		case is("holds events"):
			list = append(list, e)
		case is("changes events"):
			e.Reason = "seen"
			list = append(list, e.Clone())
		case is("moves times"):
			e.Recorded = e.Recorded.UTC()
			list = append(list, e.Clone())
		case is("drops a field"):
			c := e.Clone()
			if c.Decision != nil {
				c.Decision.Emergency = false
			}
			list = append(list, c)
		case is("cuts the large") && len(e.Entities) > 0 && len(e.Entities[0].Query) > 65536:
			c := e.Clone()
			c.Entities = nil
			list = append(list, c)
		case is("loses each tenth") && (len(b.kept)+len(list))%10 == 9:
		case is("refuses the known") && slices.ContainsFunc(b.kept, func(k *audit.Event) bool { return k.ID == e.ID }):
			return errors.New("known")
		default:
			list = append(list, e.Clone())
		}
	}
	if is("turns the order") {
		slices.Reverse(list)
	}
	if is("newest first") {
		b.kept = append(list, b.kept...)
		return nil
	}
	b.kept = append(b.kept, list...)
	return nil
}

func (b *bad) read() ([]*audit.Event, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := make([]*audit.Event, len(b.kept))
	for i, e := range b.kept {
		out[i] = e.Clone()
	}
	return out, nil
}

func (b *bad) subject() audittest.Subject {
	return audittest.Subject{Sink: b, Read: b.read, Break: func() { b.broken = true }, Reopen: func() (audittest.Subject, error) {
		next := &bad{fault: b.fault, kept: b.kept}
		if b.fault == "forgets when reopened" {
			next.kept = next.kept[:len(next.kept)-1]
		}
		if b.fault == "doubles when reopened" {
			next.kept = append(next.kept[:len(next.kept):len(next.kept)], next.kept[0])
		}
		return next.subject(), nil
	}}
}

// written is a subject that cannot be read back: its bytes are checked.
func (b *bad) written() audittest.Subject {
	words := func(e *audit.Event) ([]byte, error) {
		line, err := e.AppendJSON(nil)
		return append(line, '\n'), err
	}
	s := b.subject()
	reopen := s.Reopen
	s.Read, s.Words = nil, words
	s.Written = func() (all []byte, err error) {
		list, err := b.read()
		for _, e := range list {
			line, e := words(e)
			all, err = append(all, line...), errors.Join(err, e)
		}
		return all, err
	}
	s.Reopen = func() (audittest.Subject, error) {
		next, err := reopen()
		return next.Sink.(*bad).written(), err
	}
	return s
}

// failing gives the names of the checks that a sink with a fault fails.
func failing(ctx context.Context, setup func() audittest.Subject) (names []string) {
	for _, c := range audittest.Checks() {
		if c.Run(ctx, setup()) != nil {
			names = append(names, c.Name)
		}
	}
	return names
}

// Each fault of a sink is found, and by the check that is about it; a sink without one passes.
func TestSuiteFindsFaults(t *testing.T) {
	for fault, check := range map[string]string{
		"none is an error": "nothing", "deaf to the context": "context over", "hides why": "context over", "tells values": "invalid", "acknowledges what failed": "broken",
		"takes anything": "invalid", "keeps what stood before": "invalid", "another error": "invalid", "holds events": "not held", "changes events": "not changed",
		"moves times": "not changed", "drops a field": "every field", "cuts the large": "large", "loses each tenth": "concurrent", "refuses the known": "twice",
		"turns the order": "order", "newest first": "order", "forgets when reopened": "reopened", "doubles when reopened": "reopened",
	} {
		names := failing(t.Context(), func() audittest.Subject { return (&bad{fault: fault}).subject() })
		require.Contains(t, names, check, fault)
		names = failing(t.Context(), func() audittest.Subject { return (&bad{fault: fault}).written() })
		require.Contains(t, names, check, fault)
	}
	require.Empty(t, failing(t.Context(), func() audittest.Subject { return (&bad{}).subject() }))
	require.Empty(t, failing(t.Context(), func() audittest.Subject { return (&bad{}).written() }))
	// Bytes beside those of the events are found, and that nobody says what there is to read.
	require.Contains(t, failing(t.Context(), func() audittest.Subject {
		s := (&bad{}).written()
		all := s.Written
		s.Written = func() ([]byte, error) { b, err := all(); return append(b, '\n'), err }
		return s
	}), "nothing")
	require.Contains(t, failing(t.Context(), func() audittest.Subject { return audittest.Subject{Sink: &bad{}} }), "nothing")
	names := failing(t.Context(), func() audittest.Subject {
		b := &bad{fault: "tells values"}
		return b.subject()
	})
	require.Contains(t, names, "broken")
}

// badLog is a log whose reading has faults.
type badLog struct {
	audit.Memory
	fault string
}

func (b *badLog) Pending(ctx context.Context) ([]*audit.Event, error) {
	list, err := b.Memory.Pending(ctx)
	if b.fault == "newest pending first" {
		slices.Reverse(list)
	}
	if b.fault == "forgets a pending" && len(list) > 0 {
		list = list[1:]
	}
	return list, err
}

func (b *badLog) Entries(ctx context.Context, from int64) iter.Seq2[audit.Entry, error] {
	if b.fault == "reads on" {
		ctx = context.WithoutCancel(ctx)
	}
	return func(yield func(audit.Entry, error) bool) {
		for e, err := range b.Memory.Entries(ctx, from) {
			if b.fault == "counts from one" {
				e.Sequence++
			}
			if b.fault == "chains anew" {
				e.Chain = fmt.Sprint(from)
			}
			if b.fault == "stops short" && e.Sequence == 5 {
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}

func TestSuiteFindsFaultsOfLogs(t *testing.T) {
	for fault, check := range map[string]string{"newest pending first": "pending", "forgets a pending": "pending", "reads on": "entries", "counts from one": "entries",
		"chains anew": "entries", "stops short": "entries", "": ""} {
		names := failing(t.Context(), func() audittest.Subject {
			b := &badLog{fault: fault}
			return audittest.Subject{Sink: b, Read: func() ([]*audit.Event, error) { return b.Events(), nil }}
		})
		if fault == "" {
			require.Empty(t, names)
			continue
		}
		require.Equal(t, []string{check}, names, fault)
	}
}

func TestRun(t *testing.T) {
	audittest.Run(t, func(*testing.T) audittest.Subject { return (&bad{}).subject() })
	var names []string
	for _, c := range audittest.Checks() {
		names = append(names, c.Name)
	}
	require.Equal(t, 14, len(names), strings.Join(names, ", "))
}
