package consent

import "github.com/portage-health/portage/record"

// Comparable reports whether it can be told if a reference leads to the patient: that it does, or that it does not.
func (s *Subject) Comparable(ref *record.Ref) bool { return s.matches(ref) != unknown }

// Contradicts reports whether a patient of a record is surely another than the one asked for: an identifier of the same
// assigner with another value and none in common, or another date of birth. What is not said contradicts nothing.
func (s *Subject) Contradicts(p *record.Patient) bool {
	if p == nil {
		return false
	}
	other := false
	for i := range s.Identifiers {
		for k := range p.Identifiers {
			a, b := &s.Identifiers[i], &p.Identifiers[k]
			if a.Value == "" || b.Value == "" || a.System == "" || a.System != b.System {
				continue
			}
			if a.Same(*b) {
				return false
			}
			other = true
		}
	}
	a, b := s.BirthDate.Date(), p.BirthTime.Date()
	if n := min(len(a), len(b)); n > 0 && a[:n] != b[:n] {
		return true
	}
	return other
}
