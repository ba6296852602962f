package ccda

import "github.com/portage-health/portage/record"

// preferences writes how much an entry matters to whom (C-CDA R2.1 Priority Preference).
func (w *writer) preferences(list *[]record.Preference) { w.preferencesIn("entryRelationship", list) }

func (w *writer) preferencesIn(wrapper string, list *[]record.Preference) {
	for i := range *list {
		p := (*list)[i]
		w.In("preferences", i)
		w.el(wrapper)
		w.slot("preferences", i)
		if wrapper == "entryRelationship" { // a component of an organizer has no type but its own
			w.at("typeCode", "REFR")
		}
		w.el("observation")
		w.at("classCode", "OBS")
		w.at("moodCode", "EVN")
		w.template(priorityPreference.templates[0])
		if len(p.Identifiers) == 0 && w.strict {
			w.leaf("id", "root", w.derive("preference", w.Path("")))
		}
		w.identifiers("id", "identifiers", &p.Identifiers)
		w.fixedCode(priorityPreference.system, priorityPreference.codes[0], priorityPreference.displays[0])
		if p.Narrative != nil {
			w.link(p.Narrative)
			w.Drop("narrative", &record.NarrativeLink{Body: p.Narrative.Body, Status: p.Narrative.Status}, &lost)
			p.Narrative = nil
		}
		w.status(&p.Status)
		w.periodPtr("effectiveTime", "when", &p.When)
		w.conceptPtr("priorityCode", "priority", &p.Priority)
		if p.Value != nil {
			c := *p.Value
			p.Value = nil
			w.codedValue("value", "value", &c)
		} else if w.strict {
			w.Note(&issueRequired, "value")
			w.nullValue("CD")
		}
		w.participants(&p.Participants)
		w.end()
		w.end()
		w.rest(&p)
		w.Leave()
	}
	*list = nil
}
