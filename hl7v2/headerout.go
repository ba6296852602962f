package hl7v2

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// header writes MSH from what the record says of the message that it was, or of a new one.
func (w *sender) header(v *record.Provenance) {
	m := w.m
	s := &segmentOut{name: "MSH", line: 1, order: 1}
	m.segs = append(m.segs, s)
	m.line = 1
	if v == nil {
		for i, name := range []string{w.x.Application, w.x.Facility, w.x.ReceivingApplication, w.x.ReceivingFacility} {
			for n, part := range strings.Split(name, "^") {
				w.put(s.at(3+i).at(n+1), part)
			}
		}
		w.put(s.at(7), messageTime(w.opts.Now))
		w.messageType(s)
		w.put(s.at(11), orElse(w.x.Processing, "P"))
		w.put(s.at(12), orElse(w.x.Version, "2.5.1"))
		w.put(s.at(18), orElse(w.x.Charset, "UNICODE UTF-8"))
		return
	}
	s.owner = v.ID
	w.senders(s, v)
	w.timePtr(s.at(7), &v.Recorded)
	if w.writtenType(s, v) {
		v.Activity = nil
	}
	if len(v.Identifiers) > 0 {
		w.controlID(s, &v.Identifiers[0])
	}
	for i := range v.Labels {
		if x := &v.Labels[i]; x.Kind == "" && x.Coding.System == "" {
			w.str(s.at(8), &x.Coding.Code)
		}
		if x := &v.Labels[i]; x.Kind == "handling" && w.put(s.at(11), x.Coding.Code) {
			x.Coding.Code, x.Coding.System = "", ""
		}
	}
	w.put(s.at(12), m.version)
	w.str(s.at(19), &v.Language)
	for _, f := range w.formsOf(v.ID, "") {
		switch n := fieldOf(f.path, "MSH"); n {
		case 0:
		case 18:
			w.m.charset = f.data
		default:
			w.put(s.at(n), f.data)
		}
	}
	w.profiles(s, v)
	w.impliedTargets(v)
}

// profiles writes MSH-21: the profiles that a message follows.
func (w *sender) profiles(s *segmentOut, v *record.Provenance) {
	for i := range v.Policies {
		for _, f := range w.formsOf(v.ID, slotOf("policies", i)) {
			n, _, ok := number(f.data)
			if !ok || f.path != "MSH-21" {
				continue
			}
			at := spot{s: s, field: 21, rep: n}
			id, isOID := strings.CutPrefix(v.Policies[i], "urn:oid:")
			kind := "URI"
			if isOID {
				kind = "ISO"
			}
			if w.put(at.at(3), id) && w.put(at.at(4), kind) {
				v.Policies[i] = ""
			}
		}
	}
}

func orElse(v, other string) string {
	if v == "" {
		return other
	}
	return v
}

// senders writes who sent the message, and to whom.
func (w *sender) senders(s *segmentOut, v *record.Provenance) {
	for i := range v.Agents {
		x := &v.Agents[i]
		w.In("agents", i)
		ok := false
		switch x.Role {
		case "assembler":
			ok = w.designatedBy(s.at(3), x.Who)
		case "author":
			ok = w.designatedBy(s.at(4), x.Who)
		case "responsible":
			ok = w.organization(s.at(22), x.Who)
		}
		if ok {
			x.Role, x.RoleAsSent = "", ""
		}
		if i == 0 {
			w.network(s.at(24), x.Telecoms)
		}
		if len(x.Addresses) > 0 && !s.has(17) {
			w.str(s.at(17), &x.Addresses[0].Country)
		}
		w.Leave()
	}
	for i := range v.Participants {
		x := &v.Participants[i]
		w.In("participants", i)
		ok := false
		switch x.Role {
		case "device":
			ok = w.designatedBy(s.at(5), x.Who)
		case "recipient":
			ok = !s.has(6) && w.designatedBy(s.at(6), x.Who) || w.organization(s.at(23), x.Who)
		}
		if ok {
			x.Role, x.RoleAsSent = "", ""
		}
		if i == 0 {
			w.network(s.at(25), x.Telecoms)
		}
		w.Leave()
	}
}

// network writes the network address that a telecom holds: see named.telecom.
func (w *sender) network(p spot, list []record.Telecom) {
	if len(list) == 0 || list[0].System != "other" || list[0].Value == "" {
		return
	}
	name, id, both := strings.Cut(list[0].Value, " ")
	if !both {
		name, id = "", list[0].Value
	}
	var i record.Identifier
	if strings.HasPrefix(id, "urn:") || strings.Contains(id, "://") {
		i = record.Identifier{System: id, Assigner: name}
	} else {
		i = record.Identifier{SystemAsSent: list[0].Value}
	}
	if w.designator(p, &i); i.IsZero() {
		list[0].System, list[0].Value = "", ""
	}
}

