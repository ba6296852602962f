package audit_test

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/audit"
	"github.com/portage-health/portage/audit/audittest"
)

// leaves calls f with the path of every field and element below v, and the value.
func leaves(v reflect.Value, path string, f func(string, reflect.Value)) {
	switch {
	case v.Type() == reflect.TypeFor[time.Time](), v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		f(path, v)
	case v.Kind() == reflect.Pointer:
		if f(path, v); !v.IsNil() {
			leaves(v.Elem(), path, f)
		}
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			leaves(v.Field(i), path+"."+v.Type().Field(i).Name, f)
		}
	case v.Kind() == reflect.Slice:
		f(path, v)
		for i := range v.Len() {
			leaves(v.Index(i), path+"[]", f)
		}
	default:
		f(path, v)
	}
}

// Every field of an event says something in Full, so that what looks at Full looks at every field.
func TestFullIsFull(t *testing.T) {
	said := map[string]bool{}
	leaves(reflect.ValueOf(audittest.Full()), "", func(path string, v reflect.Value) {
		said[path] = said[path] || !v.IsZero()
	})
	require.Greater(t, len(said), 120)
	for path, ok := range said {
		require.True(t, ok, path)
	}
	require.NoError(t, audittest.Full().Validate())
	for n := range 40 {
		require.NoError(t, audittest.Event(n).Validate())
		require.NoError(t, audittest.Intent(n).Validate())
		require.NoError(t, audittest.Outcome(n+1, n).Validate())
	}
}

func TestJSONRoundTrip(t *testing.T) {
	for _, e := range []*audit.Event{audittest.Full(), audittest.Event(3), audittest.Intent(4), audittest.Outcome(5, 4)} {
		data, err := e.AppendJSON(nil)
		require.NoError(t, err)
		require.NotContains(t, string(data), "\n")
		got, err := audit.Parse(data)
		require.NoError(t, err)
		require.Equal(t, e, got)
		var viaStd audit.Event
		require.NoError(t, json.Unmarshal(data, &viaStd))
		require.Equal(t, *e, viaStd)
	}
}

// A time in another zone is the same time; the JSON has it in UTC, and the event stays as it was.
func TestTimesAreUTC(t *testing.T) {
	e, there := audittest.Event(1), audittest.Event(1)
	there.Recorded = there.Recorded.In(time.FixedZone("there", -6*3600))
	kept := there.Recorded
	a, err := e.AppendJSON(nil)
	require.NoError(t, err)
	b, err := there.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, string(a), string(b))
	require.Equal(t, kept.String(), there.Recorded.String())
}

// Each field of Full stands in the JSON: another value gives other bytes.
func TestEveryFieldIsWritten(t *testing.T) {
	want, err := audittest.Full().AppendJSON(nil)
	require.NoError(t, err)
	n := 0
	e := audittest.Full()
	leaves(reflect.ValueOf(e).Elem(), "", func(path string, v reflect.Value) {
		if v.IsZero() || v.Kind() != reflect.String && v.Kind() != reflect.Int64 && v.Kind() != reflect.Bool && v.Type() != reflect.TypeFor[time.Time]() {
			return
		}
		was := reflect.New(v.Type()).Elem()
		was.Set(v)
		v.SetZero()
		if got, err := e.AppendJSON(nil); err == nil {
			require.NotEqual(t, string(want), string(got), path)
		}
		v.Set(was)
		n++
	})
	require.Greater(t, n, 130)
}

func TestParseIsStrict(t *testing.T) {
	good, err := audittest.Event(2).AppendJSON(nil)
	require.NoError(t, err)
	s := string(good)
	for name, bad := range map[string]string{
		"empty": "", "null": "null", "array": "[]", "not JSON": s[:len(s)-1], "more behind": s + "{}", "a line end": s + "\n", "a blank": " " + s,
		"another version": strings.Replace(s, `"v":1`, `"v":2`, 1), "no version": strings.Replace(s, `"v":1,`, ``, 1),
		"unknown member": strings.Replace(s, `"v":1`, `"v":1,"x":0`, 1), "member in capitals": strings.Replace(s, `"kind"`, `"KIND"`, 1),
		"member twice": strings.Replace(s, `"kind":"disclose"`, `"kind":"disclose","kind":"disclose"`, 1),
		"offset":       strings.Replace(s, `.123Z"`, `.123+00:00"`, 1), "escape": strings.Replace(s, `"disclose"`, `"d\u0069sclose"`, 1),
		"order": strings.Replace(s, `"kind":"disclose","action":"R"`, `"action":"R","kind":"disclose"`, 1), "null member": strings.Replace(s, `"v":1`, `"v":1,"log":null`, 1),
	} {
		require.NotEqual(t, s, bad, name)
		_, err := audit.Parse([]byte(bad))
		require.ErrorIs(t, err, audit.ErrInvalid, name)
	}
}

