package tree

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestXMLValues(t *testing.T) {
	for _, c := range []struct{ what, in, want string }{
		{"text across a comment", `<r>admin<!-- -->@x</r>`, `"admin@x"`},
		{"text across an instruction", `<r>a<?p x?>b</r>`, `"ab"`},
		{"comment first", `<r><!-- c -->b</r>`, `"b"`},
		{"comment last", `<r>b<!-- c --></r>`, `"b"`},
		{"comments only", `<r><!-- c --><!-- d --></r>`, ``},
		{"CDATA", `<r><![CDATA[<b>&amp;]]]]><![CDATA[>]]></r>`, `"<b>&amp;]]>"`},
		{"CDATA alone", `<r><![CDATA[<b>]]></r>`, `"<b>"`},
		{"CDATA with line ends", "<r><![CDATA[a\r\nb\rc&lt;]]></r>", `"a\nb\nc&lt;"`},
		{"CDATA empty", `<r><![CDATA[]]></r>`, ``},
		{"CDATA empty within text", `<r>a<![CDATA[]]>b</r>`, `"ab"`},
		{"CDATA and comment", `<r><![CDATA[<!-- x -->]]><!-- y --></r>`, `"<!-- x -->"`},
		{"line ends", "<r>a\r\nb\rc\nd\r\r\n</r>", `"a\nb\nc\nd\n\n"`},
		{"line end by reference", "<r>a&#13;&#xA;</r>", `"a\r\n"`},
		{"entities", `<r>&lt;&gt;&amp;&quot;&apos;</r>`, `"<>&\"'"`},
		{"entity once", `<r>&amp;lt;</r>`, `"&lt;"`},
		{"characters by reference", `<r>&#65;&#x42;&#x1F600;</r>`, `"AB😀"`},
		{"brackets", `<r>]] >]]&gt;</r>`, `"]] >]]>"`},
		{"words between elements", `<r><b>a</b> <b>c</b></r>`, `<{}:b>"a"</>" "<{}:b>"c"</>`},
		{"greater-than", `<r>a > b</r>`, `"a > b"`},
		{"other scripts", `<r>日本 é 😀</r>`, `"日本 é 😀"`},
		{"end tag with space", "<r>a</r\n\t>", `"a"`},
		{"stylesheet", `<?xml-stylesheet href="javascript:alert(1)"?><r>a</r>`, `"a"`},
		{"declaration", "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<!-- a -->\n<r>a</r>\n<!-- b --><?c?>\n", `"a"`},
		{"byte order mark", "\ufeff<?xml version='1.0'?><r>a</r>", `"a"`},
	} {
		d := mustXML(t, c.in)
		require.Equal(t, "<{}:r>"+c.want+"</>", show(d.Root()), c.what)
		require.Empty(t, d.Repairs())
		checkTree(t, d)
	}
}

func TestAttributeValues(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`a=""`, ""},
		{`a='"'`, `"`},
		{`a="'"`, `'`},
		{`a = "x"`, "x"},
		{"a\n=\r\n'x'", "x"},
		{"a='x\ny\tz'", "x y z"},
		{"a='x\r\ny\rz'", "x y z"},
		{"a='x&#10;y&#9;z&#13;'", "x\ny\tz\r"},
		{`a="&amp;lt;&lt;>"`, "&lt;<>"},
		{`a="]]>"`, "]]>"},
		{`a="` + strings.Repeat("é", 20) + `"`, strings.Repeat("é", 20)},
		{`a="Žluťoučký kůň"`, "Žluťoučký kůň"},
	} {
		require.Equal(t, c.want, mustXML(t, "<r "+c.in+"/>").Root().Attr("a").Value(), c.in)
	}
}

func TestNamespaces(t *testing.T) {
	d := mustXML(t, `<r xmlns="urn:a" xmlns:p="urn:b" p:x="1" x="2" xml:lang="en"><c><p:c xmlns:p="urn:c" p:y="3"/></c><c xmlns=""/><p:c/></r>`)
	r := d.Root()
	require.Equal(t, "urn:a", r.Space())
	require.Equal(t, "1", r.AttrNS("urn:b", "x").Value())
	require.Equal(t, "2", r.Attr("x").Value())
	require.Equal(t, "en", r.AttrNS("http://www.w3.org/XML/1998/namespace", "lang").Value())
	require.Equal(t, "3", r.Child("c").ChildNS("urn:c", "c").AttrNS("urn:c", "y").Value())
	require.False(t, r.Child("c").Child("c").OK())
	require.True(t, r.ChildNS("", "c").OK())
	require.Equal(t, "p", r.ChildNS("urn:b", "c").Prefix())
	require.Len(t, collect(r.Elements("c")), 1)
	require.Len(t, collect(r.Elements("")), 3)

	// Declared in the same tag, behind the use.
	d = mustXML(t, `<p:r p:a="1" xmlns:p="urn:b"/>`)
	require.Equal(t, "urn:b", d.Root().Space())
	require.Equal(t, "1", d.Root().AttrNS("urn:b", "a").Value())

	// The same local name in two namespaces, one of them none.
	d = mustXML(t, `<r xmlns="u" xmlns:p="u" a="1" p:a="2"/>`)
	require.Equal(t, "1", d.Root().Attr("a").Value())
	require.Equal(t, "2", d.Root().AttrNS("u", "a").Value())

	// Many attributes with prefixes, of which two are the same.
	var b strings.Builder
	for i := range 20 {
		fmt.Fprintf(&b, ` xmlns:p%d="u%d" p%[1]d:a=""`, i, i)
	}
	require.Len(t, collect(mustXML(t, `<r`+b.String()+`/>`).Root().Attrs()), 20)
	_, err := ParseXML([]byte(`<r`+b.String()+` xmlns:q="u3" q:a=""/>`), XMLOptions{})
	var syntax *SyntaxError
	require.ErrorAs(t, err, &syntax)
	require.Equal(t, errDupAttr.code, syntax.Code)

	d = mustXML(t, `<r xmlns:xml="http://www.w3.org/XML/1998/namespace" xmlns:schemaLocation="urn:hl7-org:v3 CDA.xsd" xmlns:e="a&amp;b" e:x=""/>`)
	require.True(t, d.Root().AttrNS("a&b", "x").OK())
	require.Len(t, collect(d.Root().Attrs()), 1)
}

