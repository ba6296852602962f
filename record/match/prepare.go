package match

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"

	"github.com/portage-health/portage/record"
)

//go:embed nicknames.txt
var nicknameText string

// nicknames gives the groups that a given name belongs to.
var nicknames = sync.OnceValue(func() map[string][]int {
	m := map[string][]int{}
	n := 0
	for line := range strings.Lines(nicknameText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, name := range strings.Fields(line) {
			m[name] = append(m[name], n)
		}
		n++
	}
	return m
})

// Prepared is a patient made ready for comparing: folded, cut into parts. It
// holds what the patient holds, and belongs where the patient belongs.
type Prepared struct {
	ids     []identifier
	names   []name
	birth   string // as precise as given: 1961-02-03, 1961-02, 1961
	sex     string // male, female, other; "" where not known
	places  []place
	phones  []string // the last ten digits
	emails  []string
	order   string // of a multiple birth
	multi   bool
	suffix  string // jr, sr, ii, iii …
	maiden  string // mother's maiden name
	expired string // day of death
}

type identifier struct {
	system, value string
	kind          kind
}

// kind is how far an identifier tells people apart.
type kind uint8

const (
	kindOther   kind = iota
	kindPatient      // given by an authority to one patient: a medical record number
	kindNation       // given by a nation or state: SSN, driver's licence, passport
	kindShared       // of a family or a visit: member number of an insurance, account
)

type name struct {
	given, family []string
	old           bool // a maiden name, a former name
}

type place struct{ line, city, zip string }

// Prepare makes a patient ready for comparing.
func Prepare(p *record.Patient) *Prepared {
	out := &Prepared{}
	if p == nil {
		return out
	}
	for i := range p.Identifiers {
		if id := &p.Identifiers[i]; id.Value != "" && id.Absent == "" {
			system := id.System
			if system == "" {
				system = id.SystemAsSent
			}
			out.ids = append(out.ids, identifier{system, strings.ToUpper(strings.TrimSpace(id.Value)), kindOf(id)})
		}
	}
	for i := range p.Names {
		out.addName(&p.Names[i])
	}
	out.birth = p.BirthTime.Date()
	out.sex = sexOf(p)
	for i := range p.Addresses {
		a := &p.Addresses[i]
		line := ""
		if len(a.Lines) > 0 {
			line = street(strings.Join(a.Lines, " "))
		}
		if v := (place{line, fold(a.City), digits(a.PostalCode, 5)}); v != (place{}) {
			out.places = append(out.places, v)
		}
	}
	for i := range p.Telecoms {
		out.addTelecom(&p.Telecoms[i])
	}
	out.order = p.BirthOrder
	out.multi = p.MultipleBirth != nil && *p.MultipleBirth || p.BirthOrder != ""
	out.maiden = fold(p.MothersMaidenName)
	out.expired = p.DeceasedTime.Date()
	return out
}

func (p *Prepared) addName(n *record.Name) {
	var v name
	for _, part := range n.Given {
		v.given = append(v.given, words(part.Value)...)
	}
	for _, part := range n.Family {
		v.family = append(v.family, words(part.Value)...)
	}
	for _, part := range n.Suffixes {
		if s := generation(part.Value); s != "" {
			p.suffix = s
		}
	}
	if len(v.given)+len(v.family) == 0 {
		all := words(n.Text)
		if len(all) > 1 {
			if s := generation(all[len(all)-1]); s != "" {
				p.suffix, all = s, all[:len(all)-1]
			}
		}
		if len(all) > 1 {
			v.given, v.family = all[:len(all)-1], all[len(all)-1:]
		} else {
			v.family = all
		}
	}
	if n := len(v.family); n > 1 {
		if s := generation(v.family[n-1]); s != "" {
			p.suffix, v.family = s, v.family[:n-1]
		}
	}
	v.old = slices.ContainsFunc(n.Uses, func(u string) bool { return u == "maiden" || u == "old" })
	if len(v.given)+len(v.family) > 0 {
		p.names = append(p.names, v)
	}
}

