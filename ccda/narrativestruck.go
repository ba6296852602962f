package ccda

import "github.com/portage-health/portage/record"

// What a narrative of another format strikes through, by HTML's elements or by a style of any element, is content that was revised:
// nothing else of a NarrativeBlock says that (CDA R2 4.3.5.3), and a reader that does not know the element shows its words as said.

var revisedAway = []record.NarrativeAttr{{Name: "revised", Value: "delete"}}

// isStruckContent reports whether an element that is struck through is content, or is nothing but struck through.
func isStruckContent(nd *record.NarrativeNode) bool {
	return nd.Kind == "content" && nd.IsStruck() || isStruck(nd.Kind, "")
}

// isStruckByKind reports whether nothing but its kind says that an element is struck through.
func isStruckByKind(nd *record.NarrativeNode) bool {
	other := *nd
	other.Kind = "content"
	return isStruck(nd.Kind, "") && !other.IsStruck()
}

// struckIn finds the nodes within other elements that are struck through; nil where there are none.
func struckIn(n *record.Narrative) (within []bool) {
	for i := range n.Nodes {
		if nd := &n.Nodes[i]; isName(nd.Kind) && nd.IsStruck() && !isStruckContent(nd) {
			if within == nil {
				within = make([]bool, len(n.Nodes))
			}
			for k, end := i+1, n.End(i); k < end && !within[k]; k++ {
				within[k] = true
			}
		}
	}
	return within
}

// struckOut gives a narrative in which all that is struck through is content; the same one where that is so already. at gives the
// node of n that each of its nodes was, -1 for what was added.
func struckOut(n *record.Narrative) (out *record.Narrative, at []int) {
	within, odd := struckIn(n), false
	for i := range n.Nodes {
		nd := &n.Nodes[i]
		odd = odd || isStruckContent(nd) && (nd.Kind != "content" || !isRevisedAway(nd))
	}
	if within == nil && !odd {
		return n, nil
	}
	out = &record.Narrative{Nodes: make([]record.NarrativeNode, 0, len(n.Nodes)+8)}
	var up []string // the elements around
	for i := range n.Nodes {
		nd := n.Nodes[i]
		up = up[:min(nd.Depth, len(up))]
		if nd.Kind != "text" {
			for len(up) < nd.Depth {
				up = append(up, "")
			}
			kind, _ := asCDA(nd.Kind)
			up = append(up, kind)
		}
		switch {
		case isStruckContent(&nd):
			nd.Kind = "content"
		case within != nil && within[i] && nd.Kind == "text" && !blank(&nd) && (len(up) == 0 || mayHoldContent(up[len(up)-1])):
			out.Nodes = append(out.Nodes, record.NarrativeNode{Kind: "content", Depth: nd.Depth, Attrs: revisedAway})
			at = append(at, -1)
			nd.Depth++
		}
		out.Nodes = append(out.Nodes, nd)
		at = append(at, i)
	}
	return out, at
}

func mayHoldContent(kind string) bool {
	allowed, _ := contentOf(kind)
	return isAllowed("content", allowed)
}

// isRevisedAway reports whether an element is revised as deleted, and as nothing else.
func isRevisedAway(nd *record.NarrativeNode) bool {
	said := false
	for i := range nd.Attrs {
		if a := &nd.Attrs[i]; a.Name == "revised" {
			if a.Value != "delete" {
				return false
			}
			said = true
		}
	}
	return said
}
