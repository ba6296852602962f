package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// patient reads a Patient.
func (r *reader) patient(n tree.Node) bool {
	if r.rec.Patient != nil {
		return false
	}
	p := &record.Patient{Entry: r.entry(n)}
	p.Identifiers = r.identifiers(n, "identifier")
	p.Active = r.boolean(n, "active")
	p.Names = all(n, "name", r.humanName)
	p.Telecoms = all(n, "telecom", r.telecom)
	p.AdministrativeSex = r.gender(n, "administrativeSex")
	p.BirthTime = r.time(n, "birthDate")
	p.Addresses = all(n, "address", r.address)
	p.MaritalStatus = one(n, "maritalStatus", r.concept)
	r.rec.Patient = p
	r.fields(n, p)
	return true
}
