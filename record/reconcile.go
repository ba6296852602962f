package record

import (
	"context"
	"slices"
)

// Side is what one source says of one thing, as a person sees it beside what the others say.
type Side struct {
	Statement
	// Entry is the entry as the source has it: one of the slices of the part. It must not be changed.
	Entry *Entry
	// Index is its place in the part's list.
	Index int
	// Source is the source it came from, nil where the part names none.
	Source *Source
	// Modified is when it was last changed: as the source says of the entry, else when its
	// author wrote it, else the time of the source itself (45 CFR 170.315(b)(2)(iii)(A)).
	Modified Time
	// ModifiedBy says which of these it is: updated, recorded, author, source, or "" where nothing is known.
	ModifiedBy string
}

// Row is one thing to reconcile: all that sources say of it, and what we propose.
type Row struct {
	Kind string // of the entries: allergy, problem, medication, immunization …
	// Entries are the ids of the entries that it is in the merged record, more than one where sources contradict each other.
	Entries []string
	// Sides are what each source says, newest part first.
	Sides []Side
	// Conflicts are the fields in which they differ.
	Conflicts []string
	// Proposal is what we propose, and why: what one source or several in agreement say is
	// kept; of what contradicts itself the newest is chosen; what is entered in error is removed. Nothing of it is done.
	Proposal Decision
	Why      Reason
}

// Reason is why something is proposed.
type Reason string

// The reasons.
const (
	OneSource   Reason = "one-source"   // only one source states it
	AllAgree    Reason = "all-agree"    // several sources state it and agree
	NewestFirst Reason = "newest-first" // sources differ; the newest statement comes first
	StatedFirst Reason = "stated-first" // the source says that there is none of the kind, another states one
	WasAnError  Reason = "was-an-error" // the source says that it was entered in error
)

// reconciled are the kinds that certification wants reconciled, and immunizations.
var reconciled = []string{KindProblem, KindAllergy, KindMedication, KindImmunization}

// Reconcile lists what a person is to see of a merged record, side by side, each
// with its source and when it was last changed (45 CFR 170.315(b)(2)): problems,
// allergies, medications and immunizations, or the kinds named. A record that was
// not merged has one side each.
//
// What the person decides goes to Decide. The rows stand in the order of the merged record.
func Reconcile(opt MergeOptions, r *Record, kinds ...string) ([]Row, error) {
	if len(kinds) == 0 {
		kinds = reconciled
	}
	m, err := mergerOf(opt, r)
	if err != nil {
		return nil, err
	}
	return m.rows(kinds), nil
}

// mergerOf merges a record's parts once more, to tell what became of each.
func mergerOf(opt MergeOptions, r *Record) (*merger, error) {
	if r == nil {
		return nil, ErrNothingToMerge
	}
	parts, _, err := partsOf(r)
	if err != nil {
		return nil, err
	}
	if opt.Context == nil {
		opt.Context = context.Background()
	}
	m := &merger{opt: opt, parts: sortParts(parts), out: &Record{}, report: &Report{}}
	if r.Merging != nil {
		m.decisions = sortDecisions(r.Merging.Decisions)
	}
	return m, m.merge()
}

// Decide carries out what people decided of a merged record and gives the record
// that results, with a Provenance for each decision. Decisions made before stay.
func Decide(opt MergeOptions, r *Record, decisions ...Decision) (*Record, *Report, error) {
	if r == nil {
		return nil, nil, ErrNothingToMerge
	}
	parts, changed, err := partsOf(r)
	if err != nil {
		return nil, nil, err
	}
	report := &Report{}
	if changed {
		report.Add(IssueChangedSince.At("", 0, 0))
	}
	all := slices.Clone(decisions)
	if r.Merging != nil {
		all = append(all, r.Merging.Decisions...)
	}
	return mergeParts(opt, parts, all, report)
}

// rows gives a row for each cluster, and one for clusters that contradict each other.
func (m *merger) rows(kinds []string) []Row {
	var rows []Row
	done := map[int]bool{}
	for n := range m.clusters {
		if c := &m.clusters[n]; done[n] || c.dropped || !slices.Contains(kinds, c.rule.kind) {
			continue
		}
		of, fields := m.opposed(n)
		row := Row{Kind: m.clusters[n].rule.kind, Conflicts: fields}
		for _, k := range of {
			done[k] = true
			row.Entries = append(row.Entries, m.clusters[k].id)
			for _, x := range m.clusters[k].members {
				row.Sides = append(row.Sides, m.side(x))
			}
		}
		m.propose(&row)
		rows = append(rows, row)
	}
	return rows
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

// propose fills in what is proposed of a row.
func (m *merger) propose(row *Row) {
	order := slices.Clone(row.Sides)
	parts := map[string]bool{}
	wrong := true
	for _, s := range order {
		parts[s.Part] = true
		wrong = wrong && s.Entry.Status.Code == StatusEnteredInError
	}
	row.Proposal.Kind, row.Why = Keep, OneSource
	switch {
	case wrong:
		row.Proposal.Kind, row.Why = Remove, WasAnError
	case slices.Contains(row.Conflicts, "assertion") && order[0].Entry.Assertion == NoneKnown:
		// That there is none known does not take away what somebody knows.
		row.Proposal.Kind, row.Why = Remove, StatedFirst
	case len(row.Entries) > 1:
		row.Proposal.Kind, row.Why = Choose, NewestFirst
		slices.SortStableFunc(order, func(a, b Side) int {
			switch {
			case a.Modified.Value > b.Modified.Value:
				return -1
			case a.Modified.Value < b.Modified.Value:
				return 1
			}
			return 0
		})
	case len(parts) > 1:
		row.Proposal.Kind, row.Why = Combine, AllAgree
	}
	for _, s := range order {
		row.Proposal.Statements = append(row.Proposal.Statements, s.Statement)
	}
}
