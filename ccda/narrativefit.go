package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// fit makes of a narrative one that the schema accepts (CDA R2 4.3.5,
// NarrativeBlock.xsd): elements that it does not know, or not there, become
// those that say the same, every word stays, in its order. What is altered or
// withheld is in the report, by its place in the record.
func (w *writer) fit(s *sectionOut) *record.Narrative {
	nodes := s.src.Narrative.Nodes
	f := fitter{w: w, s: s, n: s.src.Narrative, out: make([]record.NarrativeNode, 0, len(nodes)+8), told: make([]told, len(nodes)), struck: struckIn(s.src.Narrative)}
	f.children(0, len(f.n.Nodes), 0, "text")
	f.rest()
	return &record.Narrative{Nodes: f.out}
}

type fitter struct {
	w   *writer
	s   *sectionOut
	n   *record.Narrative
	out []record.NarrativeNode
	// told says which leaves of each node are in out, or in the report.
	told []told
	// struck are the nodes within one that is struck through and is no content itself; nil for none.
	struck []bool
}

type told uint8

const (
	toldKind told = 1 << iota
	toldID
	toldText
	toldAttrs
)

// rest names what of a node went out in no form.
func (f *fitter) rest() {
	for i := range f.n.Nodes {
		left, nd := ^f.told[i], f.n.Nodes[i]
		if nd.Kind == "text" {
			left |= toldText
			left &^= toldKind
			if f.told[i]&toldText != 0 {
				nd.Text = ""
			}
		}
		if left&toldKind == 0 {
			nd.Kind = ""
		}
		if left&toldID == 0 {
			nd.ID = ""
		}
		if left&toldAttrs == 0 {
			nd.Attrs = nil
		}
		nd.Depth = 0
		if nd.Kind != "" || nd.ID != "" || nd.Text != "" || nd.Attrs != nil {
			f.w.In("narrative", -1)
			f.w.In("nodes", i)
			f.w.Drop("", &nd, &withheld)
			f.w.Leave()
			f.w.Leave()
		}
	}
}

// text writes the text of a node.
func (f *fitter) text(i, depth int) {
	f.told[i] |= toldText
	f.out = append(f.out, record.NarrativeNode{Kind: "text", Depth: depth, Text: f.n.Nodes[i].Text})
}

// children fits the nodes [from, to) into an element of a kind.
func (f *fitter) children(from, to, depth int, in string) {
	allowed, mixed := contentOf(in)
	for i := from; i < to; {
		nd, end := &f.n.Nodes[i], f.n.End(i)
		kind, _ := asCDA(nd.Kind)
		switch {
		case nd.Kind == "text":
			switch {
			case f.struck != nil && f.struck[i] && !blank(nd) && isAllowed("content", allowed):
				f.out = append(f.out, record.NarrativeNode{Kind: "content", Depth: depth, Attrs: revisedAway})
				f.text(i, depth+1)
			case mixed || blank(nd):
				f.text(i, depth)
			}
		case kind == "caption" && i == from && (in == "paragraph" || in == "item"):
			f.element(i, end, depth, "caption")
		case (kind == "paragraph" || kind == "content") && f.hasTable(i+1, end) && strings.Contains(allowed, "table"):
			// What holds a table cannot stay one paragraph: its parts stand on their own, behind its anchor.
			f.altered(i)
			f.anchor(i, depth)
			f.children(i+1, end, depth, in)
		case !isAllowed(kind, allowed):
			f.elsewhere(i, end, depth, in, allowed)
		case kind == "list":
			f.list(i, end, depth)
		case kind == "table":
			f.table(i, end, depth)
		default:
			f.element(i, end, depth, kind)
		}
		i = end
	}
}

func (f *fitter) hasTable(from, to int) bool {
	for i := from; i < to; i++ {
		if f.n.Nodes[i].Kind == "table" {
			return true
		}
	}
	return false
}

