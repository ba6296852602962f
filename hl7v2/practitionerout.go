package hl7v2

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// mention is what of a person, an organization, a place or a device no message has said yet. Whoever mentions it writes it from
// the record, and takes off what was written.
type mention struct {
	entryAt
	practitioner *record.Practitioner
	organization *record.Organization
	location     *record.Location
	device       *record.Device
}

// mentionOf gives what is left of who a reference points to, and nil where it is none of these.
func (w *sender) mentionOf(ref *record.Ref) *mention {
	if ref == nil || ref.ID == "" {
		return nil
	}
	if m, ok := w.people[ref.ID]; ok {
		return m
	}
	at, ok := w.refs[ref.ID]
	if !ok {
		return nil
	}
	m := &mention{entryAt: at}
	switch at.kind {
	case record.KindPractitioner:
		v := clone(w.rec.Practitioners[at.i])
		m.practitioner = &v
	case record.KindOrganization:
		v := clone(w.rec.Organizations[at.i])
		m.organization = &v
	case record.KindLocation:
		v := clone(w.rec.Locations[at.i])
		m.location = &v
	case record.KindDevice:
		v := clone(w.rec.Devices[at.i])
		m.device = &v
	default:
		m = nil
	}
	w.people[ref.ID] = m
	if m != nil {
		w.mentions = append(w.mentions, m)
	}
	return m
}

// refTo clears a reference whose target was written in its place.
func refTo(ref *record.Ref) { ref.ID, ref.AsSent, ref.Kind = "", "", "" }

// person writes XCN (2A.3.87): who a reference points to, or is described by. It says whether there is anybody.
func (w *sender) person(p spot, ref *record.Ref) bool {
	if ref == nil {
		return false
	}
	m := w.mentionOf(ref)
	if m == nil || m.practitioner == nil {
		return m == nil && ref.ID == "" && w.described(p, ref)
	}
	v, left := clone(w.rec.Practitioners[m.i]), m.practitioner
	ok := false
	w.At("practitioners", m.i, func() {
		for i := range v.Identifiers {
			x := &v.Identifiers[i]
			if x.Value != "" && !ok {
				w.str(p.at(1), &x.Value)
				w.identified(p, x, [...]int{11, 12, 9, 13, 14})
				left.Identifiers[i] = *x
				ok = true
			}
		}
		if len(v.Names) > 0 {
			w.In("names", 0)
			n := &v.Names[0]
			before := n.String()
			w.nameParts(p, n, [...]int{2, 3, 4, 5, 6, 7, 21})
			w.nameUse(p, n, 10, 15)
			w.validity(p, &n.Period, 19, 20)
			left.Names[0] = *n
			ok = ok || before != ""
			w.Leave()
		}
	})
	if ok {
		refTo(ref)
	}
	return ok
}

// described writes XCN of somebody who is no entry of the record: an identifier, a name.
func (w *sender) described(p spot, ref *record.Ref) bool {
	ok := false
	if i := ref.Identifier; i != nil && i.Value != "" {
		w.str(p.at(1), &i.Value)
		w.identified(p, i, [...]int{11, 12, 9, 13, 14})
		ok = true
	}
	if ref.Display != "" && w.put(p.at(2).at(1), ref.Display) {
		ref.Display = ""
		w.Note(&nameAsText, "")
		ok = true
	}
	return ok
}

// staffMember writes CNN (2A.3.11) in subcomponents of a component.
func (w *sender) staffMember(p spot, ref *record.Ref) bool {
	m := w.mentionOf(ref)
	if m == nil || m.practitioner == nil {
		return false
	}
	v, left := clone(w.rec.Practitioners[m.i]), m.practitioner
	ok := false
	w.At("practitioners", m.i, func() {
		if len(v.Identifiers) > 0 && v.Identifiers[0].Value != "" {
			x := &v.Identifiers[0]
			w.str(p.at(1), &x.Value)
			w.designator(p.from(9), x)
			left.Identifiers[0] = *x
			ok = true
		}
		if len(v.Names) > 0 {
			w.In("names", 0)
			n := &v.Names[0]
			before := n.String()
			w.nameParts(p, n, [...]int{2, 3, 4, 5, 6, 7, 0})
			left.Names[0] = *n
			ok = ok || before != ""
			w.Leave()
		}
	})
	if ok {
		refTo(ref)
	}
	return ok
}

