package ccda

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/portage-health/portage/record"
)

// piece is a carried part on its way to its place: way is what is left of the
// way from the element at hand (Carried.At).
type piece struct {
	*record.Carried
	way  string
	done *bool
}

// step gives the first step of the way: the name of an element, its number
// among its namesakes (0 where it is alone), and whether it is the last.
func (p *piece) step() (name string, k int, last bool) {
	s, _, more := strings.Cut(p.way, "/")
	name = s
	if i := strings.IndexByte(s, '['); i >= 0 {
		name = s[:i]
		k, _ = strconv.Atoi(strings.TrimSuffix(s[i+1:], "]"))
	}
	return name, k, !more
}

// carries reports whether an attribute of the element is carried.
func (e *element) carries(name string) bool {
	for i := range e.kept.pieces {
		if p := &e.kept.pieces[i]; p.Kind == "attribute" && !p.Form && p.Name == name && strings.HasPrefix(p.way, "@") {
			return true
		}
	}
	return false
}

// attributes writes the carried attributes of an element.
func (m *markup) attributes(e *element) {
	for i := range e.kept.pieces {
		p := &e.kept.pieces[i]
		if p.Kind != "attribute" || !strings.HasPrefix(p.way, "@") || *p.done {
			continue
		}
		twice := false
		for _, q := range e.kept.pieces[:i] {
			twice = twice || q.Kind == "attribute" && q.Name == p.Name && strings.HasPrefix(q.way, "@")
		}
		if twice {
			continue
		}
		if p.Form && !m.stands(e, p) {
			*p.done = true
			continue
		}
		m.unput(e, p.Name)
		m.put(p.Name, p.Data)
		*p.done = true
	}
}

// stands reports whether a form is still one of what was written: of a negation
// that is the same, of a value of that type, of a reference into the narrative to the same place.
func (m *markup) stands(e *element, p *piece) bool {
	switch p.Name {
	case "negationInd":
		return isTrue(m.written(e, p.Name)) == isTrue(p.Data)
	case "xsi:type":
		v := m.written(e, p.Name)
		return v == "" || v == "CD" && restrictsCD(p.Data)
	case "value":
		return e.name != "reference" || m.written(e, p.Name) == "#"+p.Data
	}
	return true
}

// written gives the value of an attribute that was written; "" where none was.
func (m *markup) written(e *element, name string) string {
	_, v, _ := bytes.Cut(m.b[e.at:], []byte(" "+name+`="`))
	v, _, _ = bytes.Cut(v, []byte{'"'})
	return string(v)
}

// unput takes back an attribute that was written before it was known that the source's own is carried.
func (m *markup) unput(e *element, name string) {
	from := bytes.Index(m.b[e.at:], []byte(" "+name+`="`))
	if from < 0 {
		return
	}
	from += e.at
	to := from + len(name) + 3
	to += bytes.IndexByte(m.b[to:], '"') + 1
	m.b = append(m.b[:from], m.b[to:]...)
}

// texts writes the carried texts of an element.
func (m *markup) texts(e *element) {
	for i := range e.kept.pieces {
		if p := &e.kept.pieces[i]; p.Kind == "text" && p.way == "text()" && !*p.done {
			m.b = appendEscaped(m.b, p.Data, false)
			*p.done = true
		}
	}
}

// meet writes the carried elements that belong before a child of this name, and
// gives the pieces that lie within the child.
func (m *markup) meet(name string) []piece {
	m.endTag()
	e := &m.open[len(m.open)-1]
	name = localName(name)
	count := e.count(name)
	rank := -1 // looked up where it is asked for
	for i := range e.kept.pieces {
		p := &e.kept.pieces[i]
		if p.Kind != "element" || *p.done {
			continue
		}
		n, k, last := p.step()
		if p.Form && last && n == name && k == 0 {
			*p.done = true // the record says more by now
			continue
		}
		if !last {
			continue
		}
		if n != name && rank < 0 {
			rank = rankOf(e.name, name)
		}
		if n == name && k != 0 && k <= *count+1 || n != name && rankOf(e.name, n) < rank {
			if k == 0 && once[n] && *e.count(n) > 0 {
				continue
			}
			m.raw(p)
			*e.count(n)++
		}
	}
	*count++
	var inner []piece
	for i := range e.kept.pieces {
		p := &e.kept.pieces[i]
		if *p.done {
			continue
		}
		n, k, last := p.step()
		// Which of several relationships is meant is known by its slot alone.
		if last || n != name || k != 0 && (k != *count || isWrapper(n)) {
			continue
		}
		inner = append(inner, piece{p.Carried, p.way[strings.IndexByte(p.way, '/')+1:], p.done})
	}
	return inner
}

