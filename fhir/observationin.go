package fhir

import (
	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// observationStatuses pairs FHIR's observation-status with the record's.
var observationStatuses = codes.NewTable(
	codes.Both("registered", record.StatusRegistered),
	codes.Both("preliminary", record.StatusPreliminary),
	codes.Both("final", record.StatusFinal),
	codes.Both("amended", record.StatusAmended),
	codes.Both("corrected", record.StatusCorrected),
	codes.Both("cancelled", record.StatusCancelled),
	codes.Both("entered-in-error", record.StatusEnteredInError),
	codes.Both("unknown", record.StatusUnknown),
	codes.Both("partial", record.StatusPartial),
	codes.Both("appended", record.StatusAppended),
)

// isOfOther reports whether a code says that an observation is of somebody else than its subject, as a child that is not born
// (R4 extension observation-focusCode): nothing in it may be read as the patient's.
func (r *reader) isOfOther(n tree.Node) bool {
	for e := range items(n, "extension") {
		if peek(e, "url") == "http://hl7.org/fhir/StructureDefinition/observation-focusCode" {
			r.issue(&record.IssueOtherSubject, e)
			return true
		}
	}
	return false
}

// observation reads an Observation (R4 10.1) into the list that its category
// says it is of; a panel of vital signs or assessments becomes a panel.
func (r *reader) observation(n tree.Node) bool {
	if !r.subject(n, "subject") || r.isOfOther(n) {
		return false
	}
	where := listOf(n)
	if isPanel(n, where) {
		r.panelOf(n, where)
		return true
	}
	o := record.Observation{Entry: r.entry(n)}
	if e := r.field(n, "list"); peek(e, "valueCode") == where {
		r.take(e.Child("valueCode"))
	}
	o.Identifiers = r.identifiers(n, "identifier")
	o.Notes = r.notes(n, "note")
	o.Status = r.status(n, &observationStatuses)
	r.mappedStatus(n, &o.Status)
	o.Categories = r.categories(n, where)
	joined := isJoined(n)
	if !joined || !r.jointHead(n) {
		o.Code = r.addedCode(n, one(n, "code", r.concept))
	}
	o.Kind = kindOfCode(&o.Code, where)
	o.Focus = r.refs(n, "focus")
	o.Encounter = r.refPtr(n, "encounter")
	o.When = r.effective(n)
	o.Issued = r.timePtr(n, "issued")
	r.eachPart(&o.Entry, n, "performer", "performer")
	if v := r.value(n); v != nil {
		o.Values = []record.Value{*v}
	}
	o.Interpretations = r.concepts(n, "interpretation")
	o.ReferenceRanges = all(n, "referenceRange", r.referenceRange)
	if m := object(n, "method"); m.OK() {
		o.Methods = []record.Concept{r.concept(m)}
	}
	if b := object(n, "bodySite"); b.OK() {
		o.BodySites = []record.BodySite{r.bodySite(b)}
	}
	if s := r.refPtr(n, "specimen"); s != nil {
		o.Specimens = []record.Ref{*s}
	}
	o.Device = r.refPtr(n, "device")
	o.Members = r.refs(n, "hasMember")
	o.DerivedFrom = r.refs(n, "derivedFrom")
	o.BasedOn = r.refs(n, "basedOn")
	o.PartOf = r.refs(n, "partOf")
	if e := extension(n, extV2SubID); e.OK() {
		if s := extension(e, "original-sub-identifier"); s.OK() && s.Child("valueString").Kind() == tree.String {
			o.SubID = r.str(r.known(s), "valueString")
			r.known(e)
		}
	}
	if joined {
		o.Components = r.parted(n, &o)
	} else {
		o.Components = all(n, "component", r.component)
	}
	add(r, r.observations(where), n, &o)
	return true
}

func (r *reader) component(n tree.Node) record.Component {
	c := record.Component{
		Code: one(n, "code", r.concept), Interpretations: r.concepts(n, "interpretation"), ReferenceRanges: all(n, "referenceRange", r.referenceRange),
		Assertion: record.Affirmed,
	}
	if v := r.value(n); v != nil {
		c.Values = []record.Value{*v}
	}
	addFields(r, n, &c)
	return c
}

// effective reads effective[x].
func (r *reader) effective(n tree.Node) record.Period {
	if e := r.field(n, "when"); e.OK() && object(e, "valuePeriod").OK() && n.Child("effectiveDateTime").OK() {
		r.scaffold(n.Child("effectiveDateTime")) // our exporter's: an interval of one point
		return one(e, "valuePeriod", r.period)
	}
	if c := n.Child("effectiveInstant"); c.OK() {
		return record.Period{At: r.time(n, "effectiveInstant")}
	}
	return r.when(n, choice{dateTime: "effectiveDateTime", period: "effectivePeriod"}, "when")
}

// observations gives the list of the record by its name.
func (r *reader) observations(name string) *[]record.Observation {
	switch name {
	case "results":
		return &r.rec.Results
	case "vitals":
		return &r.rec.Vitals
	case "social":
		return &r.rec.Social
	case "assessments":
		return &r.rec.Assessments
	}
	return &r.rec.Observations
}
