package main

import (
	"bytes"

	"github.com/portage-health/portage/record"
)

const codesIntro = `# Report codes

Every issue of a report has one of these codes. A code is stable: it is never reused for another meaning. Message, advice and code are constants of the
library, and a path is made of names that the format itself defines, so that no issue holds a value of the patient's.

- **error**: something could not be used, or must not be used as it stands.
- **warning**: a person should look.
- **info**: all is kept, but not where one might think.

An issue may have a more particular message than the one below; its code and action are the same, its severity is that or less. This page is generated from
` + "`record.IssueKinds`" + `.

`

func codesPage(string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(codesIntro)
	var rows [][]string
	for _, k := range record.IssueKinds() {
		rows = append(rows, []string{"`" + k.Code + "`", string(k.Severity), string(k.Action), k.Message, k.Advice})
	}
	table(&b, []string{"Code", "Severity", "Action", "What it means", "What to do"}, rows)
	return b.Bytes(), nil
}
