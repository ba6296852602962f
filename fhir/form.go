package fhir

import (
	"strings"

	"github.com/portage-health/portage/internal/codes"
	"github.com/portage-health/portage/record"
)

// blankStatuses pairs FHIR's publication-status with the record's. What is retired is not to be used any more.
var blankStatuses = codes.NewTable(
	codes.Both("draft", record.StatusDraft), codes.Both("active", record.StatusActive), codes.Both("retired", record.StatusInactive),
	codes.Both("unknown", record.StatusUnknown),
)

const (
	extItemControl  = "http://hl7.org/fhir/StructureDefinition/questionnaire-itemControl"
	extOptionPrefix = "http://hl7.org/fhir/StructureDefinition/questionnaire-optionPrefix"
	extOrdinal      = "http://hl7.org/fhir/StructureDefinition/ordinalValue"

	// The types that answer[x], initial.value[x] and answerOption.value[x] allow (R4 Questionnaire).
	answerTypes  = " Boolean Decimal Integer Date DateTime Time String Coding Quantity Reference "
	initialTypes = answerTypes + "Uri Attachment "
	optionTypes  = " Integer Date Time String Coding Reference "

	itemTypes     = " group display boolean decimal integer date dateTime time string text url choice open-choice attachment reference quantity "
	optionedTypes = " choice open-choice decimal integer date dateTime time string quantity " // que-5
	lengthTypes   = " boolean decimal integer string text url open-choice "                   // que-10
	itemOperators = " exists = != > < >= <= "
	itemBehaviors = " all any "
)

// inList reports whether a code is one of a list.
func inList(list, code string) bool {
	return code != "" && !strings.Contains(code, " ") && strings.Contains(list, " "+code+" ")
}

// blankKind says what a form becomes: a Basic where it is denied or not known.
func blankKind(f *record.Form) kind {
	if f.Assertion != record.Affirmed {
		return kindBasic
	}
	return kindQuestionnaire
}

// blank writes a Questionnaire (R4 3.8).
func (w *writer) blank(i int, f *record.Form) {
	if blankKind(f) == kindBasic {
		w.unstated("forms", i, &f.Entry, f)
		return
	}
	w.resource("forms", i, &f.Entry, kindQuestionnaire)
	w.common(&f.Entry, hasIdentifiers|hasStatus|hasAssertion)
	w.uri("url", f.URL)
	w.str("version", f.Version)
	w.str("name", f.Name)
	w.str("title", f.Title)
	w.canonicals("derivedFrom", f.DerivedFrom)
	w.status("status", &f.Status, &blankStatuses, "unknown")
	w.bool("experimental", f.Experimental)
	w.arr("subjectType")
	for _, t := range f.SubjectTypes {
		if isResourceType(t) {
			w.code("", t)
		}
	}
	w.endArr()
	for _, t := range f.SubjectTypes {
		if !isResourceType(t) {
			w.fieldStr("subjectTypes", t)
		}
	}
	if f.When != nil {
		w.dateTime("date", *f.When)
	}
	w.str("publisher", f.Publisher)
	w.arr("contact")
	for k := range f.Contacts {
		w.In("contacts", k)
		w.obj("")
		w.str("name", f.Contacts[k].Name)
		w.contactPoints(f.Contacts[k].Telecoms)
		w.end()
		w.Leave()
	}
	w.endArr()
	w.str("description", f.Description)
	w.arr("useContext")
	for k := range f.Uses {
		w.In("uses", k)
		w.formUse(&f.Uses[k])
		w.Leave()
	}
	w.endArr()
	w.concepts("jurisdiction", f.Jurisdictions)
	w.str("purpose", f.Purpose)
	w.str("copyright", f.Copyright)
	if f.Approved != nil {
		w.date("approvalDate", *f.Approved)
	}
	if f.Reviewed != nil {
		w.date("lastReviewDate", *f.Reviewed)
	}
	w.period("effectivePeriod", f.Effective)
	w.codings("code", f.Codes)
	seen := map[string]bool{}
	w.blankItems(f.Items, seen)
	w.endResource()
}

// isResourceType reports whether a name is of a resource of R4.
func isResourceType(name string) bool {
	return elements().resource(name) != nil
}

// canonicals writes an array of canonical URLs.
func (w *writer) canonicals(name string, urls []string) {
	w.arr(name)
	for _, u := range urls {
		if isURI(u) {
			w.code("", u)
		}
	}
	w.endArr()
	for _, u := range urls {
		if !isURI(u) {
			w.fieldStr(name, u)
		}
	}
}

// formUse writes a UsageContext.
func (w *writer) formUse(u *record.FormUse) {
	w.obj("")
	w.coding("code", &u.Code)
	rest := u.Value
	switch {
	case rest.Concept != nil:
		w.concept("valueCodeableConcept", rest.Concept)
		rest.Concept = nil
	case rest.Quantity != nil:
		w.quantity("valueQuantity", rest.Quantity)
		rest.Quantity = nil
	case rest.Range != nil:
		w.rng("valueRange", rest.Range)
		rest.Range = nil
	case rest.Ref != nil:
		w.reference("valueReference", rest.Ref)
		rest.Ref = nil
	default:
		w.requiredObject("valueCodeableConcept", "value")
	}
	fieldRest(w, "value", rest)
	w.end()
}

