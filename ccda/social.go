package ccda

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// finding is an observation of social history, or of what the patient can do,
// that its template tells from others.
type finding struct {
	template string
	kind     string // Observation.Kind
	section  sectionKind
}

// findings are the templates, the special before the general: an observation
// may claim Social History Observation beside its own.
var findings = [...]finding{
	{"2.16.840.1.113883.10.20.22.4.78", "smoking-status", socialSection},            // Smoking Status
	{"2.16.840.1.113883.10.20.22.4.85", "tobacco-use", socialSection},               // Tobacco Use
	{"2.16.840.1.113883.10.20.22.4.200", "birth-sex", socialSection},                // Birth Sex Observation
	{"2.16.840.1.113883.10.20.22.4.507", "sex", socialSection},                      // Sex Observation
	{"2.16.840.1.113883.10.20.34.3.45", "gender-identity", socialSection},           // Gender Identity Observation
	{"2.16.840.1.113883.10.20.22.4.501", "sexual-orientation", socialSection},       // Sexual Orientation Observation
	{"2.16.840.1.113883.10.20.22.4.503", "occupation", socialSection},               // Basic Occupation Observation
	{"2.16.840.1.113883.10.20.22.4.504", "industry", socialSection},                 // Basic Industry Observation
	{"2.16.840.1.113883.10.20.15.3.8", "pregnancy-status", socialSection},           // Pregnancy Observation
	{"2.16.840.1.113883.10.20.22.4.293", "pregnancy-status", socialSection},         // Pregnancy Observation, supplemental
	{"2.16.840.1.113883.10.20.15.3.1", "estimated-delivery-date", socialSection},    // Estimated Date of Delivery
	{"2.16.840.1.113883.10.20.22.4.281", "pregnancy-intent", socialSection},         // Pregnancy Intention in Next Year
	{"2.16.840.1.113883.10.20.22.4.506", "tribal-affiliation", socialSection},       // Tribal Affiliation Observation
	{"2.16.840.1.113883.10.20.22.4.72", "caregiver-characteristics", socialSection}, // Caregiver Characteristics
	{"2.16.840.1.113883.10.20.22.4.109", "home-environment", socialSection},         // Characteristics of Home Environment
	{"2.16.840.1.113883.10.20.22.4.111", "cultural-religious", socialSection},       // Cultural and Religious Observation
	{"2.16.840.1.113883.10.20.22.4.69", "assessment-scale", assessmentSection},      // Assessment Scale Observation
	{"2.16.840.1.113883.10.20.22.4.505", "disability", assessmentSection},           // Disability Status Observation
	{"2.16.840.1.113883.10.20.22.4.67", "functional-status", assessmentSection},     // Functional Status Observation
	{"2.16.840.1.113883.10.20.22.4.68", "functional-status", assessmentSection},     // Functional Status Problem Observation (R1.1)
	{"2.16.840.1.113883.10.20.22.4.128", "self-care", assessmentSection},            // Self-Care Activities
	{"2.16.840.1.113883.10.20.22.4.127", "sensory-status", assessmentSection},       // Sensory Status
	{"2.16.840.1.113883.10.20.22.4.74", "mental-status", assessmentSection},         // Mental Status Observation
	{"2.16.840.1.113883.10.20.22.4.73", "mental-status", assessmentSection},         // Cognitive Status Problem Observation (R1.1)
	{"2.16.840.1.113883.10.20.22.4.144", "outcome", assessmentSection},              // Outcome Observation
	{templateProgress, "goal-progress", assessmentSection},                          // Progress Toward Goal Observation
	{"2.16.840.1.113883.10.20.22.4.124", "nutrition-status", assessmentSection},     // Nutritional Status Observation
	{templateNutrition, "nutrition-assessment", assessmentSection},                  // Nutrition Assessment
	{"2.16.840.1.113883.10.20.22.4.86", "assessment-scale-item", assessmentSection}, // Assessment Scale Supporting Observation
	{templateSocialHistory, "", socialSection},                                      // Social History Observation
	{"2.16.840.1.113883.10.20.1.33", "", socialSection},                             // CCD
}

