package audit

import (
	"cmp"
	"encoding/csv"
	"io"
	"iter"
	"slices"
	"strconv"
	"time"
)

// Query is what to look for. Each field that says anything must match; a field with several values matches by one of them.
type Query struct {
	// Patients are identifiers of the patient, or References how the host refers to them.
	Patients   []Identifier
	References []string
	// Agents are identifiers of an agent, or of the recipient of a disclosure; Names their names, references or other ids.
	Agents   []Identifier
	Names    []string
	Kinds    []Kind
	Actions  []Action
	Outcomes []Outcome
	// From and Until bound Event.When: From is within, Until is not.
	From, Until time.Time
	// Intents asks for intents as well; without it, only what became of them is given.
	Intents bool
}

// Match reports whether an event is what a query looks for.
func (q *Query) Match(e *Event) bool {
	when := e.When()
	switch {
	case e.Phase == PhaseIntent && !q.Intents,
		!q.From.IsZero() && when.Before(q.From), !q.Until.IsZero() && !when.Before(q.Until),
		len(q.Kinds) > 0 && !slices.Contains(q.Kinds, e.Kind),
		len(q.Actions) > 0 && !slices.Contains(q.Actions, e.Action),
		len(q.Outcomes) > 0 && !slices.Contains(q.Outcomes, e.Outcome):
		return false
	}
	if len(q.Patients)+len(q.References) > 0 && !q.ofPatient(e) {
		return false
	}
	return len(q.Agents)+len(q.Names) == 0 || q.byAgent(e)
}

func (q *Query) ofPatient(e *Event) bool {
	if e.Patient == nil {
		return false
	}
	return slices.ContainsFunc(q.Patients, e.Patient.Is) || e.Patient.Reference != "" && slices.Contains(q.References, e.Patient.Reference)
}

func (q *Query) byAgent(e *Event) bool {
	is := func(p *Party) bool {
		if p.ID != (Identifier{}) && slices.Contains(q.Agents, p.ID) {
			return true
		}
		return slices.ContainsFunc(q.Names, func(n string) bool { return n != "" && (n == p.Name || n == p.Reference || n == p.AltID) })
	}
	for i := range e.Agents {
		if a := &e.Agents[i]; is(&a.Party) || a.Organization != nil && is(a.Organization) {
			return true
		}
	}
	return e.Disclosure != nil && is(&e.Disclosure.Recipient)
}

// Select gives those of the entries that a query looks for, in their order, holding one at a time. It ends with the first error.
func Select(entries iter.Seq2[Entry, error], q Query) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for e, err := range entries {
			if err != nil {
				yield(Entry{}, err)
				return
			}
			if q.Match(e.Event) && !yield(e, nil) {
				return
			}
		}
	}
}

// Order compares two entries, as cmp.Compare does.
type Order func(a, b Entry) int

// ByTime orders by Event.When. With ByAction, ByPatient and ByAgent it is what 45 CFR 170.315(d)(3) asks for.
func ByTime(a, b Entry) int { return a.Event.When().Compare(b.Event.When()) }

// ByKind orders by kinds.
func ByKind(a, b Entry) int { return cmp.Compare(a.Event.Kind, b.Event.Kind) }

// ByAction orders by actions.
func ByAction(a, b Entry) int { return cmp.Compare(a.Event.Action, b.Event.Action) }

// ByOutcome orders by outcomes.
func ByOutcome(a, b Entry) int { return cmp.Compare(a.Event.Outcome, b.Event.Outcome) }

// ByPatient orders by the patient's first identifier, else reference.
func ByPatient(a, b Entry) int { return cmp.Compare(patientKey(a.Event), patientKey(b.Event)) }

// ByAgent orders by the name of who asked for it, else of the first agent.
func ByAgent(a, b Entry) int { return cmp.Compare(agentKey(a.Event), agentKey(b.Event)) }

// Reversed turns an order round.
func Reversed(o Order) Order { return func(a, b Entry) int { return o(b, a) } }

func patientKey(e *Event) string {
	switch {
	case e.Patient == nil:
		return ""
	case len(e.Patient.Identifiers) > 0:
		return e.Patient.Identifiers[0].System + "|" + e.Patient.Identifiers[0].Value
	}
	return e.Patient.Reference
}

// agentKey names who asked for it, else who comes first.
func agentKey(e *Event) string {
	for i := range e.Agents {
		if e.Agents[i].Requestor {
			return name(e.Agents[i].Party)
		}
	}
	if len(e.Agents) > 0 {
		return name(e.Agents[0].Party)
	}
	return ""
}

// Sorted gives all entries in order: by the first of the orders, where that does not part them by the next, at last by
// their place in the log. An event that is there twice is given once. All of them are held in memory.
func Sorted(entries iter.Seq2[Entry, error], by ...Order) ([]Entry, error) {
	var out []Entry
	seen := map[string]bool{}
	for e, err := range entries {
		if err != nil {
			return nil, err
		}
		if !seen[e.Event.ID] {
			seen[e.Event.ID] = true
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b Entry) int {
		for _, o := range by {
			if c := o(a, b); c != 0 {
				return c
			}
		}
		return cmp.Compare(a.Sequence, b.Sequence)
	})
	return out, nil
}

// WriteCSV writes entries as CSV (RFC 4180): a column sequence, then those of CSVHeader.
func WriteCSV(w io.Writer, entries iter.Seq2[Entry, error]) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	if err := out.Write(append([]string{"sequence"}, CSVHeader()...)); err != nil {
		return err
	}
	for e, err := range entries {
		if err != nil {
			return err
		}
		row, err := e.Event.CSVRow()
		if err != nil {
			return err
		}
		if err := out.Write(append([]string{strconv.FormatInt(e.Sequence, 10)}, row...)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// Entries gives a list of entries one by one, for WriteCSV and Select.
func Entries(list []Entry) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		for _, e := range list {
			if !yield(e, nil) {
				return
			}
		}
	}
}
