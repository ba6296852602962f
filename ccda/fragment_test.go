package ccda

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// HL7's examples are parts of documents: each is put where it would stand in one.

var (
	declaration = regexp.MustCompile(`^\s*<\?xml[^>]*\?>`)
	firstTag    = regexp.MustCompile(`<([A-Za-z]+)[\s/>]`)
)

// wrapped gives an example as a document; it is the example itself where that is one.
func wrapped(data []byte) []byte {
	data = declaration.ReplaceAll(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), nil)
	name := ""
	if m := firstTag.FindSubmatch(withoutComments.ReplaceAll(data, nil)); m != nil {
		name = string(m[1])
	}
	if name == "ClinicalDocument" {
		return data
	}
	before, after := "", ""
	within := func(elements ...string) {
		for _, e := range elements {
			before, after = before+"<"+e+">", "</"+e+">"+after
		}
	}
	switch name {
	case "section":
		within("component", "structuredBody", "component")
	case "component":
		if !bytes.Contains(data, []byte("<structuredBody")) && !bytes.Contains(data, []byte("<nonXMLBody")) {
			within("component", "structuredBody")
		}
	case "author", "informant", "dataEnterer", "participant", "documentationOf", "componentOf", "recordTarget", "authenticator", "legalAuthenticator",
		"custodian", "informationRecipient", "inFulfillmentOf", "relatedDocument", "authorization":
	case "structuredBody", "nonXMLBody":
		within("component")
	case "serviceEvent":
		within("documentationOf")
	case "encompassingEncounter":
		within("componentOf")
	case "entry":
		within("component", "structuredBody", "component", "section")
	case "entryRelationship", "performer", "participantRole", "externalDocument", "specimen", "consumable", "precondition":
		within("component", "structuredBody", "component", "section", "entry", "act")
	default:
		within("component", "structuredBody", "component", "section", "entry")
	}
	return []byte(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc">` +
		before + string(data) + after + `</ClinicalDocument>`)
}

var withoutComments = regexp.MustCompile(`(?s)<!--.*?-->`)

func examples(t testing.TB) map[string][]byte {
	dir := corpus(t)
	out := map[string][]byte{}
	for _, f := range corpusFiles(t) {
		rel, err := filepath.Rel(dir, f)
		require.NoError(t, err)
		if rel = filepath.ToSlash(rel); !strings.HasPrefix(rel, "hl7-") {
			continue
		}
		data, err := os.ReadFile(f)
		require.NoError(t, err)
		out[rel] = data
	}
	return out
}

// Every example that is XML imports, with nothing unaccounted for.
func TestExamples(t *testing.T) {
	n := 0
	for name, data := range examples(t) {
		rec, rep, err := Import(context.Background(), wrapped(data), record.ImportOptions{})
		if err != nil {
			t.Log(name, err)
			continue
		}
		n++
		require.Zero(t, rep.Counts.Unaccounted(), name)
		_, err = record.Marshal(rec)
		require.NoError(t, err, name)
	}
	require.Greater(t, n, 500)
	t.Log(n)
}
