package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

const loincDischargeMedications = "10183-2"

// plannedMood gives the mood of what is wanted, of which FHIR has more kinds
// than HL7 v3; exact says that the mood says the same.
func plannedMood(m record.Mode) (mood string, exact, ok bool) {
	switch m {
	case record.ModeEvent:
		return "EVN", true, true
	case record.ModeIntent, record.ModeRequest, record.ModeProposal, record.ModePromise, record.ModeAppointment, record.ModeAppRequest:
		mood, _ = moods.From(m)
		return mood, true, true
	case record.ModeOriginal, record.ModeReflex, record.ModeFiller, record.ModeInstance, record.ModeDirective:
		return "RQO", false, true // orders all of them (FHIR request-intent)
	}
	return "", false, false
}

// medicationMood gives the mood of a medication. An order of FHIR's is C-CDA's
// intent (C-CDA on FHIR, ConceptMap CF-MedActivityMood).
func medicationMood(m *record.Medication) (mood string, exact, ok bool) {
	mood, exact, ok = plannedMood(m.Mode)
	if mood == "RQO" && m.Kind == "request" {
		mood = "INT"
	}
	return mood, exact, ok && mood != "APT" && mood != "ARQ"
}

// medicationSection gives the section of a medication that none lists.
func (w *writer) medicationSection(i int) string {
	m := &w.rec.Medications[i]
	mood, _, _ := medicationMood(m)
	switch {
	case mood != "EVN" && mood != "INT":
		return "18776-5"
	case m.Kind == "administration":
		return "29549-3"
	}
	return "10160-0"
}

// medicationList gives the place of the category that says by a LOINC code in
// which list a medication stands, and the template of the act that C-CDA has for it.
func medicationList(m *record.Medication) (i int, template string) {
	for i = range m.Categories {
		for k := range m.Categories[i].Codings {
			c := &m.Categories[i].Codings[k]
			if c.System != record.SystemLOINC {
				continue
			}
			switch c.Code {
			case loincDischargeMedications, "75311-1":
				return i, templatesMedicationAct[0]
			case "42346-7":
				return i, templatesMedicationAct[1]
			}
		}
	}
	return -1, ""
}

// medicationEntry writes a medication, within the act that says in which list
// it stands (C-CDA R2.1 Discharge Medication, Admission Medication).
func (w *writer) medicationEntry(i int) bool {
	m := &w.rec.Medications[i]
	if _, _, ok := medicationMood(m); !ok {
		return false
	}
	at, template := -1, ""
	if w.depth == 0 {
		at, template = medicationList(m)
		if at < 0 && w.strict && w.sec != nil && w.sec.def != nil {
			switch w.sec.def.loinc {
			case loincDischargeMedications:
				template = templatesMedicationAct[0]
			case "42346-7":
				template = templatesMedicationAct[1]
			}
		}
	}
	if template == "" {
		return w.medication(i, -1)
	}
	mark, open := len(w.b), len(w.open)
	w.el("act")
	w.ownPart(m.ID, "list")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	w.template(template)
	w.listCode(m, at, template)
	w.completed()
	w.el("entryRelationship")
	w.at("typeCode", "SUBJ")
	if !w.medication(i, at) {
		w.b, w.open, w.inTag = w.b[:mark], w.open[:open], false
		return false
	}
	w.end()
	w.end()
	return true
}

// listCode writes the code of the list. In a conformant document that which R2.1
// fixes comes first, with its translation (CONF:1198-32952), and what else the record has beside it.
func (w *writer) listCode(m *record.Medication, at int, template string) {
	var c record.Concept
	if at >= 0 {
		c = m.Categories[at]
		w.In("categories", at)
		defer w.Leave()
		if !w.strict {
			w.concept("code", "", &c)
			return
		}
		w.DropString("absent", string(c.Absent), &withheld)
		c.Absent = ""
	}
	want := record.Coding{System: record.SystemLOINC, SystemName: "LOINC", Code: loincDischargeMedications, Display: "Hospital discharge medication"}
	if template == templatesMedicationAct[1] {
		want.Code, want.Display = "42346-7", "Medications on Admission"
	}
	has := func(code string) bool {
		return slices.ContainsFunc(c.Codings, func(x record.Coding) bool { return x.Code == code && x.System == record.SystemLOINC })
	}
	if len(c.Codings) == 0 || c.Codings[0].Code != want.Code || c.Codings[0].System != record.SystemLOINC {
		w.Note(&fixed, "codings")
		c.Codings = slices.Insert(slices.Clone(c.Codings), 0, want)
	}
	if template != templatesMedicationAct[1] && !has("75311-1") {
		w.Note(&fixed, "codings")
		c.Codings = append(c.Codings[:len(c.Codings):len(c.Codings)], record.Coding{System: record.SystemLOINC, SystemName: "LOINC", Code: "75311-1", Display: "Discharge medication"})
	}
	w.concept("code", "", &c)
}

