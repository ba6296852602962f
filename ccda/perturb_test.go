package ccda

import (
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// class is what became of a leaf.
type class string

const (
	mapped   class = "mapped"
	scaffold class = "scaffold"
	carried  class = "carried"
)

// reading is one import with what is needed to compare it.
type reading struct {
	r       *reader
	typed   uint64 // the record without what is carried and without ids
	report  uint64
	carried uint64
}

func readAll(t testing.TB, data []byte) (reading, bool) {
	d, err := Parse(data, record.Limits{})
	if err != nil {
		return reading{}, false
	}
	r := d.reading(record.ImportOptions{})
	require.Zero(t, r.rep.Counts.Unaccounted(), "a leaf is unaccounted for")
	noMarker(t, r)
	return reading{r, typedHash(r.rec), hashOf(r.rep.Issues, false), hashOf(r.rec.Carried, false)}, true
}

func (x *reading) class(i int) class {
	switch {
	case x.r.led.Taken(i):
		return mapped
	case x.r.led.Scaffolded(i):
		return scaffold
	}
	return carried
}

// marker is what a leaf is changed by. It must not come back in any report or id.
const marker = "Zq7"

func noMarker(t testing.TB, r *reader) {
	for i := range r.rep.Issues {
		x := &r.rep.Issues[i]
		require.NotContains(t, x.Path+x.Message+x.Code, marker, "an issue holds a value of the document")
	}
	for i := range r.rec.Carried {
		c := &r.rec.Carried[i]
		require.NotContains(t, c.Path+c.At+c.Owner+c.Source, marker, "the place of a carried piece holds a value of the document")
	}
}

var seed = maphash.MakeSeed()

// typedHash hashes the typed part of a record: ids count only by which are the same.
func typedHash(rec *record.Record) uint64 {
	c := *rec
	c.Carried, c.Sources = nil, nil
	return hashOf(c, true)
}

func hashOf(v any, typed bool) uint64 {
	h := hasher{typed: typed, ids: map[string]int{}}
	h.SetSeed(seed)
	h.walk(reflect.ValueOf(v))
	return h.Sum64()
}

type hasher struct {
	maphash.Hash
	typed bool
	ids   map[string]int
}

func (h *hasher) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		s := v.String()
		if h.typed && len(s) == 36 && s[14] == '8' && s[8] == '-' {
			n, ok := h.ids[s]
			if !ok {
				n = len(h.ids)
				h.ids[s] = n
			}
			s = fmt.Sprint("#", n)
		}
		h.WriteString(s)
		h.WriteByte(0)
	case reflect.Bool:
		h.WriteString(fmt.Sprint(v.Bool()))
	case reflect.Int, reflect.Int64:
		h.WriteString(fmt.Sprint(v.Int()))
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			h.WriteByte(1)
			return
		}
		h.WriteByte(2)
		h.walk(v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			h.Write(v.Bytes())
			return
		}
		h.WriteString(fmt.Sprint(v.Len()))
		for i := range v.Len() {
			h.walk(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if h.typed && v.Type().Field(i).Tag.Get("portage") == "made" && v.Type().Field(i).Name != "ID" {
				continue
			}
			h.walk(v.Field(i))
		}
	}
}

// alter gives the document with one leaf changed.
func alter(d *tree.Doc, n tree.Node, how int) []byte {
	src := d.Source()
	raw := n.Raw()
	off := n.Offset()
	put := func(at int, cut int, s string) []byte {
		return append(append(append(make([]byte, 0, len(src)+len(s)), src[:at]...), s...), src[at+cut:]...)
	}
	end := off + len(raw)
	if n.Kind() == tree.Attr {
		v := n.Value()
		if how == 1 {
			if flip := map[string]string{"true": "false", "false": "true"}[v]; flip != "" {
				return put(end-1-len(v), len(v), flip)
			}
			return nil
		}
		return put(end-1, 0, marker)
	}
	if how == 1 {
		return nil
	}
	text := strings.TrimRight(string(raw), " \t\r\n")
	if strings.HasSuffix(text, "]]>") {
		return put(off+len(text)-3, 0, marker)
	}
	if strings.HasSuffix(text, "-->") {
		return nil
	}
	return put(off+len(text), 0, marker)
}

// perturb changes every stride-th leaf of a document, one at a time, and holds the
// ledger to its word. It returns what it found by place.
func perturb(t testing.TB, data []byte, stride int) map[string]int {
	base, ok := readAll(t, data)
	require.True(t, ok)
	lies := map[string]int{}
	k := 0
	for i := range base.r.doc.Len() {
		if !base.r.doc.IsLeaf(i) {
			continue
		}
		if k++; k%stride != 0 {
			continue
		}
		n := base.r.doc.Node(i)
		for how := range 2 {
			changed := alter(base.r.doc, n, how)
			if changed == nil {
				continue
			}
			now, ok := readAll(t, changed)
			if !ok {
				continue
			}
			c := base.class(i)
			lie := false
			switch c {
			case mapped:
				lie = now.typed == base.typed
			case scaffold:
				lie = now.report == base.report && now.typed == base.typed
			case carried:
				lie = now.carried == base.carried
			}
			if lie {
				lies[string(c)+" "+base.r.path(n)]++
			}
		}
	}
	return lies
}

func tell(t *testing.T, name string, lies map[string]int) {
	var all []string
	for l := range lies {
		all = append(all, l)
	}
	sort.Strings(all)
	if len(all) > 40 {
		all = append(all[:40], fmt.Sprint("… and more: ", len(lies)))
	}
	require.Empty(t, all, "%s: leaves that are not what the ledger says", name)
}

// Every leaf of our own documents is what it is counted as.
func TestPerturbOwn(t *testing.T) {
	files, err := filepath.Glob("testdata/*.xml")
	require.NoError(t, err)
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			tell(t, f, perturb(t, data, 1))
		})
	}
}

// corpus gives the folder of real documents of several makers and releases.
func corpus(t testing.TB) string { return beside.Shared(t, "corpus", "ccda") }

func corpusFiles(t testing.TB) []string {
	var out []string
	err := filepath.WalkDir(corpus(t), func(p string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.EqualFold(filepath.Ext(p), ".xml") {
			out = append(out, p)
		}
		return err
	})
	require.NoError(t, err)
	sort.Strings(out)
	return out
}

// Real documents of moderate size, evenly over the corpus: all leaves of small ones, a sample of large ones.
func TestPerturbReal(t *testing.T) {
	if testing.Short() {
		t.Skip("reads each of eight real documents some hundred times over: not in short mode")
	}
	var files []string
	for _, f := range corpusFiles(t) {
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		if _, err := Parse(data, record.Limits{}); err == nil && len(data) > 20_000 && len(data) < 160_000 {
			files = append(files, f)
		}
	}
	const want, leaves = 8, 400
	for k := range want {
		f := files[k*len(files)/want]
		t.Run(filepath.Base(f), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(f)
			require.NoError(t, err)
			base, ok := readAll(t, data)
			require.True(t, ok)
			stride := max(1, base.r.rep.Counts.Facts/leaves)
			tell(t, filepath.Base(f), perturb(t, data, stride))
		})
	}
}
