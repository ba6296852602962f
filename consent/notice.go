package consent

import (
	"slices"

	"github.com/portage-health/portage/record"
)

// Notice is the short form of the notice that goes with records under 42 CFR Part 2: Statement 2 of 42 CFR 2.32(a)(2), in
// the words of the rule of 2024 (89 FR 12472). The rule before it had "unauthorized disclosure".
const Notice = "42 CFR part 2 prohibits unauthorized use or disclosure of these records."

// NoticeInFull is its long form, Statement 1 of 42 CFR 2.32(a)(1), in the words of the same rule. Either is enough: see
// Redaction.Notice.
const NoticeInFull = "This record which has been disclosed to you is protected by Federal confidentiality rules (42 CFR part 2). " +
	"These rules prohibit you from using or disclosing this record, or testimony that describes the information contained in this record, " +
	"in any civil, criminal, administrative, or legislative proceedings by any Federal, State, or local authority, against the patient, " +
	"unless authorized by the consent of the patient, except as provided at 42 CFR 2.12(c)(5) or as authorized by a court in accordance with 42 CFR 2.64 or 2.65. " +
	"In addition, the Federal rules prohibit you from making any other use or disclosure of this record unless at least one of the following applies: " +
	"(i) Further use or disclosure is expressly permitted by the written consent of the individual whose information is being disclosed in this record or as otherwise permitted by 42 CFR part 2. " +
	"(ii) You are a covered entity or business associate and have received the record for treatment, payment, or health care operations, or " +
	"(iii) You have received the record from a covered entity or business associate as permitted by 45 CFR part 164, subparts A and E. " +
	"A general authorization for the release of medical or other information is NOT sufficient to meet the required elements of written consent to further use or redisclose the record (see 42 CFR 2.31)."

// codePrivacy is LOINC's code of a document's section on how it may be used (DS4P, privacy markings section).
const codePrivacy = "57017-6"

// notice makes the notice that the decision owes travel with what it is about: as a section of every document, or, in a
// record without documents, as a note on each such entry. Where the patient's consent does not let the recipient pass it on,
// the entries and documents are marked so (NORDSCLCD).
func (r *redactor) notice(d *Decision) {
	for i := range d.Obligations {
		o := &d.Obligations[i]
		if o.Code != ObligeNotice && o.Code != ObligeNoRedisclose || len(o.Labels) == 0 {
			continue
		}
		r.w.met(o.Code)
		found := false
		for kind, e := range r.out.Entries() {
			if !judged(kind) || !slices.ContainsFunc(r.judge.labels(kind, e), func(l record.Label) bool { return hasWord(o.Labels, l.Coding.Code) }) {
				continue
			}
			found = true
			switch {
			case o.Code == ObligeNoRedisclose:
				e.Labels = noRedisclosure(e.Labels)
			case len(r.out.Documents) == 0 && !slices.ContainsFunc(e.Notes, func(n record.Note) bool { return n.Text == r.noticeText() }):
				e.Notes = append(e.Notes[:len(e.Notes):len(e.Notes)], record.Note{Text: r.noticeText()})
			}
		}
		for k := range r.out.Documents {
			doc := &r.out.Documents[k]
			of := func(ls []record.Label) bool {
				return slices.ContainsFunc(ls, func(l record.Label) bool { return hasWord(o.Labels, l.Coding.Code) })
			}
			found = found || of(r.judge.conducted.by(doc.ID))
			for id := range sectionsOf(doc) {
				found = found || of(r.judge.conducted.in(id))
			}
		}
		if !found {
			continue
		}
		for k := range r.out.Documents {
			doc := &r.out.Documents[k]
			if o.Code == ObligeNoRedisclose {
				doc.Labels = noRedisclosure(doc.Labels)
			} else {
				r.noticeIn(doc)
			}
		}
	}
}

func (r *redactor) noticeText() string {
	if r.how.Notice != "" {
		return r.how.Notice
	}
	return Notice
}

// noticeIn adds the section of the notice to a document that does not have it.
func (r *redactor) noticeIn(d *record.Document) {
	if slices.ContainsFunc(d.Sections, func(s record.Section) bool { return r.isNotice(&s) }) {
		return
	}
	d.Sections = append(d.Sections[:len(d.Sections):len(d.Sections)], record.Section{
		ID: d.ID + "-notice", Title: "Notice", Code: record.Concept{Codings: []record.Coding{{System: record.SystemLOINC, Code: codePrivacy}}},
		Narrative: &record.Narrative{Nodes: []record.NarrativeNode{{Kind: "paragraph"}, {Kind: "text", Depth: 1, Text: r.noticeText()}}}})
}

// isNotice reports whether a section is that of the notice.
func (r *redactor) isNotice(s *record.Section) bool {
	return s.Narrative != nil && slices.ContainsFunc(s.Narrative.Nodes, func(n record.NarrativeNode) bool { return n.Text == r.noticeText() })
}

// noRedisclosure adds the mark that what it stands on may not be passed on (HL7 v3 RefrainPolicy).
func noRedisclosure(have []record.Label) []record.Label {
	if slices.ContainsFunc(have, func(l record.Label) bool { return l.Coding.Code == ObligeNoRedisclose }) {
		return have
	}
	return append(have[:len(have):len(have)], record.Label{Kind: "handling", Coding: record.Coding{System: record.SystemActCode, Code: ObligeNoRedisclose}})
}
