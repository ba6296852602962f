package recordtest

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Class is how an importer counted a leaf of its source.
type Class string

// The classes of the conservation law.
const (
	Mapped   Class = "mapped"   // a typed field holds it
	Scaffold Class = "scaffold" // checked against what the standard fixes
	Carried  Class = "carried"  // kept verbatim
)

// Classifier is what an importer may offer its tests beside Import: how it
// counted each leaf of the first record of an input, by the leaf's number (for
// XML and JSON, the index of the node of internal/tree). The classes must add
// up to the counts of the report.
type Classifier interface {
	Classify(ctx context.Context, in record.Input, o record.ImportOptions) (map[int]Class, error)
}

// SourceLeaf is one data-bearing leaf of a source and a way to change it.
type SourceLeaf struct {
	Name   string // for the test's messages
	Index  int    // the number that a Classifier knows it by
	Change func(data []byte) []byte
}

// ImportCheck steers CheckImport. The zero value is right.
type ImportCheck struct {
	Options record.ImportOptions
	Every   int // each n-th leaf only; the counts are then not compared
	Most    int // how many failures are told; 20
	// Refused allows that an import with a changed leaf fails.
	Refused bool
	// Exact compares ids, origins and sources too: for sources that hold them, as the record's own JSON does.
	Exact bool
}

// CheckImport proves that an importer keeps every leaf of an input. It changes
// one leaf after the other and imports again. What changed says what became of the leaf:
//
//   - the record without its carried part: it was mapped
//   - the carried part alone: it was carried
//   - the list of issues alone: it was scaffold
//
// A leaf that changes none of these was lost in silence. Where the leaves are
// all that the input has, the counts must fit: no more leaves are counted as
// mapped than change the record, as carried than change the carried part, as
// scaffold than change the issues. An importer that is a Classifier is held to
// its word leaf by leaf. Ids that Portage made, origins and sources are left
// out of the comparison: they may depend on the whole input.
func CheckImport(t TB, i record.Importer, data []byte, leaves []SourceLeaf, o ImportCheck) {
	t.Helper()
	if o.Most == 0 {
		o.Most = 20
	}
	base, err := importOne(i, data, o.Options)
	if err != nil {
		t.Fatalf("the import failed: %v", err)
	}
	counts := base.Report.Counts
	if n := counts.Unaccounted(); n != 0 {
		t.Errorf("%d facts are unaccounted for", n)
	}
	classes, exact := map[int]Class(nil), false
	if c, ok := i.(Classifier); ok {
		if classes, err = c.Classify(context.Background(), record.Input{Bytes: data}, o.Options); err != nil {
			t.Fatalf("the classes cannot be had: %v", err)
		}
		exact = true
		checkClasses(t, classes, counts)
	}
	var seen effect
	failures := 0
	fail := func(l SourceLeaf, why string) {
		if failures++; failures <= o.Most {
			t.Errorf("%s: %s", l.Name, why)
		}
	}
	for n, leaf := range leaves {
		if o.Every > 1 && n%o.Every != 0 {
			continue
		}
		got, err := importOne(i, leaf.Change(bytes.Clone(data)), o.Options)
		if err != nil {
			seen.issues++
			if !o.Refused {
				fail(leaf, "the import fails once it is changed")
			}
			continue
		}
		e := compare(base, got, o.Exact)
		seen.add(e)
		class := classes[leaf.Index]
		switch {
		case e == effect{}:
			fail(leaf, "lost in silence: changing it changes nothing")
		case !exact:
		case class == "":
			fail(leaf, "the importer gives it no class")
		case class == Mapped && e.record == 0, class == Carried && e.carried == 0, class == Scaffold && e.issues == 0:
			fail(leaf, fmt.Sprintf("counted as %s, but changing it does not show there", class))
		}
	}
	if failures > o.Most {
		t.Errorf("and %d leaves more", failures-o.Most)
	}
	if o.Every <= 1 && len(leaves) == counts.Facts {
		if counts.Mapped > seen.record || counts.Carried > seen.carried || counts.Scaffold > seen.issues {
			t.Errorf("mapped %d, carried %d, scaffold %d; but %d leaves change the record, %d the carried part, %d the issues",
				counts.Mapped, counts.Carried, counts.Scaffold, seen.record, seen.carried, seen.issues)
		}
	} else if o.Every <= 1 {
		t.Errorf("%d leaves were given, but the report counts %d facts", len(leaves), counts.Facts)
	}
}

func importOne(i record.Importer, data []byte, o record.ImportOptions) (*record.Imported, error) {
	for got, err := range i.Import(context.Background(), record.Input{Bytes: data}, o) {
		return got, err
	}
	return nil, fmt.Errorf("the importer yields no record")
}

