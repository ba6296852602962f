package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// nullFlavor takes @nullFlavor (CDA R2 ANY.nullFlavor). A value that is none is left to be carried, with an issue.
func (r *reader) nullFlavor(n tree.Node) record.AbsentReason {
	a := n.Attr("nullFlavor")
	if !a.OK() {
		return ""
	}
	v := a.Value()
	reason, ok := codes.NullFlavor().To(v)
	if !ok {
		if reason, ok = nullFlavorQuirk(v); !ok {
			r.issue(record.IssueUnexpectedFixed, a)
			return ""
		}
		r.issue(issueRepaired, a)
	}
	r.led.Take(a.Index())
	return reason
}

// typePart gives a part of a datatype. Those are in CDA's namespace also where
// the element that has the type is one of the SDTC extensions.
func typePart(n tree.Node, name string) tree.Node {
	if n.Space() == spaceSDTC {
		return n.ChildNS(spaceCDA, name)
	}
	return n.Child(name)
}

// xsiType checks xsi:type against the types that n may have here. ok is true where there is none.
func (r *reader) xsiType(n tree.Node, want ...string) (ok bool) {
	a := n.AttrNS(spaceXSI, "type")
	if !a.OK() {
		return true
	}
	t := localType(a)
	for _, w := range want {
		if t == w {
			r.led.Scaffold(a.Index())
			return true
		}
	}
	return false
}

// codedType checks the type of a coded value. CD can hold what all of them hold;
// that a narrower one was named is left to be carried.
func (r *reader) codedType(n tree.Node) bool {
	a := n.AttrNS(spaceXSI, "type")
	if localType(a) == "CD" {
		r.scaffold(a)
		return true
	}
	return !a.OK() || isCodedType(a)
}

// isCodedType knows xsi:type where it names a type that restricts CD.
func isCodedType(a tree.Node) bool {
	return a.Name() == "type" && a.Space() == spaceXSI && restrictsCD(a.Value())
}

func restrictsCD(typ string) bool {
	switch typ[strings.LastIndexByte(typ, ':')+1:] {
	case "CE", "CV", "CS", "CO":
		return true
	}
	return false
}

func localType(a tree.Node) string {
	v := a.Value()
	if i := strings.LastIndexByte(v, ':'); i >= 0 {
		return v[i+1:]
	}
	return v
}

// coding takes the attributes of a CD, CE, CV or CS: not its parts.
func (r *reader) coding(n tree.Node) record.Coding {
	var c record.Coding
	if !n.OK() {
		return c
	}
	for a := range n.Attrs() {
		switch a.Space() {
		case "":
			switch a.Name() {
			case "code":
				c.Code = a.Value()
			case "codeSystem":
				root := a.Value()
				s := r.system(root)
				c.System, c.SystemAsSent = s.uri, s.asSent
				if !s.coded {
					s.coded = true
					if c.System == root || strings.HasPrefix(c.System, urnOID) || strings.HasPrefix(c.System, urnUUID) {
						r.checkCodeSystem(a, c.System)
					}
				}
			case "codeSystemName":
				c.SystemName = a.Value()
			case "codeSystemVersion":
				c.Version = a.Value()
			case "displayName":
				c.Display = a.Value()
			default:
				continue
			}
		case spaceSDTC:
			switch a.Name() {
			case "valueSet":
				c.ValueSet = a.Value()
			case "valueSetVersion":
				c.ValueSetVersion = a.Value()
			default:
				continue
			}
		default:
			continue
		}
		r.led.Take(a.Index())
	}
	return c
}

func (r *reader) checkCodeSystem(a tree.Node, uri string) {
	if _, known := codes.KindOf(uri); !known {
		r.issue(record.IssueUnknownCodeSystem, a)
	}
}

// concept takes a CD, CE, CV, CO or CS: its code, every translation in order
// (nested ones after the one they are of), qualifiers and original text.
func (r *reader) concept(n tree.Node) record.Concept {
	var c record.Concept
	if !n.OK() || !r.codedType(n) {
		return c
	}
	first := r.coding(n)
	if absent := r.nullFlavor(n); first.Code == "" {
		c.Absent = absent
	} else {
		first.Absent = absent
	}
	if !n.First().OK() { // most codes are attributes alone
		if !first.IsZero() {
			c.Codings = append(r.room.codings.List(1), first)
		}
		return c
	}
	r.originalText(n, &c.Text, &c.TextRef)
	count := 0
	for t := n.First(); t.OK(); t = t.Next() {
		if t.Kind() == tree.Element && t.Name() == "translation" {
			count++
		}
	}
	if !first.IsZero() {
		c.Codings = r.room.codings.List(1 + count)
		first.Qualifiers = r.qualifiers(n)
		c.Codings = append(c.Codings, first)
	} else if count > 0 {
		c.Codings = r.room.codings.List(count)
	}
	c.Codings = r.translations(n, c.Codings)
	return c
}

