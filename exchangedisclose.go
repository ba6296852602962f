package portage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/record"
)

// Disclose lets one record out: decided, labelled, redacted, written in a format,
// checked, signed and encrypted as the Exchange says. ErrDenied, ErrUndecided and
// ErrObligation mean that nothing was tried; ErrAudit that the log did not answer, and, where
// Disclosed.Bytes is 0, that nothing left. The log has an event for every call that got as far as a patient.
func (x *Exchange) Disclose(ctx context.Context, out Outgoing, to record.Format, dest Destination) (*Disclosed, error) {
	return x.disclose(ctx, &out, to, dest, 1)
}

// DiscloseAll lets records out one after the other, and gives what became of each.
// The caller ends it by ending the loop; it ends by itself where out fails, ctx is over
// or the log does not answer.
func (x *Exchange) DiscloseAll(ctx context.Context, out iter.Seq2[*Outgoing, error], to record.Format, dest Destination) iter.Seq2[*Disclosed, error] {
	return func(yield func(*Disclosed, error) bool) {
		n := 0
		for o, err := range out {
			if err != nil {
				yield(&Disclosed{}, err)
				return
			}
			n++
			got, err := x.disclose(ctx, o, to, dest, n)
			if !yield(got, err) || ctx.Err() != nil || errors.Is(err, ErrAudit) {
				return
			}
		}
	}
}

func (x *Exchange) disclose(ctx context.Context, out *Outgoing, to record.Format, dest Destination, n int) (*Disclosed, error) {
	res := &Disclosed{}
	if !x.ready() || out == nil || out.Record == nil || out.Request == nil || dest == nil {
		return res, ErrNotReady
	}
	if to.Exporter == nil {
		return res, ErrNoExporter
	}
	name := out.Name
	switch {
	case name == "":
		name = fmt.Sprintf("%06d", n)
	case !ehiName(name):
		return res, ErrNotReady
	}
	p, err := x.decide(ctx, out)
	res.Decision, res.Withheld = p.decision, p.withheld
	if err != nil {
		res.Outcome, err = p.refused(ctx, err)
		return res, err
	}
	passage, err := x.begin(ctx, p.event())
	if err != nil {
		return res, err
	}
	if passage != nil {
		res.Intent = passage.Intent().ID
	}
	s := &sending{passing: p, dest: dest, res: res, sum: sha256.New(), checked: p.request.At}
	_, err = guarded(func() (struct{}, error) { return struct{}{}, s.send(ctx, to, name) })
	s.drop()
	res.Bytes, res.Digest = s.n, hex.EncodeToString(s.sum.Sum(nil))
	outcome, reason := outcomeOf(err)
	kinds, issues, lost := countsOf(p.rec, res.Report)
	payload := &audit.Payload{Format: to.Name, Bytes: s.n, Issues: issues, Lost: lost}
	if s.n > 0 {
		payload.Digest = &audit.Digest{Algorithm: "sha256", Value: res.Digest}
		payload.Counts = kinds
	}
	if x.Signer != nil && s.n > 0 {
		payload.Signed = x.Signed
	}
	if x.Encrypter != nil && s.n > 0 {
		payload.Encrypted = x.Encrypted
	}
	var aerr error
	res.Outcome, aerr = x.end(ctx, passage, audit.Result{Outcome: outcome, Reason: reason, Payload: payload})
	return res, errors.Join(err, aerr)
}

// sending is what is written to the destination.
type sending struct {
	*passing
	dest Destination
	res  *Disclosed
	sum  interface {
		io.Writer
		Sum([]byte) []byte
	}
	n       int64
	checked time.Time
	open    io.WriteCloser // the file that is not closed yet
}

// send makes everything ready before the destination is opened.
func (s *sending) send(ctx context.Context, to record.Format, name string) error {
	limit := s.MaxBytes
	if limit == 0 {
		limit = exchangeBytes
	}
	text := &capped{left: limit}
	rep, err := guarded(func() (*record.Report, error) { return to.Exporter.Export(ctx, s.rec, text, s.Options) })
	if s.res.Report = rep; rep == nil {
		s.res.Report = &record.Report{}
	}
	switch {
	case text.over:
		return refuse(ErrTooLarge, audit.ReasonLimit)
	case err != nil:
		return refuse(fmt.Errorf("portage: the record cannot be written: %w", err), audit.ReasonExport)
	}
	if err := s.kept(rep); err != nil {
		return err
	}
	data := text.Bytes()
	if err := s.conform(ctx, data); err != nil {
		return err
	}
	var sig []byte
	if s.Signer != nil {
		if sig, err = guarded(func() ([]byte, error) { return s.Signer.Sign(ctx, bytes.NewReader(data)) }); err == nil && len(sig) == 0 {
			err = errors.New("portage: a signer gave nothing")
		}
		if err != nil {
			return refuse(fmt.Errorf("portage: it cannot be signed: %w", err), audit.ReasonSeal)
		}
	}
	if err := s.put(ctx, name+to.Extension, data); err != nil || sig == nil {
		return err
	}
	ext := s.SignatureName
	if ext == "" {
		ext = "jws"
	}
	return s.put(ctx, name+to.Extension+"."+ext, sig)
}

