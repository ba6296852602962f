package portage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

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

var errTrouble = errors.New("trouble")

func trouble() error { return errTrouble }
func panics() error  { panic("PLANTED-IN-PANIC") }

// For every way that a disclosure can fail: nothing reached the destination before its intent was in the log; every
// intent has an outcome or is closed as unknown; what was not tried has an event that says so.
func TestDiscloseFails(t *testing.T) {
	phases := func(ps ...audit.Phase) []audit.Phase { return ps }
	denied := phases(audit.PhaseWhole)
	both := phases(audit.PhaseIntent, audit.PhaseOutcome)
	intent := func(e *audit.Event) error {
		if e.Phase == audit.PhaseIntent {
			return errTrouble
		}
		return nil
	}
	outcome := func(e *audit.Event) error {
		if e.Phase == audit.PhaseOutcome && e.Outcome != audit.OutcomeUnknown {
			return errTrouble
		}
		return nil
	}
	export := func(s *scene, how func(*record.Record) error) { s.to.Exporter = failing{s.to.Exporter, how} }
	yes := func(context.Context, *audit.Event, error) bool { return true }
	for name, c := range map[string]struct {
		set     func(s *scene)
		want    error // nil: the disclosure succeeds
		phases  []audit.Phase
		outcome audit.Outcome
		reason  audit.Reason
		left    bool // bytes may have left
	}{
		"nothing":        {func(*scene) {}, nil, both, audit.OutcomeSuccess, "", true},
		"decider denies": {func(s *scene) { s.x.Decider = decides(&consent.Decision{Outcome: consent.Denied, Final: consent.Deny}) }, portage.ErrDenied, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"decider fails": {func(s *scene) {
			s.x.Decider = consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { return permits(), errTrouble })
		}, portage.ErrUndecided, denied, audit.OutcomeDenied, audit.ReasonUndecided, false},
		"decider panics": {func(s *scene) {
			s.x.Decider = consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { panic("PLANTED-IN-PANIC") })
		}, portage.ErrUndecided, denied, audit.OutcomeDenied, audit.ReasonUndecided, false},
		"decider says nothing": {func(s *scene) { s.x.Decider = decides(nil) }, portage.ErrUndecided, denied, audit.OutcomeDenied, audit.ReasonUndecided, false},
		"decider contradicts": {func(s *scene) {
			s.x.Decider = decides(&consent.Decision{Outcome: consent.Denied, Final: consent.Permit})
		}, portage.ErrUndecided, denied, audit.OutcomeDenied, audit.ReasonUndecided, false},
		"cancelled before": {func(s *scene) { s.cancel() }, context.Canceled, denied, audit.OutcomeCancelled, audit.ReasonCancelled, false},
		"cancelled while deciding": {func(s *scene) {
			s.x.Decider = consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { s.cancel(); return permits(), nil })
		}, context.Canceled, denied, audit.OutcomeCancelled, audit.ReasonCancelled, false},
		"cancelled while exporting": {func(s *scene) { export(s, func(*record.Record) error { s.cancel(); return nil }) }, context.Canceled, both, audit.OutcomeCancelled, audit.ReasonCancelled, false},
		"cancelled while opening":   {func(s *scene) { s.dest.open = func() error { s.cancel(); return nil } }, context.Canceled, both, audit.OutcomeCancelled, audit.ReasonCancelled, false},
		"cancelled while writing":   {func(s *scene) { s.dest.write = func() error { s.cancel(); return s.ctx.Err() } }, context.Canceled, both, audit.OutcomeCancelled, audit.ReasonCancelled, true},
		"another patient": {func(s *scene) {
			s.out.Request.Patient = consent.Subject{Party: consent.Party{Identifiers: []record.Identifier{{System: "urn:oid:2.16.840.1.113883.19.9", Value: "other"}}}}
		}, portage.ErrOtherPatient, denied, audit.OutcomeDenied, audit.ReasonUndecided, false},
		"labeller panics":      {func(s *scene) { s.x.Labeller = panicking{} }, nil, denied, audit.OutcomeFailure, audit.ReasonRedaction, false},
		"obligation of nobody": {func(s *scene) { s.x.Decider = decides(permits(consent.ObligeNotice)) }, portage.ErrObligation, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"obligation unknown":   {func(s *scene) { s.x.Decider = decides(permits("whatever")) }, portage.ErrObligation, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"obligation fails": {func(s *scene) {
			s.x.Decider = decides(permits(consent.ObligeNotice))
			s.x.Duties = map[string]portage.Duty{consent.ObligeNotice: func(context.Context, consent.Obligation, *portage.Outgoing) error { return errTrouble }}
		}, portage.ErrObligation, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"obligation panics": {func(s *scene) {
			s.x.Decider = decides(permits(consent.ObligeNotice))
			s.x.Duties = map[string]portage.Duty{consent.ObligeNotice: func(context.Context, consent.Obligation, *portage.Outgoing) error { panic("PLANTED-IN-PANIC") }}
		}, portage.ErrObligation, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"obligation carried out": {func(s *scene) {
			s.x.Decider = decides(permits(consent.ObligeNotice))
			s.x.Duties = map[string]portage.Duty{consent.ObligeNotice: portage.Attested}
		}, nil, both, audit.OutcomeSuccess, "", true},
		"encryption owed":      {func(s *scene) { s.x.Decider = decides(permits("ENCRYPT")) }, portage.ErrObligation, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"nobody de-identifies": {func(s *scene) { s.x.Decider = decides(permits(consent.ObligeDeidentify)) }, portage.ErrObligation, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"nobody limits":        {func(s *scene) { s.out.Request.Form = consent.FormLimited }, portage.ErrObligation, denied, audit.OutcomeDenied, audit.ReasonConsent, false},
		"de-identification fails": {func(s *scene) {
			s.x.Decider = decides(permits(consent.ObligeDeidentify))
			s.x.Deidentifier = deidentify(func() (*record.Record, error) { return nil, errTrouble })
		}, errTrouble, denied, audit.OutcomeFailure, audit.ReasonRedaction, false},
		"de-identification nothing": {func(s *scene) {
			s.x.Decider = decides(permits(consent.ObligeDeidentify))
			s.x.Deidentifier = deidentify(func() (*record.Record, error) { return nil, nil })
		}, portage.ErrNoRecord, denied, audit.OutcomeFailure, audit.ReasonRedaction, false},
		"export fails":  {func(s *scene) { export(s, func(*record.Record) error { return errTrouble }) }, errTrouble, both, audit.OutcomeFailure, audit.ReasonExport, false},
		"export panics": {func(s *scene) { export(s, func(*record.Record) error { return panics() }) }, nil, both, audit.OutcomeFailure, audit.ReasonExport, false},
		"too large":     {func(s *scene) { s.x.MaxBytes = 100 }, portage.ErrTooLarge, both, audit.OutcomeFailure, audit.ReasonLimit, false},
		"not conformant": {func(s *scene) {
			s.x.Conform = func(context.Context, []byte) ([]record.Issue, error) {
				return []record.Issue{{Severity: record.SeverityError}}, nil
			}
		}, portage.ErrNotConformant, both, audit.OutcomeFailure, audit.ReasonConformance, false},
		"conformance fails": {func(s *scene) {
			s.x.Conform = func(context.Context, []byte) ([]record.Issue, error) { return nil, errTrouble }
		}, portage.ErrNotConformant, both, audit.OutcomeFailure, audit.ReasonConformance, false},
		"conformance panics": {func(s *scene) {
			s.x.Conform = func(context.Context, []byte) ([]record.Issue, error) { panic("PLANTED-IN-PANIC") }
		}, portage.ErrNotConformant, both, audit.OutcomeFailure, audit.ReasonConformance, false},
		"signer fails":               {func(s *scene) { s.x.Signer = signs(func() ([]byte, error) { return nil, errTrouble }) }, errTrouble, both, audit.OutcomeFailure, audit.ReasonSeal, false},
		"signer panics":              {func(s *scene) { s.x.Signer = signs(func() ([]byte, error) { return nil, panics() }) }, nil, both, audit.OutcomeFailure, audit.ReasonSeal, false},
		"signer gives nothing":       {func(s *scene) { s.x.Signer = signs(func() ([]byte, error) { return nil, nil }) }, nil, both, audit.OutcomeFailure, audit.ReasonSeal, false},
		"encrypter fails":            {func(s *scene) { s.x.Encrypter = masking{fail: trouble} }, errTrouble, both, audit.OutcomeFailure, audit.ReasonSeal, false},
		"encrypter cannot write":     {func(s *scene) { s.x.Encrypter = masking{failWrite: trouble} }, errTrouble, both, audit.OutcomeFailure, audit.ReasonSeal, false},
		"encrypter cannot close":     {func(s *scene) { s.x.Encrypter = masking{failClose: trouble} }, errTrouble, both, audit.OutcomeFailure, audit.ReasonSeal, true},
		"encrypter panics":           {func(s *scene) { s.x.Encrypter = masking{failWrite: panics} }, nil, both, audit.OutcomeFailure, audit.ReasonPanic, false},
		"destination not opened":     {func(s *scene) { s.dest.open = trouble }, errTrouble, both, audit.OutcomeFailure, audit.ReasonDestination, false},
		"destination panics":         {func(s *scene) { s.dest.open = panics }, nil, both, audit.OutcomeFailure, audit.ReasonPanic, false},
		"destination fails":          {func(s *scene) { s.dest.write = trouble }, errTrouble, both, audit.OutcomeFailure, audit.ReasonDestination, true},
		"destination write panics":   {func(s *scene) { s.dest.write = panics }, nil, both, audit.OutcomeFailure, audit.ReasonPanic, true},
		"destination takes half":     {func(s *scene) { s.dest.short = true }, io.ErrShortWrite, both, audit.OutcomeFailure, audit.ReasonDestination, true},
		"disk full":                  {func(s *scene) { s.dest.write = func() error { return fmt.Errorf("write: %w", syscall.ENOSPC) } }, syscall.ENOSPC, both, audit.OutcomeFailure, audit.ReasonFull, true},
		"disk full behind encrypter": {func(s *scene) { s.x.Encrypter = masking{}; s.dest.write = func() error { return syscall.ENOSPC } }, syscall.ENOSPC, both, audit.OutcomeFailure, audit.ReasonFull, true},
		"disk full at the end":       {func(s *scene) { s.dest.close_ = func() error { return syscall.ENOSPC } }, syscall.ENOSPC, both, audit.OutcomeFailure, audit.ReasonFull, true},
		"destination not closed":     {func(s *scene) { s.dest.close_ = trouble }, errTrouble, both, audit.OutcomeFailure, audit.ReasonDestination, true},
		"destination close panics":   {func(s *scene) { s.dest.close_ = panics }, nil, both, audit.OutcomeFailure, audit.ReasonPanic, true},
		"expired before writing": {func(s *scene) {
			until := ehiTime.Add(time.Second)
			d := permits()
			d.ValidUntil = &until
			s.x.Decider = decides(d)
			s.dest.open = func() error { s.now = s.now.Add(time.Minute); return nil }
		}, portage.ErrExpired, both, audit.OutcomeFailure, audit.ReasonExpired, false},
		"revoked while writing": {func(s *scene) {
			asked := 0
			s.x.Decider = consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) {
				asked++
				if asked > 1 {
					return &consent.Decision{Outcome: consent.Denied, Final: consent.Deny}, nil
				}
				return permits(), nil
			})
			export(s, func(*record.Record) error { s.now = s.now.Add(time.Hour); return nil })
		}, portage.ErrExpired, both, audit.OutcomeFailure, audit.ReasonExpired, false},
		"narrowed while writing": {func(s *scene) {
			asked := 0
			s.x.Decider = consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) {
				asked++
				d := permits()
				if asked > 1 {
					d.Residual = []consent.Stage{{Name: "consent", Rules: []consent.Rule{{Effect: consent.Deny}}}}
				}
				return d, nil
			})
			export(s, func(*record.Record) error { s.now = s.now.Add(time.Hour); return nil })
		}, portage.ErrExpired, both, audit.OutcomeFailure, audit.ReasonExpired, false},
		"time limit": {func(s *scene) {
			until := ehiTime.Add(time.Second)
			d := permits()
			d.Obligations = []consent.Obligation{{Code: consent.ObligeTimeLimit, Until: &until}}
			s.x.Decider = decides(d)
			export(s, func(*record.Record) error { s.now = s.now.Add(time.Minute); return nil })
		}, portage.ErrExpired, both, audit.OutcomeFailure, audit.ReasonExpired, false},
		"still good":               {func(s *scene) { export(s, func(*record.Record) error { s.now = s.now.Add(time.Hour); return nil }) }, nil, both, audit.OutcomeSuccess, "", true},
		"log fails before":         {func(s *scene) { s.book.fail = intent }, portage.ErrAudit, nil, "", "", false},
		"log panics before":        {func(s *scene) { s.book.fail = func(*audit.Event) error { return panics() } }, portage.ErrAudit, nil, "", "", false},
		"log fails after":          {func(s *scene) { s.book.fail = outcome }, portage.ErrAudit, both, audit.OutcomeUnknown, audit.ReasonNoOutcome, true},
		"log and destination fail": {func(s *scene) { s.book.fail = outcome; s.dest.write = trouble }, errTrouble, both, audit.OutcomeUnknown, audit.ReasonNoOutcome, true},
		"log fails on a denial": {func(s *scene) {
			s.x.Decider = decides(nil)
			s.book.fail = func(*audit.Event) error { return errTrouble }
		}, portage.ErrAudit, nil, "", "", false},
		"log fails, host says no": {func(s *scene) {
			s.book.fail = intent
			s.x.Unaudited = func(context.Context, *audit.Event, error) bool { return false }
		}, portage.ErrAudit, nil, "", "", false},
		"log fails, host panics": {func(s *scene) {
			s.book.fail = intent
			s.x.Unaudited = func(context.Context, *audit.Event, error) bool { panic("PLANTED-IN-PANIC") }
		}, portage.ErrAudit, nil, "", "", false},
		"log fails, host answers": {func(s *scene) { s.book.fail = outcome; s.x.Unaudited = yes }, nil, both, audit.OutcomeUnknown, audit.ReasonNoOutcome, true},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			c.set(s)
			res, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
			switch {
			case c.want != nil:
				require.ErrorIs(t, err, c.want)
			case c.outcome == audit.OutcomeSuccess || name == "log fails, host answers":
				require.NoError(t, err)
			default:
				require.Error(t, err)
			}
			if err != nil {
				require.NotContains(t, err.Error(), "PLANTED")
			}
			require.False(t, s.dest.early, "the destination was opened before the intent was in the log")
			if !c.left {
				require.Zero(t, res.Bytes)
				for _, f := range s.dest.files {
					require.Zero(t, f.Len())
				}
			}
			if res.Bytes > 0 {
				require.True(t, s.book.has(audit.PhaseIntent))
			}
			s.book.fail = nil
			_, err = s.x.Audit.Settle(t.Context()) // as when the log is opened again
			require.NoError(t, err)
			var got []audit.Phase
			for _, e := range s.book.events {
				require.NoError(t, e.Validate())
				got = append(got, e.Phase)
			}
			require.Equal(t, c.phases, got)
			if n := len(s.book.events); n > 0 {
				last := s.book.events[n-1]
				require.Equal(t, c.outcome, last.Outcome)
				require.Equal(t, c.reason, last.Reason)
				if n == 2 {
					require.Equal(t, s.book.events[0].ID, last.Intent)
				}
			}
		})
	}
}

