package fhir

import "strings"

// joinWithin finds what goes out within a resource that goes out as it was
// sent. A resource that contains one whose entries say something else is written anew.
func (s *sentBefore) joinWithin() {
	nested := false
	for i := range s.all {
		nested = nested || s.all[i].Within != "" || len(s.all[i].Entries) > 1
	}
	if !nested {
		return
	}
	byPath := map[placeKey]*sentItem{}
	for i := range s.all {
		if x := &s.all[i]; x.Within == "" {
			byPath[x.place()] = x
		}
	}
	for i := range s.all {
		x := &s.all[i]
		if up := byPath[x.place()]; x.Within != "" && up != nil && !x.same {
			up.verbatim = up.verbatim && len(x.Entries) == 0
		}
	}
	s.joinParts()
	s.standApart(byPath)
	s.within = map[string]bool{}
	for i := range s.all {
		x := &s.all[i]
		switch up := byPath[x.place()]; {
		case up == nil || !up.verbatim || len(x.Entries) == 0 || x.again:
		case x.Within != "":
			s.within[x.Entries[0]] = true
			fallthrough
		case x.isEntry:
			for _, id := range x.Entries[1:] {
				s.within[id] = true
			}
		}
	}
}

// standApart gives those that a resource contains and that is written anew a resource of their own, where a Provenance may have to say
// what they did: it cannot point into another resource (R4 2.3.0.2, contained resources).
func (s *sentBefore) standApart(byPath map[placeKey]*sentItem) {
	for i := range s.all {
		x := &s.all[i]
		if x.Within == "" || x.again || !x.isEntry || !agentTarget[x.Type] {
			continue
		}
		if up := byPath[x.place()]; up == nil || !up.verbatim {
			x.again = true
			delete(s.byID, x.Entries[0])
		}
	}
}

// agentTarget are the types that Provenance.agent.who refers to.
var agentTarget = map[string]bool{"Practitioner": true, "PractitionerRole": true, "RelatedPerson": true, "Organization": true, "Device": true}

// joinParts finds resources that are parts of entries: a medicine, a role, who
// took part. Where one of them or of their entries is written anew, all are: no
// entry that goes out as it was sent may refer to a part that says something else.
func (s *sentBefore) joinParts() {
	s.provs = map[string][]*sentItem{}
	for again := true; again; {
		again = false
		for i := range s.all {
			x := &s.all[i]
			if x.isEntry || len(x.Entries) < 2 || x.Within != "" {
				continue
			}
			same := x.same && (x.verbatim || x.Type != kindBinary.String()) // what goes out as it was sent may point to no Binary that does not
			for _, id := range x.Entries[1:] {
				o := s.byID[id]
				same = same && (o == nil || o.verbatim)
			}
			if same {
				continue
			}
			again = again || x.verbatim
			x.verbatim = false
			for _, id := range x.Entries[1:] {
				if o := s.byID[id]; o != nil {
					again = again || o.verbatim
					o.verbatim = false
				}
			}
		}
	}
	for i := range s.all {
		if x := &s.all[i]; x.Type == kindProvenance.String() && !x.isEntry && len(x.Entries) > 1 {
			for _, id := range x.Entries[1:] {
				s.provs[id] = append(s.provs[id], x)
			}
		}
	}
}

// hasProvenance reports whether the participants of an entry go out in a Provenance as it was sent.
func (s *sentBefore) hasProvenance(id string) bool {
	for _, x := range s.provs[id] {
		if x.verbatim {
			return true
		}
	}
	return false
}

// provenanceID gives the id of the Provenance that told the participants of entries before, each once; else that given.
func (s *sentBefore) provenanceID(targets []string, id string) string {
	for _, t := range targets {
		for i, x := range s.provs[t] {
			if x != nil && !x.told {
				s.provs[t][i].told = true
				return x.Entries[0]
			}
		}
	}
	return id
}

// place tells sources and the places of their resources apart.
func (x *sentItem) place() placeKey { return placeOf(x.source, x.Path) }

// placeKey is a source and the part of a path that a resource has to itself.
type placeKey struct {
	source int
	path   string
}

// placeOf cuts a path after the Bundle entry, the line or the resource that it is in.
func placeOf(source int, path string) placeKey {
	cut := len(path)
	switch {
	case strings.HasPrefix(path, "Bundle.entry["), strings.HasPrefix(path, "["):
		if i := strings.IndexByte(path, ']'); i > 0 {
			cut = i + 1
		}
	default:
		if i := strings.IndexByte(path, '.'); i > 0 {
			cut = i
		}
	}
	return placeKey{source, path[:cut]}
}
