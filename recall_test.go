package portage_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
)

var recallUpdate = flag.Bool("recall-update", false, "write the figures of docs/hl7v2-recall.md anew")

var recallPaths = flag.String("recall-paths", "", "write what another converter has and we do not, by path, to this file")

// leavesOf gives the leaves of a FHIR resource as "path = value", without what each converter makes for itself: ids, references, narratives, profiles.
func leavesOf(kind string, v any, out map[string]int) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			switch k {
			case "id", "reference", "resourceType", "div", "meta", "fullUrl", "text":
				if k != "text" {
					continue
				}
				if _, isText := x.(string); !isText {
					continue
				}
			}
			leavesOf(kind+"."+k, x, out)
		}
	case []any:
		for _, x := range v {
			leavesOf(kind, x, out)
		}
	case nil:
	default:
		out[kind+" = "+fmt.Sprint(v)]++
	}
}

func resourcesOf(t *testing.T, data []byte) (out map[string]int) {
	var bundle struct {
		Entry []struct{ Resource map[string]any }
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	require.NoError(t, d.Decode(&bundle))
	out = map[string]int{}
	for _, e := range bundle.Entry {
		if kind, _ := e.Resource["resourceType"].(string); kind != "" {
			leavesOf(kind, e.Resource, out)
		}
	}
	return out
}

type recall struct{ leaves, same, elsewhere int }

// TestRecall counts, by type of resource, what of another converter's bundles is in ours: at the same path, or as a value anywhere. The bundles were generated
// by templates, so that this is a second opinion; docs/hl7v2-recall.md judges the differences by HL7's sheets.
func TestRecall(t *testing.T) {
	root := beside.Shared(t, "corpus", "hl7v2", "ms-fhir-converter")
	f, err := os.Open(filepath.Join(root, "Expected-Hl7v2.tar.gz"))
	require.NoError(t, err)
	defer f.Close()
	inputs := map[string]string{}
	require.NoError(t, filepath.Walk(root, func(p string, _ os.FileInfo, err error) error {
		if strings.HasSuffix(p, ".hl7") {
			inputs[strings.TrimSuffix(filepath.Base(p), ".hl7")] = p
		}
		return err
	}))
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	all, absent := map[string]*recall{}, map[string]int{}
	classes := recallClasses(t)
	example := map[string]string{}
	bundles := 0
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if !strings.HasSuffix(h.Name, ".json") {
			continue
		}
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(h.Name), ".json"), "-expected")
		in := inputs[name]
		if in == "" {
			t.Log("no message for", name)
			continue
		}
		expected, err := io.ReadAll(r)
		require.NoError(t, err)
		data, err := os.ReadFile(in)
		require.NoError(t, err)
		ours, values := map[string]int{}, map[string]bool{}
		for x, err := range (hl7v2.Importer{}).Import(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
			require.NoError(t, err)
			var b bytes.Buffer
			_, err := (fhir.Exporter{}).Export(t.Context(), x.Record, &b, record.ExportOptions{})
			require.NoError(t, err)
			for leaf, n := range resourcesOf(t, b.Bytes()) {
				ours[leaf] += n
				_, v, _ := strings.Cut(leaf, " = ")
				values[v] = true
			}
		}
		bundles++
		for leaf, n := range resourcesOf(t, expected) {
			path, v, _ := strings.Cut(leaf, " = ")
			kind, _, _ := strings.Cut(path, ".")
			if all[kind] == nil {
				all[kind] = &recall{}
			}
			c := all[kind]
			same := min(n, ours[leaf])
			c.leaves += n
			c.same += same
			if n > same {
				class := slices.IndexFunc(classes, func(c recallClass) bool { return c.fits.MatchString(path + " = " + v) })
				require.GreaterOrEqual(t, class, 0, "no class has %s (testdata/recall-classes.txt)", path)
				if classes[class].leaves += n - same; values[v] {
					classes[class].elsewhere += n - same
				}
			}
			switch {
			case n == same:
			case values[v]:
				c.elsewhere += n - same
				absent[path+" (elsewhere)"] += n - same
				example[path+" (elsewhere)"] = v
			default:
				absent[path] += n - same
				example[path] = v
			}
		}
	}
	require.Equal(t, 132, bundles)
	var kinds []string
	for k := range all {
		kinds = append(kinds, k)
	}
	sort.Strings(kinds)
	var table strings.Builder
	table.WriteString("| resource | leaves | at the same path | as a value anywhere |\n|---|---|---|---|\n")
	for _, k := range kinds {
		c := all[k]
		fmt.Fprintf(&table, "| %s | %d | %.1f %% | %.1f %% |\n", k, c.leaves, 100*float64(c.same)/float64(c.leaves), 100*float64(c.same+c.elsewhere)/float64(c.leaves))
	}
	page, err := os.ReadFile("docs/hl7v2-recall.md")
	require.NoError(t, err)
	text := replaceTable(t, string(page), "<!-- resources: made by a test -->\n", table.String(), "<!-- end of the resources -->")
	for _, c := range classes {
		row := regexp.MustCompile(`(?m)^\| ` + regexp.QuoteMeta(c.name) + ` \| [^|]* \| [^|]* \|`)
		require.True(t, row.MatchString(text), "docs/hl7v2-recall.md does not judge the class %q", c.name)
		text = row.ReplaceAllString(text, fmt.Sprintf("| %s | %d | %d |", c.name, c.leaves, c.elsewhere))
	}
	if *recallUpdate {
		require.NoError(t, os.WriteFile("docs/hl7v2-recall.md", []byte(text), 0o644))
	} else {
		require.Equal(t, string(page), text, "go test . -run TestRecall -recall-update")
	}
	if *recallPaths != "" {
		var paths []string
		for p := range absent {
			paths = append(paths, p)
		}
		sort.Slice(paths, func(i, j int) bool {
			return absent[paths[i]] > absent[paths[j]] || absent[paths[i]] == absent[paths[j]] && paths[i] < paths[j]
		})
		var b strings.Builder
		for _, p := range paths {
			fmt.Fprintf(&b, "%d\t%s\t%.60s\n", absent[p], p, example[p])
		}
		require.NoError(t, os.WriteFile(*recallPaths, []byte(b.String()), 0o644))
	}
}

// recallClass is a class of differences, with how many leaves differ so, and how many of them are a value of ours elsewhere.
type recallClass struct {
	name              string
	fits              *regexp.Regexp
	leaves, elsewhere int
}

func recallClasses(t *testing.T) (out []recallClass) {
	t.Helper()
	data, err := os.ReadFile("testdata/recall-classes.txt")
	require.NoError(t, err)
	for line := range strings.Lines(string(data)) {
		if name, fits, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			out = append(out, recallClass{name: name, fits: regexp.MustCompile(fits)})
		}
	}
	return out
}

func replaceTable(t *testing.T, page, begin, table, end string) string {
	t.Helper()
	before, rest, ok := strings.Cut(page, begin)
	require.True(t, ok, begin)
	_, after, ok := strings.Cut(rest, end)
	require.True(t, ok, end)
	return before + begin + table + end + after
}
