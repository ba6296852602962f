// Command gen makes the tables of internal/codes from HL7's published
// terminology, that of the rules of C-CDA's templates from its Schematron, and those of FHIR's elements, of
// US Core's profiles and of the value sets that they bind from their StructureDefinitions and ValueSets. Run it from the root of the module:
//
//	go run ./internal/gen
//
// With -v it says what was left out, and which names two sources claim.
//
// Its sources are the FHIR packages and the working files named in sources.go.
// They are looked for in the folder that PORTAGE_SHARED names, or in a folder
// "shared" beside or above the working directory. The same sources always give
// the same bytes.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run() error {
	shared, err := findShared()
	if err != nil {
		return err
	}
	files, notes, err := generate(shared)
	if err != nil {
		return err
	}
	if slices.Contains(os.Args[1:], "-v") {
		for _, n := range notes {
			fmt.Println(n)
		}
	}
	root, err := findRoot()
	if err != nil {
		return err
	}
	if files[docFile], err = docPage(root, files); err != nil {
		return err
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
		fmt.Printf("%8d %s\n", len(files[name]), name)
	}
	return nil
}

// generate gives every generated file by its path from the module's root, and
// what whoever chose the sources may want to know.
func generate(shared string) (files map[string][]byte, notes []string, err error) {
	src, err := readSources(shared)
	if err != nil {
		return nil, nil, err
	}
	sys, err := buildSystems(src)
	if err != nil {
		return nil, nil, err
	}
	con, err := buildConcepts(src)
	if err != nil {
		return nil, nil, err
	}
	concepts, err := con.text(src)
	if err != nil {
		return nil, nil, err
	}
	maps, err := buildMaps(src)
	if err != nil {
		return nil, nil, err
	}
	rules, err := templateRules(shared)
	if err != nil {
		return nil, nil, err
	}
	elements, err := elementTable(src)
	if err != nil {
		return nil, nil, err
	}
	table := newProfileTable(src, usCore)
	profiles, err := table.profileText(src)
	if err != nil {
		return nil, nil, err
	}
	var others []*profileTable
	for _, p := range otherReleases {
		others = append(others, newProfileTable(src, p))
	}
	releases, err := releasesText(src, table, others)
	if err != nil {
		return nil, nil, err
	}
	bound := con.boundText(src, table, others)
	return map[string][]byte{
		profilesFile:                        profiles,
		releasesFile:                        releases,
		boundFile:                           bound,
		elementsFile:                        elements,
		rulesFile:                           rules,
		"internal/codes/systems.txt":        sys.text(src),
		"internal/codes/concepts.txt":       concepts,
		"internal/codes/valuesets.txt":      con.valueSetText(src),
		"internal/codes/conceptmaps_gen.go": maps,
	}, slices.Concat(sys.notes, con.notes, table.notes), nil
}

// findRoot is the nearest folder upward with a go.mod.
func findRoot() (string, error) {
	return upward(func(dir string) (string, bool) {
		_, err := os.Stat(filepath.Join(dir, "go.mod"))
		return dir, err == nil
	}, "go.mod")
}

// findShared is the folder of third-party sources.
func findShared() (string, error) {
	if dir := os.Getenv("PORTAGE_SHARED"); dir != "" {
		_, err := os.Stat(filepath.Join(dir, filepath.FromSlash(packageDir)))
		return dir, err
	}
	return upward(func(dir string) (string, bool) {
		shared := filepath.Join(dir, "shared")
		_, err := os.Stat(filepath.Join(shared, filepath.FromSlash(packageDir)))
		return shared, err == nil
	}, "a folder shared with "+packageDir)
}

func upward(found func(dir string) (string, bool), what string) (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if path, ok := found(dir); ok {
			return path, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%s not found upward of the working directory", what)
		}
		dir = parent
	}
}
