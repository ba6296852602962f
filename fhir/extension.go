package fhir

import (
	"reflect"
	"strings"
	"sync"

	"github.com/portage-health/portage/record"
)

// The extensions of HL7 that are written here.
const (
	extDataAbsent   = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
	extNameQualify  = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier"
	extCensusTract  = "http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-censusTract"
	extOriginalText = "http://hl7.org/fhir/StructureDefinition/originalText"
)

// Our own extensions. docs/fhir-extensions.md has their shapes.
const (
	extBase = "http://portage-health.org/fhir/StructureDefinition/"
	// extTime holds a time as precise as the source gave it, where FHIR's own element cannot.
	extTime = extBase + "time-as-sent"
	// extRecord holds fields of the record that FHIR has no place for, by name.
	extRecord = extBase + "record"
	// extAssertion is a modifier: what the resource says is not so, or not known.
	extAssertion = extBase + "assertion"
)

// The fields below are parts of the record extension of the innermost object.

func (w *writer) fieldStr(name, v string) {
	if v != "" {
		w.field(name)
		w.str("valueString", v)
		w.endField()
	}
}

func (w *writer) fieldCode(name, v string) {
	if v == "" {
		return
	}
	w.field(name)
	if isCode(v) {
		w.code("valueCode", v)
	} else {
		w.str("valueString", v)
	}
	w.endField()
}

func (w *writer) fieldBool(name string, v *bool) {
	if v != nil {
		w.field(name)
		w.boolean("valueBoolean", *v)
		w.endField()
	}
}

// mark says yes to a question of that name about how the innermost object was written.
func (w *writer) mark(name string) {
	t := true
	w.fieldBool(name, &t)
}

func (w *writer) fieldStrs(name string, vs []string) {
	for _, v := range vs {
		w.fieldStr(name, v)
	}
}

func (w *writer) fieldConcept(name string, c *record.Concept) {
	if c != nil {
		w.field(name)
		w.concept("valueCodeableConcept", c)
		w.endField()
	}
}

func (w *writer) fieldConcepts(name string, cs []record.Concept) {
	for i := range cs {
		w.fieldConcept(name, &cs[i])
	}
}

func (w *writer) fieldRef(name string, r *record.Ref) {
	if r != nil {
		w.field(name)
		w.reference("valueReference", r)
		w.endField()
	}
}

func (w *writer) fieldRefs(name string, rs []record.Ref) {
	for i := range rs {
		w.fieldRef(name, &rs[i])
	}
}

func (w *writer) fieldTime(name string, t *record.Time) {
	if t != nil {
		w.field(name)
		w.dateTime("valueDateTime", *t)
		w.endField()
	}
}

func (w *writer) fieldPeriod(name string, p *record.Period) {
	if p != nil {
		w.field(name)
		w.period("valuePeriod", p)
		w.endField()
	}
}

func (w *writer) fieldQuantity(name string, q *record.Quantity) {
	if q != nil {
		w.field(name)
		w.quantity("valueQuantity", q)
		w.endField()
	}
}

// fieldAny keeps any other part of the record whole: structs become extensions
// within the extension, named as the record names their fields; lists repeat.
// v is a pointer, a slice or a scalar. It is for what is rare: it reflects.
func (w *writer) fieldAny(name string, v any) {
	rv := reflect.ValueOf(v)
	for rv.Kind() == reflect.Pointer {
		if rv.IsNil() {
			return
		}
		if w.fieldKnown(name, rv.Interface()) {
			return
		}
		rv = rv.Elem()
	}
	if rv.IsValid() && !rv.IsZero() {
		w.fieldValue(name, rv)
	}
}

// fieldRest is fieldAny for what is left of a part of the record whose other
// fields were written. Most often that is nothing.
func fieldRest[T comparable](w *writer, name string, rest T) {
	var nothing T
	if rest != nothing {
		kept := rest
		w.fieldAny(name, &kept)
	}
}

