package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// procedureTime writes when a procedure took place; since 3.0 the template demands a time.
func (w *writer) procedureTime(p *record.Period) {
	if w.release >= R30 {
		w.timed("effectiveTime", "when", "UNK", p)
		return
	}
	w.period("effectiveTime", "when", p)
}

// snomedRefused is refusal of treatment by patient (SNOMED CT).
const snomedRefused = "105480006"

// snomedLaterality is the attribute that says the side (SNOMED CT).
const snomedLaterality = "272741003"

// refusal adds to the reasons of an act that was refused the one that says so, where none does.
func refusal(s *record.Status) {
	if s.Code == record.StatusRefused && !slices.ContainsFunc(s.Reasons, isRefusal) {
		s.Reasons = append(s.Reasons[:len(s.Reasons):len(s.Reasons)], record.Concept{Codings: []record.Coding{{
			System: record.SystemSNOMED, Code: snomedRefused, Display: "Refusal of treatment by patient",
		}}})
	}
}

// procedureClass gives the element of a procedure and its template. What is no
// C-CDA document's is a Procedure Activity Procedure (C-CDA on FHIR, FC-procedures).
func procedureClass(class string) (element, code, template string) {
	switch class {
	case "act":
		return "act", "ACT", templatesProcedure[1]
	case "observation":
		return "observation", "OBS", templatesProcedure[2]
	}
	return "procedure", "PROC", templatesProcedure[0]
}

// procedureEntry writes a Procedure Activity Procedure, Act or Observation
// (C-CDA R2.1 3.82–3.84). What was refused or not done is negated, with the reason.
func (w *writer) procedureEntry(i int) bool {
	x := w.rec.Procedures[i]
	if x.Mode != record.ModeEvent || x.Assertion == record.Negated {
		return false // what is planned is an order
	}
	if x.Assertion == record.Affirmed {
		refusal(&x.Status)
	}
	stopped := didNotHappen(&x.Status)
	absent := x.Absent
	neg := negationOf(&x.Entry, &x.Code, "", &procedureExtents, stopped, len(x.Status.Reasons) > 0 || len(x.Indications) > 0)
	if !neg.okay {
		return false
	}
	if x.Absent != absent {
		w.Note(&unknownAsNull, "absent")
	}
	w.wrote[x.ID] = true
	w.tellProcedure(&x)
	if neg.drop {
		w.Drop("code", &x.Code, &withheld)
		x.Code = record.Concept{}
	}
	element, class, template := procedureClass(x.Class)
	switch x.Class {
	case "":
		w.Note(&fixed, "class")
	case "act", "observation", "procedure":
		x.Class = ""
	}
	if t, ok := w.actDone(&x, stopped); ok && element == "act" {
		template = t
	}
	none := x.Assertion == record.NoneKnown

	w.begin(element, class, "EVN", &x.Entry)
	if neg.ind {
		w.at("negationInd", "true")
	}
	x.Assertion = record.Affirmed
	if !w.strict || element != "observation" && w.release < R30 || w.procedureStatusFits(&x.Status) {
		w.template(template)
	} else {
		w.Note(&unclaimed, "status")
	}
	w.entryIDs(&x.Entry)
	if x.Code.IsZero() {
		if none {
			w.leaf("code", "code", procedureExtents.all[0], "codeSystem", oidSNOMED, "codeSystemName", "SNOMED CT", "displayName", "Procedure")
		} else {
			w.require("code", "code", "NI")
		}
	}
	w.categoriesBefore(element, &x.Categories)
	w.concept("code", "code", &x.Code)
	w.linkOf(&x.Entry)
	if stopped {
		w.statusNegated(&x.Status)
	} else {
		w.statusDemanded(&x.Status)
	}
	when := takeWords(&x.When)
	if element == "act" {
		w.timed("effectiveTime", "when", "UNK", &x.When) // CONF:1098-8299
	} else {
		w.procedureTime(&x.When)
	}
	w.conceptPtr("priorityCode", "priority", &x.Priority)
	w.leafCode("languageCode", &x.Language)
	w.procedureHow(element, &x)
	w.specimensOut(&x.Specimens, false)
	w.procedure = w.strict
	w.participants(&x.Participants)
	w.procedure = false
	said := handled(&w.rec.Procedures[i].Entry, neg.ind)
	devices := w.productInstances("DEV", &x.Devices, &said)
	w.locationsOut("locations", &x.Locations)
	w.timeInWordsOut(whenItWas, "when", &when)
	w.procedureParts(&x, devices, &said)
	w.end()
	w.rest(&x)
	return true
}

