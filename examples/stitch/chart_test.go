package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
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

var index = regexp.MustCompile(`\[\d+\]`)

func TestExplore(t *testing.T) {
	for seed := range uint64(40) {
		rec := recordtest.Generate(seed, recordtest.Size(60))
		rec.Sources = nil
		formats := []told{telling(t, ccda.Format(), rec), telling(t, fhir.Format(), rec), telling(t, hl7v2.Format(), rec)}
		var parts []*record.Record
		for _, f := range formats {
			parts = append(parts, f.parts...)
		}
		m, _, err := record.Merge(record.MergeOptions{}, parts...)
		require.NoError(t, err)
		for _, c := range m.Merging.Conflicts {
			t.Log("CONFLICT", c.Kind, c.Field)
			for _, st := range c.Statements {
				for i := range m.Merging.Parts {
					p := &m.Merging.Parts[i]
					if p.ID != st.Part {
						continue
					}
					data, _ := record.Marshal(p.Record)
					var all map[string]any
					json.Unmarshal(data, &all)
					for _, list := range all["record"].(map[string]any) {
						l, ok := list.([]any)
						if !ok {
							if pt, ok := list.(map[string]any); ok && pt["id"] == st.Entry {
								l = []any{pt}
							}
						}
						for _, x := range l {
							if y, ok := x.(map[string]any); ok && y["id"] == st.Entry {
								v, _ := json.Marshal(y[c.Field])
								w, _ := json.Marshal(y["status"])
								t.Log("SAID", c.Kind, c.Field, p.Record.Sources[0].Format, string(v), string(w))
							}
						}
					}
				}
			}
		}
		got := asNamed(t, m, rec)
		for _, c := range record.Diff(rec, got, record.IgnoreOrigins, record.IgnoreCarried) {
			var by []string
			for _, f := range formats {
				if f.names(c.Path) {
					by = append(by, f.format)
				}
			}
			t.Log("DIFF", c.Kind, index.ReplaceAllString(c.Path, "[]"), strings.Join(by, ","))
		}
		for k, e := range got.Entries() {
			fs := map[string]bool{}
			for _, o := range e.Origins {
				for _, s := range m.Sources {
					if s.ID == o.Source {
						fs[s.Format] = true
					}
				}
			}
			t.Log("ORIG", k, len(fs), e.Mode)
		}
	}
}