const (
	templateProgress  = "2.16.840.1.113883.10.20.22.4.110"
	templateNutrition = "2.16.840.1.113883.10.20.22.4.138"
)

const templateSocialHistory = "2.16.840.1.113883.10.20.22.4.38"

// templatesSocial are those that an observation of any kind may claim beside its own: C-CDA's general one, CCD's, HITSP C83's and IHE's.
var templatesSocial = []string{templateSocialHistory, "2.16.840.1.113883.10.20.1.33", "2.16.840.1.113883.3.88.11.83.19", "1.3.6.1.4.1.19376.1.5.3.1.4.13.4"}

func (r *reader) findingOf(n tree.Node) *finding {
	if n.Name() != "observation" {
		return nil
	}
	for i := range findings {
		if r.has(n, findings[i].template) {
			return &findings[i]
		}
	}
	return nil
}

// readFindingEntry reads an entry that holds one such observation. One without a
// template of C-CDA's is of the section it is in.
func (r *reader) readFindingEntry(section sectionKind, entry tree.Node) []record.Ref {
	st := r.statement(entry)
	f := r.findingOf(st)
	if f == nil {
		if st.Name() != "observation" || !r.bare(st, nil) || !saysWhat(st) {
			return nil
		}
		f = &finding{section: section}
	}
	if !r.legibleFinding(st, f) {
		return nil
	}
	if r.ofPatient(st, f) {
		return []record.Ref{}
	}
	return []record.Ref{r.finding(st, f)}
}

// legibleFinding is legibleObservation, where what the patient intends may be said as an intent (Pregnancy Intention, R2.1 and 3.0).
func (r *reader) legibleFinding(obs tree.Node, f *finding) bool {
	if f.kind == "pregnancy-intent" && obs.Attr("moodCode").Value() == "INT" {
		return r.legible(obs, "INT") && !(isTrue(obs.Attr("negationInd").Value()) && obs.Attr("nullFlavor").OK())
	}
	return r.legibleObservation(obs)
}

// finding reads one such observation into the list of its section.
func (r *reader) finding(obs tree.Node, f *finding) record.Ref {
	kind, list := kindSocial, &r.rec.Social
	if f.section == assessmentSection {
		kind, list = kindAssessment, &r.rec.Assessments
	}
	known := templatesSocial
	if f.template != "" {
		known = append(slices.Clone(known), f.template)
	}
	o := r.observation(kind, obs, known)
	o.Kind = f.kind
	r.findingParts(&o, obs)
	*list = append(*list, o)
	return record.Ref{ID: o.ID, Kind: kind}
}

// Observations that are components of another: what they say has no life of its own.
var (
	templatesDelivery = []string{"2.16.840.1.113883.10.20.15.3.1", "2.16.840.1.113883.10.20.22.4.297"}
	templatesIndustry = []string{"2.16.840.1.113883.10.20.22.4.504"}
	// Problem Status, CCD's social history and other status observations: whether it is still so.
	templatesStatus = []string{"2.16.840.1.113883.10.20.22.4.6", "2.16.840.1.113883.10.20.1.50", "2.16.840.1.113883.10.20.1.56", "2.16.840.1.113883.10.20.1.57"}
)

