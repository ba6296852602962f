package filelog

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// disk is a directory as the log uses it. Tests have one that fails and crashes.
type disk interface {
	// prepare makes the directory, durably.
	prepare() error
	list() ([]string, error)
	// open opens a file: for reading, for writing too, or newly made.
	open(name string, how access) (file, error)
	rename(from, to string) error
	remove(name string) error
	// sync makes what was made, renamed and removed in the directory durable.
	sync() error
	// lock takes the lock of the directory, or gives ErrLocked.
	lock(name string) (io.Closer, error)
}

type access int

const (
	toRead access = iota
	toWrite
	toMake
)

type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	Size() (int64, error)
}

// folder is a directory of the operating system.
type folder string

type osFile struct{ *os.File }

func (f osFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (d folder) prepare() error {
	dir := filepath.Clean(string(d))
	var made []string
	for at := dir; ; at = filepath.Dir(at) {
		_, err := os.Stat(at)
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) || at == filepath.Dir(at) {
			return err
		}
		made = append(made, filepath.Dir(at))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, parent := range made {
		if err := folder(parent).sync(); err != nil {
			return err
		}
	}
	return nil
}

func (d folder) list() ([]string, error) {
	entries, err := os.ReadDir(string(d))
	if err != nil {
		return nil, err
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return names, nil
}

func (d folder) open(name string, how access) (file, error) {
	flag := os.O_RDONLY
	switch how {
	case toWrite:
		flag = os.O_RDWR
	case toMake:
		flag = os.O_RDWR | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(filepath.Join(string(d), name), flag, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (d folder) rename(from, to string) error {
	return os.Rename(filepath.Join(string(d), from), filepath.Join(string(d), to))
}

func (d folder) remove(name string) error { return os.Remove(filepath.Join(string(d), name)) }

func (d folder) sync() error {
	f, err := os.Open(string(d))
	if err != nil {
		return err
	}
	return errors.Join(syncFolder(f), f.Close())
}

func (d folder) lock(name string) (io.Closer, error) { return lockFile(filepath.Join(string(d), name)) }
