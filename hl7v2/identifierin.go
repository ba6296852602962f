package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// named is what a hierarchic designator says (HD, 2A.3.36).
type named struct {
	system, local, name string
	id, kind            string // a universal id of a kind that has no URI
}

// authority reads HD: a universal id as a URI, the local namespace beside it as its name.
func (r *reader) designator(d datum) (n named, ok bool) {
	id, kind := d.at(2).peek(), d.at(3).peek()
	switch {
	case id == "" && kind == "":
	case kind == "ISO" && codes.IsOID(id), kind == "" && codes.IsOID(id), (kind == "UUID" || kind == "GUID") && codes.IsUUID(id) && strings.ToLower(id) == id:
		n.system = codes.FromCDA(id)
	case kind == "URI" && strings.Contains(id, ":") && !strings.ContainsAny(id, " \t\n"):
		n.system = id
	}
	if n.system != "" {
		r.take(d.at(2).at(1))
		r.take(d.at(3).at(1))
		n.name = r.text(d.at(1))
	} else {
		n.local, n.id, n.kind = r.text(d.at(1)), r.text(d.at(2)), r.text(d.at(3))
	}
	return n, n != named{}
}

// put makes it the authority of an identifier: a namespace that has no URI stands as it was sent, with the universal id and its kind
// behind it as HL7 v2 writes them.
func (n named) put(i *record.Identifier) {
	i.System, i.Assigner = n.system, n.name
	if i.SystemAsSent = n.local; n.id+n.kind != "" {
		i.SystemAsSent += "&" + n.id + "&" + n.kind
	}
}

// ref is a reference to an organization that is only designated.
func (n named) ref() *record.Ref {
	switch {
	case n.system != "":
		i := &record.Identifier{System: record.SystemURI, Value: n.system}
		return &record.Ref{Identifier: i, Display: n.name}
	case n.id+n.kind != "":
		return &record.Ref{Identifier: &record.Identifier{SystemAsSent: n.kind, Value: n.id}, Display: n.local}
	case n.local != "":
		return &record.Ref{Display: n.local}
	}
	return nil
}

// identifier reads CX (2A.3.14).
func (r *reader) identifier(d datum) (i record.Identifier, ok bool) {
	if d.isNull() {
		r.take(d)
		return record.Identifier{Absent: record.AbsentExplicitNull}, true
	}
	if i.Value = r.text(d.at(1)); i.Value == "" {
		return i, false
	}
	r.identified(d, &i, [...]int{2, 3, 4, 5, 6})
	i.Period = r.validity(d, 0, 7, 8)
	return i, true
}

// identified takes check digit, scheme, authority, type and assigning facility of an identifier.
func (r *reader) identified(d datum, i *record.Identifier, at [5]int) {
	i.CheckDigit, i.CheckScheme = r.text(d.at(at[0])), r.text(d.at(at[1]))
	if a, ok := r.designator(d.at(at[2])); ok {
		a.put(i)
	}
	if t := r.text(d.at(at[3])); t != "" {
		i.Type = r.mem.concepts.One(&record.Concept{Codings: only(&r.mem.codings, record.Coding{System: tableSystem("203", t), Code: t})})
	}
	if a, ok := r.designator(d.at(at[4])); ok {
		i.AssignerRef = a.ref()
	}
}

// entity reads EI (2A.3.28): an identifier with its authority in its own components.
func (r *reader) entity(d datum) (i record.Identifier, ok bool) {
	if i.Value = r.text(d.at(1)); i.Value == "" {
		a, ok := r.designator(datum{spanOf(d, 2), d.inner})
		if a.system == "" {
			r.giveBack(datum{spanOf(d, 2), d.inner})
			return i, false
		}
		return record.Identifier{System: record.SystemURI, Value: a.system, Assigner: a.name}, ok // a universal id that needs no other
	}
	if d.inner == endSub || d.at(2).says() || d.at(3).says() || d.at(4).says() {
		if a, ok := r.designator(datum{spanOf(d, 2), d.inner}); ok {
			a.put(&i)
		}
	}
	return i, true
}

// spanOf gives the parts of d from part n on.
func spanOf(d datum, n int) span {
	p := d.at(n)
	if p.x == nil {
		return span{}
	}
	return span{d.x, p.first, d.last}
}

// typed gives an identifier the type that its field has in table 0203, where it names none itself.
func typed(i *record.Identifier, code string) *record.Identifier {
	if i != nil && i.Type == nil && i.Value != "" {
		i.Type = &record.Concept{Codings: []record.Coding{{System: tableURI("203"), Code: code}}}
	}
	return i
}
