package ccda

import (
	"reflect"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

func (r *reader) tellShared(k identKey, n tree.Node) {
	if !r.told[k] {
		r.told[k] = true
		r.issue(record.IssueSharedIdentifier, n)
	}
}

// amongShared gives the key of one of the people whom an identifier (base) stands on:
// the identifier and the name together. ok is false where no identifier is
// shared, another one identifies, or there is no name.
func (r *reader) amongShared(kind string, idents []record.Identifier, names []record.Name) (k, base identKey, ok bool) {
	if len(names) == 0 || len(names[0].Family) == 0 || r.identifies(kind, idents) {
		return k, base, false
	}
	for i := range idents {
		if base, _ = r.personKey(kind, &idents[i]); r.shared[base] {
			k = base
			for _, parts := range [][]record.NamePart{names[0].Family, names[0].Given} {
				k.value += "\x00"
				if len(parts) > 0 {
					k.value += strings.ToLower(parts[0].Value)
				}
			}
			return k, base, true
		}
	}
	return k, base, false
}

// partShared says that these identifiers stand on different people: from now on they identify nobody.
func (r *reader) partShared(kind string, idents []record.Identifier) {
	for i := range idents {
		if k, ok := r.personKey(kind, &idents[i]); ok {
			if _, seen := r.people.byIdent[k]; seen {
				r.shared[k], r.again = true, true
			}
		}
	}
}

// strangers reports whether two sets of names cannot be of one person: both have
// parts, and they agree neither in a family name nor in a given name.
func strangers(a, b []record.Name) bool {
	named := func(ns []record.Name) bool {
		for i := range ns {
			if len(ns[i].Family) > 0 || len(ns[i].Given) > 0 {
				return true
			}
		}
		return false
	}
	if !named(a) || !named(b) {
		return false
	}
	for i := range a {
		for j := range b {
			if agree(a[i].Family, b[j].Family) || agree(a[i].Given, b[j].Given) {
				return false
			}
		}
	}
	return true
}

func agree(a, b []record.NamePart) bool {
	for i := range a {
		for j := range b {
			if a[i].Value != "" && strings.EqualFold(a[i].Value, b[j].Value) {
				return true
			}
		}
	}
	return false
}

// otherPeriod reports whether two mentions are of roles that somebody has at different times.
func otherPeriod(a, b *record.Period) bool { return a != nil && b != nil && !reflect.DeepEqual(a, b) }
