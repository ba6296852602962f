package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// The writers of datatypes take what they write: the value is cleared, and what
// CDA has no place for is dropped by name. name is the element's, leaf the
// field's in the record.

// concept writes a CD, CE or CV; none where nothing is said.
func (w *writer) concept(name, leaf string, c *record.Concept) {
	if c.IsZero() {
		return
	}
	w.el(name)
	w.conceptContent(leaf, c)
	w.end()
}

// conceptPtr is concept for a field that may be nil.
func (w *writer) conceptPtr(name, leaf string, c **record.Concept) {
	if *c != nil {
		x := **c
		w.concept(name, leaf, &x)
		*c = nil
	}
}

// concepts writes a list of concepts, each as an element.
func (w *writer) concepts(name, leaf string, list *[]record.Concept) {
	for i := range *list {
		x := (*list)[i]
		w.In(leaf, i)
		w.concept(name, "", &x)
		w.Leave()
	}
	*list = nil
}

// wordsBeside writes the text of an observation that is one answer, where the
// source had the words of the answer there, and takes them (see reader.answer).
func (w *writer) wordsBeside(leaf string, c *record.Concept) {
	if !c.TextBeside || w.strict {
		return
	}
	w.In(leaf, -1)
	w.refText("text", &c.Text, &c.TextRef)
	w.Leave()
}

// wordsBesidePtr is wordsBeside for a field that may be nil.
func (w *writer) wordsBesidePtr(leaf string, c **record.Concept) {
	if *c != nil && (*c).TextBeside {
		x := **c
		w.wordsBeside(leaf, &x)
		*c = &x
	}
}

// codedValue writes a concept with xsi:type CD, as the value of an observation has it.
// One that was words alone is of type ST again.
func (w *writer) codedValue(name, leaf string, c *record.Concept) {
	if c.IsZero() {
		return
	}
	w.el(name)
	if c.TextPlain && len(c.Codings) == 0 && !w.strict {
		w.plainWords(leaf, c)
		w.end()
		return
	}
	w.attr("xsi:type", "CD")
	w.conceptContent(leaf, c)
	w.end()
}

// plainWords writes words as a value of type ST (CDA R2 ST), into the element at hand.
func (w *writer) plainWords(leaf string, c *record.Concept) {
	w.attr("xsi:type", "ST")
	w.In(leaf, -1)
	defer w.Leave()
	w.nullFlavor("absent", &c.Absent)
	text, ref := w.told(c.Text, c.TextRef)
	if ref == "" && c.TextRef != "" {
		w.lostAnchor("textRef", c.Text, c.TextRef)
	}
	w.text(text)
	if ref != "" {
		w.leaf("reference", "value", "#"+ref)
	}
	*c = record.Concept{}
}

// conceptContent writes the attributes and the parts of a coded value into the element at hand.
func (w *writer) conceptContent(leaf string, c *record.Concept) {
	if leaf != "" {
		w.In(leaf, -1)
		defer w.Leave()
	}
	main := -1
	// A coding that only says that it is absent is a translation: of the first the concept says so.
	if len(c.Codings) > 0 && (c.Absent == "" || c.Codings[0].Code == "") && (c.Codings[0].Absent == "" || c.Codings[0].Code != "") {
		main = 0
		w.codingAttrs("codings", 0, &c.Codings[0], c.Absent != "")
	}
	w.nullFlavor("absent", &c.Absent)
	w.originalText(&c.Text, &c.TextRef)
	if main == 0 {
		w.qualifiers("codings", 0, &c.Codings[0])
	}
	w.translations(c.Codings, main+1)
	if main == 0 && c.Codings[0].Text != "" {
		w.dropIn("codings", 0, "text", c.Codings[0].Text)
	}
	*c = record.Concept{}
}

// translations writes codings, from one of them on, as translations of a coded value.
func (w *writer) translations(list []record.Coding, from int) {
	for i := from; i < len(list); i++ {
		w.el("translation")
		w.codingAttrs("codings", i, &list[i], false)
		if text, ref := list[i].Text, list[i].TextRef; text != "" {
			w.refText("originalText", &text, &ref)
		}
		w.qualifiers("codings", i, &list[i])
		w.end()
	}
}

func (w *writer) dropIn(list string, i int, leaf, v string) { w.dropInWhy(list, i, leaf, v, &lost) }

func (w *writer) dropInWhy(list string, i int, leaf, v string, why *record.IssueKind) {
	w.In(list, i)
	w.DropString(leaf, v, why)
	w.Leave()
}

// codingAttrs writes a coding as attributes. null says that the element has a nullFlavor of its own.
func (w *writer) codingAttrs(list string, i int, c *record.Coding, null bool) {
	code := c.Code
	if w.strict && !isCS(code) {
		w.In(list, i)
		w.DropString("code", code, &withheld)
		w.Leave()
		if !null && c.Absent == "" {
			w.at("nullFlavor", "OTH")
		}
		code = ""
	}
	w.at("code", code)
	root, name := w.codeSystem(list, i, c)
	w.at("codeSystem", root)
	w.at("codeSystemName", name)
	w.at("codeSystemVersion", c.Version)
	w.at("displayName", c.Display)
	w.valueSet(list, i, c.ValueSet)
	w.at("sdtc:valueSetVersion", c.ValueSetVersion)
	if c.Absent != "" && !null {
		absent := c.Absent
		w.In(list, i)
		w.nullFlavor("absent", &absent)
		w.Leave()
	}
	if c.UserSelected != nil {
		w.dropBool(list, i, "userSelected")
	}
}

