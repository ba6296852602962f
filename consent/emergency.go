package consent

import "time"

// emergency is break-glass: what an attested emergency changes, and what it asks for.
func (s *session) emergency() {
	d, m := s.d, s.req.Emergency
	glass := false
	for i := range s.req.Purposes {
		p := s.e.purposes().Find(&s.req.Purposes[i])
		glass = glass || s.e.purposes().under(p, "BTG")
	}
	if m != nil && !s.attested() {
		s.reason(ReasonEmergencyOver, "", "until")
		s.deny()
		return
	}
	if m == nil && !glass {
		return
	}
	if m != nil && (d.Final == Deny || s.e.EmergencyOverride) {
		if over := s.e.EmergencyOverride && !s.unreadable && s.treats() && !s.unauthorized(); !over && d.Final == Permit {
			// The consents permit as far as they do.
		} else if !over {
			s.warn(ReasonSuppressed, "ETREAT")
			s.oblige(Obligation{Code: ObligeTellWithheld, Citation: "45 CFR 164.522(a)(1)(iii)", Elements: []string{"ETREAT"}})
			s.oblige(Obligation{Code: ObligeAudit})
			return
		} else {
			d.Outcome, d.Final = Permitted, Permit
			s.reason(ReasonEmergency, "", "")
			s.basis("45 CFR 164.522(a)(1)(iii)", "", "")
			for i := range s.says {
				s.says[i].over = true
			}
		}
	}
	if d.Final != Permit {
		return
	}
	s.oblige(Obligation{Code: ObligeAudit, Elements: []string{"emergency"}})
	s.oblige(Obligation{Code: ObligePrivacy})
	var until *time.Time
	if m != nil {
		until = m.Until
	}
	s.oblige(Obligation{Code: ObligeTimeLimit, Until: until})
}
