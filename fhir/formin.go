package fhir

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// blankOf reads a Questionnaire (R4 3.8): a form, which is of no patient.
func (r *reader) blankOf(n tree.Node) bool {
	f := record.Form{Entry: r.entry(n)}
	f.Identifiers = r.identifiers(n, "identifier")
	f.URL, f.Version = r.str(n, "url"), r.str(n, "version")
	f.Name, f.Title = r.str(n, "name"), r.str(n, "title")
	f.DerivedFrom = r.strs(n, "derivedFrom")
	f.Status = r.status(n, &blankStatuses)
	f.Experimental = r.boolean(n, "experimental")
	f.SubjectTypes = r.strs(n, "subjectType")
	f.When = r.timePtr(n, "date")
	f.Publisher = r.str(n, "publisher")
	f.Contacts = all(n, "contact", func(c tree.Node) record.FormContact {
		x := record.FormContact{Name: r.str(c, "name"), Telecoms: all(c, "telecom", r.telecom)}
		r.fields(c, &x)
		return x
	})
	f.Description = r.str(n, "description")
	f.Uses = all(n, "useContext", func(c tree.Node) record.FormUse {
		x := record.FormUse{Code: one(c, "code", r.coding)}
		r.typed(c, "value", &x.Value)
		r.fields(c, &x)
		return x
	})
	f.Jurisdictions = r.concepts(n, "jurisdiction")
	f.Purpose, f.Copyright = r.str(n, "purpose"), r.str(n, "copyright")
	f.Approved, f.Reviewed = r.timePtr(n, "approvalDate"), r.timePtr(n, "lastReviewDate")
	f.Effective = maybe(n, "effectivePeriod", r.period)
	f.Codes = all(n, "code", r.coding)
	f.Items = all(n, "item", r.blankItem)
	add(r, &r.rec.Forms, n, &f)
	return true
}

// blankItem reads Questionnaire.item.
func (r *reader) blankItem(n tree.Node) record.FormItem {
	x := record.FormItem{
		LinkID: r.str(n, "linkId"), Definition: r.str(n, "definition"), Codes: all(n, "code", r.coding), Prefix: r.str(n, "prefix"), Text: r.str(n, "text"),
		Required: r.boolean(n, "required"), Repeats: r.boolean(n, "repeats"), ReadOnly: r.boolean(n, "readOnly"),
		MaxLength: r.number(n, "maxLength"), AnswerValueSet: r.str(n, "answerValueSet"),
	}
	x.Type = r.listed(n, "type", itemTypes)
	x.EnableBehavior = r.listed(n, "enableBehavior", itemBehaviors)
	if e := extension(n, extItemControl); e.OK() && object(e, "valueCodeableConcept").OK() {
		x.Control = maybe(r.known(e), "valueCodeableConcept", r.concept)
	}
	x.EnableWhen = all(n, "enableWhen", func(c tree.Node) record.FormCondition {
		v := record.FormCondition{Question: r.str(c, "question"), Operator: r.listed(c, "operator", itemOperators)}
		r.typed(c, "answer", &v.Answer)
		r.fields(c, &v)
		return v
	})
	x.AnswerOptions = all(n, "answerOption", r.option)
	x.Initial = all(n, "initial", func(c tree.Node) record.Value {
		var v struct {
			Value record.Value `json:"value"`
		}
		r.typed(c, "value", &v.Value)
		r.fields(c, &v)
		return v.Value
	})
	x.Items = all(n, "item", r.blankItem)
	r.fields(n, &x)
	return x
}

// option reads Questionnaire.item.answerOption.
func (r *reader) option(n tree.Node) record.FormOption {
	o := record.FormOption{InitialSelected: r.boolean(n, "initialSelected")}
	r.typed(n, "value", &o.Value)
	if e := extension(n, extOptionPrefix); e.OK() && e.Child("valueString").Kind() == tree.String {
		o.Prefix = r.str(r.known(e), "valueString")
	}
	if e := extension(n, extOrdinal); e.OK() && e.Child("valueDecimal").Kind() == tree.Number {
		o.Score = r.number(r.known(e), "valueDecimal")
	}
	r.fields(n, &o)
	return o
}

// listed takes a code of a list; another is left to be carried.
func (r *reader) listed(n tree.Node, name, list string) string {
	if !inList(list, peek(n, name)) {
		return ""
	}
	return r.str(n, name)
}

// typed reads value[x] where a Quantity is one even without a unit. name is what its name begins with.
func (r *reader) typed(n tree.Node, name string, v *record.Value) {
	m := choiceOf(n, name)
	switch {
	case !m.OK():
	case m.Name() == name+"Quantity":
		v.Quantity = maybe(n, m.Name(), r.quantity)
	default:
		r.choice(m, v, n)
	}
}

// formAnswered gives the form of the record that a canonical URL names; nil where it does not hold it.
func (r *reader) formAnswered(canonical string) *record.Ref {
	i, ok := r.plan.form(canonical)
	if !ok || !r.plan.all[i].in(r.group) {
		return nil
	}
	return &record.Ref{ID: r.plan.all[i].entryID, Kind: record.KindForm}
}
