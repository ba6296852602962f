package codes

import (
	"context"
	_ "embed"
	"strings"
	"sync"

	"github.com/portage-health/portage/record"
)

//go:embed concepts.txt
var conceptsText string

//go:embed valuesets.txt
var valueSetsText string

// Default is the terminology a host gets that supplies none: the small tables
// embedded here (HL7 v2, v3 and FHIR, and what HL7's packages hold of the CDC's
// CVX, MVX and race and ethnicity), the value sets made only of them, and UCUM
// by its grammar. To all else it answers Unknown. Its zero value is ready and
// safe for concurrent use; it never fails.
type Default struct{}

var _ record.Terminology = Default{}

// section is one embedded code system: its lines, in the order of their codes.
type section struct {
	version  string
	uri      string
	complete bool // a code that is not here is not in the system
	caseless bool
	lines    string
}

// sectionIndex finds code systems by their URIs.
type sectionIndex struct {
	rows  []section
	byURI nameTable
}

var sections = sync.OnceValue(func() *sectionIndex {
	ix := &sectionIndex{rows: make([]section, 0, strings.Count(conceptsText, "\n@"))}
	var uris strings.Builder
	for head, body := range blocks(conceptsText) {
		uri, rest, _ := strings.Cut(head, "\t")
		version, flags, _ := strings.Cut(rest, "\t")
		uris.WriteString(expand(uri))
		ix.rows = append(ix.rows, section{uri: expand(uri), version: version, lines: body,
			complete: strings.Contains(flags, "c"), caseless: strings.Contains(flags, "i")})
	}
	text := uris.String()
	ix.byURI = newNameTable(text, len(ix.rows))
	for i, from := 0, 0; i < len(ix.rows); i++ {
		p := piece{uint32(from), uint32(len(ix.rows[i].uri))}
		ix.rows[i].uri = p.of(text)
		ix.byURI.add(p, int32(i))
		from += len(ix.rows[i].uri)
	}
	return ix
})

// sectionOf gives the embedded code system of a URI; nil where there is none.
func sectionOf(uri string) *section {
	ix := sections()
	if row, ok := ix.byURI.row(uri); ok {
		return &ix.rows[row]
	}
	return nil
}

// valueSet is one embedded value set: a line for each code system.
type valueSet struct{ lines string }

var valueSets = sync.OnceValue(func() map[string]valueSet {
	all := map[string]valueSet{}
	for head, body := range blocks(valueSetsText) {
		url, oids, _ := strings.Cut(head, "\t")
		all[expand(url)] = valueSet{body}
		for _, oid := range strings.Fields(oids) {
			all[expand(oid)] = valueSet{body}
		}
	}
	return all
})

// blocks gives the parts of a generated table that begin with '@'.
func blocks(text string) func(yield func(head, body string) bool) {
	return func(yield func(head, body string) bool) {
		at := strings.Index(text, "\n@")
		for at >= 0 {
			text = text[at+2:]
			at = strings.Index(text, "\n@")
			block := text
			if at >= 0 {
				block = text[:at+1]
			}
			head, body, _ := strings.Cut(block, "\n")
			if !yield(head, body) {
				return
			}
		}
	}
}

// find looks a code up by halving; the lines are in the order of their codes.
func (s *section) find(code string) (display, flags string, ok bool) {
	lines := s.lines
	for len(lines) > 0 {
		mid := len(lines) / 2
		start := strings.LastIndexByte(lines[:mid], '\n') + 1
		end := start + strings.IndexByte(lines[start:], '\n')
		have, rest, _ := strings.Cut(lines[start:end], "\t")
		switch {
		case have == code:
			display, flags, _ = strings.Cut(rest, "\t")
			if display == "" {
				display = code
			}
			return display, flags, true
		case have < code:
			lines = lines[end+1:]
		default:
			lines = lines[:start]
		}
	}
	return "", "", false
}

