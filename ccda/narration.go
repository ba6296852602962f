package ccda

import (
	"sort"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// narrations makes the narratives of all sections. They hang on nothing else in the document, so they are made beside the
// reading of the entries, on another core where one is free: who comes first to one, the reader or its help, makes it.
type narrations struct {
	r          *reader     // the first reading's: what is looked up in it does not change
	all        []narration // in document order
	anchors    reckoning
	leaves     reckoning
	freeLeaves []uint64
}

// narration is the text of one section, and what is made of it.
type narration struct {
	text      tree.Node
	once      reckoning
	narrative *record.Narrative
	apart     []span // what in the text is not of the narrative, in document order: left to be carried
}

// span is a range of nodes: to is not in it.
type span struct{ from, to int }

// manyNodes is when texts are worth calling for help.
const manyNodes = 400

// narrate begins to make the narratives of r.texts, and to find what can be pointed to in them and the leaves of the document.
func narrate(r *reader) *narrations {
	t := &narrations{r: r, all: make([]narration, len(r.texts))}
	nodes := 0
	for i, n := range r.texts {
		t.all[i].text = n
		nodes += n.End() - n.Index()
	}
	if nodes >= manyNodes {
		go func() {
			t.anchors.run(r.indexAnchors)
			for i := range t.all {
				t.all[i].once.run(func() { t.make(i) })
			}
			t.leaves.run(t.findLeaves)
		}()
	}
	return t
}

// end returns when nobody looks at the document or writes on the desk any more.
func (t *narrations) end() {
	nothing := func() {}
	t.anchors.run(nothing)
	for i := range t.all {
		t.all[i].once.run(nothing)
	}
	t.leaves.run(nothing)
}

// leafSet gives the leaves of the document (see tree.Doc.LeafSet).
func (t *narrations) leafSet() []uint64 {
	t.leaves.need(t.findLeaves)
	return t.freeLeaves
}

func (t *narrations) findLeaves() { t.freeLeaves = t.r.doc.LeafSet() }

func (t *narrations) make(i int) { t.all[i].make(t.r.known) }

func (t *narrations) made(i int) *narration {
	x := &t.all[i]
	x.once.need(func() { t.make(i) })
	return x
}

// place finds the text n.
func (t *narrations) place(n tree.Node) (int, bool) {
	return sort.Find(len(t.all), func(i int) int { return n.Index() - t.all[i].text.Index() })
}

// unnarrated is a section whose text waits until its body was read.
type unnarrated struct {
	section *record.Section
	text    tree.Node
}

// narrateSections gives the sections that were read their narratives. It takes each whole: every element, attribute and text
// in order. The last is looked at first: that is where help comes to last.
func (r *reader) narrateSections() {
	for i := len(r.unnarrated) - 1; i >= 0; i-- {
		u := &r.unnarrated[i]
		var alone narration
		x := &alone
		if k, ok := r.narrations.place(u.text); ok {
			x = r.narrations.made(k)
		} else {
			x.text = u.text
			x.make(r.known)
		}
		if u.section.Narrative = x.narrative; x.narrative == nil {
			continue
		}
		from := u.text.First().Index() // behind the attributes of the text itself
		for _, a := range x.apart {
			r.led.TakeAll(from, a.from)
			from = a.to
		}
		r.led.TakeAll(from, u.text.End())
	}
	r.unnarrated = r.unnarrated[:0]
}

// make makes the narrative, none of a text in which nothing stands.
func (x *narration) make(known []nameFacts) {
	n, d := x.text, x.text.Doc()
	nodes, attrs := 0, 0
	for i := n.Index() + 1; i < n.End(); i++ {
		switch c := d.Node(i); c.Kind() {
		case tree.Element:
			nodes++
		case tree.Text:
			if !c.Blank() || !known[c.Parent().NameID()].noText {
				nodes++
			}
		case tree.Attr:
			if !c.Decl() && !known[c.NameID()].id {
				attrs++
			}
		}
	}
	if nodes == 0 {
		return
	}
	w := narrator{known: known, nodes: make([]record.NarrativeNode, 0, nodes), attrs: make([]record.NarrativeAttr, 0, attrs)}
	w.walk(n, 0)
	x.narrative, x.apart = &record.Narrative{Nodes: w.nodes}, w.apart
}

type narrator struct {
	known []nameFacts
	nodes []record.NarrativeNode
	attrs []record.NarrativeAttr // one piece of memory for all
	apart []span
}

func (w *narrator) walk(n tree.Node, depth int) {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Text {
			if c.Blank() && w.known[n.NameID()].noText {
				continue // white space between the rows of a table says nothing
			}
			w.nodes = append(w.nodes, record.NarrativeNode{})
			x := &w.nodes[len(w.nodes)-1]
			x.Kind, x.Depth, x.Text = "text", depth, c.Value()
			continue
		}
		if c.Space() != n.Space() {
			w.apart = append(w.apart, span{c.Index(), c.End()})
			continue
		}
		x := record.NarrativeNode{Kind: c.Name(), Depth: depth}
		from := len(w.attrs)
		for a := range c.Attrs() {
			switch {
			case a.Space() != "":
				w.apart = append(w.apart, span{a.Index(), a.End()})
			case a.Name() == "ID":
				x.ID = a.Value()
			default:
				w.attrs = append(w.attrs, record.NarrativeAttr{Name: a.Name(), Value: a.Value()})
			}
		}
		if len(w.attrs) > from {
			x.Attrs = w.attrs[from:len(w.attrs):len(w.attrs)]
		}
		w.nodes = append(w.nodes, x)
		w.walk(c, depth+1)
	}
}
