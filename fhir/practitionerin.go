package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// relatedPerson reads a RelatedPerson (R4 8.3).
func (r *reader) relatedPerson(n tree.Node) bool {
	if !r.subject(n, "patient") {
		return false
	}
	v := record.RelatedPerson{Entry: r.entry(n)}
	v.Identifiers = r.identifiers(n, "identifier")
	v.Active = r.boolean(n, "active")
	v.Relationships = r.concepts(n, "relationship")
	v.Names = all(n, "name", r.humanName)
	v.Telecoms = all(n, "telecom", r.telecom)
	v.Sex = r.gender(n, "sex")
	v.BirthTime = r.time(n, "birthDate")
	v.Addresses = all(n, "address", r.address)
	v.Photos = all(n, "photo", r.attachment)
	v.Period = maybe(n, "period", r.period)
	v.Languages = all(n, "communication", r.language)
	add(r, &r.rec.RelatedPersons, n, &v)
	return true
}

// practitioner reads a Practitioner (R4 8.4).
func (r *reader) practitioner(n tree.Node) bool {
	v := record.Practitioner{Entry: r.entry(n)}
	v.Identifiers = r.identifiers(n, "identifier")
	v.Active = r.boolean(n, "active")
	v.Names = all(n, "name", r.humanName)
	v.Telecoms = all(n, "telecom", r.telecom)
	v.Addresses = all(n, "address", r.address)
	v.Sex = r.gender(n, "sex")
	v.BirthTime = r.time(n, "birthDate")
	v.Photos = all(n, "photo", r.attachment)
	v.Qualifications = all(n, "qualification", func(q tree.Node) record.Qualification {
		return record.Qualification{
			Identifiers: r.identifiers(q, "identifier"), Code: one(q, "code", r.concept), Period: maybe(q, "period", r.period), Issuer: r.refPtr(q, "issuer"),
		}
	})
	v.Languages = all(n, "communication", func(c tree.Node) record.Language {
		l := record.Language{Code: r.concept(c)}
		addFields(r, c, &l)
		return l
	})
	add(r, &r.rec.Practitioners, n, &v)
	return true
}

// practitionerRole reads a PractitionerRole (R4 8.5) into the practitioner whose
// role it is. One whose practitioner is not here is carried.
func (r *reader) practitionerRole(n tree.Node) bool {
	who := object(n, "practitioner")
	i, ok := r.plan.target(peek(who, "reference"), r.at)
	if !ok || r.plan.all[i].typ != "Practitioner" || !r.plan.all[i].in(r.group) {
		return false
	}
	if owners := r.parts[r.at]; isOfParticipation(n) && len(owners) > 0 {
		x := &r.plan.all[r.at]
		r.made = append(append(r.made, x.entryID), owners...)
		return true
	}
	owner := r.practitionerOf(r.plan.all[i].entryID)
	if owner == nil {
		return false
	}
	r.take(who.Child("reference"))
	if owner.Roles == nil {
		owner.Roles = []record.PractitionerRole{}
	}
	v := record.PractitionerRole{
		ID: r.plan.all[r.at].entryID, Identifiers: r.identifiers(n, "identifier"), Organization: r.refPtr(n, "organization"),
		Codes: r.concepts(n, "code"), Specialties: r.concepts(n, "specialty"), Locations: r.refs(n, "location"), Telecoms: all(n, "telecom", r.telecom),
		Period: maybe(n, "period", r.period), Active: r.boolean(n, "active"),
	}
	addFields(r, n, &v)
	owner.Roles = append(owner.Roles, v)
	r.made = append(r.made, v.ID, owner.ID)
	return true
}

func (r *reader) practitionerOf(id string) *record.Practitioner {
	for i := range r.rec.Practitioners {
		if r.rec.Practitioners[i].ID == id {
			return &r.rec.Practitioners[i]
		}
	}
	return nil
}

// organization reads an Organization (R4 8.6).
func (r *reader) organization(n tree.Node) bool {
	v := record.Organization{Entry: r.entry(n)}
	v.Identifiers = r.identifiers(n, "identifier")
	v.Active = r.boolean(n, "active")
	v.Types = r.concepts(n, "type")
	if name := r.str(n, "name"); name != "" {
		v.Names = []string{name}
	}
	v.Aliases = r.strs(n, "alias")
	v.Telecoms = all(n, "telecom", r.telecom)
	v.Addresses = all(n, "address", r.address)
	v.PartOf = r.refPtr(n, "partOf")
	v.Contacts = all(n, "contact", func(c tree.Node) record.OrganizationContact {
		return record.OrganizationContact{
			Purpose: r.conceptPtr(c, "purpose"), Name: maybe(c, "name", r.humanName), Telecoms: all(c, "telecom", r.telecom), Address: maybe(c, "address", r.address),
		}
	})
	add(r, &r.rec.Organizations, n, &v)
	return true
}

// location reads a Location (R4 8.8).
func (r *reader) location(n tree.Node) bool {
	v := record.Location{Entry: r.entry(n)}
	v.Identifiers = r.identifiers(n, "identifier")
	v.Status = r.status(n, &locationStatus)
	if name := r.str(n, "name"); name != "" {
		v.Names = []string{name}
	}
	v.Aliases = r.strs(n, "alias")
	v.Description = r.str(n, "description")
	v.Types = r.concepts(n, "type")
	v.Telecoms = all(n, "telecom", r.telecom)
	if a := object(n, "address"); a.OK() {
		v.Addresses = []record.Address{r.address(a)}
	}
	v.Physical = r.conceptPtr(n, "physicalType")
	if p := object(n, "position"); p.OK() {
		v.Position = &record.Position{Longitude: r.number(p, "longitude"), Latitude: r.number(p, "latitude"), Altitude: r.number(p, "altitude")}
	}
	v.Managing = r.refPtr(n, "managingOrganization")
	v.PartOf = r.refPtr(n, "partOf")
	v.Hours = r.str(n, "availabilityExceptions")
	add(r, &r.rec.Locations, n, &v)
	return true
}
