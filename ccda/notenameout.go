package ccda

import "github.com/portage-health/portage/record"

// isNamedContent reports whether a content has a name: how far one is that has none, no observation could say.
func isNamedContent(c *record.NoteContent) bool { return c.Code != nil && !c.Code.IsZero() }

// contentNameOut writes the name of a content, and takes it.
func (w *writer) contentNameOut(c *record.NoteContent) {
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.leaf("templateId", "root", templateContentName)
	w.conceptPtr("code", "code", &c.Code)
	if t := take(&c.Attachment.Title); t != "" {
		w.words("text", t)
	}
	if c.Status != nil {
		s := *c.Status
		w.asActStatus(&s)
		w.status(&s)
		c.Status = &s
	}
	w.end()
}

// nameOfTextOut writes the name of the content that is the text of a note, and names what is left of it.
func (w *writer) nameOfTextOut(c *record.NoteContent) {
	if c == nil {
		return
	}
	w.In("contents", 0)
	if isNamedContent(c) {
		w.el("entryRelationship")
		w.slot("contents", 0)
		w.at("typeCode", "COMP")
		w.contentNameOut(c)
		w.end()
	}
	w.rest(c)
	w.Leave()
}