// findingParts reads what hangs on such an observation: the estimated date of
// delivery and the industry as components (C-CDA on FHIR, CF-social); the answers
// behind a scale as members.
func (r *reader) findingParts(o *record.Observation, obs tree.Node) {
	for rel, sub := range r.relations(obs) {
		if sub.Name() != "observation" {
			continue
		}
		switch {
		case r.hasAny(sub, templatesDelivery):
			r.component(o, rel, sub, templatesDelivery, "REFR", "COMP")
		case r.hasAny(sub, templatesIndustry):
			r.component(o, rel, sub, append([]string{templateSocialHistory}, templatesIndustry...), "REFR", "COMP")
		case r.hasAny(sub, []string{"2.16.840.1.113883.10.20.22.4.69", "2.16.840.1.113883.10.20.22.4.86"}):
			f := r.findingOf(sub)
			if strings.HasPrefix(f.kind, "assessment-scale") && r.legibleObservation(sub) && r.relates(rel, false, "COMP") {
				r.slot(rel, "members", len(o.Members))
				o.Members = append(o.Members, r.finding(sub, f))
			}
		case o.Assertion != record.Affirmed:
		case r.has(sub, templateNutrition):
			if refs := r.nested(rel, sub); refs != nil && r.sameAs(rel, "SUBJ") {
				r.slot(rel, "members", len(o.Members))
				o.Members = append(o.Members, refs...)
			} else if refs != nil {
				o.Relations = append(o.Relations, r.relation(rel, refs[0]))
			}
		case r.has(sub, templateProgress), r.isGoal(sub):
			r.within(rel, sub, &o.Relations)
		case rel.Attr("typeCode").Value() == "REFR" && isBarePart(sub) && !r.isIssued(sub):
			r.component(o, rel, sub, nil, "REFR")
		}
	}
}

// parts reads what hangs on a result or a vital sign: what says nothing but a
// code and a value is a component of FHIR's, what it is composed of a member.
func (r *reader) parts(o *record.Observation, obs tree.Node, k *panelKind, into *[]record.Observation) {
	for rel, sub := range r.relations(obs) {
		switch {
		case sub.Name() != "observation", r.isIssued(sub):
		case rel.Attr("typeCode").Value() == "REFR" && isBarePart(sub):
			r.component(o, rel, sub, nil, "REFR")
		case rel.Attr("typeCode").Value() == "COMP" && o.Assertion == record.Affirmed && r.isMemberOf(sub, k):
			if r.legibleObservation(sub) && r.relates(rel, false, "COMP") {
				r.slot(rel, "members", len(o.Members))
				o.Members = append(o.Members, r.member(sub, k, into))
			}
		}
	}
}

// stages reads of which stage the pressure ulcers are that an observation counts (CONF:1198-14718).
func (r *reader) stages(o *record.Observation, obs tree.Node) {
	for rel, sub := range r.relations(obs) {
		if sub.Name() == "observation" && rel.Attr("typeCode").Value() == "SUBJ" && isBarePart(sub) && sub.Child("code").Attr("code").Value() == "ASSERTION" {
			r.without(sub, "statusCode")
			r.component(o, rel, sub, nil, "SUBJ")
		}
	}
}

// isMemberOf reports whether what another observation is composed of is one of
// its kind: no template says that it is something else. The unit of a value that
// is said beside it (SNOMED CT 246514001) is no result.
func (r *reader) isMemberOf(obs tree.Node, k *panelKind) bool {
	return saysWhat(obs) && obs.Child("code").Attr("code").Value() != "246514001" && (!obs.Child("templateId").OK() || r.hasAny(obs, k.observations)) && !r.hasAny(obs, templatesStatus)
}

// isBarePart reports whether an observation has nothing beside ids, code, status and
// value with what is expected of that, and is of no template.
func isBarePart(obs tree.Node) bool {
	for c := range obs.Children() {
		switch c.Name() {
		case "id", "code", "statusCode", "value", "interpretationCode", "referenceRange":
		default:
			if c.Name() != "" {
				return false
			}
		}
	}
	return obs.Child("code").Attr("code").OK() && obs.Child("value").OK()
}