func (r *reader) translations(n tree.Node, out []record.Coding) []record.Coding {
	for t := typePart(n, "translation"); t.OK(); t = t.NextNamed() {
		if !r.codedType(t) {
			continue
		}
		c := r.coding(t)
		c.Absent = r.nullFlavor(t)
		r.originalTextOf(t, &c.Text, &c.TextRef)
		c.Qualifiers = r.qualifiers(t)
		if !c.IsZero() {
			out = append(out, c)
		}
		out = r.translations(t, out)
	}
	return out
}

func (r *reader) qualifiers(n tree.Node) []record.Qualifier {
	var out []record.Qualifier
	for q := typePart(n, "qualifier"); q.OK(); q = q.NextNamed() {
		x := record.Qualifier{Name: r.qualifierPart(typePart(q, "name")), Value: r.qualifierPart(typePart(q, "value")), Inverted: r.boolean(q, "inverted")}
		out = append(out, x)
	}
	return out
}

func (r *reader) qualifierPart(n tree.Node) record.Coding {
	if !n.OK() || !r.codedType(n) {
		return record.Coding{}
	}
	c := r.coding(n)
	c.Absent = r.nullFlavor(n)
	c.Qualifiers = r.qualifiers(n)
	return c
}

// conceptPtr is concept, nil where there is nothing.
func (r *reader) conceptPtr(n tree.Node) *record.Concept {
	if !n.OK() {
		return nil
	}
	if c := r.concept(n); !c.IsZero() {
		return r.room.coded.One(&c)
	}
	return nil
}

// concepts takes every child of n with this name.
func (r *reader) concepts(n tree.Node, name string) []record.Concept {
	var few [2]record.Concept
	out := few[:0]
	for c := n.Child(name); c.OK(); c = c.NextNamed() {
		if x := r.concept(c); !x.IsZero() {
			out = append(out, x)
		}
	}
	return r.room.coded.Keep(out)
}

// originalText takes originalText: text of its own, and a reference into the narrative.
func (r *reader) originalText(n tree.Node, text, ref *string) {
	o := typePart(n, "originalText")
	if !o.OK() {
		return
	}
	if saysNothing(o) {
		r.form(o)
		return
	}
	*text, *ref = r.referencedText(o)
}

// originalTextOf is originalText where only the text can be kept: a reference is taken if it gives a text.
func (r *reader) originalTextOf(n tree.Node, text, ref *string) {
	o := typePart(n, "originalText")
	if !o.OK() {
		return
	}
	if *text = r.text(o); *text != "" {
		return
	}
	v := typePart(o, "reference").Attr("value")
	anchor := strings.TrimPrefix(v.Value(), "#")
	if t := r.anchor(anchor); t.OK() {
		if *text, _ = r.saidAt(t); *text != "" {
			*ref = anchor
			r.take(v)
		}
	}
}

// referencedText takes the text of an ED that may hold its text or point to it
// in the narrative (CDA R2 4.3.5.1). Text of its own comes before the narrative's.
func (r *reader) referencedText(n tree.Node) (text, ref string) {
	text = r.text(n)
	a := typePart(n, "reference").Attr("value")
	if !a.OK() {
		return text, ""
	}
	v := a.Value()
	anchor, hash := strings.CutPrefix(v, "#")
	target := r.anchor(anchor)
	if !hash {
		if !target.OK() {
			return text, "" // the address of something outside: left to be carried
		}
		r.issue(issueRepaired, a)
		r.form(a)
	}
	if anchor == "" {
		return text, ""
	}
	r.led.Take(a.Index())
	if !target.OK() {
		r.issue(record.IssueNarrativeReference, a)
	} else if text == "" {
		var said bool
		if text, said = r.saidAt(target); !said {
			r.issue(saidTooOften, a)
		}
	}
	return text, anchor
}

// label takes a confidentialityCode.
func (r *reader) label(n tree.Node) (record.Label, bool) {
	c := r.coding(n)
	c.Absent = r.nullFlavor(n)
	return record.Label{Kind: "confidentiality", Coding: c}, !c.IsZero()
}

func (r *reader) labels(n tree.Node) []record.Label {
	var out []record.Label
	for _, space := range [...]string{n.Space(), spaceSDTC} {
		for c := n.ChildNS(space, "confidentialityCode"); c.OK(); c = c.NextNamed() {
			if l, ok := r.label(c); ok {
				out = append(out, l)
			}
		}
	}
	return out
}

// isUCUM reports whether a unit is a code of UCUM, which CDA demands of every unit (CDA R2 PQ.unit).
func (r *reader) isUCUM(unit string) bool {
	ok, seen := r.units[unit]
	if !seen {
		ok = codes.UCUM(unit) == record.Yes
		r.units[unit] = ok
	}
	return ok
}
