package record_test

import (
	"bytes"
	"testing"

	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
	"github.com/stretchr/testify/require"
)

func TestDiff(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*record.Record)
		ignore record.Ignore
		want   []string
	}{
		"nothing": {func(r *record.Record) {}, 0, nil},
		"empty slice": {func(r *record.Record) {
			r.Patient.Names[0].Prefixes = append([]record.NamePart{}, r.Patient.Names[0].Prefixes...)
		}, 0, nil},
		"changed":                 {func(r *record.Record) { r.Allergies[0].Assertion = record.Negated }, 0, []string{"changed allergies[0].assertion"}},
		"added":                   {func(r *record.Record) { r.Lists[1].Title = "x" }, 0, []string{"added lists[1].title"}},
		"removed":                 {func(r *record.Record) { r.Lists[0].Title = "" }, 0, []string{"removed lists[0].title"}},
		"pointer removed":         {func(r *record.Record) { r.Lists[0].Code = nil }, 0, []string{"removed lists[0].code"}},
		"struct removed":          {func(r *record.Record) { r.AdverseEvents[0].Event = record.Concept{} }, 0, []string{"removed adverseEvents[0].event"}},
		"truth":                   {func(r *record.Record) { b := !*r.Patient.Active; r.Patient.Active = &b }, 0, []string{"changed patient.active"}},
		"content":                 {func(r *record.Record) { r.Provenances[0].Signatures[0].Data = record.BytesData([]byte("x")) }, 0, []string{"changed provenances[0].signatures[0].data"}},
		"patient gone":            {func(r *record.Record) { r.Patient = nil }, 0, []string{"removed patient"}},
		"first entry gone":        {func(r *record.Record) { r.Lists = r.Lists[1:] }, 0, []string{"removed lists[0]"}},
		"entry before":            {func(r *record.Record) { r.Lists = append([]record.List{{Entry: record.Entry{ID: "new"}}}, r.Lists...) }, 0, []string{"added lists[0]"}},
		"order":                   {func(r *record.Record) { r.Lists[0], r.Lists[1] = r.Lists[1], r.Lists[0] }, 0, []string{"moved lists"}},
		"string of a slice":       {func(r *record.Record) { r.Allergies[0].Categories = []string{"food", "biologic"} }, 0, []string{"changed allergies[0].categories[0]", "added allergies[0].categories[1]"}},
		"id is another entry":     {func(r *record.Record) { r.Lists[1].ID = "new" }, 0, []string{"removed lists[1]", "added lists[1]"}},
		"ids ignored":             {func(r *record.Record) { renameAll(r) }, record.IgnoreIDs, nil},
		"reference elsewhere":     {func(r *record.Record) { renameAll(r); r.Lists[0].Items[0].Item.ID = r.Accounts[0].ID }, record.IgnoreIDs, []string{"changed lists[0].items[0].item.id"}},
		"origins ignored":         {func(r *record.Record) { r.Sources, r.Lists[0].Origins = nil, nil }, record.IgnoreOrigins, nil},
		"origins":                 {func(r *record.Record) { r.Sources, r.Lists[0].Origins = r.Sources[:2], nil }, 0, []string{"removed lists[0].origins[0]", "removed sources[2]"}},
		"carried ignored":         {func(r *record.Record) { r.Carried = nil }, record.IgnoreCarried, nil},
		"carried":                 {func(r *record.Record) { r.Carried[2].Data = "X" }, 0, []string{"changed carried[2].data"}},
		"depth of a node":         {func(r *record.Record) { nodes(r)[1].Depth = 0 }, 0, []string{"changed documents[0].sections[0].narrative.nodes[1].depth"}},
		"section moved elsewhere": {func(r *record.Record) { s := r.Documents[0].Sections; s[1], s[2] = s[2], s[1] }, 0, []string{"moved documents[0].sections"}},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := recordtest.Full(), recordtest.Full()
			if name == "ids ignored" || name == "reference elsewhere" {
				// Anchors and concerns do not hang on entry ids.
				a, b = recordtest.Focus(a, "lists", "accounts", "problems"), recordtest.Focus(b, "lists", "accounts", "problems")
			}
			c.change(b)
			var got []string
			for _, x := range record.Diff(a, b, c.ignore) {
				got = append(got, x.String())
			}
			require.Equal(t, c.want, got)
			require.Equal(t, c.want == nil, record.Equal(a, b, c.ignore))
		})
	}
	require.Empty(t, record.Diff(nil, nil))
	require.Equal(t, []record.Change{{Kind: record.Added}}, record.Diff(nil, &record.Record{}))
}

// renameAll gives every entry another id and keeps the references right.
func renameAll(r *record.Record) {
	text, err := record.Marshal(r)
	if err != nil {
		panic(err)
	}
	for _, e := range r.Entries() {
		text = bytes.ReplaceAll(text, []byte(`"`+e.ID+`"`), []byte(`"x-`+e.ID+`"`))
	}
	fresh, err := record.Unmarshal(text)
	if err != nil {
		panic(err)
	}
	*r = *fresh
}