func (f *fitter) hasWords(from, to int) bool {
	for i := from; i < to; i++ {
		if nd := &f.n.Nodes[i]; nd.Kind == "text" && !blank(nd) {
			return true
		}
	}
	return false
}

// elsewhere fits an element into one that has no such child: its words stay, as content where
// that may be, apart from what stands before and after.
func (f *fitter) elsewhere(i, end, depth int, in, allowed string) {
	f.altered(i)
	kind, _ := asCDA(f.n.Nodes[i].Kind)
	blocks := isAllowed("paragraph", allowed)
	switch {
	case blocks && (kind == "tr" || kind == "item" || kind == "caption"):
		f.element(i, end, depth, "paragraph")
	case blocks && kind == "table":
		f.anchor(i, depth)
		f.rows(i+1, end, depth)
	case blocks:
		// thead, tbody and the like outside a table
		f.anchor(i, depth)
		f.children(i+1, end, depth, in)
	case isAllowed("content", allowed):
		apart := kind != "content" && kind != "linkHtml" && kind != "col" && kind != "colgroup"
		if apart && len(f.out) > 0 && f.out[len(f.out)-1].Depth >= depth && f.out[len(f.out)-1].Kind != "br" {
			f.gap(depth, kind)
		}
		f.element(i, end, depth, "content")
		if apart && kind != "th" && kind != "td" {
			f.out = append(f.out, record.NarrativeNode{Kind: "br", Depth: depth})
		}
	default:
		f.spaced(depth)
		f.words(i, end, depth)
		f.spaced(depth)
	}
}

// gap parts what was one block from another: cells by a space, others by a line.
func (f *fitter) gap(depth int, kind string) {
	if kind == "th" || kind == "td" {
		f.spaced(depth)
		return
	}
	f.out = append(f.out, record.NarrativeNode{Kind: "br", Depth: depth})
}

func (f *fitter) spaced(depth int) {
	f.out = append(f.out, record.NarrativeNode{Kind: "text", Depth: depth, Text: " "})
}

// words keeps the texts of an element alone, where nothing else may stand.
func (f *fitter) words(i, end, depth int) {
	for k := i; k < end; k++ {
		if f.n.Nodes[k].Kind == "text" {
			f.text(k, depth)
		} else if k > i {
			f.altered(k)
			f.spaced(depth)
		}
	}
}

// rows makes paragraphs of the rows of a table that may not stand where it does.
func (f *fitter) rows(from, to, depth int) {
	for i := from; i < to; {
		nd, end := &f.n.Nodes[i], f.n.End(i)
		switch kind := nd.Kind; {
		case kind == "thead" || kind == "tbody" || kind == "tfoot":
			f.anchor(i, depth)
			f.rows(i+1, end, depth)
		case (kind == "col" || kind == "colgroup") && !f.hasWords(i+1, end):
			f.anchor(i, depth)
		case kind == "text":
			if !blank(nd) {
				f.out = append(f.out, record.NarrativeNode{Kind: "paragraph", Depth: depth})
				f.text(i, depth+1)
			} else {
				f.text(i, depth)
			}
		default:
			f.element(i, end, depth, "paragraph")
			f.told[i] &^= toldKind // whatever it is
		}
		i = end
	}
}

// anchor keeps the ID of an element that is no more, for what points to it.
func (f *fitter) anchor(i, depth int) {
	if id := f.n.Nodes[i].ID; id != "" {
		f.out = append(f.out, record.NarrativeNode{Kind: "content", Depth: depth, ID: f.id(i)})
	}
}

