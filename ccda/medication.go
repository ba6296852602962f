package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Templates of C-CDA and, before it, CCD and HITSP C32.
var (
	templatesMedication = []string{
		"2.16.840.1.113883.10.20.22.4.16", // Medication Activity
		"2.16.840.1.113883.10.20.22.4.42", // Planned Medication Activity
		"2.16.840.1.113883.10.20.1.24", "2.16.840.1.113883.3.88.11.83.8", "2.16.840.1.113883.3.88.11.32.8",
		"1.3.6.1.4.1.19376.1.5.3.1.4.7", "1.3.6.1.4.1.19376.1.5.3.1.4.7.1",
	}
	templatesMedicationAct = []string{
		"2.16.840.1.113883.10.20.22.4.35", // Discharge Medication
		"2.16.840.1.113883.10.20.22.4.36", // Admission Medication
	}
	medicationStatus = question{
		templates: []string{"2.16.840.1.113883.10.20.1.47", "2.16.840.1.113883.10.20.1.57"},
		system:    oidLOINC, codes: []string{"33999-4"}, displays: []string{"Status"},
	}
	adherence = question{
		templates: []string{"2.16.840.1.113883.10.20.22.4.508"},
		system:    oidLOINC, codes: []string{"71799-1"}, displays: []string{"Medication adherence"},
	}
	// HITSP C32 says by a code alone whether a medicine is prescribed or bought.
	templatesMedicationType = []string{"2.16.840.1.113883.3.88.11.32.10", "2.16.840.1.113883.3.88.11.83.8.1"}
	reasonNotDone           = question{
		templates: []string{"2.16.840.1.113883.10.20.24.3.88"},
		system:    oidLOINC, codes: []string{"77301-0"}, displays: []string{"Reason care action performed or not"},
	}
)

const (
	templateSig = "2.16.840.1.113883.10.20.22.4.147"
	loincSig    = "76662-6"
)

// templatesOfGiving are acts that hang on a medication or a vaccination: that its
// effect is to be watched, one of the times it was given.
var templatesOfGiving = []string{
	"2.16.840.1.113883.10.20.22.4.123", // Drug Monitoring Act
	"2.16.840.1.113883.10.20.22.4.118", // Substance Administered Act
}

var medicationMoods = []string{"EVN", "INT", "RQO", "PRP", "PRMS"}

// readMedicationEntry reads an entry that holds a Medication Activity, alone,
// within a Discharge or Admission Medication, or several in a cluster.
func (r *reader) readMedicationEntry(entry tree.Node) []record.Ref {
	st := r.statement(entry)
	switch st.Name() {
	case "substanceAdministration":
		if !r.isMedication(st) {
			return nil
		}
		if assertion, ok := r.medicationAssertion(st); ok {
			return []record.Ref{r.medication(st, assertion)}
		}
		return nil
	case "act", "organizer":
		return r.medicationsIn(st)
	}
	return nil
}

// medicationsIn reads the medications that an act or a cluster holds. The act
// says in which list they stand; that is kept as their category.
func (r *reader) medicationsIn(act tree.Node) []record.Ref {
	known := r.hasAny(act, templatesMedicationAct)
	if act.Child("templateId").OK() && !known && act.Name() == "act" {
		return nil
	}
	var category *record.Concept
	var out []record.Ref
	for rel, sa := range r.relations(act) {
		if sa.Name() != "substanceAdministration" || !r.isMedication(sa) || len(out) == 0 && !r.legibleConcern(act) {
			continue
		}
		assertion, ok := r.medicationAssertion(sa)
		if !ok || !r.relates(rel, false, "SUBJ", "COMP") {
			continue
		}
		if len(out) == 0 {
			r.notNegated(act.Attr("negationInd"))
			r.wrapperTemplates(act, templatesMedicationAct)
			if act.Name() == "act" {
				r.shape(act, "ACT", "EVN")
				category = r.conceptPtr(act.Child("code"))
			} else {
				r.shape(act, "CLUSTER", "EVN")
			}
			if s := act.Child("statusCode"); act.Name() == "act" {
				r.fixed(s, "code", "completed")
				r.without(act, "statusCode")
			} else {
				r.fixed(s, "code", "completed", "active")
			}
		}
		if out = append(out, r.medication(sa, assertion)); len(out) == 1 {
			r.own(act, out[0].ID)
			r.slot(act, "list", -1)
		}
		if category != nil {
			m := &r.rec.Medications[len(r.rec.Medications)-1]
			m.Categories = append(m.Categories, *category)
		}
	}
	return out
}

