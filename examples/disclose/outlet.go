package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// outletName is what an Exchange calls the output; its signature has that name and .jws.
const outletName = "output"

// outlet takes what leaves: none of it counts before all of it is there.
type outlet struct {
	*disclosure
	want   int      // files that are to come
	staged []staged // those that are whole
	named  []string // those that have their names
	told   bool
}

type staged struct{ temp, name string }

// Open begins the output or its signature. Decision, preview and report are written before: the intent is in the log by then.
func (o *outlet) Open(ctx context.Context, name string) (io.WriteCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !o.told {
		if err := o.disclosure.told(); err != nil {
			return nil, err
		}
		o.told = true
	}
	if o.out == "" {
		return &outletText{stdout: o.stdout}, nil
	}
	to := o.out
	if strings.HasPrefix(name, outletName+".jws") { // of an encrypted output .jws.age
		to += strings.TrimPrefix(name, outletName)
	}
	f, err := os.CreateTemp(filepath.Dir(to), ".disclose-*")
	if err != nil {
		return nil, err
	}
	return &outletFile{f, o, to}, nil
}

// outletText keeps the output until it is whole, for standard output.
type outletText struct {
	bytes.Buffer
	stdout io.Writer
}

func (t *outletText) Close() error {
	n := t.Len()
	m, err := t.stdout.Write(t.Bytes())
	if err == nil && m < n {
		err = io.ErrShortWrite
	}
	return err
}

func (t *outletText) Abort() error { return nil }

type outletFile struct {
	*os.File
	o    *outlet
	name string
}

// Close makes the file last. With the last of them, all get their names.
func (f *outletFile) Close() error {
	f.o.staged = append(f.o.staged, staged{f.Name(), f.name})
	err := f.Sync()
	if e := f.File.Close(); err == nil {
		err = e
	}
	if err != nil || len(f.o.staged) < f.o.want {
		return err
	}
	for len(f.o.staged) > 0 { // the output last
		last := f.o.staged[len(f.o.staged)-1]
		if err := os.Rename(last.temp, last.name); err != nil {
			return err
		}
		f.o.named, f.o.staged = append(f.o.named, last.name), f.o.staged[:len(f.o.staged)-1]
	}
	if dir, err := os.Open(filepath.Dir(f.name)); err == nil {
		_ = dir.Sync() // where the system can
		_ = dir.Close()
	}
	return nil
}

// Abort takes back what was written.
func (f *outletFile) Abort() error {
	f.File.Close()
	return os.Remove(f.Name())
}

// withdraw takes back what was to leave and did not, or of which the log has no outcome.
func (o *outlet) withdraw() {
	for _, s := range o.staged {
		os.Remove(s.temp)
	}
	for _, name := range o.named {
		os.Remove(name)
	}
	o.staged, o.named = nil, nil
}
