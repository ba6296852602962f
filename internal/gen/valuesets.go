package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// choose picks the code systems and value sets to embed.
func (t *conceptTable) choose(src *sources) {
	want := map[string]bool{}
	for _, p := range []pin{r4, usCore} {
		for _, s := range src.packages[p].structures {
			if p == r4 && !slices.Contains(clinicalStructures, s.ID) {
				continue
			}
			for _, e := range s.Snapshot.Element {
				if e.Binding != nil && e.Binding.Strength != "example" {
					url, _, _ := strings.Cut(e.Binding.ValueSet, "|")
					want[url] = true
				}
			}
		}
	}
	for url, h := range t.systems {
		id := url[strings.LastIndexByte(url, '/')+1:]
		if strings.HasPrefix(id, "v2-") || strings.HasPrefix(id, "v3-") {
			t.used[url] = true
			// The value set that is the whole of the system.
			want["http://terminology.hl7.org/ValueSet/"+id] = true
		}
		if h.source == usCore || !strings.HasPrefix(url, "http") || strings.HasPrefix(url, "http://hl7.org/fhir/sid/") || url == canonicalMVX || id == "practitioner-role" {
			t.used[url] = true
		}
	}
	for _, extra := range extraValueSets {
		want[extra] = true
	}
	urls := make([]string, 0, len(want))
	for url := range want {
		urls = append(urls, url)
	}
	slices.Sort(urls)
	for _, url := range urls {
		def := t.defs[url]
		if def == nil {
			t.notes = append(t.notes, "no definition: "+url)
			continue
		}
		rows, err := t.expand(url, nil)
		if err != nil {
			t.notes = append(t.notes, fmt.Sprintf("left out: %s: %v", url, err))
			continue
		}
		if len(rows) == 0 {
			continue
		}
		v := heldValueSet{url: url, from: t.defSource[url], rows: rows}
		for _, id := range def.Identifier {
			if oid, ok := strings.CutPrefix(id.Value, "urn:oid:"); ok && oidForm.MatchString(oid) {
				v.oids = append(v.oids, oid)
			}
		}
		for _, r := range rows {
			t.used[r.system] = true
		}
		t.valueSets = append(t.valueSets, v)
	}
	// An OID that two value sets claim names neither.
	claims := map[string]int{}
	for _, v := range t.valueSets {
		for _, oid := range v.oids {
			claims[oid]++
		}
	}
	for i := range t.valueSets {
		v := &t.valueSets[i]
		v.oids = slices.DeleteFunc(v.oids, func(oid string) bool { return claims[oid] > 1 })
	}
}

// expand lists a value set, system by system in the order of its definition.
func (t *conceptTable) expand(url string, above []string) ([]heldInclude, error) {
	url, _, _ = strings.Cut(url, "|")
	if slices.Contains(above, url) {
		return nil, fmt.Errorf("it includes itself")
	}
	def := t.defs[url]
	if def == nil {
		return nil, fmt.Errorf("%s is not in the packages", url)
	}
	if def.Compose == nil {
		return nil, fmt.Errorf("%s has no definition", url)
	}
	if def.Compose.Inactive != nil && !*def.Compose.Inactive {
		return nil, fmt.Errorf("it leaves out inactive codes")
	}
	above = append(above, url)
	in, err := t.union(def.Compose.Include, above)
	if err != nil {
		return nil, err
	}
	out, err := t.union(def.Compose.Exclude, above)
	if err != nil {
		return nil, err
	}
	for _, o := range out {
		for i := range in {
			if in[i].system == o.system {
				in[i].codes = slices.DeleteFunc(t.list(in[i]), func(c string) bool { return slices.Contains(t.list(o), c) })
			}
		}
	}
	in = slices.DeleteFunc(in, func(r heldInclude) bool { return r.codes != nil && len(r.codes) == 0 })
	for i, r := range in {
		h := t.systems[r.system]
		if h.complete && r.codes != nil && len(r.codes) == len(h.codes) {
			in[i].codes = nil
		}
		if r.codes == nil && !h.complete && len(out) > 0 {
			return nil, fmt.Errorf("it excludes codes of %s, which is not complete", r.system)
		}
	}
	return in, nil
}

// list gives the codes of an include, written out.
func (t *conceptTable) list(r heldInclude) []string {
	if r.codes != nil {
		return slices.Clone(r.codes)
	}
	h := t.systems[r.system]
	all := make([]string, len(h.codes))
	for i, c := range h.codes {
		all[i] = c.code
	}
	return all
}

