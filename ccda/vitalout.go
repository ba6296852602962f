package ccda

import "github.com/portage-health/portage/record"

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
	if !w.strict || !w.atEntry() {
		w.observed(&x, &vitalForm)
		return true
	}
	claimed := w.canClaim(&vitalForm, &x)
	w.ownOrganizer("vital-alone", &x, &vitalPanelForm, claimed, func() { w.vitalPanelCode(new(record.Concept)) }, func() { w.observed(&x, &vitalForm) })
	return true
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
