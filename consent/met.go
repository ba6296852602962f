package consent

import "github.com/portage-health/portage/record"

// met is what came of comparing who gets the data with a reference that says nothing but where it leads.
type met struct {
	ref string
	is  answer
}

// mostMet is how many references a decision remembers: consents of one patient name few, again and again.
const mostMet = 16

// recipient compares who gets the data with a reference.
func (s *session) recipient(ref *record.Ref) answer {
	if ref.ID != "" || ref.Kind != "" || ref.Identifier != nil || s.e.Resolve != nil {
		return s.e.is(s.req.To(), ref)
	}
	for i := range s.met {
		if s.met[i].ref == ref.AsSent {
			return s.met[i].is
		}
	}
	a := s.req.To().matches(ref)
	if len(s.met) < mostMet {
		s.met = append(s.met, met{ref.AsSent, a})
	}
	return a
}
