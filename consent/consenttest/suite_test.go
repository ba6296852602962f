package consenttest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
	"github.com/portage-health/portage/consent/consenttest"
	"github.com/portage-health/portage/record"
)

// remote is a host's own Decider that asks a service: the request and the decision travel as JSON.
func remote(h consenttest.Host) consent.Decider {
	service := consenttest.Evaluator(h)
	return consent.DeciderFunc(func(ctx context.Context, req *consent.Request) (*consent.Decision, error) {
		b, err := json.Marshal(req)
		if err != nil {
			return nil, err
		}
		got, err := consent.ReadRequest(bytes.NewReader(b))
		if err != nil {
			return nil, err
		}
		d, err := service.Decide(ctx, got)
		if err != nil {
			return nil, err
		}
		if b, err = json.Marshal(d); err != nil {
			return nil, err
		}
		out := new(consent.Decision)
		return out, json.Unmarshal(b, out)
	})
}

// A host's own Decider passes, and what it says survives JSON.
func TestRemoteDecider(t *testing.T) { consenttest.Run(t, remote) }

// spoilt gives the default Decider with its decisions changed.
func spoilt(by func(h consenttest.Host, req *consent.Request, d *consent.Decision)) func(consenttest.Host) consent.Decider {
	return func(h consenttest.Host) consent.Decider {
		right := consenttest.Evaluator(h)
		return consent.DeciderFunc(func(ctx context.Context, req *consent.Request) (*consent.Decision, error) {
			d, err := right.Decide(ctx, req)
			if err == nil {
				by(h, req, d)
			}
			return d, err
		})
	}
}

// without gives the default Decider for a host that does not look at something.
func without(by func(h *consenttest.Host, req *consent.Request)) func(consenttest.Host) consent.Decider {
	return func(h consenttest.Host) consent.Decider {
		return consent.DeciderFunc(func(ctx context.Context, req *consent.Request) (*consent.Decision, error) {
			mine, asked := h, *req
			mine.Consents = append([]consent.Filed{}, h.Consents...)
			by(&mine, &asked)
			return consenttest.Evaluator(mine).Decide(ctx, &asked)
		})
	}
}

// bad are Deciders that each do one thing wrong, and a row that must tell.
var bad = map[string]struct {
	row   string
	setup func(consenttest.Host) consent.Decider
}{
	"permits everything": {"A2", func(consenttest.Host) consent.Decider {
		return consent.DeciderFunc(func(_ context.Context, r *consent.Request) (*consent.Decision, error) {
			return &consent.Decision{Outcome: consent.Permitted, Final: consent.Permit, At: r.At}, nil
		})
	}},
	"denies everything": {"A4", func(consenttest.Host) consent.Decider {
		return consent.DeciderFunc(func(_ context.Context, r *consent.Request) (*consent.Decision, error) {
			return &consent.Decision{Outcome: consent.Denied, Final: consent.Deny, At: r.At}, nil
		})
	}},
	"answers nothing": {"A4", func(consenttest.Host) consent.Decider {
		return consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { return nil, nil })
	}},
	"panics": {"A1", func(consenttest.Host) consent.Decider {
		return consent.DeciderFunc(func(context.Context, *consent.Request) (*consent.Decision, error) { panic("no") })
	}},
	"permits where its policies cannot be read": {"H12", without(func(h *consenttest.Host, _ *consent.Request) { h.Fails = false })},
	"decides requests as a whole":               {"B1", spoilt(func(_ consenttest.Host, _ *consent.Request, d *consent.Decision) { d.Residual = nil })},
	"knows no law for single entries":           {"G1", spoilt(func(_ consenttest.Host, _ *consent.Request, d *consent.Decision) { d.Standing = nil })},
	"gives no reasons":                          {"A1", spoilt(func(_ consenttest.Host, _ *consent.Request, d *consent.Decision) { d.Reasons = nil })},
	"owes nothing":                              {"E2", spoilt(func(_ consenttest.Host, _ *consent.Request, d *consent.Decision) { d.Obligations = nil })},
	"rests on nothing":                          {"D1", spoilt(func(_ consenttest.Host, _ *consent.Request, d *consent.Decision) { d.Basis = nil })},
	"claims no exception":                       {"I1", spoilt(func(_ consenttest.Host, _ *consent.Request, d *consent.Decision) { d.Exception = nil })},
	"reads the wall clock":                      {"A8", without(func(_ *consenttest.Host, r *consent.Request) { r.At = time.Now() })},
	"knows no law":                              {"E7", without(func(h *consenttest.Host, _ *consent.Request) { h.NoLaw = true })},
	"looks at one consent":                      {"C2", without(func(h *consenttest.Host, _ *consent.Request) { h.Consents = h.Consents[:min(1, len(h.Consents))] })},
	"never lets a denial override":              {"C4", without(func(h *consenttest.Host, _ *consent.Request) { h.DenyOverrides = false })},
	"takes every purpose for treatment": {"A5", without(func(_ *consenttest.Host, r *consent.Request) {
		r.Purposes = r.Purposes[:0:0]
		r.Purposes = append(r.Purposes, treat...)
	})},
	"does not look at who asks": {"A14", without(func(_ *consenttest.Host, r *consent.Request) {
		r.Requester = consent.Party{Reference: "Practitioner/anybody"}
	})},
	"passes over emergencies":              {"F4", without(func(_ *consenttest.Host, r *consent.Request) { r.Emergency = nil })},
	"masks nothing":                        {"H8", without(func(h *consenttest.Host, _ *consent.Request) { h.Mask = false })},
	"has the host's default always permit": {"A2", without(func(h *consenttest.Host, _ *consent.Request) { h.Default = consent.DefaultPermit })},
	"believes every representative": {"D2", without(func(_ *consenttest.Host, r *consent.Request) {
		r.Patient.Representatives = append([]consent.Representative{}, r.Patient.Representatives...)
		r.Patient.Representatives = append(r.Patient.Representatives, consent.Representative{Party: consent.Party{Reference: "RelatedPerson/mom"}, Verified: true})
	})},
	"subsumes what nobody asked it to": {"F2", without(func(h *consenttest.Host, _ *consent.Request) { h.Subsume = true })},
}

var treat = mustCoding("TREAT")

const helper = "CONSENTTEST_BAD"

// TestBadDecider runs the suite on one of the bad Deciders: it is called by TestSuiteCanFail, in a process of its own.
func TestBadDecider(t *testing.T) {
	name := os.Getenv(helper)
	if name == "" {
		t.Skip("called by TestSuiteCanFail")
	}
	consenttest.Run(t, bad[name].setup)
}

var failedRow = regexp.MustCompile(`--- FAIL: TestBadDecider/([A-J][0-9]+)`)

// The suite fails for every Decider that does something wrong, in the row that is about it.
func TestSuiteCanFail(t *testing.T) {
	for name, b := range bad {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run", "^TestBadDecider$")
			cmd.Env = append(os.Environ(), helper+"="+name)
			out, err := cmd.CombinedOutput()
			require.Error(t, err, "the suite passes it")
			rows := map[string]bool{}
			for _, m := range failedRow.FindAllSubmatch(out, -1) {
				rows[string(m[1])] = true
			}
			require.True(t, rows[b.row], "row %s passes it; failing are %v", b.row, rows)
		})
	}
}

func mustCoding(code string) []record.Coding {
	return []record.Coding{{System: record.SystemActReason, Code: code}}
}
