package main

import (
	"bytes"
	"reflect"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/ccda"
	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/hl7v2"
	"github.com/portage-health/portage/record"
	"github.com/portage-health/portage/record/recordtest"
)

// told is a record as one format tells it.
type told struct {
	format string
	parts  []*record.Record
	losses []string // paths of what the exporter's report names
}

// telling writes a record in a format and reads it again.
func telling(t *testing.T, f record.Format, rec *record.Record) told {
	t.Helper()
	var b bytes.Buffer
	rep, err := f.Exporter.Export(t.Context(), rec, &b, record.ExportOptions{})
	require.NoError(t, err)
	out := told{format: f.Name}
	for _, i := range rep.Issues {
		out.losses = append(out.losses, i.Path)
	}
	for got, err := range f.Importer.Import(t.Context(), record.Input{Bytes: b.Bytes()}, record.ImportOptions{}) {
		require.NoError(t, err)
		out.parts = append(out.parts, got.Record)
	}
	return out
}

// names reports whether a report names a path, or something that it is part of or that is part of it.
func (x *told) names(path string) bool {
	return slices.ContainsFunc(x.losses, func(p string) bool { return p == path || within(path, p) || within(p, path) })
}

func within(path, of string) bool {
	rest, ok := strings.CutPrefix(path, of)
	return ok && rest != "" && (rest[0] == '.' || rest[0] == '[')
}

// asNamed gives a merged record in which entries have the ids of the entries of the original that have an identifier in common with them.
func asNamed(t *testing.T, m, rec *record.Record) *record.Record {
	t.Helper()
	key := func(kind string, i record.Identifier) string { return kind + " " + i.System + " " + i.Value }
	ids := map[string]string{}
	for kind, e := range rec.Entries() {
		for _, i := range e.Identifiers {
			ids[key(kind, i)] = e.ID
		}
	}
	var pairs []string
	for kind, e := range m.Entries() {
		for _, i := range e.Identifiers {
			if id, ok := ids[key(kind, i)]; ok {
				pairs = append(pairs, `"`+e.ID+`"`, `"`+id+`"`)
				break
			}
		}
	}
	plain := *m
	plain.Merging = nil
	data, err := record.Marshal(&plain)
	require.NoError(t, err)
	back, err := record.Unmarshal([]byte(strings.NewReplacer(pairs...).Replace(string(data))))
	require.NoError(t, err)
	return back
}

// inOrder puts the entries of a record in the order of another's; what that one has not comes last.
func inOrder(got, rec *record.Record) {
	g, r := reflect.ValueOf(got).Elem(), reflect.ValueOf(rec).Elem()
	for i := range g.NumField() {
		if g.Field(i).Kind() != reflect.Slice || !g.Field(i).CanSet() || g.Type().Field(i).Type.Elem().Kind() != reflect.Struct {
			continue
		}
		if _, ok := g.Type().Field(i).Type.Elem().FieldByName("ID"); !ok {
			continue
		}
		place := map[string]int{}
		for k := range r.Field(i).Len() {
			place[r.Field(i).Index(k).FieldByName("ID").String()] = k - r.Field(i).Len()
		}
		list := g.Field(i)
		order := reflect.MakeSlice(list.Type(), list.Len(), list.Len())
		reflect.Copy(order, list)
		sort.SliceStable(order.Interface(), func(a, b int) bool {
			return place[order.Index(a).FieldByName("ID").String()] < place[order.Index(b).FieldByName("ID").String()]
		})
		list.Set(order)
	}
}

func leavesOf(rec *record.Record) map[string]string {
	all := map[string]string{}
	for l := range record.Leaves(rec) {
		all[l.Path] = l.Value
	}
	return all
}

// fact is a leaf by the entry it stands in, the fields that lead to it, and what it says.
func fact(path, value string) string {
	list, rest, _ := strings.Cut(path, ".")
	return list + "." + index.ReplaceAllString(rest, "") + "=" + value
}

