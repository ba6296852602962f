package fhir

import (
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/portage-health/portage/record"
)

// anchorAt is where an element of a narrative stands.
type anchorAt struct {
	n *record.Narrative
	i int
}

// narrative writes Resource.text: the words given with the entry itself, and the
// part of the section's narrative that it points to (C-CDA on FHIR, C-CDA
// Entry/Text → FHIR Resource.text).
func (w *writer) narrative(e *record.Entry) {
	l := e.Narrative
	if l == nil {
		return
	}
	if w.isOutdated(e) {
		w.Drop("narrative", l, &lostWords)
		return
	}
	at, found := w.anchor(e)
	from, to := 0, 0
	if found {
		from, to = standing(at.n, at.i)
		if w.terse && isLong(at.n, from, to) {
			rest := *l
			w.fieldAny("narrative", &rest)
			return
		}
	}
	ink := clean(l.Text) || found && hasInk(at.n, from, to) || !l.Body.IsZero() && hasInk(l.Body, 0, len(l.Body.Nodes))
	if !ink {
		rest := *l
		if !found {
			w.DropString("narrative.anchor", l.Anchor, &lostAnchor)
			rest.Anchor = ""
		}
		w.fieldAny("narrative", &rest)
		return
	}
	w.obj("text")
	w.code("status", narrativeStatus(l.Status, "additional"))
	w.key("div")
	w.beginDiv()
	switch {
	case l.Text == "":
	case found || !l.Body.IsZero():
		w.put("<p>")
		w.xhtmlText(l.Text)
		w.put("</p>")
	default:
		w.xhtmlText(l.Text)
	}
	if found {
		w.Quiet = true
		w.standAlone(at.n, from, to)
		w.Quiet = false
	}
	if !l.Body.IsZero() {
		w.In("narrative.body", -1)
		w.nodes(l.Body, 0, len(l.Body.Nodes), false)
		w.Leave()
	}
	w.endDiv()
	w.end()
	if !found {
		w.DropString("narrative.anchor", l.Anchor, &lostAnchor)
	}
	if l.Status != "" || l.Text != "" && !clean(l.Text) || l.Text != "" && !l.Body.IsZero() {
		w.field("narrative")
		if l.Text != "" && (!clean(l.Text) || !l.Body.IsZero()) {
			w.fieldStr("text", l.Text)
		}
		w.fieldStr("status", l.Status)
		w.endField()
	}
}

// isOutdated reports whether the words that came with an entry tell of it as it was before it was changed. Words that the host gave it
// since are its own.
func (w *writer) isOutdated(e *record.Entry) bool {
	if w.sent == nil || e.Narrative.Body.IsZero() {
		return false
	}
	s := w.sent
	x := s.byID[e.ID]
	if x != nil && s.typed && s.stating == nil {
		s.stating = w.rec.StatingItems()
	}
	if x == nil || !x.outdated && (!s.typed || s.stating.StillItem(x.Item) || !isOutdated(s.stating, x.Item)) {
		return false
	}
	if x.Text == "" {
		return true // taken away with what it says
	}
	div := parsedOwn([]byte(x.Text)).Child("text").Child("div")
	was, ok := narrativeOf(div.Value())
	return ok && reflect.DeepEqual(was.Nodes, e.Narrative.Body.Nodes)
}

// tellsOutdated reports whether a Composition that was sent has such a section, or not all sections that the document shall have.
func (w *writer) tellsOutdated(x *sentItem) bool {
	var any func(list []record.Section) bool
	any = func(list []record.Section) bool {
		for i := range list {
			if w.outdated[&list[i]] || any(list[i].Sections) {
				return true
			}
		}
		return false
	}
	if len(w.joiners) > 0 && w.rec.Documents[0].ID == x.Entries[0] {
		return true
	}
	return len(w.outdated) > 0 && slices.ContainsFunc(w.rec.Documents, func(d record.Document) bool { return d.ID == x.Entries[0] && any(d.Sections) })
}

