package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// delimiters checks the header's delimiters.
func (r *reader) delimiters(h Segment) {
	d := r.p.m.Delimiters()
	if d.standard() && d.Truncation == 0 {
		r.led.Scaffold(int(h.Field(1).first))
		r.led.Scaffold(int(h.Field(2).first))
	}
}

// header reads MSH and SFT: who sent what when (MSH[Provenance-Source]).
func (r *reader) header(b *block) {
	h := b.head()
	r.delimiters(h)
	path, line, _ := h.Position()
	r.rec.Provenances = append(r.rec.Provenances, record.Provenance{})
	v := &r.rec.Provenances[len(r.rec.Provenances)-1]
	v.Assertion, v.Origins = record.Affirmed, only(&r.mem.origins, record.Origin{Source: r.p.source.ID, Path: path, Line: line})
	if id := r.textAt(h, 10); id != "" {
		i := record.Identifier{Value: id}
		if n, ok := peekDesignator(h, 3); ok {
			n.put(&i)
		}
		v.Identifiers = []record.Identifier{i}
	}
	v.ID = r.id(record.KindProvenance, path, nil)
	r.p.header = v.ID
	r.own(h, v.ID)
	v.Recorded = r.timePtr(h, 7)
	v.Activity = r.messageType(first(h, 9))
	if p := r.text(first(h, 11)); p != "" {
		v.Labels = append(v.Labels, record.Label{Kind: "handling", Coding: record.Coding{System: tableSystem("103", p), Code: p}})
	}
	if p := r.text(first(h, 8)); p != "" { // MSH-8: what it marks is for the parties to agree on
		v.Labels = append(v.Labels, record.Label{Coding: record.Coding{Code: p}})
	}
	if isVersion(first(h, 12).peek()) {
		r.led.Scaffold(int(first(h, 12).first))
	}
	if c := r.p.m.Charset(); c.Declared && !c.Unknown && !c.Broken {
		r.led.Scaffold(int(first(h, 18).first))
		r.form(v.ID, "", "MSH-18", first(h, 18).peek())
	}
	r.rec.Organizations = slices.Grow(r.rec.Organizations, 4) // sender and receiver, a program and a place each
	v.Agents, v.Participants = make([]record.Participation, 0, 2), make([]record.Participation, 0, 2)
	agent := func(field int, role string) {
		if ref, ok := r.designated(first(h, field)); ok {
			v.Agents = append(v.Agents, record.Participation{Role: role, Who: &ref})
		}
	}
	agent(3, "assembler")
	for _, field := range []int{15, 16} { // how the message is to be answered
		if r.fixed(first(h, field), "AL", "NE", "ER", "SU") {
			r.form(v.ID, "", "MSH-"+itoa(field), first(h, field).peek())
		}
	}
	if n, ok := r.designator(first(h, 24)); ok && len(v.Agents) > 0 {
		v.Agents[0].Telecoms = []record.Telecom{n.telecom()}
	} else {
		r.giveBack(first(h, 24))
	}
	agent(4, "author")
	if n := len(v.Agents); n > 0 {
		if country := r.text(first(h, 17)); country != "" {
			v.Agents[n-1].Addresses = []record.Address{{Country: country}}
		}
	}
	if ref := one(h, 22, r.organization); ref != nil {
		v.Agents = append(v.Agents, record.Participation{Role: "responsible", Who: ref})
	}
	for i, role := range []string{"device", "recipient"} {
		if ref, ok := r.designated(first(h, 5+i)); ok {
			v.Participants = append(v.Participants, record.Participation{Role: role, RoleAsSent: "", Who: &ref})
		}
	}
	if n, ok := r.designator(first(h, 25)); ok && len(v.Participants) > 0 {
		v.Participants[0].Telecoms = []record.Telecom{n.telecom()}
	} else {
		r.giveBack(first(h, 25))
	}
	if ref := one(h, 23, r.organization); ref != nil {
		v.Participants = append(v.Participants, record.Participation{Role: "recipient", Who: ref})
	}
	v.Agents, v.Participants, r.rec.Organizations = someOf(v.Agents), someOf(v.Participants), someOf(r.rec.Organizations)
	v.Language = r.textAt(h, 19)
	r.profiles(h, v)
	if r.rec.Patient != nil {
		v.Targets = []record.Ref{{ID: r.rec.Patient.ID, Kind: record.KindPatient}}
	}
}

