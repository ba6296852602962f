package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const xhtmlSpace = "http://www.w3.org/1999/xhtml"

// narrative reads Resource.text. A div that is no well-formed XHTML is left to be carried.
func (r *reader) narrative(n tree.Node) *record.NarrativeLink {
	t := object(n, "text")
	if !t.OK() {
		return nil
	}
	l := &record.NarrativeLink{Status: r.str(t, "status")}
	if div := t.Child("div"); div.Kind() == tree.String {
		if body, ok := narrativeOf(div.Value()); ok {
			r.take(div)
			l.Body = body
		}
	}
	if *l == (record.NarrativeLink{}) {
		return nil
	}
	return l
}

// narrativeLimits bound the markup of one narrative, which was bounded once as a part of its document.
var narrativeLimits = tree.Limits{MaxDepth: 200, MaxNodes: 1_000_000}

// narrativeOf reads the XHTML of a div (R4 2.4.0, Narrative). Comments are no
// part of what it says; anything else comes back as it was when it is written again.
func narrativeOf(div string) (*record.Narrative, bool) {
	d, err := tree.ParseXML([]byte(div), tree.XMLOptions{Limits: narrativeLimits})
	if err != nil {
		return nil, false
	}
	root := d.Root()
	if root.Name() != "div" || root.Space() != xhtmlSpace && root.Space() != "" {
		return nil, false
	}
	out := &record.Narrative{Nodes: make([]record.NarrativeNode, 0, d.Len())}
	for a := range root.Attrs() {
		if !a.Decl() {
			// The div itself says something: it is kept as one.
			out.Nodes = appendElement(out.Nodes, root, 0)
			return out, true
		}
	}
	for c := root.First(); c.OK(); c = c.Next() {
		out.Nodes = appendNarrative(out.Nodes, c, 0)
	}
	return out, true
}

func appendNarrative(out []record.NarrativeNode, n tree.Node, depth int) []record.NarrativeNode {
	if n.Kind() == tree.Text {
		return append(out, record.NarrativeNode{Kind: "text", Depth: depth, Text: n.Value()})
	}
	return appendElement(out, n, depth)
}

func appendElement(out []record.NarrativeNode, n tree.Node, depth int) []record.NarrativeNode {
	nd := record.NarrativeNode{Depth: depth}
	nd.Kind, nd.Attrs = kindOfElement(n.Name())
	for a := range n.Attrs() {
		if !a.Decl() {
			nd = withAttribute(nd, a)
		}
	}
	if revised(&nd, "") == nd.Kind { // what the exporter writes of content
		nd.Kind = "content"
	}
	out = append(out, nd)
	for c := n.First(); c.OK(); c = c.Next() {
		out = appendNarrative(out, c, depth+1)
	}
	return out
}

// kindOfElement gives the narrative element for one of XHTML: the inverse of xhtmlName.
func kindOfElement(name string) (kind string, attrs []record.NarrativeAttr) {
	switch name {
	case "p":
		return "paragraph", nil
	case "span":
		return "content", nil
	case "li":
		return "item", nil
	case "ul":
		return "list", nil
	case "ol":
		return "list", []record.NarrativeAttr{{Name: "listType", Value: "ordered"}}
	case "a":
		return "linkHtml", nil
	}
	return name, nil
}

// cdaKinds are the narrative elements that the exporter writes as a span, or a list item, of a class.
var cdaKinds = []string{"footnote", "footnoteRef", "renderMultiMedia", "title", "caption"}

func withAttribute(nd record.NarrativeNode, a tree.Node) record.NarrativeNode {
	name, v := a.Name(), a.Value()
	if a.Prefix() != "" {
		name = a.Prefix() + ":" + name
	}
	switch name {
	case "id":
		nd.ID = v
	case "class":
		rest := ""
		for token := range strings.FieldsSeq(v) {
			cda, ok := strings.CutPrefix(token, "cda-")
			name, value, valued := strings.Cut(cda, "=")
			switch {
			case ok && valued && name == "ID":
				nd.ID = unspaced.Replace(value)
			case ok && valued:
				nd.Attrs = append(nd.Attrs, record.NarrativeAttr{Name: name, Value: unspaced.Replace(value)})
			case ok && slices.Contains(cdaKinds, cda):
				nd.Kind = cda
			default:
				rest = joinText(rest, token, " ")
			}
		}
		if rest != "" {
			nd.Attrs = append(nd.Attrs, record.NarrativeAttr{Name: "class", Value: rest})
		}
	default:
		nd.Attrs = append(nd.Attrs, record.NarrativeAttr{Name: name, Value: v})
	}
	return nd
}

// unspaced undoes what spaces does.
var unspaced = strings.NewReplacer("%25", "%", "%20", " ", "%09", "\t", "%0A", "\n", "%0D", "\r")

// narrativeRest takes what our extension says of an entry's narrative beside Resource.text.
func (r *reader) narrativeRest(text, x tree.Node, e *record.Entry) {
	if e.Narrative == nil {
		e.Narrative = &record.NarrativeLink{}
	}
	shown := e.Narrative.Status
	r.fieldsOf(x, e.Narrative)
	if said := extension(x, "status"); said.OK() {
		r.compared(text.Child("status"), narrativeStatus(e.Narrative.Status, "additional") == shown)
	}
}
