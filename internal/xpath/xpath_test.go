package xpath

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
)

const doc = `<a xmlns="urn:a" xmlns:s="urn:s" xmlns:x="urn:x">
 <templateId root="1.2" extension="v2"/><templateId root="1.2"/>
 <b k="1" x:type="T"><c>one</c><c>two</c></b>
 <b k="12"> padded  text <s:c/></b>
 <d/>
</a>`

var env = Env{Prefixes: map[string]string{"s": "urn:s", "x": "urn:x"}, Sets: map[string][]string{"S": {"1", "2"}}}

func TestTrue(t *testing.T) {
	d, err := tree.ParseXML([]byte(doc), tree.XMLOptions{})
	require.NoError(t, err)
	for expr, want := range map[string]bool{
		"b":                                 true,
		"e":                                 false,
		"count(b)=2":                        true,
		"count(b[@k='1']/c)=2":              true,
		"b[@k='1'][@x:type='T']":            true,
		"b[@type='T']":                      false,
		"b/s:c":                             true,
		"b/c and not(e)":                    true,
		"e or d":                            true,
		"(e or d) and e":                    false,
		"count(b | d | b)=3":                true,
		"count(//c)=2":                      true,
		"count(.//c) > 2":                   false,
		"//a/b":                             true,
		"/a/d":                              true,
		"/b":                                false,
		"b/../d":                            true,
		"b[c='two']":                        true,
		"b/@k != '1'":                       true,
		"b/@k='1' and b/@k='12'":            true,
		"string-length(b[@k='12']/@k) >= 2": true,
		"starts-with(b/@k, '1')":            true,
		"contains(b/@k, '2')":               false, // of a set, the first
		"b[normalize-space(text())]":        true,
		"b[text()[normalize-space()]]":      true,
		"d[not(text()[normalize-space()])]": true,
		"count(*)=5":                        true,
		"#1.2:v2":                           true,
		"count(#1.2)=2":                     true,
		"#1.2:v3":                           false,
		"b[in(@k,'S')]":                     true,
		"count(b[in(@k,'S')])=1":            true,
		"concat(b/@k,'-',d)='1-'":           true,
		"b/@k <= 1":                         true,
		"count(b) < 2":                      false,
		"e/@k != '1'":                       false,
		"string(b/c)='one'":                 true,
	} {
		e, err := Compile(expr, env)
		require.NoError(t, err, expr)
		require.Equal(t, want, e.True(d.Root()), expr)
	}
}

func TestSyntax(t *testing.T) {
	for _, bad := range []string{"", "b[", "b]", "count(", "count()", "f(b)", "'open", "in(@k,'T')", "y:b", "b and", "b or", "not(b,c)", "b/", "#", "((((b)", "b b", "99999999999999999999"} {
		_, err := Compile(bad, env)
		require.ErrorIs(t, err, ErrSyntax, bad)
	}
	deep := ""
	for range 500 {
		deep += "("
	}
	_, err := Compile(deep, env)
	require.Error(t, err)
	require.False(t, Expr{}.True(tree.Node{}))
}

func TestNodes(t *testing.T) {
	d, err := tree.ParseXML([]byte(doc), tree.XMLOptions{})
	require.NoError(t, err)
	e, err := Compile("b/c", env)
	require.NoError(t, err)
	require.Len(t, e.Nodes(d.Root()), 2)
}
