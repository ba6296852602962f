package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// immunizationSection gives the section of an immunization that none lists.
func (w *writer) immunizationSection(i int) string {
	if w.rec.Immunizations[i].Mode != record.ModeEvent {
		return "18776-5"
	}
	return loincImmunizations
}

// immunizationEntry writes an Immunization Activity or a Planned one (C-CDA R2.1
// 3.46, 3.74). What was refused or not given is negated, with the reason.
func (w *writer) immunizationEntry(i int) bool {
	x := w.rec.Immunizations[i]
	mood, exact, ok := plannedMood(x.Mode)
	if !ok || mood == "APT" || mood == "ARQ" || x.Assertion == record.Negated {
		return false
	}
	reasons := w.notGivenReasons(&x)
	absent := x.Absent
	neg := negationOf(&x.Entry, &x.Product.Code, x.Product.Name, &vaccineExtents, didNotHappen(&x.Status), len(reasons) > 0)
	if !neg.okay {
		return false
	}
	if x.Absent != absent {
		w.Note(&unknownAsNull, "absent")
	}
	w.wrote[x.ID] = true
	w.tellImmunization(&x)
	if neg.drop {
		w.Drop("product", &x.Product, &withheld) // a negated vaccine would be one that was not given
		x.Product = record.Product{}
	}
	if exact {
		x.Mode = record.ModeEvent
	}
	planned := mood != "EVN" && (mood != "INT" || w.inPlan() && w.plannedFits(&x.Status))
	none := x.Assertion == record.NoneKnown
	stopped := didNotHappen(&x.Status)

	w.begin("substanceAdministration", "SBADM", mood, &x.Entry)
	if neg.ind || x.Absent == "" && (w.strict || !w.native || w.opts.TypedOnly) {
		w.at("negationInd", boolText(neg.ind)) // CONF:1198-8985
	}
	x.Assertion = record.Affirmed
	switch {
	case planned && w.plannedFits(&x.Status):
		w.template(templatesImmunization[1])
	case !planned || !w.strict:
		w.template(templatesImmunization[0])
	}
	w.entryIDs(&x.Entry)
	w.linkOf(&x.Entry)
	w.statusGiven(&x.Status, stopped, planned)
	when := takeWords(&x.When)
	if !when.IsZero() && x.When == (record.Period{Absent: record.AbsentUnknown}) {
		w.DropString("when.absent", string(record.AbsentUnknown), &saidInTime)
		x.When.Absent = ""
	}
	from := len(w.b)
	if w.interval("effectiveTime", "when", &x.When); len(w.b) == from {
		w.require("effectiveTime", "when", "UNK")
	}
	w.doseNumber(&x)
	w.conceptPtr("routeCode", "route", &x.Route)
	w.concepts("approachSiteCode", "sites", &x.Sites)
	w.quantityPtr("doseQuantity", "dose", &x.Dose)
	w.conceptPtr("administrationUnitCode", "administrationUnit", &x.AdminUnit)
	if none && !saysOfProduct(&x.Product) {
		w.Note(&fixed, "product.code")
		x.Product.Code.Absent = record.AbsentNotApplicable
	}
	vehicles := x.Product.Vehicles
	w.consumableOut(templatesProduct[1], &x.Product)
	x.Product = record.Product{}
	w.participants(&x.Participants)
	w.vehiclesOut(&vehicles)
	w.locationOut("location", &x.Location)
	w.timeInWordsOut(whenItWas, "when", &when)
	w.immunizationParts(&x, reasons)
	w.end()
	w.rest(&x)
	return true
}

// doseNumber writes which dose of a series it is (C-CDA on FHIR, FC-immunizations, doseNumber).
func (w *writer) doseNumber(x *record.Immunization) {
	if !w.hasSeries() && x.DoseNumber == "" && len(x.Protocols) == 1 && isInteger(x.Protocols[0].DoseNumber) {
		p := x.Protocols[0]
		x.DoseNumber = take(&p.DoseNumber)
		x.Protocols = []record.VaccineProtocol{p}
	}
	w.repeatNumber(&x.DoseNumber)
}