// A copy shares nothing: changing every field of it leaves the original as it was.
func TestCloneSharesNothing(t *testing.T) {
	e := audittest.Full()
	want, err := e.AppendJSON(nil)
	require.NoError(t, err)
	leaves(reflect.ValueOf(e.Clone()).Elem(), "", func(_ string, v reflect.Value) {
		switch v.Kind() {
		case reflect.String:
			v.SetString("changed")
		case reflect.Int64:
			v.SetInt(-1)
		case reflect.Slice:
			if v.Type().Elem().Kind() == reflect.Uint8 {
				v.Index(0).SetUint(0)
			}
		}
	})
	got, err := e.AppendJSON(nil)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

func TestValidate(t *testing.T) {
	const marker = "ZZ-MARKER"
	change := func(f func(*audit.Event)) *audit.Event { e := audittest.Full(); f(e); return e }
	for name, c := range map[string]struct {
		e    *audit.Event
		path string
	}{
		"no event":      {nil, "missing"},
		"no id":         {change(func(e *audit.Event) { e.ID = "" }), "id"},
		"odd id":        {change(func(e *audit.Event) { e.ID = marker + "/" }), "id"},
		"long id":       {change(func(e *audit.Event) { e.ID = strings.Repeat("a", 65) }), "id"},
		"kind":          {change(func(e *audit.Event) { e.Kind = marker }), "kind"},
		"other":         {change(func(e *audit.Event) { e.Kind, e.Subtypes = audit.KindOther, nil }), "subtypes"},
		"action":        {change(func(e *audit.Event) { e.Action = marker }), "action"},
		"recorded":      {change(func(e *audit.Event) { e.Recorded = time.Time{} }), "recorded"},
		"year":          {change(func(e *audit.Event) { e.Period.End = time.Date(10001, 1, 1, 0, 0, 0, 0, time.UTC) }), "time"},
		"phase":         {change(func(e *audit.Event) { e.Phase = marker }), "phase"},
		"outcome":       {change(func(e *audit.Event) { e.Outcome = marker }), "outcome"},
		"no outcome":    {change(func(e *audit.Event) { e.Outcome = "" }), "outcome"},
		"whole":         {change(func(e *audit.Event) { e.Phase = "" }), "intent"},
		"whole, none":   {change(func(e *audit.Event) { e.Phase, e.Intent, e.Outcome = "", "", "" }), "outcome"},
		"own intent":    {change(func(e *audit.Event) { e.Intent = e.ID }), "intent"},
		"intent ended":  {change(func(e *audit.Event) { e.Phase = audit.PhaseIntent }), "phase"},
		"reason":        {change(func(e *audit.Event) { e.Reason = marker }), "reason"},
		"agent":         {change(func(e *audit.Event) { e.Agents[1].Role = marker }), "agents[1].role"},
		"network":       {change(func(e *audit.Event) { e.Agents[1].Network.Type = "9" }), "agents[1].network"},
		"entity":        {change(func(e *audit.Event) { e.Entities[0].Type = marker }), "entities[0].type"},
		"entity role":   {change(func(e *audit.Event) { e.Entities[0].Role = "25" }), "entities[0]"},
		"entity count":  {change(func(e *audit.Event) { e.Entities[0].Count = -1 }), "entities[0].count"},
		"entity digest": {change(func(e *audit.Event) { e.Entities[0].Digest.Value = marker }), "entities[0].digest"},
		"patient":       {change(func(e *audit.Event) { e.Patient = &audit.Patient{} }), "patient"},
		"no patient":    {change(func(e *audit.Event) { e.Patient, e.Kind = nil, audit.KindExport }), "patient"},
		"count":         {change(func(e *audit.Event) { e.Payload.Counts[0].Count = -1 }), "payload"},
		"withheld":      {change(func(e *audit.Event) { e.Decision.Withheld[0].Count = -1; e.Payload = nil }), "decision"},
		"digest":        {change(func(e *audit.Event) { e.Payload.Digest.Value = "abc" }), "payload.digest"},
		"disclosure":    {change(func(e *audit.Event) { e.Disclosure = nil }), "disclosure"},
		"recipient":     {change(func(e *audit.Event) { e.Disclosure.Recipient = audit.Party{} }), "disclosure.recipient"},
		"basis":         {change(func(e *audit.Event) { e.Disclosure.Basis = marker }), "disclosure.basis"},
		"control":       {change(func(e *audit.Event) { e.Source.Site = marker + "\x00" }), "text"},
		"backspace":     {change(func(e *audit.Event) { e.Source.Site = marker + "\b" }), "text"},
		"no UTF-8":      {change(func(e *audit.Event) { e.Source.Site = marker + "\xff" }), "text"},
		"large":         {change(func(e *audit.Event) { e.Source.Site = strings.Repeat(marker, audit.MaxEvent/8) }), "larger"},
	} {
		err := c.e.Validate()
		require.ErrorIs(t, err, audit.ErrInvalid, name)
		require.Contains(t, err.Error(), c.path, name)
		require.NotContains(t, err.Error(), marker, name)
	}
	require.NoError(t, change(func(e *audit.Event) { e.Source.Site = "a\tb\nc \\ \u2028 \ufffd <&> \"q\" é" }).Validate())
}

func TestRecorder(t *testing.T) {
	var got []*audit.Event
	fail := false
	sink := audit.SinkFunc(func(ctx context.Context, events ...*audit.Event) error {
		if fail {
			return audit.ErrBroken
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		for _, e := range events {
			require.NoError(t, e.Validate())
			got = append(got, e.Clone())
		}
		return nil
	})
	at := audittest.Start
	r := &audit.Recorder{Sink: sink, Clock: func() time.Time { at = at.Add(time.Second); return at }, IDs: audit.Sequence("gw1", 7), Source: audit.Source{Site: "north"}}
	e := audittest.Event(1)
	e.ID, e.Action = "", ""
	p, err := r.Begin(t.Context(), e)
	require.NoError(t, err)
	require.Empty(t, e.ID)
	require.Equal(t, "gw1-000000000007", p.Intent().ID)

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	fail = true
	_, err = p.End(gone, audit.Result{Outcome: audit.OutcomeCancelled, Reason: audit.ReasonCancelled})
	require.ErrorIs(t, err, audit.ErrBroken)
	fail = false
	out, err := p.End(gone, audit.Result{Outcome: audit.OutcomeCancelled, Reason: audit.ReasonCancelled, Payload: &audit.Payload{Bytes: 9}})
	require.NoError(t, err)
	require.Equal(t, p.Intent().ID, out.Intent)
	require.Equal(t, audit.Period{Start: p.Intent().Recorded, End: out.Recorded}, out.Period)
	_, err = p.End(t.Context(), audit.Result{Outcome: audit.OutcomeSuccess})
	require.ErrorIs(t, err, audit.ErrEnded)
	require.Len(t, got, 2)
	require.Equal(t, audit.ActionRead, got[0].Action)
	require.Equal(t, "north", got[0].Source.Site)
	_, err = r.Begin(gone, e)
	require.ErrorIs(t, err, context.Canceled)
}

func TestUUIDs(t *testing.T) {
	at := audittest.Start
	a, err := audit.UUIDs(bytes.NewReader(bytes.Repeat([]byte{0xff}, 20))).ID(at)
	require.NoError(t, err)
	b, err := audit.UUIDs(bytes.NewReader(bytes.Repeat([]byte{0xff}, 20))).ID(at)
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-7fff-bfff-ffffffffffff$`, a)
	_, err = audit.UUIDs(bytes.NewReader(nil)).ID(at)
	require.Error(t, err)
	c, err := audit.UUIDs(nil).ID(at)
	require.NoError(t, err)
	require.NotEqual(t, a, c)
	_, err = audit.Sequence("not an id", 1).ID(at)
	require.Error(t, err)
}

// The JSON form is what encoding/json writes of the fields, with one of them cleared after another and with texts of every
// kind of character: a field or an escape that the writer has not is found here.
func TestJSONIsThatOfTheFields(t *testing.T) {
	type fields audit.Event // without the methods
	same := func(e *audit.Event) {
		t.Helper()
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(struct {
			V int `json:"v"`
			*fields
		}{audit.Version, (*fields)(e)}))
		got, err := e.AppendJSON([]byte("before"))
		require.NoError(t, err)
		require.Equal(t, "before"+strings.TrimSuffix(buf.String(), "\n"), string(got))
	}
	same(audittest.Full())
	var paths int
	leaves(reflect.ValueOf(audittest.Full()), "", func(string, reflect.Value) { paths++ })
	written := 0
	for i := range paths {
		e, at := audittest.Full(), 0
		leaves(reflect.ValueOf(e), "", func(_ string, v reflect.Value) {
			if at == i && v.CanSet() {
				v.SetZero()
			}
			at++
		})
		if e.Validate() == nil {
			written++
			same(e)
		}
	}
	require.Greater(t, written, 80)
	for _, s := range []string{"a\"b\\c\nd\re\tf", "\u2028\u2029", "<&>", "é\u00a0\ufffd😀\x7f", "end\\", "\"", "  "} {
		e := audittest.Full()
		e.Disclosure.Description, e.Disclosure.Recipient.Address, e.Agents[0].Policies = s, []string{s, "", s}, []string{s}
		e.Entities[0].Query = []byte(s)
		same(e)
	}
	for c := range rune(0x20) {
		e := audittest.Full()
		e.Disclosure.Description = "a" + string(c) + "b"
		if strings.ContainsRune("\n\r\t", c) {
			same(e)
			continue
		}
		_, err := e.AppendJSON(nil)
		require.Error(t, err, "%x", c)
	}
	for _, s := range []string{"\xff", "a\xc3", "\xed\xa0\x80"} {
		e := audittest.Full()
		e.Disclosure.Description = s
		_, err := e.AppendJSON(nil)
		require.Error(t, err)
	}
}
