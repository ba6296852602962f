package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// statementIdents are the identifiers that stand on statements. One such tells no
// person or organization from another: it is shared (a bare UUID as everybody's root).
type statementIdents struct {
	first    map[systemValue]int32 // the first statement with the identifier
	repeated map[statementKey]bool // of those on more than one statement, by shape: true where several of one shape have it
}

type systemValue struct{ system, value string }

// statementKey is an identifier on a statement of one shape.
type statementKey struct {
	name, template string
	systemValue
}

func keyOfStatement(n tree.Node, id systemValue) statementKey {
	return statementKey{n.Name(), kindTemplate(firstTemplate(n)), id}
}

// kindTemplate gives one template for those whose statements become entries of
// one kind: what is planned beside what was given, the concern about an allergy beside that about a problem.
func kindTemplate(template string) string {
	switch template {
	case "2.16.840.1.113883.10.20.22.4.42": // Planned Medication Activity
		return "2.16.840.1.113883.10.20.22.4.16"
	case "2.16.840.1.113883.10.20.22.4.120": // Planned Immunization Activity
		return "2.16.840.1.113883.10.20.22.4.52"
	case "2.16.840.1.113883.10.20.22.4.30": // Allergy Concern Act
		return "2.16.840.1.113883.10.20.22.4.3"
	}
	return template
}

// has reports whether the identifier stands on a statement.
func (s *statementIdents) has(x *record.Identifier) bool {
	_, ok := s.first[systemValue{x.System, x.Value}]
	return ok
}

// several reports whether the identifier stands on several statements of the shape of n.
func (s *statementIdents) several(n tree.Node, x *record.Identifier) bool {
	return len(s.repeated) > 0 && s.repeated[keyOfStatement(n, systemValue{x.System, x.Value})]
}

// findStatementIdents looks at the first usable identifier of each statement, so
// that the document need not be read twice for those that stand on several.
func (r *reader) findStatementIdents() *statementIdents {
	wanted := make([]bool, len(r.known))
	for i := range wanted {
		wanted[i] = r.known[i].statement
	}
	var room [256]int32
	statements := room[:0]
	for n := range r.doc.ElementsOf(wanted) {
		statements = append(statements, int32(n.Index()))
	}
	s := &r.idsSeen
	for _, i := range statements {
		n := r.doc.Node(int(i))
		if r.isUDIOrganizer(n) {
			continue // it has the identifier of the device that it is about
		}
		for c := n.Child("id"); c.OK(); c = c.NextNamed() {
			if c.Attr("nullFlavor").OK() {
				continue
			}
			var x record.Identifier
			if r.identity(&x, c.Attr(attrRoot).Value(), c.Attr("extension").Value()); !usable(&x) {
				continue
			}
			if id := (systemValue{x.System, x.Value}); n.Name() == "encounter" && isMention(n) || r.isEntryReference(n) {
				s.mention(id)
			} else {
				s.note(n, id)
			}
			break
		}
	}
	return s
}

// mention notes an identifier that a statement only refers to another by.
func (s *statementIdents) mention(id systemValue) {
	if _, met := s.first[id]; !met {
		s.first[id] = onlyMentioned
	}
}

const onlyMentioned = -1

func (s *statementIdents) note(n tree.Node, id systemValue) {
	first, again := s.first[id]
	if !again || first == onlyMentioned {
		s.first[id] = int32(n.Index())
		return
	}
	if key := keyOfStatement(n.Doc().Node(int(first)), id); !s.repeated[key] {
		s.repeated[key] = false
	}
	key := keyOfStatement(n, id)
	_, met := s.repeated[key]
	s.repeated[key] = met
}
