package seal

import (
	"encoding/json"

	"github.com/gowebpki/jcs"

	"github.com/portage-health/portage/internal/tree"
)

// Canonical gives the canonical form of a JSON text (RFC 8785): members in order, no white space, numbers as ECMAScript
// writes them. A decimal loses its trailing zeros in it (1.80 and 1.8 are one number to RFC 8785), so a signature over
// canonical JSON does not bind the precision that a result was sent with; one over the bytes does.
func Canonical(data []byte) ([]byte, error) {
	// The tree refuses what would be one text to us and another to somebody else: a member twice, broken UTF-8, lone
	// surrogates, depth without end.
	if _, err := tree.ParseJSON(data, tree.Limits{}); err != nil {
		return nil, ErrJSON
	}
	out, err := jcs.Transform(data)
	if err != nil {
		return nil, ErrJSON
	}
	return out, nil
}

// object reads the members of a JSON object that Canonical does not refuse.
func object(data []byte) (map[string]json.RawMessage, error) {
	out, err := Canonical(data)
	if err != nil {
		return nil, err
	}
	var o map[string]json.RawMessage
	if err := json.Unmarshal(out, &o); err != nil || o == nil {
		return nil, ErrJSON
	}
	return o, nil
}

// canonicalWithout gives the canonical form of an object without some of its members.
func canonicalWithout(o map[string]json.RawMessage, names ...string) ([]byte, error) {
	left := make(map[string]json.RawMessage, len(o))
	for name, value := range o {
		left[name] = value
	}
	for _, name := range names {
		delete(left, name)
	}
	text, err := json.Marshal(left)
	if err != nil {
		return nil, ErrJSON
	}
	return Canonical(text)
}

// text gives a member that is a string, "" where it is none.
func text(o map[string]json.RawMessage, name string) string {
	var s string
	if json.Unmarshal(o[name], &s) != nil {
		return ""
	}
	return s
}
