package main

import (
	"bytes"
	"maps"
	"slices"
	"strings"
)

// The value sets that R4's elements, and the profiles, bind as required: which codes of which systems.

const boundFile = "fhir/valuesets.txt"

// mostBound is how many codes such a value set may have: larger ones are a terminology's.
const mostBound = 1000

// openSystems are code systems whose codes are not copied here, though value sets list some.
var openSystems = []string{"http://snomed.info/sct", "http://loinc.org", "http://www.ama-assn.org/go/cpt", "http://www.nlm.nih.gov/research/umls/rxnorm",
	"http://www.ada.org/snodent", "http://dicom.nema.org/resources/ontology/DCM", "https://www.nubc.org/CodeSystem/PatDischargeStatus"}

// handSets are value sets of the VSAC that value sets of US Core refer to, by what US Core 5.0.1 and 6.1.0 say that they hold.
var handSets = map[string][]heldInclude{
	vsac + "2.16.840.1.113762.1.4.1":        {{v3 + "AdministrativeGender", []string{"F", "M"}}},
	vsac + "2.16.840.1.113762.1.4.1021.102": {{v3 + "NullFlavor", []string{"ASKU", "UNK"}}},
	vsac + "2.16.840.1.113762.1.4.1021.103": {{v3 + "NullFlavor", []string{"ASKU", "OTH", "UNK"}}},
	vsac + "2.16.840.1.114222.4.11.836":     {{cdcRace, []string{"1002-5", "2028-9", "2054-5", "2076-8", "2106-3"}}},
	vsac + "2.16.840.1.114222.4.11.837":     {{cdcRace, []string{"2135-2", "2186-5"}}},
	vsac + "2.16.840.1.113883.1.11.14914":   {{cdcRace, nil}},
	vsac + "2.16.840.1.114222.4.11.877":     {{cdcRace, nil}},
}

const (
	vsac    = "http://cts.nlm.nih.gov/fhir/ValueSet/"
	v3      = "http://terminology.hl7.org/CodeSystem/v3-"
	cdcRace = "urn:oid:2.16.840.1.113883.6.238"
)

// boundText writes them: a line "@value set", then for each system its URI and its codes; ? where they are not here.
func (t *conceptTable) boundText(src *sources, profiles *profileTable, others []*profileTable) []byte {
	want := map[string]bool{}
	for set := range profiles.bound {
		want[set] = true
	}
	for _, s := range src.packages[r4].structures {
		if s.Derivation == "constraint" || s.Kind == "logical" {
			continue
		}
		for _, e := range s.Snapshot.Element {
			if e.Binding != nil && e.Binding.Strength == "required" {
				set, _, _ := strings.Cut(e.Binding.ValueSet, "|")
				want[set] = true
			}
		}
	}
	urls := make([]string, 0, len(want))
	for url := range want {
		urls = append(urls, url)
	}
	slices.Sort(urls)
	var w bytes.Buffer
	header(&w, "#", "The value sets of required bindings: for each system its codes, or ? where they are not held here.", src, conceptPins, false, false)
	w.WriteString("#\n# ~c http://terminology.hl7.org/CodeSystem/  ~f http://hl7.org/fhir/\n")
	base := map[string]string{}
	for _, url := range urls {
		rows, ok := t.bound(url, nil)
		n := 0
		for _, r := range rows {
			n += len(r.codes)
		}
		if !ok || n == 0 && !slices.ContainsFunc(rows, func(r heldInclude) bool { return r.codes == nil }) || n > mostBound {
			t.notes = append(t.notes, "required, and not held: "+url)
			continue
		}
		base[url] = rowsText(rows)
		w.WriteString("@" + shortSet(url) + "\n" + base[url])
	}
	// What other releases of US Core bind, or define otherwise: "@value set|release".
	for i, p := range otherReleases {
		own := t.of(src, p)
		for _, url := range slices.Sorted(maps.Keys(others[i].bound)) {
			rows, ok := own.bound(url, nil)
			n := 0
			for _, r := range rows {
				n += len(r.codes)
			}
			if text := rowsText(rows); ok && text != base[url] && n <= mostBound {
				w.WriteString("@" + shortSet(url) + "|" + p.version + "\n" + text)
			} else if !ok && base[url] == "" {
				t.notes = append(t.notes, "required by "+p.version+", and not held: "+url)
			}
		}
	}
	return w.Bytes()
}

func rowsText(rows []heldInclude) string {
	var w strings.Builder
	for _, r := range rows {
		codes := "?"
		if r.codes != nil {
			codes = strings.Join(r.codes, "\t")
		}
		w.WriteString(shorten(r.system) + "\t" + codes + "\n")
	}
	return w.String()
}

// of gives the table with the value sets, and the own code systems, of another release of US Core.
func (t *conceptTable) of(src *sources, p pin) *conceptTable {
	c := *t
	c.current = map[string]*valueSet{}
	for i := range src.packages[p].valueSets {
		vs := &src.packages[p].valueSets[i]
		c.current[vs.URL] = vs
	}
	c.systems = maps.Clone(t.systems)
	for i := range src.packages[p].codeSystems {
		cs := &src.packages[p].codeSystems[i]
		h := &held{url: cs.URL, complete: cs.Content == "complete", parents: map[string][]string{}, index: map[string]int{}}
		if strings.HasPrefix(cs.URL, usCoreStem) {
			h.add(cs.Concept, "")
			c.systems[cs.URL] = h
		}
	}
	return &c
}

// bound lists a value set with every code written out; nil codes are those not held here. ok is false where its definition is
// not among the sources or cannot be followed.
func (t *conceptTable) bound(url string, above []string) (rows []heldInclude, ok bool) {
	url, _, _ = strings.Cut(url, "|")
	if held := handSets[url]; held != nil {
		return held, true
	}
	def := t.defs[url]
	if own := t.current[url]; own != nil {
		def = own
	}
	if slices.Contains(above, url) || def == nil || def.Compose == nil {
		return nil, false
	}
	above = append(above, url)
	for _, in := range def.Compose.Include {
		if len(in.ValueSet) > 1 || in.System != "" && len(in.ValueSet) > 0 {
			return nil, false
		}
		for _, sub := range in.ValueSet {
			more, ok := t.bound(sub, above)
			if !ok {
				return nil, false
			}
			rows = append(rows, more...)
		}
		if in.System != "" {
			rows = append(rows, t.boundInclude(in))
		}
	}
	for _, ex := range def.Compose.Exclude {
		for i := range rows {
			if rows[i].system != ex.System || rows[i].codes == nil {
				continue
			}
			out := t.boundInclude(ex)
			if out.codes == nil {
				return nil, false
			}
			rows[i].codes = slices.DeleteFunc(slices.Clone(rows[i].codes), func(c string) bool { return slices.Contains(out.codes, c) })
		}
	}
	return rows, true
}

func (t *conceptTable) boundInclude(in include) heldInclude {
	r := heldInclude{system: in.System}
	if slices.Contains(openSystems, in.System) {
		return r
	}
	if len(in.Concept) > 0 && len(in.Filter) == 0 {
		for _, c := range in.Concept {
			r.codes = append(r.codes, c.Code)
		}
		return r
	}
	h := t.systems[in.System]
	if h == nil || !h.complete {
		return r
	}
	x, err := t.include(in)
	if err != nil {
		return r
	}
	r.codes = t.list(x)
	return r
}
