package match

import (
	"context"
	"slices"

	"github.com/portage-health/portage/record"
)

// Matcher is the default record.Matcher. Its zero value is right, and it is safe for concurrent use.
type Matcher struct {
	// LookAt is the weight from which on two patients without an identifier in common
	// are for a person to look at; 0 means DefaultLookAt.
	LookAt float64
}

// DefaultLookAt is the weight, in bits, from which on a person must look: such an agreement is that
// much likelier between two records of one person than between those of two (docs/matching.md).
const DefaultLookAt = 13

var _ record.Matcher = Matcher{}

// Match compares two patients. It never fails.
func (m Matcher) Match(_ context.Context, a, b *record.Patient) (record.Match, error) {
	return m.Compare(Prepare(a), Prepare(b)), nil
}

// Compare compares two patients made ready (Prepare).
func (m Matcher) Compare(a, b *Prepared) record.Match {
	var c comparison
	c.identifiers(a, b)
	c.names(a, b)
	c.birth(a, b)
	c.sex(a, b)
	c.places(a, b)
	c.telecoms(a, b)
	c.siblings(a, b)
	out := record.Match{Reasons: c.reasons}
	demographic := 0.0
	for _, r := range c.reasons {
		out.Weight += r.Weight
		if r.Field != "identifiers" {
			demographic += r.Weight
		}
	}
	look := m.LookAt
	if look == 0 {
		look = DefaultLookAt
	}
	switch {
	case c.number && demographic >= 0 && !c.contradicted, c.nation && demographic >= 10 && !c.contradicted:
		out.Answer = record.SamePatient
	case c.number || c.nation || out.Weight >= look:
		out.Answer = record.LookAtPatients
	default:
		out.Answer = record.DifferentPatient
	}
	return out
}

// comparison gathers what speaks for and against.
type comparison struct {
	reasons []record.MatchReason
	number  bool // an authority gave both one number
	nation  bool // a nation or state did
	// contradicted says that something cannot be so of one person: a number does not decide then.
	contradicted bool
	givenDiffers bool
	givenAgrees  bool
	familyAgrees bool
	birthEqual   bool
	birthDiffers bool
	placeAgrees  bool
}

func (c *comparison) add(field, finding string, weight float64) {
	c.reasons = append(c.reasons, record.MatchReason{Field: field, Finding: finding, Weight: weight})
}

func (c *comparison) identifiers(a, b *Prepared) {
	var differ, nearly, shared bool
	for i := range a.ids {
		for j := range b.ids {
			x, y := &a.ids[i], &b.ids[j]
			if x.system == "" || x.system != y.system {
				continue
			}
			k := max(x.kind, y.kind)
			switch {
			case x.value == y.value && k == kindPatient:
				c.number = true
			case x.value == y.value && k == kindNation:
				c.nation = true
			case x.value == y.value:
				shared = true
			case k == kindNation && oneEdit(x.value, y.value):
				nearly = true
			case k == kindPatient || k == kindNation:
				differ = true
			}
		}
	}
	if c.number {
		c.add("identifiers", "one authority gave both the same number", 20)
	}
	if c.nation {
		c.add("identifiers", "the same number of a nation or state", 16)
	}
	if shared {
		c.add("identifiers", "a number that a family or a visit shares", 5)
	}
	if c.number || c.nation {
		return
	}
	switch {
	case nearly:
		c.add("identifiers", "numbers of a nation or state that differ in one place", 8)
	case differ:
		c.add("identifiers", "one authority gave them different numbers", -5)
	}
}

func (c *comparison) names(a, b *Prepared) {
	family, given := none, none
	middle := 0.0
	crossed := false
	for i := range a.names {
		for j := range b.names {
			x, y := &a.names[i], &b.names[j]
			if f := wordsAgree(x.family, y.family, false); f > family {
				family = f
			}
			if len(x.given) > 0 && len(y.given) > 0 {
				if g := given1(x.given, y.given); g > given {
					given = g
				}
				if len(x.given) > 1 && len(y.given) > 1 {
					switch wordsAgree(x.given[1:], y.given[1:], true) {
					case exact:
						middle = max(middle, 3)
					case initial, nick, near:
						middle = max(middle, 1)
					case differs:
						if middle == 0 {
							middle = -1.5
						}
					}
				}
			}
			if len(x.given) > 0 && len(y.given) > 0 && wordsAgree(x.given[:1], y.family, false) == exact && wordsAgree(x.family, y.given[:1], false) == exact {
				crossed = true
			}
		}
	}
	if crossed {
		c.add("names", "given name and family name exchanged", 11)
		c.givenAgrees, c.familyAgrees = true, true
		c.generations(a, b)
		return
	}
	switch family {
	case exact:
		c.add("names", "the same family name", 8)
		c.familyAgrees = true
	case part:
		c.add("names", "one of several family names the same", 6)
		c.familyAgrees = true
	case near:
		c.add("names", "family names that differ in one letter", 5)
		c.familyAgrees = true
	case sound:
		c.add("names", "family names that sound alike", 2)
	case differs:
		c.add("names", "different family names", -4)
	}
	switch given {
	case exact:
		c.add("names", "the same given name", 6)
		c.givenAgrees = true
	case nick:
		c.add("names", "given names used for one another", 4)
		c.givenAgrees = true
	case near:
		c.add("names", "given names that differ in one letter", 4)
		c.givenAgrees = true
	case initial:
		c.add("names", "an initial that fits the given name", 2)
	case part:
		c.add("names", "the middle name of one is the given name of the other", 3)
		c.givenAgrees = true
	case sound:
		c.add("names", "given names that sound alike", 1)
	case differs:
		c.add("names", "different given names", -6)
		c.givenDiffers = true
	}
	switch {
	case middle > 0:
		c.add("names", "middle names that agree", middle)
	case middle < 0 && given != part:
		c.add("names", "different middle names", middle)
	}
	c.generations(a, b)
}

