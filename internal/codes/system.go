package codes

import (
	_ "embed"
	"strings"
	"sync"

	"github.com/portage-health/portage/internal/room"
)

// Kind says what a system names: codes or things.
type Kind uint8

// The kinds of systems (FHIR NamingSystem.kind).
const (
	CodeSystem Kind = iota
	Identifier
)

// String gives FHIR's code: "codesystem" or "identifier".
func (k Kind) String() string {
	if k == Identifier {
		return "identifier"
	}
	return "codesystem"
}

const (
	oidPrefix  = "urn:oid:"
	uuidPrefix = "urn:uuid:"
	// Earlier FHIR releases (DSTU2, STU3) named HL7's own systems by these.
	oldV3Prefix = "http://hl7.org/fhir/v3/"
	oldV2Prefix = "http://hl7.org/fhir/v2/"
	thoPrefix   = "http://terminology.hl7.org/CodeSystem/"
)

//go:embed systems.txt
var systemsText string

// system is one code system or identifier system, by the names preferred of it.
type system struct {
	kind         Kind
	uri, oid, v2 piece // an empty one where it has none
}

// systemIndex holds no pointer but to its text: see nameTable.
type systemIndex struct {
	text  string // all names, one after another
	rows  []system
	byURI nameTable // canonical and other URIs
	byOID nameTable
	byV2  nameTable // ids in upper case
}

func (ix *systemIndex) uri(row int32) string { return ix.rows[row].uri.of(ix.text) }

var systems = sync.OnceValue(func() *systemIndex {
	type found struct {
		kind           Kind
		uris, oids, v2 []piece
		upper          []piece // v2 in upper case
	}
	var b strings.Builder
	b.Grow(3 * len(systemsText))
	keep := func(list []piece, s string) []piece {
		from := b.Len()
		b.WriteString(s)
		return append(list, piece{uint32(from), uint32(len(s))})
	}
	all := make([]found, 0, 2000)
	uris, oids, v2 := 0, 0, 0
	for line := range strings.Lines(systemsText) {
		line = strings.TrimSuffix(line, "\n")
		if line == "" || line[0] == '#' {
			continue
		}
		var s found
		kind, line, _ := strings.Cut(line, "\t")
		if kind == "i" {
			s.kind = Identifier
		}
		names, line, _ := strings.Cut(line, "\t")
		for uri := range strings.SplitSeq(names, " ") {
			s.uris = keep(s.uris, expand(uri))
		}
		numbers, ids, _ := strings.Cut(line, "\t")
		for oid := range strings.FieldsSeq(numbers) {
			s.oids = keep(s.oids, expand(oid))
		}
		for id := range strings.FieldsSeq(ids) {
			s.v2 = keep(s.v2, id)
			s.upper = keep(s.upper, strings.ToUpper(id))
		}
		uris, oids, v2 = uris+len(s.uris), oids+len(s.oids), v2+len(s.v2)
		all = append(all, s)
	}
	text := strings.Clone(b.String()) // in no more memory than it takes
	ix := &systemIndex{text: text, rows: make([]system, len(all)), byURI: newNameTable(text, uris), byOID: newNameTable(text, oids), byV2: newNameTable(text, v2)}
	for i := range all {
		s, x := &all[i], &ix.rows[i]
		x.kind, x.uri, x.oid, x.v2 = s.kind, first(s.uris), first(s.oids), first(s.v2)
		ix.byURI.addAll(s.uris, int32(i))
		ix.byOID.addAll(s.oids, int32(i))
		ix.byV2.addAll(s.upper, int32(i))
	}
	return ix
})

// first gives the preferred one of some names.
func first(list []piece) (p piece) {
	if len(list) > 0 {
		p = list[0]
	}
	return p
}

