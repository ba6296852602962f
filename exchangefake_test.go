package portage_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// book is a log in memory that can fail.
type book struct {
	mu     sync.Mutex
	events []*audit.Event
	fail   func(e *audit.Event) error
}

func (b *book) Append(ctx context.Context, events ...*audit.Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range events {
		if err := e.Validate(); err != nil {
			return err
		}
		if b.fail != nil {
			if err := b.fail(e); err != nil {
				return err
			}
		}
		b.events = append(b.events, e.Clone())
	}
	return nil
}

func (b *book) Pending(context.Context) (list []*audit.Event, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	ended := map[string]bool{}
	for _, e := range b.events {
		ended[e.Intent] = true
	}
	for _, e := range b.events {
		if e.Phase == audit.PhaseIntent && !ended[e.ID] {
			list = append(list, e)
		}
	}
	return list, nil
}

func (b *book) has(phase audit.Phase) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e.Phase == phase {
			return true
		}
	}
	return false
}

// outlet is a destination that can fail, and that notes whether anything came before the intent.
type outlet struct {
	book                *book
	open, write, close_ func() error
	early, aborted      bool
	short               bool
	files               map[string]*bytes.Buffer
	names               []string
}

type outletFile struct {
	*outlet
	b *bytes.Buffer
}

func called(f func() error) error {
	if f == nil {
		return nil
	}
	return f()
}

func (o *outlet) Open(_ context.Context, name string) (io.WriteCloser, error) {
	o.early = o.early || !o.book.has(audit.PhaseIntent)
	if err := called(o.open); err != nil {
		return nil, err
	}
	if o.files == nil {
		o.files = map[string]*bytes.Buffer{}
	}
	o.files[name] = &bytes.Buffer{}
	o.names = append(o.names, name)
	return &outletFile{o, o.files[name]}, nil
}

func (f *outletFile) Write(p []byte) (int, error) {
	if err := called(f.write); err != nil {
		n := len(p) / 2
		f.b.Write(p[:n])
		return n, err
	}
	if f.short {
		p = p[:len(p)/2]
	}
	return f.b.Write(p)
}
func (f *outletFile) Close() error { return called(f.close_) }
func (f *outletFile) Abort() error { f.aborted = true; return nil }

// permits is a decision that lets everything pass.
func permits(oblige ...string) *consent.Decision {
	d := &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: ehiTime}
	for _, c := range oblige {
		d.Obligations = append(d.Obligations, consent.Obligation{Code: c})
	}
	return d
}

func decides(d *consent.Decision) consent.Decider {
	return consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { return d, nil })
}

func treatment(rec *record.Record) portage.Outgoing {
	return portage.Outgoing{Record: rec, Request: &consent.Request{
		Patient:   consent.Subject{Party: consent.Party{Reference: "Patient/kept-by-host"}},
		Requester: consent.Party{Reference: "Practitioner/17", Name: "Dr. Who Asks"},
		Purposes:  []record.Coding{{System: "http://terminology.hl7.org/CodeSystem/v3-ActReason", Code: "TREAT"}},
	}}
}

// scene is one call of Disclose with everything in it that can fail.
type scene struct {
	x      portage.Exchange
	out    portage.Outgoing
	to     record.Format
	dest   *outlet
	book   *book
	ctx    context.Context
	cancel context.CancelFunc
	now    time.Time
}

func newScene(t *testing.T) *scene {
	s := &scene{book: &book{}, to: fhir.Format(), now: ehiTime}
	s.dest = &outlet{book: s.book}
	s.ctx, s.cancel = context.WithCancel(t.Context())
	s.out = treatment(recordtest.Generate(3, recordtest.Small))
	clock := func() time.Time { return s.now }
	s.x = portage.Exchange{Decider: decides(permits()), Clock: clock, Options: record.ExportOptions{Now: ehiTime},
		Audit: &audit.Recorder{Sink: s.book, Clock: clock, IDs: audit.Sequence("ev", 1)}}
	return s
}

type deidentify func() (*record.Record, error)

func (f deidentify) Deidentify(context.Context, *record.Record, consent.Form) (*record.Record, error) {
	return f()
}

type signs func() ([]byte, error)

func (f signs) Sign(_ context.Context, r io.Reader) ([]byte, error) {
	_, _ = io.Copy(io.Discard, r)
	return f()
}

// masking is an encrypter that is none.
type masking struct{ fail, failWrite, failClose func() error }

type maskingWriter struct {
	masking
	w io.Writer
}

func (m masking) Encrypt(_ context.Context, w io.Writer) (io.WriteCloser, error) {
	return &maskingWriter{m, w}, called(m.fail)
}
func (m *maskingWriter) Write(p []byte) (int, error) {
	if err := called(m.failWrite); err != nil {
		return 0, err
	}
	q := bytes.Clone(p)
	for i := range q {
		q[i] ^= 0x5a
	}
	return m.w.Write(q)
}
func (m *maskingWriter) Close() error { return called(m.failClose) }
