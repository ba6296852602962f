package ccda

import "github.com/portage-health/portage/record"

// deviceEntry writes a device of the patient's that no act names: that there is
// none, or the statement of it alone (see deviceAlone).
func (w *writer) deviceEntry(i int) bool {
	x := w.rec.Devices[i]
	switch {
	case x.Mode != record.ModeEvent:
		return false // what is wanted is an order
	case x.Assertion == record.NoneKnown:
		w.noDeviceOut(i)
		return true
	case x.Use != "patient" || x.Assertion != record.Affirmed:
		return false
	}
	w.wrote[x.ID] = true
	x.Use = "" // the template says it
	w.tellDevice(&x)
	absent := x.Absent // it is affirmed
	x.Absent = ""
	w.begin("observation", "OBS", "EVN", &x.Entry)
	x.Absent = absent
	w.leaf("templateId", "root", templateDevice)
	if len(x.Identifiers) == 0 && w.pointedTo[x.ID] > 0 {
		w.leaf("id", "root", w.uuid(x.ID))
	}
	w.fixedCode(oidLOINC, loincDevices, "History of medical device use")
	w.linkOf(&x.Entry)
	stated := deviceState.says(&x.Status)
	if stated {
		w.completed()
	} else {
		w.status(&x.Status)
	}
	w.period("effectiveTime", "used", &x.Used)
	w.sitesOut("sites", &x.Sites)
	w.participants(&x.Participants)
	w.el("participant")
	w.at("typeCode", "DEV")
	w.el("participantRole")
	w.apart(x.ID, "instance")
	w.at("classCode", "MANU")
	w.template(templateProductInstance)
	w.instanceParts(&x, true)
	w.end()
	w.end()
	w.labelOut("entryRelationship", &x)
	if stated {
		w.stateOut(&deviceState, &x.Status)
	}
	w.quantityOfDeviceOut(&x.Quantity)
	w.indicationsOut("indications", &x.Indications)
	w.reasonsOut(&x.Status)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// quantityOfDeviceOut writes how many there are.
func (w *writer) quantityOfDeviceOut(q **record.Quantity) {
	if *q == nil {
		return
	}
	w.relate("COMP", false, "quantity", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.questionHead(&deviceQuantity)
	w.completed()
	w.quantityPtrTyped("value", "quantity", "PQ", q)
	w.end()
	w.end()
}