// expand writes out the generated tables' abbreviations.
func expand(s string) string {
	if len(s) < 2 || s[0] != '~' {
		return s
	}
	switch s[1] {
	case 'c':
		return thoPrefix + s[2:]
	case 'f':
		return "http://hl7.org/fhir/" + s[2:]
	case 'v':
		return "http://terminology.hl7.org/ValueSet/" + s[2:]
	case '.':
		return "2.16.840.1.113883." + s[2:]
	}
	return s
}

// find looks a URI up: canonical, known otherwise, of an earlier FHIR release, or urn:oid:.
func (ix *systemIndex) find(uri string) (*system, bool) {
	if row, ok := ix.byURI.row(uri); ok {
		return &ix.rows[row], true
	}
	if oid, ok := cutURN(uri, oidPrefix); ok {
		if row, ok := ix.byOID.row(oid); ok {
			return &ix.rows[row], true
		}
		return nil, false
	}
	infix := "v3-"
	rest, ok := strings.CutPrefix(uri, oldV3Prefix)
	if !ok {
		infix = "v2-"
		if rest, ok = strings.CutPrefix(uri, oldV2Prefix); !ok {
			return nil, false
		}
	}
	var buf [128]byte // stays on the stack
	key := append(append(append(buf[:0], thoPrefix...), infix...), rest...)
	if row, ok := ix.byURI.row(view(key)); ok {
		return &ix.rows[row], true
	}
	return nil, false
}

// URI gives the canonical URI of the system that an OID names, with or without
// "urn:oid:" before it. Several OIDs may name one system (ICD-9-CM has one for
// diagnoses and one for procedures). ok is false where the OID is not known.
func URI(oid string) (uri string, ok bool) {
	ix := systems()
	row, ok := ix.byOID.row(oid)
	if !ok {
		if oid, ok = cutURN(oid, oidPrefix); !ok {
			return "", false
		}
		if row, ok = ix.byOID.row(oid); !ok {
			return "", false
		}
	}
	return ix.uri(row), true
}

// OID gives the preferred OID of a system by any of its URIs. A "urn:oid:" that
// is not known gives the OID in it. ok is false where the system has none.
func OID(uri string) (oid string, ok bool) {
	if rest, isOID := cutURN(uri, oidPrefix); isOID {
		// An OID as sent stays that OID, though its system may prefer another.
		return rest, IsOID(rest)
	}
	ix := systems()
	s, ok := ix.find(uri)
	if !ok || s.oid.len == 0 {
		return "", false
	}
	return s.oid.of(ix.text), true
}

// Canonical gives the canonical URI of a system by any name a FHIR or CDA
// source may write in its place: another URI of it, urn:oid:, the URIs of
// earlier FHIR releases. What is not known comes back as it came.
func Canonical(uri string) string {
	ix := systems()
	if s, ok := ix.find(uri); ok {
		return s.uri.of(ix.text)
	}
	return uri
}

// KindOf says whether a URI names a code system or an identifier system; ok is
// false where it is not known. Some systems serve as both (NDC, UNII): they
// are code systems here.
func KindOf(uri string) (kind Kind, ok bool) {
	s, ok := systems().find(uri)
	if !ok {
		return 0, false
	}
	return s.kind, true
}

// V2ID gives the preferred id of a code system in HL7 v2 table 0396 (CWE.3), or
// the number of its table ("HL70001"), by any of its URIs. ok is false where it
// has none: CWE.14 (the OID) then names it.
func V2ID(uri string) (id string, ok bool) {
	ix := systems()
	s, ok := ix.find(uri)
	if !ok || s.v2.len == 0 {
		return "", false
	}
	return s.v2.of(ix.text), true
}