// toldWords gives the words of an entry's narrative as plain text: its own, else
// those of the part of the section that it points to.
func (w *writer) toldWords(e *record.Entry) string {
	l := e.Narrative
	if l == nil {
		return ""
	}
	if clean(l.Text) {
		return l.Text
	}
	if at, found := w.anchor(e); found {
		from, to := at.i, at.n.End(at.i)
		if w.terse && isLong(at.n, from, to) {
			return ""
		}
		if t := at.n.PlainText(from, to); clean(t) {
			return t
		}
	}
	return ""
}

// partNarrative keeps the link of a part of an entry, which FHIR gives no
// narrative of its own. An anchor that points to nothing is dropped.
func (w *writer) partNarrative(l *record.NarrativeLink) {
	if l == nil {
		return
	}
	w.indexAnchors()
	rest := *l
	if _, ok := w.anchors[l.Anchor]; !ok {
		w.DropString("narrative.anchor", l.Anchor, &lostAnchor)
		rest.Anchor = ""
	}
	w.fieldAny("narrative", &rest)
}

// narrativeStatus gives FHIR's narrative status (R4 value set narrative-status, required).
func narrativeStatus(s, other string) string {
	switch s {
	case "generated", "extensions", "additional", "empty":
		return s
	}
	return other
}

// anchor finds what an entry points to in the narrative of its section.
func (w *writer) anchor(e *record.Entry) (anchorAt, bool) {
	id := e.Narrative.Anchor
	if id == "" {
		return anchorAt{}, false
	}
	w.indexAnchors()
	at, ok := w.anchors[id]
	if own := w.sections[e.Section]; own != nil && own != at.n {
		if from, _, mine := own.Find(id); mine {
			return anchorAt{own, from}, true
		}
	}
	return at, ok
}

// indexAnchors finds the elements of all narratives that something may point to, once.
func (w *writer) indexAnchors() {
	if w.hasAnchors {
		return
	}
	w.hasAnchors = true
	all, longest := 0, 0
	for i := range w.rec.Documents {
		w.addAnchors(w.rec.Documents[i].Sections, &all, &longest)
	}
	w.terse = w.tellsTooMuch(1<<20+16*all, longest)
}

// tellsTooMuch reports whether the parts of narratives that all entries refer to take more than most bytes: where very many refer to one
// long list, it would stand in each of their resources. That does not depend on the order in which they are written.
func (w *writer) tellsTooMuch(most, longest int) bool {
	if w.rec.CountEntries()*longest <= most {
		return false
	}
	n := 0
	for _, e := range w.rec.Entries() {
		if e.Narrative == nil {
			continue
		}
		if at, ok := w.anchor(e); ok {
			from, to := standing(at.n, at.i)
			for i := from; i < to && n <= most; i++ {
				n += bytesOf(&at.n.Nodes[i])
			}
		}
		if n > most {
			return true
		}
	}
	return false
}

// bytesOf is about how many bytes a node takes in XHTML.
func bytesOf(nd *record.NarrativeNode) int { return len(nd.Text) + 24*len(nd.Attrs) + 8 }

// isLong reports whether part of a narrative takes more than a row or a paragraph does.
func isLong(n *record.Narrative, from, to int) bool {
	const most = 4 << 10
	size := 0
	for i := from; i < to && size <= most; i++ {
		size += bytesOf(&n.Nodes[i])
	}
	return size > most
}

func (w *writer) addAnchors(ss []record.Section, all, longest *int) {
	for i := range ss {
		s := &ss[i]
		if !s.Narrative.IsZero() && !w.outdated[s] {
			w.sections[s.ID] = s.Narrative
			size := 0
			for j := range s.Narrative.Nodes {
				size += bytesOf(&s.Narrative.Nodes[j])
				if id := s.Narrative.Nodes[j].ID; id != "" {
					if _, taken := w.anchors[id]; !taken {
						w.anchors[id] = anchorAt{s.Narrative, j}
					}
				}
			}
			*all += size
			*longest = max(*longest, size)
		}
		w.addAnchors(s.Sections, all, longest)
	}
}