// hasSeries reports whether the number of a dose goes out as C-CDA's forerunners
// have it: as an observation (CCD, Medication Series Number Observation).
func (w *writer) hasSeries() bool { return w.native && !w.strict }

// doseNumbers writes the number that a dose has in each of its series.
func (w *writer) doseNumbers(list []record.VaccineProtocol) []record.VaccineProtocol {
	if !w.hasSeries() {
		return list
	}
	rest := list[:0:0]
	for i := range list {
		p := list[i]
		if isInteger(p.DoseNumber) {
			w.relate("SUBJ", false, "protocols", i)
			w.el("observation")
			w.at("classCode", "OBS")
			w.at("moodCode", "EVN")
			w.questionHead(&seriesNumber)
			w.completed()
			w.leaf("value", "xsi:type", "INT", "value", take(&p.DoseNumber))
			w.end()
			w.end()
		}
		rest = append(rest, p)
	}
	return rest
}

// immunizationParts writes what hangs on an immunization.
func (w *writer) immunizationParts(x *record.Immunization, reasons []record.Concept) {
	w.indicationsOut("indications", &x.Indications)
	w.instructionsOut(&x.Instructions)
	w.supplies(templatesProduct[1], &x.Orders, &x.Dispenses)
	w.reactionsOut(&x.Reactions, "CAUS", false)
	for i := range reasons {
		c := reasons[i]
		w.notGivenOut(i, &c)
	}
	x.Status.Reasons = nil
	w.answer(&informationSource, "SUBJ", false, "informationSource", &x.InfoSource)
	x.Protocols = w.doseNumbers(x.Protocols)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.tail(&x.Entry, "entryRelationship")
	w.educationOut(x)
	w.preconditions("preconditions", x.Preconditions)
	x.Preconditions = nil
}

// notGivenReasons gives the reasons why a vaccine was not given. That it was
// refused is said by a reason, and by no other part of the statement; that a
// vaccine of no kind was not given must have one, or it would say that none are known.
func (w *writer) notGivenReasons(x *record.Immunization) []record.Concept {
	reasons := x.Status.Reasons
	switch {
	case x.Assertion != record.Affirmed:
	case x.Status.Code == record.StatusRefused && !slices.ContainsFunc(reasons, isRefusal):
		return append(reasons[:len(reasons):len(reasons)], record.Concept{Codings: []record.Coding{{
			System: record.SystemActReason, Code: "PATOBJ", Display: "patient objection",
		}}})
	case x.Status.Code == record.StatusNotDone && slices.ContainsFunc(reasons, isRefusal):
		w.Note(&refusedByReason, "status.code")
	case x.Status.Code == record.StatusNotDone && len(reasons) == 0:
		if what := extentOfConcept(&x.Product.Code, &vaccineExtents, x.Product.Name); what == extentAll || what == extentNothing {
			w.Note(&issueRequired, "status.reasons")
			return []record.Concept{{Absent: record.AbsentNoInformation}}
		}
	}
	return reasons
}

// refusedByReason is for what was not done for a reason that is the will of the patient or a proxy.
var refusedByReason = record.IssueAltered.Because("the reason says that it was refused, which C-CDA has no other word for; it is read back as refused")

// isRefusal knows the reasons that are the will of the patient or a proxy, as notGiven does.
func isRefusal(c record.Concept) bool {
	for i := range c.Codings {
		if left, ok := codes.ImmunizationRefusal().From(c.Codings[i].Code); slices.Contains(refusals, c.Codings[i].Code) || ok && left == "PATOBJ" {
			return true
		}
	}
	return false
}

