package balp_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
)

// The profiles are read from IHE's own FSH, where it is there, so that what is claimed is judged by them and not by us.

type fshRule struct {
	path, op, arg string // op: card, is, from, obeys, refers, has
}

type fshProfile struct {
	parent string
	rules  []fshRule
	slices map[string][]fshSlice // by element
	closed map[string]bool
}

type fshSlice struct{ name, card string }

type fsh struct {
	profiles map[string]*fshProfile // by Id and by name
	sets     map[string][]string    // codes of value sets, as system#code
}

var (
	cardRE   = regexp.MustCompile(`^(\d*)\.\.(\d*|\*)$`)
	headRE   = regexp.MustCompile(`^(Profile|Parent|Id|ValueSet|Instance|CodeSystem|Invariant|RuleSet|Alias):\s*(\S+)`)
	insertRE = regexp.MustCompile(`^insert requireAtLeastOneMatch\((\S+), (\S+), (\S+)\s*\)`)
)

func readFSH(t *testing.T) *fsh {
	t.Helper()
	dir := filepath.Join(shared(t), "spec", "audit", "balp")
	files, err := filepath.Glob(filepath.Join(dir, "*.fsh"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	out := &fsh{profiles: map[string]*fshProfile{}, sets: map[string][]string{}}
	alias := map[string]string{}
	data, err := os.ReadFile(filepath.Join(dir, "Aliases.fsh"))
	require.NoError(t, err)
	for _, line := range strings.Split(string(data), "\n") {
		if a, b, ok := strings.Cut(strings.TrimPrefix(line, "Alias:"), "="); ok {
			alias[strings.TrimSpace(a)] = strings.TrimSpace(b)
		}
	}
	full := func(code string) string {
		if system, c, ok := strings.Cut(code, "#"); ok && alias[system] != "" {
			return alias[system] + "#" + c
		}
		return code
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		var p *fshProfile
		var set, open, text string
		for _, line := range strings.Split(string(data), "\n") {
			if strings.Count(line, `"""`) == 1 {
				text = map[string]string{"": "in"}[text]
			}
			if text != "" {
				continue
			}
			if m := headRE.FindStringSubmatch(line); m != nil {
				switch m[1] {
				case "Profile":
					p, set = &fshProfile{slices: map[string][]fshSlice{}, closed: map[string]bool{}}, ""
					out.profiles[m[2]] = p
				case "Parent":
					p.parent = m[2]
				case "Id":
					if p != nil {
						out.profiles[m[2]] = p
					}
				case "ValueSet":
					p, set = nil, m[2]
				default:
					p, set = nil, ""
				}
				continue
			}
			line, _, _ = strings.Cut(line, " //")
			line = strings.TrimSpace(line)
			if strings.HasPrefix(line, "//") || line == "" {
				continue
			}
			if set != "" && strings.HasPrefix(line, "* ") {
				if code := strings.Fields(line)[1]; strings.Contains(code, "#") {
					out.sets[set] = append(out.sets[set], full(code))
				} else if system, ok := strings.CutPrefix(line, "* codes from system "); ok {
					out.sets[set] = append(out.sets[set], system+"#*")
				}
			}
			if p == nil {
				continue
			}
			if !strings.HasPrefix(line, "* ") { // goes on with "contains"
				addSlice(p, open, line)
				continue
			}
			line, open = line[2:], ""
			if m := insertRE.FindStringSubmatch(line); m != nil {
				p.rules = append(p.rules, fshRule{m[1], "has", full(m[3])})
				continue
			}
			f := strings.Fields(line)
			switch {
			case len(f) > 1 && f[1] == "contains":
				open = f[0]
				addSlice(p, open, strings.Join(f[2:], " "))
			case len(f) > 3 && f[1] == "^slicing.rules" && f[3] == "#closed":
				p.closed[f[0]] = true
			case len(f) > 1 && strings.HasPrefix(f[1], "^"):
			case len(f) > 2 && f[1] == "=":
				p.rules = append(p.rules, fshRule{f[0], "is", full(f[2])})
			case len(f) > 2 && f[1] == "from":
				p.rules = append(p.rules, fshRule{f[0], "from", f[2]})
			case len(f) > 2 && f[1] == "obeys":
				p.rules = append(p.rules, fshRule{f[0], "obeys", f[2]})
			case len(f) > 2 && f[1] == "only":
				p.rules = append(p.rules, fshRule{f[0], "refers", f[2]})
			case len(f) > 1 && cardRE.MatchString(f[1]):
				p.rules = append(p.rules, fshRule{f[0], "card", f[1]})
			}
		}
	}
	return out
}

func addSlice(p *fshProfile, element, line string) {
	f := strings.Fields(strings.TrimSuffix(strings.TrimSpace(line), "and"))
	if element != "" && len(f) >= 2 && cardRE.MatchString(f[1]) {
		p.slices[element] = append(p.slices[element], fshSlice{f[0], f[1]})
	}
}

// all gives a profile's rules and slices, those of its parents first.
func (f *fsh) all(name string) *fshProfile {
	out := &fshProfile{slices: map[string][]fshSlice{}, closed: map[string]bool{}}
	for p := f.profiles[name]; p != nil; p = f.profiles[p.parent] {
		out.rules = append(append([]fshRule{}, p.rules...), out.rules...)
		for k, v := range p.slices {
			out.slices[k] = append(out.slices[k], v...)
		}
		for k := range p.closed {
			out.closed[k] = true
		}
	}
	return out
}

// faults gives what of a profile a resource does not meet.
func (f *fsh) faults(name string, resource []byte) (out []string) {
	var root map[string]any
	if err := json.Unmarshal(resource, &root); err != nil {
		return []string{err.Error()}
	}
	p := f.all(name)
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	matched := map[string]int{}
	for element, slices := range p.slices {
		taken := 0
		for _, s := range slices {
			n := 0
			for _, v := range list(root[element]) {
				if f.inSlice(p, element, s.name, v) {
					n++
				}
			}
			taken += n
			matched[element+"["+s.name+"]"] = n
			if !within(s.card, n) {
				say("%s[%s]: %d of %s", element, s.name, n, s.card)
			}
		}
		if p.closed[element] && taken < len(list(root[element])) {
			say("%s: something else", element)
		}
	}
	for _, r := range p.rules {
		head, rest, _ := strings.Cut(r.path, ".")
		element, slice, sliced := strings.Cut(strings.TrimSuffix(head, "]"), "[")
		places := []any{root}
		if sliced {
			places = nil
			for _, v := range list(root[element]) {
				if f.inSlice(p, element, slice, v) {
					places = append(places, v)
				}
			}
		} else {
			rest = r.path
		}
		for _, at := range places {
			var values []any
			if rest == "" {
				values = []any{at}
			} else {
				values = follow(at, strings.Split(rest, "."))
			}
			switch r.op {
			case "card":
				if rest != "" && !within(r.arg, len(values)) {
					say("%s: %d of %s", r.path, len(values), r.arg)
				}
			case "is":
				for _, v := range values {
					if !is(v, r.arg) {
						say("%s is not %s", r.path, r.arg)
					}
				}
			case "from":
				for _, v := range values {
					if element != "subtype" && !f.in(v, r.arg) {
						say("%s is not of %s", r.path, r.arg)
					}
				}
			case "has":
				found := false
				for _, v := range values {
					found = found || is(v, r.arg)
				}
				if !found {
					say("%s has no %s", r.path, r.arg)
				}
			case "obeys":
				a, _ := json.Marshal(follow(at, []string{"who"}))
				b, _ := json.Marshal(follow(root, []string{"source", "observer"}))
				if string(a) != string(b) {
					say("%s is not the observer", r.path)
				}
			case "refers":
				for _, v := range values {
					ref := v.(map[string]any)
					if s, _ := ref["reference"].(string); ref["type"] != "Patient" && !strings.HasPrefix(s, "Patient/") {
						say("%s is no %s", r.path, r.arg)
					}
				}
			}
		}
	}
	return out
}

// inSlice reports whether an element is of a slice: by the pattern or the value set of what tells slices apart, which is its type,
// or itself where it is a code.
func (f *fsh) inSlice(p *fshProfile, element, slice string, v any) bool {
	by := element + "[" + slice + "]"
	if m, ok := v.(map[string]any); ok && element != "subtype" {
		by, v = by+".type", m["type"]
	}
	for _, r := range p.rules {
		if r.path == by && (r.op == "is" && is(v, r.arg) || r.op == "from" && f.in(v, r.arg)) {
			return true
		}
	}
	return false
}

func (f *fsh) in(v any, set string) bool {
	for _, code := range f.sets[set] {
		if is(v, code) {
			return true
		}
	}
	return false
}

// is reports whether a value is what FSH says: a code (alone, in a coding, in a concept) or a truth.
func is(v any, want string) bool {
	switch x := v.(type) {
	case bool:
		return strconv.FormatBool(x) == want
	case string:
		return strings.HasSuffix(want, "#"+x)
	case map[string]any:
		if codings, ok := x["coding"]; ok {
			for _, c := range list(codings) {
				if is(c, want) {
					return true
				}
			}
			return false
		}
		system, code, _ := strings.Cut(want, "#")
		have, _ := x["system"].(string)
		c, _ := x["code"].(string)
		return (code == c || code == "*") && (have == system || !strings.Contains(system, "/") && strings.HasSuffix(have, "/"+system))
	}
	return false
}

func list(v any) []any {
	switch x := v.(type) {
	case nil:
		return nil
	case []any:
		return x
	}
	return []any{v}
}

func follow(v any, path []string) []any {
	if len(path) == 0 {
		return []any{v}
	}
	var out []any
	if m, ok := v.(map[string]any); ok {
		for _, x := range list(m[path[0]]) {
			out = append(out, follow(x, path[1:])...)
		}
	}
	return out
}

func within(card string, n int) bool {
	m := cardRE.FindStringSubmatch(card)
	low, _ := strconv.Atoi(m[1])
	high, err := strconv.Atoi(m[2])
	return n >= low && (err != nil || n <= high)
}

// shared is the folder of third-party facts, where this checkout has one.
func shared(t testing.TB) string {
	t.Helper()
	return beside.Shared(t)
}
