package portage

import (
	"context"
	"crypto/rand"
	"io"
	"os"
)

// FolderDestination takes what leaves as files of a folder, which is made where there is
// none. A file has its name only once it is whole and lasts; it is for its owner alone. A
// file of that name that is there already is an error: nothing is overwritten.
type FolderDestination string

// Open begins a file.
func (d FolderDestination) Open(ctx context.Context, name string) (io.WriteCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if !ehiPath(name) {
		return nil, os.ErrInvalid
	}
	if err := os.MkdirAll(string(d), ehiFolderMode); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(string(d))
	if err != nil {
		return nil, err
	}
	if _, err := root.Lstat(name); err == nil {
		root.Close()
		return nil, os.ErrExist
	}
	temp := ehiTemp(name) + "." + rand.Text() // others may write a file of that name as well
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ehiFileMode)
	if err != nil {
		root.Close()
		return nil, err
	}
	return &folderFile{f, root, temp, name}, nil
}

type folderFile struct {
	*os.File
	root       *os.Root
	temp, name string
}

// Close makes the file last and gives it its name.
func (f *folderFile) Close() error {
	defer f.root.Close()
	err := f.File.Sync()
	if e := f.File.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = f.root.Link(f.temp, f.name) // unlike a renaming it fails where the name is taken
	}
	if e := f.root.Remove(f.temp); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	return syncFolder(f.root, ".")
}

// Abort takes back what was written.
func (f *folderFile) Abort() error {
	defer f.root.Close()
	f.File.Close()
	return f.root.Remove(f.temp)
}
