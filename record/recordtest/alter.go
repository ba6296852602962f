package recordtest

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/portage-health/portage/record"
)

// wordsOf are the words of the types that have a closed list.
var wordsOf = map[string][]string{
	"Assertion":    strings.Fields("affirmed negated none-known unknown"),
	"StatusCode":   strings.Fields("draft planned proposed accepted booked pending arrived triaged checked-in waitlist no-show new active on-hold on-leave completed aborted cancelled not-done refused rejected preliminary partial registered final amended corrected appended superseded inactive available unavailable entered-in-error normal unknown"),
	"Verification": strings.Fields("confirmed unconfirmed presumed provisional differential refuted entered-in-error"),
	"Mode":         strings.Fields("intent request proposal promise appointment appointment-request goal definition criterion directive option original-order reflex-order filler-order instance-order"),
	"AbsentReason": strings.Fields("no-information unknown asked-unknown temporarily-unavailable not-asked asked-declined masked not-applicable other unencoded invalid derived trace sufficient-quantity negative-infinity positive-infinity not-present not-a-number unsupported as-text error not-performed not-permitted explicit-null"),
}

// pool is the values that each field of each type has in a record, in order.
type pool map[string][]string

func poolOf(rec *record.Record) pool {
	p := pool{}
	for leaf := range record.Leaves(rec) {
		if v, key := at(rec, leaf.Path); v.Kind() == reflect.String && !slices.Contains(p[key], leaf.Value) {
			p[key] = append(p[key], leaf.Value)
		}
	}
	return p
}

// others gives the ways to give a leaf, once it is cleared, another value than it
// has: every word of a type with a closed list, which it names, else up to three values that the field has elsewhere.
func (p pool) others(rec *record.Record, path string) (out []func(), words []string) {
	v, key := at(rec, path)
	was := reflect.ValueOf(v.Interface())
	put := func(x reflect.Value) func() {
		return func() {
			v, _ := at(rec, path)
			v.Set(x.Convert(v.Type()))
		}
	}
	switch {
	case v.Type() == reflect.TypeFor[record.Data]():
		return []func(){put(reflect.ValueOf(record.Base64Data("QW5vdGhlciBjb250ZW50")))}, nil
	case v.Kind() == reflect.Bool:
		return []func(){put(reflect.ValueOf(!v.Bool()))}, nil
	case v.Kind() != reflect.String:
		return nil, nil
	}
	list, most := p[key], 3
	closed := wordsOf[v.Type().Name()]
	if closed != nil {
		list, most = closed, len(closed)
	}
	k := slices.Index(list, was.String())
	for i := 1; i <= len(list) && len(out) < most; i++ {
		if x := list[(k+i)%len(list)]; x != was.String() {
			out = append(out, put(reflect.ValueOf(x)))
			if closed != nil {
				words = append(words, x)
			}
		}
	}
	if out == nil && v.Type() == reflect.TypeFor[string]() {
		out = append(out, put(reflect.ValueOf(was.String()+"7")))
	}
	return out, words
}

// at gives the scalar at the path of a leaf, made where a pointer to it is nil, and the type and field it stands in.
func at(rec *record.Record, path string) (v reflect.Value, key string) {
	v = reflect.ValueOf(rec).Elem()
	scalar := func() {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
	}
	for step := range strings.SplitSeq(path, ".") {
		name, index, _ := strings.Cut(step, "[")
		scalar()
		key = v.Type().Name() + "." + name
		v = fieldByJSON(v, name)
		for index != "" {
			var n string
			n, index, _ = strings.Cut(index, "]")
			index = strings.TrimPrefix(index, "[")
			k, _ := strconv.Atoi(n)
			scalar()
			v = v.Index(k)
		}
	}
	scalar()
	return v, key
}

// fieldByJSON gives the field of a struct that has a name in JSON, those of an embedded struct among them.
func fieldByJSON(v reflect.Value, name string) reflect.Value {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			if in := fieldByJSON(v.Field(i), name); in.IsValid() {
				return in
			}
		} else if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == name {
			return v.Field(i)
		}
	}
	return reflect.Value{}
}