// FromV2 gives the canonical URI of the code system that an id of HL7 v2 table
// 0396 names, without regard to case. ok is false for local ids ("L",
// "99zzz") and all that HL7 gives no URI: they pass through as they came.
func FromV2(id string) (uri string, ok bool) {
	ix := systems()
	row, ok := ix.byV2.row(id)
	if !ok {
		var buf [32]byte
		if len(id) > len(buf) {
			return "", false
		}
		upper := buf[:len(id)]
		for i := range len(id) {
			c := id[i]
			if 'a' <= c && c <= 'z' {
				c -= 'a' - 'A'
			}
			upper[i] = c
		}
		if row, ok = ix.byV2.row(view(upper)); !ok {
			return "", false
		}
	}
	return ix.uri(row), true
}

// IsLocalV2 reports whether an id of HL7 v2 table 0396 says that the codes are
// local: "L" (local general code), "LB" (local billing code) or 99zzz.
func IsLocalV2(id string) bool {
	return id == "L" || id == "LB" || len(id) > 2 && id[:2] == "99"
}

// FromCDA gives the FHIR system for the root of a CDA id or the codeSystem of a
// CDA code: the known URI of an OID, else "urn:oid:" and the OID; "urn:uuid:"
// and the UUID in lower case; and anything else as it came, for it names its
// system by some other scheme already (C-CDA on FHIR, "CDA id ↔ FHIR
// identifier").
func FromCDA(root string) string {
	var b [128]byte
	made, uri := fromCDA(b[:0], root)
	if made != nil {
		return string(made)
	}
	return uri
}

// FromCDAIn is FromCDA for whoever has room for texts.
func FromCDAIn(texts *room.Texts, root string) string {
	var b [128]byte
	made, uri := fromCDA(b[:0], root)
	if made != nil {
		return texts.Keep(made)
	}
	return uri
}

// fromCDA gives the system as it is known or came, or else writes it to b.
func fromCDA(b []byte, root string) (made []byte, uri string) {
	if IsUUID(root) {
		b = append(b, uuidPrefix...)
		for i := range len(root) {
			c := root[i]
			if 'A' <= c && c <= 'F' {
				c += 'a' - 'A'
			}
			b = append(b, c)
		}
		return b, ""
	}
	if uri, ok := URI(root); ok {
		return nil, uri
	}
	if IsOID(root) {
		return append(append(b, oidPrefix...), root...), ""
	}
	return nil, root
}

// ToCDA gives the root or codeSystem that CDA writes for a FHIR system: the OID
// of a known URI, the OID of "urn:oid:", the UUID of "urn:uuid:" in upper case
// (HL7 v3 Abstract Data Types 2.1.5.1). ok is false where there is none: the
// system is a URI that CDA has no root for.
func ToCDA(uri string) (root string, ok bool) {
	if rest, isUUID := cutURN(uri, uuidPrefix); isUUID {
		if !IsUUID(rest) {
			return "", false
		}
		return strings.ToUpper(rest), true
	}
	if oid, ok := OID(uri); ok {
		return oid, true
	}
	switch {
	case IsOID(uri):
		return uri, true
	case IsUUID(uri):
		return strings.ToUpper(uri), true
	}
	return "", false
}

// cutURN cuts "urn:oid:" or "urn:uuid:", whose letters may be of either case (RFC 8141 2).
func cutURN(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || s[0]|0x20 != prefix[0] || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// IsOID reports whether s is an object identifier in dot notation: two arcs or
// more, the first 0, 1 or 2, none with a leading zero (HL7 v3 Abstract Data
// Types, OID; FHIR oid).
func IsOID(s string) bool {
	if len(s) < 3 || s[0] < '0' || s[0] > '2' || s[1] != '.' {
		return false
	}
	start := 2 // of the arc
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == '.':
			if i == start {
				return false
			}
			start = i + 1
		case c < '0' || c > '9':
			return false
		case i > start && s[start] == '0':
			return false
		}
	}
	return start < len(s)
}

// IsUUID reports whether s is a UUID in its common form, in either case: 8-4-4-4-12
// hexadecimal digits (RFC 9562).
func IsUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if !('0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F') {
				return false
			}
		}
	}
	return true
}
