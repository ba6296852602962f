package record

import (
	"slices"
)

// rows gives a row for each thing: a cluster, those that it contradicts, and those that are about the same.
func (m *merger) rows(kinds []string) []Row {
	var rows []Row
	about := m.about(kinds)
	done := map[int]bool{}
	for n := range m.clusters {
		if c := &m.clusters[n]; done[n] || c.dropped || !slices.Contains(kinds, c.rule.kind) {
			continue
		}
		of, fields := m.opposed(n)
		for grown := true; grown; {
			grown = false
			for _, k := range slices.Clone(of) {
				for _, o := range about[k] {
					if !slices.Contains(of, o) && !done[o] {
						more, also := m.opposed(o)
						for _, x := range more {
							if !slices.Contains(of, x) {
								of = append(of, x)
							}
						}
						for _, f := range also {
							if !slices.Contains(fields, f) {
								fields = append(fields, f)
							}
						}
						grown = true
					}
				}
			}
		}
		slices.Sort(of)
		row := Row{Kind: m.clusters[n].rule.kind, Conflicts: fields, Apart: m.apartBy(of)}
		for _, k := range of {
			done[k] = true
			row.Entries = append(row.Entries, m.clusters[k].id)
			for _, x := range m.clusters[k].members {
				row.Sides = append(row.Sides, m.side(x))
			}
		}
		m.propose(&row, of)
		rows = append(rows, row)
	}
	return rows
}

// about gives, for each cluster of what lasts, the others that are about the same.
func (m *merger) about(kinds []string) map[int][]int {
	byKey, of := map[string][]int{}, map[int][]int{}
	for n := range m.clusters {
		c := &m.clusters[n]
		if c.dropped || !c.rule.lasting || !slices.Contains(kinds, c.rule.kind) || m.noneOf(n) {
			continue
		}
		for _, x := range c.distinct {
			for _, key := range m.indexes[c.rule.list].keysOf(x) {
				key = c.rule.list + " " + key
				if list := byKey[key]; !slices.Contains(list, n) {
					byKey[key] = append(list, n)
				}
			}
		}
	}
	for _, list := range byKey {
		for _, n := range list {
			for _, o := range list {
				if o != n && !slices.Contains(of[n], o) {
					of[n] = append(of[n], o)
				}
			}
		}
	}
	for n := range of {
		slices.Sort(of[n])
	}
	return of
}

// apartBy names the fields by which clusters of one row are told apart.
func (m *merger) apartBy(of []int) (fields []string) {
	for i, a := range of {
		for _, b := range of[i+1:] {
			x, y := &m.clusters[a], &m.clusters[b]
			if x.rule != y.rule || len(x.members) == 0 || len(y.members) == 0 {
				continue
			}
			for _, f := range m.indexes[x.rule.list].pair(x.members[0], y.members[0], false).by {
				if !slices.Contains(fields, f) {
					fields = append(fields, f)
				}
			}
		}
	}
	return fields
}

// opposed gives a cluster and those that it contradicts, directly or through others, and the fields.
func (m *merger) opposed(n int) (of []int, fields []string) {
	of = []int{n}
	for grown := true; grown; {
		grown = false
		for _, k := range m.conflicts {
			a, b := slices.Contains(of, k.a), slices.Contains(of, k.b)
			if !a && !b || m.clusters[k.a].dropped || m.clusters[k.b].dropped {
				continue
			}
			for _, x := range []int{k.a, k.b} {
				// That there is none known is a statement of its own, and contradicts each of many.
				if !slices.Contains(of, x) && !m.noneOf(k.a) && !m.noneOf(k.b) {
					of, grown = append(of, x), true
				}
			}
			for _, f := range k.fields {
				if !slices.Contains(fields, f) {
					fields = append(fields, f)
				}
			}
		}
	}
	return of, fields
}

func (m *merger) noneOf(n int) bool { return m.clusters[n].members[0].e.Assertion == NoneKnown }

func (m *merger) side(x member) Side {
	part := &m.parts[x.part]
	s := Side{Statement: Statement{part.ID, x.e.ID}, Entry: x.e, Index: x.index}
	if n, ok := m.at[x.part][x.e.ID]; ok && !m.clusters[n].dropped {
		s.In = m.clusters[n].id
	}
	for _, o := range x.e.Origins {
		for k := range part.Record.Sources {
			if part.Record.Sources[k].ID == o.Source {
				s.Source = &part.Record.Sources[k]
			}
		}
	}
	switch author := lastAuthor(x.e); {
	case x.e.Updated != nil && x.e.Updated.Value != "":
		s.Modified, s.ModifiedBy = *x.e.Updated, "updated"
	case author.Value != "":
		s.Modified, s.ModifiedBy = author, "author"
	case x.e.Recorded != nil && x.e.Recorded.Value != "":
		s.Modified, s.ModifiedBy = *x.e.Recorded, "recorded"
	case s.Source != nil && s.Source.Time != "":
		s.Modified, s.ModifiedBy = Time{Value: s.Source.Time}, "source"
	}
	return s
}

