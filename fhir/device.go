package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

var deviceStatus = codes.NewTable(
	codes.Both("active", record.StatusActive),
	codes.Both("inactive", record.StatusInactive),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("unknown", record.StatusUnknown),
)

// deviceNames are FHIR's kinds of device names (R4 value set device-nametype, required).
var deviceNames = []string{"udi-label-name", "user-friendly-name", "patient-reported-name", "manufacturer-name", "model-name", "other"}

// udiEntries are FHIR's ways of reading a UDI (R4 value set udi-entry-type, required).
var udiEntries = []string{"barcode", "rfid", "manual", "card", "self-reported", "unknown"}

// deviceKind says what a device becomes: a Basic where the patient does not have it, or that is not known.
func deviceKind(d *record.Device) kind {
	if d.Assertion != record.Affirmed {
		return kindBasic
	}
	return kindDevice
}

// device writes Device (US Core Implantable Device for those that are). One
// that is only wanted is nobody's: to name the patient would say that it is there.
func (w *writer) device(i int, d *record.Device) {
	if deviceKind(d) == kindBasic {
		w.unstated("devices", i, &d.Entry, d)
		return
	}
	profile := ""
	if w.named() && w.isImplant(d) {
		profile = profileBase + "implantable-device"
	}
	w.resource("devices", i, &d.Entry, kindDevice, profile)
	w.common(&d.Entry, hasIdentifiers|hasNotes|hasStatus)
	w.udi(d.UDI)
	w.optionalStatus("status", &d.Status, &deviceStatus)
	w.concepts("statusReason", d.StatusReasons)
	w.str("distinctIdentifier", d.Distinct)
	w.str("manufacturer", d.Manufacturer)
	if d.Manufactured != nil {
		w.dateTime("manufactureDate", *d.Manufactured)
	}
	if d.Expires != nil {
		w.dateTime("expirationDate", *d.Expires)
	}
	w.str("lotNumber", d.Lot)
	w.str("serialNumber", d.Serial)
	w.deviceNames(d.Names)
	w.str("modelNumber", d.Model)
	w.str("partNumber", d.PartNumber)
	if len(d.Types) > 0 {
		w.oneConcept("type", "types", d.Types)
	} else {
		w.requiredObject("type", "types")
	}
	w.arr("version")
	for j := range d.Versions {
		v := &d.Versions[j]
		w.obj("")
		w.concept("type", v.Type)
		if clean(v.Value) {
			w.str("value", v.Value)
		} else {
			w.required("value", "", "versions")
			w.fieldStr("value", v.Value)
		}
		w.end()
	}
	w.endArr()
	if d.Use == "author" || d.Mode != record.ModeEvent {
		// A device that made a document, or is only wanted, is nobody's.
		w.obj("patient")
		w.absent(record.AbsentNotApplicable)
		w.end()
	} else {
		w.subject("patient")
	}
	w.deviceUse(d)
	w.referenceField("owner", "owner", d.Organization, only(kindOrganization))
	w.contactPointsAs("contact", "contacts", d.Contacts)
	w.referenceIn("location", d.Location, only(kindLocation))
	w.uri("url", d.URL)
	w.arr("property")
	for j := range d.Parameters {
		p := &d.Parameters[j]
		w.obj("")
		w.requiredConcept("type", p.Type, "parameters")
		w.arr("valueQuantity")
		for k := range p.Quantities {
			w.quantity("", &p.Quantities[k])
		}
		w.endArr()
		w.concepts("valueCode", p.Codes)
		w.end()
	}
	w.endArr()
	w.referenceIn("parent", d.Parent, only(kindDevice))
	w.deviceRest(d)
	w.usesHere(d)
	w.endResource()
	w.In("devices", i)
	for j := range d.Uses {
		if w.isOwnUse(d, &d.Uses[j]) {
			w.deviceUseStatement(d, j)
		}
	}
	w.Leave()
}

// deviceUseUnknown is what stands beside the patient of a device where the record does not know whose it is.
const deviceUseUnknown = "unknown"

// deviceUse says whose a device is, where that it has a patient does not say it.
func (w *writer) deviceUse(d *record.Device) {
	switch {
	case d.Mode != record.ModeEvent || !w.named() || d.Use != "patient" && d.Use != "":
		w.fieldStr("use", d.Use)
	case d.Use == "":
		w.fieldStr("use", deviceUseUnknown)
	}
}

