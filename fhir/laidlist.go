package fhir

import (
	"slices"
	"strings"

	"github.com/portage-health/portage/internal/tree"
)

// A listFit tells what became of the items of a list.
type listFit struct {
	was, now []tree.Node
	to       []int // which item of now each of was is; -1 where it is none
	place    []int // where each of was stands when those that are carried whole are back; -1 where it is gone
	texts    map[string]bool
	agreed   bool // all that were read are there and say what they said
}

// list finds what became of the items of a list. It looks at each a few times at most.
func (f *fit) list(was, now tree.Node) *listFit {
	if l := f.lists[was.Index()]; l != nil {
		return l
	}
	l := &listFit{was: slices.Collect(was.Children())}
	f.lists[was.Index()] = l
	if now.Kind() == tree.Array {
		l.now = slices.Collect(now.Children())
	}
	l.to, l.place = make([]int, len(l.was)), make([]int, len(l.was))
	var typed []int
	for i, n := range l.was {
		if l.to[i] = -1; !f.carried[n.Index()] {
			typed = append(typed, i)
		}
	}
	from, end, nowEnd := 0, len(typed), len(l.now)
	if strings.HasPrefix(was.Name(), "_") { // its values are the same
		for _, i := range typed {
			l.to[i] = i
		}
		from, end = 0, 0
	}
	for ; from < end && from < nowEnd && f.agree(l.was[typed[from]], l.now[from]); from++ {
		l.to[typed[from]] = from
	}
	for ; end > from && nowEnd > from && f.agree(l.was[typed[end-1]], l.now[nowEnd-1]); end, nowEnd = end-1, nowEnd-1 {
		l.to[typed[end-1]] = nowEnd - 1
	}
	if end == nowEnd {
		for k := from; k < end; k++ {
			if i := typed[k]; f.alike(l.was[i], l.now[k]) {
				l.to[i] = k
			}
		}
	} else {
		looks, next := 8*(end-from+nowEnd-from), from
		for _, i := range typed[from:end] {
			for j := next; j < nowEnd && looks > 0; j, looks = j+1, looks-1 {
				if f.agree(l.was[i], l.now[j]) {
					l.to[i], next = j, j+1
					break
				}
			}
		}
	}
	l.agreed = true
	for _, i := range typed {
		l.agreed = l.agreed && l.to[i] >= 0 && l.to[i] < len(l.now) && f.agree(l.was[i], l.now[l.to[i]])
	}
	at, next := 0, 0
	for i, n := range l.was {
		switch {
		case f.carried[n.Index()]:
		case l.to[i] < 0:
			l.place[i] = -1
			continue
		default:
			at, next = at+l.to[i]-next, l.to[i]+1
		}
		l.place[i] = at
		at++
	}
	return l
}

// holds reports whether an item of now is that text.
func (l *listFit) holds(text string) bool {
	if l.texts == nil {
		l.texts = make(map[string]bool, len(l.now))
		for _, n := range l.now {
			l.texts[string(n.Raw())] = true
		}
	}
	return l.texts[text]
}

// agree reports whether an item says now what it said.
func (f *fit) agree(was, now tree.Node) bool {
	same, other := f.compare(was, now)
	return same > 0 && other == 0
}

// alike reports whether an object, or an item of a list, says mostly what it said: that it is the same thing, corrected.
func (f *fit) alike(was, now tree.Node) bool {
	v, ok := f.like[was.Index()]
	if !ok {
		same, other := f.compare(was, now)
		v = same > other || other == 0
		f.like[was.Index()] = v
	}
	return v
}

// compare counts the values that are the same and those that are others or gone, but for what pieces hold and for what
// is of many things alike: systems, units, answers to yes or no.
func (f *fit) compare(was, now tree.Node) (same, other int) {
	if f.carried[was.Index()] {
		return 0, 0
	}
	add := func(a, b int) { same, other = same+a, other+b }
	switch was.Kind() {
	case tree.Object:
		for c := range was.Children() {
			switch name := c.Name(); {
			case name == "extension", name == "system", name == "unit", strings.HasPrefix(name, "_"):
			case name == "reference" && c.Kind() == tree.String && strings.HasSuffix(c.Value(), "/"+now.Child(name).Value()):
				same++ // absolute and relative
			default:
				add(f.compare(c, now.Child(name)))
			}
		}
	case tree.Array:
		var b tree.Node
		if now.Kind() == tree.Array {
			b = now.First()
		}
		for c := range was.Children() {
			if f.carried[c.Index()] {
				continue
			}
			add(f.compare(c, b))
			if b.OK() {
				b = b.Next()
			}
		}
	case tree.Null, tree.Bool:
	default:
		if now.Kind() == was.Kind() && now.Value() == was.Value() {
			return 1, 0
		}
		return 0, 1
	}
	return same, other
}

// sameText reports whether two values, each of which may not be there, are the same.
func sameText(a, b tree.Node) bool {
	if a.Kind() != b.Kind() || a.Kind() != tree.Array {
		return a.OK() == b.OK() && a.Kind() == b.Kind() && a.Value() == b.Value()
	}
	return slices.EqualFunc(slices.Collect(a.Children()), slices.Collect(b.Children()), sameText)
}