// blankItems writes the questions of a form. seen are the link ids written before: no two questions have one (que-2).
func (w *writer) blankItems(items []record.FormItem, seen map[string]bool) {
	w.arr("item")
	for i := range items {
		w.In("items", i)
		w.obj("")
		w.blankItem(&items[i], seen)
		w.end()
		w.Leave()
	}
	w.endArr()
}

// blankItem writes one question. What FHIR does not allow for its type (que-1 to
// que-13) stands in the record extension.
func (w *writer) blankItem(x *record.FormItem, seen map[string]bool) {
	switch {
	case x.LinkID == "":
		w.required("linkId", "", "linkId")
	case seen[x.LinkID]:
		w.required("linkId", "", "linkId")
		w.fieldStr("linkId", x.LinkID)
	default:
		seen[x.LinkID] = true
		w.str("linkId", x.LinkID)
	}
	typ := x.Type
	if !inList(itemTypes, typ) || typ == "group" && len(x.Items) == 0 || typ == "display" && len(x.Items) > 0 {
		w.required("type", "", "type")
		w.fieldStr("type", typ)
		typ = ""
	} else {
		w.code("type", typ)
	}
	shown := typ == "display"
	w.uri("definition", x.Definition)
	if shown {
		w.fieldAny("codes", x.Codes)
	} else {
		w.codings("code", x.Codes)
	}
	w.str("prefix", x.Prefix)
	w.str("text", x.Text)
	if x.Control != nil {
		w.ext(extItemControl)
		w.concept("valueCodeableConcept", x.Control)
		w.endExt()
	}
	w.conditions(x)
	if shown {
		w.fieldBool("required", x.Required)
		w.fieldBool("repeats", x.Repeats)
		w.fieldBool("readOnly", x.ReadOnly)
	} else {
		w.bool("required", x.Required)
		w.bool("repeats", x.Repeats)
		w.bool("readOnly", x.ReadOnly)
	}
	if isWhole(x.MaxLength) && inList(lengthTypes, typ) {
		w.raw("maxLength", x.MaxLength)
	} else {
		w.fieldStr("maxLength", x.MaxLength)
	}
	w.options(x, typ)
	w.initial(x, typ)
	w.blankItems(x.Items, seen)
}

// conditions writes enableWhen, which is a modifier: what the item is asked for
// only then. One that FHIR cannot say stands there without what it lacks, and never falls away.
func (w *writer) conditions(x *record.FormItem) {
	w.arr("enableWhen")
	for k := range x.EnableWhen {
		c := &x.EnableWhen[k]
		w.In("enableWhen", k)
		w.obj("")
		if c.Question != "" {
			w.str("question", c.Question)
		} else {
			w.required("question", "", "question")
		}
		if inList(itemOperators, c.Operator) && (c.Operator != "exists" || c.Answer.Bool != nil) { // que-7
			w.code("operator", c.Operator)
		} else {
			w.required("operator", "", "operator")
			w.fieldStr("operator", c.Operator)
		}
		types := answerTypes
		if c.Operator == "exists" {
			types = " Boolean "
		}
		w.typed("answer", "answer", &c.Answer, types)
		w.end()
		w.Leave()
	}
	w.endArr()
	switch {
	case inList(itemBehaviors, x.EnableBehavior):
		w.code("enableBehavior", x.EnableBehavior)
	case len(x.EnableWhen) > 2: // que-12
		w.required("enableBehavior", "", "enableBehavior")
		fallthrough
	default:
		w.fieldStr("enableBehavior", x.EnableBehavior)
	}
}

// options writes what may be answered: a list, or a value set, and not both (que-4).
func (w *writer) options(x *record.FormItem, typ string) {
	if !inList(optionedTypes, typ) {
		w.fieldStr("answerValueSet", x.AnswerValueSet)
		w.fieldAny("answerOptions", x.AnswerOptions)
		return
	}
	if len(x.AnswerOptions) > 0 {
		w.fieldStr("answerValueSet", x.AnswerValueSet)
	} else {
		w.uri("answerValueSet", x.AnswerValueSet)
	}
	w.arr("answerOption")
	for k := range x.AnswerOptions {
		o := &x.AnswerOptions[k]
		w.In("answerOptions", k)
		w.obj("")
		if o.Prefix != "" {
			w.ext(extOptionPrefix)
			w.str("valueString", o.Prefix)
			w.endExt()
		}
		if isNumber(o.Score) {
			w.ext(extOrdinal)
			w.raw("valueDecimal", o.Score)
			w.endExt()
		} else {
			w.fieldStr("score", o.Score)
		}
		w.typed("value", "value", &o.Value, optionTypes)
		w.bool("initialSelected", o.InitialSelected)
		w.end()
		w.Leave()
	}
	w.endArr()
}

// initial writes the values that an item begins with, where it may have them (que-8, que-11, que-13).
func (w *writer) initial(x *record.FormItem, typ string) {
	n := len(x.Initial)
	switch {
	case typ == "group" || typ == "display" || len(x.AnswerOptions) > 0 && inList(optionedTypes, typ):
		n = 0
	case x.Repeats == nil || !*x.Repeats:
		n = min(n, 1)
	}
	w.arr("initial")
	for k := range n {
		w.In("initial", k)
		w.obj("")
		w.typed("value", "value", &x.Initial[k], initialTypes)
		w.end()
		w.Leave()
	}
	w.endArr()
	w.fieldAny("initial", x.Initial[n:])
}
