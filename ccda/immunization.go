package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const loincImmunizations = "11369-6"

// Templates of C-CDA and, before it, CCD and HITSP C32.
var (
	templatesImmunization = []string{
		"2.16.840.1.113883.10.20.22.4.52",  // Immunization Activity
		"2.16.840.1.113883.10.20.22.4.120", // Planned Immunization Activity
		"2.16.840.1.113883.10.20.1.24", "2.16.840.1.113883.3.88.11.83.13", "2.16.840.1.113883.3.88.11.32.14", "1.3.6.1.4.1.19376.1.5.3.1.4.12",
	}
	templatesNotGiven = []string{
		"2.16.840.1.113883.10.20.22.4.53", // Immunization Refusal Reason, Immunization Not Given Reason
		"2.16.840.1.113883.10.20.1.27",
	}
	informationSource = question{
		system: oidLOINC, codes: []string{"48766-0"}, displays: []string{"Information source", "Immunization information source"},
	}
	seriesNumber = question{
		templates: []string{"2.16.840.1.113883.10.20.1.46"},
		system:    oidLOINC, codes: []string{"30973-2"}, displays: []string{"Dose number"},
	}
)

// The codes by which the patient, or who decides for them, declined. Every other
// reason is one of the caregiver's or of circumstance (HL7 v3
// ActNoImmunizationReason; SNOMED CT; ConceptMap FC-ImmunizationRefusal).
var refusals = []string{
	"PATOBJ", "PHILISOP", "RELIG",
	"105480006", "183945002", "183948000", "443390004", "591000119102", "416406003", "397944004",
}

// notGivenReasons are the codes of HL7 v3 ActNoImmunizationReason that are no refusal.
var notGivenReasons = []string{"IMMUNE", "MEDPREC", "OSTOCK", "VACEFF", "VACSAF"}

// isVaccine looks at a product: a code of CVX, or of vaccines as a whole.
func isVaccine(code tree.Node) bool {
	if code.Attr("codeSystem").Value() == oidCVX {
		return true
	}
	for t := code.Child("translation"); t.OK(); t = t.NextNamed() {
		if t.Attr("codeSystem").Value() == oidCVX || slices.Contains(vaccineExtents.all[:3], t.Attr("code").Value()) {
			return true
		}
	}
	return slices.Contains(vaccineExtents.all[:3], code.Attr("code").Value())
}

// readImmunizationEntry reads an entry that holds an Immunization Activity.
func (r *reader) readImmunizationEntry(entry tree.Node) []record.Ref {
	sa := r.statement(entry)
	if !r.isImmunization(sa) {
		return nil
	}
	assertion, ok := r.immunizationAssertion(sa)
	if !ok {
		return nil
	}
	return []record.Ref{r.immunization(sa, assertion)}
}

// isImmunization recognises an Immunization Activity by its template, or by its shape where it has none.
func (r *reader) isImmunization(sa tree.Node) bool {
	if sa.Name() != "substanceAdministration" {
		return false
	}
	if r.hasAny(sa, templatesImmunization[:2]) {
		return true
	}
	m := sa.Child("consumable").Child("manufacturedProduct").Child("manufacturedMaterial")
	vaccine := isVaccine(m.Child("code")) || m.OK() && r.sectionCode() == loincImmunizations
	return vaccine && r.bare(sa, nil)
}

// immunizationAssertion decides what the activity says before anything is read.
// With negationInd a vaccine was not given, which is its status; the whole kind
// without a reason means that no immunizations are known. ok is false, and an
// issue says so, where it cannot be told.
func (r *reader) immunizationAssertion(sa tree.Node) (a record.Assertion, ok bool) {
	if !r.legible(sa, medicationMoods...) {
		return "", false
	}
	negated := isTrue(sa.Attr("negationInd").Value())
	product := r.productExtent(sa, &vaccineExtents)
	switch {
	case sa.Attr("nullFlavor").OK():
		if !negated {
			return record.NotKnown, true
		}
	case !negated && (product == extentNone || product == extentNoneInWords):
		return record.NoneKnown, true
	case negated && (product == extentAll || product == extentNothing || product == extentNoneInWords) && !r.hasNotGivenReason(sa):
		return record.NoneKnown, true
	case !negated || product != extentNone && product != extentUnknown:
		return record.Affirmed, true
	}
	r.issue(record.IssueNegationUnclear, sa)
	return "", false
}

func (r *reader) hasNotGivenReason(sa tree.Node) bool {
	for rel, n := range r.relations(sa) {
		if r.isNotGivenReason(rel, n) {
			return true
		}
	}
	return false
}

// immunization reads an Immunization Activity.
func (r *reader) immunization(sa tree.Node, assertion record.Assertion) record.Ref {
	i := record.Immunization{Entry: r.entry(kindImmunization, sa)}
	r.assert(&i.Entry, sa, assertion)
	i.Status, i.Mode = r.status(sa), r.mode(sa)
	r.templates(sa, templatesImmunization...)
	r.shape(sa, "SBADM")
	if code := sa.Child("code"); r.fixes(code, oidActCode, "IMMUNIZ", "Immunization") {
		r.form(code) // no template has it
	}
	i.Product = r.consumable(sa)
	i.Product.Vehicles = r.vehicles(sa)
	i.When = r.period(sa.Child("effectiveTime"))
	i.Route = r.conceptPtr(sa.Child("routeCode"))
	i.Sites = r.concepts(sa, "approachSiteCode")
	if a := r.amount(sa.Child("doseQuantity")); a != nil {
		if i.Dose = a.Quantity; i.Dose == nil {
			r.release(sa.Child("doseQuantity")) // a range of doses is none that was given
		}
	}
	i.AdminUnit = r.conceptPtr(sa.Child("administrationUnitCode"))
	i.DoseNumber = r.repeatNumber(sa)
	i.Location = r.locationOf(sa)
	i.Preconditions = r.preconditions(sa)
	for rel, sub := range r.relations(sa) {
		r.immunizationPart(&i, rel, sub)
	}
	if t := sa.Child("effectiveTime"); i.When.Absent == record.AbsentUnknown && (i.When.Text != "" || i.When.Age != nil || i.When.AgeRange != nil) && saysAbsent(t) {
		// The template demands a time, and it is in words.
		i.When.Absent = ""
		r.release(t)
		r.fixed(t, "nullFlavor", "UNK")
	}
	if negated, _ := r.negation(sa); negated {
		r.notGiven(&i.Status, sa)
	} else if len(i.Status.Reasons) > 0 {
		r.issue(record.IssueContradiction, sa) // given, with a reason why it was not
	}
	r.rec.Immunizations = add(r.rec.Immunizations, &i, r.expected.entries)
	return record.Ref{ID: i.ID, Kind: kindImmunization}
}

