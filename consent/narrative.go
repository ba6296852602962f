package consent

import (
	"reflect"
	"slices"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// A section that loses an entry loses of its narrative all that does not belong to an entry that stays: rows and items by
// their anchors. Words that belong to nobody cannot be judged, and go.

// homes gives the sections of entries that name none themselves: those of what refers to them, as a panel does to its members,
// else those of what they refer to, as a plan does to its orders, else all sections of their documents.
func (r *redactor) homes() map[string][]string {
	bare, found := map[string]bool{}, map[string][]string{}
	r.sectionOf = map[string]string{}
	for i := range lists() {
		lists()[i].each(r.judge.rec, func(_ int, _ unsafe.Pointer, e *record.Entry) {
			if r.sectionOf[e.ID] = e.Section; e.Section == "" {
				bare[e.ID] = true
			}
		})
	}
	if len(bare) == 0 || len(r.out.Documents) == 0 {
		return nil
	}
	for again := true; again; { // until what refers to what refers has been followed
		again = false
		for i := range lists() {
			l := &lists()[i]
			if l.kind == record.KindDocument || l.kind == record.KindProvenance {
				continue
			}
			l.each(r.judge.rec, func(_ int, p unsafe.Pointer, e *record.Entry) {
				in := found[e.ID]
				if e.Section != "" {
					in = []string{e.Section}
				}
				if len(in) == 0 {
					return
				}
				l.way.walk(p, &visitor{ref: func(x *record.Ref) bool {
					if bare[x.ID] && x.ID != e.ID {
						for _, s := range in {
							if !slices.Contains(found[x.ID], s) {
								found[x.ID] = append(found[x.ID], s)
								again = true
							}
						}
					}
					return false
				}})
			})
		}
	}
	for i := range lists() {
		l := &lists()[i]
		if !judged(l.kind) || support(l.kind) {
			continue
		}
		l.each(r.judge.rec, func(_ int, p unsafe.Pointer, e *record.Entry) {
			if !bare[e.ID] || len(found[e.ID]) > 0 || !r.gone[e.ID] {
				return
			}
			l.way.walk(p, &visitor{ref: func(x *record.Ref) bool {
				if s := r.sectionOf[x.ID]; s != "" && !slices.Contains(found[e.ID], s) {
					found[e.ID] = append(found[e.ID], s)
				}
				return false
			}})
			if len(found[e.ID]) == 0 {
				found[e.ID] = r.allSections(e)
			}
		})
	}
	return found
}

// allSections gives the sections of the documents that an entry came from.
func (r *redactor) allSections(e *record.Entry) (ids []string) {
	var each func(list []record.Section)
	each = func(list []record.Section) {
		for i := range list {
			ids = append(ids, list[i].ID)
			each(list[i].Sections)
		}
	}
	for i := range r.judge.rec.Documents {
		d := &r.judge.rec.Documents[i]
		if d.Source == "" || slices.ContainsFunc(e.Origins, func(o record.Origin) bool { return o.Source == d.Source }) {
			each(d.Sections)
		}
	}
	return ids
}

// sections takes out of documents what is gone.
func (r *redactor) sections() {
	stays, goes := map[string]map[string]bool{}, map[string]map[string]bool{}
	lost := map[string]bool{} // sections that had an entry that is gone, or whose own words are
	for id := range r.shut {
		lost[id] = true
	}
	homes := r.homes()
	in := func(e *record.Entry, f func(section string)) {
		if e.Section != "" {
			f(e.Section)
			return
		}
		for _, s := range homes[e.ID] {
			f(s)
		}
	}
	for i := range lists() {
		if support(lists()[i].kind) {
			continue // an author is in no section
		}
		lists()[i].each(r.judge.rec, func(_ int, _ unsafe.Pointer, e *record.Entry) {
			if r.gone[e.ID] {
				in(e, func(s string) { lost[s] = true })
			}
		})
	}
	for i := range lists() {
		l := &lists()[i]
		l.each(r.judge.rec, func(_ int, p unsafe.Pointer, e *record.Entry) {
			in(e, func(s string) {
				if !lost[s] {
					return
				}
				to := stays
				if r.gone[e.ID] {
					to = goes
				}
				m := to[s]
				if m == nil {
					m = map[string]bool{}
					to[s] = m
				}
				row := r.gone[e.ID] || !r.touched[e.ID]
				l.anchors.walk(p, &visitor{anchor: func(t string) { m[t] = m[t] || row }})
			})
		})
	}
	delete(lost, "")
	kept := r.out.Documents[:0]
	for i := range r.out.Documents {
		d := &r.out.Documents[i]
		had := len(d.Sections) > 0
		hit := false
		d.Sections = r.cut(d.Sections, lost, stays, goes, &hit)
		if hit || r.shut[d.ID] || r.sources[d.Source] && d.Source != "" {
			d.Body, d.Narrative, d.Notes = nil, nil, nil // what tells of the whole
		}
		if had && len(d.Sections) == 0 && len(d.Body) == 0 {
			r.gone[d.ID] = true
			r.words = append(r.words, d.ID)
			continue
		}
		if hit && r.how.Tell && !slices.ContainsFunc(d.Labels, func(l record.Label) bool { return l.Coding.Code == "REDACTED" }) {
			d.Labels = append(d.Labels[:len(d.Labels):len(d.Labels)], record.Label{Kind: "integrity", Coding: record.Coding{System: systemObservationValue, Code: "REDACTED"}})
		}
		kept = append(kept, *d)
	}
	clear(r.out.Documents[len(kept):])
	if r.out.Documents = kept; len(kept) == 0 {
		r.out.Documents = nil
	}
	r.displaced()
}

// displaced takes entries that stay out of the sections of documents that do not.
func (r *redactor) displaced() {
	from := map[string]bool{}
	for i := range r.judge.rec.Documents {
		if d := &r.judge.rec.Documents[i]; r.gone[d.ID] {
			for id := range sectionsOf(d) {
				from[id] = true
			}
		}
	}
	if len(from) == 0 {
		return
	}
	for _, e := range r.out.Entries() {
		if from[e.Section] {
			e.Section = ""
		}
	}
}

// cut gives sections without what is gone; one that is left empty goes whole.
func (r *redactor) cut(list []record.Section, lost map[string]bool, stays, goes map[string]map[string]bool, hit *bool) []record.Section {
	kept := list[:0]
	for i := range list {
		s := &list[i]
		within := false
		s.Sections = r.cut(s.Sections, lost, stays, goes, &within)
		mine := lost[s.ID]
		refs := s.Entries[:0]
		for _, x := range s.Entries {
			if r.leads(&x) && !r.masked[x.ID] {
				mine = true
				continue
			}
			mine = mine || r.masked[x.ID]
			if r.masked[x.ID] {
				x = record.Ref{ID: x.ID, Kind: x.Kind}
			}
			refs = append(refs, x)
		}
		clear(s.Entries[len(refs):])
		if s.Entries = refs; len(refs) == 0 {
			s.Entries = nil
		}
		*hit = *hit || within || mine
		if mine || within {
			if !s.Narrative.IsZero() {
				r.w.Narratives++
			}
			s.Narrative = keepRows(s.Narrative, stays[s.ID], goes[s.ID])
			s.Stated, s.NarrativeStatus = "", ""
			s.Notes, s.Media = nil, nil
			r.gone[s.ID] = true
			if len(s.Entries) == 0 && len(s.Sections) == 0 && s.Narrative.IsZero() {
				continue
			}
		}
		parts := reflect.ValueOf(s).Elem()
		for j := range parts.NumField() {
			if f := parts.Field(j); f.Kind() == reflect.Slice && f.Type() == reflect.TypeFor[[]record.Participation]() {
				n := 0
				for k := range f.Len() {
					if !r.strip(f.Index(k), false) {
						f.Index(n).Set(f.Index(k))
						n++
					}
				}
				f.SetLen(n)
				if n == 0 {
					f.SetZero()
				}
			}
		}
		kept = append(kept, *s)
	}
	clear(list[len(kept):])
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// rowKinds are the elements of a narrative that one statement has to itself.
func isRow(kind string) bool {
	switch kind {
	case "tr", "item", "paragraph", "li", "p", "content", "footnote", "div":
		return true
	}
	return false
}

// keepRows keeps of a narrative the rows that belong to entries that stay, with what they stand in and the heads of their tables.
func keepRows(n *record.Narrative, stays, goes map[string]bool) *record.Narrative {
	if n.IsZero() {
		return n
	}
	keep := make([]bool, len(n.Nodes))
	for i := 0; i < len(n.Nodes); i++ {
		end := n.End(i)
		if !belongs(n, i, end, stays, goes) {
			continue
		}
		for j := i; j < end; j++ {
			keep[j] = true
		}
		i = end - 1
	}
	any := slices.Contains(keep, true)
	if !any {
		return nil
	}
	// What kept nodes stand in is kept without its own words; so is the head of a table that keeps rows.
	for i := range n.Nodes {
		if n.Nodes[i].Kind == "text" || keep[i] {
			continue
		}
		if end := n.End(i); slices.Contains(keep[i+1:end], true) {
			keep[i] = true
			if n.Nodes[i].Kind == "table" {
				for j := i + 1; j < end; j = n.End(j) {
					if n.Nodes[j].Kind == "thead" {
						for k := j; k < n.End(j); k++ {
							keep[k] = true
						}
					}
				}
			}
		}
	}
	out := &record.Narrative{}
	for i := range n.Nodes {
		if keep[i] {
			out.Nodes = append(out.Nodes, n.Nodes[i])
		}
	}
	return out
}

// belongs reports whether a node is a row, or the smallest element, of entries that stay and of no other. What stays is true of
// entries that refer to nothing that is gone.
func belongs(n *record.Narrative, i, end int, stays, goes map[string]bool) bool {
	if n.Nodes[i].Kind == "text" {
		return false
	}
	whole, own := stays[n.Nodes[i].ID]
	own = own && n.Nodes[i].ID != "" && (whole || !holdsRows(n, i, end)) // the table of a panel may have rows of what is gone
	if !own && !isRow(n.Nodes[i].Kind) {
		return false
	}
	found := own
	for j := i; j < end; j++ {
		id := n.Nodes[j].ID
		if id == "" {
			continue
		}
		if goes[id] {
			return false
		}
		_, is := stays[id]
		found = found || is
	}
	if !found {
		return false
	}
	return own || !holdsRows(n, i, end) // a row within which other rows stand is judged by those
}

// holdsRows reports whether rows stand within a node.
func holdsRows(n *record.Narrative, i, end int) bool {
	for j := i + 1; j < end; j++ {
		if k := n.Nodes[j].Kind; k == "tr" || k == "item" || k == "li" {
			return true
		}
	}
	return false
}
