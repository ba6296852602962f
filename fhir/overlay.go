package fhir

import (
	"strconv"
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// overlaid lays pieces of JSON over a JSON object, each at its way from there. A
// piece that was an item of a list goes in at its place, so that those after it
// stand where they stood; one that was a member takes the place of what is there.
func overlaid(base []byte, ps []piece) []byte {
	if len(ps) == 0 {
		return base
	}
	d, err := tree.ParseJSON(base, ownLimits)
	if err != nil {
		return base
	}
	top := &twig{}
	for i := range ps {
		way := ps[i].way
		if way == nil {
			way = steps(ps[i].at)
		}
		top.hang(way, ps[i].data)
	}
	return top.write(make([]byte, 0, len(base)+256), d.Root())
}

// twig is a place that pieces hang on, or hang below.
type twig struct {
	step string // a member's name, or "" in a list
	i    int    // the place in a list
	data string // the piece, where one hangs here
	sub  []*twig
	list bool // what is below are items of a list
}

// step is one step of a way: a member's name, or the place of an item.
type wayStep struct {
	name string
	i    int
}

// steps reads a way as the sweep writes it: name.name[0].name.
func steps(at string) (out []wayStep) {
	for part := range strings.SplitSeq(at, ".") {
		name, rest, more := strings.Cut(part, "[")
		if name != "" {
			out = append(out, wayStep{wayName(name), -1})
		}
		for more {
			var index string
			index, rest, _ = strings.Cut(rest, "]")
			if i, err := strconv.Atoi(index); err == nil {
				out = append(out, wayStep{"", i})
			}
			_, rest, more = strings.Cut(rest, "[")
		}
	}
	return out
}

func (t *twig) hang(way []wayStep, data string) {
	if len(way) == 0 {
		t.data = data
		return
	}
	s := way[0]
	for _, x := range t.sub {
		if x.step == s.name && x.i == s.i {
			x.hang(way[1:], data)
			return
		}
	}
	x := &twig{step: s.name, i: s.i}
	t.list = s.i >= 0
	t.sub = append(t.sub, x)
	x.hang(way[1:], data)
}

// write writes n, which may be absent, with what hangs on t.
func (t *twig) write(b []byte, n tree.Node) []byte {
	switch {
	case strings.HasPrefix(t.data, "[") && n.Kind() == tree.Array && (n.Name() == "extension" || n.Name() == "modifierExtension"):
		// Ours follow those that were sent; those of another source may be the same.
		sent := map[string]bool{}
		for c := range parsedOwn([]byte(t.data)).Children() {
			sent[string(c.Raw())] = true
		}
		b = append(b, strings.TrimRight(t.data, "] \t\r\n")...)
		for c := n.First(); c.OK(); c = c.Next() {
			if !sent[string(c.Raw())] {
				b = append(append(b, ','), c.Raw()...)
			}
		}
		return append(b, ']')
	case t.data != "" && n.Kind() == tree.Object && n.Name() == "meta":
		return t.meta(b, n)
	case t.data != "":
		return append(b, t.data...)
	case t.list:
		return t.items(b, n)
	}
	return t.members(b, n)
}

// meta writes what a resource said of itself with what the record says of it: labels, above all, are the record's. The
// profiles are those that were sent.
func (t *twig) meta(b []byte, n tree.Node) []byte {
	was := parsedOwn([]byte(t.data))
	if was.Kind() != tree.Object {
		return append(b, n.Raw()...)
	}
	b = append(b, '{')
	member := func(c tree.Node) {
		if b[len(b)-1] != '{' {
			b = append(b, ',')
		}
		b = append(append(appendName(b, c.Name()), ':'), c.Raw()...)
	}
	for c := range was.Children() {
		if c.Name() == "profile" || !n.Child(c.Name()).OK() {
			member(c)
		}
	}
	for c := range n.Children() {
		if c.Name() != "profile" || !was.Child("profile").OK() {
			member(c)
		}
	}
	return append(b, '}')
}

func (t *twig) members(b []byte, n tree.Node) []byte {
	b = append(b, '{')
	first := true
	comma := func() {
		if !first {
			b = append(b, ',')
		}
		first = false
	}
	done := make([]bool, len(t.sub))
	for c := n.First(); c.OK() && n.Kind() == tree.Object; c = c.Next() {
		comma()
		b = append(appendName(b, c.Name()), ':')
		found := false
		for k, x := range t.sub {
			if x.step == c.Name() && !done[k] {
				b = x.write(b, c)
				done[k], found = true, true
				break
			}
		}
		if !found {
			b = append(b, c.Raw()...)
		}
	}
	for k, x := range t.sub {
		if !done[k] {
			comma()
			b = append(appendName(b, x.step), ':')
			b = x.write(b, tree.Node{})
		}
	}
	return append(b, '}')
}

func (t *twig) items(b []byte, n tree.Node) []byte {
	b = append(b, '[')
	base := tree.Node{}
	if n.Kind() == tree.Array {
		base = n.First()
	}
	side := strings.HasPrefix(n.Name(), "_") || strings.HasPrefix(t.step, "_")
	k := 0
	for at := 0; base.OK() || k < len(t.sub); at++ {
		if at > 0 && b[len(b)-1] != '[' {
			b = append(b, ',')
		}
		switch {
		case k < len(t.sub) && t.sub[k].i <= at:
			x := t.sub[k]
			k++
			if x.data != "" && !(base.Kind() == tree.Null) {
				b = append(b, x.data...)
				continue
			}
			b = x.write(b, base)
			if base.OK() {
				base = base.Next()
			}
		case base.OK():
			b = append(b, base.Raw()...)
			base = base.Next()
		case side:
			b = append(b, "null"...)
		default:
			at = t.sub[k].i - 1 // those between are gone
			if b[len(b)-1] == ',' {
				b = b[:len(b)-1]
			}
		}
	}
	return append(b, ']')
}

// appendName writes a member's name as JSON.
func appendName(b []byte, name string) []byte {
	w := jsonText{b: b}
	w.b = append(w.b, '"')
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c == '"' || c == '\\':
			w.b = append(w.b, '\\', c)
		case c < ' ':
			const hex = "0123456789abcdef"
			w.b = append(w.b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			w.b = append(w.b, c)
		}
	}
	return append(w.b, '"')
}
