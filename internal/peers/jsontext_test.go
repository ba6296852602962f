package peers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/portage-health/portage/internal/tree"
)

// peerJSON lists the tokens of a text as jsontext reads it.
func peerJSON(data []byte) (list []string, err error) {
	dec := jsontext.NewDecoder(bytes.NewReader(data))
	depth := 0
	for {
		tok, err := dec.ReadToken()
		if errors.Is(err, io.EOF) && len(list) > 0 {
			return list, nil
		}
		if err != nil {
			return nil, err
		}
		if depth == 0 && len(list) > 0 {
			return nil, errors.New("a second value")
		}
		switch tok.Kind() {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		}
		list = append(list, fmt.Sprintf("%c %s", tok.Kind(), tok))
	}
}

// treeTokens lists the same of a tree.
func treeTokens(d *tree.Doc) (list []string) {
	var walk func(tree.Node)
	walk = func(n tree.Node) {
		switch n.Kind() {
		case tree.Object:
			list = append(list, "{ {")
			for c := range n.Children() {
				list = append(list, `" `+c.Name())
				walk(c)
			}
			list = append(list, "} }")
		case tree.Array:
			list = append(list, "[ [")
			for c := range n.Children() {
				walk(c)
			}
			list = append(list, "] ]")
		case tree.String:
			list = append(list, `" `+n.Value())
		case tree.Number:
			list = append(list, "0 "+n.Value())
		default:
			list = append(list, n.Value()[:1]+" "+n.Value())
		}
	}
	walk(d.Root())
	return list
}

func FuzzJSONAgainstJSONText(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-0.5e+3,"\u00e9\ud83d\ude00",true,false,null,{}]}`, `{"a":1,"\u0061":2}`, `"\ud800"`, "\"\xff\"", `1 2`, `[1,]`, ``, ` `,
		`{"x":{"x":1},"x":2}`, "\ufeff1", `01`, `"\/"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := tree.ParseJSON(data, tree.Limits{})
		want, peer := peerJSON([]byte(strings.TrimPrefix(string(data), "\ufeff")))
		var limit *tree.LimitError
		switch {
		case errors.As(err, &limit):
		case err != nil && peer == nil:
			t.Fatalf("refused (%v), although jsontext does not", err)
		case err == nil && peer != nil:
			t.Fatalf("accepted, although jsontext says %v", peer)
		case err == nil:
			if got := treeTokens(d); strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	})
}

func TestRealLinesAgainstJSONText(t *testing.T) {
	for _, line := range jsonLines(t) {
		d, err := tree.ParseJSON(line, tree.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		want, err := peerJSON(line)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Join(treeTokens(d), "\n") != strings.Join(want, "\n") {
			t.Fatal("content differs from that of jsontext")
		}
	}
}
