package ccda

import (
	"iter"
	"strconv"
	"strings"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/internal/room"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Namespaces of CDA and of its extensions (CDA R2; SDTC extensions; XML Schema part 1, 2.6).
const (
	spaceCDA  = "urn:hl7-org:v3"
	spaceSDTC = "urn:hl7-org:sdtc"
	spaceXSI  = "http://www.w3.org/2001/XMLSchema-instance"
)

// reader reads one document into one record. What it takes is marked in the
// ledger; the sweep carries the rest. All its methods accept the absent node.
type reader struct {
	*desk
	doc *tree.Doc
	rec *record.Record
	rep *record.Report

	maker  *ids.Maker
	source string // Source.ID
	docID  string // the document's own entry
	docKey string // what identifies the document, for ids made of a place

	sec          tree.Node       // the section being read
	secPath      string          // its path
	current      *record.Section // and what is made of it
	document     *record.Document
	expected     expected
	shared       map[identKey]bool
	united       map[identKey]identKey
	onStatements *statementIdents
	again        bool // an identifier turned out to be shared: the document must be read again

	// The header's encounter is the first of the record; the entry that repeats it, by its index.
	hasEncounter     bool
	entryOfEncounter int
	toEncounters     []*record.Ref // by an identifier alone
	pending          []pendingRef
	hanging          []pendingRef // by which relationships entries name others
	marked           []marking    // privacy markings of people and places

	forms      []formed    // what comes back as the source has it, though it says nothing
	idle       []int32     // elements that say nothing, and come back where they are carried
	texts      []tree.Node // the narratives of all sections
	narrations *narrations // what is made of them
	unnarrated []unnarrated
	known      []nameFacts // by the number of a name

	lastTime struct{ sent, iso string } // the last time that was read

	said      map[int]string // long words of the narrative that something refers to, by the element
	saidBytes int            // how many were said, each as often as it was

	room rooms
}

// rooms are for what a record has very many of.
type rooms struct {
	paths      room.Texts
	terms      room.Of[string]
	origin     room.Of[record.Origin]
	identities room.Of[record.Identifier]
	codings    room.Of[record.Coding]
	coded      room.Of[record.Concept]
	times      room.Of[record.Time]
	periods    room.Of[record.Period]
	links      room.Of[record.NarrativeLink]
	parts      room.Of[record.NamePart]
	named      room.Of[record.Name]
	located    room.Of[record.Address]
	reached    room.Of[record.Telecom]
	played     room.Of[record.Participation]
	values     room.Of[record.Value]
	measured   room.Of[record.Quantity]
	refs       room.Of[record.Ref]
}

// take marks a leaf: an attribute or a text whose value lands in a typed field.
func (r *reader) take(n tree.Node) {
	if n.OK() && r.doc.IsLeaf(n.Index()) {
		r.led.Take(n.Index())
	}
}

// scaffold marks a leaf that says only how the document is built, and was checked.
func (r *reader) scaffold(n tree.Node) {
	if n.OK() && r.doc.IsLeaf(n.Index()) {
		r.led.Scaffold(n.Index())
	}
}

// attr takes an attribute; "" when absent.
func (r *reader) attr(n tree.Node, name string) string {
	a := n.Attr(name)
	if !a.OK() {
		return ""
	}
	r.led.Take(a.Index())
	return a.Value()
}

// fixed checks an attribute that the standard or the template fixes. It reports
// whether the attribute has one of the values. Another value is left to be
// carried, with an issue.
func (r *reader) fixed(n tree.Node, name string, want ...string) bool {
	return r.fixedLeaf(n.Attr(name), want...)
}

func (r *reader) fixedLeaf(a tree.Node, want ...string) bool {
	if !a.OK() {
		return false
	}
	v := a.Value()
	for _, w := range want {
		if v == w {
			r.led.Scaffold(a.Index())
			return true
		}
	}
	r.issue(record.IssueUnexpectedFixed, a)
	return false
}

// fixedCode checks a code element whose code the template fixes: code and
// codeSystem must be as given. displayName and codeSystemName are scaffold
// where they are among those known, else they are left to be carried without a word.
func (r *reader) fixedCode(n tree.Node, system, code string, displays ...string) bool {
	if !n.OK() || n.Attr("code").Value() != code {
		return false
	}
	if s := n.Attr("codeSystem"); s.OK() && s.Value() != system {
		return false
	}
	r.scaffold(n.Attr("code"))
	r.scaffold(n.Attr("codeSystem"))
	if d := n.Attr("displayName"); d.OK() {
		v := d.Value()
		for _, w := range displays {
			if strings.EqualFold(v, w) {
				r.scaffold(d)
			}
		}
	}
	if d := n.Attr("codeSystemName"); d.OK() {
		v := d.Value()
		for _, w := range systemNames(system) {
			if strings.EqualFold(v, w) {
				r.scaffold(d)
			}
		}
	}
	return true
}

func systemNames(oid string) []string {
	switch oid {
	case oidLOINC:
		return []string{"LOINC"}
	case oidSNOMED:
		return []string{"SNOMED CT", "SNOMED-CT", "SNOMED", "SNOMEDCT", "SNOMED Clinical Terms"}
	case oidActCode:
		return []string{"ActCode", "HL7ActCode", "HL7 ActCode", "ActCode (HL7)"}
	case oidNCI:
		return []string{"NCI Thesaurus", "NCIT", "NCI Thesaurus (NCIt)"}
	case oidRoleClass:
		return []string{"RoleClass", "HL7 RoleClass", "HL7 RoleCode", "HL7 RoleClassRelationship"}
	case oidDICOM:
		return []string{"DCM", "DICOM"}
	case oidActClass:
		return []string{"HL7ActClass", "ActClass", "HL7 ActClass"}
	}
	return nil
}

// Object identifiers that the templates name.
const (
	oidLOINC      = "2.16.840.1.113883.6.1"
	oidSNOMED     = "2.16.840.1.113883.6.96"
	oidActCode    = "2.16.840.1.113883.5.4"
	oidActClass   = "2.16.840.1.113883.5.6"
	oidLevelOne   = "2.16.840.1.113883.10"
	oidNullFlavor = "2.16.840.1.113883.5.1008"
)

// text takes the element's own text, without white space at its ends.
func (r *reader) text(n tree.Node) string {
	if !n.OK() {
		return ""
	}
	var only tree.Node
	count := 0
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() == tree.Text && !c.Blank() {
			count, only = count+1, c
			r.take(c)
		}
	}
	if count > 1 {
		return strings.Trim(n.Text(), " \t\r\n")
	}
	return strings.Trim(only.Value(), " \t\r\n")
}

