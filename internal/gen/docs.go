package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

const (
	docFile  = "docs/terminology.md"
	docBegin = "<!-- generated: embedded -->\n"
	docEnd   = "<!-- end generated -->\n"
)

// docBlock tells what the generated tables hold, read from the tables themselves.
func docBlock(systems, concepts, valueSets []byte) string {
	type row struct {
		uri, version, flags string
		count               int
	}
	var rows []row
	for line := range strings.Lines(string(concepts)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "@"):
			f := append(strings.Split(line[1:], "\t"), "", "")
			rows = append(rows, row{uri: f[0], version: f[1], flags: f[2]})
		default:
			rows[len(rows)-1].count++
		}
	}
	group := func(uri string) int {
		switch {
		case uri == "~fsid/cvx" || uri == "~cMVX" || strings.HasPrefix(uri, "urn:oid:"):
			return 0
		case strings.HasPrefix(uri, "~cv2-"):
			return 1
		case strings.HasPrefix(uri, "~cv3-"):
			return 2
		case strings.HasPrefix(uri, "~fus/core/"):
			return 4
		}
		return 3
	}
	groups := []struct{ title, licence string }{
		{"CDC: vaccines, manufacturers, race and ethnicity (a part of each)", "public domain, from CC0 packages"},
		{"HL7 v2 tables", "CC0"},
		{"HL7 v3 code systems", "CC0"},
		{"FHIR and HL7 Terminology", "CC0"},
		{"US Core", "CC0"},
	}
	var w bytes.Buffer
	w.WriteString("| Group | Code systems | Codes | Licence |\n|---|--:|--:|---|\n")
	total, codes := 0, 0
	for g, info := range groups {
		n, c := 0, 0
		for _, r := range rows {
			if group(r.uri) == g {
				n++
				c += r.count
			}
		}
		total += n
		codes += c
		fmt.Fprintf(&w, "| %s | %d | %d | %s |\n", info.title, n, c, info.licence)
	}
	fmt.Fprintf(&w, "| All | %d | %d | |\n\n", total, codes)
	kinds := map[string]int{}
	for line := range strings.Lines(string(systems)) {
		kinds[line[:1]]++
	}
	sets := bytes.Count(valueSets, []byte("\n@"))
	fmt.Fprintf(&w, "Names are known of %d code systems and %d identifier systems. %d value sets are embedded.\n", kinds["c"], kinds["i"], sets)
	for g, info := range groups {
		fmt.Fprintf(&w, "\n### %s\n\n", info.title)
		if g == 1 || g == 2 {
			fmt.Fprintf(&w, "`http://terminology.hl7.org/CodeSystem/` and the name below; version, and how many codes.\n\n")
			var list []string
			for _, r := range rows {
				if group(r.uri) == g {
					part := ""
					if !strings.Contains(r.flags, "c") {
						part = ", a part"
					}
					list = append(list, fmt.Sprintf("%s (%s, %d%s)", strings.TrimPrefix(r.uri, "~c"), r.version, r.count, part))
				}
			}
			w.WriteString(strings.Join(list, " · ") + "\n")
			continue
		}
		w.WriteString("| Code system | Version | Codes | |\n|---|---|--:|---|\n")
		for _, r := range rows {
			if group(r.uri) == g {
				part := ""
				if !strings.Contains(r.flags, "c") {
					part = "a part"
				}
				fmt.Fprintf(&w, "| `%s` | %s | %d | %s |\n", lengthen(r.uri), r.version, r.count, part)
			}
		}
	}
	return w.String()
}

func lengthen(s string) string {
	for _, a := range abbreviations {
		if rest, ok := strings.CutPrefix(s, a.short); ok {
			return a.long + rest
		}
	}
	return s
}

// withDocBlock puts the block into the page between its marks.
func withDocBlock(page []byte, block string) ([]byte, error) {
	head, rest, ok := strings.Cut(string(page), docBegin)
	if !ok {
		return nil, fmt.Errorf("%s has no mark %q", docFile, docBegin)
	}
	_, tail, ok := strings.Cut(rest, docEnd)
	if !ok {
		return nil, fmt.Errorf("%s has no mark %q", docFile, docEnd)
	}
	return []byte(head + docBegin + "\n" + block + "\n" + docEnd + tail), nil
}

func docPage(root string, files map[string][]byte) ([]byte, error) {
	page, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(docFile)))
	if err != nil {
		return nil, err
	}
	return withDocBlock(page, docBlock(files["internal/codes/systems.txt"], files["internal/codes/concepts.txt"], files["internal/codes/valuesets.txt"]))
}
