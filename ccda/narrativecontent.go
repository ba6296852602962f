package ccda

import (
	"strings"

	"github.com/portage-health/portage/record"
)

const (
	inlineElements = "content linkHtml sub sup br footnote footnoteRef renderMultiMedia"
	blockElements  = " paragraph list table"
)

// contentOf gives the children that the schema allows in an element, and whether text may stand there.
func contentOf(kind string) (children string, mixed bool) {
	switch kind {
	case "text", "item":
		return inlineElements + blockElements, true
	case "td":
		return inlineElements + " paragraph list", true
	case "content", "paragraph", "th":
		return inlineElements, true
	case "caption":
		return "linkHtml sub sup footnote footnoteRef", true
	case "footnote":
		return "content linkHtml sub sup br renderMultiMedia" + blockElements, true
	case "linkHtml":
		return "footnote footnoteRef", true
	case "sub", "sup":
		return "", true
	}
	return "", false
}

// asCDA gives the element of the NarrativeBlock that says what one of HTML, or
// one that nobody knows, says, and its style.
func asCDA(kind string) (name, style string) {
	switch kind {
	case "p", "div", "blockquote", "pre", "dt", "dd", "address", "title", "section", "center":
		return "paragraph", ""
	case "h1", "h2", "h3", "h4", "h5", "h6":
		return "paragraph", "Bold"
	case "b", "strong":
		return "content", "Bold"
	case "i", "em", "cite", "dfn", "var":
		return "content", "Italics"
	case "u", "ins":
		return "content", "Underline"
	case "ul", "dl", "ol":
		return "list", ""
	case "li":
		return "item", ""
	case "a":
		return "linkHtml", ""
	case "hr":
		return "br", ""
	case "paragraph", "list", "item", "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "colgroup", "col", "content", "br", "sub", "sup",
		"linkHtml", "footnote", "footnoteRef", "renderMultiMedia":
		return kind, ""
	}
	return "content", ""
}

// blank reports whether a node is white space, which may stand anywhere.
func blank(nd *record.NarrativeNode) bool {
	return nd.Kind == "text" && strings.TrimSpace(nd.Text) == ""
}

func isAllowed(kind, list string) bool { return allowed(kind, list) }