// lastAuthor gives the latest time at which an author took part in an entry.
func lastAuthor(e *Entry) (last Time) {
	for i := range e.Participants {
		p := &e.Participants[i]
		if p.Role != "author" || p.When == nil {
			continue
		}
		for _, t := range []Time{p.When.At, p.When.Start} {
			if t.Value > last.Value {
				last = t
			}
		}
	}
	return last
}

// later reports whether a time is after another: as instants where both have an offset, else by what the clock showed.
func later(a, b Time) bool {
	if i, ok := a.instant(); ok && a.Offset() != "" {
		if j, ok := b.instant(); ok && b.Offset() != "" {
			return i.After(j)
		}
	}
	return a.Value > b.Value
}

// propose fills in what is proposed of a row that is made of clusters.
func (m *merger) propose(row *Row, of []int) {
	order := slices.Clone(row.Sides)
	parts := map[string]bool{}
	wrong := true
	for _, s := range order {
		parts[s.Part] = true
		wrong = wrong && s.Entry.Status.Code == StatusEnteredInError
	}
	row.Proposal.Kind, row.Why = Keep, OneSource
	current := m.goingOn(of)
	var against map[string][]string
	switch {
	case wrong:
		row.Proposal.Kind, row.Why = Remove, WasAnError
	case slices.Contains(row.Conflicts, "assertion") && order[0].Entry.Assertion == NoneKnown:
		// That there is none known does not take away what somebody knows.
		row.Proposal.Kind, row.Why = Remove, StatedFirst
	case m.otherThings(row, of):
		row.Why = OtherThings
	case len(row.Conflicts) > 0 && len(of) > 1:
		row.Proposal.Kind, row.Why = Choose, NewestFirst
		against = m.against(of)
		order = slices.DeleteFunc(order, func(s Side) bool { return len(against[s.In]) == 0 })
	case len(current) > 1 && len(parts) > 1 && !m.allState(current) && !slices.ContainsFunc(row.Apart, func(f string) bool { return slices.Contains(ofAnother, f) }):
		row.Proposal.Kind, row.Why = Choose, SeveralCurrent
		order = slices.DeleteFunc(order, func(s Side) bool { return !slices.Contains(current, s.In) })
	case len(of) > 1:
		row.Why = SeveralTimes
	case len(parts) > 1:
		row.Proposal.Kind, row.Why = Combine, AllAgree
	}
	if row.Proposal.Kind == Choose {
		slices.SortStableFunc(order, func(a, b Side) int {
			switch {
			case later(a.Modified, b.Modified):
				return -1
			case later(b.Modified, a.Modified):
				return 1
			}
			return 0
		})
		first := order[0]
		order = slices.DeleteFunc(order, func(s Side) bool {
			return s.Statement != first.Statement && (s.In == first.In || against != nil && !slices.Contains(against[first.In], s.In))
		})
	}
	for _, s := range order {
		row.Proposal.Statements = append(row.Proposal.Statements, s.Statement)
	}
}

// against gives, for each entry that clusters are, those that it contradicts.
func (m *merger) against(of []int) map[string][]string {
	ids := map[string][]string{}
	for _, k := range m.conflicts {
		if slices.Contains(of, k.a) && slices.Contains(of, k.b) {
			a, b := m.clusters[k.a].id, m.clusters[k.b].id
			ids[a], ids[b] = append(ids[a], b), append(ids[b], a)
		}
	}
	return ids
}

// ofAnother are fields that make a statement one of another kind, or about another place or person: one does not stand for the other.
var ofAnother = []string{"use", "mode", "kind", "bodySites", "participants"}

// otherThings reports whether what contradicts itself is what the row is about: one
// identifier stands on two things, and to choose one of them would lose the other.
func (m *merger) otherThings(row *Row, of []int) bool {
	keys := m.clusters[of[0]].rule.keys
	for _, k := range m.conflicts {
		if k.identity && slices.Contains(of, k.a) && slices.Contains(of, k.b) && slices.ContainsFunc(k.fields, func(f string) bool { return slices.Contains(keys, f) }) {
			return true
		}
	}
	return false
}

// goingOn gives the ids of those of the clusters that are not said to be over, denied or not to be.
func (m *merger) goingOn(of []int) (ids []string) {
	for _, n := range of {
		c := &m.clusters[n]
		if x := c.members[0]; c.rule.lasting && c.thereIs() && m.indexes[c.rule.list].overBy(x.at) == "" && !denies(m.indexes[c.rule.list], x) {
			ids = append(ids, c.id)
		}
	}
	return ids
}

// allState reports whether each source that states one of the entries states all of them.
func (m *merger) allState(ids []string) bool {
	by := map[int]int{}
	for n := range m.clusters {
		if slices.Contains(ids, m.clusters[n].id) && !m.clusters[n].dropped {
			seen := map[int]bool{}
			for _, x := range m.clusters[n].members {
				if !seen[x.part] {
					seen[x.part] = true
					by[x.part]++
				}
			}
		}
	}
	for _, n := range by {
		if n < len(ids) {
			return false
		}
	}
	return true
}
