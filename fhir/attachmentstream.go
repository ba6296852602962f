package fhir

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const defaultInline = 1 << 20

// streamed reads JSON from a stream. What stands in a member data and is base64
// of more than some size goes to the host's store; the text that is kept has an
// empty string there, of which stored knows by its offset.
type streamed struct {
	in     *bufio.Reader
	sum    hash.Hash
	most   int64 // bytes of input
	size   int64
	inline int
	store  record.AttachmentStore
	text   []byte
	stored map[int]record.Blob
	err    error
}

// readStreamed gives the text without large attachments, and where they were taken out.
func readStreamed(in *bufio.Reader, o record.ImportOptions) (*streamed, error) {
	s := &streamed{in: in, sum: sha256.New(), most: o.Limits.Bytes, inline: o.Limits.Inline, store: o.Attachments, stored: map[int]record.Blob{}}
	if s.most <= 0 {
		s.most = defaultBytes
	}
	if s.inline <= 0 {
		s.inline = defaultInline
	}
	var name, last []byte // the member at hand, and the string before
	value := false        // a string that begins now is a member's value
	for {
		c, ok := s.next()
		if !ok {
			break
		}
		s.text = append(s.text, c)
		switch c {
		case '"':
			if value && string(name) == "data" {
				s.content()
			} else {
				from := len(s.text)
				s.rest()
				if last = s.text[from:max(from, len(s.text)-1)]; len(last) > 8 {
					last = nil
				}
				last = bytes.Clone(last)
			}
			value = false
		case ':':
			name, value = last, true
		case ' ', '\t', '\r', '\n':
		default:
			value = false
		}
	}
	if s.err != nil && s.err != io.EOF {
		return nil, s.err
	}
	return s, nil
}

// next reads one byte.
func (s *streamed) next() (byte, bool) {
	if s.err != nil {
		return 0, false
	}
	c, err := s.in.ReadByte()
	if err == nil && s.size >= s.most {
		err = &tree.LimitError{Limit: tree.LimitBytes, Max: int(s.most)}
	}
	if err != nil {
		s.err = err
		return 0, false
	}
	s.size++
	one := [1]byte{c}
	s.sum.Write(one[:])
	return c, true
}

// rest reads on to the end of a string.
func (s *streamed) rest() {
	for {
		c, ok := s.next()
		if !ok {
			return
		}
		s.text = append(s.text, c)
		if c == '\\' {
			if c, ok = s.next(); ok {
				s.text = append(s.text, c)
			}
		} else if c == '"' {
			return
		}
	}
}

// content reads a string that may be an attachment's content.
func (s *streamed) content() {
	at := len(s.text) - 1
	for len(s.text)-at <= s.inline {
		c, ok := s.next()
		if !ok {
			return
		}
		s.text = append(s.text, c)
		if c == '"' {
			return // it is small
		}
		if !isBase64Byte(c) {
			if c == '\\' {
				if c, ok = s.next(); ok {
					s.text = append(s.text, c)
				}
				if c == '/' {
					continue
				}
			}
			s.rest()
			return
		}
	}
	head := bytes.Clone(s.text[at+1:])
	tail := &contentReader{s: s}
	blob, err := s.store.Put(io.MultiReader(bytes.NewReader(head), tail))
	if err != nil {
		s.err = err
		return
	}
	s.text = s.text[:at+1]
	if !tail.odd && tail.ended {
		s.stored[at] = blob
		s.text = append(s.text, '"')
		return
	}
	// It is no base64 after all: it stays where it stood.
	f, err := blob.Open()
	if err == nil {
		var all []byte
		all, err = io.ReadAll(f)
		s.text = append(s.text, all...)
		f.Close()
	}
	if err != nil {
		s.err = err
		return
	}
	s.text = append(s.text, tail.then...)
	if !tail.ended {
		s.rest()
	}
}

func isBase64Byte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '='
}

// contentReader gives the rest of a string as it stands, up to its end or to what is no base64.
type contentReader struct {
	s          *streamed
	odd, ended bool
	then       []byte // what was read and not given
}

