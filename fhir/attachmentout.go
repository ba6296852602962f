package fhir

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"io"
	"strconv"
	"sync"

	"github.com/portage-health/portage/record"
)

// streams are contents of attachments that are not held: while a Bundle is
// written, a mark that nobody can guess stands in the place of each.
type streams struct {
	placing sync.Mutex
	mark    string
	of      []record.Data
}

// place gives what stands for a content until write.
func (s *streams) place(d record.Data) string {
	s.placing.Lock()
	defer s.placing.Unlock()
	if s.mark == "" {
		var b [16]byte
		_, _ = rand.Read(b[:]) // it never fails
		s.mark = hex.EncodeToString(b[:]) + "-"
	}
	s.of = append(s.of, d)
	return s.mark + strconv.Itoa(len(s.of)-1) + "-"
}

// write writes a text with the contents in their places.
func (s *streams) write(out io.Writer, text []byte) error {
	for len(s.of) > 0 {
		i := bytes.Index(text, []byte(s.mark))
		if i < 0 {
			break
		}
		if _, err := out.Write(text[:i]); err != nil {
			return err
		}
		number, rest, _ := bytes.Cut(text[i+len(s.mark):], []byte("-"))
		text = rest
		k, err := strconv.Atoi(string(number))
		if err != nil {
			return errLostContent
		}
		content, _, err := s.of[k].Base64Reader()
		if err != nil {
			return err
		}
		_, err = io.Copy(out, content)
		content.Close()
		if err != nil {
			return err
		}
	}
	_, err := out.Write(text)
	return err
}
