package ccda

import "github.com/portage-health/portage/record"

// apart gives the word for a status that statusCode alone would not give back, and leaves statusCode's of it.
func (q *laboratoryStatus) apart(s *record.Status) *statusWord {
	if s.AsSent != "" || s.Absent != "" {
		return nil
	}
	for i := range q.said {
		if q.said[i].status == s.Code {
			s.Code = q.said[i].act
			return &q.said[i]
		}
	}
	return nil
}

// laboratoryStatusOut writes it.
func (w *writer) laboratoryStatusOut(wrapper string, q *laboratoryStatus, word *statusWord) {
	if word == nil {
		return
	}
	w.el(wrapper)
	w.slot("status", -1)
	if wrapper == "entryRelationship" {
		w.at("typeCode", "COMP")
	}
	w.el("observation")
	w.at("classCode", "OBS")
	w.at("moodCode", "EVN")
	w.questionHead(&q.question)
	w.el("value")
	w.attr("xsi:type", "CD")
	w.at("code", word.code)
	w.at("codeSystem", q.table)
	w.at("displayName", word.display)
	w.end()
	w.end()
	w.end()
}
