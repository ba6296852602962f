package consent

import (
	"reflect"
	"slices"
	"unsafe"

	"github.com/portage-health/portage/record"
)

// What a section is labelled holds for what stands in it (CDA R2 4.4, context conduction): a confidentiality of an entry's own takes
// its place, other marks add up. What a document is labelled holds so where nothing within it bears a label: else it is the highest
// of what is in it (HL7 DS4P).

// conducted are the labels that hold in places of documents.
type conducted struct {
	sections  map[string][]record.Label // of the section, and of those above it
	documents map[string][]record.Label // by the ids of documents that conduct
}

// conductedOf reads the labels of documents and sections; nil where there are none.
func conductedOf(rec *record.Record) *conducted {
	c := &conducted{map[string][]record.Label{}, map[string][]record.Label{}}
	if len(rec.Documents) == 0 {
		return nil
	}
	has := map[string]bool{} // sections with an entry that bears a label
	for kind, e := range rec.Entries() {
		if e.Section != "" && judged(kind) && isMarked(e.Labels) {
			has[e.Section] = true
		}
	}
	for i := range rec.Documents {
		d := &rec.Documents[i]
		c.read(d.Sections, nil)
		if !isMarked(d.Labels) {
			continue
		}
		in := sectionsOf(d)
		marked := false
		for id := range in {
			marked = marked || has[id] || isMarked(c.sections[id])
		}
		if marked {
			continue
		}
		c.documents[d.ID] = d.Labels
		for id := range in {
			c.sections[id] = labelsUnder(c.sections[id], d.Labels)
		}
	}
	for id, ls := range c.sections {
		if !isMarked(ls) {
			delete(c.sections, id)
		}
	}
	if len(c.sections) == 0 && len(c.documents) == 0 {
		return nil
	}
	return c
}

func (c *conducted) read(list []record.Section, upper []record.Label) {
	for i := range list {
		ls := labelsUnder(list[i].Labels, upper)
		c.sections[list[i].ID] = ls
		c.read(list[i].Sections, ls)
	}
}

// of gives the labels of an entry: its own, and those of the section that it stands in.
func (c *conducted) of(e *record.Entry) []record.Label {
	if c == nil || e.Section == "" {
		return e.Labels
	}
	return labelsUnder(e.Labels, c.sections[e.Section])
}

// in gives the labels that hold in a section.
func (c *conducted) in(section string) []record.Label {
	if c == nil {
		return nil
	}
	return c.sections[section]
}

// by gives the labels of a document that hold for all in it.
func (c *conducted) by(document string) []record.Label {
	if c == nil {
		return nil
	}
	return c.documents[document]
}

// labelsUnder gives the labels that hold where own ones are given within upper ones.
func labelsUnder(own, upper []record.Label) []record.Label {
	if len(upper) == 0 {
		return own
	}
	graded := false
	for i := range own {
		graded = graded || rank(&own[i].Coding) >= 0
	}
	out := own[:len(own):len(own)]
	for i := range upper {
		c := &upper[i].Coding
		twice := graded && rank(c) >= 0
		for j := range own {
			twice = twice || own[j].Coding.Code == c.Code && own[j].Coding.System == c.System
		}
		if !twice {
			out = append(out, upper[i])
		}
	}
	return out
}

// isMarked reports whether somebody has said how confidential or sensitive a thing is, or which law it is under.
func isMarked(labels []record.Label) bool {
	for i := range labels {
		switch kindOfLabel(labels[i].Kind, &labels[i].Coding) {
		case labelConfidentiality, labelSensitivity, labelLaw:
			return true
		}
	}
	return false
}

