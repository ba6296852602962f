package ccda

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/record"
)

// union adds what is not there yet.
func union[T any](have, more []T) []T {
next:
	for i := range more {
		for j := range have {
			if same(&have[j], &more[i]) {
				continue next
			}
		}
		have = append(have, more[i])
	}
	return have
}

// same reports whether two parts of a record say the same. What most often tells
// them apart, or most often is all of them, is looked at first.
func same[T any](a, b *T) bool {
	switch x := any(a).(type) {
	case *record.Identifier:
		y := any(b).(*record.Identifier)
		if *x == *y {
			return true
		}
		if x.Value != y.Value || x.System != y.System {
			return false
		}
	case *record.Telecom:
		if x.Value != any(b).(*record.Telecom).Value {
			return false
		}
	case *record.Name:
		if sameName(x, any(b).(*record.Name)) {
			return true
		}
	case *record.Address:
		y := any(b).(*record.Address)
		if x.PostalCode != y.PostalCode || !slices.Equal(x.Lines, y.Lines) {
			return false
		}
		if sameAddress(x, y) {
			return true
		}
	}
	return reflect.DeepEqual(a, b)
}

// sameName reports whether two names say the same and nothing rare; where they do not, same looks again.
func sameName(x, y *record.Name) bool {
	equal := func(a, b []record.NamePart) bool {
		return (a == nil) == (b == nil) && slices.EqualFunc(a, b, func(p, q record.NamePart) bool {
			return p.Value == q.Value && p.Qualifiers == nil && q.Qualifiers == nil && p.Absent == q.Absent
		})
	}
	return equalTexts(x.Uses, y.Uses) && x.UsesAsSent == nil && y.UsesAsSent == nil && equal(x.Prefixes, y.Prefixes) && equal(x.Given, y.Given) &&
		equal(x.Family, y.Family) && equal(x.Suffixes, y.Suffixes) && x.Text == y.Text && x.Period == nil && y.Period == nil && x.Absent == y.Absent
}

func equalTexts(a, b []string) bool { return (a == nil) == (b == nil) && slices.Equal(a, b) }

// sameAddress reports whether two addresses say the same and nothing rare; where they do not, same looks again.
func sameAddress(x, y *record.Address) bool {
	return equalTexts(x.Uses, y.Uses) && x.UsesAsSent == nil && y.UsesAsSent == nil && x.Type == y.Type && equalTexts(x.Lines, y.Lines) &&
		x.City == y.City && x.County == y.County && x.State == y.State && x.PostalCode == y.PostalCode && x.Country == y.Country &&
		x.CensusTract == y.CensusTract && x.Text == y.Text && x.Unstructured == nil && y.Unstructured == nil &&
		x.Parts == nil && y.Parts == nil && x.Period == nil && y.Period == nil && x.Absent == y.Absent
}