// keeps reports whether a child of this name is carried whole for the element.
func (m *markup) keeps(child string) bool {
	e := &m.open[len(m.open)-1]
	if e.kept == nil {
		return false
	}
	for i := range e.kept.pieces {
		p := &e.kept.pieces[i]
		if name, _, last := p.step(); (p.Kind == "element" || p.Kind == "absent") && !*p.done && last && name == child {
			return true
		}
	}
	return false
}

// lacks reports whether the source had nothing at this way from the element at hand (see reader.without).
func (m *markup) lacks(way string) bool {
	e := &m.open[len(m.open)-1]
	if e.kept != nil {
		for i := range e.kept.pieces {
			if p := &e.kept.pieces[i]; p.Kind == "absent" && p.way == way {
				return true
			}
		}
	}
	return false
}

// count gives how many children of this name were written.
func (e *element) count(name string) *int {
	for i := range e.kept.seen {
		if e.kept.seen[i].name == name {
			return &e.kept.seen[i].count
		}
	}
	e.kept.seen = append(e.kept.seen, namesake{name: name})
	return &e.kept.seen[len(e.kept.seen)-1].count
}

// flush writes what is left of the carried elements of the innermost element.
func (m *markup) flush() {
	e := &m.open[len(m.open)-1]
	for i := range e.kept.pieces {
		p := &e.kept.pieces[i]
		if p.Kind != "element" || *p.done {
			continue
		}
		if n, k, last := p.step(); last {
			if k == 0 && once[n] {
				if *e.count(n) > 0 {
					continue
				}
				*e.count(n)++
			}
			m.raw(p)
		}
	}
}

// once are elements that CDA's acts have once: one that was alone in each of several sources of an entry is not written beside another.
var once = map[string]bool{"text": true, "code": true, "statusCode": true, "title": true, "priorityCode": true}

// raw writes a carried element. It is complete in itself: the namespaces that
// the document declares need not be declared again.
func (m *markup) raw(p *piece) {
	m.b = appendElement(m.b, p.Data)
	*p.done = true
}

// declared are the namespace declarations of every document that is written (see writer.document).
var declared = [...]string{`xmlns="` + spaceCDA + `"`, `xmlns:xsi="` + spaceXSI + `"`, `xmlns:sdtc="` + spaceSDTC + `"`}

// appendElement appends an element with one space before each attribute of its
// start tag, but for the declarations that stand in the document already.
func appendElement(b []byte, data string) []byte {
	i := strings.IndexAny(data, " \t\r\n/>")
	if i < 0 || data[0] != '<' {
		return append(b, data...)
	}
	b = append(b, data[:i]...)
attributes:
	for {
		for i < len(data) && space(data[i]) {
			i++
		}
		if i == len(data) || data[i] == '/' || data[i] == '>' {
			return append(b, data[i:]...)
		}
		q := strings.IndexAny(data[i:], `"'`)
		if q < 0 {
			return append(b, data[i:]...)
		}
		end := strings.IndexByte(data[i+q+1:], data[i+q])
		if end < 0 {
			return append(b, data[i:]...)
		}
		a := data[i : i+q+1+end+1]
		i += len(a)
		for _, d := range declared {
			if a == d {
				continue attributes
			}
		}
		b = append(append(b, ' '), a...)
	}
}

// isWrapper knows the elements that only hold another statement.
func isWrapper(name string) bool { return name == "entryRelationship" || name == "component" }

