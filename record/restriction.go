package record

import (
	"slices"
	"strings"
)

// Code systems of what is asked to be kept back (HL7 v2 ARV).
const (
	SystemAccessRestriction = "http://terminology.hl7.org/CodeSystem/v2-0717" // ARV-3: what is restricted
	SystemAccessReason      = "http://terminology.hl7.org/CodeSystem/v2-0719" // ARV-4: why
	systemAccessAction      = "http://terminology.hl7.org/CodeSystem/v2-0206" // ARV-2
)

// How far a restriction reaches.
const (
	ReachAll          = ""             // all there is of the patient, or of the visit: of a kind of data or a local code nobody can tell which entries it means
	ReachDemographics = "demographics" // the patient's own facts (DEM, PID-7, PID-17)
	ReachLocation     = "location"     // where the patient is (LOC)
)

// Reach tells how far a restriction reaches, by its value (table 0717).
func (x *AccessRestriction) Reach() string {
	switch {
	case onlyOf(x.Value, SystemAccessRestriction, "DEM", "PID-7", "PID-17"):
		return ReachDemographics
	case onlyOf(x.Value, SystemAccessRestriction, "LOC"):
		return ReachLocation
	}
	return ReachAll
}

// Restricts reports whether a restriction keeps anything back: none (NO) and an opt-in to registries (OI) do not (table 0717).
func (x *AccessRestriction) Restricts() bool {
	return !onlyOf(x.Value, SystemAccessRestriction, "NO", "OI")
}

// InForce gives those of a list of restrictions, in the order sent, that restrict and hold: it leaves out those that one behind them deletes (table 0206, D): of the same value and, where it
// names reasons, the same reasons. A deletion of something else deletes nothing.
func InForce(list []AccessRestriction) []*AccessRestriction {
	var out []*AccessRestriction
	for i := range list {
		x := &list[i]
		if !onlyOf(x.Action, systemAccessAction, "D") {
			if x.Restricts() {
				out = append(out, x)
			}
			continue
		}
		kept := out[:0]
		for _, o := range out {
			if !sameRestriction(o.Value, x.Value) || len(x.Reasons) > 0 && !sameReasons(o.Reasons, x.Reasons) {
				kept = append(kept, o)
			}
		}
		out = kept
	}
	return out
}

// onlyOf reports whether all codings of a concept are one of some codes of a table of HL7 v2.
func onlyOf(c *Concept, table string, codes ...string) bool {
	if c == nil || len(c.Codings) == 0 {
		return false
	}
	for i := range c.Codings {
		if k := &c.Codings[i]; !slices.Contains(codes, k.Code) || !IsOfTable(k, table) {
			return false
		}
	}
	return true
}

// IsOfTable reports whether a code is one of a table. One that names no system in a field of that table is.
func IsOfTable(c *Coding, table string) bool {
	if c.System == table {
		return true
	}
	sent := "HL7" + table[strings.LastIndexByte(table, '-')+1:]
	return c.System == "" && (c.SystemAsSent == "" || c.SystemAsSent == sent)
}

func sameRestriction(a, b *Concept) bool {
	if a == nil || b == nil || len(a.Codings) == 0 || len(a.Codings) != len(b.Codings) {
		return false
	}
	for i := range a.Codings {
		if x, y := &a.Codings[i], &b.Codings[i]; x.Code == "" || x.Code != y.Code || !IsOfTable(x, SystemAccessRestriction) != !IsOfTable(y, SystemAccessRestriction) ||
			!IsOfTable(x, SystemAccessRestriction) && (x.System != y.System || x.SystemAsSent != y.SystemAsSent) {
			return false
		}
	}
	return true
}

func sameReasons(a, b []Concept) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !sameRestriction(&a[i], &b[i]) {
			return false
		}
	}
	return true
}
