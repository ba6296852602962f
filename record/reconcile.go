package record

import (
	"context"
	"slices"
)

// Side is what one source says of one thing, as a person sees it beside what the others say.
type Side struct {
	Statement
	// In is the id of the entry of the merged record that it is told in, "" where a decision left it out.
	In string
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
// Problems of one code, allergies to one substance and statements of one medicine stand in
// one row, also where they are of other times, doses or kinds and contradict nothing: which of them holds is for a person to say.
type Row struct {
	Kind string // of the entries: allergy, problem, medication, immunization …
	// Entries are the ids of the entries that it is in the merged record: more than one where sources contradict
	// each other, or state it of several times, doses or kinds.
	Entries []string
	// Sides are what each source says, newest part first.
	Sides []Side
	// Conflicts are the fields in which they contradict each other, Apart those by which they are told apart without a contradiction.
	Conflicts, Apart []string
	// Proposal is what we propose, and why: what one source or several in agreement say is
	// kept; of what contradicts itself, or is stated as going on more than once, the newest is chosen; what is entered
	// in error is removed. Nothing of it is done. The first of its statements is the one that a Choose keeps; it names no others that agree with that one.
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
	// SeveralCurrent: it is stated more than once as going on, of other times, doses or kinds, and not by all sources alike; the newest statement comes first.
	SeveralCurrent Reason = "several-current"
	// OtherThings: one identifier stands on what is not one thing.
	OtherThings Reason = "other-things"
	// SeveralTimes: it is stated of several times or kinds, of which at most one goes on.
	SeveralTimes Reason = "several-times"
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
