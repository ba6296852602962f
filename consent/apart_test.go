package consent_test

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/consent"
)

// Decisions made at once on the same memory are those made one after another, and stay what they were while others are made.
func TestDecisionsKeepApart(t *testing.T) {
	const n, hands = 300, 8
	es, reqs := make([]*consent.Evaluator, n), make([]*consent.Request, n)
	want := make([]string, n)
	written := func(d *consent.Decision) string {
		b, err := json.Marshal(d)
		require.NoError(t, err)
		return string(b)
	}
	first := make([]*consent.Decision, n)
	for i := range n {
		m := maker{rand.New(rand.NewPCG(uint64(i), 99))}
		es[i] = &consent.Evaluator{Store: consent.Consents(m.set(m.IntN(12))), Default: pick(m, consent.DefaultLawful, consent.DefaultDeny), Mask: m.IntN(3) == 0}
		reqs[i] = m.request()
		first[i] = consent.Decide(t.Context(), es[i], reqs[i])
		want[i] = written(first[i])
	}
	got := make([][]*consent.Decision, hands)
	var all sync.WaitGroup
	for h := range hands {
		got[h] = make([]*consent.Decision, n)
		all.Go(func() {
			for _, i := range rand.New(rand.NewPCG(uint64(h), 1)).Perm(n) {
				got[h][i] = consent.Decide(t.Context(), es[i], reqs[i])
				if i%7 == 0 { // it is read while others are made
					_, _ = json.Marshal(got[h][i])
				}
			}
		})
	}
	all.Wait()
	for i := range n {
		require.Equal(t, want[i], written(first[i]))
		for h := range hands {
			require.Equal(t, first[i], got[h][i])
			require.Equal(t, want[i], written(got[h][i]))
		}
	}
}

// A law of one's own that says the same as that of the United States makes the same decisions.
func TestOwnLawIsTheSame(t *testing.T) {
	b, err := json.Marshal(consent.USLaw())
	require.NoError(t, err)
	var own []*consent.Law
	require.NoError(t, json.Unmarshal(b, &own))
	standing := 0
	eachCase(t, func(t *testing.T, m maker, e *consent.Evaluator) {
		e.Mask = m.IntN(3) == 0
		e.Store = consent.Consents(m.set(m.IntN(5)))
		req := m.request()
		want := consent.Decide(t.Context(), e, req)
		e.Laws = slices.Clone(own)
		got := consent.Decide(t.Context(), e, req)
		require.Equal(t, want, got)
		standing += len(got.Standing)
	})
	require.Positive(t, standing)
}

// What a host changes in a decision changes no other.
func TestChangedDecisionIsAlone(t *testing.T) {
	standing := 0
	eachCase(t, func(t *testing.T, m maker, e *consent.Evaluator) {
		e.Store = consent.Consents(m.set(m.IntN(5)))
		req := m.request()
		first := consent.Decide(t.Context(), e, req)
		want, err := json.Marshal(first)
		require.NoError(t, err)
		for _, stages := range [][]consent.Stage{first.Residual, first.Standing} {
			for i := range stages {
				for k := range stages[i].Rules {
					stages[i].Rules[k] = consent.Rule{Effect: consent.Permit}
					standing++
				}
			}
		}
		got, err := json.Marshal(consent.Decide(t.Context(), e, req))
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	})
	require.Positive(t, standing)
}