// notGivenOut writes an Immunization Refusal Reason. Its code is one of HL7 v3
// ActNoImmunizationReason (CONF:81-8995): in a conformant document a reason of
// another system goes beside the one that HL7's map gives it (ConceptMap FC-ImmunizationRefusal).
func (w *writer) notGivenOut(i int, c *record.Concept) {
	w.relate("RSON", false, "status.reasons", i)
	w.In("status.reasons", i)
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.template(templatesNotGiven[0])
	if w.strict {
		w.leaf("id", "root", w.derive("reason", w.Path("")))
		if len(c.Codings) > 0 && !slices.ContainsFunc(c.Codings, func(x record.Coding) bool { return x.System == record.SystemActReason }) {
			for k := range c.Codings {
				if code, ok := codes.ImmunizationRefusal().From(c.Codings[k].Code); ok {
					w.Note(&altered, "")
					c.Codings = append([]record.Coding{{System: record.SystemActReason, Code: code}}, c.Codings...)
					break
				}
			}
		}
	}
	if w.strict && w.release >= R30 {
		// The reason is the value, the code is fixed (C-CDA 3.0 Immunization Not Given Reason).
		w.fixedCode(oidLOINC, loincNotGiven, "Reason vaccine not given")
		w.completed()
		if c.IsZero() {
			w.Note(&issueRequired, "")
			w.nullValue("CD")
		}
		w.codedValue("value", "", c)
	} else {
		if c.IsZero() {
			w.require("code", "", "NI")
		}
		w.concept("code", "", c)
		w.completed()
	}
	w.end()
	w.Leave()
	w.end()
}

// educationOut writes the material handed out (C-CDA on FHIR, FC-immunizations, education).
func (w *writer) educationOut(x *record.Immunization) {
	list := x.Education
	x.Education = nil
	for i := range list {
		e := list[i]
		w.In("education", i)
		if e.Reference != "" || e.Code != nil || e.DocumentType != "" {
			w.el("reference")
			w.at("typeCode", "REFR")
			w.el("externalDocument")
			w.at("classCode", "DOCCLIN")
			w.at("moodCode", "EVN")
			if ref := take(&e.Reference); ref != "" {
				id := record.Identifier{System: record.SystemURI, Value: ref}
				w.identifier("id", "reference", &id)
			}
			if e.Code == nil && e.DocumentType != "" {
				e.Code = &record.Concept{Text: take(&e.DocumentType)}
			}
			w.conceptPtr("code", "code", &e.Code)
			w.end()
			w.end()
		}
		w.rest(&e)
		w.Leave()
	}
}

// statusGiven writes the status of what was given, was not, or is to be.
func (w *writer) statusGiven(s *record.Status, stopped, planned bool) {
	switch {
	case stopped:
		w.statusNegated(s)
	case planned:
		w.statusPlanned(s)
	default:
		w.statusDemanded(s)
	}
}

// tellImmunization tells of an immunization in the narrative.
func (w *writer) tellImmunization(x *record.Immunization) {
	if w.row == nil {
		return
	}
	name := nameOfProduct(&x.Product)
	switch {
	case x.Assertion == record.NoneKnown:
		name = "No known immunizations"
	case x.Assertion == record.NotKnown:
		name = "Immunizations: not known"
	case x.Status.Code == record.StatusRefused:
		name = "Refused, not given: " + name
	case x.Status.Code == record.StatusNotDone:
		name = "Not given: " + name
	case x.Mode != record.ModeEvent:
		name = "Planned: " + name
	}
	w.tell("Vaccine", name)
	w.tell("Date", wordsOfPeriod(&x.When))
	w.tell("Dose", wordsOfQuantity(x.Dose))
	w.tell("Dose number", x.DoseNumber)
	w.tell("Route", wordsOf(x.Route))
	for i := range x.Sites {
		w.tellSite(&x.Sites[i], nil)
	}
	w.tell("Lot", x.Product.Lot)
	w.tellStatus(&x.Status)
	w.tellIndications(x.Indications)
	w.tellPeople(x.Participants)
	w.tellPlaces(x.Location)
}
