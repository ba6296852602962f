package portage

import (
	"archive/zip"
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"os"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"
)

// ehiSink takes the files of one part, one after the other.
type ehiSink interface {
	// create begins a file, and ends the one before.
	create(name string) (io.Writer, error)
	// commit makes all of them last, and appear at once. pack is the file that holds them, where there is one.
	commit() (pack *EHIFile, err error)
	// abort takes back what was not committed.
	abort()
}

// ehiWrite writes one file to a sink and gives its digest.
func ehiWrite(s ehiSink, f EHIFile, text func(w io.Writer) error) (EHIFile, error) {
	w, err := s.create(f.Name)
	if err != nil {
		return f, err
	}
	d := digesting{w: w, sum: sha256.New()}
	b := bufio.NewWriterSize(&d, 32<<10)
	if err := text(b); err != nil {
		return f, err
	}
	if err := b.Flush(); err != nil {
		return f, err
	}
	f.Bytes, f.SHA256 = d.n, hex.EncodeToString(d.sum.Sum(nil))
	return f, nil
}

// digesting counts and digests what goes through it.
type digesting struct {
	w   io.Writer
	sum hash.Hash
	n   int64
}

func (d *digesting) Write(p []byte) (int, error) {
	n, err := d.w.Write(p)
	d.sum.Write(p[:n])
	d.n += int64(n)
	return n, err
}

const (
	ehiFileMode   = 0o600
	ehiFolderMode = 0o700
	// ehiOpen is how many files are flushed together: a disk does many at the price of a few.
	ehiOpen = 48
)

// folderSink is a part that is a folder. It is written under another name.
type folderSink struct {
	root  *os.Root
	part  string // parts/000001
	temp  string // parts/.000001
	made  map[string]bool
	order []string
	open  []*os.File
}

func ehiTemp(part string) string { return path.Dir(part) + "/." + path.Base(part) }

func newFolderSink(root *os.Root, part string) (*folderSink, error) {
	s := &folderSink{root: root, part: part, temp: ehiTemp(part), made: map[string]bool{}}
	return s, s.folder(s.temp)
}

func (s *folderSink) folder(name string) error {
	if s.made[name] {
		return nil
	}
	if name != s.temp {
		if err := s.folder(path.Dir(name)); err != nil {
			return err
		}
	}
	s.made[name] = true
	s.order = append(s.order, name)
	return s.root.Mkdir(name, ehiFolderMode)
}

func (s *folderSink) create(name string) (io.Writer, error) {
	name = s.temp + strings.TrimPrefix(name, s.part)
	if err := s.folder(path.Dir(name)); err != nil {
		return nil, err
	}
	if len(s.open) == ehiOpen {
		if err := s.flush(); err != nil {
			return nil, err
		}
	}
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, ehiFileMode)
	if err != nil {
		return nil, err
	}
	s.open = append(s.open, f)
	return f, nil
}

// flush makes the files that are open last.
func (s *folderSink) flush() error {
	errs := make([]error, len(s.open))
	var wg sync.WaitGroup
	for i, f := range s.open {
		wg.Go(func() {
			errs[i] = f.Sync()
			if err := f.Close(); errs[i] == nil {
				errs[i] = err
			}
		})
	}
	wg.Wait()
	s.open = s.open[:0]
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *folderSink) commit() (*EHIFile, error) {
	if err := s.flush(); err != nil {
		return nil, err
	}
	for i := len(s.order) - 1; i >= 0; i-- {
		if err := syncFolder(s.root, s.order[i]); err != nil {
			return nil, err
		}
	}
	if err := s.root.Rename(s.temp, s.part); err != nil {
		return nil, err
	}
	return nil, syncFolder(s.root, ehiPartsName)
}

func (s *folderSink) abort() {
	for _, f := range s.open {
		f.Close()
	}
	s.root.RemoveAll(s.temp)
}

// syncFolder makes the names in a folder last.
func syncFolder(root *os.Root, name string) error {
	if runtime.GOOS == "windows" { // there a folder cannot be flushed, and needs not be
		return nil
	}
	d, err := root.Open(name)
	if err != nil {
		return err
	}
	err = d.Sync()
	if e := d.Close(); err == nil {
		err = e
	}
	return err
}

// writeLasting writes a file under another name, makes it last and gives it its own.
func writeLasting(root *os.Root, name string, data []byte) error {
	temp := ehiTemp(name)
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, ehiFileMode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return err
	}
	if err := root.Rename(temp, name); err != nil {
		return err
	}
	return syncFolder(root, path.Dir(name))
}

// zipSink is a part that is a zip file, or, where stream is set, a part of one.
type zipSink struct {
	*zip.Writer
	at   time.Time
	root *os.Root
	file *os.File
	part string
	sum  digesting
	held *bufio.Writer
}

func newZipSink(root *os.Root, part string, at time.Time) (*zipSink, error) {
	s := &zipSink{at: at, root: root, part: part}
	var err error
	if s.file, err = root.OpenFile(ehiTemp(part), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, ehiFileMode); err != nil {
		return nil, err
	}
	s.sum = digesting{w: s.file, sum: sha256.New()}
	s.held = bufio.NewWriterSize(&s.sum, 64<<10)
	s.Writer = zip.NewWriter(s.held)
	return s, nil
}

func (s *zipSink) create(name string) (io.Writer, error) {
	if s.file != nil {
		name = strings.TrimPrefix(name, s.part+"/")
	}
	h := &zip.FileHeader{Name: name, Method: zip.Deflate, Modified: s.at}
	h.SetMode(ehiFileMode)
	return s.CreateHeader(h)
}

func (s *zipSink) commit() (*EHIFile, error) {
	if s.file == nil {
		return nil, nil
	}
	err := s.Close()
	if err == nil {
		err = s.held.Flush()
	}
	if err == nil {
		err = s.file.Sync()
	}
	if e := s.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	name := s.part + ".zip"
	if err := s.root.Rename(ehiTemp(s.part), name); err != nil {
		return nil, err
	}
	f := &EHIFile{Name: name, Kind: "zip", MediaType: "application/zip", Bytes: s.sum.n, SHA256: hex.EncodeToString(s.sum.sum.Sum(nil))}
	return f, syncFolder(s.root, ehiPartsName)
}

func (s *zipSink) abort() {
	if s.file != nil {
		s.file.Close()
		s.root.Remove(ehiTemp(s.part))
	}
}