func (p *Prepared) addTelecom(t *record.Telecom) {
	v := t.Value
	if i := strings.IndexByte(v, ':'); i >= 0 {
		v = v[i+1:]
	}
	if strings.Contains(v, "@") {
		p.emails = append(p.emails, strings.ToLower(strings.TrimSpace(v)))
		return
	}
	if d := digits(v, 0); len(d) >= 7 {
		p.phones = append(p.phones, d[max(0, len(d)-10):])
	}
}

// kindOf says what an identifier tells, by its type (HL7 v2 table 0203) and its system.
func kindOf(id *record.Identifier) kind {
	code := ""
	if id.Type != nil {
		for i := range id.Type.Codings {
			code = id.Type.Codings[i].Code
			break
		}
	}
	switch {
	case id.System == record.SystemSSN:
		return kindNation
	case id.System == "" || id.System == record.SystemURI:
		return kindOther
	}
	switch code {
	case "SS", "DL", "PPN", "NI", "NH", "PRC", "CZ", "TAX", "MI", "MC", "MA":
		return kindNation
	case "MR", "PI", "PT", "EI", "MRT", "PN", "EN", "":
		return kindPatient
	case "AN", "VN", "SN", "MB", "NIIP", "XX", "GN":
		return kindShared
	}
	return kindOther
}

func sexOf(p *record.Patient) string {
	for i := range p.AdministrativeSex.Codings {
		switch strings.ToLower(p.AdministrativeSex.Codings[i].Code) {
		case "m", "male":
			return "male"
		case "f", "female":
			return "female"
		case "un", "o", "other", "x", "a":
			return "other"
		}
	}
	return ""
}

// generation gives what tells a father from a son: jr, sr, ii, iii, iv.
func generation(text string) string {
	switch fold(strings.Trim(text, ". ")) {
	case "jr", "junior":
		return "jr"
	case "sr", "senior":
		return "sr"
	case "ii", "2nd":
		return "ii"
	case "iii", "3rd":
		return "iii"
	case "iv", "4th":
		return "iv"
	}
	return ""
}

// words cuts a name into its folded words: at spaces, hyphens and apostrophes' ends.
func words(text string) []string {
	return strings.FieldsFunc(fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// fold gives a text without case, without accents and with compatible forms as one
// (Unicode NFKD, marks removed, case folded). Apostrophes within a word go: O'Neil is ONeil.
func fold(text string) string {
	plain := true
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= 0x80 || c == '\'' || c >= 'A' && c <= 'Z' {
			plain = false
			break
		}
	}
	if plain {
		return text
	}
	text = strings.NewReplacer("'", "", "’", "", "ʼ", "", "`", "", "ß", "ss", "ø", "o", "Ø", "o", "ł", "l", "Ł", "l", "đ", "d", "Đ", "d", "æ", "ae", "Æ", "ae", "œ", "oe", "Œ", "oe").Replace(text)
	t := transform.Chain(norm.NFKD, runes.Remove(runes.In(unicode.Mn)), cases.Fold(), norm.NFC)
	out, _, err := transform.String(t, text)
	if err != nil {
		return strings.ToLower(text)
	}
	return out
}

// streets are the words of streets by their short forms (USPS Publication 28, appendix C).
var streets = map[string]string{"street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln", "court": "ct", "boulevard": "blvd",
	"place": "pl", "terrace": "ter", "circle": "cir", "highway": "hwy", "parkway": "pkwy", "apartment": "apt", "suite": "ste", "unit": "apt",
	"north": "n", "south": "s", "east": "e", "west": "w", "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw"}

func street(text string) string {
	all := words(text)
	for i, w := range all {
		if s, ok := streets[w]; ok {
			all[i] = s
		}
	}
	return strings.Join(all, " ")
}

// digits gives the digits of a text, the first n where n is not 0.
func digits(text string, n int) string {
	var b strings.Builder
	for _, r := range text {
		if r >= '0' && r <= '9' {
			b.WriteRune(r)
			if n > 0 && b.Len() == n {
				break
			}
		}
	}
	return b.String()
}
