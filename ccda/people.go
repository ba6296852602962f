package ccda

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// pool finds the people, organizations, devices and places that were read
// already. Two mentions are one when they share an identifier, never by name alone.
type pool struct {
	byIdent map[identKey]int     // identifier → place in the record's slice of that kind
	byText  map[roleKey]*mention // a role that was read before, letter for letter
}

type roleKey struct{ name, part, text string }

// mention is what a role gave: the same text gives it again, and the same marks.
type mention struct {
	at    int     // node index of the first
	owned []int32 // how far behind it are elements that have owners
	part  record.Participation
}

// Kinds of entries as ids name them.
const (
	kindPatient      = "patient"
	kindPractitioner = "practitioner"
	kindOrganization = "organization"
	kindRelated      = "related-person"
	kindDevice       = "device"
	kindLocation     = "location"
	kindEncounter    = "encounter"
	kindConsent      = "consent"
	kindOrder        = "order"
	kindDocument     = "document"
)

// find gives the place of an entry of this kind that shares an identifier, -1 for none.
func (r *reader) find(kind string, idents []record.Identifier) int {
	found := -1
	for i := range idents {
		k, ok := r.personKey(kind, &idents[i])
		if !ok {
			continue
		}
		at, seen := r.people.byIdent[k]
		if !seen {
			continue
		}
		if found >= 0 && at != found {
			// Two that were taken for different are one: read the document again, knowing it.
			r.unite(k, r.keyOf[kindPlace{kind, found}])
		}
		if found < 0 {
			found = at
		}
	}
	return found
}

type kindPlace struct {
	kind  string
	place int
}

// personKey gives the key that an identifier stands for.
func (r *reader) personKey(kind string, x *record.Identifier) (identKey, bool) {
	if !usable(x) {
		return identKey{}, false
	}
	k := identKey{kind, x.System, x.Value}
	for {
		up, ok := r.united[k]
		if !ok {
			break
		}
		k = up
	}
	return k, !r.shared[k] && !r.onStatements.has(x)
}

// unite says that two keys name one.
func (r *reader) unite(a, b identKey) {
	if a == b {
		return
	}
	r.united[a] = b
	r.again = true
}

// settle remembers which entry an identifier is on.
func (r *reader) settle(kind string, place int, idents []record.Identifier) {
	for i := range idents {
		k, ok := r.personKey(kind, &idents[i])
		if !ok {
			continue
		}
		if _, seen := r.people.byIdent[k]; !seen {
			r.people.byIdent[k] = place
			if _, named := r.keyOf[kindPlace{kind, place}]; !named {
				r.keyOf[kindPlace{kind, place}] = k
			}
		}
	}
}

// personID makes the id of an entry that several places may mention.
func (r *reader) personID(kind string, idents []record.Identifier, n tree.Node) string {
	for i := range idents {
		if !usable(&idents[i]) {
			continue
		}
		k, ok := r.personKey(kind, &idents[i])
		if !ok {
			r.tellShared(k, n)
			continue
		}
		return r.maker.Make("entry", kind, idents[i].System, idents[i].Value)
	}
	return r.placeID(kind, n)
}

// identifies reports whether any identifier can tell one from another.
func (r *reader) identifies(kind string, idents []record.Identifier) bool {
	for i := range idents {
		if _, ok := r.personKey(kind, &idents[i]); ok {
			return true
		}
	}
	return false
}

// untakeAbsent gives back, at a further mention of somebody, what says only that
// something is absent: it would be one with the same word of another mention.
func (r *reader) untakeAbsent(n tree.Node, idents *[]record.Identifier, addrs *[]record.Address, tels *[]record.Telecom) {
	for c := n.First(); c.OK(); c = c.Next() {
		if c.Kind() != tree.Element || !saysAbsent(c) {
			continue
		}
		switch c.Name() {
		case "id", "addr", "telecom":
			r.release(c)
		}
	}
	*idents = slices.DeleteFunc(*idents, func(i record.Identifier) bool { return i == record.Identifier{Absent: i.Absent} })
	*addrs = slices.DeleteFunc(*addrs, func(a record.Address) bool {
		a.Absent = ""
		return emptyAddress(&a)
	})
	*tels = slices.DeleteFunc(*tels, func(t record.Telecom) bool {
		return t.System == "" && t.Value == "" && t.Uses == nil && t.UsesAsSent == nil && t.Period == nil
	})
}

// saysAbsent reports whether an element has a nullFlavor, and nothing else that it says.
func saysAbsent(n tree.Node) bool {
	null := n.Attr("nullFlavor")
	if !null.OK() {
		return false
	}
	for i := n.Index() + 1; i < n.End(); i++ {
		if i != null.Index() && n.Doc().IsLeaf(i) {
			return false
		}
	}
	return true
}

func (r *reader) newEntry(id string, idents []record.Identifier, n tree.Node) record.Entry {
	return record.Entry{ID: id, Identifiers: idents, Assertion: record.Affirmed, Origins: r.origins(n)}
}

// ref makes a reference to an entry.
func (r *reader) ref(id, kind string) *record.Ref {
	return r.room.refs.One(&record.Ref{ID: id, Kind: kind})
}

// firstPeople is how many there is room for at first: few documents name fewer.
const firstPeople = 6