func (r *contentReader) Read(p []byte) (n int, err error) {
	s := r.s
	for n < len(p)-1 && !r.odd && !r.ended {
		if s.err != nil {
			return n, errOf(s.err)
		}
		// What is plain is taken as it stands in the buffer.
		if _, err := s.in.Peek(1); err == nil {
			have, _ := s.in.Peek(min(s.in.Buffered(), len(p)-1-n))
			k := 0
			for k < len(have) && isBase64Byte(have[k]) {
				k++
			}
			if s.size+int64(k) <= s.most && k > 0 {
				n += copy(p[n:], have[:k])
				s.sum.Write(have[:k])
				s.size += int64(k)
				s.in.Discard(k)
				continue
			}
		}
		c, ok := s.next()
		switch {
		case !ok:
			return n, errOf(s.err)
		case c == '"':
			r.ended = true
			r.then = []byte{'"'}
		case c == '\\':
			if d, ok := s.next(); ok && d == '/' {
				p[n], p[n+1] = c, d
				n += 2
			} else if r.odd = true; ok {
				r.then = []byte{c, d}
			} else {
				return n, errOf(s.err)
			}
		case isBase64Byte(c):
			p[n] = c
			n++
		default:
			r.odd = true
			r.then = []byte{c}
		}
	}
	if n == 0 && (r.odd || r.ended) {
		return 0, io.EOF
	}
	return n, nil
}

// errOf gives the error that a text which ends amid a string is.
func errOf(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parseStream reads a document from a stream by a host's store.
func parseStream(in io.Reader, o record.ImportOptions) (*Document, error) {
	b := bufio.NewReaderSize(in, 1<<16)
	head, _ := b.Peek(64)
	if isXML(head) {
		data, err := readLimited(b, o.Limits.Bytes)
		if err != nil {
			return nil, err
		}
		return Parse(data, o.Limits)
	}
	s, err := readStreamed(b, o)
	if err != nil {
		return nil, err
	}
	d, err := Parse(s.text, o.Limits)
	if err != nil || len(s.stored) == 0 {
		return d, err
	}
	d.size = s.size
	s.sum.Sum(d.digest[:0])
	d.stored = s.placed(d.lines)
	found := 0
	for i := range d.tree.Len() {
		if d.storedAt(d.tree.Node(i)) != nil {
			found++
		}
	}
	if found != len(s.stored) {
		return nil, errLostContent
	}
	return d, nil
}

var errLostContent = errors.New("fhir: the content of an attachment is not where it was")

// placed gives where contents were taken out, by the offsets in what was parsed:
// lines became an array, with a byte before the first and one between each two.
func (s *streamed) placed(lines bool) map[int]record.Blob {
	if !lines {
		return s.stored
	}
	out := make(map[int]record.Blob, len(s.stored))
	text := bytes.TrimPrefix(s.text, []byte("\xef\xbb\xbf"))
	from, shift := len(s.text)-len(text), 0
	for line := range bytes.Lines(text) {
		if len(bytes.TrimSpace(line)) > 0 {
			shift++
		}
		for at, blob := range s.stored {
			if at >= from && at < from+len(line) {
				out[at-(len(s.text)-len(text))+shift] = blob
			}
		}
		from += len(line)
	}
	return out
}

// storedAt gives the content that was taken out at a node, nil where none was.
func (d *Document) storedAt(n tree.Node) record.Blob {
	if d.stored == nil || n.Kind() != tree.String || n.Name() != "data" {
		return nil
	}
	return d.stored[int(n.Offset())]
}

// isParted reports whether contents were taken out of a part of a document.
func (d *Document) isParted(n tree.Node) bool {
	from := int(n.Offset())
	to := from + len(n.Raw())
	for at := range d.stored {
		if from <= at && at < to {
			return true
		}
	}
	return false
}

// whole gives a part of a document with the contents that were taken out of it: what is carried is carried whole.
func (d *Document) whole(n tree.Node) string {
	if !d.isParted(n) {
		return rawText(n)
	}
	raw, from := n.Raw(), int(n.Offset())
	var out []byte
	for i := n.Index(); i < n.End(); i++ {
		v := n.Doc().Node(i)
		blob := d.storedAt(v)
		if blob == nil {
			continue
		}
		to := int(v.Offset()) + 1
		out = append(out, raw[:to-from]...)
		raw, from = raw[to-from:], to
		if f, err := blob.Open(); err == nil {
			if content, err := io.ReadAll(f); err == nil {
				out = append(out, content...)
			}
			f.Close()
		}
	}
	return string(append(out, raw...))
}
