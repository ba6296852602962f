package ccda

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// What a template demands of the value of an observation.
type valueNeed uint8

const (
	anyValues     valueNeed = iota
	oneValue                // exactly one, of any type
	someValue               // one or more
	codedOnly               // one CD
	codeOnly                // one CD that has a code
	quantityOnly            // one PQ with a unit
	timeOnly                // one TS
	negationCoded           // one; coded it is of SNOMED CT
)

// form is how one kind of observation is written, and what its template demands.
type form struct {
	kind      string // Observation.Kind
	templates []string
	head      *question // the code that the template fixes
	when      timeNeed
	point     bool // the time is a point
	value     valueNeed
	result    bool   // the status is one of Result Status, else it is completed
	social    bool   // it conforms to Social History Observation as the Companion Guide has it
	set       string // the value set of its value, beside which there is "other"
	fits      func(*writer, *record.Observation) bool
}

// canClaim reports whether an observation can have what its template demands. One
// that cannot goes out without the template, whole, rather than cut to fit.
func (w *writer) canClaim(f *form, x *record.Observation) bool {
	if !w.strict || len(f.templates) == 0 {
		return len(f.templates) > 0
	}
	ok := fitsValue(f.value, x.Values) && (!f.point || hasNoBounds(&x.When))
	if ok && f.fits != nil {
		copy := *x // what a function that is not known here is given cannot stay on the stack
		ok = f.fits(w, &copy)
	}
	if f.result {
		ok = ok && isResultStatus(observationStatusCode(&x.Status))
	}
	return ok
}

func hasNoBounds(p *record.Period) bool {
	x := *p
	x.At, x.Absent = record.Time{}, ""
	return x.IsZero()
}

func fitsValue(need valueNeed, list []record.Value) bool {
	if need == anyValues {
		return true
	}
	if need == quantityOnly { // one PQ; values of other types may stand beside it
		n := 0
		for i := range list {
			if q := list[i].Quantity; q != nil {
				if n++; q.Unit == "" && q.Code == "" || q.Comparator != "" { // which goes out as an interval
					return false
				}
			}
		}
		return n == 1
	}
	if len(list) > 1 {
		return need == someValue
	}
	var v record.Value
	if len(list) == 1 {
		v = list[0]
	}
	none := v.IsZero() || v == record.Value{Absent: v.Absent}
	switch need {
	case timeOnly:
		return v.Time != nil
	case codeOnly:
		return v.Concept != nil && len(v.Concept.Codings) > 0 && v.Concept.Codings[0].Code != "" && v.Concept.Absent == "" && isCS(v.Concept.Codings[0].Code)
	case codedOnly:
		return none || v.Concept != nil
	case negationCoded:
		return v.Concept == nil || len(v.Concept.Codings) > 0 && v.Concept.Codings[0].System == record.SystemSNOMED
	}
	return none || v.TimeOfDay == nil && v.Sampled == nil && v.Ref == nil // which have no form in CDA
}

// observed writes an observation: a copy, of which the rest is named as lost.
func (w *writer) observed(x *record.Observation, f *form) {
	w.wrote[x.ID] = true
	w.tellObservation(x)
	claimed, laboratory, notMade := w.canClaim(f, x), f.result, notMadeFor(x)
	if !claimed && len(f.templates) > 0 {
		w.Note(&record.IssueProfileNotClaimed, "")
	}
	if !claimed {
		f = &form{kind: f.kind}
	}
	if claimed && f.kind == "pregnancy-intent" {
		w.moodOfIntent(&x.Mode)
	}
	w.beginObservation(x)
	w.claimForm(f)
	w.entryIDs(&x.Entry)
	w.concepts("sdtc:category", "categories", &x.Categories)
	w.headCode(f, &x.Code)
	w.linkOf(&x.Entry)
	var more *statusWord
	if laboratory {
		more = ofObservation.apart(&x.Status)
	}
	w.observationStatus(&x.Status, claimed && !f.result)
	w.bounds("effectiveTime", "when", &x.When, f.when)
	w.conceptPtr("priorityCode", "priority", &x.Priority)
	if isInteger(x.Repeats) {
		w.leafIf("repeatNumber", take(&x.Repeats))
	}
	w.languageOf(&x.Entry)
	if w.strict && len(x.Values) == 0 && f.value != anyValues {
		w.Note(&issueRequired, "values")
		w.nullValue("CD")
	}
	if f.set != "" && w.strict && len(x.Values) == 1 && x.Values[0].Concept != nil {
		c := *x.Values[0].Concept
		w.orOther("values[0].concept", f.set, &c)
		x.Values = []record.Value{{Concept: &c}}
	}
	w.values(&x.Values)
	w.interpretations(&x.Interpretations, f.value == quantityOnly)
	w.concepts("methodCode", "methods", &x.Methods)
	w.bodySites(&x.BodySites)
	w.specimensOut(&x.Specimens, false)
	w.participants(&x.Participants)
	w.laboratoryStatusOut("entryRelationship", &ofObservation, more)
	if notMade {
		w.reasonsOut(&x.Status)
	}
	w.observationRelations(x)
	w.referenceRanges(&x.ReferenceRanges, f.result)
	w.end()
	w.rest(x)
}

