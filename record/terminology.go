package record

import "context"

// Answer is what a terminology says to a question it may not be able to answer.
// A code that is not held is Unknown, never Invalid.
type Answer uint8

// The three answers.
const (
	Unknown Answer = iota
	Yes
	No
)

// CodeInfo is what a terminology knows of one code.
type CodeInfo struct {
	System, Version, Code, Display string
	// Inactive is Yes where the code system has retired the code.
	Inactive Answer
	// Properties are further facts by the code system's own property codes, in its order.
	Properties []CodeProperty
}

// CodeProperty is one property of a code.
type CodeProperty struct{ Name, Value string }

// SystemKind is the namespace that an identity of a code system is written in.
type SystemKind uint8

// The three ways the formats name a code system.
const (
	SystemURIKind SystemKind = iota // FHIR: http://loinc.org
	SystemOIDKind                   // CDA: 2.16.840.1.113883.6.1
	SystemV2Kind                    // HL7 v2 table 0396: LN
)

// Terminology answers questions about codes. A host may supply one; nil means
// the default, which knows the identity of code systems and the tables that may
// be embedded, and answers Unknown to the rest. Implementations must be safe
// for concurrent use. They must not fail for a code that they do not hold.
type Terminology interface {
	// Lookup finds a code; ok is false where it is not held.
	Lookup(ctx context.Context, system, code string) (info CodeInfo, ok bool, err error)
	// Validate says whether a coding belongs to a value set (canonical URL or OID).
	Validate(ctx context.Context, valueSet string, c Coding) (Answer, error)
	// Translate gives the codings in the target system that mean the same, best first; none is not an error.
	Translate(ctx context.Context, c Coding, targetSystem string) ([]Coding, error)
	// Expand lists a value set; ok is false where it is not held.
	Expand(ctx context.Context, valueSet string) (codes []Coding, ok bool, err error)
}
