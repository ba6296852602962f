package tree

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
)

// shared gives the folder of real documents, which is not part of the library, or skips the test.
func shared(tb testing.TB, sub string) string {
	tb.Helper()
	return beside.Shared(tb, sub)
}

var wellKnown = map[string]string{
	"xsi":  "http://www.w3.org/2001/XMLSchema-instance",
	"sdtc": "urn:hl7-org:sdtc",
	"voc":  "http://www.lantanagroup.com/voc",
}

func mustXML(tb testing.TB, s string) *Doc {
	tb.Helper()
	d, err := ParseXML([]byte(s), XMLOptions{WellKnown: wellKnown})
	require.NoError(tb, err)
	return d
}

func mustJSON(tb testing.TB, s string) *Doc {
	tb.Helper()
	d, err := ParseJSON([]byte(s), Limits{})
	require.NoError(tb, err)
	return d
}

// show writes a subtree such that equal subtrees give equal strings. Namespace declarations are left out.
func show(n Node) string {
	var b strings.Builder
	var walk func(Node)
	walk = func(n Node) {
		switch n.Kind() {
		case Element:
			fmt.Fprintf(&b, "<{%s}%s:%s", n.Space(), n.Prefix(), n.Name())
			for a := range n.Attrs() {
				fmt.Fprintf(&b, " {%s}%s:%s=%q", a.Space(), a.Prefix(), a.Name(), a.Value())
			}
			b.WriteByte('>')
			for c := range n.Children() {
				walk(c)
			}
			b.WriteString("</>")
		case Text:
			fmt.Fprintf(&b, "%q", n.Value())
		case Object, Array:
			fmt.Fprintf(&b, "%s(", n.Kind())
			for c := range n.Children() {
				fmt.Fprintf(&b, "%q:", c.Name())
				walk(c)
				b.WriteByte(',')
			}
			b.WriteByte(')')
		default:
			fmt.Fprintf(&b, "%s:%q", n.Kind(), n.Value())
		}
	}
	walk(n)
	return b.String()
}

// spaces turns the white space that attribute values may hold into spaces: encoding/xml does not normalise it.
var spaces = strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")

// events lists a document as encoding/xml would, with texts joined across comments.
func events(d *Doc) (list []string) {
	var walk func(Node)
	walk = func(n Node) {
		if n.Kind() == Text {
			list = append(list, fmt.Sprintf("text %q", n.Value()))
			return
		}
		s := fmt.Sprintf("start {%s}%s", n.Space(), n.Name())
		for i := n.Index() + 1; i < n.End() && d.Node(i).Kind() == Attr; i++ {
			a := d.Node(i)
			space := a.Space()
			if a.Decl() {
				space = a.Prefix()
			}
			s += fmt.Sprintf(" {%s}%s=%q", space, a.Name(), spaces.Replace(a.Value()))
		}
		list = append(list, s)
		for c := range n.Children() {
			walk(c)
		}
		list = append(list, fmt.Sprintf("end {%s}%s", n.Space(), n.Name()))
	}
	walk(d.Root())
	return list
}

// standardEvents lists a document as encoding/xml reads it.
func standardEvents(text []byte) (list []string, err error) {
	dec := xml.NewDecoder(strings.NewReader(string(text)))
	dec.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	var chars strings.Builder
	flush := func() {
		if chars.Len() > 0 {
			list = append(list, fmt.Sprintf("text %q", chars.String()))
			chars.Reset()
		}
	}
	depth := 0
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		switch t := tok.(type) {
		case xml.StartElement:
			flush()
			depth++
			s := fmt.Sprintf("start {%s}%s", t.Name.Space, t.Name.Local)
			for _, a := range t.Attr {
				s += fmt.Sprintf(" {%s}%s=%q", a.Name.Space, a.Name.Local, spaces.Replace(a.Value))
			}
			list = append(list, s)
		case xml.EndElement:
			flush()
			depth--
			list = append(list, fmt.Sprintf("end {%s}%s", t.Name.Space, t.Name.Local))
		case xml.CharData:
			if depth > 0 {
				chars.Write(t)
			}
		}
	}
}

// checkTree asserts what holds of every document: indexes, parents and ends fit, and so do the leaves.
func checkTree(tb testing.TB, d *Doc) {
	tb.Helper()
	leaves := 0
	for i := range d.Len() {
		n := d.Node(i)
		if n.Index() != i || n.End() <= i || n.End() > d.Len() || n.Offset() > len(d.Source()) {
			tb.Fatalf("node %d: index %d, end %d of %d", i, n.Index(), n.End(), d.Len())
		}
		up := n.Parent()
		if up.OK() != (i > 0) || i > 0 && (up.Index() >= i || up.End() < n.End()) {
			tb.Fatalf("node %d lies outside its parent %d", i, up.Index())
		}
		if i > 0 && n.Offset() < d.Node(i-1).Offset() {
			tb.Fatalf("node %d begins before the one before it", i)
		}
		if d.IsLeaf(i) {
			leaves++
		}
		if c := n.First(); c.OK() {
			for last := c; c.OK(); c = c.Next() {
				if c.Parent() != n {
					tb.Fatalf("child %d of %d has another parent", c.Index(), i)
				}
				if last = c; !last.Next().OK() && last.End() != n.End() {
					tb.Fatalf("the last child of %d ends elsewhere", i)
				}
			}
		}
	}
	for n := range d.Leaves() {
		if !d.IsLeaf(n.Index()) {
			tb.Fatalf("node %d is no leaf", n.Index())
		}
		leaves--
	}
	if leaves != 0 {
		tb.Fatalf("leaves counted differ by %d", leaves)
	}
}

// checkFragments asserts that fragments can be read by themselves and say the same.
func checkFragments(tb testing.TB, d *Doc, o XMLOptions) {
	tb.Helper()
	for i := range d.Len() {
		n := d.Node(i)
		switch n.Kind() {
		case Attr, Text:
			continue
		case Element:
			part, err := ParseXML(n.Fragment(), XMLOptions{Limits: o.Limits})
			require.NoError(tb, err)
			if want, got := show(n), show(part.Root()); want != got {
				tb.Fatalf("fragment of node %d: %s, want %s", i, got, want)
			}
			require.Empty(tb, part.Repairs())
		default:
			part, err := ParseJSON(n.Fragment(), o.Limits)
			require.NoError(tb, err)
			if want, got := show(n), show(part.Root()); want != got {
				tb.Fatalf("fragment of node %d: %s, want %s", i, got, want)
			}
		}
	}
}
