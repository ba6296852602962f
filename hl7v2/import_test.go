package hl7v2

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
	"github.com/portage-health/portage/record"
)

// sample is one file of the shared corpus.
type sample struct {
	name string
	data []byte
}

// samples gives the messages of the shared folder; without it the test is skipped.
func samples(t testing.TB) (out []sample) {
	t.Helper()
	root := beside.Shared(t, "corpus", "hl7v2")
	require.NoError(t, filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(p) != ".hl7" && filepath.Ext(p) != ".ndhl7" {
			return err
		}
		b, err := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p)
		out = append(out, sample{filepath.ToSlash(rel), b})
		return err
	}))
	return out
}

// imported reads one input.
func imported(t testing.TB, data []byte) (out []*Imported) {
	t.Helper()
	for x, err := range (Importer{}).Messages(t.Context(), record.Input{Bytes: data}, record.ImportOptions{}) {
		require.NoError(t, err)
		out = append(out, x)
	}
	return out
}

// TestImportCorpus: every message is read, every leaf of it accounted for, and the records are valid.
func TestImportCorpus(t *testing.T) {
	var all record.Counts
	for _, f := range samples(t) {
		leaves := 0
		bad := false
		for it := range Batch(f.data, Options{}) {
			switch {
			case it.Err != nil:
				bad = true
				leaves++
			case it.Message != nil:
				for range it.Message.Leaves() {
					leaves++
				}
			}
		}
		facts := 0
		for x, err := range (Importer{}).Messages(t.Context(), record.Input{Bytes: f.data}, record.ImportOptions{}) {
			if err != nil {
				require.True(t, bad || len(f.data) == 0, "%s: %v", f.name, err)
				t.Log(f.name, err)
				leaves = 0
				break
			}
			c := x.Report.Counts
			require.Zero(t, c.Unaccounted(), f.name)
			facts += c.Facts
			all.Add(c)
			for _, i := range record.Validate(x.Record) {
				require.NotEqual(t, record.SeverityError, i.Severity, "%s: %s: %s", f.name, i.Path, i.Message)
			}
		}
		require.Equal(t, leaves, facts, f.name)
	}
	t.Logf("facts %d, mapped %d, scaffold %d, carried %d: %.1f %% typed", all.Facts, all.Mapped, all.Scaffold, all.Carried, 100*float64(all.Mapped+all.Scaffold)/float64(all.Facts))
}

// said gives what a record says apart from what is carried, and from what its sources are called.
func said(t testing.TB, rec *record.Record) string {
	c := *rec
	c.Carried = nil
	c.Sources = append([]record.Source(nil), c.Sources...)
	var ids []string
	for i := range c.Sources {
		s := &c.Sources[i]
		ids = append(ids, s.ID)
		s.SHA256, s.Bytes, s.Document, s.Time, s.Version = "", 0, "", "", ""
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

// reading gives what the records of one message say, the issues, and the marks of its leaves.
func reading(t testing.TB, data []byte) (recs, issues string, m *message) {
	d := newDesk()
	f, err := Importer{}.file(data, record.ImportOptions{}, d)
	if err != nil || len(f.messages) != 1 {
		return "", "", nil
	}
	for _, parts := range f.patients() {
		r := read(parts, record.ImportOptions{}, d)
		recs += said(t, r.rec)
		for _, x := range r.rep.Issues {
			issues += x.Code + " " + x.Path + "\n"
		}
	}
	return recs, issues, f.messages[0]
}

// altered gives a message with another value for one leaf.
func altered(data []byte, l span) []byte {
	at, raw := l.Offset(), l.Raw()
	v := string(raw) + "zz"
	switch {
	case len(raw) >= 4 && isTime(string(raw)):
		v = "1" + string(raw[1:3]) + string('0'+('9'-raw[3])) + string(raw[4:])
	case isNumber(string(raw)):
		v = string(raw) + "7"
	case string(raw) == "Y":
		v = "N"
	case string(raw) == "N":
		v = "Y"
	}
	return append(append(append([]byte(nil), data[:at]...), v...), data[at+len(raw):]...)
}

// perturb changes each leaf of a message: one that counts as mapped must change what the record says, one that counts as
// scaffold must make an issue appear.
func perturb(t *testing.T, name string, data []byte) (leaves int) {
	recs, issues, m := reading(t, data)
	require.NotNil(t, m, name)
	for l := range m.m.Leaves() {
		i := l.Index()
		if m.led.Free(i) {
			continue
		}
		r2, i2, m2 := reading(t, altered(data, l.span))
		if m2 == nil {
			continue // refused, which is an answer too
		}
		leaves++
		path, _, _ := l.Position()
		if m.led.Taken(i) && recs == r2 {
			t.Errorf("mapped, but the record says the same: %s: %s", name, path)
		} else if !m.led.Taken(i) && issues == i2 {
			t.Errorf("scaffold, but nobody noticed: %s: %s", name, path)
		}
	}
	return leaves
}

// TestPerturb: the ledger does not lie about real messages.
func TestPerturb(t *testing.T) {
	every := 6
	switch {
	case *thorough:
		every = 1
	case testing.Short():
		every = 24
	}
	leaves := 0
	for k, f := range samples(t) {
		if k%every != 0 || len(f.data) > 20_000 {
			continue
		}
		if _, _, m := reading(t, f.data); m == nil || m.m.x.source != nil {
			continue
		}
		leaves += perturb(t, f.name, f.data)
	}
	t.Log(leaves, "leaves changed")
}
