package portage

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// passing is a record on its way out.
type passing struct {
	*Exchange
	out      *Outgoing
	request  consent.Request
	decision *consent.Decision
	withheld *consent.Withholding
	rec      *record.Record // what leaves
	whole    bool           // nothing was withheld
	bare     bool           // it is de-identified
	labels   bool           // labels must travel
	notice   bool           // the notice of 42 CFR 2.32 must travel
	until    time.Time      // when the decision has to be made again; zero for never
}

// refusal is an error with its word for the log.
type refusal struct {
	err    error
	reason audit.Reason
}

func (r *refusal) Error() string { return r.err.Error() }
func (r *refusal) Unwrap() error { return r.err }

func refuse(err error, why audit.Reason) error { return &refusal{err, why} }

// reasonOf gives the word for an error.
func reasonOf(err error) audit.Reason {
	var r *refusal
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return audit.ReasonCancelled
	case errors.As(err, &r):
		return r.reason
	case errors.Is(err, errHostPanic):
		return audit.ReasonPanic
	}
	return audit.ReasonDestination
}

// decide asks whether a record may leave, and makes of it what may. p is good for telling the log also where there is an error.
func (x *Exchange) decide(ctx context.Context, out *Outgoing) (p *passing, err error) {
	p = &passing{Exchange: x, out: out, request: *out.Request}
	if err := p.samePatient(); err != nil {
		return p, refuse(err, audit.ReasonUndecided)
	}
	if p.request.At.IsZero() {
		p.request.At = x.now()
	}
	p.decision = consent.Decide(ctx, x.Decider, &p.request)
	switch {
	case ctx.Err() != nil:
		return p, ctx.Err()
	case p.decision.Has(consent.ReasonFailed):
		return p, refuse(ErrUndecided, audit.ReasonUndecided)
	case !p.decision.Permits():
		return p, refuse(ErrDenied, audit.ReasonConsent)
	}
	p.bound()
	rec, err := guarded(func() (*record.Record, error) { return p.redact() })
	if err != nil {
		return p, refuse(err, audit.ReasonRedaction)
	}
	p.rec = rec
	if err := p.obligations(ctx); err != nil {
		return p, err
	}
	return p, nil
}

// samePatient fills in the request's patient, or refuses one who is certainly another.
func (p *passing) samePatient() error {
	have := p.out.Record.Patient
	asked := &p.request.Patient
	if have == nil {
		return nil
	}
	if asked.IsZero() {
		asked.Identifiers, asked.ID = have.Identifiers, have.ID
		if asked.BirthDate.IsZero() {
			asked.BirthDate, asked.Deceased = have.BirthTime, have.DeceasedTime
		}
		return nil
	}
	if asked.ID != "" && have.ID != "" && asked.ID == have.ID {
		return nil
	}
	if len(asked.Identifiers) > 0 && len(have.Identifiers) > 0 {
		for i := range asked.Identifiers {
			for j := range have.Identifiers {
				if audit.IdentifierOf(asked.Identifiers[i]) == audit.IdentifierOf(have.Identifiers[j]) {
					return nil
				}
			}
		}
		return ErrOtherPatient
	}
	if asked.ID != "" && have.ID != "" {
		return ErrOtherPatient
	}
	return nil
}

// bound notes until when the decision is good.
func (p *passing) bound() {
	p.until = time.Time{}
	earlier := func(t *time.Time) {
		if t != nil && (p.until.IsZero() || t.Before(p.until)) {
			p.until = *t
		}
	}
	earlier(p.decision.ValidUntil)
	for i := range p.decision.Obligations {
		if o := &p.decision.Obligations[i]; o.Code == consent.ObligeTimeLimit {
			earlier(o.Until)
		}
	}
}

func (p *passing) redact() (*record.Record, error) {
	rec := p.out.Record
	if p.Labeller != nil {
		rec = consent.Label(rec, p.Labeller)
	}
	got, w := consent.Redact(p.decision, rec, consent.Redaction{Labeller: p.Labeller, Unlabelled: p.Unlabelled, Tell: p.Tell})
	if got == nil {
		return nil, ErrDenied
	}
	p.withheld = w
	p.whole = w.Total() == 0 && w.Orphans == 0 && w.Narratives == 0 && w.Carried == 0 && w.Originals == 0 && w.PatientFacts == 0
	d := *p.decision
	d.Withhold(w)
	p.decision = &d
	// A source's own document lacks what the redaction put in.
	p.whole = p.whole && len(w.Met) == 0
	return got, nil
}

// again makes the decision anew, and refuses to go on where it is not the same.
func (p *passing) again(ctx context.Context, at time.Time) error {
	d := consent.Recheck(ctx, p.Decider, &p.request, p.decision, at)
	if err := ctx.Err(); err != nil {
		return err
	}
	if !d.Permits() || !reflect.DeepEqual(d.Residual, p.decision.Residual) || !reflect.DeepEqual(d.Standing, p.decision.Standing) ||
		!slices.EqualFunc(d.Obligations, p.decision.Obligations, func(a, b consent.Obligation) bool { return a.Code == b.Code }) {
		return refuse(ErrExpired, audit.ReasonExpired)
	}
	p.decision.ValidUntil = d.ValidUntil
	before := p.until
	if p.bound(); !p.until.IsZero() && !at.Before(p.until) { // a time limit that a decision does not move
		p.until = before
		return refuse(ErrExpired, audit.ReasonExpired)
	}
	return nil
}
