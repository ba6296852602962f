package ccda

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// section wraps entries of one section in a document. Its narrative holds the
// anchors a1 … a3, whose words are given.
func section(code, entries string, words ...string) string {
	var b strings.Builder
	b.WriteString(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:pharm="urn:hl7-org:pharm">` +
		`<id root="1.2.826.0.1.99" extension="doc"/><component><structuredBody><component><section><code code="` + code + `" codeSystem="2.16.840.1.113883.6.1"/><text>`)
	for i, w := range words {
		b.WriteString(`<paragraph ID="a` + string(rune('1'+i)) + `">` + w + `</paragraph>`)
	}
	b.WriteString(`</text>` + entries + `</section></component></structuredBody></component></ClinicalDocument>`)
	return b.String()
}

// importSection imports the section, and holds the ledger to its word for every leaf of it.
func importSection(t *testing.T, code, entries string, words ...string) (*record.Record, *record.Report) {
	t.Helper()
	data := []byte(section(code, entries, words...))
	rec, rep, err := Import(context.Background(), data, record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
	tell(t, t.Name(), perturb(t, data, 1))
	return rec, rep
}

// typed requires that nothing of the section was left to be carried.
func typed(t *testing.T, rec *record.Record) {
	t.Helper()
	for _, c := range rec.Carried {
		if c.Form {
			continue
		}
		require.Fail(t, "carried: "+c.Path+" "+c.Data)
	}
}

func hasIssue(rep *record.Report, k record.IssueKind) bool {
	for _, i := range rep.Issues {
		if i.Code == k.Code {
			return true
		}
	}
	return false
}

// carriedWhole requires that the entry was not read as a statement: the record has
// nothing of it but one carried element, and an issue of that kind.
func carriedWhole(t *testing.T, rec *record.Record, rep *record.Report, k record.IssueKind) {
	t.Helper()
	require.Empty(t, rec.Allergies)
	require.Empty(t, rec.Problems)
	require.Empty(t, rec.Medications)
	require.Empty(t, rec.Immunizations)
	require.Empty(t, rec.Results)
	require.Empty(t, rec.ResultPanels)
	require.Len(t, rec.Carried, 1)
	require.Contains(t, rec.Carried[0].Data, "<entry")
	require.True(t, hasIssue(rep, k), "issue %s", k.Code)
}

func cd(name, code, system, more string) string {
	return `<` + name + ` code="` + code + `" codeSystem="` + system + `"` + more + `/>`
}

func snomed(name, code string) string { return cd(name, code, oidSNOMED, "") }

func snomedValue(code string) string { return cd("value", code, oidSNOMED, ` xsi:type="CD"`) }

const rxnorm = "2.16.840.1.113883.6.88"

func TestModes(t *testing.T) {
	for mood, want := range map[string]record.Mode{"EVN": record.ModeEvent, "INT": record.ModeIntent, "RQO": record.ModeRequest, "PRP": record.ModeProposal, "PRMS": record.ModePromise,
		"APT": record.ModeAppointment, "ARQ": record.ModeAppRequest, "": record.ModeEvent} {
		m, ok := modeOf(mood)
		require.True(t, ok, mood)
		require.Equal(t, want, m)
	}
	for _, mood := range []string{"DEF", "EVN.CRT", "GOL", "x"} {
		_, ok := modeOf(mood)
		require.False(t, ok, mood)
	}
	require.NoError(t, relationTypes.Check())
	require.NoError(t, problemUse.Check())
}
