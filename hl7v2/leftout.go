package hl7v2

import (
	"github.com/portage-health/portage/record"
)

// withhold keeps an entry out of the output: all its leaves are lost, and an error says why.
func (w *sender) withhold(kind string, i int, why *record.IssueKind) {
	w.written[entryAt{kind, i}] = true
	w.At(w.listOf(kind), i, func() {
		if why == &lostOpposite {
			w.Note(&record.IssueNotStated, "")
		}
		w.Drop("", w.newCopy(kind, i), why)
	})
}

// finishEntry names what was not written of an entry.
func (w *sender) finishEntry(kind string, i int) {
	if w.written[entryAt{kind, i}] {
		return
	}
	w.written[entryAt{kind, i}] = true
	if v := w.copies[entryAt{kind, i}]; v != nil {
		w.At(w.listOf(kind), i, func() { w.Drop("", v, &lost) })
	}
}

// leftovers names what no message tells of.
func (w *sender) leftovers() {
	if w.patientLeft != nil {
		w.At("patient", -1, func() { w.Drop("", w.patientLeft, &lost) })
	} else if p := w.rec.Patient; p != nil && !w.verbatim[entryAt{record.KindPatient, -1}] {
		w.Drop("patient", p, &lostFilter)
	}
	for _, m := range w.mentions {
		if w.written[m.entryAt] {
			continue
		}
		w.written[m.entryAt] = true
		w.At(w.listOf(m.kind), m.i, func() {
			switch {
			case m.practitioner != nil:
				w.Drop("", m.practitioner, &lostMention)
			case m.organization != nil:
				w.Drop("", m.organization, &lostMention)
			case m.location != nil:
				w.Drop("", m.location, &lostMention)
			default:
				w.Drop("", m.device, &lostMention)
			}
		})
	}
	counts := map[string]int{}
	for kind := range w.rec.Entries() {
		i := counts[kind]
		counts[kind]++
		if w.written[entryAt{kind, i}] || kind == record.KindPatient {
			continue
		}
		why := &lostKind
		switch {
		case kind == record.KindPractitioner || kind == record.KindOrganization || kind == record.KindLocation || kind == record.KindDevice:
			why = &lostMention
		case len(w.x.Messages) > 0:
			why = &lostFilter
		}
		w.At(w.listOf(kind), i, func() { w.Drop("", w.newCopy(kind, i), why) })
	}
	if w.rec.Subject != nil {
		w.Drop("subject", w.rec.Subject, &lost)
	}
}

// carriedLeft names what was carried and has no place in the output.
func (w *sender) carriedLeft() {
	for i := range w.rec.Carried {
		c := &w.rec.Carried[i]
		switch {
		case w.placed[i]:
			w.Report.Counts.Exported++
		case c.Form:
			w.Report.Counts.Exported++
		default:
			w.Report.Counts.Lost++
			w.Report.Add(record.IssueExportCarried.At(c.Path, c.Line, 0))
		}
	}
}