// medication writes a Medication Activity or a Planned Medication Activity.
// list is the place of the category that the act around it has said, or -1.
func (w *writer) medication(i, list int) bool {
	x := w.rec.Medications[i]
	whole, steps := dosageParts(&x)
	sigOfDosage(&x, whole)
	if x.Assertion == record.Affirmed {
		refusal(&x.Status)
	}
	stopped := didNotHappen(&x.Status)
	absent := x.Absent
	neg := negationOf(&x.Entry, &x.Product.Code, x.Product.Name, &medicationExtents, stopped || x.DoNotPerform != nil && *x.DoNotPerform, false)
	if !neg.okay {
		return false
	}
	if x.Absent != absent {
		w.Note(&unknownAsNull, "absent")
	}
	w.wrote[x.ID] = true
	w.tellMedication(&x, whole)
	if neg.drop {
		w.Drop("product", &x.Product, &withheld) // a negated product would be one that the patient does not take
		x.Product = record.Product{}
	}
	mood, exact, _ := medicationMood(&x)
	if exact {
		x.Mode = record.ModeEvent
	}
	planned := mood != "EVN" && mood != "INT" || mood == "INT" && w.inPlan() && w.plannedFits(&x.Status)
	if list >= 0 {
		x.Categories = taken(x.Categories, list)
	}

	w.begin("substanceAdministration", "SBADM", mood, &x.Entry)
	switch {
	case neg.ind:
		w.at("negationInd", "true")
		if x.DoNotPerform != nil && *x.DoNotPerform {
			if stopped {
				w.DropString("doNotPerform", "true", &saidTwice)
			} else {
				w.Note(&altered, "status") // the negation says what a status would
			}
			x.DoNotPerform = nil
		}
	case x.DoNotPerform != nil:
		w.at("negationInd", "false")
		x.DoNotPerform = nil
	}
	none := x.Assertion == record.NoneKnown
	x.Assertion = record.Affirmed
	switch {
	case planned && w.plannedFits(&x.Status):
		w.template(templatesMedication[1])
	case !planned || !w.strict:
		w.template(templatesMedication[0])
	}
	if mood == "EVN" {
		w.kindOfMedication(x.Kind)
	}
	w.entryIDs(&x.Entry)
	w.categoryCode(&x.Categories)
	w.linkOf(&x.Entry)
	w.statusGiven(&x.Status, stopped, planned)
	w.medicationDose(&x, whole)
	if none && !saysOfProduct(&x.Product) {
		w.Note(&fixed, "product.code")
		x.Product.Code.Absent = record.AbsentNotApplicable // of none (C-CDA R2.1 volume 1, 3.6)
	}
	vehicles := x.Product.Vehicles
	w.consumableOut(templatesProduct[0], &x.Product)
	x.Product = record.Product{}
	if x.AuthoredOn == nil { // of what somebody states that the patient takes, the day on which he said so
		w.authored(&x.Participants, &x.DateAsserted)
	}
	w.authored(&x.Participants, &x.AuthoredOn)
	w.participants(&x.Participants)
	w.vehiclesOut(&vehicles)
	w.locationOut("location", &x.Location)
	w.medicationParts(&x, whole, steps, mood)
	w.end()
	if whole != nil {
		w.In("dosages", 0)
		w.rest(whole)
		w.Leave()
	}
	x.Dosages = nil
	w.rest(&x)
	return true
}

// medicationDose writes from effectiveTime to administrationUnitCode.
func (w *writer) medicationDose(x *record.Medication, whole *record.Dosage) {
	var none record.Dosage
	d := whole
	if d == nil {
		d = &none
	}
	w.timingsOf(x, d)
	w.conceptPtr("priorityCode", "priority", &x.Priority)
	w.repeatNumber(&x.Repeats)
	w.In("dosages", 0)
	w.doseParts(d, w.strict)
	w.Leave()
}

// timingsOf writes the times of the whole: its own is a field of the medication, those that narrow it of its dosage.
func (w *writer) timingsOf(x *record.Medication, d *record.Dosage) {
	w.plainPeriod("taken", &x.Taken)
	if x.Taken.IsZero() {
		boundsOf(&x.Taken, &d.Timings)
	}
	if w.strict && x.Taken.IsZero() {
		w.Note(&issueRequired, "taken")
		x.Taken.Start.Absent = record.AbsentNoInformation
	}
	w.wholeTime("effectiveTime", "taken", &x.Taken)
	if len(d.Timings) == 0 {
		return
	}
	w.In("dosages", 0)
	w.timings(&d.Timings, x.Kind)
	w.Leave()
}

