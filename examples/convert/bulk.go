package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/portage-health/portage/fhir"
	"github.com/portage-health/portage/record"
)

// bulkName is the format of an INPUT that is a folder of NDJSON files which belong together.
const bulkName = "bulk"

// gatherBulk lists the inputs where each is a folder.
func gatherBulk(names []string) (all []*input, err error) {
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return nil, err
		}
		if !info.IsDir() {
			return nil, fmt.Errorf("-from bulk reads folders; %s is none", filepath.Base(name))
		}
		abs, err := filepath.Abs(name)
		if err != nil {
			return nil, err
		}
		// The dot ends the name, so that no part of it is taken for an extension.
		all = append(all, &input{name: name, path: name, rel: filepath.Base(abs) + ".", found: true})
	}
	return all, nil
}

// openBulk opens the NDJSON files of a folder, in the order of their names.
func openBulk(dir string) (bulk record.Importer, size int64, shut func(), err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, 0, nil, err
	}
	var b fhir.Bulk
	var open []*os.File
	shut = func() {
		for _, f := range open {
			f.Close()
		}
	}
	for _, e := range entries {
		if !e.Type().IsRegular() || !strings.HasSuffix(e.Name(), ".ndjson") {
			continue
		}
		f, err := os.Open(filepath.Join(dir, e.Name()))
		if err != nil {
			shut()
			return nil, 0, nil, err
		}
		open = append(open, f)
		info, err := f.Stat()
		if err != nil {
			shut()
			return nil, 0, nil, err
		}
		b.Files = append(b.Files, fhir.BulkFile{Name: e.Name(), Size: info.Size(), ReaderAt: f})
		size += info.Size()
	}
	return b, size, shut, nil
}

// gatherAll lists the inputs.
func gatherAll(s *settings, names []string) ([]*input, error) {
	if s.from == bulkName {
		return gatherBulk(names)
	}
	return gather(names)
}
