package fhir

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// said gives what a record says apart from what is carried, and from what its
// source is called: two readings of inputs that differ in one leaf can be compared.
func said(t testing.TB, rec *record.Record) string {
	c := *rec
	c.Carried = nil
	c.Sources = append([]record.Source(nil), c.Sources...)
	var ids []string
	for i := range c.Sources {
		s := &c.Sources[i]
		ids = append(ids, s.ID)
		s.SHA256, s.Bytes = "", 0
		s.Items = append([]record.Item(nil), s.Items...)
		for j := range s.Items {
			s.Items[j].Text, s.Items[j].Stated = "", ""
		}
	}
	var b bytes.Buffer
	_, err := record.JSONFormat().Exporter.Export(context.Background(), &c, &b, record.ExportOptions{})
	require.NoError(t, err)
	out := b.String()
	for i, id := range ids {
		out = strings.ReplaceAll(out, id, fmt.Sprint("source", i))
	}
	return out
}

// reading gives the records and reports of an input, and the marks of the last reader of each leaf.
func reading(t testing.TB, data []byte) (recs, issues string, taken, scaffold map[int]bool, d *Document) {
	d, err := Parse(data, record.Limits{})
	if err != nil {
		return "", "", nil, nil, nil
	}
	taken, scaffold = map[int]bool{}, map[int]bool{}
	p := planOf(d, record.ImportOptions{})
	for g := range max(1, p.groups) {
		r := newReader(d, record.ImportOptions{}, p, g, newMarks(d.tree))
		r.read()
		recs += said(t, r.rec)
		for _, x := range r.rep.Issues {
			issues += x.Code + " " + x.Path + "\n"
		}
		for i := range d.tree.Len() {
			if d.tree.IsLeaf(i) {
				taken[i] = taken[i] || r.led.Taken(i)
				scaffold[i] = scaffold[i] || r.led.Scaffolded(i)
			}
		}
	}
	return recs, issues, taken, scaffold, d
}

// altered gives an input with another value for one leaf.
func altered(data []byte, n tree.Node) []byte {
	raw := n.Raw()
	at := n.Offset()
	var v string
	switch n.Kind() {
	case tree.Number:
		v = string(raw) + "7"
	case tree.Bool:
		v = "true"
		if string(raw) == "true" {
			v = "false"
		}
	case tree.Null:
		v = `"x"`
	default:
		s := n.Value()
		switch {
		case len(s) >= 4 && isDate(s[:4]) && (len(s) == 4 || s[4] == '-'):
			v = `"1` + s[1:3] + string('0'+('9'-s[3])) + s[4:] + `"` // another year
		case strings.HasPrefix(s, "<div") && strings.Contains(s, "</div>"):
			q, _ := json.Marshal(strings.Replace(s, "</div>", "zz</div>", 1))
			v = string(q)
		default:
			q, _ := json.Marshal(s + "zz")
			v = string(q)
		}
	}
	return append(append(append([]byte(nil), data[:at]...), v...), data[at+len(raw):]...)
}

// perturb changes each leaf of an input: one that counts as mapped must change
// what the record says, one that counts as scaffold must make an issue appear.
func perturb(t *testing.T, name string, data []byte) (leaves int) {
	recs, issues, taken, scaffold, d := reading(t, data)
	require.NotNil(t, d, name)
	for i := range d.tree.Len() {
		if !d.tree.IsLeaf(i) || !taken[i] && !scaffold[i] {
			continue
		}
		n := d.tree.Node(i)
		r2, i2, _, _, d2 := reading(t, altered(data, n))
		if d2 == nil {
			continue // it is no FHIR any more: refused, which is an answer too
		}
		leaves++
		where := fmt.Sprintf("%s: %s", name, n.Path(nil))
		if taken[i] {
			require.False(t, recs == r2, "mapped, but the record says the same: "+where)
		} else {
			require.False(t, issues == i2, "scaffold, but nobody noticed: "+where)
		}
	}
	return leaves
}

// TestPerturb: the ledger does not lie about the official examples.
func TestPerturb(t *testing.T) {
	every := 1
	if testing.Short() {
		every = 10
	}
	for _, dir := range []string{"us-core-610-examples", "r4-official-examples-json"} {
		t.Run(dir, func(t *testing.T) {
			if every == 1 && dir != "us-core-610-examples" {
				every = 4
			}
			for k, file := range corpus(t, dir) {
				data, err := os.ReadFile(file)
				require.NoError(t, err)
				if len(data) > 20_000 || k%every != 0 {
					continue
				}
				perturb(t, filepath.Base(file), data)
			}
		})
	}
}
