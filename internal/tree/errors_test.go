package tree

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write golden files")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o755))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// The marker stands where a patient's data would. No error may contain it.
const marker = "Zebulon"

var hostileXML = []struct{ what, in string }{
	{"external entity", "<!DOCTYPE r [<!ENTITY " + marker + " SYSTEM 'file:///etc/hosts'>]>\n<r>&" + marker + ";</r>"},
	{"internal entity", `<!DOCTYPE r [<!ENTITY e "` + marker + `">]><r>&e;</r>`},
	{"billion laughs", `<!DOCTYPE z [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><z>&b;</z>`},
	{"external DTD, unused", `<!DOCTYPE r PUBLIC "x" "http://example.org/r.dtd"><r/>`},
	{"DOCTYPE in lower case", `<!doctype html><html/>`},
	{"DOCTYPE within the root", `<r><!DOCTYPE r></r>`},
	{"HTML entity", `<r>` + marker + `&nbsp;</r>`},
	{"unknown entity in attribute", `<r a="&` + marker + `;"/>`},
	{"reference without semicolon", `<r>&amp ` + marker + `</r>`},
	{"lone ampersand", `<r>Tom & ` + marker + `</r>`},
	{"character reference NUL", `<r>&#0;</r>`},
	{"character reference to a control", `<r a="&#x1f;"/>`},
	{"character reference beyond Unicode", `<r>&#x110000;</r>`},
	{"character reference far beyond", `<r>&#99999999999999999999999;</r>`},
	{"character reference surrogate", `<r>&#xD800;</r>`},
	{"character reference FFFE", `<r>&#xFFFE;</r>`},
	{"character reference FFFF", `<r>&#65535;</r>`},
	{"character reference empty", `<r>&#;</r>`},
	{"character reference hex empty", `<r>&#x;</r>`},
	{"character reference capital X", `<r>&#X41;</r>`},
	{"control in text", "<r>a\x01</r>"},
	{"control in attribute", "<r a='a\x0b'/>"},
	{"NUL in comment", "<r><!--\x00--></r>"},
	{"control in instruction", "<?a \x02?><r/>"},
	{"control in CDATA", "<r><![CDATA[\x03]]></r>"},
	{"FFFF in text", "<r>" + marker + "\uffff</r>"},
	{"FFFE in attribute", "<r a='\ufffe'/>"},
	{"invalid UTF-8 in text", "<r>" + marker + "\xc3(</r>"},
	{"invalid UTF-8 in attribute", "<r a='\xff'/>"},
	{"invalid UTF-8 in name", "<r\xff/>"},
	{"overlong UTF-8", "<r>\xc0\xaf</r>"},
	{"surrogate in UTF-8", "<r>\xed\xa0\x80</r>"},
	{"invalid UTF-8 in comment", "<r><!-- \x80 --></r>"},
	{"undeclared prefix of element", `<r><q:` + marker + `/></r>`},
	{"undeclared prefix of attribute", `<r q:a="1"/>`},
	{"prefix out of scope", `<r><a xmlns:q="u"/><q:b/></r>`},
	{"element with prefix xmlns", `<xmlns:r/>`},
	{"duplicate attribute", `<r ` + marker + `="1" b="2" ` + marker + `="3"/>`},
	{"duplicate attribute by namespace", `<r xmlns:p="u" xmlns:q="u" p:a="1" q:a="2"/>`},
	{"duplicate declaration", `<r xmlns:p="u" xmlns:p="v"/>`},
	{"duplicate default declaration", `<r xmlns="u" xmlns="v"/>`},
	{"second root", `<r/><` + marker + `/>`},
	{"text behind the root", "<r/>\n" + marker},
	{"text before the root", marker + `<r/>`},
	{"reference behind the root", `<r/>&#32;`},
	{"CDATA behind the root", `<r/><![CDATA[]]>`},
	{"end tag behind the root", `<r/></r>`},
	{"end tag first", `</r>`},
	{"open root", `<r>` + marker},
	{"open start tag", `<r a="1"`},
	{"open attribute", `<r a="` + marker},
	{"open name", `<` + marker},
	{"open end tag", `<r></r`},
	{"open comment", `<r><!-- ` + marker},
	{"open CDATA", `<r><![CDATA[ ` + marker},
	{"open instruction", `<?a ` + marker},
	{"lone less-than sign", `<r><`},
	{"empty", ""},
	{"white space only", " \n "},
	{"comment only", "<!-- -->"},
	{"two colons", `<a:b:c xmlns:a="u"/>`},
	{"colons only", `<::r/>`},
	{"colon first", `<:r/>`},
	{"colon last", `<r: xmlns:r="u"/>`},
	{"digit first", `<1r/>`},
	{"digit after colon", `<p:1 xmlns:p="u"/>`},
	{"hyphen first in attribute", `<r -a="1"/>`},
	{"character no name has", `<r×/>`},
	{"space before the name", `< r/>`},
	{"prefix mismatch", `<p:a xmlns:p="u" xmlns:q="u"></q:a>`},
	{"mismatch", "<r>\n  <a>" + marker + "</b></r>"},
	{"mismatch by a longer name", `<a></ab>`},
	{"mismatch by a shorter name", `<ab></a>`},
	{"attribute in end tag", `<a></a b="1">`},
	{"space before the name of an end tag", `<a></ a>`},
	{"less-than in attribute", `<r a="1<` + marker + `"/>`},
	{"attribute without quotes", `<r a=` + marker + `/>`},
	{"attribute without value", `<r ` + marker + `/>`},
	{"attribute without name", `<r ="1"/>`},
	{"attributes without space", `<r a="1"b="2"/>`},
	{"slash within the tag", `<r / >`},
	{"quote within the tag", `<r"/>`},
	{"end of CDATA in text", `<r>` + marker + `]]></r>`},
	{"hyphens in comment", `<r><!-- a -- b --></r>`},
	{"three hyphens end a comment", `<r><!-- a ---></r>`},
	{"unknown markup", `<r><!ELEMENT r ANY></r>`},
	{"instruction without target", `<r><? x?></r>`},
	{"instruction with a bad target", `<r><?1?></r>`},
	{"declaration within", `<r><?xml version="1.0"?></r>`},
	{"declaration behind white space", ` <?xml version="1.0"?><r/>`},
	{"reserved target", `<?XML x?><r/>`},
	{"version 1.1", `<?xml version="1.1"?><r/>`},
	{"version 2.0", `<?xml version='2.0'?><r/>`},
	{"no version", `<?xml encoding="UTF-8"?><r/>`},
	{"declaration out of order", `<?xml version="1.0" standalone="yes" encoding="UTF-8"?><r/>`},
	{"declaration with something else", `<?xml version="1.0" ` + marker + `="1"?><r/>`},
	{"declaration without end", `<?xml version="1.0"`},
	{"standalone maybe", `<?xml version="1.0" standalone="maybe"?><r/>`},
	{"unknown encoding", `<?xml version="1.0" encoding="` + marker + `"?><r/>`},
	{"no encoding name", `<?xml version="1.0" encoding=" "?><r/>`},
	{"not ASCII", "<?xml version='1.0' encoding='US-ASCII'?>\n<r>\xe9</r>"},
	{"no Shift_JIS", "<?xml version='1.0' encoding='Shift_JIS'?><r>\xfd\xff</r>"},
	{"no windows-1253", "<?xml version='1.0' encoding='windows-1253'?><r>\xd2</r>"},
	{"half a UTF-16 unit", "\xfe\xff\x00<\x00r\x00/\x00>\x00"},
	{"lone surrogate in UTF-16", "\xff\xfe<\x00r\x00>\x00\x00\xd8<\x00/\x00r\x00>\x00"},
	{"UTF-32", "\xff\xfe\x00\x00<\x00\x00\x00"},
	{"redefined xml", `<r xmlns:xml="urn:evil" xml:lang="en"/>`},
	{"redefined xmlns", `<r xmlns:xmlns="urn:evil"/>`},
	{"another prefix for the namespace of xml", `<r xmlns:p="http://www.w3.org/XML/1998/namespace"/>`},
	{"the namespace of xmlns as default", `<r xmlns="http://www.w3.org/2000/xmlns/"/>`},
	{"undeclared again", `<r xmlns:p="u"><a xmlns:p=""><p:b/></a></r>`},
}