// procedureStatusFits reports whether the status is one of those that the
// template of an observation allows (value set ProcedureAct statusCode, CONF:1098-32365), and since 3.0 those of acts and procedures.
func (w *writer) procedureStatusFits(s *record.Status) bool {
	if didNotHappen(s) && s.AsSent == "" {
		return true
	}
	switch statusCodeOf(s) {
	case "completed", "active", "aborted", "cancelled":
		return true
	}
	return false
}

// procedureHow writes how and where it was done, and what an observation found.
func (w *writer) procedureHow(element string, x *record.Procedure) {
	if element == "act" {
		return // an act has none of them (CDA R2 Act); rest names what is there
	}
	if element == "observation" {
		if len(x.Values) == 0 && w.strict {
			w.Note(&issueRequired, "values") // CONF:1098-16846
			w.el("value")
			w.attr("xsi:type", "CD")
			w.attr("nullFlavor", "NI")
			w.end()
		}
		if w.strict && len(x.Values) > 1 {
			dropFrom(w, "values", x.Values, 1, &withheld)
			x.Values = x.Values[:1]
		}
		w.values(&x.Values)
	}
	w.concepts("methodCode", "methods", &x.Methods)
	if element == "procedure" {
		w.concepts("approachSiteCode", "approaches", &x.Approaches)
	}
	w.sitesOut("bodySites", &x.BodySites)
}

// sitesOut writes the places on the body, each with its side as a qualifier (C-CDA R2.1, targetSiteCode).
func (w *writer) sitesOut(field string, list *[]record.BodySite) {
	for i := range *list {
		b := (*list)[i]
		w.In(field, i)
		if l := b.Laterality; l != nil && len(b.Code.Codings) > 0 && w.fitsQualifier(l) {
			b.Code.Codings = slices.Clone(b.Code.Codings)
			c := &b.Code.Codings[0]
			side := l.Codings[0]
			w.In("laterality", -1)
			w.dropIn("codings", 0, "text", take(&side.Text))
			if side.UserSelected != nil {
				w.dropBool("codings", 0, "userSelected")
				side.UserSelected = nil
			}
			w.Leave()
			c.Qualifiers = append(c.Qualifiers[:len(c.Qualifiers):len(c.Qualifiers)], record.Qualifier{
				Name:  record.Coding{System: record.SystemSNOMED, Code: snomedLaterality, Display: "Laterality"},
				Value: side,
			})
			b.Laterality = nil
		}
		w.concept("targetSiteCode", "code", &b.Code)
		w.rest(&b)
		w.Leave()
	}
	*list = nil
}

// fitsQualifier reports whether a coded value can be the value of a qualifier: one coding, and no words beside it.
func (w *writer) fitsQualifier(c *record.Concept) bool {
	if len(c.Codings) != 1 || c.Text != "" || c.TextRef != "" || c.Absent != "" {
		return false
	}
	root, _ := w.codeSystem("codings", 0, &record.Coding{System: c.Codings[0].System})
	return !w.strict || isCS(c.Codings[0].Code) && root != ""
}

