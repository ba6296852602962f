package hl7v2

import (
	"slices"
	"strconv"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// block is a segment with those that belong to it: an order with its request, its results and their comments.
type block struct{ segs []Segment }

func (b *block) head() Segment { return b.segs[0] }

// seg gives the first segment of a name; the absent one where there is none.
func (b *block) seg(name string) Segment {
	for _, s := range b.segs {
		if s.Is(name) {
			return s
		}
	}
	return Segment{}
}

// starts says of the segments that follow another which ones those are. Others begin a block of their own. A block is found by what
// stands next to one another and not by the structure of the message, so that messages against their structure are read too.
var follows = map[string][]string{
	"OBX": {"ORC", "OBR", "RXO", "RXE", "RXD", "RXG", "RXA", "TXA", "PRB", "GOL", "PTH", "RF1", "PR1"},
	"TQ1": {"ORC", "OBR", "RXO", "RXE", "RXD", "RXG", "RXA", "SCH"},
	"TQ2": {"ORC", "OBR", "RXO", "RXE", "RXD", "RXG", "RXA", "SCH"},
	"RXR": {"ORC", "RXO", "RXE", "RXD", "RXG", "RXA"},
	"RXC": {"ORC", "RXO", "RXE", "RXD", "RXG", "RXA"},
	"SPM": {"ORC", "OBR"},
	"SAC": {"ORC", "OBR", "SPM"},
	"CTD": {"ORC", "OBR", "RF1"},
	"CTI": {"ORC", "OBR"},
	"BLG": {"ORC", "OBR"},
	"DG1": {"ORC", "OBR", "FT1", "RXO"},
	"PV2": {"PV1"},
	"PD1": {"PID"},
	"IN2": {"IN1"}, "IN3": {"IN1"}, "IN4": {"IN1"},
	"RGS": {"SCH"}, "AIS": {"SCH", "RGS"}, "AIG": {"SCH", "RGS"}, "AIL": {"SCH", "RGS"}, "AIP": {"SCH", "RGS"},
	"VAR": {"PRB", "GOL", "PTH"},
	"PRD": {"RF1"}, "AUT": {"RF1"},
	"PR1": {"FT1"},
	"ROL": {"PID", "PV1", "PR1", "IN1", "PRB", "GOL", "PTH"},
	"PRT": {"PID", "PV1", "ORC", "OBR", "PRB", "GOL", "PTH", "TXA", "RXO", "RXE", "RXA", "AIP"},
}

// services are the segments that an ORC may say the order of.
var services = []string{"OBR", "RXO", "RXE", "RXD", "RXG", "RXA"}

// belongs says whether a segment goes with the block before it.
func (b *block) belongs(s Segment) bool {
	name, head := s.Name(), b.head().Name()
	if name == "NTE" {
		return true
	}
	if slices.Contains(services, name) {
		if head != "ORC" && !slices.Contains(services, head) {
			return false
		}
		if b.seg(name).OK() {
			return false // the next of its kind is another
		}
		last := ""
		for _, x := range b.segs {
			if slices.Contains(services, x.Name()) {
				last = x.Name()
			}
		}
		return last == "" && head == "ORC" || last != "" && last != "OBR" && name != "OBR" && name != "RXO"
	}
	return slices.Contains(follows[name], head)
}

// blocks divides the part at hand and reads one block after another. The visit comes first: the rest belongs to it.
func (r *reader) blocks() {
	var all []block
	at, booking := -1, -1
	for _, s := range r.p.segs {
		switch {
		case at >= 0 && all[at].belongs(s):
		case booking >= 0 && slices.Contains([]string{"RGS", "AIS", "AIG", "AIL", "AIP"}, s.Name()):
			at = booking // what is booked belongs to the appointment, whatever stands between
		default:
			at = len(all)
			all = append(all, block{})
			if s.Is("SCH") {
				booking = at
			}
		}
		all[at].segs = append(all[at].segs, s)
	}
	r.setIDs()
	for i := range all {
		if all[i].head().Is("MSH") {
			r.header(&all[i])
		}
	}
	for i := range all {
		if all[i].head().Is("PV1") {
			r.visit(&all[i])
		}
	}
	for i := range all {
		r.block(&all[i])
	}
}

// block reads one block.
func (r *reader) block(b *block) {
	switch head := b.head(); head.Name() {
	case "SFT":
		r.software(head)
	case "EVN":
		r.happened(head)
	case "PID":
		r.moreOfPatient(b)
	case "SPM":
		r.specimens(b)
	case "NK1":
		r.nextOfKin(head)
	case "GT1":
		r.guarantor(head)
	case "AL1":
		r.allergy(head)
	case "IAM":
		r.adverse(head)
	case "DG1":
		r.diagnosis(head)
	case "PR1":
		r.procedure(b, head)
	case "IN1":
		r.insurance(b)
	case "TXA":
		r.document(b)
	case "SCH":
		r.appointment(b)
	case "FT1":
		r.charge(b)
	case "PRB":
		r.problem(b)
	case "GOL":
		r.goal(b)
	case "RF1":
		r.referral(b)
	case "MRG":
		r.merged(head)
	case "OBX", "OBR":
		r.results(b)
	case "ORC", "RXO", "RXE", "RXD", "RXG", "RXA":
		switch {
		case r.isVaccination(b):
			r.immunization(b)
		case b.seg("RXO").OK() || b.seg("RXE").OK() || b.seg("RXD").OK() || b.seg("RXG").OK() || b.seg("RXA").OK():
			r.medication(b)
		default:
			r.results(b)
		}
	}
	r.roles(b)
	r.left(b)
}

// left reads the comments and observations of a block that its head has no place for: a comment goes to what it follows.
func (r *reader) left(b *block) {
	var before Segment
	for i, s := range b.segs {
		switch {
		case s.Is("OBX") && r.untouched(s):
			v := r.observation(s, b.notesAfter(i), record.KindObservation)
			v.Encounter = r.encounter
			r.rec.Observations = append(r.rec.Observations, v)
		case s.Is("NTE") && !first(s, 3).leafTaken(r):
			id := r.p.owners[before.Index()]
			for _, e := range r.rec.Entries() {
				if e.ID == id && id != "" {
					r.own(s, id)
					e.Notes = append(e.Notes, r.notes(b.segs[i:i+1])...)
					break
				}
			}
		}
		if !s.Is("NTE") {
			before = s
		}
	}
}

// untouched reports whether nobody read anything of a segment but its number.
func (r *reader) untouched(s Segment) bool {
	from, to := s.Pieces()
	for i := from; i <= to; i++ {
		if r.led.Taken(i) {
			return false
		}
	}
	return true
}

// leafTaken reports whether the first piece was read.
func (d datum) leafTaken(r *reader) bool { return d.x != nil && r.led.Taken(int(d.first)) }

// setIDs checks the numbers of segments (SI): one that only counts is scaffold, another is left.
func (r *reader) setIDs() {
	last := map[string]int{}
	for _, s := range r.p.segs {
		name := s.Name()
		if !slices.Contains(numbered, name) {
			continue
		}
		d := first(s, 1)
		n, err := strconv.Atoi(d.peek())
		if err == nil && (n == 1 || n == last[name]+1 || n == 0) && d.peek() == strconv.Itoa(n) {
			r.led.Scaffold(int(d.first))
		}
		last[name] = n
	}
}

// numbered are the segments whose first field only counts them.
var numbered = []string{"PID", "PV1", "NK1", "AL1", "IAM", "DG1", "PR1", "GT1", "IN1", "OBR", "OBX", "NTE", "SPM", "TXA", "RGS", "AIS", "AIG", "AIL", "AIP", "FT1", "TQ1", "ARV"}

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
	v := record.Provenance{Entry: record.Entry{Assertion: record.Affirmed, Origins: []record.Origin{{Source: r.p.source.ID, Path: path, Line: line}}}}
	if id := r.textAt(h, 10); id != "" {
		i := record.Identifier{Value: id}
		if n, ok := (&reader{led: r.led}).peekDesignator(h, 3); ok {
			n.put(&i)
		}
		v.Identifiers = []record.Identifier{i}
	}
	v.ID = r.id(record.KindProvenance, path, nil)
	r.own(h, v.ID)
	v.Recorded = r.timePtr(h, 7)
	v.Activity = r.messageType(first(h, 9))
	if p := r.text(first(h, 11)); p != "" {
		v.Labels = append(v.Labels, record.Label{Kind: "handling", Coding: record.Coding{System: tableSystem("103", p), Code: p}})
	}
	if isVersion(first(h, 12).peek()) {
		r.led.Scaffold(int(first(h, 12).first))
	}
	if c := r.p.m.Charset(); c.Declared && !c.Unknown && !c.Broken {
		r.led.Scaffold(int(first(h, 18).first))
	}
	agent := func(field int, role string) {
		if ref, ok := r.designated(first(h, field)); ok {
			v.Agents = append(v.Agents, record.Participation{Role: role, Who: &ref})
		}
	}
	agent(3, "assembler")
	r.fixed(first(h, 15), "AL", "NE", "ER", "SU") // how the message is to be answered
	r.fixed(first(h, 16), "AL", "NE", "ER", "SU")
	if n, ok := r.designator(first(h, 24)); ok && len(v.Agents) > 0 {
		v.Agents[0].Telecoms = []record.Telecom{n.telecom()}
	} else {
		r.giveBack(first(h, 24))
	}
	agent(4, "author")
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
	v.Language = r.textAt(h, 19)
	if r.rec.Patient != nil {
		v.Targets = []record.Ref{{ID: r.rec.Patient.ID, Kind: record.KindPatient}}
	}
	r.rec.Provenances = append(r.rec.Provenances, v)
}