// practitioner takes what a role says of a person who acts as a professional.
func (r *reader) practitioner(role tree.Node, idents []record.Identifier, names []record.Name, addrs []record.Address, tels []record.Telecom) *record.Ref {
	place := r.find(kindPractitioner, idents)
	if place >= 0 && strangers(r.rec.Practitioners[place].Names, names) {
		r.partShared(kindPractitioner, idents)
		place = -1
	}
	among, base, several := r.amongShared(kindPractitioner, idents, names)
	if at, seen := r.people.byIdent[among]; several && place < 0 && seen {
		place = at
	}
	if place < 0 {
		place = len(r.rec.Practitioners)
		var id string
		if several {
			id = r.maker.Make("entry", kindPractitioner, among.system, among.value)
			r.people.byIdent[among] = place
			r.tellShared(base, role)
		} else {
			id = r.personID(kindPractitioner, idents, role)
		}
		if place == 0 {
			r.rec.Practitioners = make([]record.Practitioner, 0, firstPeople)
		}
		r.rec.Practitioners = append(r.rec.Practitioners, record.Practitioner{
			Entry: r.newEntry(id, idents, role), Names: names, Addresses: addrs, Telecoms: tels,
		})
	} else {
		p := &r.rec.Practitioners[place]
		r.untakeAbsent(role, &idents, &addrs, &tels)
		p.Identifiers = union(p.Identifiers, idents)
		p.Names, p.Addresses, p.Telecoms = union(p.Names, names), union(p.Addresses, addrs), union(p.Telecoms, tels)
	}
	r.settle(kindPractitioner, place, idents)
	id := r.rec.Practitioners[place].ID
	r.own(role, id)
	return r.ref(id, kindPractitioner)
}

// related takes what a role says of somebody related to the patient.
func (r *reader) related(role tree.Node, idents []record.Identifier, p record.RelatedPerson) *record.Ref {
	place := r.find(kindRelated, idents)
	if place >= 0 && (strangers(r.rec.RelatedPersons[place].Names, p.Names) || otherPeriod(r.rec.RelatedPersons[place].Period, p.Period)) {
		r.partShared(kindRelated, idents)
		place = -1
	}
	if place < 0 {
		place = len(r.rec.RelatedPersons)
		p.Entry = r.newEntry(r.personID(kindRelated, idents, role), idents, role)
		r.rec.RelatedPersons = append(r.rec.RelatedPersons, p)
	} else {
		q := &r.rec.RelatedPersons[place]
		r.untakeAbsent(role, &idents, &p.Addresses, &p.Telecoms)
		q.Identifiers = union(q.Identifiers, idents)
		q.Class, q.Relationships = union(q.Class, p.Class), union(q.Relationships, p.Relationships)
		q.Names, q.Addresses, q.Telecoms = union(q.Names, p.Names), union(q.Addresses, p.Addresses), union(q.Telecoms, p.Telecoms)
		if q.Organization == nil {
			q.Organization = p.Organization
		}
		if q.Period == nil {
			q.Period = p.Period
		}
	}
	r.settle(kindRelated, place, idents)
	id := r.rec.RelatedPersons[place].ID
	r.own(role, id)
	return r.ref(id, kindRelated)
}

// organization takes an Organization or CustodianOrganization; nil where it says nothing.
func (r *reader) organization(n tree.Node) *record.Ref {
	if !n.OK() {
		return nil
	}
	r.fixed(n, "classCode", "ORG")
	r.fixed(n, "determinerCode", "INSTANCE")
	if r.isOrganizationInWords(n) {
		return r.organizationInWords(n)
	}
	idents, names := r.ids(n), r.orgNames(n)
	addrs, tels := r.addresses(n), r.telecoms(n)
	industry := r.conceptPtr(n.Child("standardIndustryClassCode"))
	part := n.Child("asOrganizationPartOf")
	r.fixed(part, "classCode", "PART")
	whole := r.organization(part.Child("wholeOrganization"))
	if idents == nil && names == nil && addrs == nil && tels == nil && industry == nil && whole == nil {
		return nil
	}
	return r.keepOrganization(n, idents, record.Organization{Names: names, Addresses: addrs, Telecoms: tels, Industry: industry, PartOf: whole})
}

// keepOrganization keeps an organization: one that shares an identifier with another mention is the same.
func (r *reader) keepOrganization(n tree.Node, idents []record.Identifier, x record.Organization) *record.Ref {
	place := r.find(kindOrganization, idents)
	if place < 0 {
		place = len(r.rec.Organizations)
		x.Entry = r.newEntry(r.personID(kindOrganization, idents, n), idents, n)
		if place == 0 {
			r.rec.Organizations = make([]record.Organization, 0, firstPeople)
		}
		r.rec.Organizations = append(r.rec.Organizations, x)
	} else {
		o := &r.rec.Organizations[place]
		r.untakeAbsent(n, &idents, &x.Addresses, &x.Telecoms)
		o.Identifiers, o.Types = union(o.Identifiers, idents), union(o.Types, x.Types)
		o.Names, o.Addresses, o.Telecoms = union(o.Names, x.Names), union(o.Addresses, x.Addresses), union(o.Telecoms, x.Telecoms)
		if o.Industry == nil {
			o.Industry = x.Industry
		} else if x.Industry != nil && !reflect.DeepEqual(*o.Industry, *x.Industry) {
			o.Types = union(o.Types, []record.Concept{*x.Industry})
		}
		if o.PartOf == nil {
			o.PartOf = x.PartOf
		}
	}
	r.settle(kindOrganization, place, idents)
	id := r.rec.Organizations[place].ID
	r.own(n, id)
	return r.ref(id, kindOrganization)
}
