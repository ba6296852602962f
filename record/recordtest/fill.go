package recordtest

import (
	"fmt"
	"hash/fnv"
	"reflect"
	"strings"

	"github.com/portage-health/portage/internal/ids"
	"github.com/portage-health/portage/record"
)

// filler fills a record from the lists. What a field gets depends on its path
// alone, so that a new field elsewhere changes nothing.
type filler struct {
	refs    []wish
	anchors []anchor
	types   []reflect.Type // of the structs that the field at hand stands in
	entry   string         // kind of the entry at hand
	self    string         // its id
}

// wish is a reference that gets its target once all entries are there.
type wish struct {
	ref  *record.Ref
	kind string
	self string
	turn uint32
}

// anchor is a place in a section's narrative that an entry of the kind points to.
type anchor struct{ kind, id, text string }

func turn(path string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(path))
	return h.Sum32() >> 7
}

// fill fills v, which is the field named by key ("Type.Field") at path.
func (f *filler) fill(v reflect.Value, key, path string, nth int) {
	n := turn(path)
	switch p := v.Addr().Interface().(type) {
	case *record.Concept:
		*p = f.concept(key, path, nth)
	case *record.Coding:
		*p = f.coding(key, nth, n)
	case *record.Time:
		*p = timeAt(n)
	case *record.Period:
		*p = f.period(path, n)
	case *record.Quantity:
		*p = f.quantity(path, n)
	case *record.Range:
		*p = f.extent(path, n)
	case *record.Ratio:
		*p = record.Ratio{Numerator: ptr(f.quantity(path+"/n", 1)), Denominator: ptr(f.quantity(path+"/d", 3))}
		if n%13 == 5 {
			*p = record.Ratio{Absent: record.AbsentUnknown}
		}
	case *record.Amount:
		*p = f.amount(path, n)
	case *record.Identifier:
		*p = f.identifier(key, path, n, nth)
	case *record.Ref:
		f.ref(p, key, path, n, nth)
	case *record.Value:
		*p = f.value(key, path, int(n%values))
	case *record.Participation:
		*p = f.participation(path, n, nth)
	case *record.Attachment:
		*p = f.attachment(path, n)
	case *record.Status:
		*p = f.status(key, path, n)
	case *record.ClinicalStatus:
		*p = f.clinicalStatus(path, n)
	case *record.Name:
		*p = f.name(n, nth)
	case *record.Address:
		*p = f.address(path, n, nth)
	case *record.Telecom:
		*p = f.telecom(path, n, nth)
	case *record.Label:
		*p = label(nth)
	case *record.Note:
		*p = f.note(path, n)
	case *record.NarrativeLink:
		*p = f.narrativeLink(path, n)
	case *record.Narrative:
		*p = entryNarrative()
	case *record.Data:
		*p = record.Base64Data("SW52ZW50ZWQgY29udGVudA==")
	case *record.AbsentReason, *[]record.Origin:
		// Absence is said by variants of the types it belongs to; origins come with the entry's id.
	case *[]record.Section:
		// Sections are made when all entries are there.
		if len(f.types) > 1 {
			return
		}
	default:
		f.fillKind(v, key, path, nth)
	}
}

func (f *filler) fillKind(v reflect.Value, key, path string, nth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.word(key, path, nth))
	case reflect.Bool:
		v.SetBool(truth(key, path))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(v.Elem(), key, path, nth)
	case reflect.Slice:
		f.slice(v, key, path)
	case reflect.Struct:
		f.fields(v, path)
	}
}

