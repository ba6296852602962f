package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// panelForm is how one kind of organizer is written.
type panelForm struct {
	template string
	class    string // that the template fixes
	fixed    bool   // the status is completed, else one of Result Status
	timed    bool   // the template demands a time
}

var (
	resultPanelForm = panelForm{template: results.templates[0]}
	vitalPanelForm  = panelForm{template: vitals.templates[0], class: "CLUSTER", fixed: true, timed: true}
	averagePressure = panelForm{template: "2.16.840.1.113883.10.20.22.4.512", class: "BATTERY", fixed: true}
	functionalPanel = panelForm{template: "2.16.840.1.113883.10.20.22.4.66", class: "CLUSTER", fixed: true}
	mentalPanel     = panelForm{template: "2.16.840.1.113883.10.20.22.4.75", class: "CLUSTER", fixed: true}
)

// panelOut writes a panel as an organizer with what it groups: a copy, of which
// the rest is named as lost. claimed says that the template can be claimed.
func (w *writer) panelOut(x *record.Panel, f *panelForm, claimed bool) {
	w.wrote[x.ID] = true
	if x.Conclusion != "" {
		w.tell("Conclusion", x.Conclusion)
	}
	w.tell("Panel", wordsOf(&x.Code))
	w.notKnown(&x.Entry)
	class := take(&x.Class)
	if class == "" {
		w.Note(&fixed, "class")
		class = "CLUSTER" // the schema demands one, and this says no more than that they stand together
	}
	if w.strict && (claimed && f.class != "" && f.class != class || class != "CLUSTER" && class != "BATTERY") {
		w.Note(&altered, "class")
		if class = f.class; class == "" {
			class = "CLUSTER"
		}
	}
	w.begin("organizer", class, moodCode(&x.Mode), &x.Entry)
	x.Assertion = record.Affirmed
	if claimed {
		w.template(f.template)
	}
	w.entryIDs(&x.Entry)
	w.concepts("sdtc:category", "categories", &x.Categories)
	if claimed && w.strict && f == &vitalPanelForm {
		w.vitalPanelCode(&x.Code)
	} else {
		if x.Code.IsZero() {
			w.require("code", "code", "NI")
		}
		w.concept("code", "code", &x.Code)
	}
	w.panelText(&x.Entry)
	if s := &x.Status; s.AsSent == "" && s.Absent == "" && observationStatusCode(s) == "" && !(claimed && f.fixed) {
		w.require("statusCode", "status", "UNK") // the schema has no organizer without one
	}
	var more *statusWord
	if f == &resultPanelForm {
		more = ofReport.apart(&x.Status)
	}
	w.observationStatus(&x.Status, claimed && f.fixed)
	when := needNothing
	if x.When.IsZero() && f.timed && claimed {
		when = needTime
	} else if !x.When.IsZero() && f == &resultPanelForm && claimed {
		when = needBoth // CONF:1198-32488, 1198-32489
	}
	w.bounds("effectiveTime", "when", &x.When, when)
	w.specimensOut(&x.Specimens, true)
	w.participants(&x.Participants)
	w.collections(&x.Specimens)
	w.laboratoryStatusOut("component", &ofReport, more)
	w.issuedOut(&x.Issued, "component")
	up := w.panel
	w.panel = x.ID
	w.members(&x.Members, "component")
	w.panel = up
	w.mediaOf(&x.Attachments, "component")
	w.inEncounter("component", &x.Encounter)
	w.organizerTail(&x.Entry)
	w.end()
	if (x.Parent == nil || x.Parent.ID != up) && w.listsPanel(up, x.ID) {
		w.Note(&standsWithin, "parent")
	}
	x.Parent = w.parentOf(x)
	w.rest(x)
}

// standsWithin is for a panel that does not name the one that lists it.
var standsWithin = record.IssueAltered.Because("the panel stands within the one that lists it, and will be read as naming it")

// listsPanel reports whether one panel lists another.
func (w *writer) listsPanel(id, member string) bool {
	at, ok := w.index[id]
	if !ok {
		return false
	}
	list, _ := w.panelsOf(at.kind)
	return list != nil && slices.ContainsFunc(list[at.i].Members, func(m record.Ref) bool { return m.ID == member })
}

// organizerTail writes what organizers end with: as tail, and references behind what they hold.
func (w *writer) organizerTail(e *record.Entry) {
	w.comments(&e.Notes, "component")
	w.markings(&e.Labels, "component")
	w.notesOn(e, "component")
	w.relationsIn("component", e.Relations, false)
	w.relationsIn("reference", e.Relations, true)
	e.Relations = nil
}

// panelText writes the text of an organizer, which the schema has as an extension.
func (w *writer) panelText(e *record.Entry) {
	if e.Narrative == nil {
		return
	}
	l := *e.Narrative
	e.Narrative = nil
	w.Drop("narrative", &record.NarrativeLink{Body: l.Body, Status: l.Status}, &lost)
	if l.Text == "" && l.Anchor == "" {
		return
	}
	w.linkIn("sdtc:text", &l)
}

// parentOf gives the reference to the panel that a panel is part of, nil where its place in the document says so.
func (w *writer) parentOf(x *record.Panel) *record.Ref {
	if x.Parent == nil || !w.listsPanel(x.Parent.ID, x.ID) {
		return x.Parent
	}
	p := *x.Parent
	p.ID, p.Kind = "", ""
	if p.IsZero() {
		return nil
	}
	return &p
}

// atEntry reports whether the statement being written is that of an entry itself.
func (w *writer) atEntry() bool { return len(w.open) == 1 }

// ownOrganizer writes an observation that no panel groups within an organizer of its
// own, where the section's template knows entries of no other kind.
func (w *writer) ownOrganizer(kind string, x *record.Observation, f *panelForm, claimed bool, code func(), observation func()) {
	w.Note(&altered, "")
	w.el("organizer")
	w.at("classCode", "CLUSTER")
	w.at("moodCode", "EVN")
	if claimed {
		w.template(f.template)
	}
	w.leaf("id", "root", w.derive(kind, x.ID))
	code()
	status := observationStatusCode(&x.Status)
	if f.fixed || !isResultStatus(status) {
		status = "completed"
	}
	w.leaf("statusCode", "code", status)
	if when := x.When; f == &resultPanelForm {
		if !when.IsZero() {
			w.quietly(func() { w.bounds("effectiveTime", "when", &when, needBoth) })
		}
	} else {
		w.quietly(func() { w.bounds("effectiveTime", "when", &when, needTime) })
	}
	w.el("component")
	observation()
	w.end()
	w.end()
}