// valueSet writes sdtc:valueSet, which is an OID.
func (w *writer) valueSet(list string, i int, v string) {
	v = strings.TrimPrefix(v, urnOID)
	if w.strict && !codes.IsOID(v) {
		w.dropInWhy(list, i, "valueSet", v, &withheld)
		return
	}
	w.at("sdtc:valueSet", v)
}

func (w *writer) dropBool(list string, i int, leaf string) { w.dropIn(list, i, leaf, "true") }

// codeSystem gives codeSystem and codeSystemName of a coding. A URI that has no
// OID stands as the name: CDA knows code systems by OID alone (CDA R2 CD.codeSystem).
func (w *writer) codeSystem(list string, i int, c *record.Coding) (root, name string) {
	root, name = c.SystemAsSent, c.SystemName
	if c.System != "" && !codes.IsOID(root) && !codes.IsUUID(root) { // what other formats call it (HL7 v2 table 0396) names nothing here
		root = ""
	}
	if root == "" && c.System != "" {
		x := w.roots.of(c.System)
		if root = x.root; x.uid {
			return root, name
		}
	}
	if root == "" || isUID(root) {
		return root, name
	}
	if c.System != "" && name == "" {
		return "", c.System
	}
	if w.strict {
		leaf := "systemAsSent"
		if c.System != "" {
			leaf = "system"
		}
		w.dropInWhy(list, i, leaf, root, &withheld)
		return "", name
	}
	return root, name
}

// latelyRoots remembers what systems were asked for last: few are in use at a time.
type latelyRoots [32]rootOfSystem

// rootOfSystem is what CDA has for a system of codes or identifiers.
type rootOfSystem struct {
	system string
	root   string // the system itself where CDA has none
	ok     bool   // CDA has one
	uid    bool   // the root is what the schema has for a uid
}

func (t *latelyRoots) of(system string) *rootOfSystem {
	x := &t[(int(system[len(system)-1])+5*int(system[len(system)/2])+3*len(system))%len(t)]
	if x.system == system {
		return x
	}
	root, ok := codes.ToCDA(system)
	if !ok {
		root = system
	} else if codes.IsUUID(root) {
		root = strings.TrimPrefix(system, urnUUID)
	}
	*x = rootOfSystem{system, root, ok, isUID(root)}
	return x
}

// isUID reports whether s is what the schema has for a uid: an OID, a UUID or a RUID.
func isUID(s string) bool {
	if codes.IsOID(s) || codes.IsUUID(s) {
		return true
	}
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c != '-' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

// isCS reports whether s is what the schema has for a code: no white space.
func isCS(s string) bool {
	for i := range len(s) {
		if c := s[i]; c == ' ' || c == '\t' || c == '\r' || c == '\n' {
			return false
		}
	}
	return true
}

// originalText writes the original text of a coded value: its reference into the
// narrative where the narrative of the source stands, and the text where that does not say it.
func (w *writer) originalText(text, ref *string) {
	w.refText("originalText", text, ref)
}

// refText writes an element that holds a text, a reference into the narrative, or both.
func (w *writer) refText(name string, text, ref *string) {
	said, at := take(text), take(ref)
	t, r := w.told(said, at)
	if r == "" && at != "" {
		w.lostAnchor("textRef", said, at)
	}
	if t == "" && r == "" {
		return
	}
	if r == "" && w.rowText && w.row != nil {
		r = w.row.anchor()
	}
	w.el(name)
	w.text(t)
	if r != "" {
		w.leaf("reference", "value", "#"+r)
	}
	w.end()
}

// lostAnchor names a reference into a narrative that is not there, unless the text that it stands for is.
func (w *writer) lostAnchor(leaf, text, ref string) {
	if text == "" {
		w.DropString(leaf, ref, &lostAnchors)
	}
}

// lostAnchors is for references into a narrative that is not in the document.
var lostAnchors = record.IssueLost.Because("the narrative that this points to is not in the document")

func (w *writer) qualifiers(list string, i int, c *record.Coding) {
	if len(c.Qualifiers) == 0 {
		return
	}
	if w.strict && !w.isCD() {
		w.In(list, i)
		w.Drop("qualifiers", c.Qualifiers, &withheld)
		w.Leave()
		return
	}
	w.In(list, i)
	for k := range c.Qualifiers {
		q := &c.Qualifiers[k]
		w.el("qualifier")
		if q.Inverted != nil {
			w.at("inverted", boolText(*q.Inverted))
		}
		w.In("qualifiers", k)
		w.qualifierPart("name", &q.Name)
		w.qualifierPart("value", &q.Value)
		w.Leave()
		w.end()
	}
	w.Leave()
}

// isCD reports whether the element at hand is a CD, which alone has qualifiers; the schema has a CE at many places.
func (w *writer) isCD() bool {
	n := len(w.open)
	switch w.open[n-1].name {
	case "value", "translation", "approachSiteCode", "targetSiteCode", "name":
		return true
	case "code":
		if n < 2 {
			return false
		}
		switch up := w.open[n-2].name; up {
		case "organizer", "criterion", "observationRange", "externalAct", "externalObservation", "externalProcedure":
			return true
		default:
			return isStatement(up)
		}
	}
	return false
}

func (w *writer) qualifierPart(name string, c *record.Coding) {
	if c.IsZero() {
		return
	}
	w.el(name)
	w.codingAttrs(name, -1, c, false)
	w.qualifiers(name, -1, c)
	if c.Text != "" {
		w.dropIn(name, -1, "text", c.Text)
	}
	w.end()
}
