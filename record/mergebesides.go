package record

import (
	"slices"
	"unsafe"
)

// What a statement is about, whether it still holds and who did it stand in fields
// that sources fill differently, or not at all. Here each is compared as a whole.

// over are clinical statuses of what is with the patient no more.
var over = []string{"inactive", "remission", "resolved"}

// stopped are statuses of what is not taken any more.
var stopped = []StatusCode{StatusCompleted, StatusAborted, StatusInactive, StatusSuperseded}

// lasting are the fields that tell whether something that lasts is over.
type lasting struct {
	status, clinical, abatement, when unsafe.Pointer
}

func (x *mergeIndex) lastingOf(at unsafe.Pointer) (t lasting) {
	get := func(name string) unsafe.Pointer {
		if i, ok := x.l.place(name); ok {
			return unsafe.Add(at, x.l.fields[i].offset)
		}
		return nil
	}
	t.status, t.clinical, t.abatement = get("status"), get("clinicalStatus"), get("abatement")
	if t.when = get("onset"); t.when == nil {
		t.when = get("taken")
	}
	return t
}

// overBy names the field by which a thing is over, "" where it is not said to be.
func (x *mergeIndex) overBy(at unsafe.Pointer) string {
	t := x.lastingOf(at)
	switch {
	case t.clinical != nil && slices.Contains(over, (*ClinicalStatus)(t.clinical).Code):
		return "clinicalStatus"
	case t.clinical == nil && t.status != nil && slices.Contains(stopped, (*Status)(t.status).Code):
		return "status"
	case t.abatement != nil && *(*unsafe.Pointer)(t.abatement) != nil:
		return "abatement"
	case t.when != nil && (*Period)(t.when).End.Value != "":
		return x.overField()
	}
	return ""
}

func (x *mergeIndex) overField() string {
	if _, ok := x.l.place("onset"); ok {
		return "onset"
	}
	return "taken"
}

// overApart names the field by which one of two statements says that it is over, and the
// other does not. Under one identifier the other must say that it is not over.
func (x *mergeIndex) overApart(a, b member, identity bool) string {
	s, t := x.overBy(a.at), x.overBy(b.at)
	if (s == "") == (t == "") {
		return ""
	}
	if on := map[bool]member{true: a, false: b}[s == ""]; identity && !x.goesOn(on.at) {
		return ""
	}
	return s + t
}

// goesOn reports whether a statement says that the thing is with the patient.
func (x *mergeIndex) goesOn(at unsafe.Pointer) bool {
	t := x.lastingOf(at)
	if t.clinical != nil {
		return (*ClinicalStatus)(t.clinical).Code != ""
	}
	return t.status != nil && (*Status)(t.status).Code == StatusActive
}

// unended takes out of a statement that it is over.
func (x *mergeIndex) unended(at unsafe.Pointer) {
	t := x.lastingOf(at)
	if t.clinical != nil && slices.Contains(over, (*ClinicalStatus)(t.clinical).Code) {
		*(*ClinicalStatus)(t.clinical) = ClinicalStatus{}
	}
	if t.clinical == nil && t.status != nil && slices.Contains(stopped, (*Status)(t.status).Code) {
		*(*Status)(t.status) = Status{}
	}
	if t.abatement != nil {
		*(*unsafe.Pointer)(t.abatement) = nil
	}
	if t.when != nil {
		(*Period)(t.when).End = Time{}
	}
}

// sameConcern reports whether the acts of concern around two statements, where both have one, stand alike.
func (x *mergeIndex) sameConcern(a, b member) bool {
	i, ok := x.l.place("concern")
	if !ok {
		return true
	}
	off := x.l.fields[i].offset
	s, t := *(**Concern)(unsafe.Add(a.at, off)), *(**Concern)(unsafe.Add(b.at, off))
	if s == nil || t == nil {
		return true
	}
	if said := func(c *Concern) bool { return c.Assertion != "" && c.Assertion != Affirmed }; said(s) != said(t) {
		return false
	}
	return s.Status.Code == "" || t.Status.Code == "" || s.Status.Code == t.Status.Code
}

// sameSubject reports whether two statements name the same others as whom they are
// about: a donor, a fetus. One that names nobody is about the patient.
func sameSubject(g *agreeing, a, b *Entry) bool {
	s, t := subjects(a), subjects(b)
	if len(s) == 0 || len(t) == 0 {
		return len(s) == len(t)
	}
	for _, x := range s {
		if slices.ContainsFunc(t, func(y *Ref) bool { return g.refs(x, y) }) {
			return true
		}
	}
	return false
}

func subjects(e *Entry) (of []*Ref) {
	for i := range e.Participants {
		if p := &e.Participants[i]; p.Role == "subject" && p.Who != nil && p.Who.Kind != KindPatient {
			of = append(of, p.Who)
		}
	}
	return of
}

// othersDid reports whether two statements name who did it, and one authority numbers
// all of the one differently from all of the other.
func (m *merger) othersDid(a, b member) bool {
	s, t := m.doers(a), m.doers(b)
	if len(s) == 0 || len(t) == 0 {
		return false
	}
	for _, x := range s {
		for _, y := range t {
			if x == y || !m.twoPeople(x, y) {
				return false
			}
		}
	}
	return true
}

