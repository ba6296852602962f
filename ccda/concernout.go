package ccda

import "github.com/portage-health/portage/record"

// concernAct writes the act that follows problems or allergies, and what f
// writes within it (C-CDA R2.1 Allergy Concern Act, Problem Concern Act).
func (w *writer) concernAct(c *record.Concern, template, leaf string, f func(), e *record.Entry) {
	w.In(leaf, -1)
	w.el("act")
	if c.ID != "" {
		w.own(c.ID)
	}
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	c.Assertion = ""
	w.template(template)
	if len(c.Identifiers) == 0 && w.strict {
		w.leaf("id", "root", w.derive("concern", c.ID+e.ID))
	}
	w.identifiers("id", "identifiers", &c.Identifiers)
	w.fixedCode(oidActClass, codeConcern, "Concern")
	w.link(c.Narrative)
	c.Narrative = nil
	w.concernStatus(c)
	w.period("effectiveTime", "when", &c.When)
	w.participants(&c.Participants)
	w.Leave()
	f()
	w.In(leaf, -1)
	w.answer(&priorityPreference, "REFR", false, "priority", &c.Priority)
	w.comments(&c.Notes, "entryRelationship")
	w.preferences(&c.Preferences)
	w.relations(&c.Relations)
	w.end()
	w.rest(c)
	w.Leave()
}

// concernStatus writes the status of a concern; the template demands one, and a
// time that agrees with it (CONF:1198-7485, 1198-7498, 1198-10085).
func (w *writer) concernStatus(c *record.Concern) {
	none := c.Status.Code == "" && c.Status.AsSent == "" && c.Status.Absent == ""
	w.status(&c.Status)
	if !w.strict {
		return
	}
	if none {
		w.Note(&issueRequired, "status")
		code := "active"
		if !c.When.End.IsZero() {
			code = "completed"
		}
		w.leaf("statusCode", "code", code)
	}
	if c.When.IsZero() {
		w.Note(&issueRequired, "when")
		w.el("effectiveTime")
		w.leaf("low", "nullFlavor", "NI")
		w.end()
	}
}
