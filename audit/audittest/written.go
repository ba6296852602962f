package audittest

import (
	"bytes"
	"fmt"

	"github.com/portage-health/portage/audit"
)

// read gives the events that a subject has kept. Of a sink that cannot be read back they are found in the bytes that it
// wrote, each as one of those that it was handed: bytes that are none of them are an error.
func (s *Subject) read(handed ...*audit.Event) ([]*audit.Event, error) {
	if s.Read != nil {
		return s.Read()
	}
	if s.Written == nil || s.Words == nil {
		return nil, fmt.Errorf("a Subject needs Read, or Written and Words")
	}
	text, err := s.Written()
	if err != nil {
		return nil, err
	}
	words := make([][]byte, len(handed))
	for i, e := range handed {
		if words[i], err = s.Words(e); err != nil {
			return nil, fmt.Errorf("an event has no words: %w", err)
		}
	}
	var out []*audit.Event
	for at := 0; at < len(text); {
		found := -1
		for i, w := range words {
			if len(w) > 0 && bytes.HasPrefix(text[at:], w) && (found < 0 || len(w) > len(words[found])) {
				found = i
			}
		}
		if found < 0 {
			return nil, fmt.Errorf("from byte %d on stands what no event is written as that the sink was handed", at)
		}
		out = append(out, handed[found])
		at += len(words[found])
	}
	return out, nil
}

// told gives those of a list of events that a subject writes anything of.
func (s *Subject) told(list []*audit.Event) []*audit.Event {
	if s.Read != nil || s.Words == nil {
		return list
	}
	var out []*audit.Event
	for _, e := range list {
		if w, err := s.Words(e); err != nil || len(w) > 0 {
			out = append(out, e)
		}
	}
	return out
}
