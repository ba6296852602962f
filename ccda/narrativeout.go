package ccda

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/portage-health/portage/record"
)

// narratives knows the narratives of the source that stand in the document that
// is being written, and the anchors in them.
type narratives struct {
	anchors map[string]int   // by ID, one more than the place in all of the first element that has it
	again   map[anchorIn]int // of an ID that stands in another section before: one more than its first place in this one
	all     []anchorOut
	media   map[string]string // the pictures and files that narratives show, by their name in the source
	numbers map[string]int    // the last number that made a name of an ID of which there are several
	used    map[string]bool   // the IDs of the document, where they must be one each (XML 1.0, 3.3.1)
}

type anchorOut struct {
	sec  *sectionOut
	node int    // of its narrative
	name string // as the document has it
}

type anchorIn struct {
	sec *sectionOut
	id  string
}

// add makes known the anchors of a section whose narrative is kept. Where IDs
// must be names and stand once, one that is not so gets another name.
func (t *narratives) add(s *sectionOut, strict bool) {
	if strict && s.src.Anchor != "" {
		s.anchor = t.name(s.src.Anchor)
	}
	if strict {
		for i := range s.src.Media {
			if a := s.src.Media[i].Anchor; a != "" {
				t.mediaName(a)
			}
		}
	}
	if !s.kept {
		return
	}
	s.anchorsFrom = len(t.all)
	n := s.src.Narrative
	for i := range n.Nodes {
		if id := n.Nodes[i].ID; id != "" {
			a := anchorOut{sec: s, node: i, name: id}
			if strict {
				a.name = t.name(id)
			}
			t.all = append(t.all, a)
			in := anchorIn{s, id}
			if before := t.anchors[id]; before == 0 {
				t.anchors[id] = len(t.all)
			} else if t.all[before-1].sec != s && t.again[in] == 0 {
				if t.again == nil {
					t.again = map[anchorIn]int{}
				}
				t.again[in] = len(t.all)
			}
		}
	}
	s.anchorsTo = len(t.all)
}

// expect makes room for the anchors of sections.
func (t *narratives) expect(list []record.Section) {
	t.all = slices.Grow(t.all, countAnchors(list))
}

func countAnchors(list []record.Section) (n int) {
	for i := range list {
		if told := list[i].Narrative; told != nil {
			for k := range told.Nodes {
				if told.Nodes[k].ID != "" {
					n++
				}
			}
		}
		n += countAnchors(list[i].Sections)
	}
	return n
}

// name gives an ID that is an XML name (XML 1.0, Name; Namespaces in XML, NCName) and stands nowhere else.
func (t *narratives) name(id string) string {
	name := id
	if !isName(id) {
		name = "_" + strings.Map(func(c rune) rune {
			if c < 0x80 && !isNameByte(byte(c)) || c >= 0x80 {
				return '_'
			}
			return c
		}, id)
	}
	if base := name; t.used[name] {
		if t.numbers == nil {
			t.numbers = map[string]int{}
		}
		n := max(t.numbers[base], 1)
		for t.used[name] {
			n++
			name = base + "-" + strconv.Itoa(n)
		}
		t.numbers[base] = n
	}
	t.used[name] = true
	return name
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.'
}

// find gives the element of the narratives with this ID: one of the section at hand before one of any other. It gives nil for none.
func (t *narratives) find(sec *sectionOut, id string) *anchorOut {
	first := t.anchors[id]
	if first == 0 {
		return nil
	}
	if here := t.again[anchorIn{sec, id}]; here != 0 {
		first = here
	}
	return &t.all[first-1]
}

// says reports whether a text is what the narrative says at the anchor.
func (a *anchorOut) says(text string) bool {
	n := a.sec.src.Narrative
	return text != "" && n.PlainText(a.node, n.End(a.node)) == text
}