func (t *conceptTable) union(includes []include, above []string) ([]heldInclude, error) {
	var out []heldInclude
	add := func(r heldInclude) {
		for i := range out {
			if out[i].system != r.system {
				continue
			}
			if out[i].codes == nil || r.codes == nil {
				out[i].codes = nil
				return
			}
			for _, c := range r.codes {
				if !slices.Contains(out[i].codes, c) {
					out[i].codes = append(out[i].codes, c)
				}
			}
			return
		}
		out = append(out, r)
	}
	for _, in := range includes {
		var parts [][]heldInclude
		if in.System != "" {
			r, err := t.include(in)
			if err != nil {
				return nil, err
			}
			parts = append(parts, []heldInclude{r})
		}
		for _, vs := range in.ValueSet {
			rows, err := t.expand(vs, above)
			if err != nil {
				return nil, err
			}
			parts = append(parts, rows)
		}
		if len(parts) == 0 {
			return nil, fmt.Errorf("an include of nothing")
		}
		if len(parts) > 1 {
			return nil, fmt.Errorf("an intersection")
		}
		for _, r := range parts[0] {
			add(r)
		}
	}
	return out, nil
}

func (t *conceptTable) include(in include) (heldInclude, error) {
	r := heldInclude{system: in.System}
	h := t.systems[in.System]
	if h == nil {
		return r, fmt.Errorf("%s is not embedded", in.System)
	}
	switch {
	case len(in.Concept) > 0:
		r.codes = []string{}
		for _, c := range in.Concept {
			if _, ok := h.index[c.Code]; !ok {
				return r, fmt.Errorf("%s has no code %s", in.System, c.Code)
			}
			r.codes = append(r.codes, c.Code)
		}
	case len(in.Filter) > 0:
		if !h.complete {
			return r, fmt.Errorf("%s is not complete", in.System)
		}
		r.codes = []string{}
		for _, c := range h.codes {
			keep := true
			for _, f := range in.Filter {
				switch {
				case f.Property != "concept":
					return r, fmt.Errorf("a filter on %s", f.Property)
				case f.Op == "is-a":
					keep = keep && (c.code == f.Value || h.below(c.code, f.Value, 0))
				case f.Op == "descendent-of":
					keep = keep && h.below(c.code, f.Value, 0)
				case f.Op == "is-not-a":
					keep = keep && c.code != f.Value && !h.below(c.code, f.Value, 0)
				default:
					return r, fmt.Errorf("a filter %s", f.Op)
				}
			}
			if keep {
				r.codes = append(r.codes, c.code)
			}
		}
	}
	return r, nil
}

// below reports whether code is somewhere under ancestor.
func (h *held) below(code, ancestor string, depth int) bool {
	if depth > 40 {
		return false
	}
	for _, p := range h.parents[code] {
		if p == ancestor || h.below(p, ancestor, depth+1) {
			return true
		}
	}
	return false
}

// valueSetText writes the value sets: a line "@URL, OIDs", then for each system its
// URI and its codes, or * for all of them.
func (t *conceptTable) valueSetText(src *sources) []byte {
	var w bytes.Buffer
	header(&w, "#", "Value sets made only of embedded code systems: for each system its codes, or * for all.", src, conceptPins, false, false)
	w.WriteString("#\n# ~c http://terminology.hl7.org/CodeSystem/  ~f http://hl7.org/fhir/  ~v http://terminology.hl7.org/ValueSet/  ~. 2.16.840.1.113883.\n")
	for _, v := range t.valueSets {
		oids := make([]string, len(v.oids))
		for i, o := range v.oids {
			oids[i] = shorten(o)
		}
		url := shorten(v.url)
		if rest, ok := strings.CutPrefix(v.url, "http://terminology.hl7.org/ValueSet/"); ok {
			url = "~v" + rest
		}
		w.WriteString(strings.TrimRight("@"+url+"\t"+strings.Join(oids, " "), "\t") + "\n")
		for _, r := range v.rows {
			w.WriteString(shorten(r.system) + "\t")
			if r.codes == nil {
				w.WriteString("*\n")
				continue
			}
			w.WriteString(strings.Join(r.codes, "\t") + "\n")
		}
	}
	return w.Bytes()
}