// someOf gives a list, nil where it is empty.
func someOf[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// peekDesignator reads a designator without taking it.
func peekDesignator(h Segment, field int) (named, bool) {
	d := first(h, field)
	id, kind := d.at(2).peek(), d.at(3).peek()
	if kind == "ISO" && codes.IsOID(id) {
		return named{system: codes.FromCDA(id), name: d.at(1).peek()}, true
	}
	n := named{local: d.at(1).peek()}
	return n, n.local != ""
}

// messageType reads MSG: the event, the type and the structure of the message.
func (r *reader) messageType(d datum) *record.Concept {
	c := record.Concept{Codings: r.mem.codings.List(3)}
	for _, p := range [...]struct {
		n     int
		table string
	}{{2, "3"}, {1, "76"}, {3, "354"}} {
		if code := r.text(d.at(p.n)); code != "" {
			c.Codings = append(c.Codings, record.Coding{System: tableURI(p.table), Code: code})
		}
	}
	if c.IsZero() {
		return nil
	}
	return &c
}

// happened reads EVN: what happened, when, why, and who says so (EVN[Provenance]).
func (r *reader) happened(s Segment) {
	v := record.Provenance{Entry: r.entry(record.KindProvenance, s)}
	if code := r.textAt(s, 1); code != "" {
		v.Activity = &record.Concept{Codings: []record.Coding{{System: tableSystem("3", code), Code: code}}}
	}
	v.Recorded = r.timePtr(s, 2)
	v.When.At = r.timeOf(s, 6)
	if v.When.At.IsZero() {
		v.When.Start = r.timeOf(s, 3) // EVN-3: when it is planned to happen
	}
	v.Reasons = add(v.Reasons, r.codedAt(s, 4, "62"))
	r.participants(&v.Agents, s, 5, "enterer", nil)
	if ref, ok := r.designated(first(s, 7)); ok {
		v.Agents = append(v.Agents, record.Participation{Role: "custodian", Who: &ref})
	}
	if r.rec.Patient != nil {
		v.Targets = []record.Ref{{ID: r.rec.Patient.ID, Kind: record.KindPatient}}
	}
	r.rec.Provenances = append(r.rec.Provenances, v)
}

// software reads SFT (SFT[Device]): the program that sent the message.
func (r *reader) software(s Segment) {
	v := record.Device{Entry: r.entry(record.KindDevice, s), Use: "author"}
	v.ManufacturerRef = one(s, 1, r.organization)
	version := record.DeviceVersion{Value: r.textAt(s, 2)}
	if version.Value != "" {
		v.Versions = []record.DeviceVersion{version}
	}
	v.Software = r.textAt(s, 3)
	v.Model = r.textAt(s, 4)
	if t := r.lines(s, 5); t != "" {
		v.Notes = append(v.Notes, record.Note{Text: t})
	}
	if t := r.timePtr(s, 6); t != nil {
		v.Used.Start = *t // installed
	}
	r.rec.Devices = append(r.rec.Devices, v)
}

// telecom is the network address that a designator is.
func (n named) telecom() record.Telecom {
	var i record.Identifier
	n.put(&i)
	v := i.System + i.SystemAsSent
	if i.Assigner != "" {
		v = i.Assigner + " " + v
	}
	return record.Telecom{System: "other", Value: v}
}

// profiles reads MSH-21 where it names a profile by a URI (MSH[Provenance-Source]: Provenance.policy). What else it is called stays as it is.
func (r *reader) profiles(h Segment, v *record.Provenance) {
	n := 0
	for d := range all(h, 21) {
		n++
		id, kind := d.at(3), d.at(4)
		policy := ""
		switch v := id.peek(); {
		case kind.peek() == "ISO" && codes.IsOID(v):
			policy = "urn:oid:" + v
		case kind.peek() == "URI" && strings.Contains(v, ":") && !strings.HasPrefix(v, "urn:oid:"):
			policy = v
		default:
			continue
		}
		if r.text(id) == "" || r.text(kind) == "" {
			continue
		}
		r.form(v.ID, slotOf("policies", len(v.Policies)), "MSH-21", itoa(n))
		v.Policies = append(v.Policies, policy)
	}
}
