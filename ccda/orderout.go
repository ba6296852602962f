package ccda

import "github.com/portage-health/portage/record"

// orderForm is how an order is written.
type orderForm struct {
	element, class, template string
	moods                    string // those that the template allows
	status                   string // that the template fixes
}

const (
	moodsOfActs     = " INT ARQ PRMS PRP RQO APT "
	moodsOfSupplies = " INT PRMS PRP RQO "
)

// orderFormOf gives the statement that an order is: what C-CDA called it, else by what is ordered.
func orderFormOf(o *record.Order) orderForm {
	class := o.Class
	if class == "" {
		switch o.Kind {
		case "laboratory", "clinical-test":
			class = "observation"
		case "procedure", "imaging":
			class = "procedure"
		case "encounter", "supply":
			class = o.Kind
		case "device":
			if class = "supply"; o.DoNotPerform != nil && *o.DoNotPerform || o.Assertion == record.Negated {
				class = "act" // CDA has no negation of a supply
			}
		}
	}
	switch class {
	case "encounter":
		return orderForm{"encounter", "ENC", templatesPlanned[1], moodsOfActs, "active"}
	case "procedure":
		return orderForm{"procedure", "PROC", templatesPlanned[2], moodsOfActs, "active"}
	case "supply":
		return orderForm{"supply", "SPLY", templatesPlanned[3], moodsOfSupplies, "active"}
	case "observation":
		return orderForm{"observation", "OBS", templatesPlanned[4], moodsOfSupplies, "active"}
	}
	return orderForm{"act", "ACT", templatesPlanned[0], moodsOfActs, "active"}
}

// orderEntry writes a Planned Act, Encounter, Observation, Procedure or Supply (C-CDA R2.1 3.70–3.78).
func (w *writer) orderEntry(i int) bool {
	x := w.rec.Orders[i]
	f := orderFormOf(&x)
	mood, exact, ok := plannedMood(x.Mode)
	order := mood == "EVN"
	if order {
		mood = "RQO" // what an order is
	}
	negated := x.DoNotPerform != nil && *x.DoNotPerform || x.Assertion == record.Negated
	if x.DoNotPerform == nil && x.Assertion == record.Affirmed && f.element == "act" {
		w.plannedKind(&f, &x, mood)
	}
	if !ok || x.Assertion == record.NoneKnown || negated && (f.element == "encounter" || f.element == "supply") {
		return false // CDA has no negation for them
	}
	w.wrote[x.ID] = true
	if order {
		w.Note(&fixed, "mode")
	}
	w.tellOrder(&x, negated)
	if exact {
		x.Mode = record.ModeEvent
	}
	thing := ""
	if isThing(&x) && f.element == "supply" {
		thing, x.Kind = x.Kind, ""
	}
	switch x.Class {
	case "":
		if thing == "" {
			w.Note(&fixed, "class")
		}
	case "act", "encounter", "procedure", "supply", "observation":
		x.Class = ""
	}
	if x.Kind == f.element || x.Kind == "referral" && f.template == templateReferral || x.Kind == "diet" && f.template == templateNutritionRec {
		x.Kind = "" // rest names another: an element does not say of what kind an observation is
	}
	if x.Assertion == record.Negated {
		if x.DoNotPerform != nil && *x.DoNotPerform {
			w.DropString("assertion", string(x.Assertion), &saidTwice)
		} else {
			w.Note(&altered, "doNotPerform")
		}
	}
	w.notKnown(&x.Entry)
	booking := ""
	if f.element == "encounter" {
		booking = bookingOf(&x.Status)
	}
	w.begin(f.element, f.class, mood, &x.Entry)
	x.Assertion = record.Affirmed
	if negated {
		w.at("negationInd", "true")
		x.DoNotPerform = nil
	} else if x.DoNotPerform != nil && (f.element == "act" || f.element == "observation" || f.element == "procedure") {
		w.at("negationInd", "false")
		x.DoNotPerform = nil
	}
	w.plannedTemplate(&f, mood, &x.Status)
	w.kindOfThing(thing)
	w.orderIDs(&x)
	w.categoriesBefore(f.element, &x.Categories)
	if x.Code.IsZero() && f.element != "encounter" && f.element != "supply" {
		w.require("code", "code", "NI")
	}
	w.concept("code", "code", &x.Code)
	w.linkOf(&x.Entry)
	w.statusPlannedAs(&x.Status, f.status)
	if f.element == "supply" {
		w.interval("effectiveTime", "when", &x.When)
	} else {
		w.period("effectiveTime", "when", &x.When)
	}
	w.conceptPtr("priorityCode", "priority", &x.Priority)
	switch f.element {
	case "act", "observation", "procedure":
		w.leafCode("languageCode", &x.Language)
	}
	w.orderWhat(f.element, &x)
	w.orderReason(&x)
	w.authored(&x.Participants, &x.AuthoredOn)
	w.participants(&x.Participants)
	said := handled(&w.rec.Orders[i].Entry, false)
	if order {
		said.Mode, said.Use = record.ModeRequest, ""
	}
	var devices []deviceOut
	if f.element == "supply" {
		devices = w.productInstances("PRD", &x.Devices, &said)
	} else {
		devices = w.productInstances("DEV", &x.Devices, &said)
	}
	w.locationsOut("locations", &x.Locations)
	w.indicationsOut("indications", &x.Indications)
	w.instructionsOut(&x.Instructions)
	w.labelsOut(devices, &said)
	w.inEncounter("entryRelationship", &x.Encounter)
	w.bookingOut(booking)
	w.reasonsOut(&x.Status)
	w.tail(&x.Entry, "entryRelationship")
	w.end()
	w.rest(&x)
	return true
}