// slice fills a slice with two elements near the entry and one further in.
func (f *filler) slice(v reflect.Value, key, path string) {
	elem := v.Type().Elem()
	depth := 0
	for _, t := range f.types {
		if t == elem {
			depth++
		}
	}
	if depth > 1 {
		return // a provision within a provision within a provision
	}
	n := 1
	switch words := len(tables().words[key]); {
	case elem.Kind() == reflect.String:
		n = max(1, words)
	case len(f.types) <= 1 || depth == 0 && len(f.types) == 2 && turn(path)%4 == 0:
		n = 2
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	for i := range n {
		f.fill(v.Index(i), key, fmt.Sprintf("%s[%d]", path, i), i)
	}
}

// fields fills every field of a struct.
func (f *filler) fields(v reflect.Value, path string) {
	t := v.Type()
	f.types = append(f.types, t)
	for i := range t.NumField() {
		sf := t.Field(i)
		if sf.Anonymous || !sf.IsExported() {
			continue
		}
		tag, _, _ := strings.Cut(sf.Tag.Get("portage"), "=")
		if tag == "made" && sf.Name != "Kind" && sf.Name != "ID" || tag == "form" {
			continue
		}
		at := path + "." + sf.Name
		if tag == "made" && sf.Name == "ID" {
			v.Field(i).SetString(id(t.Name(), at))
			continue
		}
		f.fill(v.Field(i), t.Name()+"."+sf.Name, at, 0)
	}
	f.types = f.types[:len(f.types)-1]
	if turn(path)%2 == 0 {
		f.forms(v)
	}
}

// forms gives every other struct the other form of a fact in place of the fact.
func (f *filler) forms(v reflect.Value) {
	switch p := v.Addr().Interface().(type) {
	case *record.Instruction:
		p.TextRef, p.Text = f.anchor(p.Text), ""
	case *record.ReferenceRange:
		p.TextRef, p.Text = f.anchor(p.Text), ""
	case *record.Relation:
		p.TypeAsSent, p.Type = "XCRPT", ""
	}
}

// anchor plants a text in the narrative of the section of the entry at hand.
func (f *filler) anchor(text string) string {
	a := anchor{kind: f.entry, text: text}
	a.id = fmt.Sprintf("%s-text-%d", f.entry, len(f.anchors)+1)
	f.anchors = append(f.anchors, a)
	return a.id
}

func (f *filler) word(key, path string, nth int) string {
	t := tables().words[key]
	if len(t) == 0 {
		return "Invented words for " + strings.ToLower(spaced(key))
	}
	return t[nth%len(t)]
}

// spaced writes "SupplyOrder.Refills" as "supply order refills".
func spaced(key string) string {
	var b strings.Builder
	for i, c := range key {
		switch {
		case c == '.':
			b.WriteByte(' ')
		case i > 0 && c >= 'A' && c <= 'Z' && key[i-1] != '.':
			b.WriteByte(' ')
			b.WriteRune(c)
		default:
			b.WriteRune(c)
		}
	}
	return b.String()
}

// truth says which flags are false in the full entries: those that turn the meaning round.
func truth(key, path string) bool {
	switch key {
	case "Medication.DoNotPerform", "Order.DoNotPerform", "PlanActivity.DoNotPerform", "Patient.Deceased", "ListItem.Deleted",
		"Relation.Negated", "Relation.Inverted", "Qualifier.Inverted", "Immunization.Subpotent", "Period.StartOpen", "Range.LowOpen":
		return false
	}
	return turn(path)%4 != 0
}

func (f *filler) ref(p *record.Ref, key, path string, n uint32, nth int) {
	_, field, _ := strings.Cut(key, ".")
	kind := tables().refs[key]
	if kind == "" {
		kind = tables().refs["*."+field]
	}
	if kind == "" || kind == "unresolved" || nth == 1 && n%5 == 0 {
		*p = record.Ref{AsSent: "external/4711", Display: "held elsewhere"}
		if n%2 == 0 {
			*p = record.Ref{Identifier: &record.Identifier{System: "urn:oid:2.16.840.1.113883.19.5", Value: "X-4711"}, Display: "held elsewhere"}
		}
		return
	}
	f.refs = append(f.refs, wish{p, kind, f.self, n})
}

func ptr[T any](v T) *T { return &v }

func id(parts ...string) string {
	return ids.New(nil).Make(append([]string{"recordtest"}, parts...)...)
}