// element writes one element as another kind, with what is in it.
func (f *fitter) element(i, end, depth int, kind string) {
	nd := &f.n.Nodes[i]
	name, style := asCDA(nd.Kind)
	if kind != nd.Kind {
		f.altered(i)
	}
	switch kind {
	case "footnoteRef":
		if !f.refers(nd, "IDREF") {
			f.altered(i)
			f.anchor(i, depth)
			f.words(i+1, end, depth)
			return
		}
	case "renderMultiMedia":
		if !f.refers(nd, "referencedObject") {
			// What it shows is not in the document: its caption's words stay.
			f.altered(i)
			kind = "content"
		}
	case "sub", "sup", "br":
		if nd.ID != "" {
			f.altered(i)
			f.out = append(f.out, record.NarrativeNode{Kind: "content", Depth: depth, ID: f.id(i)})
			depth++
		}
	}
	if kind == nd.Kind || kind == name && (name != "content" || style != "" || isStruckByKind(nd)) {
		f.told[i] |= toldKind // what else it may be goes out as something else
	}
	x := record.NarrativeNode{Kind: kind, Depth: depth, Attrs: f.attributes(i, kind, style)}
	if kind != "sub" && kind != "sup" && kind != "br" {
		x.ID = f.id(i)
	}
	f.out = append(f.out, x)
	switch kind {
	case "br", "col", "footnoteRef":
		if end > i+1 {
			f.altered(i)
			f.words(i, end, depth)
		}
	case "renderMultiMedia":
		from := i + 1
		if from < end && f.n.Nodes[from].Kind == "caption" {
			from = f.n.End(from)
			f.element(i+1, from, depth+1, "caption")
		}
		for ; from < end; from = f.n.End(from) { // it holds no more than a caption
			f.altered(i)
			f.words(from, f.n.End(from), depth)
		}
	default:
		f.children(i+1, end, depth+1, kind)
	}
}

// refers reports whether what an attribute names is in the document.
func (f *fitter) refers(nd *record.NarrativeNode, name string) bool {
	found := false
	for i := range nd.Attrs {
		if nd.Attrs[i].Name != name {
			continue
		}
		for id := range strings.FieldsSeq(nd.Attrs[i].Value) {
			if _, ok := f.target(id); !ok {
				return false
			}
			found = true
		}
	}
	return found
}

// list writes a list: captions and items, and nothing beside them.
func (f *fitter) list(i, end, depth int) {
	f.told[i] |= toldKind
	if f.n.Nodes[i].Kind != "list" {
		f.altered(i)
	}
	f.out = append(f.out, record.NarrativeNode{Kind: "list", Depth: depth, ID: f.id(i), Attrs: f.attributes(i, "list", "")})
	items, began := 0, false
	for k := i + 1; k < end; {
		x, to := &f.n.Nodes[k], f.n.End(k)
		switch kind, _ := asCDA(x.Kind); {
		case blank(x):
			f.text(k, depth+1)
		case kind == "caption" && !began:
			f.element(k, to, depth+1, "caption")
		case kind == "item":
			f.element(k, to, depth+1, "item")
			items++
		default:
			// A list has items alone: what stands beside them is one.
			f.altered(k)
			f.out = append(f.out, record.NarrativeNode{Kind: "item", Depth: depth + 1})
			f.children(k, to, depth+2, "item")
			items++
		}
		began = began || !blank(x)
		k = to
	}
	if items == 0 {
		f.altered(i)
		f.out = append(f.out, record.NarrativeNode{Kind: "item", Depth: depth + 1})
	}
}

func (f *fitter) altered(i int) { f.note(&altered, i, "") }

func (f *fitter) note(k *record.IssueKind, i int, leaf string) {
	f.w.In("narrative", -1)
	f.w.In("nodes", i)
	f.w.Note(k, leaf)
	f.w.Leave()
	f.w.Leave()
}

// id gives the ID of an element as the document has it.
func (f *fitter) id(i int) string {
	id := f.n.Nodes[i].ID
	if id == "" {
		return ""
	}
	own := f.w.said.all[f.s.anchorsFrom:f.s.anchorsTo]
	k, ok := slices.BinarySearchFunc(own, i, func(a anchorOut, node int) int { return a.node - node })
	if !ok {
		return ""
	}
	f.told[i] |= toldID
	if own[k].name != id {
		f.note(&altered, i, "id")
	}
	return own[k].name
}
