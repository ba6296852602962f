package ccda

import (
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of C-CDA and, before it, CCD, HITSP C83 and IHE.
var (
	templatesFamily = []string{
		"2.16.840.1.113883.10.20.22.4.45", // Family History Organizer
		"2.16.840.1.113883.10.20.1.23", "2.16.840.1.113883.3.88.11.83.18", "1.3.6.1.4.1.19376.1.5.3.1.4.15",
	}
	templatesFamilyObservation = []string{
		"2.16.840.1.113883.10.20.22.4.46", // Family History Observation
		"2.16.840.1.113883.10.20.1.22", "1.3.6.1.4.1.19376.1.5.3.1.4.13.3",
	}
	familyDeath = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.47", "2.16.840.1.113883.10.20.1.42"},
		system:    oidActCode, codes: []string{"ASSERTION"}, displays: []string{"Assertion"},
	}
)

const (
	loincFamilyHistory = "10157-6"
	snomedDead         = "419099009"
)

// readFamilyEntry reads an entry that holds a Family History Organizer: one
// relative, and what each had (C-CDA R2.1 3.39). One without a relative is not read: it would be the patient's.
func (r *reader) readFamilyEntry(entry tree.Node) []record.Ref {
	org := r.statement(entry)
	if org.Name() != "organizer" || !r.hasAny(org, templatesFamily) && (!r.bare(org, nil) || r.sectionCode() != loincFamilyHistory) {
		return nil
	}
	subject := org.Child("subject")
	relative := subject.Child("relatedSubject")
	if !r.legibleRelative(org, subject, relative) {
		return nil
	}
	m := record.FamilyMember{Entry: r.entry(kindFamilyMember, org)}
	m.Assertion = record.Affirmed
	if m.Absent = r.nullFlavor(org); m.Absent != "" {
		m.Assertion = record.NotKnown
	}
	r.notNegated(org.Attr("negationInd"))
	m.Status = r.status(org)
	r.templates(org, templatesFamily...)
	r.shape(org, "CLUSTER", "EVN")
	m.When = r.timePtr(org.Child("effectiveTime"))
	r.relative(&m, subject, relative)
	for rel, sub := range r.relations(org) {
		if sub.Name() == "observation" && r.bare(sub, templatesFamilyObservation) {
			r.familyCondition(&m, rel, sub)
		}
	}
	r.rec.FamilyHistory = append(r.rec.FamilyHistory, m)
	return []record.Ref{{ID: m.ID, Kind: kindFamilyMember}}
}

// legibleRelative reports whether an organizer is about one relative, and says nothing that would change what is in it.
func (r *reader) legibleRelative(org, subject, relative tree.Node) bool {
	if a := org.Attr("moodCode"); a.OK() && a.Value() != "EVN" {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	if a := org.Attr("negationInd"); a.OK() && a.Value() != "false" && a.Value() != "0" {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	class := relative.Attr("classCode")
	if !relative.OK() || subject.NextNamed().OK() || subject.Attr("nullFlavor").OK() || class.OK() && class.Value() != "PRS" {
		r.issue(record.IssueOtherSubject, org)
		return false
	}
	return true
}

// relative takes who the relative is.
func (r *reader) relative(m *record.FamilyMember, subject, n tree.Node) {
	r.fixed(subject, "typeCode", "SBJ")
	r.fixed(subject, "contextControlCode", "OP")
	r.fixed(n, "classCode", "PRS")
	m.Relationship = r.concept(n.Child("code"))
	p := n.Child("subject")
	r.fixed(p, "classCode", "PSN")
	r.fixed(p, "determinerCode", "INSTANCE")
	for c := p.ChildNS(spaceSDTC, "id"); c.OK(); c = c.NextNamed() {
		if i := r.identifier(c); !i.IsZero() {
			m.RelatedID = append(m.RelatedID, i)
		}
	}
	m.Name = r.nameText(p.Child("name"))
	m.Sex = r.concept(p.Child("administrativeGenderCode"))
	m.BirthTime.At = r.time(p.Child("birthTime"))
	m.Deceased = r.boolean(p.ChildNS(spaceSDTC, "deceasedInd"), "value")
	if t := r.timePtr(p.ChildNS(spaceSDTC, "deceasedTime")); t != nil {
		m.DeceasedWhen = &record.Value{Time: t}
	}
}

// nameText takes a name as words: its own, or those of its parts in the order sent.
func (r *reader) nameText(n tree.Node) string {
	words := make([]string, 0, 4)
	if t := r.text(n); t != "" {
		words = append(words, t)
	}
	for c := range n.Elements("") {
		switch c.Name() {
		case "prefix", "given", "family", "suffix":
			if t := r.text(c); t != "" {
				words = append(words, t)
			}
		}
	}
	return strings.Join(words, " ")
}

// familyCondition reads a Family History Observation. Negated, its value is what
// the relative does not have; a value that is the whole kind, none of them.
func (r *reader) familyCondition(m *record.FamilyMember, rel, obs tree.Node) {
	assertion, ok := r.familyAssertion(obs)
	if !ok || !r.relates(rel, false, "COMP") {
		return
	}
	c := record.FamilyCondition{Identifiers: r.ids(obs), Kind: r.conceptPtr(obs.Child("code")), Status: r.status(obs), Notes: r.comments(obs), Narrative: r.link(obs)}
	if c.Assertion = assertion; assertion == noneInWords {
		c.Assertion = record.NoneKnown
	} else {
		r.negation(obs)
	}
	r.templates(obs, templatesFamilyObservation...)
	r.shape(obs, "OBS", "EVN")
	c.When = r.period(obs.Child("effectiveTime"))
	if v := r.worded(obs.Child("value")); v != nil {
		c.Code = *v
	}
	for rel, sub := range r.relations(obs) {
		switch {
		case c.OnsetAge == nil && r.asks(sub, &ageAtOnset):
			c.OnsetAge = r.onsetAge(rel, sub)
		case c.CauseOfDeath == nil && rel.Attr("typeCode").Value() == "CAUS" && r.asks(sub, &familyDeath):
			if c.CauseOfDeath = r.answered(rel, sub, &familyDeath, false, "CAUS"); c.CauseOfDeath != nil {
				r.slot(rel, "causeOfDeath", -1)
				if c.CauseOfDeath.Has(record.SystemSNOMED, snomedDead) {
					c.Fatal = ptr(true)
				}
			}
		}
	}
	r.slot(rel, "conditions", len(m.Conditions))
	m.Conditions = append(m.Conditions, c)
}

// familyAssertion decides what is said of a condition before anything is read.
// ok is false, and it is carried, where it cannot be told.
func (r *reader) familyAssertion(obs tree.Node) (a record.Assertion, ok bool) {
	if obs.Attr("nullFlavor").OK() || !r.legible(obs, "EVN") {
		return "", false
	}
	return r.assertionOfValue(obs, isTrue(obs.Attr("negationInd").Value()))
}
