package record

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
)

// Blob is content that is opened, not held. Open may be called more than once
// and from several goroutines; each reader starts at the beginning.
type Blob interface {
	Open() (io.ReadCloser, error)
}

// Attachment is a document, picture or other content with what is known of it.
type Attachment struct {
	ContentType string `json:"contentType,omitempty"` // MIME type as sent
	Language    string `json:"language,omitempty"`
	Charset     string `json:"charset,omitempty"`
	Title       string `json:"title,omitempty"`
	Created     *Time  `json:"created,omitempty"`
	URL         string `json:"url,omitempty"`  // where the content is, or its name in a package
	Size        string `json:"size,omitempty"` // bytes, as sent
	// Hash is the digest as sent, base64 or hex as the source wrote it, and HashAlgorithm its name (SHA-1, SHA-256).
	Hash          string `json:"hash,omitempty"`
	HashAlgorithm string `json:"hashAlgorithm,omitempty"`
	Compression   string `json:"compression,omitempty"` // CDA ED.compression: DF, GZ, ZL, Z
	// Text is content that is text and stood in the document as such.
	Text string `json:"text,omitempty"`
	// TextRef is the anchor in the section's narrative that holds the content, without '#'.
	TextRef string `json:"textRef,omitempty" portage:"form=Text"`
	// Data is content that stood in the document as bytes; in JSON it is base64.
	Data Data `json:"data,omitzero"`
	// Anchor is the name by which renderMultiMedia in a narrative shows it (CDA observationMedia ID).
	Anchor string       `json:"anchor,omitempty"`
	Absent AbsentReason `json:"absent,omitempty"`
}

// Data is content with a way to read it. The zero Data holds nothing.
type Data struct{ blob Blob }

// DataOf wraps a blob that the host supplies.
func DataOf(b Blob) Data { return Data{b} }

// BytesData holds bytes in memory. The caller must not change them afterwards.
func BytesData(b []byte) Data { return Data{bytesBlob(b)} }

// Base64Data holds content as the base64 text it came in; it is decoded when opened.
func Base64Data(text string) Data { return Data{base64Blob(text)} }

// IsZero reports whether there is no content.
func (d Data) IsZero() bool { return d.blob == nil }

// Open gives the content. It returns io.EOF at once for a zero Data.
func (d Data) Open() (io.ReadCloser, error) {
	if d.blob == nil {
		return io.NopCloser(strings.NewReader("")), nil
	}
	return d.blob.Open()
}

// Base64 gives the content as base64 text: as it came where it came as base64.
func (d Data) Base64() (string, error) {
	switch b := d.blob.(type) {
	case nil:
		return "", nil
	case base64Blob:
		return string(b), nil
	case bytesBlob:
		return base64.StdEncoding.EncodeToString(b), nil
	case storedBlob:
		f, err := b.text.Open()
		if err != nil {
			return "", err
		}
		defer f.Close()
		text, err := io.ReadAll(&plainBase64{f})
		return string(text), err
	}
	r, err := d.blob.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	var s strings.Builder
	w := base64.NewEncoder(base64.StdEncoding, &s)
	if _, err := io.Copy(w, r); err != nil {
		return "", err
	}
	if err := w.Close(); err != nil {
		return "", err
	}
	return s.String(), nil
}

type bytesBlob []byte

func (b bytesBlob) Open() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }

type base64Blob string

func (b base64Blob) Open() (io.ReadCloser, error) {
	return io.NopCloser(base64.NewDecoder(base64.StdEncoding, &skipSpace{strings.NewReader(string(b))})), nil
}

// skipSpace drops the white space that CDA allows inside base64 text.
type skipSpace struct{ r io.Reader }

func (s *skipSpace) Read(p []byte) (int, error) {
	for {
		n, err := s.r.Read(p)
		k := 0
		for _, c := range p[:n] {
			if c != ' ' && c != '\t' && c != '\n' && c != '\r' {
				p[k] = c
				k++
			}
		}
		if k > 0 || err != nil {
			return k, err
		}
	}
}

// MarshalJSON writes the content as base64 text.
func (d Data) MarshalJSON() ([]byte, error) {
	s, err := d.Base64()
	if err != nil {
		return nil, err
	}
	return marshalString(s), nil
}

// UnmarshalJSON reads base64 text.
func (d *Data) UnmarshalJSON(b []byte) error {
	s, err := unmarshalString(b)
	if err != nil {
		return err
	}
	*d = Base64Data(s)
	return nil
}
