package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const kindProcedure = "procedure"

// Templates of C-CDA and, before it, CCD, HITSP C32 and IHE PCC.
var templatesProcedure = []string{
	"2.16.840.1.113883.10.20.22.4.14", // Procedure Activity Procedure
	"2.16.840.1.113883.10.20.22.4.12", // Procedure Activity Act
	"2.16.840.1.113883.10.20.22.4.13", // Procedure Activity Observation
	"2.16.840.1.113883.10.20.1.29", "2.16.840.1.113883.3.88.11.83.17", "1.3.6.1.4.1.19376.1.5.3.1.4.19",
}

// procedureExtents are the codes that name procedures as a whole (SNOMED CT).
var procedureExtents = extents{
	all: []string{"71388002", "387713003"}, // procedure, surgical procedure
}

// readProcedureEntry reads an entry that holds a Procedure Activity that happened, or did not.
func (r *reader) readProcedureEntry(entry tree.Node) []record.Ref {
	n := r.statement(entry)
	if isPlanned(n) {
		return r.readOrderEntry(entry)
	}
	if r.isSpecimenAlone(n) {
		if refs := r.specimenAlone(n); refs != nil {
			return refs
		}
	}
	if !r.isProcedure(n) {
		return nil
	}
	if assertion, ok := r.procedureAssertion(n); ok {
		return []record.Ref{r.procedure(n, assertion)}
	}
	return nil
}

// isProcedure recognises a Procedure Activity by its template, or by its shape where it has none.
func (r *reader) isProcedure(n tree.Node) bool {
	switch n.Name() {
	case "procedure":
		return r.hasAny(n, templatesProcedure[:3]) || r.bare(n, nil)
	case "act", "observation":
		return r.hasAny(n, templatesProcedure[:3]) || r.hasAny(n, templatesProcedure[3:]) && r.bare(n, nil)
	}
	return false
}

// procedureAssertion decides what the activity says before anything is read.
// With negationInd it was not done, which is its status; procedures as a whole
// without a reason mean that none are known. ok is false, and an issue says so,
// where it cannot be told.
func (r *reader) procedureAssertion(n tree.Node) (a record.Assertion, ok bool) {
	if !r.legible(n, "EVN") {
		return "", false
	}
	negated := isTrue(n.Attr("negationInd").Value())
	code := r.extentOf(n.Child("code"), &procedureExtents)
	switch {
	case n.Attr("nullFlavor").OK():
		if !negated {
			return record.NotKnown, true
		}
	case code == extentNoneInWords:
		return noneInWords, true
	case negated && (code == extentAll || code == extentNothing) && !r.hasReasonNotDone(n):
		return record.NoneKnown, true
	case !negated || code == extentOne || code == extentAll || code == extentNothing:
		return record.Affirmed, true
	}
	r.issue(record.IssueNegationUnclear, n)
	return "", false
}

func (r *reader) hasReasonNotDone(n tree.Node) bool {
	for rel, sub := range r.relations(n) {
		if r.asks(sub, &reasonNotDone) || r.isIndication(rel, sub) {
			return true
		}
	}
	return false
}

// procedure reads a Procedure Activity Procedure, Act or Observation (C-CDA R2.1 3.82–3.84).
func (r *reader) procedure(n tree.Node, assertion record.Assertion) record.Ref {
	if assertion == record.NoneKnown {
		if part := soleDevice(n); part.OK() {
			return r.noDevice(n, part)
		}
	}
	p := record.Procedure{Entry: r.entry(kindProcedure, n), Class: n.Name()}
	r.assert(&p.Entry, n, assertion)
	p.Status = r.status(n)
	known := templatesProcedure
	if r.hasAny(n, templatesDone) {
		known = slices.Concat(templatesProcedure, templatesDone)
	}
	r.templates(n, known...)
	r.shape(n, classOf(n), "EVN")
	p.Code = r.concept(n.Child("code"))
	p.Categories = r.categories(n)
	p.When = r.period(n.Child("effectiveTime"))
	p.Priority = r.conceptPtr(n.Child("priorityCode"))
	p.Methods = r.concepts(n, "methodCode")
	p.Approaches = r.concepts(n, "approachSiteCode")
	for _, c := range r.concepts(n, "targetSiteCode") {
		p.BodySites = append(p.BodySites, record.BodySite{Code: c})
	}
	if n.Name() == "observation" {
		p.Values = r.values(n)
	}
	p.Specimens = r.specimens(n)
	notDone := isTrue(n.Attr("negationInd").Value())
	for c := n.Child("participant"); c.OK(); c = c.NextNamed() {
		if ref := r.serviceLocation(c); ref != nil {
			r.slot(c, "locations", len(p.Locations))
			p.Locations = append(p.Locations, *ref)
		} else if ref := r.productInstance(c, "DEV", handled(&p.Entry, notDone)); ref != nil {
			r.slot(c, "devices", len(p.Devices))
			p.Devices = append(p.Devices, *ref)
		}
	}
	for rel, sub := range r.relations(n) {
		r.procedurePart(&p, rel, sub)
	}
	if assertion == record.Affirmed && notDone {
		r.notPerformed(&p, n)
	}
	r.rec.Procedures = append(r.rec.Procedures, p)
	return record.Ref{ID: p.ID, Kind: kindProcedure}
}

