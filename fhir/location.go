package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

var locationStatus = codes.NewTable(
	codes.Both("active", record.StatusActive),
	codes.Both("suspended", record.StatusOnHold),
	codes.Both("inactive", record.StatusInactive),
)

// location writes Location (US Core Location). FHIR has one address: the others
// stand in the record extension.
func (w *writer) location(i int, l *record.Location) {
	w.resource("locations", i, &l.Entry, kindLocation, profileBase+"location")
	w.common(&l.Entry, hasIdentifiers|hasStatus)
	w.optionalStatus("status", &l.Status, &locationStatus)
	if name := firstOf(l.Names); clean(name) {
		w.str("name", name)
		w.fieldStrs("names", l.Names[1:])
	} else {
		w.required("name", "", "names")
		w.fieldStrs("names", l.Names)
	}
	w.strs("alias", l.Aliases)
	w.str("description", l.Description)
	w.concepts("type", l.Types)
	w.contactPoints(l.Telecoms)
	if len(l.Addresses) > 0 {
		w.address("address", &l.Addresses[0])
		for j := range l.Addresses[1:] {
			w.fieldKnown("addresses", &l.Addresses[j+1])
		}
	}
	w.concept("physicalType", l.Physical)
	if p := l.Position; p != nil {
		if isNumber(p.Longitude) && isNumber(p.Latitude) {
			w.obj("position")
			w.raw("longitude", p.Longitude)
			w.raw("latitude", p.Latitude)
			w.num("altitude", p.Altitude)
			w.end()
		} else {
			w.fieldAny("position", p)
		}
	}
	w.referenceField("managingOrganization", "managingOrganization", l.Managing, only(kindOrganization))
	w.referenceIn("partOf", l.PartOf, only(kindLocation))
	w.fieldStr("pointOfCare", l.PointOfCare)
	w.fieldStr("room", l.Room)
	w.fieldStr("bed", l.Bed)
	w.fieldStr("building", l.Building)
	w.fieldStr("floor", l.Floor)
	w.str("availabilityExceptions", l.Hours)
	w.endResource()
}
