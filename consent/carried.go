package consent

import (
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// unjudged looks for carried pieces of nobody that do not pass: whole entries that could not be read, and what stood beside
// entries. Of those no more is known than the codes in them.
func (r *redactor) unjudged() {
	if len(r.judge.stages) == 0 {
		return
	}
	r.out.Carried = slices.DeleteFunc(r.out.Carried, func(c record.Carried) bool {
		if c.Owner != "" || c.Form || c.Kind != "resource" && c.Kind != "element" || r.judge.passes(&c) {
			return false
		}
		r.w.Carried++
		r.tear(c.Source)
		return true
	})
}

// passes judges a carried piece by the codes in it.
func (j *Judge) passes(c *record.Carried) bool {
	e := &record.Entry{}
	var codes record.Concept
	for i := range c.Codes {
		if k := c.Codes[i]; rank(&k) >= 0 && k.System != "" || k.System == record.SystemActCode && kindOfLabel("", &k) != labelOther {
			e.Labels = append(e.Labels, record.Label{Coding: k})
		}
	}
	if j.restrictions != nil {
		e.Labels = restricted(e.Labels, j.restrictions.all)
		e.Labels = restricted(e.Labels, j.restrictions.facts)
	}
	codes.Codings = c.Codes
	x := subject{j: j, list: &list{way: wrap(reflect.TypeFor[record.Concept](), map[reflect.Type]*way{})}, p: unsafe.Pointer(&codes), Entry: e, labels: e.Labels, known: true}
	return x.judged().Pass
}

// carried takes out carried pieces of what is gone, those that mention it, and those of nobody, which cannot be judged.
func (r *redactor) carried() {
	stays := map[string]bool{}
	for _, e := range r.out.Entries() {
		stays[e.ID] = true
	}
	for i := range r.out.Practitioners {
		for _, role := range r.out.Practitioners[i].Roles {
			stays[role.ID] = true
		}
	}
	own := func(c *record.Concern) {
		if c != nil && c.ID != "" && !r.gone[c.ID] {
			stays[c.ID] = true
		}
	}
	for i := range r.out.Allergies {
		own(r.out.Allergies[i].Concern)
	}
	for i := range r.out.Problems {
		own(r.out.Problems[i].Concern)
	}
	var each func(list []record.Section)
	each = func(list []record.Section) {
		for i := range list {
			stays[list[i].ID] = !r.gone[list[i].ID]
			each(list[i].Sections)
		}
	}
	for i := range r.out.Documents {
		each(r.out.Documents[i].Sections)
	}
	named := mentionsOf(r.words)
	n := len(r.out.Carried)
	defer func(before int) { r.w.Carried += before }(r.w.Carried)
	r.out.Carried = slices.DeleteFunc(r.out.Carried, func(c record.Carried) bool {
		if c.Owner == "" || !stays[c.Owner] || r.masked[c.Owner] || c.Kind == "resource" || r.touched[c.Owner] {
			return true
		}
		return named.in(c.Data) || named.in(c.Words)
	})
	r.w.Carried = n - len(r.out.Carried)
	if len(r.out.Carried) == 0 {
		r.out.Carried = nil
	}
}

// mentions tells whether a text holds a name of what is gone.
type mentions struct {
	words []string // in their order, none of which begins with another
	first [256]bool
}

func mentionsOf(words []string) *mentions {
	m := new(mentions)
	words = slices.Clone(words)
	slices.Sort(words)
	for _, w := range words {
		if n := len(m.words); w != "" && (n == 0 || !strings.HasPrefix(w, m.words[n-1])) {
			m.words, m.first[w[0]] = append(m.words, w), true
		}
	}
	return m
}

// in looks at each place of a text: of words none of which begins with another, only the last that is not after what stands there can
// stand there.
func (m *mentions) in(text string) bool {
	for i := range len(text) {
		if !m.first[text[i]] {
			continue
		}
		rest := text[i:]
		at, found := slices.BinarySearch(m.words, rest)
		if found || at > 0 && strings.HasPrefix(rest, m.words[at-1]) {
			return true
		}
	}
	return false
}

// originals takes out the sources' own text: it leaves only where nothing of it is withheld.
func (r *redactor) originals() {
	for i := range r.out.Sources {
		s := &r.out.Sources[i]
		if !r.sources[s.ID] {
			continue
		}
		r.w.Originals++
		s.SHA256, s.Bytes = "", 0
		items := make([]record.Item, 0, len(s.Items))
		for _, it := range s.Items {
			if len(it.Entries) == 0 || r.gone[it.Entries[0]] {
				continue
			}
			it.Entries = slices.DeleteFunc(slices.Clone(it.Entries), func(id string) bool { return r.gone[id] })
			it.Text, it.Stated = "", ""
			items = append(items, it)
		}
		if s.Items = items; len(items) == 0 {
			s.Items = nil
		}
	}
}

// concerns clears what is said in words of a concern that an entry that stays shares with one that does not.
func (r *redactor) concerns() {
	shared := map[string]bool{}
	note := func(e *record.Entry, c *record.Concern) {
		if c != nil && c.ID != "" && r.gone[e.ID] {
			shared[c.ID] = true
		}
	}
	for i := range r.judge.rec.Allergies {
		note(&r.judge.rec.Allergies[i].Entry, r.judge.rec.Allergies[i].Concern)
	}
	for i := range r.judge.rec.Problems {
		note(&r.judge.rec.Problems[i].Entry, r.judge.rec.Problems[i].Concern)
	}
	if len(shared) == 0 {
		return
	}
	cut := func(c **record.Concern) {
		if *c != nil && shared[(*c).ID] {
			x := **c
			x.Narrative, x.Notes, x.Relations, x.Labels = nil, nil, nil, nil
			*c = &x
		}
	}
	for i := range r.out.Allergies {
		cut(&r.out.Allergies[i].Concern)
	}
	for i := range r.out.Problems {
		cut(&r.out.Problems[i].Concern)
	}
	for id := range shared {
		r.gone[id] = true
	}
}
