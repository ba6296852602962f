package deid

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed terms.txt
var termsText string

//go:embed plain.txt
var plainText string

//go:embed units.txt
var unitsText string

// words are the lists of terms.txt, by field or type.
var words = sync.OnceValue(func() map[string]map[string]bool {
	m := map[string]map[string]bool{}
	for line := range strings.Lines(termsText) {
		keys, list, ok := strings.Cut(strings.TrimSpace(line), ": ")
		if !ok {
			continue
		}
		set := map[string]bool{}
		if strings.Contains(list, "|") {
			for w := range strings.SplitSeq(list, "|") {
				set[w] = true
			}
		} else {
			for w := range strings.FieldsSeq(list) {
				set[w] = true
			}
		}
		for k := range strings.FieldsSeq(keys) {
			m[k] = set
		}
	}
	return m
})

// plain are texts that tell of nobody: results in a word, in lower case.
var plain = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(plainText) {
		if line = strings.TrimSpace(line); line != "" {
			m[line] = true
		}
	}
	return m
})

// units are the words that units are made of.
var units = sync.OnceValue(func() map[string]bool {
	m := map[string]bool{}
	for line := range strings.Lines(unitsText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			for w := range strings.FieldsSeq(line) {
				m[strings.ToLower(w)] = true
			}
		}
	}
	return m
})

func isPlain(s string) bool {
	return len(s) <= 40 && plain()[strings.ToLower(strings.TrimSpace(s))]
}

// isUnit reports whether a unit is made of words that are in the list, of numbers of up to three digits and of signs.
// What stands in braces in UCUM is a remark, and is held to the same words.
func isUnit(s string) bool {
	if s == "" || len(s) > 60 || looksUnique(s) {
		return false
	}
	ok := true
	bits := strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(" ./*()^{}-+,", c) || c == '·' || c == '×' })
	for _, w := range bits {
		ok = ok && isUnitWord(w)
	}
	return ok && len(bits) > 0
}

func isUnitWord(w string) bool {
	w = strings.ToLower(w) // people write units as they like: ML, gm/dl
	if units()[w] {
		return true
	}
	if a, b, ok := strings.Cut(w, "_"); ok && a != "" && b != "" && !strings.Contains(w, "[") {
		return isUnitWord(a) && isUnitWord(b) // 1.73_m2
	}
	if len(w) > 1 && w[0] == 'x' && w[1] >= '0' && w[1] <= '9' {
		w = w[1:] // x10E3
	}
	bare := strings.TrimRight(w, "0123456789²³")
	if len(w)-len(bare) > 3 {
		return false
	}
	if bare = strings.TrimLeft(bare, "0123456789"); bare == "" || units()[bare] {
		return len(w) <= 3 || bare != ""
	}
	// Brackets: mm[Hg], [lb_av].
	if i := strings.IndexByte(bare, '['); i >= 0 && strings.HasSuffix(bare, "]") {
		inner := bare[i+1 : len(bare)-1]
		return (i == 0 || units()[bare[:i]] || strings.Contains("kmunpf", bare[:i])) && (units()[inner] || units()[bare[i:]])
	}
	return false
}