// doers are the clusters of those who did it.
func (m *merger) doers(e member) (of []int) {
	for i := range e.e.Participants {
		p := &e.e.Participants[i]
		if p.Who == nil || p.Role != "performer" && p.Role != "attender" {
			continue
		}
		if n, ok := m.clusterOf(e.part, p.Who.ID); ok {
			of = append(of, n)
		}
	}
	return of
}

// twoPeople reports whether one authority gives the members of two clusters other identifiers.
func (m *merger) twoPeople(a, b int) bool {
	for _, x := range m.clusters[a].members {
		for _, y := range m.clusters[b].members {
			if otherwiseIdentified(x.e, y.e) {
				return true
			}
		}
	}
	return false
}

// onlyOne reports whether a relative is one of whom there is only one: a mother, a
// father, a grandparent of one side. Of brothers and children there may be several.
func (x *mergeIndex) onlyOne(e member) bool {
	if x.rule.list != "familyHistory" {
		return false
	}
	r := &(*FamilyMember)(e.at).Relationship
	for i := range r.Codings {
		if k := &r.Codings[i]; slices.Contains(onlyRelatives[systemOf(k)], k.Code) {
			return true
		}
	}
	return slices.Contains(onlyRelatives[""], wordsOf(r))
}

// onlyRelatives are codes and words of such relatives (HL7 v3 RoleCode, SNOMED CT).
var onlyRelatives = map[string][]string{
	SystemRoleCode: {"MTH", "NMTH", "FTH", "NFTH", "MGRMTH", "MGRFTH", "PGRMTH", "PGRFTH"},
	SystemSNOMED:   {"72705000", "65656005", "66839005", "9947008", "394859001", "394857004", "394858009", "394856008"},
	"":             {"mother", "natural mother", "father", "natural father", "maternal grandmother", "maternal grandfather", "paternal grandmother", "paternal grandfather"},
}

// opposed reports whether two lists that gather hold elements that say different
// things of one: a reaction that happened and did not, a relative's disease that is
// affirmed and denied. Times that differ tell of two.
func (g *agreeing) opposed(l *layout, p, q unsafe.Pointer) bool {
	if l.elem.typ != typeReaction && l.elem.typ != typeFamilyCondition && l.elem.typ != typeIndication {
		return false
	}
	x, y := (*sliceWords)(p), (*sliceWords)(q)
	return g.unmatched(l.elem, x, y) || g.unmatched(l.elem, y, x)
}

// unmatched reports whether an element of one list, which none of the other says too, is about what one of the other is about.
func (g *agreeing) unmatched(l *layout, x, y *sliceWords) bool {
	for i := range x.len {
		p := unsafe.Add(x.first, uintptr(i)*l.size)
		said, about := false, false
		for j := range y.len {
			q := unsafe.Add(y.first, uintptr(j)*l.size)
			said = said || g.values(l, p, q)
			about = about || g.aboutOne(l, p, q)
		}
		if about && !said {
			return true
		}
	}
	return false
}

// aboutOne reports whether two elements of a list are of one thing and one time.
func (g *agreeing) aboutOne(l *layout, p, q unsafe.Pointer) bool {
	switch l.typ {
	case typeReaction:
		x, y := (*Reaction)(p), (*Reaction)(q)
		return g.periods(&x.When, &y.When) && slices.ContainsFunc(x.Manifestations, func(c Concept) bool {
			return slices.ContainsFunc(y.Manifestations, func(o Concept) bool { return g.concepts(&c, &o) })
		})
	case typeFamilyCondition:
		x, y := (*FamilyCondition)(p), (*FamilyCondition)(q)
		return !x.Code.IsZero() && !y.Code.IsZero() && g.concepts(&x.Code, &y.Code) && g.periods(&x.When, &y.When)
	case typeIndication:
		x, y := (*Indication)(p), (*Indication)(q)
		return x.Code != nil && y.Code != nil && g.concepts(x.Code, y.Code) && (x.Assertion == Negated) != (y.Assertion == Negated)
	}
	return false
}

// kinds compares what kind of propensity an allergy is. Sources name it more or less
// generally, and the substance says the rest; that the one speaks of an allergy and the other of an intolerance is a difference.
func (g *agreeing) kinds(a, b *Concept) bool {
	if g.concepts(a, b) {
		return true
	}
	x, y := natureOf(a), natureOf(b)
	return x != "" && y != "" && (x == y || x == propensity || y == propensity)
}

const propensity = "propensity"

func natureOf(c *Concept) string {
	for i := range c.Codings {
		if k := &c.Codings[i]; k.System == SystemSNOMED {
			if n := natures[k.Code]; n != "" {
				return n
			}
		}
	}
	return ""
}

// natures sorts C-CDA's Allergy and Intolerance Type (2.16.840.1.113883.3.88.12.3221.6.2).
var natures = map[string]string{
	"420134006": propensity, "418038007": propensity, "419511003": propensity, "418471000": propensity,
	"419199007": "allergy", "416098002": "allergy", "414285001": "allergy", "426232007": "allergy",
	"59037007": "intolerance", "235719002": "intolerance",
}
