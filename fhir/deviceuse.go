package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

var deviceUseStatus = codes.NewTable(
	codes.Both("active", record.StatusActive), codes.Both("completed", record.StatusCompleted), codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("intended", record.StatusPlanned), codes.Both("stopped", record.StatusAborted), codes.Both("on-hold", record.StatusOnHold),
)

var (
	useSources = only(kindPatient, kindPractitioner, kindPractitionerRole, kindRelatedPerson)
	useReasons = orderReasons
)

// isOwnUse reports whether a statement on the use of a device is a DeviceUseStatement. R4 demands a status and has no
// code for one that is not known: such a statement stays with its device, in the record extension.
func (w *writer) isOwnUse(d *record.Device, u *record.DeviceUse) bool {
	return w.named() && d.Mode == record.ModeEvent && hasCodeFor(&deviceUseStatus, &u.Status)
}

// usesHere keeps with the device what no DeviceUseStatement says.
func (w *writer) usesHere(d *record.Device) {
	for j := range d.Uses {
		if !w.isOwnUse(d, &d.Uses[j]) {
			w.fieldAny("uses", d.Uses[j:j+1])
		}
	}
}

// indexUses enters the statements on the use of devices, which are resources of their own.
func (w *writer) indexUses() {
	for i := range w.rec.Devices {
		d := &w.rec.Devices[i]
		for j := range d.Uses {
			u := &d.Uses[j]
			if _, taken := w.refs[u.ID]; !taken && isLowerUUID(u.ID) && deviceKind(d) == kindDevice && w.isOwnUse(d, u) {
				w.refs[u.ID] = target{typ: kindDeviceUseStatement, id: u.ID, use: u}
			}
		}
	}
}

// deviceUseStatement writes a DeviceUseStatement (R4 8.12).
func (w *writer) deviceUseStatement(d *record.Device, j int) {
	u := &d.Uses[j]
	w.In("uses", j)
	id := u.ID
	if w.refs[id].use != u {
		id = w.partID(&d.Entry, "uses", j)
	}
	w.begin(kindDeviceUseStatement, id, nil, nil, w.labelsOf(&d.Entry))
	if id != u.ID {
		w.fieldStr("id", u.ID)
	}
	w.identifiers("identifier", u.Identifiers)
	w.references("basedOn", "basedOn", u.BasedOn, only(kindServiceRequest))
	w.status("status", &u.Status, &deviceUseStatus, "")
	w.fieldConcepts("statusReasons", u.Status.Reasons)
	w.subject("subject")
	w.references("derivedFrom", "derivedFrom", u.DerivedFrom, only(kindServiceRequest, kindProcedure, kindClaim, kindObservation, kindQuestionnaireResponse, kindDocumentReference))
	timings := u.Timings
	if u.When.IsZero() && len(timings) == 1 {
		w.timing("timingTiming", &timings[0])
		timings = nil
	}
	w.when(choice{dateTime: "timingDateTime", period: "timingPeriod"}, "when", &u.When)
	w.fieldAny("timings", timings)
	if u.Recorded != nil {
		w.dateTime("recordedOn", *u.Recorded)
	}
	w.useSource(u.Participants)
	w.obj("device")
	w.urn(w.entryID(&d.Entry))
	w.end()
	w.indications(u.Indications, useReasons)
	w.useSites(u.Sites)
	w.notes("note", u.Notes)
	w.endResource()
}

// useSource writes who said so, where that is all that is said of them; else they stand in the record extension.
func (w *writer) useSource(ps []record.Participation) {
	if len(ps) > 0 && isPlainInformant(&ps[0]) && w.participant("source", &ps[0], useSources) {
		ps = ps[1:]
	}
	for i := range ps {
		w.participantField("participants", &ps[i])
	}
}

// isPlainInformant reports whether a participation says who told, and no more than a reference to them gives back.
func isPlainInformant(p *record.Participation) bool {
	if p.Who == nil || p.Role != "informant" || p.RoleAsSent != "" || p.Class != "" || p.Function != nil || p.Location != nil || p.When != nil || !isPlainPart(p) {
		return false
	}
	return p.Who.AsSent != "" || p.OnBehalfOf == nil && p.Code == nil && len(p.Specialty) == 0
}

// useSites writes bodySite, of which FHIR takes one.
func (w *writer) useSites(sites []record.BodySite) {
	if len(sites) == 0 {
		return
	}
	w.obj("bodySite")
	w.conceptBody(&sites[0].Code)
	w.fieldConcept("laterality", sites[0].Laterality)
	w.end()
	w.fieldAny("sites", sites[1:])
}