// controlID writes MSH-10; its authority is the sender's.
func (w *sender) controlID(s *segmentOut, i *record.Identifier) {
	w.str(s.at(10), &i.Value)
	var a record.Identifier
	for _, c := range s.cells {
		switch c.key {
		case keyOf(3, 1, 1, 1):
			a.SystemAsSent = c.text
		case keyOf(3, 1, 2, 1):
			a.System = c.text
		}
	}
	if i.System != "" && strings.HasSuffix(i.System, a.System) && a.System != "" || i.System == "" && i.SystemAsSent == a.SystemAsSent {
		i.System, i.SystemAsSent, i.Assigner = "", "", ""
	}
}

// messageType writes MSH-9.
func (w *sender) messageType(s *segmentOut) {
	w.put(s.at(9).at(1), w.m.kind)
	w.put(s.at(9).at(2), w.m.event)
	w.put(s.at(9).at(3), w.m.structure)
}

// writtenType writes MSH-9 as the activity of a message's provenance says it.
func (w *sender) writtenType(s *segmentOut, v *record.Provenance) bool {
	if v.Activity == nil {
		return false
	}
	for _, g := range v.Activity.Codings {
		for n, table := range []string{"76", "3", "354"} {
			if g.System == tableURI(table) {
				w.put(s.at(9).at(n+1), g.Code)
			}
		}
	}
	return v.Activity.Text == ""
}

// impliedTargets clears that a message is about the patient.
func (w *sender) impliedTargets(v *record.Provenance) {
	if p := w.rec.Patient; p != nil && len(v.Targets) == 1 && v.Targets[0].ID == p.ID {
		v.Targets = nil
	}
}

// typeOf reads the type of a message off its provenance.
func typeOf(v *record.Provenance) (kind, event, structure string) {
	if v.Activity == nil {
		return "", "", ""
	}
	for _, g := range v.Activity.Codings {
		switch g.System {
		case tableURI("76"):
			kind = g.Code
		case tableURI("3"):
			event = g.Code
		case tableURI("354"):
			structure = g.Code
		}
	}
	return kind, event, structure
}

// event writes EVN; v is nil for a new message.
func (w *sender) event(v *record.Provenance) {
	if v == nil {
		s := w.segment("EVN", "", 0)
		w.put(s.at(1), w.m.event)
		w.put(s.at(2), messageTime(w.opts.Now))
		return
	}
	s := w.segment("EVN", v.ID, w.lineOf(&v.Entry, "EVN"))
	if c := v.Activity; c != nil && len(c.Codings) == 1 && w.put(s.at(1), c.Codings[0].Code) {
		c.Codings[0].Code, c.Codings[0].System = "", ""
	}
	w.timePtr(s.at(2), &v.Recorded)
	w.time(s.at(6), &v.When.At)
	w.time(s.at(3), &v.When.Start)
	if len(v.Reasons) > 0 {
		w.coded(s.at(4), &v.Reasons[0], "62")
	}
	for i := range v.Agents {
		x := &v.Agents[i]
		w.In("agents", i)
		switch x.Role {
		case "enterer":
			if w.person(s.next(5), x.Who) {
				x.Role = ""
			}
		case "custodian":
			if w.designatedBy(s.at(7), x.Who) {
				x.Role = ""
			}
		}
		w.Leave()
	}
	w.impliedTargets(v)
}

// software writes SFT.
func (w *sender) software(v *record.Device) {
	s := w.segment("SFT", v.ID, w.lineOf(&v.Entry, "SFT"))
	if w.organization(s.at(1), v.ManufacturerRef) {
		v.Use = ""
	}
	if len(v.Versions) > 0 {
		w.str(s.at(2), &v.Versions[0].Value)
	}
	w.str(s.at(3), &v.Software)
	w.str(s.at(4), &v.Model)
	if len(v.Notes) > 0 {
		w.lines(s, 5, &v.Notes[0].Text)
	}
	w.time(s.at(6), &v.Used.Start)
	if v.Use == "author" && len(s.cells) > 0 {
		v.Use = ""
	}
	w.dropEmpty(s)
}

// isPath reports whether a source's segment of a name said an entry.
func isPath(e *record.Entry, source string, names ...string) bool {
	return slices.ContainsFunc(e.Origins, func(o record.Origin) bool {
		seg, _, _ := strings.Cut(o.Path, "[")
		return o.Source == source && slices.Contains(names, seg)
	})
}