var hostileJSON = []struct{ what, in string }{
	{"empty", ""},
	{"white space only", " \n"},
	{"duplicate member", `{"` + marker + `":1,"b":2,"` + marker + `":3}`},
	{"duplicate member by escape", `{"ab":1,"a\u0062":2}`},
	{"duplicate empty member", `{"":1,"":2}`},
	{"duplicate around an inner object", `{"a":{"a":1},"a":2}`},
	{"invalid UTF-8 in string", "{\"a\":\"" + marker + "\xc3(\"}"},
	{"invalid UTF-8 in name", "{\"\xff\":1}"},
	{"surrogate in UTF-8", "\"\xed\xa0\x80\""},
	{"lone high surrogate", `{"a":"\ud800"}`},
	{"lone low surrogate", `"\udc00"`},
	{"two high surrogates", `"\ud800\ud800"`},
	{"trailing word", `{"a":1} ` + marker},
	{"trailing value", `1 2`},
	{"trailing comma", `[1,2,]`},
	{"trailing comma in object", `{"a":1,}`},
	{"leading comma", `[,1]`},
	{"no comma", `["a" "b"]`},
	{"wrong end", `[1}`},
	{"wrong end of object", `{"a":1]`},
	{"NaN", `{"n":NaN}`},
	{"Infinity", `-Infinity`},
	{"plus", `+1`},
	{"leading zero", `01`},
	{"leading zero, negative", `-012`},
	{"no digit before the point", `.5`},
	{"no digit behind the point", `[1.]`},
	{"no digit in the exponent", `[1e+]`},
	{"lone minus", `[-]`},
	{"hexadecimal", `0x10`},
	{"digits of other scripts", `١`},
	{"comment", `{/* ` + marker + ` */"a":1}`},
	{"line comment", "// a\n1"},
	{"single quotes", `{'a':1}`},
	{"name without quotes", `{` + marker + `:1}`},
	{"no colon", `{"a" 1}`},
	{"no value", `{"a":}`},
	{"capital word", `True`},
	{"longer word", `truely`},
	{"open object", `{"a":1`},
	{"open array", `[1,`},
	{"open name", `{"` + marker},
	{"open string", `"` + marker},
	{"open escape", `"\`},
	{"open word", `tru`},
	{"open number", `1.`},
	{"unknown escape", `"\x41"`},
	{"short escape", `"\u12"`},
	{"escape without digits", `"\uZZZZ"`},
	{"newline in string", "\"" + marker + "\n\""},
	{"NUL in string", "\"\x00\""},
	{"NUL", "\x00"},
	{"byte order mark twice", "\ufeff\ufeff1"},
	{"UTF-16", "\xff\xfe1\x00"},
}

// line tells an error for a golden file.
func line(t *testing.T, what string, err error) string {
	t.Helper()
	var syntax *SyntaxError
	require.ErrorAs(t, err, &syntax, what)
	require.NotContains(t, err.Error(), marker)
	require.NotContains(t, fmt.Sprintf("%#v", *syntax), marker)
	return fmt.Sprintf("%-42s %-28s %s\n", what, syntax.Code, err)
}

func TestXMLErrors(t *testing.T) {
	var b strings.Builder
	for _, c := range hostileXML {
		d, err := ParseXML([]byte(c.in), XMLOptions{WellKnown: wellKnown})
		require.Nil(t, d, c.what)
		b.WriteString(line(t, c.what, err))
	}
	golden(t, "xml-errors.golden", b.String())
}

func TestJSONErrors(t *testing.T) {
	var b strings.Builder
	for _, c := range hostileJSON {
		d, err := ParseJSON([]byte(c.in), Limits{})
		require.Nil(t, d, c.what)
		b.WriteString(line(t, c.what, err))
	}
	golden(t, "json-errors.golden", b.String())
}

// A document cut anywhere, or with any byte damaged, is an error without content or a document, but never a panic.
func TestDamaged(t *testing.T) {
	whole := []byte(`<?xml version="1.0"?><r xmlns:p="u" p:` + marker + `='` + marker + `&#65;'><!-- c --><![CDATA[x]]>` + marker + `<?q?></r>`)
	text := []byte(`{"` + marker + `":["\ud83d\ude00",-1.5e3,{"a":true,"b":null}],"c":"` + marker + `"}`)
	check := func(err error) {
		if err != nil {
			var syntax *SyntaxError
			require.True(t, errors.As(err, &syntax))
			require.NotContains(t, err.Error(), marker)
		}
	}
	for i := range whole {
		_, err := ParseXML(whole[:i], XMLOptions{})
		require.Error(t, err)
		check(err)
		for _, c := range []byte("<>&;'\"/!-]x \x00\xff") {
			bad := bytes.Clone(whole)
			bad[i] = c
			_, err := ParseXML(bad, XMLOptions{})
			check(err)
		}
	}
	for i := range text {
		_, err := ParseJSON(text[:i], Limits{})
		require.Error(t, err)
		check(err)
		for _, c := range []byte("{}[],:\"\\u0 \x00\xff") {
			bad := bytes.Clone(text)
			bad[i] = c
			_, err := ParseJSON(bad, Limits{})
			check(err)
		}
	}
}

func TestErrorTexts(t *testing.T) {
	require.Equal(t, "2:3: a malformed number", (&SyntaxError{Line: 2, Column: 3, Msg: errJSONNumber.msg}).Error())
	require.Equal(t, "document exceeds the limit of bytes (5)", (&LimitError{Limit: LimitBytes, Max: 5}).Error())
	require.Equal(t, "1:2: document exceeds the limit of depth (5)", (&LimitError{Limit: LimitDepth, Max: 5, Line: 1, Column: 2}).Error())
}
