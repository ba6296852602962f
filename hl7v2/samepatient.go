package hl7v2

import "github.com/portage-health/portage/record"

// patientNumber is an identifier of a patient in PID-3, or in PID-2 where there is none (HL7 v2.5.1 3.4.2.3).
type patientNumber struct {
	authority, value string
	typ              string // table 0203
	of               numberOf
}

// numberOf is how far a number tells one patient from another.
type numberOf uint8

const (
	ofPatient numberOf = iota // the sender's own number of the patient, of which an authority gives one
	ofPerson                  // a number that somebody else gave
	ofOther                   // of an account, a visit, an insurance: it may be that of others
)

func numberFor(typ string) numberOf {
	switch typ {
	case "", "MR", "PI", "PT":
		return ofPatient
	case "AN", "VN", "SN", "SNO", "MB", "GN", "PRC", "WC", "WCN", "BC", "BA", "U", "XX", "ANON", "PCN", "FI", "ACSN", "AM":
		return ofOther
	}
	return ofPerson
}

// who is what a message says of whom it tells.
type who struct {
	numbers             []patientNumber
	own                 []patientNumber // those of the patient's own, as many as are remembered
	born, family, given string
	at                  int // the group that they are in
}

// who gives what identifies the patient of a part.
func (p *part) who() (w who) {
	for _, s := range p.segs {
		if !s.is(idPID) {
			continue
		}
		for _, field := range []int{3, 2} {
			for d := range all(s, field) {
				if v := d.at(1).peek(); v != "" && v != `""` {
					n := patientNumber{authority: d.at(4).ER7(), value: v, typ: d.at(5).peek()}
					if n.authority == "" {
						n.authority = "sender " + p.sender
					}
					n.of = numberFor(n.typ)
					if w.numbers = append(w.numbers, n); n.of == ofPatient && len(w.own) < mostNumbers {
						w.own = append(w.own, n)
					}
				}
			}
			if len(w.numbers) > 0 {
				break
			}
		}
		w.born = unlessNull(first(s, 7).at(1).peek())
		w.family, w.given = unlessNull(first(s, 5).at(1).peek()), unlessNull(first(s, 5).at(2).peek())
		return w
	}
	return w
}

// unlessNull gives a value where one is said.
func unlessNull(v string) string {
	if v == `""` {
		return ""
	}
	return v
}

// holders tells whose numbers are.
type holders struct {
	exact map[patientNumber]holder // by authority, type and value
	any   map[[2]string]holder     // by authority and value: the first who has them with any type
	all   []who                    // the groups: what was first said of each, and numbers of their own
}

type holder struct {
	at     int
	typ    string
	shared bool // the number was found on somebody else as well
}

// patients gives the parts of the input's messages, those of one patient together. A number of the patient's own joins them; one that
// others gave only where what is known of the two agrees. No number joins two of whom one authority says that they are two.
func (f *file) patients() [][]*part {
	all := make([][]*part, 0, len(f.messages))
	for _, m := range f.messages {
		all = append(all, m.split())
	}
	if len(all) == 1 && len(all[0]) == 1 {
		return all
	}
	return byPatient(all)
}

// byPatient puts the parts of messages together by whom they are of.
func byPatient(all [][]*part) [][]*part {
	var out [][]*part
	h := holders{exact: map[patientNumber]holder{}, any: map[[2]string]holder{}}
	for _, parts := range all {
		for _, p := range parts {
			w := p.who()
			at, shares := h.find(&w)
			if p.shares = shares; at < 0 {
				at = len(out)
				out = append(out, nil)
				h.all = append(h.all, who{born: w.born, family: w.family, given: w.given, at: at})
			}
			h.enter(&w, at)
			out[at] = append(out[at], p)
		}
	}
	if len(out) == 0 {
		return [][]*part{nil}
	}
	return out
}

// find gives the group of the patient of whom a message tells, -1 where they are new; and whether a number of theirs is another's too.
func (h *holders) find(w *who) (at int, shares bool) {
	at = -1
	for of := ofPatient; of <= ofOther && at < 0; of++ {
		for i := range w.numbers {
			n := &w.numbers[i]
			if n.of != of {
				continue
			}
			x, ok := h.exact[*n]
			k := [2]string{n.authority, n.value}
			if !ok {
				if x, ok = h.any[k]; !ok || n.typ != "" && x.typ != "" {
					continue
				}
			}
			if x.shared {
				continue
			}
			if !h.agree(w, x.at, of) {
				x.shared, shares = true, shares || of == ofPerson
				h.exact[*n], h.any[k] = x, x
				continue
			}
			at = x.at
			break
		}
	}
	return at, shares
}

// agree reports whether those of whom a message tells may be the patient of a group with whom they share a number.
func (h *holders) agree(w *who, at int, of numberOf) bool {
	g := &h.all[at]
	if of == ofPatient {
		return true
	}
	if g.born != "" && w.born != "" && !sameStart(g.born, w.born) || of == ofOther && (g.family != w.family || g.given != w.given) {
		return false
	}
	// One authority gives one number of its own to one patient.
	for i := range w.own {
		for k := range g.own {
			if n, m := &w.own[i], &g.own[k]; m.authority == n.authority && m.typ == n.typ {
				return false
			}
		}
	}
	return true
}

// sameStart reports whether one of two times is the other, as far as both go.
func sameStart(a, b string) bool {
	n := min(len(a), len(b), len("YYYYMMDD"))
	return a[:n] == b[:n]
}

// mostNumbers is how many of their own numbers are remembered of a patient, to tell them from others.
const mostNumbers = 32

// enter notes the numbers of a patient.
func (h *holders) enter(w *who, at int) {
	g := &h.all[at]
	if g.born == "" {
		g.born = w.born
	}
	for i := range w.numbers {
		n := &w.numbers[i]
		if x, ok := h.exact[*n]; ok {
			if x.at == at {
				continue
			}
		} else {
			h.exact[*n] = holder{at: at, typ: n.typ}
		}
		k := [2]string{n.authority, n.value}
		if _, ok := h.any[k]; !ok {
			h.any[k] = holder{at: at, typ: n.typ}
		}
		if n.of == ofPatient && len(g.own) < mostNumbers {
			g.own = append(g.own, *n)
		}
	}
}

// sharedNumbers reports that a number of a patient is that of another too.
func (r *reader) sharedNumbers(p *part) {
	for _, s := range p.segs {
		if s.is(idPID) {
			r.issueOf(&record.IssueSharedIdentifier, s)
			return
		}
	}
}