// shuts finds sections, and documents, whose own words do not pass: by the labels that hold there, or, of words and files beside which
// no entry stands, as an entry would.
func (r *redactor) shuts() {
	if len(r.judge.stages) == 0 || len(r.out.Documents) == 0 {
		return
	}
	r.shut = map[string]bool{}
	holds := map[string]bool{} // sections with an entry
	for kind, e := range r.out.Entries() {
		if e.Section != "" && judged(kind) {
			holds[e.Section] = true
		}
	}
	l := documentList()
	var each func(d *record.Document, list []record.Section)
	each = func(d *record.Document, list []record.Section) {
		for i := range list {
			s := &list[i]
			ls := r.judge.conducted.in(s.ID)
			switch alone := len(s.Entries) == 0 && !holds[s.ID]; {
			case s.Narrative.IsZero() && len(s.Notes)+len(s.Media) == 0, alone && r.isNotice(s):
			case alone && !r.judge.judge(l, unsafe.Pointer(r.judge.alone(d, s))).Pass, len(ls) > 0 && !r.judge.opens(ls):
				r.shut[s.ID] = true
				r.tear(d.Source)
			}
			each(d, s.Sections)
		}
	}
	for k := range r.out.Documents {
		d := &r.out.Documents[k]
		if j, ok := r.judge.refuses(l, d); ok {
			r.tear(d.Source)
			r.withhold(l, &d.Entry, j)
			continue
		}
		each(d, d.Sections)
		if len(d.Body) == 0 && d.Narrative == nil && len(d.Notes) == 0 {
			continue
		}
		ls := r.judge.conducted.by(d.ID)
		if j := r.judge.judge(l, unsafe.Pointer(r.judge.alone(d, nil))); len(d.Sections) == 0 && !j.Pass {
			j.Masked = false
			r.tear(d.Source)
			r.withhold(l, &d.Entry, j)
		} else if !j.Pass || len(ls) > 0 && !r.judge.opens(ls) {
			r.tear(d.Source)
			r.shut[d.ID] = true
		}
	}
}

// alone gives what is judged where words of a section, or a document's file, stand beside no entry: the head of the document, with the
// labels that hold there.
func (j *Judge) alone(d *record.Document, s *record.Section) *record.Document {
	x := *d
	x.Labels, x.Sections = j.conducted.by(d.ID), nil
	if s != nil {
		x.Body, x.Labels, x.Section = nil, nil, s.ID
		x.Sections = []record.Section{{ID: s.ID, Code: s.Code, Participants: s.Participants, Period: s.Period}}
	}
	return &x
}

// refuses judges a document as such by what is denied of it: its type, its author, it by name. Its labels hold for what is in it, and
// are judged there; but for what a labeller finds in its head.
func (j *Judge) refuses(l *list, d *record.Document) (Judgement, bool) {
	head := j.alone(d, nil)
	head.Labels = nil
	x := subject{j: j, list: l, p: unsafe.Pointer(head), Entry: &head.Entry, known: true}
	if j.labeller != nil {
		x.labels = addLabels(nil, j.labeller.Label(itemOf(l.kind, &head.Entry)))
	}
	for i := range j.stages {
		s := &j.stages[i]
		for k := range s.rules {
			r := &s.rules[k]
			if r.Effect == Permit || r.If.IsZero() {
				continue
			}
			if a := x.meets(&r.cond, Deny); a == yes || a == unknown && !r.Known && !r.cond.labelled() {
				if !x.excepted(r) {
					return Judgement{Reason: x.because(a, s), Policy: r.Policy}, true
				}
			}
		}
	}
	return Judgement{}, false
}

// labelled reports whether a condition is about labels.
func (c *condition) labelled() bool {
	return len(c.Labels) > 0 || slices.ContainsFunc(c.parts, func(p condition) bool { return p.labelled() })
}

// documentList is the list of documents.
func documentList() *list {
	for i := range lists() {
		if l := &lists()[i]; l.kind == record.KindDocument {
			return l
		}
	}
	return nil
}

func (r *redactor) tear(source string) {
	if source == "" {
		return
	}
	if r.torn == nil {
		r.torn = map[string]bool{}
	}
	r.torn[source] = true
}

// opens judges words by the labels that hold where they stand, and by no rule on anything but labels.
func (j *Judge) opens(labels []record.Label) bool {
	var nothing record.Concept
	x := subject{j: j, list: &list{way: wrap(reflect.TypeFor[record.Concept](), map[reflect.Type]*way{})}, p: unsafe.Pointer(&nothing), Entry: &record.Entry{}, labels: labels, known: true}
	for i := range j.stages {
		permitted := false
		for k := range j.stages[i].rules {
			r := &j.stages[i].rules[k]
			if r.Effect == Permit {
				permitted = permitted || len(r.If.Labels) == 0 || labelsMatch(r.If.Labels, labels, Permit) == yes
			} else if len(r.If.Labels) > 0 && x.meets(&r.cond, Deny) == yes && !x.excepted(r) {
				return false
			}
		}
		if !permitted {
			return false
		}
	}
	return true
}
