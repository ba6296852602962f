package codes

import (
	"strings"
	"sync"

	"github.com/portage-health/portage/record"
)

// UCUM says whether a unit is a code of UCUM, the Unified Code for Units of
// Measure, in its case-sensitive form (c/s; UCUM §§2 to 12): Yes where the
// grammar allows it and every unit in it is known here, No where the grammar
// does not ("10 mL": no code has a space), and Unknown where an atom is
// unknown here ("MG/DL"), which need not mean that UCUM has none, or where the
// grammar reads what nobody means: "ML" as megalitre, "C" as coulomb, "1.73" as
// 1 times 73. A unit its source calls UCUM stays UCUM whatever the answer.
//
// The grammar is UCUM's own: terms joined by '.' and '/', a leading '/',
// parentheses, integers, atoms with a metric prefix and an exponent ("mm2",
// "s-1"), units in square brackets ("[lb_av]", "m[H2O]") and annotations in
// braces ("{tablet}"). The empty string is no unit.
func UCUM(unit string) record.Answer {
	p := ucumParser{s: unit}
	if unit == "" || !p.expression() || p.i != len(p.s) {
		return record.No
	}
	if p.unknown {
		return record.Unknown
	}
	return record.Yes
}

type ucumParser struct {
	s       string
	i       int
	depth   int
	unknown bool
}

const ucumDepth = 32 // of parentheses; no real unit has more than two

func (p *ucumParser) more() bool { return p.i < len(p.s) }

// expression is "/" term or term.
func (p *ucumParser) expression() bool {
	if p.more() && p.s[p.i] == '/' {
		p.i++
	}
	return p.term()
}

// term is components joined by '.' and '/'.
func (p *ucumParser) term() bool {
	for start := p.i; ; {
		number := p.more() && isDigit(p.s[p.i])
		if rest := p.s[p.i:]; number && p.i > start+1 && p.s[p.i-1] == '.' && isDigit(p.s[p.i-2]) &&
			!strings.HasPrefix(rest, "10*") && !strings.HasPrefix(rest, "10^") {
			p.unknown = true // "1.73" is 1 times 73 by the grammar, and not what its writer meant
		}
		if !p.component() {
			return false
		}
		if !p.more() || p.s[p.i] != '.' && p.s[p.i] != '/' {
			return true
		}
		p.i++
	}
}

// component is a parenthesis, an annotation, a number, or a unit with its exponent and annotation.
func (p *ucumParser) component() bool {
	if !p.more() {
		return false
	}
	switch c := p.s[p.i]; {
	case c == '(':
		if p.depth++; p.depth > ucumDepth {
			return false
		}
		p.i++
		if !p.term() || !p.more() || p.s[p.i] != ')' {
			return false
		}
		p.i++
		p.depth--
		return true
	case c == '{':
		return p.annotation()
	case '0' <= c && c <= '9':
		return p.number()
	}
	return p.unit()
}

// annotation is ASCII text in braces, without braces in it (UCUM §6).
func (p *ucumParser) annotation() bool {
	for p.i++; p.more(); p.i++ {
		switch c := p.s[p.i]; {
		case c == '}':
			p.i++
			return true
		case c == '{' || c < '!' || c > '~':
			return false
		}
	}
	return false
}

// number is an integer factor, or 10* and 10^ with an exponent, then an annotation.
func (p *ucumParser) number() bool {
	start := p.i
	for p.more() && isDigit(p.s[p.i]) {
		p.i++
	}
	if p.s[start:p.i] == "10" && p.more() && (p.s[p.i] == '*' || p.s[p.i] == '^') {
		p.i++
		if !p.exponent() {
			return false
		}
	}
	if p.more() && p.s[p.i] == '{' {
		return p.annotation()
	}
	return p.boundary()
}

// boundary reports whether a component may end here.
func (p *ucumParser) boundary() bool {
	if !p.more() {
		return true
	}
	c := p.s[p.i]
	return c == '.' || c == '/' || c == ')'
}

// exponent is an optional sign and digits; it is not required.
func (p *ucumParser) exponent() bool {
	if !p.more() {
		return true
	}
	signed := false
	if c := p.s[p.i]; c == '+' || c == '-' {
		signed = true
		p.i++
	}
	start := p.i
	for p.more() && isDigit(p.s[p.i]) {
		p.i++
	}
	return !signed || p.i > start
}

