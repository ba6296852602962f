package ccda

import (
	"slices"
	"strings"
	"unicode"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// A record may come from anywhere: a name in it, or a piece of markup, goes out
// only if it can be no other thing than it says.

// isName reports whether a text is a name of an element or an attribute without
// a prefix (XML 1.0, 2.3), of ASCII characters, as all names of CDA are.
func isName(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_':
		case i > 0 && (c >= '0' && c <= '9' || c == '-' || c == '.'):
		default:
			return false
		}
	}
	return s != ""
}

// isNameAnywhere also knows names of other scripts (XML Names 1.0, 3).
func isNameAnywhere(s string) bool {
	for i, c := range s {
		if c < 0x80 && !isName("_"+string(c)) || c >= 0x80 && !unicode.IsLetter(c) && !unicode.In(c, unicode.Mn, unicode.Mc, unicode.Nd) || i == 0 && c != '_' && !unicode.IsLetter(c) {
			return false
		}
	}
	return s != ""
}

// isAttributeName also knows the prefixes that the document declares, and no declaration of another.
func isAttributeName(s string) bool {
	if prefix, name, ok := strings.Cut(s, ":"); ok {
		return (prefix == "xsi" || prefix == "sdtc" || prefix == "xml") && isName(name)
	}
	return s != "xmlns" && isName(s)
}

// isNarrativeAttribute reports whether an attribute of a narrative node can go out: one that stands there twice cannot.
func isNarrativeAttribute(x *record.NarrativeNode, i int) bool {
	name := x.Attrs[i].Name
	if !isAttributeName(name) || name == "ID" && x.ID != "" {
		return false
	}
	for k := range i {
		if x.Attrs[k].Name == name {
			return false
		}
	}
	return true
}

// isWhole reports whether a carried piece is what it says: an element complete in itself, an attribute by its name.
func isWhole(c *record.Carried) bool {
	switch c.Kind {
	case "element":
		if len(c.Data) < 4 || c.Data[0] != '<' || c.Data[1] == '?' || c.Data[1] == '!' || c.Data[len(c.Data)-1] != '>' {
			return false
		}
		return isEmptyElement(c.Data) || tree.CheckXML(c.Data, tree.XMLOptions{}) == nil
	case "attribute":
		return isAttributeName(c.Name)
	}
	return true
}

// isEmptyElement knows an empty element of no namespace but the document's own, with plain attributes alone, as most that
// are carried are. It may be false of others, never true of what is none.
func isEmptyElement(s string) bool {
	n, end := 1, len(s)-len("/>")
	if end < 2 || s[0] != '<' || s[end:] != "/>" {
		return false
	}
	name := func() string {
		from := n
		for n < end && isNameByte(s[n]) {
			n++
		}
		if from == n || s[from] == '-' || s[from] == '.' || s[from] >= '0' && s[from] <= '9' {
			return ""
		}
		return s[from:n]
	}
	if name() == "" {
		return false
	}
	var room [8]string
	for seen := room[:0]; ; {
		from := n
		for n < end && s[n] == ' ' {
			n++
		}
		if n == end {
			return true
		}
		attr := name()
		if attr == "" || n-len(attr) == from || n+1 >= end || s[n:n+2] != `="` || len(seen) == len(room) || slices.Contains(seen, attr) {
			return false
		}
		seen = append(seen, attr)
		n += 2
		if n += plainLen(s[n:end]); n >= end || s[n] != '"' {
			return false
		}
		n++
	}
}