// participants writes as XCN everybody who has a part of this role, and clears what it writes. more may write what else a part says.
func (w *sender) participants(list []record.Participation, s *segmentOut, field int, pick func(*record.Participation) bool, more func(*record.Participation)) {
	for i := range list {
		x := &list[i]
		if x.Role == "" || x.Who == nil || !pick(x) {
			continue
		}
		w.In("participants", i)
		if w.person(s.next(field), x.Who) {
			x.Role, x.RoleAsSent = "", ""
			if more != nil {
				more(x)
			}
		}
		w.Leave()
	}
}

// role picks parts by their role, and by what the source called it where that matters.
func role(name string, asSent ...string) func(*record.Participation) bool {
	return func(p *record.Participation) bool {
		if p.Role != name {
			return false
		}
		for _, v := range asSent {
			if p.RoleAsSent == v {
				return true
			}
		}
		return len(asSent) == 0
	}
}

// organization writes XON (2A.3.90).
func (w *sender) organization(p spot, ref *record.Ref) bool {
	if ref == nil {
		return false
	}
	m := w.mentionOf(ref)
	if m == nil || m.organization == nil {
		if m != nil || ref.ID != "" {
			return false
		}
		ok := ref.Identifier != nil && ref.Identifier.Value != "" || ref.Display != ""
		w.str(p.at(1), &ref.Display)
		if ref.Identifier != nil {
			w.str(p.at(10), &ref.Identifier.Value)
			w.identified(p, ref.Identifier, [...]int{4, 5, 6, 7, 8})
		}
		return ok
	}
	v, left := clone(w.rec.Organizations[m.i]), m.organization
	ok := false
	if len(v.Names) > 0 && v.Names[0] != "" && w.put(p.at(1), v.Names[0]) {
		left.Names[0] = ""
		ok = true
	}
	if len(v.Types) > 0 {
		w.tableCode(p.at(2), &v.Types[0], "204")
		left.Types[0] = v.Types[0]
	}
	if len(v.Identifiers) > 0 && v.Identifiers[0].Value != "" {
		x := &v.Identifiers[0]
		w.str(p.at(10), &x.Value)
		w.identified(p, x, [...]int{4, 5, 6, 7, 8})
		left.Identifiers[0] = *x
		ok = true
	}
	if ok {
		refTo(ref)
	}
	return ok
}

// designatedBy writes HD of an organization: the sender or the receiver of a message.
func (w *sender) designatedBy(p spot, ref *record.Ref) bool {
	m := w.mentionOf(ref)
	if m == nil || m.organization == nil {
		return false
	}
	v, left := clone(w.rec.Organizations[m.i]), m.organization
	ok := false
	if len(v.Identifiers) > 0 {
		x := &v.Identifiers[0]
		switch {
		case x.System == record.SystemURI && x.Value != "":
			id, kind := universal(x.Value)
			if ok = w.put(p.at(2), id) && w.put(p.at(3), kind); ok {
				left.Identifiers[0].Value, left.Identifiers[0].System = "", ""
			}
		case x.System == "" && x.SystemAsSent != "" && x.Value != "":
			if ok = w.put(p.at(2), x.Value) && w.put(p.at(3), x.SystemAsSent); ok {
				left.Identifiers[0].Value, left.Identifiers[0].SystemAsSent = "", ""
			}
		}
	}
	if len(v.Names) > 0 && w.put(p.at(1), v.Names[0]) {
		left.Names[0] = ""
		ok = true
	}
	if ok {
		refTo(ref)
	}
	return ok
}

