package recordtest

import (
	"bytes"
	"context"
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
	// Every checks each n-th leaf only.
	Every int
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
// above, which says that the target put it there.
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
	before, err := record.Marshal(rec)
	if err != nil {
		t.Fatalf("the record cannot be marshalled: %v", err)
	}
	export := func() ([]byte, *record.Report) {
		var b bytes.Buffer
		report, err := e.Export(context.Background(), rec, &b, o.Options)
		if err != nil {
			t.Fatalf("the export failed: %v", err)
		}
		return b.Bytes(), report
	}
	base, report := export()
	if again, _ := export(); !bytes.Equal(base, again) {
		t.Errorf("the same record gave other bytes the second time")
	}
	if after, _ := record.Marshal(rec); !bytes.Equal(before, after) {
		t.Fatalf("the export changed the record")
	}
	checkExportCounts(t, rec, report, o.Options)
	named := lostPaths(t, rec, report)
	told := map[record.Issue]int{}
	for _, i := range report.Issues {
		told[i]++
	}
	failures, n := 0, 0
	for leaf := range record.Leaves(rec) {
		if n++; o.Every > 1 && n%o.Every != 0 || !begins(leaf.Path, o.Only) || named[leaf.Path] {
			continue
		}
		leaf.Clear()
		out, without := export()
		leaf.Restore()
		if !bytes.Equal(out, base) || tellsOf(without, told, leaf.Path) {
			continue
		}
		if failures++; failures <= o.Most {
			t.Errorf("%s: neither in the output nor named in the report", leaf.Path)
		}
	}
	if failures > o.Most {
		t.Errorf("and %d leaves more", failures-o.Most)
	}
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