// isMedication recognises a Medication Activity by its template, or by its
// shape where it has none: a substance administration of a product that is no vaccine.
func (r *reader) isMedication(sa tree.Node) bool {
	if sa.Name() != "substanceAdministration" {
		return false
	}
	if r.hasAny(sa, templatesMedication) {
		return !r.hasAny(sa, templatesImmunization[:2])
	}
	material := sa.Child("consumable").Child("manufacturedProduct").Child("manufacturedMaterial")
	return r.bare(sa, nil) && material.OK() && !isVaccine(material.Child("code")) && r.sectionCode() != loincImmunizations
}

// sectionCode looks at the code of the section being read.
func (r *reader) sectionCode() string { return r.sec.Child("code").Attr("code").Value() }

// medicationAssertion decides what the activity says before anything is read.
// With negationInd a product is one that the patient does not take; the whole
// kind, or no product, means no known medications (C-CDA R2.1 Medication
// Activity). ok is false, and an issue says so, where it cannot be told.
func (r *reader) medicationAssertion(sa tree.Node) (a record.Assertion, ok bool) {
	if !r.legible(sa, medicationMoods...) {
		return "", false
	}
	negated := isTrue(sa.Attr("negationInd").Value())
	product := r.productExtent(sa, &medicationExtents)
	switch {
	case sa.Attr("nullFlavor").OK():
		if !negated {
			return record.NotKnown, true
		}
	case product == extentNoneInWords:
		return noneInWords, true
	case !negated && product == extentNone:
		return record.NoneKnown, true
	case !negated && product == extentUnknown:
		return record.NotKnown, true
	case !negated:
		return record.Affirmed, true
	case product == extentOne:
		return record.Negated, true
	case product == extentAll, product == extentNothing:
		return record.NoneKnown, true
	}
	r.issue(record.IssueNegationUnclear, sa)
	return "", false
}

func (r *reader) productExtent(sa tree.Node, x *extents) extent {
	mp := sa.Child("consumable").Child("manufacturedProduct")
	if drug := mp.Child("manufacturedLabeledDrug"); drug.OK() && !mp.Child("manufacturedMaterial").OK() {
		return r.extentOfEntity(drug, x)
	}
	return r.extentOfEntity(mp.Child("manufacturedMaterial"), x)
}

// medication reads a Medication Activity.
func (r *reader) medication(sa tree.Node, assertion record.Assertion) record.Ref {
	m := record.Medication{Entry: r.entry(kindMedication, sa)}
	r.assert(&m.Entry, sa, assertion)
	m.Status, m.Mode = r.status(sa), r.mode(sa)
	r.templates(sa, knownMedication...)
	m.Kind = r.kindOfMedication(sa)
	r.shape(sa, "SBADM")
	if n := sa.Child("repeatNumber"); isInteger(n.Attr("value").Value()) {
		m.Repeats = r.attr(n, "value")
	}
	m.Categories = r.concepts(sa, "code")
	m.Priority = r.conceptPtr(sa.Child("priorityCode"))
	m.Product = r.consumable(sa)
	if d, ok := r.dosage(sa, &m.Taken); ok {
		m.Dosages = append(m.Dosages, d)
	}
	m.Product.Vehicles = r.vehicles(sa)
	m.Location = r.locationOf(sa)
	m.Preconditions = r.preconditions(sa)
	for rel, sub := range r.relations(sa) {
		r.medicationPart(&m, sa, rel, sub)
	}
	if assertion == record.Negated && len(m.Status.Reasons) > 0 {
		m.Assertion = record.Affirmed // what has a reason is an act that did not happen
		r.notGiven(&m.Status, sa)
	}
	r.rec.Medications = add(r.rec.Medications, &m, r.expected.entries)
	return record.Ref{ID: m.ID, Kind: kindMedication}
}

