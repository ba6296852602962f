package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// narrative checks the markup of a narrative (R4 2.4.1): well-formed, one div of XHTML, the elements and attributes that
// txt-1 allows, and something to read (txt-2).
func (c *checker) narrative(v tree.Node, text string) {
	d, err := tree.ParseXML([]byte(text), tree.XMLOptions{})
	if err != nil {
		c.find(&conformNarrative, v, "xhtml")
		return
	}
	root := d.Root()
	if root.Name() != "div" || root.Space() != xhtmlSpace {
		c.find(&conformNarrative, v, "xhtml")
		return
	}
	said, allowed := false, true
	for i := range d.Len() {
		n := d.Node(i)
		switch n.Kind() {
		case tree.Text:
			said = said || !n.Blank()
		case tree.Element:
			said = said || n.Name() == "img"
			allowed = allowed && n.Space() == xhtmlSpace && inWords(narrativeElements, n.Name())
		case tree.Attr:
			allowed = allowed && (n.Decl() || inWords(narrativeAttributes, n.Name())) && !runs(n)
		}
	}
	if !allowed {
		c.find(&conformNarrative, v, "txt-1")
	}
	if !said {
		c.find(&conformNarrative, v, "txt-2")
	}
}

const (
	// HTML 4.0, chapters 7 to 11 but for section 9.4, and 15; a and img.
	narrativeElements = " p br div h1 h2 h3 h4 h5 h6 a span b em i strong small big tt dfn q var abbr acronym cite blockquote hr address bdo kbd sub sup " +
		"ul ol li dl dt dd pre table caption colgroup col thead tr tfoot tbody th td code samp img map area "
	narrativeAttributes = " title style class id lang dir space accesskey tabindex span width height align valign char charoff abbr axis headers scope rowspan colspan " +
		"href name rel rev type hreflang charset shape coords target src alt longdesc usemap ismap summary border cellpadding cellspacing frame rules cite clear start value compact size noshade nowrap bgcolor "
)

func inWords(words, w string) bool { return w != "" && strings.Contains(words, " "+w+" ") }

// runs reports whether an attribute would do something in a reader's browser.
func runs(a tree.Node) bool {
	v := strings.ToLower(strings.TrimSpace(a.Value()))
	return (a.Name() == "href" || a.Name() == "src") && (strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "vbscript:"))
}