// procedureParts writes what hangs on a procedure.
func (w *writer) procedureParts(x *record.Procedure, devices []deviceOut, said *record.Device) {
	w.indicationsOut("indications", &x.Indications)
	w.instructionsOut(&x.Instructions)
	for i := range x.Medications {
		r := x.Medications[i]
		w.In("medications", i)
		if at, ok := w.place(&r); ok && w.entryAt(at) != nil {
			w.relate("COMP", false, "medications", i)
			w.nest(at, &r)
			w.end()
		} else {
			w.Drop("", &r, &lost)
		}
		w.Leave()
	}
	x.Medications = nil
	n := len(x.Reactions)
	w.reactionsOut(&x.Reactions, "COMP", true)
	for i := range x.Complications {
		w.In("complications", i)
		w.reactionOut(n+i, &record.Reaction{Manifestations: x.Complications[i : i+1]}, "COMP", true)
		w.Leave()
	}
	x.Complications = nil
	w.outcomeOut(&x.Outcome)
	w.reasonsOut(&x.Status)
	w.labelsOut(devices, said)
	w.encounterOf("entryRelationship", "COMP", &x.Encounter) // CONF:1098-7768 to 1098-8009
	w.tail(&x.Entry, "entryRelationship")
}

// outcomeOut writes that a procedure did not succeed (SNOMED CT; HL7's example of
// an unsuccessful procedure). C-CDA has no element for any other outcome.
func (w *writer) outcomeOut(c **record.Concept) {
	if *c == nil || len((*c).Codings) == 0 || (*c).Codings[0].Code != failedAttempt || (*c).Codings[0].System != record.SystemSNOMED {
		return
	}
	w.relate("SUBJ", true, "outcome", -1)
	w.el("act")
	w.at("classCode", "ACT")
	w.at("moodCode", "EVN")
	w.conceptPtr("code", "outcome", c)
	w.completed()
	w.end()
	w.end()
}

// categoriesBefore writes sdtc:category, which an act does not have.
func (w *writer) categoriesBefore(element string, list *[]record.Concept) {
	if element == "procedure" || element == "observation" {
		w.concepts("sdtc:category", "categories", list)
	}
}

// leafCode writes an element with a code; none where the code is "".
func (w *writer) leafCode(name string, code *string) {
	if c := take(code); c != "" {
		w.leaf(name, "code", c)
	}
}

// tellProcedure tells of a procedure in the narrative.
func (w *writer) tellProcedure(x *record.Procedure) {
	if w.row == nil {
		return
	}
	name := wordsOf(&x.Code)
	switch {
	case x.Assertion == record.NoneKnown:
		name = "No known procedures"
	case x.Assertion == record.NotKnown:
		name = "Procedures: not known"
	case x.Status.Code == record.StatusRefused:
		name = "Refused, not done: " + name
	case x.Status.Code == record.StatusNotDone:
		name = "Not done: " + name
	}
	w.tell("Procedure", name)
	w.tell("Date", wordsOfPeriod(&x.When))
	w.tellSites(x.BodySites)
	w.tellStatus(&x.Status)
	w.tellIndications(x.Indications)
	for i := range x.Complications {
		w.tell("Complication", wordsOf(&x.Complications[i]))
	}
	w.tellPeople(x.Participants)
	for i := range x.Locations {
		w.tellPlaces(&x.Locations[i])
	}
}

// tellSites tells where on the body something was found or done, and on which side.
func (w *writer) tellSites(list []record.BodySite) {
	for i := range list {
		w.tellSite(&list[i].Code, list[i].Laterality)
	}
}

// tellSite tells one place. Where it has words they are all of it, else its qualifiers narrow it (CDA CD.qualifier: laterality).
func (w *writer) tellSite(c, side *record.Concept) {
	if w.row == nil {
		return
	}
	words := wordsOf(c)
	if c.Text == "" && len(c.Codings) > 0 {
		for i := range c.Codings[0].Qualifiers {
			if v := wordsOf(&record.Concept{Codings: []record.Coding{c.Codings[0].Qualifiers[i].Value}}); v != "" {
				words += ", " + v
			}
		}
	}
	if s := wordsOf(side); s != "" {
		words += ", " + s
	}
	w.tell("Site", words)
}
