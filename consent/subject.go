package consent

import (
	"strings"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// subject is an entry that is being judged.
type subject struct {
	*record.Entry
	j      *Judge
	list   *list
	p      unsafe.Pointer
	labels []record.Label
	known  bool
}

// marks gives the labels of the entry, those that the labeller adds among them.
func (x *subject) marks() []record.Label {
	if !x.known {
		x.labels, x.known = x.j.labels(x.list.kind, x.Entry), true
	}
	return x.labels
}

// meets compares an entry with a condition: all parts of it must match.
func (x *subject) meets(c *condition, e Effect) answer {
	out := yes
	if len(c.Labels) > 0 {
		out = min(out, labelsMatch(c.Labels, x.marks(), e))
	}
	if out != no && len(c.data) > 0 {
		best := no
		for i := range c.data {
			best = max(best, x.datum(&c.data[i]))
		}
		out = min(out, best)
	}
	if out != no && c.Period != nil {
		out = min(out, x.dated(c.Period, e))
	}
	if out != no && len(c.Codes) > 0 {
		out = min(out, x.coded(c.Codes))
	}
	if out != no && len(c.Classes) > 0 {
		out = min(out, x.class(c.Classes))
	}
	for i := range c.parts {
		if out != no {
			out = min(out, x.meets(&c.parts[i], e))
		}
	}
	return out
}

// class compares what kind of content it is.
func (x *subject) class(list []record.Coding) answer {
	if x.list.kind == "" {
		return unknown
	}
	best := no
	for i := range list {
		a := x.kindOf(&list[i])
		if a == unknown && kindsOf(&list[i]) == nil {
			if a = x.coded(list[i : i+1]); a != yes {
				a = max(a, x.documented(list[i:i+1]))
			}
			if a == no && list[i].System != record.SystemLOINC {
				a = unknown
			}
		}
		best = max(best, a)
	}
	return best
}

// documented looks for codes in the head of the document that the entry stands in: a type of document is a class of what is in it.
func (x *subject) documented(list []record.Coding) answer {
	d := x.j.in[x.Section]
	if d == nil || x.list.kind == record.KindDocument {
		return no
	}
	head := subject{j: x.j, list: documentList(), p: unsafe.Pointer(d), Entry: &d.Entry}
	return head.coded(list)
}

// coded looks for codes wherever in the entry they sit, what is carried for it among them.
func (x *subject) coded(list []record.Coding) answer {
	v := visitor{coding: func(c *record.Coding) bool {
		for i := range list {
			if codeIs(c, &list[i]) {
				return true
			}
		}
		return false
	}}
	if x.list.way.walk(x.p, &v) {
		return yes
	}
	for _, c := range x.j.beside[x.ID] {
		if v.coding(&c) {
			return yes
		}
	}
	if blankAmong(list) {
		return unknown
	}
	return no
}

// blankAmong reports whether a list has a coding without a code: what it means cannot be told.
func blankAmong(list []record.Coding) bool {
	for i := range list {
		if list[i].Code == "" {
			return true
		}
	}
	return false
}

// codeIs compares a code of an entry with that of a rule. A stray slash at the end of a system is no difference.
func codeIs(c, rule *record.Coding) bool {
	if strings.Contains(c.System, "/icd-") && keyOf(c) == keyOf(rule) {
		return true // with its point or without
	}
	if c.Code != rule.Code {
		return false
	}
	trim := func(s string) string {
		for len(s) > 0 && s[len(s)-1] == '/' {
			s = s[:len(s)-1]
		}
		return s
	}
	a, b := trim(c.System), trim(rule.System)
	return sameSystem(a, b) || c.SystemAsSent != "" && trim(c.SystemAsSent) == b
}

// dated compares when the entry was authored or last updated; where nobody says, when what it tells of was. A denial holds for either
// (FHIR provision.dataPeriod: the clinical or operational period).
func (x *subject) dated(p *record.Period, e Effect) answer {
	best, seen := no, false
	look := func(t *record.Time) {
		if t != nil && t.Value != "" {
			best, seen = max(best, x.during(*t, p)), true
		}
	}
	look(x.Recorded)
	look(x.Updated)
	if x.list.kind == record.KindDocument {
		look(&(*record.Document)(x.p).Time)
	}
	for i := range x.Participants {
		if w := x.Participants[i].When; w != nil && x.Participants[i].Role == "author" {
			look(&w.At)
			look(&w.Start)
		}
	}
	if !seen || e == Deny && best != yes {
		for _, at := range x.list.times {
			w := (*record.Period)(unsafe.Add(x.p, at))
			look(&w.At)
			look(&w.Start)
			look(&w.End)
			if e == Deny && x.around(w, p) {
				return yes
			}
		}
		for _, at := range x.list.points {
			look(*(**record.Time)(unsafe.Add(x.p, at)))
		}
	}
	if !seen {
		return unknown
	}
	return best
}

// around reports whether something lasted through a whole period: it began before that and ended after it.
func (x *subject) around(w, p *record.Period) bool {
	began, _, a := span(w.Start, x.j.loc)
	_, ended, b := span(w.End, x.j.loc)
	start, _, c := span(p.Start, x.j.loc)
	_, end, d := span(p.End, x.j.loc)
	return a && b && c && d && !began.After(start) && !ended.Before(end)
}

// during tells whether a time lies within a period: surely, perhaps or not.
func (x *subject) during(t record.Time, p *record.Period) answer {
	from, to, ok := span(t, x.j.loc)
	if !ok {
		return unknown
	}
	out := yes
	if p.Start.Value == "" && p.End.Value == "" || p.Start.Value == "" && p.Start.AsSent != "" || p.End.Value == "" && p.End.AsSent != "" || p.Center.Value != "" || p.Width != nil {
		return unknown // bounds that cannot be compared
	}
	if p.Start.Value != "" {
		start, _, ok := span(p.Start, x.j.loc)
		switch {
		case !ok:
			return unknown
		case !to.After(start):
			return no
		case from.Before(start):
			out = unknown
		}
	}
	if p.End.Value != "" {
		_, end, ok := span(p.End, x.j.loc)
		switch {
		case !ok:
			return unknown
		case !from.Before(end):
			return no
		case to.After(end):
			out = unknown
		}
	}
	return out
}

// datum compares the entry with a thing that a consent names.
func (x *subject) datum(d *datum) answer {
	switch d.Meaning {
	case "instance":
		return x.isThing(d)
	case "authoredby":
		return x.authored(d)
	case "related", "dependents": // an encounter's is what refers to it (IHE PCF), and by FHIR what it refers to is related to a thing
		if d.to[x.ID] {
			return yes
		}
		return max(x.isThing(d), x.relates(d))
	}
	return unknown
}

// isThing tells whether the entry is what is named. What is nowhere in the record may be any of
// its entries that has no name of the same system.
func (x *subject) isThing(d *datum) answer {
	switch {
	case x.list.kind == "":
		return unknown
	case d.ids[x.ID]:
		return yes
	case len(d.ids) > 0, d.Ref.ID != "":
		return no
	case d.Ref.AsSent != "" && x.j.named[x.ID]:
		return no // it has a name in its own system, and another one
	case kindOfReference(d.Ref.AsSent) != "" || d.Ref.Kind != "" && d.Ref.Kind != x.list.kind:
		return no // a person or an organization is none of these
	}
	if typ := typeOf(d.Ref.AsSent); typ != "" {
		if kinds := classKinds[typ]; kinds != nil && !hasWord(kinds, x.list.kind) {
			return no
		}
	}
	if id := d.Ref.Identifier; id != nil && id.System != "" {
		for i := range x.Identifiers {
			if x.Identifiers[i].System == id.System && x.Identifiers[i].Value != "" {
				return no
			}
		}
	}
	return unknown
}

// typeOf gives the resource type of a literal reference.
func typeOf(ref string) string {
	t := lastTwo(ref)
	for i := range t {
		if t[i] == '/' {
			return t[:i]
		}
	}
	return ""
}

// authored tells who wrote the entry: its authors, else those of its section or document, else who performed or recorded it; and for
// whom they did.
func (x *subject) authored(d *datum) answer {
	best, seen := no, false
	kind := d.Ref.Kind
	if kind == "" {
		kind = kindOfReference(d.Ref.AsSent)
	}
	look := func(r *record.Ref, behalf bool) {
		if r == nil || r.IsZero() || behalf && kind != "" && kind != record.KindOrganization {
			return
		}
		best, seen = max(best, d.is(r)), true
		for i := range x.j.employers[r.ID] {
			if e := &x.j.employers[r.ID][i]; d.is(&e.Ref) == yes {
				best = max(best, e.surely)
			}
		}
	}
	for i := range x.Participants {
		if p := &x.Participants[i]; p.Role == "author" {
			look(p.Who, false)
			look(p.OnBehalfOf, true)
		}
	}
	for _, id := range [2]string{x.ID, x.Section} {
		if list := x.j.authors[id]; !seen && id != "" {
			for i := range list {
				look(&list[i].Ref, list[i].behalf)
			}
		}
	}
	if !seen {
		for i := range x.Participants {
			switch p := &x.Participants[i]; p.Role {
			case "performer", "recorder", "enterer", "responsible":
				look(p.Who, false)
				look(p.OnBehalfOf, true)
			}
		}
	}
	if !seen {
		return unknown
	}
	return best
}

// is compares a reference of the record with what is named.
func (d *datum) is(r *record.Ref) answer {
	switch {
	case r.ID != "" && d.ids[r.ID], sameTarget(r, &d.Ref):
		return yes
	case r.ID != "" && (len(d.ids) > 0 || d.Ref.ID != ""):
		return no
	case r.AsSent != "" && d.Ref.AsSent != "" && typeOf(r.AsSent) == typeOf(d.Ref.AsSent):
		return no
	}
	return unknown
}

// relates tells whether the entry refers to what is named. One that names no encounter may belong to any.
func (x *subject) relates(d *datum) answer {
	if x.list.kind == "" {
		return unknown
	}
	best, kind := no, d.Ref.Kind
	if p := x.j.rec.Patient; p != nil && d.ids[p.ID] {
		return yes // all is of the patient
	}
	if kind == record.KindPatient || kindOfReference(d.Ref.AsSent) == record.KindPatient {
		return unknown
	}
	encounter := kind == record.KindEncounter || typeOf(d.Ref.AsSent) == "Encounter"
	seen := false
	v := visitor{ref: func(r *record.Ref) bool {
		if encounter && (r.Kind == record.KindEncounter || typeOf(r.AsSent) == "Encounter") {
			seen = true
			best = max(best, d.is(r))
			return best == yes
		}
		if len(d.ids) > 0 && r.ID != "" && d.ids[r.ID] || sameTarget(r, &d.Ref) {
			best = yes
			return true
		}
		return false
	}}
	x.list.way.walk(x.p, &v)
	if best == no && encounter && !seen {
		return unknown
	}
	return best
}