// panicking is a labeller that panics.
type panicking struct{}

func (panicking) Label(consent.Item) []record.Label {
	panic("PLANTED-IN-PANIC")
}

// What the destination has is what the log says: bytes, digest and counts; the signature is of the plain bytes.
func TestDiscloseTellsWhatLeft(t *testing.T) {
	s := newScene(t)
	var signed []byte
	s.x.Signer = signerFunc(func(b []byte) []byte { signed = b; return []byte("signature") })
	res, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	require.Equal(t, []string{"000001.json", "000001.json.jws"}, s.dest.names)
	require.Equal(t, signed, s.dest.files["000001.json"].Bytes())
	require.Equal(t, "signature", s.dest.files["000001.json.jws"].String())
	sum := sha256.Sum256(append(bytes.Clone(signed), "signature"...))
	last := s.book.events[1]
	require.Equal(t, hex.EncodeToString(sum[:]), last.Payload.Digest.Value)
	require.Equal(t, res.Digest, last.Payload.Digest.Value)
	require.Equal(t, int64(len(signed)+len("signature")), last.Payload.Bytes)
	counts := map[string]int64{}
	for _, c := range last.Payload.Counts {
		counts[c.Kind] = c.Count
	}
	require.Positive(t, counts["result"])
	require.Equal(t, int64(len(s.out.Record.Results)), counts["result"])
	require.Equal(t, audit.BasisTreatment, last.Disclosure.Basis)
	require.Equal(t, "Practitioner/17", last.Disclosure.Recipient.Reference)

	s = newScene(t)
	s.x.Encrypter = masking{}
	_, err = s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	require.Equal(t, []string{"000001.json.age"}, s.dest.names)
	require.NotContains(t, s.dest.files["000001.json.age"].String(), "resourceType")
}

