package deid

import (
	_ "embed"
	"reflect"
	"strings"
	"sync"

	"github.com/portage-health/portage/record"
)

// RulesVersion is the version of the table of rules. It changes whenever something else becomes of a field.
const RulesVersion = "1"

//go:embed rules.txt
var rulesText string

// FieldRule says what becomes of one field of a record.
type FieldRule struct {
	Field string // Type.Field, as the Go types of package record name it
	Rule  string // the word of the table: keep, term, code, text, out …
	// Category is what is counted where the field is taken out: a letter of 45 CFR 164.514(b)(2)(i), or a word.
	Category Category
}

// Category is what kind of thing was taken out.
type Category string

// The identifiers of 45 CFR 164.514(b)(2)(i), and what else goes.
const (
	Names        Category = "A" // names
	Geography    Category = "B" // geographic subdivisions smaller than a State
	Dates        Category = "C" // elements of dates but the year, and ages over 89
	Phones       Category = "D"
	Faxes        Category = "E"
	Emails       Category = "F"
	SSNs         Category = "G" // social security numbers
	MRNs         Category = "H" // medical record numbers
	PlanNumbers  Category = "I" // health plan beneficiary numbers
	Accounts     Category = "J"
	Licenses     Category = "K" // certificate and license numbers
	Vehicles     Category = "L" // vehicle identifiers and plates
	DeviceIDs    Category = "M" // device identifiers and serial numbers
	URLs         Category = "N"
	IPAddresses  Category = "O"
	Biometrics   Category = "P"
	Photos       Category = "Q" // full-face photographs and the like
	OtherUnique  Category = "R" // any other unique number, characteristic or code
	FreeText     Category = "text"
	Attachments  Category = "attachment"
	CarriedParts Category = "carried" // pieces of a source that no field holds, extensions among them
	Memory       Category = "memory"  // what the record keeps of its sources: digests, places, the records it was merged from
	Consents     Category = "consent"
	Forms        Category = "form"
	LocalCodes   Category = "code"     // codes, units and words that no list knows
	References   Category = "ref"      // references to what is not in the record, or no more
	Withheld     Category = "withheld" // whole entries that could be read as their opposite without what goes
)

// table is the rules as they were written.
type table struct {
	whole  map[string]FieldRule // by type: all of it
	fields map[string]FieldRule // by Type.Field
	order  []string
}

var rules = sync.OnceValue(func() *table {
	t := &table{whole: map[string]FieldRule{}, fields: map[string]FieldRule{}}
	var typ string
	for line := range strings.Lines(rulesText) {
		line = strings.TrimRight(line, " \n")
		switch {
		case line == "" || line[0] == '#':
		case strings.HasPrefix(line, "whole "):
			w := strings.Fields(line)
			t.whole[w[1]] = ruleOf(w[1], w[2])
		case line[0] != ' ':
			typ = line
		default:
			word, names, _ := strings.Cut(strings.TrimSpace(line), ":")
			for name := range strings.FieldsSeq(names) {
				key := typ + "." + name
				t.fields[key] = ruleOf(key, word)
				t.order = append(t.order, key)
			}
		}
	}
	return t
})

func ruleOf(field, word string) FieldRule {
	rule, cat, _ := strings.Cut(word, ".")
	r := FieldRule{Field: field, Rule: rule, Category: Category(cat)}
	if cat == "" {
		switch rule {
		case "text", "display", "bounds":
			r.Category = FreeText
		case "date", "age", "hour":
			r.Category = Dates
		case "state", "country", "zip", "town", "tribe":
			r.Category = Geography
		case "attachment":
			r.Category = Attachments
		case "uri":
			r.Category = URLs
		case "lot", "token", "number", "decimal", "samples", "clock":
			r.Category = OtherUnique
		case "idref":
			r.Category = References
		default:
			r.Category = LocalCodes
		}
	}
	return r
}

// Rules gives the rule of every field of every type that can be part of a record, in the order of the types. Types that
// are taken out whole stand once, without a field.
func Rules() []FieldRule {
	t := rules()
	var all []FieldRule
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] {
			return
		}
		seen[typ] = true
		if r, ok := t.whole[typ.Name()]; ok {
			all = append(all, r)
			return
		}
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() {
				all = append(all, t.rule(typ, f))
			}
		}
		for i := range typ.NumField() {
			if f := typ.Field(i); f.IsExported() && descends(t.rule(typ, f).Rule) {
				walk(f.Type)
			}
		}
	}
	walk(reflect.TypeFor[record.Record]())
	return all
}

// rule gives that of a field. One that nobody has ruled on goes.
func (t *table) rule(typ reflect.Type, f reflect.StructField) FieldRule {
	key := typ.Name() + "." + f.Name
	if r, ok := t.fields[key]; ok {
		return r
	}
	return FieldRule{Field: key, Rule: "out", Category: OtherUnique}
}

// descends reports whether the type of the field has rules of its own that hold here.
func descends(rule string) bool { return rule == "parts" || rule == "age" || rule == "tribe" }
