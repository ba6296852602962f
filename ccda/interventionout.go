package ccda

import "github.com/portage-health/portage/record"

// codeHandoff is the code of a handoff communication (SNOMED CT; C-CDA R2.1 Handoff Communication Participants).
const codeHandoff = "432138007"

// codesInstruction are those of patient education as such (SNOMED CT; value set Patient Education, root).
var codesInstruction = [...]string{"311401005", "409073007", "423564006"}

// plannedKind gives a planned act the template of its kind: a referral, a nutrition
// recommendation, an instruction or an intervention (C-CDA R2.1 3.71, 3.68, 3.52, 3.84),
// where the act has what that template demands in a conformant document.
func (w *writer) plannedKind(f *orderForm, x *record.Order, mood string) {
	if x.Class != "act" && x.Class != "" {
		return
	}
	g := *f
	switch {
	case x.Kind == "referral":
		if w.strict && !w.refersTo(x) {
			return
		}
		g.class, g.template, g.moods = "PCPR", templateReferral, " INT RQO "
	case x.Kind == "diet":
		g.template = templateNutritionRec
	case x.Code.Has(record.SystemSNOMED, snomedIntervention):
		if w.strict && !w.hasReason(x.Relations) {
			return // CONF:1198-32673
		}
		g.template, g.moods = templatesPlanned[7], moodsOfActs
	case x.Code.Has(record.SystemSNOMED, snomedMonitoring) && !w.strict:
		g.template = templatesPlanned[10] // a conformant one needs somebody who is responsible (CONF:1098-28661)
	case mood == "INT" && isInstructionCode(&x.Code) && statusCodeOf(&x.Status) == "completed":
		g.template, g.moods, g.status = templatesInstruction[0], " INT ", "completed"
	default:
		return
	}
	if !w.strict || fitsStatus(&x.Status, g.status) && allows(g.moods, mood) {
		*f = g
	}
}

func isInstructionCode(c *record.Concept) bool {
	for _, code := range codesInstruction {
		if c.Has(record.SystemSNOMED, code) {
			return true
		}
	}
	return false
}

// refersTo reports whether the participants of a referral are ones that its template
// knows: one to whom the patient is referred (CONF:1098-32638).
func (w *writer) refersTo(x *record.Order) bool {
	others := len(x.Locations)+len(x.Devices) > 0
	for i := range x.Participants {
		if p := &x.Participants[i]; elementFor(p.Role) == "participant" {
			if typeCodeOf("participant", p) == "REFT" {
				return true
			}
			others = true
		}
	}
	return !others
}

// hasReason reports whether one of the relations names a reason by a reference (CONF:1198-32673).
func (w *writer) hasReason(list []record.Relation) bool {
	for i := range list {
		if x := &list[i]; x.Type == "reason" && (x.Target.Identifier != nil || w.listed[x.Target.ID] || w.wrote[x.Target.ID]) {
			return true
		}
	}
	return false
}

// actDone gives the template of an act that was done: an intervention or a handoff
// where it has what that template demands, else a Procedure Activity Act (C-CDA R2.1 3.57, 3.43).
func (w *writer) actDone(x *record.Procedure, stopped bool) (template string, ok bool) {
	if stopped || x.Assertion != record.Affirmed || statusCodeOf(&x.Status) != "completed" {
		return "", false
	}
	switch {
	case x.Code.Has(record.SystemSNOMED, snomedIntervention):
		return templatesDone[0], true
	case x.Code.Has(record.SystemSNOMED, snomedAdministration) && w.depth > 0:
		return templatesDone[3], true
	case x.Code.Has(record.SystemSNOMED, codeHandoff):
		return templatesDone[1], !x.When.IsZero() && w.handedOver(x.Participants)
	}
	return "", false
}

// handedOver reports whether a handoff has an author and one who received it, with an
// id and an address (CONF:1098-31672, 1098-31673, 1098-32392, 1098-32422).
func (w *writer) handedOver(list []record.Participation) bool {
	author, receiver := false, false
	for i := range list {
		p := &list[i]
		author = author || p.Role == "author"
		if elementFor(p.Role) == "participant" && typeCodeOf("participant", p) == "IRCP" {
			ids, addresses := len(p.Identifiers), len(p.Addresses)
			if at, ok := w.place(p.Who); ok && at.kind == kindPractitioner {
				x := &w.rec.Practitioners[at.i]
				ids, addresses = ids+len(x.Identifiers), addresses+len(x.Addresses)
			}
			if ids == 0 || addresses == 0 {
				return false
			}
			receiver = true
		}
	}
	return author && receiver
}
