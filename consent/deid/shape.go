package deid

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// publicSystems begin the names of code systems, value sets and policies that are public knowledge.
var publicSystems = strings.Fields(`http://loinc.org http://snomed.info/sct http://hl7.org/fhir http://terminology.hl7.org/ http://www.nlm.nih.gov/research/umls/
	http://unitsofmeasure.org http://fdasis.nlm.nih.gov http://www.ama-assn.org/go/cpt http://www.cms.gov/Medicare/Coding/ https://www.cms.gov/Medicare/
	http://nucc.org/provider-taxonomy http://www.nubc.org/ https://www.nubc.org/ http://dicom.nema.org/ https://www.cdc.gov/nhsn http://www.whocc.no/atc
	http://www.ada.org/ http://www.genenames.org https://x12.org/ http://cts.nlm.nih.gov/fhir/ValueSet/ urn:ietf:bcp: urn:ietf:rfc:3986 urn:iso:std: urn:iso-astm:
	http://ihe.net/ http://ncicb.nci.nih.gov/ http://portage-health.org/ https://www.ecfr.gov/current/title-45/
	urn:oid:2.16.840.1.113883.5. urn:oid:2.16.840.1.113883.6. urn:oid:2.16.840.1.113883.12. urn:oid:2.16.840.1.113883.11. urn:oid:2.16.840.1.113883.1.11.
	urn:oid:2.16.840.1.113883.2. urn:oid:2.16.840.1.113762.1.4. urn:oid:2.16.840.1.114222.4.11. urn:oid:1.2.840.10008.2.16.`)

// isPublic reports whether an address is of a public standard: letters, digits and few signs after a beginning that is known.
func isPublic(s string) bool {
	if len(s) > 200 || strings.ContainsAny(s, " @?&%=#\t\n\"'<>") || looksUnique(lastPart(s)) {
		return false
	}
	for _, p := range publicSystems {
		rest, ok := strings.CutPrefix(s, p)
		if !ok {
			continue
		}
		switch {
		case strings.HasPrefix(p, "urn:oid:"):
			return isOID(s[len("urn:oid:"):])
		case rest == "" || strings.HasSuffix(p, "/") || strings.HasSuffix(p, ":"), rest[0] == '/', rest[0] == '|':
			return !strings.Contains(rest, "://") && strings.Count(rest, "/") <= 6
		}
	}
	return false
}

func lastPart(s string) string { return s[strings.LastIndexAny(s, "/:")+1:] }

// isOID reports whether s is numbers with points, none of more than nine digits.
func isOID(s string) bool {
	for n := range strings.SplitSeq(s, ".") {
		if n == "" || len(n) > 9 || !isDigits(n) {
			return false
		}
	}
	return true
}

// isCode reports whether a code of a system may stay. A code has no blanks, and is not written as identifiers are.
func isCode(system, code string) bool {
	if code = strings.TrimSpace(code); code == "" || len(code) > 64 {
		return false
	}
	for i := range len(code) {
		if c := code[i]; c <= ' ' || c >= 0x7f || strings.IndexByte(`@?&=#"'<>\;,`, c) >= 0 {
			return false
		}
	}
	if strings.Contains(code, "://") {
		return false
	}
	if strings.HasPrefix(system, "http://terminology.hl7.org/CodeSystem/") {
		return true // some of them have long numbers
	}
	if isDigits(code) && len(code) >= 9 {
		concept := len(code) <= 18 && (code[len(code)-3:len(code)-1] == "00" || code[len(code)-3:len(code)-1] == "10")
		switch system {
		case record.SystemSNOMED:
			return concept || len(code) <= 18 && verhoeff(code)
		case record.SystemNDC:
			return len(code) <= 11
		}
		return concept && verhoeff(code) // of SNOMED CT, by whatever name it is called
	}
	if system == record.SystemNDC && len(code) <= 14 && strings.Trim(code, "0123456789-*") == "" {
		return true // 0002-8215-01 is a labeler, a product and a package
	}
	return !looksUnique(code)
}

