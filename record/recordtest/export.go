package recordtest

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portage-health/portage/record"
)

// TB is what the checks need of a *testing.T.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// ExportCheck steers CheckExport. The zero value is right.
type ExportCheck struct {
	// Options are those of every export. A zero Now becomes a fixed time.
	Options record.ExportOptions
	// Only cuts the check to leaves whose path begins with one of these: "patient", "allergies[0].reactions".
	Only []string
	// Every checks each n-th leaf only, and First says with which of the first n to begin.
	Every, First int
	// Apart clears a leaf in a record that has, beside the leaf's own field of Record, of all
	// others no more than the ids of what that field refers to. It makes the check of a large
	// record many times as quick. A leaf that is lost there and not in rec is cleared in rec.
	Apart bool
	// Alter gives every leaf another value too, such as others of its kind have in the record:
	// that must show as well. So no two values of one field can go out as one.
	Alter bool
	// Most is how many failures are told; 20.
	Most int
}

// CheckExport proves that an exporter loses nothing in silence. It exports rec,
// then clears one leaf after the other and exports again: either the output
// changes or the report of the first export named the leaf. It checks besides
// that the same record gives the same bytes, that the record is not changed, and
// that the counts are those of the leaves: Exported + Lost is all, a carried
// piece counting as one (unless Options.TypedOnly leaves it out), there are
// as many issues of the kinds lost, withheld and export-carried as Lost says, and
// each of those names a leaf, once.
//
// A leaf is named by an issue of the kind lost or withheld at its own path, and
// by nothing else. One that has the very value that the target fixes may go out
// the same without it; then clearing it makes an issue appear, at its path or one
// above, which says that the target put it there, and another value in its stead
// changes the output or is named; or the value that it has is named as altered.
func CheckExport(t TB, e record.Exporter, rec *record.Record, o ExportCheck) {
	t.Helper()
	if o.Options.Now.IsZero() {
		o.Options.Now = time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)
	}
	if o.Most == 0 {
		o.Most = 20
	}
	// An exporter may make a narrative anew where what was stated fits no more: then a leaf
	// that is cleared would always change the output.
	stated := takeStated(rec)
	defer func() {
		for s, v := range stated {
			s.Stated = v
		}
	}()
	x := exportCheck{TB: t, exporter: e, options: o.Options}
	whole := x.of(rec)
	parts := map[string]*exported{}
	var known pool
	failures, n := 0, o.Every-1-o.First
	fail := func(path, why string) {
		if failures++; failures <= o.Most {
			t.Errorf("%s: %s", path, why)
		}
	}
	for leaf := range record.Leaves(rec) {
		if n++; o.Every > 1 && n%o.Every != 0 || !begins(leaf.Path, o.Only) || whole.named[leaf.Path] {
			continue
		}
		in := whole
		if o.Apart {
			field := fieldOf(leaf.Path)
			part := parts[field]
			if part == nil {
				part = x.of(apart(rec, field))
				parts[field] = part
			}
			if !part.named[leaf.Path] {
				in = part
			}
		}
		leaf.Clear()
		out, without := x.export(in.rec)
		leaf.Restore()
		gone := !bytes.Equal(out, in.out)
		if !gone && !tellsOf(without, in.told, leaf.Path) {
			fail(leaf.Path, "neither in the output nor named in the report")
			continue
		}
		if gone && !o.Alter {
			continue
		}
		if known == nil {
			known = poolOf(rec)
		}
		ways, words := known.others(rec, leaf.Path)
		var alike []string
		for k, set := range ways {
			leaf.Clear()
			set()
			out, other := x.export(in.rec)
			leaf.Restore()
			says := func(i record.Issue) bool { return saysAltered(i, leaf.Path) }
			if bytes.Equal(out, in.out) && !slices.ContainsFunc(in.report.Issues, says) && !slices.ContainsFunc(other.Issues, says) {
				alike = append(alike, "another value")
				if words != nil {
					alike[len(alike)-1] = strconv.Quote(words[k])
				}
			}
		}
		if alike != nil {
			fail(leaf.Path, "given "+strings.Join(alike, ", ")+" the output is the same, and the report does not name it")
		}
	}
	if failures > o.Most {
		t.Errorf("and %d leaves more", failures-o.Most)
	}
}

// exportCheck exports records for CheckExport.
type exportCheck struct {
	TB
	exporter record.Exporter
	options  record.ExportOptions
}

// exported is a record with its output, the leaves that the report names as lost, and all that it tells.
type exported struct {
	rec    *record.Record
	out    []byte
	report *record.Report
	named  map[string]bool
	told   map[record.Issue]int
}

func (x *exportCheck) export(rec *record.Record) ([]byte, *record.Report) {
	x.Helper()
	var b bytes.Buffer
	report, err := x.exporter.Export(context.Background(), rec, &b, x.options)
	if err != nil {
		x.Fatalf("the export failed: %v", err)
	}
	return b.Bytes(), report
}

