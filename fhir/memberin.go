package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// memberNumber is the name of a member that elements of many types have. Those are told by a number, and read in one way over an
// element's members; all others are looked for by their names.
type memberNumber uint8

const (
	otherMember memberNumber = iota
	memberCode
	memberCoding
	memberComparator
	memberDisplay
	memberEnd
	memberExtension
	memberIdentifier
	memberReference
	memberStart
	memberSystem
	memberText
	memberUnit
	memberUserSelected
	memberValue
	memberVersion
)

var memberNumbers = map[string]memberNumber{
	"code": memberCode, "coding": memberCoding, "comparator": memberComparator, "display": memberDisplay, "end": memberEnd, "extension": memberExtension,
	"identifier": memberIdentifier, "reference": memberReference, "start": memberStart, "system": memberSystem, "text": memberText, "unit": memberUnit,
	"userSelected": memberUserSelected, "value": memberValue, "version": memberVersion,
}

// member tells the name of a member.
func (m *marks) member(n tree.Node) memberNumber { return m.members[n.NameID()] }

// text takes a member if it is a string, as str does.
func (r *reader) text(c tree.Node) string {
	if c.Kind() != tree.String {
		return ""
	}
	r.led.Take(c.Index())
	return c.Value()
}

// concept reads a CodeableConcept.
func (r *reader) concept(n tree.Node) (c record.Concept) {
	extended := false
	for in := n.Within(); in.Next(); {
		m := in.Node()
		switch r.marks.member(m) {
		case memberCoding:
			c.Codings = r.codings(m)
		case memberText:
			c.Text = r.text(m)
		case memberExtension:
			extended = true
		}
	}
	if extended {
		c.Absent = r.absentOf(n)
	}
	return c
}

// codings reads an array of Codings.
func (r *reader) codings(list tree.Node) []record.Coding {
	k := countObjects(list)
	if k == 0 {
		return nil
	}
	out := r.room.codings.List(k)
	for in := list.Within(); in.Next(); {
		c := in.Node()
		if c.Kind() == tree.Object {
			out = append(out, r.coding(c))
		}
	}
	return out
}

// coding reads a Coding.
func (r *reader) coding(n tree.Node) (c record.Coding) {
	var system string
	extended := false
	for in := n.Within(); in.Next(); {
		m := in.Node()
		switch r.marks.member(m) {
		case memberSystem:
			system = r.text(m)
		case memberVersion:
			c.Version = r.text(m)
		case memberCode:
			c.Code = r.text(m)
		case memberDisplay:
			c.Display = r.text(m)
		case memberUserSelected:
			c.UserSelected = r.boolean(n, "userSelected")
		case memberExtension:
			extended = true
		}
	}
	c.System, c.SystemAsSent = r.system(system)
	if extended {
		if e := extension(n, extOriginalText); e.OK() && e.Child("valueString").Kind() == tree.String {
			c.Text = r.str(r.known(e), "valueString")
		}
		addFields(r, n, &c)
		c.Absent = r.absentOf(n)
	}
	return c
}

// quantity reads a Quantity, Age, Duration, Count, Distance or SimpleQuantity.
func (r *reader) quantity(n tree.Node) (q record.Quantity) {
	extended := false
	for in := n.Within(); in.Next(); {
		m := in.Node()
		switch r.marks.member(m) {
		case memberValue:
			q.Value = r.number(n, "value")
		case memberComparator:
			q.Comparator = r.text(m)
		case memberUnit:
			q.Unit = r.text(m)
		case memberSystem:
			q.System = r.text(m)
		case memberCode:
			q.Code = r.text(m)
		case memberExtension:
			extended = true
		}
	}
	if extended {
		addFields(r, n, &q)
		q.Absent = r.absentOf(n)
	}
	return q
}