// own says that the element just started is the entry's, the section's or the
// person's with this id: what is carried for it is written in it, once.
func (w *writer) own(id string) {
	w.open[len(w.open)-1].slot, w.open[len(w.open)-1].owner = "", true
	all, ok := w.carried[id]
	if !ok {
		return
	}
	e := &w.open[len(w.open)-1]
	var rest []piece
	for _, p := range all {
		if p.Slot == "" {
			w.keep(e, p)
		} else {
			rest = append(rest, p)
		}
	}
	w.carried[id] = rest
	if len(rest) > 0 {
		w.slots = append(w.slots, slotted{depth: len(w.open), pieces: rest})
	}
}

// ownFact says that the element just started is one part of an owner that is
// written elsewhere: what is carried for that part is written in it.
func (w *writer) ownFact(id, field string, i int) {
	if i >= 0 {
		field += "[" + strconv.Itoa(i) + "]"
	}
	e := &w.open[len(w.open)-1]
	e.slot, e.owner = "", true
	rest := w.carried[id][:0:0]
	for _, p := range w.carried[id] {
		if p.Slot == field {
			w.keep(e, p)
		} else {
			rest = append(rest, p)
		}
	}
	if e.kept != nil {
		w.carried[id] = rest
	}
}

// slotted are the pieces of an owner that belong to parts of it.
type slotted struct {
	depth  int // of the owner's element
	pieces []piece
}

// slot says that the element just started is a part of the innermost owner, as
// the importer named it (reader.slot): a field of the record, with its number in
// a list where i is not -1.
func (w *writer) slot(name string, i int) {
	for len(w.slots) > 0 && w.slots[len(w.slots)-1].depth > len(w.open) {
		w.slots = w.slots[:len(w.slots)-1]
	}
	if len(w.slots) == 0 {
		return
	}
	if i >= 0 {
		name += "[" + strconv.Itoa(i) + "]"
	}
	e := &w.open[len(w.open)-1]
	if e.slot != "" {
		name = e.slot + "." + name
	}
	e.slot = name
	owner := len(w.open)
	for owner > 0 && !w.open[owner-1].owner {
		owner--
	}
	for k := range w.slots {
		if w.slots[k].depth != owner {
			continue // of an owner further out, whose parts may have the same name
		}
		for _, p := range w.slots[k].pieces {
			if !*p.done && p.Slot == name {
				w.keep(e, p)
			}
		}
	}
}

// gatherCarried makes ready what is carried from documents of this format.
func (w *writer) gatherCarried() {
	if w.strict {
		return
	}
	n := 0
	for i := range w.rec.Carried {
		if w.comesBack(&w.rec.Carried[i]) {
			n++
		}
	}
	w.carried = make(map[string][]piece, n)
	w.done = make([]bool, len(w.rec.Carried))
	all, from := make([]piece, 0, n), 0
	keep := func() {
		if from < len(all) {
			owner, list := all[from].Owner, all[from:len(all):len(all)]
			if before := w.carried[owner]; before != nil {
				list = append(before, list...)
			}
			w.carried[owner], from = list, len(all)
		}
	}
	for i := range w.rec.Carried {
		if c := &w.rec.Carried[i]; w.comesBack(c) && isWhole(c) {
			if from < len(all) && all[from].Owner != c.Owner {
				keep()
			}
			all = append(all, piece{c, c.At, &w.done[i]})
		}
	}
	keep()
}

// comesBack reports whether a carried piece is to be written: the form of what is typed is, even where only that is asked for.
func (w *writer) comesBack(c *record.Carried) bool {
	return c.Format == formatName && (c.Form || !w.opts.TypedOnly)
}

// tellCarried names what is carried and found no place.
func (w *writer) tellCarried() {
	if w.opts.TypedOnly {
		return
	}
	for i := range w.rec.Carried {
		c := &w.rec.Carried[i]
		if c.Form || w.done != nil && w.done[i] {
			continue
		}
		kind := record.IssueExportCarried
		if w.strict && c.Format == formatName {
			kind = issueCarriedWithheld
		}
		w.Lost++
		w.Report.Add(kind.At(c.Path, c.Line, 0))
	}
}

// apart says that the element just started is a part of an owner that stands
// apart from the owner's own element, and after it (the label of a device): what
// is carried for that part is written in it.
func (w *writer) apart(id, slot string) {
	e := &w.open[len(w.open)-1]
	e.slot = slot
	for _, p := range w.carried[id] {
		if p.Slot == slot && !*p.done {
			w.keep(e, p)
		}
	}
}