// categoryCode writes the category as the code of the administration (C-CDA on FHIR, FC-medications, category).
func (w *writer) categoryCode(list *[]record.Concept) {
	for i := range *list {
		c := (*list)[i]
		if c.IsZero() || w.native && !w.strict && isMedicationType(&c) {
			continue // the act around the medication says it, or an observation that hangs on it
		}
		w.In("categories", i)
		w.concept("code", "", &c)
		w.Leave()
		*list = taken(*list, i)
		return // it has one code
	}
}

// isMedicationType knows the two values of HITSP C32's type of a medication (SNOMED CT): prescribed, bought over the counter.
func isMedicationType(c *record.Concept) bool {
	return c.Has(record.SystemSNOMED, "73639000") || c.Has(record.SystemSNOMED, "329505003")
}

// medicationTypes writes them as HITSP C32 has them, in a document that was read from C-CDA.
func (w *writer) medicationTypes(list *[]record.Concept) {
	if !w.native || w.strict {
		return
	}
	for i := range *list {
		if c := (*list)[i]; isMedicationType(&c) {
			w.relate("SUBJ", false, "categories", i)
			w.el("observation")
			w.at("classCode", "OBS")
			w.at("moodCode", "EVN")
			w.template(templatesMedicationType[1])
			w.In("categories", i)
			w.concept("code", "", &c)
			w.Leave()
			w.completed()
			w.end()
			w.end()
			*list = taken(*list, i)
		}
	}
}

// medicationParts writes what hangs on a medication.
func (w *writer) medicationParts(x *record.Medication, whole *record.Dosage, steps []record.Dosage, mood string) {
	w.sigOut(x, mood)
	first := len(x.Dosages) - len(steps)
	for k := range steps {
		w.dosageStep(first+k, steps[k], mood, x.Kind)
	}
	w.medicationTypes(&x.Categories)
	w.indicationsOut("indications", &x.Indications)
	w.instructionsOut(&x.Instructions)
	if whole != nil {
		w.In("dosages", 0)
		w.dosageTold(whole)
		w.Leave()
	}
	dispenses := len(x.Dispenses)
	w.supplies(templatesProduct[0], &x.Orders, &x.Dispenses)
	w.filled(x.ID, dispenses)
	w.reactionsOut(&x.Reactions, "CAUS", false)
	w.answer(&medicationStatus, "REFR", false, "statusObservation", &x.ClinicalStatus)
	w.adherenceOut(&x.Adherence)
	w.reasonsOut(&x.Status)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
	w.preconditions("preconditions", x.Preconditions)
	x.Preconditions = nil
	if whole != nil {
		w.In("dosages", 0)
		w.neededOut(whole)
		w.Leave()
	}
}

// sigOut writes the free text sig (C-CDA R2.1 Medication Free Text Sig). Its product is none, as the template demands.
func (w *writer) sigOut(x *record.Medication, mood string) {
	if x.Sig == "" && x.SigRef == "" && len(x.SigIdentifiers) == 0 {
		return
	}
	w.relate("COMP", false, "sig", -1)
	w.el("substanceAdministration")
	w.at("classCode", "SBADM")
	if mood != "EVN" {
		mood = "INT" // CONF:81-32771
	}
	w.at("moodCode", mood)
	w.template(templateSig)
	w.identifiers("id", "sigIdentifiers", &x.SigIdentifiers)
	w.fixedCode(oidLOINC, loincSig, "Medication Instructions")
	w.toldText("text", "sigRef", &x.Sig, &x.SigRef)
	w.el("consumable")
	w.el("manufacturedProduct")
	w.leaf("manufacturedLabeledDrug", "nullFlavor", "NA")
	w.end()
	w.end()
	w.end()
	w.end()
}

// adherenceOut writes how the patient takes it (C-CDA Companion Guide R4.1, Medication Adherence).
func (w *writer) adherenceOut(a **record.Adherence) {
	if *a == nil {
		return
	}
	x := **a
	w.In("adherence", -1)
	w.relate("COMP", false, "adherence", -1)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.template(adherence.templates[0])
	w.partIDs(&x.Identifiers, "adherence")
	w.fixedCode(adherence.system, adherence.codes[0], adherence.displays[0])
	w.wordsBeside("code", &x.Code)
	w.completed()
	w.timePtr("effectiveTime", "when", &x.When)
	w.codedValue("value", "code", &x.Code)
	w.end()
	w.end()
	w.rest(&x)
	w.Leave()
	*a = nil
}