// unit is a simple unit, its exponent and its annotation.
func (p *ucumParser) unit() bool {
	start := p.i
	for p.more() {
		c := p.s[p.i]
		if c == '[' {
			end := strings.IndexByte(p.s[p.i:], ']')
			if end < 2 || !bracketText(p.s[p.i+1:p.i+end]) {
				return false
			}
			p.i += end + 1
			continue
		}
		if !isAtomByte(c) {
			break
		}
		p.i++
	}
	end := p.i
	if end == start {
		return false
	}
	atom := p.s[start:end]
	// Digits after the letters are the exponent ("mm2"). An atom never ends in
	// a digit: those that have one have it in brackets ("m[H2O]").
	if !p.exponent() {
		return false
	}
	if !knownUnit(atom) {
		p.unknown = true
	}
	if p.more() && p.s[p.i] == '{' && !p.annotation() {
		return false
	}
	return p.boundary()
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// isAtomByte: any printable ASCII but digits and what the grammar uses (UCUM §3).
func isAtomByte(c byte) bool {
	if c <= ' ' || c > '~' || isDigit(c) {
		return false
	}
	switch c {
	case '"', '(', ')', '+', '-', '.', '/', '=', '[', ']', '{', '}':
		return false
	}
	return true
}

func bracketText(s string) bool {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c > '~' || c == '[' || c == '{' || c == '}' || c == '"' {
			return false
		}
	}
	return true
}

// The units known here: those of clinical practice. Metric ones take a prefix.
// Some letters mean something else to those who write them ("C" is a degree
// to them, not a coulomb): alone they are unknown here, with a prefix they are not.
const (
	ucumMetric = " m s g K cd mol sr Hz Pa J W A V Ohm Wb Cel lm lx Bq Gy Sv kat eq osm l L ar t bar u eV pc U [iU] [IU]" +
		" cal cal_[15] cal_[20] cal_m cal_IT cal_th Ci RAD REM dyn erg st m[H2O] m[Hg] g% B[SPL] B[V] B[mV] B[uV] rad "
	ucumPrefixed = " C F S T H N B P St R "
	ucumPlain    = " % [ppth] [ppm] [ppb] [pptr] [pi] deg ' '' min h d a a_t a_j a_g wk mo mo_s mo_j mo_g atm" +
		" [lbf_av] [in_i] [ft_i] [yd_i] [mi_i] [sin_i] [sft_i] [cin_i] [cft_i] [in_us] [ft_us] [yd_us] [mi_us]" +
		" [gal_us] [qt_us] [pt_us] [foz_us] [fdr_us] [min_us] [tbs_us] [tsp_us] [cup_us] [foz_m] [cup_m] [tsp_m] [tbs_m] [gal_br] [qt_br] [pt_br] [foz_br]" +
		" [gr] [lb_av] [oz_av] [dr_av] [ston_av] [stone_av] [pwt_tr] [oz_tr] [lb_tr] [sc_ap] [dr_ap] [oz_ap] [lb_ap] [oz_m] [car_m]" +
		" [degF] [Cal] [Btu] [HP] [psi] [in_i'H2O] [in_i'Hg] [PRU] [wood'U] [diop] [p'diop] [mesh_i] [Ch] [drp] [hnsf'U] [MET]" +
		" [hp'_X] [hp'_C] [hp'_M] [hp'_Q] [hp_X] [hp_C] [hp_M] [hp_Q] [kp_X] [kp_C] [kp_M] [kp_Q] [pH] [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U]" +
		" [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U] [knk'U] [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU]" +
		" [IR] [BAU] [AU] [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU] [ELU] [EU] [S] [HPF] [LPF] "
	// Two letters first: "da" is not "d" and "a".
	ucumPrefixes = "da Y Z E P T G M k h d c m u n p f a z y"
	// Nobody has a megalitre of anything: "ML" and "MG" are capitals for mL and mg.
	ucumHuge     = "YZEPTGM"
	ucumEveryday = " m s g l L t "
)

// knownUnit reports whether an atom is one of the units known here, with a
// metric prefix where it takes one.
func knownUnit(atom string) bool {
	if ucumAtoms()[atom] {
		return true
	}
	for prefix := range strings.SplitSeq(ucumPrefixes, " ") {
		rest, ok := strings.CutPrefix(atom, prefix)
		if !ok || rest == "" || strings.Contains(ucumHuge, prefix) && inList(ucumEveryday, rest) {
			continue
		}
		if inList(ucumMetric, rest) || inList(ucumPrefixed, rest) {
			return true
		}
	}
	return false
}

// ucumAtoms are the units that stand by themselves.
var ucumAtoms = sync.OnceValue(func() map[string]bool {
	atoms := map[string]bool{}
	for _, list := range []string{ucumPlain, ucumMetric} {
		for _, atom := range strings.Fields(list) {
			atoms[atom] = true
		}
	}
	return atoms
})

// inList reports whether a word is in a list that has a space before and after each.
func inList(list, word string) bool {
	for {
		i := strings.Index(list, word)
		if i < 0 {
			return false
		}
		end := i + len(word)
		if i > 0 && list[i-1] == ' ' && end < len(list) && list[end] == ' ' {
			return true
		}
		list = list[i+1:]
	}
}