func TestRepairedPrefix(t *testing.T) {
	d := mustXML(t, `<r xmlns="urn:hl7-org:v3"><sdtc:a/><value xsi:type="sdtc:X"/><sdtc:b xsi:nil="true"/><c xmlns:sdtc="urn:other"><sdtc:d/></c><sdtc:e/></r>`)
	require.Equal(t, []Repair{{RepairPrefix, 27}, {RepairPrefix, 42}}, d.Repairs())
	require.True(t, d.Root().ChildNS("urn:hl7-org:sdtc", "b").OK())
	require.True(t, d.Root().Child("c").ChildNS("urn:other", "d").OK())
	require.Equal(t, `<value xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc" xsi:type="sdtc:X"/>`,
		string(d.Root().Child("value").Fragment()))
	checkFragments(t, d, XMLOptions{})
	line, col := d.Position(d.Repairs()[0].Offset)
	require.Equal(t, []int{1, 28}, []int{line, col})
}

func TestBlank(t *testing.T) {
	d := mustXML(t, "<r a='' xmlns:p='u'> \n<b>&#32;&#9; </b><c>x</c><d><![CDATA[ ]]></d><e>&#32;x</e><f> <!-- --> </f><g> &amp;</g></r>")
	var leaves []string
	for n := range d.Leaves() {
		leaves = append(leaves, n.Parent().Name()+"/"+n.Name())
	}
	require.Equal(t, []string{"r/a", "c/", "e/", "g/"}, leaves)
	require.Equal(t, " \t ", d.Root().Child("b").Text())
	require.True(t, d.Root().Child("b").First().Blank())
}

func TestJSONValues(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`null`, `Null:"null"`},
		{` true `, `Bool:"true"`},
		{`[false]`, `Array("":Bool:"false",)`},
		{`[]`, `Array()`},
		{`{ }`, `Object()`},
		{`1.10`, `Number:"1.10"`},
		{`-0`, `Number:"-0"`},
		{`1e400`, `Number:"1e400"`},
		{`1E+2`, `Number:"1E+2"`},
		{`12345678901234567890`, `Number:"12345678901234567890"`},
		{`"\"\\\/\b\f\n\r\t\u00E9\u00e9"`, `String:"\"\\/\b\f\n\r\té` + `é"`},
		{`"\ud83d\uDE00"`, `String:"😀"`},
		{`"\u0000"`, `String:"\x00"`},
		{`"日本"`, `String:"日本"`},
		{`"` + "\ufffd" + `"`, `String:"` + "\ufffd" + `"`},
		{`{"a":1,"A":2}`, `Object("a":Number:"1","A":Number:"2",)`},
		{`{"":1,"b":{"":2}}`, `Object("":Number:"1","b":Object("":Number:"2",),)`},
		{`{"\u0061b":1,"a":2}`, `Object("ab":Number:"1","a":Number:"2",)`},
		{"\t{\r\n\"a\" : [ 1 , [ ] ] }", `Object("a":Array("":Number:"1","":Array(),),)`},
	} {
		d := mustJSON(t, c.in)
		require.Equal(t, c.want, show(d.Root()), c.in)
		require.Empty(t, d.Repairs())
		checkTree(t, d)
	}
	d := mustJSON(t, "\ufeff{\"a\":1}")
	require.Equal(t, []Repair{{RepairBOM, 0}}, d.Repairs())
	require.Equal(t, "1", d.Root().Child("a").Value())

	digits := strings.Repeat("9", 1<<20)
	require.Equal(t, digits, mustJSON(t, `{"n":`+digits+`}`).Root().Child("n").Value())
}

// Names are told apart however long they are, and wherever they stand.
func TestJSONNames(t *testing.T) {
	var b strings.Builder
	b.WriteByte('{')
	for n := 1; n < 40; n++ {
		for _, c := range []string{"x", "y"} {
			b.WriteString(`"` + strings.Repeat("a", n) + c + `":"` + c + `",`)
		}
	}
	b.WriteString(`"a":{"a":0,"b":{"a":1}},"b":2}`)
	d := mustJSON(t, b.String())
	require.Equal(t, "x", d.Root().Child(strings.Repeat("a", 17)+"x").Value())
	require.Equal(t, "y", d.Root().Child(strings.Repeat("a", 39)+"y").Value())
	require.Equal(t, "1", d.Root().Child("a").Child("b").Child("a").Value())
	require.False(t, d.Root().Child(strings.Repeat("a", 17)).OK())
	again := strings.TrimSuffix(b.String(), "}") + `,"` + strings.Repeat("a", 30) + `x":0}`
	_, err := ParseJSON([]byte(again), Limits{})
	require.Error(t, err)
}