func facts(leaves map[string]string) map[string]bool {
	all := map[string]bool{}
	for path, value := range leaves {
		all[fact(path, value)] = true
	}
	return all
}

var index = regexp.MustCompile(`\[\d+\]`)

// forms are differences in form alone: the fact is there, told as another format tells it. docs/merging.md says so of each.
var forms = map[string]string{
	`^medications\[\]\.dosages\[\]\.timings\[\]\.(frequency|period|periodUnit)$`: "three times a day, or every eight hours at hours that the institution sets",
	`\.codings\[\]\.(systemName|systemAsSent)$`:                                  "a local system by its name, or by the OID that this stands for",
	`\.at\.absent$`:                 "that a time is not known, of the point or of the period",
	`\.values\[\]\.absent$`:         "that there is no value, of the value or of the kind that it would have",
	`^patient\.administrativeSex\.`: "UN of HL7 v3 is A of HL7 v2",
	`^problems\[\]\.verification$`:  "refuted, or negated",
	`^devices\[\]\.narrative\.`:     "C-CDA tells of the supply that it makes of a device",
	`^documents\[\]\.`:              "a document is told as the newest source tells it",
}

// added are what formats say beside it: what they have no message, resource or template without.
var added = map[string]string{
	`^(orders|provenances|observations|supplies|carePlans|documents)\[\]`: "HL7 v2 has a result in an order and a segment with its author; C-CDA has devices in supplies, orders in plans",
	`\.narrative\.`:       "each source's own words",
	`\.identifiers\[\]\.`: "identifiers with their types, and those that a format makes of others",
	`\.(masterIdentifier|systemAsSent|systemName|updated|recorded|authoredOn|dateAsserted|issued|absent|quantity\.absent|concept\.absent|display)`: "when it was recorded, why there is none",
	`\.(encounter|basedOn|relations|partOf|derivedFrom)\b`: "to what a message or a document ties it",
}

// said are fields that a format fills from another field, or demands.
var said = map[string]string{
	`\.codings\[\]\.system$`:                         "the OID that a local system's name stands for",
	`\.names\[\]\.uses\[\]$`:                         "FHIR has no legal name, HL7 v2 types each",
	`^relatedPersons\[\]\.contact$`:                  "NK1 is a contact",
	`^locations\[\]\.description$`:                   "a place's name as PL-9",
	`^encounters\[\]\.locations\[\]\.status$`:        "the place of PV1-3 is the one that holds",
	`^medications\[\]\.dosages\[\]\.(text$|timings)`: "FHIR has the sig in the dosage, CDA says who sets the hours",
	`^notes\[\]\.(contents|written|encounters)`:      "what tells of the note, when it was written",
	`^immunizations\[\]\.(completion$|participants)`: "RXA-20, ORC-12",
	`^medications\[\]\.participants\[\]\.role$`:      "an author orders",
	`^problems\[\]\.verificationAsSent`:              "FHIR has entered-in-error as a code",
	`^coverages\[\]\.(order|holderParty)`:            "C-CDA numbers coverages and names who holds them",
	`^procedures\[\]\.status\.reasons`:               "a refusal has a reason in C-CDA",
}

func matches(table map[string]string, path string) bool {
	for pattern := range table {
		if regexp.MustCompile(pattern).MatchString(path) {
			return true
		}
	}
	return false
}

