package fhir

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// requiredIdentifiers writes identifiers where US Core demands one with system
// and value: what is missing goes out as absent.
func (w *writer) requiredIdentifiers(is []record.Identifier) {
	if !slices.ContainsFunc(is, func(i record.Identifier) bool { return i.Value != "" || i.System != "" }) {
		w.arr("identifier")
		w.obj("")
		w.absentPrimitive("system", notStated)
		w.absentPrimitive("value", notStated)
		w.end()
		w.endArr()
		w.Note(&record.IssueDataAbsent, "identifiers")
		for i := range is {
			w.fieldKnown("identifiers", &is[i])
		}
		return
	}
	w.needSystem = true
	w.identifiers("identifier", is)
	w.needSystem = false
}

// requiredNames writes names where US Core demands one, for practitioners one with a family name.
func (w *writer) requiredNames(ns []record.Name, family bool) {
	w.arr("name")
	for i := range ns {
		w.needFamily = family
		w.humanName("", &ns[i])
		w.needFamily = false
	}
	if w.isEmpty() {
		w.obj("")
		if family {
			w.absentPrimitive("family", notStated)
		} else {
			w.absent(notStated)
		}
		w.end()
		w.Note(&record.IssueDataAbsent, "names")
	}
	w.endArr()
}

// requiredGender writes gender where US Core demands it: FHIR's own code unknown where the source has none.
func (w *writer) requiredGender(c *record.Concept) {
	mark := len(w.b)
	w.gender("administrativeSex", c)
	if len(w.b) == mark {
		w.code("gender", "unknown")
		w.absentPrimitive("gender", notStated)
		w.Note(&record.IssueDataAbsent, "administrativeSex")
	}
}

// contactPoints writes telecom; what has no value (a CDA telecom with a
// nullFlavor) says nothing to whoever wants to reach somebody, and stands in the record extension.
func (w *writer) contactPoints(ts []record.Telecom) { w.contactPointsAs("telecom", "telecoms", ts) }

// contactPointsAs is contactPoints for an element of another name.
func (w *writer) contactPointsAs(name, field string, ts []record.Telecom) {
	w.arr(name)
	for i := range ts {
		if ts[i].Value != "" {
			w.telecom("", &ts[i])
		}
	}
	w.endArr()
	for i := range ts {
		if ts[i].Value == "" {
			w.fieldKnown(field, &ts[i])
		}
	}
}

// isContact reports whether a related person stands within the patient as a
// contact too: where the source had them there, and a guardian (CF-patient).
func isContact(r *record.RelatedPerson) bool {
	return r.Contact != nil && *r.Contact || slices.Contains(r.Class, "GUARD")
}

// contacts writes Patient.contact: what FHIR has of a related person there, and
// which RelatedPerson says all.
func (w *writer) contacts() {
	w.arr("contact")
	for i := range w.rec.RelatedPersons {
		r := &w.rec.RelatedPersons[i]
		if !isContact(r) {
			continue
		}
		w.obj("")
		w.arr("relationship")
		if slices.Contains(r.Class, "GUARD") {
			w.obj("")
			w.arr("coding")
			w.obj("")
			w.code("system", record.SystemRoleCode)
			w.code("code", "GUARD")
			w.end()
			w.endArr()
			w.end()
		}
		for j := range r.Relationships {
			w.concept("", &r.Relationships[j])
		}
		w.endArr()
		if len(r.Names) > 0 {
			w.humanName("name", &r.Names[0])
		}
		w.contactPoints(r.Telecoms)
		if len(r.Addresses) > 0 {
			w.address("address", &r.Addresses[0])
		}
		w.referenceTo("organization", r.Organization, only(kindOrganization))
		if w.isEmpty() || len(r.Names)+len(r.Telecoms)+len(r.Addresses) == 0 && r.Organization == nil {
			w.obj("name") // pat-1: a contact has at least a name or a way to reach them
			w.absent(notStated)
			w.end()
		}
		w.field("relatedPerson")
		w.obj("valueReference")
		w.urn(w.entryID(&r.Entry))
		w.end()
		w.endField()
		w.end()
	}
	w.endArr()
}

// relatedPerson writes RelatedPerson (US Core RelatedPerson).
func (w *writer) relatedPerson(i int, r *record.RelatedPerson) {
	w.resource("relatedPersons", i, &r.Entry, kindRelatedPerson, profileBase+"relatedperson")
	w.common(&r.Entry, hasIdentifiers)
	if r.Active != nil {
		w.bool("active", r.Active)
	} else {
		w.required("active", "", "active")
	}
	w.subject("patient")
	if len(r.Relationships) > 0 || len(r.Names) > 0 {
		w.concepts("relationship", r.Relationships)
	} else {
		w.arr("relationship") // us-core-14
		w.requiredObject("", "relationships")
		w.endArr()
	}
	w.humanNames("name", r.Names)
	w.contactPoints(r.Telecoms)
	w.gender("sex", &r.Sex)
	w.date("birthDate", r.BirthTime)
	w.addresses("address", r.Addresses)
	w.attachments("photo", r.Photos)
	w.period("period", r.Period)
	w.languages("communication", r.Languages)
	w.fieldStrs("class", r.Class)
	w.fieldRef("organization", r.Organization)
	w.fieldBool("contact", r.Contact)
	w.endResource()
}
