package fhir

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// texts finds what each literal reference leads to, once.
func (s *sentBefore) texts() map[string]*sentItem {
	if s.byText == nil {
		s.byText = make(map[string]*sentItem, 2*len(s.all))
		for i := len(s.all) - 1; i >= 0; i-- { // the first of a name comes last and stays
			x := &s.all[i]
			if x.Within != "" || x.again || x.moved {
				continue
			}
			if x.relative != "" {
				s.byText[x.relative] = x
			} else if x.ID != "" {
				s.byText[x.Type+"/"+x.ID] = x
			}
			if x.URL != "" {
				s.byText[x.URL] = x
			}
		}
	}
	return s.byText
}

// answers reports whether the text of a reference still leads to what it is resolved to.
func (s *sentBefore) answers(r *record.Ref) bool {
	if strings.HasPrefix(r.AsSent, "#") {
		x := s.byID[r.ID]
		return x != nil && x.ref == r.AsSent && !x.again
	}
	x := s.leadsTo(r.AsSent)
	if x == nil {
		return false
	}
	for _, id := range x.Entries {
		if id == r.ID {
			return true
		}
	}
	return len(x.Entries) == 0
}

// leadsTo gives the item that the text of a reference leads to, if there is one.
func (s *sentBefore) leadsTo(text string) *sentItem {
	if text == "" {
		return nil
	}
	// Most references of a resource are to its patient and its encounter.
	n := len(text)
	recent := &s.recent[(text[n-1]^text[n/2]<<3)%byte(len(s.recent))]
	if recent.text != text {
		recent.text, recent.item = text, s.find(text)
	}
	return recent.item
}

func (s *sentBefore) find(text string) *sentItem {
	if cut := strings.Index(text, "/_history/"); cut > 0 {
		text = text[:cut]
	}
	x := s.texts()[text]
	if x == nil {
		if id := strings.LastIndexByte(text, '/'); id > 0 {
			if typ := strings.LastIndexByte(text[:id], '/'); typ >= 0 {
				x = s.byText[text[typ+1:]]
			}
		}
	}
	return x
}

// item gives what an entry, or a part of one, came from.
func (s *sentBefore) item(id string) *sentItem {
	n := len(id)
	if n == 0 {
		return nil
	}
	recent := &s.recentIDs[(id[n-1]^id[n/2]<<3)%byte(len(s.recentIDs))]
	if recent.id != id {
		recent.id, recent.item = id, s.byID[id]
	}
	return recent.item
}

// isResourceID reports whether v may be the id of a resource (R4 2.24.0.1, id).
func isResourceID(v string) bool {
	if len(v) == 0 || len(v) > 64 {
		return false
	}
	n := 0
	for i := range len(v) {
		n += inID[v[i]]
	}
	return n == len(v)
}

// inID is 1 for what may stand in the id of a resource: without a branch, as lowerHex.
var inID = func() (t [256]int) {
	for _, c := range "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-." {
		t[c] = 1
	}
	return t
}()

// isRelative reports whether a text is a relative literal reference: a type and an id (R4 2.3.0.1).
func isRelative(v string) bool {
	typ, id, ok := strings.Cut(v, "/")
	if !ok {
		return false
	}
	id, _, _ = strings.Cut(id, "/_history/")
	return isResourceID(id) && len(typ) > 1 && typ[0] >= 'A' && typ[0] <= 'Z'
}
