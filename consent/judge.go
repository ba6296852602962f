package consent

import (
	"time"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// Judge tells of each entry of one record whether a Decision lets it pass. It is
// made by NewJudge, reads the record, and is safe for concurrent use while that does not change.
type Judge struct {
	stages []stage
	rec    *record.Record
	labels func(kind string, e *record.Entry) []record.Label
	// labeller is that of NewJudge, or nil.
	labeller Labeller
	// beside are the codes that are carried for entries.
	beside map[string][]record.Coding
	// in is the document that a section stands in, its head alone.
	in      map[string]*record.Document
	loc     *time.Location
	authors map[string][]writer // ids of entries and sections to who wrote them, where they do not say
	// employers are whom people work for, by their ids and those of their roles.
	employers map[string][]employer
	named     map[string]bool // ids of entries that a source calls by a name of its own
	none      bool
	// restrictions are what the record demands to be kept back beside its labels.
	restrictions *restrictions
	// conducted are the labels of the places that entries stand in.
	conducted *conducted
}

// stage and rule are those of a decision, with what their references lead to in the record.
type stage struct {
	name  string
	rules []rule
}

type rule struct {
	*Rule
	cond   condition
	unless []condition
}

type condition struct {
	*Condition
	data  []datum
	parts []condition
}

// datum is a thing that a consent names, found in the record.
type datum struct {
	*record.ConsentData
	ids map[string]bool // empty where it is not there
	to  map[string]bool // what it refers to, where that is meant as well
}

// Judgement is whether an entry passes, and if not, why.
type Judgement struct {
	Pass   bool
	Masked bool
	Reason ReasonCode
	Policy string
}

// NewJudge makes ready to judge the entries of a record. A nil Labeller adds no labels; what has none then is not judged
// by labels, unless unlabelled gives it some. A decision that does not permit passes nothing.
func NewJudge(d *Decision, rec *record.Record, l Labeller, unlabelled []record.Label) *Judge {
	j := &Judge{rec: rec, none: !d.Permits() || !d.sound()}
	if j.none {
		return j
	}
	j.loc = d.At.Location()
	j.restrictions = restrictionsOf(rec)
	j.conducted = conductedOf(rec)
	j.labeller, j.beside, j.in = l, carriedCodes(rec), map[string]*record.Document{}
	for i := range rec.Documents {
		head := j.alone(&rec.Documents[i], nil)
		for id := range sectionsOf(&rec.Documents[i]) {
			j.in[id] = head
		}
	}
	j.labels = func(kind string, e *record.Entry) []record.Label {
		ls := j.conducted.of(e)
		if l != nil {
			ls = addLabels(ls, labelled(l, kind, e, j.beside))
		}
		if kind == record.KindConsent {
			ls = addLabels(ls, labelsNamed((*record.Consent)(unsafe.Pointer(e))))
		}
		demands := j.restrictions.of(kind, e)
		if len(unlabelled) > 0 && !isLabelled(besides(ls, demands)) {
			more := unlabelled
			if bySensitivity(ls) {
				more = restrictedAtLeast(unlabelled)
			}
			ls = addLabels(ls, more)
		}
		return restricted(ls, demands)
	}
	f := finder{rec: rec}
	for _, g := range [2][]Stage{d.Residual, d.Standing} {
		for i := range g {
			s := stage{name: g[i].Name}
			for k := range g[i].Rules {
				r := rule{Rule: &g[i].Rules[k], cond: f.condition(&g[i].Rules[k].If)}
				for u := range r.Unless {
					r.unless = append(r.unless, f.condition(&r.Unless[u]))
				}
				s.rules = append(s.rules, r)
			}
			j.stages = append(j.stages, s)
		}
	}
	if f.data {
		j.named = map[string]bool{}
		for i := range rec.Sources {
			for _, it := range rec.Sources[i].Items {
				for _, id := range it.Entries {
					j.named[id] = it.ID != "" || it.URL != ""
				}
			}
		}
	}
	if f.authored {
		j.authors, j.employers = writers(rec), employersOf(rec)
	}
	return j
}

// finder finds what references of a consent lead to in a record.
type finder struct {
	rec      *record.Record
	authored bool
	data     bool
}

func (f *finder) condition(c *Condition) condition {
	out := condition{Condition: c}
	for i := range c.Data {
		f.data = true
		f.authored = f.authored || c.Data[i].Meaning == "authoredby"
		d := datum{ConsentData: &c.Data[i], ids: find(f.rec, &c.Data[i].Ref)}
		if d.Meaning == "related" {
			d.to = led(f.rec, d.ids)
		}
		out.data = append(out.data, d)
	}
	for i := range c.Parts {
		out.parts = append(out.parts, f.condition(&c.Parts[i]))
	}
	return out
}

// find gives the ids of the entries that a reference leads to.
func find(rec *record.Record, r *record.Ref) map[string]bool {
	ids := map[string]bool{}
	for _, e := range rec.Entries() {
		if r.ID != "" && e.ID == r.ID || r.Identifier != nil && hasIdentifier(e.Identifiers, r.Identifier) {
			ids[e.ID] = true
		}
	}
	for i := range rec.Sources {
		for k := range rec.Sources[i].Items {
			it := &rec.Sources[i].Items[k]
			if len(it.Entries) > 0 && (sameReference(it.URL, r.AsSent) || it.ID != "" && it.Within == "" && sameReference(it.Type+"/"+it.ID, r.AsSent)) {
				ids[it.Entries[0]] = true
			}
		}
	}
	return ids
}

// led gives the ids of what entries refer to.
func led(rec *record.Record, ids map[string]bool) map[string]bool {
	to := map[string]bool{}
	if len(ids) == 0 {
		return to
	}
	for i := range lists() {
		l := &lists()[i]
		l.each(rec, func(_ int, p unsafe.Pointer, e *record.Entry) {
			if ids[e.ID] {
				l.way.walk(p, &visitor{ref: func(x *record.Ref) bool {
					if x.ID != "" {
						to[x.ID] = true
					}
					return false
				}})
			}
		})
	}
	return to
}

// writers finds who wrote entries that do not say so themselves: the authors of the section and of the document (CDA R2
// 4.4, context conduction), and the agents of a Provenance.
func writers(rec *record.Record) map[string][]writer {
	m := map[string][]writer{}
	authors := func(list []record.Participation) (out []writer) {
		for i := range list {
			if list[i].Role != "author" {
				continue
			}
			if r := list[i].Who; r != nil {
				out = append(out, writer{*r, false})
			}
			if r := list[i].OnBehalfOf; r != nil {
				out = append(out, writer{*r, true})
			}
		}
		return out
	}
	var each func(list []record.Section, up []writer)
	each = func(list []record.Section, up []writer) {
		for i := range list {
			a := up
			if own := authors(list[i].Participants); len(own) > 0 {
				a = own
			}
			m[list[i].ID] = a
			each(list[i].Sections, a)
		}
	}
	for i := range rec.Documents {
		each(rec.Documents[i].Sections, authors(rec.Documents[i].Participants))
	}
	for i := range rec.Provenances {
		p := &rec.Provenances[i]
		for _, t := range p.Targets {
			if t.ID != "" {
				m[t.ID] = append(m[t.ID], authors(p.Agents)...)
			}
		}
	}
	return m
}

// writer is who wrote an entry, or whom they did so for.
type writer struct {
	record.Ref
	behalf bool
}

// employer is an organization that somebody works for: surely where the role is named, perhaps where the person is.
type employer struct {
	record.Ref
	surely answer
}

func employersOf(rec *record.Record) map[string][]employer {
	m := map[string][]employer{}
	for i := range rec.Practitioners {
		p := &rec.Practitioners[i]
		for k := range p.Roles {
			r := &p.Roles[k]
			if r.Organization == nil || r.Organization.IsZero() {
				continue
			}
			m[p.ID] = append(m[p.ID], employer{*r.Organization, unknown})
			if r.ID != "" && r.ID != p.ID {
				m[r.ID] = append(m[r.ID], employer{*r.Organization, yes})
			}
		}
	}
	return m
}

// Entry judges one entry of the record by its id's kind: kind is what Record.Entries gives with it.
func (j *Judge) Entry(kind string, e *record.Entry) Judgement {
	for i, l := range lists() {
		if l.kind == kind {
			return j.judge(&lists()[i], unsafe.Pointer(e))
		}
	}
	return Judgement{Reason: ReasonUnjudged}
}

// judge judges the entry that stands at p.
func (j *Judge) judge(l *list, p unsafe.Pointer) Judgement {
	if j.none {
		return Judgement{Reason: ReasonFailed}
	}
	if len(j.stages) == 0 {
		return Judgement{Pass: true}
	}
	x := subject{j: j, list: l, p: p, Entry: (*record.Entry)(p)}
	return x.judged()
}

// judged goes through the stages.
func (x *subject) judged() Judgement {
	for i := range x.j.stages {
		s := &x.j.stages[i]
		permitted := false
		for k := range s.rules {
			r := &s.rules[k]
			if r.Effect == Permit {
				permitted = permitted || x.meets(&r.cond, Permit) == yes
				continue
			}
			a := x.meets(&r.cond, Deny)
			if a == no || a == unknown && r.Known || x.excepted(r) {
				continue
			}
			return Judgement{Masked: r.Mask, Reason: x.because(a, s), Policy: r.Policy}
		}
		if !permitted {
			return Judgement{Reason: x.because(no, s)}
		}
	}
	return Judgement{Pass: true}
}

// because says why an entry is withheld.
func (x *subject) because(a answer, s *stage) ReasonCode {
	switch {
	case s.name == "law":
		return ReasonLaw
	case s.name == "consent" && !isLabelled(x.marks()) && (a == unknown || s.byLabel()):
		return ReasonUnlabelled
	case s.name == "asked" || s.name == "claim" || s.name == "representative":
		return ReasonNotAsked
	}
	return ReasonConsent
}

// byLabel reports whether all that a stage permits it permits by labels.
func (s *stage) byLabel() bool {
	for i := range s.rules {
		if r := &s.rules[i]; r.Effect == Permit && len(r.If.Labels) == 0 {
			return false
		}
	}
	return true
}

func (x *subject) excepted(r *rule) bool {
	for i := range r.unless {
		if x.meets(&r.unless[i], Permit) == yes {
			return true
		}
	}
	return false
}
