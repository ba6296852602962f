package portage

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/record"
)

// event makes what the log is told of a disclosure, but for phase and outcome.
func (p *passing) event() *audit.Event {
	d := p.out.Disclosure
	if d.Recipient.IsZero() {
		d.Recipient = partyOf(p.request.To())
	}
	if d.Basis == "" {
		d.Basis = basisOf(&p.request, p.decision)
	}
	if d.Citation == "" && p.request.LegalClaim != nil {
		d.Citation = p.request.LegalClaim.Citation
	}
	e := &audit.Event{Kind: audit.KindDisclose, Patient: patientOf(&p.request.Patient, p.out.Record), Disclosure: &d,
		Decision: decisionOf(p.decision, &p.request, p.withheld), Request: p.out.RequestID, Trace: p.out.Trace}
	for _, c := range p.request.Purposes {
		e.Purposes = append(e.Purposes, audit.CodeOf(c))
	}
	requester := partyOf(&p.request.Requester)
	if !requester.IsZero() {
		e.Agents = append(e.Agents, audit.Agent{Role: audit.AgentUser, Party: requester, Requestor: true, Purposes: e.Purposes})
	}
	if !d.Recipient.IsZero() {
		e.Agents = append(e.Agents, audit.Agent{Role: audit.AgentDestination, Party: d.Recipient})
	}
	e.Agents = append(e.Agents, p.out.Agents...)
	return e
}

// begin records the intent. Where that fails, passage is nil, and an error is given unless the host answers for it.
func (x *Exchange) begin(ctx context.Context, e *audit.Event) (*audit.Passage, error) {
	got, err := guarded(func() (*audit.Passage, error) { return x.Audit.Begin(ctx, e) })
	if err == nil {
		return got, nil
	}
	e = e.Clone()
	e.Phase = audit.PhaseIntent
	return nil, x.unaudited(ctx, e, err)
}

// end records the outcome.
func (x *Exchange) end(ctx context.Context, p *audit.Passage, res audit.Result) (id string, err error) {
	if p == nil { // the host answered for it
		return "", nil
	}
	got, err := guarded(func() (*audit.Event, error) { return p.End(ctx, res) })
	if err == nil {
		return got.ID, nil
	}
	e := p.Intent()
	e.Phase, e.Intent, e.Outcome, e.Reason, e.Payload = audit.PhaseOutcome, e.ID, res.Outcome, res.Reason, res.Payload
	return "", x.unaudited(ctx, e, err)
}

// note records an event that is whole in itself.
func (x *Exchange) note(ctx context.Context, e *audit.Event) (id string, err error) {
	got, err := guarded(func() (*audit.Event, error) { return x.Audit.Record(context.WithoutCancel(ctx), e) })
	if err == nil {
		return got.ID, nil
	}
	return "", x.unaudited(ctx, e, err)
}

func (x *Exchange) unaudited(ctx context.Context, e *audit.Event, err error) error {
	if x.Unaudited != nil {
		yes, perr := guarded(func() (bool, error) { return x.Unaudited(ctx, e, err), nil })
		if perr == nil && yes {
			return nil
		}
	}
	return errors.Join(ErrAudit, err)
}

// refused tells the log that nothing was tried, and gives the error.
func (p *passing) refused(ctx context.Context, err error) (id string, _ error) {
	e := p.event()
	e.Outcome, e.Reason = audit.OutcomeDenied, reasonOf(err)
	switch e.Reason {
	case audit.ReasonCancelled:
		e.Outcome = audit.OutcomeCancelled
	case audit.ReasonRedaction, audit.ReasonPanic:
		e.Outcome = audit.OutcomeFailure
	}
	id, aerr := p.note(ctx, e)
	return id, errors.Join(err, aerr)
}

func outcomeOf(err error) (audit.Outcome, audit.Reason) {
	if err == nil {
		return audit.OutcomeSuccess, ""
	}
	r := reasonOf(err)
	if r == audit.ReasonCancelled {
		return audit.OutcomeCancelled, r
	}
	return audit.OutcomeFailure, r
}

func partyOf(p *consent.Party) audit.Party {
	out := audit.Party{Reference: p.Reference, Name: p.Name}
	if len(p.Identifiers) > 0 {
		out.ID = audit.IdentifierOf(p.Identifiers[0])
	}
	if out.IsZero() && p.ID != "" {
		out.AltID = p.ID
	}
	return out
}

// patientOf names the patient as the host does; by the record's identifiers only where the host says nothing.
func patientOf(s *consent.Subject, rec *record.Record) *audit.Patient {
	p := &audit.Patient{Reference: s.Reference}
	for _, i := range s.Identifiers {
		p.Identifiers = append(p.Identifiers, audit.IdentifierOf(i))
	}
	if p.Reference == "" && len(p.Identifiers) == 0 && rec != nil && rec.Patient != nil {
		for _, i := range rec.Patient.Identifiers {
			p.Identifiers = append(p.Identifiers, audit.IdentifierOf(i))
		}
		if len(p.Identifiers) == 0 {
			p.Reference = rec.Patient.ID
		}
	}
	if p.Reference == "" && len(p.Identifiers) == 0 {
		p.Reference = s.ID
	}
	if p.Reference == "" && len(p.Identifiers) == 0 {
		return nil
	}
	return p
}