// told gives what goes out of a text and its reference into the narrative: the
// text where the narrative does not say it, the reference where it points to something.
func (w *writer) told(text, ref string) (string, string) {
	if ref == "" {
		return text, ""
	}
	a := w.said.find(w.sec, ref)
	if w.stranger && (a == nil || !a.says(text)) {
		return text, "" // what another document calls so
	}
	if a == nil {
		if w.strict || w.sec == nil || !w.sec.kept {
			ref = ""
		}
		return text, ref
	}
	if a.says(text) {
		text = ""
	}
	return text, a.name
}

// tableRow is what the narrative of a section tells of one entry.
type tableRow struct {
	id       string
	used     bool // something in the entry points to it
	joined   bool // the source's narrative may not tell of the entry
	from, to int  // its cells, in writer.cells
}

type tableCell struct{ head, text string }

// anchor gives the ID of the row, which what stands in the entry points to.
func (r *tableRow) anchor() string {
	r.used = true
	return r.id
}

// tell adds a cell to the row of the entry that is being written: what a reader
// should see of it, under the heading of its column.
func (w *writer) tell(head, text string) {
	if w.row != nil && text != "" {
		w.cells = append(w.cells, tableCell{head, text})
		w.row.to = len(w.cells)
	}
}

// beginRow starts the row that tells of an entry, where the narrative is made anew.
func (w *writer) beginRow(s *sectionOut) {
	w.row = nil
	if s.kept && !w.strict && !w.stranger && !w.untold {
		return
	}
	var room [24]byte
	b := append(strconv.AppendInt(append(room[:0], 's'), int64(s.number), 10), 'e')
	id := w.texts.Keep(strconv.AppendInt(b, int64(s.tried), 10))
	s.tried++
	for w.said.used[id] || w.said.anchors[id] != 0 {
		id += "-"
	}
	if s.rows == nil && s.src != nil {
		s.rows = make([]tableRow, 0, len(s.src.Entries))
	}
	s.rows = append(s.rows, tableRow{id: id, used: w.stranger, joined: w.stranger || w.untold, from: len(w.cells), to: len(w.cells)})
	w.row = &s.rows[len(s.rows)-1]
}

func (w *writer) dropRow(s *sectionOut) {
	if w.row != nil {
		w.cells = w.cells[:w.row.from]
		s.rows = s.rows[:len(s.rows)-1]
	}
	w.row = nil
}

// stillSays reports whether the narrative of the source still tells what the
// entries of its section say. Where nobody noted what they said, it does. One
// that tells of entries which the options leave out does not.
func (w *writer) stillSays(s *record.Section) bool {
	for i := range s.Entries {
		if w.leftOut[s.Entries[i].ID] {
			return false
		}
	}
	return w.aside.stillStates(s)
}

// lostWords is for a narrative that says other than its entries do.
var lostWords = record.IssueLost.Because("the entries of the section are not what they were when this narrative was written; it is made anew")

