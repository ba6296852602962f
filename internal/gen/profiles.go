package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// The profiles of US Core, the vital signs of R4 and the extensions of both: what they ask beyond the type that they are of.
// Their sentences stay behind.

const (
	profilesFile = "fhir/profiles.txt"
	releasesFile = "fhir/releases.txt"
	usCoreStem   = "http://hl7.org/fhir/us/core/"
)

// otherReleases are the releases of US Core beside the one that profilesFile is of.
var otherReleases = []pin{usCoreRace, usCore7, usCore8}

// profileTable writes the profiles and gives the value sets that they bind to.
type profileTable struct {
	w      bytes.Buffer
	byURL  map[string]*structure
	base   map[string]*structure // by the name of the type
	bound  map[string]bool       // value sets of required bindings
	shared map[string]bool       // the keys of R4's own constraints
	notes  []string
}

func newProfileTable(src *sources, release pin) *profileTable {
	t := &profileTable{byURL: map[string]*structure{}, base: map[string]*structure{}, bound: map[string]bool{}, shared: map[string]bool{}}
	for _, p := range []pin{r4, release} {
		for i := range src.packages[p].structures {
			s := &src.packages[p].structures[i]
			t.byURL[s.URL] = s
			if p == r4 && s.Derivation != "constraint" {
				t.base[s.Type] = s
				for _, e := range s.Snapshot.Element {
					for _, c := range e.Constraint {
						t.shared[c.Key] = true
					}
				}
			}
		}
	}
	return t
}

// profileText gives the table.
func (t *profileTable) profileText(src *sources) ([]byte, error) {
	header(&t.w, "#", "What the profiles of US Core, the vital signs of R4, and the extensions of both ask beyond the type that they are of.", src, []pin{r4, usCore}, false, false)
	t.w.WriteString("#\n# @profile, type, and the profile that it builds on. ~u http://hl7.org/fhir/us/core/  ~s http://hl7.org/fhir/StructureDefinition/\n" +
		"# Then its elements with tabs between: path (. the whole, :name a slice); +least; <most; =value that it must have or hold; ^types, with the targets of\n" +
		"#   references, ! after one that has to be as a profile has it; !value set of a required binding, ~of an extensible one; %keys of invariants; | no other slices; ?what tells the slice:\n" +
		"#   path=value, path!value set, or :type\n")
	blocks, err := t.blocks(src, usCore)
	if err != nil {
		return nil, err
	}
	for _, url := range slices.Sorted(maps.Keys(blocks)) {
		t.w.WriteString(blocks[url])
	}
	return t.w.Bytes(), nil
}

// releasesText gives what other releases of US Core have otherwise: "!release" before what is of it, "-address" for a profile that it does not have.
func releasesText(src *sources, base *profileTable, others []*profileTable) ([]byte, error) {
	var w bytes.Buffer
	header(&w, "#", "What other releases of US Core ask otherwise than 6.1.0, as profiles.txt has that.", src, append([]pin{r4, usCore}, otherReleases...), false, false)
	w.WriteString("#\n# !release, then its profiles as in profiles.txt; -address of one that it does not have\n")
	old, err := base.blocks(src, usCore)
	if err != nil {
		return nil, err
	}
	for i, release := range otherReleases {
		blocks, err := others[i].blocks(src, release)
		if err != nil {
			return nil, err
		}
		w.WriteString("!" + release.version + "\n")
		for _, url := range slices.Sorted(maps.Keys(old)) {
			if blocks[url] == "" {
				w.WriteString("-" + shortProfile(url) + "\n")
			}
		}
		for _, url := range slices.Sorted(maps.Keys(blocks)) {
			if blocks[url] != old[url] {
				w.WriteString(blocks[url])
			}
		}
	}
	return w.Bytes(), nil
}

// blocks gives each profile's part of the table by its address.
func (t *profileTable) blocks(src *sources, release pin) (map[string]string, error) {
	out := map[string]string{}
	for _, p := range []pin{r4, release} {
		for i := range src.packages[p].structures {
			s := &src.packages[p].structures[i]
			if s.Derivation != "constraint" || len(s.Snapshot.Element) == 0 {
				continue
			}
			if p == release || s.Type == "Extension" || t.isVital(s) {
				text, err := t.profile(s)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", s.URL, err)
				}
				out[s.URL] = text
			}
		}
	}
	return out, nil
}

