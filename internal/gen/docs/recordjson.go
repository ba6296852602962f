package main

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/portage-health/portage/record"
)

//go:embed recordjson.md
var recordJSONIntro string

// recordJSONPage is the hand-written part of docs/record-json.md and a table
// for each type, made from the Go types and their docstrings.
func recordJSONPage(root string) ([]byte, error) {
	types, err := parseTypes(filepath.Join(root, "record"))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString(recordJSONIntro)
	for _, name := range order(types) {
		t := types[name]
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", name, oneLine(t.doc))
		table(&b, []string{"Field", "Shape", "What it is"}, t.rows)
	}
	b.WriteString("\n## Terms\n\nThe words of the types that have a closed list.\n")
	for _, name := range sortedTerms(types) {
		t := types[name]
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n", name, oneLine(t.doc))
		table(&b, []string{"Word", "What it is"}, t.rows)
	}
	return b.Bytes(), nil
}

// termTypes are the string types that fields of the record have.
var termTypes = []string{"AbsentReason", "Assertion", "Mode", "StatusCode", "Verification"}

// goType is a struct with its fields, or a string type with its words.
type goType struct {
	doc   string
	rows  [][]string
	terms bool
}

// parseTypes reads the docstrings of the struct types of package record.
func parseTypes(dir string) (map[string]goType, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(paths) == 0 {
		return nil, errors.Join(err, errors.New("package record has no files"))
	}
	types := map[string]goType{}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		for _, d := range f.Decls {
			if g, ok := d.(*ast.GenDecl); ok {
				addTypes(types, g)
				addTerms(types, g)
			}
		}
	}
	return types, nil
}

func addTypes(types map[string]goType, g *ast.GenDecl) {
	for _, s := range g.Specs {
		spec, ok := s.(*ast.TypeSpec)
		if !ok || !spec.Name.IsExported() {
			continue
		}
		doc := spec.Doc.Text()
		if doc == "" {
			doc = g.Doc.Text()
		}
		t := types[spec.Name.Name]
		t.doc = doc
		if st, ok := spec.Type.(*ast.StructType); ok {
			t.rows = rowsOf(st)
		}
		types[spec.Name.Name] = t
	}
}

// addTerms adds the words of string types: const Affirmed Assertion = "affirmed".
func addTerms(types map[string]goType, g *ast.GenDecl) {
	if g.Tok != token.CONST {
		return
	}
	for _, s := range g.Specs {
		spec := s.(*ast.ValueSpec)
		id, ok := spec.Type.(*ast.Ident)
		if !ok || len(spec.Values) != 1 {
			continue
		}
		lit, ok := spec.Values[0].(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING || lit.Value == `""` {
			continue
		}
		word, _ := strconv.Unquote(lit.Value)
		t := types[id.Name]
		t.terms = true
		t.rows = append(t.rows, []string{"`" + word + "`", oneLine(spec.Doc.Text() + " " + spec.Comment.Text())})
		types[id.Name] = t
	}
}

// sortedTerms are those of them whose words were found.
func sortedTerms(types map[string]goType) []string {
	var out []string
	for _, name := range termTypes {
		if types[name].terms {
			out = append(out, name)
		}
	}
	return out
}

func rowsOf(st *ast.StructType) [][]string {
	var rows [][]string
	for _, f := range st.Fields.List {
		if f.Tag == nil {
			if len(f.Names) == 0 {
				rows = append(rows, []string{"*all fields of " + shape(f.Type) + "*", "", "stand here, among the others"})
			}
			continue
		}
		raw, _ := strconv.Unquote(f.Tag.Value)
		tag := reflect.StructTag(raw)
		name, rest, _ := strings.Cut(tag.Get("json"), ",")
		text := oneLine(f.Doc.Text() + " " + f.Comment.Text())
		switch kind, of, _ := strings.Cut(tag.Get("portage"), "="); kind {
		case "made":
			text += " *Made by Portage; no leaf.*"
		case "form":
			text += " *Another form of " + of + ".*"
		case "same":
			text += " *Another form of " + of + " where it is the same.*"
		}
		if !strings.Contains(rest, "omit") {
			text += " *Always written.*"
		}
		rows = append(rows, []string{"`" + name + "`", shape(f.Type), strings.TrimSpace(text)})
	}
	return rows
}

// shape writes a Go type as the JSON it becomes.
func shape(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.StarExpr:
		return shape(t.X)
	case *ast.ArrayType:
		return "array of " + shape(t.Elt)
	case *ast.Ident:
		switch t.Name {
		case "string":
			return "text"
		case "bool":
			return "true, false"
		case "int", "int64":
			return "whole number"
		case "Data":
			return "text, base64"
		}
		if slices.Contains(termTypes, t.Name) {
			return "text: " + t.Name
		}
		return t.Name
	}
	return "?"
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// order lists the types that a record is made of, as they are met going through it.
func order(types map[string]goType) []string {
	var out []string
	seen := map[reflect.Type]bool{}
	var visit func(t reflect.Type)
	visit = func(t reflect.Type) {
		for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if _, ok := types[t.Name()]; !ok || t.Kind() != reflect.Struct || seen[t] || t == reflect.TypeFor[record.Data]() {
			return
		}
		seen[t] = true
		out = append(out, t.Name())
		for i := range t.NumField() {
			if t.Field(i).IsExported() {
				visit(t.Field(i).Type)
			}
		}
	}
	visit(reflect.TypeFor[record.Record]())
	sort.Strings(out[1:])
	return out
}
