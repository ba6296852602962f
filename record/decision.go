package record

import (
	"cmp"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
)

// DecisionKind is what somebody decided of statements that concern one thing.
type DecisionKind string

// The kinds of decisions (45 CFR 170.315(b)(2)).
const (
	// Keep: all of them stand as they are; they are no conflict, and nothing more is asked.
	Keep DecisionKind = "keep"
	// Combine: they are one thing. Where they differ, the first says how it is.
	Combine DecisionKind = "combine"
	// Choose: the first stands, the others are left out of the record, also where they are one entry with it.
	Choose DecisionKind = "choose"
	// Remove: none of them stands. What other statements say of the same thing stands.
	Remove DecisionKind = "remove"
)

// Decision is what a person decided of statements of the parts of a merged
// record. It never changes a part: what it leaves out stays there.
type Decision struct {
	Kind DecisionKind `json:"kind"`
	// Statements are what it is about; the first has the word in Combine and Choose.
	Statements []Statement `json:"statements"`
	// When and By are when it was decided and by whom: a practitioner of the host's, with what the host knows of them.
	When Time          `json:"when,omitzero"`
	By   *Practitioner `json:"by,omitempty"`
	// Reason is why, as the person gave it.
	Reason *Concept `json:"reason,omitempty"`
}

// concerns reports whether a decision is about one of these parts.
func (d *Decision) concerns(parts map[string]bool) bool {
	return slices.ContainsFunc(d.Statements, func(s Statement) bool { return parts[s.Part] })
}