// standing gives the nodes to show for node i: a cell is shown with its row.
func standing(n *record.Narrative, i int) (from, to int) {
	if k := n.Nodes[i].Kind; k == "td" || k == "th" {
		if p := parent(n, i); p >= 0 && n.Nodes[p].Kind == "tr" {
			i = p
		}
	}
	return i, n.End(i)
}

// parent gives the node that node i is in, or -1.
func parent(n *record.Narrative, i int) int {
	for j := i - 1; j >= 0; j-- {
		if n.Nodes[j].Depth < n.Nodes[i].Depth {
			return j
		}
	}
	return -1
}

// standAlone writes a part of a narrative so that it can be read without the
// rest: a row gets its table and the header rows, an item its list.
func (w *writer) standAlone(n *record.Narrative, from, to int) {
	switch n.Nodes[from].Kind {
	case "tr":
		table := parent(n, from)
		for table >= 0 && n.Nodes[table].Kind != "table" {
			table = parent(n, table)
		}
		w.put("<table>")
		if table >= 0 {
			for j, end := table+1, n.End(table); j < end; j++ {
				if n.Nodes[j].Kind == "thead" && j != from && !(j < from && n.End(j) > from) {
					w.quiet = true // the anchors of the header stay in the section
					w.nodes(n, j, n.End(j), false)
					w.quiet = false
					break
				}
			}
		}
		w.put("<tbody>")
		w.nodes(n, from, to, false)
		w.put("</tbody></table>")
	case "thead", "tbody", "tfoot":
		w.put("<table>")
		w.nodes(n, from, to, false)
		w.put("</table>")
	case "item", "li":
		w.put("<ul>")
		w.nodes(n, from, to, false)
		w.put("</ul>")
	default:
		w.nodes(n, from, to, false)
	}
}

// hasInk reports whether there is anything to read (R4 txt-2).
func hasInk(n *record.Narrative, from, to int) bool {
	skip := 0
	for i := from; i < to; i++ {
		if i < skip {
			continue
		}
		if n.Nodes[i].Kind == "text" {
			t := n.Nodes[i].Text
			if clean(t) || strings.TrimSpace(t) != "" && clean(replaceUnclean(t)) {
				return true
			}
		} else if isActive(n.Nodes[i].Kind) {
			skip = n.End(i)
		}
	}
	return false
}

// div writes nodes [from, to) of a narrative as the JSON string of an XHTML div.
// Where unique is set every id is written once within the Composition.
func (w *writer) div(n *record.Narrative, from, to int, unique bool) {
	w.beginDiv()
	w.nodes(n, from, to, unique)
	w.endDiv()
}

func (w *writer) beginDiv() { w.put(`"<div xmlns=\"http://www.w3.org/1999/xhtml\">`) }
func (w *writer) endDiv()   { w.put(`</div>"`) }

// xhtmlText writes text within XHTML within a JSON string.
func (w *writer) xhtmlText(s string) {
	start := 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) && !oddXHTML(word8(s[i:])) {
			i += 8
			continue
		}
		c := s[i]
		if plainXHTML[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			if r, n := utf8.DecodeRuneInString(s[i:]); n > 1 && r != 0xFFFE && r != 0xFFFF {
				i += n
				continue
			} else if n > 1 {
				w.put(s[start:i])
				w.put("\uFFFD")
				i += n
				start = i
				continue
			}
		}
		w.put(s[start:i])
		switch c {
		case '<':
			w.put("&lt;")
		case '>':
			w.put("&gt;")
		case '&':
			w.put("&amp;")
		case '"':
			w.put("&quot;")
		case '\\':
			w.put(`\\`)
		case '\n':
			w.put(`\n`)
		case '\r':
			w.put("&#13;")
		case '\t':
			w.put(`\t`)
		default:
			w.put("\uFFFD")
		}
		i++
		start = i
	}
	w.put(s[start:])
}

// plainXHTML are the bytes that stand for themselves in XHTML within a JSON string.
var plainXHTML = func() (t [256]bool) {
	t = plain
	t['<'], t['>'], t['&'] = false, false, false
	return t
}()