// component reads an observation that says nothing beside its code and value.
func (r *reader) component(o *record.Observation, rel, obs tree.Node, templates []string, types ...string) {
	if !r.plain(obs, "EVN") || !r.relates(rel, false, types...) {
		return
	}
	r.templates(obs, templates...)
	r.shape(obs, "OBS", "EVN")
	r.fixed(obs.Child("statusCode"), "code", "completed")
	r.slot(rel, "components", len(o.Components))
	o.Components = append(o.Components, record.Component{Identifiers: r.ids(obs), Code: r.concept(obs.Child("code")), Values: r.values(obs),
		Interpretations: r.concepts(obs, "interpretationCode"), ReferenceRanges: r.referenceRanges(obs)})
}

// Observations that US Core has as extensions of Patient, by the code that their templates fix.
var (
	birthSex  = question{system: oidLOINC, codes: []string{"76689-9"}, displays: []string{"Sex assigned at birth"}}
	sex       = question{system: oidLOINC, codes: []string{"46098-0"}, displays: []string{"Sex"}}
	gender    = question{system: oidLOINC, codes: []string{"76691-5"}, displays: []string{"Gender identity"}}
	tribe     = question{system: oidLOINC, codes: []string{"95370-3"}, displays: []string{"Tribal affiliation"}}
	ofPatient = map[string]*question{"birth-sex": &birthSex, "sex": &sex, "gender-identity": &gender, "tribal-affiliation": &tribe}
)

// saysNothing reports whether an element is empty.
func saysNothing(n tree.Node) bool {
	for range n.Attrs() {
		return false
	}
	return !n.First().OK()
}

// ofPatient reads an observation that is a fact of the patient's own, where the
// patient's fields hold all that the entry says (CF-social). One that says more,
// by whom and when, stays an observation.
func (r *reader) ofPatient(obs tree.Node, f *finding) bool {
	p, q := r.rec.Patient, ofPatient[f.kind]
	value := obs.Child("value")
	if p == nil || q == nil || value.Attr("code").Value() == "" || !r.asks(obs, q) || obs.Attr("negationInd").OK() || obs.Attr("nullFlavor").OK() {
		return false
	}
	for c := range obs.Elements("") {
		if saysNothing(c) {
			continue
		}
		if c.Name() == "effectiveTime" && c.Attr("nullFlavor").OK() && !c.First().OK() {
			continue // that the time is not known is left to be carried
		}
		switch n := c.Name(); n {
		case "templateId", "code", "statusCode":
		case "value":
			if c.NextNamed().OK() {
				return false
			}
		case "id", "effectiveTime":
			if f.kind != "gender-identity" {
				return false
			}
		default:
			return false
		}
	}
	if f.kind == "birth-sex" && p.BirthSex != nil || f.kind == "sex" && p.Sex != nil {
		return false
	}
	c := r.conceptPtr(value)
	if c == nil {
		return false
	}
	r.own(obs, p.ID)
	switch f.kind {
	case "birth-sex":
		r.slot(obs, "birthSex", -1)
	case "sex":
		r.slot(obs, "sex", -1)
	case "gender-identity":
		r.slot(obs, "genderIdentities", len(p.GenderIdentities))
	case "tribal-affiliation":
		r.slot(obs, "tribalAffiliations", len(p.TribalAffiliations))
	}
	q = &question{templates: append(slices.Clone(templatesSocial), f.template), system: q.system, codes: q.codes, displays: q.displays}
	r.frame(obs, q)
	if t := obs.Child("effectiveTime"); f.kind != "gender-identity" && t.OK() && saysNothing(t) {
		r.form(t)
	}
	switch f.kind {
	case "birth-sex":
		p.BirthSex = c
	case "sex":
		p.Sex = c
	case "gender-identity":
		p.GenderIdentities = append(p.GenderIdentities, record.DatedConcept{Concept: *c, When: r.periodPtr(obs.Child("effectiveTime")), Identifiers: r.ids(obs)})
	case "tribal-affiliation":
		p.TribalAffiliations = append(p.TribalAffiliations, record.TribalAffiliation{Tribe: *c})
	}
	return true
}
