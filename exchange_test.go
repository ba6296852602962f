package portage_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

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

type signerFunc func([]byte) []byte

func (f signerFunc) Sign(_ context.Context, r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(r)
	return f(b), err
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }
