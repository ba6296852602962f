// Command docs writes the pages of docs/ that can be derived from the code, so
// that they say what the code does. Its test fails where a page is out of date.
//
//	go run ./internal/gen/docs
package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// page is one file of docs/.
type page struct {
	name string
	text func(root string) ([]byte, error)
}

// pages are the files that are generated as a whole; record-json.md has a generated part only.
var pages = []page{
	{"uscdi.md", uscdiPage},
	{"meaning.md", meaningPage},
	{"report-codes.md", codesPage},
	{"record-json.md", recordJSONPage},
	{"../ehidictionary.json", dictionaryPage},
	{"deid.md", deidPage},
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "docs:", err)
		os.Exit(1)
	}
}

func run() error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	for _, p := range pages {
		text, err := p.text(root)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := os.WriteFile(filepath.Join(root, "docs", p.name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// moduleRoot is the folder above that holds go.mod.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("go.mod is not in a folder above")
		}
		dir = up
	}
	return "", err
}

// table writes a Markdown table. Cells must not hold a line feed; a bar is escaped.
func table(b *bytes.Buffer, head []string, rows [][]string) {
	line := func(cells []string) {
		b.WriteString("|")
		for _, c := range cells {
			b.WriteString(" " + strings.ReplaceAll(strings.TrimSpace(c), "|", "\\|") + " |")
		}
		b.WriteString("\n")
	}
	line(head)
	b.WriteString(strings.Repeat("|---", len(head)) + "|\n")
	for _, r := range rows {
		line(r)
	}
}

// fields splits the lines of an embedded list; lines that begin with # are remarks.
func fields(text string) [][]string {
	var rows [][]string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		rows = append(rows, strings.Split(line, " | "))
	}
	return rows
}
