package ccda

import (
	"slices"
	"strconv"

	"github.com/portage-health/portage/record"
)

// narratives knows the narratives of the source that stand in the document that
// is being written, and the anchors in them.
type narratives struct {
	anchors map[string][]anchorOut
}

type anchorOut struct {
	sec      *sectionOut
	from, to int
}

// add makes known the anchors of a section whose narrative is kept.
func (t *narratives) add(s *sectionOut) {
	if !s.kept {
		return
	}
	if t.anchors == nil {
		t.anchors = make(map[string][]anchorOut, 64)
	}
	n := s.src.Narrative
	for i := range n.Nodes {
		if id := n.Nodes[i].ID; id != "" {
			t.anchors[id] = append(t.anchors[id], anchorOut{s, i, n.End(i)})
		}
	}
}

// find gives the element of the narratives with this ID: one of the section at hand before one of any other.
func (t *narratives) find(sec *sectionOut, id string) (anchorOut, bool) {
	list := t.anchors[id]
	for _, a := range list {
		if a.sec == sec {
			return a, true
		}
	}
	if len(list) > 0 {
		return list[0], true
	}
	return anchorOut{}, false
}

// says gives the words at an anchor.
func (t *narratives) says(sec *sectionOut, id string) (string, bool) {
	a, ok := t.find(sec, id)
	if !ok {
		return "", false
	}
	return a.sec.src.Narrative.PlainText(a.from, a.to), true
}

// anchor gives the ID by which the document has an anchor of the source.
func (t *narratives) anchor(_ *sectionOut, id string) string { return id }

// tableRow is what the narrative of a section tells of one entry.
type tableRow struct {
	id    string
	used  bool // something in the entry points to it
	cells []tableCell
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
		w.row.cells = append(w.row.cells, tableCell{head, text})
	}
}

// beginRow starts the row that tells of an entry, where the narrative is made anew.
func (w *writer) beginRow(s *sectionOut) {
	w.row = nil
	if s.kept && !w.strict {
		return
	}
	s.rows = append(s.rows, tableRow{id: "s" + strconv.Itoa(s.number) + "e" + strconv.Itoa(len(s.rows)+1)})
	w.row = &s.rows[len(s.rows)-1]
}

func (w *writer) dropRow(s *sectionOut) {
	if w.row != nil {
		s.rows = s.rows[:len(s.rows)-1]
	}
	w.row = nil
}

// stillSays reports whether the narrative of the source still tells what the
// entries of its section say.
func (w *writer) stillSays(s *record.Section) bool { return true }

// narrative writes the text of a section: the source's own, or a table of what its entries say.
func (w *writer) narrative(s *sectionOut) {
	switch {
	case s.kept:
		w.el("text")
		w.nodes(s.src.Narrative)
		s.rows = slices.DeleteFunc(s.rows, func(r tableRow) bool { return !r.used }) // entries that it does not tell of
		if len(s.rows) > 0 {
			w.table(s)
		}
		w.end()
	case len(s.rows) > 0:
		w.el("text")
		w.table(s)
		w.end()
	case w.strict && len(s.subs) == 0:
		w.el("text")
		w.text("No information")
		w.end()
	}
}

// nodes writes a narrative as it is.
func (w *writer) nodes(n *record.Narrative) {
	base := len(w.open)
	for i := range n.Nodes {
		x := &n.Nodes[i]
		for len(w.open) > base+x.Depth {
			w.end()
		}
		if x.Kind == "text" {
			w.text(x.Text)
			continue
		}
		w.el(x.Kind)
		w.at("ID", x.ID)
		for _, a := range x.Attrs {
			w.attr(a.Name, a.Value)
		}
	}
	for len(w.open) > base {
		w.end()
	}
}

// table writes the rows of a section as one table, a column for each heading.
func (w *writer) table(s *sectionOut) {
	var heads []string
	for _, r := range s.rows {
	next:
		for _, c := range r.cells {
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
			for _, c := range r.cells {
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
