package fhir

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// The National Provider Identifier by FHIR's URI, and as C-CDA names it.
const (
	systemNPI = record.SystemNPI
	oidNPI    = "urn:oid:2.16.840.1.113883.4.6"
)

// practitioner writes Practitioner (US Core Practitioner; C-CDA on FHIR, CF-participations).
func (w *writer) practitioner(i int, p *record.Practitioner) {
	w.resource("practitioners", i, &p.Entry, kindPractitioner, profileBase+"practitioner")
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
	w.beginRole(id, slices.ContainsFunc(r.Telecoms, isReachable) && !slices.ContainsFunc(r.Telecoms, hasNoMeans))
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
	w.contactPoints(r.Telecoms)
	if len(r.Addresses) > 0 {
		w.fieldAny("addresses", r.Addresses)
	}
	w.endResource()
}

// beginRole begins a PractitionerRole, which claims its profile where it fits: US Core demands a way to reach who has it (pd-1).
func (w *writer) beginRole(id string, fits bool) {
	if fits {
		w.begin(kindPractitionerRole, id, []string{profileBase + "practitionerrole"}, nil, nil)
		return
	}
	w.begin(kindPractitionerRole, id, nil, nil, nil)
	w.Note(&record.IssueProfileNotClaimed, "telecoms")
}

// isReachable reports whether a ContactPoint says by what means and where.
func isReachable(t record.Telecom) bool { return t.Value != "" && t.System != "" }

// reach gives how each practitioner is reached, by the id of the resource.
func (w *writer) reach() map[string][]record.Telecom {
	if w.reached == nil {
		w.reached = make(map[string][]record.Telecom, len(w.rec.Practitioners))
		for i := range w.rec.Practitioners {
			p := &w.rec.Practitioners[i]
			w.reached[w.entryID(&p.Entry)] = p.Telecoms
		}
	}
	return w.reached
}

// writeRoles writes the PractitionerRoles that participations made. C-CDA has a
// person's telecom in the role that they act in: the PractitionerRole has it too.
func (w *writer) writeRoles() {
	for i := range w.roles {
		w.In("practitionerRole", -1)
		ts := w.reach()[w.roles[i].who]
		w.beginRole(w.roles[i].id, w.roles[i].fits)
		w.key("")
		w.put(w.roles[i].body)
		w.arr("telecom")
		for j := range ts {
			if isReachable(ts[j]) {
				w.telecom("", &ts[j])
			}
		}
		w.endArr()
		w.endResource()
	}
}

// isNPI reports whether v is a National Provider Identifier: ten digits with the
// check digit of ISO/IEC 7812 (us-core-16, us-core-17).
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