func (t *profileTable) isVital(s *structure) bool {
	return s != nil && (s.URL == definitions+"vitalsigns" || t.isVital(t.byURL[s.BaseDefinition]))
}

func shortProfile(url string) string {
	if rest, ok := strings.CutPrefix(url, usCoreStem); ok {
		return "~u" + rest
	}
	if rest, ok := strings.CutPrefix(url, definitions); ok {
		return "~s" + rest
	}
	return url
}

func (t *profileTable) profile(s *structure) (string, error) {
	var w strings.Builder
	fmt.Fprintf(&w, "@%s %s", shortProfile(s.URL), s.Type)
	parent := t.byURL[s.BaseDefinition]
	// A profile may loosen a binding of one of another guide: it is written whole then.
	if parent != nil && parent.Derivation == "constraint" && s.Type != "Extension" && len(parent.Snapshot.Element) > 0 &&
		strings.HasPrefix(s.URL, usCoreStem) == strings.HasPrefix(parent.URL, usCoreStem) {
		w.WriteString(" " + shortProfile(parent.URL))
	} else {
		parent = nil
	}
	w.WriteByte('\n')
	above := map[string]string{}
	if parent != nil {
		for i := range parent.Snapshot.Element {
			row, err := t.row(parent, &parent.Snapshot.Element[i])
			if err != nil {
				return "", err
			}
			above[parent.Snapshot.Element[i].ID] = row
		}
	}
	for i := range s.Snapshot.Element {
		e := &s.Snapshot.Element[i]
		row, err := t.row(s, e)
		if err != nil {
			return "", err
		}
		// What stands in the parent is checked there; but what is below a slice needs the slice.
		if row == "" || row == above[e.ID] && !strings.Contains(e.ID, ":") {
			continue
		}
		_, path, _ := strings.Cut(e.ID, ".")
		if path == "" {
			path = "."
		}
		w.WriteString(strings.ReplaceAll(path, "[x]", "") + row + "\n")
	}
	return w.String(), nil
}

// definition gives the element of the base type, or of a datatype below it, that a path leads to.
func (t *profileTable) definition(typ, path string) *elementDefinition {
	s := t.base[typ]
	if s == nil {
		return nil
	}
	name, rest, more := strings.Cut(path, ".")
	at := typ
	for {
		at += "." + name
		i := slices.IndexFunc(s.Snapshot.Element, func(e elementDefinition) bool { return e.Path == at })
		if i < 0 {
			return nil
		}
		e := &s.Snapshot.Element[i]
		if !more {
			return e
		}
		if e.ContentReference != "" {
			return t.definition(typ, strings.TrimPrefix(e.ContentReference, "#"+typ+".")+"."+rest)
		}
		if len(children(s, at)) == 0 {
			for _, x := range e.Type { // of a choice, the first type that has it
				if d := t.definition(x.Code, rest); d != nil {
					return d
				}
			}
			return nil
		}
		name, rest, more = strings.Cut(rest, ".")
	}
}

// row gives what an element asks beyond its base, with a tab before each part.
func (t *profileTable) row(s *structure, e *elementDefinition) (string, error) {
	var b strings.Builder
	_, path, _ := strings.Cut(e.Path, ".")
	isSlice := e.SliceName != "" && strings.HasSuffix(e.ID, ":"+e.SliceName)
	base := &elementDefinition{Max: "*"}
	if path != "" {
		if d := t.definition(s.Type, path); d != nil {
			base = d
		} else {
			return "", fmt.Errorf("%s is not in the base", e.ID)
		}
	}
	if isSlice || e.Min != base.Min && path != "" {
		if e.Min > 0 {
			fmt.Fprintf(&b, "\t+%d", e.Min)
		}
	}
	if e.Max != base.Max && path != "" && e.Max != "*" {
		b.WriteString("\t<" + e.Max)
	}
	if e.Fixed != nil {
		var v bytes.Buffer
		if err := json.Compact(&v, e.Fixed); err != nil {
			return "", err
		}
		if !e.Pattern && v.Bytes()[0] == '{' {
			return "", fmt.Errorf("%s fixes more than a primitive", e.ID)
		}
		b.WriteString("\t=" + v.String())
	}
	if types := t.typeRow(e); types != t.typeRow(base) && path != "" && types != "" {
		b.WriteString("\t^" + types)
	}
	t.bindingRow(&b, s, e, base)
	var keys []string
	for _, c := range e.Constraint {
		if !t.shared[c.Key] {
			keys = append(keys, c.Key)
		}
	}
	if len(keys) > 0 {
		b.WriteString("\t%" + strings.Join(keys, " "))
	}
	if e.Slicing != nil && e.Slicing.Rules == "closed" {
		b.WriteString("\t|")
	}
	if isSlice {
		match, ok := t.match(s, e)
		if !ok {
			t.notes = append(t.notes, "no way to tell the slice "+s.ID+" "+e.ID)
			return "", nil
		}
		b.WriteString(match)
	}
	return b.String(), nil
}