// looksUnique reports whether a word is written as a telephone, social security or IP number, or as a date, is.
func looksUnique(s string) bool {
	digits, groups, last := 0, 0, byte(0)
	for i := range len(s) {
		c := s[i]
		if c >= '0' && c <= '9' {
			digits++
			if last < '0' || last > '9' {
				groups++
			}
		} else if strings.IndexByte("-.()+/: ", c) < 0 {
			return strings.Contains(s, "@")
		}
		last = c
	}
	switch {
	case digits >= 7 && groups >= 2: // 555-0142, 123-45-6789, 2015-02-07
		return strings.Count(s, ".") < 4 || groups < 5 // an OID has more points than an address
	case groups == 4 && strings.Count(s, ".") == 3: // 10.1.2.3
		return true
	}
	return false
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isInteger allows a sign and up to six digits.
func isInteger(s string) bool {
	return isDigits(strings.TrimLeft(s, "+-")) && len(s) <= 7 && len(s) > 0
}

// isDecimal allows what XML Schema's decimal and double do. A whole number without a unit has no more than six digits.
func isDecimal(s string, unit bool) bool {
	t := strings.TrimLeft(s, "+-")
	if len(s)-len(t) > 1 {
		return false
	}
	mantissa, exponent, scientific := t, "", false
	if i := strings.IndexAny(t, "eE"); i >= 0 {
		mantissa, exponent, scientific = t[:i], strings.TrimLeft(t[i+1:], "+-"), true
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	ok := (whole == "" || isDigits(whole)) && (fraction == "" || isDigits(fraction)) && whole+fraction != "" &&
		(!scientific || isDigits(exponent) && len(exponent) <= 3)
	return ok && len(s) <= 40 && (unit || len(whole) <= 6)
}

// isSamples allows numbers and FHIR's E, U and L.
func isSamples(s string) bool {
	for w := range strings.FieldsSeq(s) {
		if w != "E" && w != "U" && w != "L" && !isDecimal(w, false) {
			return false
		}
	}
	return s != ""
}

// isBounds allows <5, >= 1.5, 70-110, 3.5 - 5.0.
func isBounds(s string) bool {
	t := strings.TrimSpace(strings.TrimLeft(strings.TrimSpace(s), "<>="))
	low, high, both := strings.Cut(t, "-")
	low, high = strings.TrimSpace(low), strings.TrimSpace(high)
	number := func(n string) bool {
		return n != "" && strings.Trim(n, "0123456789.") == "" && isDecimal(n, false) && (n[0] != '0' || len(n) == 1 || n[1] == '.')
	}
	return number(low) && (!both || number(high)) && len(low)+len(high) <= 9 && strings.Count(t, ".")*2+6 >= len(strings.ReplaceAll(low+high, ".", ""))
}

// isMonth reports whether bounds without a unit may be a month of a year: 12-2015, 2015-12.
func isMonth(s string) bool {
	low, high, _ := strings.Cut(s, "-")
	month := func(m, y string) bool {
		m, y = strings.TrimSpace(m), strings.TrimSpace(y)
		return len(m) <= 2 && isDigits(m) && number(m) <= 12 && len(y) == 4 && isDigits(y) && number(y) >= 1800 && number(y) < 2200
	}
	return month(low, high) || month(high, low)
}

// isMeasured allows what is measured, in words or numbers, with its unit: 2.0 - 8.0 ng/mL, negative mg/dL, <5.
func isMeasured(s string) bool {
	if isPlain(s) || isBounds(s) && !isMonth(s) {
		return true
	}
	for i := range len(s) {
		if s[i] == ' ' && (isPlain(s[:i]) || isBounds(s[:i])) && isUnit(s[i+1:]) && strings.ContainsAny(s[i+1:], letters+"%") {
			return true
		}
	}
	return false
}

// isField allows the name of a field of HL7 v2: OBX-15.
func isField(s string) bool {
	name, n, ok := strings.Cut(s, "-")
	return ok && len(name) == 3 && strings.Trim(name, letters[26:]+"0123456789") == "" && len(n) <= 2 && isDigits(n)
}

// isUnitCode reports whether the code of a unit is one of a system that is not UCUM.
func isUnitCode(q *record.Quantity) bool {
	return q.Code != "" && q.System != "" && q.System != record.SystemUCUM && isPublic(q.System) && isCode(q.System, q.Code) && isDigits(q.Code)
}

// isVersion allows 2.1, 2023-09, v5 and versions of SNOMED CT.
func isVersion(s string) bool {
	if rest, ok := strings.CutPrefix(s, "http://snomed.info/sct"); ok {
		return len(rest) <= 50 && strings.Trim(rest, "/version0123456789") == ""
	}
	t := strings.TrimLeft(s, "vVrR")
	if looksUnique(t) {
		return false
	}
	return len(s)-len(t) <= 1 && t != "" && len(s) <= 16 && strings.Trim(t, "0123456789.-_") == "" && t[0] >= '0' && t[0] <= '9' &&
		len(strings.Map(func(c rune) rune {
			if c < '0' || c > '9' {
				return -1
			}
			return c
		}, t)) <= 8
}

// isLanguage allows BCP 47 tags: en, en-US, zh-Hant-TW.
func isLanguage(s string) bool {
	for i, part := range strings.Split(s, "-") {
		switch {
		case i == 0 && (len(part) < 2 || len(part) > 3 || strings.Trim(part, letters) != ""):
			return false
		case i > 0 && !(len(part) == 2 || len(part) == 4 || len(part) == 3 && isDigits(part)), i > 2:
			return false
		case i > 0 && !isDigits(part) && strings.Trim(part, letters) != "":
			return false
		}
	}
	return true
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

// isClock allows hh:mm and hh:mm:ss.
func isClock(s string) bool {
	return (len(s) == 5 || len(s) == 8) && s[2] == ':' && isDigits(strings.ReplaceAll(s, ":", ""))
}

// isToken allows short marks of numbers and letters: 1, 2a, q1.2, 1^1, and codes of LOINC by the way to them: /44250-9/93042-0.
func isToken(s string) bool {
	if way := strings.TrimPrefix(s, "/"); len(s) <= 64 {
		all := true
		for part := range strings.SplitSeq(way, "/") {
			code, check, ok := strings.Cut(part, "-")
			all = all && ok && len(code) <= 6 && isDigits(code) && len(check) == 1 && isDigits(check)
		}
		if all {
			return true
		}
	}
	if len(s) > 12 || isDigits(s) && len(s) > 6 {
		return false
	}
	run := 0
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9', strings.IndexByte("./-_^", c) >= 0:
			run = 0
		case strings.IndexByte(letters, c) >= 0 && run < 2: // two letters beside one another at most
			run++
		default:
			return false
		}
	}
	return s != "" && (!looksUnique(s) || strings.Count(s, ".") == 3 && len(s) == 7) // 2.1.1.5 is a place in a form
}

// verhoeff checks the last digit of a SNOMED CT identifier (SCTID, check-digit).
func verhoeff(s string) bool {
	const d = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210"
	const p = "01234567891576283094580379614289160435279453126870428657390127938064157046913258"
	c := 0
	for i := range len(s) {
		n := int(s[len(s)-1-i] - '0')
		c = int(d[c*10+int(p[(i%8)*10+n]-'0')] - '0')
	}
	return c == 0
}
