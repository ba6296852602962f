package fhir

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// oneOfMany gives a Bundle of an invented patient with more conditions the higher i is.
func oneOfMany(i int) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p%d","name":[{"family":"Invented\u00e9%d"}],"extra%d":"x"}}`, i, i, i)
	for k := range i % 7 {
		fmt.Fprintf(&b, `,{"resource":{"resourceType":"Condition","id":"c%d-%d","contained":[{"resourceType":"Organization","id":"o","name":"Org %d"}],"code":{"text":"code %d\t%d"},"subject":{"reference":"Patient/p%d"},"_recordedDate":{"id":"d%d"},"meta":{"profile":["http://example.org/%d"]}}}`,
			i, k, i, i, k, i, k, i)
	}
	b.WriteString("]}")
	return []byte(b.String())
}

// TestReusedMemory: an import sees nothing of those before it and of those that go on meanwhile, and what they gave stays.
func TestReusedMemory(t *testing.T) {
	said := func(x *record.Imported) string {
		b, err := json.Marshal(x.Record)
		require.NoError(t, err)
		rep, err := json.Marshal(x.Report)
		require.NoError(t, err)
		return string(b) + string(rep)
	}
	alone := func(data []byte) string { // by a document that is kept: nothing of it is given back
		d, err := Parse(data, record.Limits{})
		require.NoError(t, err)
		for rec, rep := range d.Import(record.ImportOptions{}) {
			return said(&record.Imported{Record: rec, Report: rep})
		}
		return ""
	}
	var kept []*record.Imported
	var first []string
	for i := range 60 {
		for x, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: oneOfMany(i)}, record.ImportOptions{}) {
			require.NoError(t, err)
			kept, first = append(kept, x), append(first, said(x))
			for y, err := range (Importer{}).Import(t.Context(), record.Input{Bytes: oneOfMany(i + 3)}, record.ImportOptions{}) {
				require.NoError(t, err)
				require.Equal(t, alone(oneOfMany(i+3)), said(y))
			}
		}
	}
	for i, x := range kept {
		require.Equal(t, first[i], said(x), i)
		require.Equal(t, alone(oneOfMany(i)), said(x), i)
	}
}

// TestFormOfTimes: a time is read the same wherever its parts begin.
func TestFormOfTimes(t *testing.T) {
	for v, want := range map[string]timeForm{
		"2024": timeDate, "2024-02": timeDate, "2024-02-29": timeDate, "2023-02-29": timeBad, "": timeBad, "T": timeBad,
		"2024-02-29T12": timeCut, "2024-02-29T12:31": timeCut, "2024-02-29T12:31Z": timeMinute, "2024-02-29T12:31-04:00": timeMinute,
		"2024-02-29T12:31:08": timeCut, "2024-02-29T12:31:08Z": timeFull, "2024-02-29T12:31:08-04:00": timeFull, "2024-02-29T12:31:08.25+14:00": timeFull,
		"2024-02-29T12:31:08.25": timeCut, "2024-02-29T12:31:081Z": timeBad, "2024-02-29T12:31:08.Z": timeBad, "2024-02-29T12:31:61Z": timeBad,
		"2024-02-29T24:31:08Z": timeBad, "2024-02-29T12:31:08+15:00": timeBad, "2024-02-29T12:31:08 ": timeBad, "2024T02-29T12:31:08Z": timeBad,
		"2024-02T12:31:08Z": timeBad, "2024-02-29T12:31:0": timeBad, "2024-02-29T12-04-0": timeBad, "2024-02-29T123108Z": timeBad,
	} {
		got, _ := formOf(v)
		require.Equal(t, want, got, v)
	}
}

// TestStandsIn holds the look at many bytes at once against one at each.
func TestStandsIn(t *testing.T) {
	for n := range 70 {
		s := []byte(strings.Repeat("x", n))
		require.True(t, standsIn(string(s)), n)
		for i := range s {
			for _, c := range []byte{'"', '\\', 0, 0x1f, 0x7f, 0x80, 0xff} {
				s[i] = c
				require.False(t, standsIn(string(s)), "%d of %d: %x", i, n, c)
			}
			for _, c := range []byte{' ', '!', '#', '[', ']', '~'} {
				s[i] = c
				require.True(t, standsIn(string(s)), "%d of %d: %x", i, n, c)
			}
			s[i] = 'x'
		}
	}
}
