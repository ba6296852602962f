package record

import (
	"strings"
	"time"
)

// Time is a point in time as precise as the source gave it, with the offset the
// source gave or with none. The zero Time says nothing.
type Time struct {
	// Value is ISO 8601 extended text, exactly as precise as sent: 2024,
	// 2024-01, 2024-01-31, 2024-01-31T12, 2024-01-31T12:30, 2024-01-31T12:30:05.123,
	// followed by Z or ±hh:mm where the source gave an offset. Nothing is
	// filled in. A time without an offset is local to a place that the source does not name.
	Value string `json:"value,omitempty"`
	// AsSent is the source's text where it cannot be rebuilt from Value: not a
	// date at all, or written against the rules of its format.
	AsSent string       `json:"asSent,omitempty"`
	Absent AbsentReason `json:"absent,omitempty"`
}

// TimePrecision is how far a Time goes.
type TimePrecision uint8

// The precisions, coarse to fine.
const (
	NoPrecision TimePrecision = iota
	Year
	Month
	Day
	Hour
	Minute
	Second
	Fraction
)

// IsZero reports whether nothing at all was said.
func (t Time) IsZero() bool { return t.Value == "" && t.AsSent == "" && t.Absent == "" }

// Date returns the date part of Value: 2024, 2024-01 or 2024-01-31.
func (t Time) Date() string {
	d, _, _ := strings.Cut(t.Value, "T")
	return d
}

// Offset returns "Z", "±hh:mm", or "" where the source gave none.
func (t Time) Offset() string {
	_, c, ok := strings.Cut(t.Value, "T")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(c, "Z+-"); i >= 0 {
		return c[i:]
	}
	return ""
}

// Precision reports how far Value goes.
func (t Time) Precision() TimePrecision {
	d, c, ok := strings.Cut(t.Value, "T")
	if !ok {
		switch len(d) {
		case 4:
			return Year
		case 7:
			return Month
		case 10:
			return Day
		}
		return NoPrecision
	}
	if i := strings.IndexAny(c, "Z+-"); i >= 0 {
		c = c[:i]
	}
	switch {
	case len(c) == 2:
		return Hour
	case len(c) == 5:
		return Minute
	case len(c) == 8:
		return Second
	case len(c) > 9:
		return Fraction
	}
	return NoPrecision
}

// instant gives the point in time that a Value with a minute and an offset names.
func (t Time) instant() (time.Time, bool) {
	for _, form := range []string{"2006-01-02T15:04Z07:00", "2006-01-02T15:04:05Z07:00"} { // a fraction of a second is read with the second
		if at, err := time.Parse(form, t.Value); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// Period is when something happened or holds: a point, or bounds each of which
// may be absent for a reason of its own. At and the bounds exclude one another
// in well-made sources; where a source gives both, both are kept.
type Period struct {
	At     Time         `json:"at,omitzero"`
	Start  Time         `json:"start,omitzero"`
	End    Time         `json:"end,omitzero"`
	Center Time         `json:"center,omitzero"`
	Width  *Quantity    `json:"width,omitempty"`
	Absent AbsentReason `json:"absent,omitempty"`
	// StartOpen and EndOpen say that the bound itself is not included (CDA IVXB.inclusive="false").
	StartOpen *bool `json:"startOpen,omitempty"`
	EndOpen   *bool `json:"endOpen,omitempty"`
	// Age, AgeRange and Text are how FHIR may say when instead (onsetAge, onsetRange, onsetString).
	Age      *Quantity `json:"age,omitempty"`
	AgeRange *Range    `json:"ageRange,omitempty"`
	Text     string    `json:"text,omitempty"`
}

// IsZero reports whether nothing at all was said.
func (p Period) IsZero() bool {
	return p.At.IsZero() && p.Start.IsZero() && p.End.IsZero() && p.Center.IsZero() && p.Width == nil && p.Absent == "" &&
		p.StartOpen == nil && p.EndOpen == nil && p.Age == nil && p.AgeRange == nil && p.Text == ""
}

// Timing is when something is to be done again and again. The numbers are
// decimals as written. Units are UCUM units of time (s, min, h, d, wk, mo, a).
type Timing struct {
	Text   string   `json:"text,omitempty"`
	Code   *Concept `json:"code,omitempty"` // BID, Q6H … (GTSAbbreviation)
	Events []Time   `json:"events,omitempty"`
	Bounds *Period  `json:"bounds,omitempty"`
	// BoundsDuration and BoundsRange are bounds given as a length (FHIR boundsDuration, boundsRange).
	BoundsDuration *Quantity `json:"boundsDuration,omitempty"`
	BoundsRange    *Range    `json:"boundsRange,omitempty"`
	Count          string    `json:"count,omitempty"`
	CountMax       string    `json:"countMax,omitempty"`
	Duration       string    `json:"duration,omitempty"`
	DurationMax    string    `json:"durationMax,omitempty"`
	DurationUnit   string    `json:"durationUnit,omitempty"`
	Frequency      string    `json:"frequency,omitempty" portage:"unless=1"` // once is what a period says by itself
	FrequencyMax   string    `json:"frequencyMax,omitempty"`
	Period         string    `json:"period,omitempty"`
	PeriodMax      string    `json:"periodMax,omitempty"`
	PeriodUnit     string    `json:"periodUnit,omitempty"`
	DaysOfWeek     []string  `json:"daysOfWeek,omitempty"` // mon … sun
	TimesOfDay     []string  `json:"timesOfDay,omitempty"` // hh:mm:ss
	When           []string  `json:"when,omitempty"`       // HL7 v3 TimingEvent: AC, HS, PC …
	Offset         *Quantity `json:"offset,omitempty"`     // before or after When
	OffsetRange    *Range    `json:"offsetRange,omitempty"`
	// Phase is the interval that one occurrence takes (CDA PIVL_TS.phase).
	Phase *Period `json:"phase,omitempty"`
	// InstitutionSpecified says that the institution sets the hours (CDA PIVL_TS.institutionSpecified).
	InstitutionSpecified *bool  `json:"institutionSpecified,omitempty"`
	Alignment            string `json:"alignment,omitempty"` // CDA PIVL_TS.alignment
	// Operator says how this timing combines with the one before it: I, E, A, H, P (HL7 v3 SetOperator).
	Operator string       `json:"operator,omitempty"`
	Absent   AbsentReason `json:"absent,omitempty"`
}