// medicationPart reads one of the statements that hang on a medication.
func (r *reader) medicationPart(m *record.Medication, sa, rel, sub tree.Node) {
	switch sub.Name() {
	case "substanceAdministration":
		switch {
		case m.Sig == "" && m.SigRef == "" && r.isSig(sub):
			r.sig(m, rel, sub)
		case r.isPartDose(sa, sub):
			if r.plain(sub, medicationMoods...) && sub.Attr("moodCode").Value() == sa.Attr("moodCode").Value() && r.relates(rel, false, "COMP") {
				r.slot(rel, "dosages", len(m.Dosages))
				m.Dosages = append(m.Dosages, r.partDose(rel, sub))
			}
		}
	case "supply":
		r.supply(rel, sub, &m.Orders, &m.Dispenses)
	case "act", "observation":
		switch {
		case m.ClinicalStatus == nil && r.asks(sub, &medicationStatus):
			if m.ClinicalStatus = r.answered(rel, sub, &medicationStatus, false, "REFR"); m.ClinicalStatus != nil {
				r.slot(rel, "statusObservation", -1)
			}
		case m.Adherence == nil && r.asks(sub, &adherence):
			m.Adherence = r.adherence(rel, sub)
		case r.asks(sub, &reasonNotDone):
			if c := r.answered(rel, sub, &reasonNotDone, false, "RSON"); c != nil {
				r.slot(rel, "status.reasons", len(m.Status.Reasons))
				m.Status.Reasons = append(m.Status.Reasons, *c)
			}
		case sub.Name() == "observation" && r.hasAny(sub, templatesMedicationType):
			if r.plain(sub, "EVN") && r.relates(rel, false, "SUBJ") {
				r.slot(rel, "categories", len(m.Categories))
				r.templates(sub, templatesMedicationType...)
				r.shape(sub, "OBS", "EVN")
				r.fixed(sub.Child("statusCode"), "code", "completed")
				m.Categories = append(m.Categories, r.concepts(sub, "code")...)
			}
		case r.isInstruction(sub):
			if i, ok := r.instruction(rel, sub); ok {
				r.slot(rel, "instructions", len(m.Instructions))
				m.Instructions = append(m.Instructions, i)
			}
		case r.hasAny(sub, templatesReaction):
			if x, ok := r.reaction(rel, sub, "CAUS", "MFST"); ok {
				r.slot(rel, "reactions", len(m.Reactions))
				m.Reactions = append(m.Reactions, x)
			}
		case r.isIndication(rel, sub):
			if i, ok := r.indication(rel, sub); ok {
				r.slot(rel, "indications", len(m.Indications))
				m.Indications = append(m.Indications, i)
			}
		case m.Assertion == record.Affirmed && !isTrue(sa.Attr("negationInd").Value()) && r.hasAny(sub, templatesOfGiving):
			r.within(rel, sub, &m.Relations)
		}
	case "encounter":
		if m.Encounter == nil {
			if m.Encounter = r.encounterRef(rel, sub); m.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		}
	}
}

// isSig recognises a Medication Free Text Sig.
func (r *reader) isSig(sa tree.Node) bool {
	return r.has(sa, templateSig) || sa.Child("code").Attr("code").Value() == loincSig
}

// sig reads the words that were written for the patient or the dispenser. Its
// product is none, as the template demands (C-CDA R2.1 3.64).
func (r *reader) sig(m *record.Medication, rel, sa tree.Node) {
	if !r.plain(sa, medicationMoods...) || !r.relates(rel, false, "COMP") {
		return
	}
	r.slot(rel, "sig", -1)
	r.templates(sa, templateSig)
	r.shape(sa, "SBADM", "INT", "EVN")
	r.fixes(sa.Child("code"), oidLOINC, loincSig, "Medication Instructions", "Instructions Medication", "Medication instructions")
	m.SigIdentifiers = r.ids(sa)
	m.Sig, m.SigRef = r.referencedText(sa.Child("text"))
	c := sa.Child("consumable")
	r.fixed(c, "typeCode", "CSM")
	r.fixed(c.Child("manufacturedProduct"), "classCode", "MANU")
	r.fixed(c.Child("manufacturedProduct").Child("manufacturedLabeledDrug"), "nullFlavor", "NA")
}

// adherence reads a Medication Adherence (C-CDA Companion Guide R4.1).
func (r *reader) adherence(rel, obs tree.Node) *record.Adherence {
	if !r.plain(obs, "EVN") || !r.relates(rel, false, "COMP") {
		return nil
	}
	r.slot(rel, "adherence", -1)
	r.frame(obs, &adherence)
	a := record.Adherence{Identifiers: r.ids(obs), When: r.timePtr(obs.Child("effectiveTime"))}
	if c := r.answer(obs); c != nil {
		a.Code = *c
	}
	return &a
}

// isPartDose reports whether a subordinate administration is one step of the
// same medicine's dosing: it names no other product.
func (r *reader) isPartDose(whole, part tree.Node) bool {
	material := func(sa tree.Node) tree.Node {
		return sa.Child("consumable").Child("manufacturedProduct").Child("manufacturedMaterial")
	}
	w, p := material(whole).Child("code"), material(part).Child("code")
	if p.Attr("code").OK() {
		return p.Attr("code").Value() == w.Attr("code").Value() && p.Attr("codeSystem").Value() == w.Attr("codeSystem").Value()
	}
	return r.extentOf(p, &medicationExtents, material(part).Child("name")) == extentNothing
}