// get is find, without regard to case where the system has none; it gives the
// code as the system writes it.
func (s *section) get(code string) (exact, display, flags string, ok bool) {
	if code == "" {
		return "", "", "", false
	}
	if display, flags, ok = s.find(code); ok || !s.caseless {
		return code, display, flags, ok
	}
	for line := range strings.Lines(s.lines) {
		have, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.EqualFold(have, code) {
			display, flags, _ = strings.Cut(rest, "\t")
			if display == "" {
				display = have
			}
			return have, display, flags, true
		}
	}
	return "", "", "", false
}

// named gives the embedded code system by any of its names.
func named(system string) (*section, bool) {
	s := sectionOf(system)
	if s == nil {
		s = sectionOf(FromCDA(Canonical(system)))
	}
	return s, s != nil
}

// Lookup finds a code of an embedded code system, by its URI, another URI of it
// or its OID. Of UCUM it finds what its grammar and the units known here allow,
// with the unit as display.
func (Default) Lookup(_ context.Context, system, code string) (info record.CodeInfo, ok bool, err error) {
	s, ok := named(system)
	if !ok {
		if FromCDA(Canonical(system)) == record.SystemUCUM && UCUM(code) == record.Yes {
			return record.CodeInfo{System: record.SystemUCUM, Code: code, Display: code}, true, nil
		}
		return record.CodeInfo{}, false, nil
	}
	exact, display, flags, ok := s.get(code)
	if !ok {
		return record.CodeInfo{}, false, nil
	}
	info = record.CodeInfo{System: s.uri, Version: s.version, Code: exact, Display: display}
	if s.complete {
		info.Inactive = record.No
	}
	for _, f := range flags {
		switch f {
		case 'a':
			info.Properties = append(info.Properties, record.CodeProperty{Name: "notSelectable", Value: "true"})
		case 'd':
			info.Properties = append(info.Properties, record.CodeProperty{Name: "status", Value: "deprecated"})
		case 'r':
			info.Inactive = record.Yes
			info.Properties = append(info.Properties, record.CodeProperty{Name: "status", Value: "retired"})
		}
	}
	return info, true, nil
}

// findValueSet finds a value set by its canonical URL (a version after '|' is
// let go), its OID with or without urn:oid:, or the VSAC's URL of its OID.
func findValueSet(name string) (valueSet, bool) {
	name, _, _ = strings.Cut(name, "|")
	all := valueSets()
	if v, ok := all[name]; ok {
		return v, true
	}
	if oid, ok := cutURN(name, oidPrefix); ok {
		v, ok := all[oid]
		return v, ok
	}
	if oid, ok := strings.CutPrefix(name, "http://cts.nlm.nih.gov/fhir/ValueSet/"); ok {
		v, ok := all[oid]
		return v, ok
	}
	return valueSet{}, false
}

// Validate says whether a coding belongs to a value set. It is Unknown where
// the value set is not held, where the coding names no system or one that is
// not known here, and where the value set takes all of a code system of which
// only a part is embedded.
func (Default) Validate(_ context.Context, name string, c record.Coding) (record.Answer, error) {
	v, ok := findValueSet(name)
	if !ok || c.Code == "" {
		return record.Unknown, nil
	}
	given := c.System
	if given == "" {
		given = c.SystemAsSent
	}
	system := FromCDA(Canonical(given))
	if _, known := KindOf(system); !known {
		return record.Unknown, nil
	}
	answer := record.No
	for line := range strings.Lines(v.lines) {
		uri, codes, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if expand(uri) != system {
			continue
		}
		s := sectionOf(system)
		exact, _, _, ok := s.get(c.Code)
		switch {
		case codes == "*" && ok:
			return record.Yes, nil
		case codes == "*" && !s.complete:
			answer = record.Unknown
		case ok && hasField(codes, exact):
			return record.Yes, nil
		}
	}
	return answer, nil
}

func hasField(fields, want string) bool {
	for f := range strings.SplitSeq(fields, "\t") {
		if f == want {
			return true
		}
	}
	return false
}