// sortDecisions puts decisions in the order of their time, each once.
func sortDecisions(all []Decision) []Decision {
	type keyed struct {
		key string
		d   Decision
	}
	var list []keyed
	for _, d := range all {
		text, _ := json.Marshal(d)
		list = append(list, keyed{d.When.Value + "\x00" + string(text), d})
	}
	slices.SortFunc(list, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	list = slices.CompactFunc(list, func(a, b keyed) bool { return a.key == b.key })
	var out []Decision
	for _, k := range list {
		out = append(out, k.d)
	}
	return out
}

// decide carries out the decisions, oldest first: a later one has the last word.
func (m *merger) decide() {
	place := map[string]int{}
	for i := range m.parts {
		place[m.parts[i].ID] = i
	}
	for i := range m.decisions {
		d := &m.decisions[i]
		var of []int
		var known []Statement
		for _, s := range d.Statements {
			part, ok := place[s.Part]
			if !ok {
				continue
			}
			n, ok := m.at[part][s.Entry]
			if !ok || n == m.patient && d.Kind != Combine && d.Kind != Keep {
				continue
			}
			known = append(known, s)
			if !slices.Contains(of, n) {
				of = append(of, n)
			}
		}
		if !m.feasible(d, known, of) {
			m.report.Add(IssueDecision.At("", 0, 0))
			m.unmet = append(m.unmet, i)
			continue
		}
		switch d.Kind {
		case Keep:
			m.settle(of)
		case Combine:
			m.combine(of, place[known[0].Part], known[0].Entry)
			m.settle(of)
		case Choose, Remove:
			if d.Kind == Choose {
				m.settle(of)
				known = known[1:]
			}
			for _, s := range known {
				m.leaveOut(place[s.Part], s.Entry)
			}
		}
	}
}

// feasible reports whether a decision can be carried out: known are those of its statements that the parts have, of the clusters they are in.
func (m *merger) feasible(d *Decision, known []Statement, of []int) bool {
	switch d.Kind {
	case Keep, Remove:
		return len(known) > 0
	case Combine:
		return len(known) > 0 && known[0] == d.Statements[0] && !slices.ContainsFunc(of, func(n int) bool { return m.clusters[n].l != m.clusters[of[0]].l })
	case Choose:
		return len(known) > 0 && known[0] == d.Statements[0]
	}
	return false
}

// leaveOut takes a statement out of the result; a thing that nobody states any more goes.
func (m *merger) leaveOut(part int, entry string) {
	c := &m.clusters[m.at[part][entry]]
	if len(c.members) == 1 {
		c.dropped = true
		return
	}
	c.members = slices.DeleteFunc(c.members, func(x member) bool {
		gone := x.part == part && x.e.ID == entry
		if gone {
			m.left = append(m.left, leftOut{c.l, x.at})
		}
		return gone
	})
	m.conflicts = slices.DeleteFunc(m.conflicts, func(k clusterConflict) bool {
		return (k.a == m.at[part][entry] || k.b == m.at[part][entry]) && k.a != k.b && !m.still(k)
	})
}

// still reports whether what is left of two clusters contradicts itself as it did.
func (m *merger) still(k clusterConflict) bool {
	for _, x := range m.clusters[k.a].members {
		for _, y := range m.clusters[k.b].members {
			if k.index == nil || len(k.index.pair(x, y, k.identity).fields) > 0 {
				return true
			}
		}
	}
	return false
}

// combine makes one cluster of several of one list; the statement named has the first word.
func (m *merger) combine(of []int, part int, entry string) {
	first := &m.clusters[of[0]]
	for _, n := range of[1:] {
		c := &m.clusters[n]
		first.combined = true
		first.members = append(first.members, c.members...)
		for _, x := range c.members {
			m.at[x.part][x.e.ID] = of[0]
		}
		c.members, c.dropped = nil, true
	}
	for i, x := range first.members {
		if x.part == part && x.e.ID == entry {
			first.members = slices.Insert(slices.Delete(first.members, i, i+1), 0, x)
			break
		}
	}
}

// settle takes conflicts between these clusters off the list.
func (m *merger) settle(of []int) {
	m.conflicts = slices.DeleteFunc(m.conflicts, func(k clusterConflict) bool { return slices.Contains(of, k.a) && slices.Contains(of, k.b) })
}

// clusterConflict is a conflict between two clusters, or within one where both are the same.
type clusterConflict struct {
	a, b     int
	fields   []string
	index    *mergeIndex // that found it, nil where none known contradicts some
	identity bool        // whether they share an identifier
}

// noneKnowable are lists of which a source may say that there is none.
var noneKnowable = []string{"allergies", "problems", "medications", "immunizations", "procedures", "devices", "familyHistory", "directives"}

// noneKnown finds what some sources state of a kind of which others say that there is none.
func (m *merger) noneKnown() {
	none, some := map[string][]int{}, map[string][]int{}
	for n := range m.clusters {
		c := &m.clusters[n]
		if !slices.Contains(noneKnowable, c.rule.list) {
			continue
		}
		switch {
		case c.members[0].e.Assertion == NoneKnown:
			none[c.rule.list] = append(none[c.rule.list], n)
		case c.thereIs():
			some[c.rule.list] = append(some[c.rule.list], n)
		}
	}
	for _, list := range noneKnowable {
		for _, n := range none[list] {
			for _, s := range some[list] {
				if m.apartSources(n, s) {
					m.opposes(clusterConflict{a: n, b: s, fields: []string{"assertion"}})
				}
			}
		}
	}
}

// thereIs reports whether a cluster says that there is something, so that not none is known.
func (c *cluster) thereIs() bool {
	e := c.members[0].e
	if e.Assertion != Affirmed || isDenial(e.Status.Code) {
		return false
	}
	switch c.l.typ {
	case reflect.TypeFor[Medication]():
		// An order is of a medicine that the patient is to take.
		not := (*Medication)(c.members[0].at).DoNotPerform
		return not == nil || !*not
	case reflect.TypeFor[Device]():
		return (*Device)(c.members[0].at).Use != "author" && e.Mode == ModeEvent
	}
	return e.Mode == ModeEvent
}

// weigh drops conflicts that are none: where each source that states the one states the
// other too. Of what happens again and again it is enough that one source states both.
func (m *merger) weigh() {
	parts := func(n int) map[int]bool {
		all := map[int]bool{}
		for _, x := range m.clusters[n].members {
			all[x.part] = true
		}
		return all
	}
	lacks := func(a, b map[int]bool) bool {
		for p := range a {
			if !b[p] {
				return true
			}
		}
		return false
	}
	m.conflicts = slices.DeleteFunc(m.conflicts, func(k clusterConflict) bool {
		if k.a == k.b || k.identity || k.index == nil {
			return false
		}
		a, b := parts(k.a), parts(k.b)
		if k.index.rule.lasting {
			return !lacks(a, b) && !lacks(b, a)
		}
		return !lacks(a, b) || !lacks(b, a)
	})
	m.clashes = nil
}

// apartSources reports whether no part states both.
func (m *merger) apartSources(a, b int) bool {
	for _, x := range m.clusters[a].members {
		for _, y := range m.clusters[b].members {
			if x.part == y.part {
				return false
			}
		}
	}
	return true
}

// tell lists the conflicts that nobody has decided.
func (m *merger) tell() {
	for _, k := range m.conflicts {
		a, b := &m.clusters[k.a], &m.clusters[k.b]
		if a.dropped || b.dropped {
			continue
		}
		for _, f := range k.fields {
			x := Conflict{Kind: a.rule.kind, Field: f, Entries: []string{a.id}}
			if k.b != k.a {
				x.Entries = append(x.Entries, b.id)
			}
			for _, c := range []*cluster{a, b} {
				for _, s := range c.members {
					st := Statement{m.parts[s.part].ID, s.e.ID}
					if !slices.Contains(x.Statements, st) {
						x.Statements = append(x.Statements, st)
					}
				}
			}
			m.out.Merging.Conflicts = append(m.out.Merging.Conflicts, x)
			m.report.Add(IssueConflict.At(b.path+"."+f, 0, 0))
		}
	}
	slices.SortStableFunc(m.out.Merging.Conflicts, func(a, b Conflict) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), strings.Compare(strings.Join(a.Entries, " "), strings.Join(b.Entries, " ")), cmp.Compare(a.Field, b.Field))
	})
}