// moodOfIntent makes the mood of what the patient intends the one that the template
// fixes: an intention in R2.1 and 3.0, an event since 4.0. It is read alike.
func (w *writer) moodOfIntent(m *record.Mode) {
	mood := record.ModeIntent
	if w.release >= R40 {
		mood = record.ModeEvent
	}
	if *m != mood && (w.strict || w.isForeign()) {
		w.Note(&fixed, "mode")
		*m = mood
	}
}

// claimForm writes the template ids of an observation. What the Companion Guide
// adds to Social History Observation names that as its guide has it (2022-06-01), beside what R2.1 has.
func (w *writer) claimForm(f *form) {
	for _, t := range f.templates {
		w.template(t)
	}
	if !f.social || !w.strict {
		return
	}
	if ext := versionsOf(templateSocialHistory).of(R30); w.release == R21 || !slices.Contains(f.templates, templateSocialHistory) {
		w.leaf("templateId", "root", templateSocialHistory, "extension", ext)
	}
}

// beginObservation starts the element of an observation and says what is denied or not known.
func (w *writer) beginObservation(x *record.Observation) {
	w.notKnown(&x.Entry)
	w.begin("observation", "OBS", moodCode(&x.Mode), &x.Entry)
	notMade := notMadeFor(x)
	if x.Assertion == record.Negated || x.Assertion == record.NoneKnown || notMade {
		w.at("negationInd", "true")
	}
	if notMade {
		if x.Status.Code == record.StatusNotDone && slices.ContainsFunc(x.Status.Reasons, isRefusal) {
			w.Note(&refusedByReason, "status.code")
		}
		refusal(&x.Status)
		if x.Status.AsSent != "" {
			x.Status.Code = "" // the negation and the reason say it
		}
	}
	w.noneKnown(x.Assertion)
	x.Assertion = record.Affirmed
}

// notMadeFor reports whether an observation gives the reason why it was not made.
func notMadeFor(x *record.Observation) bool {
	return x.Assertion == record.Affirmed && x.Absent == "" && didNotHappen(&x.Status) && len(x.Status.Reasons) > 0 && hasNoValue(x.Values)
}

// headCode writes the code. Where the template fixes one and the record has
// another, that of the template comes first and the record's are translations.
func (w *writer) headCode(f *form, c *record.Concept) {
	if !w.strict {
		w.concept("code", "code", c)
		return
	}
	if q := w.fixedHead(f); q != nil && (len(c.Codings) == 0 || c.Absent != "" || c.Codings[0].Code != q.codes[0]) {
		fixed := record.Concept{Text: c.Text, TextRef: c.TextRef, Codings: []record.Coding{{SystemAsSent: q.system, Code: q.codes[0], Display: first(q.displays)}}}
		fixed.Codings = append(fixed.Codings, c.Codings...)
		if c.Absent != "" {
			w.DropString("code.absent", string(c.Absent), &withheld)
		}
		w.Note(&altered, "code")
		w.concept("code", "code", &fixed)
		*c = record.Concept{}
		return
	}
	if c.IsZero() {
		w.require("code", "code", "NI")
		return
	}
	if slices.Contains(f.templates, templateSocialHistory) && c.Code(record.SystemLOINC) == "" && len(c.Codings) < 2 {
		// A code that is not of LOINC has a translation (CONF:1198-32951).
		w.el("code")
		w.conceptContent("code", c)
		w.Note(&issueRequired, "code")
		w.leaf("translation", "nullFlavor", "NI")
		w.end()
		return
	}
	if f.result && len(c.Codings) == 0 && c.Absent == "" {
		w.Note(&issueRequired, "code")
		c.Absent = record.AbsentNoInformation // words alone: since 3.0 a result has a code or a nullFlavor
	}
	w.concept("code", "code", c)
}

