package consent

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// grade gives every document the confidentiality of the most restricted thing that is left, and takes from it the
// sensitivities of what is not (HL7 DS4P: the high-water mark).
func (r *redactor) grade() {
	placed := map[string]bool{}
	for i := range r.out.Documents {
		for id := range sectionsOf(&r.out.Documents[i]) {
			placed[id] = true
		}
	}
	for i := range r.out.Documents {
		d := &r.out.Documents[i]
		top, all := "", true
		left := map[string]bool{}
		in := sectionsOf(d)
		for kind, e := range r.out.Entries() {
			if !judged(kind) || placed[e.Section] && !in[e.Section] {
				continue // what no document has a place for goes out with each
			}
			g, ls := "", r.judge.conducted.of(e)
			if isMasked(e) {
				ls = e.Labels // what holds for the section would tell what is masked in it
			}
			for _, l := range ls {
				c := &l.Coding
				left[c.Code] = true
				if rank(c) >= 0 && (g == "" || rank(c) > rank(&record.Coding{Code: g})) {
					g = c.Code
				}
			}
			all = all && g != ""
			if g != "" && (top == "" || rank(&record.Coding{Code: g}) > rank(&record.Coding{Code: top})) {
				top = g
			}
		}
		if len(d.Body) > 0 {
			leave(left, d.Labels)
		}
		r.stands(d.Sections, left)
		d.Labels = regrade(d.Labels, top, all && len(r.gone) > 0, left, len(r.gone) > 0)
		r.gradeSections(d.Sections, left)
	}
}

func leave(left map[string]bool, labels []record.Label) {
	for i := range labels {
		left[labels[i].Coding.Code] = true
	}
}

// stands notes the labels of sections that are whole and hold words alone.
func (r *redactor) stands(list []record.Section, left map[string]bool) {
	for i := range list {
		if s := &list[i]; !r.gone[s.ID] && len(s.Entries) == 0 && !s.Narrative.IsZero() {
			leave(left, r.judge.conducted.in(s.ID))
		}
		r.stands(list[i].Sections, left)
	}
}

func (r *redactor) gradeSections(list []record.Section, left map[string]bool) {
	if len(r.gone) == 0 {
		return
	}
	for i := range list {
		list[i].Labels = regrade(list[i].Labels, "", false, left, true)
		r.gradeSections(list[i].Sections, left)
	}
}

// regrade raises a confidentiality to top, lowers it where lower says that all that is left is graded, and drops sensitivities that are of nothing left.
func regrade(have []record.Label, top string, lower bool, left map[string]bool, cut bool) []record.Label {
	at := -1
	for i := range have {
		if rank(&have[i].Coding) >= 0 && (at < 0 || rank(&have[i].Coding) > rank(&have[at].Coding)) {
			at = i
		}
	}
	gone := func(l record.Label) bool {
		k := kindOfLabel(l.Kind, &l.Coding)
		return cut && (k == labelSensitivity || k == labelLaw) && !left[l.Coding.Code]
	}
	change := top != "" && (at < 0 || rank(&have[at].Coding) < rank(&record.Coding{Code: top}) || lower && have[at].Coding.Code != top)
	if !change && !slices.ContainsFunc(have, gone) {
		return have
	}
	out := slices.Clone(have)
	if change {
		l := record.Label{Kind: "confidentiality", Coding: record.Coding{System: record.SystemConfidentiality, Code: top}}
		if at < 0 {
			out = append([]record.Label{l}, out...)
		} else {
			out[at] = l
		}
	}
	return slices.DeleteFunc(out, gone)
}

// sectionsOf gives the ids of the sections of a document.
func sectionsOf(d *record.Document) map[string]bool {
	m := map[string]bool{}
	var each func(list []record.Section)
	each = func(list []record.Section) {
		for i := range list {
			m[list[i].ID] = true
			each(list[i].Sections)
		}
	}
	each(d.Sections)
	return m
}
