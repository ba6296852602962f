package fhir

import (
	"reflect"
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// deviceUseStatement reads a DeviceUseStatement (R4 8.12) into the device that it is of. One whose device is not here is
// carried, and so is one with a security label that its device has not: a part has none of its own.
func (r *reader) deviceUseStatement(n tree.Node) bool {
	dev := object(n, "device")
	i, ok := r.plan.target(peek(dev, "reference"), r.at)
	if !ok || r.plan.all[i].typ != "Device" || !r.plan.all[i].in(r.group) || !r.subject(n, "subject") {
		return false
	}
	owner := r.deviceOf(r.plan.all[i].entryID)
	if owner == nil || !r.labelledAs(n, owner.Labels) {
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

// labelledAs reports whether all security labels of a resource are among those, which then hold for it too.
func (r *reader) labelledAs(n tree.Node, of []record.Label) bool {
	meta := n.Child("meta")
	if !meta.Child("security").OK() {
		return true
	}
	for _, l := range r.labels(meta, "security") {
		if !slices.ContainsFunc(of, func(x record.Label) bool { return reflect.DeepEqual(x, l) }) {
			return false
		}
	}
	for _, c := range objects(meta, "security") {
		if peek(c, "code") == "" {
			return false // what it marks nobody can tell
		}
	}
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
