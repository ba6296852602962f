package fhir

import (
	"encoding/base64"
	"reflect"
	"strings"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// fromBase64 gives the text that base64 holds; "" where it is none.
func fromBase64(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	return string(b)
}

// own gives the record extension on n (docs/fhir-extensions.md), if there is one.
func own(n tree.Node) tree.Node { return extension(n, extRecord) }

// field gives the first part of our record extension on n that holds a field of
// that name, and marks the urls that lead to it as checked.
func (r *reader) field(n tree.Node, name string) tree.Node {
	if name == "" || !n.Child("extension").OK() {
		return tree.Node{}
	}
	x := own(n)
	if !x.OK() {
		return tree.Node{}
	}
	e := extension(x, name)
	if e.OK() {
		r.known(x)
		r.known(e)
	}
	return e
}

// fields gives a part of the record what our record extension on n holds of it:
// the inverse of the exporter's field, fieldAny and fieldKnown. What was read from
// it before is passed over.
func (r *reader) fields(n tree.Node, into any) {
	if !n.Child("extension").OK() {
		return
	}
	if x := own(n); x.OK() {
		r.known(x)
		r.members(x, reflect.ValueOf(into).Elem())
	}
}

// addFields is fields for a part of the record that has no place of its own yet: it needs one only where there are any.
func addFields[T any](r *reader, n tree.Node, v *T) {
	if own(n).OK() {
		placed := *v
		r.fields(n, &placed)
		*v = placed
	}
}

// fieldsOf reads the parts of one field, which stand in it as extensions, into a part of the record.
func (r *reader) fieldsOf(e tree.Node, into any) { r.members(e, reflect.ValueOf(into).Elem()) }

// members reads the extensions of x into the fields of a struct by their names.
func (r *reader) members(x tree.Node, v reflect.Value) {
	for _, e := range objects(x, "extension") {
		f, ok := fieldOf(v, peek(e, "url"))
		if !ok || r.anyTaken(e) {
			continue
		}
		if r.member(e, f) {
			r.known(e)
		}
	}
}

// anyTaken reports whether a leaf of e apart from its url was read before.
func (r *reader) anyTaken(e tree.Node) bool {
	for i := e.Index(); i < e.End(); i++ {
		if r.led.Taken(i) {
			return true
		}
	}
	return false
}

// fieldOf finds the field of a struct by the name it has in JSON, those of an embedded Entry among them.
func fieldOf(v reflect.Value, name string) (reflect.Value, bool) {
	if v.Kind() != reflect.Struct || name == "" {
		return reflect.Value{}, false
	}
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if x, ok := fieldOf(v.Field(i), name); ok {
				return x, true
			}
			continue
		}
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name && f.IsExported() {
			return v.Field(i), true
		}
	}
	if name == "statusReasons" {
		if s := v.FieldByName("Status"); s.IsValid() {
			return s.FieldByName("Reasons"), true
		}
	}
	return reflect.Value{}, false
}

// member reads one extension into a field. It reports whether that could hold it.
func (r *reader) member(e tree.Node, f reflect.Value) bool {
	switch f.Kind() {
	case reflect.Pointer:
		v := reflect.New(f.Type().Elem())
		if !r.member(e, v.Elem()) {
			return false
		}
		f.Set(v)
		return true
	case reflect.Slice:
		v := reflect.New(f.Type().Elem()).Elem()
		if !r.member(e, v) {
			return false
		}
		f.Set(reflect.Append(f, v))
		return true
	case reflect.String:
		return r.word(e, f)
	case reflect.Bool:
		b := r.boolean(e, "valueBoolean")
		if b != nil {
			f.SetBool(*b)
		}
		return b != nil
	case reflect.Struct:
		if r.datatype(e, f.Addr().Interface()) {
			return true
		}
		if s, ok := f.Addr().Interface().(*record.Status); ok && e.Child("valueCode").OK() {
			s.Code = record.StatusCode(r.str(e, "valueCode"))
			return true
		}
		if a := f.FieldByName("Assertion"); a.IsValid() && a.String() == "" {
			a.SetString(string(record.Affirmed))
		}
		r.members(e, f)
		return true
	}
	return false
}

// word reads an extension whose value is a text, a code or a number.
func (r *reader) word(e tree.Node, f reflect.Value) bool {
	for _, name := range []string{"valueString", "valueCode"} {
		if e.Child(name).Kind() == tree.String {
			f.SetString(r.str(e, name))
			return true
		}
	}
	if v := r.number(e, "valueDecimal"); v != "" {
		f.SetString(v)
		return true
	}
	if c := e.Child("valueBase64Binary"); c.Kind() == tree.String {
		f.SetString(fromBase64(r.str(e, "valueBase64Binary"))) // text that FHIR does not allow in a string
		return true
	}
	return false
}

// datatype reads an extension whose value has a FHIR datatype.
func (r *reader) datatype(e tree.Node, p any) bool {
	switch v := p.(type) {
	case *record.Concept:
		return readInto(e, "valueCodeableConcept", r.concept, v)
	case *record.Coding:
		return readInto(e, "valueCoding", r.coding, v)
	case *record.Label:
		if c := object(e, "valueCoding"); c.OK() {
			*v = record.Label{Coding: r.coding(c)}
			if w := r.field(c, "when"); w.OK() {
				v.When = maybe(w, "valuePeriod", r.period)
			}
			return true
		}
	case *record.Ref:
		return readInto(e, "valueReference", r.ref, v)
	case *record.Time:
		if e.Child("valueDateTime").OK() || e.Child("_valueDateTime").OK() {
			*v = r.time(e, "valueDateTime")
			return true
		}
	case *record.Period:
		return readInto(e, "valuePeriod", r.period, v)
	case *record.Quantity:
		return readInto(e, "valueQuantity", r.quantity, v)
	case *record.Identifier:
		return readInto(e, "valueIdentifier", r.identifier, v)
	case *record.Attachment:
		return readInto(e, "valueAttachment", r.attachment, v)
	case *record.Name:
		return readInto(e, "valueHumanName", r.humanName, v)
	case *record.Address:
		return readInto(e, "valueAddress", r.address, v)
	case *record.Telecom:
		return readInto(e, "valueContactPoint", r.telecom, v)
	case *record.Range:
		return readInto(e, "valueRange", r.rng, v)
	case *record.Ratio:
		return readInto(e, "valueRatio", r.ratio, v)
	case *record.Data:
		if d := r.str(e, "valueBase64Binary"); d != "" {
			*v = record.Base64Data(d)
			return true
		}
	case *record.Narrative:
		if c := e.Child("valueString"); c.Kind() == tree.String {
			if n, ok := narrativeOf(c.Value()); ok {
				*v = *n
				r.take(c)
				return true
			}
		}
	}
	return false
}

// readInto reads a member that is an object into v.
func readInto[T any](e tree.Node, name string, f func(tree.Node) T, v *T) bool {
	c := object(e, name)
	if !c.OK() {
		return false
	}
	*v = f(c)
	return true
}

// assertion takes our modifier extension: what the resource says is not so, or not known.
func (r *reader) assertion(n tree.Node) record.Assertion {
	for _, e := range objects(n, "modifierExtension") {
		if peek(e, "url") == extAssertion {
			return record.Assertion(r.str(r.known(e), "valueString"))
		}
	}
	return ""
}
