package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// The elements of R4's resources and datatypes, from its StructureDefinitions:
// names, order, how often, of what type. Its sentences stay behind.

const (
	elementsFile = "fhir/elements.txt"
	fhirStem     = "http://hl7.org/fhir/"
	definitions  = fhirStem + "StructureDefinition/"
	systemType   = "http://hl7.org/fhirpath/System."
	fhirType     = definitions + "structuredefinition-fhir-type"
)

// elementTable makes the table.
func elementTable(src *sources) ([]byte, error) {
	byURL := map[string]*structure{}
	var all []*structure
	for i := range src.packages[r4].structures {
		s := &src.packages[r4].structures[i]
		if s.Derivation == "constraint" || s.Kind == "logical" {
			continue
		}
		byURL[s.URL] = s
		all = append(all, s)
	}
	rank := map[string]string{"primitive-type": "P", "complex-type": "D", "resource": "R"}
	slices.SortStableFunc(all, func(a, b *structure) int {
		return strings.Compare(rank[a.Kind]+a.Type, rank[b.Kind]+b.Type)
	})
	open, err := openTypes(byURL)
	if err != nil {
		return nil, err
	}
	var w bytes.Buffer
	header(&w, "#", "The elements of FHIR R4: of its datatypes (D), resources (R), their parts (B), and its primitive types (P).", src, []pin{r4}, false, false)
	w.WriteString("#\n# P, D, R, B: name, and what it builds on: that one's elements come first. Then its own elements in order:\n")
	w.WriteString("#   name; ? 0..1, * 0..*, 1 1..1, + 1..*, 0 none, with m modifier, s in the summary, a an attribute in XML; types\n")
	w.WriteString("#   types: Name(targets of the reference)/profile, * any datatype, . the part of this name, #Name content as there; =value set of a required binding\n# O: the types that * stands for.\nO")
	for _, t := range open {
		w.WriteString(" " + t.Code)
	}
	w.WriteByte('\n')
	for _, s := range all {
		base := byURL[s.BaseDefinition]
		if s.Kind == "primitive-type" {
			fmt.Fprintf(&w, "P %s %s\n", s.Type, base.Type)
			continue
		}
		inherited := 0
		fmt.Fprintf(&w, "%s %s", rank[s.Kind], s.Type)
		if base != nil {
			fmt.Fprintf(&w, " %s", base.Type)
			if inherited, err = inherits(s, base); err != nil {
				return nil, err
			}
		}
		w.WriteByte('\n')
		if err := writeElements(&w, s, s.Type, 1+inherited, open); err != nil {
			return nil, err
		}
		if err := writeParts(&w, s, byURL, open); err != nil {
			return nil, err
		}
	}
	return w.Bytes(), nil
}

// openTypes lists the types that an element may have whose name is value[x] and that any datatype may fill.
func openTypes(byURL map[string]*structure) ([]elementType, error) {
	for _, e := range byURL[definitions+"Extension"].Snapshot.Element {
		if e.Path == "Extension.value[x]" {
			return e.Type, nil
		}
	}
	return nil, fmt.Errorf("the type Extension has no value")
}

// inherits gives how many elements, after the first, s has from base; all must stand there as they do in base.
func inherits(s, base *structure) (int, error) {
	have, want := children(s, s.Type), children(base, base.Type)
	if len(have) < len(want) {
		return 0, fmt.Errorf("%s has fewer elements than %s", s.Type, base.Type)
	}
	for i, e := range want {
		if last(have[i].Path) != last(e.Path) || have[i].Max != e.Max || have[i].Min != e.Min || have[i].IsModifier != e.IsModifier {
			return 0, fmt.Errorf("%s.%s is not as %s has it", s.Type, last(e.Path), base.Type)
		}
	}
	return len(want), nil
}

func last(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }

// children gives the elements right below path.
func children(s *structure, path string) (list []elementDefinition) {
	for _, e := range s.Snapshot.Element {
		if rest, ok := strings.CutPrefix(e.Path, path+"."); ok && !strings.Contains(rest, ".") {
			list = append(list, e)
		}
	}
	return list
}

// writeParts writes a block for each element of s with elements of its own.
func writeParts(w *bytes.Buffer, s *structure, byURL map[string]*structure, open []elementType) error {
	for _, e := range s.Snapshot.Element {
		list := children(s, e.Path)
		if !strings.Contains(e.Path, ".") || len(list) == 0 {
			continue
		}
		if len(e.Type) != 1 {
			return fmt.Errorf("%s is no part", e.Path)
		}
		base := byURL[definitions+e.Type[0].Code]
		skip := len(children(base, base.Type))
		for i, x := range children(base, base.Type) {
			if i >= len(list) || last(list[i].Path) != last(x.Path) {
				return fmt.Errorf("%s is not as %s begins", e.Path, base.Type)
			}
		}
		fmt.Fprintf(w, "B %s %s\n", e.Path, base.Type)
		if err := writeElements(w, s, e.Path, 1+skip, open); err != nil {
			return err
		}
	}
	return nil
}

// writeElements writes the elements below path but for the first ones; skip counts path itself.
func writeElements(w *bytes.Buffer, s *structure, path string, skip int, open []elementType) error {
	for _, e := range children(s, path)[skip-1:] {
		card, ok := map[string]string{"0..1": "?", "0..*": "*", "1..1": "1", "1..*": "+", "0..0": "0"}[fmt.Sprintf("%d..%s", e.Min, e.Max)]
		if !ok {
			return fmt.Errorf("%s has a cardinality that the table has no sign for", e.Path)
		}
		fmt.Fprintf(w, "%s %s", last(e.Path), card)
		if e.IsModifier {
			w.WriteByte('m')
		}
		if e.IsSummary {
			w.WriteByte('s')
		}
		if slices.Contains(e.Representation, "xmlAttr") {
			w.WriteByte('a')
		}
		types, err := typesOf(s, &e, open)
		if err != nil {
			return err
		}
		w.WriteString(types)
		if e.Binding != nil && e.Binding.Strength == "required" {
			set, _, _ := strings.Cut(e.Binding.ValueSet, "|")
			w.WriteString(" =" + strings.TrimPrefix(set, fhirStem+"ValueSet/"))
		}
		w.WriteByte('\n')
	}
	return nil
}

// typesOf writes the types of an element, each with a space before it.
func typesOf(s *structure, e *elementDefinition, open []elementType) (string, error) {
	var b strings.Builder
	switch {
	case e.ContentReference != "":
		return " " + e.ContentReference, nil
	case len(children(s, e.Path)) > 0:
		return " .", nil
	case len(e.Type) == len(open) && slices.EqualFunc(e.Type, open, func(a, b elementType) bool { return a.Code == b.Code }):
		return " *", nil
	case len(e.Type) == 0:
		return "", fmt.Errorf("%s has no type", e.Path)
	}
	for _, t := range e.Type {
		b.WriteByte(' ')
		code := t.Code
		if strings.HasPrefix(code, systemType) {
			code = ""
			for _, x := range t.Extension {
				if x.URL == fhirType {
					code = x.ValueURL
				}
			}
		}
		if code == "" {
			return "", fmt.Errorf("%s has a type without a name", e.Path)
		}
		b.WriteString(code)
		for i, p := range t.TargetProfile {
			if p == definitions+"Resource" && len(t.TargetProfile) == 1 {
				break // any
			}
			if i == 0 {
				b.WriteByte('(')
			} else {
				b.WriteByte('|')
			}
			b.WriteString(strings.TrimPrefix(p, definitions))
			if i == len(t.TargetProfile)-1 {
				b.WriteByte(')')
			}
		}
		for _, p := range t.Profile {
			b.WriteString("/" + strings.TrimPrefix(p, definitions))
		}
	}
	return b.String(), nil
}
