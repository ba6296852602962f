package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/portage-health/portage/record/recordtest"
)

const meaningIntro = `# What an entry says

For each kind of entry: the statements it may make, how the record says them, and how each format does. Four things are kept apart that formats like to mix:

- **Assertion** (` + "`Entry.Assertion`" + `): whether the thing is so. *Affirmed*, *negated* (this very thing is not so), *none-known* (none of the whole kind) and *unknown* (the source
  does not know whether there is anything). It is never empty in a valid record: silence is not yes.
- **Status** (` + "`Entry.Status`" + `): where an act stands. What was *refused* or *not done* is an act with that status and its reasons, not a negated statement: a vaccination
  that was refused must not read as “is not vaccinated”, nor as one that was given. A medicine, an observation or a problem without a status gets none.
- **Verification** (` + "`Verification`" + ` of problems and allergies): how sure the source is. *Refuted* was thought to be so and was found not to be; *entered-in-error* should never have been said.
- **Absence** (` + "`AbsentReason`" + `): why a value is not there. It is neither a negation nor a refusal. The table of HL7 v3 NullFlavor, FHIR data-absent-reason and HL7 v2 stands in
  [terminology.md](terminology.md).

Where a format has no form for a statement, the statement is never written in a form that means something else: it goes where no reader takes it for a statement (issue
` + "`not-stated`" + `), or is named as lost. “…22.4.7” and the like are template ids of C-CDA R2.1 below 2.16.840.1.113883.10.20. CF and FC are the pages of HL7's guide
*C-CDA on FHIR* (to FHIR, to C-CDA). This page is generated from ` + "`recordtest.Meanings`" + `, which tests walk.
`

func meaningPage(string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(meaningIntro)
	kind := ""
	var rows [][]string
	flush := func() {
		if len(rows) > 0 {
			table(&b, []string{"Statement", "In words", "Record", "C-CDA R2.1", "FHIR R4, US Core", "HL7 v2"}, rows)
		}
		rows = nil
	}
	for _, m := range recordtest.Meanings() {
		if m.Kind != kind {
			flush()
			kind = m.Kind
			fmt.Fprintf(&b, "\n## %s\n\n", strings.ToUpper(kind[:1])+strings.ReplaceAll(kind[1:], "-", " "))
		}
		rows = append(rows, []string{"**" + m.Statement + "**", m.InWords, m.Record, m.CCDA, m.FHIR, m.V2})
	}
	flush()
	return b.Bytes(), nil
}
