package consent

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// layered are consents with all that memory is kept for: provisions in provisions, exceptions, words of several, warnings.
func layered() FiledConsents {
	label := func(s string) []record.Coding { return []record.Coding{{System: record.SystemActCode, Code: s}} }
	actors := []record.ConsentActor{{Ref: &record.Ref{AsSent: "Practitioner/1"}}}
	uses := []record.Coding{{System: record.SystemActReason, Code: "TREAT"}, {System: record.SystemActReason, Code: "HPAYMT"}}
	p := &record.Provision{SecurityLabels: label("HIV"), Purposes: uses, Provisions: []record.Provision{
		{Type: "deny", Codes: []record.Concept{{Codings: []record.Coding{{Code: "1"}}}}, Actors: actors, Period: &record.Period{End: record.Time{Value: "2030"}}, Provisions: []record.Provision{
			{Type: "permit", Classes: []record.Coding{{Code: "Observation"}}, Provisions: []record.Provision{{Type: "permit", SecurityLabels: label("PSY")}}}}},
		{Type: "permit", SecurityLabels: label("SUD")}}}
	out := make(FiledConsents, 6)
	for i := range out {
		out[i].Consent = record.Consent{Entry: record.Entry{ID: string(rune('a' + i)), Status: record.Status{Code: record.StatusActive}}, Decision: "permit", Provision: p,
			When: &record.Time{Value: "202" + string(rune('0'+i))}, SourceRefs: []record.Ref{{AsSent: "x"}}}
	}
	out[4].Consent.Decision, out[5].Consent.Decision = "deny", "deny"
	out[3].Stale = true
	return out
}

func layeredRequest() *Request {
	return &Request{Patient: Subject{Party: Party{Reference: "Patient/1"}}, At: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), Jurisdiction: "US",
		Requester: Party{Reference: "Practitioner/1"}, Purposes: []record.Coding{{System: record.SystemActReason, Code: "TREAT"}, {System: record.SystemActReason, Code: "HPAYMT"}}}
}

// What a decision was made on holds nothing of it afterwards, up to the end of each list.
func TestSessionLeavesNothing(t *testing.T) {
	s, used := new(session), 0
	for range 3 {
		d, err := s.decide(context.Background(), &Evaluator{Store: layered()}, layeredRequest())
		require.NoError(t, err)
		require.Equal(t, Permitted, d.Outcome, d.Reasons)
		require.NotEmpty(t, s.more)
		require.NotZero(t, s.stated.used)
		s.leave()
	}
	v := reflect.ValueOf(s).Elem()
	require.True(t, v.FieldByName("making").IsZero())
	require.Zero(t, s.stated.used)
	for _, c := range s.stated.room {
		require.True(t, c.IsZero())
		require.True(t, reflect.ValueOf(c).Elem().IsZero())
	}
	var each func(v reflect.Value, name string)
	each = func(v reflect.Value, name string) {
		for i := range v.NumField() {
			f, name := v.Field(i), name+"."+v.Type().Field(i).Name
			switch {
			case f.Kind() == reflect.Struct && name != ".making" && name != ".stated":
				each(f, name)
			case f.Kind() == reflect.Slice:
				used += f.Cap()
				for k := range f.Cap() {
					require.True(t, f.Slice(0, f.Cap()).Index(k).IsZero(), "%s[%d]", name, k)
				}
			}
		}
	}
	each(v, "")
	require.Positive(t, used)
}

// A panic of a host's function leaves nothing to the next decision: it is as if there had been none before.
func TestPanicLeavesNothing(t *testing.T) {
	calm := &Evaluator{Store: layered(), Resolve: func(record.Ref) (Party, bool) { return Party{}, false }}
	want, err := calm.Decide(t.Context(), layeredRequest())
	require.NoError(t, err)
	for n := 0; ; n++ {
		calls := 0
		e := *calm
		e.Resolve = func(record.Ref) (Party, bool) {
			if calls++; calls > n {
				panic("host")
			}
			return Party{}, false
		}
		req := layeredRequest()
		req.Requester.Reference = "urn:uuid:1"
		thrown := func() (thrown any) {
			defer func() { thrown = recover() }()
			_, _ = e.Decide(t.Context(), req)
			return nil
		}()
		if thrown == nil {
			require.Greater(t, n, 10)
			return
		}
		got, err := calm.Decide(t.Context(), layeredRequest())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

// A period is looked at once for what two looks at it tell: whether it is now, and when that changes.
func TestLookIsInAndPeriod(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	values := []record.Time{{}, {AsSent: "odd"}, {Value: "nonsense"}, {Value: "2020"}, {Value: "2026-03"}, {Value: "2026-03-02"}, {Value: "2026-03-03"}, {Value: "2027"},
		{Value: "2026-03-02T10:00:00Z"}, {Value: "2026-03-02T05:00:00-05:00"}, {Value: "2026-03-02T11:00"}, {Value: "2026-03-08T02:30"}}
	yes, not := true, false
	opens := []*bool{nil, &yes, &not}
	for _, loc := range []*time.Location{time.UTC, york, time.FixedZone("", 9*3600)} {
		now := clockOf(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC).In(loc))
		for _, start := range values {
			for _, end := range values {
				for _, at := range values {
					for _, open := range opens {
						p := &record.Period{Start: start, End: end, At: at, EndOpen: open}
						var a, b time.Time
						long, short := soonest{now: &now, at: &a}, soonest{now: &now, at: &b}
						long.period(p)
						require.Equal(t, now.in(p), short.look(p), "%+v", p)
						require.Equal(t, a, b, "%+v", p)
						require.Equal(t, long.best, short.best)
					}
				}
			}
		}
	}
}
