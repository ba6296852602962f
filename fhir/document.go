package fhir

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/portage-health/portage/internal/digest"
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

const formatName = "fhir"

// Document is FHIR as read from JSON or XML: one resource, a Bundle, or the lines
// of an NDJSON file. It does not change and may be used by many goroutines at
// once. It points into the bytes it was read from.
type Document struct {
	tree    *tree.Doc
	size    int64
	digest  [sha256.Size]byte
	lines   bool                // it is NDJSON, read as an array
	version Version             // as the host says
	stored  map[int]record.Blob // contents that a host's store took, by the offsets of the empty strings in their places
	xml     *convertedXML       // where it was read from XML
	hands   handing             // who reads a large record
}

// ErrNotFHIR says that the input is JSON or XML, but no FHIR resource.
var ErrNotFHIR = errors.New("there is no resource here: an object with a resourceType")

// Parse reads JSON (one resource, or NDJSON: one a line) or XML. It fails where
// the input is not well-formed, is beyond a limit, or holds no resource. Errors
// tell the position and hold nothing of the document.
func Parse(data []byte, l record.Limits) (*Document, error) { return parse(data, l, tree.ParseJSON) }

func parse(data []byte, l record.Limits, parseJSON func([]byte, tree.Limits) (*tree.Doc, error)) (*Document, error) {
	d := &Document{size: int64(len(data))}
	sum := digest.Start(data)
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	var err error
	if isXML(data) {
		if d.xml, err = xmlToJSON(data, treeLimits(l)); err == nil {
			d.tree, err = parseJSON(d.xml.json, treeLimits(l))
		}
	} else if severalLines(text) {
		d.lines = true
		d.tree, err = parseJSON(arrayOfLines(data), treeLimits(l))
	} else {
		d.tree, err = parseJSON(data, treeLimits(l))
	}
	if err != nil {
		sum.Abandon()
		return nil, fmt.Errorf("fhir: %w", err)
	}
	d.tree.Hint()
	d.digest = sum.Wait()
	root := d.tree.Root()
	if isResource(root) {
		return d, nil
	}
	for n := range root.Children() {
		if root.Kind() == tree.Array && isResource(n) {
			return d, nil
		}
	}
	line, col := root.Pos()
	return nil, fmt.Errorf("fhir: %d:%d: %w", line, col, ErrNotFHIR)
}

// isXML reports whether an input begins as XML does, in any encoding that has its letters in every second byte at least.
func isXML(data []byte) bool {
	for i, c := range data[:min(len(data), 64)] {
		switch {
		case c == '<':
			return true
		case c == 0 || c == ' ' || c == '\t' || c == '\r' || c == '\n' || i < 3 && c >= 0xbb:
		default:
			return false
		}
	}
	return false
}

// isResource reports whether n is an object that says which resource it is.
func isResource(n tree.Node) bool { return typeOfResource(n) != "" }

// typeOfResource gives what an object says which resource it is; "" where it says nothing.
func typeOfResource(n tree.Node) string {
	if n.Kind() != tree.Object {
		return ""
	}
	return stringOf(n, "resourceType")
}

const (
	defaultBytes = 1 << 30
	defaultNodes = 2_000_000
	defaultText  = 20 << 20
	nodeBytes    = 20 // what a node of the tree takes, by which its memory is bounded
)

func treeLimits(l record.Limits) tree.Limits {
	t := tree.Limits{MaxBytes: defaultBytes, MaxDepth: l.Depth, MaxNodes: defaultNodes}
	if l.Bytes > 0 {
		t.MaxBytes = int(min(l.Bytes, 1<<31))
	}
	if l.Nodes > 0 {
		t.MaxNodes = l.Nodes
	}
	text := defaultText
	if l.TextBytes > 0 {
		text = l.TextBytes
	}
	t.MaxMemory = text + nodeBytes*t.MaxNodes
	return t
}

// severalLines reports whether the input is NDJSON of more than one line: a
// line that ends in } and another that begins with {. No JSON text has that.
func severalLines(data []byte) bool {
	for rest := data; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return false
		}
		line := bytes.TrimRight(rest[:i], " \t\r")
		rest = rest[i+1:]
		if next := bytes.TrimLeft(rest, " \t\r\n"); len(line) > 0 && line[len(line)-1] == '}' && len(next) > 0 {
			return next[0] == '{'
		}
		if len(line) > 0 && line[len(line)-1] != '}' {
			return false // one JSON text over several lines
		}
	}
}

// arrayOfLines gives the lines of an NDJSON file as one array: each line stays
// on its line, one byte to the right of where it stood in the first alone.
func arrayOfLines(data []byte) []byte {
	out := make([]byte, 0, len(data)+bytes.Count(data, []byte{'\n'})+2)
	out = append(out, '[')
	first := true
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))) {
		if len(bytes.TrimSpace(line)) == 0 {
			out = append(out, line...)
			continue
		}
		if !first {
			out = append(out, ',')
		}
		first = false
		out = append(out, line...)
	}
	return append(out, ']')
}