type signerFunc func([]byte) []byte

func (f signerFunc) Sign(_ context.Context, r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(r)
	return f(b), err
}

// What is withheld does not leave, and the log tells of it by kind and reason alone.
func TestDiscloseWithholds(t *testing.T) {
	s := newScene(t)
	s.out = treatment(readFHIR(t, jacksChart("")))
	d := permits()
	d.Residual = []consent.Stage{{Name: "consent", Rules: []consent.Rule{
		{Effect: consent.Permit}, {Effect: consent.Deny, If: consent.Condition{Labels: []record.Coding{{System: record.SystemActCode, Code: "HIV"}}}}}}}
	s.x.Decider = decides(d)
	_, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	out := s.dest.files["000001.json"].String()
	require.NotContains(t, out, "75622-1")
	require.Contains(t, out, "2339-0")
	n := int64(0)
	for _, c := range s.book.events[0].Decision.Withheld {
		n += c.Count
	}
	require.Equal(t, int64(1), n)
}

// The log holds nothing of a record that is full of planted words, however it is disclosed or received.
func TestExchangeLogHoldsNoMarkers(t *testing.T) {
	rec, plants := recordtest.Markers()
	require.NotEmpty(t, plants)
	s := newScene(t)
	s.out = treatment(rec)
	_, err := s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.NoError(t, err)
	require.NotEmpty(t, s.dest.files)
	s.to.Exporter = failing{s.to.Exporter, func(*record.Record) error { return errTrouble }}
	_, err = s.x.Disclose(s.ctx, s.out, s.to, s.dest)
	require.Error(t, err)
	s.x.Decider = &consent.Evaluator{} // by the law and the record's own consents
	_, _ = s.x.Disclose(s.ctx, s.out, fhir.Format(), s.dest)

	text, err := record.Marshal(rec)
	require.NoError(t, err)
	n := 0
	for _, err := range s.x.Receive(s.ctx, portage.Incoming{Input: record.Input{Bytes: text}}, record.JSONFormat()) {
		require.NoError(t, err)
		n++
	}
	require.Equal(t, 1, n)
	for _, e := range s.book.events {
		if e.Kind == audit.KindReceive {
			e.Patient = nil // whose it is, is told by the identifiers that it came with
		}
		b, err := e.AppendJSON(nil)
		require.NoError(t, err)
		recordtest.NoMarkers(t, string(b))
	}
	require.GreaterOrEqual(t, len(s.book.events), 7)
}

