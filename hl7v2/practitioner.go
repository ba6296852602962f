package hl7v2

import (
	"reflect"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// person is a practitioner, an organization or a location that was met.
type person struct {
	id    string
	index int
}

// met finds or begins a person, an organization or a place. Two mentions are one where they share an identifier,
// never by name alone; one without an identifier is one with another only where all that is said of both is the same.
// names tells apart what stands under an identifier that different things share.
// index is where a new one will stand.
func (r *reader) met(kind string, identifiers []record.Identifier, content string, index int, names func() string) (p person, isNew bool) {
	key := append(append(r.key[:0], kind...), 0)
	parts := [5]string{"entry", kind}
	n := 0
	for i := range identifiers {
		if a := r.authority(&identifiers[i]); a != "" {
			key = append(append(append(key, a...), 0), identifiers[i].Value...)
			parts[2], parts[3], n = a, identifiers[i].Value, 4
			if r.mixed[string(key)] {
				parts[4], n = names(), 5
				key = append(append(key, 0), parts[4]...)
			}
			break
		}
	}
	if n == 0 {
		key = append(append(key, 0), content...)
		parts[2], parts[3], n = r.p.identity, content, 4
	}
	r.key = key
	if p, ok := r.people[string(key)]; ok {
		if len(r.parts) > 1 {
			r.p.told = append(r.p.told, p.id)
		}
		return p, false
	}
	p = person{id: r.maker.MakeIn(&r.mem.texts, parts[:n]...), index: index}
	r.used[p.id] = true
	r.people[string(key)] = p
	return p, true
}

// mix notes that an identifier stands on different things: all is read again, knowing it.
func (r *reader) mix(kind string, identifiers []record.Identifier) {
	for i := range identifiers {
		if a := r.authority(&identifiers[i]); a != "" {
			key := kind + "\x00" + a + "\x00" + identifiers[i].Value
			r.clash = r.clash || !r.mixed[key]
			r.mixed[key] = true
			return
		}
	}
}

// origin says where an entry was found that several segments may name.
func (r *reader) origin(s span) []record.Origin {
	path, line, _ := s.Position()
	return only(&r.mem.origins, record.Origin{Source: r.p.source.ID, Path: path, Line: line})
}

// practitioner reads XCN (2A.3.87), or CNN in the components of one, and gives a reference to whom it names.
func (r *reader) practitioner(d datum) (ref record.Ref, ok bool) {
	if d.isNull() {
		return ref, false
	}
	var ids []record.Identifier
	i := record.Identifier{Value: r.text(d.at(1))}
	var n record.Name
	r.nameParts(d, &n, [...]int{2, 3, 4, 5, 6, 7, 21})
	if i.Value == "" && n.String() == "" {
		return ref, false
	}
	if i.Value != "" {
		r.identified(d, &i, [...]int{11, 12, 9, 13, 14})
		ids = append(ids, i)
	}
	if n.String() != "" {
		r.use(d.at(10), &nameUses, &n.Uses, &n.UsesAsSent)
		if form, ok := nameForms.To(d.at(15).peek()); ok {
			r.text(d.at(15))
			n.Uses = append(n.Uses, form)
		}
		n.Period = r.validity(d, 17, 19, 20)
	}
	return r.practitionerOf(d, ids, n), true
}

func (r *reader) practitionerOf(d datum, ids []record.Identifier, n record.Name) record.Ref {
	p, isNew := r.met(record.KindPractitioner, ids, d.ER7(), len(r.rec.Practitioners), n.String)
	if isNew {
		r.rec.Practitioners = append(r.rec.Practitioners, record.Practitioner{Entry: record.Entry{ID: p.id, Assertion: record.Affirmed, Origins: r.origin(d.span)}})
	}
	x := &r.rec.Practitioners[p.index]
	x.Identifiers = union(x.Identifiers, ids...)
	if !isZeroName(n) {
		if len(x.Names) > 0 && !agree(x.Names[0], n) {
			r.mix(record.KindPractitioner, ids)
		}
		x.Names = union(x.Names, n)
	}
	return record.Ref{ID: p.id, Kind: record.KindPractitioner}
}

func isZeroName(n record.Name) bool {
	return len(n.Family)+len(n.Given)+len(n.Prefixes)+len(n.Suffixes) == 0
}

// agree reports whether two names share a family or a given name, or one lacks both.
func agree(a, b record.Name) bool {
	if len(a.Family)+len(a.Given) == 0 || len(b.Family)+len(b.Given) == 0 {
		return true
	}
	return share(a.Family, b.Family) || share(a.Given, b.Given)
}

func share(a, b []record.NamePart) bool {
	for _, x := range a {
		for _, y := range b {
			if x.Value == y.Value && x.Value != "" {
				return true
			}
		}
	}
	return false
}

// union appends what is not yet there.
func union[T any](list []T, more ...T) []T {
next:
	for i := range more {
		for j := range list {
			if reflect.DeepEqual(list[j], more[i]) {
				continue next
			}
		}
		list = append(list, more[i])
	}
	return list
}

// part reads everybody whom a field names as having a part in an entry.
func (r *reader) participants(list *[]record.Participation, s Segment, field int, role string, more func(*record.Participation)) {
	for d := range all(s, field) {
		if ref, ok := r.practitioner(d); ok {
			p := record.Participation{Role: role, Who: &ref}
			if more != nil {
				more(&p)
			}
			*list = append(*list, p)
		}
	}
}

// organization reads XON (2A.3.90).
func (r *reader) organization(d datum) (ref record.Ref, ok bool) {
	if d.isNull() {
		return ref, false
	}
	name := r.text(d.at(1))
	var i record.Identifier
	if i.Value = r.text(d.at(10)); i.Value == "" {
		if i.Value = r.number(d.at(3)); i.Value == "" {
			i.Value = r.text(d.at(3))
		}
	}
	if name == "" && i.Value == "" {
		return ref, false
	}
	var ids []record.Identifier
	if i.Value != "" {
		r.identified(d, &i, [...]int{4, 5, 6, 7, 8})
		ids = append(ids, i)
	}
	x := r.organizationOf(d, ids, name)
	if t := r.text(d.at(2)); t != "" {
		x.Types = union(x.Types, record.Concept{Codings: []record.Coding{{System: tableSystem("204", t), Code: t}}})
	}
	return record.Ref{ID: x.ID, Kind: record.KindOrganization}, true
}

// organizationOf finds or begins an organization. The pointer is good until the next one is.
func (r *reader) organizationOf(d datum, ids []record.Identifier, name string) *record.Organization {
	p, isNew := r.met(record.KindOrganization, ids, d.ER7(), len(r.rec.Organizations), func() string { return name })
	if isNew {
		r.rec.Organizations = append(r.rec.Organizations, record.Organization{Entry: record.Entry{ID: p.id, Assertion: record.Affirmed, Origins: r.origin(d.span)}})
	}
	x := &r.rec.Organizations[p.index]
	x.Identifiers = union(x.Identifiers, ids...)
	if name != "" {
		x.Names = union(x.Names, name)
	}
	return x
}

// organizationBy gives the organization that a reference names.
func (r *reader) organizationBy(ref *record.Ref) *record.Organization {
	if ref != nil {
		for i := range r.rec.Organizations {
			if r.rec.Organizations[i].ID == ref.ID {
				return &r.rec.Organizations[i]
			}
		}
	}
	return nil
}

// designated makes an organization of a designator (HD).
func (r *reader) designated(d datum) (ref record.Ref, ok bool) {
	n, ok := r.designator(d)
	if !ok {
		return ref, false
	}
	name := n.name + n.local
	var ids []record.Identifier
	if ref := n.ref(); ref.Identifier != nil {
		ids = []record.Identifier{*ref.Identifier}
	}
	return record.Ref{ID: r.organizationOf(d, ids, name).ID, Kind: record.KindOrganization}, true
}

// location reads PL (2A.3.53) and gives a reference to the place.
func (r *reader) location(d datum) (ref record.Ref, ok bool) {
	if d.isNull() || !d.says() {
		return ref, false
	}
	v := record.Location{PointOfCare: r.text(d.at(1)), Room: r.text(d.at(2)), Bed: r.text(d.at(3)), Building: r.text(d.at(7)), Floor: r.text(d.at(8)), Description: r.text(d.at(9))}
	facility, hasFacility := r.designator(d.at(4))
	if t := r.text(d.at(6)); t != "" {
		v.Physical = &record.Concept{Codings: []record.Coding{{System: tableSystem("305", t), Code: t}}}
	}
	if a, ok := r.entity(d.at(10)); ok {
		v.Identifiers = append(v.Identifiers, a)
	}
	partOf := r.placeIDs(d, &v)
	if v.PointOfCare+v.Room+v.Bed+v.Building+v.Floor+v.Description == "" && v.Physical == nil && v.Identifiers == nil && !hasFacility {
		return ref, false
	}
	if hasFacility {
		v.Managing = facility.ref()
	}
	p, isNew := r.met(record.KindLocation, v.Identifiers, d.ER7(), len(r.rec.Locations), func() string { return v.PointOfCare + v.Room + v.Bed })
	if isNew {
		v.Entry = record.Entry{ID: p.id, Assertion: record.Affirmed, Origins: r.origin(d.span), Identifiers: v.Identifiers}
		r.rec.Locations = append(r.rec.Locations, v)
		if partOf == 1 && v.Bed != "" && v.Room != "" {
			r.form(p.id, "partOf", "PL-1", "")
		}
	} else if len(v.Identifiers) > 0 && !sameLocation(r.rec.Locations[p.index], v) {
		r.giveBack(d)
		r.take(d.at(10).at(1))
	}
	return record.Ref{ID: p.id, Kind: record.KindLocation}, true
}

// placeIDs reads the universal ids of point of care, room and bed: that of the innermost names the place, that of the point of care what
// it is part of. partOf is the component of the latter.
func (r *reader) placeIDs(d datum, v *record.Location) (partOf int) {
	innermost := 1
	if v.Bed != "" {
		innermost = 3
	} else if v.Room != "" {
		innermost = 2
	}
	for n := innermost; n >= 1; n-- {
		p := d.at(n)
		if p.inner == 0 || !p.at(2).says() || n < innermost && v.PartOf != nil {
			continue
		}
		id := record.Identifier{}
		switch a, kind := p.at(2).peek(), p.at(3).peek(); {
		case codes.IsOID(a) && (kind == "ISO" || kind == ""):
			id = record.Identifier{System: record.SystemURI, Value: codes.FromCDA(a)}
			r.take(p.at(2))
			r.take(p.at(3))
		case a != "":
			id = record.Identifier{SystemAsSent: r.text(p.at(3)), Value: r.text(p.at(2))}
		}
		if n == innermost {
			v.Identifiers = append(v.Identifiers, id)
		} else {
			v.PartOf = &record.Ref{Identifier: &id}
			partOf = n
		}
	}
	return partOf
}

func sameLocation(a, b record.Location) bool {
	b.Entry = a.Entry
	return reflect.DeepEqual(a, b)
}
