package fhir

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portage-health/portage/internal/tree"
	"github.com/stretchr/testify/require"
)

func addSeeds(f *testing.F, ext string) {
	files, err := filepath.Glob("testdata/xml/*." + ext)
	require.NoError(f, err)
	for _, path := range files {
		data, err := os.ReadFile(path)
		require.NoError(f, err)
		f.Add(data)
	}
}

func expectedError(t *testing.T, err error) {
	var syntax *tree.SyntaxError
	var limit *tree.LimitError
	require.True(t, errors.As(err, &syntax) || errors.As(err, &limit), "%v", err)
}

// What XML becomes as JSON becomes the same again by way of XML, and keeps to the limits.
func FuzzXMLToJSON(f *testing.F) {
	addSeeds(f, "xml")
	for _, s := range []string{
		`<Patient xmlns="http://hl7.org/fhir"><_a:b xmlns:_a="u" _a:c="1"/><birthDate xmlns="u">x</birthDate>y<div xmlns="http://www.w3.org/1999/xhtml"><a/></div></Patient>`,
		`<Patient xmlns="http://hl7.org/fhir" xmlns:p="u"><contained value="1"/><text><div p:a="1"><p:b/></div><div><b xmlns="http://www.w3.org/1999/xhtml"/></div></text><x><Patient/></x></Patient>`,
		`<Patient><id id="a" value=""><extension url=""/></id><resourceType/><_x/><url url="u"/><x value="1"><x/></x><x/></Patient>`,
		`<X xmlns="http://HL7.org/fhir/"><text><div value="1" id="2"/></text><x value="1"/><x><value/></x><id id="1"/></X>`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		limits := tree.Limits{MaxNodes: 3000, MaxDepth: 40, MaxAttrs: 20, MaxNames: 200, MaxNameBytes: 60, MaxTextBytes: 500}
		c, err := xmlToJSON(data, limits)
		if err != nil {
			expectedError(t, err)
			return
		}
		_, err = tree.ParseJSON(c.json, limits)
		require.NoError(t, err, "the JSON keeps to the limits")
		_, doc := fromXML(t, data)
		text, notes, err := appendXML(nil, doc)
		require.NoError(t, err)
		for _, n := range notes {
			require.False(t, n.fault.lost(), "%s: %s", doc.Node(int(n.node)).Path(nil), n.fault)
		}
		_, back := fromXML(t, text)
		require.Equal(t, jsonLeaves(t, doc), jsonLeaves(t, back))
	})
}