// Receiving: the intent before the input is read, an event a patient before the caller has the record, the outcome at the end.
func TestReceive(t *testing.T) {
	bundle := jacksChart("")
	read := func(s *scene, in record.Input, from record.Format) (n int, err error) {
		for _, e := range s.x.Receive(s.ctx, portage.Incoming{Input: in, From: audit.Party{Name: "Lakeside"}}, from) {
			if e != nil {
				return n, e
			}
			n++
			last := s.book.events[len(s.book.events)-1]
			if last.Patient == nil || last.Outcome != audit.OutcomeSuccess {
				return n, errors.New("the caller has a record that the log does not know of")
			}
		}
		return n, nil
	}
	s := newScene(t)
	n, err := read(s, record.Input{Reader: bytes.NewReader(bundle)}, fhir.Format())
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Len(t, s.book.events, 3)
	sum := sha256.Sum256(bundle)
	require.Equal(t, hex.EncodeToString(sum[:]), s.book.events[2].Payload.Digest.Value)
	require.Equal(t, audit.OutcomeSuccess, s.book.events[2].Outcome)
	require.Equal(t, "Lakeside", s.book.events[2].Agents[0].Name)

	s = newScene(t)
	_, err = read(s, record.Input{Bytes: []byte("{")}, fhir.Format())
	require.Error(t, err)
	require.Len(t, s.book.events, 2)
	require.Equal(t, audit.ReasonImport, s.book.events[1].Reason)

	s = newScene(t)
	s.book.fail = func(*audit.Event) error { return errTrouble }
	asked := false
	_, err = read(s, record.Input{Reader: readerFunc(func([]byte) (int, error) { asked = true; return 0, io.EOF })}, fhir.Format())
	require.ErrorIs(t, err, portage.ErrAudit)
	require.False(t, asked, "the input was read before its intent was in the log")

	s = newScene(t)
	s.book.fail = func(e *audit.Event) error {
		if e.Phase == audit.PhaseWhole {
			return errTrouble
		}
		return nil
	}
	n, err = read(s, record.Input{Bytes: bundle}, fhir.Format())
	require.ErrorIs(t, err, portage.ErrAudit)
	require.Zero(t, n)
	require.Equal(t, audit.ReasonAudit, s.book.events[1].Reason)

	s = newScene(t)
	for range s.x.Receive(s.ctx, portage.Incoming{Input: record.Input{Bytes: bundle}}, fhir.Format()) {
		break
	}
	require.Equal(t, audit.OutcomeCancelled, s.book.events[2].Outcome)
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// A sequence: each record has its own decision and events; one that is refused does not stop the others.
func TestDiscloseAll(t *testing.T) {
	s := newScene(t)
	refused := recordtest.Generate(1, recordtest.Small).Patient.ID
	s.x.Decider = consent.DeciderFunc(func(_ context.Context, r *consent.Request) (*consent.Decision, error) {
		if r.Patient.ID == refused {
			return nil, errTrouble
		}
		return permits(), nil
	})
	all := func(yield func(*portage.Outgoing, error) bool) {
		for seed := range uint64(4) {
			o := treatment(recordtest.Generate(seed, recordtest.Small))
			o.Request.Patient = consent.Subject{} // the record's
			if !yield(&o, nil) {
				return
			}
		}
	}
	var errs []error
	for _, err := range s.x.DiscloseAll(s.ctx, all, s.to, s.dest) {
		errs = append(errs, err)
	}
	require.Len(t, errs, 4)
	require.ErrorIs(t, errs[1], portage.ErrUndecided)
	require.NoError(t, errors.Join(errs[0], errs[2], errs[3]))
	require.Equal(t, []string{"000001.json", "000003.json", "000004.json"}, s.dest.names)
	require.Len(t, s.book.events, 7)

	s.book.fail = func(*audit.Event) error { return errTrouble }
	n := 0
	for _, err := range s.x.DiscloseAll(s.ctx, all, s.to, s.dest) {
		require.ErrorIs(t, err, portage.ErrAudit)
		n++
	}
	require.Equal(t, 1, n, "without a log nothing goes on")
}

// A folder as destination: whole files only, nothing overwritten, names that lead nowhere else.
func TestFolderDestination(t *testing.T) {
	dir := t.TempDir() + "/out"
	s := newScene(t)
	_, err := s.x.Disclose(s.ctx, s.out, s.to, portage.FolderDestination(dir))
	require.NoError(t, err)
	require.Len(t, tree(t, dir), 1)
	_, err = s.x.Disclose(s.ctx, s.out, s.to, portage.FolderDestination(dir))
	require.Error(t, err, "nothing is overwritten")
	d := portage.FolderDestination(dir)
	for _, name := range []string{"../x", "/x", "a/../../x", ".x", "A", ""} {
		_, err := d.Open(t.Context(), name)
		require.Error(t, err, "%q", name)
	}
	f, err := d.Open(t.Context(), "half.json")
	require.NoError(t, err)
	_, err = io.WriteString(f, strings.Repeat("x", 10))
	require.NoError(t, err)
	require.NoError(t, f.(interface{ Abort() error }).Abort())
	require.Len(t, tree(t, dir), 1)
}