// notGiven makes the status of a negated activity: refused where a reason says
// that the patient or a proxy declined, else not done. The statusCode stays as sent.
func (r *reader) notGiven(s *record.Status, sa tree.Node) {
	if s.Code != "" {
		s.AsSent = sa.Child("statusCode").Attr("code").Value()
	}
	s.Code = record.StatusNotDone
	for _, c := range s.Reasons {
		for _, x := range c.Codings {
			if left, ok := codes.ImmunizationRefusal().From(x.Code); slices.Contains(refusals, x.Code) || ok && left == "PATOBJ" {
				s.Code = record.StatusRefused
			}
		}
	}
}

// immunizationPart reads one of the statements that hang on an immunization.
func (r *reader) immunizationPart(i *record.Immunization, rel, sub tree.Node) {
	switch sub.Name() {
	case "supply":
		r.supply(rel, sub, &i.Orders, &i.Dispenses)
	case "encounter":
		if i.Encounter == nil {
			if i.Encounter = r.encounterRef(rel, sub); i.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		}
	case "act", "observation":
		switch {
		case r.isNotGivenReason(rel, sub):
			if c := r.notGivenReason(rel, sub); c != nil {
				r.slot(rel, "status.reasons", len(i.Status.Reasons))
				i.Status.Reasons = append(i.Status.Reasons, *c)
			}
		case r.isInstruction(sub):
			if x, ok := r.instruction(rel, sub); ok {
				r.slot(rel, "instructions", len(i.Instructions))
				i.Instructions = append(i.Instructions, x)
			}
		case r.hasAny(sub, templatesReaction):
			if x, ok := r.reaction(rel, sub, "CAUS", "MFST"); ok {
				r.slot(rel, "reactions", len(i.Reactions))
				i.Reactions = append(i.Reactions, x)
			}
		case r.isTimeInWords(sub):
			r.timeInWords(rel, sub, timeOf{whenItWas, "when", &i.When})
		case i.InfoSource == nil && r.asks(sub, &informationSource):
			if i.InfoSource = r.answered(rel, sub, &informationSource, false, "SUBJ", "COMP", "REFR"); i.InfoSource != nil {
				r.slot(rel, "informationSource", -1)
			}
		case r.asks(sub, &seriesNumber) && isInteger(sub.Child("value").Attr("value").Value()):
			if r.plain(sub, "EVN") && r.relates(rel, false, "SUBJ") {
				r.slot(rel, "protocols", len(i.Protocols))
				r.frame(sub, &seriesNumber)
				r.xsiType(sub.Child("value"), "INT")
				i.Protocols = append(i.Protocols, record.VaccineProtocol{DoseNumber: r.attr(sub.Child("value"), "value")})
			}
		case r.isIndication(rel, sub):
			if x, ok := r.indication(rel, sub); ok {
				r.slot(rel, "indications", len(i.Indications))
				i.Indications = append(i.Indications, x)
			}
		case i.Assertion == record.Affirmed && !isTrue(rel.Parent().Attr("negationInd").Value()) && r.hasAny(sub, templatesOfGiving):
			r.within(rel, sub, &i.Relations)
		}
	}
}

// isNotGivenReason recognises an Immunization Refusal Reason (since C-CDA 4.0
// Immunization Not Given Reason) by its template, or by its code.
func (r *reader) isNotGivenReason(rel, n tree.Node) bool {
	if n.Name() != "observation" {
		return false
	}
	if r.has(n, templatesNotGiven[0]) {
		return true
	}
	code := n.Child("code").Attr("code").Value()
	return rel.Attr("typeCode").Value() == "RSON" && (code == loincNotGiven || slices.Contains(refusals[:3], code) || slices.Contains(notGivenReasons, code))
}

const loincNotGiven = "71798-3"

// notGivenReason reads why: the code itself, or since C-CDA 4.0 the value.
func (r *reader) notGivenReason(rel, n tree.Node) *record.Concept {
	if !r.plain(n, "EVN") || !r.relates(rel, rel.Attr("typeCode").Value() == "SUBJ", "RSON", "SUBJ") {
		return nil
	}
	r.templates(n, templatesNotGiven...)
	r.shape(n, "OBS", "EVN")
	r.fixed(n.Child("statusCode"), "code", "completed")
	if code := n.Child("code"); r.fixes(code, oidLOINC, loincNotGiven, "Reason immunization not administered") {
		r.take(code.Attr("code")) // any other code is the reason itself
		r.take(code.Attr("codeSystem"))
		return r.answer(n)
	}
	c := r.concept(n.Child("code"))
	if c.Text == "" && c.TextRef == "" {
		c.Text, c.TextRef = r.referencedText(n.Child("text"))
	}
	if c.IsZero() {
		return nil
	}
	return &c
}
