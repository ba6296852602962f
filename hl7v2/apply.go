package hl7v2

import (
	"errors"
	"slices"

	"github.com/portage-health/portage/record"
)

// Held are the records that a host holds for the patients that a message is
// about: Current for those it names (PID), Prior for those it names as they were
// (MRG), or for the other one of a link. nil where it holds none.
type Held struct{ Current, Prior *record.Record }

// ErrNoMessage is what Apply gives where there is no record of the message.
var ErrNoMessage = errors.New("hl7v2: there is no record of the message to apply")

// Apply applies what a message means to the records that a host holds: Said is
// the record that was read from it. The result holds what is to be held after it;
// nothing given is changed. Everything that was said stays in Merging.Parts, so
// that a host can go back.
//
//   - What a message adds or updates is merged. Where it says something else of a thing
//     that both name by one identifier, the message has the word, for it is the later one; the
//     report names the rest that contradicts itself (record.Merge).
//   - A cancelled discharge takes back what was said of the visit's end; a cancelled transfer
//     the place it had been moved to; a cancelled admission or registration cancels the visit.
//   - A deleted visit goes (A23), a deleted patient too (A29): Current is then nil.
//   - Merged patients (A18, A30, A34, A36, A39, A40) become one record, whichever of both is held; the
//     identifiers of the one that is gone stay with it as old ones. Prior is then nil. Merged accounts and visits become one.
//   - A move (A43 to A45) takes the visit or account, with what is known of it, from Prior to Current.
//   - Linked patients stay two records, each with a link to the other (A24); unlinked ones lose it, and what was
//     merged of both is split again by the patients that its parts name (A37).
//   - A changed identifier stays as an old one (A46 to A51).
//
// HL7 v2.5.1, 3.3 and 3.6.2.
func (e *Event) Apply(opt record.MergeOptions, held Held, said *record.Record) (after Held, report *record.Report, err error) {
	if said == nil {
		return held, nil, ErrNoMessage
	}
	a := applying{e: e, opt: opt, said: said.Clone(), report: &record.Report{}}
	switch {
	case e.Kind == EventDelete && e.Level == "patient":
		return Held{Prior: held.Prior}, a.report, nil
	case e.Kind == EventDelete:
		after.Current, after.Prior = a.without(held.Current, e.Current.Visit), held.Prior
	case e.Kind == EventCancel:
		after.Current, after.Prior = a.follow(held.Current), held.Prior
		after.Current = a.takeBack(after.Current)
	case e.Kind == EventMerge && e.Level != "patient":
		a.old(e.Prior)
		after.Current, after.Prior = a.oneVisit(a.follow(held.Current)), held.Prior
	case e.Kind == EventMerge:
		a.old(e.Prior)
		after.Current = a.follow(a.join(held.Current, held.Prior))
	case e.Kind == EventMove:
		moved, rest := a.move(held.Prior)
		after.Current, after.Prior = a.follow(a.join(held.Current, moved)), rest
	case e.Kind == EventChangeID:
		a.old(e.Prior)
		after.Current, after.Prior = a.follow(held.Current), held.Prior
	case e.Kind == EventLink:
		a.link(e.Others, "seealso")
		after.Current, after.Prior = a.follow(held.Current), held.Prior
	case e.Kind == EventUnlink:
		after.Current, after.Prior = a.unlink(held)
	default:
		after.Current, after.Prior = a.follow(held.Current), held.Prior
	}
	return after, a.report, a.err
}

// applying is one message being applied.
type applying struct {
	e      *Event
	opt    record.MergeOptions
	said   *record.Record
	report *record.Report
	err    error
}

func (a *applying) keep(r *record.Record, rep *record.Report, err error) *record.Record {
	a.report.Merge(rep)
	if err != nil && a.err == nil {
		a.err = err
	}
	return r
}

// join merges two records, either of which may be nil.
func (a *applying) join(x, y *record.Record) *record.Record {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return a.keep(record.Merge(a.opt, x, y))
}

// follow merges the message into a record; of what both name by one identifier the message has the word.
func (a *applying) follow(held *record.Record) *record.Record {
	if held == nil {
		held = &record.Record{}
	}
	m, rep, err := record.Merge(a.opt, held, a.said)
	if err != nil {
		return a.keep(held, nil, err)
	}
	newest := partSaying(m, a.said)
	var decisions []record.Decision
	for i := range m.Merging.Conflicts {
		c := &m.Merging.Conflicts[i]
		first := slices.IndexFunc(c.Statements, func(s record.Statement) bool { return s.Part == newest })
		if first < 0 || !a.sameThing(m, c) {
			continue
		}
		s := slices.Clone(c.Statements)
		s[0], s[first] = s[first], s[0]
		decisions = append(decisions, a.decision(record.Combine, s))
	}
	if len(decisions) == 0 {
		return a.keep(m, rep, nil)
	}
	return a.keep(record.Decide(a.opt, m, decisions...))
}

