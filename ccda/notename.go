package ccda

import (
	"github.com/portage-health/portage/internal/tree"
	"github.com/portage-health/portage/record"
)

// templateContentName says that an observation is what the sender of a note calls a
// content of it, and how far that content is: OBX-3 and OBX-11 of the document of an
// MDM message. It hangs on the Note Activity, whose text is that content, or on the
// observationMedia, and has no value: that is the content itself. Who does not know it reads an
// observation of that code that was made, with its words (docs/fhir-to-ccda.md).
const templateContentName = "1b0e2c1e-52a9-4c0e-9f0a-6d3c6f5b7a08"

// isContentName recognises one that says no more than a code, a status and a title.
func (r *reader) isContentName(obs tree.Node) bool {
	if obs.Name() != "observation" || !r.has(obs, templateContentName) {
		return false
	}
	for c := range obs.Children() {
		switch c.Name() {
		case "", "templateId", "code", "statusCode", "text":
		default:
			return false
		}
	}
	return obs.Child("code").OK() && !obs.Child("text").Child("reference").OK()
}

// contentName reads the name of a content. It reports false, and takes nothing, where that has one already.
func (r *reader) contentName(c *record.NoteContent, rel, obs tree.Node) bool {
	title := obs.Child("text")
	if c.Code != nil || c.Status != nil || title.OK() && c.Attachment.Title != "" || !r.plain(obs, "EVN") || !r.relates(rel, false, "COMP") {
		return false
	}
	r.templates(obs, templateContentName)
	r.shape(obs, "OBS", "EVN")
	c.Code = r.conceptPtr(obs.Child("code"))
	if s := r.status(obs); s.Code != "" || s.AsSent != "" || s.Absent != "" {
		c.Status = &s
	}
	if title.OK() {
		c.Attachment.Title = r.text(title)
	}
	return true
}

// nameOfText reads the name of the content that is the text of the note. That may be
// no more than the words of the note so far: what has a name is a content.
func (r *reader) nameOfText(n *record.ClinicalNote, rel, obs tree.Node) {
	var none record.NoteContent
	c := &none
	if len(n.Contents) > 0 {
		c = &n.Contents[0]
	}
	if !r.contentName(c, rel, obs) {
		return
	}
	r.slot(rel, "contents", 0)
	if len(n.Contents) > 0 {
		return
	}
	if l := n.Narrative; l != nil {
		none.Attachment.Text, l.Text = l.Text, ""
		if *l == (record.NarrativeLink{}) {
			n.Narrative = nil
		}
	}
	n.Contents = append(n.Contents, none)
}