// peekDesignator reads a designator without taking it.
func (r *reader) peekDesignator(h Segment, field int) (named, bool) {
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
	var c record.Concept
	for _, p := range []struct {
		n     int
		table string
	}{{2, "3"}, {1, "76"}, {3, "354"}} {
		if code := r.text(d.at(p.n)); code != "" {
			system := tableSystem(p.table, code)
			if system == "" {
				system = tableURI(p.table)
			}
			c.Codings = append(c.Codings, record.Coding{System: system, Code: code})
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

// isVersion says whether a text names a version of HL7 v2 that is known here.
func isVersion(v string) bool {
	return slices.Contains([]string{"2.1", "2.2", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2", "2.9", "2.9.1"}, v)
}

// readingIssues tells what of a message's form a reader should know.
func (m *Message) readingIssues() (out []record.Issue) {
	h := m.SegmentAt(0)
	if !h.Is("MSH") {
		return nil
	}
	if c := m.Charset(); !c.Declared || c.Unknown || c.Broken {
		if f := h.Field(18); f.Valued() || !m.x.text.ascii {
			path, line, col := f.Position()
			if !f.OK() {
				path, line, col = h.Position()
			}
			out = append(out, record.IssueCharset.At(path, line, col))
		}
	}
	if v := m.Version(); v != "" && !isVersion(v) {
		path, line, col := h.Field(12).Position()
		out = append(out, record.IssueUnsupportedVersion.At(path, line, col))
	}
	return out
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
