package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// deviceExtents are the codes that name devices as a whole (SNOMED CT): device, implant.
var deviceExtents = extents{all: []string{"49062001", "40388003", "260787004"}}

// saysNoDevices recognises the statement that no implanted device is known: no
// procedure at all, of devices as a whole (HL7's example of no implanted devices).
func (r *reader) saysNoDevices(n tree.Node) bool {
	if n.Name() != "procedure" || !isTrue(n.Attr("negationInd").Value()) || n.Attr("nullFlavor").OK() {
		return false
	}
	if x := r.extentOf(n.Child("code"), &procedureExtents); x != extentAll && x != extentNothing {
		return false
	}
	part := n.Child("participant")
	role := part.Child("participantRole")
	x := r.extentOf(role.Child("playingDevice").Child("code"), &deviceExtents)
	return part.Attr("typeCode").Value() == "DEV" && !part.NextNamed().OK() && (r.has(role, templateProductInstance) || role.Attr("classCode").Value() == "MANU") &&
		(x == extentAll || x == extentNothing) && !r.hasReasonNotDone(n)
}

// noDevices reads that no implanted device is known.
func (r *reader) noDevices(n tree.Node) record.Ref {
	d := record.Device{Entry: r.entry(kindDevice, n)}
	r.negation(n)
	d.Assertion = record.NoneKnown
	d.Status = r.status(n)
	r.templates(n, templatesProcedure...)
	r.shape(n, "PROC", "EVN")
	r.fixes(n.Child("code"), oidSNOMED, procedureExtents.all[0], "Procedure")
	d.Used = r.period(n.Child("effectiveTime"))
	part := n.Child("participant")
	r.fixed(part, "typeCode", "DEV")
	role := part.Child("participantRole")
	r.templates(role, templateProductInstance)
	r.fixed(role, "classCode", "MANU")
	if c := r.conceptPtr(role.Child("playingDevice").Child("code")); c != nil {
		d.Types = []record.Concept{*c}
	}
	r.rec.Devices = append(r.rec.Devices, d)
	return record.Ref{ID: d.ID, Kind: kindDevice}
}