// Every JSON becomes XML that can be read, and comes back, unless a note says why not.
func FuzzJSONToXML(f *testing.F) {
	addSeeds(f, "json")
	for _, s := range []string{
		`{"resourceType":"Patient","@xmlns:p":"u","@p:a":"1","p:b":{"@xml:c":"","#text":"x"},"_x":"1","__x":{},"x":[1,[2,{}]],"_id":{"id":"1"}}`,
		`{"resourceType":"A","contained":[{"resourceType":"a"},{"resourceType":"B"},1,null],"x":{"resourceType":"Patient"},"div":"<div xmlns='http://www.w3.org/1999/xhtml'/>"}`,
		`{"resourceType":"Patient","text":{"div":["<div/>",null],"_div":{"id":"1"}},"name":[null,"x",{"given":"a","_given":[{"id":1}]}],":id":"1","extension":[{":url":"1",":id":2}]}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, notes, doc, err := jsonToXML(data, tree.Limits{MaxNodes: 3000, MaxDepth: 60})
		if err != nil {
			expectedError(t, err)
			return
		}
		_, back := fromXML(t, text)
		for _, n := range notes {
			switch n.fault {
			case faultElement, faultAttribute, faultText, faultResource:
			default:
				return
			}
		}
		want, got := jsonLeaves(t, doc), jsonLeaves(t, back)
		// A namespace that nothing uses is not kept.
		unused := func(p, _ string) bool { return strings.HasPrefix(p, "$.@xmlns:") && got[p] == "" }
		maps.DeleteFunc(want, unused)
		require.Equal(t, want, got)
	})
}

// What is hostile costs no more than what is big, and is refused with its place.
func TestHostileXML(t *testing.T) {
	const head = `<Patient xmlns="http://hl7.org/fhir">`
	limit := func(t *testing.T, err error, name string) {
		var e *tree.LimitError
		require.ErrorAs(t, err, &e)
		require.Equal(t, name, e.Limit)
		require.NotZero(t, e.Line)
	}
	deep := func(open, close string, n int) []byte {
		return []byte(head + strings.Repeat(open, n) + strings.Repeat(close, n) + `</Patient>`)
	}
	_, err := xmlToJSON(deep(`<extension>`, `</extension>`, 300), tree.Limits{})
	limit(t, err, tree.LimitDepth) // arrays lie between
	_, err = xmlToJSON(deep(`<x>`, `</x>`, 300), tree.Limits{})
	require.NoError(t, err)
	_, err = xmlToJSON(deep(`<x>`, `</x>`, 200_000), tree.Limits{MaxDepth: 1 << 30})
	limit(t, err, tree.LimitDepth)
	_, _, _, err = jsonToXML([]byte(`{"resourceType":"Patient","x":`+strings.Repeat(`{"x":`, 200_000)+`1`+strings.Repeat(`}`, 200_001)), tree.Limits{MaxDepth: 1 << 30})
	limit(t, err, tree.LimitDepth)
	_, _, _, err = jsonToXML([]byte(`{"resourceType":"Patient","x":`+strings.Repeat(`[`, 200_000)+`1`+strings.Repeat(`]`, 200_000)+`}`), tree.Limits{MaxDepth: 1 << 30})
	limit(t, err, tree.LimitDepth)
	_, err = xmlToJSON([]byte(`<!DOCTYPE Patient [<!ENTITY a "b">]>`+head+`<birthDate value="&a;"/></Patient>`), tree.Limits{})
	var syntax *tree.SyntaxError
	require.ErrorAs(t, err, &syntax)
	require.Equal(t, "doctype", syntax.Code)

	// Long namespaces do not multiply, neither by elements nor by narratives.
	var declared, used strings.Builder
	for i := range 60 {
		fmt.Fprintf(&declared, ` xmlns:p%d="urn:%s%d"`, i, strings.Repeat("x", 900), i)
		fmt.Fprintf(&used, `<p%d:a/>`, i)
	}
	many := `<Patient xmlns="http://hl7.org/fhir"` + declared.String() + `>` + strings.Repeat(used.String(), 2000) + `</Patient>`
	c, err := xmlToJSON([]byte(many), tree.Limits{})
	require.NoError(t, err)
	require.Less(t, len(c.json), 2*len(many))
	_, err = xmlToJSON([]byte(`<Patient xmlns="http://hl7.org/fhir"`+declared.String()+`>`+
		strings.Repeat(`<contained><Group><text><div xmlns="http://www.w3.org/1999/xhtml">`+used.String()+`</div></text></Group></contained>`, 2000)+`</Patient>`), tree.Limits{})
	limit(t, err, tree.LimitBytes)

	// Neither many names nor many repetitions take more than their share of time.
	if testing.Short() {
		return
	}
	var names, pairs bytes.Buffer
	for i := range 15_000 {
		fmt.Fprintf(&names, `<n%d/>`, i)
	}
	for range 300_000 {
		pairs.WriteString(`<a/><b/>`)
	}
	for _, body := range []string{strings.Repeat(names.String(), 10), pairs.String()} {
		start := time.Now()
		c, err := xmlToJSON([]byte(head+body+`</Patient>`), tree.Limits{})
		require.NoError(t, err)
		_, _, _, err = jsonToXML(c.json, tree.Limits{})
		require.NoError(t, err)
		require.Less(t, time.Since(start), 20*time.Second)
	}
}

// No value of a document is in an error or a note.
func TestXMLErrorsAreSilent(t *testing.T) {
	for f := range formFault(20) {
		require.NotContains(t, f.String(), "%")
	}
	_, err := xmlToJSON([]byte(`<Secret xmlns="urn:secret"/>`), tree.Limits{})
	require.NotContains(t, strings.ToLower(err.Error()), "secret")
}

func BenchmarkXML(b *testing.B) {
	data, err := os.ReadFile("testdata/xml/patient.json")
	require.NoError(b, err)
	entry := append(append([]byte(`{"resource":`), data...), "},"...)
	bundle := slices.Concat([]byte(`{"resourceType":"Bundle","entry":[`), bytes.Repeat(entry, 500), []byte(`{}]}`))
	text, _, doc, err := jsonToXML(bundle, tree.Limits{})
	require.NoError(b, err)
	b.Run("write", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		var dst []byte
		for range b.N {
			dst, _, _ = appendXML(dst[:0], doc)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		b.ReportAllocs()
		for range b.N {
			_, _ = xmlToJSON(text, tree.Limits{})
		}
	})
	b.Run("parse", func(b *testing.B) {
		b.SetBytes(int64(len(text)))
		for range b.N {
			_, _ = tree.ParseXML(text, tree.XMLOptions{})
		}
	})
}