func (c *comparison) generations(a, b *Prepared) {
	if a.suffix == "" || b.suffix == "" {
		return
	}
	if a.suffix == b.suffix {
		c.add("names", "the same generation", 2)
		return
	}
	c.add("names", "another generation: Jr., Sr., III", -12)
	c.contradicted = true
}

func (c *comparison) birth(a, b *Prepared) {
	x, y := a.birth, b.birth
	if x == "" || y == "" {
		return
	}
	if len(x) > len(y) {
		x, y = y, x
	}
	switch {
	case x == y && len(x) == 10:
		c.add("birthTime", "the same day", 13)
		c.birthEqual = true
	case x == y[:len(x)]:
		c.add("birthTime", "the same as far as both are known", map[int]float64{4: 5, 7: 9}[len(x)])
		c.birthEqual = len(x) > 4
	case len(x) < 10:
		c.add("birthTime", "another year or month", -8)
		c.birthDiffers = true
	case x[:4] == y[:4] && x[5:7] == y[8:] && x[8:] == y[5:7]:
		c.add("birthTime", "day and month exchanged", 8)
	case differing(x, y) == 1:
		c.add("birthTime", "one digit differs", 7)
	case exchanged(x, y):
		c.add("birthTime", "two digits exchanged", 7)
	case x[5:] == y[5:] || x[:7] == y[:7] || x[:4] == y[:4] && x[8:] == y[8:]:
		c.add("birthTime", "two of day, month and year the same", 2)
		c.birthDiffers = true
	default:
		c.add("birthTime", "another day", -9)
		c.birthDiffers = true
	}
}

func (c *comparison) sex(a, b *Prepared) {
	switch {
	case a.sex == "" || b.sex == "":
	case a.sex == b.sex:
		c.add("administrativeSex", "the same", 1)
	default:
		c.add("administrativeSex", "not the same", -4)
	}
}

func (c *comparison) places(a, b *Prepared) {
	if len(a.places) == 0 || len(b.places) == 0 {
		return
	}
	best := 0.0
	for _, x := range a.places {
		for _, y := range b.places {
			w := 0.0
			zip, city := x.zip != "" && x.zip == y.zip, x.city != "" && x.city == y.city
			switch {
			case x.line != "" && x.line == y.line && (zip || city):
				w = 8
			case x.line != "" && y.line != "" && (zip || city) && oneEdit(x.line, y.line):
				w = 6
			case zip:
				w = 3
			case city:
				w = 1
			}
			best = max(best, w)
		}
	}
	switch {
	case best >= 6:
		c.add("addresses", "the same house", best)
		c.placeAgrees = true
	case best > 0:
		c.add("addresses", "the same town", best)
	default:
		c.add("addresses", "other places", -1)
	}
}

func (c *comparison) telecoms(a, b *Prepared) {
	if slices.ContainsFunc(a.phones, func(x string) bool {
		return slices.ContainsFunc(b.phones, func(y string) bool {
			return x == y || len(x) > 7 && len(y) == 7 && x[len(x)-7:] == y || len(y) > 7 && len(x) == 7 && y[len(y)-7:] == x
		})
	}) {
		c.add("telecoms", "the same telephone number", 6)
	}
	if slices.ContainsFunc(a.emails, func(x string) bool { return slices.Contains(b.emails, x) }) {
		c.add("telecoms", "the same mail address", 8)
	}
}

// siblings sets against it what twins, and fathers and sons, have in common.
func (c *comparison) siblings(a, b *Prepared) {
	if a.order != "" && b.order != "" && a.order != b.order {
		c.add("birthOrder", "another place in a multiple birth", -14)
		c.contradicted = true
		return
	}
	switch {
	case c.birthEqual && c.familyAgrees && c.givenDiffers:
		w := -10.0
		if a.multi || b.multi {
			w = -14
		}
		c.add("names", "one day of birth and family, other given names: twins", w)
		c.contradicted = true
	case c.birthDiffers && c.familyAgrees && c.givenAgrees && c.placeAgrees && years(a.birth, b.birth) >= 14:
		c.add("birthTime", "one name and house, a generation apart", -10)
		c.contradicted = true
	}
	if c.birthDiffers && c.givenDiffers {
		c.contradicted = true
	}
}