func (s *sending) conform(ctx context.Context, data []byte) error {
	if s.Conform == nil {
		return nil
	}
	issues, err := guarded(func() ([]record.Issue, error) { return s.Conform(ctx, data) })
	if err != nil {
		return refuse(fmt.Errorf("%w: %w", ErrNotConformant, err), audit.ReasonConformance)
	}
	s.res.Report.Issues = append(s.res.Report.Issues, issues...)
	for i := range issues {
		if issues[i].Severity == record.SeverityError {
			return refuse(ErrNotConformant, audit.ReasonConformance)
		}
	}
	return nil
}

// put writes one file to the destination.
func (s *sending) put(ctx context.Context, name string, data []byte) error {
	if s.Encrypter != nil {
		ext := s.EncryptedName
		if ext == "" {
			ext = "age"
		}
		name += "." + ext
	}
	if err := s.valid(ctx); err != nil {
		return err
	}
	var err error
	if s.open, err = s.dest.Open(ctx, name); err != nil {
		s.open = nil
		return s.failed("opening the destination", err)
	}
	var w io.Writer = writerFunc(func(b []byte) (int, error) { return s.write(ctx, b) })
	if s.Encrypter != nil {
		if err := s.encrypted(ctx, w, data); err != nil {
			return err
		}
	} else if _, err := w.Write(data); err != nil {
		return err
	}
	if err := s.valid(ctx); err != nil { // it counts only from Close on
		return err
	}
	f := s.open
	s.open = nil
	if err := f.Close(); err != nil {
		return s.failed("closing the destination", err)
	}
	return nil
}

func (s *sending) encrypted(ctx context.Context, w io.Writer, data []byte) error {
	seal := func(err error) error {
		if r := (*refusal)(nil); errors.As(err, &r) || ctx.Err() != nil { // it came from below
			return err
		}
		return refuse(fmt.Errorf("portage: it cannot be encrypted: %w", err), audit.ReasonSeal)
	}
	e, err := s.Encrypter.Encrypt(ctx, w)
	if err != nil {
		return seal(err)
	}
	if _, err := e.Write(data); err != nil {
		return seal(err)
	}
	if err := e.Close(); err != nil {
		return seal(err)
	}
	return nil
}

// sendChunk is how much goes out between two looks at the clock.
const sendChunk = 64 << 10

// write hands bytes to the destination while the decision is good.
func (s *sending) write(ctx context.Context, b []byte) (done int, err error) {
	for len(b) > 0 {
		if err := s.valid(ctx); err != nil {
			return done, err
		}
		c := b[:min(len(b), sendChunk)]
		n, err := s.open.Write(c)
		if n < 0 || n > len(c) {
			n = 0
		}
		s.sum.Write(c[:n])
		s.n += int64(n)
		done += n
		if err == nil && n < len(c) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return done, s.failed("writing to the destination", err)
		}
		b = b[n:]
	}
	return done, nil
}

// valid makes the decision again where that is due.
func (s *sending) valid(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	now := s.now()
	every := s.Recheck
	if every == 0 {
		every = exchangeRecheck
	}
	if now.Sub(s.checked) < every && (s.until.IsZero() || now.Before(s.until)) {
		return nil
	}
	s.checked = now
	return s.again(ctx, now)
}

func (s *sending) failed(what string, err error) error {
	reason := audit.ReasonDestination
	if isFull(err) {
		reason = audit.ReasonFull
	}
	return refuse(fmt.Errorf("portage: %s: %w", what, err), reason)
}

// drop gives up a file that is not to count.
func (s *sending) drop() {
	if s.open == nil {
		return
	}
	_, _ = guarded(func() (struct{}, error) {
		if a, ok := s.open.(interface{ Abort() error }); ok {
			return struct{}{}, a.Abort()
		}
		return struct{}{}, s.open.Close()
	})
	s.open = nil
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// capped is a buffer that takes only so much.
type capped struct {
	bytes.Buffer
	left int64
	over bool
}

func (c *capped) Write(b []byte) (int, error) {
	if c.left -= int64(len(b)); c.left < 0 {
		c.over = true
		return 0, ErrTooLarge
	}
	return c.Buffer.Write(b)
}