func (t *profileTable) bindingRow(b *strings.Builder, s *structure, e, base *elementDefinition) {
	if e.Binding == nil {
		return
	}
	set, _, _ := strings.Cut(e.Binding.ValueSet, "|")
	same := base.Binding != nil && strings.HasPrefix(base.Binding.ValueSet+"|", set+"|") && base.Binding.Strength == e.Binding.Strength
	if !same && e.Binding.Strength == "required" {
		t.bound[set] = true
		b.WriteString("\t!" + shortSet(set))
	} else if !same && e.Binding.Strength == "extensible" {
		b.WriteString("\t~" + shortSet(set))
	}
	for _, x := range e.Binding.Extension {
		if strings.HasSuffix(x.URL, "/elementdefinition-maxValueSet") && e.Binding.Strength != "required" {
			most, _, _ := strings.Cut(x.ValueCanonical, "|")
			if base.Binding == nil || !slices.Contains(base.Binding.Extension, x) {
				t.bound[most] = true
				b.WriteString("\t!" + shortSet(most))
			}
		}
	}
}

func shortSet(url string) string { return strings.TrimPrefix(url, fhirStem+"ValueSet/") }

// typeRow lists types, with the resource types that references may point to.
func (t *profileTable) typeRow(e *elementDefinition) string {
	var out []string
	for _, x := range e.Type {
		code := x.Code
		if strings.HasPrefix(code, systemType) {
			continue
		}
		var to []string
		for _, p := range x.TargetProfile {
			target := t.byURL[p]
			if target == nil {
				to = nil
				break
			}
			if target.Type == "Resource" {
				continue
			}
			if name := target.Type; target.Derivation == "constraint" {
				if !slices.Contains(to, name) && !slices.Contains(to, name+"!") {
					to = append(to, name+"!") // only as the profile has it
				}
			} else {
				if i := slices.Index(to, name+"!"); i >= 0 {
					to[i] = name
				} else if !slices.Contains(to, name) {
					to = append(to, name)
				}
			}
		}
		slices.Sort(to)
		if code == "canonical" {
			to = nil
		}
		if len(to) > 0 {
			code += "(" + strings.Join(to, "|") + ")"
		}
		out = append(out, code)
	}
	if len(out) > 12 {
		return ""
	}
	slices.Sort(out)
	return strings.Join(slices.Compact(out), " ")
}

// match gives what tells a slice from others.
func (t *profileTable) match(s *structure, e *elementDefinition) (string, bool) {
	head := strings.TrimSuffix(e.ID, ":"+e.SliceName)
	find := func(id string) *elementDefinition {
		i := slices.IndexFunc(s.Snapshot.Element, func(x elementDefinition) bool { return x.ID == id })
		if i < 0 {
			return nil
		}
		return &s.Snapshot.Element[i]
	}
	top := find(head)
	if top == nil || top.Slicing == nil {
		return "", false
	}
	var b strings.Builder
	for _, d := range top.Slicing.Discriminator {
		at := e
		path := ""
		if d.Path != "$this" {
			path = d.Path
			at = find(e.ID + "." + d.Path)
		}
		switch {
		case d.Type == "type" && path == "" && len(e.Type) == 1:
			b.WriteString("\t?:" + e.Type[0].Code)
		case path == "url" && at == nil && len(e.Type) == 1 && len(e.Type[0].Profile) == 1:
			fmt.Fprintf(&b, "\t?url=%q", e.Type[0].Profile[0])
		case at != nil && at.Fixed != nil:
			var v bytes.Buffer
			if json.Compact(&v, at.Fixed) != nil {
				return "", false
			}
			b.WriteString("\t?" + path + "=" + v.String())
		case at != nil && at.Binding != nil && at.Binding.Strength == "required":
			set, _, _ := strings.Cut(at.Binding.ValueSet, "|")
			b.WriteString("\t?" + path + "!" + shortSet(set))
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}
