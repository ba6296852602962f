package ccda

import (
	"bytes"
	"strings"

	"github.com/portage-health/portage/record"
)

// time writes a TS.
func (w *writer) time(name, leaf string, t *record.Time) {
	if t.IsZero() {
		return
	}
	if w.toTheDay() {
		w.precise(leaf, t)
	}
	w.el(name)
	w.timeAttrs(leaf, t)
	w.end()
}

func (w *writer) timePtr(name, leaf string, t **record.Time) {
	if *t != nil {
		x := **t
		w.time(name, leaf, &x)
		*t = nil
	}
}

// timeAttrs writes a TS into the element at hand: as sent where the text cannot be made from the value.
func (w *writer) timeAttrs(leaf string, t *record.Time) {
	var room [32]byte
	b := appendTime(room[:0], t.Value)
	if w.strict {
		if k := bytes.IndexByte(b, '.'); k >= 0 {
			n := k + 1
			for n < len(b) && b[n] >= '0' && b[n] <= '9' {
				n++
			}
			if n > k+5 {
				w.Note(&fraction, join(leaf, "value"))
				b = append(b[:k+5], b[n:]...)
			}
		}
	}
	if t.AsSent != "" && w.strict {
		if len(b) > 0 {
			w.DropString(join(leaf, "asSent"), t.AsSent, &otherForm)
		} else {
			w.DropString(join(leaf, "asSent"), t.AsSent, &withheld)
			if t.Absent == "" {
				t.Absent = record.AbsentUnknown
			}
		}
		t.AsSent = ""
	}
	if t.AsSent != "" {
		w.at("value", t.AsSent)
	} else {
		w.at("value", string(b))
	}
	if t.Absent != "" {
		w.nullFlavor(join(leaf, "absent"), &t.Absent)
	}
	*t = record.Time{}
}

// fraction is for a time that is more precise than HL7 v3 can tell.
var fraction = record.IssueAltered.Because("a time has no more than four digits of a second (HL7 TS); the others were cut")

// otherForm is for a time that was sent in a form that is not HL7's.
var otherForm = record.IssueWithheld.Because("the schema does not allow the form that the time was sent in; the time went out in HL7's form")

// join gives the path of a leaf of a field; the field's is "" where the writer stands in it.
func join(field, leaf string) string {
	if field == "" {
		return leaf
	}
	return field + "." + leaf
}

// appendTime appends the record's form of a time as HL7 has it (CDA R2 TS), exactly as precise.
func appendTime(b []byte, iso string) []byte {
	date, clock, timed := strings.Cut(iso, "T")
	for i := range len(date) {
		if date[i] != '-' {
			b = append(b, date[i])
		}
	}
	if timed {
		for i := range len(clock) {
			switch c := clock[i]; c {
			case ':':
			case 'Z':
				b = append(b, "+0000"...)
			default:
				b = append(b, c)
			}
		}
	}
	return b
}

// period writes an IVL_TS: a point, or bounds.
func (w *writer) period(name, leaf string, p *record.Period) { w.periodTyped(name, leaf, "", p) }

// periodTyped is period with an xsi:type where one is needed.
func (w *writer) periodTyped(name, leaf, typ string, p *record.Period) {
	if p.IsZero() {
		return
	}
	if w.plainPeriod(leaf, p); p.IsZero() {
		return
	}
	if leaf != "" {
		w.In(leaf, -1)
		defer w.Leave()
	}
	if w.toTheDay() {
		w.precise("at", &p.At)
		w.precise("start", &p.Start)
		w.precise("end", &p.End)
	}
	if w.strict {
		w.inOrder(p)
	}
	w.el(name)
	w.at("xsi:type", typ)
	w.periodContent(p)
	w.end()
}

// plainPeriod names what FHIR may say of a time and CDA has no form for: an age, and words.
func (w *writer) plainPeriod(leaf string, p *record.Period) {
	if p.Age != nil || p.AgeRange != nil || p.Text != "" {
		w.Drop(leaf, &record.Period{Age: p.Age, AgeRange: p.AgeRange, Text: p.Text}, &lost)
		p.Age, p.AgeRange, p.Text = nil, nil, ""
	}
}

// periodContent writes the attributes and parts of an IVL_TS into the element at hand.
func (w *writer) periodContent(p *record.Period) {
	if !p.At.IsZero() {
		if p.At.Absent != "" && p.Absent != "" {
			w.DropString("absent", string(p.Absent), &lost) // it has one reason
			p.Absent = ""
		}
		w.timeAttrs("at", &p.At)
	}
	if low, high := !p.Start.IsZero() || p.StartOpen != nil, !p.End.IsZero() || p.EndOpen != nil; w.strict {
		if low || high {
			w.Drop("center", &p.Center, &twoOfThree)
			p.Center = record.Time{}
		}
		if low && high {
			w.Drop("width", p.Width, &twoOfThree)
			p.Width = nil
		}
	}
	w.nullFlavor("absent", &p.Absent)
	w.bound("low", "start", &p.Start, &p.StartOpen)
	w.bound("center", "center", &p.Center, nil)
	w.quantityPtr("width", "width", &p.Width)
	w.bound("high", "end", &p.End, &p.EndOpen)
	*p = record.Period{}
}

// inOrder withholds the end of a period that lies before its beginning, as both
// are written: one of them is wrong, and nobody says which.
func (w *writer) inOrder(p *record.Period) {
	low, high := p.Start.Value, p.End.Value
	n := min(len(low), len(high), len("2006-01-02T15:04:05"))
	if n >= 4 && low[:n] > high[:n] {
		w.Drop("end", &p.End, &withheld)
		p.End = record.Time{Absent: record.AbsentUnknown}
	}
}

func (w *writer) periodPtr(name, leaf string, p **record.Period) {
	if *p != nil {
		x := **p
		w.period(name, leaf, &x)
		*p = nil
	}
}

func (w *writer) bound(name, leaf string, t *record.Time, open **bool) {
	if t.IsZero() && (open == nil || *open == nil) {
		return
	}
	w.el(name)
	w.timeAttrs(leaf, t)
	if open != nil && *open != nil {
		w.at("inclusive", boolText(!**open))
		*open = nil
	}
	w.end()
}
