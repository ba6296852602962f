package record

import (
	"encoding/base64"
	"io"
	"os"
	"strings"
)

// AttachmentStore keeps the content of large attachments outside of memory
// while a document is read. It is a host's: what is kept may be a patient's, and
// is gone when the host removes it.
//
// It must be safe for concurrent use where imports run so.
type AttachmentStore interface {
	// Put keeps what r gives until its end. The Blob gives the same again, as often
	// as it is opened. Where r fails, Put gives its error and keeps nothing.
	Put(r io.Reader) (Blob, error)
}

// AttachmentDir is a store of files in a folder, each with a random name; ""
// is the folder for temporary files. The host removes the files.
type AttachmentDir string

var _ AttachmentStore = AttachmentDir("")

// Put writes a new file that its owner alone may read.
func (d AttachmentDir) Put(r io.Reader) (Blob, error) {
	f, err := os.CreateTemp(string(d), "attachment-")
	if err != nil {
		return nil, err
	}
	_, err = io.Copy(f, r)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		os.Remove(f.Name())
		return nil, err
	}
	return fileBlob(f.Name()), nil
}

type fileBlob string

func (f fileBlob) Open() (io.ReadCloser, error) { return os.Open(string(f)) }

// StoredBase64 is content that is kept elsewhere as the base64 text it came in,
// white space and the escaped solidus of JSON in it; it is decoded when opened.
func StoredBase64(text Blob) Data { return Data{storedBlob{text}} }

// Base64Reader gives the content as base64 text without white space, and reports
// whether that takes no memory for the content as a whole.
func (d Data) Base64Reader() (text io.ReadCloser, streams bool, err error) {
	switch b := d.blob.(type) {
	case nil, bytesBlob, base64Blob:
		s, err := d.Base64()
		return io.NopCloser(&skipSpace{strings.NewReader(s)}), false, err
	case storedBlob:
		f, err := b.text.Open()
		if err != nil {
			return nil, true, err
		}
		return closing{&plainBase64{f}, f}, true, nil
	}
	f, err := d.blob.Open()
	if err != nil {
		return nil, true, err
	}
	r, w := io.Pipe()
	go func() {
		e := base64.NewEncoder(base64.StdEncoding, w)
		_, err := io.Copy(e, f)
		if err == nil {
			err = e.Close()
		}
		f.Close()
		w.CloseWithError(err)
	}()
	return r, true, nil
}

// Streams reports whether the content is held elsewhere than in memory.
func (d Data) Streams() bool {
	switch d.blob.(type) {
	case nil, bytesBlob, base64Blob:
		return false
	}
	return true
}

type storedBlob struct{ text Blob }

func (b storedBlob) Open() (io.ReadCloser, error) {
	f, err := b.text.Open()
	if err != nil {
		return nil, err
	}
	return closing{base64.NewDecoder(base64.StdEncoding, &plainBase64{f}), f}, nil
}

type closing struct {
	io.Reader
	io.Closer
}

// plainBase64 drops white space, and the reverse solidus that JSON may have before a solidus.
type plainBase64 struct{ r io.Reader }

func (s *plainBase64) Read(p []byte) (int, error) {
	for {
		n, err := s.r.Read(p)
		k := 0
		for _, c := range p[:n] {
			if c > ' ' && c != '\\' {
				p[k] = c
				k++
			}
		}
		if k > 0 || err != nil {
			return k, err
		}
	}
}