// decision is what follows from a message: nobody decided it, the sender's later word did.
func (a *applying) decision(kind record.DecisionKind, of []record.Statement) record.Decision {
	d := record.Decision{Kind: kind, Statements: of, Reason: &record.Concept{Text: "a later message of the sender"}}
	if len(a.said.Sources) > 0 {
		d.When.Value = a.said.Sources[0].Time
	}
	return d
}

// partSaying gives the id of the part that is the message.
func partSaying(m *record.Record, said *record.Record) string {
	for i := range m.Merging.Parts {
		if m.Merging.Parts[i].Record == said {
			return m.Merging.Parts[i].ID
		}
	}
	return ""
}

// sameThing reports whether the statements of a conflict name one thing by an id or an identifier.
func (a *applying) sameThing(m *record.Record, c *record.Conflict) bool {
	if c.Kind == record.KindPatient {
		return true
	}
	var of []*record.Entry
	for _, s := range c.Statements {
		for i := range m.Merging.Parts {
			if m.Merging.Parts[i].ID != s.Part {
				continue
			}
			for _, e := range m.Merging.Parts[i].Record.Entries() {
				if e.ID == s.Entry {
					of = append(of, e)
				}
			}
		}
	}
	for _, x := range of[1:] {
		if x.ID != of[0].ID && !anySame(x.Identifiers, of[0].Identifiers) {
			return false
		}
	}
	return true
}

func anySame(a, b []record.Identifier) bool {
	for _, x := range a {
		if slices.ContainsFunc(b, x.Same) || slices.ContainsFunc(b, func(y record.Identifier) bool {
			return x.Value != "" && x.Value == y.Value && x.System == y.System && x.SystemAsSent == y.SystemAsSent
		}) {
			return true
		}
	}
	return false
}

// visits gives the statements of encounters that have one of the identifiers.
func visits(m *record.Record, ids []record.Identifier, pick func(part *record.Record, v *record.Encounter) bool) (out []record.Statement) {
	if m == nil || m.Merging == nil {
		return nil
	}
	for i := range m.Merging.Parts {
		p := &m.Merging.Parts[i]
		for k := range p.Record.Encounters {
			if v := &p.Record.Encounters[k]; anySame(v.Identifiers, ids) && pick(p.Record, v) {
				out = append(out, record.Statement{Part: p.ID, Entry: v.ID})
			}
		}
	}
	return out
}

// merged gives a record with its parts, also where it is one.
func (a *applying) merged(r *record.Record) *record.Record {
	if r == nil || r.Merging != nil {
		return r
	}
	return a.keep(record.Merge(a.opt, r))
}

// without gives a record without the visits of these identifiers.
func (a *applying) without(held *record.Record, ids []record.Identifier) *record.Record {
	m := a.follow(held)
	of := visits(m, ids, func(*record.Record, *record.Encounter) bool { return true })
	if len(of) == 0 {
		return m
	}
	return a.keep(record.Decide(a.opt, m, a.decision(record.Remove, of)))
}

// takeBack takes back what a cancelled event had said of the visit.
func (a *applying) takeBack(m *record.Record) *record.Record {
	if m == nil || m.Merging == nil {
		return m
	}
	newest := partSaying(m, a.said)
	var of []record.Statement
	switch a.e.Cancel {
	case EventDischarge:
		of = visits(m, a.e.Current.Visit, func(p *record.Record, v *record.Encounter) bool {
			return p != a.said && (v.Status.Code == record.StatusCompleted || v.When.End.Value != "" || v.Disposition != nil)
		})
	case EventTransfer:
		of = a.lastMove(m)
	}
	if len(of) == 0 {
		return m
	}
	var first []record.Statement
	for _, s := range visits(m, a.e.Current.Visit, func(p *record.Record, _ *record.Encounter) bool { return p == a.said }) {
		if s.Part == newest {
			first = append(first, s)
		}
	}
	if len(first) == 0 {
		return m
	}
	return a.keep(record.Decide(a.opt, m, a.decision(record.Choose, append(first[:1], of...))))
}

// lastMove gives the statement of the visit in the latest message before this one that puts it somewhere.
func (a *applying) lastMove(m *record.Record) (of []record.Statement) {
	latest := ""
	for i := range m.Merging.Parts {
		p := m.Merging.Parts[i].Record
		if p == a.said || len(p.Sources) == 0 || len(a.said.Sources) > 0 && p.Sources[0].Time >= a.said.Sources[0].Time {
			continue
		}
		all := visits(m, a.e.Current.Visit, func(q *record.Record, v *record.Encounter) bool { return q == p && len(v.Locations) > 0 })
		if len(all) > 0 && p.Sources[0].Time > latest {
			latest, of = p.Sources[0].Time, all
		}
	}
	return of
}

