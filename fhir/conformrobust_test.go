package fhir

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// A document in XML is judged as the same in JSON, and the issues tell where in the XML.
func TestConformXML(t *testing.T) {
	text := conformDocument(t)
	for _, f := range append([]conformFault{{}}, conformFaults...) {
		if strings.Contains(f.code, "array") || strings.Contains(f.code, "json-type") || strings.Contains(f.code, "empty") {
			continue // XML cannot say it, or the reader of XML mends it
		}
		changed := text
		if f.code != "" {
			changed = f.mutated(t, text)
		}
		data, notes, _, err := jsonToXML([]byte(changed), ownLimits)
		require.NoError(t, err)
		found := f.code == "" || len(notes) > 0
		for _, i := range conform(t, data, ConformOptions{}) {
			require.NotEmpty(t, f.code, "the document has no fault: %v", i)
			require.True(t, strings.HasPrefix(i.Path, "Bundle"), i.Path)
			require.Positive(t, i.Line)
			found = found || i.Code == f.code && i.Rule == f.rule
		}
		if !found {
			t.Errorf("%s %s is not found in XML", f.code, f.rule)
		}
	}
}

// Each line of NDJSON is judged by itself.
func TestConformLines(t *testing.T) {
	issues := conform(t, []byte(`{"resourceType":"Patient","gender":"F"}
{"resourceType":"Patient","gender":"female"}
{"resourceType":"Patient","active":"yes"}
`), ConformOptions{})
	require.Len(t, issues, 2)
	require.Equal(t, []any{"[0].gender", 1, "[2].active", 3}, []any{issues[0].Path, issues[0].Line, issues[1].Path, issues[1].Line})
}

// No value and no unknown name of a document comes into an issue.
func TestConformKeepsValues(t *testing.T) {
	const mark = "Zq9Marker"
	text := []byte(conformDocument(t))
	d, err := tree.ParseJSON(text, ownLimits)
	require.NoError(t, err)
	every := 3
	if testing.Short() {
		every = 17
	}
	for i := 0; i < d.Len(); i += every {
		n := d.Node(i)
		at := n.Offset()
		var changed []byte
		if n.Kind() == tree.String {
			changed = bytes.Join([][]byte{text[:at], []byte(`"` + mark + `"`), text[at+len(n.Raw()):]}, nil)
		} else if name := `"` + n.Name() + `":`; n.Name() != "" && bytes.HasSuffix(text[:at], []byte(name)) {
			changed = bytes.Join([][]byte{text[:at-len(name)], []byte(`"` + mark + `":`), text[at:]}, nil)
		} else {
			continue
		}
		doc, err := Parse(changed, record.Limits{})
		if err != nil {
			continue
		}
		for _, i := range doc.Conform(ConformOptions{}) {
			require.NotContains(t, fmt.Sprint(i), mark)
		}
	}
}

// What is broken in any way is judged and does no harm.
func TestConformBroken(t *testing.T) {
	text := []byte(conformDocument(t))
	r := rand.New(rand.NewPCG(7, 7))
	pieces := []string{"null", "[]", "{}", `""`, "[[]]", `[{"a":1}]`, "1", "true", `{"resourceType":"Bundle"}`, `"#"`, `{"reference":"#"}`}
	for range 400 {
		b := bytes.Clone(text)
		d, err := tree.ParseJSON(b, ownLimits)
		require.NoError(t, err)
		n := d.Node(1 + r.IntN(d.Len()-1))
		at := n.Offset()
		b = bytes.Join([][]byte{b[:at], []byte(pieces[r.IntN(len(pieces))]), b[at+len(n.Raw()):]}, nil)
		if doc, err := Parse(b, record.Limits{}); err == nil {
			doc.Conform(ConformOptions{})
		}
	}
	for _, text := range []string{
		`{"resourceType":"Bundle","entry":{"resource":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","contained":[{"resourceType":"Patient","contained":[{}]}]}}]}}}`,
		`[{"resourceType":"Patient"},[{"resourceType":"Patient"}],7]`,
		`{"resourceType":"Parameters","parameter":[{"name":"a","resource":{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","subject":{}}}]}}]}`,
		`{"resourceType":"Patient","extension":[{"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":"x"}],"_extension":{}}`,
	} {
		require.NotEmpty(t, conform(t, []byte(text), ConformOptions{RequiredOnly: true}), text)
	}
}

// A document with no end of faults is judged in time, and not all of them are listed.
func TestConformManyFaults(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"resourceType":"Patient","name":[`)
	for i := range 200_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"x":1}`)
	}
	b.WriteString(`],"contained":[`)
	for i := range 50_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`{"resourceType":"Basic","id":"a","code":{"text":"x"},"subject":{"reference":"#a"}}`)
	}
	b.WriteString(`]}`)
	start := time.Now()
	issues := conform(t, b.Bytes(), ConformOptions{})
	require.Less(t, time.Since(start), 20*time.Second)
	require.Len(t, issues, mostFindings+1)
	require.Equal(t, conformTooMany.Code, issues[mostFindings].Code)
}

// The mutants that prove HL7's validator are caught here too, and what is valid is clean.
func TestConformMutants(t *testing.T) {
	lines := func(name string) [][]byte {
		data, err := os.ReadFile(filepath.Join("..", "internal", "conformance", "testdata", name))
		require.NoError(t, err)
		return bytes.Split(bytes.TrimSpace(data), []byte("\n"))
	}
	for i, line := range lines("valid.ndjson") {
		require.Empty(t, conform(t, line, ConformOptions{RequiredOnly: true}), i+1)
	}
	mutants := lines("mutants.ndjson")
	require.Greater(t, len(mutants), 40)
	for i, line := range mutants {
		require.NotEmpty(t, conform(t, line, ConformOptions{RequiredOnly: true}), i+1)
	}
}
