package fhir

import (
	"strings"

	"github.com/portage-health/portage/record"
)

// texts finds what each literal reference leads to, once.
func (s *sentBefore) texts() map[string]*sentItem {
	if s.byText == nil {
		s.byText = make(map[string]*sentItem, 2*len(s.all))
		for i := range s.all {
			x := &s.all[i]
			if x.Within != "" || x.again {
				continue
			}
			s.refer(x.URL, x)
			if x.ID != "" {
				s.refer(x.Type+"/"+x.ID, x)
			}
		}
	}
	return s.byText
}

func (s *sentBefore) refer(text string, x *sentItem) {
	if text == "" {
		return
	}
	if _, taken := s.byText[text]; !taken {
		s.byText[text] = x
	}
}

// answers reports whether the text of a reference still leads to what it is resolved to.
func (s *sentBefore) answers(r *record.Ref) bool {
	if strings.HasPrefix(r.AsSent, "#") {
		x := s.byID[r.ID]
		return x != nil && x.ref == r.AsSent
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

// isResourceID reports whether v may be the id of a resource (R4 2.24.0.1, id).
func isResourceID(v string) bool {
	if len(v) == 0 || len(v) > 64 {
		return false
	}
	for i := range len(v) {
		c := v[i]
		if !(c|0x20 >= 'a' && c|0x20 <= 'z' || isDigit(c) || c == '-' || c == '.') {
			return false
		}
	}
	return true
}

// isRelative reports whether a text is a relative literal reference: a type and an id (R4 2.3.0.1).
func isRelative(v string) bool {
	typ, id, ok := strings.Cut(v, "/")
	if !ok {
		return false
	}
	id, _, _ = strings.Cut(id, "/_history/")
	return isResourceID(id) && len(typ) > 1 && typ[0] >= 'A' && typ[0] <= 'Z'
}
