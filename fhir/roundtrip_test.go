package fhir

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// resourcesOf gives the resources of a JSON text: those of a Bundle, of lines, or the one.
func resourcesOf(t testing.TB, data []byte) (out []map[string]any) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for d.More() {
		var v map[string]any
		require.NoError(t, d.Decode(&v))
		es, ok := v["entry"].([]any)
		if v["resourceType"] != "Bundle" || !ok {
			out = append(out, v)
			continue
		}
		for _, e := range es {
			if r, ok := e.(map[string]any)["resource"].(map[string]any); ok {
				out = append(out, r)
			}
		}
	}
	return out
}

// leafPaths gives every scalar of a JSON value by its way from there.
func leafPaths(v any, at string, into map[string]string) map[string]string {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			leafPaths(x, at+"."+k, into)
		}
	case []any:
		for i, x := range v {
			leafPaths(x, at+"["+strconv.Itoa(i)+"]", into)
		}
	case nil:
		into[at] = "null"
	default:
		into[at] = fmt.Sprintf("%T %v", v, v)
	}
	return into
}

// backAndForth imports and exports, and gives the resources that come out by type and id.
func backAndForth(t testing.TB, data []byte, typedOnly bool) map[string][]map[string]string {
	recs, _ := imported(t, data)
	out := map[string][]map[string]string{}
	for _, rec := range recs {
		var b bytes.Buffer
		_, err := Exporter{}.Export(t.Context(), rec, &b, record.ExportOptions{TypedOnly: typedOnly, Now: testOptions.Now})
		require.NoError(t, err)
		_, err = tree.ParseJSON(b.Bytes(), ownLimits) // no name twice in an object
		require.NoError(t, err)
		for _, r := range resourcesOf(t, b.Bytes()) {
			key := fmt.Sprint(r["resourceType"], "/", r["id"])
			out[key] = append(out[key], leafPaths(r, "", map[string]string{}))
		}
	}
	return out
}

// tally counts leaves that came back, by type of resource.
type tallyOf struct{ leaves, back int }

// compare counts the leaves of the resources of an input that come back exactly.
func compare(t testing.TB, name string, data []byte, typedOnly bool, by map[string]*tallyOf, missing map[string]int) {
	got := backAndForth(t, data, typedOnly)
	for _, r := range resourcesOf(t, data) {
		typ := fmt.Sprint(r["resourceType"])
		key := fmt.Sprint(typ, "/", r["id"])
		want := leafPaths(r, "", map[string]string{})
		best := -1
		var miss []string
		for _, g := range got[key] {
			n := 0
			var m []string
			for p, v := range want {
				if g[p] == v {
					n++
				} else {
					m = append(m, p)
				}
			}
			if n > best {
				best, miss = n, m
			}
		}
		if best < 0 {
			best = 0
			miss = slices.Collect(maps.Keys(want))
		}
		c := by[typ]
		if c == nil {
			c = &tallyOf{}
			by[typ] = c
		}
		c.leaves += len(want)
		c.back += best
		for _, p := range miss {
			missing[typ+indexes.Replace(p)]++
			if os.Getenv("PORTAGE_SHOW") == typ {
				t.Log(name, key, p, want[p])
			}
		}
	}
}

var indexes = func() *strings.Replacer {
	var pairs []string
	for i := range 100 {
		pairs = append(pairs, "["+strconv.Itoa(i)+"]", "[]")
	}
	return strings.NewReplacer(pairs...)
}()

// TestRoundTripCorpora: every leaf of every official example comes back exactly, typed or carried.
func TestRoundTripCorpora(t *testing.T) {
	for _, dir := range roundTripCorpora {
		t.Run(dir, func(t *testing.T) {
			by, missing := map[string]*tallyOf{}, map[string]int{}
			for _, file := range corpus(t, dir) {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				if _, err := Parse(data, record.Limits{}); err != nil {
					continue
				}
				compare(t, filepath.Base(file), data, false, by, missing)
			}
			require.Empty(t, missing)
		})
	}
}

// TestTypedShare shows what the typed fields alone bring back, by type of resource.
func TestTypedShare(t *testing.T) {
	by, missing := map[string]*tallyOf{}, map[string]int{}
	for _, file := range corpus(t, "us-core-610-examples") {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		compare(t, filepath.Base(file), data, true, by, missing)
	}
	all, back := 0, 0
	for _, typ := range slices.Sorted(maps.Keys(by)) {
		c := by[typ]
		t.Logf("%-24s %5d of %5d  %5.1f %%", typ, c.back, c.leaves, 100*float64(c.back)/float64(c.leaves))
		all += c.leaves
		back += c.back
	}
	t.Logf("%-24s %5d of %5d  %5.1f %%", "all", back, all, 100*float64(back)/float64(all))
	if os.Getenv("PORTAGE_SHOW") != "" {
		paths := slices.Sorted(maps.Keys(missing))
		slices.SortStableFunc(paths, func(a, b string) int { return missing[b] - missing[a] })
		for _, p := range paths[:min(150, len(paths))] {
			t.Log(missing[p], p)
		}
	}
}

// TestBundlesComeBack: what a Bundle says of itself and of its entries comes back too, each at its place.
func TestBundlesComeBack(t *testing.T) {
	n := 0
	for _, dir := range roundTripCorpora[:3] {
		for _, file := range corpus(t, dir) {
			data, err := os.ReadFile(file)
			require.NoError(t, err)
			var v map[string]any
			d := json.NewDecoder(bytes.NewReader(data))
			d.UseNumber()
			if d.Decode(&v) != nil || v["resourceType"] != "Bundle" {
				continue
			}
			recs, _ := imported(t, data)
			if len(recs) != 1 {
				continue // each patient has a Bundle of their own
			}
			var b bytes.Buffer
			_, err = Exporter{}.Export(t.Context(), recs[0], &b, record.ExportOptions{})
			require.NoError(t, err)
			var got map[string]any
			d = json.NewDecoder(&b)
			d.UseNumber()
			require.NoError(t, d.Decode(&got))
			want, have := leafPaths(v, "", map[string]string{}), leafPaths(got, "", map[string]string{})
			for p, x := range want {
				require.Equal(t, x, have[p], "%s%s", filepath.Base(file), p)
			}
			require.Len(t, have, len(want), filepath.Base(file))
			n++
		}
	}
	require.Greater(t, n, 10)
}