// fieldKnown writes what FHIR has a datatype for.
func (w *writer) fieldKnown(name string, p any) bool {
	switch v := p.(type) {
	case *record.Concept:
		w.fieldConcept(name, v)
	case *record.Coding:
		w.field(name)
		w.coding("valueCoding", v)
		w.endField()
	case *record.Ref:
		w.fieldRef(name, v)
	case *record.Time:
		w.fieldTime(name, v)
	case *record.Period:
		w.fieldPeriod(name, v)
	case *record.Quantity:
		w.fieldQuantity(name, v)
	case *record.Identifier:
		w.field(name)
		w.identifier("valueIdentifier", v)
		w.endField()
	case *record.Attachment:
		w.field(name)
		w.attachment("valueAttachment", v)
		w.endField()
	case *record.Name:
		w.field(name)
		w.humanName("valueHumanName", v)
		w.endField()
	case *record.Address:
		w.field(name)
		w.address("valueAddress", v)
		w.endField()
	case *record.Telecom:
		w.field(name)
		w.telecom("valueContactPoint", v)
		w.endField()
	case *record.Range:
		w.field(name)
		w.rng("valueRange", v)
		w.endField()
	case *record.Ratio:
		w.field(name)
		w.ratio("valueRatio", v)
		w.endField()
	case *record.Data:
		if s, err := v.Base64(); err == nil && s != "" {
			w.field(name)
			w.base64("valueBase64Binary", s)
			w.endField()
		}
	case *record.Narrative:
		if !v.IsZero() {
			w.field(name)
			w.key("valueString")
			w.div(v, 0, len(v.Nodes), false)
			w.endField()
		}
	default:
		return false
	}
	return true
}

func (w *writer) fieldValue(name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		w.fieldStr(name, v.String())
	case reflect.Bool:
		w.field(name)
		w.boolean("valueBoolean", v.Bool())
		w.endField()
	case reflect.Pointer:
		if !v.IsNil() && !w.fieldKnown(name, v.Interface()) {
			w.fieldValue(name, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			e := v.Index(i)
			if e.Kind() == reflect.Struct && e.CanAddr() {
				if w.fieldKnown(name, e.Addr().Interface()) {
					continue
				}
			}
			w.fieldValue(name, e)
		}
	case reflect.Struct:
		w.field(name)
		w.fieldMembers(v)
		w.endField()
	}
}

// fieldMembers writes the fields of a struct into the open field.
func (w *writer) fieldMembers(v reflect.Value) {
	for _, m := range membersOf(v.Type()) {
		fv := v.Field(m.index)
		if fv.IsZero() || m.form != nil && !v.FieldByIndex(m.form).IsZero() {
			continue
		}
		switch {
		case m.embedded:
			w.fieldMembers(fv)
		case m.isID:
			w.fieldStr("id", fv.String()) // what shares it is one
		case m.name == "assertion" && fv.String() == string(record.Affirmed):
		case m.isStruct && fv.CanAddr() && w.fieldKnown(m.name, fv.Addr().Interface()):
		default:
			w.fieldValue(m.name, fv)
		}
	}
}

// member is how a field of a struct of the record is written within an extension.
type member struct {
	index              int
	name               string
	form               []int // the field that it is another form of: it is written where that is empty
	embedded, isStruct bool
	isID               bool // the id of a part of an entry
}

// recordMembers are the members of all structs of the record.
var recordMembers = sync.OnceValue(func() map[reflect.Type][]member {
	all := map[reflect.Type][]member{}
	var note func(t reflect.Type)
	note = func(t reflect.Type) {
		for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
			t = t.Elem()
		}
		if _, met := all[t]; met || t.Kind() != reflect.Struct {
			return
		}
		all[t] = listMembers(t)
		for i := range t.NumField() {
			note(t.Field(i).Type)
		}
	}
	note(reflect.TypeFor[record.Record]())
	return all
})

func membersOf(t reflect.Type) []member {
	if list, ok := recordMembers()[t]; ok {
		return list
	}
	return listMembers(t)
}

func listMembers(t reflect.Type) (list []member) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("portage")
		m := member{index: i, embedded: f.Anonymous, isStruct: f.Type.Kind() == reflect.Struct}
		m.isID = tag == "made" && f.Type.Kind() == reflect.String && f.Name == "ID" && t != reflect.TypeFor[record.Entry]()
		if !f.IsExported() || tag == "made" && !m.isID {
			continue
		}
		if name, ok := strings.CutPrefix(tag, "form="); ok {
			of, _ := t.FieldByName(name)
			m.form = of.Index
		}
		m.name, _, _ = strings.Cut(f.Tag.Get("json"), ",")
		list = append(list, m)
	}
	return list
}
