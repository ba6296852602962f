package ccda

import "github.com/portage-health/portage/record"

// templateTimeRange is that of the time that a section covers (Companion Guide, Section Time Range Observation).
const (
	templateTimeRange = "2.16.840.1.113883.10.20.22.4.201"
	loincTimeRange    = "82607-3"
)

// ofSection writes what a section says of itself in entries of its own: the time
// it covers, comments, what its narrative shows (see reader.ofSection).
func (w *writer) ofSection(s *sectionOut, src *record.Section) {
	if src.Period != nil {
		w.ownEntry(func() {
			w.el("observation")
			w.at("classCode", "OBS")
			w.at("moodCode", "EVN")
			w.template(templateTimeRange)
			w.fixedCode(oidLOINC, loincTimeRange, "Section Date and Time Range")
			w.pointTo(s.covers)
			w.completed()
			p := *src.Period
			w.periodTyped("value", "period", "IVL_TS", &p)
			w.end()
		})
		src.Period = nil
	}
	for i := range src.Notes {
		n := src.Notes[i]
		w.In("notes", i)
		if i < len(s.notes) {
			w.noteRow = s.notes[i]
		}
		w.ownEntry(func() { w.comment(&n) })
		w.noteRow = ""
		w.rest(&n)
		w.Leave()
	}
	src.Notes = nil
	for i := range src.Media {
		a := src.Media[i]
		w.In("media", i)
		w.ownEntry(func() {
			w.el("observationMedia")
			w.at("ID", w.mediaID(take(&a.Anchor)))
			w.at("classCode", "OBS")
			w.at("moodCode", "EVN")
			w.attachment("value", "", "ED", &a)
			w.end()
		})
		w.Leave()
	}
	src.Media = nil
}

// pointTo writes a text that is a row of the narrative; none where there is no row.
func (w *writer) pointTo(row string) {
	if row == "" {
		return
	}
	w.el("text")
	w.leaf("reference", "value", "#"+row)
	w.end()
}

// tellNotes gives the time that a section covers, and the comments on it, a place
// in its narrative, where it does not tell of them.
func (w *writer) tellNotes(s *sectionOut, src *record.Section) {
	if !w.strict {
		return
	}
	if src.Period != nil {
		w.beginRow(s)
		w.tell("Time range", wordsOfPeriod(src.Period))
		s.covers = w.row.anchor()
		w.row = nil
	}
	for i := range src.Notes {
		w.beginRow(s)
		w.tell("Comment", src.Notes[i].Text)
		s.notes = append(s.notes, w.row.anchor())
		w.row = nil
	}
}

func (w *writer) ownEntry(f func()) {
	w.line()
	w.el("entry")
	w.at("typeCode", "DRIV")
	f()
	w.end()
}

// mediaID gives the ID by which narratives show a picture or file (renderMultiMedia, referencedObject).
func (w *writer) mediaID(anchor string) string {
	if anchor == "" || !w.strict {
		return anchor
	}
	return w.said.mediaName(anchor)
}

func (t *narratives) mediaName(anchor string) string {
	if name, ok := t.media[anchor]; ok {
		return name
	}
	if t.media == nil {
		t.media = map[string]string{}
	}
	t.media[anchor] = t.name(anchor)
	return t.media[anchor]
}