func checkClasses(t TB, classes map[int]Class, c record.Counts) {
	t.Helper()
	n := map[Class]int{}
	for _, class := range classes {
		n[class]++
	}
	if n[Mapped] != c.Mapped || n[Carried] != c.Carried || n[Scaffold] != c.Scaffold {
		t.Errorf("classes: mapped %d, carried %d, scaffold %d; counts: %d, %d, %d", n[Mapped], n[Carried], n[Scaffold], c.Mapped, c.Carried, c.Scaffold)
	}
}

// effect is what one or several changes changed.
type effect struct{ record, carried, issues int }

func (e *effect) add(o effect) {
	e.record += o.record
	e.carried += o.carried
	e.issues += o.issues
}

func compare(a, b *record.Imported, exact bool) effect {
	var e effect
	ignore := record.IgnoreCarried
	if !exact {
		ignore |= record.IgnoreIDs | record.IgnoreOrigins
	}
	if !record.Equal(a.Record, b.Record, ignore) {
		e.record = 1
	}
	if !slices.Equal(pieces(a.Record, exact), pieces(b.Record, exact)) {
		e.carried = 1
	}
	if !slices.Equal(issues(a.Report), issues(b.Report)) {
		e.issues = 1
	}
	return e
}

// pieces are the carried pieces, without what depends on ids and lines unless that is asked for.
func pieces(r *record.Record, exact bool) []string {
	var out []string
	for _, c := range r.Carried {
		if exact {
			out = append(out, fmt.Sprintf("%+v", c))
			continue
		}
		out = append(out, fmt.Sprintf("%s|%s|%s|%d|%s|%s|%v", c.Kind, c.Path, c.At, c.Place, c.Name, c.Data, c.Modifier))
	}
	return out
}

func issues(r *record.Report) []string {
	var out []string
	for _, i := range r.Issues {
		out = append(out, i.Code+" "+i.Path)
	}
	return out
}

// XMLLeaves gives the data-bearing leaves of an XML document: every attribute
// but namespace declarations, and every text that is not blank.
func XMLLeaves(data []byte) ([]SourceLeaf, error) {
	doc, err := tree.ParseXML(data, tree.XMLOptions{})
	if err != nil {
		return nil, err
	}
	return leavesOf(doc, func(n tree.Node) (from, to int) {
		at := n.Offset()
		if n.Kind() == tree.Attr {
			at += bytes.IndexByte(data[at:], '=')
			at += bytes.IndexAny(data[at:], `"'`)
			return at + 1, at + 1 + bytes.IndexByte(data[at+1:], data[at])
		}
		const cdata = "<![CDATA["
		if bytes.HasPrefix(data[at:], []byte(cdata)) {
			return at + len(cdata), at + bytes.Index(data[at:], []byte("]]>"))
		}
		to = len(data)
		if i := bytes.IndexByte(data[at:], '<'); i >= 0 {
			to = at + i
		}
		return at, to
	}), nil
}

// JSONLeaves gives the scalars of a JSON text. Nulls are left out.
func JSONLeaves(data []byte) ([]SourceLeaf, error) {
	doc, err := tree.ParseJSON(data, tree.Limits{})
	if err != nil {
		return nil, err
	}
	return leavesOf(doc, func(n tree.Node) (from, to int) {
		at := n.Offset()
		if n.Kind() == tree.String {
			for to = at + 1; data[to] != '"'; to++ {
				if data[to] == '\\' {
					to++
				}
			}
			return at + 1, to
		}
		to = at
		for to < len(data) && bytes.IndexByte([]byte(",]} \t\r\n"), data[to]) < 0 {
			to++
		}
		return at, to
	}), nil
}

func leavesOf(doc *tree.Doc, span func(tree.Node) (from, to int)) []SourceLeaf {
	var out []SourceLeaf
	for n := range doc.Leaves() {
		if n.Kind() == tree.Null {
			continue
		}
		from, to := span(n)
		line, col := n.Pos()
		out = append(out, SourceLeaf{Name: fmt.Sprintf("%d:%d %s", line, col, n.Path(func(string) bool { return true })), Index: n.Index(),
			Change: func(data []byte) []byte {
				word := string(data[from:to])
				return slices.Concat(data[:from], []byte(Another(word)), data[to:])
			}})
	}
	return out
}

// Another gives a text that looks like the one given and differs from it: a
// digit or letter of it becomes the next one, true becomes false.
func Another(text string) string {
	switch text {
	case "true":
		return "false"
	case "false":
		return "true"
	}
	b := []byte(text)
	entity := false
	for i := len(b) - 1; i >= 0; i-- {
		switch c := b[i]; {
		case c == ';':
			entity = true // leave character references as they are
		case c == '&':
			entity = false
		case entity || i > 0 && b[i-1] == '\\':
		case c >= '0' && c <= '8' || c >= 'a' && c <= 'y' || c >= 'A' && c <= 'Y':
			b[i]++
			return string(b)
		case c == '9' || c == 'z' || c == 'Z':
			b[i]--
			return string(b)
		}
	}
	return text + "x"
}
