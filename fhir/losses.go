package fhir

import (
	"strconv"

	"github.com/portage-health/portage/record"
)

// Why parts of a record are not in the output. docs/fhir-mapping.md lists them.
var (
	// lostSubject is for how a source refers to a patient whom the record holds.
	lostSubject = record.IssueLost.Because("the record has the patient; another source's way to refer to them has no place")
	// issueNotWritten is for references to the concepts that have no resource yet.
	issueNotWritten = record.IssueDanglingReference.Because("a reference points to an entry that is not written as FHIR; its id is kept")

	// issuePacked is for content that is compressed in a way that is not known here.
	issuePacked = record.IssueDataAbsent.Because("the content is compressed and could not be unpacked; it went out as it is, without its type")

	// lostActive is for what would do something in a reader's browser: scripts, events, links that run.
	lostActive = record.IssueLost.Because("a narrative may hold no script, event or link that runs; it is left out")
	// lostAnchor is for references into a narrative that hold to nothing there.
	lostAnchor = record.IssueLost.Because("the anchor points to nothing in the narrative")
	// lostWords is for words that tell of what was changed since.
	lostWords = record.IssueLost.Because("what this narrative tells of is not what it was when it was written; it is left out")
	// lostContent is for the content of an attachment that its blob did not give.
	lostContent = record.IssueLost.Because("the content could not be read")
)

// dropNode counts a node of the narrative at hand as lost.
func (w *writer) dropNode(n *record.Narrative, i int) {
	if !w.Quiet {
		w.Drop("nodes["+strconv.Itoa(i)+"]", &n.Nodes[i], &lostActive)
	}
}

// dropAttr counts an attribute of a node of the narrative at hand as lost.
func (w *writer) dropAttr(n *record.Narrative, i, j int) {
	if !w.Quiet {
		w.Drop("nodes["+strconv.Itoa(i)+"].attrs["+strconv.Itoa(j)+"]", &n.Nodes[i].Attrs[j], &lostActive)
	}
}

// dropAll counts every leaf of a list of structs, a field of where the writer is, as lost.
func dropAll[T any](w *writer, name string, list []T, why *record.IssueKind) {
	for i := range list {
		w.In(name, i)
		w.Drop("", &list[i], why)
		w.Leave()
	}
}
