package record

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var updateDocs = flag.Bool("update", false, "write the table of rules in docs/merging.md anew")

// Every list of the record that holds entries has one rule, of fields that it has,
// and the page tells of each.
func TestMergeRules(t *testing.T) {
	root := layouts()[reflect.TypeFor[Record]()]
	seen := map[string]bool{}
	var b strings.Builder
	b.WriteString("| List | What it is about | When | Two things where these differ | Values as a whole | Besides |\n|---|---|---|---|---|---|\n")
	code := func(names []string) string {
		if len(names) == 0 {
			return ""
		}
		return "`" + strings.Join(names, "`, `") + "`"
	}
	for _, r := range mergeRules {
		require.False(t, seen[r.list], "two rules for %s", r.list)
		seen[r.list] = true
		at, ok := root.place(r.list)
		require.True(t, ok, r.list)
		l := root.fields[at].layout.elem
		for _, names := range [][]string{r.keys, r.apart, r.whole, r.closely, r.also, r.choice} {
			for _, n := range names {
				_, ok := l.place(n)
				require.True(t, ok, "%s has no such field %s", r.list, n)
			}
		}
		var notes []string
		if len(r.closely) > 0 {
			notes = append(notes, code(r.closely)+" contradict only at one minute or under one identifier")
		}
		if len(r.choice) > 0 {
			notes = append(notes, code(r.choice)+" contradict where they have nothing in common")
		}
		if r.lasting {
			notes = append(notes, "lasts")
		}
		if r.recurs {
			notes = append(notes, "happens again")
		}
		if len(r.also) > 0 {
			notes = append(notes, "one of "+code(r.also)+" agrees too")
		}
		switch {
		case r.telling:
			notes = append(notes, "one id is one; the newest telling stands")
		case r.exact:
			notes = append(notes, "by id or identifier, or word for word")
		}
		when := ""
		if r.when != "" {
			when = "`" + r.when + "`"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s | %s |\n", r.list, code(r.keys), when, code(r.apart), code(r.whole), strings.Join(notes, "; "))
	}
	eachList(root, func(f *field) { require.True(t, seen[f.name], "no rule for %s", f.name) })

	const page = "../docs/merging.md"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	const from, to = "<!-- rules -->\n", "<!-- end of rules -->\n"
	head, rest, ok := strings.Cut(string(text), from)
	require.True(t, ok)
	_, tail, ok := strings.Cut(rest, to)
	require.True(t, ok)
	want := head + from + b.String() + to + tail
	if *updateDocs {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o600))
		return
	}
	require.Equal(t, want, string(text), "go test ./record -run MergeRules -update writes it")
}
