package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// designator writes HD (2A.3.36) of an identifier's authority and clears what it writes.
func (w *sender) designator(p spot, i *record.Identifier) {
	switch {
	case i.System != "":
		id, kind := universal(i.System)
		if w.put(p.at(2), id) && w.put(p.at(3), kind) {
			i.System, i.SystemAsSent = "", ""
		}
		w.str(p.at(1), &i.Assigner)
	case i.SystemAsSent != "":
		parts := strings.SplitN(i.SystemAsSent, "&", 3)
		ok := true
		for n, v := range parts {
			ok = (v == "" || w.put(p.at(n+1), v)) && ok
		}
		if ok {
			i.SystemAsSent = ""
		}
	default:
		w.str(p.at(1), &i.Assigner) // the name alone
	}
}

// universal gives a universal id and its type (table 0301) of a URI.
func universal(uri string) (id, kind string) {
	if root, ok := codes.ToCDA(uri); ok {
		if codes.IsUUID(root) {
			return strings.ToLower(root), "UUID"
		}
		return root, "ISO"
	}
	return uri, "URI"
}

// identifier writes CX (2A.3.14) and clears what it writes.
func (w *sender) identifier(p spot, i *record.Identifier) {
	if i == nil {
		return
	}
	if i.Absent == record.AbsentExplicitNull && i.Value == "" && p.putNull() {
		i.Absent = ""
		return
	}
	if i.Value == "" {
		return
	}
	w.str(p.at(1), &i.Value)
	w.identified(p, i, [...]int{2, 3, 4, 5, 6})
	w.validity(p, &i.Period, 7, 8)
}

// identified writes check digit, scheme, authority, type and assigning facility.
func (w *sender) identified(p spot, i *record.Identifier, at [5]int) {
	i.ValueAsSent = ""
	w.str(p.at(at[0]), &i.CheckDigit)
	w.str(p.at(at[1]), &i.CheckScheme)
	w.designator(p.at(at[2]), i)
	w.tableCode(p.at(at[3]), i.Type, "203")
	if r := i.AssignerRef; r != nil && r.ID == "" {
		f := record.Identifier{Assigner: r.Display}
		if r.Identifier != nil {
			switch {
			case r.Identifier.System == record.SystemURI:
				f.System = r.Identifier.Value
			case r.Identifier.SystemAsSent != "":
				f.SystemAsSent, f.Assigner = r.Display+"&"+r.Identifier.Value+"&"+r.Identifier.SystemAsSent, ""
			default:
				return
			}
		}
		if w.designator(p.at(at[4]), &f); f.IsZero() {
			i.AssignerRef = nil
		}
	}
}

// tableCode writes the code alone of a concept whose field has a table, and clears it.
func (w *sender) tableCode(p spot, c *record.Concept, table string) {
	if c == nil || len(c.Codings) == 0 {
		return
	}
	g := &c.Codings[0]
	if g.Code == "" || g.System != tableSystem(table, g.Code) && g.System != tableURI(table) || g.System == "" && g.SystemAsSent+g.SystemName != "" {
		return
	}
	if w.put(p, g.Code) {
		g.Code, g.System, g.SystemAsSent, g.SystemName = "", "", "", ""
	}
}

// entity writes EI (2A.3.28) and clears what it writes.
func (w *sender) entity(p spot, i *record.Identifier) {
	if i == nil {
		return
	}
	if i.Value == "" || i.System == record.SystemURI && i.Type == nil {
		if i.System == record.SystemURI && i.Value != "" { // a universal id that needs no other
			a := record.Identifier{System: i.Value, Assigner: i.Assigner}
			if w.designator(p.from(2), &a); a.IsZero() {
				i.System, i.SystemAsSent, i.Value, i.Assigner = "", "", "", ""
			}
		}
		return
	}
	w.str(p.at(1), &i.Value)
	i.ValueAsSent = ""
	w.designator(p.from(2), i)
}

// typedEntity writes EI in a field that says of what kind the identifier is.
func (w *sender) typedEntity(p spot, i *record.Identifier, code string) {
	if i == nil || i.Value == "" {
		return
	}
	w.entity(p, i)
	w.impliedType(i, code)
}

// fieldIdentifier writes CX in a field that says of what kind the identifier is. A message that is written again says it no
// second time.
func (w *sender) fieldIdentifier(p spot, i *record.Identifier, code string) {
	if w.m.source != "" && i != nil && i.Value != "" {
		w.impliedType(i, code)
	}
	w.identifier(p, i)
}

// impliedType clears the type of an identifier that its field says.
func (w *sender) impliedType(i *record.Identifier, code string) {
	if isType(i, code) {
		i.Type.Codings[0].System, i.Type.Codings[0].Code = "", ""
	}
}

// isType reports whether an identifier has a type of table 0203.
func isType(i *record.Identifier, code string) bool {
	return i.Type != nil && len(i.Type.Codings) > 0 && i.Type.Codings[0].Code == code && i.Type.Codings[0].System == tableURI("203")
}

// untyped reports whether an identifier does not say of what kind it is.
func untyped(i *record.Identifier) bool { return i.Type == nil || len(i.Type.Codings) == 0 }

// takeType gives the first identifier of a type that still has a value.
func takeType(list []record.Identifier, code string) *record.Identifier {
	for i := range list {
		if list[i].Value != "" && isType(&list[i], code) {
			return &list[i]
		}
	}
	return nil
}

// takeAny gives the first identifier that still has a value, those without a type before others.
func takeAny(list []record.Identifier) *record.Identifier {
	for i := range list {
		if list[i].Value != "" && untyped(&list[i]) {
			return &list[i]
		}
	}
	for i := range list {
		if list[i].Value != "" {
			return &list[i]
		}
	}
	return nil
}
