package tree

import (
	"slices"
	"strconv"
)

// Path tells where the node is in words, with no values from the document.
//
// In XML the steps are local names, as in "ClinicalDocument/component[3]/section/entry[2]/act/@classCode"; [k], counting from
// 1, is given where several sibling elements have that local name. A text is "text()". In JSON the path begins with "$", as in
// "$.entry[3].resource.code.coding[0].system"; items count from 0.
//
// Names come from the document and might hold anything. If known is not nil, a name for which it gives false is written "?".
func (n Node) Path(known func(name string) bool) string {
	if n.d == nil {
		return ""
	}
	var room [24]Node
	line := room[:0]
	for up := n; up.d != nil; up = up.Parent() {
		line = append(line, up)
	}
	slices.Reverse(line)
	var b []byte
	switch n.Kind() {
	case Element, Attr, Text:
		for i, step := range line {
			if i > 0 {
				b = append(b, '/')
			}
			b = step.appendXML(b, known)
		}
	default:
		b = append(b, '$')
		for i, step := range line[1:] {
			b = step.appendJSON(b, line[i], known)
		}
	}
	return string(b)
}

func appendName(b []byte, name string, known func(string) bool) []byte {
	if known != nil && !known(name) {
		return append(b, '?')
	}
	return append(b, name...)
}

func (n Node) appendXML(b []byte, known func(string) bool) []byte {
	same := func(Node) bool { return true }
	name := n.Name()
	switch n.Kind() {
	case Attr:
		return appendName(append(b, '@'), name, known)
	case Text:
		b = append(b, "text()"...)
		same = func(s Node) bool { return !s.Blank() || s == n }
	default:
		b = appendName(b, name, known)
		if known == nil || known(name) {
			same = func(s Node) bool { return s.Name() == name }
		}
		// Siblings written "?" are told apart by their number among all elements.
	}
	place, count := 0, 0
	for s := n.Parent().First(); s.d != nil; s = s.Next() {
		if s.Kind() == n.Kind() && same(s) {
			count++
			if s == n {
				place = count
			}
		}
	}
	if count > 1 {
		b = append(b, '[')
		b = strconv.AppendInt(b, int64(place), 10)
		b = append(b, ']')
	}
	return b
}

func (n Node) appendJSON(b []byte, parent Node, known func(string) bool) []byte {
	if parent.Kind() == Object {
		return appendName(append(b, '.'), n.Name(), known)
	}
	place := 0
	for s := parent.First(); s != n; s = s.Next() {
		place++
	}
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(place), 10)
	return append(b, ']')
}