// releases are the extensions of template ids: the dates of C-CDA's releases and Companion Guides.
func isRelease(ext string) bool {
	switch ext {
	case "2014-06-09", "2014-12-01", "2015-08-01", "2016-03-01", "2016-06-01", "2016-07-01", "2016-11-01", "2017-04-01", "2017-08-01", "2018-06-12", "2018-09-01",
		"2019-06-20", "2019-06-21", "2019-07-01", "2019-10-01", "2019-12-01", "2020-05-19", "2020-11-01", "2021-08-01", "2022-02-14", "2022-06-01",
		"2023-05-01", "2023-06-28", "2023-07-01", "2024-05-01", "2025-05-01", "2026-05-01":
		return true
	}
	return false
}

// templates checks the template ids of n: those with one of the known roots and
// no extension or that of a release are scaffold. Others are left to be carried, each with an issue.
func (r *reader) templates(n tree.Node, known ...string) {
	for _, t := range r.templateIDs(n) {
		root, v, ok := t.root, t.id, false
		if !root.OK() || v == oidLevelOne {
			continue // checked by levelOne
		}
		for _, k := range known {
			if k == v {
				ok = true
				break
			}
		}
		ext := t.node.Attr("extension")
		if !ok || ext.OK() && !isRelease(ext.Value()) {
			r.issue(record.IssueUnknownTemplate, t.node)
			continue
		}
		r.led.Scaffold(root.Index())
		if ext.OK() {
			r.led.Scaffold(ext.Index())
		}
	}
}

