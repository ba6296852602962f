package hl7v2

import (
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/portage-health/portage/record"
)

// block is a segment with those that belong to it: an order with its request, its results and their comments.
type block struct {
	segs []Segment
	all  []Segment // segs before those were taken out that a later message says anew
	key  string    // what several messages tell of in such blocks; "" for what only one does
}

func (b *block) head() Segment { return b.segs[0] }

// seg gives the first segment of a name; the absent one where there is none.
func (b *block) seg(name string) Segment {
	id := segmentID(name)
	for _, s := range b.segs {
		if s.is(id) {
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

// following is follows and services, by what the index calls segments.
var following = sync.OnceValue(func() (out struct {
	follows  map[uint32][]uint32
	services []uint32
	numbered []uint32
	booked   []uint32
	restarts map[uint32][]int // places in numbered of those that are counted anew behind a segment: see counter
	note     int              // that of NTE
}) {
	ids := func(names []string) (list []uint32) {
		for _, n := range names {
			list = append(list, segmentID(n))
		}
		return list
	}
	out.follows = map[uint32][]uint32{}
	for name, heads := range follows {
		out.follows[segmentID(name)] = ids(heads)
	}
	out.services, out.numbered, out.booked = ids(services), ids(numbered), ids([]string{"RGS", "AIS", "AIG", "AIL", "AIP"})
	place := func(name string) int { return slices.Index(numbered, name) }
	out.note = place("NTE")
	out.restarts = map[uint32][]int{idOBR: {place("OBX")}, segmentID("RGS"): {place("AIS"), place("AIG"), place("AIL"), place("AIP")}}
	return out
})

// belongs says whether a segment goes with the block before it.
func (b *block) belongs(s Segment) bool {
	id, head := s.id(), b.head().id()
	if id == idNTE || id == idOBX && (head == idORC || head == idOBR) { // as most do
		return true
	}
	known := following()
	if slices.Contains(known.services, id) {
		if head != idORC && !slices.Contains(known.services, head) {
			return false
		}
		last := uint32(0)
		for _, x := range b.segs {
			if x.is(id) {
				return false // the next of its kind is another
			}
			if slices.Contains(known.services, x.id()) {
				last = x.id()
			}
		}
		return last == 0 && head == idORC || last != 0 && last != idOBR && id != idOBR && id != idRXO
	}
	return slices.Contains(known.follows[id], head)
}

// blocks divides the part at hand and reads one block after another. The visit comes first: the rest belongs to it.
func (r *reader) blocks() {
	all := r.p.blocks
	if all == nil {
		all = r.divide(r.desk.blocks[:0])
		r.desk.blocks = all
	}
	r.setIDs()
	for i := range all {
		if all[i].head().is(idMSH) {
			r.header(&all[i])
		}
	}
	for i := range all {
		if all[i].head().is(idPV1) {
			r.visit(&all[i])
		}
	}
	for i := range all {
		r.block(&all[i])
	}
}

// divide divides the part at hand into blocks.
func (r *reader) divide(all []block) []block {
	at, booking := -1, -1
	for n, s := range r.p.segs {
		switch {
		case at >= 0 && all[at].belongs(s):
		case booking >= 0 && slices.Contains(following().booked, s.id()):
			at = booking // what is booked belongs to the appointment, whatever stands between
		default:
			at = len(all)
			all = append(all, block{segs: r.p.segs[n:n:n]})
			if s.is(idSCH) {
				booking = at
			}
		}
		b := &all[at]
		if n > 0 && len(b.segs) > 0 && &r.p.segs[n-1] == &b.segs[len(b.segs)-1] || len(b.segs) == 0 { // those that stand together are not copied
			from := n - len(b.segs)
			b.segs = r.p.segs[from : n+1 : n+1]
			continue
		}
		b.segs = append(b.segs, s)
	}
	return all
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
	case "ACC":
		r.accident(head)
	case "ARV":
		r.restriction(head)
	case "DB1":
		r.disability(head)
	case "PDA":
		r.death(head)
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
		case b.seg("RXO").OK() || b.seg("RXE").OK() || b.seg("RXD").OK() || b.seg("RXG").OK() || b.seg("RXA").OK(), strings.HasPrefix(b.key, medicineKey):
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
		case s.is(idOBX) && r.untouched(s) && !b.head().Is("TXA"):
			v := r.observation(s, b.notesAfter(i), record.KindObservation)
			v.Encounter = r.encounter
			r.rec.Observations = append(r.rec.Observations, v)
		case s.is(idNTE) && !first(s, 3).leafTaken(r):
			id := r.p.owners[before.Index()]
			for _, e := range r.rec.Entries() {
				if e.ID == id && id != "" {
					r.own(s, id)
					e.Notes = append(e.Notes, r.notes(b.segs[i:i+1])...)
					break
				}
			}
		}
		if !s.is(idNTE) {
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
	var last [32]int // by the place in numbered
	known := following().numbered
	for _, s := range r.p.segs {
		at := slices.Index(known, s.id())
		if at < 0 {
			continue
		}
		d := first(s, 1)
		v := d.peek()
		n, err := strconv.Atoi(v)
		if err == nil && (n == 1 || n == last[at]+1 || n == 0) && (len(v) == 1 || v[0] != '0' && v[0] != '+' && v[0] != '-') {
			r.led.Scaffold(int(d.first))
		}
		last[at] = n
	}
	r.setIDForms()
}

// setIDForms keeps how a message numbered its segments where a writer would number them otherwise.
func (r *reader) setIDForms() {
	var count [32]int // by the place in numbered: what a writer counts, see counter
	var otherwise uint32
	known := following()
	for _, s := range r.p.segs {
		id := s.id()
		at := slices.Index(known.numbered, id)
		for _, k := range known.restarts[id] {
			count[k] = 0
		}
		if id != idNTE {
			count[known.note] = 0
		}
		if at < 0 {
			continue
		}
		count[at]++
		if d := first(s, 1); otherwise&(1<<at) == 0 && d.x != nil && r.led.Scaffolded(int(d.first)) {
			if v := d.peek(); v != "" && !isCount(v, count[at]) {
				otherwise |= 1 << at
			}
		}
	}
	for at := 0; otherwise>>at != 0; at++ {
		if otherwise>>at&1 == 0 {
			continue
		}
		var sent []string
		for _, s := range r.p.segs {
			if s.is(known.numbered[at]) {
				v := first(s, 1).peek()
				if v == "" || !r.led.Scaffolded(int(first(s, 1).first)) {
					v = "-"
				}
				sent = append(sent, v)
			}
		}
		r.form("", "", numbered[at]+"-1", strings.Join(sent, " "))
	}
}

// isCount reports whether a text is a number as it is counted.
func isCount(v string, n int) bool {
	if n < 10 {
		return len(v) == 1 && v[0] == byte('0'+n)
	}
	return v == strconv.Itoa(n)
}

// counter counts segments by their names as a writer numbers them: within what they hang on.
type counter map[string]int

func (c counter) next(name string) int {
	switch name {
	case "OBR":
		c["OBX"] = 0
	case "RGS":
		c["AIS"], c["AIG"], c["AIL"], c["AIP"] = 0, 0, 0, 0
	}
	if name != "NTE" {
		c["NTE"] = 0
	}
	c[name]++
	return c[name]
}

// numbered are the segments whose first field only counts them.
var numbered = []string{"PID", "PV1", "NK1", "AL1", "IAM", "DG1", "PR1", "GT1", "IN1", "OBR", "OBX", "NTE", "SPM", "TXA", "RGS", "AIS", "AIG", "AIL", "AIP", "FT1", "TQ1", "ARV"}

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
