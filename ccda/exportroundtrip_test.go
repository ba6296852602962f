package ccda

import (
	"bytes"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// What must come back when a real document is read, written and read again. The
// floors are of the share of statements, and of the documents whose second export has the bytes of the first. They are never lowered.
const (
	floorFaithful = 1.0 // with what is carried in its place
	floorTyped    = 0.99
	sameFaithful  = 1.0
	sameTyped     = 0.9 // what was carried stands no more: somebody's absent address, say, is said once instead of each time
)

// notStatements are fields of the record that say who, where and whence.
var notStatements = []string{"documents", "practitioners", "organizations", "locations", "relatedPersons", "persons", "provenances", "lists", "consents", "sources", "carried"}

// statements gives the statements of a record by the field that holds them: what
// each says by its leaves. whole takes all but who took part, texts and the names
// of codes; else it is what is said, in which codes, when, with which value and
// unit, whether it is denied, and where it stands, of the statement itself.
func statements(rec *record.Record, whole bool) map[string][]string {
	out := map[string][]string{}
	var facts []string
	at := ""
	end := func() {
		if at != "" && len(facts) > 0 {
			slices.Sort(facts)
			field := at[:strings.IndexByte(at, '[')]
			out[field] = append(out[field], strings.Join(facts, "\n"))
		}
		facts = nil
	}
	for leaf := range record.Leaves(rec) {
		i := strings.IndexByte(leaf.Path, ']')
		field, _, list := strings.Cut(leaf.Path, "[")
		if !list || slices.Contains(notStatements, field) || strings.HasPrefix(field, "patient.") {
			continue
		}
		if leaf.Path[:i+1] != at {
			end()
			at = leaf.Path[:i+1]
		}
		if fact, ok := factOf(leaf.Path[i+1:], leaf.Value, whole); ok {
			facts = append(facts, fact)
		}
	}
	end()
	return out
}

// factOf tells what a leaf of a statement says; the place in a list says nothing.
func factOf(path, value string, whole bool) (string, bool) {
	steps := strings.Split(strings.TrimPrefix(path, "."), ".")
	for i, s := range steps {
		name, _, list := strings.Cut(s, "[")
		switch name {
		case "participants", "narrative", "text", "notes", "labels", "identifiers", "display", "version", "valueSet", "valueSetVersion", "systemName", "id", "concern", "section", "links":
			return "", false
		case "values", "codings", "codes":
		default:
			if !whole && i == 0 && list {
				return "", false // a part: a reaction, a dose, a relation
			}
		}
		steps[i] = name
	}
	return strings.Join(steps, ".") + "=" + value, true
}

// came counts the statements of a that b has too.
func came(a, b []string) int {
	left := map[string]int{}
	for _, s := range b {
		left[s]++
	}
	n := 0
	for _, s := range a {
		if left[s] > 0 {
			left[s]--
			n++
		}
	}
	return n
}

// TestRoundTripReal reads, writes and reads again the documents of real makers.
func TestRoundTripReal(t *testing.T) {
	if testing.Short() {
		t.Skip("reads and writes every document of 33 makers: not in short mode")
	}
	names := documentsOf(t, "vendors", "r1.1")
	for _, typed := range []bool{false, true} {
		o := exportOptions
		o.TypedOnly = typed
		type counts struct {
			all  int
			back [2]int // as statements, and whole
		}
		count := map[string]counts{}
		same, documents := 0, 0
		for _, name := range names {
			data := readDocument(t, name)
			first, _, err := Import(t.Context(), data, record.ImportOptions{})
			if err != nil {
				continue
			}
			documents++
			once, _ := write(t, Exporter{}, first, o)
			second, rep, err := Import(t.Context(), once, record.ImportOptions{})
			require.NoError(t, err, name)
			require.Zero(t, rep.Counts.Unaccounted(), name)
			twice, _ := write(t, Exporter{}, second, o)
			if bytes.Equal(once, twice) {
				same++
			} else if *thorough {
				t.Logf("another document the second time: %s: %s", name, firstDifference(once, twice))
			}
			for i, whole := range []bool{false, true} {
				a, b := statements(first, whole), statements(second, whole)
				for field, list := range a {
					n := came(list, b[field])
					for _, f := range []string{field, "all statements"} {
						x := count[f]
						x.back[i] += n
						if !whole {
							x.all += len(list)
						}
						count[f] = x
					}
				}
			}
		}
		fields := slices.Sorted(maps.Keys(count))
		t.Logf("typed only: %v; %d of %d documents have the same bytes the second time", typed, same, documents)
		t.Logf("%7s %7s %7s", "all", "back", "whole")
		for _, field := range fields {
			x := count[field]
			t.Logf("%7d %5.1f %% %5.1f %% %s", x.all, 100*float64(x.back[0])/float64(x.all), 100*float64(x.back[1])/float64(x.all), field)
		}
		x := count["all statements"]
		floor, floorSame := floorFaithful, sameFaithful
		if typed {
			floor, floorSame = floorTyped, sameTyped
		}
		require.GreaterOrEqual(t, float64(x.back[0])/float64(x.all), floor)
		require.GreaterOrEqual(t, float64(same)/float64(documents), floorSame)
	}
}

// firstDifference tells where two documents part, by the place in the second.
func firstDifference(a, b []byte) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	doc, err := tree.ParseXML(b, tree.XMLOptions{})
	if err != nil {
		return err.Error()
	}
	last := doc.Root()
	for k := range doc.Len() {
		if n := doc.Node(k); n.Kind() == tree.Element && n.Offset() <= i {
			last = n
		}
	}
	var way []string
	for n := last; n.OK(); n = n.Parent() {
		way = append(way, n.Name())
	}
	slices.Reverse(way)
	return strings.Join(way, "/")
}

// TestCorpusAccounted: of every document of the corpus nothing is unaccounted
// for, and each that can be read can be written, in both modes, as what can be read.
func TestCorpusAccounted(t *testing.T) {
	if testing.Short() {
		t.Skip("reads and writes every document of the corpus: not in short mode")
	}
	read := 0
	for _, name := range corpusFiles(t) {
		rel, _ := filepath.Rel(corpus(t), name)
		data := readDocument(t, rel)
		rec, rep, err := Import(t.Context(), data, record.ImportOptions{})
		if err != nil {
			continue
		}
		read++
		require.Zero(t, rep.Counts.Unaccounted(), rel)
		for _, mode := range bothModes {
			var b bytes.Buffer
			if _, err := mode.Export(t.Context(), rec, &b, exportOptions); err != nil {
				require.ErrorIs(t, err, ErrNoPatient, rel)
				continue
			}
			_, rep, err := Import(t.Context(), b.Bytes(), record.ImportOptions{})
			require.NoError(t, err, "%s, %s", rel, mode.name)
			require.Zero(t, rep.Counts.Unaccounted(), "%s, %s", rel, mode.name)
		}
	}
	t.Logf("%d documents", read)
	require.Greater(t, read, 150)
}
