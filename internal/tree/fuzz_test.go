package tree

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var seedsXML = []string{
	`<r/>`, `<?xml version="1.0" encoding="UTF-8"?><r a="1" b='2'>t<!-- c -->u<![CDATA[<&]]>v</r>`,
	`<r xmlns="urn:a" xmlns:p="urn:b" p:x="1"><p:c xmlns:p="urn:c" p:y="&lt;&#10;"/></r>`,
	"<r>a\r\nb\rc<b>&amp;</b> <?pi x?>\t</r>", "<r a='x\ny\tz\r\n'/>", `<r a="1"b="2"/>`, `<a:b xmlns:a="u"></a:b>`,
	`<r xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:t="urn:t"><v xsi:type="t:X"/><v xsi:type="Y"/></r>`,
	"\xef\xbb\xbf<r/>", "\xff\xfe<\x00r\x00/\x00>\x00", `<?xml version="1.0" encoding="ISO-8859-1"?><r>` + "\xe9</r>", `<é à="ü">日本</é>`,
	`<r>]]&gt;</r>`, `<r>]]></r>`, `<r>&nbsp;</r>`, `<r><a></r>`, `<!DOCTYPE r><r/>`, `<r xmlns:p=""/>`, `<r></r><s/>`,
	`<r><a xmlns="u"><b xmlns=""/></a></r>`, `<r xml:lang="en"/>`, `<r><p:a/><b xsi:type="p:x" xmlns:p="u"/><c p:d="" xsi:type="p:e"/></r>`, `<r a="1" a="2"/>`, `<r a='"' b="'"/>`, "<r\n a = '1' />",
}

func FuzzXMLAgainstEncodingXML(f *testing.F) {
	for _, s := range seedsXML {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{MaxNodes: 5000, MaxDepth: 100, MaxAttrs: 20}
		if d, err := ParseXML(data, XMLOptions{Limits: limits, WellKnown: map[string]string{"p": "urn:p", "xsi": xsiSpace, "xmlns": "urn:x"}}); err == nil {
			checkTree(t, d)
			if d.Len() < 300 {
				checkFragments(t, d, XMLOptions{Limits: Limits{MaxAttrs: 100}})
			}
		}
		d, err := ParseXML(data, XMLOptions{Limits: limits})
		if err != nil {
			var limit *LimitError
			if errors.As(err, &limit) {
				return
			}
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			require.GreaterOrEqual(t, syntax.Line, 1)
			text := []byte(strings.TrimPrefix(string(data), "\ufeff"))
			if _, standard := standardEvents(text); standard == nil && !stricterXML(text, syntax) {
				t.Fatalf("refused (%s at %d), although encoding/xml does not", syntax.Code, syntax.Offset)
			}
			return
		}
		require.LessOrEqual(t, d.Len(), limits.MaxNodes)
		checkTree(t, d)
		if d.Len() < 300 {
			checkFragments(t, d, XMLOptions{Limits: Limits{MaxAttrs: 100}})
		}
		want, err := standardEvents(d.Source())
		if err != nil {
			if !laxerXML(d) {
				t.Fatalf("accepted, although encoding/xml says %v", err)
			}
		} else {
			require.Equal(t, want, events(d))
		}
		var p Parser
		for range 2 {
			again, err := p.XML(data)
			require.NoError(t, err)
			require.Equal(t, show(d.Root()), show(again.Root()))
		}
		for i := range d.Len() {
			line, col := d.Node(i).Pos()
			wantLine, wantCol := position(d.Source(), d.Node(i).Offset())
			require.Equal(t, []int{wantLine, wantCol}, []int{line, col})
		}
	})
}

var seedsJSON = []string{
	`{}`, `[]`, `null`, `true`, `"a"`, `-0.10e+5`, `{"a":1,"b":[1,"x",null,{"c":false}]}`, `{"a":1,"a":2}`, `{"\u0061":1,"a":2}`,
	`"\ud83d\ude00"`, `"\ud800"`, "\"\xff\"", "\ufeff{}", ` [ 1 , 2 ] `, `[1,]`, `{"a":}`, `01`, `1.`, `1e`, `-`, `nul`, `{} x`, `"a` + "\n" + `"`,
	`{"":0}`, `{"long name of more than sixteen bytes":1,"long name of more than sixteen bytes":2}`, `"\"\\\/\b\f\n\r\t\u00e9"`,
}

func FuzzJSONAgainstEncodingJSON(f *testing.F) {
	for _, s := range seedsJSON {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := Limits{MaxNodes: 5000, MaxDepth: 100}
		d, err := ParseJSON(data, limits)
		text := []byte(strings.TrimPrefix(string(data), "\ufeff"))
		want, standard := standardJSON(text)
		if err != nil {
			var limit *LimitError
			if errors.As(err, &limit) {
				return
			}
			var syntax *SyntaxError
			require.ErrorAs(t, err, &syntax)
			if standard == nil && !stricterJSON(syntax) {
				t.Fatalf("refused (%s at %d), although encoding/json does not", syntax.Code, syntax.Offset)
			}
			return
		}
		require.NoError(t, standard)
		require.LessOrEqual(t, d.Len(), limits.MaxNodes)
		require.Equal(t, want, show(d.Root()))
		checkTree(t, d)
		if d.Len() < 300 {
			checkFragments(t, d, XMLOptions{})
		}
		var p Parser
		for range 2 {
			again, err := p.JSON(data)
			require.NoError(t, err)
			require.Equal(t, want, show(again.Root()))
		}
	})
}
