package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/internal/beside"
)

// TestPairsToCCDA compares what we write from the FHIR of HL7's example pairs
// (C-CDA on FHIR) with the C-CDA that the guide has for them: codes, times, values,
// statuses, negation. docs/fhir-to-ccda.md explains each difference. Precision is
// counted twice: as the examples are, and with the status observation that the
// guide's tables demand for clinicalStatus and its examples leave out.
func TestPairsToCCDA(t *testing.T) {
	pairs, err := filepath.Glob(filepath.Join(beside.Shared(t, "spec", "ccda-on-fhir", "pairs"), "FC-*.json"))
	require.NoError(t, err)
	require.NotEmpty(t, pairs)
	both, wanted, written, demanded := 0, 0, 0, 0
	for _, p := range pairs {
		data, err := os.ReadFile(strings.TrimSuffix(p, ".json") + ".xml")
		require.NoError(t, err)
		want := map[string]bool{}
		statementLeaves(wrapped(t, data), "", want)
		l := leg(t, "fhir", "ccda", false, p)
		out, err := os.ReadFile(l[0].Output)
		require.NoError(t, err)
		var got map[string]bool
		entriesOf(parse(t, out), func(e *element) {
			leaves := map[string]bool{}
			statementLeaves(e, "", leaves)
			if got == nil || common(leaves, want) > common(got, want) {
				got = leaves
			}
		})
		n := common(got, want)
		both, wanted, written = both+n, wanted+len(want), written+len(got)
		for _, x := range apart(got, want) {
			if strings.Contains(x, statusBelow) {
				demanded++
			}
		}
		t.Logf("%s: recall %d of %d, precision %d of %d", filepath.Base(p), n, len(want), n, len(got))
		for _, x := range apart(want, got) {
			t.Log("  theirs alone: ", x)
		}
		for _, x := range apart(got, want) {
			t.Log("  ours alone: ", x)
		}
	}
	assert.GreaterOrEqual(t, float64(both)/float64(wanted), 0.95, "recall")
	assert.GreaterOrEqual(t, float64(both)/float64(written), 0.79, "precision")
	assert.GreaterOrEqual(t, float64(both)/float64(written-demanded), 0.90, "precision, without the status that the tables demand")
}

// wrapped parses an example, of which the namespaces are not declared.
func wrapped(t *testing.T, data []byte) *element {
	text := strings.ReplaceAll(strings.ReplaceAll(string(data), "xsi:", ""), "sdtc:", "")
	return parse(t, []byte(text))
}

func entriesOf(doc *element, f func(*element)) {
	doc.walk(func(e *element) {
		if e.XMLName.Local == "entry" {
			f(e)
		}
	})
}

// statusBelow is on the way to what a Problem or Allergy Status says.
const statusBelow = "/status"

// said are the elements whose attributes say what a statement states.
var said = []string{"code", "value", "statusCode", "effectiveTime", "low", "high", "period", "doseQuantity", "routeCode", "translation", "rateQuantity",
	"maxDoseQuantity", "repeatNumber", "quantity", "interpretationCode", "approachSiteCode", "targetSiteCode", "priorityCode", "time", "numerator", "denominator",
	"observation", "act", "substanceAdministration", "procedure", "supply", "lotNumberText", "width"}

// statementLeaves collects what is stated, by the way to it: codes, times, values, statuses, negation.
func statementLeaves(e *element, path string, out map[string]bool) {
	name := e.XMLName.Local
	switch name {
	case "templateId", "id", "text", "originalText", "realmCode", "name", "addr", "telecom":
		return
	}
	if name == "organizer" && e.child("component", "observation", "code").attr("code") == "SECCLASSOBS" {
		return // FHIR's security label of the resource: the guide maps none
	}
	if name == "observation" && e.child("code").attr("code") == "33999-4" {
		name = "status"
	}
	path += "/" + name
	if slices.Contains(said, e.XMLName.Local) {
		for _, a := range e.Attrs {
			switch a.Name.Local {
			case "code", "value", "unit", "negationInd", "moodCode", "codeSystem":
				out[path+"@"+a.Name.Local+" "+a.Value] = true
			}
		}
	}
	for _, c := range e.Children {
		statementLeaves(c, path, out)
	}
}

func common(a, b map[string]bool) (n int) {
	for k := range a {
		if b[k] {
			n++
		}
	}
	return n
}

func apart(a, b map[string]bool) (only []string) {
	for k := range a {
		if !b[k] {
			only = append(only, k)
		}
	}
	slices.Sort(only)
	return only
}
