package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/portage-health/portage"
	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// exchange is run by way of portage.Exchange: each call has its event in the log, and what leaves is sealed as asked.
func (x *disclosure) exchange(ctx context.Context) error {
	start := time.Now()
	ex := &portage.Exchange{Deidentifier: x, Options: record.ExportOptions{Now: x.now}}
	if err := x.seals(ex); err != nil {
		return err
	}
	sink, done, err := x.book(ctx)
	if err != nil {
		return err
	}
	defer done()
	ex.Audit = &audit.Recorder{Sink: sink}

	x.decided = x.decide(ctx)
	if x.req == nil {
		return x.denied(ctx, ex)
	}
	// A decision is one as of the request; while work goes on, it grows older.
	ex.Clock = func() time.Time { return x.req.At.Add(time.Since(start)) }
	if !x.decided.Permits() {
		return x.denied(ctx, ex)
	}
	rec, err := x.read(ctx)
	if err != nil {
		return errors.Join(err, x.note(ctx, ex, audit.OutcomeFailure, audit.ReasonImport))
	}
	if x.redact(rec); !x.decided.Permits() {
		return x.denied(ctx, ex)
	}
	ex.Decider, ex.Duties = x.decider, x.duties()
	ex.Labeller, ex.Unlabelled, ex.Tell = x.rules.Labeller, x.rules.Unlabelled, x.rules.Tell
	to := &outlet{disclosure: x, want: 1}
	if ex.Signer != nil {
		to.want = 2
	}
	_, err = ex.Disclose(ctx, portage.Outgoing{Record: rec, Request: x.req, Name: outletName}, record.Format{Name: x.to, Exporter: reporting{x}}, to)
	if err != nil {
		to.withdraw()
	}
	var why consent.Reason
	switch {
	case err == nil, errors.Is(err, portage.ErrAudit):
		return err
	case !x.decided.Permits():
	case errors.Is(err, portage.ErrOtherPatient):
		why = consent.Reason{Code: consent.ReasonPatient, Element: "patient"}
	case errors.Is(err, portage.ErrObligation):
		why = consent.Reason{Code: consent.ReasonFailed, Element: "obligations"}
	case errors.Is(err, portage.ErrDenied), errors.Is(err, portage.ErrUndecided), errors.Is(err, portage.ErrExpired):
		why = consent.Reason{Code: consent.ReasonFailed, Element: "decision"}
	default:
		return err
	}
	if why.Code != "" {
		x.decided = denied(x.req, why.Code, why.Element)
	}
	x.redacted, x.withheld = nil, nil
	return x.told()
}

// denied has the log told of a denial before anybody else is.
func (x *disclosure) denied(ctx context.Context, ex *portage.Exchange) error {
	if !x.named() {
		if err := x.note(ctx, ex, audit.OutcomeDenied, audit.ReasonUndecided); err != nil {
			return err
		}
		return x.told()
	}
	ex.Decider = consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { return x.decided, nil })
	// Nothing is known of the record, or it is not to be told of.
	_, err := ex.Disclose(ctx, portage.Outgoing{Record: &record.Record{}, Request: x.req}, record.Format{Name: x.to, Exporter: reporting{x}}, &outlet{disclosure: x})
	switch {
	case errors.Is(err, portage.ErrAudit):
		return err
	case errors.Is(err, portage.ErrDenied), errors.Is(err, portage.ErrUndecided):
		return x.told()
	}
	return err
}

// note tells the log of what ended before there was anything to disclose: as a disclosure where it is known of whom and to whom.
func (x *disclosure) note(ctx context.Context, ex *portage.Exchange, o audit.Outcome, why audit.Reason) error {
	e := &audit.Event{Kind: audit.KindDecide, Outcome: o, Reason: why}
	if x.named() {
		p := party(&x.req.Patient.Party)
		e.Kind, e.Patient = audit.KindDisclose, &audit.Patient{Reference: p.Reference}
		for _, i := range x.req.Patient.Identifiers {
			e.Patient.Identifiers = append(e.Patient.Identifiers, audit.IdentifierOf(i))
		}
		if e.Patient.Reference == "" && len(e.Patient.Identifiers) == 0 {
			e.Patient.Reference = p.AltID
		}
		e.Disclosure = &audit.Disclosure{Recipient: party(x.req.To()), Basis: audit.BasisOther}
		e.Agents = []audit.Agent{{Role: audit.AgentDestination, Party: e.Disclosure.Recipient}}
	}
	if _, err := ex.Audit.Record(context.WithoutCancel(ctx), e); err != nil {
		return errors.Join(portage.ErrAudit, err)
	}
	return nil
}

// named reports whether the request says of whom and to whom.
func (x *disclosure) named() bool {
	if x.req == nil {
		return false
	}
	p := &x.req.Patient
	return (p.Reference != "" || len(p.Identifiers) > 0 || p.ID != "") && !party(x.req.To()).IsZero()
}

func party(p *consent.Party) audit.Party {
	out := audit.Party{Reference: p.Reference, Name: p.Name, AltID: p.ID}
	if len(p.Identifiers) > 0 {
		out.ID = audit.IdentifierOf(p.Identifiers[0])
	}
	return out
}

// carried are the obligations that an Exchange carries out, or refuses by itself.
var carried = []string{consent.ObligeRedact, consent.ObligeMask, consent.ObligeAudit, consent.ObligeAccounting, "AOD", consent.ObligeTimeLimit,
	consent.ObligeKeepLabels, "PERSISTLABEL", consent.ObligeDeidentify, consent.ObligeLimited, "ENCRYPT", consent.ObligeNotice, consent.ObligeNoRedisclose}

// duties leaves the other obligations of a decision to whoever runs the program, who has them from -decision.
func (x *disclosure) duties() map[string]portage.Duty {
	out := map[string]portage.Duty{}
	for _, o := range x.decided.Obligations {
		// What a label of the record's forbids the recipient goes with that label (HL7 v3 RefrainPolicy).
		if !slices.Contains(carried, o.Code) && (len(o.Labels) > 0 || o.Citation != "" || !strings.HasPrefix(o.Code, "NO")) {
			out[o.Code] = portage.Attested
		}
	}
	return out
}
