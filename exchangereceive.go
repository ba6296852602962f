package portage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"iter"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/record"
)

// Incoming is an input that is to be received, and from whom.
type Incoming struct {
	Input record.Input
	// From is who sent it; Agents are others who take part.
	From   audit.Party
	Agents []audit.Agent
	// Purposes are why it came.
	Purposes []audit.Code
	Options  record.ImportOptions
	// RequestID and Trace are kept in the events.
	RequestID, Trace string
}

// Receive imports an input. The log has the intent before the input is read, an
// event for each patient before the caller gets the record, and the outcome with digest
// and counts. Where the log does not answer, nothing more is handed over.
func (x *Exchange) Receive(ctx context.Context, in Incoming, from record.Format) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		switch {
		case x.Audit == nil || x.Audit.Sink == nil:
			yield(nil, ErrNotReady)
			return
		case from.Importer == nil:
			yield(nil, ErrNoImporter)
			return
		}
		r := &receiving{Exchange: x, in: &in, from: from}
		passage, err := x.begin(ctx, r.event())
		if err != nil {
			yield(nil, err)
			return
		}
		got, gone := r.hand(ctx, yield)
		outcome, reason := outcomeOf(got)
		if got != nil && !errors.Is(got, ErrAudit) && reason == audit.ReasonDestination {
			reason = audit.ReasonImport
		}
		if errors.Is(got, ErrAudit) {
			reason = audit.ReasonAudit
		}
		if gone && got == nil { // the caller wanted no more
			outcome, reason = audit.OutcomeCancelled, audit.ReasonCancelled
		}
		_, aerr := x.end(ctx, passage, audit.Result{Outcome: outcome, Reason: reason, Payload: r.payload()})
		if err := errors.Join(got, aerr); err != nil && !gone {
			yield(nil, err)
		}
	}
}

// receiving is an input that is being read.
type receiving struct {
	*Exchange
	in     *Incoming
	from   record.Format
	sum    *digesting
	kinds  []audit.Count
	issues []audit.Count
}

func (r *receiving) event() *audit.Event {
	e := &audit.Event{Kind: audit.KindReceive, Purposes: r.in.Purposes, Request: r.in.RequestID, Trace: r.in.Trace,
		Payload: &audit.Payload{Format: r.from.Name}}
	if !r.in.From.IsZero() {
		e.Agents = append(e.Agents, audit.Agent{Role: audit.AgentSource, Party: r.in.From, Requestor: true})
	}
	e.Agents = append(e.Agents, r.in.Agents...)
	return e
}

func (r *receiving) payload() *audit.Payload {
	p := &audit.Payload{Format: r.from.Name, Counts: r.kinds, Issues: r.issues}
	if r.sum != nil && r.sum.n > 0 {
		p.Bytes = r.sum.n
		p.Digest = &audit.Digest{Algorithm: "sha256", Value: hex.EncodeToString(r.sum.sum.Sum(nil))}
	}
	return p
}

// hand gives the records to the caller; gone says that the caller wants no more.
func (r *receiving) hand(ctx context.Context, yield func(*record.Imported, error) bool) (err error, gone bool) {
	r.sum = &digesting{w: io.Discard, sum: sha256.New()}
	in := r.in.Input
	switch {
	case in.Bytes != nil:
		if _, err := io.Copy(r.sum, bytes.NewReader(in.Bytes)); err != nil {
			return err, false
		}
	case in.Reader != nil:
		in.Reader = io.TeeReader(in.Reader, r.sum)
	}
	for got, err := range r.imported(ctx, in) {
		if err != nil {
			return err, false
		}
		if err := r.patient(ctx, got); err != nil {
			return err, false
		}
		if !yield(got, nil) {
			return nil, true
		}
	}
	return nil, false
}

// imported is the importer's own sequence, in which a panic of the importer is an error, and one of the caller's goes on.
func (r *receiving) imported(ctx context.Context, in record.Input) iter.Seq2[*record.Imported, error] {
	return func(yield func(*record.Imported, error) bool) {
		outside := false
		defer func() {
			if outside {
				return
			}
			if recover() != nil {
				yield(nil, errHostPanic)
			}
		}()
		for got, err := range r.from.Importer.Import(ctx, in, r.in.Options) {
			outside = true
			more := yield(got, err)
			outside = false
			if !more || err != nil {
				return
			}
		}
	}
}

// patient tells the log of one patient's record, before the caller has it.
func (r *receiving) patient(ctx context.Context, got *record.Imported) error {
	kinds, issues, _ := countsOf(got.Record, got.Report)
	r.kinds, r.issues = sumCounts(r.kinds, kinds), sumCounts(r.issues, issues)
	if got.Record == nil || got.Record.Patient == nil {
		return nil
	}
	e := r.event()
	e.Patient = &audit.Patient{}
	for _, i := range got.Record.Patient.Identifiers {
		e.Patient.Identifiers = append(e.Patient.Identifiers, audit.IdentifierOf(i))
	}
	if len(e.Patient.Identifiers) == 0 {
		e.Patient.Reference = got.Record.Patient.ID
	}
	if e.Patient.Reference == "" && len(e.Patient.Identifiers) == 0 {
		e.Patient = nil
	}
	e.Outcome = audit.OutcomeSuccess
	e.Payload.Counts, e.Payload.Issues = kinds, issues
	_, err := r.note(ctx, e)
	return err
}

func sumCounts(to, of []audit.Count) []audit.Count {
	for _, c := range of {
		found := false
		for i := range to {
			if to[i].Kind == c.Kind {
				to[i].Count += c.Count
				found = true
			}
		}
		if !found {
			to = append(to, c)
		}
	}
	return to
}