// has reports whether n carries a template id with this root, of any release. It marks nothing.
func (r *reader) has(n tree.Node, root string) bool {
	list := r.templateIDs(n)
	for i := range list {
		if list[i].id == root {
			return true
		}
	}
	return false
}

// shape checks classCode and moodCode; no mood means that n has none.
func (r *reader) shape(n tree.Node, class string, moods ...string) {
	if class != "" {
		r.fixed(n, "classCode", class)
	}
	if len(moods) > 0 {
		r.fixed(n, "moodCode", moods...)
	}
}

// statements are the elements that a clinical statement can be (CDA R2 4.3.6).
func isStatement(name string) bool {
	switch name {
	case "act", "encounter", "observation", "observationMedia", "organizer", "procedure", "regionOfInterest", "substanceAdministration", "supply":
		return true
	}
	return false
}

// statement gives the clinical statement within an entry, entryRelationship or component.
func (r *reader) statement(n tree.Node) tree.Node {
	for c := n.First(); c.OK(); c = c.Next() {
		if r.known[c.NameID()].statement {
			return c
		}
	}
	return tree.Node{}
}

// isRelationship knows the elements that hold a statement within another.
func isRelationship(name string) bool { return name == "entryRelationship" || name == "component" }

// relations gives each entryRelationship and component of n with the statement in it.
func (r *reader) relations(n tree.Node) iter.Seq2[tree.Node, tree.Node] {
	return func(yield func(tree.Node, tree.Node) bool) {
		for c := n.First(); c.OK(); c = c.Next() {
			if !r.known[c.NameID()].relation {
				continue
			}
			if s := r.statement(c); s.OK() && !yield(c, s) {
				return
			}
		}
	}
}

// own says that what is carried below n belongs to the entry or section id.
func (r *reader) own(n tree.Node, id string) {
	if n.OK() && id != "" {
		r.owners.set(n.Index(), id)
	}
}

// slot says that n, a relationship or what hangs on it, holds a part of the entry
// that owns it: the field of the record that the part lands in, with its number
// where that is a list (i is -1 where it is none). What is carried below n then
// finds its way back whatever the order of the relationships.
func (r *reader) slot(n tree.Node, field string, i int) {
	r.slots.set(n.Index(), slot{field, i})
}

// slot is a field of the record, with a number where that is a list.
type slot struct {
	field string
	i     int // -1 where it is none
}

// slotOf gives the slot that a node is by its name, "" where it is none.
func (r *reader) slotOf(node int) string {
	s, _ := r.slots.get(node)
	if s.field == "" || s.i < 0 {
		return s.field
	}
	return s.field + "[" + strconv.Itoa(s.i) + "]"
}

// issue reports something about a place.
func (r *reader) issue(kind record.IssueKind, n tree.Node) {
	line, col := n.Pos()
	r.rep.Issues = append(r.rep.Issues, kind.At(r.path(n), line, col))
}

// release gives back all that was taken in the subtree of n.
func (r *reader) release(n tree.Node) {
	if !n.OK() {
		return
	}
	for i := n.Index(); i < n.End(); i++ {
		r.led.Release(i)
	}
}

// negation takes negationInd. ok is false where its value is no boolean: then it is left to be carried.
func (r *reader) negation(n tree.Node) (negated, ok bool) {
	a := n.Attr("negationInd")
	if !a.OK() {
		return false, true
	}
	switch a.Value() {
	case "true", "1":
		r.led.Take(a.Index())
		if a.Value() == "1" {
			r.form(a)
		}
		return true, true
	case "false", "0":
		r.led.Take(a.Index())
		r.form(a)
		return false, true
	}
	r.issue(record.IssueNegationUnclear, a)
	return false, false
}

// boolean takes a BL: true or false; nil where there is none. Anything else is left to be carried.
func (r *reader) boolean(n tree.Node, name string) *bool {
	a := n.Attr(name)
	if !a.OK() {
		return nil
	}
	switch a.Value() {
	case "true", "1":
		r.led.Take(a.Index())
		return ptr(true)
	case "false", "0":
		r.led.Take(a.Index())
		return ptr(false)
	}
	return nil
}

func ptr[T any](v T) *T { return &v }
