package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// input is one file to convert, or standard input.
type input struct {
	name    string // as the report names it
	path    string // "" for standard input
	rel     string // where it lies under the output folder, before its extension is replaced
	out     string // the output's path; "" for standard output
	found   bool   // found in a folder, not named itself
	renamed bool   // another input has the same output name
}

// gather lists the inputs in the order of the arguments; a folder's files in lexical order.
func gather(names []string) ([]*input, error) {
	var all []*input
	for _, name := range names {
		if name == "-" {
			all = append(all, &input{name: "-", rel: "stdin"})
			continue
		}
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			all = append(all, &input{name: name, path: name, rel: filepath.Base(name)})
			continue
		}
		under := ""
		if len(names) > 1 { // files of a folder land under that folder's own name
			abs, err := filepath.Abs(name)
			if err != nil {
				return nil, err
			}
			under = filepath.Base(abs)
		}
		err = filepath.WalkDir(name, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if !d.Type().IsRegular() {
				return nil
			}
			rel, err := filepath.Rel(name, p)
			if err != nil {
				return err
			}
			all = append(all, &input{name: p, path: p, rel: filepath.Join(under, rel), found: true})
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no files in the folders named")
	}
	return all, nil
}

// plan gives each input its output's path. Where two would be written to one
// name, the later ones get ~2, ~3, … before the extension.
func plan(inputs []*input, out, extension string) {
	if out == "" {
		return
	}
	info, err := os.Stat(out)
	folder := err == nil && info.IsDir() || strings.HasSuffix(out, string(filepath.Separator))
	if len(inputs) == 1 && !folder && !inputs[0].found {
		inputs[0].out = out
		return
	}
	taken := make(map[string]bool, len(inputs))
	for _, in := range inputs {
		stem := filepath.Join(out, strings.TrimSuffix(in.rel, filepath.Ext(in.rel)))
		p := stem + extension
		for k := 2; taken[p]; k++ {
			p = stem + "~" + strconv.Itoa(k) + extension
			in.renamed = true
		}
		taken[p] = true
		in.out = p
	}
}

// outputs gives the paths for an input's records: NAME.json, NAME~2.json …
// Names planned for other inputs are stepped over.
type outputs struct {
	first string
	taken map[string]bool // read-only
	last  int
}

// path gives the n-th path, counted from 0. It is called once for each n, in order.
func (o *outputs) path(n int) string {
	if n == 0 {
		o.last = 1
		return o.first
	}
	ext := filepath.Ext(o.first)
	stem := strings.TrimSuffix(o.first, ext)
	for {
		o.last++
		p := stem + "~" + strconv.Itoa(o.last) + ext
		if !o.taken[p] {
			return p
		}
	}
}
