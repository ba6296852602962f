package fhir

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// basic reads a Basic of ours: what no resource of FHIR's can say without being
// read as its opposite. Its entry stands whole in our extension. Any other Basic is carried.
func (r *reader) basic(n tree.Node) bool {
	if !isNotStated(n) || !r.subject(n, "subject") {
		return false
	}
	e, at := unstatedEntry(n)
	if at < 0 {
		return r.notHad(n)
	}
	list := reflect.ValueOf(r.rec).Elem().Field(at)
	v := reflect.New(list.Type().Elem()).Elem()
	entry := v.FieldByName("Entry").Addr().Interface().(*record.Entry)
	*entry = r.entry(e)
	entry.Assertion = record.Affirmed
	r.known(own(n))
	r.known(e)
	r.members(e, v)
	r.labelsBeside(object(n, "meta"), entry)
	r.notStatedCode(n)
	list.Set(reflect.Append(list, v))
	return true
}

// isNotStated reports whether a Basic is one of ours.
func isNotStated(n tree.Node) bool {
	for _, k := range objects(object(n, "code"), "coding") {
		if peek(k, "system") == extAssertion && peek(k, "code") == "not-stated" {
			return own(n).OK()
		}
	}
	return false
}

// notStatedCode takes the code that says so.
func (r *reader) notStatedCode(n tree.Node) {
	for _, k := range objects(object(n, "code"), "coding") {
		if peek(k, "system") == extAssertion {
			r.take(k.Child("system"))
			r.take(k.Child("code"))
		}
	}
}

// unstatedEntry gives the part of our extension that holds an entry whole, and
// the place in Record of the list that it is of; -1 where there is none.
func unstatedEntry(n tree.Node) (tree.Node, int) {
	t := reflect.TypeFor[record.Record]()
	for _, e := range objects(own(n), "extension") {
		name := peek(e, "url")
		for i := range t.NumField() {
			f := t.Field(i)
			if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag != name || f.Type.Kind() != reflect.Slice || f.Tag.Get("portage") == "made" {
				continue
			}
			if _, isEntry := f.Type.Elem().FieldByName("Entry"); isEntry {
				return e, i
			}
		}
	}
	return tree.Node{}, -1
}

// kindOfBasic gives the kind of the entry that a Basic of ours holds.
func kindOfBasic(n tree.Node) string {
	if !isNotStated(n) {
		return ""
	}
	_, at := unstatedEntry(n)
	if at < 0 {
		return ""
	}
	rec := record.Record{}
	list := reflect.ValueOf(&rec).Elem().Field(at)
	list.Set(reflect.MakeSlice(list.Type(), 1, 1))
	for kind := range rec.Entries() {
		return kind
	}
	return ""
}

// labelsBeside takes the marks of meta, which repeat those that an entry has in
// our extension. What they do not repeat is added.
func (r *reader) labelsBeside(meta tree.Node, e *record.Entry) {
	for _, l := range r.labels(meta, "security") {
		if !slices.ContainsFunc(e.Labels, func(x record.Label) bool { return reflect.DeepEqual(x.Coding, l.Coding) }) {
			e.Labels = append(e.Labels, l)
		}
	}
	for i := range e.Labels {
		if l := &e.Labels[i]; l.Coding.System == record.SystemConfidentiality {
			l.Kind = "confidentiality"
		}
	}
}

// notHad reads a Basic of ours that says which condition a relative did not have,
// or is not known to have had, into the relative that it points to.
func (r *reader) notHad(n tree.Node) bool {
	e, c := extension(own(n), "familyMember"), extension(own(n), "conditions")
	i, ok := r.plan.target(peek(object(e, "valueReference"), "reference"), r.at)
	if !ok || !c.OK() {
		return false
	}
	m := r.familyMemberOf(r.plan.all[i].entryID)
	if m == nil {
		return false
	}
	var v record.FamilyCondition
	r.known(own(n))
	r.known(c)
	r.fieldsOf(c, &v)
	r.take(object(r.known(e), "valueReference").Child("reference"))
	at := len(m.Conditions)
	if p := r.field(n, "place"); p.OK() {
		if k, err := strconv.Atoi(peek(p, "valueString")); err == nil && k >= 0 && k <= at {
			r.scaffold(p.Child("valueString"))
			at = k
		}
	}
	m.Conditions = slices.Insert(m.Conditions, at, v)
	r.notStatedCode(n)
	x := &r.plan.all[r.at]
	r.made = append(r.made, x.entryID, m.ID)
	return true
}

func (r *reader) familyMemberOf(id string) *record.FamilyMember {
	for i := range r.rec.FamilyHistory {
		if r.rec.FamilyHistory[i].ID == id {
			return &r.rec.FamilyHistory[i]
		}
	}
	return nil
}
