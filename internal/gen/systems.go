package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// A system is one code system or identifier system with every name it has.
type system struct {
	kind string   // "c" code system, "i" identifier system
	uris []string // the canonical one first
	oids []string // the preferred one first
	v2   []string // ids of HL7 v2 table 0396, the preferred one first
}

type systemTable struct {
	rows  []*system
	byURI map[string]*system
	byOID map[string]*system
	byV2  map[string]*system
	// ambiguous are OIDs that HL7 gives to several systems: they name none.
	ambiguous map[string]bool
	notes     []string // names that two sources claim (gen -v)
}

// A candidate is one source's word on one system.
type candidate struct {
	system
	own bool // the source holds the codes, so that this URI is a system of its own
}

var oidForm = regexp.MustCompile(`^[0-2](\.(0|[1-9][0-9]*))+$`)

// recordSystems are the URIs the record's own constants name. Where HL7 lists
// several URIs for one system, the record's is the canonical one here.
var recordSystems = []string{
	record.SystemLOINC, record.SystemSNOMED, record.SystemRxNorm, record.SystemNDC, record.SystemCVX, record.SystemMVX,
	record.SystemUNII, record.SystemICD10CM, record.SystemICD9CM, record.SystemCPT, record.SystemUCUM,
	record.SystemRaceEthnicity, record.SystemActCode, record.SystemActReason, record.SystemConfidentiality,
	record.SystemRoleCode, record.SystemAdministrativeSex, record.SystemMaritalStatus, record.SystemReligion,
	record.SystemNullFlavor, record.SystemNPI, record.SystemSSN, record.SystemURI,
}

func buildSystems(src *sources) (*systemTable, error) {
	t := &systemTable{byURI: map[string]*system{}, byOID: map[string]*system{}, byV2: map[string]*system{}, ambiguous: map[string]bool{}}
	own := map[string]bool{}
	claims := map[string]string{} // OID → the one URL that claims it
	for _, p := range []pin{tho, r4, usCore} {
		for _, cs := range src.packages[p].codeSystems {
			for _, id := range cs.Identifier {
				url, _, _ := strings.Cut(cs.URL, "|")
				oid := strings.TrimPrefix(id.Value, "urn:oid:")
				if have, ok := claims[oid]; ok && have != url {
					t.ambiguous[oid] = true
				}
				claims[oid] = url
			}
			if cs.Content != "not-present" && len(cs.Concept) > 0 {
				own[cs.URL] = true
			}
		}
	}
	// Listed by hand: what no package says.
	for _, h := range handSystems {
		t.add(candidate{system: h}, own)
	}
	for _, status := range []string{"active", "retired"} {
		if status == "retired" {
			for _, p := range []pin{tho, r4, usCore} {
				for _, cs := range src.packages[p].codeSystems {
					if strings.Contains(cs.URL, "|") {
						continue // one version's table of HL7 v2, the same system
					}
					c := candidate{own: true, system: system{kind: "c", uris: []string{cs.URL}}}
					for _, id := range cs.Identifier {
						c.oids = append(c.oids, id.Value)
					}
					t.add(c, own)
				}
			}
			if err := t.addTables(src); err != nil {
				return nil, err
			}
		}
		for _, n := range src.namingSystems {
			if (n.Status.Value == "active") != (status == "active") {
				continue
			}
			c := candidate{system: system{kind: "c"}}
			if n.Kind.Value == "identifier" {
				c.kind = "i"
			}
			for _, preferred := range []bool{true, false} {
				for _, u := range n.UniqueID {
					if (u.Preferred.Value == "true") != preferred {
						continue
					}
					switch u.Type.Value {
					case "oid":
						c.oids = append(c.oids, u.Value.Value)
					case "uri":
						c.uris = append(c.uris, u.Value.Value)
					}
				}
			}
			if len(c.uris) > 0 {
				t.add(c, own)
			}
		}
	}
	if err := t.addV2(src); err != nil {
		return nil, err
	}
	for _, uri := range recordSystems {
		s := t.byURI[uri]
		if s == nil {
			return nil, fmt.Errorf("the record's %s is in no source", uri)
		}
		i := slices.Index(s.uris, uri)
		s.uris = slices.Insert(slices.Delete(s.uris, i, i+1), 0, uri)
	}
	slices.SortFunc(t.rows, func(a, b *system) int { return strings.Compare(a.uris[0], b.uris[0]) })
	return t, nil
}

// add takes a candidate in. Names that an earlier source gave to another
// system stay with it.
func (t *systemTable) add(c candidate, own map[string]bool) {
	var oids []string
	for _, oid := range c.oids {
		oid = strings.TrimPrefix(oid, "urn:oid:")
		if oidForm.MatchString(oid) && (!t.ambiguous[oid] || !c.own) {
			oids = append(oids, oid)
		}
	}
	s := t.byURI[c.uris[0]]
	if s == nil && !own[c.uris[0]] {
		for _, oid := range oids {
			if s = t.byOID[oid]; s != nil {
				t.notes = append(t.notes, fmt.Sprintf("merge %s into %s by OID %s", c.uris[0], s.uris[0], oid))
				break
			}
		}
	}
	if s == nil {
		s = &system{kind: c.kind}
		t.rows = append(t.rows, s)
	}
	for i, uri := range c.uris {
		if t.byURI[uri] != nil {
			if t.byURI[uri] != s {
				t.notes = append(t.notes, fmt.Sprintf("%s claimed by %s stays with %s", uri, c.uris[0], t.byURI[uri].uris[0]))
			}
			continue
		}
		if i > 0 && own[uri] {
			t.notes = append(t.notes, fmt.Sprintf("%s is a system of its own, not an alias of %s", uri, c.uris[0]))
			continue
		}
		s.uris = append(s.uris, uri)
		t.byURI[uri] = s
	}
	for _, oid := range oids {
		if have := t.byOID[oid]; have != nil {
			if have != s {
				t.notes = append(t.notes, fmt.Sprintf("OID %s of %s stays with %s", oid, c.uris[0], have.uris[0]))
			}
			continue
		}
		s.oids = append(s.oids, oid)
		t.byOID[oid] = s
	}
}

