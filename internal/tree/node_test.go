package tree

import (
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func collect(s iter.Seq[Node]) []Node { return slices.Collect(s) }

const visit = `<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">
  <title>Visit of <!-- who? -->Zebulon</title>
  <component/>
  <component>
    <section sdtc:x="1">
      <text>a<b>b</b> <i>c</i>d</text>
      <entry><act classCode="ACT"/></entry>
      <entry><observation><value xsi:type="sdtc:CD" code="1"/></observation></entry>
    </section>
  </component>
</ClinicalDocument>`

func TestPathXML(t *testing.T) {
	d := mustXML(t, visit)
	section := d.Root().Child("component").NextNamed().Child("section")
	act := section.Child("entry").Child("act")
	require.Equal(t, "ClinicalDocument/component[2]/section/entry[1]/act/@classCode", act.Attr("classCode").Path(nil))
	require.Equal(t, "ClinicalDocument/component[2]/section/entry[2]", act.Parent().NextNamed().Path(nil))
	require.Equal(t, "ClinicalDocument/component[2]/section/@x", section.AttrNS("urn:hl7-org:sdtc", "x").Path(nil))
	require.Equal(t, "ClinicalDocument/title/text()", d.Root().Child("title").First().Path(nil))
	text := section.Child("text")
	require.Equal(t, "ClinicalDocument/component[2]/section/text/text()[2]", collect(text.Children())[4].Path(nil))
	known := func(name string) bool { return name != "component" && name != "classCode" }
	require.Equal(t, "ClinicalDocument/?[3]/section/entry[1]/act/@?", act.Attr("classCode").Path(known))
	require.Equal(t, "", Node{}.Path(nil))
}

func TestPathJSON(t *testing.T) {
	d := mustJSON(t, `{"resourceType":"Bundle","entry":[{},{"resource":{"code":{"coding":[{"system":"s"}]}}}],"x.y":[[1,2]]}`)
	entries := collect(d.Root().Child("entry").Children())
	coding := entries[1].Child("resource").Child("code").Child("coding").First()
	require.Equal(t, "$.entry[1].resource.code.coding[0].system", coding.Child("system").Path(nil))
	require.Equal(t, "$.entry[1].?.code.coding[0].system", coding.Child("system").Path(func(n string) bool { return n != "resource" }))
	require.Equal(t, "$", d.Root().Path(nil))
	require.Equal(t, "$.x.y[0][1]", d.Root().Child("x.y").First().First().Next().Path(nil))
}

func TestFragment(t *testing.T) {
	d := mustXML(t, visit)
	checkFragments(t, d, XMLOptions{})
	section := d.Root().Child("component").NextNamed().Child("section")
	value := section.Child("entry").NextNamed().Child("observation").Child("value")
	require.Equal(t, `<value xsi:type="sdtc:CD" code="1"/>`, string(value.Raw()))
	require.Equal(t, `<value xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc" xsi:type="sdtc:CD" code="1"/>`,
		string(value.Fragment()))
	require.Equal(t, `xsi:type="sdtc:CD"`, string(collect(value.Attrs())[0].Raw()))
	require.Equal(t, string(d.Root().Raw()), string(d.Root().Fragment()))
	require.Equal(t, `Visit of <!-- who? -->Zebulon`, string(d.Root().Child("title").First().Raw()))

	for _, c := range []struct{ in, want string }{
		{`<r xmlns="u&amp;&lt;&quot;&#10;"><a/></r>`, `<a xmlns="u&amp;&lt;&quot;&#10;"/>`},
		{`<r xmlns="u"><a xmlns=""><b/></a></r>`, `<a xmlns=""><b/></a>`},
		{`<r xmlns:p="u"><a><p:b xmlns:p="v"/></a></r>`, `<a><p:b xmlns:p="v"/></a>`},
		{`<r xmlns:p="u"><a><p:b xmlns:p="v"/><p:c/></a></r>`, `<a xmlns:p="u"><p:b xmlns:p="v"/><p:c/></a>`},
		{`<r xmlns:p="u"><a><p:b xmlns:p="u"/></a></r>`, `<a xmlns:p="u"><p:b xmlns:p="u"/></a>`},
		{`<r><a xml:lang="en"/></r>`, `<a xml:lang="en"/>`},
		{`<r><a><![CDATA[x]]></a></r>`, `<a><![CDATA[x]]></a>`},
		{`<p:r xmlns:p="u"><p:a>x</p:a ></p:r>`, `<p:a xmlns:p="u">x</p:a >`},
	} {
		require.Equal(t, c.want, string(collect(mustXML(t, c.in).Root().Elements(""))[0].Fragment()), c.in)
	}
	require.Equal(t, "<![CDATA[x]]>", string(mustXML(t, "<a><![CDATA[x]]></a>").Root().First().Raw()))

	j := mustJSON(t, ` {"a" : [1, "x\n", {"b":null}], "c": true} `)
	checkFragments(t, j, XMLOptions{})
	require.Equal(t, `[1, "x\n", {"b":null}]`, string(j.Root().Child("a").Fragment()))
	require.Equal(t, `"x\n"`, string(j.Root().Child("a").First().Next().Raw()))
	require.Equal(t, `true`, string(j.Root().Child("c").Raw()))
}

func TestText(t *testing.T) {
	d := mustXML(t, visit)
	require.Equal(t, "Visit of Zebulon", d.Root().Child("title").Text())
	text := d.Root().Child("component").NextNamed().Child("section").Child("text")
	require.Equal(t, "a d", text.Text())
	require.Equal(t, "ab cd", text.DeepText())
	require.Equal(t, "", d.Root().Child("component").Text())
	require.Equal(t, "", text.Value())
	require.Equal(t, "", text.First().Text())
}

// The absent node answers everything.
func TestAbsent(t *testing.T) {
	d := mustXML(t, `<r a="1"/>`)
	n := d.Root().Child("x").Child("y").Attr("z")
	require.False(t, n.OK())
	require.Equal(t, Absent, n.Kind())
	require.Equal(t, -1, n.Index())
	require.Zero(t, n.Name()+n.Prefix()+n.Space()+n.Value()+n.Text()+n.DeepText()+n.Path(nil))
	require.Zero(t, n.AttrNS("u", "a"))
	require.Zero(t, n.ChildNS("u", "a"))
	require.Zero(t, n.First())
	require.Zero(t, n.Next())
	require.Zero(t, n.NextNamed())
	require.Zero(t, n.Parent())
	require.Zero(t, n.End()+n.Offset())
	require.Nil(t, n.Raw())
	require.Nil(t, n.Fragment())
	require.Nil(t, n.Doc())
	require.False(t, n.Blank() || n.Decl())
	require.Empty(t, append(append(collect(n.Children()), collect(n.Elements(""))...), collect(n.Attrs())...))
	line, col := n.Pos()
	require.Zero(t, line+col)
	space, by := n.InScope("p")
	require.Zero(t, space)
	require.False(t, by.OK())

	a := d.Root().Attr("a")
	require.Zero(t, a.First())
	require.Zero(t, a.Child("b"))
	require.Zero(t, a.Next())
	require.Zero(t, d.Root().Next())
	require.Zero(t, d.Root().Parent())
	require.Equal(t, "@", strings.Trim(a.Path(nil), "ra/"))

	var none *Doc
	require.Zero(t, none.Len())
	require.False(t, none.Root().OK() || none.Node(0).OK() || d.Node(-1).OK() || d.Node(2).OK() || none.IsLeaf(0) || d.IsLeaf(9))
	require.Empty(t, none.Encoding())
	require.Nil(t, none.Repairs())
	require.Nil(t, none.Source())
	require.Empty(t, collect(none.Leaves()))
	require.Equal(t, "Element Absent", Element.String()+" "+Kind(200).String())
}

func TestPosition(t *testing.T) {
	d := mustXML(t, "<r>\n<a/>\r\n<é/><b/>\r<c/>\n\n  <d/></r>")
	want := map[string][2]int{"r": {1, 1}, "a": {2, 1}, "é": {3, 1}, "b": {3, 5}, "c": {4, 1}, "d": {6, 3}}
	for n := range d.Root().Elements("") {
		line, col := n.Pos()
		require.Equal(t, want[n.Name()], [2]int{line, col}, n.Name())
	}
	// Across many blocks, with CRLF on a border between two of them.
	s := "<r>" + strings.Repeat("é", (blockBytes-4)/2) + "\r\n<a/>" + strings.Repeat(" ü\r", 9000) + "<b/></r>"
	s = strings.Replace(s, "<r>é", "<r>xx", 1)
	d = mustXML(t, s)
	require.Equal(t, byte('\r'), s[blockBytes-1])
	for n := range d.Root().Elements("") {
		line, col := n.Pos()
		wantLine, wantCol := position(d.Source(), n.Offset())
		require.Equal(t, [2]int{wantLine, wantCol}, [2]int{line, col})
	}
	line, col := d.Root().Child("b").Pos()
	require.Equal(t, [2]int{9002, 1}, [2]int{line, col})
	line, _ = d.Position(1 << 30)
	require.Equal(t, 9002, line)
	line, col = d.Position(-1)
	require.Equal(t, [2]int{1, 1}, [2]int{line, col})
}

// Many goroutines may read one document.
func TestConcurrentReaders(t *testing.T) {
	d := mustXML(t, visit)
	j := mustJSON(t, `{"a":[1,"\u0041",{"b":null}]}`)
	want := show(d.Root()) + show(j.Root())
	var wg sync.WaitGroup
	got := make([]string, 8)
	for i := range got {
		wg.Go(func() {
			got[i] = show(d.Root()) + show(j.Root())
			for n := range d.Leaves() {
				n.Pos()
				n.Path(nil)
				n.Parent().Fragment()
			}
			for n := range j.Leaves() {
				n.Pos()
			}
		})
	}
	wg.Wait()
	for _, s := range got {
		require.Equal(t, want, s)
	}
}

// Parsing at once in many goroutines shares nothing that shows.
func TestConcurrentParsing(t *testing.T) {
	var wg sync.WaitGroup
	docs := make([]*Doc, 64)
	for i := range docs {
		wg.Go(func() {
			s := strings.Repeat("x", i)
			docs[i], _ = ParseXML([]byte("<r"+s+" a"+s+"='"+s+"'>"+strings.Repeat("<b"+s+"/>", 100*i)+"</r"+s+">"), XMLOptions{})
			_, _ = ParseJSON([]byte(`{"`+s+`":"`+s+`"}`), Limits{})
		})
	}
	wg.Wait()
	for i, d := range docs {
		s := strings.Repeat("x", i)
		require.Equal(t, "r"+s, d.Root().Name())
		require.Equal(t, s, d.Root().Attr("a"+s).Value())
		require.Len(t, collect(d.Root().Elements("b"+s)), 100*i)
	}
}

func TestParser(t *testing.T) {
	p := Parser{XMLOptions: XMLOptions{WellKnown: wellKnown}}
	for i := range 3 {
		line := []byte(`{"id":"a","name of more than sixteen":1,"é":2}`)
		d, err := p.JSON(line)
		require.NoError(t, err)
		require.Equal(t, "a", d.Root().Child("id").Value())
		require.Equal(t, "1", d.Root().Child("name of more than sixteen").Value())
		clear(line)
		_, err = p.JSON([]byte(`{`))
		require.Error(t, err)
		d, err = p.JSON([]byte(`{"x":"b","name of more than sixteen":{"x":[` + strings.Repeat("1,", 3000*i) + `1]}}`))
		require.NoError(t, err)
		require.Equal(t, "b", d.Root().Child("x").Value())
		require.Equal(t, 4+3000*i+1-1+1, d.Len())
		d, err = p.XML([]byte(`<r xsi:nil="true"><a/></r>`))
		require.NoError(t, err)
		require.Equal(t, "<{}:r {http://www.w3.org/2001/XMLSchema-instance}xsi:nil=\"true\"><{}:a></></>", show(d.Root()))
		require.Len(t, d.Repairs(), 1)
	}
	p.Reset()
	d, err := p.JSON([]byte(`[]`))
	require.NoError(t, err)
	require.Equal(t, 1, d.Len())
}
