package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// deviceUseStatement reads a DeviceUseStatement (R4 8.12) into the device that it is of. One whose device is not here is
// carried, and so is one with security labels of its own, which a part of a device has not.
func (r *reader) deviceUseStatement(n tree.Node) bool {
	dev := object(n, "device")
	i, ok := r.plan.target(peek(dev, "reference"), r.at)
	if !ok || r.plan.all[i].typ != "Device" || !r.plan.all[i].in(r.group) || n.Child("meta").Child("security").OK() || !r.subject(n, "subject") {
		return false
	}
	owner := r.deviceOf(r.plan.all[i].entryID)
	if owner == nil {
		return false
	}
	r.take(dev.Child("reference"))
	u := record.DeviceUse{ID: r.plan.all[r.at].entryID, Identifiers: r.identifiers(n, "identifier"), Status: r.status(n, &deviceUseStatus),
		Recorded: r.timePtr(n, "recordedOn"), BasedOn: r.refs(n, "basedOn"), DerivedFrom: r.refs(n, "derivedFrom"), Notes: r.notes(n, "note")}
	if t := object(n, "timingTiming"); t.OK() {
		u.Timings = []record.Timing{r.timing(t)}
	}
	u.When = r.when(n, choice{dateTime: "timingDateTime", period: "timingPeriod"}, "when")
	if s := object(n, "source"); s.OK() {
		u.Participants = []record.Participation{r.participation(s, "informant")}
	}
	u.Indications = r.indications(n, "indications")
	if s := object(n, "bodySite"); s.OK() {
		u.Sites = []record.BodySite{r.bodySite(s)}
	}
	addFields(r, n, &u)
	owner.Uses = append(owner.Uses, u)
	r.made = append(r.made, u.ID, owner.ID)
	return true
}

func (r *reader) deviceOf(id string) *record.Device {
	for i := range r.rec.Devices {
		if r.rec.Devices[i].ID == id {
			return &r.rec.Devices[i]
		}
	}
	return nil
}
