package consent

import "context"

// Decider answers requests. A host that has its own implements it; Evaluator is
// the default. consenttest has a suite that any Decider can be run through.
//
// Decide is called from several goroutines. It must not keep or change the
// Request, must not read a clock, and gives the same Decision for the same
// Request and the same policies. An error means a denial: Decide in this package
// makes one of it.
type Decider interface {
	Decide(ctx context.Context, req *Request) (*Decision, error)
}

// DeciderFunc is a function as a Decider.
type DeciderFunc func(context.Context, *Request) (*Decision, error)

// Decide calls f.
func (f DeciderFunc) Decide(ctx context.Context, req *Request) (*Decision, error) { return f(ctx, req) }

// Decide asks a Decider and makes a denial of every failure: of an error, of a
// panic, of an end of ctx, of no answer, of one that contradicts itself. It never returns nil.
func Decide(ctx context.Context, d Decider, req *Request) (out *Decision) {
	defer func() {
		if recover() != nil {
			out = failed(req)
		}
	}()
	if d == nil || req == nil || ctx.Err() != nil {
		return failed(req)
	}
	got, err := d.Decide(ctx, req)
	if err != nil || got == nil || ctx.Err() != nil || !got.sound() {
		return failed(req)
	}
	return got
}

// failed is the decision where there is none.
func failed(req *Request) *Decision {
	d := &Decision{Outcome: Denied, Final: Deny, Reasons: []Reason{{Code: ReasonFailed}}, Exception: &Exception{}}
	if req != nil {
		d.At = req.At
	}
	return d
}

// sound reports whether a decision can be carried out: its words are of their lists, and it denies nothing that it permits.
func (d *Decision) sound() bool {
	switch d.Outcome {
	case Permitted, Denied, NoConsent:
	default:
		return false
	}
	if d.Final != Permit && d.Final != Deny || d.Outcome == Denied && d.Final == Permit {
		return false
	}
	return soundStages(d.Residual) && soundStages(d.Standing)
}

func soundStages(list []Stage) bool {
	for i := range list {
		for j := range list[i].Rules {
			if e := list[i].Rules[j].Effect; e != Permit && e != Deny {
				return false
			}
		}
	}
	return true
}

// Lint tells what a decision lacks that the law asks of it: a denial needs a basis or the host's default (45 CFR 171.103).
func Lint(d *Decision) []Reason {
	if d == nil {
		return []Reason{{Code: ReasonFailed}}
	}
	var out []Reason
	if !d.Permits() && len(d.Basis) == 0 && !d.Has(ReasonDefault) && !d.Has(ReasonFailed) {
		out = append(out, Reason{Code: ReasonNoBasis, Warning: true})
	}
	return out
}
