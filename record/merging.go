package record

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
)

// Merging is how a record was made from several (Merge): what each of them says,
// as it says it, and where they do not agree. Nothing that a source says is lost
// by merging: what the merged record leaves out stands in the part it came from.
type Merging struct {
	// Parts are the records merged, newest source first. They are not changed by merging, and must not be changed after it.
	Parts []Part `json:"parts,omitempty"`
	// Conflicts are what the parts say differently, and nobody has decided.
	Conflicts []Conflict `json:"conflicts,omitempty"`
	// Decisions are what people decided of what the parts say (Reconcile), oldest first.
	Decisions []Decision `json:"decisions,omitempty"`
	// Stated is a digest of the merged record. Where it does not fit, somebody changed the record since: see Merge.
	Stated string `json:"stated,omitempty"`
}

// Part is one of the records that a record was merged from.
type Part struct {
	// ID is a digest of what the record says: the same record gives the same ID.
	ID     string  `json:"id"`
	Record *Record `json:"record"`
}

// Statement is one entry of one part.
type Statement struct {
	Part  string `json:"part"`  // Part.ID
	Entry string `json:"entry"` // Entry.ID in that part
}

// Conflict is what sources say differently of one thing. It holds no values.
type Conflict struct {
	Kind string `json:"kind"` // of the entries: allergy, problem …
	// Field is the field in which they differ, by its JSON name; "assertion" also where one
	// source says that there is none of the kind and another states one.
	Field string `json:"field"`
	// Entries are the ids of the entries that say it differently. The patient is one
	// entry, whose field is as the first of Statements has it.
	Entries    []string    `json:"entries"`
	Statements []Statement `json:"statements"`
}

// partOfRecord makes a part of a record that was not merged.
func partOfRecord(r *Record) (Part, error) {
	id, err := digestOf(r)
	return Part{ID: id, Record: r}, err
}

func digestOf(r *Record) (string, error) {
	text, err := Marshal(r)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// withoutMerging gives the record as it would be had it not been merged.
func (r *Record) withoutMerging() *Record {
	plain := *r
	plain.Merging = nil
	return &plain
}

// partsOf gives the parts that a record stands for: itself, or what it was merged
// from, and itself beside that where it was changed since.
func partsOf(r *Record) (parts []Part, changed bool, err error) {
	if r.Merging == nil {
		p, err := partOfRecord(r)
		return []Part{p}, false, err
	}
	parts = r.Merging.Parts
	p, err := partOfRecord(r.withoutMerging())
	if err == nil && p.ID != r.Merging.Stated {
		return append(slices.Clone(parts), p), true, nil
	}
	return parts, false, err
}

// newest gives the time of a part's newest source.
func (p *Part) newest() string {
	var t string
	for i := range p.Record.Sources {
		t = max(t, p.Record.Sources[i].Time)
	}
	return t
}

// sortParts puts parts in the order in which their words count: the newest source first.
func sortParts(parts []Part) []Part {
	seen := map[string]bool{}
	parts = slices.DeleteFunc(slices.Clone(parts), func(p Part) bool {
		twice := seen[p.ID]
		seen[p.ID] = true
		return twice
	})
	times := make(map[string]string, len(parts))
	for i := range parts {
		times[parts[i].ID] = parts[i].newest()
	}
	slices.SortFunc(parts, func(a, b Part) int {
		if c := strings.Compare(times[b.ID], times[a.ID]); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return parts
}
