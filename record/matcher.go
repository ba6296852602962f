package record

import "context"

// Answer of a matcher to whether two patients are one person.
type MatchAnswer string

// The three answers.
const (
	SamePatient      MatchAnswer = "same"
	DifferentPatient MatchAnswer = "different"
	LookAtPatients   MatchAnswer = "look" // a person must look
)

// MatchReason is one thing that speaks for or against two patients being one. It
// holds no values, so that it may be logged; a clerk sees it beside the two patients.
type MatchReason struct {
	Field   string  `json:"field"`   // of Patient, by its JSON name: identifiers, names, birthTime …
	Finding string  `json:"finding"` // a constant of the matcher: equal, one letter differs, day and month exchanged …
	Weight  float64 `json:"weight"`  // log2 of how much likelier it makes them one person; negative speaks against it
}

// Match is what a matcher says of two patients.
type Match struct {
	Answer MatchAnswer `json:"answer"`
	// Weight is the sum of the reasons' weights.
	Weight  float64       `json:"weight"`
	Reasons []MatchReason `json:"reasons"`
}

// Matcher says whether two patients are one person. A host may supply one;
// record/match holds the default. Implementations must be safe for concurrent
// use, must not change the patients, and must give one answer whichever comes first.
// An error means that nothing can be said; it is never SamePatient.
type Matcher interface {
	Match(ctx context.Context, a, b *Patient) (Match, error)
}