// Expand lists an embedded value set. ok is false too where it takes all of a
// code system of which only a part is embedded.
func (Default) Expand(_ context.Context, name string) (codings []record.Coding, ok bool, err error) {
	v, ok := findValueSet(name)
	if !ok {
		return nil, false, nil
	}
	for line := range strings.Lines(v.lines) {
		uri, codes, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		s := sectionOf(expand(uri))
		if codes != "*" {
			for code := range strings.SplitSeq(codes, "\t") {
				_, display, _, _ := s.get(code)
				codings = append(codings, record.Coding{System: s.uri, Version: s.version, Code: code, Display: display})
			}
			continue
		}
		if !s.complete {
			return nil, false, nil
		}
		for line := range strings.Lines(s.lines) {
			code, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			display, _, _ := strings.Cut(rest, "\t")
			if display == "" {
				display = code
			}
			codings = append(codings, record.Coding{System: s.uri, Version: s.version, Code: code, Display: display})
		}
	}
	return codings, true, nil
}

// Translate gives the coding itself where its system is the target by another
// name, and HL7's own equivalences: race by the HL7 v2 and v3 tables that took
// the CDC's codes, sex, and the statuses and degrees of C-CDA on FHIR whose
// codes mean each other.
func (Default) Translate(_ context.Context, c record.Coding, target string) ([]record.Coding, error) {
	given := c.System
	if given == "" {
		given = c.SystemAsSent
	}
	system, target := FromCDA(Canonical(given)), FromCDA(Canonical(target))
	if c.Code == "" || system == "" || target == "" {
		return nil, nil
	}
	if system == target {
		same := c
		same.System = target
		return []record.Coding{same}, nil
	}
	var code string
	switch {
	case target == record.SystemRaceEthnicity && (system == thoPrefix+"v2-0005" || system == thoPrefix+"v3-Race" || system == thoPrefix+"v3-Ethnicity"):
		code = c.Code
	default:
		for _, m := range equivalences() {
			if m.left == system && m.right == target {
				if to, ok := m.table.To(c.Code); ok && m.table.TwoWay(c.Code, to) && to != m.but {
					code = to
				}
			}
			if m.right == system && m.left == target {
				if to, ok := m.table.From(c.Code); ok && m.table.TwoWay(to, c.Code) && c.Code != m.but {
					code = to
				}
			}
		}
	}
	if code == "" {
		return nil, nil
	}
	out := record.Coding{System: target, Code: code}
	if s := sectionOf(target); s != nil {
		_, display, _, held := s.get(code)
		if !held {
			return nil, nil // a code that the target does not have, as far as it is known
		}
		out.Version, out.Display = s.version, display
	}
	return []record.Coding{out}, nil
}

// equivalence is a table between two code systems that needs no context; but is
// the right-hand code that HL7 calls wider.
type equivalence struct {
	left, right, but string
	table            *Table[string, string]
}

func equivalences() [5]equivalence {
	return [...]equivalence{
		{record.SystemAdministrativeSex, "http://hl7.org/fhir/administrative-gender", "other", &administrativeGender},
		{record.SystemSNOMED, thoPrefix + "allergyintolerance-clinical", "", &allergyStatus},
		{record.SystemSNOMED, thoPrefix + "condition-clinical", "", &problemStatus},
		{record.SystemSNOMED, "http://hl7.org/fhir/reaction-event-severity", "", &severity},
		{thoPrefix + "v3-ObservationValue", "http://hl7.org/fhir/allergy-intolerance-criticality", "", &criticality},
	}
}

// Whole says whether every code of a system is embedded, so that a code that
// Lookup does not find is none of the system's.
func Whole(system string) bool {
	s := sectionOf(FromCDA(Canonical(system)))
	return s != nil && s.complete
}

// Lacks says whether a code is none of a system every code of which is embedded.
func Lacks(system, code string) bool {
	s, ok := named(system)
	if !ok || !s.complete {
		return false
	}
	_, _, _, ok = s.get(code)
	return !ok
}

// HasCode reports whether an embedded code system has a code.
func HasCode(system, code string) bool {
	s, ok := named(system)
	if !ok {
		return false
	}
	_, _, _, ok = s.get(code)
	return ok
}
