package ccda

import (
	"context"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Code systems by OID, as CDA names them.
const (
	codesRxNorm = "2.16.840.1.113883.6.88"
	codesNCI    = "2.16.840.1.113883.3.26.1.1"
	codesRace   = "2.16.840.1.113883.6.238"
	codesGender = "2.16.840.1.113883.5.1"
)

// codeForms are how the codes of some systems are written. That tells no code
// that exists from one that does not, and needs no licence.
var codeForms = [...]struct {
	system string
	fits   func(string) bool
}{
	{"2.16.840.1.113883.6.96", isSNOMED},
	{"2.16.840.1.113883.6.1", isLOINC},
	{codesRxNorm, func(c string) bool { return len(c) <= 8 && allDigits(c) }},
	{codesNCI, func(c string) bool { return len(c) > 1 && len(c) <= 8 && c[0] == 'C' && allDigits(c[1:]) }},
	{oidCVX, func(c string) bool { return len(c) <= 4 && allDigits(c) }},
	{codesRace, isNumbered},
	{"2.16.840.1.113883.6.259", isNumbered},
	{"2.16.840.1.113883.6.12", func(c string) bool { return len(c) == 5 && allDigits(c[:4]) && (isUpper(c[4]) || allDigits(c[4:])) }}, // CPT
	{"2.16.840.1.113883.6.90", func(c string) bool { // ICD-10-CM
		c = strings.Replace(c, ".", "", 1)
		return len(c) >= 3 && len(c) <= 7 && isUpper(c[0]) && allDigits(c[1:2])
	}},
}

func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }

func allDigits(s string) bool { return s != "" && len(digits(s)) == len(s) }

// isSNOMED checks an identifier of SNOMED CT: 6 to 18 digits, the last by Verhoeff.
func isSNOMED(c string) bool {
	if len(c) < 6 || len(c) > 18 || !allDigits(c) || c[0] == '0' {
		return false
	}
	const (
		product = "0123456789" + "1234067895" + "2340178956" + "3401289567" + "4012395678" + "5987604321" + "6598710432" + "7659821043" + "8765932104" + "9876543210"
		permute = "0123456789" + "1576283094" + "5803796142" + "8916043527" + "9453126870" + "4286573901" + "2793806415" + "7046913258"
	)
	sum := byte(0)
	for i := range len(c) {
		d := permute[i%8*10+int(c[len(c)-1-i]-'0')] - '0'
		sum = product[int(sum)*10+int(d)] - '0'
	}
	return sum == 0
}

