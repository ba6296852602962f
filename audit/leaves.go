package audit

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Leaf is one thing that an event says, by its path in the event's JSON form (agents[0].network.address).
type Leaf struct{ Path, Value string }

// Leaves gives all that an event says, in the order of its JSON form, for those who tell events in other forms: nothing that has no place
// there need be lost. The version of the JSON form and empty texts are not among them. It gives none for an event that has no JSON form.
func (e *Event) Leaves() []Leaf {
	text, err := e.AppendJSON(nil)
	if err != nil {
		return nil
	}
	w := leafWalk{d: json.NewDecoder(bytes.NewReader(text))}
	w.d.UseNumber()
	w.value("")
	return w.leaves
}

type leafWalk struct {
	d      *json.Decoder
	leaves []Leaf
}

// value reads one value that stands at a path. The text is of our own making: it is whole.
func (w *leafWalk) value(path string) {
	t, err := w.d.Token()
	if err != nil {
		return
	}
	switch t := t.(type) {
	case json.Delim:
		w.inside(path, t)
	case string:
		w.leaf(path, t)
	case json.Number:
		w.leaf(path, t.String())
	case bool:
		w.leaf(path, strconv.FormatBool(t))
	}
}

func (w *leafWalk) inside(path string, open json.Delim) {
	for n := 0; w.d.More(); n++ {
		at := path + "[" + strconv.Itoa(n) + "]"
		if open == '{' {
			name, err := w.d.Token()
			if err != nil {
				return
			}
			if at, _ = name.(string); path != "" {
				at = path + "." + at
			}
		}
		w.value(at)
	}
	_, _ = w.d.Token() // what closes it
}

func (w *leafWalk) leaf(path, value string) {
	if value != "" && path != "v" {
		w.leaves = append(w.leaves, Leaf{path, value})
	}
}