// of exports a record twice and checks what can be said without changing it.
func (x *exportCheck) of(rec *record.Record) *exported {
	x.Helper()
	before, err := record.Marshal(rec)
	if err != nil {
		x.Fatalf("the record cannot be marshalled: %v", err)
	}
	out, report := x.export(rec)
	if again, _ := x.export(rec); !bytes.Equal(out, again) {
		x.Errorf("the same record gave other bytes the second time")
	}
	if after, _ := record.Marshal(rec); !bytes.Equal(before, after) {
		x.Fatalf("the export changed the record")
	}
	checkExportCounts(x, rec, report, x.options)
	e := &exported{rec: rec, out: out, report: report, named: lostPaths(x, rec, report), told: map[record.Issue]int{}}
	for _, i := range report.Issues {
		e.told[i]++
	}
	return e
}

// takeStated clears Section.Stated everywhere and gives what stood there.
func takeStated(rec *record.Record) map[*record.Section]string {
	stated := map[*record.Section]string{}
	var each func(list []record.Section)
	each = func(list []record.Section) {
		for i := range list {
			stated[&list[i]] = list[i].Stated
			list[i].Stated = ""
			each(list[i].Sections)
		}
	}
	for i := range rec.Documents {
		each(rec.Documents[i].Sections)
	}
	return stated
}

func checkExportCounts(t TB, rec *record.Record, report *record.Report, o record.ExportOptions) {
	t.Helper()
	c, lost := report.Counts, 0
	for _, i := range report.Issues {
		if isLoss(i) || i.Code == record.IssueExportCarried.Code {
			lost++
		}
	}
	all := record.CountLeaves(rec)
	if !o.TypedOnly {
		all += len(rec.Carried)
	}
	if c.Exported+c.Lost != all {
		t.Errorf("exported %d + lost %d = %d, but the record has %d leaves", c.Exported, c.Lost, c.Exported+c.Lost, all)
	}
	if lost != c.Lost {
		t.Errorf("%d leaves are counted as lost, but %d issues name one", c.Lost, lost)
	}
}

func isLoss(i record.Issue) bool {
	return i.Code == record.IssueLost.Code || i.Code == record.IssueWithheld.Code
}

// lostPaths are the paths of the leaves that a report names as lost, each of which is a leaf and named once.
func lostPaths(t TB, rec *record.Record, r *record.Report) map[string]bool {
	t.Helper()
	leaves, named := map[string]bool{}, map[string]bool{}
	record.EachLeaf("", rec, func(path string) { leaves[path] = true })
	for _, i := range r.Issues {
		if !isLoss(i) {
			continue
		}
		if !leaves[i.Path] {
			t.Errorf("%s: named as lost, but no leaf", i.Path)
		}
		if named[i.Path] {
			t.Errorf("%s: named as lost twice", i.Path)
		}
		named[i.Path] = true
	}
	return named
}

// tellsOf reports whether a report has an issue at a path or above it more than was told before.
func tellsOf(r *record.Report, told map[record.Issue]int, path string) bool {
	again := map[record.Issue]int{}
	for _, i := range r.Issues {
		rest, above := strings.CutPrefix(path, i.Path)
		if isLoss(i) || i.Path == "" || !above || rest != "" && rest[0] != '.' && rest[0] != '[' {
			continue
		}
		if again[i]++; again[i] > told[i] {
			return true
		}
	}
	return false
}

// saysAltered reports whether an issue says that the leaf at a path, or what it is part of, is not in the output as it is.
func saysAltered(i record.Issue, path string) bool {
	if isLoss(i) && i.Path == path {
		return true
	}
	if i.Code != record.IssueAltered.Code || i.Path == "" {
		return false
	}
	rest, above := strings.CutPrefix(path, i.Path)
	return above && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

// fieldOf gives the field of Record that a path begins with.
func fieldOf(path string) string {
	if i := strings.IndexAny(path, ".["); i >= 0 {
		return path[:i]
	}
	return path
}

func begins(path string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(path, p) {
			return true
		}
	}
	return len(prefixes) == 0
}

// Focus cuts a record down to the patient and the named fields of Record by
// their JSON names ("allergies", "practitioners"), in place, and gives it back.
// A reference to what is gone keeps a display in its stead. It makes CheckExport
// of one concept quick.
func Focus(rec *record.Record, fields ...string) *record.Record {
	keep := map[string]bool{"patient": true, "sources": true}
	for _, f := range fields {
		keep[f] = true
	}
	clearFields(rec, func(name string) bool { return !keep[name] })
	known := map[string]bool{}
	eachID(rec, func(id string) { known[id] = true })
	eachStruct(rec, func(p any) {
		switch x := p.(type) {
		case *record.Ref:
			if x.ID != "" && !known[x.ID] {
				*x = record.Ref{Display: "held elsewhere"}
			}
		case *record.Entry:
			if !known[x.Section] {
				x.Section = ""
			}
		}
	})
	if !keep["documents"] {
		// The anchors point into the narratives that went with the documents.
		eachStruct(rec, dropAnchor)
	}
	var carried []record.Carried
	for _, c := range rec.Carried {
		if c.Owner == "" || known[c.Owner] {
			carried = append(carried, c)
		}
	}
	rec.Carried = carried
	return rec
}