// isImplant reports whether a device is one that US Core's profile is for: it has
// a UDI, a status as an implant, or a procedure put it there.
func (w *writer) isImplant(d *record.Device) bool {
	if d.Use == "author" || d.Mode != record.ModeEvent {
		return false
	}
	if u := d.UDI; u != nil && (u.Carrier != "" || u.CarrierAIDC != "" || u.DeviceID != "") || d.ImplantStatus != nil || len(d.Procedures) > 0 {
		return true
	}
	return w.implanted()[d.ID]
}

// implanted gives the ids of the devices that stand in a procedure.
func (w *writer) implanted() map[string]bool {
	if w.implants == nil {
		w.implants = map[string]bool{}
		for i := range w.rec.Procedures {
			for _, ref := range w.rec.Procedures[i].Devices {
				w.implants[ref.ID] = true
			}
		}
	}
	return w.implants
}

// gs1Device gives the device identifier that a UDI of GS1 begins with: (01) and 14 digits.
func gs1Device(carrier string) string {
	rest, ok := strings.CutPrefix(carrier, "(01)")
	if !ok || len(rest) < 14 || len(rest) > 14 && rest[14] != '(' {
		return ""
	}
	for i := range 14 {
		if !isDigit(rest[i]) {
			return ""
		}
	}
	return rest[:14]
}

func (w *writer) udi(u *record.UDI) {
	if u == nil {
		return
	}
	w.arr("udiCarrier")
	w.obj("")
	if clean(u.DeviceID) {
		w.str("deviceIdentifier", u.DeviceID)
	} else if di := gs1Device(u.Carrier); di != "" && u.DeviceID == "" {
		w.str("deviceIdentifier", di)
		w.mark("fromCarrier")
	} else {
		w.required("deviceIdentifier", "", "udi")
		w.fieldStr("deviceIdentifier", u.DeviceID)
	}
	w.uri("issuer", issuerURI(u.Issuer))
	if issuerURI(u.Issuer) != u.Issuer {
		w.fieldStr("issuer", u.Issuer)
	}
	w.uri("jurisdiction", u.Jurisdiction)
	if isBase64(u.CarrierAIDC) {
		w.base64("carrierAIDC", u.CarrierAIDC)
	} else {
		w.fieldStr("carrierAIDC", u.CarrierAIDC)
	}
	w.str("carrierHRF", u.Carrier)
	if slices.Contains(udiEntries, u.EntryType) {
		w.code("entryType", u.EntryType)
	} else {
		w.fieldStr("entryType", u.EntryType)
	}
	w.fieldStr("issuerName", u.IssuerName)
	w.absent(u.Absent)
	w.end()
	w.endArr()
}

// issuerURI writes the OID of an issuing agency as a URI.
func issuerURI(v string) string {
	if codes.IsOID(v) {
		return "urn:oid:" + v
	}
	return v
}

func (w *writer) deviceNames(ns []record.DeviceName) {
	w.arr("deviceName")
	for i := range ns {
		n := &ns[i]
		w.obj("")
		if clean(n.Name) {
			w.str("name", n.Name)
		} else {
			w.required("name", "", "names")
			w.fieldStr("name", n.Name)
		}
		if slices.Contains(deviceNames, n.Type) {
			w.code("type", n.Type)
		} else {
			w.required("type", "", "names")
			w.fieldStr("type", n.Type)
		}
		w.end()
	}
	w.endArr()
}

// deviceRest writes what FHIR's Device has no element for.
func (w *writer) deviceRest(d *record.Device) {
	w.fieldRef("manufacturerRef", d.ManufacturerRef)
	w.fieldStr("software", d.Software)
	if !d.Used.IsZero() {
		w.fieldPeriod("used", &d.Used)
	}
	if len(d.Sites) > 0 {
		w.fieldAny("sites", d.Sites)
	}
	if len(d.Indications) > 0 {
		w.fieldAny("indications", d.Indications)
	}
	w.fieldQuantity("quantity", d.Quantity)
	w.fieldConcept("implantStatus", d.ImplantStatus)
	w.fieldConcept("mriSafety", d.MRISafety)
	w.fieldConcept("latexSafety", d.Latex)
	w.fieldStr("catalogNumber", d.Catalog)
	w.fieldStr("brandName", d.Brand)
	w.fieldStr("companyName", d.Company)
	w.fieldRefs("procedures", d.Procedures)
	if len(d.Addresses) > 0 {
		w.fieldAny("addresses", d.Addresses)
	}
}
