package ccda

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/portage-health/portage/record"
)

// manySections is a document with narratives that are worth calling for help.
func manySections() string {
	var b strings.Builder
	b.WriteString(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:other="urn:other"><id root="1.2.3"/><component><structuredBody>`)
	for i := range 12 {
		fmt.Fprintf(&b, `<component><section><title>Section %d</title><text ID="whole%d"><table><tbody>`, i, i)
		for j := range 20 {
			fmt.Fprintf(&b, "\n<tr><td ID='c%d-%d'>cell %d</td><td other:mark='apart %d'>x<br/>y</td></tr>", i, j, j, j)
		}
		fmt.Fprintf(&b, `</tbody></table><other:thing at="foreign %d">odd</other:thing></text></section></component>`, i)
	}
	b.WriteString(`<component><section><title>Nothing</title><text ID="none"/></section></component></structuredBody></component></ClinicalDocument>`)
	return b.String()
}

// TestNarratives: a narrative is taken whole, but for what is not of it; the attributes of its text are not of it either.
func TestNarratives(t *testing.T) {
	rec := readBack(t, manySections())
	sections := rec.Documents[0].Sections
	require.Len(t, sections, 13)
	carried := map[string]int{}
	for _, c := range rec.Carried {
		carried[c.Data]++
	}
	for i := range sections[:12] {
		n := sections[i].Narrative
		require.Equal(t, "table", n.Nodes[0].Kind)
		require.Equal(t, fmt.Sprintf("c%d-19", i), n.Nodes[2+19*7+1].ID)
		require.NotContains(t, n.PlainText(0, len(n.Nodes)), "odd")
		require.Equal(t, 1, carried[fmt.Sprintf("whole%d", i)])
		require.Equal(t, 1, carried[fmt.Sprintf(`<other:thing xmlns:other="urn:other" at="foreign %d">odd</other:thing>`, i)])
	}
	for j := range 20 {
		require.Equal(t, 12, carried[fmt.Sprintf("apart %d", j)])
	}
	require.Nil(t, sections[12].Narrative)
	require.Equal(t, 1, carried[`<text xmlns="urn:hl7-org:v3" ID="none"/>`])
}

// TestNarrativesOfMany: whoever makes a narrative, it is the same.
func TestNarrativesOfMany(t *testing.T) {
	d, err := Parse([]byte(manySections()), record.Limits{})
	require.NoError(t, err)
	want, _ := d.Import(record.ImportOptions{})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				rec, _ := d.Import(record.ImportOptions{})
				if !equalNarratives(want, rec) {
					t.Error("a narrative differs")
				}
			}
		})
	}
	all.Wait()
}

func equalNarratives(a, b *record.Record) bool {
	for i := range a.Documents[0].Sections {
		x, y := a.Documents[0].Sections[i].Narrative, b.Documents[0].Sections[i].Narrative
		if x.IsZero() != y.IsZero() || !x.IsZero() && x.PlainText(0, len(x.Nodes)) != y.PlainText(0, len(y.Nodes)) {
			return false
		}
	}
	return true
}

// However many codes refer to one long table, the record grows no further than with the document: then references stand alone.
func TestManyReferToOneTable(t *testing.T) {
	words := strings.Repeat("amoxicillin and nothing else ", 10_000)
	entry := `<entry><observation classCode="OBS" moodCode="EVN" negationInd="true"><templateId root="2.16.840.1.113883.10.20.22.4.4"/><code code="64572001" codeSystem="2.16.840.1.113883.6.96"/>` +
		`<statusCode code="completed"/><value xsi:type="CD" nullFlavor="OTH"><originalText><reference value="#a1"/></originalText></value></observation></entry>`
	data := section("11450-4", strings.Repeat(entry, 1000), words)
	rec, rep, err := Import(t.Context(), []byte(data), record.ImportOptions{})
	require.NoError(t, err)
	require.Zero(t, rep.Counts.Unaccounted())
	said := 0
	for i := range rec.Problems {
		p := &rec.Problems[i]
		require.Equal(t, record.Negated, p.Assertion)
		require.Equal(t, "a1", p.Code.TextRef)
		said += len(p.Code.Text)
	}
	require.Positive(t, said)
	require.Less(t, said, 16*len(data)+1<<20)
	require.Len(t, rec.Problems, 1000)
	require.True(t, hasIssue(rep, record.IssueNarrativeReference))
}

// An ID that very many elements have, against the rules, costs no more than its length; what refers to it means the one in its section.
func TestOneIDOnManyElements(t *testing.T) {
	var took [2]time.Duration
	for i, n := range [...]int{5_000, 40_000} {
		start := time.Now()
		oneIDOnMany(t, n)
		took[i] = time.Since(start)
	}
	require.Less(t, took[1], 32*took[0], "eight times as many took %d ms for %d", took[1].Milliseconds(), took[0].Milliseconds())
}

func oneIDOnMany(t *testing.T, n int) {
	var b strings.Builder
	text := func(words string, n int) {
		b.WriteString(`<component><section><code code="30954-2" codeSystem="2.16.840.1.113883.6.1"/><text>` + strings.Repeat(`<content ID="t">`+words+`</content>`, n) + `</text>`)
	}
	b.WriteString(`<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><component><structuredBody>`)
	text("before", n)
	b.WriteString(`</section></component>`)
	text("here", 2)
	b.WriteString(strings.Repeat(`<entry><observation classCode="OBS" moodCode="EVN"><templateId root="2.16.840.1.113883.10.20.22.4.2"/><code><originalText><reference value="#t"/></originalText></code></observation></entry>`, n))
	b.WriteString(`</section></component></structuredBody></component></ClinicalDocument>`)
	rec := readBack(t, b.String())
	require.Equal(t, "here", rec.Results[n-1].Code.Text)
	for mode, x := range modes {
		_, back, _ := passed(t, x, rec)
		require.Equal(t, "here", back.Results[n-1].Code.Text, mode)
	}
}
