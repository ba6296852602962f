package fhir

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/portage-health/portage/internal/tree"
	"github.com/stretchr/testify/require"
)

// wellFormed asks another parser.
func wellFormed(t testing.TB, text []byte) {
	d := xml.NewDecoder(strings.NewReader(string(text)))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal("what was written is not well-formed: ", err)
		}
	}
}

// toXML gives the XML of a JSON text, without its declaration.
func toXML(t testing.TB, json string) (string, []formFault) {
	doc, err := tree.ParseJSON([]byte(json), tree.Limits{})
	require.NoError(t, err)
	text, notes, err := appendXML(nil, doc)
	require.NoError(t, err)
	wellFormed(t, text)
	return strings.TrimPrefix(string(text), `<?xml version="1.0" encoding="UTF-8"?>`), faults(notes)
}

func faults(notes []formNote) (list []formFault) {
	for _, n := range notes {
		list = append(list, n.fault)
	}
	return list
}

// JSON becomes the XML that is expected, and that becomes the JSON again.
func TestXMLThereAndBack(t *testing.T) {
	files, err := filepath.Glob("testdata/xml/*.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			text, _, doc, err := jsonToXML(data, tree.Limits{})
			require.NoError(t, err)
			wellFormed(t, text)
			golden := strings.TrimSuffix(path, ".json") + ".xml"
			if *update {
				require.NoError(t, os.WriteFile(golden, append(text, '\n'), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			require.Equal(t, string(want), string(text)+"\n")
			_, back := fromXML(t, text)
			require.Equal(t, jsonLeaves(t, doc), jsonLeaves(t, back))
			again, _, err := appendXML(nil, back)
			require.NoError(t, err)
			require.Equal(t, string(text), string(again))
		})
	}
}

// How XML becomes JSON.
func TestXMLToJSON(t *testing.T) {
	const patient = `<Patient xmlns="http://hl7.org/fhir">`
	for _, c := range []struct {
		name, xml, json string
		notes           []formFault
	}{
		{"comments and instructions", "<?xml version='1.0'?><!-- a --><?b c?>" + patient + "<!-- d --><active value='true'><!-- e --></active></Patient>", `{"resourceType":"Patient","active":true}`, nil},
		{"one of many", patient + `<name><family value="Q"/></name></Patient>`, `{"resourceType":"Patient","name":[{"family":"Q"}]}`, nil},
		{"apart", patient + `<name><given value="A"/><family value="Q"/><given value="B"/></name></Patient>`, `{"resourceType":"Patient","name":[{"given":["A","B"],"family":"Q"}]}`, nil},
		{"nulls", patient + `<name><given value="A"/><given id="g"/></name></Patient>`, `{"resourceType":"Patient","name":[{"given":["A",null],"_given":[null,{"id":"g"}]}]}`, nil},
		{"only ids", patient + `<name><given id="g"/></name></Patient>`, `{"resourceType":"Patient","name":[{"_given":[{"id":"g"}]}]}`, nil},
		{"a prefix", `<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="false"/></f:Patient>`, `{"resourceType":"Patient","active":false}`, nil},
		{"references", patient + "<name><text value='&lt;&quot;&#9;\\&#10;&#233;'/></name></Patient>", `{"resourceType":"Patient","name":[{"text":"<\"\t\\` + "\\n" + `é"}]}`, nil},
		{"no namespace", `<Patient><active value="true"/></Patient>`, `{"resourceType":"Patient","active":true}`, []formFault{faultNamespace}},
		{"not a number", patient + `<multipleBirthInteger value="+2"/><active value="TRUE"/></Patient>`, `{"resourceType":"Patient","multipleBirthInteger":"+2","active":"TRUE"}`, []formFault{faultForm, faultForm}},
		{"twice", patient + `<birthDate value="1"/><birthDate value="2"/></Patient>`, `{"resourceType":"Patient","birthDate":["1","2"]}`, []formFault{faultRepeats}},
		{"unknown", patient + `<eyes value="2"/><hair><tone value="1"/><tone value="3" id="t"/><length/></hair></Patient>`, `{"resourceType":"Patient","eyes":"2","hair":{"tone":["1","3"],"_tone":[null,{"id":"t"}],"length":{}}}`, []formFault{faultElement, faultElement}},
		{"text and attributes", patient + `<birthDate value="1" when="2">3</birthDate><name z="4"/></Patient>`, `{"resourceType":"Patient","birthDate":"1","_birthDate":{"@when":"2","#text":"3"},"name":[{"@z":"4"}]}`, []formFault{faultAttribute, faultText, faultAttribute}},
		{"another namespace", patient + `<birthDate xmlns="urn:x" value="1"/><v:a xmlns:v="urn:x" v:b="2"/></Patient>`, `{"resourceType":"Patient","ns1:birthDate":"1","ns1:a":{"@ns1:b":"2"},"@xmlns:ns1":"urn:x"}`, []formFault{faultElement, faultElement, faultAttribute}},
		{"schema location", `<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"/>`, `{"resourceType":"Patient","@xsi:schemaLocation":"a b","@xmlns:xsi":"http://www.w3.org/2001/XMLSchema-instance"}`, nil},
		{"names that JSON needs", patient + `<name><id value="1"/></name><_active value="2"/><resourceType value="3"/></Patient>`, `{"resourceType":"Patient","name":[{":id":"1"}],":_active":"2",":resourceType":"3"}`, []formFault{faultElement, faultElement, faultElement}},
		{"a name with a value", patient + `<name value="x"/></Patient>`, `{"resourceType":"Patient","name":[{"@value":"x"}]}`, []formFault{faultAttribute}},
		{"two in one contained", patient + `<contained><Group/><Group/></contained></Patient>`, `{"resourceType":"Patient","contained":[{"Group":[{},{}]}]}`, []formFault{faultResource, faultElement}},
		{"an unknown resource", patient + `<contained><Tomorrow><id value="t"/><a value="1"/></Tomorrow></contained></Patient>`, `{"resourceType":"Patient","contained":[{"resourceType":"Tomorrow","id":"t","a":"1"}]}`, []formFault{faultResource}},
		{"an element of that name", `<ExampleScenario xmlns="http://hl7.org/fhir"><instance><resourceType value="Patient"/></instance></ExampleScenario>`, `{"resourceType":"ExampleScenario","instance":[{"resourceType":"Patient"}]}`, nil},
		{"empty", patient + `<birthDate/><name/><link></link></Patient>`, `{"resourceType":"Patient","birthDate":null,"name":[{}],"link":[{}]}`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := fromXML(t, []byte(c.xml))
			want := strings.ReplaceAll(c.json, "\t", `\t`)
			want = strings.ReplaceAll(want, `"<"`, `"<\"`)
			want = strings.ReplaceAll(want, `\t\`+`\n`, `\t\\\n`)
			require.Equal(t, want, string(got.json))
			require.Equal(t, c.notes, faults(got.notes))
		})
	}
}

// A narrative is markup by itself, with its own namespace.
func TestNarrativeOfXML(t *testing.T) {
	for _, c := range []struct {
		name, xml, div string
		leaves         int
		notes          []formFault
	}{
		{"as written", `<Patient xmlns="http://hl7.org/fhir"><text><div xmlns="http://www.w3.org/1999/xhtml" class='a'><p>b&#160;<![CDATA[<c>]]></p><!-- d --> <br/></div></text></Patient>`,
			`<div xmlns="http://www.w3.org/1999/xhtml" class='a'><p>b&#160;<![CDATA[<c>]]></p><!-- d --> <br/></div>`, 2, nil},
		{"with a prefix", `<Patient xmlns="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><text><h:div h2="x"><h:p xml:lang="en">b &amp; c</h:p><h:br/></h:div></text></Patient>`,
			`<div xmlns="http://www.w3.org/1999/xhtml" h2="x"><p xml:lang="en">b &amp; c</p><br/></div>`, 3, nil},
		{"without its namespace", `<Patient xmlns="http://hl7.org/fhir"><text><div><p>b</p></div></text></Patient>`,
			`<div xmlns="http://www.w3.org/1999/xhtml"><p>b</p></div>`, 1, []formFault{faultNarrative}},
		{"with other things in it", `<Patient xmlns="http://hl7.org/fhir" xmlns:v="urn:v"><text><div xmlns="http://www.w3.org/1999/xhtml"><v:p v:q="1">b</v:p></div></text></Patient>`,
			`<div xmlns:v="urn:v" xmlns="http://www.w3.org/1999/xhtml"><v:p v:q="1">b</v:p></div>`, 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, doc := fromXML(t, []byte(c.xml))
			div := doc.Root().Child("text").Child("div")
			require.Equal(t, c.div, div.Value())
			require.Equal(t, c.leaves, got.leaves(div.Offset()))
			require.Equal(t, c.notes, faults(got.notes))
		})
	}
}

// Each JSON value knows where it stood in the XML.
func TestPlacesOfXML(t *testing.T) {
	c, doc := fromXML(t, []byte("<Patient xmlns='http://hl7.org/fhir'>\n <name>\n  <given value='é' id='i'/>\n  <given\n value='B'/>\n </name>\n</Patient>"))
	at := func(n tree.Node) [2]int {
		line, col := c.position(n.Offset())
		return [2]int{line, col}
	}
	name := doc.Root().Child("name").First()
	require.Equal(t, [2]int{1, 1}, at(doc.Root()))
	require.Equal(t, [2]int{2, 2}, at(name))
	given := name.Child("given")
	require.Equal(t, [2]int{3, 3}, at(given))
	require.Equal(t, [2]int{3, 10}, at(given.First()))
	require.Equal(t, [2]int{5, 2}, at(given.First().Next()))
	require.Equal(t, [2]int{3, 20}, at(name.Child("_given").First().Child("id")))
	require.Equal(t, 3, c.leavesWithin(name.Offset(), len(c.json)))
}

// How JSON becomes XML, and what is said of what XML cannot tell.
func TestJSONToXML(t *testing.T) {
	for _, c := range []struct {
		name, json, xml string
		notes           []formFault
	}{
		{"order", `"birthDate":"1","name":[{"given":["A"],"family":"Q"}],"id":"i"`, `<id value="i"/><name><family value="Q"/><given value="A"/></name><birthDate value="1"/>`, nil},
		{"an empty array", `"name":[],"active":true`, `<active value="true"/>`, []formFault{faultEmpty}},
		{"one where many may be", `"name":{"family":"Q"}`, `<name><family value="Q"/></name>`, []formFault{faultRepeats}},
		{"many where one may be", `"birthDate":["1"]`, `<birthDate value="1"/>`, []formFault{faultRepeats}},
		{"a number as a string", `"multipleBirthInteger":"2"`, `<multipleBirthInteger value="2"/>`, []formFault{faultForm}},
		{"a string as a number", `"birthDate":1970`, `<birthDate value="1970"/>`, []formFault{faultForm}},
		{"an unknown number", `"eyes":2`, `<eyes value="2"/>`, []formFault{faultElement, faultForm}},
		{"a value for an object", `"maritalStatus":"M"`, `<maritalStatus value="M"/>`, []formFault{faultForm}},
		{"an object for a value", `"birthDate":{"year":"1970"}`, `<birthDate><year value="1970"/></birthDate>`, []formFault{faultElement, faultForm}},
		{"an unknown primitive without a value", `"_eyes":{"id":"e"}`, `<eyes id="e"/>`, []formFault{faultElement, faultForm}},
		{"a comment", `"_comment":"c"`, `<_comment value="c"/>`, []formFault{faultForm, faultElement}},
		{"characters", `"birthDate":"\u0000\ufffe\ud83d\ude00\ufffd\u0085"`, "<birthDate value=\"\uFFFD\uFFFD😀\uFFFD\u0085\"/>", []formFault{faultCharacter, faultCharacter}},
		{"the id of an id", `"extension":[{"url":"u","_url":{"id":"x"},"valueCode":"c"}]`, `<extension url="u"><url id="x"/><valueCode value="c"/></extension>`, []formFault{faultForm, faultForm, faultElement}},
		{"contained without a type", `"contained":[{"id":"c"}]`, `<contained id="c"/>`, []formFault{faultResource}},
		{"nulls", `"name":[{"given":[null,"B"],"_given":[null,{"id":"i"}]}]`, `<name><given/><given id="i" value="B"/></name>`, nil},

		// Nothing gets in by a name, or by its place.
		{"markup in a name", `"a><b":"1","x y":"2","":"3","1":"4","_":"5","a:b":"6","xmlns":"7","é":"8"`, `<xmlns value="7"/><é value="8"/>`, []formFault{faultName, faultName, faultName, faultName, faultName, faultName, faultElement, faultElement}},
		{"attributes", `"@a=\"":"1","@xmlns":"urn:x","@xmlns:p":"","@xmlns:f":"http://hl7.org/fhir","@p:b":"2","@c":"\"<&","@d":4`, ``, []formFault{faultName, faultName, faultName, faultName, faultName, faultAttribute, faultName}},
		{"a value by an attribute", `"_birthDate":{"@value":"1999"},"eyes":{"@value":"2"},"name":[{"id":"a","@id":"b"}]`, `<name id="a"/><birthDate/><eyes/>`, []formFault{faultName, faultName, faultElement, faultName}},
		{"a fact by an escape", `":birthDate":"1999",":name":[{"family":"Q"}]`, ``, []formFault{faultName, faultName}},
		{"another prefix of FHIR's", `"@xmlns:f":"http://hl7.org/fhir","f:birthDate":"1999"`, ``, []formFault{faultName, faultName}},
		{"a type", `"contained":[{"resourceType":"Group><x"}]`, `<contained><resourceType value="Group&gt;&lt;x"/></contained>`, []formFault{faultResource, faultForm, faultElement}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, notes := toXML(t, `{"resourceType":"Patient",`+c.json+`}`)
			want := `<Patient xmlns="http://hl7.org/fhir">` + c.xml + `</Patient>`
			switch {
			case c.name == "attributes":
				want = `<Patient xmlns="http://hl7.org/fhir" c="&quot;&lt;&amp;"/>`
			case c.xml == "":
				want = `<Patient xmlns="http://hl7.org/fhir"/>`
			}
			require.Equal(t, want, got)
			slices.Sort(notes)
			slices.Sort(c.notes)
			require.Equal(t, c.notes, notes)
		})
	}
}

