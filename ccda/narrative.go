package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// anchorIndex knows the elements of the document's narratives that have an ID. It is the same for every reading of a document.
type anchorIndex struct {
	first map[string]int32   // ID → the first element that has it
	more  map[string][]int32 // of an ID that several have: all of them, in their order
}

// anchor finds the element of the narrative with this ID: one of the section
// being read before one of any other (an ID should be unique, but is not always).
func (r *reader) anchor(id string) tree.Node {
	if id == "" || r.narrations == nil {
		return tree.Node{}
	}
	r.narrations.anchors.need(r.indexAnchors)
	found, ok := r.anchors.first[id]
	if !ok {
		return tree.Node{}
	}
	if all := r.anchors.more[id]; r.sec.OK() && len(all) > 0 {
		k, _ := slices.BinarySearch(all, int32(r.sec.Index()))
		if k < len(all) && all[k] < int32(r.sec.End()) {
			found = all[k]
		}
	}
	return r.doc.Node(int(found))
}

func (x *anchorIndex) clear() {
	clear(x.first)
	clear(x.more)
}

func (r *reader) indexAnchors() {
	ix := &r.anchors
	ix.clear()
	for _, t := range r.texts {
		for i := t.Index() + 1; i < t.End(); i++ {
			a := r.doc.Node(i)
			if !r.known[a.NameID()].id || a.Kind() != tree.Attr {
				continue
			}
			at := int32(a.Parent().Index())
			first, again := ix.first[a.Value()]
			if !again {
				ix.first[a.Value()] = at
				continue
			}
			all := ix.more[a.Value()]
			if all == nil {
				all = []int32{first}
			}
			ix.more[a.Value()] = append(all, at)
		}
	}
}

// narrativeText gives the words of an element of the narrative, white space
// folded, one space between blocks.
func narrativeText(n tree.Node) string {
	if c := n.First(); c.Kind() == tree.Text && !c.Next().OK() {
		return fold(c.Value())
	}
	var room [512]byte
	gap := false
	return string(words(n, room[:0], &gap))
}

// words appends the words within n to b. gap says that a space belongs before the next.
func words(n tree.Node, b []byte, gap *bool) []byte {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Text {
			v, first := c.Value(), true
			for w := range strings.FieldsSeq(v) {
				if len(b) > 0 && (*gap || !first || space(v[0])) {
					b = append(b, ' ')
				}
				b = append(b, w...)
				*gap, first = false, false
			}
			if v != "" && space(v[len(v)-1]) {
				*gap = true
			}
			continue
		}
		if isStruck(c.Name(), c.Attr("revised").Value()) {
			continue
		}
		block := isBlock(c.Name())
		*gap = *gap || block
		b = words(c, b, gap)
		*gap = *gap || block
	}
	return b
}

// longWords is how long words are of which one copy is kept for all that refer to them.
const longWords = 1 << 10

// saidAt gives the words of an element of the narrative for something that refers
// to it. However many refer to one table, its words do not stand in the record so
// often that it grows beyond all measure: ok is false where too many did, and the reference stands alone.
func (r *reader) saidAt(target tree.Node) (words string, ok bool) {
	at := target.Index()
	words, met := r.said[at]
	if !met {
		words = narrativeText(target)
	}
	if len(words) <= longWords && !met {
		return words, true
	}
	r.saidBytes += len(words)
	if r.saidBytes > 1<<20+16*len(r.doc.Source()) {
		words = ""
	}
	if r.said == nil {
		r.said = map[int]string{}
	}
	r.said[at] = words
	return words, words != ""
}

var saidTooOften = record.IssueNarrativeReference.Because("so much refers to so many words of the narrative that this reference stands without them")

// isStruck knows words that are no longer said: a reader sees them struck through (CDA R2 4.3.5.3 content, revised).
func isStruck(kind, revised string) bool {
	switch kind {
	case "del", "s", "strike":
		return true
	}
	return revised == "delete"
}

func space(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

// fold trims and folds white space; text that needs none is given as it is.
func fold(s string) string {
	s = strings.Trim(s, " \t\r\n")
	for i := 0; i < len(s); i++ {
		if c := s[i]; c == '\t' || c == '\n' || c == '\r' || c == ' ' && i+1 < len(s) && space(s[i+1]) {
			return strings.Join(strings.Fields(s), " ")
		}
	}
	return s
}

// isBlock knows the elements whose ends part words (CDA R2 4.3.5).
func isBlock(name string) bool {
	switch name {
	case "paragraph", "item", "tr", "th", "td", "caption", "br", "list", "table", "title", "footnote", "thead", "tbody", "tfoot":
		return true
	}
	return false
}

// elementsOnly knows the elements that hold no text of their own (CDA R2 4.3.5).
func elementsOnly(name string) bool {
	switch name {
	case "table", "thead", "tbody", "tfoot", "tr", "colgroup", "list":
		return true
	}
	return false
}