// The same patient written in three formats, read and merged, is one chart: every
// entry once, with the sources of all formats that have a place for it, and every
// leaf as it was, but for the losses that all three exporters name.
func TestOneChartLeafByLeaf(t *testing.T) {
	seeds := uint64(25)
	if testing.Short() {
		seeds = 5
	}
	leaves, lost := 0, 0
	for seed := range seeds {
		rec := recordtest.Generate(seed, recordtest.Size(60))
		rec.Sources = nil
		formats := []told{telling(t, ccda.Format(), rec), telling(t, fhir.Format(), rec), telling(t, hl7v2.Format(), rec)}
		var parts []*record.Record
		for _, f := range formats {
			parts = append(parts, f.parts...)
		}
		m, _, err := record.Merge(record.MergeOptions{}, parts...)
		require.NoError(t, err)
		require.Empty(t, m.Merging.Conflicts, "one chart does not contradict itself")
		got := asNamed(t, m, rec)
		inOrder(got, rec)
		everyEntryOnce(t, rec, got, m, formats)
		mine, theirs := leavesOf(rec), leavesOf(got)
		inMine, inTheirs := facts(mine), facts(theirs)
		leaves += len(mine)
		for _, c := range record.Diff(rec, got, record.IgnoreOrigins, record.IgnoreCarried) {
			side, other := mine, inTheirs
			if c.Kind == record.Added {
				side, other = theirs, inMine
			}
			for path, value := range side {
				if path != c.Path && !within(path, c.Path) || elsewhere(other, path, value) {
					continue
				}
				plain := index.ReplaceAllString(path, "[]")
				if c.Kind == record.Added {
					require.True(t, matches(added, plain) || matches(forms, plain) || matches(said, plain), "seed %d: %s is in no source", seed, path)
					continue
				}
				all := true
				for i := range formats {
					all = all && formats[i].names(path)
				}
				lost++
				require.True(t, all || matches(forms, plain) || c.Kind == record.Changed && anyNames(formats, path), "seed %d: %s is %s, and not every exporter names it as lost", seed, path, c.Kind)
			}
		}
	}
	t.Logf("%d leaves of %d charts, %d told in another form or lost by all three", leaves, seeds, lost)
}

func anyNames(formats []told, path string) bool {
	return slices.ContainsFunc(formats, func(f told) bool { return f.names(path) })
}

// elsewhere reports whether a fact is in the other record too, at another place of a list or with the point of a period as its start.
func elsewhere(other map[string]bool, path, value string) bool {
	values := []string{value}
	if z, ok := strings.CutSuffix(value, "Z"); ok {
		values = append(values, z+"+00:00")
	}
	if z, ok := strings.CutSuffix(value, "+00:00"); ok {
		values = append(values, z+"Z")
	}
	for _, v := range values {
		for _, p := range []string{path, strings.Replace(path, ".at.value", ".start.value", 1), strings.Replace(path, ".start.value", ".at.value", 1)} {
			if other[fact(p, v)] {
				return true
			}
		}
	}
	return false
}

// everyEntryOnce checks that no entry is doubled, none is missing, and each names all formats that tell of it.
func everyEntryOnce(t *testing.T, rec, got, m *record.Record, formats []told) {
	t.Helper()
	format := map[string]string{}
	for _, s := range m.Sources {
		format[s.ID] = s.Format
	}
	by, count := map[string]map[string]bool{}, map[string]int{}
	for _, e := range got.Entries() {
		count[e.ID]++
		by[e.ID] = map[string]bool{}
		for _, o := range e.Origins {
			by[e.ID][format[o.Source]] = true
		}
	}
	places := map[string]string{}
	for list := range strings.FieldsSeq("allergies problems medications immunizations procedures results resultPanels vitals vitalPanels social encounters goals devices notes coverages familyHistory orders") {
		v := reflect.ValueOf(rec).Elem().FieldByNameFunc(func(name string) bool { return strings.EqualFold(name, list) })
		require.True(t, v.IsValid(), list)
		for i := range v.Len() {
			places[v.Index(i).FieldByName("ID").String()] = list + "[" + strconv.Itoa(i) + "]"
		}
	}
	mine := leavesOf(rec)
	for id, path := range places {
		require.Equal(t, 1, count[id], "%s is there once", path)
		for i := range formats {
			if by[id][formats[i].format] {
				continue
			}
			for leaf := range mine {
				if within(leaf, path) {
					require.True(t, formats[i].names(leaf), "%s does not tell of %s, and does not name %s as lost", formats[i].format, path, leaf)
				}
			}
		}
	}
}