// narrative writes the text of a section: the source's own, or a table of what its entries say.
func (w *writer) narrative(s *sectionOut) {
	if !s.kept && s.src != nil && !s.src.Narrative.IsZero() {
		w.Drop("narrative", s.src.Narrative, &lostWords)
	}
	switch {
	case s.kept:
		w.el("text")
		n := s.src.Narrative
		if w.strict {
			n = w.fit(s)
		}
		s.rows = slices.DeleteFunc(s.rows, func(r tableRow) bool { return !r.used }) // entries that it tells of
		joined := slices.ContainsFunc(s.rows, func(r tableRow) bool { return r.joined })
		if joined { // before what may say that there is nothing
			slices.SortStableFunc(s.rows, func(a, b tableRow) int { return cmp.Compare(rank(a.joined), rank(b.joined)) })
			w.table(s)
		}
		w.nodes(n)
		if len(s.rows) > 0 && !joined {
			w.table(s)
		}
		w.end()
	case len(s.rows) > 0:
		w.el("text")
		w.table(s)
		w.end()
	case w.strict && (len(s.subs) == 0 || s.def != nil):
		w.el("text")
		if len(s.subs) == 0 {
			w.text("No information")
		}
		w.end()
	}
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

// nodes writes a narrative as it is.
func (w *writer) nodes(n *record.Narrative) {
	base := len(w.open)
	src, at := n, []int(nil)
	if !w.native && !w.strict {
		n, at = struckOut(n)
	}
	for k := range n.Nodes {
		x, i := &n.Nodes[k], k
		if at != nil {
			if i = at[k]; i >= 0 && src.Nodes[i].Kind != x.Kind {
				w.Note(&altered, nodePath(i)+".kind")
			}
		}
		for len(w.open) > base+x.Depth {
			w.end()
		}
		if x.Kind == "text" {
			w.text(x.Text)
			continue
		}
		if !isName(x.Kind) {
			w.Drop(nodePath(i), x, &lost)
			continue
		}
		w.el(x.Kind)
		w.at("ID", x.ID)
		struck := at != nil && (i < 0 || isStruckContent(&src.Nodes[i]))
		for k := range x.Attrs {
			if !isNarrativeAttribute(x, k) || struck && x.Attrs[k].Name == "revised" && x.Attrs[k].Value != "delete" {
				w.Drop(nodePath(i)+".attrs["+strconv.Itoa(k)+"]", &x.Attrs[k], &lost)
				continue
			}
			w.attr(x.Attrs[k].Name, x.Attrs[k].Value)
			struck = struck && x.Attrs[k].Name != "revised"
		}
		if struck {
			w.Note(&altered, nodePath(i)+".attrs")
			w.at("revised", "delete")
		}
	}
	for len(w.open) > base {
		w.end()
	}
}

func nodePath(i int) string { return "narrative.nodes[" + strconv.Itoa(i) + "]" }

// table writes the rows of a section as one table, a column for each heading.
func (w *writer) table(s *sectionOut) {
	var heads []string
	for _, r := range s.rows {
	next:
		for _, c := range w.cells[r.from:r.to] {
			for _, h := range heads {
				if h == c.head {
					continue next
				}
			}
			heads = append(heads, c.head)
		}
	}
	if len(heads) == 0 {
		heads = []string{s.heading()}
	}
	w.el("table")
	w.el("thead")
	w.el("tr")
	for _, h := range heads {
		w.el("th")
		w.text(h)
		w.end()
	}
	w.end()
	w.end()
	w.el("tbody")
	for i := range s.rows {
		r := &s.rows[i]
		w.el("tr")
		w.at("ID", r.id)
		for _, h := range heads {
			w.el("td")
			first := true
			for _, c := range w.cells[r.from:r.to] {
				if c.head == h {
					if !first {
						w.leaf("br")
					}
					w.text(c.text)
					first = false
				}
			}
			w.end()
		}
		w.end()
	}
	w.end()
	w.end()
}

func (s *sectionOut) heading() string {
	if s.def != nil {
		return s.def.title
	}
	return "Entry"
}

// wordsOf gives what people read of a coded value: its text, else the first display, else the code.
func wordsOf(c *record.Concept) string {
	if c == nil {
		return ""
	}
	if c.Text != "" {
		return c.Text
	}
	for i := range c.Codings {
		if d := c.Codings[i].Display; d != "" {
			return d
		}
	}
	for i := range c.Codings {
		if d := c.Codings[i].Code; d != "" {
			return d
		}
	}
	if c.Absent != "" {
		return string(c.Absent)
	}
	return ""
}

// wordsOfTime gives a time as people read it, exactly as precise.
func wordsOfTime(t *record.Time) string {
	switch {
	case t == nil:
		return ""
	case t.Value != "":
		return t.Value
	case t.AsSent != "":
		return t.AsSent
	}
	return string(t.Absent)
}

// wordsOfPeriod gives a period as people read it.
func wordsOfPeriod(p *record.Period) string {
	if p == nil {
		return ""
	}
	if s := wordsOfTime(&p.At); s != "" {
		return s
	}
	from, to := wordsOfTime(&p.Start), wordsOfTime(&p.End)
	switch {
	case from != "" && to != "":
		return from + " – " + to
	case from != "":
		return "since " + from
	case to != "":
		return "until " + to
	}
	return p.Text
}