// Only markup that is well-formed by itself is written as markup.
func TestNarrativeOfJSON(t *testing.T) {
	const div = `<div xmlns=\"http://www.w3.org/1999/xhtml\">`
	for _, c := range []struct {
		json, xml string
		notes     []formFault
	}{
		{div + `a<br/></div>`, `<div xmlns="http://www.w3.org/1999/xhtml">a<br/></div>`, nil},
		{` ` + div + `a</div>\n`, `<div xmlns="http://www.w3.org/1999/xhtml">a</div>`, []formFault{faultForm}},
		{div + `a`, `<div xmlns="http://www.w3.org/1999/xhtml">&lt;div xmlns=&quot;http://www.w3.org/1999/xhtml&quot;&gt;a</div>`, []formFault{faultNarrative}},
		{div + `</div></text><active value='true'/><text>` + div + `</div>`, ``, []formFault{faultNarrative}},
		{div + `&nbsp;</div>`, ``, []formFault{faultNarrative}},
		{`<!DOCTYPE div [<!ENTITY a 'b'>]>` + div + `&a;</div>`, ``, []formFault{faultNarrative}},
		{`<?xml version='1.0' encoding='ISO-8859-1'?>` + div + `é</div>`, ``, []formFault{faultNarrative}},
		{`<\u0000d\u0000i\u0000v\u0000/\u0000>\u0000`, ``, []formFault{faultNarrative}},
		{`<div>a</div>`, ``, []formFault{faultNarrative}},
		{`<p xmlns=\"http://www.w3.org/1999/xhtml\">a</p>`, ``, []formFault{faultNarrative}},
		{``, `<div xmlns="http://www.w3.org/1999/xhtml"></div>`, []formFault{faultNarrative}},
	} {
		got, notes := toXML(t, `{"resourceType":"Patient","text":{"div":"`+c.json+`"}}`)
		if c.xml != "" {
			require.Equal(t, `<Patient xmlns="http://hl7.org/fhir"><text>`+c.xml+`</text></Patient>`, got)
		} else {
			doc, err := tree.ParseXML([]byte(got), tree.XMLOptions{})
			require.NoError(t, err)
			div := doc.Root().Child("text").ChildNS(xhtmlSpace, "div")
			require.True(t, div.OK())
			require.Equal(t, tree.Text, div.First().Kind(), "it is text, not markup")
		}
		for len(notes) > 1 && notes[0] == faultCharacter {
			notes = notes[1:]
		}
		require.Equal(t, c.notes, slices.DeleteFunc(notes, func(f formFault) bool { return f == faultCharacter }))
	}
}

func TestNotResources(t *testing.T) {
	for _, text := range []string{`<a/>`, `<ClinicalDocument xmlns="urn:hl7-org:v3"/>`, `<name xmlns="http://hl7.org/fhir"/>`, `<ClinicalDocument/>`} {
		_, err := xmlToJSON([]byte("\n "+text), tree.Limits{})
		var syntax *tree.SyntaxError
		require.ErrorAs(t, err, &syntax)
		require.Equal(t, []any{"not-a-resource", 2, 2}, []any{syntax.Code, syntax.Line, syntax.Column})
	}
	for _, text := range []string{`[]`, `{}`, `{"resourceType":1}`, `{"resourceType":"patient"}`, `{"resourceType":"P><q"}`, `{"resourceType":""}`, `"Patient"`} {
		_, _, _, err := jsonToXML([]byte(text), tree.Limits{})
		var syntax *tree.SyntaxError
		require.ErrorAs(t, err, &syntax)
	}
}
