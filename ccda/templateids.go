package ccda

import "github.com/portage-health/portage/internal/tree"

// templateID is a template id of a statement, as it stands there.
type templateID struct {
	node tree.Node
	root tree.Node // the attribute, absent where there is none
	id   string    // its value
}

// templateList holds the template ids of one node.
type templateList struct {
	of   tree.Node
	list []templateID
}

// templateLists are those of the nodes that were asked last: one after the other
// asks a statement for its templates.
type templateLists [16]templateList

// templateIDs gives the template ids of n. They are good until those of another node are asked for.
func (r *reader) templateIDs(n tree.Node) []templateID {
	if !n.OK() {
		return nil
	}
	l := &r.templatesOf[n.Index()%len(r.templatesOf)]
	if l.of == n {
		return l.list
	}
	l.of, l.list = n, l.list[:0]
	for t := n.Child("templateId"); t.OK(); t = t.NextNamed() {
		root := t.Attr(attrRoot)
		l.list = append(l.list, templateID{t, root, root.Value()})
	}
	return l.list
}

func (t *templateLists) clear() {
	for i := range t {
		clear(t[i].list[:cap(t[i].list)])
		t[i] = templateList{list: t[i].list[:0]}
	}
}