// observationStatusCode gives the code of HL7 v3 ActStatus for where an
// observation stands (ConceptMap FC-ObservationStatus).
func observationStatusCode(s *record.Status) string {
	switch {
	case s.AsSent != "":
		return s.AsSent
	case s.Absent != "":
		return ""
	}
	switch s.Code {
	case record.StatusFinal, record.StatusAmended, record.StatusCorrected, record.StatusAppended:
		return "completed"
	case record.StatusPreliminary, record.StatusRegistered, record.StatusPartial:
		return "active"
	case record.StatusRefused, record.StatusNotDone:
		return "cancelled"
	}
	code, _ := actStatus.From(s.Code)
	return code
}

// isResultStatus knows the value set Result Status (2.16.840.1.113883.11.20.9.39).
func isResultStatus(code string) bool {
	switch code {
	case "aborted", "active", "cancelled", "completed", "held", "suspended":
		return true
	}
	return false
}

// observationStatus writes the status of an observation or a panel; completed
// says that the template fixes it so.
func (w *writer) observationStatus(s *record.Status, completed bool) {
	w.asActStatus(s)
	if completed {
		w.statusAs(s, "completed")
		return
	}
	w.status(s)
}

// asActStatus makes of a status that is FHIR's of an observation the one of HL7 v3 (ConceptMap FC-ObservationStatus).
func (w *writer) asActStatus(s *record.Status) {
	if code := observationStatusCode(s); code != "" && s.AsSent == "" {
		if back, _ := statusOf(code); back != s.Code {
			w.Note(&altered, "status.code")
			s.Code = back
		}
	}
}

// interpretations writes interpretationCode. A vital sign's has a code (CONF:1098-7308).
func (w *writer) interpretations(list *[]record.Concept, coded bool) {
	for i := range *list {
		c := (*list)[i]
		w.In("interpretations", i)
		if w.strict && coded && (len(c.Codings) == 0 || c.Codings[0].Code == "" || c.Absent != "") {
			w.Drop("", &c, &withheld)
		} else {
			w.concept("interpretationCode", "", &c)
		}
		w.Leave()
	}
	*list = nil
}

// bodySites writes targetSiteCode; a side of its own has no element in CDA, where it is a qualifier of the site.
func (w *writer) bodySites(list *[]record.BodySite) {
	for i := range *list {
		b := (*list)[i]
		w.In("bodySites", i)
		w.concept("targetSiteCode", "code", &b.Code)
		w.rest(&b)
		w.Leave()
	}
	*list = nil
}

// referenceRanges writes what would be expected. That of a result has a value and no code (CONF:1198-7152, 1198-32175).
func (w *writer) referenceRanges(list *[]record.ReferenceRange, result bool) {
	for i := range *list {
		g := (*list)[i]
		w.In("referenceRanges", i)
		w.el("referenceRange")
		w.el("observationRange")
		if result && w.strict && g.Code != nil {
			w.Drop("code", g.Code, &withheld)
			g.Code = nil
		}
		w.conceptPtr("code", "code", &g.Code)
		w.refText("text", &g.Text, &g.TextRef)
		if g.Value != nil {
			v := *g.Value
			w.In("value", -1)
			w.value("value", &v)
			w.Leave()
			g.Value = nil
		} else if result && w.strict {
			w.Note(&issueRequired, "value")
			w.nullValue("CD")
		}
		w.conceptPtr("interpretationCode", "type", &g.Type)
		w.end()
		w.end()
		w.rest(&g)
		w.Leave()
	}
	*list = nil
}
