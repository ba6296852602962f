package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// device reads a Device (R4 8.10). One that names the patient is the patient's.
func (r *reader) device(n tree.Node) bool {
	if !r.subject(n, "patient") {
		return false
	}
	d := record.Device{Entry: r.entry(n)}
	d.Identifiers = r.identifiers(n, "identifier")
	d.Notes = r.notes(n, "note")
	for i, u := range objects(n, "udiCarrier") {
		if i == 0 {
			d.UDI = r.udi(u)
		}
	}
	d.Status = r.status(n, &deviceStatus)
	d.StatusReasons = r.concepts(n, "statusReason")
	d.Distinct, d.Manufacturer = r.str(n, "distinctIdentifier"), r.str(n, "manufacturer")
	d.Manufactured, d.Expires = r.timePtr(n, "manufactureDate"), r.timePtr(n, "expirationDate")
	d.Lot, d.Serial, d.Model, d.PartNumber = r.str(n, "lotNumber"), r.str(n, "serialNumber"), r.str(n, "modelNumber"), r.str(n, "partNumber")
	d.Names = all(n, "deviceName", func(x tree.Node) record.DeviceName {
		v := record.DeviceName{Name: r.str(x, "name"), Type: r.str(x, "type")}
		addFields(r, x, &v)
		return v
	})
	if t := object(n, "type"); t.OK() {
		d.Types = nonZero([]record.Concept{r.concept(t)})
	}
	d.Versions = all(n, "version", func(x tree.Node) record.DeviceVersion {
		v := record.DeviceVersion{Type: r.conceptPtr(x, "type"), Value: r.str(x, "value")}
		addFields(r, x, &v)
		return v
	})
	d.Use = r.deviceUse(n)
	d.Organization = r.refPtr(n, "owner")
	d.Contacts = all(n, "contact", r.telecom)
	d.Location = r.refPtr(n, "location")
	d.URL = r.str(n, "url")
	d.Parameters = all(n, "property", func(x tree.Node) record.DeviceParameter {
		return record.DeviceParameter{Type: nonZeroConcept(r.conceptPtr(x, "type")), Quantities: all(x, "valueQuantity", r.quantity), Codes: r.concepts(x, "valueCode")}
	})
	d.Parent = r.refPtr(n, "parent")
	add(r, &r.rec.Devices, n, &d)
	return true
}

// deviceUse says whose a device is. Our exporter says beside a patient that it is not known, or that it is nobody's.
func (r *reader) deviceUse(n tree.Node) string {
	p := object(n, "patient")
	nobodys := false
	if e := extension(p, extDataAbsent); e.OK() && peek(e, "valueCode") == "not-applicable" {
		r.scaffold(r.known(e).Child("valueCode"))
		nobodys = true
	}
	if e := r.field(n, "use"); e.OK() {
		if peek(e, "valueString") == deviceUseUnknown {
			r.take(e.Child("valueString"))
			return ""
		}
		return r.str(e, "valueString")
	}
	if !nobodys && peek(p, "reference") != "" {
		return "patient"
	}
	return ""
}

// udi reads udiCarrier. The device identifier that our exporter took from the carrier is no fact of its own.
func (r *reader) udi(n tree.Node) *record.UDI {
	u := &record.UDI{Carrier: r.str(n, "carrierHRF"), CarrierAIDC: r.str(n, "carrierAIDC"), EntryType: r.str(n, "entryType")}
	if r.marked(n, "fromCarrier") && peek(n, "deviceIdentifier") == gs1Device(u.Carrier) {
		r.scaffold(n.Child("deviceIdentifier"))
	} else {
		u.DeviceID = r.str(n, "deviceIdentifier")
	}
	if e := r.field(n, "issuer"); e.OK() && issuerURI(peek(e, "valueString")) == peek(n, "issuer") {
		r.scaffold(n.Child("issuer"))
	} else {
		u.Issuer = r.str(n, "issuer")
	}
	u.Jurisdiction = r.str(n, "jurisdiction")
	if n.Child("extension").OK() {
		r.fields(n, u)
		u.Absent = r.absentOf(n)
	}
	return u
}