// location writes PL (2A.3.53).
func (w *sender) location(p spot, ref *record.Ref) bool {
	if ref == nil {
		return false
	}
	m := w.mentionOf(ref)
	if m == nil || m.location == nil {
		if m == nil && ref.ID == "" && ref.Display != "" && w.put(p.at(9), ref.Display) {
			ref.Display = ""
			return true
		}
		return false
	}
	v, left := clone(w.rec.Locations[m.i]), m.location
	before := len(p.s.cells)
	for _, f := range []struct {
		n        int
		at, left *string
	}{{1, &v.PointOfCare, &left.PointOfCare}, {2, &v.Room, &left.Room}, {3, &v.Bed, &left.Bed}, {7, &v.Building, &left.Building},
		{8, &v.Floor, &left.Floor}, {9, &v.Description, &left.Description}} {
		if w.str(p.at(f.n), f.at); *f.at == "" {
			*f.left = ""
		}
	}
	if v.Description == "" && len(v.Names) > 0 && v.Names[0] != "" && w.put(p.at(9), v.Names[0]) {
		left.Names[0] = ""
	}
	if r := v.Managing; r != nil && r.ID == "" {
		f := record.Identifier{Assigner: r.Display}
		whole := true
		if r.Identifier != nil {
			switch {
			case r.Identifier.System == record.SystemURI:
				f.System = r.Identifier.Value
			case r.Identifier.SystemAsSent != "":
				f.SystemAsSent, f.Assigner = r.Display+"&"+r.Identifier.Value+"&"+r.Identifier.SystemAsSent, ""
			default:
				whole = false
			}
		}
		if w.designator(p.at(4), &f); whole && f.IsZero() {
			left.Managing = nil
		}
	} else if r != nil {
		if w.designatedBy(p.at(4), r) {
			left.Managing = r
		}
	}
	w.tableCode(p.at(6), v.Physical, "305")
	left.Physical = v.Physical
	w.placeIDs(p, &v, w.rec.Locations[m.i], left)
	if len(v.Identifiers) > 0 {
		w.entity(p.at(10), &v.Identifiers[0])
	}
	copy(left.Identifiers, v.Identifiers)
	ok := len(p.s.cells) > before
	if ok {
		refTo(ref)
	}
	return ok
}

// placeIDs writes what identifies the place and what it is part of, beside their names: universal ids in HD.
func (w *sender) placeIDs(p spot, v *record.Location, was record.Location, left *record.Location) {
	if w.m.source == "" {
		return // in new messages they stand in PL-10
	}
	innermost := 1
	if was.Bed != "" {
		innermost = 3
	} else if was.Room != "" {
		innermost = 2
	}
	write := func(n int, i *record.Identifier) {
		id, kind := i.Value, i.SystemAsSent
		if i.System == record.SystemURI {
			id, kind = universal(i.Value)
		} else if i.System != "" {
			return
		}
		if w.put(p.at(n).at(2), id) && (kind == "" || w.put(p.at(n).at(3), kind)) {
			*i = record.Identifier{}
		}
	}
	for i := range v.Identifiers {
		if x := &v.Identifiers[i]; x.System == record.SystemURI || x.System == "" && x.Assigner == "" && i == len(v.Identifiers)-1 && !strings.Contains(x.SystemAsSent, "&") {
			write(innermost, x)
		}
	}
	if o := v.PartOf; o != nil && o.ID == "" && o.Identifier != nil && innermost > 1 {
		n := innermost - 1
		if len(w.formsOf(v.ID, "partOf")) > 0 || n == 2 && was.Room == "" {
			n = 1 // the point of care
		}
		if write(n, o.Identifier); o.Identifier.IsZero() {
			left.PartOf = nil
		}
	}
}

// deviceAt writes EI of a device.
func (w *sender) deviceAt(p spot, ref *record.Ref) bool {
	m := w.mentionOf(ref)
	if m == nil || m.device == nil || len(m.device.Identifiers) == 0 {
		return false
	}
	i := clone(w.rec.Devices[m.i].Identifiers[0])
	before := len(p.s.cells)
	w.entity(p, &i)
	if len(p.s.cells) == before {
		return false
	}
	m.device.Identifiers[0] = i
	refTo(ref)
	return true
}

// organizationOf gives what is left of an organization that a reference points to; nil where it points to none.
func (w *sender) organizationOf(ref *record.Ref) (v, left *record.Organization) {
	m := w.mentionOf(ref)
	if m == nil || m.organization == nil {
		return nil, nil
	}
	c := clone(w.rec.Organizations[m.i])
	return &c, m.organization
}
