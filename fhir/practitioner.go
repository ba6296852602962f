package fhir

import (
	"github.com/portage-health/portage/record"
)

const systemNPI = record.SystemNPI

// practitioner writes Practitioner (US Core Practitioner; C-CDA on FHIR, CF-participations).
func (w *writer) practitioner(i int, p *record.Practitioner) {
	profile := profileBase + "practitioner"
	fits := npisFit(p.Identifiers)
	if !fits {
		profile = ""
	}
	w.resource("practitioners", i, &p.Entry, kindPractitioner, profile)
	if !fits {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	w.common(&p.Entry, ownIdentifiers)
	w.requiredIdentifiers(p.Identifiers)
	w.bool("active", p.Active)
	w.requiredNames(p.Names, true)
	w.contactPoints(p.Telecoms)
	w.addresses("address", p.Addresses)
	w.gender("sex", &p.Sex)
	w.date("birthDate", p.BirthTime)
	w.attachments("photo", p.Photos)
	w.arr("qualification")
	for j := range p.Qualifications {
		w.qualification(&p.Qualifications[j])
	}
	w.endArr()
	w.arr("communication")
	for j := range p.Languages {
		l := &p.Languages[j]
		w.obj("")
		w.conceptBody(&l.Code)
		w.fieldConcept("mode", l.Mode)
		w.fieldConcept("proficiency", l.Proficiency)
		w.fieldBool("preferred", l.Preferred)
		w.absent(l.Absent)
		w.end()
	}
	w.endArr()
	w.endResource()
	w.In("practitioners", i)
	for j := range p.Roles {
		w.recordRole(p, j)
	}
	w.Leave()
}

func (w *writer) qualification(q *record.Qualification) {
	w.obj("")
	w.identifiers("identifier", q.Identifiers)
	w.requiredConcept("code", &q.Code, "qualifications")
	w.period("period", q.Period)
	w.referenceIn("issuer", q.Issuer, only(kindOrganization))
	w.end()
}

// recordRole writes a PractitionerRole that the record has as such.
func (w *writer) recordRole(p *record.Practitioner, j int) {
	r := &p.Roles[j]
	w.In("roles", j)
	id := r.ID
	if w.refs[id].of != r {
		id = w.partID(&p.Entry, "roles", j)
	}
	w.begin(kindPractitionerRole, id, []string{profileBase + "practitionerrole"}, nil, nil)
	if id != r.ID {
		w.fieldStr("id", r.ID)
	}
	w.identifiers("identifier", r.Identifiers)
	w.bool("active", r.Active)
	w.period("period", r.Period)
	w.obj("practitioner")
	w.urn(w.entryID(&p.Entry))
	w.end()
	w.referenceIn("organization", r.Organization, only(kindOrganization))
	w.concepts("code", r.Codes)
	w.concepts("specialty", r.Specialties)
	w.references("location", "locations", r.Locations, only(kindLocation))
	w.roleTelecom(r.Telecoms)
	if len(r.Addresses) > 0 {
		w.fieldAny("addresses", r.Addresses)
	}
	w.endResource()
}

// roleTelecom writes how to reach somebody in a role; US Core demands that or an endpoint (pd-1).
func (w *writer) roleTelecom(ts []record.Telecom) {
	w.contactPoints(ts)
	for i := range ts {
		if ts[i].Value != "" {
			return
		}
	}
	w.arr("telecom")
	w.obj("")
	w.absentPrimitive("system", notStated)
	w.absentPrimitive("value", notStated)
	w.end()
	w.endArr()
	w.Note(&record.IssueDataAbsent, "telecoms")
}

// writeRoles writes the PractitionerRoles that participations made.
func (w *writer) writeRoles() {
	for i := range w.roles {
		w.In("practitionerRole", -1)
		w.begin(kindPractitionerRole, w.roles[i].id, []string{profileBase + "practitionerrole"}, nil, nil)
		w.key("")
		w.put(w.roles[i].body)
		w.roleTelecom(nil)
		w.endResource()
	}
}

// npisFit reports whether every National Provider Identifier is one: ten digits
// with the check digit of ISO/IEC 7812 (us-core-16, us-core-17).
func npisFit(is []record.Identifier) bool {
	for i := range is {
		if is[i].System == systemNPI && is[i].Value != "" && !isNPI(is[i].Value) {
			return false
		}
	}
	return true
}

func isNPI(v string) bool {
	if len(v) != 10 {
		return false
	}
	sum := 24 // of the prefix 80840
	for i := range 10 {
		if !isDigit(v[i]) {
			return false
		}
		n := int(v[i] - '0')
		if i%2 == 0 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return sum%10 == 0
}