// oneVisit makes the visits under the old and the new identifier one (A42), whose number is the new one.
func (a *applying) oneVisit(m *record.Record) *record.Record {
	both := slices.Concat(a.e.Current.Visit, a.e.Prior.Visit)
	now := visits(m, a.e.Current.Visit, func(*record.Record, *record.Encounter) bool { return true })
	all := visits(m, both, func(*record.Record, *record.Encounter) bool { return true })
	if a.e.Level != "visit" || len(now) == 0 || len(all) < 2 {
		return m
	}
	rest := slices.DeleteFunc(all, func(s record.Statement) bool { return s == now[0] })
	return a.keep(record.Decide(a.opt, m, a.decision(record.Combine, append(now[:1:1], rest...))))
}

// old gives the message's patient the identifiers that are no more, as old ones.
func (a *applying) old(prior Identifiers) {
	if a.said.Patient == nil {
		return
	}
	p := a.said.Patient
	for _, id := range prior.Patient {
		if id.Value == "" || anySame([]record.Identifier{id}, p.Identifiers) {
			continue
		}
		id.Use = "old"
		p.Identifiers = append(p.Identifiers, id)
	}
	if a.e.Kind == EventMerge && len(prior.Patient) > 0 {
		a.link([]Identifiers{prior}, "replaces")
	}
}

// link ties the message's patient to others.
func (a *applying) link(others []Identifiers, kind string) {
	if a.said.Patient == nil {
		return
	}
	for _, o := range others {
		if len(o.Patient) > 0 {
			id := o.Patient[0]
			a.said.Patient.Links = append(a.said.Patient.Links, record.PatientLink{Type: kind, Other: record.Ref{Identifier: &id}})
		}
	}
}

// unlink takes apart what was linked: links that a part says, and parts that name the other patient.
func (a *applying) unlink(held Held) (current, prior *record.Record) {
	var others []record.Identifier
	for _, o := range a.e.Others {
		others = append(others, o.Patient...)
	}
	unlinked := func(r *record.Record) *record.Record {
		if r == nil || r.Patient == nil {
			return r
		}
		linked := func(l record.PatientLink) bool {
			return l.Other.Identifier != nil && anySame([]record.Identifier{*l.Other.Identifier}, slices.Concat(others, a.e.Current.Patient))
		}
		if r.Merging == nil {
			if !slices.ContainsFunc(r.Patient.Links, linked) {
				return r
			}
			r = r.Clone()
			r.Patient.Links = slices.DeleteFunc(r.Patient.Links, linked)
			return r
		}
		var parts []*record.Record
		for i := range r.Merging.Parts {
			p := r.Merging.Parts[i].Record
			if p.Patient != nil && slices.ContainsFunc(p.Patient.Links, linked) {
				p = p.Clone()
				p.Patient.Links = slices.DeleteFunc(p.Patient.Links, linked)
			}
			parts = append(parts, p)
		}
		out, rep, err := record.Merge(a.opt, parts...)
		if err == nil && len(r.Merging.Decisions) > 0 {
			out, rep, err = record.Decide(a.opt, out, r.Merging.Decisions...)
		}
		return a.keep(out, rep, err)
	}
	rest, taken, err := record.Split(a.opt, held.Current, func(p *record.Record) bool {
		return p.Patient != nil && anySame(p.Patient.Identifiers, others) && !anySame(p.Patient.Identifiers, a.e.Current.Patient)
	})
	if err != nil && a.err == nil {
		a.err = err
	}
	return unlinked(rest), unlinked(a.join(held.Prior, taken))
}

// move takes a visit or an account, and what is known of it, out of a record.
func (a *applying) move(held *record.Record) (moved, rest *record.Record) {
	m := a.merged(held)
	if m == nil {
		return nil, nil
	}
	if a.e.Level == "patient" {
		return m, nil // everything under the prior identifier (A43)
	}
	accounts, visitIDs := a.e.Prior.Account, a.e.Prior.Visit
	if len(visitIDs) == 0 {
		visitIDs = a.e.Current.Visit
	}
	gone := map[string]bool{}
	for i := range m.Encounters {
		if anySame(m.Encounters[i].Identifiers, visitIDs) {
			gone[m.Encounters[i].ID] = true
		}
	}
	for i := range m.Accounts {
		if anySame(m.Accounts[i].Identifiers, accounts) {
			gone[m.Accounts[i].ID] = true
			for k := range m.Encounters {
				if slices.ContainsFunc(m.Encounters[k].Accounts, func(r record.Ref) bool { return r.ID == m.Accounts[i].ID }) {
					gone[m.Encounters[k].ID] = true
				}
			}
		}
	}
	if len(gone) == 0 {
		return nil, held
	}
	// What belongs to a moved visit goes with it.
	for id := range record.Referring(m, gone, "encounter", "encounters", "accounts") {
		gone[id] = true
	}
	moved = record.Only(m, gone)
	moved.Merging, moved.Patient = nil, nil
	of, err := record.Statements(a.opt, m, gone)
	if err != nil {
		return nil, a.keep(m, nil, err)
	}
	rest = a.keep(record.Decide(a.opt, m, a.decision(record.Remove, of)))
	return moved, rest
}
