package fhir

import (
	"strings"

	"reflect"
	"slices"

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

// status reads a status by the pairs of its resource (left: FHIR's code). A code
// that is none of them is kept as sent.
func (r *reader) status(n tree.Node, t *codes.Table[string, record.StatusCode]) record.Status {
	return r.statusAt(n, "status", t)
}

func (r *reader) statusAt(n tree.Node, name string, t *codes.Table[string, record.StatusCode]) (s record.Status) {
	if e := r.field(n, "status"); e.OK() {
		var own record.Status
		said := r.member(e, reflect.ValueOf(&own).Elem())
		if s = own; !said {
			return r.statusElement(n, name, t, s)
		}
		// The record's own words; the element is the nearest that FHIR has, or says that FHIR demands one.
		if s.Code == "" && s.AsSent == "" && s.Absent == notStated {
			r.scaffoldAll(e)
			s = record.Status{}
		}
		v := n.Child(name)
		if code, ok := t.From(s.Code); v.Value() == "unknown" || v.OK() && v.Value() == standsForNone(n) || ok && v.Value() == code {
			r.scaffold(v)
		}
		if side := object(n, "_"+name); side.OK() && r.absentOf(side) != s.Absent {
			r.giveBack(side)
		}
		return s
	}
	return r.statusElement(n, name, t, s)
}

// statusElement adds what the element itself says.
func (r *reader) statusElement(n tree.Node, name string, t *codes.Table[string, record.StatusCode], s record.Status) record.Status {
	if side := object(n, "_"+name); side.OK() {
		s.Absent = r.absentOf(side)
	}
	v := r.str(n, name)
	if v == "" {
		return s
	}
	if code, ok := t.To(v); ok {
		s.Code = code
		if !t.TwoWay(v, code) {
			s.AsSent = v
		}
		return s
	}
	s.AsSent = v
	return s
}

// mappedStatus undoes the exporter's mapped: the record's own words stand beside a coarser code.
func (r *reader) mappedStatus(n tree.Node, s *record.Status) {
	if e := r.field(n, "statusAbsent"); e.OK() {
		s.Absent = record.AbsentReason(r.str(e, "valueCode"))
	}
}

// observation reads an Observation (R4 10.1) into the list that its category
// says it is of; a panel of vital signs or assessments becomes a panel.
func (r *reader) observation(n tree.Node) bool {
	if !r.subject(n, "subject") {
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
	add(r, r.observations(where), n, o)
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

// listByCategory says which list of the record an Observation of a category is of.
var listByCategory = map[string]string{
	"vital-signs": "vitals", "laboratory": "results", "imaging": "results", "procedure": "results", "exam": "results", "clinical-test": "results",
	"social-history": "social", "survey": "assessments", "functional-status": "assessments", "disability-status": "assessments",
	"cognitive-status": "assessments", "sdoh": "assessments", "treatment-intervention-preference": "observations", "care-experience-preference": "observations",
}

// listOf gives the list that an Observation belongs to: by its categories, the
// first that says so; where it has none, by the profile it claims.
func listOf(n tree.Node) string {
	list := ""
	for _, c := range objects(n, "category") {
		for _, k := range objects(c, "coding") {
			switch l := listByCategory[peek(k, "code")]; {
			case l == "vitals" || l == "social":
				return l // every entry of these has their category
			case list == "":
				list = l
			}
		}
	}
	if list != "" {
		return list
	}
	if peek(extension(own(n), "list"), "valueCode") == "results" {
		return "results"
	}
	for p := range items(n.Child("meta"), "profile") {
		switch url, _, _ := strings.Cut(p.Value(), "|"); url {
		case profileBase + "observation-lab", profileBase + "observation-clinical-result":
			return "results"
		}
	}
	return "observations"
}

// saysList reports whether categories say which list an observation is of.
func saysList(cs []record.Concept) bool {
	for i := range cs {
		for k := range cs[i].Codings {
			if listByCategory[cs[i].Codings[k].Code] != "" {
				return true
			}
		}
	}
	return false
}

// categories reads category. What our exporter puts there to say which list it is of is taken as checked.
func (r *reader) categories(n tree.Node, where string) (out []record.Concept) {
	for _, c := range objects(n, "category") {
		v := r.concept(c)
		if own := ownCategory(where); own != "" && bareCode(&v, sysObservationCategory, own) && !c.Child("extension").OK() {
			continue // the list of the record that holds it says so
		}
		if !v.IsZero() {
			out = append(out, v)
		}
	}
	return out
}

// ownCategory is the category that every entry of a list goes out with.
func ownCategory(where string) string {
	switch where {
	case "vitals":
		return "vital-signs"
	case "social":
		return "social-history"
	}
	return ""
}

// bareCode reports whether a concept is that code alone.
func bareCode(c *record.Concept, system, code string) bool {
	return bare(c) && c.Codings[0].System == system && c.Codings[0].Code == code
}

// kinds of observations that US Core has profiles for, by LOINC code.
var kindsByCode = []struct{ code, kind string }{
	{"72166-2", "smoking-status"}, {"11367-0", "tobacco-use"}, {"82810-3", "pregnancy-status"}, {"86645-9", "pregnancy-intent"},
	{"11341-5", "occupation"}, {"86188-0", "industry"}, {"76690-7", "sexual-orientation"}, {"76691-5", "gender-identity"}, {"76689-9", "birth-sex"},
	{"46098-0", "sex"}, {"11778-8", "estimated-delivery-date"},
}

func kindOfCode(c *record.Concept, where string) string {
	for _, k := range kindsByCode {
		if (where == "social" || where == "observations") && c.Has(record.SystemLOINC, k.code) {
			return k.kind
		}
	}
	return ""
}

// isPanel reports whether an Observation is nothing but a group of others.
func isPanel(n tree.Node, where string) bool {
	if n.Child("component").OK() || choiceOf(n, "value").OK() || !n.Child("hasMember").OK() {
		return false
	}
	if where == "vitals" {
		return true
	}
	if where != "observations" {
		return false
	}
	c := n.Child("category").First()
	return c.OK() && !c.Child("coding").OK() && own(n.Child("category").First()).OK()
}

// panelOf reads an Observation that groups others.
func (r *reader) panelOf(n tree.Node, where string) {
	p := record.Panel{Entry: r.entry(n)}
	p.Identifiers = r.identifiers(n, "identifier")
	p.Notes = r.notes(n, "note")
	p.Status = r.status(n, &observationStatuses)
	r.mappedStatus(n, &p.Status)
	p.Categories = r.categories(n, where)
	p.Code = r.addedCode(n, one(n, "code", r.concept))
	p.BasedOn = r.refs(n, "basedOn")
	p.Encounter = r.refPtr(n, "encounter")
	p.When = r.effective(n)
	p.Issued = r.timePtr(n, "issued")
	r.eachPart(&p.Entry, n, "performer", "performer")
	if s := r.refPtr(n, "specimen"); s != nil {
		p.Specimens = []record.Ref{*s}
	}
	p.Members = r.refs(n, "hasMember")
	if where == "vitals" {
		add(r, &r.rec.VitalPanels, n, p)
	} else {
		add(r, &r.rec.AssessmentPanels, n, p)
	}
}

// report reads a DiagnosticReport (R4 10.3).
func (r *reader) report(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	p := record.Panel{Entry: r.entry(n)}
	p.Identifiers = r.identifiers(n, "identifier")
	p.Status = r.status(n, &observationStatuses)
	r.mappedStatus(n, &p.Status)
	p.Categories = slices.DeleteFunc(r.concepts(n, "category"), func(c record.Concept) bool { return c.IsZero() })
	p.Code = one(n, "code", r.concept)
	p.BasedOn = r.refs(n, "basedOn")
	p.Encounter = r.refPtr(n, "encounter")
	p.When = r.effective(n)
	p.Issued = r.timePtr(n, "issued")
	r.eachPart(&p.Entry, n, "performer", "performer")
	r.eachPart(&p.Entry, n, "resultsInterpreter", "interpreter")
	p.Specimens = r.refs(n, "specimen")
	p.Members = r.refs(n, "result")
	p.Imaging = r.refs(n, "imagingStudy")
	p.Media = all(n, "media", func(m tree.Node) record.Media {
		return record.Media{Comment: r.str(m, "comment"), Ref: r.refPtr(m, "link")}
	})
	p.Conclusion = r.str(n, "conclusion")
	p.ConclusionCodes = r.concepts(n, "conclusionCode")
	p.Attachments = all(n, "presentedForm", r.attachment)
	add(r, &r.rec.ResultPanels, n, p)
	return true
}

// specimenStatuses are FHIR's; the record has them by the same names.
var specimenStatuses = codes.NewTable(
	codes.Both("available", record.StatusAvailable),
	codes.Both("unavailable", record.StatusUnavailable),
	codes.Both("entered-in-error", record.StatusEnteredInError),
)

// specimen reads a Specimen (R4 10.7).
func (r *reader) specimen(n tree.Node) bool {
	if !r.subject(n, "subject") {
		return false
	}
	s := record.Specimen{Entry: r.entry(n)}
	s.Identifiers = r.identifiers(n, "identifier")
	s.Accession = maybe(n, "accessionIdentifier", r.identifier)
	if peek(n, "status") == "unsatisfactory" {
		s.Status.Code = record.StatusCode(r.str(n, "status"))
	} else {
		s.Status = r.status(n, &specimenStatuses)
	}
	s.Notes = r.notes(n, "note")
	s.Type = one(n, "type", r.concept)
	s.Received = r.timePtr(n, "receivedTime")
	s.Parents = r.refs(n, "parent")
	s.Orders = r.refs(n, "request")
	if c := object(n, "collection"); c.OK() {
		r.part(&s.Entry, c, "collector", "performer")
		s.Collected = r.when(c, choice{dateTime: "collectedDateTime", period: "collectedPeriod"}, "collected")
		s.Quantity = maybe(c, "quantity", r.quantity)
		s.Method = r.conceptPtr(c, "method")
		s.Site = maybe(c, "bodySite", r.bodySite)
		s.Fasting = r.conceptPtr(c, "fastingStatusCodeableConcept")
		for _, e := range objects(c, "extension") {
			if peek(e, "url") == extSpecimenHandling && object(e, "valueCodeableConcept").OK() {
				s.Handling = append(s.Handling, one(r.known(e), "valueCodeableConcept", r.concept))
			}
		}
		addFields(r, c, &s)
	}
	for i, c := range objects(n, "container") {
		if i == 0 {
			s.Container = r.conceptPtr(c, "type")
			if a := object(c, "additiveCodeableConcept"); a.OK() {
				s.Additives = []record.Concept{r.concept(a)}
			}
			addFields(r, c, &s)
		}
	}
	s.Conditions = r.concepts(n, "condition")
	for _, e := range objects(n, "extension") {
		if peek(e, "url") == extSpecimenReject && object(e, "valueCodeableConcept").OK() {
			s.RejectReasons = append(s.RejectReasons, one(r.known(e), "valueCodeableConcept", r.concept))
		}
	}
	add(r, &r.rec.Specimens, n, s)
	return true
}

// kindOfObservation gives the kind of the entry that an Observation becomes.
func kindOfObservation(n tree.Node) string {
	where := listOf(n)
	panel := isPanel(n, where)
	switch {
	case panel && where == "vitals":
		return record.KindVitalPanel
	case panel:
		return record.KindAssessmentPanel
	}
	switch where {
	case "vitals":
		return record.KindVital
	case "results":
		return record.KindResult
	case "social":
		return record.KindSocial
	case "assessments":
		return record.KindAssessment
	}
	return record.KindObservation
}

// standsForNone gives the code that our exporter writes where FHIR demands a
// status and the source has none, of the types whose list has no word for that.
func standsForNone(n tree.Node) string {
	switch stringOf(n, "resourceType") {
	case "Composition":
		return statusUnsigned
	case "Coverage":
		return statusOfCoverage
	}
	return ""
}