// claims are the bases of claims that law permits a disclosure by.
var claims = map[string]audit.Basis{
	"required-by-law": audit.BasisLaw, "public-health": audit.BasisPublicHealth, "abuse-report": audit.BasisAbuse, "oversight": audit.BasisOversight,
	"subpoena": audit.BasisJudicial, "court-order": audit.BasisJudicial, "law-enforcement": audit.BasisEnforcement, "coroner": audit.BasisDecedent,
	"organ-donation": audit.BasisDonation, "irb-waiver": audit.BasisResearch, "serious-threat": audit.BasisThreat,
	"workers-compensation": audit.BasisCompensation, "involved-in-care": audit.BasisDirectory,
}

// basisOf gives the basis that a request and its decision tell of. What is not certain is "other", which is accounted for.
func basisOf(r *consent.Request, d *consent.Decision) audit.Basis {
	switch {
	case r.LegalClaim != nil:
		if b, ok := claims[r.LegalClaim.Kind]; ok {
			return b
		}
		return audit.BasisOther
	case r.Form == consent.FormDeidentified || d != nil && d.Owes(consent.ObligeDeidentify):
		return audit.BasisDeidentified
	case r.Form == consent.FormLimited || d != nil && d.Owes(consent.ObligeLimited):
		return audit.BasisLimited
	}
	bases := map[string]audit.Basis{"TREAT": audit.BasisTreatment, "T-TREAT": audit.BasisTreatment, "T-TRTMNT": audit.BasisTreatment, "ETREAT": audit.BasisTreatment,
		"HPAYMT": audit.BasisPayment, "T-PYMNT": audit.BasisPayment, "HOPERAT": audit.BasisOperations, "T-HCO": audit.BasisOperations,
		"PATRQT": audit.BasisIndividual, "FAMRQT": audit.BasisIndividual, "PWATRNY": audit.BasisIndividual}
	var basis audit.Basis
	for _, p := range r.Purposes {
		b, ok := bases[p.Code]
		if !ok || basis != "" && b != basis {
			return audit.BasisOther
		}
		basis = b
	}
	if basis == audit.BasisIndividual && !sameParty(r) || basis == "" {
		return audit.BasisOther
	}
	return basis
}

// sameParty reports whether the recipient is the patient or a verified representative.
func sameParty(r *consent.Request) bool {
	to := r.To()
	is := func(p *consent.Party) bool {
		return to.Reference != "" && to.Reference == p.Reference || slices.ContainsFunc(to.Identifiers, func(a record.Identifier) bool {
			return slices.ContainsFunc(p.Identifiers, func(b record.Identifier) bool { return audit.IdentifierOf(a) == audit.IdentifierOf(b) })
		})
	}
	if is(&r.Patient.Party) {
		return true
	}
	return slices.ContainsFunc(r.Patient.Representatives, func(p consent.Representative) bool { return p.Verified && is(&p.Party) })
}

func decisionOf(d *consent.Decision, r *consent.Request, w *consent.Withholding) *audit.Decision {
	if d == nil {
		return nil
	}
	out := &audit.Decision{Outcome: string(d.Outcome), Final: string(d.Final), At: d.At, Emergency: r.Emergency != nil}
	if d.ValidUntil != nil {
		out.ValidUntil = *d.ValidUntil
	}
	for _, x := range d.Reasons {
		if !slices.Contains(out.Reasons, string(x.Code)) {
			out.Reasons = append(out.Reasons, string(x.Code))
		}
	}
	for _, x := range d.Policies {
		out.Policies = append(out.Policies, audit.Policy{ID: x.ID, Version: x.Version})
	}
	for i := range d.Considered {
		if c := &d.Considered[i]; c.HadSay() {
			out.Policies = append(out.Policies, audit.Policy{ID: c.Consent, Version: c.Version, Kind: "consent"})
		}
	}
	for _, x := range d.Basis {
		if x.Citation != "" && !slices.Contains(out.Basis, x.Citation) {
			out.Basis = append(out.Basis, x.Citation)
		}
	}
	for _, x := range d.Obligations {
		if !slices.Contains(out.Obligations, x.Code) {
			out.Obligations = append(out.Obligations, x.Code)
		}
	}
	if w == nil {
		return out
	}
	for _, c := range w.Counts {
		n := audit.Count{Kind: c.Kind, Why: string(c.Reason), Count: int64(c.Count)}
		if c.Masked {
			out.Masked = append(out.Masked, n)
		} else {
			out.Withheld = append(out.Withheld, n)
		}
	}
	return out
}

// countsOf counts what a record holds by kind, and the issues of a report by code.
func countsOf(rec *record.Record, rep *record.Report) (kinds, issues []audit.Count, lost int64) {
	tally := func(list []audit.Count, kind string) []audit.Count {
		for i := range list {
			if list[i].Kind == kind {
				list[i].Count++
				return list
			}
		}
		return append(list, audit.Count{Kind: kind, Count: 1})
	}
	order := func(list []audit.Count) {
		slices.SortFunc(list, func(a, b audit.Count) int { return strings.Compare(a.Kind, b.Kind) })
	}
	if rec != nil {
		for kind := range rec.Entries() {
			kinds = tally(kinds, kind)
		}
	}
	if rep != nil {
		for i := range rep.Issues {
			issues = tally(issues, rep.Issues[i].Code)
		}
		lost = int64(rep.Counts.Lost)
	}
	order(kinds)
	order(issues)
	return kinds, issues, lost
}