// addTables gives the systems of HL7 v2's tables their table ids (HL70001) and
// the OIDs of the tables, by which CDA names them (2.16.840.1.113883.12.1).
func (t *systemTable) addTables(src *sources) error {
	for _, cs := range src.packages[tho].codeSystems {
		if cs.ID != "v2-tables" {
			continue
		}
		for _, c := range cs.Concept {
			p := map[string]string{}
			for _, prop := range c.Property {
				p[prop.Code] = prop.ValueString + prop.ValueCode
			}
			if len(c.Code) != 4 {
				continue
			}
			s := t.byURI["http://terminology.hl7.org/CodeSystem/v2-"+c.Code]
			if c.Code == "0227" || c.Code == "0292" || s == nil {
				// CVX and MVX keep their tables (the v2 system of R4 is a copy). Race (0005) does
				// not: the table's old codes (W, B) are none of CDC's.
				s = t.byURI[p["v2-cs-uri"]]
			}
			if s == nil && p["v2-cs-uri"] != "" {
				// A table without a CodeSystem resource.
				s = &system{kind: "c", uris: []string{p["v2-cs-uri"]}}
				t.rows = append(t.rows, s)
				t.byURI[s.uris[0]] = s
			}
			if s == nil {
				continue
			}
			for _, oid := range []string{p["v2-cs-oid"], p["v2-table-oid"]} {
				if oidForm.MatchString(oid) && t.byOID[oid] == nil && !t.ambiguous[oid] {
					s.oids = append(s.oids, oid)
					t.byOID[oid] = s
				}
			}
			t.addV2ID(s, "HL7"+c.Code)
		}
		return nil
	}
	return fmt.Errorf("%s has no v2-tables", tho)
}

func (t *systemTable) addV2ID(s *system, id string) {
	if t.byV2[id] == nil {
		t.byV2[id] = s
		s.v2 = append(s.v2, id)
	}
}

// addV2 gives systems their ids of HL7 v2 table 0396. The table itself says no
// URI or OID, so that the pairs are listed by hand; the rest is matched by name
// with the NamingSystem that HL7 made of the same entry.
func (t *systemTable) addV2(src *sources) error {
	known := map[string]bool{}
	for _, p := range []pin{tho, r4} {
		for _, cs := range src.packages[p].codeSystems {
			if cs.ID == "v2-0396" {
				for _, c := range cs.Concept {
					known[c.Code] = true
				}
			}
		}
	}
	for _, h := range handV2 {
		s := t.byURI[h.uri]
		if s == nil {
			return fmt.Errorf("table 0396 %s: %s is in no source", h.id, h.uri)
		}
		if !known[h.id] && !h.unlisted {
			return fmt.Errorf("table 0396 has no %s", h.id)
		}
		s.v2 = slices.DeleteFunc(s.v2, func(id string) bool { return id == h.id })
		// An id of table 0396 goes before the number of an HL7 table.
		at := slices.IndexFunc(s.v2, func(id string) bool { return strings.HasPrefix(id, "HL7") })
		if at < 0 {
			at = len(s.v2)
		}
		t.byV2[h.id] = s
		s.v2 = slices.Insert(s.v2, at, h.id)
	}
	for _, n := range src.namingSystems {
		id := strings.TrimPrefix(n.ID.Value, "v3-")
		if !known[id] || t.byV2[id] != nil {
			continue
		}
		for _, u := range n.UniqueID {
			if u.Type.Value == "uri" {
				if s := t.byURI[u.Value.Value]; s != nil {
					t.addV2ID(s, id)
					break
				}
			}
		}
	}
	return nil
}

// text writes the table: kind, URIs, OIDs and v2 ids, separated by tabs, the
// members of a list by spaces.
func (t *systemTable) text(src *sources) []byte {
	var w bytes.Buffer
	header(&w, "#", "Names of code systems (c) and identifier systems (i): URIs, OIDs and ids of HL7 v2 table 0396, the preferred one first.", src, []pin{tho, r4, usCore}, true, false)
	w.WriteString("#\n# ~c http://terminology.hl7.org/CodeSystem/  ~f http://hl7.org/fhir/  ~. 2.16.840.1.113883.\n")
	for _, s := range t.rows {
		uris := make([]string, len(s.uris))
		for i, u := range s.uris {
			uris[i] = shorten(u)
		}
		oids := make([]string, len(s.oids))
		for i, o := range s.oids {
			oids[i] = shorten(o)
		}
		line := s.kind + "\t" + strings.Join(uris, " ") + "\t" + strings.Join(oids, " ") + "\t" + strings.Join(s.v2, " ")
		w.WriteString(strings.TrimRight(line, "\t") + "\n")
	}
	return w.Bytes()
}

var abbreviations = []struct{ long, short string }{
	{"http://terminology.hl7.org/CodeSystem/", "~c"},
	{"http://hl7.org/fhir/", "~f"},
	{"2.16.840.1.113883.", "~."},
}

func shorten(s string) string {
	for _, a := range abbreviations {
		if rest, ok := strings.CutPrefix(s, a.long); ok {
			return a.short + rest
		}
	}
	return s
}
