package ccda

import (
	"slices"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// Kinds of entries, as their ids name them.
const (
	kindAllergy      = "allergy"
	kindProblem      = "problem"
	kindMedication   = "medication"
	kindImmunization = "immunization"
	kindResult       = "result"
	kindResultPanel  = "result-panel"
	kindVital        = "vital"
	kindVitalPanel   = "vital-panel"
	kindSpecimen     = "specimen"
	kindObservation  = "observation"
	kindSocial       = "social"
	kindAssessment   = "assessment"
	kindFamilyMember = "family-member"

	kindAssessmentPanel = "assessment-panel"
)

// modeOf pairs HL7 v3 ActMood (2.16.840.1.113883.5.1001) with the record's
// terms. Definitions and criteria are no statements about the patient.
func modeOf(mood string) (record.Mode, bool) {
	switch mood {
	case "", "EVN":
		return record.ModeEvent, true
	case "INT":
		return record.ModeIntent, true
	case "RQO":
		return record.ModeRequest, true
	case "PRP":
		return record.ModeProposal, true
	case "PRMS":
		return record.ModePromise, true
	case "APT":
		return record.ModeAppointment, true
	case "ARQ":
		return record.ModeAppRequest, true
	}
	return "", false
}

// mode takes moodCode where modeOf knew it.
func (r *reader) mode(n tree.Node) record.Mode {
	a := n.Attr("moodCode")
	m, _ := modeOf(a.Value())
	if m == record.ModeEvent {
		r.scaffold(a)
	} else {
		r.take(a)
	}
	return m
}

// legible reports whether a statement can be read as one about the patient in
// one of the moods. Where it is about somebody else, or defined, sought or
// negated in a way that no boolean is, it marks nothing and says so: the
// statement is then carried.
func (r *reader) legible(n tree.Node, moods ...string) bool {
	if a := n.Attr("moodCode"); a.OK() && !slices.Contains(moods, a.Value()) {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	if a := n.Attr("negationInd"); a.OK() && !isBoolean(a.Value()) {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	if s := n.Child("subject"); s.OK() {
		r.issue(record.IssueOtherSubject, s)
		return false
	}
	return true
}

// noneInWords is NoneKnown where the words alone say so: a negation beside them
// adds nothing and takes nothing away, and is left to be carried.
const noneInWords record.Assertion = "none-known in words"

// assert puts what was decided of a statement into its entry, with what decided it.
func (r *reader) assert(e *record.Entry, n tree.Node, a record.Assertion) {
	if e.Assertion = a; a == noneInWords {
		e.Assertion = record.NoneKnown
	} else {
		r.negation(n)
	}
	e.Absent = r.nullFlavor(n)
}

func isBoolean(v string) bool { return isTrue(v) || v == "false" || v == "0" }

func isTrue(v string) bool { return v == "true" || v == "1" }

// plain reports whether a subordinate statement simply says that something is
// so. One that is negated, wanted or null may mean the contrary of its code: it
// marks nothing, and the statement is carried.
func (r *reader) plain(n tree.Node, moods ...string) bool {
	if n.Attr("nullFlavor").OK() || !r.legible(n, moods...) {
		return false
	}
	a := n.Attr("negationInd")
	if isTrue(a.Value()) {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	r.notNegated(a)
	return true
}

// relates checks how a statement hangs on another. It reports false, and marks
// nothing, where the relationship itself is negated or null.
func (r *reader) relates(rel tree.Node, inverted bool, types ...string) bool {
	a := rel.Attr("negationInd")
	if a.OK() && a.Value() != "false" && a.Value() != "0" {
		r.issue(record.IssueNegationUnclear, a)
		return false
	}
	if rel.Attr("nullFlavor").OK() {
		return false
	}
	r.notNegated(a)
	r.fixed(rel, "typeCode", types...)
	if inverted {
		r.fixed(rel, "inversionInd", "true", "1")
	} else {
		r.fixed(rel, "inversionInd", "false", "0")
	}
	r.fixed(rel, "contextConductionInd", "true")
	return true
}

// fixes is fixedCode where the code element may also name its type.
func (r *reader) fixes(n tree.Node, system, code string, displays ...string) bool {
	if n.OK() && !n.Attr("code").OK() && n.Attr("nullFlavor").OK() && !n.First().OK() {
		r.idle = append(r.idle, int32(n.Index())) // a code that says nothing where only one can stand
	}
	return r.fixedCode(n, system, code, displays...) && r.codedType(n)
}

// oneOf is fixes for the code of a statement that can be one of several, of
// which the writer has the first. Any other, or none, comes back as it is.
func (r *reader) oneOf(n tree.Node, system string, list []string, displays ...string) bool {
	code := n.Child("code")
	r.without(n, "code")
	for i, c := range list {
		if r.fixes(code, system, c, displays...) {
			if i > 0 || !code.Attr("codeSystem").OK() {
				r.form(code)
			}
			return true
		}
	}
	return false
}

// question is an observation that asks one fixed thing of the statement it
// hangs on, and answers it with one value.
type question struct {
	templates []string
	system    string
	codes     []string // the first is the one that the template fixes today
	displays  []string
}

// asks recognises the question by its code, or by its template where it has no code.
func (r *reader) asks(n tree.Node, q *question) bool {
	code := n.Child("code")
	if c := code.Attr("code").Value(); c != "" {
		s := code.Attr("codeSystem").Value()
		return slices.Contains(q.codes, c) && (s == "" || s == q.system || r.hasAny(n, q.templates))
	}
	return r.hasAny(n, q.templates)
}

func (r *reader) hasAny(n tree.Node, roots []string) bool {
	list := r.templateIDs(n)
	for i := range list {
		if list[i].root.OK() && slices.Contains(roots, list[i].id) {
			return true
		}
	}
	return false
}

// frame checks what the template of a question fixes.
func (r *reader) frame(n tree.Node, q *question) {
	r.templates(n, q.templates...)
	if n.Name() == "act" {
		r.shape(n, "ACT", "EVN")
	} else {
		r.shape(n, "OBS", "EVN")
	}
	r.oneOf(n, q.system, q.codes, q.displays...)
	r.fixed(n.Child("statusCode"), "code", "completed")
	r.without(n, "statusCode")
}

// answered reads a question that hangs on another statement: its answer, and
// whether it was one that can be read.
func (r *reader) answered(rel, obs tree.Node, q *question, inverted bool, types ...string) *record.Concept {
	if !r.plain(obs, "EVN") || !r.relates(rel, inverted, types...) {
		return nil
	}
	r.frame(obs, q)
	return r.answer(obs)
}

// answer takes the coded or plain value of an observation. The words of an
// observation that is one answer are the words of the answer where that has none of its own.
func (r *reader) answer(obs tree.Node) *record.Concept {
	c := r.worded(obs.Child("value"))
	if c == nil {
		c = new(record.Concept)
	}
	if c.Text == "" && c.TextRef == "" {
		words := obs.Child("text")
		c.Text, c.TextRef = r.referencedText(words)
		c.TextBeside = c.Text != "" || c.TextRef != ""
		r.fixed(words, "representation", "TXT") // the words become those of the value; these say what is so by default
		r.fixed(words, "mediaType", "text/plain", "text/x-hl7-text+xml")
	}
	if c.IsZero() {
		return nil
	}
	return c
}

// worded takes a value that should be coded and may be words alone.
func (r *reader) worded(v tree.Node) *record.Concept {
	c := r.concept(v)
	if t := v.AttrNS(spaceXSI, "type"); t.OK() && (localType(t) == "ST" || localType(t) == "ED") {
		if c.Text, c.TextRef = r.referencedText(v); c.Text != "" || c.TextRef != "" {
			r.scaffold(t)
			c.TextPlain = localType(t) == "ST"
		}
	}
	if c.IsZero() {
		return nil
	}
	return r.room.coded.One(&c)
}

// encounterRef reads an encounter that is named by nothing but its ids: the
// statement was made in it. Anything more is an encounter of its own, and is left.
func (r *reader) encounterRef(rel, enc tree.Node) *record.Ref {
	return r.encounterNamed(rel, enc, false)
}

func (r *reader) encounterNamed(rel, enc tree.Node, inverted bool) *record.Ref {
	id := enc.Child("id")
	if enc.Name() != "encounter" || !id.OK() || id.NextNamed().OK() || !r.plain(enc, "EVN") {
		return nil
	}
	if !isMention(enc) || !r.relates(rel, inverted, "SUBJ", "REFR", "COMP") {
		return nil
	}
	r.templates(enc, templatesEncounter...)
	r.shape(enc, "ENC", "EVN")
	i := r.identifier(id)
	if i.IsZero() {
		return nil
	}
	ref := &record.Ref{Kind: kindEncounter, Identifier: &i}
	r.toEncounters = append(r.toEncounters, ref)
	return ref
}

// isMention reports whether a statement is named by its ids and nothing else.
func isMention(n tree.Node) bool {
	for c := range n.Elements("") {
		if name := c.Name(); name != "id" && name != "templateId" {
			return false
		}
	}
	return true
}

// meetEncounters makes the references to encounters by an identifier point to
// the one encounter of the record that has it.
func (r *reader) meetEncounters() {
	for _, ref := range r.toEncounters {
		r.meetEncounter(ref)
	}
	for i := range r.rec.Notes {
		for j := range r.rec.Notes[i].Encounter {
			r.meetEncounter(&r.rec.Notes[i].Encounter[j])
		}
	}
}

func (r *reader) meetEncounter(ref *record.Ref) {
	if ref.ID != "" || ref.Identifier == nil {
		return
	}
	found := -1
	for i := range r.rec.Encounters {
		if slices.ContainsFunc(r.rec.Encounters[i].Identifiers, func(x record.Identifier) bool {
			return usable(&x) && x.System == ref.Identifier.System && x.Value == ref.Identifier.Value
		}) {
			if found >= 0 {
				return
			}
			found = i
		}
	}
	if found >= 0 {
		ref.ID, ref.Kind = r.rec.Encounters[found].ID, kindEncounter
	}
}

// relationTypes are the record's terms for HL7 v3 ActRelationshipType (2.16.840.1.113883.5.1002).
var relationTypes = codes.NewTable(
	codes.Both("REFR", "refers-to"),
	codes.Both("SPRT", "support"),
	codes.Both("COMP", "component"),
	codes.Both("CAUS", "cause"),
	codes.Both("MFST", "manifestation"),
	codes.Both("RSON", "reason"),
	codes.Both("SUBJ", "subject"),
	codes.Both("GEVL", "evaluates"),
	codes.Both("SAS", "starts-after-start"),
)

// relation takes how a statement hangs on another that is an entry of its own.
func (r *reader) relation(rel tree.Node, target record.Ref) record.Relation {
	x := record.Relation{Target: target, Inverted: r.boolean(rel, "inversionInd")}
	if v := r.attr(rel, "typeCode"); v != "" {
		var ok bool
		if x.Type, ok = relationTypes.To(v); !ok {
			x.TypeAsSent = v
		}
	}
	r.notNegated(rel.Attr("negationInd")) // not negated: relates saw to it
	r.fixed(rel, "contextConductionInd", "true")
	if n := rel.Child("sequenceNumber"); isInteger(n.Attr("value").Value()) {
		x.Sequence = r.attr(n, "value")
	}
	return x
}

// further are the templates of observations that are statements of their own
// beside the one they hang on.
var further = []string{
	"2.16.840.1.113883.10.20.22.4.5",   // Health Status Observation
	"2.16.840.1.113883.10.20.22.4.68",  // Functional Status Problem Observation
	"2.16.840.1.113883.10.20.22.4.133", // Wound Measurement Observation
	"2.16.840.1.113883.10.20.22.4.134", // Wound Characteristic
	"2.16.840.1.113883.10.20.22.4.77",  // Highest Pressure Ulcer Stage
	"2.16.840.1.113883.10.20.22.4.76",  // Number of Pressure Ulcers Observation
}

// furtherObservation reads an observation that hangs on a statement and is one
// of its own: an observation of the record, and a relation to it.
func (r *reader) furtherObservation(rel, obs tree.Node, into *[]record.Relation) {
	if a := rel.Attr("negationInd"); a.OK() && a.Value() != "false" && a.Value() != "0" || rel.Attr("nullFlavor").OK() || !r.legibleObservation(obs) {
		return
	}
	o := r.observation(kindObservation, obs, further)
	switch {
	case r.has(obs, further[0]):
		o.Kind = "health-status"
	case r.has(obs, further[1]):
		o.Kind = "functional-status"
	case r.has(obs, further[5]):
		o.Kind = "pressure-ulcers"
		r.stages(&o, obs)
	}
	r.rec.Observations = append(r.rec.Observations, o)
	r.slot(rel, "relations", len(*into))
	*into = append(*into, r.relation(rel, record.Ref{ID: o.ID, Kind: kindObservation}))
}
