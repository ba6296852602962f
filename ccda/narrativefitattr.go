package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// attributes gives the attributes that the schema has for an element.
func (f *fitter) attributes(i int, kind, style string) []record.NarrativeAttr {
	nd := &f.n.Nodes[i]
	f.told[i] |= toldAttrs
	var out []record.NarrativeAttr
	ordered, struck := nd.Kind == "ol", kind == "content" && nd.IsStruck()
	for j := range nd.Attrs {
		a := nd.Attrs[j]
		v, ok := f.attribute(a.Name, a.Value, kind)
		ok = ok && !(struck && a.Name == "revised" && v != "delete")
		if !ok || slices.ContainsFunc(out, func(x record.NarrativeAttr) bool { return x.Name == a.Name }) {
			f.w.In("narrative", -1)
			f.w.In("nodes", i)
			f.w.In("attrs", j)
			f.w.Drop("", &nd.Attrs[j], &withheld)
			f.w.Leave()
			f.w.Leave()
			f.w.Leave()
			continue
		}
		if a.Name == "styleCode" && style != "" {
			v, style = style+" "+v, ""
		}
		if v != a.Value {
			f.note(&altered, i, "attrs")
		}
		ordered = ordered && a.Name != "listType"
		out = append(out, record.NarrativeAttr{Name: a.Name, Value: v})
	}
	if style != "" && kind != "sub" && kind != "sup" && kind != "br" {
		out = append(out, record.NarrativeAttr{Name: "styleCode", Value: style})
	}
	if struck && !slices.ContainsFunc(out, func(x record.NarrativeAttr) bool { return x.Name == "revised" }) {
		f.note(&altered, i, "attrs")
		out = append(out, revisedAway...)
	}
	if ordered {
		out = append(out, record.NarrativeAttr{Name: "listType", Value: "ordered"})
	}
	return out
}

const cellAttrs = "abbr axis headers scope rowspan colspan align char charoff valign"

// attribute gives the value of an attribute as the schema has it; ok is false where the element has none such.
func (f *fitter) attribute(name, v, kind string) (string, bool) {
	if kind == "sub" || kind == "sup" || kind == "br" {
		return "", false
	}
	own := ""
	switch kind {
	case "table":
		own = "summary width border frame rules cellspacing cellpadding"
	case "col", "colgroup":
		own = "span width align char charoff valign"
	case "thead", "tbody", "tfoot", "tr":
		own = "align char charoff valign"
	case "td", "th":
		own = cellAttrs
	case "list":
		own = "listType"
	case "linkHtml":
		own = "name href rel rev title"
	case "content":
		own = "revised"
	case "renderMultiMedia":
		own = "referencedObject"
	case "footnoteRef":
		own = "IDREF"
	}
	switch {
	case name == "styleCode":
		v = tokens(v)
		return v, v != ""
	case name == "language":
		return v, v != "" && tokens(v) == v && !strings.Contains(v, " ")
	case !isAllowed(name, own):
		return "", false
	}
	list := ""
	switch name {
	case "align":
		list = "left center right justify char"
	case "valign":
		list = "top middle bottom baseline"
	case "scope":
		list = "row col rowgroup colgroup"
	case "frame":
		list = "void above below hsides lhs rhs vsides box border"
	case "rules":
		list = "none groups rows cols all"
	case "listType":
		list = "ordered unordered"
	case "revised":
		list = "insert delete"
	case "headers", "IDREF", "referencedObject":
		return f.references(v)
	case "href":
		return f.link(v)
	}
	if list != "" {
		v = strings.ToLower(v)
		return v, isAllowed(v, list)
	}
	return v, true
}

// references gives IDs that are in the document, as it has them; the others are dropped.
func (f *fitter) references(v string) (string, bool) {
	var out []string
	for id := range strings.FieldsSeq(v) {
		if name, ok := f.target(id); ok {
			out = append(out, name)
		}
	}
	return strings.Join(out, " "), len(out) > 0
}

// target gives the name of what an ID of the source names in the document: a picture, or a place in a narrative.
func (f *fitter) target(id string) (string, bool) {
	if name, ok := f.w.said.media[id]; ok {
		return name, true
	}
	if a := f.w.said.find(f.s, id); a != nil {
		return a.name, true
	}
	return "", false
}

// link gives the target of a link: a place in the document as it has it, or an address that does nothing but lead there.
func (f *fitter) link(v string) (string, bool) {
	if id, ok := strings.CutPrefix(v, "#"); ok {
		if a := f.w.said.find(f.s, id); a != nil {
			return "#" + a.name, true
		}
		return "", false
	}
	return v, record.SafeLink(v)
}

// tokens keeps of a list of names those that the schema takes for one (XML 1.0, Nmtokens).
func tokens(v string) string {
	var out []string
	for t := range strings.FieldsSeq(v) {
		if !strings.ContainsFunc(t, func(c rune) bool {
			return c < 0x80 && !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' || c == ':')
		}) {
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}