// plannedTemplate claims the template of what is planned, if mood and status allow it.
func (w *writer) plannedTemplate(f *orderForm, mood string, s *record.Status) {
	if w.strict && (!fitsStatus(s, f.status) || !allows(f.moods, mood)) {
		if fitsStatus(s, f.status) {
			w.Note(&unclaimed, "mode")
		}
		return
	}
	w.template(f.template)
}

func allows(moods, mood string) bool {
	for i := 0; i+len(mood)+2 <= len(moods); i++ {
		if moods[i] == ' ' && moods[i+1:i+1+len(mood)] == mood && moods[i+1+len(mood)] == ' ' {
			return true
		}
	}
	return false
}

// orderIDs writes the ids of an order: those that the placer and the filler gave it are its ids too.
func (w *writer) orderIDs(x *record.Order) {
	if len(x.Identifiers) == 0 && x.Placer == nil && x.Filler == nil {
		w.entryIDs(&x.Entry)
	}
	w.identifiers("id", "identifiers", &x.Identifiers)
	w.identifierPtr("id", "placer", &x.Placer)
	w.identifierPtr("id", "filler", &x.Filler)
}

// orderWhat writes what is ordered beyond its code.
func (w *writer) orderWhat(element string, x *record.Order) {
	switch element {
	case "observation":
		w.values(&x.Values)
		w.concepts("methodCode", "methods", &x.Methods)
		w.sitesOut("bodySites", &x.BodySites)
	case "procedure":
		w.concepts("methodCode", "methods", &x.Methods)
		w.sitesOut("bodySites", &x.BodySites)
	case "supply":
		if a := x.Quantity; a != nil && a.Quantity != nil && a.Range == nil && a.Ratio == nil {
			q := *a.Quantity
			w.quantity("quantity", "quantity", &q)
			x.Quantity = nil
		}
	}
	w.specimensOut(&x.Specimens, false)
	if element == "supply" {
		w.productPtr(templatesProduct[0], &x.Product)
	}
}

// orderReason makes the reason in words an indication.
func (w *writer) orderReason(x *record.Order) {
	if s := take(&x.Reason); s != "" {
		n := len(x.Indications)
		x.Indications = append(x.Indications[:n:n], record.Indication{Code: &record.Concept{Text: s}})
	}
}

// tellOrder tells of an order in the narrative.
func (w *writer) tellOrder(x *record.Order, negated bool) {
	if w.row == nil {
		return
	}
	name := wordsOf(&x.Code)
	if negated {
		name = "Not to be done: " + name
	}
	w.tell("Planned", name)
	w.tell("Intent", string(x.Mode))
	w.tell("Date", wordsOfPeriod(&x.When))
	w.tell("Priority", wordsOf(x.Priority))
	w.tellSites(x.BodySites)
	w.tellStatus(&x.Status)
	w.tellIndications(x.Indications)
	w.tell("Indication", x.Reason)
	w.tellPeople(x.Participants)
	for i := range x.Locations {
		w.tellPlaces(&x.Locations[i])
	}
}
