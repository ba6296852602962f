package match

import (
	"slices"
	"strconv"
)

// likeness is how two names agree, from least to most.
type likeness uint8

const (
	none likeness = iota // one of them is not given
	differs
	sound
	initial
	part
	near
	nick
	exact
)

// wordsAgree compares two names, each in words.
func wordsAgree(a, b []string, isGiven bool) likeness {
	if len(a) == 0 || len(b) == 0 {
		return none
	}
	if slices.Equal(a, b) || joined(a) == joined(b) {
		return exact
	}
	best := differs
	for _, x := range a {
		for _, y := range b {
			l := wordAgree(x, y, isGiven)
			if l == exact {
				l = part
			}
			best = max(best, l)
		}
	}
	if oneEdit(joined(a), joined(b)) {
		best = max(best, near)
	}
	return best
}

func joined(a []string) string {
	if len(a) == 1 {
		return a[0]
	}
	s := ""
	for _, x := range a {
		s += x
	}
	return s
}

// given1 compares given names: the first of each, else the first of one with a later one of the other.
func given1(a, b []string) likeness {
	first := wordAgree(a[0], b[0], true)
	if first >= initial && first != part {
		return first
	}
	for _, x := range [][2][]string{{a, b}, {b, a}} {
		for _, w := range x[0][1:] {
			if len(w) > 1 && wordAgree(w, x[1][0], true) >= near {
				return part
			}
		}
	}
	return first
}

func wordAgree(x, y string, isGiven bool) likeness {
	switch {
	case x == y:
		return exact
	case isGiven && (len(x) == 1 && y[:1] == x || len(y) == 1 && x[:1] == y):
		return initial
	case isGiven && sameNick(x, y):
		return nick
	case len(x) > 3 && len(y) > 3 && oneEdit(x, y):
		return near
	case len(x) > 2 && len(y) > 2 && soundex(x) == soundex(y):
		return sound
	}
	return differs
}

func sameNick(x, y string) bool {
	groups := nicknames()
	for _, g := range groups[x] {
		if slices.Contains(groups[y], g) {
			return true
		}
	}
	return false
}

// oneEdit reports whether one letter put in, left out, changed or exchanged with its neighbour makes one text the other.
func oneEdit(x, y string) bool {
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 || x == "" {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if len(x) == len(y) {
		if i == len(x) || x[i+1:] == y[i+1:] {
			return true
		}
		return i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && x[i+2:] == y[i+2:]
	}
	return x[i:] == y[i+1:]
}

// differing counts the places in which two texts of one length differ.
func differing(x, y string) (n int) {
	for i := range len(x) {
		if x[i] != y[i] {
			n++
		}
	}
	return n
}

// exchanged reports whether two digits next to each other changed places.
func exchanged(x, y string) bool {
	if differing(x, y) != 2 {
		return false
	}
	last := -1
	for i := range len(x) {
		if x[i] == y[i] {
			continue
		}
		if last >= 0 {
			return i-last <= 2 && x[i] == y[last] && x[last] == y[i]
		}
		last = i
	}
	return false
}

func years(a, b string) int {
	if len(a) < 4 || len(b) < 4 {
		return 0
	}
	x, _ := strconv.Atoi(a[:4])
	y, _ := strconv.Atoi(b[:4])
	if x > y {
		return x - y
	}
	return y - x
}

// soundex codes a name by how it sounds (US National Archives, the rule with h and w).
func soundex(name string) string {
	if name == "" {
		return ""
	}
	code := func(c byte) byte {
		switch c {
		case 'b', 'f', 'p', 'v':
			return '1'
		case 'c', 'g', 'j', 'k', 'q', 's', 'x', 'z':
			return '2'
		case 'd', 't':
			return '3'
		case 'l':
			return '4'
		case 'm', 'n':
			return '5'
		case 'r':
			return '6'
		case 'h', 'w':
			return 0
		}
		return '-'
	}
	out := []byte{name[0]}
	last := code(name[0])
	for i := 1; i < len(name) && len(out) < 4; i++ {
		c := code(name[i])
		if c == 0 {
			continue
		}
		if c != '-' && c != last {
			out = append(out, c)
		}
		last = c
	}
	for len(out) < 4 {
		out = append(out, '0')
	}
	return string(out)
}
