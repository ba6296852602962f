package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/record"
)

// confidentialityCode writes the confidentialityCode of a document or section, and
// takes it from the list. The schema has one (CDA R2 4.2.1): the most restrictive
// stands there, and the others are markings.
func (w *writer) confidentialityCode(list *[]record.Label) {
	k := confidentialityAt(*list)
	if k < 0 {
		return
	}
	w.In("labels", k)
	w.label(&(*list)[k])
	w.Leave()
	*list = slices.Clone(*list)
	(*list)[k] = record.Label{} // the others keep their numbers: see slot
	if !slices.ContainsFunc(*list, isLabel) {
		*list = nil
	}
}

func isLabel(l record.Label) bool { return l.When != nil || !l.Coding.IsZero() }

// confidentialityAt gives the place of the label that confidentialityCode can say;
// -1 where there is none.
func confidentialityAt(list []record.Label) int {
	const grades = "ULMNRV" // HL7 v3 Confidentiality, from open to very restricted
	at, best := -1, -1
	for i := range list {
		l := &list[i]
		own := l.Coding.System == record.SystemConfidentiality
		if l.When != nil || l.Coding.Text != "" || !own && l.Kind != "confidentiality" {
			continue
		}
		grade := -1
		if own && len(l.Coding.Code) == 1 {
			grade = strings.Index(grades, l.Coding.Code)
		}
		if at < 0 || grade > best {
			at, best = i, grade
		}
	}
	return at
}

// hasMarkings reports whether labels say more than one confidentialityCode can.
func hasMarkings(list []record.Label) bool {
	return len(list) > 1 || len(list) == 1 && confidentialityAt(list) < 0
}

// markings writes labels as an organizer of security observations (HL7 DS4P,
// Privacy Annotation), within wrapper.
func (w *writer) markings(list *[]record.Label, wrapper string) {
	if len(*list) == 0 {
		return
	}
	w.annotation(list, wrapper, nil)
}

// annotation writes labels as markings does; about, where there is one, says what they are of.
func (w *writer) annotation(list *[]record.Label, wrapper string, about func()) {
	w.el(wrapper)
	switch wrapper {
	case "entry":
		w.at("typeCode", "COMP")
		w.template(templatePrivacyEntry)
	default:
		w.at("typeCode", "COMP")
	}
	w.el("organizer")
	w.at("classCode", "CLUSTER")
	w.at("moodCode", "EVN")
	w.template(templatePrivacyAnnotation)
	w.leaf("statusCode", "code", "active")
	if about != nil {
		about()
	}
	for i := range *list {
		l := (*list)[i]
		if !isLabel(l) {
			continue
		}
		w.In("labels", i)
		w.el("component")
		w.slot("labels", i)
		w.at("typeCode", "COMP")
		w.securityObservation(&l)
		w.end()
		w.rest(&l)
		w.Leave()
	}
	*list = nil
	w.end()
	w.end()
}

// securityObservation writes one label (HL7 DS4P, Security Observation).
func (w *writer) securityObservation(l *record.Label) {
	code, display := securityCodes[1], securityDisplays[1]
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.template(templateSecurity)
	switch l.Kind {
	case "confidentiality":
		w.template(templateConfidentiality)
		code, display = securityCodes[0], securityDisplays[0]
	case "handling":
		w.template(templateObligation)
	case "purpose":
		w.template(templatePurpose)
	case "", "sensitivity", "compartment":
		code, display = securityCodes[2], securityDisplays[2]
	case "integrity":
		code, display = securityCodes[3], securityDisplays[3]
	}
	if !w.keeps("code") {
		w.leaf("code", "code", code, "codeSystem", oidActCode, "codeSystemName", "ActCode", "displayName", display)
	}
	if !w.keeps("statusCode") {
		w.leaf("statusCode", "code", "active")
	}
	w.periodPtr("effectiveTime", "when", &l.When)
	c := record.Concept{Codings: []record.Coding{l.Coding}, Absent: l.Coding.Absent, Text: l.Coding.Text, TextRef: l.Coding.TextRef}
	c.Codings[0].Absent, c.Codings[0].Text, c.Codings[0].TextRef = "", "", ""
	if c.Codings[0].IsZero() {
		c.Codings = nil
	}
	w.codedValue("value", "coding", &c)
	l.Coding = record.Coding{}
	w.end()
}

// marked writes the markings of a section, and in the section that is for them those of the document.
func (w *writer) marked(s *sectionOut, src *record.Section) {
	w.markings(&src.Labels, "entry")
	if s.marksDocument() {
		w.At("documents", 0, func() { w.markings(&w.markers, "entry") })
		w.peopleMarkings()
	}
}

// marksDocument reports whether the markings of a section are those of the document (see isPrivacySection).
func (s *sectionOut) marksDocument() bool { return s.def != nil && s.def.loinc == loincPrivacy }

// tellMarkings tells of the markings in the narrative of their section.
func (w *writer) tellMarkings(s *sectionOut) {
	if !s.marksDocument() || s.kept {
		return
	}
	w.tellLabels(s, w.markers, "")
	w.markable(func(kind, _ string, _ int, e *record.Entry) {
		if w.later[e.ID] {
			w.tellLabels(s, e.Labels, markedWords[kind])
		}
	})
}

func (w *writer) tellLabels(s *sectionOut, list []record.Label, of string) {
	for i := range list {
		if !isLabel(list[i]) {
			continue
		}
		w.beginRow(s)
		c := record.Concept{Codings: []record.Coding{list[i].Coding}, Text: list[i].Coding.Text}
		w.tell("Marking", wordsOf(&c))
		if of != "" {
			w.tell("Of", of)
		}
		w.row = nil
	}
}
