package fhir

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/portage-health/portage/internal/tree"
	"github.com/stretchr/testify/require"
)

// What odd documents are made of: names that R4 has, those that it has elsewhere, and those that look like others.
var (
	shapeElements = strings.Fields(`id name birthDate active given family text div contained extension modifierExtension url value _x x resourceType
		Patient Group Tomorrow p:x p:div _p:x xmlns é status multipleBirthInteger contact telecom rank _birthDate h:div xml period valueString valueQuantity meta`)
	shapeAttributes = strings.Fields(`id value url x p:x q:y xml:lang h:a xmlns _x h:div`)
	shapeMembers    = strings.Fields(`id _id :id @id name _name birthDate _birthDate :birthDate active given _given family text div _div contained extension url @url :url value @value
		_x __x :_x x _:_x #text _#text resourceType :resourceType @xmlns:p @xmlns:h @p:x @h:y p:x _p:x h:div :p:x @xml:lang é multipleBirthInteger _multipleBirthInteger @ : _ @p: @x @é valueString`)
	shapeValues = []string{"", " ", "1", "true", "1.0", "01", "a", "<&>\"'", "\n\t\r", "é", "\uFFFD", `<div xmlns="http://www.w3.org/1999/xhtml">x<br/></div>`, "urn:p",
		"http://www.w3.org/1999/xhtml", "Patient", "Tomorrow", "patient"}
)

type shapes struct{ *rand.Rand }

func (r shapes) pick(list []string) string { return list[r.IntN(len(list))] }

func (r shapes) xml(b *strings.Builder, name string, depth int) {
	b.WriteString("<" + name)
	if depth == 0 {
		b.WriteString(` xmlns="http://hl7.org/fhir" xmlns:p="urn:p" xmlns:q="urn:p" xmlns:_p="urn:_p" xmlns:h="http://www.w3.org/1999/xhtml"`)
	} else if r.IntN(12) == 0 {
		b.WriteString(` xmlns="` + r.pick([]string{"", "urn:p", "http://www.w3.org/1999/xhtml", "http://hl7.org/fhir"}) + `"`)
	} else if r.IntN(12) == 0 {
		b.WriteString(` xmlns:p="urn:` + r.pick([]string{"p", "q", "_p"}) + `"`)
	}
	seen := map[string]bool{"xmlns": true}
	for range r.IntN(3) {
		a := r.pick(shapeAttributes)
		if local := a[strings.IndexByte(a, ':')+1:]; !seen[local] {
			seen[local] = true
			b.WriteString(" " + a + `="`)
			for _, c := range r.pick(shapeValues) {
				fmt.Fprintf(b, "&#%d;", c)
			}
			b.WriteByte('"')
		}
	}
	b.WriteByte('>')
	for range r.IntN(6) {
		switch {
		case r.IntN(8) == 0:
			b.WriteString(r.pick([]string{"t", " ", "<!-- c -->", "<![CDATA[<]]>", "&#13;", "&amp;"}))
		case depth < 5:
			r.xml(b, r.pick(shapeElements), depth+1)
		}
	}
	b.WriteString("</" + name + ">")
}

func (r shapes) json(b *strings.Builder, depth int) {
	switch k := r.IntN(10); {
	case k < 5 && depth < 5 || depth == 0:
		b.WriteByte('{')
		seen := map[string]bool{"resourceType": depth == 0}
		first := depth > 0
		if !first {
			b.WriteString(`"resourceType":"Patient"`)
		}
		for range r.IntN(7) {
			if m := r.pick(shapeMembers); !seen[m] {
				if !first {
					b.WriteByte(',')
				}
				first, seen[m] = false, true
				b.WriteString(`"` + m + `":`)
				r.json(b, depth+1)
			}
		}
		b.WriteByte('}')
	case k < 7 && depth < 5:
		b.WriteByte('[')
		for i := range r.IntN(4) {
			if i > 0 {
				b.WriteByte(',')
			}
			r.json(b, depth+1)
		}
		b.WriteByte(']')
	case k == 7:
		b.WriteString(r.pick([]string{"null", "true", "1", "1.50"}))
	default:
		b.Write(appendJSONString(nil, r.pick(shapeValues)))
	}
}

// Documents of odd shapes, of a kind that no corpus has.
func TestXMLShapes(t *testing.T) {
	rounds := 1_500
	if testing.Short() {
		rounds = 200
	}
	r := shapes{rand.New(rand.NewPCG(1, 2))}
	for range rounds {
		var b strings.Builder
		r.xml(&b, r.pick([]string{"Patient", "Tomorrow", "ExampleScenario"}), 0)
		text := []byte(b.String())
		if _, err := tree.ParseXML(text, tree.XMLOptions{}); err != nil {
			continue // a prefix on one side, the same namespace on the other
		}
		checkXMLShape(t, text)
	}
	clean := 0
	for range rounds {
		var b strings.Builder
		r.json(&b, 0)
		if checkJSONShape(t, []byte(b.String())) {
			clean++
		}
	}
	t.Log(clean, "of", rounds, "without a difference to tell")
	require.NotZero(t, clean)
}

// checkXMLShape tells whether XML becomes JSON that becomes the same by way of XML.
func checkXMLShape(t *testing.T, data []byte) {
	_, doc := fromXML(t, data)
	text, notes, err := appendXML(nil, doc)
	require.NoError(t, err)
	for _, n := range notes {
		require.False(t, n.fault.lost(), "%s\n%s: %s", data, doc.Node(int(n.node)).Path(nil), n.fault)
	}
	_, back := fromXML(t, text)
	want, got := jsonLeaves(t, doc), jsonLeaves(t, back)
	require.Equal(t, want, got, "%s", data)
}

// checkJSONShape tells whether JSON becomes XML that can be read, and comes back, unless a note says why not; it reports
// whether none did.
func checkJSONShape(t *testing.T, data []byte) bool {
	text, notes, doc, err := jsonToXML(data, tree.Limits{})
	require.NoError(t, err)
	wellFormed(t, text)
	_, back := fromXML(t, text)
	for _, n := range notes {
		switch n.fault {
		case faultElement, faultAttribute, faultText, faultResource:
		default:
			return false
		}
	}
	want, got := jsonLeaves(t, doc), jsonLeaves(t, back)
	// A namespace that nothing uses is not kept.
	maps.DeleteFunc(want, func(p, _ string) bool { return strings.HasPrefix(p, "$.@xmlns:") && got[p] == "" })
	require.Equal(t, want, got, "%s\n%s", data, text)
	return true
}