// classOf gives the class that CDA's schema has for a statement of each name.
func classOf(n tree.Node) string {
	switch n.Name() {
	case "procedure":
		return "PROC"
	case "observation":
		return "OBS"
	case "encounter":
		return "ENC"
	case "supply":
		return "SPLY"
	}
	return "ACT"
}

// failedAttempt marks a procedure as unsuccessful (SNOMED CT; HL7's example of an unsuccessful procedure).
const failedAttempt = "103709008"

// procedurePart reads one of the statements that hang on a procedure.
func (r *reader) procedurePart(p *record.Procedure, rel, sub tree.Node) {
	negated := isTrue(rel.Parent().Attr("negationInd").Value())
	switch {
	case sub.Name() == "encounter" && isMention(sub):
		if p.Encounter == nil {
			if p.Encounter = r.encounterNamed(rel, sub, rel.Attr("typeCode").Value() == "COMP" && rel.Attr("inversionInd").OK()); p.Encounter != nil {
				r.slot(rel, "encounter", -1)
			}
		}
	case sub.Name() == "organizer" && r.isUDIOrganizer(sub):
		r.udiOrganizer(rel, sub, p.Devices)
	case sub.Name() == "substanceAdministration" && rel.Attr("typeCode").Value() != "REFR":
		if ref, ok := r.medicationWithin(rel, sub); ok {
			r.slot(rel, "medications", len(p.Medications))
			p.Medications = append(p.Medications, ref)
		}
	case p.Outcome == nil && isFailedAttempt(sub):
		if r.plain(sub, "EVN") && r.relates(rel, true, "SUBJ") {
			r.shape(sub, "ACT", "EVN")
			r.fixed(sub.Child("statusCode"), "code", "completed")
			r.slot(rel, "outcome", -1)
			p.Outcome = r.conceptPtr(sub.Child("code"))
		}
	case r.asks(sub, &reasonNotDone) && !negated:
		// The same template tells why a procedure was done (C-CDA Reason: care action performed or not).
		if c := r.answered(rel, sub, &reasonNotDone, false, "RSON"); c != nil {
			r.slot(rel, "indications", len(p.Indications))
			p.Indications = append(p.Indications, record.Indication{Code: c, Identifiers: r.ids(sub), When: r.periodPtr(sub.Child("effectiveTime"))})
		}
	case r.asks(sub, &reasonNotDone):
		if c := r.answered(rel, sub, &reasonNotDone, false, "RSON"); c != nil {
			r.slot(rel, "status.reasons", len(p.Status.Reasons))
			p.Status.Reasons = append(p.Status.Reasons, *c)
		}
	case r.isInstruction(sub) && rel.Attr("typeCode").Value() != "REFR":
		if i, ok := r.instruction(rel, sub); ok {
			r.slot(rel, "instructions", len(p.Instructions))
			p.Instructions = append(p.Instructions, i)
		}
	case sub.Name() == "observation" && r.hasAny(sub, templatesReaction):
		if x, ok := r.reaction(rel, sub, "COMP", "CAUS", "MFST"); ok {
			r.slot(rel, "reactions", len(p.Reactions))
			p.Reactions = append(p.Reactions, x)
		}
	case r.isIndication(rel, sub):
		if i, ok := r.indication(rel, sub); ok {
			r.slot(rel, "indications", len(p.Indications))
			p.Indications = append(p.Indications, i)
		}
	case r.isTimeInWords(sub):
		r.timeInWords(rel, sub, timeOf{whenItWas, "when", &p.When})
	case negated || p.Assertion != record.Affirmed:
		// Of what was not done the parts were not done either.
	default:
		r.within(rel, sub, &p.Relations)
	}
}

// isFailedAttempt recognises the act that marks a procedure as unsuccessful.
func isFailedAttempt(n tree.Node) bool {
	code := n.Child("code")
	return n.Name() == "act" && code.Attr("code").Value() == failedAttempt && code.Attr("codeSystem").Value() == oidSNOMED
}

// medicationWithin reads a medication that was given as part of another act.
func (r *reader) medicationWithin(rel, sa tree.Node) (record.Ref, bool) {
	if !r.isMedication(sa) {
		return record.Ref{}, false
	}
	assertion, ok := r.medicationAssertion(sa)
	if !ok || !r.relates(rel, false, "COMP") {
		return record.Ref{}, false
	}
	return r.medication(sa, assertion), true
}

// notPerformed makes the status of a negated procedure: refused where a reason
// says that the patient or a proxy declined, else not done. The statusCode stays as sent.
func (r *reader) notPerformed(p *record.Procedure, n tree.Node) {
	r.notGiven(&p.Status, n)
	for i := range p.Indications {
		c := p.Indications[i].Code
		if c == nil || p.Indications[i].Assertion == record.Negated {
			continue
		}
		for k := range c.Codings {
			if slices.Contains(refusals, c.Codings[k].Code) {
				p.Status.Code = record.StatusRefused
			}
		}
	}
}
