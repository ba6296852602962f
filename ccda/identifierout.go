package ccda

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// ids writes the identifiers of an entry as id elements.
func (w *writer) identifiers(name, leaf string, list *[]record.Identifier) {
	for i := range *list {
		x := (*list)[i]
		if x.Absent != "" && x.Value == "" && x.SystemAsSent == "" && w.again() {
			continue
		}
		w.In(leaf, i)
		w.identifier(name, "", &x)
		w.Leave()
	}
	*list = nil
}

// identifier writes an II.
func (w *writer) identifier(name, leaf string, i *record.Identifier) {
	if i.IsZero() {
		return
	}
	if leaf != "" {
		w.In(leaf, -1)
		defer w.Leave()
	}
	w.el(name)
	w.identifierContent(i)
	w.end()
}

// identifierContent writes the attributes of an II into the element at hand.
func (w *writer) identifierContent(i *record.Identifier) {
	w.nullFlavor("absent", &i.Absent)
	root, ext := w.rootOf(i)
	w.at("root", root)
	w.at("extension", ext)
	w.at("assigningAuthorityName", take(&i.Assigner))
	w.flag("displayable", &i.Displayable)
	i.System, i.SystemAsSent, i.Value, i.ValueAsSent = "", "", "", ""
	if !i.IsZero() {
		w.rest(i)
	}
}

// identifierPtr is identifier for a field that may be nil.
func (w *writer) identifierPtr(name, leaf string, i **record.Identifier) {
	if *i != nil {
		x := **i
		w.identifier(name, leaf, &x)
		*i = nil
	}
}

// rootOf gives root and extension of an identifier (C-CDA on FHIR, "FHIR
// identifier → CDA id"): the contrary of reader.identity.
func (w *writer) rootOf(i *record.Identifier) (root, ext string) {
	value := i.Value
	if i.ValueAsSent != "" {
		value = i.ValueAsSent
	}
	switch {
	case i.System == record.SystemURI && i.SystemAsSent == "":
		if root = i.ValueAsSent; !isUID(root) { // what was sent as an extension is no root
			root, value = i.Value, i.Value
			for _, p := range [...]string{urnOID, urnUUID} {
				if rest, ok := strings.CutPrefix(root, p); ok && (isUID(rest) || w.native && !w.strict) {
					return rest, ""
				}
			}
		}
		if isUID(root) {
			return root, ""
		}
		return oidURI, value
	case i.SystemAsSent == oidURI:
		return oidURI, value
	case i.SystemAsSent != "" && (i.System == "" || isUID(i.SystemAsSent) || w.native && !w.strict):
		root = i.SystemAsSent // what other formats call the system, and FHIR an OID, is no root
	case i.System == "":
		return "", value
	default:
		x := w.roots.of(i.System)
		if root = x.root; !x.ok && !strings.Contains(i.System, ":") {
			// No URI, but a root as it was sent.
		} else if !x.ok {
			// A system that has no OID: system and value in one (C-CDA on FHIR).
			return oidURI, i.System + "/" + value
		}
	}
	if w.strict && !isUID(root) {
		if i.System != "" && i.System == root {
			return oidURI, root + "/" + value
		}
		leaf := "systemAsSent"
		if i.System != "" {
			leaf = "system"
		}
		w.DropString(leaf, root, &withheld)
		return "", value
	}
	return root, value
}

// labels writes confidentialityCode elements; sensitivities that are none of
// HL7's confidentiality codes stand in privacy markings (see privacy).
func (w *writer) labels(list *[]record.Label) {
	for i := range *list {
		w.In("labels", i)
		w.label(&(*list)[i])
		w.Leave()
	}
	*list = nil
}

// label writes a label as confidentialityCode. How long it holds has no place there.
func (w *writer) label(l *record.Label) {
	c := l.Coding
	w.el("confidentialityCode")
	w.codingAttrs("coding", -1, &c, false)
	w.end()
	w.dropIn("coding", -1, "text", c.Text)
	w.Drop("coding.qualifiers", c.Qualifiers, &lost)
	w.Drop("when", l.When, &lost)
}
