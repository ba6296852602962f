package ccda

import (
	"strconv"

	"github.com/portage-health/portage/record"
)

var vitalForm = form{templates: vitals.observations[:1], when: needTime, value: quantityOnly}

const (
	snomedVitalSigns   = "46680005"
	loincVitalSigns    = "74728-7"
	loincMeanPressure  = "96607-7"
	displayVitalSigns  = "Vital signs"
	displayVitalsPanel = "Vital signs, weight, height, head circumference, oximetry, BMI, and BSA panel - HL7.CCDAr1.1"
)

// vitalEntry writes a Vital Sign Observation (C-CDA R2.1 3.114). One that no
// panel groups has a Vital Signs Organizer of its own in a conformant document.
func (w *writer) vitalEntry(i int) bool {
	if w.unsayable(place{record.KindVital, i}) {
		return false
	}
	x := w.rec.Vitals[i]
	if len(x.Components) > 0 && len(x.Values) == 0 {
		w.vitalParts(&x)
		return true
	}
	if !w.strict || !w.atEntry() {
		w.observed(&x, &vitalForm)
		return true
	}
	claimed := w.canClaim(&vitalForm, &x)
	w.ownOrganizer("vital-alone", &x, &vitalPanelForm, claimed, func() { w.vitalPanelCode(new(record.Concept)) }, func() { w.observed(&x, &vitalForm) })
	return true
}

// vitalParts writes a vital sign that has no value but parts with values, as FHIR
// has a blood pressure: an organizer with a Vital Sign Observation for each part
// (the contrary of C-CDA on FHIR, CF-vitals).
func (w *writer) vitalParts(x *record.Observation) {
	w.wrote[x.ID] = true
	w.tellObservation(x)
	if x.Assertion == record.NotKnown && x.Absent == "" {
		x.Absent = record.AbsentUnknown
	}
	w.begin("organizer", "CLUSTER", moodCode(&x.Mode), &x.Entry)
	x.Assertion = record.Affirmed
	claimed := !w.strict
	for k := range x.Components {
		claimed = claimed || w.canClaim(&vitalForm, &record.Observation{Values: x.Components[k].Values})
	}
	if claimed { // which demands a part that is a Vital Sign Observation (CONF:1198-7285)
		w.template(vitalPanelForm.template)
	}
	w.entryIDs(&x.Entry)
	w.concepts("sdtc:category", "categories", &x.Categories)
	status, when := x.Status, x.When
	if w.strict && claimed {
		w.vitalPanelCode(&x.Code)
	} else {
		w.concept("code", "code", &x.Code)
	}
	w.panelText(&x.Entry)
	w.observationStatus(&x.Status, claimed)
	need := needNothing
	if x.When.IsZero() {
		need = needTime
	}
	w.bounds("effectiveTime", "when", &x.When, need)
	w.specimensOut(&x.Specimens, true)
	w.participants(&x.Participants)
	for k := range x.Components {
		c := x.Components[k]
		w.el("component")
		w.In("components", k)
		part := record.Observation{
			Entry: record.Entry{ID: w.derive("component", x.ID+" "+strconv.Itoa(k)), Assertion: c.Assertion, Identifiers: c.Identifiers, Status: status},
			Code:  c.Code, Values: c.Values, Interpretations: c.Interpretations, ReferenceRanges: c.ReferenceRanges, When: when,
		}
		if part.Assertion == "" {
			part.Assertion = record.Affirmed
		}
		row := w.row
		w.row = nil // its value stands with the whole
		w.observed(&part, &vitalForm)
		w.row = row
		w.Leave()
		w.end()
	}
	x.Components = nil
	w.issuedOut(&x.Issued, "component")
	w.members(&x.Members, "component")
	w.inEncounter("component", &x.Encounter)
	w.organizerTail(&x.Entry)
	w.end()
	w.rest(x)
}

// vitalPanelEntry writes a Vital Signs Organizer (C-CDA R2.1 3.115), or an
// Average Blood Pressure Organizer, which its code tells from others.
func (w *writer) vitalPanelEntry(i int) bool {
	x := w.rec.VitalPanels[i]
	if w.unsayable(place{record.KindVitalPanel, i}) {
		return false
	}
	if x.Code.Has(record.SystemLOINC, loincMeanPressure) {
		w.panelOut(&x, &averagePressure, true)
		return true
	}
	claimed := !w.strict || w.anyMember(&x, &vitalForm)
	w.panelOut(&x, &vitalPanelForm, claimed)
	return true
}

// vitalPanelCode writes the code that the template fixes (CONF:1198-32740 to
// 1198-32746), and what else the record has as translations.
func (w *writer) vitalPanelCode(c *record.Concept) {
	var room [4]record.Coding
	codings := append(room[:0],
		record.Coding{System: record.SystemSNOMED, SystemName: "SNOMED CT", Code: snomedVitalSigns, Display: displayVitalSigns},
		record.Coding{System: record.SystemLOINC, SystemName: "LOINC", Code: loincVitalSigns, Display: displayVitalsPanel})
	same := len(c.Codings) > 0
	for _, x := range c.Codings {
		switch {
		case x.System == record.SystemSNOMED && x.Code == snomedVitalSigns:
			codings[0] = x
		case x.System == record.SystemLOINC && x.Code == loincVitalSigns:
			codings[1] = x
		default:
			same = false
			codings = append(codings, x)
		}
	}
	if !same || len(c.Codings) != 2 {
		w.Note(&altered, "code")
	}
	if w.release >= R30 { // which fixes the other of the two
		codings[0], codings[1] = codings[1], codings[0]
	}
	if c.Absent != "" {
		w.DropString("code.absent", string(c.Absent), &withheld)
	}
	w.concept("code", "code", &record.Concept{Text: c.Text, TextRef: c.TextRef, Codings: codings})
	*c = record.Concept{}
}
