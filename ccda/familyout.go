package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// familyEntry writes a Family History Organizer: one relative, and what each had (C-CDA R2.1 3.39).
func (w *writer) familyEntry(i int) bool {
	if w.unsayable(place{record.KindFamilyMember, i}) {
		return false
	}
	x := w.rec.FamilyHistory[i]
	w.wrote[x.ID] = true
	w.tellRelative(&x)
	w.notKnown(&x.Entry)
	claimed := !w.strict || len(x.Conditions) > 0
	w.begin("organizer", "CLUSTER", moodCode(&x.Mode), &x.Entry)
	if x.Assertion == record.Affirmed || x.Assertion == record.NotKnown {
		x.Assertion = record.Affirmed
	}
	if claimed {
		w.template(templatesFamily[0])
	} else {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.entryIDs(&x.Entry)
	w.panelText(&x.Entry)
	w.familyStatus(&x.Status)
	w.timePtr("effectiveTime", "when", &x.When)
	w.relativeOut(&x)
	w.participants(&x.Participants)
	for k := range x.Conditions {
		c := x.Conditions[k]
		w.In("conditions", k)
		w.familyConditionOut(&c, k)
		w.rest(&c)
		w.Leave()
	}
	x.Conditions = nil
	w.comments(&x.Notes, "component")
	w.markings(&x.Labels, "component")
	w.notesOn(&x.Entry, "component")
	w.end()
	w.rest(&x)
	return true
}

func (w *writer) familyStatus(s *record.Status) {
	w.observationStatus(s, true)
}

// relativeOut writes who the relative is.
func (w *writer) relativeOut(x *record.FamilyMember) {
	w.el("subject")
	w.el("relatedSubject")
	w.at("classCode", "PRS")
	if x.Relationship.IsZero() {
		w.require("code", "relationship", "NI")
	}
	w.concept("code", "relationship", &x.Relationship)
	if len(x.RelatedID) > 0 || x.Name != "" || !x.Sex.IsZero() || !x.BirthTime.At.IsZero() || x.Deceased != nil || x.DeceasedWhen != nil && x.DeceasedWhen.Time != nil {
		w.el("subject")
		w.identifiers("sdtc:id", "relatedIdentifiers", &x.RelatedID)
		w.words("name", take(&x.Name))
		if x.Sex.IsZero() {
			w.require("administrativeGenderCode", "sex", "UNK")
		}
		if c := x.Sex.Codings; w.strict && len(c) > 0 && c[0].System == "http://hl7.org/fhir/administrative-gender" && !slices.ContainsFunc(c, isAdministrativeSex) {
			// HL7 v3's own code is the one that the templates know (ConceptMap FC-AdministrativeGender).
			if v3, ok := codes.AdministrativeGender().From(c[0].Code); ok {
				w.Note(&altered, "sex")
				x.Sex.Codings = slices.Insert(slices.Clone(c), 0, record.Coding{System: record.SystemAdministrativeSex, Code: v3})
			}
		}
		w.concept("administrativeGenderCode", "sex", &x.Sex)
		w.time("birthTime", "birthTime.at", &x.BirthTime.At)
		w.flagEl("sdtc:deceasedInd", &x.Deceased)
		if d := x.DeceasedWhen; d != nil && d.Time != nil {
			t := *d.Time
			w.time("sdtc:deceasedTime", "deceasedWhen.time", &t)
			v := *d
			v.Time = nil
			if x.DeceasedWhen = &v; v.IsZero() {
				x.DeceasedWhen = nil
			}
		}
		w.end()
	}
	w.end()
	w.end()
}

// familyConditionOut writes a Family History Observation. Negated, its value is what the relative does not have.
func (w *writer) familyConditionOut(c *record.FamilyCondition, i int) {
	say := familySense(c)
	w.el("component")
	w.slot("conditions", i)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	if !say.okay {
		// It can only be said that nothing is said of it.
		w.at("nullFlavor", "UNK")
	}
	if say.ind {
		w.at("negationInd", "true")
	}
	if say.okay {
		c.Assertion = record.Affirmed
	}
	w.template(templatesFamilyObservation[0])
	if len(c.Identifiers) == 0 && w.strict {
		w.leaf("id", "root", w.derive("family", w.Path("")))
	}
	w.identifiers("id", "identifiers", &c.Identifiers)
	var kind record.Concept
	if c.Kind != nil {
		kind = *c.Kind
		c.Kind = nil
	}
	w.problemKind("kind", &kind, true)
	w.linkPart(&c.Narrative)
	w.observationStatus(&c.Status, true)
	if o := c.Onset; o != nil && c.When.IsZero() && o.Time != nil {
		c.When.At = *o.Time
		v := *o
		v.Time = nil
		if c.Onset = &v; v.IsZero() {
			c.Onset = nil
		}
	}
	w.period("effectiveTime", "when", &c.When)
	if say.drop {
		w.Drop("code", &c.Code, &withheld)
		c.Code = record.Concept{}
	}
	if c.Code.IsZero() && w.strict {
		w.Note(&issueRequired, "code")
		w.nullValue("CD")
	}
	w.codedValue("value", "code", &c.Code)
	if o := c.Onset; o != nil && c.OnsetAge == nil && o.Quantity != nil {
		q := *o.Quantity
		c.OnsetAge = &q
		v := *o
		v.Quantity = nil
		if c.Onset = &v; v.IsZero() {
			c.Onset = nil
		}
	}
	w.onsetAge(&c.OnsetAge)
	w.familyDeath(c)
	w.comments(&c.Notes, "entryRelationship")
	w.end()
	w.end()
}

// familySense decides how a condition of a relative is negated.
func familySense(c *record.FamilyCondition) negation {
	if c.Assertion == "" || c.Assertion == record.Affirmed {
		return negation{okay: true}
	}
	if c.Assertion == record.NotKnown {
		return negation{}
	}
	e := record.Entry{Assertion: c.Assertion}
	return negationOf(&e, &c.Code, "", &problemExtents, false, false)
}

// familyDeath writes that the condition was what the relative died of (C-CDA R2.1 Family History Death Observation).
func (w *writer) familyDeath(c *record.FamilyCondition) {
	fatal := c.Fatal != nil && *c.Fatal
	if c.CauseOfDeath == nil && !fatal {
		return
	}
	var value record.Concept
	if c.CauseOfDeath != nil {
		value = *c.CauseOfDeath
	} else {
		value.Codings = []record.Coding{{System: record.SystemSNOMED, Code: snomedDead, Display: "Dead"}}
	}
	if w.strict && (len(value.Codings) == 0 || value.Codings[0].Code != snomedDead) {
		w.Drop("causeOfDeath", &value, &withheld) // the template fixes the value (CONF:81-15142)
		if !fatal {
			c.CauseOfDeath = nil
			return
		}
		w.Note(&fixed, "causeOfDeath")
		value = record.Concept{Codings: []record.Coding{{System: record.SystemSNOMED, Code: snomedDead, Display: "Dead"}}}
	}
	w.relate("CAUS", false, "causeOfDeath", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.questionHead(&familyDeath)
	w.wordsBeside("causeOfDeath", &value)
	w.completed()
	w.codedValue("value", "causeOfDeath", &value)
	w.end()
	w.end()
	c.CauseOfDeath = nil
	if c.Fatal == nil {
		w.Note(&fixed, "fatal")
	} else if fatal {
		c.Fatal = nil
	}
}

// tellRelative tells of a relative in the narrative; what is denied reads so.
func (w *writer) tellRelative(x *record.FamilyMember) {
	w.tell("Relative", wordsOf(&x.Relationship))
	w.tell("Relative", x.Name)
	if x.Assertion == record.NotKnown {
		w.tell("Condition", "Not known")
	}
	for i := range x.Conditions {
		c := &x.Conditions[i]
		words := wordsOf(&c.Code)
		switch c.Assertion {
		case record.Negated:
			words = "Does not have: " + words
		case record.NoneKnown:
			words = "No known problems"
		case record.NotKnown:
			words = "Not known: " + words
		}
		if c.OnsetAge != nil {
			words += ", at " + quantityWords(c.OnsetAge)
		}
		if c.Fatal != nil && *c.Fatal {
			words += ", died of it"
		}
		w.tell("Condition", words)
	}
	if x.Deceased != nil && *x.Deceased {
		w.tell("Relative", "deceased")
	}
}

func isAdministrativeSex(c record.Coding) bool { return c.System == record.SystemAdministrativeSex }
