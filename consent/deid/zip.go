package deid

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed zip.txt
var zipText string

// ZipList names the three-digit ZIP codes whose area holds 20,000 people or fewer, by one census. A host may make its own.
type ZipList struct {
	Census string // the year
	Source string
	Date   string   // of the source
	Codes  []string // three digits each
}

// ZipLists gives the lists that are built in, oldest census first. The regulation asks for the newest that is public.
func ZipLists() []ZipList {
	var all []ZipList
	for line := range strings.Lines(zipText) {
		if line[0] == '#' {
			continue
		}
		c := strings.Split(strings.TrimSpace(line), " | ")
		all = append(all, ZipList{c[0], c[1], c[2], strings.Fields(c[3])})
	}
	return all
}

// ZipListOf gives the list of a census, and whether there is one.
func ZipListOf(census string) (ZipList, bool) {
	for _, l := range ZipLists() {
		if l.Census == census {
			return l, true
		}
	}
	return ZipList{}, false
}

// newestZips is the list of the newest census.
var newestZips = sync.OnceValue(func() ZipList { all := ZipLists(); return all[len(all)-1] })

// Generalize gives what may stay of a ZIP code (45 CFR 164.514(b)(2)(i)(B)): its first three digits, 000 where few people
// live there, or nothing where it is no ZIP code. Padded, the digits taken away are zeros: 98000, 98000-0000.
func (l ZipList) Generalize(zip string, padded bool) string {
	set := zipSet{}
	for _, c := range l.Codes {
		set[c] = true
	}
	return set.generalize(zip, padded)
}

type zipSet map[string]bool

func (l zipSet) generalize(zip string, padded bool) string {
	zip = strings.TrimSpace(zip)
	five, four, plus := strings.Cut(zip, "-")
	if len(zip) == 9 && !plus {
		five, four, plus = zip[:5], zip[5:], true
	}
	if !isDigits(five) || len(five) != 5 && len(five) != 3 || plus && (len(four) != 4 || !isDigits(four) || len(five) != 5) {
		return ""
	}
	three := five[:3]
	if l[three] {
		three = "000"
	}
	switch {
	case !padded || len(five) == 3:
		return three
	case plus:
		return three + "00-0000"
	}
	return three + "00"
}