// provenances tell in the result who decided what.
func (m *merger) provenances() {
	place := map[string]int{}
	for i := range m.parts {
		place[m.parts[i].ID] = i
	}
	for i := range m.decisions {
		if slices.Contains(m.unmet, i) {
			continue
		}
		d := &m.decisions[i]
		text, _ := json.Marshal(d)
		p := Provenance{Entry: Entry{ID: madeID("decision", string(text)), Assertion: Affirmed}, When: Period{At: d.When},
			Activity: &Concept{Text: "reconciliation: " + string(d.Kind)}}
		if d.Reason != nil {
			p.Reasons = []Concept{*d.Reason}
		}
		known := false
		for _, s := range d.Statements {
			part, ok := place[s.Part]
			if !ok {
				continue
			}
			n, ok := m.at[part][s.Entry]
			if !ok {
				continue
			}
			known = true
			c := &m.clusters[n]
			if c.dropped {
				p.Entities = append(p.Entities, ProvenanceEntity{Role: "removal", What: Ref{Kind: c.rule.kind, AsSent: s.Entry}})
				continue
			}
			if !slices.ContainsFunc(p.Targets, func(r Ref) bool { return r.ID == c.id }) {
				p.Targets = append(p.Targets, Ref{ID: c.id, Kind: c.rule.kind})
				if d.By != nil {
					// Formats that have no provenance of its own tell with the entry who reviewed it.
					e, by := (*Entry)(c.at), Participation{Role: "verifier", Who: &Ref{ID: d.By.ID, Kind: KindPractitioner}}
					if !d.When.IsZero() {
						by.When = &Period{At: d.When}
					}
					e.Participants = append(e.Participants, by)
				}
			}
		}
		if !known {
			continue
		}
		if d.By != nil {
			p.Agents = []Participation{{Role: "author", Who: &Ref{ID: d.By.ID, Kind: KindPractitioner}}}
			if !slices.ContainsFunc(m.out.Practitioners, func(x Practitioner) bool { return x.ID == d.By.ID }) {
				m.out.Practitioners = append(m.out.Practitioners, *d.By)
			}
		}
		m.out.Provenances = append(m.out.Provenances, p)
	}
}
