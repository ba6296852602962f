package record

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The tags of the types are what JSON, leaves and counts are made from.
func TestTypesKeepTheRulesOfTags(t *testing.T) {
	for typ, l := range layouts() {
		// Those three are bookkeeping as a whole.
		book := typ == reflect.TypeFor[Source]() || typ == reflect.TypeFor[Carried]() || typ == reflect.TypeFor[Origin]()
		if l.shape != shapeStruct {
			continue
		}
		seen := map[string]bool{}
		require.Less(t, len(l.fields), 128, "%v: a fieldSet holds no more", typ)
		for i := range l.fields {
			f := &l.fields[i]
			at := l.fieldKey(f)
			require.NotEmpty(t, f.name, at)
			require.False(t, seen[f.name], "%s: two fields are called %s in JSON", at, f.name)
			seen[f.name] = true
			require.False(t, f.layout.shape == shapeInt && !f.made && !book && at != "NarrativeNode.Depth", "%s: a number is no leaf, so it must be made", at)
			require.False(t, f.layout.shape == shapeBool && !f.made && !book, "%s: a truth is a *bool, for which absent is not false", at)
			if f.form >= 0 {
				require.Equal(t, shapeString, l.fields[f.form].layout.shape, "%s: only a string can have another form", at)
				require.NotEqual(t, shapeStruct, f.layout.shape, "%s: another form is a string or a pointer", at)
			}
			if f.same >= 0 {
				require.Equal(t, shapeString, l.fields[f.same].layout.shape, at)
				require.Equal(t, shapeString, f.layout.shape, "%s: what may be the same is a string", at)
			}
			if s := f.layout; s.shape == shapeSlice {
				require.Contains(t, []shape{shapeString, shapeStruct}, s.elem.shape, "%s: a slice holds strings or structs", at)
			}
		}
	}
}

func TestTagsAreKnown(t *testing.T) {
	for typ, l := range layouts() {
		if l.shape != shapeStruct {
			continue
		}
		for i := range typ.NumField() {
			f := typ.Field(i)
			for tag := range strings.SplitSeq(f.Tag.Get("portage"), ",") {
				key, val, _ := strings.Cut(tag, "=")
				switch key {
				case "", "made", "unless":
				case "form", "same":
					_, ok := typ.FieldByName(val)
					require.True(t, ok, "%v.%s is another form of %s, which is not there", typ, f.Name, val)
				default:
					t.Errorf("%v.%s: unknown tag %s", typ, f.Name, tag)
				}
			}
		}
	}
}

// The lists name fields and types that exist, and the constants of each type are all in its list.
func TestClosedListsNameWhatExists(t *testing.T) {
	known := map[string]bool{}
	for typ, l := range layouts() {
		known[typ.Name()] = true
		for i := range l.fields {
			known[l.fieldKey(&l.fields[i])] = true
		}
	}
	for line := range strings.Lines(closedLists) {
		if key, _, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			require.True(t, known[key], key)
		}
	}
	for _, key := range strings.Fields(decimalFields + integerFields) {
		require.True(t, known[key], key)
	}
}

func TestCountAgreesWithAWalk(t *testing.T) {
	affirmed, no := Affirmed, false
	empty := ""
	for name, c := range map[string]struct {
		v    any
		want int
	}{
		"nothing":                 {nil, 0},
		"nil pointer":             {(*Concept)(nil), 0},
		"string":                  {"x", 1},
		"empty string":            {"", 0},
		"affirmed":                {affirmed, 0},
		"negated":                 {Negated, 1},
		"false that is there":     {&no, 1},
		"text that is empty":      {&empty, 1},
		"strings":                 {[]string{"a", "", "b"}, 2},
		"system beside its form":  {Coding{System: "s", SystemAsSent: "o", SystemName: "n"}, 1},
		"form alone":              {Coding{SystemAsSent: "o", SystemName: "n"}, 2},
		"concept as another form": {ClinicalStatus{Code: "active", AsSent: &Concept{Text: "x"}}, 1},
		"concept as the form":     {ClinicalStatus{AsSent: &Concept{Text: "x", Codings: []Coding{{Code: "c"}}}}, 2},
		"unit and its code":       {Quantity{Unit: "mg", Code: "mg", System: SystemUCUM}, 1},
		"unit and another code":   {Quantity{Unit: "milligram", Code: "mg", System: SystemUCUM}, 2},
		"code alone":              {Quantity{Code: "mg", System: "urn:other"}, 2},
		"run of text":             {NarrativeNode{Kind: "text", Text: "x", Depth: 3}, 1},
		"element":                 {NarrativeNode{Kind: "br"}, 1},
		"reference":               {Ref{ID: "i", Kind: "allergy"}, 1},
		"content":                 {Attachment{Data: BytesData(nil)}, 1},
		"entry":                   {[]Allergy{{Entry: Entry{ID: "i", Assertion: Negated, Origins: []Origin{{Source: "s"}}}}}, 1},
		"provisions":              {[]Provision{{Type: "deny", Provisions: []Provision{{Type: "permit"}}}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			n := 0
			EachLeaf("at", c.v, func(path string) {
				n++
				require.True(t, strings.HasPrefix(path, "at"), path)
			})
			require.Equal(t, c.want, n)
			require.Equal(t, c.want, CountLeavesOf(c.v))
		})
	}
	require.Equal(t, 0, CountLeaves(nil))
	for range Leaves(nil) {
		t.Fatal("no record has no leaves")
	}
}

func TestLayoutsAreOnesForAllTypes(t *testing.T) {
	require.Same(t, layoutFor(reflect.TypeFor[Allergy]()), layoutFor(reflect.TypeFor[Allergy]()))
	require.Equal(t, shapeSlice, layoutFor(reflect.TypeFor[[]Entry]()).shape)
	for typ, l := range layouts() {
		// An interface holds a struct of one pointer as that pointer, which partOf does not know of.
		require.False(t, l.shape == shapeStruct && len(l.fields) == 1 && l.fields[0].layout.shape == shapePointer, "%v", typ)
	}
}
