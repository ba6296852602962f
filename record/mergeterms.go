package record

// between are the code systems in which one thing has a code in each, and which a
// terminology may translate.
var between = []string{SystemSNOMED, SystemICD10CM, SystemICD9CM, SystemLOINC, SystemCPT, SystemRxNorm, SystemNDC, SystemUNII, SystemCVX}

// translations are the codes that, by the host's terminology, mean what a coding means.
func (m *merger) translations(c *Coding) []Coding {
	if m.opt.Terminology == nil || c.System == "" || c.Code == "" {
		return nil
	}
	key := codingKey{c.System, c.Code}
	if out, ok := m.said[key]; ok {
		return out
	}
	var out []Coding
	for _, system := range between {
		if system == c.System {
			continue
		}
		// What the terminology cannot say is not said: the codes then stay apart.
		if more, err := m.opt.Terminology.Translate(m.opt.Context, Coding{System: c.System, Code: c.Code}, system); err == nil {
			out = append(out, more...)
		}
	}
	if m.said == nil {
		m.said = map[codingKey][]Coding{}
	}
	m.said[key] = out
	return out
}

type codingKey struct{ system, code string }

// translated reports whether a code of one concept translates to one of the other.
func (m *merger) translated(a, b *Concept) bool {
	if m.opt.Terminology == nil {
		return false
	}
	for _, x := range [][2]*Concept{{a, b}, {b, a}} {
		for i := range x[0].Codings {
			for _, t := range m.translations(&x[0].Codings[i]) {
				if x[1].Has(t.System, t.Code) {
					return true
				}
			}
		}
	}
	return false
}