// isLOINC checks a code of LOINC: digits, a hyphen, a check digit (modulus 10),
// perhaps behind LA, LL, LG or LP.
func isLOINC(c string) bool {
	if len(c) > 2 && c[0] == 'L' && strings.IndexByte("ALGP", c[1]) >= 0 {
		c = c[2:]
	}
	number, check, ok := strings.Cut(c, "-")
	if !ok || len(check) != 1 || !allDigits(check) || !allDigits(number) || len(number) > 9 {
		return false
	}
	sum := 0
	for i := range len(number) {
		d := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return (10-sum%10)%10 == int(check[0]-'0')
}

// isNumbered checks a code of four digits, a hyphen and one more.
func isNumbered(c string) bool {
	return len(c) == 6 && allDigits(c[:4]) && c[4] == '-' && allDigits(c[5:])
}

// bound are elements whose value set takes codes of these systems alone (C-CDA
// R2.1, and R1.1 where it has the same). parent may be "".
var bound = [...]struct {
	parent, element string
	systems         []string
}{
	{"patient", "administrativeGenderCode", []string{codesGender}},
	{"patient", "maritalStatusCode", []string{"2.16.840.1.113883.5.2"}},
	{"patient", "raceCode", []string{codesRace}},
	{"patient", "ethnicGroupCode", []string{codesRace}},
	{"patient", "religiousAffiliationCode", []string{"2.16.840.1.113883.5.1076"}},
	{"ClinicalDocument", "confidentialityCode", []string{"2.16.840.1.113883.5.25"}},
	{"substanceAdministration", "routeCode", []string{codesNCI, oidSNOMED}},
	{"substanceAdministration", "administrationUnitCode", []string{codesNCI, oidSNOMED}},
	{"manufacturedMaterial", "code", []string{codesRxNorm, oidCVX, oidSNOMED, "2.16.840.1.113883.6.69", "2.16.840.1.113883.4.9", "2.16.840.1.113883.3.26.1.5"}},
}

// codeElement reports whether an element holds a code.
func codeElement(n tree.Node) bool {
	return n.Attr("code").OK() || n.Attr("nullFlavor").OK() || n.Attr("unit").OK()
}

// plainCodes are the elements of datatype CS, whose system CDA fixes.
func plainCode(name string) bool {
	switch name {
	case "statusCode", "languageCode", "realmCode", "signatureCode":
		return true
	}
	return false
}

// code checks one code, nullFlavor or unit.
func (c *checker) code(n tree.Node) {
	if f := n.Attr("nullFlavor"); f.OK() {
		if _, ok := codes.NullFlavor().To(f.Value()); !ok {
			c.find(&conformNullFlavor, f, "")
		}
	}
	if u := n.Attr("unit"); u.OK() && (n.Name() != "period" && n.Name() != "width" || u.Value() != "") && codes.UCUM(u.Value()) != record.Yes {
		c.find(&conformUnit, u, "")
	}
	a, system := n.Attr("code"), n.Attr("codeSystem")
	if !a.OK() {
		return
	}
	if plainCode(n.Name()) && n.Space() == c.root.Space() {
		if system.OK() || n.Attr("displayName").OK() || n.Attr("codeSystemName").OK() {
			c.find(&conformPlainCode, n, "")
		}
		if n.Name() == "languageCode" && !isLanguage(a.Value()) {
			c.find(&conformLanguage, a, "CONF:1198-5372")
		}
		return
	}
	if system.Value() == "" {
		c.find(&conformNoSystem, n, "")
		return
	}
	oid, v := system.Value(), a.Value()
	for i := range codeForms {
		if codeForms[i].system == oid && !codeForms[i].fits(v) {
			c.find(&conformCodeForm, a, "")
		}
	}
	uri, registered := codes.URI(oid)
	if !registered {
		c.find(&conformUnknownSystem, system, "")
	} else if codes.Whole(uri) {
		if _, ok, err := c.o.Terminology.Lookup(context.Background(), uri, v); err == nil && !ok {
			c.find(&conformCode, a, "")
		}
	}
	c.bound(n, oid)
}

// bound checks the system of a code against what its place takes.
func (c *checker) bound(n tree.Node, oid string) {
	up := n.Parent().Name()
next:
	for i := range bound {
		b := &bound[i]
		if b.element != n.Name() || b.parent != up {
			continue
		}
		for _, s := range b.systems {
			if s == oid {
				continue next
			}
		}
		for t := n.Child("translation"); t.OK(); t = t.NextNamed() {
			for _, s := range b.systems {
				if t.Attr("codeSystem").Value() == s && b.element == "code" {
					continue next
				}
			}
		}
		c.find(&conformSystem, n, "")
	}
	if n.Name() == "ethnicGroupCode" && n.Space() == c.root.Space() && oid == codesRace {
		switch n.Attr("code").Value() {
		case "2135-2", "2186-5":
		default:
			c.find(&conformValueSet, n, "CONF:1198-5323")
		}
	}
	if up == "patient" && n.Name() == "administrativeGenderCode" && oid == codesGender {
		switch n.Attr("code").Value() {
		case "F", "M", "UN":
		default:
			c.find(&conformValueSet, n, "CONF:1198-6394")
		}
	}
}

// isLanguage checks the form of a language tag.
func isLanguage(v string) bool {
	for i, part := range strings.Split(v, "-") {
		for j := range len(part) {
			if ch := part[j] | 0x20; (ch < 'a' || ch > 'z') && (i == 0 || part[j] < '0' || part[j] > '9') {
				return false
			}
		}
		if len(part) == 0 || i == 0 && (len(part) < 2 || len(part) > 3) || len(part) > 8 {
			return false
		}
	}
	return true
}

// has reports whether a code or one of its translations is of one of the systems, or says that it is not known.
func has(n tree.Node, systems ...string) bool {
	if !n.OK() || n.Attr("nullFlavor").OK() {
		return true
	}
	for _, s := range systems {
		if n.Attr("codeSystem").Value() == s {
			return true
		}
		for t := n.Child("translation"); t.OK(); t = t.NextNamed() {
			if t.Attr("codeSystem").Value() == s {
				return true
			}
		}
	}
	return false
}
